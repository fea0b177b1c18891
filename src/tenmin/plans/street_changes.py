"""Streets as a scenario has them: gates and links by their changes, with all that these do not find."""

from __future__ import annotations

import difflib
from collections.abc import Hashable
from typing import NamedTuple

import geopandas as gpd
from shapely import Point

from tenmin.network import NewLink, WalkNetwork
from tenmin.plans.changes import Change, Changes
from tenmin.support.errors import InputError

__all__ = ["ChangedStreets", "change_streets"]

_DEGREES = "EPSG:4326"


class ChangedStreets(NamedTuple):
    """The streets of a scenario.

    Attributes
    ----------
    network
        With all changes.
    less
        With those alone that take something away: the network itself if none does.
    faults
        What is wrong with changes.
    """

    network: WalkNetwork
    less: WalkNetwork
    faults: list[str]


def change_streets(network: WalkNetwork, changes: Changes) -> ChangedStreets:
    """Return the streets after the changes of a scenario; those of facilities and options are left to others.

    Parameters
    ----------
    network
        The streets.
    changes
        The changes: what is removed or shut comes first, then what is added or opened.
    """
    faults = list[str]()
    shut = [gate for change in changes.of("shut_gate") for gate in _find_gate(network, change, faults)]
    opened = [gate for change in changes.of("open_gate") for gate in _find_gate(network, change, faults)]
    both = sorted({str(gate) for gate in shut} & {str(gate) for gate in opened})
    faults += [f"gate {gate!r} is both opened and shut" for gate in both]
    removed, added = ([_link(network, one) for one in changes.of(kind)] for kind in ("remove_link", "add_link"))
    less = _try(network, faults, shut=shut, removed=removed) if shut or removed else network
    if not opened and not added:
        return ChangedStreets(less, less, faults)
    return ChangedStreets(_try(less, faults, opened=opened, added=added), less, faults)


def _try(network: WalkNetwork, faults: list[str], **changed: list[Hashable] | list[NewLink]) -> WalkNetwork:
    try:
        return network.changed(**changed)  # pyright: ignore[reportArgumentType]
    except InputError as error:
        faults.extend(str(error).split("\n"))
        return network


def _find_gate(network: WalkNetwork, change: Change, faults: list[str]) -> list[Hashable]:
    """The label of the gate that a change names; none if there is no such gate."""
    labels = {str(label): label for label in network.gates.index}
    if change.id in labels:
        return [labels[change.id]]
    near = ", ".join(map(repr, difflib.get_close_matches(change.id, labels, n=3, cutoff=0.0))) or "-"
    faults.append(f"{change.kind}: there is no gate {change.id!r}; did you mean {near}?")
    return []


def _link(network: WalkNetwork, change: Change) -> NewLink:
    begin, end = gpd.GeoSeries([Point(*spot) for spot in change.spots], crs=_DEGREES).to_crs(network.crs)
    return NewLink(begin, end, dict(change.values).get("name"))
