"""Holds a standard against the communities of a town."""

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
from tenmin.measures.compliance._counted_facilities import Register
from tenmin.measures.compliance._grading import BASIC_SHARE, grade_areas
from tenmin.measures.compliance._result import Compliance
from tenmin.measures.compliance._town import Town, compare_with_reported, judge_town
from tenmin.measures.compliance._verdicts import Scope, divide_by_scope, judge_clause
from tenmin.measures.compliance._walked_clauses import Ask, Marks, Walks, asks_of, is_walked
from tenmin.network import WalkNetwork
from tenmin.support.errors import CategoryError, TableError
from tenmin.support.limits import inclusive

__all__ = ["check_standard"]

_COLUMNS = ["area", "clause", "verdict", "value", "required", "unit", "people", "reason"]
_ABOUT = ("mandatory", "approximate", "evidence")
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
    """Hold a standard against communities.

    A facility counts for the communities that its `area` names (an id, a name, or several), else for the one it stands
    in; one of a 街道 counts for all its communities. Verdicts have three values: what is not in the tables is `fail`
    only where the table is complete for the category, and `unknown` otherwise. Without `network` and `places` every
    clause that walks is `unknown`; all others work from two spreadsheets without geometry.

    Parameters
    ----------
    standard
        A standard, the id of one that ships, or a file of one.
    areas
        Communities, indexed by id: name, level, parent, kind, households, people, and the yes/no columns that a clause
        reads. The geometry may be missing.
    facilities
        Facilities with `category`; `area`, floor_area_m2, rooms, separate_rooms, use, state, tier where known.
    network, places
        The streets and the homes, for clauses that walk. They are walked at the pace of the standard's walker.
    complete
        Categories of which no facility is missing in the table, True for all of the table; else what `read_facilities`
        was told.
    basic_share
        Share of the mandatory clauses that 基本达标 needs.

    Raises
    ------
    TableError
        A community that no area, or more than one, is named after; a figure that is none; an id twice.
    CategoryError
        A clause, or `complete`, names a category that neither the catalogue nor the facilities have.
    FileError
        No standard has this id.

    Examples
    --------
    >>> import pandas as pd, tenmin as tm
    >>> areas = pd.DataFrame({"name": ["东园社区", "西园社区"], "households": [1800, 2100]}, index=["a1", "a2"])
    >>> rooms = pd.DataFrame(
    ...     {"category": "community_service", "area": ["a1", "西园社区"], "floor_area_m2": [420.0, 300.0]}, index=[1, 2]
    ... )
    >>> found = tm.check_standard("jiaxing_2012", areas, rooms)
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
    register = Register.of(checked, facilities, complete)
    _check_subjects(rules, register)
    walks = Walks.of(register, _walked_by(network, rules), places)
    register = _with_people(register, walks)
    marks = walks.mark(ask for clause in rules.clauses if is_walked(clause) for ask in asks_of(clause))
    scopes = {clause.id: divide_by_scope(clause, register) for clause in rules.clauses if clause.level != "town"}
    verdicts = _all_verdicts(rules, register, scopes, walks=walks, marks=marks)
    communities = checked.index[checked["level"] == COMMUNITY]
    grades = grade_areas(verdicts, rules, communities, basic_share)
    return Compliance(
        standard=rules,
        areas=register.areas,
        verdicts=verdicts,
        grades=grades,
        not_applicable=_not_applicable(scopes),
        between=_between(rules, walks),
        town=judge_town(rules, walks, marks, verdicts),
        reported=compare_with_reported(rules, Town(register, verdicts, grades)),
        links=register.links,
        idle=register.idle,
        basic_share=basic_share,
    )


def _path_of(standard: object) -> str | os.PathLike[str]:
    if not isinstance(standard, str | os.PathLike):
        msg = f"standard must be a Standard, an id of list_standards() or a file, but is a {type(standard).__name__}"
        raise TableError(msg)
    return standard


def _check_subjects(standard: Standard, register: Register) -> None:
    """Refuse a clause about a category that neither the catalogue nor the table of facilities has."""
    known = {*load_catalogue(), *register.facilities["category"], *register.complete}
    asked = ((clause, key) for clause in standard.clauses for key in (clause.subject, *clause.kinds) if key)
    clause, key = next(((clause, key) for clause, key in asked if key not in known), (None, ""))
    if clause is not None:
        near = difflib.get_close_matches(key, sorted(known), n=3)
        msg = (
            f"{standard.id}, clause {clause.id!r}: the subject {key!r} is a category of neither the catalogue nor the "
            f"facilities; near it: {', '.join(near) or 'none'}"
        )
        raise CategoryError(msg)


def _walked_by(network: WalkNetwork | None, standard: Standard) -> WalkNetwork | None:
    """The streets at the pace of the standard's walker."""
    walker = Walker.preset(standard.walker)
    return network if network is None or network.walker == walker else network.walked_by(walker)


def _with_people(register: Register, walks: Walks) -> Register:
    """The register with the people of its communities counted from the homes, where the areas do not tell them."""
    if walks.homes is None or "people" not in walks.homes.columns:
        return register
    counted = pd.Series({area: walks.people[homes].sum() for area, homes in walks.homes_in.items()}, dtype=float)
    told = register.figure("people", register.areas.index)
    return register.with_people(told.fillna(counted.reindex(told.index)))


def _all_verdicts(
    standard: Standard, register: Register, scopes: Mapping[str, Scope], *, walks: Walks, marks: Mapping[Ask, Marks]
) -> pd.DataFrame:
    parts = [
        judge_clause(clause, scopes[clause.id], register, walks, marks).rename_axis("area").reset_index()[_COLUMNS]
        for clause in standard.clauses
        if clause.id in scopes
    ]
    held = [part for part in parts if len(part)]
    verdicts = pd.concat(held, ignore_index=True) if held else pd.DataFrame(columns=_COLUMNS)
    about = {name: verdicts["clause"].map({one.id: getattr(one, name) for one in standard.clauses}) for name in _ABOUT}
    order = verdicts["area"].map({label: n for n, label in enumerate(register.areas.index)})
    return verdicts.assign(**about).iloc[np.lexsort([np.arange(len(order)), order])].reset_index(drop=True)


def _not_applicable(scopes: Mapping[str, Scope]) -> pd.DataFrame:
    rows = [(label, clause, why) for clause, scope in scopes.items() for label, why in scope.outside.items()]
    nobody = [(None, clause, "no area of its level") for clause, scope in scopes.items() if not any(scope)]
    return pd.DataFrame([*rows, *nobody], columns=["area", "clause", "reason"], dtype=object)


def _between(standard: Standard, walks: Walks) -> pd.DataFrame:
    """By area and clause about distance: who lives within the straight radius, within the walk, and between them."""
    if walks.network is None or walks.homes is None:
        return pd.DataFrame(columns=_BETWEEN)
    pairs = {clause.id: _both_measures(clause, walks) for clause in standard.clauses if _is_distance(clause)}
    marks = walks.mark(ask for pair in pairs.values() for ask in pair)
    rows = []
    for clause, pair in pairs.items():
        straight, walk = (marks[ask].far <= inclusive(ask.limit) for ask in pair)
        for area, homes in walks.homes_in.items():
            people = walks.people[homes]
            in_radius, in_walk = (float(people[within[homes]].sum()) for within in (straight, walk))
            rows.append((area, clause, float(people.sum()), in_radius, in_walk, in_radius - in_walk))
    return pd.DataFrame(rows, columns=_BETWEEN)


def _is_distance(clause: Clause) -> bool:
    return clause.kind in {"walk_minutes", "walk_metres", "straight_metres"} and clause.level != "town"


def _both_measures(clause: Clause, walks: Walks) -> tuple[Ask, Ask]:
    """The radius of a clause as a straight line, and as a walk of as many metres."""
    (asked,) = asks_of(clause)
    radius = walks.radius_of(asked)
    return (
        asked._replace(measure="straight_metres", limit=radius),
        asked._replace(measure="walk_metres", limit=radius),
    )
