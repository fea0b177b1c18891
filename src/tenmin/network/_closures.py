"""Closed gates, and private ways that are not used in the middle of a walk."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from shapely.ops import substring

from tenmin.inputs.walkers import Walker
from tenmin.network._geometry_table import GeometryTable
from tenmin.network._layout import Layout
from tenmin.routing import components, link_nodes

__all__ = ["Notes", "close_ways"]

INNER_KINDS = (
    "bridleway", "corridor", "crossing", "cycleway", "elevator", "footway", "living_street", "path", "pedestrian",
    "platform", "service", "steps", "track",
)  # fmt: skip
"""Kinds of way that may be untagged inside a private compound. Ways of other kinds make their part of the network
public, even if it is reached only by private ways."""

BEFORE_A_GATE = 0.02
"""Distance from a closed gate at which the streets on both sides end, metres."""

_INNER_METRE = 1e-6
"""Metres for which one metre of a path or drive counts beside streets, where the sides of a gate are compared."""

_AS_LONG = 1.0 - 1e-9
"""Share of a length from which another counts as equally long."""

Notes = list[tuple[str, str, int]]
_ALONG_ONE_STREET = 2
"""Number of street ends at a gate in the course of one street; at more, the gate is on a junction."""


def close_ways(lines: GeometryTable, layout: Layout, walker: Walker) -> tuple[GeometryTable, Notes]:
    """Return the lines split at closed gates, with `private` true where walks cannot pass through.

    A gate is closed by its state, or if the walker cannot pass its kind. Under the policy "residents", lines that can
    be reached only through a private gate become private, and so do paths and drives that can be reached only by
    private ways. A private gate between streets that are public on both sides is closed.

    Parameters
    ----------
    lines
        The lines that the walker can use, with u, v, length, seconds, seconds_back and private.
    layout
        The gates, and the policy for private ways.
    walker
        The walker.

    Returns
    -------
    tuple of GeometryTable and list
        The lines; and what was left out or ignored: element, reason, count.
    """
    notes: Notes = []
    if layout.private == "open":
        lines = lines.assign(private=np.zeros(len(lines), bool))
    elif layout.private == "closed":
        held = int(lines["private"].sum())
        notes += [("edges", "private, and private ways are closed", held)] if held else []
        lines = lines.take(~lines["private"].astype(bool))
    gates = layout.gates
    if gates.empty:
        return _mark_private(lines, np.zeros(0, np.int64), layout) if layout.private == "residents" else lines, notes
    ends = np.concatenate([lines["u"], lines["v"]])
    labels, count = np.unique(ends[pd.Index(ends).isin(gates.index)], return_counts=True)
    state, kind = (gates[name].reindex(labels).to_numpy(object) for name in ("state", "kind"))
    held = np.isin(state, ["closed", "private"] if layout.private == "closed" else ["closed"])
    shut = held | np.isin(kind, walker.cannot_pass)
    private = (state == "private") & ~shut & (layout.private == "residents")
    unclear = count > _ALONG_ONE_STREET
    crowded = int(((shut | private) & unclear).sum())
    if crowded:
        notes.append(("gates", "ignored: it stands on a junction, and nobody knows which street it shuts", crowded))
    lines = _split_at_gates(lines, labels[shut & ~unclear])
    return _mark_private(lines, labels[private & ~unclear], layout) if layout.private == "residents" else lines, notes


def _split_at_gates(lines: GeometryTable, labels: np.ndarray) -> GeometryTable:
    """Separate the lines at these nodes, and end each `BEFORE_A_GATE` before it, so that no leg passes the gate."""
    ends = np.concatenate([lines["u"], lines["v"]])
    shut = np.flatnonzero(pd.Index(ends).isin(labels))
    if not len(shut):
        return lines
    parted = _separate_ends(ends, labels)
    geometry = lines.geometry.copy()
    for end in shut.tolist():
        row, last = end % len(lines), end >= len(lines)
        short = min(BEFORE_A_GATE, geometry[row].length / 4.0)
        geometry[row] = substring(geometry[row], *((0.0, -short) if last else (short, geometry[row].length)))
    length = shapely.length(geometry)
    share = length / lines["length"]
    times = {name: lines[name] * share for name in ("seconds", "seconds_back")}
    return lines.assign(geometry, u=parted[: len(lines)], v=parted[len(lines) :], length=length, **times)


def _separate_ends(ends: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Labels of line ends, in which all but the first with one of these labels get new ones."""
    at = np.flatnonzero(pd.Index(ends).isin(labels))
    at = at[np.argsort(ends[at], kind="stable")]
    again = at[1:][ends[at[1:]] == ends[at[:-1]]]
    parted = ends.copy()
    parted[again] = min(int(ends.min()), 0) - 1 - np.arange(len(again))
    return parted


def _ends_at(lines: GeometryTable, labels: np.ndarray) -> np.ndarray:
    """Whether each line begins or ends at one of these nodes."""
    return pd.Index(lines["u"]).isin(labels) | pd.Index(lines["v"]).isin(labels)


def _pieces(ends: np.ndarray, linked: np.ndarray) -> np.ndarray:
    """The connected piece of each line, if only some of the lines link the nodes at their ends (u, then v)."""
    labels, code = np.unique(ends, return_inverse=True)
    u, v = code[: len(linked)], code[len(linked) :]
    return components(link_nodes(u[linked], v[linked], np.ones(linked.sum()), len(labels)))[u]


def _is_longest(part: np.ndarray, whole: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Whether each line is in the longest part of its whole; of parts equally long all are the longest."""
    size = np.bincount(part, length)
    longest = np.zeros(whole.max() + 1)
    np.maximum.at(longest, whole, size[part])
    return size[part] >= longest[whole] * _AS_LONG


def _goes_on(ends: np.ndarray, lines: GeometryTable, part: np.ndarray, layout: Layout) -> np.ndarray:
    """Whether the part of each line reaches an end of the data."""
    cut = layout.is_cut(pd.Index(ends), lines.ends())
    return np.isin(part, part[cut[: len(lines)] | cut[len(lines) :]])


def _mark_private(lines: GeometryTable, private_gates: np.ndarray, layout: Layout) -> GeometryTable:
    """Make private what is connected only through private gates, and paths that are connected only by private ways.

    A part of the public streets stays public if it goes on beyond the data, or if nothing that it is connected with in
    this way is longer: the parts on the other sides of its gates, of which those with more metres of street count as
    longer, whatever their paths and drives; or the ways, private ones included.
    """
    private = lines["private"].astype(bool)
    if not private.any() and not len(private_gates):
        return lines
    ends = np.concatenate([lines["u"], lines["v"]])
    part = _pieces(_separate_ends(ends, private_gates), ~private)
    piece = np.where(private, part.max() + 1 + _pieces(ends, private), part)
    apart = ~private & ~_goes_on(ends, lines, np.where(private, -1, part), layout)
    inner = pd.Index(np.asarray(lines["kind"], object)).isin(INNER_KINDS)
    streets_first = lines["length"] * np.where(inner, _INNER_METRE, 1.0) * ~private
    through_gates = apart & ~_is_longest(part, _pieces(ends, ~private), streets_first)
    through_ways = apart & ~_is_longest(piece, _pieces(ends, np.ones(len(lines), bool)), lines["length"])
    behind_gates = part[through_gates & _ends_at(lines, private_gates)]
    beside_ways = part[through_ways & _ends_at(lines, np.concatenate([lines["u"][private], lines["v"][private]]))]
    with_streets = part[~private & ~inner]
    held = private | np.isin(part, behind_gates) | np.isin(part, np.setdiff1d(beside_ways, with_streets))
    lines = lines.assign(private=held)
    ends = np.concatenate([lines["u"][~held], lines["v"][~held]])
    at_gates, count = np.unique(ends[pd.Index(ends).isin(private_gates)], return_counts=True)
    return _split_at_gates(lines, at_gates[count > 1])
