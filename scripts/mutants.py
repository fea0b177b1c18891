"""Tries the one-line changes of mutants.toml, one at a time, and tells which of them the tests notice.

    python scripts/mutants.py                    all of them
    python scripts/mutants.py gaps wrong_sign    those of a group, or by id

Works on a copy of the package. First each choice of tests is run on the copy as it is, and must pass. Ends with 1
unless every mutant is killed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
TABLE = REPOSITORY / "scripts" / "mutants.toml"
COPIED = ("src", "tests", "data", "scripts", "pyproject.toml")
SECONDS = 120.0
"""How long the tests of a mutant may take, where the table gives no other figure."""
UNCHANGED_SECONDS = 900.0
"""How long tests may take on the copy as it is, with the searches still to be compiled."""
KILLED, SURVIVED, TIMED_OUT, BROKEN, MISSING = "killed", "survived", "timed out", "broken", "find text missing"
OUTCOMES = {0: SURVIVED, 1: KILLED}
"""By the exit code of pytest. Any other but a signal says that no test was run: the mutant is broken."""


@dataclass(frozen=True)
class Mutant:
    """A change of one piece of text in one file, and the tests that should notice it."""

    id: str
    group: str
    file: str
    find: str
    """stands exactly once in the file"""
    replace: str
    tests: tuple[str, ...]
    k: str = ""
    """as pytest's -k"""
    seconds: float = SECONDS
    hangs: bool = False
    """whether it may run for ever, so that a timeout kills it"""

    @property
    def words(self) -> tuple[str, ...]:
        """The tests as words of a command line."""
        return (*self.tests, *(("-k", self.k) if self.k else ()))


@dataclass(frozen=True)
class Copy:
    """A copy of the package in a folder of its own."""

    folder: Path

    @classmethod
    def into(cls, folder: Path) -> Copy:
        """Copy what the tests need, with the times of the files, by which compiled searches are known again."""
        for name in COPIED:
            there = folder / name
            if there.is_dir():
                shutil.rmtree(there)
            if (REPOSITORY / name).is_dir():
                shutil.copytree(REPOSITORY / name, there, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(REPOSITORY / name, there)
        return cls(folder)

    def test(self, words: Sequence[str], seconds: float) -> str:
        """Run tests and return what became of the change."""
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider"]
        command += ["--hypothesis-profile=unshrunk", *words]
        outside = {"PYTHONPATH": str(self.folder / "src"), "NUMBA_CACHE_DIR": str(self.folder / "searches")}
        outside = os.environ | outside | {"CI": "true"}
        with (self.folder / "last.txt").open("wb") as said:
            try:
                code = subprocess.run(
                    command, cwd=self.folder, env=outside, stdout=said, stderr=said, timeout=seconds, check=False
                ).returncode
            except subprocess.TimeoutExpired:
                return TIMED_OUT
        return KILLED if code < 0 else OUTCOMES.get(code, BROKEN)

    def try_out(self, mutant: Mutant) -> str:
        """Make the change, run its tests, take the change back, and return what became of it."""
        path = self.folder / mutant.file
        if not path.is_file():
            return MISSING
        before, times = path.read_text(encoding="utf-8"), path.stat()
        if before.count(mutant.find) != 1:
            return MISSING
        path.write_text(before.replace(mutant.find, mutant.replace), encoding="utf-8")
        try:
            outcome = self.test(mutant.words, mutant.seconds)
        finally:
            path.write_text(before, encoding="utf-8")
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        return KILLED if outcome == TIMED_OUT and mutant.hangs else outcome


def read_mutants(path: Path, chosen: Sequence[str]) -> list[Mutant]:
    """Return the mutants of a table, or those of some groups or ids."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["mutant"]
    mutants = [Mutant(**{**row, "tests": tuple(row["tests"])}) for row in rows]
    ids = [mutant.id for mutant in mutants]
    stray = {*chosen} - {*ids, *(mutant.group for mutant in mutants)}
    if stray or len({*ids}) < len(ids):
        sys.exit(f"{path}: no mutant {sorted(stray)}" if stray else f"{path}: an id stands there twice")
    return [mutant for mutant in mutants if not chosen or {mutant.id, mutant.group} & {*chosen}]


def timed(work: Callable[[], str]) -> tuple[str, float]:
    """What some work returned, and how many seconds it took."""
    begin = time.perf_counter()
    return work(), time.perf_counter() - begin


def try_all(mutants: Sequence[Mutant], copy: Copy) -> list[tuple[Mutant, str, float]]:
    """Try every mutant and say what became of it."""
    for words in dict.fromkeys(mutant.words for mutant in mutants):
        outcome, seconds = timed(lambda words=words: copy.test(words, UNCHANGED_SECONDS))
        print(f"{'passed' if outcome == SURVIVED else 'FAILED':18} {seconds:6.1f} s  {' '.join(words)}", flush=True)
        if outcome != SURVIVED:
            sys.exit(f"these tests do not pass without a mutant; see {copy.folder / 'last.txt'}")
    found = []
    for mutant in mutants:
        outcome, seconds = timed(lambda mutant=mutant: copy.try_out(mutant))
        print(f"{outcome:18} {seconds:6.1f} s  {mutant.group:10} {mutant.id}", flush=True)
        found.append((mutant, outcome, seconds))
    return found


def main() -> None:
    """Read the command line, try the mutants, and say how many were killed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("chosen", nargs="*", metavar="GROUP|ID")
    parser.add_argument("--work", type=Path, help="a folder for the copy, kept with the searches compiled there")
    parser.add_argument("--results", type=Path, help="a file for the outcomes, tab-separated")
    options = parser.parse_args()
    mutants = read_mutants(TABLE, options.chosen)
    folder = options.work or Path(tempfile.mkdtemp(prefix="tenmin-mutants-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        found = try_all(mutants, Copy.into(folder.resolve()))
    finally:
        if options.work is None:
            shutil.rmtree(folder, ignore_errors=True)
    if options.results:
        lines = ["id\tfile\toutcome\tseconds", *(f"{one.id}\t{one.file}\t{what}\t{s:.1f}" for one, what, s in found)]
        options.results.write_text("\n".join(lines) + "\n", encoding="utf-8")
    alive = [mutant.id for mutant, outcome, _ in found if outcome != KILLED]
    print(f"{len(found) - len(alive)} of {len(found)} killed" + (f"; not {', '.join(alive)}" if alive else ""))
    sys.exit(1 if alive else 0)


if __name__ == "__main__":
    main()
