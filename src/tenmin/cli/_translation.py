"""The language of the command line, and Chinese for the English texts of errors, remarks and help.

An English text is its own key: `chinese*.toml` give the Chinese for it, with the same `{placeholders}`, so that errors
are raised in one place and in one language. A text that is not there stays English.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any, cast

import typer
from typer import rich_utils
from typer.core import TyperCommand, TyperGroup

from tenmin.support.files import read_toml, shipped_file
from tenmin.support.language import Lang, choose_language

__all__ = ["CommandInLanguage", "GroupInLanguage", "load_chinese", "translate"]

_PLACEHOLDER = re.compile(r"\{\w+\}")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_SHAPES = {
    "rows": re.compile(r"rows? \d+(?:, \d+)*(?: and \d+ more)?"),
    "value": re.compile(r"'[^']*'"),
    "quoted": _QUOTED,
}
"""What placeholders look like that may have commas and blanks of their own."""
_ALWAYS = frozenset({"quoted"})
"""Those that never look otherwise."""
_MARKS = {": ": "：", "; ": "；", ", ": "，"}
"""Marks between parts of a text, and their Chinese."""
_MOST_MARKS = 64
_JOIN = {" or ": " 或 ", " and ": " 和 "}
_JOINS = re.compile("|".join(_JOIN))
_LISTED = re.compile(r"(?:(?:'[^']*'|\.?[a-z_]+|\d+)(?:, | or | and |$))+")
"""Names alone, with commas and words between them."""
_CLAUSE = re.compile(r"([，。；：、])(?=.)")
"""Ends of clauses, after which a line of help may end: lines are broken at blanks, which Chinese has not."""
_OF_PYDANTIC = "Value error, "
"""What stands before an error of usage in some releases of typer."""
_PANELS = {
    name: str(getattr(rich_utils, name))
    for name in (
        *("ARGUMENTS_PANEL_TITLE", "OPTIONS_PANEL_TITLE", "COMMANDS_PANEL_TITLE"),
        *("DEFAULT_STRING", "REQUIRED_LONG_STRING"),
    )
}
"""English texts around the options of a command."""


@cache
def load_chinese() -> Mapping[str, str]:
    """Return the Chinese for each English text with placeholders, those with most fixed text first."""
    folder = shipped_file("tenmin.cli", "chinese.toml").parent
    sections = [section for path in sorted(folder.glob("chinese*.toml")) for section in read_toml(path).values()]
    pairs = {english: chinese for section in sections for english, chinese in section.items()}
    return dict(sorted(pairs.items(), key=lambda pair: -len(_PLACEHOLDER.sub("", pair[0]))))


def translate(text: str, lang: Lang) -> str:
    """Return a text of tenmin in a language; what its placeholders stand for is translated too, if it is known.

    A text that is not known is translated part by part, if it is put together of known ones.

    Parameters
    ----------
    text
        The English text.
    lang
        "zh" or "en".
    """
    return text if lang == "en" else _in_chinese(text)


@lru_cache(maxsize=4096)
def _in_chinese(text: str) -> str:
    for template in _templates():
        values = template.values_in(text) if template.longest in text else None
        if values is not None:
            return _fill(template.chinese, {name: _in_chinese(value) for name, value in values.items()})
    return _in_parts(text)


def _in_parts(text: str) -> str:
    """Translate what stands before and after the first mark at which either is known; "or" and "and" between names."""
    for mark, chinese in _MARKS.items():
        before, found, after = text.partition(mark)
        if found and text.count(mark) <= _MOST_MARKS:
            parts = [_in_chinese(before), _in_chinese(after)]
            if parts != [before, after]:
                return chinese.join(parts)
    return _JOINS.sub(lambda join: _JOIN[join[0]], text) if _LISTED.fullmatch(text) else text


@dataclass(frozen=True)
class _Template:
    """An English text with placeholders, in pieces, and its Chinese."""

    fixed: tuple[str, ...]
    names: tuple[str, ...]
    chinese: str
    longest: str

    def values_in(self, text: str) -> dict[str, str] | None:
        """Return what the placeholders stand for in a text, or None if it is no such text.

        Each placeholder is as short as the fixed text after it allows, so that the time is that of one pass.
        """
        fixed, names = self.fixed, self.names
        if not names:
            return {} if text == fixed[0] else None
        if not text.startswith(fixed[0]) or not text.endswith(fixed[-1]):
            return None
        end, begin, values = len(text) - len(fixed[-1]), len(fixed[0]), dict[str, str]()
        for name, after in zip(names[:-1], fixed[1:-1], strict=True):
            shaped = _SHAPES[name].match(text, begin) if name in _SHAPES else None
            found = text.find(after, shaped.end() if shaped else begin, end)
            if found < 0 or (name in _ALWAYS and not shaped):
                return None
            values[name], begin = text[begin:found], found + len(after)
        return values | {names[-1]: text[begin:end]} if begin <= end else None


@cache
def _templates() -> Sequence[_Template]:
    templates = []
    for english, chinese in load_chinese().items():
        fixed, names = _PLACEHOLDER.split(english), [name[1:-1] for name in _PLACEHOLDER.findall(english)]
        templates.append(_Template(tuple(fixed), tuple(names), chinese, max(fixed, key=len)))
    return templates


def _fill(template: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values[found[0][1:-1]], template)


def _asked_for(words: Sequence[str]) -> Lang:
    """Return the language that the words of a command line ask for, before they are parsed."""
    pairs = [*pairwise(words), *(word.split("=", 1) for word in words if "=" in word)]
    given = next((value for option, value in pairs if option == "--lang" and value in {"zh", "en"}), None)
    return choose_language(cast("Lang | None", given))


def _localise(command: CommandInLanguage | GroupInLanguage, lang: Lang) -> None:
    """Put the help of a command, its options and its subcommands into a language."""
    command.lang = lang
    command.options_metavar = translate("[OPTIONS]", lang)
    for one in (command, *command.get_params(typer.Context(command))):
        text = getattr(one, "help", None)
        if text:
            setattr(one, "help", _CLAUSE.sub(r"\1 ", translate(" ".join(text.split()), lang)))  # noqa: B010  (arguments and options differ)
    for one in getattr(command, "commands", {}).values():
        _localise(one, lang)
    for name, english in _PANELS.items():
        setattr(rich_utils, name, translate(english, lang))


class CommandInLanguage(TyperCommand):
    """A command whose help is in the language asked for."""

    lang: Lang = "en"

    def get_usage(self, ctx: Any) -> str:
        """Return the line of usage."""
        return _usage(super().get_usage(ctx), self.lang)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the options; a value that is none of the valid ones is refused with them and nothing else."""
        try:
            return super().parse_args(ctx, args)
        except typer.BadParameter as error:
            error.message = error.message.removeprefix(_OF_PYDANTIC)
            raise


class GroupInLanguage(TyperGroup):
    """A group of commands whose help and errors of usage are in the language asked for."""

    lang: Lang = "en"

    def get_usage(self, ctx: Any) -> str:
        """Return the line of usage."""
        return _usage(super().get_usage(ctx), self.lang)

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        """Run the command line in the language that it asks for."""
        _localise(self, _asked_for(sys.argv[1:] if args is None else args))
        if self.lang == "en":
            return super().main(args, *rest, **extra)
        try:
            code = super().main(args, *rest, **{**extra, "standalone_mode": False})
        except typer.Abort:
            code = 1
        except Exception as error:
            if not hasattr(error, "format_message"):
                raise
            code = _report_usage(error, self.lang)
        sys.exit(code or 0)


def _usage(line: str, lang: Lang) -> str:
    head, _, rest = line.partition(": ")
    return f"{translate(f'{head}: ', lang)}{rest}"


def _report_usage(error: Any, lang: Lang) -> int:
    """Print an error of usage, with the way to the help; return its exit code."""
    context, message = getattr(error, "ctx", None), translate(error.format_message(), lang)
    if message:
        hint = f"Try '{context.command_path} --help' for help." if context else ""
        typer.echo("\n".join(filter(None, (message, translate(hint, lang)))), err=True)
    return int(error.exit_code)
