"""Checks of a town's communities against a standard."""

from __future__ import annotations

import difflib
import os
from collections.abc import Collection, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from tenmin.inputs.communities import COMMUNITY, check_areas
from tenmin.inputs.services import load_catalogue
from tenmin.inputs.standards import Clause, Standard, load_standard
from tenmin.inputs.walkers import Walker
from tenmin.measures.compliance._counted_facilities import FacilityRegister
from tenmin.measures.compliance._deciding import list_deciding
from tenmin.measures.compliance._distance_clauses import (
    DistanceCriterion,
    HomeDistances,
    Homes,
    criteria_of,
    is_distance_clause,
)
from tenmin.measures.compliance._grading import BASIC_SHARE, grade_areas
from tenmin.measures.compliance._result import Compliance
from tenmin.measures.compliance._town import Assessment, compare_with_reported, judge_town
from tenmin.measures.compliance._verdicts import Scope, judge_clause, scope_of
from tenmin.network import WalkNetwork
from tenmin.support.errors import CategoryError, TableError
from tenmin.support.limits import inclusive

__all__ = ["check_standard"]

_COLUMNS = [
    *(
        "area",
        "clause",
        "verdict",
        "value",
        "required",
        "shortfall",
        "unit",
        "people",
        "reason",
        "may_be_unlisted",
        "rooms",
    ),
]
_CLAUSE_COLUMNS = ("mandatory", "approximate", "evidence")
_BETWEEN = ["area", "clause", "people", "straight", "walk", "between"]


def check_standard(
    standard: Standard | str | os.PathLike[str],
    areas: pd.DataFrame,
    facilities: pd.DataFrame,
    *,
    network: WalkNetwork | None = None,
    places: gpd.GeoDataFrame | None = None,
    complete: Collection[str] | bool | None = None,
    basic_share: float = BASIC_SHARE,
) -> Compliance:
    """Return the verdicts of a standard on communities.

    A facility counts for the communities that its `area` names (ids or names, one or several), else for the one it
    stands in; one of a 街道 counts for all its communities. A verdict is `pass`, `fail` or `unknown`: what the tables
    do not list, or list too small or too far, is `fail` only if they are complete for the category. Without `network`
    and `places` every clause about walking distance is `unknown`; all other clauses need only two spreadsheets without
    geometry.

    Parameters
    ----------
    standard
        A standard, the id of one in `list_standards()`, or the path of its file.
    areas
        Communities, indexed by id: name, level, parent, kind, households, people, and the yes/no columns that clauses
        read. Geometry is optional.
    facilities
        Facilities with `category`; `area`, floor_area_m2, rooms, separate_rooms, use, state, tier where known.
    network, places
        The streets and the homes, for clauses about distance; walked at the speed of the standard's walker.
    complete
        Categories of which the table lists every facility, or True for all in the table; by default those in the column
        `complete` of the facilities.
    basic_share
        Least share of the mandatory clauses that must pass for 基本达标, above 0 and up to 1.

    Returns
    -------
    Compliance
        Verdicts and grades by community, totals, and the figures that the standard's text reports.

    Raises
    ------
    TableError
        A named community matches no area or several; a figure is not a number; an id is not unique.
    CategoryError
        A clause or `complete` names a category that neither the catalogue nor the facilities have.
    FileError
        No standard has this id.

    Examples
    --------
    >>> import pandas as pd, tenmin as tm
    >>> areas = pd.DataFrame({"name": ["东园社区", "西园社区"], "households": [1800, 2100]}, index=["a1", "a2"])
    >>> rooms = pd.DataFrame(
    ...     {"category": "community_service", "area": ["a1", "西园社区"], "floor_area_m2": [420.0, 300.0]}, index=[1, 2]
    ... )
    >>> found = tm.check_standard("jiaxing_2012", areas, rooms, complete=["community_service"])
    >>> found.verdicts.loc[found.verdicts["clause"] == "premises", ["area", "verdict", "value", "required"]]
       area verdict  value  required
    0    a1    pass  420.0     350.0
    16   a2    fail  300.0     350.0
    """
    if not 0.0 < basic_share <= 1.0:
        msg = f"basic_share = {basic_share!r}; give a share of the mandatory clauses above 0 and up to 1, such as 0.8"
        raise TableError(msg)
    rules = standard if isinstance(standard, Standard) else load_standard(_path_of(standard))
    checked = check_areas(areas)
    register = FacilityRegister.of(checked, facilities, complete)
    _check_subjects(rules, register)
    homes = Homes.of(register, _walked_by(network, rules), places)
    register = _with_people(register, homes)
    distances = homes.measure(
        criterion for clause in rules.clauses if is_distance_clause(clause) for criterion in criteria_of(clause)
    )
    scopes = {clause.id: scope_of(clause, register) for clause in rules.clauses if clause.level != "town"}
    verdicts = _all_verdicts(rules, register, scopes, homes=homes, distances=distances)
    communities = checked.index[checked["level"] == COMMUNITY]
    grades = grade_areas(verdicts, rules, communities, basic_share)
    return Compliance(
        standard=rules,
        areas=register.areas,
        verdicts=verdicts,
        grades=grades,
        not_applicable=_not_applicable(scopes),
        between=_between(rules, homes),
        town=judge_town(rules, homes, distances, verdicts),
        reported=compare_with_reported(rules, Assessment(register, verdicts, grades)),
        links=register.links,
        deciding=list_deciding(rules.clauses, scopes, register, homes, distances),
        idle=register.idle,
        contradictions=register.contradictions,
        complete=register.complete,
        basic_share=basic_share,
    )


def _path_of(standard: object) -> str | os.PathLike[str]:
    if not isinstance(standard, str | os.PathLike):
        msg = f"standard must be a Standard, an id of list_standards() or a file, but is a {type(standard).__name__}"
        raise TableError(msg)
    return standard


def _check_subjects(standard: Standard, register: FacilityRegister) -> None:
    """Raise a CategoryError for a clause about a category that neither the catalogue nor the facilities have."""
    known = {*load_catalogue(), *register.facilities["category"], *register.complete}
    subjects = ((clause, key) for clause in standard.clauses for key in clause.subjects)
    clause, key = next(((clause, key) for clause, key in subjects if key not in known), (None, ""))
    if clause is not None:
        near = difflib.get_close_matches(key, sorted(known), n=3)
        msg = (
            f"{standard.id}, clause {clause.id!r}: the subject {key!r} is a category of neither the catalogue nor the "
            f"facilities; near it: {', '.join(near) or 'none'}"
        )
        raise CategoryError(msg)


def _walked_by(network: WalkNetwork | None, standard: Standard) -> WalkNetwork | None:
    """The network at the speed of the standard's walker."""
    walker = Walker.preset(standard.walker)
    return network if network is None or network.walker == walker else network.walked_by(walker)


def _with_people(register: FacilityRegister, homes: Homes) -> FacilityRegister:
    """The register with the people of its communities, summed over the homes where the areas table gives none."""
    if homes.places is None or "people" not in homes.places.columns:
        return register
    counted = pd.Series({area: homes.people[rows].sum() for area, rows in homes.in_area.items()}, dtype=float)
    given = register.sizes("people", register.areas.index)
    return register.with_people(given.fillna(counted.reindex(given.index)))


def _all_verdicts(
    standard: Standard,
    register: FacilityRegister,
    scopes: Mapping[str, Scope],
    *,
    homes: Homes,
    distances: Mapping[DistanceCriterion, HomeDistances],
) -> pd.DataFrame:
    """The verdicts on all clauses about areas, in the order of the areas, then of the clauses."""
    parts = [
        judge_clause(clause, scopes[clause.id], register, homes, distances).rename_axis("area").reset_index()[_COLUMNS]
        for clause in standard.clauses
        if clause.id in scopes
    ]
    parts = [part for part in parts if len(part)]
    verdicts = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_COLUMNS)
    clauses = verdicts["clause"]
    about = {name: clauses.map({one.id: getattr(one, name) for one in standard.clauses}) for name in _CLAUSE_COLUMNS}
    order = verdicts["area"].map({label: n for n, label in enumerate(register.areas.index)})
    return verdicts.assign(**about).iloc[np.lexsort([np.arange(len(order)), order])].reset_index(drop=True)


def _not_applicable(scopes: Mapping[str, Scope]) -> pd.DataFrame:
    """The areas outside of each clause, and the clauses whose level has no area."""
    rows = [(label, clause, why) for clause, scope in scopes.items() for label, why in scope.outside.items()]
    empty = [(None, clause, "no area of its level") for clause, scope in scopes.items() if not any(scope)]
    return pd.DataFrame([*rows, *empty], columns=["area", "clause", "reason"], dtype=object)


def _between(standard: Standard, homes: Homes) -> pd.DataFrame:
    """By area and radius clause: people within the straight radius, within a walk of the same length, and between."""
    if homes.network is None or homes.places is None:
        return pd.DataFrame(columns=_BETWEEN)
    pairs = {clause.id: _straight_and_walk(clause, homes) for clause in standard.clauses if _is_radius_clause(clause)}
    distances = homes.measure(criterion for pair in pairs.values() for criterion in pair)
    rows = []
    for clause, pair in pairs.items():
        straight, walk = (distances[one].distance <= inclusive(one.limit) for one in pair)
        for area, of_area in homes.in_area.items():
            people = homes.people[of_area]
            in_radius, in_walk = (float(people[within[of_area]].sum()) for within in (straight, walk))
            rows.append((area, clause, float(people.sum()), in_radius, in_walk, in_radius - in_walk))
    return pd.DataFrame(rows, columns=_BETWEEN)


def _is_radius_clause(clause: Clause) -> bool:
    """Whether a clause sets one distance to one subject for the homes of each area."""
    return clause.kind in {"walk_minutes", "walk_metres", "straight_metres"} and clause.level != "town"


def _straight_and_walk(clause: Clause, homes: Homes) -> tuple[DistanceCriterion, DistanceCriterion]:
    """The radius of a clause in metres, as a straight line and as a walk."""
    (criterion,) = criteria_of(clause)
    radius = homes.metres_of(criterion)
    return (
        criterion._replace(measure="straight_metres", limit=radius),
        criterion._replace(measure="walk_metres", limit=radius),
    )
