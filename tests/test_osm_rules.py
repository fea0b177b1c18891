"""The walk rules, the barriers table, and tables of a planner's own."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from tenmin.inputs.osm import classify_ways, find_entrances, find_gates, load_rules
from tenmin.inputs.osm._barriers import load_barriers
from tenmin.support.errors import FileError, InputError
from tenmin.support.files import shipped_file

CASES = [
    ("highway=footway", "footway", "walk"),
    ("highway=pedestrian area=yes", "footway", "walk"),
    ("highway=steps", "steps", "walk"),
    ("highway=residential", "street", "walk"),
    ("highway=trunk", "street", "walk"),
    ("highway=trunk motorroad=yes", "motorway", "refuse"),
    ("highway=motorway", "motorway", "refuse"),
    ("highway=motorway foot=yes", "foot_yes", "walk"),
    ("highway=motorway sidewalk=right", "motorway_with_sidewalk", "walk"),
    ("highway=motorway sidewalk=no", "motorway", "refuse"),
    ("highway=residential foot=no", "foot_no", "refuse"),
    ("highway=residential foot=use_sidepath", "foot_use_sidepath", "refuse"),
    ("highway=service access=private", "access_private", "private"),
    ("highway=service access=private foot=permissive", "foot_yes", "walk"),
    ("highway=footway foot=private", "foot_private", "private"),
    ("highway=service access=no", "access_no", "refuse"),
    ("highway=service access=no foot=designated", "foot_yes", "walk"),
    ("highway=service access=destination", "service", "walk"),
    ("highway=service service=parking_aisle", "service", "walk"),
    ("highway=service service=driveway", "service", "walk"),
    ("highway=residential sidewalk=separate", "sidewalk_separate", "refuse"),
    ("highway=residential sidewalk:both=separate", "sidewalk_separate", "refuse"),
    ("highway=residential sidewalk:left=separate sidewalk:right=separate", "sidewalk_separate", "refuse"),
    ("highway=residential sidewalk:left=separate", "street", "walk"),
    ("highway=residential sidewalk:left=separate sidewalk:right=no", "street", "walk"),
    ("highway=residential sidewalk:left=separate sidewalk:right=yes", "street", "walk"),
    ("highway=residential sidewalk=both", "street", "walk"),
    ("highway=cycleway", "cycleway", "walk"),
    ("highway=cycleway foot=no", "foot_no", "refuse"),
    ("highway=cycleway segregated=no", "cycleway_shared", "walk"),
    ("highway=cycleway foot=designated bridge=yes", "foot_yes", "walk"),
    ("highway=cycleway cycleway=track", "cycleway_barred", "refuse"),
    ("highway=construction construction=footway", "not_built", "refuse"),
    ("highway=proposed", "not_built", "refuse"),
    ("highway=construction foot=yes", "not_built", "refuse"),
    ("highway=footway abandoned=yes", "gone", "refuse"),
    ("highway=footway bridge=yes disused=yes", "gone", "refuse"),
    ("highway=residential construction=Yes", "gone", "refuse"),
    ("railway=platform proposed=yes", "gone", "refuse"),
    ("highway=footway construction=minor", "footway", "walk"),
    ("highway=footway disused=no", "footway", "walk"),
    ("highway=path abandoned:railway=rail", "footway", "walk"),
    ("highway=footway railway=abandoned", "footway", "walk"),
    ("highway=track seasonal=winter", "seasonal", "refuse"),
    ("highway=track seasonal=autumn;winter", "seasonal", "refuse"),
    ("highway=ford seasonal=dry_season", "seasonal", "refuse"),
    ("highway=track winter_road=yes", "seasonal", "refuse"),
    ("highway=track ice_road=yes", "seasonal", "refuse"),
    ("highway=track ice_road=no winter_road=no", "track", "walk"),
    ("highway=track seasonal=yes", "track", "walk"),
    ("highway=footway opening_hours=closed", "never_open", "refuse"),
    ("highway=footway opening_hours=08:00-20:00", "footway", "walk"),
    ("highway=pedestrian amenity=marketplace opening_hours=off", "footway", "walk"),
    ("highway=trunk tunnel=yes", "expressway", "refuse"),
    ("highway=trunk_link tunnel=yes sidewalk=right", "street", "walk"),
    ("highway=trunk tunnel=no", "street", "walk"),
    ("highway=trunk tunnel=building_passage", "street", "walk"),
    ("highway=trunk maxspeed=80", "expressway", "refuse"),
    ("highway=trunk maxspeed=79", "street", "walk"),
    ("highway=trunk maxspeed=50mph", "expressway", "refuse"),
    ("highway=trunk maxspeed=40mph", "street", "walk"),
    ("highway=trunk maxspeed:forward=100", "expressway", "refuse"),
    ("highway=trunk maxspeed=CN:urban", "street", "walk"),
    ("highway=trunk maxspeed=none", "street", "walk"),
    ("highway=trunk_link expressway=yes", "expressway", "refuse"),
    ("highway=primary maxspeed=100", "street", "walk"),
    ("highway=primary tunnel=yes", "street", "walk"),
    ("highway=corridor indoor=yes", "indoor", "walk"),
    ("highway=elevator", "indoor", "walk"),
    ("highway=busway", "busway", "refuse"),
    ("highway=busway sidewalk=both", "street", "walk"),
    ("highway=raceway", "not_a_street", "refuse"),
    ("railway=platform", "platform", "walk"),
    ("public_transport=platform", "platform", "walk"),
    ("man_made=pier", "pier", "walk"),
    ("route=ferry", "ferry", "refuse"),
    ("route=ferry foot=yes", "ferry", "refuse"),
    ("highway=trail surface=stone", "footway", "walk"),
    ("highway=path sac_scale=alpine_hiking", "alpine", "refuse"),
    ("highway=nonsense", "unknown", "refuse"),
    ("highway=nonsense foot=yes", "unknown", "refuse"),
    ("highway=Footway", "footway", "walk"),
    ("highway=unclassified;tertiary", "street", "walk"),
    ("area:highway=footway", "no_way", "refuse"),
]


def tags(text: str) -> dict[str, str]:
    return dict(item.split("=") for item in text.split())


def classified(text: str) -> pd.Series:
    return classify_ways(pd.DataFrame({"tags": [tags(text)]})).iloc[0]


@pytest.mark.parametrize(("text", "rule", "verdict"), CASES)
def test_each_kind_of_way_gets_its_rule(text: str, rule: str, verdict: str) -> None:
    row = classified(text)
    assert (row["rule"], row["walkable"], row["private"]) == (rule, verdict == "walk", verdict == "private")


def test_every_rule_has_a_case_and_a_reason_in_both_languages() -> None:
    rules = load_rules()
    tried = {rule for _, rule, _ in CASES}
    others = {"service_private", "living_street", "bridleway", "track"}
    assert {rule.id for rule in rules.rules} == tried | others
    assert all(row.zh and row.en for row in (*rules.rules, *rules.doubts))


@pytest.mark.parametrize(
    ("text", "forward", "backward"),
    [
        ("highway=footway", True, True),
        ("highway=residential oneway=yes", True, True),
        ("highway=footway oneway=yes", True, True),
        ("highway=footway oneway:foot=yes", True, False),
        ("highway=footway oneway:foot=-1", False, True),
        ("highway=footway oneway:foot=no", True, True),
        ("highway=path foot:backward=no", True, False),
        ("highway=path foot:forward=no", False, True),
        ("highway=steps conveying=forward", True, False),
        ("highway=steps conveying=backward", False, True),
        ("highway=steps conveying=reversible", True, True),
        ("highway=steps conveying=yes", True, True),
        ("highway=footway conveying=yes", True, True),
        ("highway=steps conveying=no", True, True),
        ("highway=steps conveying=Forward", True, False),
        ("highway=steps conveying=forward;backward", True, True),
        ("highway=steps conveying=reversible;backward", True, True),
        ("highway=steps conveying=yes oneway:foot=yes", True, False),
        ("highway=steps conveying=forward oneway:foot=-1", False, True),
        ("highway=path foot:forward=no oneway:foot=yes", False, True),
    ],
)
def test_only_what_is_said_of_walkers_binds_walkers(text: str, forward: bool, backward: bool) -> None:
    row = classified(text)
    assert (row["forward"], row["backward"]) == (forward, backward)


def test_verdicts_do_not_depend_on_the_order_of_tags_or_rows() -> None:
    ways = pd.DataFrame({"tags": [tags(text) for text, _, _ in CASES]}, index=[f"x{n}" for n in range(len(CASES))])
    turned = pd.DataFrame({"tags": [dict(reversed(item.items())) for item in ways["tags"]]}, index=ways.index)
    verdicts = classify_ways(ways)
    assert verdicts.index.equals(ways.index)
    pd.testing.assert_frame_equal(verdicts, classify_ways(turned))
    pd.testing.assert_frame_equal(verdicts, classify_ways(ways[::-1]).loc[ways.index])


def test_kind_is_the_value_of_the_key_that_made_it_a_way() -> None:
    assert classified("highway=footway railway=platform")["kind"] == "footway"
    assert classified("railway=platform")["kind"] == "platform"
    assert classified("route=ferry name=x")["kind"] == "ferry"


def test_no_ways_give_no_verdicts() -> None:
    empty = classify_ways(pd.DataFrame({"tags": []}))
    assert empty.columns.tolist() == ["rule", "walkable", "private", "kind", "forward", "backward"]
    assert empty["walkable"].dtype == bool


OWN = """
kinds = ["highway"]
[[rule]]
id = "all"
when = {}
verdict = "walk"
zh = "可走"
en = "open"
"""


def test_a_planner_may_bring_her_own_table(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN, encoding="utf-8")
    rules = load_rules(path)
    verdicts = classify_ways(pd.DataFrame({"tags": [{"highway": "motorway"}]}), rules)
    assert verdicts["walkable"].all()
    assert "own.toml" in repr(rules)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('verdict = "walk"', 'verdict = "maybe"'), "rule 1 .all.: verdict = 'maybe'; it is one of walk, private"),
        (('zh = "可走"', 'chinese = "可走"'), "rule 1: unknown key 'chinese'"),
        (('zh = "可走"', ""), "rule 1: 'zh' is missing"),
        (("when = {}", 'when = { highway = "path" }'), "last rule must hold for every way"),
        (("when = {}", "when = { highway = 7 }"), "highway = 7"),
        (('kinds = ["highway"]', "colour = 1"), "unknown key 'colour'"),
        (('kinds = ["highway"]', ""), "'kinds' is missing"),
        (("[[rule]]", "[rule]"), "written as"),
        (
            ('en = "open"', 'en = "open"\n[[rule]]\nid="all"\nwhen={}\nverdict="walk"\nzh="x"\nen="x"'),
            "'all' is there twice",
        ),
        (
            ('en = "open"', 'en = "open"\n[[direction]]\nid="d"\nwhen={}\nforward=true\nbackward=true'),
            "exactly one must be true",
        ),
    ],
)
def test_a_faulty_table_is_refused_by_row_and_key(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN.replace(*change), encoding="utf-8")
    with pytest.raises(FileError, match=words) as caught:
        load_rules(path)
    assert "own.toml" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("barrier=wall", "wall"),
        ("barrier=fence", "fence"),
        ("barrier=fence demolished=yes", None),
        ("barrier=wall abandoned=yes", None),
        ("abandoned:barrier=wall", None),
        ("barrier=wall construction=no", "wall"),
        ("railway=rail disused=yes", None),
        ("waterway=canal disused=yes", "waterway"),
        ("natural=water abandoned=yes", "water"),
        ("barrier=hedge", "hedge"),
        ("barrier=retaining_wall", "retaining_wall"),
        ("barrier=kerb", None),
        ("barrier=guard_rail", None),
        ("barrier=gate", None),
        ("railway=rail", "railway"),
        ("railway=subway tunnel=yes", None),
        ("railway=subway tunnel=no", "railway"),
        ("railway=light_rail bridge=viaduct", None),
        ("railway=tram", None),
        ("railway=abandoned", None),
        ("waterway=river", "waterway"),
        ("waterway=canal tunnel=culvert", None),
        ("waterway=stream", None),
        ("waterway=river intermittent=yes", None),
        ("natural=water", "water"),
        ("natural=coastline", "water"),
        ("landuse=reservoir", "water"),
        ("natural=tree_row", None),
        ("highway=motorway", "motorway"),
        ("highway=motorway bridge=yes", None),
        ("highway=trunk", None),
        ("highway=trunk motorroad=yes", "motorway"),
        ("highway=primary motorroad=yes", "motorway"),
        ("highway=motorway foot=yes", None),
        ("highway=motorway sidewalk=both", None),
        ("highway=motorway foot=no", "motorway"),
        ("highway=trunk maxspeed=80", "motorway"),
        ("highway=trunk maxspeed=80 foot=no", "motorway"),
        ("highway=trunk maxspeed=80 foot=yes", None),
        ("highway=trunk maxspeed=80 sidewalk=left", None),
        ("highway=trunk maxspeed=80 bridge=yes", None),
        ("highway=trunk foot=no", None),
        ("highway=trunk tunnel=yes", None),
        ("highway=trunk expressway=yes", "motorway"),
    ],
)
def test_what_stops_a_walker_on_the_ground(text: str, kind: str | None) -> None:
    assert load_barriers().kind(tags(text)) == kind


OVERLAPS = [
    ("highway=construction foot=no", "not_built", "refuse"),
    ("highway=proposed access=private", "not_built", "refuse"),
    ("highway=via_ferrata foot=designated", "not_a_street", "refuse"),
    ("route=ferry highway=footway", "ferry", "refuse"),
    ("route=ferry highway=footway foot=yes", "ferry", "refuse"),
    ("route=ferry highway=ferry foot=yes", "ferry", "refuse"),
    ("highway=ferry foot=designated", "unknown", "refuse"),
    ("highway=nonsense railway=platform", "unknown", "refuse"),
    ("route=ferry foot=no", "ferry", "refuse"),
    ("highway=footway disused=yes foot=yes", "gone", "refuse"),
    ("highway=path seasonal=winter foot=designated", "seasonal", "refuse"),
    ("highway=footway opening_hours=closed foot=yes", "never_open", "refuse"),
    ("highway=construction disused=yes", "not_built", "refuse"),
    ("highway=residential foot=no access=yes", "foot_no", "refuse"),
    ("highway=motorway foot=no sidewalk=both", "foot_no", "refuse"),
    ("highway=service foot=private access=no", "foot_private", "private"),
    ("highway=residential foot=use_sidepath access=private", "foot_use_sidepath", "refuse"),
    ("highway=residential foot=yes sidewalk=separate", "foot_yes", "walk"),
    ("highway=path foot=yes sac_scale=alpine_hiking", "foot_yes", "walk"),
    ("highway=cycleway foot=yes cycleway=track", "foot_yes", "walk"),
    ("highway=motorway access=no sidewalk=both", "access_no", "refuse"),
    ("highway=service access=no service=private", "access_no", "refuse"),
    ("highway=motorway access=private sidewalk=both", "motorway_with_sidewalk", "walk"),
    ("highway=primary motorroad=yes sidewalk=both", "motorway_with_sidewalk", "walk"),
    ("highway=motorway access=private", "motorway", "refuse"),
    ("highway=primary motorroad=yes sidewalk=separate", "motorway", "refuse"),
    ("highway=residential access=private sidewalk=separate", "access_private", "private"),
    ("highway=cycleway access=private segregated=yes", "access_private", "private"),
    ("highway=service access=private service=private", "access_private", "private"),
    ("highway=service access=yes service=private", "service", "walk"),
    ("highway=service service=private sidewalk=separate", "service_private", "private"),
    ("highway=trunk maxspeed=100 foot=yes", "foot_yes", "walk"),
    ("highway=trunk maxspeed=100 foot=no", "foot_no", "refuse"),
    ("highway=trunk maxspeed=100 motorroad=yes sidewalk=both", "motorway_with_sidewalk", "walk"),
    ("highway=trunk expressway=yes sidewalk:right=yes", "street", "walk"),
    ("highway=trunk maxspeed=80 sidewalk=separate", "expressway", "refuse"),
    ("highway=trunk maxspeed=80 access=private", "expressway", "refuse"),
    ("highway=busway sidewalk=separate", "sidewalk_separate", "refuse"),
    ("highway=living_street sidewalk=separate", "sidewalk_separate", "refuse"),
    ("highway=cycleway segregated=yes cycleway=track", "cycleway_shared", "walk"),
    ("highway=cycleway segregated=no foot=discouraged", "cycleway_shared", "walk"),
    ("highway=cycleway segregated=yes sidewalk=separate", "cycleway_shared", "walk"),
    ("highway=cycleway sidewalk=right cycleway=lane", "cycleway_shared", "walk"),
    ("highway=footway railway=platform", "footway", "walk"),
    ("railway=platform man_made=pier", "platform", "walk"),
    ("highway=path man_made=pier", "footway", "walk"),
]


@pytest.mark.parametrize(("text", "rule", "verdict"), OVERLAPS)
def test_of_two_rules_that_fit_the_first_decides(text: str, rule: str, verdict: str) -> None:
    row = classified(text)
    assert (row["rule"], row["walkable"], row["private"]) == (rule, verdict == "walk", verdict == "private")


GATES = [
    ("barrier=gate", "open"),
    ("barrier=gate access=yes", "open"),
    ("barrier=gate access=private", "private"),
    ("barrier=gate access=no", "closed"),
    ("barrier=gate locked=yes", "closed"),
    ("barrier=gate locked=yes access=private", "closed"),
    ("barrier=gate locked=yes access=yes", "closed"),
    ("barrier=gate locked=yes foot=yes", "open"),
    ("barrier=gate access=no foot=permissive", "open"),
    ("barrier=gate access=private foot=no", "closed"),
    ("barrier=gate access=no foot=residents", "private"),
    ("barrier=gate access=private opening_hours=off", "closed"),
    ("barrier=gate opening_hours=closed", "closed"),
    ("barrier=gate opening_hours=closed foot=yes", "closed"),
    ("barrier=kissing_gate access=no", "open"),
    ("barrier=bollard locked=yes", "open"),
    ("barrier=turnstile foot=private", "private"),
    ("barrier=fence", "closed"),
    ("barrier=wall", "closed"),
    ("barrier=hedge", "closed"),
    ("barrier=city_wall", "closed"),
    ("barrier=retaining_wall", "closed"),
    ("barrier=Fence", "closed"),
    ("barrier=fence foot=yes", "open"),
    ("barrier=fence access=yes", "open"),
    ("barrier=wall access=private", "private"),
    ("barrier=fence;gate", "open"),
    ("barrier=fence entrance=yes", "open"),
    ("barrier=yes access=no", "closed"),
    ("barrier=wall demolished=yes", "open"),
    ("barrier=gate locked=yes abandoned=yes", "open"),
    ("barrier=nonsense", "open"),
    ("barrier=nonsense locked=yes", "closed"),
    ("access=no", "closed"),
    ("foot=no", "closed"),
    ("access=private", "private"),
    ("access=no railway=level_crossing", "closed"),
]
NO_GATES = [
    "access=yes",
    "foot=no access=yes entrance=yes",
    "access=no entrance=yes",
    "access=private amenity=parking",
    "access=no foot=yes",
    "foot=no highway=crossing",
    "access=no railway=station",
    "motor_vehicle=no",
]


def points(*texts: str) -> gpd.GeoDataFrame:
    """Tagged nodes."""
    index = [f"n{number}" for number in range(1, len(texts) + 1)]
    return gpd.GeoDataFrame(
        {"tags": list(map(tags, texts))}, index=index, geometry=[Point(0, 0)] * len(texts), crs=4326
    )


def test_the_first_rule_that_fits_says_who_gets_through_a_gate() -> None:
    gates = find_gates(points(*(text for text, _ in GATES), *NO_GATES))
    assert list(zip((text for text, _ in GATES), gates["state"], strict=True)) == GATES
    assert gates.index.tolist() == list(range(1, len(GATES) + 1))


def test_only_a_kind_of_barrier_that_the_table_does_not_know_is_doubtful() -> None:
    gates = find_gates(points("barrier=nonsense", "barrier=yes", "barrier=gate", "barrier=fence", "barrier=x foot=yes"))
    assert gates["doubtful"].tolist() == [True, True, False, False, False]
    assert (gates[["reason_zh", "reason_en"]].map(len) > 0).all(axis=None)


def test_platforms_of_stations_are_behind_ticket_gates_if_asked() -> None:
    texts = ["railway=platform", "public_transport=platform subway=yes foot=yes", "public_transport=platform bus=yes"]
    ways = pd.DataFrame({"tags": [tags(text) for text in texts]})
    assert classify_ways(ways)["walkable"].all()
    strict = load_rules(options=["platform_in_station"])
    assert classify_ways(ways, strict)["walkable"].tolist() == [False, False, True]
    assert strict.reason("platform_in_station").startswith("a platform of a station")
    with pytest.raises(InputError, match="no optional rule 'ticket_gates'; it has platform_in_station"):
        load_rules(options=["ticket_gates"])


@pytest.mark.parametrize(
    "text", sorted({text for text, *_ in CASES + OVERLAPS if any(road in text for road in ("motor", "trunk"))})
)
def test_a_motor_road_at_ground_level_is_walked_or_a_barrier(text: str) -> None:
    row = classified(text)
    ground = "tunnel=yes" not in text
    plain_road = "motor" not in text and row["rule"] != "expressway" and "maxspeed" not in text
    barrier = load_barriers().kind(tags(text)) == "motorway"
    assert barrier == (ground and not plain_road and not row["walkable"] and not row["private"])


def test_the_kinds_of_way_that_rules_name_are_the_known_ones() -> None:
    with shipped_file("tenmin.inputs.osm", "rules.toml").open("rb") as stream:
        rules = {rule["id"]: rule["when"] for rule in tomllib.load(stream)["rule"]}
    known = set(rules["unknown"]["not"]["highway"])
    after = list(rules)[list(rules).index("unknown") + 1 :]
    assert known == {value for name in after for value in highway_values(rules[name])}


def highway_values(when: object) -> Iterator[str]:
    """Values of `highway` that a condition names, at any depth."""
    for table in when if isinstance(when, list) else [when]:
        for key, value in table.items() if isinstance(table, dict) else ():
            if key == "highway":
                yield from [value] if isinstance(value, str) else value
            else:
                yield from highway_values(value)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("entrance=yes", "yes"),
        ("entrance=main access=private", "main"),
        ("entrance=home foot=private", "home"),
        ("entrance=yes access=no", None),
        ("entrance=yes locked=yes", None),
        ("entrance=yes locked=yes foot=yes", "yes"),
        ("entrance=emergency", None),
        ("entrance=yes disused=yes", None),
        ("entrance=service", None),
        ("entrance=main door=hinged", "main"),
        ("door=hinged", "hinged"),
        ("door=no", None),
        ("barrier=gate", "gate"),
        ("barrier=gate access=private", "gate"),
        ("barrier=gate access=residents entrance=yes", "yes"),
        ("barrier=gate access=no", None),
        ("barrier=gate entrance=exit", None),
        ("barrier=turnstile", "turnstile"),
        ("barrier=bollard", None),
        ("amenity=bench", None),
    ],
)
def test_people_go_in_by_what_is_not_closed_private_or_not(text: str, kind: str | None) -> None:
    assert find_entrances(points(text))["kind"].tolist() == ([] if kind is None else [kind])
