"""The catalogue of service categories, kinds of facility and rooms, as tables that can be copied and replaced.

Input: `catalogue.toml`, `kinds.toml`, `rooms.toml`, `baskets.toml` and `expected_counts.toml`, or a catalogue of one's
own. Output: frozen `Category` records by key, baskets of them, and functions that find the category or room that a text
names. To add a category or a basket, add a table to the TOML file.
"""

from __future__ import annotations

from tenmin.inputs.services._catalogue import Category, load_catalogue
from tenmin.inputs.services._expected_counts import load_expected_counts
from tenmin.inputs.services._facility_kinds import FacilityKind, load_kinds, name_room
from tenmin.inputs.services._name_normalisation import normalise_name
from tenmin.inputs.services._named_baskets import load_baskets
from tenmin.inputs.services._naming import join_titles, list_parts, name_category, suggest_categories, title_of_category

__all__ = [
    "Category",
    "FacilityKind",
    "join_titles",
    "list_parts",
    "load_baskets",
    "load_catalogue",
    "load_expected_counts",
    "load_kinds",
    "name_category",
    "name_room",
    "normalise_name",
    "suggest_categories",
    "title_of_category",
]
