"""Shows a bar for work that takes longer than two seconds."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TypeVar

from tqdm.auto import tqdm

__all__ = ["step_through"]

T = TypeVar("T")

PATIENCE = 2.0
"""Seconds before a bar appears."""


def step_through(items: Collection[T], what: str) -> Iterator[T]:
    """Yield the items; from two seconds on, show on the error stream how far along they are."""
    yield from tqdm(items, desc=what, delay=PATIENCE, leave=False)
