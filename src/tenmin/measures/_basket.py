"""Baskets: whether each place has all, or enough, of several categories."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Integral

import numpy as np
import pandas as pd

from tenmin.inputs.services import load_baskets
from tenmin.measures._shares import add_shares, tally
from tenmin.support.errors import CategoryError, TableError
from tenmin.support.limits import unmeasured_category

__all__ = ["BASKET", "Basket"]

BASKET = "basket"
"""The basket's name where a table of shares has the category."""


def _choose(categories: Sequence[str] | str | None, known: list[str]) -> list[str]:
    """The categories of a basket, each once, in the order given."""
    if isinstance(categories, str):
        return _named(categories, known)
    if not known or not (categories is None or (isinstance(categories, Iterable) and list(categories))):
        msg = f"categories is {categories!r}; give a list of categories, e.g. categories={known[:2]}, or None for all"
        raise TableError(msg)
    chosen = known if categories is None else list(categories)
    for name in chosen:
        if name not in known:
            raise unmeasured_category(name, known, "the basket")
    return list(dict.fromkeys(chosen))


def _named(name: str, known: list[str]) -> list[str]:
    """The categories of a basket of the table, if the coverage has them all."""
    baskets = load_baskets()["categories"]
    if name not in baskets.index:
        near = difflib.get_close_matches(name, list(baskets.index), n=3, cutoff=0.4) or list(baskets.index)
        msg = f"there is no basket {name!r}; give one of {near}, or give a list of categories, e.g. {known[:2]}"
        raise TableError(msg)
    missing = [one for one in baskets[name] if one not in known]
    if missing:
        msg = (
            f"the basket {name!r} needs {missing}, which this coverage has not measured; measure it with a limit for "
            f"each: minutes=dict.fromkeys(tm.load_baskets().loc[{name!r}, 'categories'], 10)"
        )
        raise CategoryError(msg)
    return baskets[name]


def _check_needed(at_least: object, size: int) -> int:
    """The number of categories that a place needs."""
    if at_least is None:
        return size
    if isinstance(at_least, Integral) and not isinstance(at_least, bool) and 1 <= int(at_least) <= size:
        return int(at_least)
    msg = (
        f"at_least is {at_least!r}; give a whole number from 1 to {size}, the categories of the basket, or None for all"
    )
    raise TableError(msg)


@dataclass(frozen=True)
class Basket:
    """Some categories of a coverage, and how many of them a place needs."""

    served: pd.DataFrame
    """bool, places x the categories of the basket."""
    unknown: pd.DataFrame
    """bool, never True where `served` is."""
    facilities: pd.Series
    """Number of facilities in use by category."""
    needed: int
    """How many of the categories a place needs."""

    @classmethod
    def of(
        cls,
        served: pd.DataFrame,
        unknown: pd.DataFrame,
        facilities: pd.Series,
        *,
        categories: Sequence[str] | str | None,
        at_least: int | None,
    ) -> Basket:
        """Return the basket of these categories, or of this name (all with None), after checking them and their number.

        Raises
        ------
        TableError, CategoryError
            There is no such basket or category, none at all, or fewer than `at_least`.
        """
        chosen = _choose(categories, list(served.columns))
        return cls(served[chosen], unknown[chosen], facilities[chosen], _check_needed(at_least, len(chosen)))

    def has(self) -> tuple[np.ndarray, np.ndarray]:
        """Return for each place whether it surely has the basket, and whether that is unknown."""
        sure, possible = self.served.sum(axis=1), (self.served | self.unknown).sum(axis=1)
        has = (sure >= self.needed).to_numpy()
        return has, (possible >= self.needed).to_numpy() & ~has

    def share(self, weight: np.ndarray, of: str) -> pd.DataFrame:
        """Return the shares of a weight with the basket, in one row, NaN if too few categories have any facility."""
        has, unknown = (pd.DataFrame({BASKET: one}, index=self.served.index) for one in self.has())
        everywhere = pd.Series("", index=self.served.index)
        sums = tally(has, unknown, weight, of=of, by=None, label=everywhere)
        return add_shares(sums, pd.Series({BASKET: int((self.facilities > 0).sum() >= self.needed)}))

    def if_everyone_had(self, category: str) -> Basket:
        """Return the same basket, with one of its categories served everywhere."""
        return Basket(
            self.served.assign(**{category: True}),
            self.unknown.assign(**{category: False}),
            self.facilities.where(self.facilities.index != category, 1),
            self.needed,
        )

    def without_each(self, weight: np.ndarray, of: str) -> pd.DataFrame:
        """Return, for each category, who lacks it and the shares if everyone had it, the most lacking first."""
        lacking = ~(self.served | self.unknown)
        rows = [
            self.if_everyone_had(name)
            .share(weight, of)
            .assign(category=name, lacking=float(weight[lacking[name]].sum()))
            for name in self.served.columns
        ]
        table = pd.concat(rows).sort_values(["lacking", "category"], ascending=[False, True], ignore_index=True)
        return table[["category", "lacking", *table.columns.drop(["category", "lacking"])]]

    def lacking(self) -> pd.DataFrame:
        """Return the number of categories that each place lacks, and of those unknown."""
        unknown = self.unknown.sum(axis=1)
        return pd.DataFrame(
            {"lacking": self.served.shape[1] - self.served.sum(axis=1) - unknown, "unknown": unknown}
        ).astype("int64")
