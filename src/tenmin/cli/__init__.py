"""The command line: commands read files, call public functions, write the results and report them.

A command is a decorated function in a module such as `_walk_commands`; its messages are in `texts.toml`, in both
languages. Nothing is measured here.
"""

from __future__ import annotations

from tenmin.cli import _rule_commands, _study_commands, _verify_command, _walk_commands  # noqa: F401  imported to register their commands
from tenmin.cli._app import app

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line; errors of usage end with exit code 2."""
    app()
