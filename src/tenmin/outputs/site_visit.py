"""The list for a visit on site: what the answers rest on, and who depends on a single facility, as a workbook."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from tenmin.measures.coverage import Coverage
from tenmin.measures.doubts import list_doubts, sum_doubts
from tenmin.outputs.tables import in_words
from tenmin.support.files import read_toml, shipped_file
from tenmin.support.language import Lang, choose_language
from tenmin.support.writing import write_workbook

__all__ = ["write_doubts"]

_HEADS: dict[str, dict[str, str]] = read_toml(shipped_file("tenmin.outputs", "tables.toml"))
_SHEETS = ("sheet_visit", "sheet_single")
_WIDTH = 16
"""Width of columns, characters."""


def write_doubts(coverage: Coverage, path: str | os.PathLike[str], *, lang: Lang | None = None) -> None:
    """Write the doubts of a coverage as a workbook, with an empty column for what was found on site.

    Parameters
    ----------
    coverage
        A coverage whose places have the column `people`.
    path
        The workbook; an existing one is replaced.
    lang
        "zh" or "en"; by default the language of the system.

    Raises
    ------
    TableError, OutputError
        If the places have no column `people`, or the file cannot be written.
    """
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    lang = choose_language(lang)
    book = Workbook()
    book.remove(book.worksheets[0])
    doubts = list_doubts(coverage)
    tables = doubts.assign(seen=None), sum_doubts(doubts, coverage)
    for key, table in zip(_SHEETS, tables, strict=True):
        sheet, told = book.create_sheet(_HEADS[key][lang]), in_words(table, lang)
        sheet.append(list(told.columns))
        for row in told.astype(object).itertuples(index=False):
            sheet.append([None if pd.isna(value) else _plain(value) for value in row])
        sheet.freeze_panes = "A2"
        for number in range(1, len(told.columns) + 1):
            sheet.column_dimensions[get_column_letter(number)].width = _WIDTH
    write_workbook(book, Path(path))


def _plain(value: object) -> object:
    """A value as a cell holds it: people and metres to a tenth, shares to a thousandth."""
    if isinstance(value, float):
        return round(value, 3 if value < 1.0 else 1)
    return value if isinstance(value, int | str) else str(value)
