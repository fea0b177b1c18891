"""The command line: commands read files, call the public verbs, write the results and say what they did.

A command is a function in `_walk_commands` or `_rule_commands` with a decorator; what it says stands in `texts.toml`,
in both languages. Nothing is measured here.
"""

from __future__ import annotations

from tenmin.cli import _rule_commands, _walk_commands  # noqa: F401  importing them adds their commands to the app
from tenmin.cli._app import app

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line; a mistake in its use ends with exit code 2."""
    app()
