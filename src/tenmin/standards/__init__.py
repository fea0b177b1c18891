"""Standards of community services: rules as rows that a planner can audit, each with its source."""

from __future__ import annotations

from tenmin.standards.blank import write_blank_standard
from tenmin.standards.clause import AREA_KINDS, SETTINGS, AppliesTo, Clause
from tenmin.standards.kinds import EVIDENCE, KINDS
from tenmin.standards.loading import check_standard_file, list_standards, load_standard
from tenmin.standards.standard import Reported, Standard, Tier
from tenmin.standards.telling import describe_applies_to, describe_clause, describe_standard, describe_unit
from tenmin.standards.workbook import read_standard_workbook

__all__ = [
    "AREA_KINDS",
    "EVIDENCE",
    "KINDS",
    "SETTINGS",
    "AppliesTo",
    "Clause",
    "Reported",
    "Standard",
    "Tier",
    "check_standard_file",
    "describe_applies_to",
    "describe_clause",
    "describe_standard",
    "describe_unit",
    "list_standards",
    "load_standard",
    "read_standard_workbook",
    "write_blank_standard",
]
