"""The difference between two studies by its causes, one at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from tenmin.measures.coverage import Coverage
from tenmin.study._fingerprints import CAUSES
from tenmin.study._measuring import measure_study
from tenmin.study.scenarios import inputs_of, streets_at
from tenmin.study.survey import Survey

__all__ = ["INTERACTION", "TOTAL", "attribute", "attribute_alone", "differing"]

INTERACTION, TOTAL = "interaction", "total"


def differing(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Return the causes in which two studies differ.

    Parameters
    ----------
    before, after
        As from `fingerprints`.
    """
    return [cause for cause in CAUSES if before.get(cause) != after.get(cause)]


def attribute_alone(total: pd.Series, causes: Sequence[str]) -> pd.DataFrame:
    """Return the difference by its causes without measuring: it is all of the one cause, or unknown of several.

    Parameters
    ----------
    total
        The difference in people served by category.
    causes
        In what the studies differ.
    """
    unknown = total * np.nan
    rest = unknown if len(causes) > 1 else total
    return _table(total, {cause: rest if cause in causes else total * 0.0 for cause in CAUSES})


def attribute(before: Survey, after: Survey, total: pd.Series, causes: Sequence[str]) -> pd.DataFrame:
    """Return the difference by its causes: what each alone would change, and what they change together beyond that.

    Parameters
    ----------
    before, after
        The results of the two studies.
    total
        The difference in people served by category.
    causes
        In what the studies differ.

    Returns
    -------
    DataFrame
        category, cause (one of `CAUSES`, "interaction" or "total"), difference (in people served). The causes and the
        interaction add up to the total.
    """
    if len(causes) <= 1:
        return attribute_alone(total, causes)
    known = _served_people(before.coverage, total.index)
    alone: dict[str, Any] = dict.fromkeys(CAUSES, total * 0.0)
    for cause in causes:
        alone[cause] = _served_people(_with_cause(cause, before, after), total.index) - known
    return _table(total, alone)


def _table(total: pd.Series, alone: Mapping[str, pd.Series]) -> pd.DataFrame:
    columns = {**alone, INTERACTION: total - sum(alone.values()), TOTAL: total}
    rows = [(name, cause, float(part[name])) for name in total.index for cause, part in columns.items()]
    return pd.DataFrame(rows, columns=["category", "cause", "difference"])


def _served_people(coverage: Coverage, categories: pd.Index) -> pd.Series:
    people = coverage.places["people"].to_numpy(float)
    return (coverage.served.T.astype(float) @ people).reindex(categories, fill_value=0.0)


def _with_cause(cause: str, before: Survey, after: Survey) -> Coverage:
    """The coverage of the former study with one cause from the latter."""
    old, new = before.study, after.study
    inputs, others = inputs_of(old), inputs_of(new)
    study = old
    if cause == "facilities":
        inputs = replace(inputs, facilities=others.facilities)
    elif cause == "people":
        inputs = replace(inputs, places=others.places, areas=others.areas)
    elif cause == "standard":
        study = replace(
            old, limit=new.limit, unit=new.unit, direction=new.direction, thin=new.thin, country=new.country
        )
    else:
        moment = new.moment if cause == "date" else old.moment
        walker = new.walker if cause == "walker" else old.walker
        *earlier, network = streets_at(new if cause == "streets" else old, walker, moment)
        inputs = replace(inputs, network=network, before=tuple(earlier))
        study = replace(old, when=new.when, open_at=new.open_at) if cause == "date" else old
    known = (inputs_of(old), before.coverage) if cause in {"facilities", "streets"} else None
    return measure_study(study, inputs, known)
