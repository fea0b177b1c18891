"""Write template spreadsheets, with headings and an example row, streets, and a study that runs on them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from tenmin.inputs.samples import sample_path
from tenmin.inputs.services import load_catalogue
from tenmin.support.errors import OutputError
from tenmin.support.files import make_folder, read_toml, replacing, shipped_file
from tenmin.support.writing import write_workbook

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["list_words", "write_template"]

STUDY, STREETS = "study.toml", "streets.osm"
_MAX_WIDTH = 36


def write_template(folder: str | os.PathLike[str], *, lang: Literal["zh", "en"] = "zh") -> list[Path]:
    """Write template spreadsheets of facilities, communities and housing estates, and a study; return their paths.

    The study runs as it is, on the streets of the invented district that ships with tenmin.

    Parameters
    ----------
    folder
        The folder; it is created if it does not exist.
    lang
        Language of the headings and the example row.

    Raises
    ------
    OutputError
        One of the files exists already, or cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     [path.name for path in write_template(folder)]
    ['设施台账.xlsx', '社区.xlsx', '小区.xlsx', 'streets.osm', 'study.toml']
    """
    target = make_folder(folder)
    books = [
        (target / book["file"][lang], [column[lang] for column in book["columns"]]) for book in _texts()["workbook"]
    ]
    streets, study = target / STREETS, target / STUDY
    existing = next((path for path in (*(path for path, _ in books), streets, study) if path.exists()), None)
    if existing is not None:
        msg = f"{existing} is already there and is not written over; give another folder, or take it away"
        raise OutputError(msg)
    for place, (path, columns) in enumerate(books):
        _write_workbook(path, columns, lang if place == 0 else None)
    with replacing(streets) as temporary:
        temporary.write_bytes(sample_path("shifan").read_bytes())
    with replacing(study) as temporary:
        temporary.write_text(_texts()["study"][lang].lstrip(), encoding="utf-8")
    return [*(path for path, _ in books), streets, study]


@cache
def _texts() -> dict[str, Any]:
    return read_toml(shipped_file("tenmin.inputs", "templates.toml"))


def list_words() -> pd.DataFrame:
    """Return the words that a table may use for the category of a facility: key, zh, en, aliases and amap (codes).

    Examples
    --------
    >>> list_words().set_index("key").loc["pharmacy", ["zh", "en", "amap"]].tolist()
    ['药店', 'Pharmacy', '090601、090600']
    """
    rows = [(key, one.zh, one.en, "、".join(one.aliases), "、".join(one.amap)) for key, one in load_catalogue().items()]
    return pd.DataFrame(rows, columns=["key", "zh", "en", "aliases", "amap"])


def _write_workbook(path: Path, columns: Sequence[Sequence[str]], words: Literal["zh", "en"] | None) -> None:
    """Write headings and one row as text cells, so that Excel does not turn ids into dates or numbers.

    The words for categories are a second sheet, in a language, if one is given.
    """
    from openpyxl import Workbook

    book = Workbook()
    _fill_sheet(book.worksheets[0], path.stem, columns)
    if words is not None:
        table, texts = list_words(), _texts()["words"]
        listed = [[texts[name][words], *table[name]] for name in table.columns]
        _fill_sheet(book.create_sheet(), texts["sheet"][words], listed)
    write_workbook(book, path)


def _fill_sheet(sheet: Worksheet, title: str, columns: Sequence[Sequence[str]]) -> None:
    """Fill a sheet with columns of text, the first cell of each a heading."""
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet.title = title
    sheet.freeze_panes = "A2"
    for column, texts in enumerate(columns, 1):
        letter = get_column_letter(column)
        sheet.column_dimensions[letter].width = min(_MAX_WIDTH, 4 + 2 * max(map(len, texts)))
        for row, text in enumerate(texts, 1):
            cell = sheet.cell(row, column, text)
            cell.number_format = "@"
        sheet.cell(1, column).font = Font(bold=True)
