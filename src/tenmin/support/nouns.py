"""The nouns of tenmin at its doors: what was given instead of one, and the call that makes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from tenmin.support.errors import TableError

__all__ = ["check_noun"]

Noun = TypeVar("Noun")

_MADE_BY: Mapping[str, Mapping[str, str]] = {
    "WalkNetwork": {
        "Graph": "tm.WalkNetwork.from_networkx({given}, walker='adult')",
        "GeoDataFrame": "tm.WalkNetwork.from_edges({given}, walker='adult')",
        "Coverage": "coverage.network",
        "": "tm.WalkNetwork.from_osm('town.osm.pbf')",
    },
    "OsmExtract": {"": "tm.read_osm('town.osm.pbf')"},
    "Coverage": {"": "tm.measure_coverage(network, places, facilities, minutes=10)"},
    "Compliance": {"": "tm.check_standard(standard, areas, facilities)"},
    "Study": {"": "tm.read_study('study.toml')"},
    "Changes": {"": "tm.read_changes('plan.json')"},
    "Survey": {"Study": "tm.survey({given})", "": "tm.survey(tm.read_study('study.toml'))"},
    "Standard": {"": "tm.load_standard('jiaxing_2012')"},
    "Walker": {
        "int": "tm.Walker('own', speed_kmh={value!r})",
        "float": "tm.Walker('own', speed_kmh={value!r})",
        "": "tm.Walker.preset('adult')",
    },
}
"""For each noun the call that makes it, by the class of what was given instead; "" for any other."""


def check_noun(value: Any, noun: type[Noun], what: str) -> Noun:
    """Return the value if it is of the class of a noun.

    Parameters
    ----------
    value
        What was given.
    noun
        The class that is wanted, such as `WalkNetwork`.
    what
        The name of the argument in messages.

    Raises
    ------
    TableError
        It is of another class; the message names that class and the call that makes the noun.
    """
    if isinstance(value, noun):
        return value
    calls = _MADE_BY[noun.__name__]
    ancestors = [kind.__name__ for kind in type(value).__mro__]
    call = next((calls[name] for name in ancestors if name in calls), calls[""]).format(given=what, value=value)
    msg = f"{what} must be a {noun.__name__}, but is a {type(value).__name__}; make one: {call}"
    raise TableError(msg)
