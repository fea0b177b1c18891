"""The tables of a command: the options that say how they are read, and what was noted while they were read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tenmin.cli._app import say
from tenmin.cli._translation import translate
from tenmin.support.language import Lang

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

__all__ = [
    "Complete",
    "Datums",
    "Facilities",
    "Headers",
    "Large",
    "PeopleBase",
    "Persons",
    "Sheets",
    "TableOptions",
    "Tables",
    "WithOsm",
    "Within",
    "read_tables",
    "report_remarks",
]

Facilities = Annotated[
    list[Path] | None,
    typer.Option(help="A table of facilities (.xlsx, .csv, .gpkg ...); may be repeated, the most trusted first."),
]
WithOsm = Annotated[bool, typer.Option("--with-osm", help="Add the facilities of OpenStreetMap to the tables.")]
Complete = Annotated[
    list[str] | None,
    typer.Option(
        help="Category of which the first table lists every facility; FILE=CATEGORY for another table; may be repeated."
    ),
]
Datums = Annotated[
    list[str] | None,
    typer.Option(
        "--datum",
        help="Datum of coordinates: wgs84, gcj02 or bd09; FILE=DATUM for one of several tables. "
        "If not given, the one that the table names, else wgs84.",
    ),
]
Sheets = Annotated[
    list[str] | None,
    typer.Option(
        "--sheet", help="Sheet of a workbook, * for all of them; FILE=SHEET for one of several tables; may be repeated."
    ),
]
Headers = Annotated[
    list[str] | None,
    typer.Option("--header", help="Row of the headings, such as 3 or 3-4; FILE=ROW for one of several tables."),
]
PeopleBase = Annotated[
    str | None, typer.Option(help="Whom the people count, where a table has several: 常住, 实有, 户籍 or 总人口.")
]
Persons = Annotated[
    float | None, typer.Option(help="People of a household, for tables that give households and no people.")
]
Large = Annotated[
    Literal["inner"] | None,
    typer.Option(help="inner: people of an estate over 2 ha walk from a point inside it; refused if not given."),
]
Within = Annotated[
    bool, typer.Option("--within", help="Leave out facilities and homes outside the communities of --areas.")
]


@dataclass(frozen=True)
class TableOptions:
    """How the tables of a command are read."""

    files: Sequence[Path]
    """All tables of the command, those of facilities first."""
    datum: Sequence[str] = ()
    sheet: Sequence[str] = ()
    header: Sequence[str] = ()
    complete: Sequence[str] = ()
    people: dict[str, Any] = field(default_factory=dict)
    """people_base and persons_per_household."""

    def __post_init__(self) -> None:
        """Refuse values that name a file which is no table of the command."""
        for name in ("datum", "sheet", "header", "complete"):
            for value in getattr(self, name):
                self._file_of(value, name)

    def of(self, path: Path) -> dict[str, Any]:
        """Return the arguments by which one file is read."""
        datum, header = self._values("datum", path), self._values("header", path)
        return {
            "datum": datum[-1] if datum else None,
            "sheet": self._values("sheet", path) or None,
            "header": _parse_header(header[-1]) if header else None,
        }

    def complete_in(self, path: Path) -> list[str] | None:
        """Return the categories for which a table of facilities is complete; those without a file are of the first."""
        values = self._values("complete", path) if path == self.files[0] else self._own_values("complete", path)
        return values or None

    def _values(self, name: str, path: Path) -> list[str]:
        """Return what an option says of a file: of this file, else of all."""
        every = [value for value in getattr(self, name) if self._file_of(value, name) is None]
        own = self._own_values(name, path)
        return [*every, *own] if name == "complete" else own or every

    def _own_values(self, name: str, path: Path) -> list[str]:
        values: Sequence[str] = getattr(self, name)
        return [value.partition("=")[2] for value in values if self._file_of(value, name) == path]

    def _file_of(self, value: str, name: str) -> Path | None:
        file, found, _ = value.partition("=")
        if not found:
            return None
        path = next((path for path in self.files if file in {path.name, str(path)}), None)
        if path is None:
            known = ", ".join(path.name for path in self.files)
            msg = f"{file} is no table of this command; they are {known}"
            raise typer.BadParameter(msg, param_hint=f"'--{name}'")
        return path


def _parse_header(text: str) -> int | tuple[int, int]:
    found = re.fullmatch(r"(\d+)(?:-(\d+))?", text)
    if found is None:
        msg = f"{text!r} is no row; give a number such as 3, or 3-4 for two rows of headings"
        raise typer.BadParameter(msg, param_hint="'--header'")
    return int(found[1]) if found[2] is None else (int(found[1]), int(found[2]))


@dataclass(frozen=True)
class Tables:
    """The tables of a command."""

    registers: Sequence[gpd.GeoDataFrame]
    areas: gpd.GeoDataFrame | None
    places: gpd.GeoDataFrame | None
    remarks: pd.DataFrame
    """What was left out or noted, with the file of each."""


def read_tables(
    facilities: Sequence[Path],
    areas: Path | None,
    places: Path | None,
    options: TableOptions,
    lang: Lang,
    *,
    large: Literal["inner"] | None = None,
    within: bool = False,
) -> Tables:
    """Return the tables of a command, and say how many rows and remarks each has.

    Parameters
    ----------
    facilities, areas, places
        The files.
    options
        How they are read.
    lang
        "zh" or "en".
    large
        As in `read_places`.
    within
        Whether facilities and homes outside the communities are left out.
    """
    from tenmin.inputs.areas import read_areas
    from tenmin.inputs.communities import within_communities
    from tenmin.inputs.facilities import read_facilities
    from tenmin.inputs.places import read_places

    communities = read_areas(areas, **options.of(areas), **options.people) if areas else None
    registers = [
        read_facilities(path, complete=options.complete_in(path), **options.of(path)).sort_index()
        for path in facilities
    ]
    homes = read_places(places, large=large, **options.of(places), **options.people).sort_index() if places else None
    if within and communities is not None:
        registers = [within_communities(one, communities) for one in registers]
        homes = homes if homes is None else within_communities(homes, communities)
    read = [*zip(facilities, registers, strict=True), (areas, communities), (places, homes)]
    return Tables(registers, communities, homes, _remarks_on(read, lang))


def _remarks_on(read: Sequence[tuple[Path | None, gpd.GeoDataFrame | None]], lang: Lang) -> pd.DataFrame:
    """Return the remarks on all tables that were given, and say how many each has."""
    import pandas as pd

    from tenmin.support.contracts import list_remarks

    found = [pd.DataFrame()]
    for path, table in read:
        if path is not None and table is not None:
            remarks = list_remarks(table)
            say("read", lang, path=path, rows=len(table), remarks=len(remarks))
            found += [pd.DataFrame({"file": path.name}, index=remarks.index).join(remarks)] * bool(len(remarks))
    return pd.concat(found, ignore_index=True)


def report_remarks(remarks: pd.DataFrame, folder: Path, out: Path, lang: Lang) -> None:
    """Write what was left out or noted as `remarks.csv` to a folder, unless there is nothing.

    Parameters
    ----------
    remarks
        As in `Tables`.
    folder
        The folder that it is written to, which exists.
    out
        The folder that it is found in afterwards.
    lang
        Language of headings and reasons, "zh" or "en".
    """
    from tenmin.outputs.tables import in_words
    from tenmin.support.writing import write_table

    if len(remarks):
        told = remarks.assign(reason=[translate(reason, lang) for reason in remarks["reason"]])
        write_table(in_words(told, lang), folder / "remarks.csv")
        say("remarks", lang, count=len(remarks), path=out / "remarks.csv")
