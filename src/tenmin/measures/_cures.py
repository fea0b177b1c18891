"""Cures: a sentence on what would close each gap, with the figures of the walk as it is and as it would be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
import pandas as pd

from tenmin.inputs.services import title_of_category
from tenmin.measures._unserved import GAP_WORDS, REASONS
from tenmin.measures.coverage import Coverage
from tenmin.support.language import Lang

__all__ = ["Pace", "write_cures"]

TOLD = 5
"""Most categories that a sentence names, those most people lack first; of the others it says how many they are."""
LEAST = 1e-9
"""People of a place without any, so that its walk counts where nobody lives."""
_AND: dict[Lang, str] = {"en": ", ", "zh": "、"}
_NEXT: dict[Lang, str] = {"en": "; ", "zh": "；"}
_OBSTACLES, _FIGURES = GAP_WORDS["obstacles"], GAP_WORDS["figures"]


@dataclass(frozen=True)
class Pace:
    """The unit of a limit: its name, and the level metres and minutes in one of it."""

    unit: str
    metres: float
    minutes: float

    @classmethod
    def of(cls, coverage: Coverage) -> Self:
        """Return the unit in which the limits of a coverage are given.

        Parameters
        ----------
        coverage
            The coverage.
        """
        speed = coverage.network.walker.metres_a_minute
        return cls("minutes", speed, 1.0) if coverage.unit == "minutes" else cls("metres", 1.0, 1.0 / speed)

    def tell(self, amount: float, lang: Lang) -> str:
        """Return an amount of the unit in words.

        Parameters
        ----------
        amount, lang
            The amount and the language.
        """
        return _FIGURES[self.unit][lang].format(amount)


def write_cures(pairs: pd.DataFrame, main: np.ndarray, pace: Pace) -> dict[Lang, list[str]]:
    """Return the text on the cure of each group, by language.

    It begins with what would cure its own reason, and goes on with the other reasons among what its places lack.

    Parameters
    ----------
    pairs
        Pairs of place and category as from `list_unserved`, with group.
    main
        The reason of each group.
    pace
        The unit of the limit.
    """
    by = _obstacles(pairs)
    texts: dict[Lang, list[list[str]]] = {"en": [[] for _ in main], "zh": [[] for _ in main]}
    for (group, reason), lacking in _lacking(pairs, main).items():
        for lang, of_groups in texts.items():
            of_groups[group].append(_sentence(reason, lacking, by.get((group, reason), set()), pace, lang))
    return {lang: [_NEXT[lang].join(each) for each in of_groups] for lang, of_groups in texts.items()}


class _Lack(NamedTuple):
    """One category that a gap lacks for one reason: means over its people who have a walk, NaN without any."""

    category: str
    metres: float
    excess: float
    walk: float
    cured: float


def _lacking(pairs: pd.DataFrame, main: np.ndarray) -> dict[tuple[int, str], list[_Lack]]:
    """What each group lacks for each reason: its own reason first, and the category that most people lack first."""
    weight = pairs["people"].clip(lower=LEAST)
    walks = np.isfinite(pairs["excess"])
    sums = pd.DataFrame(
        {
            "people": weight,
            "walking": weight * walks,
            "metres": (pairs["metres"] * weight).where(walks, 0.0),
            "excess": (pairs["excess"] * weight).where(walks, 0.0),
            "walk": (pairs["walk"] * weight).where(walks, 0.0),
            "cured": pairs["cured"] * weight,
        }
    )
    keys = [pairs["group"], pairs["reason"], pairs["category"]]
    table = sums.groupby(keys, sort=False).sum(min_count=1).reset_index()
    order = {reason: k for k, reason in enumerate(REASONS)}
    table["rank"] = table["reason"].map(order).where(table["reason"].to_numpy() != main[table["group"]], -1)
    table["first"] = -table["people"]
    found = dict[tuple[int, str], list[_Lack]]()
    for row in table.sort_values(["group", "rank", "first", "category"]).to_dict("records"):
        walking = row["walking"] or np.nan
        metres, excess, walk = (row[name] / walking for name in ("metres", "excess", "walk"))
        lack = _Lack(row["category"], metres, excess, walk, row["cured"] / row["people"])
        found.setdefault((row["group"], row["reason"]), []).append(lack)
    return found


def _obstacles(pairs: pd.DataFrame) -> dict[tuple[int, str], set[str]]:
    """What stands in the way of each group, by reason."""
    by = dict[tuple[int, str], set[str]]()
    named = pairs.loc[pairs["by"].notna(), ["group", "reason", "by"]].drop_duplicates()
    for group, reason, name in named.itertuples(index=False):
        by.setdefault((group, reason), set()).update(str(name).split(_AND["en"]))
    return by


def _sentence(reason: str, lacking: list[_Lack], by: set[str], pace: Pace, lang: Lang) -> str:
    names = [_name(one, pace, lang) if reason == "far" else title_of_category(one.category, lang) for one in lacking]
    if len(names) > TOLD:
        names[TOLD:] = [_FIGURES["more"][lang].format(count=len(names) - TOLD)]
    obstacles = [_OBSTACLES.get(name, {}).get(lang, name) for name in sorted(by)] or [
        _OBSTACLES["facility" if reason == "full" else "barrier"][lang]
    ]
    return REASONS[reason][f"cure_{lang}"].format(
        category=_AND[lang].join(names), by=_AND[lang].join(obstacles), change=_change(lacking, pace, lang)
    )


def _name(lack: _Lack, pace: Pace, lang: Lang) -> str:
    """A category with how far the nearest is."""
    excess = pace.tell(lack.excess, lang)
    figure = "far" if excess != pace.tell(0.0, lang) else "just_beyond"
    return _FIGURES[figure][lang].format(
        name=title_of_category(lack.category, lang),
        metres=_FIGURES["metres"][lang].format(lack.metres),
        excess=excess,
    )


def _change(lacking: list[_Lack], pace: Pace, lang: Lang) -> str:
    """The walk as it would be beside the walk as it is, of the category that most people lack."""
    lack = lacking[0]
    figure = "opened" if np.isfinite(lack.walk) else "no_walk"
    return _FIGURES[figure][lang].format(cured=pace.tell(lack.cured, lang), walk=pace.tell(lack.walk, lang))
