"""Streets as arrays: which edges leave a node, what they cost, how they bend."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tenmin.support.jit import inner, kernel, plain


class Streets(NamedTuple):
    """The edges at each node, both ways round (compressed rows: node i has slots first[i]..first[i + 1]).

    Private edges are walked at the beginning and the end of a walk, never in between. A node where only private edges
    meet therefore stands for arriving there, and has a copy, among the rows after the last node, that stands for
    leaving: from copies the private edges lead out to the other streets, from nodes they lead only further in.
    """

    first: np.ndarray
    """int64, nodes and copies + 1"""
    head: np.ndarray
    """int32, one per slot: the node or copy at the other end; -1 where no walk goes on to it"""
    edge: np.ndarray
    """int32, one per slot: the edge"""
    outward: np.ndarray
    """bool, one per slot: the slot leaves from the edge's first end"""
    u: np.ndarray
    """int32, one per edge: the node it begins at"""
    v: np.ndarray
    """int32, one per edge: the node it ends at"""
    length: np.ndarray
    """float64, one per edge: metres"""
    private: np.ndarray
    """bool, one per edge"""
    copy: np.ndarray
    """int32, one per node: its copy for leaving; -1 where there is none"""
    original: np.ndarray
    """int32, one per copy: the node it stands for"""


class Costs(NamedTuple):
    """What an edge costs along (u to v) and back; `other` is a second quantity carried on the same walk."""

    along: np.ndarray
    back: np.ndarray
    other_along: np.ndarray
    other_back: np.ndarray
    leg: float
    """Cost of a metre off the street."""
    other_leg: float

    def reversed(self) -> Costs:
        """The costs of the same streets walked the other way round."""
        return self._replace(along=self.back, back=self.along, other_along=self.other_back, other_back=self.other_along)


def plain_costs(costs: Costs) -> Costs:
    """Return costs as kernels take them."""
    along, back, other_along, other_back, leg, other_leg = costs
    return Costs(plain(along), plain(back), plain(other_along), plain(other_back), float(leg), float(other_leg))


@inner
def fraction(cost, share):
    """A share of a cost; no share of a closed edge costs nothing."""
    return cost * share if share > 0.0 else 0.0


def share_of(cost: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return shares of costs; no share of a closed edge costs nothing."""
    return np.multiply(cost, share, out=np.zeros_like(cost), where=share > 0.0)


class Shapes(NamedTuple):
    """How the edges bend: edge e has corners first[e]..first[e + 1] of x, y, at `along` metres from its start."""

    first: np.ndarray
    x: np.ndarray
    y: np.ndarray
    along: np.ndarray
    spoke_first: np.ndarray
    """int64, nodes + 1: rows of the spokes of each node"""
    spoke_x: np.ndarray
    """unit directions in which edges leave a node"""
    spoke_y: np.ndarray
    spoke_edge: np.ndarray
    """int32, the edge of each spoke"""


def link_nodes(
    u: np.ndarray, v: np.ndarray, length: np.ndarray, nodes: int, private: np.ndarray | None = None
) -> Streets:
    """Return the edges leaving each node, in order of edge.

    Parameters
    ----------
    u, v
        Positions of the nodes at both ends of each edge.
    length
        Metres of each edge.
    nodes
        Number of nodes.
    private
        bool, one per edge: it may be walked at the beginning and the end of a walk, not in between; none by default.
    """
    edges = len(u)
    private = np.zeros(edges, bool) if private is None else private
    copy, original = _copies(u, v, private, nodes)
    tail, head = np.concatenate([u, v]), np.concatenate([v, u])
    slot = np.arange(2 * edges)
    closed = np.concatenate([private, private]) & (copy[head] < 0)
    leaving = np.flatnonzero(np.concatenate([private, private]) & (copy[tail] >= 0))
    out = np.where(copy[head[leaving]] >= 0, copy[head[leaving]], head[leaving])
    tail, head = np.append(tail, copy[tail[leaving]]), np.append(np.where(closed, -1, head), out)
    slot = np.append(slot, leaving)
    order = np.argsort(tail, kind="stable")
    first = np.zeros(nodes + len(original) + 1, np.int64)
    np.cumsum(np.bincount(tail, minlength=len(first) - 1), out=first[1:])
    return Streets(
        first=first,
        head=head[order].astype(np.int32),
        edge=(slot[order] % max(edges, 1)).astype(np.int32),
        outward=slot[order] < edges,
        u=u.astype(np.int32),
        v=v.astype(np.int32),
        length=length.astype(np.float64),
        private=plain(private),
        copy=copy,
        original=original,
    )


def _copies(u: np.ndarray, v: np.ndarray, private: np.ndarray, nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """The copies of the nodes at which only private edges meet."""
    touched, open_at = np.zeros(nodes, bool), np.zeros(nodes, bool)
    touched[u[private]] = touched[v[private]] = True
    open_at[u[~private]] = open_at[v[~private]] = True
    original = np.flatnonzero(touched & ~open_at).astype(np.int32)
    copy = np.full(nodes, -1, np.int32)
    copy[original] = nodes + np.arange(len(original))
    return copy, original


def original_of(streets: Streets, node: int) -> int:
    """Return the node itself, or the node that a copy stands for."""
    nodes = len(streets.copy)
    return int(streets.original[node - nodes]) if node >= nodes else node


def step_back(streets: Streets, node: int, edge: int) -> int:
    """Return the node or copy from which a walk came to this one by an edge."""
    here = original_of(streets, node)
    other = int(streets.u[edge]) if int(streets.v[edge]) == here else int(streets.v[edge])
    left = streets.private[edge] and (node != here or streets.copy[here] < 0)
    return int(streets.copy[other]) if left and streets.copy[other] >= 0 else other


@kernel
def _measure(first: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Metres from the start of its edge to each corner, added up edge by edge: no edge touches another's rounding."""
    along = np.zeros(len(x))
    for edge in range(len(first) - 1):
        for i in range(first[edge] + 1, first[edge + 1]):
            along[i] = along[i - 1] + np.hypot(x[i] - x[i - 1], y[i] - y[i - 1])
    return along


def shape_edges(streets: Streets, first: np.ndarray, xy: np.ndarray) -> Shapes:
    """Return the corners of the edges with the metres to each, and the directions in which edges leave nodes.

    Parameters
    ----------
    streets
        The edges, whose lengths are the lengths of these lines.
    first
        int64, edges + 1: row of `xy` at which each edge begins.
    xy
        float64 (corners, 2), metres; no two neighbours on an edge are equal.
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


def components(streets: Streets) -> np.ndarray:
    """Return the number of the connected component of each node (whatever the direction of travel)."""
    return _label(streets.first, streets.head)
