"""Runs one task in a process of its own and says what it took.

The process that starts the others imports nothing heavy: what it held itself would count as the peak of its children.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Run:
    """What a task took: seconds of the work itself and of the whole process, and the peak of its memory.

    Attributes
    ----------
    seconds, cpu
        Wall and processor seconds of the work, imports excluded, as the task measured them.
    process
        Wall seconds from the start of the process to its end.
    peak
        Largest resident memory of the process, MB (10^6 bytes), as the kernel counted it.
    said
        Whatever else the task said.
    """

    seconds: float
    cpu: float
    process: float
    peak: float
    said: dict[str, Any]


def run(task: str, *arguments: object, python: Path | str = sys.executable) -> Run:
    """Run `benchmarks.tasks.<task>` in a new process and return what it took.

    Raises
    ------
    RuntimeError
        With the end of what the task wrote, if it fails.
    """
    command = [str(python), "-m", f"benchmarks.tasks.{task}", *map(str, arguments)]
    begin = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        text = child.stdout.read() if child.stdout else ""
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    process = time.perf_counter() - begin
    if child.returncode:
        msg = f"{' '.join(command)} ended with {child.returncode}: {text[-500:]}"
        raise RuntimeError(msg)
    said = json.loads(text.splitlines()[-1])
    return Run(said.pop("seconds"), said.pop("cpu"), process, usage.ru_maxrss * 1024 / 1e6, said)


def repeat(times: int, task: str, *arguments: object, python: Path | str = sys.executable) -> Run:
    """Run a task several times and return the medians; what it said is that of the last run."""
    runs = [run(task, *arguments, python=python) for _ in range(times)]
    seconds, cpu, process, peak = (
        statistics.median(getattr(one, field) for one in runs) for field in ("seconds", "cpu", "process", "peak")
    )
    return Run(seconds, cpu, process, peak, runs[-1].said)
