"""Fairness: how the minutes of walks, and the supply per person, are spread over people."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import Literal

import numpy as np
import pandas as pd

from tenmin.measures._gap_score import exceed_limit
from tenmin.measures.coverage import Coverage
from tenmin.support.contracts import numbers_of, people_of, population_groups
from tenmin.support.errors import TableError
from tenmin.support.nouns import check_noun

__all__ = ["measure_fairness", "measure_gini", "trace_lorenz"]

WORST = 0.1
"""Share of people whose walks are the worst decile."""
NEGLIGIBLE = 1e-12
"""Exponent of the Kolm-Pollak equivalent up to which this is the mean."""
COLUMNS = (
    "ede_minutes", "mean_minutes", "worst_decile_minutes", "headcount", "depth", "severity", "people", "unknown",
    "unreached",
)  # fmt: skip
ALL = "all"
"""The name of all people among the groups."""
FIGURES = ("people", "supply_per_person")


def measure_fairness(coverage: Coverage, *, epsilon: float = -1.0, by: Literal["group"] | None = None) -> pd.DataFrame:
    """Return how evenly the minutes to each category are spread over people.

    All figures are of the people with a walk, weighted by people; those without any are counted beside them and never
    enter as a number of minutes.

    Parameters
    ----------
    coverage
        The coverage, whose places have people.
    epsilon
        Aversion to inequality, 0 or less since minutes are a burden; with 0 the equivalent is the mean.
    by
        With "group", a row for each population group (the columns people_<group> of the places) after that of "all".

    Returns
    -------
    DataFrame
        category, (group,) ede_minutes, mean_minutes, worst_decile_minutes (mean of the tenth of people with the
        longest walks), headcount (share of people beyond the limit), depth, severity, people (with a walk), unknown
        (those of them in unknown places), unreached (people without any walk). Figures are NaN if nobody has a walk.

    Raises
    ------
    TableError
        `epsilon` is above 0 or not finite, or places have no people or, with `by`, no groups.

    Notes
    -----
    The Kolm-Pollak equally-distributed equivalent of walks of z minutes and w people each is
    -1/kappa * ln(sum(w * exp(-kappa * z)) / sum(w)), with kappa = epsilon * sum(w * z) / sum(w * z**2): the minutes
    that, if everyone walked them, would be as good as the walks as they are. kappa is of all people, also for groups,
    so that groups compare. Sources: Kolm (1976), J. Econ. Theory 12:416-442; Logan, Anderson, Williams and Conrow
    (2021), Comput. Environ. Urban Syst. 86:101590, for burdens and this kappa; Sheriff and Maguire (2020), Risk
    Analysis, doi:10.1111/risa.13562. The last two papers were not at hand: formula and kappa are those of the code of
    the authors of 2021 (`inequalipy`), with which the figures agree.

    headcount, depth and severity are the measures of Foster, Greer and Thorbecke (1984), doi:10.2307/1913475 (not at
    hand), of order 0, 1 and 2, for the shortfall max(0, (t - T) / T), at most 1, of a walk t under the limit T (in its
    unit); depth is the mean gap score of people with a walk.

    Examples
    --------
    >>> import geopandas as gpd, tenmin as tm
    >>> from shapely import LineString, Point
    >>> lines = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (2000, 0)])], crs="EPSG:32650")
    >>> network = tm.WalkNetwork.from_edges(lines, walker="adult")
    >>> homes = gpd.GeoDataFrame({"people": [1, 1]}, geometry=[Point(0, 0), Point(960, 0)], crs="EPSG:32650")
    >>> clinic = gpd.GeoDataFrame({"category": ["clinic"]}, geometry=[Point(0, 0)], crs="EPSG:32650")
    >>> coverage = tm.measure_coverage(network, homes, clinic, minutes=10)
    >>> tm.measure_fairness(coverage)[["category", "ede_minutes", "mean_minutes", "headcount", "depth"]].round(2)
      category  ede_minutes  mean_minutes  headcount  depth
    0   clinic         7.44           6.0        0.5    0.1
    """
    check_noun(coverage, Coverage, "coverage")
    epsilon = _check_epsilon(epsilon)
    groups = _groups_of(coverage.places, by)
    rows = []
    for category in coverage.minutes.columns:
        walks = _Walks.of(coverage, category)
        kappa = epsilon * walks.normaliser(groups[ALL])
        named = [({"category": category, "group": name}, weight) for name, weight in groups.items()]
        rows += [{**label, **walks.describe(weight, kappa)} for label, weight in named]
    table = pd.DataFrame(rows, columns=["category", "group", *COLUMNS])
    return table if by else table.drop(columns="group")


def _check_epsilon(epsilon: object) -> float:
    if isinstance(epsilon, Real) and not isinstance(epsilon, bool) and -np.inf < float(epsilon) <= 0.0:
        return float(epsilon)
    msg = f"epsilon is {epsilon!r}; minutes are a burden, so give a finite number of at most 0, e.g. epsilon=-1"
    raise TableError(msg)


def _groups_of(places: pd.DataFrame, by: object) -> dict[str, np.ndarray]:
    """The people of all and of each group."""
    columns = population_groups(places) if isinstance(by, str) and by == "group" else []
    if by is not None and not columns:
        msg = f"fairness by {by!r} needs by='group' and columns people_<group> in places, or leave by out"
        raise TableError(msg)
    groups = {name.removeprefix("people_"): people_of(places, name).to_numpy() for name in columns}
    return {ALL: people_of(places).to_numpy(), **groups}


@dataclass(frozen=True)
class _Walks:
    """The walks of all places to one category."""

    minutes: np.ndarray
    """inf without a walk"""
    shortfall: np.ndarray
    """How far each walk exceeds the limit, as a share of it, at most 1."""
    beyond: np.ndarray
    """bool, whether it is longer than the limit."""
    unknown: np.ndarray

    @classmethod
    def of(cls, coverage: Coverage, category: str) -> _Walks:
        walk = (coverage.minutes if coverage.unit == "minutes" else coverage.metres)[category].to_numpy()
        limit, beyond = float(coverage.limit[category]), ~coverage.served[category].to_numpy()
        shortfall = np.where(beyond, exceed_limit(walk, limit), 0.0)
        return cls(coverage.minutes[category].to_numpy(), shortfall, beyond, coverage.unknown[category].to_numpy())

    def normaliser(self, people: np.ndarray) -> float:
        """The sum of minutes over the sum of their squares, 0 if there are none."""
        has = np.isfinite(self.minutes)
        minutes, weight = self.minutes[has], people[has]
        squares = float(weight @ minutes**2)
        return float(weight @ minutes) / squares if squares > 0.0 else 0.0

    def describe(self, people: np.ndarray, kappa: float) -> dict[str, float]:
        """The figures of some people."""
        has = np.isfinite(self.minutes) & (people > 0.0)
        minutes, weight, shortfall = self.minutes[has], people[has], self.shortfall[has]
        number = float(weight.sum())
        counts = {
            "people": number,
            "unknown": float(weight[self.unknown[has]].sum()),
            "unreached": float(people[np.isinf(self.minutes)].sum()),
        }
        if number == 0.0:
            return {**dict.fromkeys(COLUMNS, np.nan), **counts}
        part = weight / number
        return {
            "ede_minutes": _equivalent(minutes, part, kappa),
            "mean_minutes": float(part @ minutes),
            "worst_decile_minutes": _mean_of_worst(minutes, part),
            "headcount": float(part[self.beyond[has]].sum()),
            "depth": float(part @ shortfall),
            "severity": float(part @ shortfall**2),
            **counts,
        }


def _equivalent(minutes: np.ndarray, part: np.ndarray, kappa: float) -> float:
    """The Kolm-Pollak equivalent; exponents are taken from the largest, so that none overflows."""
    exponent = -kappa * minutes
    if exponent.max() < NEGLIGIBLE:
        return float(part @ minutes)
    shifted = exponent - exponent.max()
    less = part @ np.expm1(shifted)
    log = np.log1p(less) if less > -0.5 else np.log(part @ np.exp(shifted))  # noqa: PLR2004
    return float(minutes.max() - log / kappa)


def _mean_of_worst(minutes: np.ndarray, part: np.ndarray) -> float:
    """The mean over the people with the longest walks; a place on the border counts in part."""
    order = np.argsort(-minutes, kind="stable")
    taken = np.diff(np.minimum(np.cumsum(part[order]), WORST), prepend=0.0)
    return float(taken @ minutes[order] / taken.sum())


def trace_lorenz(supply: pd.DataFrame) -> pd.DataFrame:
    """Return the Lorenz curves of the supply per person: the share of supply that the worst-off share of people has.

    Parameters
    ----------
    supply
        category, people and supply_per_person, as `measure_supply` gives them with the methods "2sfca" and "e2sfca".

    Returns
    -------
    DataFrame
        category, people_share and supply_share, both from 0 to 1, in ascending order of supply per person. A category
        without people or supply has no rows.

    Raises
    ------
    TableError
        A column is missing, or a number in it is not finite and from 0 up.

    Notes
    -----
    Sources: Lorenz (1905), Publ. Am. Stat. Assoc. 9:209-219 (not at hand, pages unchecked); for public services Delbosc
    and Currie (2011), J. Transp. Geogr. 19:1252-1259 (its abstract was read). Supply is a good, of which more is
    better; of minutes, a burden, use `measure_fairness`.

    Examples
    --------
    >>> import pandas as pd, tenmin as tm
    >>> supply = pd.DataFrame({"category": "clinic", "people": [3.0, 1.0], "supply_per_person": [0.0, 2.0]})
    >>> tm.trace_lorenz(supply)
      category  people_share  supply_share
    0   clinic          0.00           0.0
    1   clinic          0.75           0.0
    2   clinic          1.00           1.0
    """
    if missing := {"category", "people", "supply_per_person"} - _columns_of(supply):
        msg = f"supply has no column {min(missing)!r}; give a table of measure_supply(method='2sfca')"
        raise TableError(msg)
    figures = pd.DataFrame(
        {"category": supply["category"], **{one: numbers_of(supply, one, "supply") for one in FIGURES}}
    )
    curves = [_lorenz(str(name), rows) for name, rows in figures.groupby("category")]
    empty = pd.DataFrame({"category": pd.Series(dtype="str"), "people_share": [], "supply_share": []})
    return pd.concat([empty, *curves], ignore_index=True) if curves else empty


def _columns_of(supply: object) -> set[str]:
    if isinstance(supply, pd.DataFrame):
        return set(supply.columns)
    msg = f"supply must be a table of measure_supply(method='2sfca'), but is a {type(supply).__name__}"
    raise TableError(msg)


def _lorenz(category: str, rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.sort_values("supply_per_person", kind="stable")
    people = np.cumsum([0.0, *rows["people"]])
    supply = np.cumsum([0.0, *(rows["people"] * rows["supply_per_person"])])
    if people[-1] == 0.0 or supply[-1] == 0.0:
        return pd.DataFrame(columns=["category", "people_share", "supply_share"])
    curve = {"people_share": people / people[-1], "supply_share": supply / supply[-1]}
    return pd.DataFrame({"category": category, **curve})


def measure_gini(supply: pd.DataFrame) -> pd.Series:
    """Return the Gini coefficient of the supply per person, by category.

    Parameters
    ----------
    supply
        As in `trace_lorenz`.

    Returns
    -------
    Series
        Index category: 0 if all have the same, near 1 if one has everything; categories without people or supply are
        left out.

    Raises
    ------
    TableError
        As in `trace_lorenz`.

    Notes
    -----
    1 - sum((p[i] - p[i-1]) * (s[i] + s[i-1])) over the Lorenz curve, the trapezoid form of Gini (1912, not at
    hand); not of minutes, a burden, on which it misleads.

    Examples
    --------
    >>> import pandas as pd, tenmin as tm
    >>> supply = pd.DataFrame({"category": "clinic", "people": [3.0, 1.0], "supply_per_person": [0.0, 2.0]})
    >>> tm.measure_gini(supply).to_dict()
    {'clinic': 0.75}
    """
    gini = {}
    for category, curve in trace_lorenz(supply).groupby("category"):
        people, held = curve["people_share"].to_numpy(), curve["supply_share"].to_numpy()
        gini[category] = 1.0 - float(np.diff(people) @ (held[1:] + held[:-1]))
    return pd.Series(gini, name="gini", dtype="float64").rename_axis("category")
