"""Results as tables to write and as lines of text: shares, baskets, gaps and words for categories."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from tenmin.inputs.services import join_titles, title_of_category
from tenmin.measures.coverage import BASKET, Coverage
from tenmin.measures.gaps import REASONS as GAP_REASONS
from tenmin.measures.lacking import SEPARATOR
from tenmin.measures.placements import EVEN, compare_placements
from tenmin.support.files import read_toml, shipped_file
from tenmin.support.language import Lang
from tenmin.support.percent import share_as_text

__all__ = [
    "align",
    "basket_as_text",
    "basket_table",
    "community_shares",
    "gap_table",
    "gaps_as_text",
    "in_words",
    "review_tables",
    "share_table",
    "shares_as_text",
    "words_as_text",
]

_HEADS: dict[str, dict[str, str]] = read_toml(shipped_file("tenmin.outputs", "tables.toml"))
_NAMED = 3
"""Services that a gap lacks, as far as they are named in a line."""
_COLUMNS: dict[str, dict[str, Any]] = read_toml(shipped_file("tenmin.outputs", "written.toml"))


def share_table(coverage: Coverage, lang: Lang) -> pd.DataFrame:
    """Return the shares of people by category, lowest first.

    Parameters
    ----------
    coverage
        The coverage.
    lang
        Language of the names, "zh" or "en".

    Returns
    -------
    DataFrame
        Columns of `Coverage.shares`; share_even, share_even_upper and depends: the shares with people spread evenly
        along the streets, and how many people's answer depends on that (`compare_placements`); name (of the category)
        and facilities (the number of those in use, with those of its parts).
    """
    compared = compare_placements(coverage, lang=lang)
    even = compared[compared["placement"] == EVEN].set_index("category")
    told = even[["share", "share_upper", "depends"]].rename(
        columns={"share": "share_even", "share_upper": "share_even_upper"}
    )
    shares = coverage.shares().join(told, on="category")
    shares = shares.sort_values(["share", "category"], kind="stable", ignore_index=True)
    rows = coverage.query.rows_of
    names = [title_of_category(key, lang) for key in shares["category"]]
    return shares.assign(name=names, facilities=[len(rows[key]) for key in shares["category"]])


def basket_table(coverage: Coverage, lang: Lang) -> pd.DataFrame | None:
    """Return who has the basket of all categories, and what each category costs it, or None without categories.

    Parameters
    ----------
    coverage
        The coverage.
    lang
        Language of the names, "zh" or "en".

    Returns
    -------
    DataFrame
        First a row for the whole basket, then the rows of `Coverage.basket_by_category`; with name (of the category).
    """
    if coverage.limit.empty:
        return None
    whole, parts = coverage.basket(), coverage.basket_by_category()
    names = [_HEADS["basket"][lang], *(title_of_category(key, lang) for key in parts["category"])]
    return pd.concat([whole, parts], ignore_index=True)[[*parts.columns]].assign(name=names)


def basket_as_text(coverage: Coverage, shares: pd.DataFrame, lang: Lang) -> dict[str, str]:
    """Return the words of the sentence on the basket of all categories.

    Parameters
    ----------
    coverage
        The coverage.
    shares
        As from `share_table`.
    lang
        Language of the names, "zh" or "en".

    Returns
    -------
    dict
        share and people (with the base of their number, if it is known) of the basket, count (of its categories), and
        worst and worst_share: the category with the lowest share.
    """
    (basket,), worst = coverage.basket().to_dict("records"), shares.iloc[0]
    return {
        "share": share_as_text(basket["share"], basket["share_upper"]),
        "people": f"{basket['total']:,.0f}",
        "base": ("（{}）" if lang == "zh" else " ({})").format(basket["base"]) if "base" in basket else "",
        "count": str(len(shares)),
        "worst": str(worst["name"]),
        "worst_share": share_as_text(worst["share"], worst["share_upper"]),
    }


def community_shares(coverage: Coverage, lang: Lang) -> pd.DataFrame | None:
    """Return the shares of people by community and category, or None if no place names or lies in a community.

    Parameters
    ----------
    coverage
        The coverage.
    lang
        Language of the names of categories, "zh" or "en".

    Returns
    -------
    DataFrame
        Columns of `Coverage.shares` by "area", with name (of the category) and community (the name of the area).
    """
    if "area" not in coverage.places.columns or coverage.places["area"].isna().all():
        return None
    shares = coverage.shares(by="area")
    names = [title_of_category(key, lang) for key in shares["category"]]
    known = {} if coverage.areas is None else dict(coverage.areas.get("name", pd.Series(dtype=object)).dropna())
    return shares.assign(name=names, community=[str(known.get(area, area)) for area in shares["area"]])


def gap_table(gaps: gpd.GeoDataFrame, lang: Lang) -> pd.DataFrame:
    """Return gaps as a table without geometry, with the cure in one language.

    Parameters
    ----------
    gaps
        As from `find_gaps`.
    lang
        Language of reasons and cures, "zh" or "en".
    """
    reasons = gaps["reason"] if lang == "en" else [GAP_REASONS[reason][lang] for reason in gaps["reason"]]
    told = {name: gaps[f"{name}_zh" if lang == "zh" else name] for name in ("name", "cure") if name in gaps}
    table = pd.DataFrame(gaps.drop(columns=["geometry", "name_zh", "cure_zh"], errors="ignore"))
    return table.assign(reason=reasons, **told).reset_index()


def review_tables(coverage: Coverage, gaps: gpd.GeoDataFrame, lang: Lang) -> dict[str, pd.DataFrame]:
    """Return the tables of a review by name: coverage, basket, gaps, counts, communities and hours where known.

    Parameters
    ----------
    coverage, gaps
        The coverage, and its gaps from `find_gaps`.
    lang
        Language of names, reasons and cures, "zh" or "en".
    """
    tables = {
        "coverage": share_table(coverage, lang),
        "basket": basket_table(coverage, lang),
        "communities": community_shares(coverage, lang),
        "gaps": gap_table(gaps, lang),
        "counts": coverage.counts.reset_index(),
        "hours": None if coverage.opening is None else coverage.opening.hours.rename_axis("facility").reset_index(),
    }
    return {name: table for name, table in tables.items() if table is not None}


def in_words(table: pd.DataFrame, lang: Lang) -> pd.DataFrame:
    """Return a table to be read by people: in Chinese without the headings, keys and words of the code.

    Parameters
    ----------
    table
        Any table of results.
    lang
        "zh" or "en"; in English the table stays as it is.
    """
    if lang == "en":
        return table
    words: dict[str, dict[str, str]] = {**_COLUMNS["values"], "field": _COLUMNS["headings"]}
    told: dict[str, Any] = {
        name: [words[name].get(str(value), value) for value in table[name]] for name in words if name in table
    }
    if "category" in table:
        own = {BASKET: _HEADS["basket"][lang]}
        joined = map(str, table["category"])
        told["category"] = [own.get(keys) or join_titles(keys.split(SEPARATOR), lang) for keys in joined]
    return table.assign(**told).rename(columns=_COLUMNS["headings"])


def shares_as_text(shares: pd.DataFrame, lang: Lang) -> list[str]:
    """Return a table of shares as lines of aligned columns.

    Parameters
    ----------
    shares
        As from `share_table`.
    lang
        Language of the headings, "zh" or "en".
    """
    keys = ("name", "facilities", "served", "unserved", "unknown", "share", "share_even")
    rows = [[_HEADS[key][lang] for key in keys]]
    for row in shares.to_dict("records"):
        people = (f"{row[key]:,.0f}" for key in ("served", "unserved", "unknown"))
        parts = (share_as_text(row[key], row[f"{key}_upper"]) for key in ("share", "share_even"))
        rows.append([str(row["name"]), str(row["facilities"]), *people, *parts])
    return align(rows)


def gaps_as_text(gaps: gpd.GeoDataFrame, lang: Lang) -> list[str]:
    """Return gaps as two lines each: rank, place, services lacking, reason and people in columns; and the cure.

    Parameters
    ----------
    gaps
        By place, as from `find_gaps(coverage, by="place")`.
    lang
        "zh" or "en".
    """
    place, cure = ("name_zh", "cure_zh") if lang == "zh" else ("name", "cure")
    rows = [["", *(_HEADS[key][lang] for key in ("place", "lacking", "reason", "people"))]]
    for rank, row in gaps.iterrows():
        lacking = join_titles(row["category"].split(SEPARATOR), lang, most=_NAMED)
        rows.append([str(rank), row[place] or "", lacking, GAP_REASONS[row["reason"]][lang], f"{row['people']:,.0f}"])
    head, *lines = align(rows, 4)
    before = " " * (2 + max(len(rank) for rank, *_ in rows)) + _HEADS["cure_of"][lang]
    return [head, *(part for line, text in zip(lines, gaps[cure], strict=True) for part in (line, f"{before}{text}"))]


def align(rows: Sequence[Sequence[str]], texts: int = 1) -> list[str]:
    """Return rows as lines of aligned columns.

    Parameters
    ----------
    rows
        Rows of equal length.
    texts
        Number of columns aligned to the left; the others are aligned to the right.
    """
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            _padded(text, width, left=k < texts) for k, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def words_as_text(words: pd.DataFrame, lang: Lang) -> list[str]:
    """Return the words for categories as lines of aligned columns.

    Parameters
    ----------
    words
        As from `list_words`.
    lang
        Language of the headings, "zh" or "en".
    """
    keys = ["key", "zh", "en", "amap", "aliases"]
    rows = [[_HEADS[f"word_{key}"][lang] for key in keys], *words[keys].to_numpy().tolist()]
    return align(rows, len(keys))


def _padded(text: str, width: int, *, left: bool) -> str:
    space = " " * (width - _width(text))
    return text + space if left else space + text


def _width(text: str) -> int:
    """The width of a text in terminal columns; an East Asian wide character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
