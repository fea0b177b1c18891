"""The gap score: how far walks exceed the limit, as a share of it."""

from __future__ import annotations

import numpy as np

__all__ = ["exceed_limit"]


def exceed_limit(walk: np.ndarray, limit: float) -> np.ndarray:
    """Return min(1, max(0, (walk - limit) / limit)): how far each walk exceeds the limit, 1 without a walk.

    Parameters
    ----------
    walk
        float64, minutes or metres; inf without a walk.
    limit
        The limit in the same unit, above 0.
    """
    return np.clip((walk - limit) / limit, 0.0, 1.0)
