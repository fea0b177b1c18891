"""Times the work of a task and reports it as the last line that the task prints."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_PEAK = Path("/proc/self/clear_refs")
"""Where Linux lets a process forget its peak, by writing 5."""


class Clock:
    """Begins when it is made; `lap` names what was done since the last one."""

    def __init__(self) -> None:
        self._begin = self._last = time.perf_counter()
        self._cpu = self._last_cpu = time.process_time()
        self.laps: dict[str, float] = {}
        self.cpus: dict[str, float] = {}

    def lap(self, name: str) -> None:
        """Note the seconds and processor seconds since the last lap."""
        now, cpu = time.perf_counter(), time.process_time()
        self.laps[name], self.cpus[name] = now - self._last, cpu - self._last_cpu
        self._last, self._last_cpu = now, cpu

    def stop(self) -> Callable[..., None]:
        """Stop, and return a function that prints the report with what else is to be said."""
        took = {"seconds": time.perf_counter() - self._begin, "cpu": time.process_time() - self._cpu}

        def say(**more: Any) -> None:
            print(json.dumps(took | more))

        return say


def forget_peak() -> float:
    """Return the largest resident memory so far, MB (10^6 bytes), and begin anew where the system can (Linux)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    if _PEAK.exists():
        _PEAK.write_text("5")
    return peak
