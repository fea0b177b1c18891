"""A study: the inputs and options of one analysis, read from a file."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from tenmin.inputs.services import name_category
from tenmin.inputs.standards import Standard, list_standards, load_standard
from tenmin.inputs.walkers import Walker
from tenmin.plans.changes import Changes, read_changes
from tenmin.study._study_file import PROVENANCE, StudyFile, load_study_file
from tenmin.support.contracts import Direction
from tenmin.support.errors import FileError, InputError, LimitError
from tenmin.support.fields import moment_of, suggest
from tenmin.support.files import local_path
from tenmin.support.language import Lang, choose_language
from tenmin.support.limits import Limits, Number, Unit, read_limit
from tenmin.support.moments import read_moment

__all__ = ["Study", "StudyInput", "read_study"]

CIRCLES: Mapping[Unit, tuple[float, ...]] = {"minutes": (5.0, 10.0, 15.0), "metres": (400.0, 800.0, 1200.0)}
"""Limits of the isochrones, unless the study gives others."""


@dataclass(frozen=True)
class StudyInput:
    """One file of a study, and how it is read.

    Attributes
    ----------
    role
        "streets", "facilities", "areas", "places", "boundary" or "heights".
    path
        The file; None where homes are estimated from the streets' extract.
    options
        The arguments of its reader.
    origin
        Its source, date, licence and attribution, where the study says so.
    """

    role: str
    path: Path | None
    options: Mapping[str, Any]
    origin: Mapping[str, str]


@dataclass(frozen=True, eq=False, repr=False)
class Study:
    """The inputs of one analysis and where they came from, as from `read_study`."""

    title: str
    """What it is called; a folder of results holds one study, by its `id`."""
    id: str
    """What it is known by from quarter to quarter; its title, unless the file gives another."""
    lang: Lang
    """Language of the results, "zh" or "en"."""
    path: Path
    """The file that it was read from."""
    walker: Walker
    """Who walks."""
    limit: Number
    """The limit of a walk: a number, or a mapping from category to number."""
    unit: Unit
    """Unit of the limit, "minutes" or "metres"."""
    circles: tuple[float, ...]
    """Limits of the isochrones, in `unit`."""
    direction: Direction
    """Whether people walk "to" or "from" the facility."""
    near: float
    """Metres within which unserved places belong to one gap."""
    categories: tuple[str, ...] | None
    """The categories that are measured; None for all."""
    country: str | None
    """Where the places are all people of a town, its country, by which thin data is judged."""
    thin: float
    """Share of the expected number of facilities below which data is thin."""
    people_base: str | None
    """Whom the people count: 常住, 户籍, 实有."""
    when: datetime | None
    """Date and time at which opening hours of ways and gates are judged; None for no moment."""
    open_at: datetime | None
    """Date and time at which facilities, too, have to be open."""
    given: tuple[StudyInput, ...]
    """The files."""
    with_osm: bool
    """Whether facilities of OpenStreetMap are added to the tables."""
    within: bool
    """Whether facilities and places outside the communities are left out."""
    standards: tuple[Standard, ...]
    """The standards that communities are checked against."""
    costs: Mapping[str, float] = field(default_factory=dict)
    """Cost of a square metre of floor area by way to it, as in `list_cures`."""
    map_walkers: tuple[Walker, ...] = ()
    """The other walkers to whom the map can be switched."""
    ledger: Path | None = None
    """The ledger of problems."""
    notes: tuple[Path, ...] = ()
    """Notes of meetings for the ledger, as the map saves them."""
    folder: Path | None = None
    """Where the results go."""
    changes: Changes | None = None
    """What makes it a scenario of `base`."""
    base: Study | None = None
    """The study that a scenario changes."""
    memory: dict[str, Any] = field(default_factory=dict)
    """What was read and measured already, so that a scenario need not do it again."""

    def __repr__(self) -> str:
        """The title, walker, limit, files, standards and changes."""
        roles = {role: [one for one in self.given if one.role == role] for role in ("streets", "facilities", "places")}
        names = {role: [one.path.name if one.path else "estimated" for one in some] for role, some in roles.items()}
        facilities = [*names["facilities"], *(["OpenStreetMap"] if self.with_osm else [])]
        limit = f"{len(self.limit)} limits in" if isinstance(self.limit, Mapping) else f"{self.limit:g}"
        changed = "" if self.changes is None else f"; with {self.changes!r}"
        return (
            f"<Study {self.title!r}: {self.walker.name} within {limit} {self.unit}; streets {names['streets'][0]}; "
            f"facilities {', '.join(facilities)}; homes {names['places'][0]}; "
            f"standards {', '.join(one.id for one in self.standards) or 'none'}{changed}>"
        )

    @property
    def scenario(self) -> str | None:
        """The name of the scenario: the title of its changes, or their file; None for a study without changes."""
        return None if self.changes is None else self.changes.title or Path(self.changes.source).name

    @property
    def moment(self) -> datetime | None:
        """Date and time at which the streets are read; None for no moment."""
        return self.when if self.open_at is None else self.open_at

    def of(self, role: str) -> tuple[StudyInput, ...]:
        """Return the files of a role.

        Parameters
        ----------
        role
            As in `StudyInput`.
        """
        return tuple(one for one in self.given if one.role == role)

    def limits(self) -> dict[str, Number]:
        """Return the limit as the argument of a verb: minutes= or metres=."""
        return {self.unit: self.limit}


def read_study(path: str | os.PathLike[str]) -> Study:
    """Return the study in a file; `docs/study.md` lists its sections and keys.

    The files that it names are looked for, and read when the study is surveyed.

    Parameters
    ----------
    path
        A .toml file, as `tenmin template` writes one. Paths in it are relative to its folder.

    Raises
    ------
    FileError
        It is no TOML, has an unknown or a repeated key or a value that is not valid, names a file twice or one that is
        not there; the message lists all of that, with the lines.
    InputError, LimitError
        A walker, a standard or a limit is not known or not valid.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import tenmin as tm
    >>> with TemporaryDirectory() as folder:
    ...     *_, path = tm.write_template(folder, lang="en")
    ...     study = tm.read_study(path)
    >>> study.title, study.limit, study.unit, study.walker.name
    ('Services within ten minutes', 10.0, 'minutes', 'adult')
    """
    file = load_study_file(local_path(path))
    told, inputs, outputs = (file.sections[name] for name in ("study", "inputs", "outputs"))
    unit: Unit = "minutes" if "limit_minutes" in told else "metres"
    given = tuple(_inputs_of(file))
    study = Study(
        title=told["title"].strip(),
        id=told.get("id", told["title"]).strip(),
        lang=choose_language(told.get("lang")),
        path=file.path,
        walker=_walker_of(f"{file.path}: [study] walker", told.get("walker", "adult")),
        limit=_limit_of(f"{file.path}: [study] limit_{unit}", told[f"limit_{unit}"], unit),
        unit=unit,
        circles=_read_limit(
            f"{file.path}: [study] circles_{unit}", told.get(f"circles_{unit}", list(CIRCLES[unit])), unit
        ).every,
        direction=cast("Direction", told.get("direction", "to")),
        near=float(told.get("near_metres", 200.0)),
        categories=tuple(_category(one) for one in told["categories"]) if "categories" in told else None,
        country=told.get("country"),
        thin=float(told.get("thin_share", 0.5)),
        people_base=told.get("people_base"),
        when=moment_of(told["when"]) if "when" in told else None,
        open_at=_hour_of(f"{file.path}: [study]", told["open_at"]) if "open_at" in told else None,
        given=given,
        with_osm=inputs.get("osm_facilities", not any(one.role == "facilities" for one in given)),
        within=inputs.get("within_areas", False),
        standards=_standards_of(file),
        costs={key.removesuffix("_per_m2"): float(one) for key, one in file.sections["costs"].items()},
        map_walkers=tuple(
            _walker_of(f"{file.path}: [map] walkers", one) for one in file.sections["map"].get("walkers", [])
        ),
        ledger=file.resolve(file.sections["ledger"]["path"]) if "path" in file.sections["ledger"] else None,
        notes=tuple(file.resolve(one) for one in file.list_of("ledger", "notes")),
        folder=file.resolve(outputs["folder"]) if "folder" in outputs else None,
    )
    planned = file.sections["changes"].get("path")
    return study if planned is None else with_changes(study, read_changes(file.resolve(planned)))


def with_changes(study: Study, changes: Changes) -> Study:
    """Return a scenario of a study: with another walker, other standards or another date, if the changes say so.

    Facilities and streets are changed when they are read.

    Parameters
    ----------
    study
        The study.
    changes
        What is changed.

    Raises
    ------
    InputError
        There is no such walker or standard.
    """
    scenario = replace(study, changes=changes, base=study, memory={})
    for change in changes.of("set_walker", "set_standards", "set_date"):
        if change.kind == "set_walker":
            scenario = replace(scenario, walker=_walker_of(f"{changes.source}: set_walker", change["walker"]))
        elif change.kind == "set_standards":
            scenario = replace(
                scenario,
                standards=tuple(_standard(one, f"{changes.source}: set_standards") for one in change["standards"]),
            )
        else:
            name = "when" if study.open_at is None else "open_at"
            scenario = replace(scenario, **{name: change["date"]})
    return scenario


def _category(text: str) -> str:
    return name_category(text) or text


def _limit_of(where: str, given: float | Mapping[str, float], unit: Unit) -> Number:
    """The limit as a number or a mapping from key of a category to number, after checking it."""
    limit = {_category(name): float(one) for name, one in given.items()} if isinstance(given, Mapping) else float(given)
    _read_limit(where, limit, unit)
    return limit


def _read_limit(where: str, given: object, unit: Unit) -> Limits:
    try:
        return read_limit(**{"minutes": None, "metres": None, unit: given}, several=isinstance(given, list))
    except LimitError as error:
        msg = f"{where}: {error}"
        raise LimitError(msg) from None


def _hour_of(where: str, given: object) -> datetime:
    try:
        return read_moment(given, "open_at")
    except InputError as error:
        msg = f"{where} {error}"
        raise InputError(msg) from None


def _walker_of(where: str, given: str | Mapping[str, Any]) -> Walker:
    """A preset, or one with some of its fields changed."""
    told = {"preset": given} if isinstance(given, str) else given
    own = {one.name for one in fields(Walker)}
    unknown = next((key for key in told if key not in {*own, "preset"}), None)
    if unknown is not None:
        msg = f"{where}: a walker has no {unknown!r}; did you mean {suggest(unknown, sorted(own | {'preset'}))}?"
        raise InputError(msg)
    changed = {key: value for key, value in told.items() if key != "preset"}
    try:
        preset = Walker.preset(told.get("preset", "adult"))
        if not changed:
            return preset
        return replace(preset, **{"name": f"{preset.name}, changed", "source": "", "sources": (), **changed})
    except InputError as error:
        msg = f"{where}: {error}"
        raise InputError(msg) from None


def _standards_of(file: StudyFile) -> tuple[Standard, ...]:
    told, where = file.sections["standards"], f"{file.path}: [standards] ids"
    third_party = told.get("third_party", False)
    of_files = (load_standard(file.resolve(one), third_party=third_party) for one in told.get("files", []))
    return (*(_standard(one, where, third_party=third_party) for one in told.get("ids", [])), *of_files)


def _standard(name: str, where: str, *, third_party: bool = False) -> Standard:
    known = list(list_standards().index)
    if name not in known:
        near = ", ".join(map(repr, difflib.get_close_matches(name, known, n=3, cutoff=0.4) or known))
        msg = f"{where}: there is no standard {name!r}; did you mean {near}? Files of your own stand under files="
        raise FileError(msg)
    return load_standard(name, third_party=third_party)


def _inputs_of(file: StudyFile) -> list[StudyInput]:
    """The files of a study, facilities in the order of trust."""
    told, counted = file.sections["inputs"], file.sections["study"]
    people = {key: counted[key] for key in ("people_base", "persons_per_household") if key in counted}
    found = list[StudyInput]()
    for role in ("streets", "facilities", "areas", "places", "boundary"):
        rows = told.get(role, [])
        for row in rows if isinstance(rows, list) else [rows]:
            origin = {key: str(row[key]) for key in PROVENANCE if key in row}
            options = {key: _option(key, row[key], file) for key in row if key not in {*PROVENANCE, "path"}}
            if role in {"areas", "places"} and "path" in row:
                options = {**people, **options}
            found.append(StudyInput(role, file.resolve(row["path"]) if "path" in row else None, options, origin))
    rasters = file.list_of("inputs", "heights")
    return [*found, *(StudyInput("heights", file.resolve(one), {}, {}) for one in rasters)]


def _option(key: str, value: Any, file: StudyFile) -> Any:
    """The value of a key as the reader takes it."""
    if key == "rules":
        return file.resolve(value)
    if key == "header" and isinstance(value, list):
        return (value[0], value[-1])
    if key == "control_points":
        return tuple((tuple(grid), tuple(place)) for grid, place in value)
    return value
