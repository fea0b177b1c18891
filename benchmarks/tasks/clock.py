"""Times the work of a task and reports it as the last line that the task prints."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any


class Clock:
    """Begins when it is made; `lap` names what was done since the last one."""

    def __init__(self) -> None:
        self._begin = self._last = time.perf_counter()
        self._cpu = time.process_time()
        self.laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        """Note the seconds since the last lap."""
        now = time.perf_counter()
        self.laps[name] = now - self._last
        self._last = now

    def stop(self) -> Callable[..., None]:
        """Stop, and return a function that prints the report with what else is to be said."""
        took = {"seconds": time.perf_counter() - self._begin, "cpu": time.process_time() - self._cpu}

        def say(**more: Any) -> None:
            print(json.dumps(took | more))

        return say
