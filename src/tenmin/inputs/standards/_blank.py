"""Write an empty table for a standard that is only available in print."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

from tenmin.inputs.standards._clause import KEY
from tenmin.inputs.standards._rows import write_toml_text
from tenmin.inputs.standards._workbook import write_tables
from tenmin.support.errors import InputError, OutputError
from tenmin.support.files import local_path, read_toml, replacing, shipped_file

__all__ = ["write_blank_standard"]

_EXAMPLE = """
# One table for each thing that the text asks for; fill in either this file or the workbook, and load that one.
# A row that has only names counts as not filled in yet. tenmin standards check FILE says what is wrong.
#
# [[clause]]
# id = "kindergarten_radius"
# zh = "幼儿园服务半径"
# subject = "kindergarten"
# kind = "straight_metres"
# value = 123
# mandatory = true
# note = "table and row of the printed text"
"""


def write_blank_standard(
    id: str,
    folder: str | os.PathLike[str],
    *,
    who: str,
    on: str | date,
) -> tuple[Path, Path]:
    """Write an empty table to fill in from a printed standard, as workbook and as TOML, and return both paths.

    Clauses that are filled in have the evidence `user`. For GB 50180, known names of facilities in its appendix are
    filled in already, without values.

    Parameters
    ----------
    id
        Id of the standard: lower-case letters, digits and _; the files are named after it.
    folder
        An existing folder.
    who, on
        Who fills it in, and the date, as a date or as text such as "2026-11-22".

    Raises
    ------
    InputError
        The id, the name or the date is invalid.
    OutputError
        One of the files exists already, or cannot be written.
    """
    tables = _tables(id, who, on)
    workbook, toml = (local_path(folder) / f"{id}{ending}" for ending in (".xlsx", ".toml"))
    for path in (workbook, toml):
        if path.exists():
            msg = f"{path} is there already and is left as it is; give another id or folder"
            raise OutputError(msg)
    with replacing(toml) as temporary:
        temporary.write_text(write_toml_text(tables) + _EXAMPLE, encoding="utf-8")
        write_tables(tables, workbook)
    return workbook, toml


def _tables(name: str, who: str, on: str | date) -> dict[str, Any]:
    if not KEY.fullmatch(name):
        msg = f"{name!r} is no id of a standard; give small letters, digits and _, such as 'gb50180_ours'"
        raise InputError(msg)
    if not who.strip():
        msg = f"who is {who!r}; give the name of the person or office that fills the table in"
        raise InputError(msg)
    try:
        day = date.fromisoformat(str(on))
    except ValueError:
        msg = f"on is {on!r}; give the date as year-month-day, such as '2026-11-22'"
        raise InputError(msg) from None
    shipped = read_toml(shipped_file("tenmin.inputs.standards", "blank.toml"))
    known = next((rows for prefix, rows in shipped.items() if name.startswith(prefix)), {})
    empty = dict.fromkeys(("title_zh", "title_en", "issued_by", "source"), "")
    return {"id": name, "evidence": "user", "entered_by": who.strip(), "entered_on": day.isoformat(), **empty, **known}
