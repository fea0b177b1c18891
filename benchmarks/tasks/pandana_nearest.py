"""Prepares streets with pandana and, given tenmin's answers, searches the same facilities and compares."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.street_arrays import StreetArrays
from benchmarks.tasks.clock import Clock


def _queries(network: Any, kept: StreetArrays, ours: dict[str, np.ndarray], lap: Any) -> dict[str, Any]:
    doors, limit = ours["doors"], float(ours["limit"])
    for i, some in enumerate(doors):
        network.set_pois(str(i), limit, 1, pd.Series(kept.x[some]), pd.Series(kept.y[some]))
    lap("pois")
    found = [network.nearest_pois(limit, str(i), num_pois=1, max_distance=np.inf) for i in range(len(doors))]
    lap("query")
    cost = np.array([one[1].to_numpy() for one in found])
    both = np.isfinite(cost) & np.isfinite(ours["cost"])
    differ = np.abs(cost[both] - ours["cost"][both])
    return {
        "alone": int((np.isfinite(cost) != np.isfinite(ours["cost"])).sum()),
        "answers": int(both.sum()),
        "apart": float(differ.max()),
        "categories": len(doors),
        "doors": doors.shape[1],
        "limit": limit,
    }


def main() -> None:
    signal.alarm(int(sys.argv[2]))  # ends the process, wherever it is
    if int(sys.argv[3]):
        os.environ["OMP_NUM_THREADS"] = sys.argv[3]  # read when pandana is loaded
    import pandana  # pyright: ignore[reportMissingImports] (it lives in the peers' environment)

    kept = StreetArrays.read(sys.argv[1])
    clock, cpus = Clock(), {}
    begin = time.process_time()

    def lap(name: str) -> None:
        clock.lap(name)
        cpus[name] = time.process_time() - begin - sum(cpus.values())

    with contextlib.redirect_stdout(sys.stderr):
        weights = pd.DataFrame({"metres": kept.length})
        network = pandana.Network(pd.Series(kept.x), pd.Series(kept.y), pd.Series(kept.u), pd.Series(kept.v), weights)
        lap("network")
        more = {}
        if len(sys.argv) > 4:
            with np.load(sys.argv[4]) as ours:
                more = _queries(network, kept, dict(ours), lap)
    clock.stop()(steps=clock.laps, cpus=cpus, version=f"pandana {version('pandana')}", **more)


if __name__ == "__main__":
    main()
