"""Kills whole runs of the command line at moments drawn from a seed, and tells what `tenmin verify` makes of each.

    python scripts/kill_runs.py                     40 kills
    python scripts/kill_runs.py --kills 200 --seed 7

Each run replaces the results of an earlier one. It is killed (SIGKILL) at one of the events that Python reports from
its first touch of the folder of results on: half of the runs at once where they touch it, the others some milliseconds
after any event, since writers in C report none. No event is used twice. After `tenmin verify` the folder must hold the
old results or the new ones, to the byte. Ends with 1 unless each does.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from tenmin.cli import app
from tenmin.support.result_sets import examine_results

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "samples" / "shifan"
TABLES = {"--facilities": "facilities.xlsx", "--places": "homes.xlsx", "--areas": "communities.gpkg"}
LONGEST_DELAY = 0.02
"""Seconds."""


def words_of(minutes: int) -> list[str]:
    """The words of the run."""
    tables = [word for option, name in TABLES.items() for word in (option, str(SAMPLE / name))]
    return ["coverage", str(SAMPLE / "streets.osm"), *tables, "-c", "clinic", "-m", str(minutes), "--lang", "en"]


class Moments:
    """Counts the events of a process from the first that touches a folder, and kills it at one of them."""

    def __init__(self, folder: Path, event: int | None, delay: float) -> None:
        self.count, self.touches = 0, list[int]()
        self._folder, self._event, self._delay = str(folder), event, delay
        sys.addaudithook(self._hook)

    def _hook(self, _event: str, values: tuple[Any, ...]) -> None:
        touches = any(str(value).startswith(self._folder) for value in values[:1])
        if touches or self.count:
            self.count += 1
            self.touches += [self.count] * touches
            if self.count == self._event and not self._delay:
                self._kill()
            elif self.count == self._event:
                threading.Thread(target=self._kill, daemon=True).start()

    def _kill(self) -> None:
        time.sleep(self._delay)
        os.kill(os.getpid(), signal.SIGKILL)


def run(folder: Path, words: Sequence[str], event: int | None = None, delay: float = 0.0) -> tuple[int, list[int]]:
    """Run the command in a process of its own; return the number of its events and which touch the folder.

    Of a run that was killed there are none.
    """
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(1, 2)
        moments = Moments(folder, event, delay)
        app([*words, "--out", str(folder)], standalone_mode=False)
        os.write(writer, json.dumps([moments.count, moments.touches]).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as stream:
        count, touches = json.loads(stream.read() or "[0, []]")
    os.waitpid(child, 0)
    return count, touches


def content(folder: Path) -> dict[str, bytes]:
    """The bytes of each file in a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def kill_and_verify(folder: Path, event: int, delay: float, results: dict[str, dict[str, bytes]]) -> tuple[str, ...]:
    """Return whether a run was killed, what it left, and which results stand in the folder after `tenmin verify`."""
    ended, _ = run(folder, words_of(5), event, delay)
    left = examine_results(folder).state
    code = CliRunner().invoke(app, ["verify", str(folder)]).exit_code
    found = content(folder)
    after = next((name for name, files in results.items() if files == found), "neither")
    return "ended" if ended else "killed", left, after if code == 0 else f"{after}, exit code {code}"


def main() -> int:
    """Kill the runs and print what became of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    import tenmin.inputs.places  # what a run imports, once for all
    import tenmin.measures.gaps
    import tenmin.outputs.maps  # noqa: F401

    draw = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as temporary:
        old, new, folder = (Path(temporary, name) for name in ("old", "new", "out"))
        run(old, words_of(10))
        events, touches = run(new, words_of(5))
        results, outcomes = {"old": content(old), "new": content(new)}, Counter[tuple[str, ...]]()
        at_once = draw.sample(touches, min(options.kills // 2, len(touches)))
        others = draw.sample(sorted({*range(1, events + 1)} - {*touches}), options.kills - len(at_once))
        delays = dict.fromkeys(at_once, 0.0) | {event: draw.uniform(1e-4, LONGEST_DELAY) for event in others}
        for event, delay in sorted(delays.items()):
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(old, folder)
            outcome = kill_and_verify(folder, event, delay, results)
            outcomes[outcome] += 1
            print(f"event {event:>6} of {events}: {', then '.join(outcome)}", flush=True)
    for (how, left, after), times in sorted(outcomes.items()):
        print(f"{times:>4} {how}, left {left}; after verify: {after}")
    bad = sum(times for (_, _, after), times in outcomes.items() if after not in results)
    print(f"{options.kills} runs, {sum(t for (how, _, _), t in outcomes.items() if how == 'killed')} killed, {bad} bad")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
