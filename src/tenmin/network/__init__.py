"""Streets to walk: build a network, join places and facilities to it."""

from tenmin.network.joins import Joins
from tenmin.network.walk_network import WalkNetwork

__all__ = ["Joins", "WalkNetwork"]
