"""Which two arcs of a directed graph are one street, seen from its two ends."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np
import shapely

__all__ = ["pair_arcs", "way_ids"]

_NEAR = 1e-9


def way_ids(osmid: object) -> Hashable:
    """Return the id or ids of ways as something to compare: OSMnx lists those of one street in any order."""
    return frozenset(map(str, osmid)) if isinstance(osmid, (list, tuple, set, frozenset)) else frozenset({str(osmid)})


def pair_arcs(
    tails: Iterable[Hashable], heads: Iterable[Hashable], lines: np.ndarray, marks: Sequence[Hashable]
) -> np.ndarray:
    """Return, for each arc, the arc that is the same street the other way round, or -1.

    Two arcs are one street if each begins where the other ends, they have the same mark, and one is drawn as the
    other is backwards (a loop may be drawn twice the same way). How long they take does not matter: a street on a
    slope takes longer up than down.

    Parameters
    ----------
    tails, heads
        Labels of the nodes at which the arcs begin and end.
    lines
        The arcs' lines, from tail to head.
    marks
        What equal streets have in common besides, e.g. the ids of their ways.
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
    """Whether a line is another backwards, to a billionth of its coordinates."""
    if one.shape != other.shape:
        return False
    near = _NEAR * max(1.0, float(np.abs(one).max()))
    return bool((np.abs(one - other[::-1]) <= near).all() or (loop and (np.abs(one - other) <= near).all()))
