"""Compliance of communities with standards: verdicts, grades, totals, and figures beside those that a text reports."""

from __future__ import annotations

from tenmin.measures.compliance._checking import check_standard
from tenmin.measures.compliance._grading import GRADES, REASONS
from tenmin.measures.compliance._result import Compliance

__all__ = ["GRADES", "REASONS", "Compliance", "check_standard"]
