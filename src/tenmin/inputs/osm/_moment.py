"""Tags as they hold at a moment: conditional restrictions and opening hours, evaluated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

import pandas as pd

from tenmin.inputs.osm._lines import object_series
from tenmin.support.conditions import parse_condition
from tenmin.support.moments import is_open

__all__ = ["depends_on_time", "hold_at", "is_undecided", "tags_at"]

Tags = Mapping[str, str]

_CONDITIONAL = tuple(f"{key}:conditional" for key in ("access", "foot", "foot:backward", "foot:forward", "oneway:foot"))
_CLAUSE = re.compile(r"([^@;]+)@((?:[^;()]|\((?:[^()]|\([^()]*\))*\))+)")
_CONSTANT = parse_condition({"any": [{"opening_hours": "24/7"}, {"never_open": True}]}, "opening_hours")


def depends_on_time(tags: Tags) -> bool:
    """Return whether opening hours or conditional restrictions on walkers say different things at different times.

    >>> depends_on_time({"foot:conditional": "no @ (22:00-06:00)"}), depends_on_time({"opening_hours": "24/7"})
    (True, False)
    """
    return any(key in tags for key in _CONDITIONAL) or ("opening_hours" in tags and not _CONSTANT.holds(tags))


def tags_at(tags: Tags, when: datetime) -> Tags:
    """Return tags with the values that hold at a moment: of `foot:conditional` as `foot`, and `opening_hours=closed`.

    Of several clauses that hold the last one counts; a clause that is not understood does not hold.

    Raises
    ------
    InputError
        The package that evaluates hours is not installed.

    Examples
    --------
    >>> night = datetime(2026, 1, 14, 23, 30)
    >>> tags_at({"highway": "footway", "foot:conditional": "no @ (22:00-06:00)"}, night)["foot"]
    'no'
    """
    if not depends_on_time(tags):
        return tags
    held = dict(tags)
    for key in _CONDITIONAL:
        for value, condition in _clauses(tags.get(key, "")):
            if _applies(condition, when):
                held[key.removesuffix(":conditional")] = value
    if "opening_hours" in tags and is_open(tags["opening_hours"], when) is False:
        held["opening_hours"] = "closed"
    return held


def hold_at(frame: pd.DataFrame, when: datetime | None) -> pd.DataFrame:
    """Return ways or areas with their `tags` as they hold at a moment; with None, the frame itself.

    Parameters
    ----------
    frame
        Elements with their `tags`.
    when
        Date and time.
    """
    if when is None or frame.empty:
        return frame
    held = {number: tags_at(tags, when) for number, tags in {id(one): one for one in frame["tags"]}.items()}
    return frame.assign(tags=object_series([held[id(one)] for one in frame["tags"]], frame.index))


def is_undecided(tags: Tags, when: datetime | None) -> bool:
    """Return whether some hours or conditions were not evaluated: without a moment all, else those not understood."""
    if when is None or not depends_on_time(tags):
        return depends_on_time(tags)
    conditions = [condition for key in _CONDITIONAL for _, condition in _clauses(tags.get(key, ""))]
    unparsed = any(key in tags and not _CLAUSE.search(tags[key]) for key in _CONDITIONAL)
    hours = "opening_hours" in tags and is_open(tags["opening_hours"], when) is None
    return hours or unparsed or any(_applies(condition, when) is None for condition in conditions)


def _clauses(text: str) -> Iterator[tuple[str, str]]:
    """The values of a conditional restriction, such as `no @ (22:00-06:00); yes @ Su`, and their conditions."""
    for found in _CLAUSE.finditer(text):
        yield found[1].strip().lower(), found[2].strip()


def _applies(condition: str, when: datetime) -> bool | None:
    """Whether a condition holds, such as `(22:00-06:00 AND Mo-Fr)`; None if it is not understood."""
    bare = condition[1:-1] if condition.startswith("(") and condition.endswith(")") else condition
    for form in dict.fromkeys((bare, condition)):
        answers = [is_open(part, when) for part in re.split(r"\s+AND\s+", form)]
        if False in answers:
            return False
        if None not in answers:
            return True
    return None
