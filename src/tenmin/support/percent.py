"""How a share is written, the same in the command line, tables, cards and the review map."""

from __future__ import annotations

import math

__all__ = ["percent", "share_as_text"]


def percent(share: float) -> str:
    """Return a share as a percentage with one decimal, which is 0 or 100 only if the share is.

    Halves are rounded up. The review map does the same in `words.js`.

    Parameters
    ----------
    share
        From 0 to 1; NaN gives "-".

    Examples
    --------
    >>> percent(0.99999), percent(1.0), percent(0.00001), percent(0.1225)
    ('99.9%', '100.0%', '0.1%', '12.3%')
    """
    if math.isnan(share):
        return "-"
    tenths = math.floor(share * 1000.0 + 0.5)
    if 0.0 < share < 1.0:
        tenths = min(999, max(1, tenths))
    return f"{tenths // 10}.{tenths % 10}%"


def share_as_text(share: float, upper: float) -> str:
    """Return a share as a percentage, or as a range if its bounds differ when they are written.

    Parameters
    ----------
    share, upper
        The bounds, from 0 to 1; a share of NaN gives "-".

    Examples
    --------
    >>> share_as_text(0.5, 0.625), share_as_text(0.5, 0.50001)
    ('50.0–62.5%', '50.0%')
    """
    low, high = percent(share), percent(upper)
    return low if low == high or math.isnan(share) else f"{low[:-1]}–{high}"
