"""A table as it stands in a file: its headings, its cells as text, its shapes, and remarks on its rows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
from pyproj import CRS

from tenmin.support.errors import TableError

__all__ = ["MERGED", "Cells", "Remark", "Sheet", "check_headings", "shown_rows", "text_of"]

MERGED = "merged with the cell above; taken for the same"
"""What is said of a row whose cell is one with that of the row above."""

Cells = list[str | None]
_WHOLE = 1e21
_MOST_SHOWN = 5


@dataclass(frozen=True)
class Remark:
    """What is to be said of one row: read and noted (`used`), or left out; `fault` if it cannot be used as it is."""

    row: int
    field: str
    value: str
    reason: str
    used: bool = True
    fault: bool = False


@dataclass(frozen=True)
class Sheet:
    """The rows of a file, by heading, and where they stand in it.

    `rows` are their numbers as a planner sees them. `own` holds columns whose type the file itself tells. `cut` are
    headings that the format cuts short.
    """

    path: Path
    columns: Mapping[str, Cells]
    rows: np.ndarray
    geometry: np.ndarray | None = None
    crs: CRS | None = None
    encoding: str | None = None
    own: Mapping[str, pd.Series] = field(default_factory=dict)
    cut: frozenset[str] = frozenset()
    odd: tuple[Remark, ...] = ()

    def without(self, rows: Iterable[int], remarks: Iterable[Remark]) -> Sheet:
        """Return the sheet without the rows of these numbers, and with remarks that say why."""
        keep = ~np.isin(self.rows, list(rows))
        places = np.flatnonzero(keep).tolist()
        return replace(
            self,
            columns={name: [cells[place] for place in places] for name, cells in self.columns.items()},
            rows=self.rows[keep],
            geometry=None if self.geometry is None else self.geometry[keep],
            own={name: series[keep].reset_index(drop=True) for name, series in self.own.items()},
            odd=(*(one for one in self.odd if one.row not in set(rows)), *remarks),
        )


def shown_rows(rows: Sequence[int]) -> str:
    """Return numbers of rows in words.

    >>> shown_rows([3]), shown_rows([2, 5])
    ('row 3', 'rows 2, 5')
    """
    first = ", ".join(str(row) for row in list(rows)[:_MOST_SHOWN])
    more = f" and {len(rows) - _MOST_SHOWN} more" if len(rows) > _MOST_SHOWN else ""
    return f"row{'s' if len(rows) > 1 else ''} {first}{more}"


def text_of(value: object) -> str | None:
    """Return a cell as its shortest text, None if it is empty; no digit of it is lost.

    >>> text_of("  00123 "), text_of(600.0), text_of(0.1), text_of(float("nan")), text_of("NA")
    ('00123', '600', '0.1', None, 'NA')
    """
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        if math.isnan(value):
            return None
        return str(int(value)) if float(value).is_integer() and abs(value) < _WHOLE else repr(float(value))
    return str(value).strip() or None


def check_headings(headings: Sequence[str | None], path: Path) -> None:
    """Refuse headings of which two are the same, or none is there.

    Raises
    ------
    TableError
        Naming the heading and the columns.
    """
    given = [heading for heading in headings if heading]
    if not given:
        msg = f"{path}: the first row has no headings; put the names of the columns there"
        raise TableError(msg)
    twice = next((heading for heading in given if given.count(heading) > 1), None)
    if twice is not None:
        places = [str(n) for n, heading in enumerate(headings, 1) if heading == twice]
        msg = f"{path}: the heading {twice!r} stands over columns {' and '.join(places)}; rename or delete one"
        raise TableError(msg)
