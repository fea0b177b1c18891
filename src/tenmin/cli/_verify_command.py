"""The command that says whether the files in a folder of results are of one run, and mends them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tenmin.cli._app import Debug, Language, app, report_errors, say
from tenmin.cli._translation import CommandInLanguage

__all__ = ["verify"]


@app.command(cls=CommandInLanguage)
def verify(
    folder: Annotated[Path, typer.Argument(help="A folder of results, as --out named it.")],
    undo: Annotated[
        bool, typer.Option("--undo", help="Put the last results back, also where the new ones could be finished.")
    ] = False,
    lang: Language = None,
    debug: Debug = False,
) -> None:
    """Say whether results are whole, old or mixed; finish or undo a run that was interrupted and runs no more."""
    from tenmin.support.errors import OutputError
    from tenmin.support.result_sets import examine_results, mend_results

    with report_errors(lang, debug=debug) as chosen:
        found = examine_results(folder)
        say(f"verify_{found.state}", chosen, path=folder, files=len(found.files))
        mend_results(folder, undo=undo)
        if found.interrupted:
            say("verify_finished" if found.complete and not undo else "verify_undone", chosen, path=folder)
        if found.changed:
            msg = f"{folder}: {', '.join(found.changed)} missing or changed since the run; run it again"
            raise OutputError(msg)
