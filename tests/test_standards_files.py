"""A planner's own standard: what is refused and in which words, the empty table, and the way through a workbook."""

from __future__ import annotations

import math
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenmin.inputs.standards import (
    KINDS,
    AppliesTo,
    Clause,
    Reported,
    Standard,
    Tier,
    check_standard_file,
    list_standards,
    load_standard,
    read_standard_workbook,
    write_blank_standard,
)
from tenmin.inputs.standards._rows import list_tables, write_toml_text
from tenmin.inputs.standards._workbook import write_tables
from tenmin.support.errors import FileError, InputError, OutputError

HEAD = """
id = "ours"
title_zh = "本市标准"
title_en = "Our standard"
issued_by = "our city"
source = "printed text of 2020"
evidence = "secondary"
"""
WALK = 'id = "a"\nkind = "walk_minutes"\nsubject = "park"\nvalue = 10'
OTHER = '[[clause]]\nid = "b"\nkind = "presence"\nsubject = "clinic"'


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "ours.toml"
    path.write_text(text, "utf-8")
    return path


def clause(text: str) -> str:
    return f"{HEAD}\n[[clause]]\n{text}\n"


# Each a faulty file and what its refusal names: clause, field, value, and the way out.
FAULTS = {
    "unknown key": (clause(f'{WALK}\nmandatry = true'), "clause 'a', mandatry: .*did you mean 'mandatory'"),
    "unknown kind": (
        clause(WALK.replace("walk_minutes", "walk_hours")), "clause 'a', kind: 'walk_hours' is no kind.*walk_minutes"
    ),
    "no kind": (clause('id = "a"\nvalue = 3'), "clause 'a', kind: it is missing"),
    "no id": (clause('kind = "presence"\nsubject = "park"'), "clause 'number 1', id: it is missing"),
    "no value": (clause(WALK.replace("value = 10", "")), "clause 'a', value: it is missing.*walk_minutes"),
    "no subject": (clause(WALK.replace('subject = "park"', "")), "clause 'a', subject: it is missing"),
    "a second limit": (clause(f"{WALK}\nmetres = 500"), "clause 'a', metres: 500 is a limit beside.*make two clauses"),
    "a radius, too": (clause(f"{WALK}\nradius_m = 500"), "clause 'a', radius_m: 500 is a limit beside"),
    "two values": (clause(WALK.replace("10", "[5, 10]")), r"clause 'a', value: \[5, 10\] are several figures"),
    "two limits by within": (
        clause(f'{WALK}\nwithin = 500\nwithin_kind = "walk_metres"'), "clause 'a', within: .*does not use it"
    ),
    "no source": (
        f'{HEAD.replace("printed text of 2020", "")}\n[[clause]]\n{WALK}', "standard, source: it is missing"
    ),
    "empty source": (clause(f'{WALK}\nsource = " "'), "clause 'a', source: it is missing, here and in the standard"),
    "unknown evidence": (
        clause(f'{WALK}\nevidence = "rumour"'), "clause 'a', evidence: 'rumour' is none of primary"
    ),
    "unknown evidence of the standard": (
        HEAD.replace("secondary", "rumour"), "standard 'ours', evidence: 'rumour' is none of primary"
    ),
    "zero": (clause(WALK.replace("10", "0")), "clause 'a', value: 0.0 is no finite number above 0"),
    "negative": (clause(WALK.replace("10", "-5")), "clause 'a', value: -5.0 is no finite"),
    "infinite": (clause(WALK.replace("10", "inf")), "clause 'a', value: inf is no finite"),
    "not a number": (clause(WALK.replace("10", "nan")), "clause 'a', value: nan is no number"),
    "text for a number": (clause(WALK.replace("10", '"ten"')), "clause 'a', value: 'ten' is no number"),
    "true for a number": (clause(WALK.replace("10", "true")), "clause 'a', value: True is no number"),
    "text for a flag": (clause(f'{WALK}\nmandatory = "yes"'), "clause 'a', mandatory: 'yes' is no true or false"),
    "text for a list": (
        clause('id = "a"\nkind = "rooms"\nsubject = "x"\nrooms = "hall"'), "clause 'a', rooms: 'hall' is no list"
    ),
    "twice": (clause(f"{WALK}\n[[clause]]\n{WALK}"), "clause 'a', id: it stands there twice"),
    "no such tier": (clause(f'{WALK}\ntier = "t10"'), "clause 'a', tier: 't10' is none of the tiers"),
    "no such level": (clause(f'{WALK}\nlevel = "village"'), "clause 'a', level: 'village' is none of 社区"),
    "no such clause": (
        clause('id = "a"\nkind = "share_of_communities"\nvalue = 0.9\nclause_of = "z"'), "clause_of: .*'z'"
    ),
    "a share above 1": (
        clause('id = "a"\nkind = "share_of_communities"\nvalue = 90\nclause_of = "b"\n' + OTHER),
        "clause 'a', value: 90.0 is no share.*0.85",
    ),
    "a wrong bound": (clause(f'{WALK}\nbound = "min"'), "clause 'a', bound: 'min' does not fit.*max"),
    "a tolerance of nothing": (clause(f"{WALK}\ntolerance = 0.1"), "clause 'a', tolerance"),
    "rooms that are none": (
        clause('id = "a"\nkind = "rooms"\nsubject = "x"\nrooms = ["a", "a"]'), "clause 'a', rooms: 'a' .*twice"
    ),
    "more kinds than there are": (
        clause('id = "a"\nkind = "kinds_of"\nkinds = ["park"]\nvalue = 3'), "clause 'a', value: 3 of a list of 1 kinds"
    ),
    "half a within": (
        clause('id = "a"\nkind = "kinds_of"\nkinds = ["park"]\nvalue = 1\nwithin = 9'), "clause 'a', within_kind"
    ),
    "a bad subject": (clause(WALK.replace('"park"', '"Park 公园"')), "clause 'a', subject: 'Park 公园' is no key"),
    "a bad id": (clause(WALK.replace('"a"', '"A 1"')), "clause 'A 1', id: give small letters"),
    "people crossed": (
        clause(f"{WALK}\napplies_to = {{ people_min = 9, people_max = 5 }}"), "people_min.*9.0 is above people_max, 5.0"
    ),
    "a kind of community that nobody has": (
        clause(f'{WALK}\napplies_to = {{ kinds = ["odd"] }}'), "kinds.*'odd' is none of old, new"
    ),
    "applies_to in words": (clause(f'{WALK}\napplies_to = "all"'), "clause 'a', applies_to: 'all' is no table"),
    "applies_to that nobody knows": (
        clause(f"{WALK}\napplies_to = {{ peeple_min = 5 }}"), "applies_to, peeple_min.*mean 'people_min'"
    ),
    "a key of the standard": (f'yaer = 2020\n{HEAD}', "standard, yaer: .*did you mean 'year'"),
    "no id of the standard": (HEAD.replace('id = "ours"', ""), "standard, id: it is missing"),
    "half a year": (f"year = 2020.5\n{HEAD}", "standard, year: 2020.5 is no whole number"),
    "clauses in words": (f'clause = "all"\n{HEAD}', r"\[\[clause\]\]: 'all' is no list"),
    "a user unnamed": (HEAD.replace("secondary", "user"), "standard 'ours', entered_by: evidence 'user' needs who"),
    "a tier of three": (
        f'{HEAD}\n[[tier]]\nid = "t"\nmetres = [1, 2, 3]', r"tier 't', metres: \[1, 2, 3\] is no number or pair"
    ),
    "a tier that shrinks": (f'{HEAD}\n[[tier]]\nid = "t"\npeople = [9, 5]', r"tier 't', people: \(9.0, 5.0\)"),
    "a reported clause": (
        f'{HEAD}\n[[reported]]\nid = "r"\nfigure = "share"\nclause = "z"\nvalue = 1', "reported 'r', clause: .*'z'"
    ),
    "a reported interval": (
        f'{HEAD}\n[[reported]]\nid = "r"\nfigure = "share"\nvalue = 0.9\nvalue_most = 0.5', "value_most: 0.5 is below"
    ),
    "not TOML": ("id = ", "not valid TOML"),
}  # fmt: skip


@pytest.mark.parametrize("why", FAULTS)
def test_a_faulty_standard_is_refused_by_file_clause_and_field(why: str, tmp_path: Path):
    text, told = FAULTS[why]
    path = write(tmp_path, text)
    with pytest.raises(FileError, match=rf"(?s)^{path}.*{told}"):
        load_standard(path)


def test_the_rows_that_the_faults_are_made_of_are_right(tmp_path: Path):
    standard = load_standard(write(tmp_path, clause(f"{WALK}\n{OTHER}")))
    assert [(one.id, one.source, one.evidence) for one in standard.clauses] == [
        ("a", "printed text of 2020", "secondary"), ("b", "printed text of 2020", "secondary"),
    ]  # fmt: skip


def test_a_row_of_names_is_refused_where_it_is_no_users_table(tmp_path: Path):
    row = '[[clause]]\nid = "c"\nzh = "空"'
    with pytest.raises(FileError, match="clause 'c', kind: it is missing"):
        load_standard(write(tmp_path, f"{HEAD}\n{row}"))
    user = HEAD.replace("secondary", "user") + 'entered_by = "Wang"\nentered_on = 2026-11-22\n'
    standard = load_standard(write(tmp_path, f"{user}\n{row}"))
    assert (standard.unfilled, standard.entered_on) == (("空",), "2026-11-22")


def test_all_clauses_third_party(tmp_path: Path):
    path = write(tmp_path, clause(f'{WALK}\nevidence = "third_party"'))
    assert load_standard(path).clauses == ()
    assert "third_party=True" in load_standard(path).notes_en[-1]
    assert len(load_standard(path, third_party=True).clauses) == 1


# --- the empty table ---------------------------------------------------------------------------------------------


def test_the_empty_table_of_gb50180_can_be_filled_in_and_read(tmp_path: Path):
    workbook, toml = write_blank_standard("gb50180_ours", tmp_path, who="王工", on=date(2026, 11, 22))
    assert (workbook.name, toml.name) == ("gb50180_ours.xlsx", "gb50180_ours.toml")
    empty = read_standard_workbook(workbook)
    assert empty == load_standard(toml) == load_standard(workbook)
    assert (empty.evidence, empty.entered_by, empty.entered_on) == ("user", "王工", "2026-11-22")
    assert not empty.clauses
    assert {"幼儿园", "小学", "社区服务站", "老年人日间照料", "菜市场"} <= set(empty.unfilled)
    assert {"tier15", "tier10", "tier5", "block"} == {tier.id for tier in empty.tiers}

    book = openpyxl.load_workbook(workbook)
    sheet = book["clause 条款"]
    columns = {str(cell.value).split(" ")[0]: cell.column for cell in sheet[1]}
    row = next(cells[0].row for cells in sheet.iter_rows() if cells[0].value == "kindergarten")
    for name, value in {"kind": "straight_metres", "value": "３００", "mandatory": "是", "tier": "tier5",
                        "applies_to.people_min": "5,000", "applies_to.kinds": "new、old"}.items():  # fmt: skip
        sheet.cell(row, columns[name], value)
    book.save(workbook)
    filled = load_standard(workbook)
    assert [(one.id, one.value, one.mandatory, one.tier, one.evidence) for one in filled.clauses] == [
        ("kindergarten", 300.0, True, "tier5", "user")
    ]
    assert filled.clauses[0].applies_to == AppliesTo(people_min=5000.0, kinds=("new", "old"))
    assert set(empty.unfilled) - set(filled.unfilled) == {"幼儿园"}


def test_any_other_empty_table_says_what_is_still_missing(tmp_path: Path):
    for path in write_blank_standard("ours", tmp_path, who="王工", on="2026-11-22"):
        with pytest.raises(FileError, match="standard, title_zh: it is missing"):
            load_standard(path)


def test_nothing_is_written_over(tmp_path: Path):
    for ending in (".xlsx", ".toml"):
        there = tmp_path / f"ours{ending}"
        there.write_text("mine")
        with pytest.raises(OutputError, match=f"ours{ending} is there already"):
            write_blank_standard("ours", tmp_path, who="王工", on="2026-11-22")
        assert [path.name for path in tmp_path.iterdir()] == [there.name]
        assert there.read_text() == "mine"
        there.unlink()
    with pytest.raises(OutputError, match="no folder"):
        write_blank_standard("ours", tmp_path / "nowhere", who="王工", on="2026-11-22")


@pytest.mark.parametrize(
    ("name", "who", "on", "told"),
    [
        ("../ours", "w", "2026-11-22", "no id of a standard"),
        ("Ours", "w", "2026-11-22", "no id of a standard"),
        ("ours", " ", "2026-11-22", "give the name of the person"),
        ("ours", "w", "22.11.2026", "year-month-day"),
    ],
)
def test_an_empty_table_needs_a_name_a_person_and_a_day(name: str, who: str, on: str, told: str, tmp_path: Path):
    with pytest.raises(InputError, match=told):
        write_blank_standard(name, tmp_path, who=who, on=on)
    assert not list(tmp_path.iterdir())


# --- a faulty workbook -------------------------------------------------------------------------------------------


def spoil(tmp_path: Path, change: Any) -> Path:
    path = tmp_path / "spoiled.xlsx"
    write_tables(list_tables(load_standard("xuzhou_2017")), path)
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return path


def put(sheet: str, cell: str, value: object) -> Any:
    return lambda book: book[sheet].__setitem__(cell, value)


WORKBOOKS = {
    "a sheet too many": (lambda book: book.create_sheet("mine"), "nobody knows the sheet 'mine'"),
    "a sheet too few": (lambda book: book.remove(book["clause 条款"]), "sheet 'clause' is missing"),
    "a column twice": (put("clause 条款", "C1", "id 编号"), "sheet 'clause': the column 'id' stands there twice"),
    "a column unknown": (put("clause 条款", "C1", "colour"), "clause 'service_centre', colour: nobody knows"),
    "a cell without heading": (put("clause 条款", "C1", None), "sheet 'clause', row 2: .* without heading"),
    "a wrong number": (put("clause 条款", "F2", "many"), "clause 'service_centre', value: 'many' is no number"),
    "a wrong flag": (put("clause 条款", "I2", "perhaps"), "clause 'service_centre', mandatory: 'perhaps'"),
    "a field twice": (put("standard 标准", "A3", "id"), "sheet 'standard': 'id' stands there twice"),
}


@pytest.mark.parametrize("why", WORKBOOKS)
def test_a_faulty_workbook_is_refused_by_sheet_and_field(why: str, tmp_path: Path):
    change, told = WORKBOOKS[why]
    path = spoil(tmp_path, change)
    with pytest.raises(FileError, match=rf"^{path}.*{told}"):
        load_standard(path)


def test_a_workbook_that_is_none(tmp_path: Path):
    path = tmp_path / "broken.xlsx"
    path.write_bytes(b"PK\x03\x04 and nothing")
    with pytest.raises(FileError, match=r"cannot be read as a workbook.*save it as"):
        load_standard(path)


# --- there and back ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list_standards().index)
def test_what_ships_survives_a_workbook_and_toml(name: str, tmp_path: Path):
    assert_survives(load_standard(name, third_party=True), tmp_path)


def assert_survives(standard: Standard, folder: Path) -> None:
    write_tables(list_tables(standard), folder / "again.xlsx")
    assert check_standard_file(folder / "again.xlsx") == standard
    (folder / "again.toml").write_text(write_toml_text(list_tables(standard)), "utf-8")
    assert check_standard_file(folder / "again.toml") == standard


texts = st.text("abc 名称=#“”\"'\\—-+@_1", max_size=8).map(str.strip)
names = texts.filter(bool)
keys = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
positive = st.one_of(st.integers(1, 10**6).map(float), st.floats(1e-3, 1e6))
shares = st.floats(0.01, 1.0)
grades = st.sampled_from(["primary", "founding", "news", "third_party"])


@st.composite
def spans(draw: st.DrawFn) -> tuple[float, float]:
    low = draw(positive)
    return low, draw(st.one_of(st.just(low), st.just(math.inf), positive.map(lambda more: low + more)))


@st.composite
def communities(draw: st.DrawFn) -> AppliesTo:
    people = draw(st.lists(positive, min_size=2, max_size=2).map(sorted))
    return AppliesTo(
        people_min=draw(st.sampled_from([None, people[0]])),
        people_max=draw(st.sampled_from([None, people[1]])),
        households_min=draw(st.none() | positive),
        kinds=tuple(draw(st.lists(st.sampled_from(["old", "new", "rural"]), unique=True))),
        setting=draw(st.sampled_from([None, "urban"])),
    )


def fields_of(kind: str) -> dict[str, st.SearchStrategy[Any]]:
    """A way to make each field that a kind of clause uses, but for those that go together."""
    share = KINDS[kind].unit == "share"
    kinds = st.lists(keys, min_size=1, max_size=3, unique=True).map(tuple)
    rooms = st.lists(names, min_size=1, max_size=3, unique=True).map(tuple)
    walks = ["walk_minutes", "walk_metres", "straight_metres"]
    ways: dict[str, st.SearchStrategy[Any]] = {
        "subject": keys,
        "value": st.just(1.0) if {"rooms", "kinds"} & KINDS[kind].needs else shares if share else positive,
        "per": positive, "per_of": st.sampled_from(["people", "households"]), "rooms": rooms, "kinds": kinds,
        "column": names, "share": shares, "least_floor_m2": positive, "least_land_m2": positive,
        "most_land_m2": positive, "of": st.sampled_from(["largest", "sum"]), "in_one": st.booleans(),
        "clause_of": st.just("other"), "within": positive,
        "within_kind": st.sampled_from(walks[:2] if kind == "along_walk" else walks),
        "what": st.sampled_from(["stairs_m", "unsignalled_crossings", "longest_without_bench"]),
    }  # fmt: skip
    return ways


@st.composite
def valid_clauses(draw: st.DrawFn) -> Clause:
    kind = draw(st.sampled_from(sorted(KINDS)))
    ways, rule = fields_of(kind), KINDS[kind]
    chosen = set(rule.needs) | draw(st.sets(st.sampled_from(sorted({*rule.allows, "subject"} & rule.fields) or ["id"])))
    chosen -= {"id", "tolerance"}
    if {"within", "within_kind"} & chosen:
        chosen |= {"within", "within_kind"}
    given_fields = {name: draw(ways[name]) for name in sorted(chosen)}
    bound = draw(st.sampled_from(["", *rule.bounds]))
    return Clause(
        "made", kind, **given_fields,
        zh=draw(texts), en=draw(texts), note=draw(texts), source=draw(names), evidence=draw(grades), bound=bound,
        tolerance=draw(st.none() | st.floats(0.01, 0.9)) if bound == "about" else None,
        mandatory=draw(st.booleans()), approximate=draw(st.booleans()), applies_to=draw(communities()),
        tier=draw(st.sampled_from([None, "tier"])), level=draw(st.sampled_from(["", "街道", "town"])),
    )  # fmt: skip


@settings(max_examples=30)
@given(made=valid_clauses(), tier=st.tuples(spans(), st.none() | spans()), title=names, reported=positive)
def test_any_valid_standard_survives_a_workbook_and_toml(
    made: Clause, tier: tuple[Any, Any], title: str, reported: float, tmp_path_factory: pytest.TempPathFactory
):
    other = Clause("other", "presence", subject="clinic", source="s", evidence="news")
    standard = Standard(
        "ours", title, title, title, source=title, evidence="news", year=2020, notes_zh=(title,), notes_en=(title, "b"),
        tiers=(Tier("tier", metres=tier[0], people=tier[1], source="s", evidence="news"),), clauses=(made, other),
        reported=(Reported("r", "share", clause="made", value=reported, source="s", evidence="news"),),
    )  # fmt: skip
    assert_survives(standard, tmp_path_factory.mktemp("survives"))


def test_the_made_clauses_use_every_field():
    used = {name for kind in KINDS.values() for name in kind.fields} - {"tolerance"}
    assert used == set(fields_of("presence"))
    assert used < {one.name for one in fields(Clause)}
