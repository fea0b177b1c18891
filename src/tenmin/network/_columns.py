"""Lossless conversion of columns to types that every file format has: int, float, bool and text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from tenmin.support.errors import FileError, InputError

__all__ = ["KINDS", "decode", "encode", "json_text", "json_value", "plain", "restored"]

#: The types of stored columns; "json" is text with one JSON value in each row.
KINDS = ("int", "float", "bool", "text", "json")
_INTS = frozenset({"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32"})
_FLOATS = frozenset({"float32", "float64"})
_TEXTS = frozenset({"str", "object"})
_OTHERS = frozenset({"uint64", "string", "boolean", "Int8", "Int16", "Int32", "Int64", "Float32", "Float64"})
_DTYPES = _INTS | _FLOATS | _TEXTS | _OTHERS | {"bool"}
_SCALARS = {bool: (bool, np.bool_), int: (int, np.integer), float: (float, np.floating), str: (str,)}


def plain(value: object) -> Any:
    """Return a value as JSON types, from which `restored` gives the same value.

    Raises
    ------
    InputError
        If it is not None, a bool, number or text, or a list, tuple, set or mapping of these.
    """
    if value is None:
        return None
    for made, kinds in _SCALARS.items():
        if isinstance(value, kinds):
            return made(value)
    if value is pd.NA:
        return {"missing": True}
    return _plain_collection(value)


def _plain_collection(value: object) -> Any:
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, tuple):
        return {"tuple": [plain(one) for one in value]}
    if isinstance(value, (set, frozenset)):
        return {"set": sorted((plain(one) for one in value), key=lambda one: (type(one).__name__, json.dumps(one)))}
    if isinstance(value, Mapping):
        return {"mapping": [[plain(key), plain(one)] for key, one in value.items()]}
    msg = f"{value!r:.80} is a {type(value).__name__}, which no file of a network holds; give numbers or text"
    raise InputError(msg)


def restored(value: Any) -> Any:
    """Return the value that `plain` converted; sets become frozensets, and mappings dicts.

    Raises
    ------
    ValueError
        If `plain` gives no such value.
    """
    if isinstance(value, list):
        return [restored(one) for one in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        kind, content = next(iter(value.items()))
        if kind == "missing":
            return pd.NA
        if kind in {"tuple", "set"} and isinstance(content, list):
            parts = [restored(one) for one in content]
            return tuple(parts) if kind == "tuple" else frozenset(parts)
        if kind == "mapping" and isinstance(content, list):
            return {restored(key): restored(one) for key, one in content}
    msg = f"{str(value)[:80]} is no value of a network file"
    raise ValueError(msg)


def json_text(value: object) -> str:
    """Return a value as compact JSON in ASCII (see `plain`)."""
    return json.dumps(plain(value), ensure_ascii=True, separators=(",", ":"))


def json_value(text: object) -> Any:
    """Return the value that `json_text` wrote.

    Raises
    ------
    ValueError
        If the text is not from `json_text`.
    """
    if not isinstance(text, str):
        msg = "an empty cell"
        raise ValueError(msg)  # noqa: TRY004
    try:
        return restored(json.loads(text))
    except (RecursionError, TypeError) as error:
        msg = f"{text[:80]!r} is no value of a network file"
        raise ValueError(msg) from error


def encode(values: pd.Series | pd.Index, where: str) -> tuple[str, np.ndarray]:
    """Return the kind (see `KINDS`) and stored values of a column: int64, float64, bool, or objects of text and None.

    Parameters
    ----------
    values
        The column.
    where
        Its name in messages.

    Raises
    ------
    InputError
        If the type of the column or of a value cannot be stored.
    """
    dtype = str(values.dtype)
    if dtype not in _DTYPES:
        msg = f"{where} is of type {dtype}, which no file of a network holds; make it numbers, bools or text"
        raise InputError(msg)
    if dtype in _INTS:
        return "int", values.to_numpy().astype(np.int64)
    if dtype == "bool":
        return "bool", values.to_numpy()
    if dtype in _FLOATS:
        numbers = values.to_numpy().astype(np.float64)
        if not (np.signbit(numbers) & (numbers == 0.0)).any():  # SQLite has no negative zero
            return "float", numbers
    return _encode_objects(values, dtype, where)


def _encode_objects(values: pd.Series | pd.Index, dtype: str, where: str) -> tuple[str, np.ndarray]:
    objects = values.to_numpy(dtype=object, copy=True)
    if dtype == "str":
        objects[values.isna().to_numpy() if isinstance(values, pd.Series) else values.isna()] = None
    if dtype in _TEXTS and _is_plain_text(objects):
        return "text", objects
    try:
        texts = [json_text(value) for value in objects]
    except InputError as error:
        msg = f"{where}: {error}"
        raise InputError(msg) from None
    return "json", _objects(texts)


def _is_plain_text(objects: np.ndarray) -> bool:
    if not all(value is None or type(value) is str for value in objects):
        return False
    whole = "".join(value for value in objects if value is not None)
    try:
        return "\0" not in whole and bool(whole.encode("utf-8") or True)
    except UnicodeEncodeError:
        return False


def _objects(values: list[Any]) -> np.ndarray:
    """An object array of these values, even if they are sequences."""
    made = np.empty(len(values), object)
    for row, value in enumerate(values):
        made[row] = value
    return made


def decode(kind: str, values: np.ndarray, dtype: str, where: str) -> Any:
    """Return the values of a column in its original type, as a numpy or pandas array.

    Parameters
    ----------
    kind
        One of `KINDS`.
    values
        The stored values.
    dtype
        The original type.
    where
        Its name in messages.

    Raises
    ------
    FileError
        If `encode` does not give such values for this kind and type.
    """
    if kind not in KINDS or dtype not in _DTYPES:
        msg = f"{where} is of the unknown kind {kind!r:.40} and type {dtype!r:.40}; was it written by a newer tenmin?"
        raise FileError(msg)
    wanted = {"int": "int64", "float": "float64", "bool": "bool"}.get(kind, "object")
    if str(values.dtype) != wanted:
        msg = f"{where} holds {values.dtype}, not {wanted}, or has empty cells: the file was edited or is damaged"
        raise FileError(msg)
    try:
        if kind != "json":
            return _typed(values, dtype)
        return _typed(_objects([json_value(text) for text in values]), dtype)
    except (ValueError, TypeError, OverflowError) as error:
        msg = f"{where}: a value is not of type {dtype} ({error}): the file was edited or is damaged"
        raise FileError(msg) from error


def _typed(values: np.ndarray, dtype: str) -> Any:
    if dtype == "object":
        return values.astype(object)
    if dtype in _TEXTS | _OTHERS:
        return pd.array(values, dtype=dtype)  # pyright: ignore[reportArgumentType, reportCallIssue]
    return values.astype(dtype)
