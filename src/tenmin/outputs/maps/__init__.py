"""The review map: one HTML file that opens offline and never runs external text."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence

import folium
import geopandas as gpd
import pandas as pd

from tenmin.access.query import Spots, make_query
from tenmin.inputs.walkers import Walker
from tenmin.measures.compliance import Compliance
from tenmin.measures.coverage import Coverage
from tenmin.measures.measurement import cover_walked_by
from tenmin.network import WalkNetwork
from tenmin.outputs.maps._basemap_layer import Basemap, read_basemap
from tenmin.outputs.maps._block import write_block
from tenmin.outputs.maps._content import MapData, page_bounds, page_content
from tenmin.outputs.maps._page import ReviewMap
from tenmin.outputs.maps._standards_content import standards_content
from tenmin.outputs.maps._static import static_page
from tenmin.outputs.maps._streets_content import StreetsData, streets_bounds, streets_content
from tenmin.support.errors import InputError, TableError, TenminWarning
from tenmin.support.language import Lang, choose_language
from tenmin.support.nouns import check_noun

__all__ = ["draw_map"]

LARGE = 15.0
"""Megabytes from which on a map is said to be large."""


def draw_map(  # noqa: PLR0913 (each table of the page by its name)
    coverage: Coverage | None = None,
    *,
    network: WalkNetwork | None = None,
    facilities: Spots | None = None,
    gaps: gpd.GeoDataFrame | None = None,
    isochrones: gpd.GeoDataFrame | None = None,
    areas: gpd.GeoDataFrame | None = None,
    basemap: Basemap | None = None,
    comparison: pd.DataFrame | None = None,
    title: str | None = None,
    computes: bool = True,
    walkers: Iterable[Walker | str] = (),
    compliance: Compliance | Iterable[Compliance] = (),
    lang: Lang | None = None,
    sources: Sequence[str] | None = None,
) -> folium.Map:
    """Return an interactive map of a coverage, by category, or of streets and isochrones alone.

    The page shows facilities and served, unserved and unknown places, and opens with the category of the lowest share.
    Of a network without a coverage it shows the streets, isochrones by their limits, facilities and outlines.
    It makes no requests; external texts are shown as they are and never run. The same input gives the same bytes.

    Parameters
    ----------
    coverage
        The coverage; its network gives the streets in the background, the walker and the date.
    network
        The streets, where no coverage is given.
    facilities
        Facilities to draw with a network, as `trace_isochrones` takes them; a coverage has its own.
    gaps
        Gaps from `find_gaps`, listed by rank.
    isochrones
        Isochrones from `trace_isochrones`, by facility or merged by category.
    areas
        Outlines of communities or districts; by default those of the coverage.
    basemap
        The extract that the streets come from (as from `read_osm`), or its path: its sea and water, woods, parks and
        other buildings are drawn below the results, and its places named. Without one there are streets and barriers.
    comparison
        People won and lost since another study, as `tm.compare(before, after).changes`, where the coverage is that
        after: the page opens with a tab of its own for them.
    title
        Heading of the page; by default a general one.
    computes
        Whether the page carries the walking network, with which it traces walks and computes what changes would do
        (not where distance is straight).
    walkers
        Other walkers, or names of presets, to whom the page can be switched: it computes their walks, too, and has
        their gaps (where `gaps` are as `find_gaps` gave them) and people by facility. Isochrones stay those of the
        coverage and are not drawn for others. A wheelchair makes the file about half as large again.
    compliance
        Results of `check_standard`: grades, shortfalls and what cannot be told stand on the cards of the communities.
    lang
        Language of the page and of the names of categories, "zh" or "en"; by default that of the system.
    sources
        Sources and attributions as the page says them; by default the names of the sources of the tables.

    Returns
    -------
    folium.Map
        The map; `.save(path)` writes it. What folium adds (`Marker`, `GeoJson`, `LayerControl`) is drawn, too; a
        `TenminWarning` names what would need files from the web, and the way out.

    Raises
    ------
    InputError
        If `lang` is not supported, the basemap is of another place, a table has no coordinate reference system or not
        the columns of its kind, neither a coverage nor a network is given, or both; or if there are walkers, but the
        page computes no walks.

    Warns
    -----
    TenminWarning
        The file will be larger than 15 MB.

    See Also
    --------
    tenmin.Coverage.plot : One category as a figure.
    tenmin.save_layers : Layers for QGIS.

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
    >>> circles = tm.trace_isochrones(network, clinic, minutes=[5, 10])
    >>> streets = tm.draw_map(network=network, isochrones=circles, facilities=clinic, lang="en")
    """
    if coverage is not None:
        _check_coverage(coverage, network, facilities)
    others = _walked_by(coverage, walkers, computes=computes)
    if coverage is None:
        return _draw_streets(
            network, facilities, gaps, isochrones, areas, basemap=basemap, title=title, lang=lang, sources=sources
        )
    outlines = areas if areas is not None else _outlines(coverage.areas)
    tables = {"gaps": gaps, "isochrones": isochrones, "areas": outlines}
    below = _below(basemap, coverage.network)
    data = MapData.of(coverage, **tables, computes=computes, others=others, basemap=below, comparison=comparison)
    chosen = choose_language(lang)
    content = page_content(data, title=title, lang=chosen, sources=sources)
    checked = (compliance,) if isinstance(compliance, Compliance) else tuple(compliance)
    if checked and data.areas is not None:
        content["standards"] = standards_content(checked, data.areas.index)
    static = static_page(data, content, chosen)
    return ReviewMap(_sized(write_block(content)), bounds=page_bounds(data), lang=chosen, static=static)


def _sized(block: str) -> str:
    """Return a data block; says how large the file will be, before it is written, if few can pass it on."""
    megabytes = len(block) / 1e6
    if megabytes > LARGE:
        msg = (
            f"the map will be a file of {megabytes:.0f} MB, which many mailboxes refuse and phones open slowly; "
            "leave out walkers=, draw isochrones by category (merge='category') or none, or have the map compute no "
            "walks (computes=False)"
        )
        warnings.warn(msg, TenminWarning, stacklevel=3)
    return block


def _walked_by(
    coverage: Coverage | None, walkers: Iterable[Walker | str] | Walker | str, *, computes: bool
) -> tuple[Coverage, ...]:
    """Return the coverage by each of other walkers, without its own and none twice."""
    named = [walkers] if isinstance(walkers, (str, Walker)) else walkers
    chosen = list(dict.fromkeys(map(Walker.of, named)))
    if not chosen:
        return ()
    if coverage is None or not computes or coverage.metric != "walk":
        msg = (
            "walkers= are for a page that computes walks: give a coverage with metric='walk' and leave computes= out, "
            "or leave walkers= out"
        )
        raise InputError(msg)
    return tuple(cover_walked_by(coverage, one) for one in chosen if one != coverage.network.walker)


def _check_coverage(coverage: Coverage, network: object, facilities: object) -> None:
    """Raise an error unless the coverage is one and brings its own network and facilities."""
    if isinstance(coverage, WalkNetwork):
        msg = "a network is no coverage; give it by its name: tm.draw_map(network=network, isochrones=isochrones)"
        raise TableError(msg)
    if not hasattr(coverage, "joins"):  # whatever has the attributes of a coverage is drawn
        check_noun(coverage, Coverage, "coverage")
    if not len(coverage.places):
        msg = (
            "the coverage has no places, so that there is nothing to tell of them; give it homes, or draw the streets: "
            "tm.draw_map(network=network, isochrones=isochrones)"
        )
        raise TableError(msg)
    if network is not None or facilities is not None:
        msg = "network= and facilities= are for a map without a coverage, which has its own; leave them out"
        raise TableError(msg)


def _draw_streets(
    network: WalkNetwork | None,
    facilities: Spots | None,
    gaps: object,
    isochrones: gpd.GeoDataFrame | None,
    areas: gpd.GeoDataFrame | None,
    *,
    basemap: Basemap | None,
    title: str | None,
    lang: Lang | None,
    sources: Sequence[str] | None,
) -> folium.Map:
    """Return the map of a network without a coverage."""
    if gaps is not None or network is None:
        msg = (
            "a map is of a coverage, tm.draw_map(coverage, gaps=gaps), or of a network without gaps, "
            "tm.draw_map(network=network, isochrones=isochrones); make one: "
            "coverage = tm.measure_coverage(network, places, facilities, minutes=10)"
        )
        raise TableError(msg)
    streets = check_noun(network, WalkNetwork, "network")
    sites = None if facilities is None else make_query(streets, facilities, needed=False).facilities
    tables = {"isochrones": isochrones, "facilities": sites, "areas": areas}
    data = StreetsData.of(streets, basemap=_below(basemap, streets), **tables)
    chosen = choose_language(lang)
    block = _sized(write_block(streets_content(data, title=title, lang=chosen, sources=sources)))
    return ReviewMap(block, bounds=streets_bounds(data), lang=chosen)


def _outlines(areas: object) -> gpd.GeoDataFrame | None:
    """Return the areas of a coverage if they have geometry."""
    return areas if isinstance(areas, gpd.GeoDataFrame) and areas.crs is not None else None


def _below(basemap: Basemap | None, network: WalkNetwork) -> gpd.GeoDataFrame | None:
    return None if basemap is None else read_basemap(basemap, network.crs, network.edges)
