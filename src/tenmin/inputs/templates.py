"""Write template spreadsheets, with headings and an example row, and a study file that names them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

from tenmin.support.errors import OutputError
from tenmin.support.files import make_folder, read_toml, replacing, shipped_file
from tenmin.support.writing import write_workbook

__all__ = ["write_template"]

STUDY = "study.toml"
_MAX_WIDTH = 36


def write_template(folder: str | os.PathLike[str], *, lang: Literal["zh", "en"] = "zh") -> list[Path]:
    """Write template spreadsheets of facilities, communities and housing estates, and a study file; return their paths.

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
    ['设施台账.xlsx', '社区.xlsx', '小区.xlsx', 'study.toml']
    """
    target = make_folder(folder)
    books = [
        (target / book["file"][lang], [column[lang] for column in book["columns"]]) for book in _texts()["workbook"]
    ]
    study = target / STUDY
    existing = next((path for path in (*(path for path, _ in books), study) if path.exists()), None)
    if existing is not None:
        msg = f"{existing} is already there and is not written over; give another folder, or take it away"
        raise OutputError(msg)
    for path, columns in books:
        _write_workbook(path, columns)
    with replacing(study) as temporary:
        temporary.write_text(_texts()["study"][lang].lstrip(), encoding="utf-8")
    return [*(path for path, _ in books), study]


@cache
def _texts() -> dict[str, Any]:
    return read_toml(shipped_file("tenmin.inputs", "templates.toml"))


def _write_workbook(path: Path, columns: Sequence[Sequence[str]]) -> None:
    """Write headings and one row as text cells, so that Excel does not turn ids into dates or numbers."""
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = path.stem
    sheet.freeze_panes = "A2"
    for column, texts in enumerate(columns, 1):
        letter = get_column_letter(column)
        sheet.column_dimensions[letter].width = min(_MAX_WIDTH, 4 + 2 * max(map(len, texts)))
        for row, text in enumerate(texts, 1):
            cell = sheet.cell(row, column, text)
            cell.number_format = "@"
        sheet.cell(1, column).font = Font(bold=True)
    write_workbook(book, path)
