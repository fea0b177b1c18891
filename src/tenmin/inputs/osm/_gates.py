"""Gates: barriers that stand on a street as points, who gets through them, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import geopandas as gpd
import numpy as np

from tenmin.inputs.osm._lines import objects
from tenmin.support.conditions import Condition, parse_condition
from tenmin.support.errors import InputError
from tenmin.support.files import check_keys, read_toml, shipped_file

__all__ = ["GATE_STATES", "find_entrances", "find_gates"]

GATE_STATES = ("open", "private", "closed")
WAYS_IN = (
    "entrance", "full-height_turnstile", "gate", "hampshire_gate", "kissing_gate", "lift_gate", "sliding_gate",
    "swing_gate", "turnstile", "wicket_gate",
)  # fmt: skip
"""Barriers on an outline by which people go in."""
NO_WAY_IN = ("emergency", "exit", "fire_exit", "garage", "no", "service", "staff")
"""Values of `entrance` by which people do not go in."""


@dataclass(frozen=True)
class _GateRule:
    """Gates that fit `when` are in `state`."""

    id: str
    when: Condition
    state: str


@cache
def _rules() -> tuple[_GateRule, ...]:
    path = shipped_file("tenmin.inputs.osm", "gates.toml")
    data = read_toml(path)
    check_keys(data, {"gate"}, {"gate"}, str(path))
    fields = {"id", "when", "state"}
    rows = []
    for row in data["gate"]:
        check_keys(row, fields, fields, str(path))
        rows.append(_GateRule(row["id"], parse_condition(row["when"], f"{path}, {row['id']}"), row["state"]))
    return tuple(rows)


def _state(tags: Mapping[str, str]) -> str:
    return next(rule.state for rule in _rules() if rule.when.holds(tags))


def _shut_at(hours: str, when: datetime) -> bool:
    """Whether opening hours say that a gate is shut at a moment; hours that cannot be read shut nothing."""
    try:
        from opening_hours import OpeningHours, validate  # pyright: ignore[reportMissingImports]
    except ImportError:
        msg = "gates with opening hours need the package opening-hours-py: pip install 'tenmin[hours]'"
        raise InputError(msg) from None
    return bool(validate(hours) and OpeningHours(hours).is_closed(when))


def find_gates(points: gpd.GeoDataFrame, *, when: datetime | None = None) -> gpd.GeoDataFrame:
    """Return the barriers among tagged nodes, index the id of the node.

    Parameters
    ----------
    points
        Tagged nodes, index `n123`, as `OsmExtract.points` has them.
    when
        A moment: gates whose opening hours say that they are shut then are closed (those that `foot` opens for
        walkers, too). Without it, opening hours close only gates that are never open.

    Returns
    -------
    GeoDataFrame
        `kind` (the value of `barrier`), `state` (open, private or closed), `name` and `opening_hours`.

    Raises
    ------
    InputError
        A moment is given, a gate has opening hours, and the package that reads them is not installed.
    """
    barred = points[np.array(["barrier" in tags for tags in points["tags"]], bool)]
    tags = list(barred["tags"])
    hours = [one.get("opening_hours") for one in tags]
    shut = [when is not None and text is not None and _shut_at(text, when) for text in hours]
    columns = {
        "kind": objects([one["barrier"] for one in tags]),
        "state": objects(["closed" if now else _state(one) for one, now in zip(tags, shut, strict=True)]),
        "name": objects([one.get("name") for one in tags]),
        "opening_hours": objects(hours),
    }
    gates = gpd.GeoDataFrame(columns, geometry=barred.geometry.to_numpy(), crs=points.crs)
    return gates.set_axis([int(label[1:]) for label in barred.index], axis=0).rename_axis("node")


def _way_in(tags: Mapping[str, str]) -> str | None:
    barrier = tags.get("barrier")
    return tags.get("entrance") or tags.get("door") or (barrier if barrier in WAYS_IN else None)


def find_entrances(points: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the tagged nodes by which people go into what is mapped as an area, index `n123`.

    They are nodes with `entrance` or `door` (but for emergency exits, garages and the like, or closed to walkers) and
    gates that are not closed; `kind` is the value of the tag.
    """
    values = [_way_in(tags) for tags in points["tags"]]
    doors = [
        value is not None and value not in NO_WAY_IN and _state(tags) != "closed"
        for value, tags in zip(values, points["tags"], strict=True)
    ]
    way_in = np.array(doors, bool)
    kinds = objects([value for value, door in zip(values, doors, strict=True) if door])
    return gpd.GeoDataFrame({"kind": kinds}, geometry=points.geometry.to_numpy()[way_in], crs=points.crs).set_axis(
        points.index[way_in], axis=0
    )
