"""Standards held against communities: verdicts of three values, grades, totals, and the figures a text reports."""

from __future__ import annotations

from tenmin.measures.compliance._checking import check_standard
from tenmin.measures.compliance._grading import GRADES, REASONS
from tenmin.measures.compliance._result import Compliance

__all__ = ["GRADES", "REASONS", "Compliance", "check_standard"]
