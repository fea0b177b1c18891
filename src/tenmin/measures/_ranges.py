"""The ranges within which the assumptions of a coverage are varied, and the values drawn from them."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from zlib import crc32

import numpy as np
import pandas as pd

from tenmin.support.errors import TableError
from tenmin.support.files import read_toml, shipped_file

__all__ = ["Draws", "check_seed", "draw", "ranges_to_vary"]

WALKED_ANEW = 10
"""Number of different streets, joins and placements that are walked; each serves a share of the runs."""
_MOST = {
    "speed": 4.0, "slope": 4.0, "signal_seconds": 600.0, "crossing_seconds": 600.0, "aside": 1000.0,
    "moved_outline": 1000.0, "moved_point": 1000.0,
}  # fmt: skip
_LEAST = {"speed": 0.1, "aside": 1.0}


@cache
def _shipped() -> pd.DataFrame:
    table = pd.DataFrame(read_toml(shipped_file("tenmin.measures", "ranges.toml"))).T.rename_axis("range")
    return table.astype({"low": "float64", "high": "float64"})


VARIED = tuple(dict.fromkeys(_shipped()["vary"]))
"""What can be varied."""


def ranges_to_vary(vary: object, ranges: Mapping[str, object] | None, cannot: Mapping[str, str]) -> pd.DataFrame:
    """Return the ranges that are varied, and why others are not.

    Parameters
    ----------
    vary
        Names of what is varied; None for all that can be.
    ranges
        Pairs of low and high, by the names of the table, instead of its own.
    cannot
        Why some of what can be varied changes nothing here.

    Returns
    -------
    DataFrame
        Index `range`; vary, low, high, unit, source, checked, varied (bool) and why_not (None where varied).

    Raises
    ------
    TableError
        There is nothing of such a name, a pair is no range, or what is asked for changes nothing here.
    """
    asked = _names(vary, cannot)
    table = _shipped().copy()
    if ranges is not None and not isinstance(ranges, Mapping):
        msg = f"ranges is {ranges!r}; give pairs of low and high by name, e.g. {{'speed': (0.5, 1.25)}}"
        raise TableError(msg)
    for name, pair in (ranges or {}).items():
        table.loc[name, ["low", "high"]] = _pair(name, pair, list(table.index))
        table.loc[name, ["source", "checked"]] = "given", "no"
    why = table["vary"].map({name: cannot.get(name, "not asked for") for name in VARIED if name not in asked})
    varied = table["vary"].isin(asked)
    return table.assign(varied=varied, why_not=why.astype(object).where(~varied, None))


def _names(vary: object, cannot: Mapping[str, str]) -> set[str]:
    if vary is None:
        return set(VARIED) - set(cannot)
    names = [vary] if isinstance(vary, str) else list(vary) if isinstance(vary, Collection) else [vary]
    for name in names:
        if not isinstance(name, str) or name not in VARIED:
            msg = f"vary has {name!r}; give some of {', '.join(VARIED)}, e.g. vary=['speed'], or None for all"
            raise TableError(msg)
        if name in cannot:
            msg = f"{name!r} cannot be varied here: {cannot[name]}; leave it out"
            raise TableError(msg)
    return {str(name) for name in names}


def _pair(name: str, pair: object, known: list[str]) -> list[float]:
    if name not in known:
        msg = f"ranges has {name!r}; the ranges are {', '.join(known)}"
        raise TableError(msg)
    least, most = _LEAST.get(name, 0.0), _MOST.get(name, 1.0)
    values = list(pair) if isinstance(pair, list | tuple | np.ndarray) else []
    numbers = [float(one) for one in values if isinstance(one, int | float | np.number) and not isinstance(one, bool)]
    if (
        len(numbers) != len(values)
        or len(values) != len(("low", "high"))
        or not least <= numbers[0] <= numbers[1] <= most
    ):
        msg = f"the range {name!r} is {pair!r}; give its low and high end, a pair from {least:g} to {most:g}"
        raise TableError(msg)
    return numbers


@dataclass(frozen=True)
class Draws:
    """The values of all runs."""

    table: pd.DataFrame
    """Index `run`; group (runs of one group walk the same streets), and a column for each range."""
    seed: int

    def values(self, run: int) -> dict[str, float]:
        """The values of a run by range."""
        return {str(name): float(column.iloc[run]) for name, column in self.table.items()}

    def rng(self, what: str, number: int) -> np.random.Generator:
        """A generator of its own for a purpose and the number of a run or group."""
        return np.random.default_rng([self.seed, crc32(what.encode()), number])


def draw(ranges: pd.DataFrame, base: Mapping[str, float], runs: int, seed: int) -> Draws:
    """Return the values of the runs: one in each of as many equal strata as there are values, in random order.

    Parameters
    ----------
    ranges
        As from `ranges_to_vary`.
    base
        The value of each range where it is not varied.
    runs
        Number of runs.
    seed
        Seed of the generator.
    """
    rows = {str(name): row for name, row in ranges.to_dict("index").items()}
    anew = {name for name, row in rows.items() if row["varied"] and row["vary"] not in {"speed", "missing"}}
    groups = min(runs, WALKED_ANEW) if anew else 1
    group = np.arange(runs) % groups
    table = pd.DataFrame({"group": group}, index=pd.RangeIndex(runs, name="run"))
    for name, row in rows.items():
        rng = np.random.default_rng([seed, crc32(name.encode())])
        count = groups if name in anew else runs
        share = (rng.permutation(count) + rng.random(count)) / count
        drawn = row["low"] + (row["high"] - row["low"]) * share
        table[name] = (drawn[group] if name in anew else drawn) if row["varied"] else base[name]
    return Draws(table, seed)


def check_seed(seed: object) -> int:
    """Return a seed of a generator.

    Raises
    ------
    TableError
        It is not a whole number from 0 up.
    """
    if isinstance(seed, int | np.integer) and not isinstance(seed, bool) and 0 <= seed < math.inf:
        return int(seed)
    msg = f"seed is {seed!r}; give a whole number from 0 up, e.g. seed=0"
    raise TableError(msg)
