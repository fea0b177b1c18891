"""How the people of a coverage got where they are, in words that its denominator says."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from tenmin.support.contracts import people_of
from tenmin.support.errors import InputError
from tenmin.support.files import check_keys, read_toml, shipped_file
from tenmin.support.language import Lang, choose_language
from tenmin.support.percent import percent

__all__ = ["say_how_placed", "say_placement"]

_SEPARATOR = {"en": "; ", "zh": "；"}


@cache
def _words() -> dict[str, dict[str, str]]:
    path = shipped_file("tenmin.measures", "placements.toml")
    words = read_toml(path)
    for code, texts in words.items():
        check_keys(texts, {"en", "zh"}, {"en", "zh"}, f"{path}, {code}")
    return words


def say_placement(code: str, lang: Lang | None) -> str:
    """Return one way of placing people in words.

    Parameters
    ----------
    code
        A word of the column `placed_by`; one that is not in `placements.toml` is returned as it is.
    lang
        "zh" or "en"; by default the language of the system.

    Raises
    ------
    InputError
        If `lang` is neither.
    """
    spoken = choose_language(lang)
    if spoken not in _SEPARATOR:
        msg = f"lang must be 'zh' or 'en', but is {lang!r}"
        raise InputError(msg)
    return _words().get(code, {}).get(spoken, code)


def say_how_placed(places: pd.DataFrame, lang: Lang | None) -> str:
    """Return how the people of places got where they are, with the part of each way where there are several.

    Parameters
    ----------
    places
        The places. The column `placed_by` says it; a word that is not in `placements.toml` is kept as it is.
    lang
        "zh" or "en"; by default the language of the system.

    Examples
    --------
    >>> places = pd.DataFrame({"people": [30, 10], "placed_by": ["position", "outline"]})
    >>> say_how_placed(places, "en")
    '75.0% at the positions of their table; 25.0% at the outlines of their table'
    """
    spoken = choose_language(lang)
    given = places["placed_by"] if "placed_by" in places.columns else pd.Series(None, index=places.index, dtype=object)
    weight = people_of(places).to_numpy() if "people" in places.columns else np.ones(len(places))
    codes, ways = pd.factorize(given.fillna("unstated").astype(str), sort=True)
    people = np.bincount(codes, np.asarray(weight), len(ways))
    texts = [say_placement(str(way), spoken) for way in ways]
    if len(ways) == 1 or not people.sum() > 0.0:
        return _SEPARATOR[spoken].join(texts)
    largest_first = np.argsort(-people, kind="stable")
    return _SEPARATOR[spoken].join(f"{percent(people[way] / people.sum())} {texts[way]}" for way in largest_first)
