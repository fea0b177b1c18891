"""Tests of ids: what a row says makes its id, whatever rows stand around it."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader_files import write_csv, write_xlsx
from tenmin.inputs.areas import read_areas
from tenmin.inputs.communities import within_communities
from tenmin.inputs.facilities import read_facilities
from tenmin.inputs.places import read_places
from tenmin.support.contracts import list_remarks
from towns import cases

HEADINGS = ["类别", "名称", "社区", "经度", "纬度", "备注"]
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["药店", "诊所"]),
        st.sampled_from(["", "甲", "乙"]),
        st.sampled_from(["东苑", "西苑、东苑"]),
        st.sampled_from(["105.00001", "105.2"]),
        st.sampled_from(["38.4", "38.40001"]),
    ),
    min_size=1,
    max_size=8,
    unique=True,
)


def ids_of(folder: Path, rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """The id of each row, by its note."""
    table = read_facilities(write_csv(folder / "register.csv", [HEADINGS, *map(list, rows)]))
    return dict(zip(table["备注"], table.index, strict=True))


@cases(30)
@given(rows=ROWS, data=st.data())
def test_rows_that_come_go_or_move_change_no_other_id(tmp_path_factory: pytest.TempPathFactory, rows, data):
    folder = tmp_path_factory.mktemp("ids")
    noted = [(*row, f"n{at}") for at, row in enumerate(rows)]
    chosen = data.draw(st.lists(st.sampled_from(noted), min_size=1, unique=True))
    whole, part = ids_of(folder, noted), ids_of(folder, chosen)
    assert part == {note: whole[note] for note in part}
    assert len(set(whole.values())) == len(noted)


AREAS = st.lists(
    st.tuples(st.sampled_from(["", "东街道", "西街道"]), st.sampled_from(["甲社区", "乙社区", "丙社区"])),
    min_size=1,
    unique=True,
)


@cases(10)
@given(rows=AREAS, data=st.data())
def test_areas_that_come_go_or_move_change_no_other_id(tmp_path_factory: pytest.TempPathFactory, rows, data):
    folder = tmp_path_factory.mktemp("areas")

    def named(chosen: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
        table = read_areas(write_csv(folder / "areas.csv", [["所属街道", "社区"], *map(list, chosen)]))
        return dict(zip(chosen, table.index, strict=True))

    chosen = data.draw(st.lists(st.sampled_from(rows), min_size=1, unique=True))
    whole = named(rows)
    assert named(chosen) == {row: whole[row] for row in chosen}
    assert len(set(whole.values())) == len(rows)


def test_rows_of_one_key_are_numbered_by_their_other_columns_and_listed(tmp_path: Path):
    twins = [["药店", "甲", "东苑", "105", "38.4", note] for note in ("c", "a", "b")]
    other = ["药店", "甲", "东苑", "105.1", "38.4", "d"]
    ids = ids_of(tmp_path, [*twins, other])
    assert [ids[note].removeprefix(ids["a"]) for note in "abc"] == ["", "-2", "-3"]
    assert ids_of(tmp_path, [other, *reversed(twins)]) == ids
    table = read_facilities(write_csv(tmp_path / "a.csv", [HEADINGS, *twins, other]))
    listed = list_remarks(table)
    shared = listed[listed["reason"].str.startswith("another row has the same")]
    assert sorted(shared["id"]) == [ids[note] for note in "bc"]


def test_places_and_vector_layers_keep_their_ids_when_rows_move(tmp_path: Path):
    rows = [[f"p{n}", "x", str(n)] for n in range(9)]
    first = read_places(write_csv(tmp_path / "a.csv", [["小区", "社区", "人口"], *rows]))
    second = read_places(write_csv(tmp_path / "b.csv", [["小区", "社区", "人口"], ["new", "x", "5"], *rows[::-1]]))
    assert second.index[1:].tolist() == first.index.tolist()[::-1]


def test_serial_numbers_are_ids_unless_they_begin_again(tmp_path: Path):
    headings = ["序号", "类别", "社区"]
    rows = [["1", "药店", "东苑"], ["2", "药店", "西苑"], ["", "药店", "北苑"]]
    table = read_facilities(write_csv(tmp_path / "a.csv", [headings, *rows]))
    assert table.index[:2].tolist() == ["1", "2"]
    again = read_facilities(write_csv(tmp_path / "a.csv", [headings, *rows, ["1", "药店", "南苑"]]))
    assert again.index.str.startswith("pharmacy:").all()
    assert again.index[2] == table.index[2]
    assert again["序号"].tolist()[:2] == ["1", "2"]
    assert "what the row says is taken instead" in list_remarks(again)["reason"].iloc[0]
    coded = read_facilities(write_csv(tmp_path / "a.csv", [["编号", *headings], ["F9", *rows[0]]]))
    assert coded.index.tolist() == ["F9"]


@pytest.mark.parametrize("code", ["101", "101.0", "101.00"])
def test_codes_that_became_floats_are_the_same_codes(tmp_path: Path, code: str):
    areas = read_areas(write_csv(tmp_path / "a.csv", [["社区编号", "社区"], [code, "东苑"], ["00102", "西苑"]]))
    assert areas.index.tolist() == ["101", "00102"]
    table = read_facilities(write_csv(tmp_path / "f.csv", [["编号", "类别", "社区编号"], [code, "药店", code]]))
    assert (table.index[0], table["area"].iloc[0]) == ("101", ("101",))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(within_communities(table, areas)) == 1
        assert len(within_communities(table.assign(area=float(code)), areas)) == 1
        assert len(within_communities(table, areas.set_axis([101.0, 102.0]))) == 1


def test_numbers_in_a_workbook_are_codes_as_text(tmp_path: Path):
    path = write_xlsx(tmp_path / "a.xlsx", [["编号", "类别", "社区编号"], [7.0, "药店", 101.0]])
    table = read_facilities(path)
    assert isinstance(table.index.dtype, pd.StringDtype)
    assert (table.index[0], table["area"].iloc[0]) == ("7", ("101",))


def test_a_hundred_thousand_remarks_on_cells_are_matched_at_once():
    from tenmin.inputs.readers._header_rows import Layout, Row, table_from_rows
    from tenmin.inputs.readers._raw_table import Remark

    count = 100_000
    rows: list[Row] = [(1, ["名称", "日期"]), *((n, ["甲", "2020-01-01"]) for n in range(2, count + 2))]
    table = table_from_rows(Path("a.xlsx"), rows, Layout(), (Remark(n, "1", "", "date") for n in range(2, count + 2)))
    assert len(table.remarks) == count
    assert {one.field for one in table.remarks} == {"日期"}
