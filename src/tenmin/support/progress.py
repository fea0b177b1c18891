"""Progress bars for long loops."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from importlib.util import find_spec
from typing import TypeVar

if find_spec("ipywidgets") is None:
    from tqdm import tqdm  # a bar of text, where that of notebooks would only warn
else:
    from tqdm.auto import tqdm

__all__ = ["step_through"]

T = TypeVar("T")

DELAY_SECONDS = 2.0
"""Time before a bar appears."""


def step_through(items: Collection[T], what: str) -> Iterator[T]:
    """Yield the items, with a progress bar on standard error if that takes more than two seconds.

    Parameters
    ----------
    items
        What to iterate over.
    what
        Label of the bar.
    """
    yield from tqdm(items, desc=what, delay=DELAY_SECONDS, leave=False)
