"""Tables as the sheets of a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from tenmin.support.writing import writable, write_workbook

__all__ = ["write_sheets"]

_WIDTH = 16
"""Width of columns, characters."""


def write_sheets(tables: Mapping[str, pd.DataFrame], path: Path) -> None:
    """Write tables as a workbook, a sheet each, with their headings in view.

    Parameters
    ----------
    tables
        The tables by the name of their sheets; their indexes are not written.
    path
        The workbook; an existing one is replaced.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.remove(book.worksheets[0])
    for title, table in tables.items():
        sheet = book.create_sheet(title)
        sheet.append(list(table.columns))
        for row in table.astype(object).itertuples(index=False):
            sheet.append([None if pd.isna(value) else _plain(value) for value in row])
        sheet.freeze_panes = "A2"
        for number in range(1, len(table.columns) + 1):
            sheet.column_dimensions[get_column_letter(number)].width = _WIDTH
    write_workbook(book, path)


def _plain(value: object) -> object:
    """A value as a cell holds it: people and metres to a tenth, shares to a thousandth."""
    if isinstance(value, float):
        return round(value, 3 if abs(value) < 1.0 else 1)
    return value if isinstance(value, int) else writable(str(value))
