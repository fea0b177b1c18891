"""JSON files made by others: read whole or refused, with no key twice and no number that JSON does not have."""

from __future__ import annotations

import json
import os
from typing import Any

from tenmin.support.bounds import check_amount
from tenmin.support.files import open_input, reading

__all__ = ["read_json"]

_MAX_BYTES = 16 * 2**20


def read_json(path: str | os.PathLike[str], shorter: str) -> Any:
    """Return what a .json file holds.

    Parameters
    ----------
    path
        The file, of at most 16 MB.
    shorter
        What to say of a longer one.

    Raises
    ------
    FileError
        It is no JSON or too long, an object has a key twice, or a number is NaN or infinite.
    """
    found = open_input(path, (".json",))
    check_amount(found, found.stat().st_size, _MAX_BYTES, "bytes", shorter)
    with reading(found):
        return json.loads(
            found.read_text("utf-8-sig"), object_pairs_hook=_without_repeated_keys, parse_constant=_refuse_constant
        )


def _without_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    twice = next((key for key in keys if keys.count(key) > 1), None) if len(set(keys)) < len(keys) else None
    if twice is not None:
        msg = f"the key {twice!r} stands twice in one object"
        raise ValueError(msg)
    return dict(pairs)


def _refuse_constant(text: str) -> float:
    msg = f"{text} is no number of JSON"
    raise ValueError(msg)
