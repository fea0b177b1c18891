"""Commands that run a study as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tenmin.cli._app import Debug, Language, app, report_errors, say
from tenmin.cli._translation import CommandInLanguage

__all__ = ["compare", "run"]

_TOLD = 10
"""Problems of which the command says what became of them; the ledger says it of all."""
StudyPath = Annotated[Path, typer.Argument(metavar="STUDY", help="The file of a study, such as study.toml.")]


@app.command(cls=CommandInLanguage)
def run(
    study: StudyPath,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Where the results go, instead of the folder that the study names."),
    ] = None,
    changes: Annotated[Path | None, typer.Option(help="A scenario: a .json file of changes to the study.")] = None,
    lang: Language = None,
    debug: Debug = False,
) -> None:
    """Run a study: who is served, the gaps, the circles and the verdicts; write the map, tables, layers and sources.

    The ledger of problems that the study names is carried on, unless it is run with changes.
    """
    from tenmin.plans.changes import read_changes
    from tenmin.study.definition import read_study
    from tenmin.study.ledger_book import check_ledger, update_ledger
    from tenmin.study.scenarios import apply_changes
    from tenmin.study.survey import check_same_study, survey
    from tenmin.support.files import check_folder

    with report_errors(lang, debug=debug) as chosen:
        given = read_study(study)
        folder = out or given.folder or study.with_name(f"{study.stem}-results")
        told = given.lang if lang is None else chosen
        planned = None if changes is None else read_changes(changes)
        say("reading", told, path=", ".join(one.path.name for one in given.given if one.path))
        asked = given if planned is None else apply_changes(given, planned)
        check_folder(folder)
        check_same_study(folder, asked)
        ledger = asked.ledger if asked.changes is None else None
        if ledger is not None:
            check_ledger(ledger, asked.id, asked.notes)
        found = survey(asked)
        say("found", told, network=repr(found.network), facilities=len(found.facilities))
        say("measuring", told)
        for line in ["", *found.summary(lang=told), ""]:
            typer.echo(line)
        say("writing", told)
        found.save(folder, lang=told)
        say("written", told, path=folder / "review.html")
        if ledger is not None:
            problems = update_ledger(found, lang=told)
            say("ledger", told, path=ledger, states=problems.count_states(told))
            for line in [*problems.remarks, *problems.changed[:_TOLD]]:
                typer.echo(f"  {line}")
            if len(problems.changed) > _TOLD:
                say("ledger_more", told, count=len(problems.changed) - _TOLD)
            if problems.kept is not None:
                say("ledger_kept", told, path=problems.kept)


@app.command(cls=CommandInLanguage)
def compare(
    before: Annotated[Path, typer.Argument(help="A study (.toml), or the folder of its results.")],
    after: Annotated[
        Path, typer.Argument(help="Another study, a folder of results, or a scenario (.json) of the first study.")
    ],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Where the tables and the layer go.")] = None,
    lang: Language = None,
    debug: Debug = False,
) -> None:
    """Compare two studies: who is won and lost, and how much of that each input causes.

    The studies of saved results that differ in several inputs are run again, if their files are what they were.
    """
    from tenmin.study.comparison import compare_files
    from tenmin.support.files import check_folder

    with report_errors(lang, debug=debug) as chosen:
        if out is not None:
            check_folder(out)
        found = compare_files(before, after)
        told = found.before.lang if lang is None else chosen
        for line in found.summary(lang=told):
            typer.echo(line)
        if out is not None:
            found.save(out, lang=told)
            say("written_comparison", told, path=out)
