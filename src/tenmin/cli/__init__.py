"""The commands of tenmin; thin: they read, call the verbs, write and say what they did."""

from __future__ import annotations

from tenmin.cli import rules, walking
from tenmin.cli.app import app

__all__ = ["app", "main", "rules", "walking"]


def main() -> None:
    """Run the command line; a mistake in its use ends with exit code 2."""
    app()
