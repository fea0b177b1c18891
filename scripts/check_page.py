"""Checks the scripts of the review map as the page joins them: slips by oxlint, types by TypeScript, and lines a file.

Prints a line for each fault and ends with 1 if there is any.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tenmin.outputs.maps._page import SCRIPTS, page_file

LINES = 400
"""The most lines of a script."""
RULES = {
    "plugins": ["oxc"],
    "env": {"browser": True, "es2020": True},
    "globals": {"L": "readonly"},
    "categories": {"correctness": "error", "suspicious": "error"},
    "rules": {
        "no-undef": "error",
        "no-redeclare": "error",
        "no-unused-vars": ["error", {"args": "after-used"}],
        "eqeqeq": "error",
        "no-var": "error",
        "prefer-const": "error",
        "complexity": ["error", {"max": 24}],
        "no-shadow": "off",  # the page is one scope; a short name in a function means what stands there
        "no-underscore-dangle": "off",  # Leaflet's own names
    },
}
TYPES = {
    "compilerOptions": {
        "checkJs": True,
        "strict": False,  # no type need be written: what a name is follows from what it is given
        "noImplicitReturns": True,
        "noImplicitThis": True,
        "lib": ["dom", "dom.iterable", "es2020"],
        "types": ["./globals.d.ts"],
    }
}
GLOBALS = """
declare const L: any;
interface Window { map_tenmin: any; $: any }
interface EventTarget { closest(selectors: string): any }
interface Element { disabled?: boolean }
"""
"""What the scripts find around them; every target of an event of the page is an element."""
SLIP = re.compile(r"^[^:]*joined\.js:(\d+):(\d+): (.*)$", re.MULTILINE)
MISMATCH = re.compile(r"^(TS\d+) \[ERROR\]: ((?:.|\n)*?)\n +at \S*joined\.js:(\d+):(\d+)$", re.MULTILINE)


def faults_of_length() -> Iterator[str]:
    """The scripts that are too long."""
    for name in SCRIPTS:
        lines = page_file(name).count("\n")
        if lines > LINES:
            yield f"{name} has {lines} lines; {LINES} are the most"


def faults_of_lint(sources: list[str], folder: Path) -> Iterator[str]:
    """What oxlint finds in the joined scripts, by file and line."""
    rules = folder / "rules.json"
    rules.write_text(json.dumps(RULES), encoding="utf-8")
    run = _run("oxlint", "--config", rules, "--format", "unix", folder / "joined.js")
    yield from _told(sources, run, [(int(line), column, text) for line, column, text in SLIP.findall(run.stdout)])


def faults_of_types(sources: list[str], folder: Path) -> Iterator[str]:
    """What TypeScript, as deno has it, finds in the joined scripts, by file and line."""
    config = folder / "types.json"
    config.write_text(json.dumps(TYPES), encoding="utf-8")
    (folder / "globals.d.ts").write_text(GLOBALS, encoding="utf-8")
    run = _run(
        "deno", "check", "--no-lock", "--no-remote", "--config", config, folder / "joined.js", DENO_DIR=str(folder)
    )
    found = [(int(line), column, f"{code}: {text}") for code, text, line, column in MISMATCH.findall(run.stderr)]
    yield from _told(sources, run, found)


def _run(tool: str, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a tool of this environment in plain text."""
    return subprocess.run(
        [Path(sysconfig.get_path("scripts"), tool), *arguments],
        check=False, capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1", **environment},
    )  # fmt: skip


def _told(
    sources: list[str], run: subprocess.CompletedProcess[str], found: list[tuple[int, str, str]]
) -> Iterator[str]:
    """Tell what a tool found, or that it failed."""
    if run.returncode and not found:
        yield f"{run.args[0]} ended with {run.returncode}: {(run.stderr or run.stdout).strip()}"
    for line, column, message in found:
        name, row = _place(sources, line)
        yield f"{name}:{row}:{column}: {message}"


def _place(sources: list[str], line: int) -> tuple[str, int]:
    """Return the script and the line in it of a line of the joined scripts."""
    for name, source in zip(["the head", *SCRIPTS, "the end"], sources, strict=True):
        lines = source.count("\n") + 1
        if line <= lines:
            return name, line
        line -= lines
    return "the end", line


def main() -> int:
    """Print the faults and return whether there are any."""
    sources = [
        "(() => {\n'use strict';\nconst LEAFLET_IMAGES = {};\n",
        *(page_file(name) for name in SCRIPTS),
        "})();\n",
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "joined.js").write_text("\n".join(sources), encoding="utf-8")
        faults = [*faults_of_length(), *faults_of_lint(sources, folder), *faults_of_types(sources, folder)]
    print("\n".join(faults) or "the scripts of the map are as they should be")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
