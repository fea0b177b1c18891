"""How names are compared: in one form, whatever the width, case and spacing they were typed in."""

from __future__ import annotations

import unicodedata

__all__ = ["plain_name"]


def plain_name(name: str | None) -> str:
    """Return the name in the form in which names are compared ("" for none).

    >>> plain_name("　ＡＢＣ （一）  店 ")
    'abc (一) 店'
    """
    return "" if name is None else " ".join(unicodedata.normalize("NFKC", name).casefold().split())
