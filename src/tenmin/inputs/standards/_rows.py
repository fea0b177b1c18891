"""Convert a standard to plain values, and these to the text of a TOML file."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields
from typing import Any

from tenmin.inputs.standards._clause import AppliesTo
from tenmin.inputs.standards._parsing import SECTIONS, STANDARD_FIELDS
from tenmin.inputs.standards._standard import Standard

__all__ = ["Tables", "list_tables", "write_toml_text"]

Tables = Mapping[str, Any]
"""Contents of a standard's file: the fields of the standard, and the rows of each section."""

_HOLDERS = {"tier": "tiers", "clause": "clauses", "reported": "reported"}


def list_tables(standard: Standard) -> dict[str, Any]:
    """Return a standard as the contents of its file, without empty fields."""
    head = {name: getattr(standard, name) for name in STANDARD_FIELDS}
    tables: dict[str, Any] = {name: _plain(value) for name, value in head.items() if value not in {None, "", ()}}
    for section, holder in _HOLDERS.items():
        tables[section] = [_row(one) for one in getattr(standard, holder)]
    return tables


def _row(one: Any) -> dict[str, Any]:
    return {
        part.name: _plain(getattr(one, part.name)) for part in fields(one) if getattr(one, part.name) != _default(part)
    }


def _default(part: Field[Any]) -> Any:
    return part.default if part.default_factory is MISSING else part.default_factory()


def _plain(value: Any) -> Any:
    if isinstance(value, AppliesTo):
        return _row(value)
    return list(value) if isinstance(value, tuple) else value


def write_toml_text(tables: Tables) -> str:
    """Return the contents of a standard's file as TOML text."""
    lines = [f"{name} = {_literal(value)}" for name, value in tables.items() if name not in SECTIONS]
    for section in SECTIONS:
        for row in tables.get(section, ()):
            lines += ["", f"[[{section}]]", *(f"{name} = {_literal(value)}" for name, value in row.items())]
    return "\n".join([*lines, ""])


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "inf" if math.isinf(value) else repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {_literal(item)}" for name, item in value.items()) + " }"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_literal(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
