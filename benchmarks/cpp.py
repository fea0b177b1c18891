"""The searches written in C++, built when a compiler is there, and what they took."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCE = Path(__file__).parent / "search.cpp"
OPTIONS = ("-O3", "-march=native", "-std=c++17")
HUGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
"""Large arrays get huge pages where the system has them, as numpy's do."""
QUEUES = ("indexed", "lazy", "buckets")


@dataclass(frozen=True)
class Took:
    """What the searches took: median seconds of a pass over all sources, peak memory in MB, nodes reached."""

    seconds: float
    peak: float
    reached: int


@cache
def program() -> Path | None:
    """Return the program, built anew if its source is newer than it, or None without g++."""
    compiler, made = shutil.which("g++"), ROOT / ".venv" / "search-cpp"
    if compiler is None:
        return None
    if not made.exists() or made.stat().st_mtime < SOURCE.stat().st_mtime:
        made.parent.mkdir(exist_ok=True)
        subprocess.run([compiler, *OPTIONS, "-o", str(made), str(SOURCE)], check=True)
    return made


def version() -> str:
    """Return the compiler and its options, or that there is none."""
    if program() is None:
        return "no g++"
    said = subprocess.run(["g++", "-dumpfullversion"], check=True, capture_output=True, text=True).stdout
    return f"g++ {said.strip()} {' '.join(OPTIONS)}"


def search(queue: str, problem: str, answer: str, passes: int) -> Took | None:
    """Return what the searches of a problem took with one of the queues, or None without g++."""
    built = program()
    if built is None:
        return None
    command = [str(built), f"{problem}.bin", queue, str(passes), answer]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | HUGE_PAGES)
    said = json.loads(done.stdout)
    return Took(statistics.median(said["laps"]), said["peak"], said["reached"])
