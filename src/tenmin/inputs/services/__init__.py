"""The catalogue of services that people walk to, as tables that a planner can read, copy and replace."""

from __future__ import annotations

from tenmin.inputs.services._catalogue import Category, load_catalogue
from tenmin.inputs.services._facility_kinds import FacilityKind, load_kinds, name_room
from tenmin.inputs.services._naming import list_parts, name_category
from tenmin.inputs.services._wording import plain_name

__all__ = [
    "Category",
    "FacilityKind",
    "list_parts",
    "load_catalogue",
    "load_kinds",
    "name_category",
    "name_room",
    "plain_name",
]
