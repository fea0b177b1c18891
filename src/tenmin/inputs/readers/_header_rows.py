"""Build a raw table from rows of cells: find its headings, leave out what stands above and below, and totals."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tenmin.inputs.readers._raw_table import FAILED, Cells, RawTable, Remark, check_headings, is_failed
from tenmin.support.errors import TableError

__all__ = [
    "SUBDISTRICT",
    "SUBDISTRICT_HEADINGS",
    "Header",
    "Layout",
    "Row",
    "count_known_headings",
    "table_from_rows",
]

SUBDISTRICT = re.compile(r"(?:街道|街道办事处|镇|乡)$")
"""How the names of 街道 and towns end."""
SUBDISTRICT_HEADINGS = ("街道", "所属街道")

Row = tuple[int, Cells]
Header = int | tuple[int, int]
_TOTAL = re.compile(r"(?:合计|总计|小计|共计)[:：]?$|^(?:totals?|subtotal|sum)$", re.IGNORECASE)
_ONLY_TOTAL = re.compile(
    r"(?:本页|累计|总)?(?:合计|总计|小计|共计)(?:[:：]?\d+[处个所家户人]*)?[:：]?|共\d+[处个所家户人]+"
)
_NOTE = re.compile(
    r"^(?:[附备]?注|(?:填[表报])?说明|(?:数据|资料)?来源|统计口径|(?:单位)?负责人|填[表报]人?|填[表报](?:单位|日期|时间)"
    r"|制表(?:人|单位|日期)?"
    r"|审核人?|复核人?|经办人|联系(?:人|电话|方式)|电话|日期|盖章|签[字章]|单位\(?盖章\)?"
    r"|notes?|sources?|prepared by|checked by)"
    r"\s*(?:[(（].{0,20}[)）])?\s*(?:\d*\s*[:：、.)）]|$)",
    re.IGNORECASE,
)
_PAGE = re.compile(
    r"第\d+页(?:[,，/]?共\d+页)?|page\d+(?:(?:of|/)\d+)?|[(（]?(?:续表|续)[)）]?|[接转][上下]页", re.IGNORECASE
)
_SAYS_PARENT = re.compile("街道|街镇|乡镇|上级|parent|subdistrict", re.IGNORECASE)
_SECTION = "the name of a 街道 above its rows; taken as theirs"
_UNIT_BELOW = re.compile(r"^[(（\[].{1,6}[)）\]]$")
_NUMBER = re.compile(r"^[+-]?[\d.,，]+%?$")
_FIRST_CELLS, _FIRST_ROWS, _MOST_HEADER_ROWS = 3, 30, 3
_ABOVE, _BELOW, _AGAIN = "a title above the headings", "a note below the table", "the headings again"


@dataclass(frozen=True)
class Layout:
    """How the rows of a file make a table.

    Attributes
    ----------
    is_known
        Tells whether a text is a heading.
    header
        Number of the row of headings, or of the first and last of several; None if it is to be found.
    """

    is_known: Callable[[str], bool] = lambda _: False
    header: Header | None = None


def table_from_rows(
    path: Path,
    rows: Iterable[Row],
    layout: Layout,
    cell_remarks: Iterable[Remark] = (),
    *,
    encoding: str | None = None,
    same_width: bool = False,
) -> RawTable:
    """Return the raw table of numbered rows.

    The headings are the first row, of 30, with at least half as many known headings as the one with most, else the
    first with more than one cell; rows below it that only fill its gaps belong to it: their headings are such as
    人口/60岁以上.

    Parameters
    ----------
    path
        The file.
    rows
        Number and cells of each row.
    layout
        What is a heading, and where the headings are.
    cell_remarks
        Remarks on cells; their field is the number of the column.
    encoding
        Encoding of the file, if it is text.
    same_width
        Whether each row must be as long as the headings.

    Raises
    ------
    TableError
        There are no headings, two are equal, a cell has no heading, or a row is of another length.
    """
    filled = [(number, cells) for number, cells in rows if any(cell is not None for cell in cells)]
    if not filled:
        msg = f"{path} has no rows"
        raise TableError(msg)
    start, end = _find_headings(filled, layout, path)
    headings = _join_headings([cells for _, cells in filled[start:end]])
    check_headings(headings, path)
    below, failures = _without_failures(filled[end:])
    body, notes = _split_notes(below, len(headings))
    _check_direction(path, headings, body, layout)
    if same_width:
        _check_width(path, body, max(len(cells) for _, cells in filled[start:end]))
    _check_stray_cells(path, headings, body)
    columns_with_heading = [(column, heading) for column, heading in enumerate(headings) if heading]
    columns = {heading: [_cell(cells, column) for _, cells in body] for column, heading in columns_with_heading}
    numbers = np.array([number for number, _ in body], int)
    heading_by_column, in_body = dict(columns_with_heading), set(numbers.tolist())
    known_cell_remarks = [
        Remark(one.row, heading_by_column[int(one.field)], one.value, one.reason)
        for one in (*cell_remarks, *failures)
        if one.row in in_body and int(one.field) in heading_by_column
    ]
    remarks = [*_left_out(filled[:start], _ABOVE), *known_cell_remarks, *_left_out(notes, _BELOW)]
    table = RawTable(path, columns, numbers, encoding=encoding, remarks=tuple(remarks))
    return _without_sections(_without_totals(table, body, filled[start][1]), body)


def count_known_headings(rows: Sequence[Row], layout: Layout) -> int:
    """Return the number of known headings in the row, of the first 30, that has most; none in a list of fields."""
    filled = [row for row in rows if any(cell is not None for cell in row[1])]
    known = [_known(cells, layout) for _, cells in filled[:_FIRST_ROWS]]
    start = next((row for row, count in enumerate(known) if 0 < 2 * count >= max(known)), 0)
    return 0 if not filled or is_turned(filled[start][1], filled[start + 1 :], layout) else max(known)


def _known(cells: Cells, layout: Layout) -> int:
    return sum(layout.is_known(cell) for cell in {cell for cell in cells if cell is not None})


def _find_headings(rows: list[Row], layout: Layout, path: Path) -> tuple[int, int]:
    """Return the positions of the first row of headings and of the first row after them."""
    if layout.header is not None:
        return _given_headings([number for number, _ in rows], layout.header, path)
    sizes = [sum(cell is not None for cell in cells) for _, cells in rows]
    first = zip(rows[:_FIRST_ROWS], sizes, strict=False)
    known = [_known(cells, layout) if size > 1 else 0 for (_, cells), size in first]
    enough = max(1.0, max(known) / 2)
    start = next((row for row, count in enumerate(known) if count >= enough), None)
    if start is None:
        start = next((row for row, size in enumerate(sizes) if size > 1), 0)
    end, last = start + 1, min(start + _MOST_HEADER_ROWS, len(rows))
    while end < last and _goes_on([cells for _, cells in rows[start : end + 1]], layout):
        end += 1
    return start, end


def _given_headings(numbers: list[int], header: Header, path: Path) -> tuple[int, int]:
    first, last = (header, header) if isinstance(header, int) else header
    given = [row for row, number in enumerate(numbers) if first <= number <= last]
    if not given or numbers[given[0]] != first:
        msg = f"{path} has nothing in row {first}, where header= says that the headings are"
        raise TableError(msg)
    return given[0], given[-1] + 1


def _goes_on(rows: list[Cells], layout: Layout) -> bool:
    """Return whether the last of some rows belongs to the headings: it fills gaps of those above, or holds units."""
    above, last = _with_gaps(_join_headings(rows[:-1])), rows[-1]
    if all(cell is None or _UNIT_BELOW.match(cell) for cell in last):
        return True
    width = max(len(above), len(last))
    under = [(_cell(above, column), _cell(above, column + 1), _cell(last, column)) for column in range(width)]
    if any(cell is not None and _NUMBER.match(cell) for cell in last):
        return False
    fills_a_gap = any(head is None and cell is not None for head, _, cell in under)
    alone = (head is not None and after is not None and cell not in {None, head} for head, after, cell in under)
    joined = _join_headings(rows)
    return (
        fills_a_gap and not any(alone) and any(heading is not None and layout.is_known(heading) for heading in joined)
    )


def _with_gaps(headings: Cells) -> Cells:
    """Return headings in which one that repeats that before it is a gap, as a merged cell is once it was filled."""
    return [None if column and heading == headings[column - 1] else heading for column, heading in enumerate(headings)]


def _join_headings(rows: Sequence[Cells]) -> Cells:
    """Return the headings of several rows as one, such as 人口/60岁以上; a gap takes the heading to its left."""
    joined = list(rows[0])
    for row in rows[1:]:
        above, group = _with_gaps(joined), None
        width = max(len(above), len(row))
        joined = []
        for column in range(width):
            head, cell = _cell(above, column), _cell(row, column)
            group = head if head is not None else group if cell is not None else None
            joined.append(_join(group, cell))
    return joined


def _join(above: str | None, below: str | None) -> str | None:
    if below is None or below == above:
        return above
    if above is None:
        return below
    return f"{above}{below}" if _UNIT_BELOW.match(below) else f"{above}/{below}"


def _split_notes(rows: list[Row], width: int) -> tuple[list[Row], list[Row]]:
    """Split off notes and signatures at the end: from a row that begins as they do, with single cells after it."""
    start = len(rows)
    for at in range(len(rows) - 1, -1, -1):
        cells = [cell for cell in rows[at][1] if cell is not None]
        if _NOTE.match(cells[0]):
            start = at
        elif width == 1 or len(cells) > 1:
            break
    return rows[:start], rows[start:]


def _without_failures(rows: list[Row]) -> tuple[list[Row], list[Remark]]:
    """Return the rows without errors of formulas, and a remark on each of these."""
    remarks = [
        Remark(number, str(column), cell or "", FAILED)
        for number, cells in rows
        for column, cell in enumerate(cells)
        if is_failed(cell)
    ]
    failed = {one.row for one in remarks}
    return [
        (number, [None if is_failed(cell) else cell for cell in cells] if number in failed else cells)
        for number, cells in rows
    ], remarks


def is_turned(headings: Cells, body: Sequence[Row], layout: Layout) -> bool:
    """Return whether the first column holds several headings, as in a list of fields, and the row of headings but one.

    Parameters
    ----------
    headings, body
        The row of headings, and the rows below it.
    layout
        What is a heading.
    """
    first_column = [_cell(cells, 0) for _, cells in body[:_FIRST_ROWS]]
    return _known(headings, layout) <= 1 < _known(first_column, layout)


def _check_direction(path: Path, headings: Cells, body: list[Row], layout: Layout) -> None:
    if layout.header is None and is_turned(headings, body, layout):
        msg = (
            f"{path}: the headings stand in the first column; turn the table (copy it, then paste it transposed), or "
            "name the sheet of the table by sheet="
        )
        raise TableError(msg)


def _without_totals(table: RawTable, body: list[Row], headings: Cells) -> RawTable:
    """Return the table without lines of totals and without the headings of further pages."""
    totals = [row for row in body if any(map(_is_total, row[1][:_FIRST_CELLS])) or any(map(_says_total, row[1]))]
    again = [row for row in body if [cell for cell in row[1] if cell] == [cell for cell in headings if cell]]
    pages = [row for row in body if _PAGE.fullmatch((_only_cell(row[1]) or "").replace(" ", ""))]
    remarks = [
        *_left_out(totals, "a line of totals"),
        *_left_out(again, _AGAIN),
        *_left_out(pages, "the number of a page"),
    ]
    return table.drop_rows([one.row for one in remarks], remarks) if remarks else table


def _without_sections(table: RawTable, body: list[Row]) -> RawTable:
    """Return the table with the 街道 that stand alone above their rows as a column, unless it has one of parents."""
    sections = {number: name for number, cells in body if SUBDISTRICT.search(name := _only_cell(cells) or "")}
    others = set(table.rows.tolist()) - sections.keys()
    if not sections or not others or len(table.columns) < 2 or any(map(_SAYS_PARENT.search, table.columns)):  # noqa: PLR2004
        return table
    parents, parent = [], None
    for number in table.rows.tolist():
        parent = sections.get(number, parent)
        parents.append(parent)
    columns = {**table.columns, SUBDISTRICT_HEADINGS[0]: parents}
    remarks = _left_out([row for row in body if row[0] in sections], _SECTION)
    return replace(table, columns=columns).drop_rows(list(sections), remarks)


def _only_cell(cells: Cells) -> str | None:
    """Return what stands in the only filled cell of a row, or None."""
    filled = [cell for cell in cells if cell is not None]
    return filled[0] if len(filled) == 1 else None


def _is_total(cell: str | None) -> bool:
    return _TOTAL.search((cell or "").replace(" ", "")) is not None


def _says_total(cell: str | None) -> bool:
    """Return whether a cell says nothing but that its row is a total."""
    return _ONLY_TOTAL.fullmatch(unicodedata.normalize("NFKC", cell or "").replace(" ", "")) is not None


def _left_out(rows: Iterable[Row], reason: str) -> list[Remark]:
    return [Remark(n, "", next(cell for cell in cells if cell is not None), reason, used=False) for n, cells in rows]


def _cell(cells: Cells, column: int) -> str | None:
    return cells[column] if column < len(cells) else None


def _check_width(path: Path, body: list[Row], width: int) -> None:
    for number, cells in body:
        if len(cells) < width or any(cell is not None for cell in cells[width:]):
            msg = (
                f"{path}: row {number} has {len(cells)} cells, the headings are {width}; a cell with a comma needs "
                "quotation marks, and a short last row means that the file was cut"
            )
            raise TableError(msg)


def _check_stray_cells(path: Path, headings: Cells, body: list[Row]) -> None:
    for number, cells in body:
        stray_column = next(
            (column for column, cell in enumerate(cells) if cell is not None and not _cell(headings, column)), None
        )
        if stray_column is not None:
            msg = (
                f"{path}: row {number} has {cells[stray_column]!r} in column {stray_column + 1}, which has no heading; "
                "name the column, or take the stray cell (or a separator within a cell) away; if the headings are in "
                "other rows, say so by header="
            )
            raise TableError(msg)
