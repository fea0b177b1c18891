"""Who walks: speeds and what a walker can use, as data with its sources."""

from __future__ import annotations

import difflib
import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from tenmin.errors import InputError

__all__ = ["Walker"]

_METRES_A_SECOND = 1.0 / 3.6


@cache
def _presets() -> dict[str, dict[str, object]]:
    return tomllib.loads(resources.files("tenmin").joinpath("walkers.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Walker:
    """Someone who walks: the pace on level ground and the factor that stairs take.

    Examples
    --------
    >>> import tenmin as tm
    >>> tm.Walker.preset("adult").speed_kmh
    4.8
    >>> tm.Walker("in a hurry", speed_kmh=6.0)
    Walker(name='in a hurry', speed_kmh=6.0, stairs_factor=3.0, source='', assumed=False)
    """

    name: str
    speed_kmh: float
    stairs_factor: float = 3.0
    """How many times longer a metre of stairs takes than a level one; inf where stairs cannot be used."""
    source: str = ""
    assumed: bool = False
    """Whether no standard or survey stands behind the figures."""

    def __post_init__(self) -> None:
        """Refuse a pace that is none."""
        if not (math.isfinite(self.speed_kmh) and self.speed_kmh > 0.0):
            msg = f"walker {self.name!r}: speed_kmh is {self.speed_kmh!r}; give km/h above 0, e.g. 4.8"
            raise InputError(msg)
        if not self.stairs_factor >= 1.0:
            msg = f"walker {self.name!r}: stairs_factor is {self.stairs_factor!r}; give 1 or more, or inf"
            raise InputError(msg)

    @classmethod
    def preset(cls, name: str) -> Walker:
        """Return a walker of the table that ships with the package: adult, older_adult, child, wheelchair, pushchair.

        Raises
        ------
        InputError
            If there is no such preset.
        """
        presets = _presets()
        if name not in presets:
            near = difflib.get_close_matches(str(name), presets, n=1) or list(presets)
            msg = f"there is no walker {name!r}; did you mean {', '.join(map(repr, near))}?"
            raise InputError(msg)
        row = {key: value for key, value in presets[name].items() if key not in {"zh", "en"}}
        return cls(name, **row)  # pyright: ignore[reportArgumentType]

    @classmethod
    def of(cls, walker: Walker | str) -> Walker:
        """Return the walker itself, or the preset of that name."""
        return walker if isinstance(walker, Walker) else cls.preset(walker)

    @property
    def metres_a_second(self) -> float:
        """The pace on level ground in m/s."""
        return self.speed_kmh * _METRES_A_SECOND

    def title(self, lang: str) -> str:
        """Return the walker's name in Chinese ("zh") or English ("en")."""
        row = _presets().get(self.name)
        return str(row[lang]) if row else self.name

    def seconds(self, length: np.ndarray, kind: np.ndarray) -> np.ndarray:
        """Return the seconds that edges take, inf where the walker cannot go.

        Parameters
        ----------
        length
            Metres of each edge.
        kind
            Kind of way of each edge (as the OpenStreetMap tag `highway` has it): "steps" are stairs.
        """
        return length / self.metres_a_second * np.where(kind == "steps", self.stairs_factor, 1.0)
