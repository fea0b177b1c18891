"""tenmin: who cannot reach which service on foot in ten minutes, why, and what cures it."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tenmin.coverage import Coverage, measure_coverage
    from tenmin.errors import (
        CategoryError,
        FileError,
        InputError,
        LimitError,
        OutputError,
        ServiceError,
        StreetsError,
        TableError,
        TenminError,
        TenminWarning,
    )
    from tenmin.facilities import find_facilities
    from tenmin.gaps import find_gaps
    from tenmin.isochrones import trace_isochrones
    from tenmin.maps import draw_map
    from tenmin.nearest import find_nearest
    from tenmin.network import WalkNetwork
    from tenmin.osm import OsmExtract, download_osm, load_rules, read_osm
    from tenmin.people import count_people
    from tenmin.places import estimate_places
    from tenmin.reach import trace_streets
    from tenmin.samples import sample_path
    from tenmin.services import Category, load_catalogue
    from tenmin.walkers import Walker, load_walkers
    from tenmin.walks import measure_walks

__version__ = version("tenmin")

_MODULES = {
    "coverage": ("Coverage", "measure_coverage"),
    "errors": (
        "CategoryError",
        "FileError",
        "InputError",
        "LimitError",
        "OutputError",
        "ServiceError",
        "StreetsError",
        "TableError",
        "TenminError",
        "TenminWarning",
    ),
    "facilities": ("find_facilities",),
    "gaps": ("find_gaps",),
    "isochrones": ("trace_isochrones",),
    "maps": ("draw_map",),
    "nearest": ("find_nearest",),
    "network": ("WalkNetwork",),
    "osm": ("OsmExtract", "download_osm", "load_rules", "read_osm"),
    "people": ("count_people",),
    "places": ("estimate_places",),
    "reach": ("trace_streets",),
    "samples": ("sample_path",),
    "services": ("Category", "load_catalogue"),
    "walkers": ("Walker", "load_walkers"),
    "walks": ("measure_walks",),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "Category",
    "CategoryError",
    "Coverage",
    "FileError",
    "InputError",
    "LimitError",
    "OsmExtract",
    "OutputError",
    "ServiceError",
    "StreetsError",
    "TableError",
    "TenminError",
    "TenminWarning",
    "WalkNetwork",
    "Walker",
    "count_people",
    "download_osm",
    "draw_map",
    "estimate_places",
    "find_facilities",
    "find_gaps",
    "find_nearest",
    "load_catalogue",
    "load_rules",
    "load_walkers",
    "measure_coverage",
    "measure_walks",
    "read_osm",
    "sample_path",
    "trace_isochrones",
    "trace_streets",
]


def __getattr__(name: str) -> Any:
    """Import the module of a public name when the name is first used."""
    if name not in _HOME:
        msg = f"module 'tenmin' has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(import_module(f"tenmin.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
