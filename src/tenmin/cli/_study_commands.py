"""Commands that run a study as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tenmin.cli._app import Debug, Language, app, report_errors, say
from tenmin.cli._translation import CommandInLanguage

__all__ = ["run"]

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
    """Run a study: who is served, the gaps, the circles and the verdicts; write the map, tables, layers and sources."""
    from tenmin.plans.changes import read_changes
    from tenmin.study.definition import read_study
    from tenmin.study.scenarios import apply_changes
    from tenmin.study.survey import check_same_study, survey

    with report_errors(lang, debug=debug) as chosen:
        given = read_study(study)
        folder = out or given.folder or study.with_name(f"{study.stem}-results")
        told = given.lang if lang is None else chosen
        planned = None if changes is None else read_changes(changes)
        say("reading", told, path=", ".join(one.path.name for one in given.given if one.path))
        asked = given if planned is None else apply_changes(given, planned)
        check_same_study(folder, asked)
        found = survey(asked)
        say("found", told, network=repr(found.network), facilities=len(found.facilities))
        say("measuring", told)
        for line in ["", *found.summary(lang=told), ""]:
            typer.echo(line)
        say("writing", told)
        found.save(folder, lang=told)
        say("written", told, path=folder / "review.html")
