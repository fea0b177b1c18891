"""tenmin: who cannot reach which service on foot in ten minutes, why, and what cures it."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tenmin.areas import read_areas
    from tenmin.compliance import Compliance, check_standard
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
    from tenmin.facilities import combine_facilities, find_facilities, read_facilities
    from tenmin.gaps import find_gaps
    from tenmin.isochrones import trace_isochrones
    from tenmin.maps import draw_map
    from tenmin.nearest import find_nearest
    from tenmin.network import WalkNetwork
    from tenmin.osm import OsmExtract, download_osm, load_rules, read_osm
    from tenmin.people import count_people
    from tenmin.places import estimate_places, read_places
    from tenmin.reach import trace_streets
    from tenmin.samples import sample_path
    from tenmin.services import Category, load_catalogue
    from tenmin.standards import Standard, list_standards, load_standard
    from tenmin.tables import list_remarks
    from tenmin.template import write_template
    from tenmin.walkers import Walker, load_walkers
    from tenmin.walks import measure_walks

__version__ = version("tenmin")

_MODULES = {
    "areas": ("read_areas",),
    "compliance": ("Compliance", "check_standard"),
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
    "facilities": ("combine_facilities", "find_facilities", "read_facilities"),
    "gaps": ("find_gaps",),
    "isochrones": ("trace_isochrones",),
    "maps": ("draw_map",),
    "nearest": ("find_nearest",),
    "network": ("WalkNetwork",),
    "osm": ("OsmExtract", "download_osm", "load_rules", "read_osm"),
    "people": ("count_people",),
    "places": ("estimate_places", "read_places"),
    "reach": ("trace_streets",),
    "samples": ("sample_path",),
    "services": ("Category", "load_catalogue"),
    "standards": ("Standard", "list_standards", "load_standard"),
    "tables": ("list_remarks",),
    "template": ("write_template",),
    "walkers": ("Walker", "load_walkers"),
    "walks": ("measure_walks",),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "Category",
    "CategoryError",
    "Compliance",
    "Coverage",
    "FileError",
    "InputError",
    "LimitError",
    "OsmExtract",
    "OutputError",
    "ServiceError",
    "Standard",
    "StreetsError",
    "TableError",
    "TenminError",
    "TenminWarning",
    "WalkNetwork",
    "Walker",
    "check_standard",
    "combine_facilities",
    "count_people",
    "download_osm",
    "draw_map",
    "estimate_places",
    "find_facilities",
    "find_gaps",
    "find_nearest",
    "list_remarks",
    "list_standards",
    "load_catalogue",
    "load_rules",
    "load_standard",
    "load_walkers",
    "measure_coverage",
    "measure_walks",
    "read_areas",
    "read_facilities",
    "read_osm",
    "read_places",
    "sample_path",
    "trace_isochrones",
    "trace_streets",
    "write_template",
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
