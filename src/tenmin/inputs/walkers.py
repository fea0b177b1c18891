"""Walkers: speed and which ways they can use, as data with sources."""

from __future__ import annotations

import difflib
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tenmin.support.errors import FileError, InputError
from tenmin.support.files import check_keys, open_input, read_toml, reading, shipped_file
from tenmin.support.limits import SECONDS_A_MINUTE
from tenmin.support.notebook import as_card
from tenmin.support.nouns import check_noun

__all__ = ["KERBS", "SLOPES", "Walker", "load_walkers"]

KERBS = ("flush", "lowered", "raised", "rolled")
SLOPES = ("none", "tobler")

_MS_PER_KMH = 1.0 / 3.6
_WAIT_HINT = "give the mean wait in seconds, from 0 to 600"
_RANGES = {
    "speed_kmh": (0.5, 15.0, "give km/h above 0, that is from 0.5 to 15, e.g. 4.8 (1 m/s is 3.6 km/h)"),
    "stairs_factor": (1.0, math.inf, "give 1 or more, or inf where stairs cannot be used"),
    "steepest": (0.001, math.inf, "give rise over run above 0, e.g. 0.083 for 8.3 %, or inf for any slope"),
    "signal_seconds": (0.0, 600.0, _WAIT_HINT),
    "crossing_seconds": (0.0, 600.0, _WAIT_HINT),
}
_PARAMETERS = frozenset(_RANGES) | {"slope", "surfaces", "kerbs", "cannot_pass", "needs_wheelchair_access"}
_OTHER_KEYS = frozenset({"zh", "en", "sources", "assumptions"})

_Pairs = tuple[tuple[str, Any], ...]


@dataclass(frozen=True, repr=False)
class Walker:
    """A kind of walker: speed on level ground, and the effect of stairs, slopes, crossings and surfaces.

    Mappings and lists are stored as sorted tuples. Walkers can be compared, hashed, and restored from
    `dataclasses.asdict`.

    Raises
    ------
    InputError
        A value is invalid or implausible; the message names the walker, the field, the value and how to fix it.

    Examples
    --------
    >>> import tenmin as tm
    >>> tm.Walker.preset("adult").speed_kmh
    4.8
    >>> tm.Walker("in a hurry", speed_kmh=6.0, signal_seconds=20.0)
    Walker(name='in a hurry', speed_kmh=6.0, signal_seconds=20.0)
    """

    name: str
    """Its name, by which messages call it."""
    speed_kmh: float
    """Speed on level ground, km/h."""
    stairs_factor: float = 3.0
    """Time on stairs relative to a level way of the same length; inf if stairs cannot be used."""
    source: str = field(default="", repr=False)
    """Source of the speed."""
    assumed: bool = False
    """Whether any parameter lacks a standard or survey as its source."""
    slope: str = "tobler"
    """Effect of slope on speed, where the network has heights: "tobler" or "none"."""
    steepest: float = math.inf
    """Largest slope, rise over run, that can be used."""
    signal_seconds: float = 0.0
    """Mean wait in seconds at a crossing with signals."""
    crossing_seconds: float = 0.0
    """Mean wait in seconds at any other crossing."""
    surfaces: Mapping[str, float] | tuple[tuple[str, float], ...] = ()
    """Time on each value of OpenStreetMap's `surface` relative to an ordinary one; inf if it cannot be used."""
    kerbs: Sequence[str] = ()
    """Values of `kerb` that cannot be used."""
    cannot_pass: Sequence[str] = ()
    """Values of `barrier` on points of a way that cannot be passed."""
    needs_wheelchair_access: bool = False
    """Whether ways with `wheelchair=no` cannot be used."""
    sources: Mapping[str, str] | tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Source of each parameter."""
    assumptions: Mapping[str, str] | tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Assumption behind each parameter without a source; a walker with any is `assumed`."""
    zh: str = field(default="", repr=False)
    """Its name in Chinese."""
    en: str = field(default="", repr=False)
    """Its name in English."""

    def __post_init__(self) -> None:
        """Check all fields, and store mappings and lists as sorted tuples."""
        for name in ("name", "source", "zh", "en"):
            self._check(name, isinstance(getattr(self, name), str), "give a text")
        self._check("name", bool(self.name.strip()), "give a name")
        for name, (low, high, hint) in _RANGES.items():
            self._set(name, self._number(name, getattr(self, name), low, high, hint))
        for name in ("assumed", "needs_wheelchair_access"):
            self._check(name, isinstance(getattr(self, name), bool | np.bool_), "give True or False")
        self._check("slope", self.slope in SLOPES, f"give one of {', '.join(SLOPES)}")
        self._check("steepest", not 1.0 < self.steepest < math.inf, f"{_RANGES['steepest'][2]}")
        self._set("surfaces", self._factors())
        self._set("kerbs", self._texts("kerbs"))
        self._check("kerbs", set(self.kerbs) <= set(KERBS), f"give some of {', '.join(KERBS)}")
        self._set("cannot_pass", self._texts("cannot_pass"))
        for name in ("sources", "assumptions"):
            self._set(name, self._reasons(name))
        self._set("assumed", bool(self.assumed or self.assumptions))

    def __repr__(self) -> str:
        """Return the name, the speed and every field that differs from its default."""
        shown = [
            f"{one.name}={getattr(self, one.name)!r}"
            for one in fields(self)
            if one.repr and (one.default is MISSING or getattr(self, one.name) != one.default)
        ]
        return f"Walker({', '.join(shown)})"

    def _repr_html_(self) -> str:
        told = {**dict(self._pairs("assumptions")), **dict(self._pairs("sources"))}
        names = [one.name for one in fields(self) if one.repr and one.name != "name"]
        values = pd.DataFrame(
            {
                "field": names,
                "value": [str(getattr(self, name)) for name in names],
                "source or assumption": [told.get(name, "") for name in names],
            }
        )
        return as_card(f"Walker {self.name}", {"source": self.source or "-", "assumed": self.assumed}, values)

    @classmethod
    def preset(cls, name: str) -> Walker:
        """Return a preset: "adult", "older_adult", "child", "wheelchair" or "pushchair".

        Raises
        ------
        InputError
            There is no such preset.
        """
        presets = _shipped()
        if name not in presets:
            near = difflib.get_close_matches(str(name), presets, n=1) or list(presets)
            msg = f"there is no walker {name!r}; did you mean {', '.join(map(repr, near))}?"
            raise InputError(msg)
        return presets[name]

    @classmethod
    def of(cls, walker: Walker | str) -> Walker:
        """Return the walker itself, or the preset with that name."""
        return cls.preset(walker) if isinstance(walker, str) else check_noun(walker, cls, "walker")

    @property
    def metres_a_second(self) -> float:
        """Speed on level ground, in m/s."""
        return self.speed_kmh * _MS_PER_KMH

    @property
    def metres_a_minute(self) -> float:
        """Speed on level ground, in metres per minute."""
        return self.metres_a_second * SECONDS_A_MINUTE

    def title(self, lang: str) -> str:
        """Return the walker's name in a language, "zh" or "en"."""
        return {"zh": self.zh, "en": self.en}[lang] or self.name

    def seconds(self, edges: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Return the travel times of edges from u to v and from v to u in seconds, inf where the walker cannot go.

        The time is length divided by speed, times the factors for stairs, surface and slope, plus the wait at a
        crossing. One-way restrictions are left to the caller.

        Parameters
        ----------
        edges
            Edges with `length` in metres and `kind` (the value of `highway`: "steps" are stairs), and any of the
            columns surface, crossing, crossing_share, kerb, wheelchair, slope_factor, slope_factor_back and steepest.
            A missing value stands for level ground with an ordinary surface.
        """
        stairs = _lookup(edges, "kind", {"steps": 1.0}, other=0.0) == 1.0
        factor = self._time_factor(edges, stairs)
        time = edges["length"].to_numpy("float64") / self.metres_a_second
        wait = self._crossing_wait(edges)

        def one_way(column: str) -> np.ndarray:
            seconds = np.full(len(edges), np.inf)
            return np.multiply(
                time, factor * self._slope_factor(edges, column, stairs), out=seconds, where=factor < np.inf
            )

        return one_way("slope_factor") + wait, one_way("slope_factor_back") + wait

    def _time_factor(self, edges: pd.DataFrame, stairs: np.ndarray) -> np.ndarray:
        """Return the factor on travel time that holds in both directions, without slope."""
        factor = np.where(stairs, self.stairs_factor, 1.0)
        closed = {"kerb": dict.fromkeys(self.kerbs, np.inf)}
        if self.needs_wheelchair_access:
            closed["wheelchair"] = {"no": np.inf}
        for column, factors in {"surface": dict(self.surfaces), **closed}.items():
            if factors and column in edges.columns:
                factor = factor * _lookup(edges, column, factors, other=1.0)
        if self.steepest < np.inf and "steepest" in edges.columns:
            factor[edges["steepest"].to_numpy("float64") > self.steepest] = np.inf
        return factor

    def _slope_factor(self, edges: pd.DataFrame, column: str, stairs: np.ndarray) -> np.ndarray | float:
        if self.slope == "none" or column not in edges.columns:
            return 1.0
        factor = edges[column].to_numpy("float64")
        return np.where(stairs | np.isnan(factor), 1.0, factor)

    def _crossing_wait(self, edges: pd.DataFrame) -> np.ndarray | float:
        if not (self.signal_seconds or self.crossing_seconds) or "crossing" not in edges.columns:
            return 0.0
        factors = {"signals": self.signal_seconds, "no": 0.0}
        wait = _lookup(edges, "crossing", factors, other=self.crossing_seconds)
        wait = np.where(edges["crossing"].isna(), 0.0, wait)
        return (
            wait * edges["crossing_share"].to_numpy("float64", na_value=1.0)
            if "crossing_share" in edges.columns
            else wait
        )

    def _check(self, name: str, valid: bool, hint: str) -> None:
        if not valid:
            msg = f"walker {self.name!r}: {name} is {getattr(self, name)!r}; {hint}"
            raise InputError(msg)

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def _number(self, name: str, value: Any, low: float, high: float, hint: str) -> float:
        number = isinstance(value, int | float | np.floating | np.integer) and not isinstance(value, bool)
        if not (number and low <= value <= high):
            msg = f"walker {self.name!r}: {name} is {value!r}; {hint}"
            raise InputError(msg)
        return float(value)

    def _pairs(self, name: str) -> _Pairs:
        given = getattr(self, name)
        try:
            pairs: list[tuple[Any, Any]] = list(dict(given).items())
        except (TypeError, ValueError):
            pairs = [(None, given)]
        self._check(name, all(isinstance(key, str) and key for key, _ in pairs), "give a mapping from text")
        return tuple(sorted(pairs))

    def _factors(self) -> tuple[tuple[str, float], ...]:
        hint = "give how many times longer it takes, 1 or more, or inf where it cannot be used"
        return tuple(
            (key, self._number(f"surfaces[{key!r}]", value, 1.0, math.inf, hint))
            for key, value in self._pairs("surfaces")
        )

    def _texts(self, name: str) -> tuple[str, ...]:
        given = getattr(self, name)
        listed = isinstance(given, Iterable) and not isinstance(given, str | bytes | Mapping)
        values: list[Any] = list(given) if listed else [None]
        valid = all(isinstance(value, str) and value for value in values)
        self._check(name, valid, "give a list of texts, each as OpenStreetMap has it")
        return tuple(sorted(set(values)))

    def _reasons(self, name: str) -> tuple[tuple[str, str], ...]:
        pairs = self._pairs(name)
        stray = [key for key, text in pairs if key not in _PARAMETERS or not isinstance(text, str) or not text]
        self._check(name, not stray, f"give texts for figures only: {', '.join(sorted(_PARAMETERS))}")
        in_both = dict(self._pairs("sources")).keys() & dict(self._pairs("assumptions")).keys()
        self._check(name, not in_both, f"{', '.join(sorted(in_both))} cannot have a source and be assumed, too")
        return pairs


def _lookup(edges: pd.DataFrame, column: str, factors: Mapping[str, float], *, other: float) -> np.ndarray:
    """Return the factor of each edge's value in a column: the largest of several (`a;b`), `other` if not listed."""
    codes, values = pd.factorize(edges[column])
    found = [max(factors.get(part.strip(), other) for part in str(value).split(";")) for value in values]
    return np.array([*found, other])[codes]


def load_walkers(path: str | os.PathLike[str] | None = None) -> dict[str, Walker]:
    """Return the walkers of a TOML file by name, by default the presets that ship with the package.

    Each walker is a table with `speed_kmh` and any other parameter of `Walker`, `zh` and `en`, and the tables
    `sources` and `assumptions`. A parameter that is in neither counts as assumed.

    Raises
    ------
    FileError
        The file is not TOML, has no walkers, or one has an unknown key or an invalid value.

    Examples
    --------
    >>> load_walkers()["wheelchair"].steepest
    0.083
    """
    if path is None:
        return dict(_shipped())
    found = open_input(path, (".toml",))
    with reading(found):
        return _parse(found)


@cache
def _shipped() -> dict[str, Walker]:
    return _parse(shipped_file("tenmin.inputs", "walkers.toml"))


def _parse(path: Path) -> dict[str, Walker]:
    walkers = {name: _walker(name, row, path) for name, row in read_toml(path).items()}
    if not walkers:
        msg = f"{path} holds no walker; each is a table such as [adult] with speed_kmh = 4.8"
        raise FileError(msg)
    return walkers


def _walker(name: str, row: Any, path: Path) -> Walker:
    where = f"{path}, [{name}]"
    if not isinstance(row, Mapping):
        msg = f"{where}: {row!r} is no walker; give a table such as [{name}] with speed_kmh = 4.8"
        raise FileError(msg)
    check_keys(row, set(_PARAMETERS | _OTHER_KEYS), {"speed_kmh"}, where)
    try:
        walker = Walker(name, **row)
        sources, assumptions = dict(walker.sources), dict(walker.assumptions)
        unsourced = [
            parameter for parameter in row if parameter in _PARAMETERS and parameter not in {*sources, *assumptions}
        ]
        assumptions |= dict.fromkeys(unsourced, "no source given")
        source = sources.get("speed_kmh") or assumptions["speed_kmh"]
        return replace(walker, source=source, assumptions=assumptions)
    except InputError as error:
        msg = f"{path}, {error}"
        raise FileError(msg) from None
