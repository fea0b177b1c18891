"""The numbers of ways in osmium's OPL text, read in one compiled pass."""

from __future__ import annotations

import numpy as np

from tenmin.support.jit import inner, kernel

__all__ = ["parse_ways"]

_NO_PLACE = np.iinfo(np.int64).min
_NODES_FIELD = 2
_DIGITS = 7
"""Decimals of a degree that osmium keeps."""
_LINE_FEED, _BLANK, _COMMA, _MINUS, _POINT, _ZERO, _NINE, _NODE = b"\n ,-.09n"


@kernel
def _sizes(text):
    """How many ways and how many nodes a text holds."""
    ways = nodes = field = 0
    for byte in text:
        if byte == _LINE_FEED:
            ways += 1
            field = 0
        elif byte == _BLANK:
            field += 1
        elif byte == _NODE and field == _NODES_FIELD:
            nodes += 1
    return ways, nodes


@inner
def _whole(text, at):
    """The whole number at a place, and where it ends."""
    sign = 1
    if text[at] == _MINUS:
        sign = -1
        at += 1
    number = 0
    while _ZERO <= text[at] <= _NINE:
        number = 10 * number + text[at] - _ZERO
        at += 1
    return sign * number, at


@inner
def _degrees(text, at):
    """The coordinate at a place in units of the last decimal, and where it ends; none if no number is there."""
    start = at
    sign = 1
    if text[at] == _MINUS:
        sign = -1
        at += 1
    number = 0
    decimals = -1
    while _ZERO <= text[at] <= _NINE or text[at] == _POINT:
        if text[at] == _POINT:
            decimals = 0
        else:
            number = 10 * number + text[at] - _ZERO
            decimals += decimals >= 0
        at += 1
    if at == start:
        return _NO_PLACE, at
    for _ in range(_DIGITS - max(decimals, 0)):
        number *= 10
    return sign * number, at


@kernel
def _parse(text, ids, tags, counts, refs, places):
    """Read lines such as `w12 Thighway=steps Nn1x24.9y60.1,n2x24.8y60.2`."""
    node = at = 0
    for way in range(len(ids)):
        ids[way], at = _whole(text, at + 1)
        tags[way, 0] = at + 2
        at += 1
        while text[at] != _BLANK:
            at += 1
        tags[way, 1] = at
        first = node
        at += 2
        while text[at] == _NODE:
            refs[node], at = _whole(text, at + 1)
            places[node, 0], at = _degrees(text, at + 1)
            places[node, 1], at = _degrees(text, at + 1)
            node += 1
            at += text[at] == _COMMA
        counts[way] = node - first
        while text[at] != _LINE_FEED:
            at += 1
        at += 1


def parse_ways(text: bytes) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    r"""Return the ways of an OPL text without metadata, in which every line is a way and ends with a line feed.

    Returns
    -------
    tuple of arrays
        Ids; where the tags of each begin and end in the text; how many nodes each has; the ids of all nodes; and their
        places in degrees (nodes, 2), NaN without a place.

    Examples
    --------
    >>> ids, tags, counts, refs, places = parse_ways(b"w12 Thighway=steps Nn1x24.9y-60.1,n-2xy\n")
    >>> ids.tolist(), tags.tolist(), counts.tolist(), refs.tolist(), places.tolist()
    ([12], [[5, 18]], [2], [1, -2], [[24.9, -60.1], [nan, nan]])
    """
    raw = np.frombuffer(text, np.uint8)
    ways, nodes = _sizes(raw)
    ids, tags, counts = np.empty(ways, np.int64), np.empty((ways, 2), np.int64), np.empty(ways, np.int64)
    refs, places = np.empty(nodes, np.int64), np.empty((nodes, 2), np.int64)
    _parse(raw, ids, tags, counts, refs, places)
    degrees = places / 10.0**_DIGITS
    degrees[places[:, 0] == _NO_PLACE] = np.nan
    return ids, tags, counts, refs, degrees
