"""Cures: a sentence on what would close each gap."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from tenmin.inputs.services import title_of_category
from tenmin.measures._unserved import REASONS
from tenmin.support.language import Lang

__all__ = ["write_cures"]

_AND: dict[Lang, str] = {"en": ", ", "zh": "、"}
_NEXT: dict[Lang, str] = {"en": "; ", "zh": "；"}


def write_cures(pairs: pd.DataFrame, main: np.ndarray) -> dict[Lang, list[str]]:
    """Return the text on the cure of each group, by language.

    It begins with what would cure its own reason, and goes on with the other reasons among what its places lack.

    Parameters
    ----------
    pairs
        Pairs of place and category with group, reason and by.
    main
        The reason of each group.
    """
    order = {reason: k for k, reason in enumerate(REASONS)}
    parts = dict[tuple[int, bool, int], tuple[set[str], set[str]]]()
    distinct = pairs[["group", "reason", "category", "by"]].drop_duplicates()
    for group, reason, category, by in distinct.itertuples(index=False):
        categories, barriers = parts.setdefault((group, reason != main[group], order[reason]), (set(), set()))
        categories.add(category)
        barriers.update([by] if isinstance(by, str) else [])
    texts: dict[Lang, list[list[str]]] = {"en": [[] for _ in main], "zh": [[] for _ in main]}
    for (group, _, reason), (categories, barriers) in sorted(parts.items(), key=lambda part: part[0]):
        for lang, of_groups in texts.items():
            key = tuple(sorted(categories)), tuple(sorted(barriers))
            of_groups[group].append(_sentence(list(REASONS)[reason], *key, lang))
    return {lang: [_NEXT[lang].join(each) for each in of_groups] for lang, of_groups in texts.items()}


@cache
def _sentence(reason: str, categories: tuple[str, ...], barriers: tuple[str, ...], lang: Lang) -> str:
    names = _AND[lang].join(title_of_category(category, lang) for category in categories)
    barrier = ", ".join(barriers) or ("阻隔" if lang == "zh" else "the barrier")
    return REASONS[reason][f"cure_{lang}"].format(category=names, by=barrier)
