"""Gates (barriers mapped as points of streets) and entrances of areas, with who can pass and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import geopandas as gpd
import numpy as np

from tenmin.inputs.osm._lines import object_series
from tenmin.inputs.osm._moment import depends_on_time, is_undecided, tags_at
from tenmin.support.conditions import Condition, parse_condition
from tenmin.support.files import check_keys, read_toml, shipped_file

__all__ = ["GATE_STATES", "find_entrances", "find_gates"]

GATE_STATES = ("open", "private", "closed")
ENTRANCE_BARRIERS = (
    "entrance", "full-height_turnstile", "gate", "hampshire_gate", "kissing_gate", "lift_gate", "sliding_gate",
    "swing_gate", "turnstile", "wicket_gate",
)  # fmt: skip
"""Values of `barrier` that are an entrance when they lie on an outline."""
EXCLUDED_ENTRANCES = ("emergency", "exit", "fire_exit", "garage", "no", "service", "staff")
"""Values of `entrance` that are not for visitors."""
_GONE = parse_condition({"gone": True}, "entrances")


@dataclass(frozen=True)
class _GateRule:
    """Gates for which `when` holds are in `state`, for the reason in `zh` and `en`."""

    id: str
    when: Condition
    state: str
    zh: str
    en: str
    doubtful: bool = False


@dataclass(frozen=True)
class _GateTable:
    """The table of gates: which points without a barrier are gates too, and the rules, of which the first decides."""

    bare: Condition
    rules: tuple[_GateRule, ...]

    def decide(self, tags: Mapping[str, str]) -> _GateRule:
        """Return the rule that decides."""
        return next(rule for rule in self.rules if rule.when.holds(tags))

    def is_gate(self, tags: Mapping[str, str]) -> bool:
        """Return whether a point with these tags is a gate at some time."""
        if "barrier" in tags or not self.bare.holds(tags):
            return "barrier" in tags
        return depends_on_time(tags) or self.decide(tags).state != "open"


@cache
def _table() -> _GateTable:
    path = shipped_file("tenmin.inputs.osm", "gates.toml")
    data = read_toml(path)
    check_keys(data, {"bare", "gate"}, {"bare", "gate"}, str(path))
    fields = {"id", "when", "state", "zh", "en"}
    rows = []
    for row in data["gate"]:
        check_keys(row, fields | {"doubtful"}, fields, str(path))
        rows.append(_GateRule(**{**row, "when": parse_condition(row["when"], f"{path}, {row['id']}")}))
    return _GateTable(parse_condition(data["bare"], f"{path}, bare"), tuple(rows))


def find_gates(points: gpd.GeoDataFrame, *, when: datetime | None = None) -> gpd.GeoDataFrame:
    """Return the gates among tagged nodes: barriers, and nodes closed by access tags alone; the index is the node's id.

    Parameters
    ----------
    points
        Tagged nodes, as in `OsmExtract.points`.
    when
        Date and time at which opening hours and conditional restrictions are evaluated. Without it, opening hours
        close only gates that are never open.

    Returns
    -------
    GeoDataFrame
        `kind` (the value of `barrier`, else "restriction"), `state` (open, private or closed), `name`,
        `opening_hours`, `rule` (id of the row of gates.toml that decides), `reason_zh`, `reason_en`, `doubtful`
        (whether the kind of barrier is unknown) and `undecided` (whether hours or conditions were not evaluated).

    Raises
    ------
    InputError
        `when` is given, a gate has hours or conditions, and the package that evaluates them is not installed.
    """
    table = _table()
    found = np.array([table.is_gate(tags) for tags in points["tags"]], bool)
    tags = list(points["tags"][found])
    decided = [table.decide(one if when is None else tags_at(one, when)) for one in tags]
    columns = {
        "kind": object_series([one.get("barrier", "restriction") for one in tags]),
        "state": object_series([rule.state for rule in decided]),
        "name": object_series([one.get("name") for one in tags]),
        "opening_hours": object_series([one.get("opening_hours") for one in tags]),
        "rule": object_series([rule.id for rule in decided]),
        "reason_zh": object_series([rule.zh for rule in decided]),
        "reason_en": object_series([rule.en for rule in decided]),
        "doubtful": np.array([rule.doubtful for rule in decided], bool),
        "undecided": np.array([is_undecided(one, when) for one in tags], bool),
    }
    gates = gpd.GeoDataFrame(columns, geometry=points.geometry.to_numpy()[found], crs=points.crs)
    return gates.set_axis([int(label[1:]) for label in points.index[found]], axis=0).rename_axis("node")


def _entrance_kind(tags: Mapping[str, str]) -> str | None:
    barrier = tags.get("barrier")
    return tags.get("entrance") or tags.get("door") or (barrier if barrier in ENTRANCE_BARRIERS else None)


def find_entrances(points: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the nodes by which people can enter a mapped area, index `n123`, with the value of the tag as `kind`.

    They are nodes with `entrance` or `door`, except emergency exits, garages and the like, and gates; not those closed
    to walkers, or no longer there.
    """
    values = [_entrance_kind(tags) for tags in points["tags"]]
    entrances = [
        value is not None
        and not _GONE.holds(tags)
        and value not in EXCLUDED_ENTRANCES
        and _table().decide(tags).state != "closed"
        for value, tags in zip(values, points["tags"], strict=True)
    ]
    is_entrance = np.array(entrances, bool)
    kinds = object_series([value for value, entrance in zip(values, entrances, strict=True) if entrance])
    return gpd.GeoDataFrame({"kind": kinds}, geometry=points.geometry.to_numpy()[is_entrance], crs=points.crs).set_axis(
        points.index[is_entrance], axis=0
    )
