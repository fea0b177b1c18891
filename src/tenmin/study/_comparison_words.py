"""The sentences on a comparison."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from tenmin.inputs.services import join_titles, title_of_category
from tenmin.study._fingerprints import CAUSES
from tenmin.study._recalled import Lost
from tenmin.support.files import read_toml, shipped_file
from tenmin.support.language import Lang, fill
from tenmin.support.percent import share_as_text

__all__ = ["tell"]

_TEXTS: dict[str, dict[str, str]] = read_toml(shipped_file("tenmin.study", "texts.toml"))["comparison"]
_TOLD = 10
"""Categories that are told, those with the largest difference first."""
_ONE_PERSON = 0.5


def tell(
    people: pd.DataFrame,
    causes: pd.DataFrame,
    titles: tuple[str, str],
    *,
    differ: Sequence[str],
    left_out: Sequence[str],
    homes: tuple[int, int],
    lost: Lost | None,
    lang: Lang,
) -> list[str]:
    """Return sentences on the people won and lost, and on the causes.

    Parameters
    ----------
    people, causes
        As in `Comparison`.
    titles
        Of the two studies.
    differ
        The causes of which they differ.
    left_out
        Categories of only one of them.
    homes
        How many homes only the first has, and only the second.
    lost
        Why the causes cannot be told apart.
    lang
        "zh" or "en".
    """
    comma = "；" if lang == "zh" else "; "
    named = comma.join(_say(lang, cause) for cause in differ) or _say(lang, "nothing")
    lines = [_say(lang, "heading", before=titles[0], after=titles[1]), _say(lang, "differ", causes=named)]
    moved = people[(people["won"] > _ONE_PERSON) | (people["lost"] > _ONE_PERSON)]
    order = moved["difference"].abs().sort_values(ascending=False, kind="stable").index
    unknown = bool(causes["difference"].isna().any())
    for row in moved.loc[order[:_TOLD]].to_dict("records"):
        line = _tell_category(row, lang)
        parts = causes[causes["category"] == row["category"]].set_index("cause")["difference"]
        told = [*(cause for cause in CAUSES if cause in differ), *(["interaction"] if len(differ) > 1 else [])]
        why = comma.join(
            _say(lang, "cause", cause=_say(lang, cause), people=f"{parts[cause] + 0.0:+,.0f}") for cause in told
        )
        lines.append(
            _say(lang, "plain", row=line) if unknown or not told else _say(lang, "because", row=line, causes=why)
        )
    if len(moved) > _TOLD:
        lines.append(_say(lang, "more", count=len(moved) - _TOLD))
    lines += [_say(lang, "same")] if moved.empty else []
    lines += [_say(lang, "homes", gone=f"{homes[0]:,}", new=f"{homes[1]:,}")] if any(homes) else []
    lines += [_say(lang, "unattributed", why=_say(lang, lost.reason, what=lost.what))] if lost is not None else []
    if left_out:
        lines.append(_say(lang, "left_out", names=join_titles(left_out, lang)))
    return lines


def _say(lang: Lang, key: str, **values: object) -> str:
    return fill(_TEXTS[key][lang], **values)


def _tell_category(row: Mapping[Hashable, Any], lang: Lang) -> str:
    """The people of one category won and lost, and its shares before and after."""
    shares = dict[str, str]()
    for when in ("before", "after"):
        total, served, unknown = (float(row[key]) for key in (f"total_{when}", when, f"unknown_{when}"))
        shares[when] = share_as_text(served / total, (served + unknown) / total) if total else "-"
    name = title_of_category(str(row["category"]), lang)
    return _say(lang, "row", name=name, won=f"{row['won']:,.0f}", lost=f"{row['lost']:,.0f}", **shares)
