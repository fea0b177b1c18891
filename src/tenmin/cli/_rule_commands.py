"""Commands for standards, compliance and templates."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tenmin.cli._app import Debug, Lang, Language, Out, app, choose_language, report_errors, say

if TYPE_CHECKING:
    from tenmin.measures.compliance import Compliance

__all__ = ["compliance", "name_tables", "template", "write_compliance"]

Datum = Literal["wgs84", "gcj02", "bd09"]
DatumName = Annotated[Datum, typer.Option(help="Datum of the coordinates of the tables.")]
ThirdParty = Annotated[
    bool, typer.Option("--third-party", help="With the clauses only seen in somebody's program or transcription.")
]

standards = typer.Typer(help="Standards of community services, as data to audit.", no_args_is_help=True)
app.add_typer(standards, name="standards")


def write_compliance(found: Compliance, out: Path, lang: Lang) -> None:
    """Print the number of communities that pass each clause, and write the tables to a folder, made if need be.

    Parameters
    ----------
    found
        As from `check_standard`.
    out
        The folder.
    lang
        "zh" or "en".
    """
    from tenmin.outputs.tables import compliance_as_text, compliance_tables
    from tenmin.support.files import make_folder
    from tenmin.support.writing import write_table

    folder = make_folder(out)
    for line in compliance_as_text(found, lang):
        typer.echo(line)
    for name, table in compliance_tables(found, lang).items():
        write_table(table, folder / f"{name}.csv")


def name_tables(found: Compliance, folder: Path, lang: Lang) -> None:
    """Print where the tables are.

    Parameters
    ----------
    found
        As from `check_standard`.
    folder
        The folder.
    lang
        "zh" or "en".
    """
    if len(found.contradictions):
        say(
            "contradictions", lang, count=found.contradictions["facility"].nunique(), path=folder / "contradictions.csv"
        )
    say("tables", lang, path=folder)


@standards.command("list")
def list_all(lang: Language = None, debug: Debug = False) -> None:
    """List the standards that ship, with the evidence they rest on."""
    from tenmin.inputs.standards import list_standards
    from tenmin.outputs.tables import standards_as_text

    with report_errors(debug=debug):
        for line in standards_as_text(list_standards(), choose_language(lang)):
            typer.echo(line)


@standards.command("show")
def show(
    name: Annotated[str, typer.Argument(metavar="ID|FILE", help="An id of the list, or a .toml or .xlsx file.")],
    third_party: ThirdParty = False,
    lang: Language = None,
    debug: Debug = False,
) -> None:
    """Show the clauses of a standard, and where each figure comes from."""
    from tenmin.inputs.services import load_catalogue
    from tenmin.inputs.standards import describe_standard, load_standard

    with report_errors(debug=debug):
        chosen = choose_language(lang)
        names = {key: getattr(category, chosen) for key, category in load_catalogue().items()}
        for line in describe_standard(load_standard(name, third_party=third_party), chosen, names=names):
            typer.echo(line)


@standards.command("check")
def check(file: Path, lang: Language = None, debug: Debug = False) -> None:
    """Check a standard's file (.toml or .xlsx): every clause, its fields, its source and its subject."""
    from tenmin.inputs.services import load_catalogue
    from tenmin.inputs.standards import check_standard_file
    from tenmin.inputs.walkers import Walker

    with report_errors(debug=debug):
        found = check_standard_file(file, set(load_catalogue()))
        Walker.preset(found.walker)
        say("checked", choose_language(lang), path=file, standard=found.id, clauses=len(found.clauses))


@standards.command("new")
def new(
    name: Annotated[str, typer.Argument(metavar="ID", help="Small letters, digits and _, such as gb50180_2018_annex.")],
    who: Annotated[str, typer.Option(help="Who fills it in; it stands with every clause.")],
    on: Annotated[str | None, typer.Option(help="When, such as 2026-11-22; today if not given.")] = None,
    out: Out = Path(),
    lang: Language = None,
    debug: Debug = False,
) -> None:
    """Write an empty table, as workbook and as TOML, to fill in from a printed standard."""
    from tenmin.inputs.standards import write_blank_standard
    from tenmin.support.files import make_folder

    with report_errors(debug=debug):
        today = date.today().isoformat()
        for path in write_blank_standard(name, make_folder(out), who=who, on=on or today):
            say("made", choose_language(lang), path=path)


@app.command()
def template(folder: Path, lang: Language = None, debug: Debug = False) -> None:
    """Write the spreadsheets of facilities, communities and housing estates to fill in, and a study of them."""
    from tenmin.inputs.templates import write_template

    with report_errors(debug=debug):
        chosen = choose_language(lang)
        for path in write_template(folder, lang=chosen):
            say("made", chosen, path=path)


@app.command()
def compliance(
    standard: Annotated[str, typer.Argument(metavar="ID|FILE", help="An id of `standards list`, or a file.")],
    areas: Annotated[Path, typer.Option(help="Communities: a table with households, people, parent, kind.")],
    facilities: Annotated[Path, typer.Option(help="Register of facilities, with the community of each.")],
    complete: Annotated[
        list[str] | None, typer.Option(help="Category of which the register lists every one; may be repeated.")
    ] = None,
    streets: Annotated[Path | None, typer.Option(help="OpenStreetMap extract, for clauses that walk.")] = None,
    places: Annotated[Path | None, typer.Option(help="Homes with people, for clauses that walk.")] = None,
    datum: DatumName = "wgs84",
    third_party: ThirdParty = False,
    out: Out = Path("compliance"),
    lang: Language = None,
    debug: Debug = False,
) -> None:
    """Check communities against a standard; write the verdicts, the grades and the totals."""
    from tenmin.inputs.areas import read_areas
    from tenmin.inputs.facilities import read_facilities
    from tenmin.inputs.places import read_places
    from tenmin.inputs.standards import load_standard
    from tenmin.measures.compliance import check_standard
    from tenmin.network import WalkNetwork
    from tenmin.outputs.tables import completeness_as_text
    from tenmin.support.result_sets import writing_results

    with report_errors(debug=debug):
        chosen = choose_language(lang)
        rules = load_standard(standard, third_party=third_party)
        found = check_standard(
            rules,
            read_areas(areas, datum=datum),
            read_facilities(facilities, datum=datum, complete=complete),
            network=WalkNetwork.from_osm(streets, walker=rules.walker) if streets else None,
            places=read_places(places, datum=datum) if places else None,
        )
        with writing_results(out) as folder:
            write_compliance(found, folder, chosen)
        name_tables(found, out, chosen)
        for line in completeness_as_text([found], chosen):
            typer.echo(line)
