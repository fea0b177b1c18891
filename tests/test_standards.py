"""The standards that ship: their figures by hand, their schema, how they are loaded, listed and told."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError, fields, replace
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest

from tenmin.inputs.standards import (
    EVIDENCE,
    KINDS,
    AppliesTo,
    Clause,
    Reported,
    Standard,
    Tier,
    check_standard_file,
    describe_applies_to,
    describe_clause,
    describe_standard,
    list_standards,
    load_standard,
)
from tenmin.support.errors import FileError, InputError

THIRD_PARTY = {"gbt50378_walk", "guiyang", "mnr_checkup"}
IDS = {
    "jiaxing_2012", "xuzhou_2017", "yunmeng_liushiliuyou", "jinan_2008_10min", "china_2005_benchmarks",
    "gb50180_2018", "gb50180_93_2002", "gbt50378_walk", "tdt1062_2021", "mnr_checkup", "mohurd_checkup_2021",
    "mofcom_2021_15min", "embedded_2024", "complete_community_2020", "shanghai_2024_draft", "shanghai_2016",
    "beijing_2025", "beijing_15min_service", "changsha", "guiyang", "wuhan_2013", "tianjin_binhai_2010",
    "shandong_db37_4438", "sdg_11_2_1", "sdg_11_7_1", "gohsc", "melbourne_20min", "paris_15min", "rule_3_30_300",
    "barcelona_superblock",
}  # fmt: skip
WALKS = {"walk_minutes", "walk_metres", "straight_metres"}

# What the five founding texts ask for, by hand: kind, subject, figure or rooms, mandatory.
JIAXING = {
    "premises": ("floor_area", "community_service", 350.0, True),
    "room_party": ("rooms", "community_service", ("党员活动室",), True),
    "room_office": ("rooms", "community_service", ("居委会办公室",), True),
    "room_reading": ("rooms", "community_service", ("阅览室",), True),
    "room_elderly": ("rooms", "community_service", ("老年活动室",), True),
    "room_mediation": ("rooms", "community_service", ("综治调解室",), True),
    "station_service": ("presence", "community_service", 1.0, True),
    "station_social": ("presence", "social_affairs", 1.0, True),
    "station_police": ("presence", "police", 1.0, True),
    "station_health": ("presence", "clinic", 1.0, True),
    "board_affairs": ("rooms", "community_service", ("居务公开栏",), True),
    "board_publicity": ("rooms", "community_service", ("宣传栏",), True),
    "school_citizens": ("presence", "citizens_school", 1.0, True),
    "place_fitness": ("presence", "fitness", 1.0, True),
    "hall_onestop": ("presence", "one_stop_hall", 1.0, False),
    "elder_homecare": ("presence", "elderly_care", 1.0, False),
}
XUZHOU = {
    "service_centre": ("floor_area", "community_service", 600.0, True),
    "hall_onestop": ("rooms", "community_service", ("一站式服务大厅",), True),
    "elder_centre": ("floor_area", "elderly_care", 200.0, True),
    "elder_room_daycare": ("rooms", "elderly_care", ("日间照料室",), True),
    "elder_room_meals": ("rooms", "elderly_care", ("助餐就餐室",), True),
    "elder_room_therapy": ("rooms", "elderly_care", ("康复理疗室",), True),
    "elder_room_comfort": ("rooms", "elderly_care", ("精神关爱室",), True),
    "elder_room_activity": ("rooms", "elderly_care", ("老年活动室",), True),
    "elder_room_reading": ("rooms", "elderly_care", ("图书阅览室",), True),
    "elder_rooms_separate": ("separate_rooms", "elderly_care", ("日间照料室", "助餐就餐室", "康复理疗室"), True),
    "elder_services": ("not_spatial", "", None, False),
    "health": ("presence", "clinic", 1.0, True),
    "kindergarten": ("presence", "kindergarten", 1.0, True),
    "culture_sport": ("kinds_of", "", 1.0, True),
    "reading": ("rooms", "community_service", ("阅览室",), True),
    "sports_room": ("presence", "sports_room", 1.0, True),
    "sports_room_walk": ("walk_minutes", "sports_room", 10.0, True),
    "small_sports_field": ("presence", "sport", 1.0, True),
    "small_sports_field_walk": ("walk_minutes", "sport", 10.0, True),
    "wet_market": ("presence", "market", 1.0, True),
    "convenience": ("presence", "convenience", 1.0, True),
    "supermarket": ("presence", "supermarket", 1.0, False),
    "veg_shop": ("presence", "greengrocer", 1.0, False),
    "farm_direct": ("presence", "farm_produce", 1.0, False),
    "breakfast": ("presence", "breakfast", 1.0, False),
    "police_room": ("presence", "police", 1.0, True),
}
YUNMENG = {
    "premises_500": ("floor_area", "community_service", 500.0, True),
    "centre_radius": ("straight_metres", "community_service", 2000.0, True),
    "room_party": ("rooms", "community_service", ("党员活动室",), True),
    "room_remote_edu": ("rooms", "community_service", ("远程教育室",), True),
    "room_reading": ("rooms", "community_service", ("图书阅览室",), True),
    "room_science": ("rooms", "community_service", ("科普活动室",), True),
    "room_health": ("rooms", "community_service", ("医疗卫生室",), True),
    "room_culture_sport": ("rooms", "community_service", ("文体活动室",), True),
    "have_sign": ("not_spatial", "", None, True),
    "have_rules": ("not_spatial", "", None, True),
    "have_equipment": ("not_spatial", "", None, True),
    "have_square": ("presence", "square", 1.0, True),
    "have_board": ("rooms", "community_service", ("党务社务公开栏",), True),
    "have_staff": ("not_spatial", "", None, True),
}
JINAN = {
    "response": ("response_minutes", "", 10.0, True),
    "community_households": ("community_size", "", 3000.0, False),
    "subdistrict_people": ("community_size", "", 50000.0, False),
    "service_station": ("presence", "community_service", 1.0, False),
    "service_centre": ("presence", "community_service", 1.0, False),
    "health": ("presence", "clinic", 1.0, False),
    "police_room": ("presence", "police", 1.0, False),
    "culture_centre": ("presence", "culture", 1.0, False),
    "fitness_path": ("presence", "fitness", 1.0, False),
    "fitness_path_subdistrict": ("presence", "fitness", 1.0, False),
    "elder_helpline": ("not_spatial", "", None, False),
}
CHINA = {
    "premises": ("floor_area", "community_service", 100.0, False),
    "service_centre": ("presence", "community_service", 1.0, False),
    "labour_station": ("presence", "labour_service", 1.0, False),
    "police_room": ("presence", "police", 1.0, False),
    "health_station": ("presence", "clinic", 1.0, False),
    "library_room": ("rooms", "community_service", ("图书室",), False),
}
FOUNDING = {
    "jiaxing_2012": JIAXING, "xuzhou_2017": XUZHOU, "yunmeng_liushiliuyou": YUNMENG, "jinan_2008_10min": JINAN,
    "china_2005_benchmarks": CHINA,
}  # fmt: skip
REPORTED = {
    "jiaxing_2012": {
        "communities": 361, "town_communities": 114, "premises_total": 276_600, "premises_mean": 766,
        "premises_pass": 1, "office_area": 149_597, "office_share": 0.541, "activity_area": 108_716,
        "activity_share": 0.393, "hall_share": 0.95, "homecare_share": 0.8, "health_share": 1, "fixed_2009": 19,
    },
    "xuzhou_2017": {"pilot_communities": 8},
    "yunmeng_liushiliuyou": {
        "communities": 24, "households": 46_096, "people": 164_516, "premises_300": 9, "premises_1000": 5,
        "premises_500_share": 5 / 24, "exercise_points": 30, "books": 5000,
    },
    "jinan_2008_10min": {
        "communities": 445, "meeting": 231, "meeting_share": 0.519, "service_stations": 445, "service_centres": 53,
        "health_facilities": 142, "police_rooms": 435, "culture_centres": 311, "fitness_communities": 0.5,
        "fitness_subdistricts": 0.9, "premises_mean": 430, "premises_built": 180_200, "station_staff": 3,
        "safe_communities": 0.9, "help_groups": 2266, "brand_communities": 65, "model_communities": 35,
    },
    "china_2005_benchmarks": {
        "premises_share": 0.40, "service_centre_share": 0.87, "labour_share": 0.93, "police_share": 0.80,
        "health_share": 0.85, "library_share": 0.70, "service_centres": 8000, "convenience_points": 600_000,
        "workers": 3_500_000, "service_items": 200, "urban_people": 500_000_000, "changzhou_labour": 1,
    },
}  # fmt: skip


def clauses(name: str) -> dict[str, Clause]:
    return {clause.id: clause for clause in load_standard(name, third_party=name in THIRD_PARTY).clauses}


def everything() -> list[Standard]:
    return [load_standard(name, third_party=True) for name in sorted(IDS)]


@pytest.mark.parametrize("name", FOUNDING)
def test_a_founding_text_asks_for_this_and_nothing_else(name: str):
    told = {key: (one.kind, one.subject, one.rooms or one.value, one.mandatory) for key, one in clauses(name).items()}
    assert told == FOUNDING[name]


@pytest.mark.parametrize("name", REPORTED)
def test_a_founding_text_reports_these_figures(name: str):
    reported = {row.id: row.value for row in load_standard(name).reported}
    assert reported == pytest.approx(REPORTED[name])


def test_what_the_founding_texts_say_beside_their_figures():
    assert clauses("yunmeng_liushiliuyou")["premises_500"].applies_to == AppliesTo(people_min=5000, people_max=10_000)
    assert clauses("yunmeng_liushiliuyou")["centre_radius"].approximate
    size = clauses("jinan_2008_10min")["community_households"]
    assert (size.bound, size.tolerance, size.approximate, size.unit) == ("about", 0.2, True, "households")
    response = clauses("jinan_2008_10min")["response"]
    assert (response.evidence, response.column, response.unit) == ("news", "response_10min", "min")
    assert clauses("jiaxing_2012")["premises"].of == "sum"
    assert clauses("xuzhou_2017")["service_centre"].of == "largest"
    most = {row.id: row.value_most for row in load_standard("yunmeng_liushiliuyou").reported}
    assert most["premises_500_share"] == pytest.approx(9 / 24)


def test_a_name_of_ten_minutes_is_no_clause_that_walks():
    walking = {
        name: sorted(key for key, one in clauses(name).items() if one.kind in WALKS - {"straight_metres"})
        for name in FOUNDING
    }
    assert walking.pop("xuzhou_2017") == ["small_sports_field_walk", "sports_room_walk"]
    assert not any(walking.values())


def test_figures_of_later_standards():
    gb = load_standard("gb50180_2018")
    assert {tier.id: (tier.minutes, tier.metres, tier.people, tier.dwellings) for tier in gb.tiers} == {
        "tier15": ((15, 15), (1000, 1000), (50_000, 100_000), (17_000, 32_000)),
        "tier10": ((10, 10), (500, 500), (15_000, 25_000), (5000, 8000)),
        "tier5": ((5, 5), None, (5000, 12_000), None),
    }
    assert {key: (one.kind, one.value) for key, one in clauses("gb50180_2018").items() if one.kind in WALKS} == {
        "kindergarten": ("straight_metres", 300), "primary": ("straight_metres", 500),
    }  # fmt: skip
    mofcom = clauses("mofcom_2021_15min")
    bands = {key: one.value for key, one in mofcom.items() if key.startswith("band")}
    assert bands == {
        "band5_convenience": 5, "band5_small_supermarket": 5, "band8_fast_food": 8, "band8_pharmacy": 8,
        "band8_laundry": 8, "band8_hairdresser": 8, "band8_market": 8, "band15_supermarket": 15, "band15_repair": 15,
        "band15_fitness": 15,
    }  # fmt: skip
    assert {one.value for one in mofcom.values() if one.mandatory} == {15}
    embedded = clauses("embedded_2024")
    assert (embedded["service_area"].value, embedded["service_area"].per) == (30, 100)
    three = clauses("shandong_db37_4438")["three_kinds"]
    assert (three.value, three.within, three.within_kind, len(three.kinds)) == (3, 1000, "straight_metres", 4)
    assert {one.value for one in clauses("sdg_11_2_1").values()} == {500, 1000}
    assert {one.within for one in clauses("sdg_11_7_1").values()} == {400}
    assert {one.within or one.value for one in clauses("gohsc").values()} == {500}
    assert {one.within or one.value for one in clauses("melbourne_20min").values()} == {800}
    assert clauses("gohsc")["pos_large"].least_land_m2 == 15_000


def test_every_id_is_there_and_named_like_its_file():
    assert set(list_standards().index) == IDS
    assert [one.id for one in everything()] == sorted(IDS)


@pytest.mark.parametrize("standard", everything(), ids=lambda one: one.id)
def test_whatever_ships_has_names_in_both_languages_a_source_and_a_grade(standard: Standard):
    assert standard.title_zh
    assert standard.title_en
    for row in (*standard.clauses, *standard.tiers, *standard.reported):
        assert row.zh, row.id
        assert row.en, row.id
        assert row.source, row.id
        assert row.evidence in EVIDENCE, row.id
        assert row.evidence != "user", row.id
    assert len(standard.notes_zh) == len(standard.notes_en)
    assert standard.clauses or standard.notes_en, "without clauses it must say why"
    assert not standard.unfilled


def test_an_indicator_without_a_figure_that_is_asked_for_is_no_duty():
    indicators = ("gohsc", "sdg_11_2_1", "sdg_11_7_1", "mnr_checkup", "mohurd_checkup_2021", "china_2005_benchmarks")
    assert not any(clause.mandatory for name in indicators for clause in clauses(name).values())


@pytest.mark.parametrize("name", sorted(THIRD_PARTY))
def test_clauses_of_a_third_party_standard_are_loaded_only_when_asked_for(name: str):
    bare, whole = load_standard(name), load_standard(name, third_party=True)
    assert {one.evidence for one in whole.clauses} == {"third_party"}
    assert bare.clauses == ()
    assert bare.notes_en[-1].startswith(f"{len(whole.clauses)} clauses that were only seen in somebody's program")
    assert f"另有 {len(whole.clauses)} 条" in bare.notes_zh[-1]


def test_third_party_clauses_stay_out_with_their_tiers():
    assert "convenience" not in clauses("gb50180_2018")
    whole = load_standard("gb50180_2018", third_party=True)
    assert {one.id for one in whole.clauses} - set(clauses("gb50180_2018")) == {"convenience"}
    assert "block" in {tier.id for tier in whole.tiers} - {tier.id for tier in load_standard("gb50180_2018").tiers}


def test_all_else_loads_without_asking():
    for name in IDS - THIRD_PARTY:
        assert all(clause.evidence != "third_party" for clause in load_standard(name).clauses), name


def test_the_list_tells_what_loads():
    table = list_standards()
    assert table.loc["jiaxing_2012", ["year", "clauses", "mandatory", "evidence"]].tolist() == [
        2012,
        16,
        14,
        "founding",
    ]
    assert table.loc["jinan_2008_10min", "worst_evidence"] == "news"
    assert table.loc["mnr_checkup", ["clauses", "third_party"]].tolist() == [0, 14]
    assert pd.isna(table.loc["yunmeng_liushiliuyou", "year"])
    assert set(list_standards(third_party=False).index) == IDS - THIRD_PARTY


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("jiaxing", r"no standard 'jiaxing'; did you mean 'jiaxing_2012'"),
        ("qqqq", r"list_standards\(\)"),
        ("my_own.toml", r"my_own\.toml: there is no such file"),
        (__file__, r"suffix is not read.*\.toml, \.xlsx"),
    ],
)
def test_a_standard_that_is_not_there(name: str, told: str):
    with pytest.raises(FileError, match=told):
        load_standard(name)


def test_the_table_has_a_row_for_each_clause():
    table = load_standard("yunmeng_liushiliuyou").table()
    assert list(table.index) == list(YUNMENG)
    assert {one.name for one in fields(Clause)} - {"id"} | {"unit"} == set(table.columns)
    assert table.loc["premises_500", ["value", "unit", "bound", "level"]].tolist() == [500.0, "m2", "min", "社区"]
    assert load_standard("barcelona_superblock").table().empty


def test_a_subject_that_the_catalogue_has_not(tmp_path: Path):
    source = Path(str(files("tenmin.inputs.standards"))) / "data" / "jiaxing_2012.toml"
    path = tmp_path / "ours.toml"
    path.write_text(source.read_text("utf-8").replace('subject = "police"', 'subject = "polise"'), "utf-8")
    assert len(check_standard_file(path).clauses) == 16
    subjects = {clause.subject for clause in load_standard("jiaxing_2012").clauses}
    with pytest.raises(FileError, match=r"ours\.toml, clause 'station_police', subject: 'polise'.*mean 'police'"):
        check_standard_file(path, subjects)
    assert check_standard_file(source, subjects) == load_standard("jiaxing_2012")


def test_a_standard_is_told_in_both_languages():
    standard = load_standard("jinan_2008_10min")
    chinese, english = describe_standard(standard, "zh"), describe_standard(standard, "en", names={"police": "Police"})
    assert chinese[0].startswith("济南市")
    assert any("约 3,000 户" in line and "参考" in line for line in chinese)
    assert any("about 3,000 households" in line for line in english)
    assert any("51.9 %" in line and "231 of 445" in line for line in english)
    assert any("中国消费者报" in line and "a press report" in line for line in english)
    assert any("has, Police" in line for line in english)
    for note in standard.notes_zh:
        assert f"  {note}" in chinese


@pytest.mark.parametrize("standard", everything(), ids=lambda one: one.id)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_standard_can_be_told(standard: Standard, lang: str):
    lines = describe_standard(standard, lang)
    for row in (*standard.clauses, *standard.tiers, *standard.reported):
        name = row.zh if lang == "zh" else row.en
        assert any(line.startswith(f"  {row.id} {name}") for line in lines), row.id
    assert not any(re.search(r"\bnan\b|None|\n", line) for line in lines)


def test_words_of_clauses():
    made = Clause("x", "kinds_of", kinds=("park", "square"), value=2, within=5, within_kind="walk_minutes",
                  share=0.85, source="s", evidence="news")  # fmt: skip
    assert describe_clause(made, "en") == (
        "so many kinds of a list at least 2, park, square, within a walk of 5 min, for 85 % of the people"
    )
    three = clauses("xuzhou_2017")["elder_rooms_separate"]
    assert describe_clause(three, "zh") == "独立设置的功能室，elderly_care，日间照料室、助餐就餐室、康复理疗室"
    assert describe_clause(replace(three, value=2), "zh").startswith("独立设置的功能室 ≥ 2 个，")
    assert describe_applies_to(AppliesTo(people_max=9000, kinds=("old",), setting="urban"), "zh") == (
        "≤ 9,000 人、老旧社区、城镇"
    )
    assert describe_applies_to(AppliesTo(), "en") == ""


def test_parts_are_frozen_and_valid_from_birth():
    clause = clauses("jiaxing_2012")["premises"]
    with pytest.raises(FrozenInstanceError):
        clause.value = 1.0  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(InputError, match="'premises', value: -1"):
        replace(clause, value=-1.0)
    with pytest.raises(InputError, match="'t', metres"):
        Tier("t", metres=(500.0, 300.0), source="s", evidence="news")
    with pytest.raises(InputError, match="'r', figure: 'median'"):
        Reported("r", "median", value=1.0, source="s", evidence="news")
    assert len({clause, replace(clause)}) == 1


def test_a_repr_says_what_it_is():
    told = repr(load_standard("xuzhou_2017"))
    assert "xuzhou_2017" in told
    assert "26 clauses, 21 mandatory; evidence founding" in told


def test_every_kind_has_a_unit_and_words():
    for name, kind in KINDS.items():
        assert kind.zh, name
        assert kind.en, name
        assert kind.unit or name in {"community_size", "along_walk"}
        assert not kind.needs & kind.allows, name
