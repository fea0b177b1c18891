"""The language of conditions on tags."""

from __future__ import annotations

from typing import Any

import pytest

from tenmin.support.conditions import parse_condition, tag_patterns
from tenmin.support.errors import FileError


@pytest.mark.parametrize(
    ("table", "holds", "fails"),
    [
        ({"foot": "yes"}, {"foot": "yes"}, {"foot": "no"}),
        ({"foot": "yes"}, {"foot": "no; yes"}, {}),
        ({"foot": "yes"}, {"foot": "No;Yes"}, {"foot": "Yes?"}),
        ({"foot": ["yes", "designated"]}, {"foot": "designated"}, {"foot": "destination"}),
        ({"name": True}, {"name": ""}, {}),
        ({"v": {"kmh_at_least": 80}}, {"v": "80"}, {"v": "79.9"}),
        ({"v": {"kmh_at_least": 80}}, {"v": "50 mph"}, {"v": "49 mph"}),
        ({"v": {"kmh_at_least": 80}}, {"v": "100 km/h"}, {"v": "CN:urban"}),
        ({"v": {"kmh_at_least": 80}}, {"v": "80; 50"}, {"v": "none"}),
        ({"gone": True}, {"disused": "yes"}, {"disused": "no"}),
        ({"gone": True}, {"demolished": "Yes"}, {"construction": "minor"}),
        ({"gone": False}, {"abandoned:railway": "rail"}, {"proposed": "yes"}),
        ({"never_open": True}, {"opening_hours": "closed"}, {"opening_hours": "PH off"}),
        ({"never_open": True}, {"opening_hours": 'Mo-Su off "works"'}, {"opening_hours": "off; Mo 08:00-12:00"}),
        ({"name": False}, {}, {"name": "x"}),
        ({"name": {"matches": "小学|primary"}}, {"name": "St Mary PRIMARY School"}, {"name": "中学"}),
        ({"a": "1", "b": "2"}, {"a": "1", "b": "2"}, {"a": "1"}),
        ({"any": [{"a": "1"}, {"b": "2"}]}, {"b": "2"}, {"a": "2", "b": "1"}),
        ({"all": [{"a": ["1", "2"]}, {"a": ["2", "3"]}]}, {"a": "2"}, {"a": "1"}),
        ({"a": "1", "not": {"b": "2"}}, {"a": "1"}, {"a": "1", "b": "2"}),
        ({"a": "1", "not": [{"b": "2"}, {"c": True}]}, {"a": "1", "b": "3"}, {"a": "1", "c": "x"}),
    ],
)
def test_conditions_hold_and_fail(table: dict[str, Any], holds: dict[str, str], fails: dict[str, str]) -> None:
    condition = parse_condition(table, "a test")
    assert condition.holds(holds)
    assert not condition.holds(fails)
    assert not condition.needs_one_of or condition.needs_one_of & set(tag_patterns(holds))


def test_an_empty_table_always_holds() -> None:
    assert parse_condition({}, "a test").holds({})


def test_what_may_hold_without_a_tag_has_no_anchor() -> None:
    assert not parse_condition({"any": [{"a": "1"}, {"b": False}]}, "a test").needs_one_of
    assert not parse_condition({"not": {"a": "1"}}, "a test").needs_one_of


@pytest.mark.parametrize(
    "table",
    [
        "x",
        {"a": 1},
        {"a": []},
        {"a": [""]},
        {"a": ["x", "x"]},
        {"a": {"like": "x"}},
        {"a": {"matches": "("}},
        {"a": {"kmh_at_least": "80"}},
        {"a": {"kmh_at_least": 80, "matches": "x"}},
        {"any": []},
    ],
)
def test_faulty_conditions_are_refused_by_place(table: object) -> None:
    with pytest.raises(FileError, match="row 7"):
        parse_condition(table, "row 7")
