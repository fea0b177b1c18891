"""The gaps of the map as numbers and texts: what they lack, why, what cures it, and what people call the place."""

from __future__ import annotations

from collections.abc import Container, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.measures.coverage import CAUSES
from tenmin.measures.lacking import SEPARATOR
from tenmin.outputs.maps._layers import AREA_TOLERANCE, Layer, hundredths, texts_of
from tenmin.outputs.maps._shapes import page_points, page_shapes
from tenmin.outputs.maps._words import Words

__all__ = ["gap_layer", "names_of_gaps", "split_categories"]


def gap_layer(
    gaps: gpd.GeoDataFrame, category: Mapping[str, int], streets: gpd.GeoDataFrame, words: Mapping[str, Words]
) -> Layer:
    """Return the gaps by rank, with a name, the categories that are lacking, people, reason and cure.

    Homes that join no street are a gap of every service; the page lists them once, as defects of the data.

    Parameters
    ----------
    gaps
        As from `find_gaps`, by category or by place.
    category
        Number of each category on the page.
    streets
        Edges that gaps without a community are named by.
    words
        Words of the page by language.
    """
    gaps = gaps[gaps["reason"] != "unjoined"]
    shapes = gaps.geometry
    unit = "metres" if "excess_metres" in gaps else "minutes"
    lacks = [
        [category[key] for key in split_categories(text, category) if key in category] for text in gaps["category"]
    ]
    cures, cure_of = _coded_cures(gaps, words)
    numbers = {
        "shapes": page_shapes(shapes, simplify=AREA_TOLERANCE),
        "points": page_points(shapes),
        "lacks": np.array([one for row in lacks for one in row], dtype=np.int64),
        "lacking": np.array([len(row) for row in lacks], dtype=np.int64),
        "doubtful": gaps["reason"].isin(CAUSES).to_numpy(np.int64),
        "people": hundredths(gaps["people"]),
        "severity": hundredths(gaps["severity"]),
        "places": gaps["places"].to_numpy(np.int64),
        "excess": hundredths(gaps[f"excess_{unit}"]),
        "rank": gaps.index.to_numpy(np.int64),
        "cure": cure_of,
    }
    texts = {
        "unit": unit,
        "id": texts_of(gaps["gap"]),
        "name": {lang: names_of_gaps(gaps, streets, lang) for lang in words},
        "reason": texts_of(gaps["reason"]),
        "by": texts_of(gaps["by"]),
        "cures": cures,
    }
    return Layer(numbers, texts)


def _coded_cures(gaps: gpd.GeoDataFrame, words: Mapping[str, Words]) -> tuple[dict[str, list[str]], np.ndarray]:
    """Return the distinct sentences on cures by language, and the number of each gap's."""
    sentences = {lang: gaps["cure_zh" if lang == "zh" and "cure_zh" in gaps else "cure"] for lang in words}
    whole = pd.DataFrame(sentences).astype(object)
    codes, distinct = pd.factorize(pd.MultiIndex.from_frame(whole.where(whole.notna(), "")))
    return {lang: [str(row[number]) for row in distinct] for number, lang in enumerate(words)}, codes


def names_of_gaps(gaps: gpd.GeoDataFrame, streets: gpd.GeoDataFrame, lang: str) -> list[str | None]:
    """Return what people call where a gap is: its own name, its communities, or the nearest street with a name.

    Parameters
    ----------
    gaps
        As from `find_gaps`.
    streets
        Edges that gaps without a community are named by.
    lang
        "zh" or "en".
    """
    own = ("name_zh", "name") if lang == "zh" else ("name",)
    given = [column for column in (*own, "area") if column in gaps]
    named = gaps[given].bfill(axis=1).iloc[:, 0] if given else pd.Series(None, index=gaps.index, dtype=object)
    known = streets[streets["name"].notna()] if "name" in streets else streets.iloc[:0]
    bare = named.isna() & ~gaps.geometry.is_empty & gaps.geometry.notna()
    if len(known) and bare.any():
        spots = shapely.point_on_surface(gaps.geometry[bare].to_numpy())
        gap, street = known.sindex.nearest(spots, return_all=False)
        named = named.astype(object)
        named[named.index[bare.to_numpy()][gap]] = known["name"].to_numpy()[street]
    return texts_of(named)


def split_categories(text: str, known: Container[str]) -> list[str]:
    """Return the categories that a gap lacks: the one that it names, or several with semicolons between.

    Parameters
    ----------
    text
        What the column `category` says.
    known
        The categories of the page; one of these is never split.
    """
    return [text] if text in known else text.split(SEPARATOR)
