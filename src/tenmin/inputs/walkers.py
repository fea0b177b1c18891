"""Who walks: speeds and what a walker can use, as data with its sources."""

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
from tenmin.support.files import check_keys, open_input, read_toml, shipped_file
from tenmin.support.limits import SECONDS_A_MINUTE

__all__ = ["KERBS", "SLOPES", "Walker", "load_walkers"]

KERBS = ("flush", "lowered", "raised", "rolled")
SLOPES = ("none", "tobler")

_METRES_A_SECOND = 1.0 / 3.6
_WAIT = "give the mean wait in seconds, from 0 to 600"
_RANGES = {
    "speed_kmh": (0.5, 15.0, "give km/h above 0, that is from 0.5 to 15, e.g. 4.8 (1 m/s is 3.6 km/h)"),
    "stairs_factor": (1.0, math.inf, "give 1 or more, or inf where stairs cannot be used"),
    "steepest": (0.001, math.inf, "give rise over run above 0, e.g. 0.083 for 8.3 %, or inf for any slope"),
    "signal_seconds": (0.0, 600.0, _WAIT),
    "crossing_seconds": (0.0, 600.0, _WAIT),
}
_FIGURES = frozenset(_RANGES) | {"slope", "surfaces", "kerbs", "cannot_pass", "needs_wheelchair_access"}
_OTHERS = frozenset({"zh", "en", "sources", "assumptions"})

_Pairs = tuple[tuple[str, Any], ...]


@dataclass(frozen=True, repr=False)
class Walker:
    """Someone who walks: the pace on level ground, and what stairs, slopes, crossings and surfaces do to it.

    A mapping or a list may be given where tuples are kept. A walker can be compared, hashed and made again from
    `dataclasses.asdict`.

    Raises
    ------
    InputError
        If a figure is none, or is out of all likelihood: it names the walker, the field, the value and the way out.

    Examples
    --------
    >>> import tenmin as tm
    >>> tm.Walker.preset("adult").speed_kmh
    4.8
    >>> tm.Walker("in a hurry", speed_kmh=6.0, signal_seconds=20.0)
    Walker(name='in a hurry', speed_kmh=6.0, signal_seconds=20.0)
    """

    name: str
    speed_kmh: float
    stairs_factor: float = 3.0
    """How many times longer a metre of stairs takes than a level one; inf where stairs cannot be used."""
    source: str = field(default="", repr=False)
    """Where the pace comes from."""
    assumed: bool = False
    """Whether no standard or survey stands behind one of the figures."""
    slope: str = "tobler"
    """Whether heights, where the network has them, change the pace: "tobler" or "none"."""
    steepest: float = math.inf
    """The largest slope, rise over run, that can be used."""
    signal_seconds: float = 0.0
    """Mean wait at a crossing with signals."""
    crossing_seconds: float = 0.0
    """Mean wait at any other crossing."""
    surfaces: Mapping[str, float] | tuple[tuple[str, float], ...] = ()
    """How many times longer a way of an OpenStreetMap `surface` takes; inf where it cannot be used."""
    kerbs: Sequence[str] = ()
    """Values of `kerb` that cannot be used."""
    cannot_pass: Sequence[str] = ()
    """Values of `barrier`, on a point of a way, that cannot be passed."""
    needs_wheelchair_access: bool = False
    """Whether ways with `wheelchair=no` cannot be used."""
    sources: Mapping[str, str] | tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Where each figure comes from."""
    assumptions: Mapping[str, str] | tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """What was assumed, by the figures that have no source; a walker that has some is `assumed`."""
    zh: str = field(default="", repr=False)
    en: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Refuse what is no walker, and keep mappings and lists as sorted tuples."""
        for name in ("name", "source", "zh", "en"):
            self._check(name, isinstance(getattr(self, name), str), "give a text")
        self._check("name", bool(self.name.strip()), "give a name")
        for name, (low, high, mend) in _RANGES.items():
            self._set(name, self._number(name, getattr(self, name), low, high, mend))
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
        """Name, pace, and whatever differs from a walker without further figures."""
        shown = [
            f"{one.name}={getattr(self, one.name)!r}"
            for one in fields(self)
            if one.repr and (one.default is MISSING or getattr(self, one.name) != one.default)
        ]
        return f"Walker({', '.join(shown)})"

    @classmethod
    def preset(cls, name: str) -> Walker:
        """Return a walker of the table that ships with the package: adult, older_adult, child, wheelchair, pushchair.

        Raises
        ------
        InputError
            If there is no such preset.
        """
        presets = _shipped()
        if name not in presets:
            near = difflib.get_close_matches(str(name), presets, n=1) or list(presets)
            msg = f"there is no walker {name!r}; did you mean {', '.join(map(repr, near))}?"
            raise InputError(msg)
        return presets[name]

    @classmethod
    def of(cls, walker: Walker | str) -> Walker:
        """Return the walker itself, or the preset of that name."""
        return walker if isinstance(walker, Walker) else cls.preset(walker)

    @property
    def metres_a_second(self) -> float:
        """The pace on level ground in m/s."""
        return self.speed_kmh * _METRES_A_SECOND

    @property
    def metres_a_minute(self) -> float:
        """The pace on level ground in metres a minute."""
        return self.metres_a_second * SECONDS_A_MINUTE

    def title(self, lang: str) -> str:
        """Return the walker's name in Chinese ("zh") or English ("en")."""
        return {"zh": self.zh, "en": self.en}[lang] or self.name

    def seconds(self, edges: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Return the seconds that edges take from u to v and from v to u, inf where the walker cannot go.

        Seconds are length over pace, times the factors of stairs, surface and slope, plus the wait at a crossing.
        Being one-way is left to the caller.

        Parameters
        ----------
        edges
            Edges with `length` in metres and `kind` (the value of `highway`: "steps" are stairs), and any of the
            columns that `tenmin.network._layout.Layout` lists: surface, crossing and crossing_share, kerb,
            wheelchair, slope_factor, slope_factor_back, steepest. What is missing there is level ground of an
            ordinary surface.
        """
        stairs = _figures(edges, "kind", {"steps": 1.0}, other=0.0) == 1.0
        factor = self._factor(edges, stairs)
        time = edges["length"].to_numpy("float64") / self.metres_a_second
        wait = self._wait(edges)

        def one_way(column: str) -> np.ndarray:
            seconds = np.full(len(edges), np.inf)
            return np.multiply(time, factor * self._slope(edges, column, stairs), out=seconds, where=factor < np.inf)

        return one_way("slope_factor") + wait, one_way("slope_factor_back") + wait

    def _factor(self, edges: pd.DataFrame, stairs: np.ndarray) -> np.ndarray:
        """How many times longer than level ground, either way, the slope left out."""
        factor = np.where(stairs, self.stairs_factor, 1.0)
        closed = {"kerb": dict.fromkeys(self.kerbs, np.inf)}
        if self.needs_wheelchair_access:
            closed["wheelchair"] = {"no": np.inf}
        for column, figures in {"surface": dict(self.surfaces), **closed}.items():
            if figures and column in edges.columns:
                factor = factor * _figures(edges, column, figures, other=1.0)
        if self.steepest < np.inf and "steepest" in edges.columns:
            factor[edges["steepest"].to_numpy("float64") > self.steepest] = np.inf
        return factor

    def _slope(self, edges: pd.DataFrame, column: str, stairs: np.ndarray) -> np.ndarray | float:
        if self.slope == "none" or column not in edges.columns:
            return 1.0
        factor = edges[column].to_numpy("float64")
        return np.where(stairs | np.isnan(factor), 1.0, factor)

    def _wait(self, edges: pd.DataFrame) -> np.ndarray | float:
        if not (self.signal_seconds or self.crossing_seconds) or "crossing" not in edges.columns:
            return 0.0
        figures = {"signals": self.signal_seconds, "no": 0.0}
        wait = _figures(edges, "crossing", figures, other=self.crossing_seconds)
        wait = np.where(edges["crossing"].isna(), 0.0, wait)
        return (
            wait * edges["crossing_share"].to_numpy("float64", na_value=1.0)
            if "crossing_share" in edges.columns
            else wait
        )

    def _check(self, name: str, right: bool, mend: str) -> None:
        if not right:
            msg = f"walker {self.name!r}: {name} is {getattr(self, name)!r}; {mend}"
            raise InputError(msg)

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def _number(self, name: str, value: Any, low: float, high: float, mend: str) -> float:
        number = isinstance(value, int | float | np.floating | np.integer) and not isinstance(value, bool)
        if not (number and low <= value <= high):
            msg = f"walker {self.name!r}: {name} is {value!r}; {mend}"
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
        mend = "give how many times longer it takes, 1 or more, or inf where it cannot be used"
        return tuple(
            (key, self._number(f"surfaces[{key!r}]", value, 1.0, math.inf, mend))
            for key, value in self._pairs("surfaces")
        )

    def _texts(self, name: str) -> tuple[str, ...]:
        given = getattr(self, name)
        listed = isinstance(given, Iterable) and not isinstance(given, str | bytes | Mapping)
        values: list[Any] = list(given) if listed else [None]
        right = all(isinstance(value, str) and value for value in values)
        self._check(name, right, "give a list of texts, each as OpenStreetMap has it")
        return tuple(sorted(set(values)))

    def _reasons(self, name: str) -> tuple[tuple[str, str], ...]:
        pairs = self._pairs(name)
        stray = [key for key, text in pairs if key not in _FIGURES or not isinstance(text, str) or not text]
        self._check(name, not stray, f"give texts for figures only: {', '.join(sorted(_FIGURES))}")
        twice = dict(self._pairs("sources")).keys() & dict(self._pairs("assumptions")).keys()
        self._check(name, not twice, f"{', '.join(sorted(twice))} cannot have a source and be assumed, too")
        return pairs


def _figures(edges: pd.DataFrame, column: str, figures: Mapping[str, float], *, other: float) -> np.ndarray:
    """The figure of each edge's value in a column, the largest where it has several (`a;b`), `other` where none."""
    codes, values = pd.factorize(edges[column])
    found = [max(figures.get(part.strip(), other) for part in str(value).split(";")) for value in values]
    return np.array([*found, other])[codes]


def load_walkers(path: str | os.PathLike[str] | None = None) -> dict[str, Walker]:
    """Return the walkers of a TOML file by their names (without a path, the presets that ship).

    Each is a table with `speed_kmh` and any other figure of `Walker`, `zh` and `en`, and the tables `sources` and
    `assumptions`. A figure that is in neither counts as assumed.

    Raises
    ------
    FileError
        The file is not TOML, holds no walker, or one has an unknown key or an impossible figure.

    Examples
    --------
    >>> load_walkers()["wheelchair"].steepest
    0.083
    """
    return dict(_shipped()) if path is None else _parse(open_input(path, (".toml",)))


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
    check_keys(row, set(_FIGURES | _OTHERS), {"speed_kmh"}, where)
    try:
        walker = Walker(name, **row)
        sources, assumptions = dict(walker.sources), dict(walker.assumptions)
        untold = [figure for figure in row if figure in _FIGURES and figure not in {*sources, *assumptions}]
        assumptions |= dict.fromkeys(untold, "no source given")
        source = sources.get("speed_kmh") or assumptions["speed_kmh"]
        return replace(walker, source=source, assumptions=assumptions)
    except InputError as error:
        msg = f"{path}, {error}"
        raise FileError(msg) from None
