"""Normalisation of names for comparison."""

from __future__ import annotations

import unicodedata

__all__ = ["normalise_name"]


def normalise_name(name: str | None) -> str:
    """Return a name normalised in width, case and spacing, or "" for None.

    >>> normalise_name("　ＡＢＣ （一）  店 ")
    'abc (一) 店'
    """
    return "" if name is None else " ".join(unicodedata.normalize("NFKC", name).casefold().split())
