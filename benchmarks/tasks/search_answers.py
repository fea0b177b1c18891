"""Compares the answers of several programs with the first."""

from __future__ import annotations

import sys

from benchmarks.problem import Answer
from benchmarks.tasks.clock import Clock

if __name__ == "__main__":
    clock = Clock()
    first = Answer.read(sys.argv[1])
    apart = [first.apart(Answer.read(path)) for path in sys.argv[2:]]
    clock.stop()(alone=[nodes for nodes, _ in apart], apart=[cost for _, cost in apart])
