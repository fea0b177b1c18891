"""Checks the scripts of the review map as the page joins them: names, dead code and slips by oxlint, and lines a file.

Prints a line for each fault and ends with 1 if there is any.
"""

from __future__ import annotations

import json
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
FOUND = re.compile(r"^[^:]*joined\.js:(\d+):(\d+): (.*)$", re.MULTILINE)


def faults_of_length() -> Iterator[str]:
    """The scripts that are too long."""
    for name in SCRIPTS:
        lines = page_file(name).count("\n")
        if lines > LINES:
            yield f"{name} has {lines} lines; {LINES} are the most"


def faults_of_lint() -> Iterator[str]:
    """What oxlint finds in the joined scripts, by file and line."""
    sources = [
        "(() => {\n'use strict';\nconst LEAFLET_IMAGES = {};\n",
        *(page_file(name) for name in SCRIPTS),
        "})();\n",
    ]
    with tempfile.TemporaryDirectory() as folder:
        script, rules = Path(folder, "joined.js"), Path(folder, "rules.json")
        script.write_text("\n".join(sources), encoding="utf-8")
        rules.write_text(json.dumps(RULES), encoding="utf-8")
        oxlint = Path(sysconfig.get_path("scripts"), "oxlint")
        run = subprocess.run(
            [oxlint, "--config", rules, "--format", "unix", script], check=False, capture_output=True, text=True
        )
    found = [(int(line), column, message) for line, column, message in FOUND.findall(run.stdout)]
    if run.returncode and not found:
        yield f"oxlint ended with {run.returncode}: {(run.stderr or run.stdout).strip()}"
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


if __name__ == "__main__":
    faults = [*faults_of_length(), *faults_of_lint()]
    print("\n".join(faults) or "the scripts of the map are as they should be")
    sys.exit(bool(faults))
