"""Streets to walk: build a network, join places and facilities to it."""

from tenmin.network._snapping import Joins
from tenmin.network._walk_network import WalkNetwork

__all__ = ["Joins", "WalkNetwork"]
