"""Shortfalls: what communities lack by a standard, summed by 街道 and town, and what would cure it at which cost."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd

from tenmin.inputs.communities import Communities
from tenmin.inputs.standards import Clause
from tenmin.measures._divisions import LEVELS_ABOVE, Divisions
from tenmin.measures.compliance import Compliance
from tenmin.support.contracts import numbers_of
from tenmin.support.errors import TableError
from tenmin.support.nouns import check_noun

__all__ = ["CURES", "list_cures", "list_shortfalls", "sum_shortfalls"]

CURES = ("reuse", "share", "rent", "buy", "exchange", "extend", "build")
"""Ways to more floor area: a vacant or converted room used again, a neighbour's shared, and so on."""
_WHAT = {
    "floor_area": "floor_m2", "area_per_households": "floor_m2", "land_area": "land_m2", "rooms": "rooms",
    "separate_rooms": "rooms", "presence": "facilities", "count_per": "facilities",
}  # fmt: skip
"""What is lacked by the kind of a clause; other kinds lack no amount that adds up."""
_COLUMNS = ["area", "clause", "category", "what", "amount", "rooms", "people", "mandatory"]
_CURE_COLUMNS = ["area", "clause", "lacking_m2", "cure", "offer", "m2", "rest_m2", "cost_per_m2", "cost", "rank"]
_SPARE = ("vacant", "converted")
_ROUNDING = 1e-9


def list_shortfalls(compliance: Compliance) -> pd.DataFrame:
    """Return what each community lacks by each clause that it certainly fails.

    Parameters
    ----------
    compliance
        As from `check_standard`.

    Returns
    -------
    DataFrame
        area, clause, category (its subject), what ("floor_m2", "land_m2", "rooms" or "facilities"; None of clauses
        whose lack does not add up, such as distances), amount (NaN there; whole facilities), rooms (their names,
        joined by "、"), people (affected) and mandatory. In the order of the verdicts; what is unknown, or more than an
        upper limit allows, is not among them.
    """
    return _Lacking.of(compliance).table[_COLUMNS].reset_index(drop=True)


def sum_shortfalls(compliance: Compliance, by: str | None = None) -> pd.DataFrame:
    """Return what a town lacks by a standard, or each 街道: 缺口面积, rooms and facilities.

    Parameters
    ----------
    compliance
        As from `check_standard`.
    by
        "area", "subdistrict" (街道), "district" (区县) or a column of the areas; None for the town as a whole.

    Returns
    -------
    DataFrame
        (by,) clause, what, areas (that lack it), amount (their sum), unknown (areas whose verdict is unknown:
        they may lack more) and people (affected, where known). Rows with the clause "" are the floor area (缺口面积)
        over all clauses, of one subject in one area only the largest. In the order of the groups and clauses.

    Raises
    ------
    TableError
        The areas have no such column or level.
    """
    lacking = _Lacking.of(compliance)
    keys = ["clause", "what"] if by is None else [by, "clause", "what"]
    parts = [part.assign(**({} if by is None else {by: lacking.groups(part["area"], by)})) for part in lacking.parts()]
    rows = pd.concat(parts, ignore_index=True)
    order = {"": -1} | {clause.id: number for number, clause in enumerate(compliance.standard.clauses)}
    sums = rows.groupby(keys, dropna=False, sort=False).agg(
        areas=("fails", "sum"), amount=("amount", "sum"), unknown=("unknown", "sum"), people=("people", "sum")
    )
    table = sums[(sums["areas"] > 0) | (sums["unknown"] > 0)].reset_index()
    table = table.assign(order=table["clause"].map(order), group="" if by is None else table[by].astype(str))
    return table.sort_values(["group", "order"], kind="stable", ignore_index=True)[
        [*keys, "areas", "amount", "unknown", "people"]
    ]


def list_cures(
    compliance: Compliance, facilities: pd.DataFrame, *, costs: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Return the ways to cure each lack of floor area, cheapest first.

    Each stands by itself: a vacant room, or the spare area of a neighbour, is named wherever it would do.

    Parameters
    ----------
    compliance
        As from `check_standard`.
    facilities
        The facilities that were checked: those that are vacant or converted can be used again.
    costs
        Cost of a square metre by way (a key of `CURES`), in one currency and for one span of time, such as that of a
        lease; ways without one have an unknown cost.

    Returns
    -------
    DataFrame
        area, clause, lacking_m2, cure (of `CURES`; "reuse" for each vacant or converted facility of the community,
        "share" for each community of the same 街道 that has more than it needs, "extend" where the community has any),
        offer (the facility or the neighbour, or None), m2 (what it gives, NaN if its area is not known), rest_m2
        (what is lacking then), cost_per_m2, cost (NaN if not known) and rank: by the cost of a square metre, those of
        unknown cost last, in the order of `CURES`.

    Raises
    ------
    TableError
        A cost is of no such way, or not a number from 0 up.

    Examples
    --------
    >>> import pandas as pd, tenmin as tm
    >>> areas = pd.DataFrame({"name": ["东园社区"]}, index=["a1"])
    >>> rooms = pd.DataFrame(
    ...     {"category": "community_service", "area": "a1", "floor_area_m2": [300, 40], "state": ["in_use", "vacant"]},
    ...     index=["r1", "r2"],
    ... )
    >>> found = tm.check_standard("jiaxing_2012", areas, rooms, complete=["community_service"])
    >>> cures = tm.list_cures(found, rooms, costs={"reuse": 800, "rent": 2000})
    >>> cures[["clause", "cure", "offer", "m2", "rest_m2", "cost"]].head(3).to_numpy().tolist()
    [['premises', 'reuse', 'r2', 40.0, 10.0, 32000.0], ['premises', 'rent', None, 50.0, 0.0, 100000.0], \
['premises', 'buy', None, 50.0, 0.0, nan]]
    """
    prices, lacking = _check_costs(costs or {}), _Lacking.of(compliance)
    floor = lacking.table[lacking.table["what"] == "floor_m2"]
    spare = _spare_rooms(compliance, facilities)
    rows = [
        (row["area"], row["clause"], row["amount"], cure, offer, m2)
        for row in floor.to_dict("records")
        for cure, offer, m2 in lacking.ways(row, spare)
    ]
    table = pd.DataFrame(rows, columns=_CURE_COLUMNS[:6], dtype=object).astype({"lacking_m2": float, "m2": float})
    table = table.assign(m2=np.minimum(table["m2"], table["lacking_m2"]), cost_per_m2=table["cure"].map(prices))
    table["rest_m2"], table["cost"] = table["lacking_m2"] - table["m2"], table["m2"] * table["cost_per_m2"]
    rank = table["cure"].map({cure: number for number, cure in enumerate(CURES)})
    group = (table[["area", "clause"]] != table[["area", "clause"]].shift()).any(axis=1).cumsum()
    order = np.lexsort([rank, table["cost_per_m2"].fillna(np.inf), group])
    table = table.iloc[order]
    return table.assign(rank=table.groupby(group.iloc[order]).cumcount() + 1)[_CURE_COLUMNS].reset_index(drop=True)


def _check_costs(costs: Mapping[str, float]) -> dict[str, float]:
    for cure, cost in costs.items():
        if cure not in CURES:
            msg = f"costs has {cure!r}; give the cost of a square metre of one of {', '.join(CURES)}"
            raise TableError(msg)
        if isinstance(cost, bool) or not isinstance(cost, int | float) or not 0.0 <= cost < np.inf:
            msg = f"costs: {cure} is {cost!r}; give a number from 0 up, the cost of a square metre"
            raise TableError(msg)
    return {cure: float(costs[cure]) if cure in costs else np.nan for cure in CURES}


def _spare_rooms(compliance: Compliance, facilities: pd.DataFrame) -> dict[Hashable, list[tuple[Hashable, float]]]:
    """The vacant and converted facilities of each area, with their floor area; NaN where it is not known."""
    idle = compliance.idle
    spare = facilities.loc[idle.index[idle["state"].isin(_SPARE)]] if "state" in idle else facilities.iloc[:0]
    size = numbers_of(spare, "floor_area_m2", "facilities", empty=True)
    found = dict[Hashable, list[tuple[Hashable, float]]]()
    links = Communities(compliance.areas).assign_facilities(spare, "facility").dropna(subset="area")
    for area, facility in zip(links["area"], links["facility"], strict=True):
        found.setdefault(area, []).append((facility, float(size[facility])))
    return found


@dataclass(frozen=True)
class _Lacking:
    """The verdicts of a standard, as amounts."""

    compliance: Compliance
    rows: pd.DataFrame
    """The verdicts with category, what, short (the amount that is lacking, below 0 where there is more than required),
    fails (certainly lacking) and unknown."""

    @classmethod
    def of(cls, compliance: Compliance) -> _Lacking:
        """The amounts of a compliance."""
        rows = check_noun(compliance, Compliance, "compliance").verdicts
        by_id = {clause.id: clause for clause in compliance.standard.clauses}
        clauses = [by_id[name] for name in rows["clause"]]
        what = pd.Series([_WHAT.get(clause.kind) for clause in clauses], index=rows.index, dtype=object)
        short = _amounts_short(clauses, rows, compliance.areas)
        above = np.array([clause.bound == "max" for clause in clauses], bool)
        adds_up = what.notna().to_numpy()
        told = rows.assign(
            category=[clause.subject for clause in clauses],
            what=what,
            short=np.where(adds_up, short, np.nan),
            fails=(rows["verdict"] == "fail").to_numpy() & (~adds_up | (~above & (short > 0.0))),
            unknown=(rows["verdict"] == "unknown").to_numpy(),
        )
        return cls(compliance, told)

    @property
    def table(self) -> pd.DataFrame:
        """The rows of what is certainly lacking."""
        return self.rows[self.rows["fails"]].rename(columns={"short": "amount"})

    def groups(self, areas: pd.Series, by: str) -> pd.Series:
        """The group of each of some areas."""
        return Divisions(gpd.GeoDataFrame(), cast("gpd.GeoDataFrame", self.compliance.areas)).of_communities(areas, by)

    def parts(self) -> list[pd.DataFrame]:
        """The rows that add up, by clause, and those of the floor area over all clauses."""
        own = self.rows[self.rows["what"].notna()]
        own = own.assign(amount=own["short"].where(own["fails"], 0.0), people=own["people"].where(own["fails"], 0.0))
        worst = {"fails": ("fails", "max"), "unknown": ("unknown", "max"), "people": ("people", "max")}
        floor = own[own["what"] == "floor_m2"].groupby(["area", "category"], sort=False)
        largest = floor.agg(amount=("amount", "max"), **worst).groupby("area", sort=False)
        return [own, largest.agg(amount=("amount", "sum"), **worst).reset_index().assign(clause="", what="floor_m2")]

    @cached_property
    def _subdistrict(self) -> pd.Series:
        return Communities(self.compliance.areas).above(LEVELS_ABOVE["subdistrict"])

    def ways(
        self, row: Mapping[Hashable, Any], spare: Mapping[Hashable, list[tuple[Hashable, float]]]
    ) -> list[tuple[str, Hashable | None, float]]:
        """The ways to cure one lack of floor area: cure, offer, and the square metres that it gives."""
        area, lack = row["area"], float(row["amount"])
        reuse = [("reuse", facility, m2) for facility, m2 in spare.get(area, [])]
        share = [("share", other, m2) for other, m2 in self._neighbours(area, row["clause"])]
        others = [cure for cure in CURES[2:] if cure != "extend" or float(row["value"]) > 0.0]
        return [*reuse, *share, *((cure, None, lack) for cure in others)]

    def _neighbours(self, area: Any, clause: str) -> list[tuple[Hashable, float]]:
        """The communities of the same 街道 that have more floor area than a clause asks for, and how much more."""
        own = self._subdistrict.loc[area]
        rows = self.rows[
            (self.rows["clause"] == clause) & (self.rows["verdict"] == "pass") & (self.rows["short"] < 0.0)
        ]
        near = rows[(rows["area"].map(self._subdistrict) == own).to_numpy(bool)] if own is not None else rows.iloc[:0]
        return [(other, -short) for other, short in zip(near["area"], near["short"], strict=True)]


def _amounts_short(clauses: list[Clause], rows: pd.DataFrame, areas: pd.DataFrame) -> np.ndarray:
    """What each value lacks to what is required, below 0 where there is more; whole facilities."""
    least = rows["required"].to_numpy(float) * np.array([1.0 - (clause.tolerance or 0.0) for clause in clauses])
    short = least - rows["value"].to_numpy(float)
    for name in ("people", "households"):
        own = np.array([_base_of(clause) == name for clause in clauses], bool)
        if own.any():
            size = numbers_of(areas, name, "areas", empty=True).reindex(rows["area"]).to_numpy()
            per = np.array([clause.per or 1.0 for clause in clauses])
            short = np.where(own, short * size / per, short)
    counted = np.array([clause.kind == "count_per" for clause in clauses], bool)
    return np.where(counted, np.ceil(short - _ROUNDING), short)


def _base_of(clause: Clause) -> str | None:
    return (
        "households" if clause.kind == "area_per_households" else clause.per_of if clause.kind == "count_per" else None
    )
