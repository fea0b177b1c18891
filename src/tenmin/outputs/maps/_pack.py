"""Texts and numbers of a page as one text: compressed, in base 85, with no sign that means anything in HTML or JSON.

docs/map-format.md describes the layout.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from tenmin.outputs.maps._block import write_block
from tenmin.outputs.maps._layers import Layer

__all__ = ["pack"]

HARMLESS = bytes.maketrans(rb"&<>{}`", rb",./:[]")
"""From the alphabet of `base64.b85encode` to one of the same 79 signs and of six others instead of these."""
LEVEL = 9


def pack(layers: Mapping[str, Layer]) -> str:
    """Return layers as one text.

    A header in JSON holds their texts as `tables` and the structure of their numbers, with first and end positions in
    place of each array; equal arrays stand once. The numbers follow in zigzag encoding (sign in the lowest bit), as
    uint32 by byte planes, which compress better.

    Parameters
    ----------
    layers
        The layers by name; their numbers are nested arrays of integers, numbers and texts.
    """
    texts = {name: layer.texts for name, layer in layers.items() if layer.texts}
    numbers = {name: layer.numbers for name, layer in layers.items()}
    arrays: dict[bytes, tuple[int, np.ndarray]] = {}
    size = 0

    def place(node: Any) -> Any:
        nonlocal size
        if isinstance(node, Mapping):
            return {name: place(part) for name, part in node.items()}
        if isinstance(node, list):
            return [place(part) for part in node]
        if not isinstance(node, np.ndarray):
            return node
        array = node.astype(np.int64)
        first, _ = arrays.setdefault(array.tobytes(), (size, array))
        size = max(size, first + len(array))
        return {"numbers": [first, first + len(array)]}

    head = write_block({"tables": texts, **place(numbers)}).encode("utf-8")
    whole = np.concatenate([np.zeros(0, np.int64), *(array for _, array in arrays.values())])
    signed = ((whole << 1) ^ (whole >> 63)).astype("<u4")
    planes = np.ascontiguousarray(signed.view(np.uint8).reshape(-1, 4).T).tobytes()
    plain = len(head).to_bytes(4, "little") + head + planes
    return base64.b85encode(zlib.compress(plain, LEVEL), pad=True).translate(HARMLESS).decode("ascii")
