"""The review map: one HTML file that opens without a network and shows no text but as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import folium
import geopandas as gpd

from tenmin.outputs.maps._block import write_block
from tenmin.outputs.maps._content import Subject, page_bounds, page_content
from tenmin.outputs.maps._page import ReviewMap

if TYPE_CHECKING:
    from tenmin.measures.coverage import Coverage

__all__ = ["draw_map"]


def draw_map(
    coverage: Coverage,
    *,
    gaps: gpd.GeoDataFrame | None = None,
    isochrones: gpd.GeoDataFrame | None = None,
    areas: gpd.GeoDataFrame | None = None,
    title: str | None = None,
    lang: Literal["zh", "en"] = "zh",
) -> folium.Map:
    """Return the map of a coverage: by service its facilities, the places by verdict, and what else is given.

    The page opens with the service of the lowest share. It holds everything it needs and asks no host for
    anything; names and other texts are shown as they are and never run. The same input gives the same bytes.

    Parameters
    ----------
    coverage
        What was measured; its network gives the backdrop of streets, the walker and the date.
    gaps
        As `find_gaps` returns them: outlined, hatched and listed by rank.
    isochrones
        As `trace_isochrones` returns them, per facility or merged by category.
    areas
        Outlines of communities or districts; those of the coverage if it has any and none are given.
    title
        Heading of the page; a plain one in its language by default.
    lang
        Language of the page's own words and of the catalogue's names.

    Raises
    ------
    InputError
        If the page has no such language, or a table has no coordinate reference system.

    Examples
    --------
    >>> import folium, geopandas as gpd, tenmin as tm
    >>> from shapely import LineString, Point
    >>> lines = gpd.GeoDataFrame(geometry=[LineString([(5e5, 4e6), (502e3, 4e6)])], crs="EPSG:32650")
    >>> network = tm.WalkNetwork.from_edges(lines, walker="adult")
    >>> homes = gpd.GeoDataFrame({"people": [30]}, index=["h1"], geometry=[Point(500_080, 4e6)], crs=lines.crs)
    >>> clinic = gpd.GeoDataFrame({"category": ["clinic"]}, index=["c1"], geometry=[Point(5e5, 4e6)], crs=lines.crs)
    >>> review = tm.draw_map(tm.measure_coverage(network, homes, clinic, minutes=10), lang="en")
    >>> isinstance(review, folium.Map)
    True
    """
    outlines = areas if areas is not None else _outlines(coverage.areas)
    subject = Subject.of(coverage, gaps=gaps, isochrones=isochrones, areas=outlines)
    block = write_block(page_content(subject, title=title, lang=lang))
    return ReviewMap(block, bounds=page_bounds(subject), lang=lang)


def _outlines(areas: object) -> gpd.GeoDataFrame | None:
    """Return the areas of a coverage if they have shapes; a plain table of communities has none."""
    return areas if isinstance(areas, gpd.GeoDataFrame) and areas.crs is not None else None
