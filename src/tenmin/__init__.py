"""tenmin: who cannot reach which service on foot in ten minutes, why, and what cures it."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tenmin.access.catchments import count_people
    from tenmin.access.isochrones import trace_isochrones
    from tenmin.access.nearest import find_nearest
    from tenmin.access.service_streets import trace_streets
    from tenmin.access.travel_times import measure_walks
    from tenmin.inputs.areas import read_areas
    from tenmin.inputs.facilities import combine_facilities, find_facilities, read_facilities
    from tenmin.inputs.osm import OsmExtract, download_osm, load_rules, read_osm
    from tenmin.inputs.places import estimate_places, read_places
    from tenmin.inputs.samples import sample_path
    from tenmin.inputs.services import Category, load_catalogue
    from tenmin.inputs.standards import Standard, list_standards, load_standard
    from tenmin.inputs.templates import write_template
    from tenmin.inputs.walkers import Walker, load_walkers
    from tenmin.measures.compliance import Compliance, check_standard
    from tenmin.measures.coverage import Coverage, measure_coverage
    from tenmin.measures.gaps import find_gaps
    from tenmin.network import WalkNetwork
    from tenmin.outputs.maps import draw_map
    from tenmin.support.contracts import list_remarks
    from tenmin.support.errors import (
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

__version__ = version("tenmin")

_MODULES = {
    "access.catchments": ("count_people",),
    "access.isochrones": ("trace_isochrones",),
    "access.nearest": ("find_nearest",),
    "access.service_streets": ("trace_streets",),
    "access.travel_times": ("measure_walks",),
    "inputs.areas": ("read_areas",),
    "inputs.facilities": (
        "combine_facilities",
        "find_facilities",
        "read_facilities",
    ),
    "inputs.osm": (
        "OsmExtract",
        "download_osm",
        "load_rules",
        "read_osm",
    ),
    "inputs.places": (
        "estimate_places",
        "read_places",
    ),
    "inputs.samples": ("sample_path",),
    "inputs.services": (
        "Category",
        "load_catalogue",
    ),
    "inputs.standards": (
        "Standard",
        "list_standards",
        "load_standard",
    ),
    "inputs.templates": ("write_template",),
    "inputs.walkers": (
        "Walker",
        "load_walkers",
    ),
    "measures.compliance": (
        "Compliance",
        "check_standard",
    ),
    "measures.coverage": (
        "Coverage",
        "measure_coverage",
    ),
    "measures.gaps": ("find_gaps",),
    "network": ("WalkNetwork",),
    "outputs.maps": ("draw_map",),
    "support.contracts": ("list_remarks",),
    "support.errors": (
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
