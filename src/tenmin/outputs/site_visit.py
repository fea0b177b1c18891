"""The list for a visit on site: what the answers rest on, and who depends on a single facility, as a workbook."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from tenmin.measures.coverage import Coverage
from tenmin.measures.doubts import list_doubts, sum_doubts
from tenmin.outputs.tables import in_words
from tenmin.outputs.workbooks import write_sheets
from tenmin.support.files import read_toml, shipped_file
from tenmin.support.language import Lang, choose_language

__all__ = ["write_doubts"]

_HEADS: dict[str, dict[str, str]] = read_toml(shipped_file("tenmin.outputs", "tables.toml"))
LINKS = 20
"""Links that are listed."""
_SHEETS = ("sheet_visit", "sheet_single")


def write_doubts(
    coverage: Coverage,
    path: str | os.PathLike[str],
    *,
    lang: Lang | None = None,
    sources: pd.DataFrame | None = None,
) -> None:
    """Write the doubts of a coverage as a workbook, with an empty column for what was found on site.

    Parameters
    ----------
    coverage
        A coverage whose places have the column `people`.
    path
        The workbook; an existing one is replaced.
    lang
        "zh" or "en"; by default the language of the system.
    sources
        A table of where the inputs come from, written as a sheet.

    Raises
    ------
    TableError, OutputError
        If the places have no column `people`, or the file cannot be written.
    """
    lang = choose_language(lang)
    doubts = list_doubts(coverage, links=LINKS)
    spots = {name: doubts[name].map("{:.6f}".format).where(doubts[name].notna()) for name in ("lon", "lat")}
    tables = doubts.assign(seen=None, **spots), sum_doubts(doubts, coverage)
    sheets = {_HEADS[key][lang]: in_words(table, lang) for key, table in zip(_SHEETS, tables, strict=True)}
    if sources is not None:
        sheets[_HEADS["sheet_sources"][lang]] = in_words(sources, lang)
    write_sheets(sheets, Path(path))
