"""Walk networks: construction from an extract, lines or a graph, snapping, saving and exchange.

Input is an `OsmExtract`, a GeoDataFrame of lines or a networkx graph, with a `Walker`. Output is a `WalkNetwork`: nodes
and edges as GeoDataFrames in a metric CRS, barriers and gates, and the arrays that `tenmin.routing` searches. Which
ways can be walked is decided by the table `inputs/osm/rules.toml`.
"""

from tenmin.network._carried_points import carry_over, items_to_snap
from tenmin.network._changed_layout import NewLink
from tenmin.network._snapping import ASIDE, Snapping
from tenmin.network._street_figure import pace_of
from tenmin.network._walk_network import WalkNetwork

__all__ = ["ASIDE", "NewLink", "Snapping", "WalkNetwork", "carry_over", "items_to_snap", "pace_of"]
