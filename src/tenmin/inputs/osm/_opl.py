"""Kernels that parse ways in osmium's OPL text format."""

from __future__ import annotations

import numpy as np

from tenmin.support.jit import inner, kernel

__all__ = ["parse_ways"]

_NO_COORDINATE = np.iinfo(np.int64).min
_NODES_FIELD = 2
_DIGITS = 7
"""Decimal places of a degree in osmium."""
_LINE_FEED, _BLANK, _COMMA, _MINUS, _POINT, _ZERO, _NINE, _NODE = b"\n ,-.09n"


@kernel
def _count_ways_and_nodes(text):
    """Return the number of ways and of their nodes in `text`, uint8 of shape (bytes,)."""
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
def _parse_integer(text, at):
    """Return the integer that begins at index `at` of the text, and the index after it."""
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
def _parse_coordinate(text, at):
    """Return the coordinate at index `at` in units of 1e-7 degrees, and the index after it.

    If there is no number, the coordinate is `_NO_COORDINATE`.
    """
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
        return _NO_COORDINATE, at
    for _ in range(_DIGITS - max(decimals, 0)):
        number *= 10
    return sign * number, at


@kernel
def _parse(text, ids, tags, counts, refs, coordinates):
    """Parse lines such as `w12 Thighway=steps Nn1x24.9y60.1,n2x24.8y60.2` into arrays.

    Parameters
    ----------
    text
        The text, uint8 of shape (bytes,).
    ids, counts
        Filled with the id and the number of nodes of each way, int64 of shape (ways,).
    tags
        Filled with where the tags of each way begin and end in the text, int64 of shape (ways, 2).
    refs
        Filled with the node ids of all ways, int64 of shape (nodes,).
    coordinates
        Filled with longitude and latitude in units of 1e-7 degrees, int64 of shape (nodes, 2).
    """
    node = at = 0
    for way in range(len(ids)):
        ids[way], at = _parse_integer(text, at + 1)
        tags[way, 0] = at + 2
        at += 1
        while text[at] != _BLANK:
            at += 1
        tags[way, 1] = at
        first = node
        at += 2
        while text[at] == _NODE:
            refs[node], at = _parse_integer(text, at + 1)
            coordinates[node, 0], at = _parse_coordinate(text, at + 1)
            coordinates[node, 1], at = _parse_coordinate(text, at + 1)
            node += 1
            at += text[at] == _COMMA
        counts[way] = node - first
        while text[at] != _LINE_FEED:
            at += 1
        at += 1


def parse_ways(text: bytes) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    r"""Return the ways in an OPL text without metadata, in which every line is a way and ends with a line feed.

    Returns
    -------
    ids
        Id of each way, int64 of shape (ways,).
    tags
        Where the tags of each way begin and end in the text, int64 of shape (ways, 2).
    counts
        Number of nodes of each way, int64 of shape (ways,).
    refs
        Node ids of all ways, int64 of shape (nodes,).
    coordinates
        Their longitude and latitude in degrees, float64 of shape (nodes, 2), NaN where missing.

    Examples
    --------
    >>> ids, tags, counts, refs, coordinates = parse_ways(b"w12 Thighway=steps Nn1x24.9y-60.1,n-2xy\n")
    >>> ids.tolist(), tags.tolist(), counts.tolist(), refs.tolist(), coordinates.tolist()
    ([12], [[5, 18]], [2], [1, -2], [[24.9, -60.1], [nan, nan]])
    """
    raw = np.frombuffer(text, np.uint8)
    ways, nodes = _count_ways_and_nodes(raw)
    ids, tags, counts = np.empty(ways, np.int64), np.empty((ways, 2), np.int64), np.empty(ways, np.int64)
    refs, coordinates = np.empty(nodes, np.int64), np.empty((nodes, 2), np.int64)
    _parse(raw, ids, tags, counts, refs, coordinates)
    degrees = coordinates / 10.0**_DIGITS
    degrees[coordinates[:, 0] == _NO_COORDINATE] = np.nan
    return ids, tags, counts, refs, degrees
