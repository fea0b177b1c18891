"""Scores of areas: how far people are beyond the limit of each category, and of all categories together."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real

import numpy as np
import pandas as pd

from tenmin.inputs.communities import Communities, check_areas
from tenmin.inputs.services import load_catalogue
from tenmin.measures._gap_score import exceed_limit
from tenmin.measures.coverage import Coverage
from tenmin.support.contracts import people_of
from tenmin.support.errors import TableError
from tenmin.support.limits import unmeasured_category
from tenmin.support.nouns import check_noun

__all__ = ["score_areas"]

_COLUMNS = ["area", "category", "people", "unknown", "shortfall", "weight", "score"]


def score_areas(coverage: Coverage, areas: pd.DataFrame, *, weights: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Return the shortfall of each area in each category, and the service score of each area.

    Parameters
    ----------
    coverage
        The coverage, whose places have people.
    areas
        Communities, 街道 or districts indexed by id. A place belongs to the area that its `area` names, else to the one
        it stands in (of each level, the first), and to the parents of that.
    weights
        Weights of categories in the score, 0 or more; those not named keep that of the catalogue (1 for a category
        that is not in it).

    Returns
    -------
    DataFrame
        A row for each area and category, in the order of the areas: area, category, people (of the area), unknown
        (those of them whose place is unknown, left out of the shortfall), shortfall (0 to 100: the mean over the others
        of min(1, max(0, (t - T) / T)), times 100, for a walk t and the limit T; 1 without a walk), weight, and
        score (100 minus the weighted mean of the shortfalls of the area, the same in all its rows). A shortfall is NaN
        where no people are known, and then does not enter the score. Places in none of the areas are an area
        of their own, None, after the others.

    Raises
    ------
    TableError, CategoryError
        The places have no people, the table of areas is not valid, a place names an area that is not in it, or a weight
        is no number from 0 up, is of a category that was not measured, or all are 0.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd, tenmin as tm
    >>> from shapely import LineString, Point
    >>> lines = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (2000, 0)])], crs="EPSG:32650")
    >>> network = tm.WalkNetwork.from_edges(lines, walker="adult")
    >>> homes = gpd.GeoDataFrame(
    ...     {"people": [30, 10], "area": "c1"}, geometry=[Point(80, 0), Point(1200, 0)], crs="EPSG:32650"
    ... )
    >>> clinic = gpd.GeoDataFrame({"category": ["clinic"]}, geometry=[Point(0, 0)], crs="EPSG:32650")
    >>> coverage = tm.measure_coverage(network, homes, clinic, minutes=10)
    >>> tm.score_areas(coverage, pd.DataFrame({"name": ["东苑社区"]}, index=["c1"])).round(6)
      area category  people  unknown  shortfall  weight  score
    0   c1   clinic    40.0      0.0       12.5     1.0   87.5
    """
    check_noun(coverage, Coverage, "coverage")
    chosen = _weights_of([str(one) for one in coverage.limit.index], weights)
    members, labels = _members_of(coverage, areas)
    people = people_of(coverage.places).to_numpy()
    total = _sum_areas(people, members, len(labels))
    tables = []
    for category, weight in chosen.items():
        unknown, severity = coverage.unknown[category].to_numpy(), people * _exceedance(coverage, category)
        left_out = _sum_areas(np.where(unknown, people, 0.0), members, len(labels))
        known = _sum_areas(np.where(unknown, 0.0, people), members, len(labels))
        lost = _sum_areas(np.where(unknown, 0.0, severity), members, len(labels))
        shortfall = np.divide(100.0 * lost, known, out=np.full(len(labels), np.nan), where=known > 0.0)
        head = {"row": np.arange(len(labels)), "area": labels, "category": category, "people": total}
        tables.append(pd.DataFrame({**head, "unknown": left_out, "shortfall": shortfall, "weight": weight}))
    return _with_scores(tables)


def _exceedance(coverage: Coverage, category: str) -> np.ndarray:
    walk = (coverage.minutes if coverage.unit == "minutes" else coverage.metres)[category].to_numpy()
    beyond = exceed_limit(walk, float(coverage.limit[category]))
    return np.where(coverage.served[category].to_numpy(), 0.0, beyond)


def _members_of(coverage: Coverage, areas: pd.DataFrame) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """The rows of places and of areas that belong together, and the labels of the areas.

    The last label is None, for the places in no area, if there are any.
    """
    checked = check_areas(areas)
    links = Communities(checked).assign_places(coverage.places, "place")
    place = coverage.places.index.get_indexer(pd.Index(links["place"]))
    outside = links["area"].isna().to_numpy()
    area = np.where(outside, len(checked), checked.index.get_indexer(pd.Index(links["area"])))
    labels = np.array([*checked.index, *([None] if outside.any() else [])], dtype=object)
    return (place, area), labels


def _sum_areas(values: np.ndarray, members: tuple[np.ndarray, np.ndarray], areas: int) -> np.ndarray:
    """The sum of the values of the places of each area, in ascending order, so that it does not depend on the rows."""
    place, area = members
    order = np.argsort(values[place], kind="stable")
    return np.bincount(area[order], values[place][order], areas)


def _with_scores(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """The tables of all categories as one, by area, with the score of each area."""
    if not tables:
        return pd.DataFrame(columns=_COLUMNS)
    table = pd.concat(tables, ignore_index=True).sort_values(["row", "category"], kind="stable", ignore_index=True)
    weight = table["weight"].where(table["shortfall"].notna(), 0.0)
    lost = (weight * table["shortfall"].fillna(0.0)).groupby(table["row"]).transform("sum")
    total = weight.groupby(table["row"]).transform("sum")
    return table.assign(score=100.0 - lost / total.where(total > 0.0))[_COLUMNS]


def _weights_of(categories: list[str], weights: Mapping[str, float] | None) -> dict[str, float]:
    """The weight of each category: as given, else that of the catalogue, else 1."""
    given = {} if weights is None else weights
    if not isinstance(given, Mapping | pd.Series):
        msg = f"weights must map categories to numbers, but is {given!r}; give e.g. weights={{{categories[0]!r}: 2}}"
        raise TableError(msg)
    for name, value in given.items():
        if name not in categories:
            raise unmeasured_category(name, categories, "weights")
        if not isinstance(value, Real) or isinstance(value, bool) or not 0.0 <= float(value) < np.inf:
            msg = f"weights[{name!r}] is {value!r}; give a number from 0 up (0 leaves the category out of the score)"
            raise TableError(msg)
    catalogue = load_catalogue()
    shipped = {name: catalogue[name].weight if name in catalogue else 1.0 for name in categories}
    chosen = {**shipped, **{str(name): float(value) for name, value in given.items()}}
    if chosen and not any(chosen.values()):
        msg = f"weights are 0 for all categories, {categories}; give at least one of them a number above 0"
        raise TableError(msg)
    return chosen
