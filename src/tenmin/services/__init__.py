"""The catalogue of services that people walk to, as a table that a planner can read, copy and replace."""

from __future__ import annotations

from tenmin.services.catalogue import Category, load_catalogue

__all__ = ["Category", "load_catalogue"]
