"""Where services are: found in OpenStreetMap, each counted once."""

from __future__ import annotations

from tenmin.facilities.finding import find_facilities, list_duplicates

__all__ = ["find_facilities", "list_duplicates"]
