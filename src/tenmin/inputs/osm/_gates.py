"""Gates (barriers mapped as points of streets) and entrances of areas, with who can pass and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import geopandas as gpd
import numpy as np

from tenmin.inputs.osm._lines import object_series
from tenmin.support.conditions import Condition, parse_condition
from tenmin.support.errors import InputError
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

    def gate(self, tags: Mapping[str, str]) -> _GateRule | None:
        """Return the rule for a point with these tags, or None if it is no gate."""
        if "barrier" in tags:
            return self.decide(tags)
        rule = self.decide(tags) if self.bare.holds(tags) else None
        return None if rule is None or rule.state == "open" else rule


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


def _closed_at(hours: str, when: datetime) -> bool:
    """Return whether opening hours close a gate at a given time; invalid hours do not."""
    try:
        from opening_hours import OpeningHours, validate  # pyright: ignore[reportMissingImports]
    except ImportError:
        msg = "gates with opening hours need the package opening-hours-py: pip install 'tenmin[hours]'"
        raise InputError(msg) from None
    return bool(validate(hours) and OpeningHours(hours).is_closed(when))


def find_gates(points: gpd.GeoDataFrame, *, when: datetime | None = None) -> gpd.GeoDataFrame:
    """Return the gates among tagged nodes: barriers, and nodes closed by access tags alone; the index is the node's id.

    Parameters
    ----------
    points
        Tagged nodes, as in `OsmExtract.points`.
    when
        Date and time at which opening hours are evaluated, even for gates that `foot` opens to walkers. Without it,
        opening hours close only gates that are never open.

    Returns
    -------
    GeoDataFrame
        `kind` (the value of `barrier`, else "restriction"), `state` (open, private or closed), `name`,
        `opening_hours`, `rule` (id of the row of gates.toml that decides), `reason_zh`, `reason_en` and `doubtful`
        (whether the kind of barrier is unknown).

    Raises
    ------
    InputError
        `when` is given, a gate has opening hours, and the package that evaluates them is not installed.
    """
    rules = [_table().gate(tags) for tags in points["tags"]]
    found = np.array([rule is not None for rule in rules], bool)
    tags = list(points["tags"][found])
    decided = [rule for rule in rules if rule is not None]
    hours = [one.get("opening_hours") for one in tags]
    closed_now = [when is not None and text is not None and _closed_at(text, when) for text in hours]
    columns = {
        "kind": object_series([one.get("barrier", "restriction") for one in tags]),
        "state": object_series(
            ["closed" if now else rule.state for rule, now in zip(decided, closed_now, strict=True)]
        ),
        "name": object_series([one.get("name") for one in tags]),
        "opening_hours": object_series(hours),
        "rule": object_series([rule.id for rule in decided]),
        "reason_zh": object_series([rule.zh for rule in decided]),
        "reason_en": object_series([rule.en for rule in decided]),
        "doubtful": np.array([rule.doubtful for rule in decided], bool),
    }
    gates = gpd.GeoDataFrame(columns, geometry=points.geometry.to_numpy()[found], crs=points.crs)
    return gates.set_axis([int(label[1:]) for label in points.index[found]], axis=0).rename_axis("node")


def _entrance_kind(tags: Mapping[str, str]) -> str | None:
    barrier = tags.get("barrier")
    return tags.get("entrance") or tags.get("door") or (barrier if barrier in ENTRANCE_BARRIERS else None)


def find_entrances(points: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the nodes by which people can enter a mapped area, index `n123`, with the value of the tag as `kind`.

    They are nodes with `entrance` or `door`, except emergency exits, garages and the like, and gates; not those closed
    to walkers.
    """
    values = [_entrance_kind(tags) for tags in points["tags"]]
    entrances = [
        value is not None and value not in EXCLUDED_ENTRANCES and _table().decide(tags).state != "closed"
        for value, tags in zip(values, points["tags"], strict=True)
    ]
    is_entrance = np.array(entrances, bool)
    kinds = object_series([value for value, entrance in zip(values, entrances, strict=True) if entrance])
    return gpd.GeoDataFrame({"kind": kinds}, geometry=points.geometry.to_numpy()[is_entrance], crs=points.crs).set_axis(
        points.index[is_entrance], axis=0
    )
