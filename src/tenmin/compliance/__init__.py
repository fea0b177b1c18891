"""Standards held against communities: verdicts of three values, grades, totals, and the figures a text reports."""

from __future__ import annotations

from tenmin.compliance.checking import check_standard
from tenmin.compliance.grading import GRADES, REASONS
from tenmin.compliance.result import Compliance

__all__ = ["GRADES", "REASONS", "Compliance", "check_standard"]
