"""The street graph as arrays: adjacency, costs and geometry of the edges."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.support.jit import inner, kernel, plain


class StreetGraph(NamedTuple):
    """The edges at each node in CSR form: node i has slots first[i]..first[i + 1], one for each direction of an edge.

    Private edges are used at the beginning and the end of a walk, never in between. A node at which only private edges
    meet is therefore split: the node itself is for arrivals, and private edges lead from it only further in; its exit
    copy, numbered after the last node, is for departures, and private edges lead from it out to the public streets.
    """

    first: np.ndarray
    """int64 (nodes and exit copies + 1,)"""
    head: np.ndarray
    """int32 (slots,): the node or exit copy at the other end; -1 if a walk cannot continue there"""
    edge: np.ndarray
    """int32 (slots,): the edge"""
    outward: np.ndarray
    """bool (slots,): whether the slot leads from u to v"""
    u: np.ndarray
    """int32 (edges,): the node at the start"""
    v: np.ndarray
    """int32 (edges,): the node at the end"""
    length: np.ndarray
    """float64 (edges,), metres"""
    private: np.ndarray
    """bool (edges,)"""
    exit_copy: np.ndarray
    """int32 (nodes,): the exit copy of the node; -1 if it has none"""
    copied_node: np.ndarray
    """int32 (exit copies,): the node that was copied"""


class Costs(NamedTuple):
    """Costs of edges from u to v (along) and from v to u (back), seconds or metres; `other` is the other of the two.

    Searches minimise the cost, and sum up the other quantity of the same walk.
    """

    along: np.ndarray
    """float64 (edges,), as are the next three; inf where a direction is closed"""
    back: np.ndarray
    other_along: np.ndarray
    other_back: np.ndarray
    leg: float
    """Cost of a metre of a leg."""
    other_leg: float
    """The other quantity of a metre of a leg."""

    def reversed(self) -> Costs:
        """Costs with the two directions exchanged."""
        return self._replace(along=self.back, back=self.along, other_along=self.other_back, other_back=self.other_along)


def plain_costs(costs: Costs) -> Costs:
    """Return costs with the array layout and types that kernels are compiled for."""
    along, back, other_along, other_back, leg, other_leg = costs
    return Costs(plain(along), plain(back), plain(other_along), plain(other_back), float(leg), float(other_leg))


@inner
def fraction(cost, share):
    """A share of a cost, both float64; 0 if the share is 0, even of an infinite cost."""
    return cost * share if share > 0.0 else 0.0


def share_of(cost: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return shares of costs, float64 arrays of one shape; 0 where the share is 0, even of an infinite cost."""
    return np.multiply(cost, share, out=np.zeros_like(cost), where=share > 0.0)


class Shapes(NamedTuple):
    """Geometry of the edges: edge e has vertices first[e]..first[e + 1], node n has directions likewise."""

    first: np.ndarray
    """int64 (edges + 1,)"""
    x: np.ndarray
    """float64 (vertices,), metres"""
    y: np.ndarray
    """float64 (vertices,), metres"""
    along: np.ndarray
    """float64 (vertices,): distance from the start of the edge, metres"""
    direction_first: np.ndarray
    """int64 (nodes + 1,)"""
    direction_x: np.ndarray
    """float64 (slots,): x of the unit vector in which an edge leaves the node"""
    direction_y: np.ndarray
    """float64 (slots,): its y"""
    direction_edge: np.ndarray
    """int32 (slots,): that edge"""


def link_nodes(
    u: np.ndarray, v: np.ndarray, length: np.ndarray, nodes: int, private: np.ndarray | None = None
) -> StreetGraph:
    """Return the street graph of edges; the edges at each node are in ascending order.

    Parameters
    ----------
    u, v
        Integer (edges,): the nodes at the start and the end of each edge.
    length
        float64 (edges,), metres.
    nodes
        Number of nodes.
    private
        bool (edges,): whether the edge is used only at the beginning and the end of a walk; none by default.
    """
    edges = len(u)
    private = np.zeros(edges, bool) if private is None else private
    exit_copy, copied_node = _exit_copies(u, v, private, nodes)
    tail, head = np.concatenate([u, v]), np.concatenate([v, u])
    slot = np.arange(2 * edges)
    closed = np.concatenate([private, private]) & (exit_copy[head] < 0)
    leaving = np.flatnonzero(np.concatenate([private, private]) & (exit_copy[tail] >= 0))
    out = np.where(exit_copy[head[leaving]] >= 0, exit_copy[head[leaving]], head[leaving])
    tail, head = np.append(tail, exit_copy[tail[leaving]]), np.append(np.where(closed, -1, head), out)
    slot = np.append(slot, leaving)
    order = np.argsort(tail, kind="stable")
    first = np.zeros(nodes + len(copied_node) + 1, np.int64)
    np.cumsum(np.bincount(tail, minlength=len(first) - 1), out=first[1:])
    return StreetGraph(
        first=first,
        head=head[order].astype(np.int32),
        edge=(slot[order] % max(edges, 1)).astype(np.int32),
        outward=slot[order] < edges,
        u=u.astype(np.int32),
        v=v.astype(np.int32),
        length=length.astype(np.float64),
        private=plain(private),
        exit_copy=exit_copy,
        copied_node=copied_node,
    )


def _exit_copies(u: np.ndarray, v: np.ndarray, private: np.ndarray, nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """`exit_copy` and `copied_node` of a graph (see `StreetGraph`)."""
    touched, open_at = np.zeros(nodes, bool), np.zeros(nodes, bool)
    touched[u[private]] = touched[v[private]] = True
    open_at[u[~private]] = open_at[v[~private]] = True
    copied_node = np.flatnonzero(touched & ~open_at).astype(np.int32)
    exit_copy = np.full(nodes, -1, np.int32)
    exit_copy[copied_node] = nodes + np.arange(len(copied_node))
    return exit_copy, copied_node


def node_of(streets: StreetGraph, node: int) -> int:
    """Return the node that was copied if `node` is an exit copy, else `node` itself."""
    nodes = len(streets.exit_copy)
    return int(streets.copied_node[node - nodes]) if node >= nodes else node


def predecessor(streets: StreetGraph, node: int, edge: int) -> int:
    """Return the node or exit copy from which a walk came to `node` along `edge`."""
    here = node_of(streets, node)
    other = int(streets.u[edge]) if int(streets.v[edge]) == here else int(streets.v[edge])
    left = streets.private[edge] and (node != here or streets.exit_copy[here] < 0)
    return int(streets.exit_copy[other]) if left and streets.exit_copy[other] >= 0 else other


def predecessors(streets: StreetGraph, via: np.ndarray) -> np.ndarray:
    """Return `predecessor` of every node and exit copy of a search; as many as there are for one without.

    Parameters
    ----------
    streets
        The graph.
    via
        int32 (nodes and exit copies,): the last edge of the walk to each; -1 at a seed or without a walk.
    """
    on_way = np.flatnonzero(via >= 0)
    edge, copied = via[on_way], len(streets.exit_copy)
    here = on_way.copy()
    here[on_way >= copied] = streets.copied_node[on_way[on_way >= copied] - copied]
    other = np.where(streets.v[edge] == here, streets.u[edge], streets.v[edge]).astype(np.int64)
    left = streets.private[edge] & ((on_way != here) | (streets.exit_copy[here] < 0)) & (streets.exit_copy[other] >= 0)
    found = np.full(len(via), len(via))
    found[on_way] = np.where(left, streets.exit_copy[other], other)
    return found


@kernel
def _measure(first: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Distance of each vertex from the start of its edge, float64 (vertices,), metres; summed for each edge separately.

    `first` is int64 (edges + 1,), `x` and `y` are float64 (vertices,), metres.
    """
    along = np.zeros(len(x))
    for edge in range(len(first) - 1):
        for i in range(first[edge] + 1, first[edge + 1]):
            along[i] = along[i - 1] + np.hypot(x[i] - x[i - 1], y[i] - y[i - 1])
    return along


def shape_edges(streets: StreetGraph, first: np.ndarray, xy: np.ndarray) -> Shapes:
    """Return the geometry of edges with distances along them, and the directions in which edges leave nodes.

    Parameters
    ----------
    streets
        The edges; their lengths are those of the lines.
    first
        int64 (edges + 1,): the rows of `xy` at which the edges begin.
    xy
        float64 (vertices, 2), metres; consecutive vertices of an edge differ.
    """
    x, y = np.ascontiguousarray(xy[:, 0]), np.ascontiguousarray(xy[:, 1])
    along = _measure(first, x, y)
    along[first[1:] - 1] = streets.length
    edge, outward = streets.edge, streets.outward
    at = np.where(outward, first[edge], first[edge + 1] - 1)
    to = np.where(outward, at + 1, at - 1)
    dx, dy = x[to] - x[at], y[to] - y[at]
    size = np.hypot(dx, dy)
    return Shapes(first, x, y, along, streets.first, dx / size, dy / size, edge)


@kernel
def _label(first: np.ndarray, head: np.ndarray) -> np.ndarray:
    """Number of the connected component of each node, int32 (nodes,); `first` and `head` as in `StreetGraph`."""
    nodes = len(first) - 1
    label = np.full(nodes, -1, np.int32)
    stack = np.empty(max(nodes, 1), np.int32)
    count = 0
    for root in range(nodes):
        if label[root] >= 0:
            continue
        label[root] = count
        stack[0] = root
        size = 1
        while size > 0:
            size -= 1
            node = stack[size]
            for slot in range(first[node], first[node + 1]):
                other = head[slot]
                if label[other] < 0:
                    label[other] = count
                    stack[size] = other
                    size += 1
        count += 1
    return label


def components(streets: StreetGraph) -> np.ndarray:
    """Return the number of the (weakly) connected component of each node, int32 (nodes,)."""
    return _label(streets.first, streets.head)
