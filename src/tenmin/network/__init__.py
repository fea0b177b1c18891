"""Streets to walk: built from an extract, lines or a graph, snapped to, saved and exchanged.

In comes an `OsmExtract`, a GeoDataFrame of lines or a networkx graph, with a `Walker`; out comes a `WalkNetwork`: nodes
and edges as GeoDataFrames in a metric CRS, barriers and gates, and the arrays that `tenmin.routing` searches. Who may
walk where is decided by rows of `inputs/osm/rules.toml`, not here.
"""

from tenmin.network._snapping import ASIDE, Joins
from tenmin.network._walk_network import WalkNetwork

__all__ = ["ASIDE", "Joins", "WalkNetwork"]
