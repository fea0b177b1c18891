"""The inputs of a study, read once, and those of its scenarios."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pandas as pd

from tenmin.inputs.walkers import Walker
from tenmin.network import WalkNetwork
from tenmin.plans.changes import KINDS, Changes
from tenmin.plans.facility_changes import change_facilities
from tenmin.plans.street_changes import change_streets
from tenmin.study._study_inputs import Inputs, read_inputs, read_network
from tenmin.study.definition import Study, with_changes
from tenmin.support.errors import InputError
from tenmin.support.fields import join_faults
from tenmin.support.nouns import check_noun

__all__ = ["apply_changes", "inputs_of", "streets_at"]


def inputs_of(study: Study) -> Inputs:
    """Return the inputs of a study, read from its files the first time, with the changes of a scenario.

    Parameters
    ----------
    study
        As from `read_study` or `apply_changes`.

    Raises
    ------
    InputError
        A file, a table or a change is not valid.
    """
    if "inputs" not in study.memory:
        study.memory["inputs"] = read_inputs(study) if study.base is None else _change_inputs(study, study.base)
    return study.memory["inputs"]


def apply_changes(study: Study, changes: Changes) -> Study:
    """Return the scenario of a study: the study with changes, which read and walk only what they touch.

    The files of the study are read, unless they were before, to look for what the changes name.

    Parameters
    ----------
    study
        As from `read_study`, or a scenario.
    changes
        As from `read_changes`.

    Raises
    ------
    InputError
        A change names no facility, gate, street, walker or standard of the study; the message lists all of them.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import tenmin as tm
    >>> closed = tm.read_changes({"format": 1, "changes": [{"change": "close_facility", "id": "S001"}]})
    >>> with TemporaryDirectory() as folder:
    ...     *_, path = tm.write_template(folder, lang="en")
    ...     scenario = tm.apply_changes(tm.read_study(path), closed)
    >>> tm.survey(scenario).shares["share"].isna().all()
    np.True_
    """
    scenario = with_changes(check_noun(study, Study, "study"), check_noun(changes, Changes, "changes"))
    inputs_of(scenario)
    return scenario


def streets_at(study: Study, walker: Walker, moment: datetime | None) -> tuple[WalkNetwork, ...]:
    """Return the streets of a study for a walker and at a date, after those before each addition of its scenarios.

    Parameters
    ----------
    study
        As from `read_study` or `apply_changes`.
    walker
        Who walks.
    moment
        Date and time at which opening hours are judged; None for no moment.
    """
    known: Inputs | None = study.memory.get("inputs")
    if known is not None and moment == study.moment:
        return tuple(one.walked_by(walker) for one in (*known.before, known.network))
    if study.base is None:
        return (read_network(replace(study, walker=walker, when=moment, open_at=None)),)
    stages, _ = _add_stages(streets_at(study.base, walker, moment), study.changes or Changes(()))
    return stages


def _add_stages(stages: tuple[WalkNetwork, ...], changes: Changes) -> tuple[tuple[WalkNetwork, ...], list[str]]:
    """The streets after the changes, after those before each addition, and what is wrong with changes."""
    *earlier, last = stages
    streets = change_streets(last, changes)
    kept = earlier if streets.less is last else []
    added = [streets.less] if streets.network is streets.less else [streets.less, streets.network]
    return (*kept, *added), streets.faults


def _change_inputs(study: Study, base: Study) -> Inputs:
    """The inputs of a scenario, made of those of its base."""
    before, changes = inputs_of(base), study.changes or Changes(())
    facilities, faults = change_facilities(before.facilities, changes)
    (*earlier, network), others = _add_stages(streets_at(base, study.walker, study.moment), changes)
    if faults or others:
        raise InputError(join_faults(changes.source, [*faults, *others]))
    return replace(
        before,
        network=network,
        before=tuple(earlier),
        facilities=facilities,
        provenance=_with_changes(before.provenance, changes),
    )


def _with_changes(provenance: pd.DataFrame, changes: Changes) -> pd.DataFrame:
    """The origins of the inputs, and a row for the changes."""
    told = ", ".join(f"{KINDS[one.kind]['en']} {one.id}".strip() for one in changes.changes[:20])
    row = {"input": "changes", "file": changes.source.rpartition("/")[2], "source": changes.title or told}
    return pd.concat([provenance, pd.DataFrame([row])], ignore_index=True).fillna("")
