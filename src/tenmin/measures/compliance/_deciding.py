"""The facilities that decide each verdict: those that count for the community, or are nearest to its homes."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

import numpy as np
import pandas as pd

from tenmin.inputs.services import name_room
from tenmin.inputs.standards import Clause
from tenmin.measures.compliance._counted_facilities import (
    FacilityRegister,
    floor_bounds,
    land_bounds,
    meets_size_limits,
)
from tenmin.measures.compliance._distance_clauses import (
    DistanceCriterion,
    HomeDistances,
    Homes,
    is_distance_clause,
)
from tenmin.measures.compliance._verdicts import Scope, combine_distances

__all__ = ["list_deciding"]

_COLUMNS = ["area", "clause", "facility", "metres", "source"]
_ROOMS = ("rooms", "separate_rooms")


def list_deciding(
    clauses: Iterable[Clause],
    scopes: Mapping[str, Scope],
    register: FacilityRegister,
    homes: Homes,
    distances: Mapping[DistanceCriterion, HomeDistances],
) -> pd.DataFrame:
    """Return the facilities that decide each verdict.

    Parameters
    ----------
    clauses
        The clauses of a standard.
    scopes
        The areas of each clause that is about areas.
    register
        The facilities that count for each area.
    homes
        The homes of each area.
    distances
        Their distances under each criterion that could be measured.

    Returns
    -------
    DataFrame
        area, clause, facility (id), metres (the longest distance of a home of the area to it; NaN for clauses that are
        not about distance) and source; in the order of the areas, the clauses and the ids.
    """
    parts = [
        _nearest_to_homes(clause, scopes[clause.id].inside, homes, combine_distances(clause, distances))
        if is_distance_clause(clause)
        else _counted(clause, scopes[clause.id].inside, register)
        for clause in clauses
        if clause.id in scopes
    ]
    table = pd.concat([part for part in parts if len(part)] or [pd.DataFrame(columns=_COLUMNS[:-1])], ignore_index=True)
    source = register.facilities.get("source", pd.Series(None, index=register.facilities.index, dtype=object))
    order = table["area"].map({label: n for n, label in enumerate(register.areas.index)})
    return (
        table.assign(source=source.reindex(table["facility"]).to_numpy())
        .iloc[np.lexsort([np.arange(len(order)), order])][_COLUMNS]
        .reset_index(drop=True)
    )


def _nearest_to_homes(
    clause: Clause, labels: list[Hashable], homes: Homes, distances: HomeDistances | None
) -> pd.DataFrame:
    """The nearest facilities of the homes of each area, with the longest distance of a home to each."""
    if distances is None:
        return pd.DataFrame()
    tables = []
    for label in labels:
        rows = homes.in_area.get(label, np.zeros(0, int))
        metres = pd.Series(distances.metres[rows].ravel(), index=distances.nearest[rows].ravel())
        longest = metres[metres.index.notna()].groupby(level=0).max()
        table = pd.DataFrame({"facility": longest.index, "metres": longest.to_numpy(), "clause": clause.id})
        table.insert(0, "area", pd.Series([label] * len(table), dtype=object))
        tables.append(_by_id(table))
    return pd.concat(tables) if tables else pd.DataFrame()


def _counted(clause: Clause, labels: list[Hashable], register: FacilityRegister) -> pd.DataFrame:
    """The facilities whose number, size or rooms decide; those too small to count only where there is no other."""
    found = [register.facilities_of(subject, clause.tier) for subject in clause.subjects]
    if clause.kind in _ROOMS and not clause.in_one:
        found.append(register.single_rooms(frozenset(map(name_room, clause.rooms))))
    facilities = pd.concat(found) if found else register.facilities.iloc[:0]
    rows = register.by_area(facilities[~facilities.index.duplicated()], labels)
    area = rows["of_area"].to_numpy()
    keep = _decides(rows, clause, area)
    table = pd.DataFrame({"area": area[keep], "facility": rows.index[keep], "metres": np.nan, "clause": clause.id})
    return _by_id(table)


def _decides(rows: pd.DataFrame, clause: Clause, area: np.ndarray) -> np.ndarray:
    """Whether each facility may count, or none of its area may; if the largest counts, whether it may be that."""
    if clause.of == "largest" and clause.kind in {"floor_area", "land_area"}:
        bounds = (land_bounds if clause.kind == "land_area" else floor_bounds)(rows)
        largest = bounds["least"].groupby(area).transform("max")
        return (bounds["most"] >= largest).to_numpy()
    possible = meets_size_limits(rows, clause)[1]
    return (possible | ~possible.groupby(area).transform("any")).to_numpy(dtype=bool)


def _by_id(table: pd.DataFrame) -> pd.DataFrame:
    return table.iloc[np.argsort(table["facility"].astype("str").to_numpy(), kind="stable")]
