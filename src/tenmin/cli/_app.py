"""The application: messages, handling of errors, and options that several commands share."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from tenmin.cli._translation import GroupInLanguage, translate
from tenmin.support.errors import InputError, ServiceError, TenminError, TenminWarning
from tenmin.support.files import read_toml, shipped_file
from tenmin.support.language import Lang, choose_language, fill

__all__ = ["TEXTS", "Debug", "Lang", "Language", "Out", "app", "choose_language", "report_errors", "say"]

EXITS = {InputError: 3, ServiceError: 4, TenminError: 5}
EXIT_INTERNAL = 6

Out = Annotated[Path, typer.Option("--out", "-o", help="Where the results go.")]
Language = Annotated[Lang | None, typer.Option("--lang", help="Language of what is shown; else that of the system.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]

app = typer.Typer(
    cls=GroupInLanguage,
    help="Who cannot reach which service on foot in ten minutes, and why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
TEXTS: dict[str, dict[str, str]] = read_toml(shipped_file("tenmin.cli", "texts.toml"))
"""Messages of the commands, in both languages."""


def say(key: str, lang: Lang, **values: object) -> None:
    """Print a message of `texts.toml`.

    Parameters
    ----------
    key
        Key of the message.
    lang
        "zh" or "en".
    **values
        Values of its placeholders; texts among them are translated if they are known.
    """
    told = {name: translate(value, lang) if isinstance(value, str) else value for name, value in values.items()}
    typer.echo(fill(TEXTS[key][lang], **told))


@contextmanager
def report_errors(lang: Lang | None, *, debug: bool) -> Iterator[Lang]:
    """Report an error as a message with an exit code, and warnings as lines of text, in the language that it gives.

    Parameters
    ----------
    lang
        The language asked for, or None for that of the system.
    debug
        Whether errors are raised as they are.
    """
    chosen = choose_language(lang)

    def show(message: Warning | str, *_args: object, **_kwargs: object) -> None:
        typer.echo(f"! {translate(str(message), chosen)}", err=True)

    with warnings.catch_warnings():
        warnings.simplefilter("always", TenminWarning)
        warnings.showwarning = show
        try:
            yield chosen
        except TenminError as error:
            if debug:
                raise
            lines = (translate(line.strip(), chosen) for line in str(error).splitlines())
            typer.echo("tenmin: " + "\n  ".join(lines), err=True)
            raise typer.Exit(next(code for kind, code in EXITS.items() if isinstance(error, kind))) from None
        except Exception as error:
            if debug or isinstance(error, typer.Exit | typer.BadParameter | BrokenPipeError):
                raise
            typer.echo(f"tenmin: {type(error).__name__}: {error}\n{TEXTS['internal'][chosen]}", err=True)
            raise typer.Exit(EXIT_INTERNAL) from None
