"""Measure the coverage of a study, of which what was walked before is not walked again."""

from __future__ import annotations

from typing import Any

from tenmin.measures.coverage import Coverage
from tenmin.measures.measurement import cover_again, measure_coverage
from tenmin.study._study_inputs import Inputs
from tenmin.study.definition import Study

__all__ = ["measure_study"]


def measure_study(study: Study, inputs: Inputs, known: tuple[Inputs, Coverage] | None = None) -> Coverage:
    """Return the coverage of a study with some inputs.

    Parameters
    ----------
    study
        The study, for its limits and options.
    inputs
        The streets, facilities, homes and communities.
    known
        The inputs and the coverage of a study with the same limits; where only facilities, or streets that were added,
        are others, homes are not snapped again.
    """
    options: dict[str, Any] = {
        "areas": inputs.areas,
        "country": study.country,
        "thin": study.thin,
        "open_at": study.open_at,
    }
    first, *others = (*inputs.before, inputs.network)
    if known is not None:
        before, coverage = known
        if not before.before and first is before.network and inputs.places is before.places:
            same = inputs.facilities is before.facilities
            return cover_again(coverage, None if same else inputs.facilities, more=others, **options)
    coverage = measure_coverage(
        first, inputs.places, inputs.facilities, direction=study.direction, **study.limits(), **options
    )
    return cover_again(coverage, None, more=others, **options) if others else coverage
