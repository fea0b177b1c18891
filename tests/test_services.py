"""The catalogue of services."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenmin.inputs.services import load_catalogue
from tenmin.support.errors import FileError

PROMISED = {
    *("community_service", "clinic", "hospital", "pharmacy", "elderly_care", "kindergarten", "primary_school"),
    *("secondary_school", "culture", "library", "sport", "fitness", "park", "market", "supermarket", "convenience"),
    *("restaurant", "post", "bank", "police", "toilets", "transport_stop"),
}


def test_the_promised_categories_are_there_in_both_languages() -> None:
    catalogue = load_catalogue()
    assert set(catalogue) >= PROMISED
    for key, category in catalogue.items():
        assert category.key == key
        assert any("\u4e00" <= letter <= "\u9fff" for letter in category.zh)
        assert category.en.isascii()
        assert category.weight > 0
    assert all(catalogue[key].rules and catalogue[key].core for key in PROMISED)
    assert catalogue["pharmacy"].amap == ("090601", "090600")
    assert len({category.en for category in catalogue.values()}) == len(catalogue)


@pytest.mark.parametrize(
    ("tags", "keys"),
    [
        ({"amenity": "pharmacy"}, {"pharmacy"}),
        ({"amenity": "school", "name": "人大附小学"}, {"primary_school"}),
        ({"amenity": "school", "name": "清华附中"}, {"secondary_school"}),
        ({"amenity": "school", "name": "育英中小学"}, {"primary_school", "secondary_school"}),
        ({"amenity": "school", "isced:level": "0-1"}, {"primary_school"}),
        ({"amenity": "school", "isced:level": "0-2"}, {"primary_school", "secondary_school"}),
        ({"amenity": "school", "isced:level": "1;2"}, {"primary_school", "secondary_school"}),
        ({"amenity": "school", "isced:level": "2-3"}, {"secondary_school"}),
        ({"amenity": "school", "name": "育才学校"}, {"school"}),
        ({"amenity": "kindergarten"}, {"kindergarten"}),
        ({"amenity": "hospital", "healthcare": "clinic"}, {"hospital"}),
        ({"amenity": "doctors"}, {"clinic"}),
        ({"office": "government", "name": "中关村街道办事处"}, {"community_service"}),
        ({"office": "government", "name": "税务局"}, {"government"}),
        ({"amenity": "social_facility", "social_facility:for": "senior"}, {"elderly_care"}),
        ({"amenity": "community_centre", "community_centre:for": "senior"}, {"community_service", "elderly_care"}),
        ({"leisure": "pitch", "access": "private"}, set()),
        ({"leisure": "garden"}, set()),
        ({"leisure": "garden", "access": "yes"}, {"park"}),
        ({"amenity": "toilets", "access": "customers"}, set()),
        ({"amenity": "police", "name": "中关村派出所"}, {"police_station"}),
        ({"amenity": "police", "name": "海淀交警队"}, {"police_station"}),
        ({"amenity": "police"}, {"police_station"}),
        ({"amenity": "police", "name": "东园社区警务室"}, {"police"}),
        ({"amenity": "police", "name": "西园警务工作站"}, {"police"}),
        ({"shop": "kiosk"}, {"convenience"}),
        ({"landuse": "recreation_ground"}, {"park"}),
        ({"leisure": "recreation_ground", "access": "private"}, set()),
        ({"amenity": "public_building"}, {"government"}),
        ({"amenity": "public_building", "name": "东园社区居委会"}, {"community_service"}),
        ({"shop": "convenience;bakery"}, {"convenience", "bakery"}),
        ({"shop": "yes", "name": "菜鸟驿站"}, {"parcels"}),
        ({"railway": "subway_entrance"}, {"transport_stop"}),
        ({"public_transport": "stop_position"}, set()),
        ({"disused:amenity": "bank"}, set()),
    ],
)
def test_tags_lead_to_categories(tags: dict[str, str], keys: set[str]) -> None:
    catalogue = {key: category for key, category in load_catalogue().items() if category.core}
    met = {key for key, category in catalogue.items() if category.rule_for(tags)}
    assert {key for key in met if not met & set(catalogue[key].unless)} == keys


OWN = """
[tea]
zh = "茶馆"
en = "Tea house"
tags = [{ amenity = "cafe", cuisine = "tea" }]
amap = ["050000"]
weight = 2
"""


def test_a_planner_may_bring_her_own(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN, encoding="utf-8")
    tea = load_catalogue(path)["tea"]
    assert (tea.zh, tea.weight, tea.amap) == ("茶馆", 2.0, ("050000",))
    assert tea.rule_for({"amenity": "cafe", "cuisine": "tea"}) == "amenity=cafe and cuisine=tea"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("weight = 2", "weigth = 2"), r"\[tea\]: unknown key 'weigth'"),
        (("weight = 2", "weight = 0"), "weight = 0"),
        (("weight = 2", "weight = nan"), "weight = nan"),
        (("weight = 2", "weight = true"), "weight = True"),
        (('zh = "茶馆"', ""), "'zh' is missing"),
        (('zh = "茶馆"', 'zh = " "'), "zh = ' '"),
        (('[{ amenity = "cafe", cuisine = "tea" }]', "[]"), r"tags = \[\]"),
        (('[{ amenity = "cafe", cuisine = "tea" }]', "[{}]"), "would take every element"),
        (('[{ amenity = "cafe", cuisine = "tea" }]', "[{ amenity = false }]"), "would take every element"),
        (('["050000"]', '["5"]'), "amap = "),
        (("weight = 2", 'unless = ["coffee"]'), "unless names 'coffee'"),
        (("[tea]", "[Tea]"), "named in small letters"),
        (("weight = 2", "[tea]"), "not valid TOML"),
    ],
)
def test_a_faulty_catalogue_is_refused_by_row_and_key(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(OWN.replace(*change), encoding="utf-8")
    with pytest.raises(FileError, match=words) as caught:
        load_catalogue(path)
    assert "own.toml" in str(caught.value)


def test_an_empty_catalogue_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text("# nothing\n", encoding="utf-8")
    with pytest.raises(FileError, match="holds no category"):
        load_catalogue(path)
