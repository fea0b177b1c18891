"""Baskets: who has all, or enough, of several categories, as an interval with the unknown."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tenmin as tm
from tenmin.outputs.tables import basket_as_text, share_table
from tenmin.support.errors import CategoryError, FileError, TableError
from towns import cases, clinics, homes, town

STREET = [(0.0, 0.0), (2000.0, 0.0)]
NEAR = pytest.approx
PEOPLE = [1.0, 2.0, 4.0, 8.0]


@cache
def measured(categories: str) -> tm.Coverage:
    """Four places beside a facility of each category."""
    doors = clinics(dict.fromkeys(categories, (0, 0)), category=list(categories))
    return tm.measure_coverage(town(STREET), homes([(0.0, 0.0)] * 4, PEOPLE), doors, minutes=10)


def judged(rows: list[str], categories: str = "abc") -> tm.Coverage:
    """A coverage whose places are served (+), unserved (-) or unknown (?) in the categories, as written."""
    coverage = measured(categories)
    places = coverage.places.iloc[: len(rows)]
    signs = pd.DataFrame([list(row) for row in rows], index=places.index, columns=list(categories))
    return replace(coverage, places=places, served=signs == "+", unknown=signs == "?")


def found(table: pd.DataFrame) -> list[float]:
    """Served, unserved, unknown and total of the only row."""
    return table[["served", "unserved", "unknown", "total"]].to_numpy()[0].tolist()


TOWN = judged(["+++", "++?", "+--", "?+-"])


def test_the_whole_basket_is_an_interval():
    basket = TOWN.basket()
    assert basket.columns.tolist() == TOWN.shares().columns.tolist()
    assert basket[["category", "of"]].to_numpy().tolist() == [["basket", "people"]]
    assert found(basket) == [1.0, 12.0, 2.0, 15.0]
    assert basket["share"].tolist() == NEAR([1 / 15])
    assert basket["share_upper"].tolist() == NEAR([3 / 15])


@pytest.mark.parametrize(("k", "served", "unknown"), [(1, 15.0, 0.0), (2, 3.0, 8.0), (3, 1.0, 2.0)])
def test_k_of_n_counts_a_place_that_may_have_k_as_unknown(k: int, served: float, unknown: float):
    assert found(TOWN.basket(at_least=k)) == [served, 15.0 - served - unknown, unknown, 15.0]


def test_the_category_that_most_people_lack_is_first_with_the_share_if_everyone_had_it():
    table = TOWN.basket_by_category()
    assert table["category"].tolist() == ["c", "b", "a"]
    assert table["lacking"].tolist() == [12.0, 4.0, 0.0]
    for category, row in table.set_index("category").iterrows():
        rest = TOWN.basket([name for name in "abc" if name != category])
        assert row[["served", "unknown"]].tolist() == rest[["served", "unknown"]].to_numpy()[0].tolist()


def test_of_k_categories_one_less_of_the_others_is_needed_if_everyone_has_one():
    table = TOWN.basket_by_category(at_least=2).set_index("category")
    assert found(table.loc[["c"]]) == found(TOWN.basket(["a", "b"], at_least=1))


def test_each_place_lacks_a_number_of_categories():
    assert TOWN.lacking().to_dict("list") == {"lacking": [0, 0, 2, 1], "unknown": [0, 1, 0, 1]}
    assert TOWN.lacking(["b", "a"])["lacking"].tolist() == [0, 0, 1, 0]


def test_a_category_named_twice_counts_once():
    assert found(TOWN.basket(["b", "b", "c"])) == found(TOWN.basket(["b", "c"]))
    with pytest.raises(TableError, match="from 1 to 1"):
        TOWN.basket(["b", "b"], at_least=2)


def test_no_facilities_is_not_nobody_served():
    doors = clinics({"x": (0, 0)}, category="pharmacy")
    limits = {"pharmacy": 10, "clinic": 10}
    coverage = tm.measure_coverage(town(STREET), homes([(0, 0)]), doors, minutes=limits)
    assert np.isnan(coverage.basket()["share"].item())
    assert coverage.basket(at_least=1)["share"].item() == 1.0
    assert coverage.basket_by_category().set_index("category")["share"].fillna(-1.0).to_dict() == {
        "clinic": 1.0, "pharmacy": -1.0,
    }  # fmt: skip


TABLES = st.lists(st.text("+-?", min_size=4, max_size=4), min_size=1, max_size=4)


@cases(15)
@given(TABLES, st.integers(1, 4))
def test_more_needed_is_never_more_people(rows: list[str], k: int):
    coverage = judged(rows, "abcd")
    shares = [coverage.basket(at_least=n)[["share", "share_upper"]].to_numpy()[0] for n in range(1, 5)]
    assert all((later <= earlier).all() for earlier, later in pairwise(shares))
    smaller = coverage.basket(list("abcd"[:k]))
    assert (smaller[["share", "share_upper"]].to_numpy()[0] >= shares[3]).all()
    one = coverage.basket(["b"]).assign(category="b").reset_index(drop=True)
    pd.testing.assert_frame_equal(one, coverage.shares().query("category == 'b'").reset_index(drop=True))


@cases(15)
@given(TABLES, st.integers(1, 4))
def test_the_interval_is_what_the_unknown_as_unserved_and_as_served_would_give(rows: list[str], k: int):
    share, upper = judged(rows, "abcd").basket(at_least=k)[["share", "share_upper"]].to_numpy()[0]
    for sign, bound in (("-", share), ("+", upper)):
        read = judged([row.replace("?", sign) for row in rows], "abcd").basket(at_least=k)
        assert read["share"].item() == read["share_upper"].item() == NEAR(bound)


@pytest.mark.parametrize("categories", [[], "a", 5])
def test_a_basket_is_a_list_of_categories(categories: object):
    with pytest.raises(TableError, match="give a list of categories"):
        TOWN.basket(categories)


@pytest.mark.parametrize("category", ["clinc", 3, None, ["a"]])
def test_a_basket_with_an_unknown_category_is_refused(category: object):
    for verb in (TOWN.basket, TOWN.basket_by_category, TOWN.lacking):
        with pytest.raises(CategoryError, match=r"has not measured .*, asked for in the basket; it has 'a'"):
            verb(["a", category])


@pytest.mark.parametrize("k", [0, -1, 4, 1.0, 1.5, "2", True, np.nan])
def test_a_number_of_categories_is_from_one_to_those_there_are(k: object):
    with pytest.raises(TableError, match="give a whole number from 1 to 3"):
        TOWN.basket(at_least=k)


def test_places_without_people_have_no_basket():
    bare = replace(TOWN, places=TOWN.places.drop(columns="people"))
    with pytest.raises(TableError, match="places needs the column 'people'"):
        bare.basket()


# --- baskets by name ----------------------------------------------------------------------------------------------

NAMED = tm.load_baskets()


def test_baskets_of_standards_name_what_their_clauses_are_about_and_the_others_say_that_they_are_a_choice():
    by_standard = NAMED[NAMED["source"] != "own"]
    assert len(by_standard) >= 4
    for name, row in by_standard.iterrows():
        standard = tm.load_standard(row["source"])
        assert set(row["categories"]) <= {clause.subject for clause in standard.clauses}, name
        assert row["grade"] == tm.list_standards().loc[row["source"], "evidence"]
    assert NAMED.loc[["older_adult", "child", "carer"], ["source", "grade"]].eq("own").all().all()


def test_a_basket_by_name_is_that_of_its_categories():
    keys = NAMED.loc["child", "categories"]
    doors = clinics(dict(enumerate([(0.0, 0.0)] * 5)), category=keys[:5])
    limits = dict.fromkeys([*keys, "bank"], 10)
    coverage = tm.measure_coverage(town(STREET), homes([(0, 0), (1500, 0)], [3.0, 1.0]), doors, minutes=limits)
    assert (
        found(coverage.basket("child", at_least=5)) == found(coverage.basket(keys, at_least=5)) == [3.0, 1.0, 0.0, 4.0]
    )
    assert np.isnan(coverage.basket("child")["share"].item())
    assert coverage.lacking("child")["lacking"].tolist() == [1, 6]
    assert set(coverage.basket_by_category("child")["category"]) == set(keys)


def test_a_basket_by_age_counts_the_people_of_that_age_where_the_places_have_them():
    coverage = measured_children(people_3_5=[1.0, 0.0], people_6_11=[1.0, 1.0])
    table = coverage.basket("child")
    assert (table["of"].item(), found(table)) == ("people_3_5 + people_6_11", [2.0, 1.0, 0.0, 3.0])
    parts = coverage.basket_by_category("child")
    assert parts["of"].unique().tolist() == ["people_3_5 + people_6_11"]
    assert parts["lacking"].tolist() == [1.0] * len(parts)
    of_all = coverage.basket(NAMED.loc["child", "categories"])
    assert (of_all["of"].item(), found(of_all)) == ("people", [3.0, 1.0, 0.0, 4.0])
    without = measured_children(people_3_5=[1.0, 0.0]).basket("child")
    assert (without["of"].item(), found(without)) == ("people", [3.0, 1.0, 0.0, 4.0])


def measured_children(**groups: list[float]) -> tm.Coverage:
    """A home beside all that a child needs, and one far from it."""
    keys = NAMED.loc["child", "categories"]
    doors = clinics(dict(enumerate([(0.0, 0.0)] * len(keys))), category=keys)
    places = homes([(0, 0), (1500, 0)], [3.0, 1.0]).assign(**groups)
    return tm.measure_coverage(town(STREET), places, doors, minutes=dict.fromkeys(keys, 10))


def test_a_basket_that_is_unknown_or_not_all_measured_is_refused_with_the_way_out():
    with pytest.raises(TableError, match=r"no basket 'older_adlt'; give one of \['older_adult'"):
        TOWN.basket("older_adlt")
    with pytest.raises(CategoryError, match=r"'child' needs \['kindergarten', .* with a limit for each: minutes="):
        TOWN.basket("child")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[b]\nzh = 'x'", "b"),
        ("b = 1", "is no basket; each is a table"),
        ("categories = []", "give a list of keys of the catalogue"),
        ("categories = 'clinic'", "give a list of keys of the catalogue"),
        ("categories = ['clinic', 'clinic']", "each once"),
        ("categories = ['clinc']", "'clinc', which is no key of the catalogue"),
        ("categories = ['clinic']\nusers = 'people_60_plus'", "give a list of columns of places such as"),
        ("categories = ['clinic']\nusers = ['old']", "give a list of columns of places such as"),
    ],
)
def test_a_table_of_baskets_of_ones_own_is_checked(tmp_path: Path, text: str, message: str):
    rest = "zh = '甲'\nen = 'a'\nsource = 'own'\ngrade = 'own'\nnote = ''\n"
    path = tmp_path / "own.toml"
    path.write_text(f"[b]\n{rest}categories = ['clinic', 'bank']", encoding="utf-8")
    assert tm.load_baskets(path)["categories"].to_dict() == {"b": ["clinic", "bank"]}
    path.write_text(text if not text.startswith("categories") else f"[b]\n{rest}{text}", encoding="utf-8")
    with pytest.raises(FileError, match=message):
        tm.load_baskets(path)


def test_the_sentence_on_the_basket_names_the_people_and_the_weakest_category():
    counted = replace(TOWN, places=TOWN.places.assign(people_base="常住"))
    words = basket_as_text(counted, share_table(counted, "en"), "en")
    assert words == {
        "share": "6.7–20.0%", "people": "15", "base": " (常住)", "count": "3", "worst": "c",
        "worst_share": "6.7–20.0%",
    }  # fmt: skip
    assert basket_as_text(TOWN, share_table(TOWN, "zh"), "zh")["base"] == ""
