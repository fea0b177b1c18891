"""Change sets: what is read from their JSON, and everything that is refused, all at once."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path

import pytest

import tenmin as tm
from conftest import REPOSITORY
from tenmin.plans.changes import KINDS

PAGE = (REPOSITORY / "docs/changes.md").read_text(encoding="utf-8")


def changes(*rows: object, **keys: object) -> dict[str, object]:
    """A change set as a file holds it."""
    return {"format": 1, "changes": list(rows), **keys}


def test_the_example_of_the_docs_has_every_kind_and_is_read(tmp_path: Path):
    [text] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "plan.json"
    path.write_text(text, encoding="utf-8")
    found = tm.read_changes(path)
    assert [change.kind for change in found.changes] == list(KINDS)
    assert found.title == "方案A：东门开放，新增卫生站"
    new, moved, *_, shut, link, _, walker, standards, date = found.changes
    assert (new.id, new["category"], new["rooms"], new.spots) == (
        "new-1",
        "clinic",
        ("诊室", "药房"),
        ((105.0012, 38.4021),),
    )
    assert (moved.id, shut.id) == ("S001", "14201241")
    assert link.spots == ((105.0012, 38.4021), (105.002, 38.403))
    assert (walker["walker"], standards["standards"], date["date"]) == (
        "older_adult",
        ("jiaxing_2012",),
        datetime(2027, 3, 1, 12),
    )


def test_the_table_of_the_docs_lists_the_fields_of_every_kind():
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| ([^|]+) \|", PAGE, re.MULTILINE)
    told = {
        kind: set(re.findall(r"`(\w+)`", fields)) for kinds, fields in rows for kind in re.findall(r"`(\w+)`", kinds)
    }
    assert told == {kind: {*row["needed"], *row["optional"]} for kind, row in KINDS.items()}


def test_a_gate_is_named_by_number_text_or_element():
    found = tm.read_changes(changes(*({"change": "open_gate", "id": name} for name in (7, "7", "n7"))))
    assert [change.id for change in found.changes] == ["7", "7", "7"]


def test_a_category_is_known_by_its_names_and_may_be_any_text():
    spot = {"change": "add_facility", "lon": 105.0, "lat": 38.0}
    found = tm.read_changes(
        changes({**spot, "id": "a", "category": "药店"}, {**spot, "id": "b", "category": "火箭发射场"})
    )
    assert [change["category"] for change in found.changes] == ["pharmacy", "火箭发射场"]


def test_all_faults_are_told_at_once():
    rows: tuple[object, ...] = (
        {"change": "add_facilty", "id": "a"},
        {"change": "move_facility", "id": "a", "lon": 205.0, "lat": "38"},
        {"change": "close_facility", "name": "a"},
        {"change": "enlarge_facility", "id": "a"},
        {"change": "add_link", "from": [105.0], "to": [True, 38.0]},
        {"change": "set_date", "date": "tomorrow"},
        "close",
    )
    with pytest.raises(tm.FileError) as caught:
        tm.read_changes(changes(*rows))
    said = str(caught.value)
    for number, words in (
        (1, "did you mean 'add_facility'"),
        (2, "'lon' cannot be 205.0"),
        (2, "'lat' cannot be '38'"),
        (3, "unknown key 'name'"),
        (3, "'id' is missing"),
        (4, "nothing is enlarged"),
        (5, "'from' cannot be"),
        (5, "'to' cannot be"),
        (6, "'date' cannot be 'tomorrow'"),
        (7, '"change" is None'),
    ):
        assert re.search(rf"change {number}\b.*{re.escape(words)}", said), (number, words)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"format": 2, "changes": []}, '"format" is 2'),
        ({"format": True, "changes": []}, '"format" is True'),
        ([], '"format" is None'),
        ({"format": 1}, '"changes" must be a list'),
        ({"format": 1, "changes": []}, "at least one change"),
        ({"format": 1, "changes": [1], "author": "me"}, "unknown key 'author'"),
    ],
)
def test_what_is_no_change_set_is_refused(tmp_path: Path, content: object, said: str):
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(tm.FileError, match=re.escape(said)):
        tm.read_changes(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"format": 1, "format": 1, "changes": []}', "'format' stands twice"),
        (
            '{"format": 1, "changes": [{"change": "move_facility", "id": "a", "lon": NaN, "lat": 1}]}',
            "NaN is no number",
        ),
        ('{"format": 1, "changes": ', "damaged"),
        ("[" * 100_000, "damaged"),
        (
            '{"format": 1, "changes": [{"change": "move_facility", "id": "a", "lon": 1e999, "lat": 1}]}',
            "'lon' cannot be inf",
        ),
    ],
)
def test_hostile_json_is_refused(tmp_path: Path, text: str, said: str):
    path = tmp_path / "plan.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(tm.FileError, match=re.escape(said)):
        tm.read_changes(path)


def test_a_file_of_too_many_changes_is_refused():
    with pytest.raises(tm.FileError, match="at most 10,000"):
        tm.read_changes(changes(*[{"change": "close_facility", "id": "a"}] * 10_001))
