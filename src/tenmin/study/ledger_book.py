"""The ledger of problems as a workbook that people fill in: what they added stays, the old file is kept beside it."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from tenmin.outputs.tables import in_words
from tenmin.study._ledger_notes import add_notes
from tenmin.study._ledger_words import (
    COLUMNS,
    FACILITIES,
    GAPS,
    HOMES,
    MEASURED,
    NOTES,
    STATES,
    STREETS,
    WORDS,
    heading_of,
)
from tenmin.study.ledger import Ledger, carry_over
from tenmin.study.map_notes import read_notes
from tenmin.study.survey import Survey
from tenmin.support.bounds import check_workbook
from tenmin.support.errors import FileError, OutputError, TableError
from tenmin.support.files import make_folder, open_input, replacing
from tenmin.support.language import Lang
from tenmin.support.nouns import check_noun
from tenmin.support.writing import writable, write_workbook

if TYPE_CHECKING:
    from openpyxl import Workbook

__all__ = ["check_ledger", "read_ledger", "update_ledger"]

_LANGS: tuple[Lang, ...] = ("zh", "en")
_SUFFIX = ".xlsx"
_HEADINGS_WITHIN = 20
"""Rows at the top of a sheet among which the headings are looked for."""
_LOCKS = ("~${name}", ".~lock.{name}#", ".~{name}")
"""Files by which Excel, LibreOffice and WPS say that a workbook is open."""
_WRITTEN = ("id", *MEASURED, "state", "change")
"""Columns that a run writes in rows that are there already."""
_WIDTHS = {"id": 9, "people": 9, "state": 12, "unit": 16, "deadline": 14, "place": 20, "services": 28}
_WIDTH = 36


def read_ledger(path: str | os.PathLike[str]) -> Ledger:
    """Return the ledger of problems in a workbook, in which people may have sorted rows and added columns and sheets.

    Parameters
    ----------
    path
        A workbook that `update_ledger` wrote.

    Raises
    ------
    FileError, TableError
        The file is no workbook, a sheet or heading is missing, cells that a run writes are merged, or a state is none.
    """
    found = open_input(path)
    book = _open(found)
    sheet, lang = _find_sheet(book, found)
    head = _find_headings(sheet, lang, found)
    rows = _frame(sheet, head).rename(columns={heading_of(name, lang): name for name in (*COLUMNS, NOTES)})
    rows = rows[rows.notna().any(axis=1)]
    _check_merged(sheet, head, lang, found)
    homes, facilities, basis = (
        _hidden(book, name, [heading_of(column, lang) for column in columns], lang, found)
        for name, columns in (("homes", HOMES), ("facilities", FACILITIES), ("basis", ()))
    )
    streets, gaps = (
        _hidden(book, name, [heading_of(column, lang) for column in columns], lang, found).set_axis(
            list(columns), axis=1
        )
        if WORDS[lang][name] in book.sheetnames
        else pd.DataFrame(columns=[*columns], dtype=object)
        for name, columns in (("streets", STREETS), ("gaps", GAPS))
    )
    homes = homes.set_axis(list(HOMES), axis=1)
    numbers = {name: pd.to_numeric(homes[name], errors="coerce").astype(float) for name in ("people", "lon", "lat")}
    return Ledger(
        rows.assign(state=_read_states(rows["state"], sheet.title, lang, found)),
        homes.assign(**numbers, place=homes["place"].astype(str), id=homes["id"].astype(str)),
        facilities.set_axis(list(FACILITIES), axis=1),
        streets.astype(str),
        gaps.astype(str),
        {str(key): str(value) for key, value in zip(basis.iloc[:, 0], basis.iloc[:, 1], strict=True)},
        lang,
        (WORDS[lang]["charts"],) if _has_pictures(found) else (),
    )


def check_ledger(path: Path, study: str, notes: Iterable[Path] = ()) -> None:
    """Raise an error if a ledger cannot be carried on, or notes for it cannot be read: before anything is measured.

    Parameters
    ----------
    path
        The ledger, which need not exist.
    study
        The id of the study.
    notes
        The files of notes.

    Raises
    ------
    FileError, TableError
        As in `read_ledger` and `read_notes`.
    OutputError
        The ledger is open in another program, is that of another study, or is no .xlsx file.
    """
    if path.suffix.lower() != _SUFFIX:
        msg = f"the ledger {path} must be a workbook; give a name that ends in {_SUFFIX}"
        raise OutputError(msg)
    locks = [path.with_name(lock.format(name=path.name)) for lock in _LOCKS]
    lock = next((lock for lock in locks if lock.exists()), None)
    if lock is not None:
        msg = f"{path} is open in another program; save and close it there, and run again (or delete {lock.name})"
        raise OutputError(msg)
    if path.exists():
        of = read_ledger(path).basis.get("study")
        if of is None:
            msg = f"{path} no longer says of which study it is; restore the ledger kept beside it, or give another name"
            raise OutputError(msg)
        if of != study:
            msg = f"{path} is the ledger of another study, {of!r}; give this one a ledger of its own"
            raise OutputError(msg)
    for one in notes:
        read_notes(one)


def update_ledger(survey: Survey, path: str | os.PathLike[str] | None = None, *, lang: Lang | None = None) -> Ledger:
    """Return the ledger of problems of a study after carrying on that of the last quarter, and write it.

    A gap by place is the problem of an old row if it shares with it at least half of the people of the smaller of the
    two, most people first; each row is found once. Homes are known by their id, or within 50 m if no home has it now.
    Such a row keeps its id and all that a person wrote; its place, communities, services, people, cause and cure are
    those of this quarter. "cured" becomes "re-measured", and "cleared" becomes "reopened". A problem that is not found
    is "cleared", and `change` says which facilities serve its people now and whether they are new, unless its people
    are part of another problem, or one of its services was not measured. Other gaps are new rows with the next number.
    Ids that were typed over are written back where people and services tell whose the row is. Notes of meetings that
    the study names are added to the column of notes, in the row of the problem that they are of.

    The old workbook is kept beside the new one, as problems.1.xlsx, problems.2.xlsx, and so on; if nothing has changed,
    it stays as it is. Columns, rows and sheets that a person added stay, with formulas and formats.

    Parameters
    ----------
    survey
        The results of the study.
    path
        The workbook; by default the one that the study names.
    lang
        Language of a new ledger, by default that of the study; an old one keeps its own.

    Raises
    ------
    OutputError
        The study names no ledger, is a scenario, or the ledger is open in another program, that of another study, or
        cannot be written.
    FileError, TableError
        The ledger cannot be read, or an id in it is doubtful or stands twice.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import tenmin as tm
    >>> with TemporaryDirectory() as folder:
    ...     *_, path = tm.write_template(folder, lang="en")
    ...     found = tm.survey(tm.read_study(path))
    ...     tm.update_ledger(found, f"{folder}/problems.xlsx")
    <Ledger of 0 problems: none>
    """
    study = check_noun(survey, Survey, "survey").study
    target = study.ledger if path is None else Path(path)
    if target is None:
        msg = f'{study.path} names no ledger; write [ledger] with path = "problems.xlsx", or give path='
        raise OutputError(msg)
    if study.changes is not None:
        msg = f"{study.scenario!r} is a scenario; the ledger is that of the town as it is, so survey the study itself"
        raise OutputError(msg)
    check_ledger(target, study.id, study.notes)
    old = read_ledger(target) if target.exists() else Ledger.empty(study.lang if lang is None else lang)
    new = carry_over(old, survey.gaps, survey.coverage, study=study.id)
    for notes in study.notes:
        new = add_notes(new, read_notes(notes))
    if target.exists() and _is_same(old, new):
        return new
    kept = _write(new, target, old.rows.index, survey.provenance)
    return replace(new, remarks=(*old.remarks, *new.remarks), kept=kept)


def _is_same(old: Ledger, new: Ledger) -> bool:
    """Whether a run changed nothing of a ledger."""
    tables = [(one.rows, one.homes, one.facilities, one.streets, one.gaps) for one in (old, new)]
    return dict(old.basis) == dict(new.basis) and all(
        before.fillna("").astype(str).equals(after.fillna("").astype(str))
        for before, after in zip(*tables, strict=True)
    )


def _write(ledger: Ledger, target: Path, known: pd.Index, sources: pd.DataFrame) -> Path | None:
    """Write a ledger over one with rows that are known, and return where the old one is kept, if there was one."""
    from openpyxl import Workbook

    kept, lang = None, ledger.lang
    if target.exists():
        book = _open(target)
        sheet, _ = _find_sheet(book, target)
        head = _find_headings(sheet, lang, target)
        kept = _keep_beside(target)
    else:
        make_folder(target.parent)
        book, head = Workbook(), 1
        sheet = _begin(book, lang)
    if NOTES in ledger.rows and heading_of(NOTES, lang) not in _columns_of(sheet, head):
        sheet.cell(head, sheet.max_column + 1, heading_of(NOTES, lang))
    columns, measured = _columns_of(sheet, head), set(ledger.homes["id"])
    for row, values in zip(ledger.rows.index.tolist(), ledger.rows.to_dict("records"), strict=True):
        own = _WRITTEN if row in known else COLUMNS
        told = {**values, "state": WORDS[lang].get(str(values["state"]))}
        if row not in known or values["id"] in measured:
            _fill_row(sheet, row, {columns[heading_of(name, lang)]: told[name] for name in own})
        if isinstance(note := values.get(NOTES), str) and note:
            _fill_row(sheet, row, {columns[heading_of(NOTES, lang)]: note})
    _replace_hidden(book, ledger, in_words(sources, lang))
    write_workbook(book, target, formulas=True)
    return kept


def _begin(book: Workbook, lang: Lang) -> Any:
    """The first sheet of a new ledger, with its headings."""
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet: Any = book.active
    sheet.title, sheet.freeze_panes = WORDS[lang]["ledger"], "B2"
    for column, name in enumerate(COLUMNS, 1):
        sheet.cell(1, column, heading_of(name, lang)).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTHS.get(name, _WIDTH)
    return sheet


def _fill_row(sheet: Any, row: int, values: dict[int, Any]) -> None:
    """Write values below their columns; texts that begin with = stay texts."""
    for column, value in values.items():
        cell = sheet.cell(row, column)
        cell.value = None if pd.isna(value) else writable(value)
        if cell.data_type == "f":
            cell.data_type = "s"


def _replace_hidden(book: Workbook, ledger: Ledger, sources: pd.DataFrame) -> None:
    """Write the hidden sheets by which the next run finds the problems again, and where the inputs come from."""
    lang = ledger.lang
    tables: dict[str, tuple[list[str], Iterable[tuple[object, ...]]]] = {
        "homes": ([heading_of(name, lang) for name in HOMES], ledger.homes[[*HOMES]].itertuples(index=False)),
        "facilities": ([heading_of(name, lang) for name in FACILITIES], ledger.facilities.itertuples(index=False)),
        "streets": ([heading_of(name, lang) for name in STREETS], ledger.streets.itertuples(index=False)),
        "gaps": ([heading_of(name, lang) for name in GAPS], ledger.gaps.itertuples(index=False)),
        "basis": ([], ledger.basis.items()),
        "sources": ([*sources.columns], sources.itertuples(index=False)),
    }
    for name, (head, rows) in tables.items():
        title = WORDS[lang][name]
        if title in book.sheetnames:
            book.remove(book[title])
        sheet: Any = book.create_sheet(title)
        sheet.sheet_state = "hidden"
        for number, values in enumerate([tuple(head), *rows] if head else rows, 1):
            _fill_row(sheet, number, dict(enumerate(values, 1)))


def _open(path: Path) -> Workbook:
    from openpyxl import load_workbook

    try:
        check_workbook(path)
        return load_workbook(io.BytesIO(path.read_bytes()))
    except FileError:
        raise
    except Exception as error:  # openpyxl lets errors of zip, XML and its own pass
        msg = f"{path} cannot be read as a workbook ({error}); open it in Excel and save it as .xlsx again"
        raise FileError(msg) from None


def _find_sheet(book: Workbook, path: Path) -> tuple[Any, Lang]:
    """The sheet of problems, and the language of its title."""
    for lang in _LANGS:
        if WORDS[lang]["ledger"] in book.sheetnames:
            return book[WORDS[lang]["ledger"]], lang
    raise FileError(_lost_sheet(path, WORDS["zh"]["ledger"]))


def _lost_sheet(path: Path, title: str) -> str:
    return (
        f"{path}: the sheet {title!r} is missing, so it is no ledger of problems, or somebody deleted or renamed it; "
        "bring it back from the copy beside it, or give the ledger another name and begin a new one"
    )


def _find_headings(sheet: Any, lang: Lang, path: Path) -> int:
    """The row of the headings: people put titles above them."""
    wanted = {heading_of(name, lang) for name in COLUMNS}
    counts = {row: len(wanted & _columns_of(sheet, row).keys()) for row in range(1, _HEADINGS_WITHIN + 1)}
    head = max(counts, key=lambda row: counts[row])
    missing = [text for name in COLUMNS if (text := heading_of(name, lang)) not in _columns_of(sheet, head)]
    if missing:
        msg = f"{path}, sheet {sheet.title!r}: the heading {missing[0]!r} is missing; write it back above its column"
        raise TableError(msg)
    return head


def _columns_of(sheet: Any, row: int) -> dict[str, int]:
    """The column of each text in a row, the first of several."""
    found = dict[str, int]()
    for cell in sheet[row]:
        if isinstance(cell.value, str) and cell.value.strip():
            found.setdefault(cell.value.strip(), cell.column)
    return found


def _frame(sheet: Any, head: int) -> pd.DataFrame:
    """The rows of a sheet below its headings, indexed by their number."""
    columns = _columns_of(sheet, head)
    rows = range(head + 1, sheet.max_row + 1)
    values = [[sheet.cell(row, column).value for column in columns.values()] for row in rows]
    return pd.DataFrame(values, index=pd.Index(rows), columns=list(columns), dtype=object)


def _hidden(book: Workbook, name: str, columns: list[str], lang: Lang, path: Path) -> pd.DataFrame:
    """A hidden sheet, with these columns; one without has keys and values."""
    title = WORDS[lang][name]
    if title not in book.sheetnames:
        raise FileError(_lost_sheet(path, title))
    rows = [list(row) for row in book[title].iter_rows(values_only=True)]
    if not columns:
        return pd.DataFrame([row[:2] for row in rows if row[0] is not None], columns=["key", "value"], dtype=object)
    if not rows or rows[0][: len(columns)] != columns:
        raise FileError(_lost_sheet(path, title))
    own = [row[: len(columns)] for row in rows[1:] if row[0] is not None]
    return pd.DataFrame(own, columns=columns, dtype=object)


def _check_merged(sheet: Any, head: int, lang: Lang, path: Path) -> None:
    columns = _columns_of(sheet, head)
    written = {columns[heading_of(name, lang)] for name in _WRITTEN}
    for cells in sheet.merged_cells.ranges:
        if cells.max_row >= head and written & {*range(cells.min_col, cells.max_col + 1)}:
            msg = f"{path}, sheet {sheet.title!r}: the cells {cells.coord} are merged; unmerge them, and write each row"
            raise TableError(msg)


def _read_states(states: pd.Series, title: str, lang: Lang, path: Path) -> pd.Series:
    """The states as `STATES`; None where there is none."""
    known = {WORDS[lang][state]: state for state in STATES}
    told = states.map(lambda one: "" if one is None else str(one).strip())
    wrong = told[~told.isin([*known, ""])]
    if len(wrong):
        msg = (
            f"{path}, sheet {title!r}, row {wrong.index[0]}: the state {wrong.iloc[0]!r} is none; "
            f"give one of {', '.join(known)}"
        )
        raise TableError(msg)
    return told.map(known).astype(object).where(told != "", None)


def _has_pictures(path: Path) -> bool:
    with zipfile.ZipFile(path) as packed:
        return any(name.startswith(("xl/charts/", "xl/media/")) for name in packed.namelist())


def _keep_beside(path: Path) -> Path:
    """Copy a file to the same name with the next free number."""
    number = 1
    while (kept := path.with_name(f"{path.stem}.{number}{path.suffix}")).exists():
        number += 1
    with replacing(kept) as temporary:
        temporary.write_bytes(path.read_bytes())
    return kept
