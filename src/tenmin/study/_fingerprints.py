"""What the results of a study depend on, as a short text for each cause by which two results may differ."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tenmin.plans.changes import Change
from tenmin.study.definition import Study
from tenmin.study.scenarios import inputs_of

__all__ = ["CAUSES", "fingerprints"]

CAUSES = ("facilities", "streets", "walker", "people", "standard", "date")
"""Causes of a difference, in the order in which they are told; the standard is the limit and how it is judged."""
_OF_FACILITIES = ("add_facility", "move_facility", "close_facility", "open_facility", "enlarge_facility")
_OF_STREETS = ("open_gate", "shut_gate", "add_link", "remove_link")


def fingerprints(study: Study) -> dict[str, str]:
    """Return a text for each of `CAUSES`; of two studies, that which depends on one cause is the same if its texts are.

    Parameters
    ----------
    study
        The study.
    """
    origins, changes = inputs_of(study).provenance, list(_changes_of(study))

    def files(*roles: str) -> list[Any]:
        hashes = origins.loc[origins["input"].isin(roles), "sha256"].tolist()
        return [*hashes, *(_options(one.options) for role in roles for one in study.of(role))]

    def changed(kinds: tuple[str, ...]) -> list[Change]:
        return [one for one in changes if one.kind in kinds]

    told = {
        "facilities": [*files("facilities"), study.with_osm, study.categories, study.within, changed(_OF_FACILITIES)],
        "streets": [*files("streets", "heights"), changed(_OF_STREETS)],
        "walker": asdict(study.walker),
        "people": [*files("places", "areas", "boundary"), study.within],
        "standard": [study.limit, study.unit, study.direction, study.thin, study.country],
        "date": [study.moment, study.open_at],
    }
    return {cause: hashlib.sha256(repr(told[cause]).encode()).hexdigest()[:16] for cause in CAUSES}


def _changes_of(study: Study) -> Iterator[Change]:
    if study.base is not None:
        yield from _changes_of(study.base)
    if study.changes is not None:
        yield from study.changes.changes


def _options(options: Any) -> list[tuple[str, Any]]:
    """The options of a reader, without the folders of files."""
    return sorted((key, value.name if isinstance(value, Path) else value) for key, value in options.items())
