"""Pairs of arcs of a directed graph that are the two directions of one street."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import shapely

from tenmin.network._geometry_table import GeometryTable

__all__ = ["fold_arcs", "pair_arcs", "way_ids"]

_NEAR = 1e-9


def way_ids(osmid: object) -> Hashable:
    """Return the way id or ids of an arc as a set to compare; OSMnx lists the ids of one street in any order."""
    return frozenset(map(str, osmid)) if isinstance(osmid, (list, tuple, set, frozenset)) else frozenset({str(osmid)})


def fold_arcs(lines: GeometryTable, marks: Sequence[Hashable], *, directed: bool) -> GeometryTable:
    """Return lines in which the two arcs of a street are one line that is open both ways.

    The arc stays whose corners come first by x, then y. Of several that may be the other arc, one that is as open comes
    first. So the order of the rows does not matter.

    Parameters
    ----------
    lines
        Lines from u to v, with oneway and, if given, seconds and seconds_back.
    marks
        As in `pair_arcs`.
    directed
        Whether an arc without the opposite one is one-way; otherwise it stays as it is.
    """
    ends, _ = pd.factorize(np.concatenate([lines["u"], lines["v"]]))
    u, v = ends[: len(lines)], ends[len(lines) :]
    shared = pd.DataFrame({"low": np.minimum(u, v), "high": np.maximum(u, v)}).duplicated(keep=False).to_numpy()
    rows = _open_first(lines, np.flatnonzero(shared))
    twin = np.full(len(lines), -1)
    pairs = pair_arcs(u[rows], v[rows], lines.geometry[rows], [marks[row] for row in rows.tolist()])
    twin[rows] = np.where(pairs >= 0, rows[pairs], -1)
    oneway = (lines["oneway"] | directed) & (twin < 0)
    times = {}
    if "seconds" in lines:
        back = np.where(twin < 0, lines["seconds_back"], lines["seconds"][twin])
        times["seconds_back"] = np.where(oneway, np.inf, back)
    drawn, kept = lines.geometry, twin < 0
    kept[~kept] = [_comes_first(drawn, i, j) for i, j in enumerate(twin.tolist()) if j >= 0]
    return lines.assign(oneway=oneway, **times).take(kept)


def _open_first(lines: GeometryTable, rows: np.ndarray) -> np.ndarray:
    """Rows of lines, those that are open both ways before the others, and each by what is drawn."""
    drawn = shapely.to_wkb(lines.geometry[rows]).tolist()
    keys = list(zip(lines["oneway"][rows].tolist(), drawn, strict=True))
    return rows[sorted(range(len(rows)), key=keys.__getitem__)]


def _comes_first(lines: np.ndarray, one: int, other: int) -> bool:
    """Whether the corners of a line come before those of another; if they are the same, whether its row does."""
    mine, theirs = (shapely.get_coordinates(lines[row]).tolist() for row in (one, other))
    return (mine, one) < (theirs, other)


def pair_arcs(
    tails: Iterable[Hashable], heads: Iterable[Hashable], lines: np.ndarray, marks: Sequence[Hashable]
) -> np.ndarray:
    """Return, for each arc, the arc in the opposite direction of the same street, or -1.

    Two arcs are one street if each begins where the other ends, their marks are equal, and the line of one is that of
    the other reversed (or, for a loop, equal to it). Travel times may differ: on a slope, up takes longer than down.

    Parameters
    ----------
    tails, heads
        Labels of the nodes at which the arcs begin and end.
    lines
        LineStrings (arcs,), from tail to head.
    marks
        What else the arcs of one street have in common, such as way ids.
    """
    shapes = [shapely.get_coordinates(line) for line in lines]
    twin = np.full(len(marks), -1)
    waiting: dict[tuple[Any, ...], list[int]] = {}
    for i, (u, v, mark) in enumerate(zip(tails, heads, marks, strict=True)):
        others = waiting.get((v, u, mark), [])
        match = next((j for j in others if _is_back(shapes[i], shapes[j], loop=u == v)), None)
        if match is None:
            waiting.setdefault((u, v, mark), []).append(i)
        else:
            others.remove(match)
            twin[i], twin[match] = match, i
    return twin


def _is_back(one: np.ndarray, other: np.ndarray, *, loop: bool) -> bool:
    """Whether a line is the reverse of another, with a relative tolerance of 1e-9."""
    if one.shape != other.shape:
        return False
    near = _NEAR * max(1.0, float(np.abs(one).max()))
    return bool((np.abs(one - other[::-1]) <= near).all() or (loop and (np.abs(one - other) <= near).all()))
