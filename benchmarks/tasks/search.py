"""Times bounded one-to-many searches, one thread, by tenmin, networkx or scipy, and writes their answers."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np
from numba import njit

from benchmarks.problem import Answer, Problem
from benchmarks.tasks.clock import Clock

#: Sources of one call of scipy, whose answer has a number for every node and source.
AT_ONCE = 10

Nearby = list[tuple[np.ndarray, np.ndarray]]


def _tenmin(problem: Problem, passes: int) -> tuple[list[float], Nearby, dict[str, Any]]:
    from tenmin.routing import TraversableArcs
    from tenmin.routing._bounded_search import SearchBuffers, bounded_search, reset_buffers

    @njit
    def every(arcs: TraversableArcs, sources: np.ndarray, limit: float, buffers: SearchBuffers) -> int:
        seed, zero, total = np.empty(1, np.uint32), np.zeros(1), 0
        for source in sources:
            seed[0] = source
            reached = bounded_search(arcs, seed, zero, limit, buffers)
            total += reached
            reset_buffers(buffers, reached)
        return total

    def one(source: int) -> tuple[np.ndarray, np.ndarray]:
        reached = bounded_search(arcs, np.array([source], np.uint32), np.zeros(1), problem.limit, buffers)
        node = buffers.touched[:reached].copy()
        cost = buffers.cost[node]
        reset_buffers(buffers, reached)
        return node, cost

    arcs = TraversableArcs(**problem.arcs)
    buffers = SearchBuffers.of(arcs)
    every(arcs, problem.sources[:1], problem.limit, buffers)
    laps = [_seconds(lambda: every(arcs, problem.sources, problem.limit, buffers)) for _ in range(passes)]
    answers = [one(source) for source in problem.sources]
    nothing = min(
        _seconds(lambda: reset_buffers(buffers, bounded_search(arcs, problem.sources[:0], np.zeros(0), 1.0, buffers)))
        for _ in range(100)
    )
    return laps, answers, {"call": nothing * 1e6}


def _scipy(problem: Problem, passes: int) -> tuple[list[float], Nearby, dict[str, Any]]:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    first, head, cost = (problem.arcs[name] for name in ("first", "head", "cost"))
    graph = csr_array((cost, head.astype(np.int32), first.astype(np.int32)), shape=(len(first) - 1,) * 2)
    batches = np.array_split(problem.sources, max(len(problem.sources) // AT_ONCE, 1))

    def every(take: Callable[[np.ndarray], Any]) -> list[Any]:
        return [take(dijkstra(graph, indices=batch, limit=problem.limit)) for batch in batches]

    def sparse(found: np.ndarray) -> Nearby:
        return [(np.flatnonzero(np.isfinite(row)), row[np.isfinite(row)]) for row in found]

    laps = [_seconds(lambda: every(len)) for _ in range(passes)]
    return laps, [pair for pairs in every(sparse) for pair in pairs], {}


def _networkx(problem: Problem, passes: int) -> tuple[list[float], Nearby, dict[str, Any]]:
    import networkx as nx

    first, head, cost = (problem.arcs[name] for name in ("first", "head", "cost"))
    tail = np.repeat(np.arange(len(first) - 1), np.diff(first.astype(np.int64)))
    dearest_first = np.argsort(-cost, kind="stable")  # of parallel arcs the last one added, the cheapest, is kept
    arcs = (array[dearest_first].tolist() for array in (tail, head, cost))
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(first) - 1))
    graph.add_weighted_edges_from(zip(*arcs, strict=True))

    def every() -> list[dict[int, float]]:
        find = nx.single_source_dijkstra_path_length
        return [find(graph, source, cutoff=problem.limit) for source in problem.sources.tolist()]

    laps = [_seconds(every) for _ in range(passes)]
    return laps, [(np.array(list(found)), np.array(list(found.values()))) for found in every()], {}


def _seconds(work: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


SEARCHES = {"tenmin": _tenmin, "scipy": _scipy, "networkx": _networkx}


def main() -> None:
    clock = Clock()
    who, stem, answer, sources, passes = sys.argv[1:]
    whole = Problem.read(stem)
    problem = Problem(whole.arcs, whole.sources[: int(sources)], whole.limit)
    laps, reached, more = SEARCHES[who](problem, int(passes))
    found = Answer.of(reached)
    found.write(answer)
    clock.stop()(
        each=statistics.median(laps) / len(problem.sources) * 1e3,
        sources=len(problem.sources),
        reached=float(found.count.mean()),
        version=f"{who} {version(who)}",
        **more,
    )


if __name__ == "__main__":
    main()
