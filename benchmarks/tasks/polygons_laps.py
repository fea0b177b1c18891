"""Milliseconds for each of many things, as the tasks of polygons count them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

RUNS = 3
WARM = 3

T = TypeVar("T")


def each(work: Callable[[T], object], things: Sequence[T]) -> float:
    """Return the milliseconds that work takes for each thing: the median of some runs, after a few at first."""
    for thing in things[:WARM]:
        work(thing)
    return statistics.median(_lap(work, things) for _ in range(RUNS)) * 1e3 / len(things)


def _lap(work: Callable[[T], object], things: Sequence[T]) -> float:
    begin = time.perf_counter()
    for thing in things:
        work(thing)
    return time.perf_counter() - begin
