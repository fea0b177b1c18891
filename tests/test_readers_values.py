"""Quantities, headings, words and rows: what is parsed and noted, what is refused, and that no row is lost."""

from __future__ import annotations

import math
import re
import string
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader_files import write_csv, write_xlsx
from tenmin.inputs.areas import read_areas
from tenmin.inputs.facilities._register import read_facilities
from tenmin.inputs.places import read_places
from tenmin.inputs.readers._headings import units_of
from tenmin.inputs.readers._quantities import parse_quantity
from tenmin.support.contracts import list_remarks
from tenmin.support.errors import CategoryError, TableError, TenminWarning

M2, PEOPLE = units_of("area"), units_of("count")
LISTED = ["row", "id", "field", "value", "reason", "used"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("600", 600), ("600㎡", 600), ("600 m²", 600), ("1,200", 1200), ("1，200.5", 1200.5), ("６００", 600), ("0", 0),
        ("3亩", 2000), ("0.5公顷", 5000), ("1.2万平方米", 12000), ("1e3", 1000), ("+7", 7), (" 12 ", 12), ("2亿", 2e8),
    ],
)  # fmt: skip
def test_exact_quantities(text, value):
    quantity = parse_quantity(text, M2)
    assert (quantity.value, quantity.approximate, quantity.is_bound) == (value, False, False)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("约600", 600), ("大约600㎡", 600), ("600余", 600), ("600余平方米", 600), ("600多", 600), ("近600", 600),
        ("600左右", 600), ("约600左右", 600), ("~600", 600), ("1万余", 10000), ("3余亩", 2000), ("≈600", 600),
    ],
)  # fmt: skip
def test_approximate_quantities(text, value):
    quantity = parse_quantity(text, M2)
    assert (quantity.value, quantity.approximate) == (value, True)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("300以上", 300, None), ("300㎡以上", 300, None), (">=300", 300, None), ("≥300", 300, None),
        ("不少于300", 300, None), ("300及以上", 300, None), ("300以内", None, 300), ("不超过300", None, 300),
        ("300-400㎡", 300, 400), ("1亩～2亩", None, None),
    ],
)  # fmt: skip
def test_bounds(text, least, most):
    if least is most is None:
        with pytest.raises(ValueError, match="after the number"):
            parse_quantity(text, M2)
        return
    quantity = parse_quantity(text, M2)
    assert math.isnan(quantity.value)
    assert quantity.is_bound
    assert [None if math.isnan(end) else end for end in (quantity.least, quantity.most)] == [least, most]


def test_strict_bounds_leave_the_number_itself_out():
    for text in ("不足300", "<300", "300平方米以下"):
        assert parse_quantity(text, M2).most <= 300.0
    assert parse_quantity("不足300", M2).most == parse_quantity("＜300", M2).most < 300.0
    assert parse_quantity("超过300", M2).least == parse_quantity(">300", M2).least > 300.0
    assert round(parse_quantity("不足300", M2).most, 6) == 300.0


@pytest.mark.parametrize(
    "text", ["12,5", "10,00", "abc", "六百", "1.2.3", "600平方米(含地下)", "不足300以上", "1e999", "--5"]
)
def test_what_is_no_quantity(text):
    with pytest.raises(ValueError, match=r"is no|has|says"):
        parse_quantity(text, M2)


@pytest.mark.parametrize("text", [None, "", "  ", "-", "—", "无", "不详", "/", "NA"])
def test_an_empty_quantity_is_not_zero(text):
    quantity = parse_quantity(text, M2)
    assert math.isnan(quantity.value)
    assert not quantity.given


@given(st.floats(0.0, 1e9), st.sampled_from(["", "约", "近"]), st.sampled_from(["", "㎡", "平方米", " M2"]))
def test_any_number_comes_back(value, before, unit):
    quantity = parse_quantity(f"{before}{value!r}{unit}", M2)
    assert quantity.value == value
    assert quantity.approximate == bool(before)


@given(st.integers(0, 10**12))
def test_thousands_and_widths_make_no_difference(value):
    wide = str.maketrans(string.digits + ",", "０１２３４５６７８９，")
    assert parse_quantity(f"{value:,}").value == parse_quantity(f"{value:,}".translate(wide)).value == value


def register(tmp_path: Path, headings: list[str], *rows: list[str], **options):
    return read_facilities(write_csv(tmp_path / "台账.csv", [headings, *rows]), **options)


def test_approximate_and_bounded_quantities_are_kept_and_listed(tmp_path: Path):
    table = register(
        tmp_path, ["编号", "类别", "社区", "建筑面积"], ["a", "药店", "x", "约600"], ["b", "药店", "x", "300以上"],
        ["c", "药店", "x", "不足300"], ["d", "药店", "x", "600㎡"], ["e", "药店", "x", "无"], ["f", "药店", "x", ""],
    )  # fmt: skip
    assert table["floor_area_m2"].fillna(-1).tolist() == [600, -1, -1, 600, -1, -1]
    assert table["floor_area_m2_approximate"].tolist() == [True, False, False, False, False, False]
    assert table["floor_area_m2_least"].fillna(-1).tolist() == [-1, 300, -1, -1, -1, -1]
    assert table["floor_area_m2_most"].fillna(-1).round(6).tolist() == [-1, -1, 300, -1, -1, -1]
    listed = list_remarks(table)
    assert listed.columns.tolist() == LISTED
    assert listed[["row", "id", "field", "value", "used"]].to_numpy().tolist() == [
        [2, "a", "建筑面积", "约600", True],
        [3, "b", "建筑面积", "300以上", True],
        [4, "c", "建筑面积", "不足300", True],
        [6, "e", "建筑面积", "无", True],
    ]


def test_columns_of_bounds_are_there_only_if_a_row_has_one(tmp_path: Path):
    table = register(tmp_path, ["类别", "社区", "建筑面积"], ["药店", "x", "600"])
    assert [column for column in table.columns if "floor" in column] == ["floor_area_m2"]


@pytest.mark.parametrize(
    ("value", "words"),
    [("-5", "'-5' is negative"), ("六百", "'六百' is no number"), ("1,5", "'1,5' has ',5' after the number")],
)
def test_a_bad_quantity_names_file_row_heading_and_value(tmp_path: Path, value, words):
    with pytest.raises(
        TableError, match=rf"台账\.csv: row 3, 建筑面积: {words}; correct the file or leave the rows out"
    ):
        register(tmp_path, ["类别", "社区", "建筑面积"], ["药店", "x", "600"], ["药店", "x", value])


@pytest.mark.parametrize("heading", ["建筑面积(亩)", "建筑面积（亩）", "建筑面积 / 亩", "建筑面积_亩", "建筑面积[亩]"])
def test_units_in_headings(tmp_path: Path, heading):
    table = register(tmp_path, ["类别", "社区", heading], ["药店", "x", "3"], ["药店", "x", "600㎡"])
    assert table["floor_area_m2"].tolist() == [2000.0, 600.0]


def test_an_age_in_brackets_is_not_taken_for_all_people(tmp_path: Path):
    path = write_csv(tmp_path / "a.csv", [["社区", "人口(60岁以上)", "人口(万人)"], ["长安", "300", "0.2"]])
    areas = read_areas(path)
    assert areas.loc["长安", ["people", "people_60_plus"]].tolist() == [2000.0, 300.0]


def test_columns_that_nobody_knows_keep_their_name_and_text(tmp_path: Path):
    table = register(tmp_path, ["类别", "社区", "备注", "代理 号"], ["药店", "x", "00123", "null"])
    assert table[["备注", "代理 号"]].iloc[0].tolist() == ["00123", "null"]


def test_columns_that_are_given_go_first(tmp_path: Path):
    headings, row = ["分类名", "类别", "社区", "面积"], ["药店", "医院", "x", "5"]
    table = register(tmp_path, headings, row, columns={"分类名": "category", "面积": "land_area_m2"})
    assert table.iloc[0][["category", "类别", "land_area_m2"]].tolist() == ["pharmacy", "医院", 5.0]
    table = register(tmp_path, headings, row, columns={"面积": "my area"})
    assert table["my area"].tolist() == ["5"]
    with pytest.raises(
        TableError, match="no column '面 积', which columns= names; it has '分类名', '类别', '社区', '面积'"
    ):
        register(tmp_path, headings, row, columns={"面 积": "land_area_m2"})


def test_two_headings_of_one_column_are_refused(tmp_path: Path):
    with pytest.raises(
        TableError, match=r"'面积' and '建筑面积' both mean floor_area_m2; .*columns=\{'面积': 'floor_area_m2'\}"
    ):
        register(tmp_path, ["类别", "社区", "面积", "建筑面积"], ["药店", "x", "5", "6"])


def test_categories_are_named_by_the_catalogue_or_kept_and_listed(tmp_path: Path):
    rows = [["药店", "x"], ["pharmacy", "y"], ["火箭发射场", "x"], ["090601|999999", "z"]]
    with pytest.warns(TenminWarning, match=r"category of 1 of 4 rows \(25%\), such as '火箭发射场'"):
        table = register(tmp_path, ["类别", "社区"], *rows)
    assert table["category"].tolist() == ["pharmacy", "pharmacy", "火箭发射场", "pharmacy"]
    listed = list_remarks(table)
    assert listed[["row", "value", "reason", "used"]].to_numpy().tolist() == [
        [4, "火箭发射场", "not in the catalogue; kept as it is", True]
    ]
    assert table.index.str.split(":").str[0].tolist() == ["pharmacy", "pharmacy", "火箭发射场", "pharmacy"]


def test_a_category_for_all_rows_leaves_the_column_as_it_is(tmp_path: Path):
    table = register(tmp_path, ["类型", "社区"], ["医疗;药房", "x"], category="药店")
    assert table.iloc[0][["category", "类型"]].tolist() == ["pharmacy", "医疗;药房"]
    table = register(tmp_path, ["社区", "category"], ["x", "old"], category="pharmacy")
    assert table.iloc[0][["category", "category (file)"]].tolist() == ["pharmacy", "old"]


def test_no_category_is_refused(tmp_path: Path):
    with pytest.raises(TableError, match=r"no column of categories.*category= for all of its rows.*'社区'"):
        register(tmp_path, ["社区"], ["x"])
    with pytest.raises(TableError, match="类别 of rows 2, 4 is empty"):
        register(tmp_path, ["类别", "社区"], ["", "x"], ["药店", "x"], ["", "x"])


def test_ids_are_text_and_unique(tmp_path: Path):
    given, made = register(tmp_path, ["编号", "类别", "社区"], ["3-4", "药店", "x"], ["", "药店", "x"]).index
    assert given == "3-4"
    assert re.fullmatch("pharmacy:[0-9a-f]{10}", made)
    with pytest.raises(TableError, match=r"编号 of rows 2, 3 \('a'\) is there more than once"):
        register(tmp_path, ["编号", "类别", "社区"], ["a", "药店", "x"], ["a", "药店", "x"])


def test_neither_coordinates_nor_communities_is_refused(tmp_path: Path):
    with pytest.raises(TableError, match=r"neither coordinates .* nor a community .*its headings are '类别', '名称'"):
        register(tmp_path, ["类别", "名称"], ["药店", "甲"])


def test_states(tmp_path: Path):
    words = ["在用", "空置", "闲置", "改作他用", "改变用途", "在建", "规划", "", "vacant"]
    table = register(tmp_path, ["类别", "社区", "状态"], *(["药店", "x", word] for word in words))
    assert table["state"].tolist() == [
        "in_use", "vacant", "vacant", "converted", "converted", "planned", "planned", "in_use", "vacant",
    ]  # fmt: skip
    with pytest.raises(TableError, match="row 2, 状态: '好' is not known; give one of in_use, vacant"):
        register(tmp_path, ["类别", "社区", "状态"], ["药店", "x", "好"])


def test_lists_are_split_and_trimmed(tmp_path: Path):
    table = register(
        tmp_path,
        ["类别", "所属社区", "功能室", "独立房间"],
        ["药店", "甲、乙", "阅览室， 警务室;党员活动室/图书室\n x|y", ""],
    )
    row = table.iloc[0]
    assert row["area"] == ("甲", "乙")
    assert row["rooms"] == ("阅览室", "警务室", "党员活动室", "图书室", "x", "y")
    assert row["separate_rooms"] == ()


def test_complete(tmp_path: Path):
    headings, row = ["类别", "社区"], ["药店", "x"]
    assert "complete" not in register(tmp_path, headings, row).columns
    for claim, text in ((True, "pharmacy"), ("诊所", "clinic"), (["药店", "library"], "library;pharmacy")):
        assert register(tmp_path, headings, row, complete=claim)["complete"].tolist() == [text]
    with pytest.raises(CategoryError, match="names 'librery', which nobody knows; did you mean 'library'"):
        register(tmp_path, headings, row, complete=["librery"])


def test_headings_of_amap_warn_of_their_datum(tmp_path: Path):
    headings, row = ["id", "name", "typecode", "location"], ["B1", "药房", "090601", "113.3,23.1"]
    with pytest.warns(TenminWarning, match="give datum='gcj02'"):
        register(tmp_path, headings, row)
    table = register(tmp_path, headings, row, datum="gcj02")
    assert table["category"].tolist() == ["pharmacy"]
    assert 113.29 < table.geometry.iloc[0].x < 113.3


def places(tmp_path: Path, *people: str, **options):
    rows = [["小区", "社区", "人口"], *([f"p{n}", "x", value] for n, value in enumerate(people))]
    return read_places(write_csv(tmp_path / "小区.csv", rows), **options)


@pytest.mark.parametrize("value", ["-1", "", "NaN", "很多", "300以上", "无"])
def test_bad_people_are_refused_by_row_or_left_out_and_listed(tmp_path: Path, value):
    with pytest.raises(TableError, match=r"小区\.csv: row 3, 人口: .*correct the file or leave the rows out"):
        places(tmp_path, "100", value)
    table = places(tmp_path, "100", value, "1.2万", skip_bad=True)
    assert table["people"].tolist() == [100.0, 12000.0]
    assert table["name"].tolist() == ["p0", "p2"]
    assert list_remarks(table)[["row", "used"]].to_numpy().tolist() == [[3, False]]


def test_places_need_people_and_a_position_or_a_community(tmp_path: Path):
    with pytest.raises(TableError, match=r"has no people \(人口\)"):
        read_places(write_csv(tmp_path / "a.csv", [["小区", "社区"], ["a", "x"]]))
    with pytest.raises(TableError, match=r"has no coordinates .* nor a community"):
        read_places(write_csv(tmp_path / "a.csv", [["小区", "人口"], ["a", "5"]]))


def areas(tmp_path: Path, headings: list[str], *rows: list[str]):
    return read_areas(write_csv(tmp_path / "社区.csv", [headings, *rows]))


def test_areas_by_id_and_by_parent_and_name(tmp_path: Path):
    assert areas(tmp_path, ["社区编号", "社区"], ["01", "甲"], ["02", "乙"]).index.tolist() == ["01", "02"]
    table = areas(tmp_path, ["社区", "所属街道"], ["甲", "东街道"], ["甲", "西街道"], ["乙", "西街道"])
    assert table.index.tolist() == ["东街道/甲", "西街道/甲", "西街道/乙"]
    assert table["level"].tolist() == ["社区"] * 3
    assert table["households"].isna().all()
    assert table.geometry.isna().all()


@pytest.mark.parametrize(
    ("headings", "rows", "words"),
    [
        (["社区", "户数"], [["甲", "10"], ["乙", "0"]], r"户数 of row 3 \(0\) is not above 0"),
        (["社区", "户数"], [["甲", "-10"]], "row 2, 户数: '-10' is negative"),
        (["社区"], [["甲"], ["乙"], ["甲"]], r"社区 of rows 2, 4 \('甲'\) is there more than once under one parent"),
        (["社区编号", "社区"], [["1", "甲"], ["1", "乙"]], r"社区编号 of rows 2, 3 \('1'\) is there more than once"),
        (["社区", "户数"], [["", "10"]], "社区 of row 2 is empty"),
        (["户数"], [["10"]], "neither names nor ids of areas"),
    ],
)
def test_bad_areas_are_refused_by_row(tmp_path: Path, headings, rows, words):
    with pytest.raises(TableError, match=words):
        areas(tmp_path, headings, *rows)


def test_words_of_areas(tmp_path: Path):
    table = areas(
        tmp_path, ["社区", "级别", "社区类型"], ["甲", "社区", "老旧小区"], ["乙", "镇", "安置"], ["丙", "村", "农村"],
        ["丁", "园区", "商品房"],
    )  # fmt: skip
    assert table["level"].tolist() == ["社区", "街道", "社区", "园区"]
    assert table["kind"].tolist() == ["old", "resettled", "rural", "商品房"]
    assert list_remarks(table)[["row", "field", "value"]].to_numpy().tolist() == [
        [5, "社区类型", "商品房"],
        [5, "级别", "园区"],
    ]


cell = st.sampled_from(["10", "约20", "-1", "", "x", "300以上", "1,000", "30人"])
name = st.text("甲乙丙丁ab", min_size=1, max_size=4)


@given(st.lists(st.tuples(name, cell), min_size=1, max_size=12), st.booleans())
def test_rows_in_are_rows_used_and_rows_listed(rows, total):
    lines = [
        ["小区", "社区", "人口"],
        *([one, "x", value] for one, value in rows),
        *([["合计", "", "9"]] if total else []),
    ]
    with TemporaryDirectory() as folder:
        path = write_csv(Path(folder, "a.csv"), lines)
        table = read_places(path, skip_bad=True)
    listed = list_remarks(table)
    left = set(listed.loc[~listed["used"].astype(bool), "row"])
    assert len(table) + len(left) == len(lines) - 1
    good = [value for _, value in rows if value not in {"-1", "", "x", "300以上"}]
    assert len(table) == len(good)
    assert table["people"].sum() == sum({"10": 10, "约20": 20, "1,000": 1000, "30人": 30}[value] for value in good)


@settings(max_examples=30)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=30),
        min_size=1,
        max_size=8,
        unique=True,
    )
)
def test_any_text_comes_back_as_it_is(texts):
    rows = [["编号", "类别", "社区", "备注"], *([f"a{n}", "药店", "x", text] for n, text in enumerate(texts))]
    with TemporaryDirectory() as folder:
        for path in (write_csv(Path(folder, "a.csv"), rows), write_xlsx(Path(folder, "a.xlsx"), _no_formula(rows))):
            assert (
                read_facilities(path)["备注"].tolist()
                == [row[3] for row in (rows if path.suffix == ".csv" else _no_formula(rows))][1:]
            )


def _no_formula(rows):
    return [[cell if not cell.startswith("=") else f"'{cell}" for cell in row] for row in rows]


def test_codes_of_communities_go_before_their_names(tmp_path: Path):
    path = tmp_path / "register.csv"
    path.write_text("类别,社区名称,社区编号\n药店,长安社区,0101\n", encoding="utf-8")
    table = read_facilities(path)
    assert table["area"].tolist() == [("0101",)]
    assert table["社区名称"].tolist() == ["长安社区"]
