"""Commands for standards, compliance and templates."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from tenmin.cli._app import Debug, Language, Out, app, report_errors, say
from tenmin.cli._table_options import (
    Complete,
    Datums,
    Headers,
    Large,
    PeopleBase,
    Persons,
    Sheets,
    TableOptions,
    Within,
    WithOsm,
    read_tables,
    report_remarks,
)
from tenmin.cli._translation import CommandInLanguage, GroupInLanguage
from tenmin.support.language import Lang

if TYPE_CHECKING:
    import pandas as pd

    from tenmin.measures.compliance import Compliance

__all__ = ["categories", "compliance", "name_tables", "template", "write_compliance"]

ThirdParty = Annotated[
    bool, typer.Option("--third-party", help="With the clauses only seen in somebody's program or transcription.")
]

standards = typer.Typer(
    cls=GroupInLanguage, help="Standards of community services, as data to audit.", no_args_is_help=True
)
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
    from tenmin.outputs.tables import in_words
    from tenmin.outputs.verdict_tables import compliance_as_text, compliance_tables
    from tenmin.support.files import make_folder
    from tenmin.support.writing import write_table

    folder = make_folder(out)
    for line in compliance_as_text(found, lang):
        typer.echo(line)
    for name, table in compliance_tables(found, lang).items():
        write_table(in_words(table, lang), folder / f"{name}.csv")


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


@standards.command("list", cls=CommandInLanguage)
def list_all(lang: Language = None, debug: Debug = False) -> None:
    """List the standards that ship, with the evidence they rest on."""
    from tenmin.inputs.standards import list_standards
    from tenmin.outputs.verdict_tables import standards_as_text

    with report_errors(lang, debug=debug) as chosen:
        for line in standards_as_text(list_standards(), chosen):
            typer.echo(line)


@standards.command("show", cls=CommandInLanguage)
def show(
    name: Annotated[str, typer.Argument(metavar="ID|FILE", help="An id of the list, or a .toml or .xlsx file.")],
    third_party: ThirdParty = False,
    lang: Language = None,
    debug: Debug = False,
) -> None:
    """Show the clauses of a standard, and where each figure comes from."""
    from tenmin.inputs.services import load_catalogue
    from tenmin.inputs.standards import describe_standard, load_standard

    with report_errors(lang, debug=debug) as chosen:
        names = {key: getattr(category, chosen) for key, category in load_catalogue().items()}
        for line in describe_standard(load_standard(name, third_party=third_party), chosen, names=names):
            typer.echo(line)


@standards.command("check", cls=CommandInLanguage)
def check(file: Path, lang: Language = None, debug: Debug = False) -> None:
    """Check a standard's file (.toml or .xlsx): every clause, its fields, its source and its subject."""
    from tenmin.inputs.services import load_catalogue
    from tenmin.inputs.standards import check_standard_file
    from tenmin.inputs.walkers import Walker

    with report_errors(lang, debug=debug) as chosen:
        found = check_standard_file(file, set(load_catalogue()))
        Walker.preset(found.walker)
        say("checked", chosen, path=file, standard=found.id, clauses=len(found.clauses))


@standards.command("new", cls=CommandInLanguage)
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

    with report_errors(lang, debug=debug) as chosen:
        today = date.today().isoformat()
        for path in write_blank_standard(name, make_folder(out), who=who, on=on or today):
            say("made", chosen, path=path)


@app.command(cls=CommandInLanguage)
def categories(
    word: Annotated[str | None, typer.Argument(help="A word, to see which category it names.")] = None,
    lang: Language = None,
    debug: Debug = False,
) -> None:
    """List the words that a table may use for the category of a facility."""
    from tenmin.inputs.services import name_category, suggest_categories
    from tenmin.inputs.templates import list_words
    from tenmin.outputs.tables import words_as_text
    from tenmin.support.errors import CategoryError

    with report_errors(lang, debug=debug) as chosen:
        words = list_words()
        if word is not None:
            key = name_category(word)
            if key is None:
                near = ", ".join(map(repr, suggest_categories(word)))
                msg = f"{word!r} names no category" + (f"; did you mean {near}?" if near else "")
                raise CategoryError(msg)
            words = words[words["key"] == key]
        for line in words_as_text(words, chosen):
            typer.echo(line)


@app.command(cls=CommandInLanguage)
def template(folder: Path, lang: Language = None, debug: Debug = False) -> None:
    """Write the spreadsheets of facilities, communities and housing estates to fill in, and a study of them."""
    from tenmin.inputs.templates import write_template

    with report_errors(lang, debug=debug) as chosen:
        for path in write_template(folder, lang=chosen):
            say("made", chosen, path=path)


@app.command(cls=CommandInLanguage)
def compliance(
    standard: Annotated[str, typer.Argument(metavar="ID|FILE", help="An id of `standards list`, or a file.")],
    areas: Annotated[Path, typer.Option(help="Communities: a table with households, people, parent, kind.")],
    facilities: Annotated[
        list[Path],
        typer.Option(help="Register of facilities, with the community of each; may be repeated, most trusted first."),
    ],
    complete: Complete = None,
    streets: Annotated[Path | None, typer.Option(help="OpenStreetMap extract, for clauses that walk.")] = None,
    places: Annotated[Path | None, typer.Option(help="Homes with people, for clauses that walk.")] = None,
    with_osm: WithOsm = False,
    datum: Datums = None,
    sheet: Sheets = None,
    header: Headers = None,
    people_base: PeopleBase = None,
    persons_per_household: Persons = None,
    large: Large = None,
    within: Within = False,
    third_party: ThirdParty = False,
    out: Out = Path("compliance"),
    lang: Language = None,
    debug: Debug = False,
) -> None:
    """Check communities against a standard; write the verdicts, the grades and the totals."""
    from tenmin.inputs.facilities import combine_facilities, find_facilities
    from tenmin.inputs.osm import read_osm
    from tenmin.inputs.standards import load_standard
    from tenmin.measures.compliance import check_standard
    from tenmin.network import WalkNetwork
    from tenmin.outputs.verdict_tables import completeness_as_text
    from tenmin.support.files import check_folder
    from tenmin.support.result_sets import writing_results

    if with_osm and streets is None:
        msg = "it needs --streets"
        raise typer.BadParameter(msg, param_hint="'--with-osm'")
    people = {"people_base": people_base, "persons_per_household": persons_per_household}
    files = [*facilities, areas, *([places] if places else [])]
    options = TableOptions(files, datum or [], sheet or [], header or [], complete or [], people)
    with report_errors(lang, debug=debug) as chosen:
        check_folder(out)
        rules = load_standard(standard, third_party=third_party)
        tables = read_tables(facilities, areas, places, options, chosen, large=large, within=within)
        town = read_osm(streets) if streets else None
        mapped = [find_facilities(town)] if town is not None and with_osm else []
        known = [*tables.registers, *mapped]
        found = check_standard(
            rules,
            cast("pd.DataFrame", tables.areas),
            known[0] if len(known) == 1 else combine_facilities(*known),
            network=None if town is None else WalkNetwork.from_osm(town, walker=rules.walker),
            places=tables.places,
        )
        with writing_results(out) as folder:
            write_compliance(found, folder, chosen)
            report_remarks(tables.remarks, folder, out, chosen)
        name_tables(found, out, chosen)
        for line in completeness_as_text([found], chosen):
            typer.echo(line)
