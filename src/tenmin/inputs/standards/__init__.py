"""Standards of community services as tables of clauses, each with its source and grade of evidence.

Input: the TOML files in `data`, or a TOML file or workbook filled in from a printed text. Output: frozen `Standard`
records. To add a standard, add a TOML file to `data`; the kinds of clauses are in `_clause_kinds`.
"""

from __future__ import annotations

from tenmin.inputs.standards._blank import write_blank_standard
from tenmin.inputs.standards._clause import AREA_KINDS, SETTINGS, AppliesTo, Clause
from tenmin.inputs.standards._clause_kinds import ALONG, EVIDENCE, KINDS
from tenmin.inputs.standards._description import describe_applies_to, describe_clause, describe_standard, describe_unit
from tenmin.inputs.standards._loading import check_standard_file, list_standards, load_standard
from tenmin.inputs.standards._standard import Reported, Standard, Tier
from tenmin.inputs.standards._workbook import read_standard_workbook

__all__ = [
    "ALONG",
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
