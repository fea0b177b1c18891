"""Kinds of clauses: required and optional fields, unit and names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["ALONG", "BOUNDS", "EVIDENCE", "KINDS", "LEVELS", "PER_OF", "WALKS", "ClauseKind"]

EVIDENCE: Mapping[str, tuple[str, str]] = {
    "primary": ("发布机构原文", "the issuing body's own text"),
    "primary_excerpt": ("原文节选", "an excerpt of the rule itself"),
    "founding": ("原始报道", "one of the five founding reports"),
    "secondary": ("二手文献", "an encyclopaedia, journal or commentary that cites the rule"),
    "news": ("新闻报道", "a press report"),
    "user": ("用户录入", "entered by a user from a printed text"),
    "third_party": ("第三方转录", "somebody's program or transcription: a lead, not the rule"),
}
"""Grades of evidence, best first, with their descriptions in Chinese and English."""

LEVELS = ("社区", "街道", "区县", "town")
WALKS = ("walk_minutes", "walk_metres", "straight_metres")
ALONG = {"stairs_m": "m", "steepest": "share", "unsignalled_crossings": "count", "longest_without_bench": "m"}
"""What a clause may limit along a walk, and its unit."""
PER_OF = ("people", "households")
BOUNDS = {"min": ("≥", "at least"), "max": ("≤", "at most"), "about": ("约", "about")}

_ONLY = frozenset({"least_floor_m2", "least_land_m2", "most_land_m2"})
_WITHIN = frozenset({"within", "within_kind"})
_ABOUT = frozenset({"tolerance"})
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ClauseKind:
    """A kind of clause.

    Attributes
    ----------
    unit
        Unit of its value.
    zh, en
        Its names.
    needs, allows
        Required and optional fields.
    bounds
        Possible bounds, default first.
    level
        Default level of areas to which it applies.
    """

    unit: str
    zh: str
    en: str
    needs: frozenset[str]
    allows: frozenset[str] = _NONE
    bounds: tuple[str, ...] = ("min",)
    level: str = LEVELS[0]

    @property
    def fields(self) -> frozenset[str]:
        """All fields that the kind uses."""
        return self.needs | self.allows


def _walk(unit: str, zh: str, en: str) -> ClauseKind:
    return ClauseKind(unit, zh, en, frozenset({"subject", "value"}), _ONLY | {"share"}, ("max",))


def _area(zh: str, en: str) -> ClauseKind:
    return ClauseKind("m2", zh, en, frozenset({"subject", "value"}), _ABOUT | {"of"}, tuple(BOUNDS))


def _rooms(zh: str, en: str) -> ClauseKind:
    return ClauseKind("count", zh, en, frozenset({"subject", "rooms"}), frozenset({"value", "in_one"}))


KINDS: Mapping[str, ClauseKind] = {
    "presence": ClauseKind("count", "配有", "has", frozenset({"subject"}), _ONLY | {"value"}),
    "count_per": ClauseKind(
        "count",
        "按人口或户数配建",
        "number per people or households",
        frozenset({"subject", "value", "per", "per_of"}),
        _ONLY | _ABOUT,
        tuple(BOUNDS),
    ),
    "walk_minutes": _walk("min", "步行时间", "walk in minutes"),
    "walk_metres": _walk("m", "步行距离", "walk in metres"),
    "straight_metres": _walk("m", "服务半径", "service radius"),
    "along_walk": ClauseKind(
        "",
        "步行途中",
        "along the walk",
        frozenset({"subject", "value", "what", "within", "within_kind"}),
        _ONLY | {"share"},
        ("max",),
    ),
    "floor_area": _area("建筑面积", "floor area"),
    "land_area": _area("用地面积", "land area"),
    "area_per_households": ClauseKind(
        "m2", "按户数配建面积", "floor area per households", frozenset({"subject", "value", "per"})
    ),
    "community_size": ClauseKind(
        "", "社区规模", "size of the community", frozenset({"value", "per_of"}), _ABOUT, tuple(BOUNDS)
    ),
    "rooms": _rooms("功能室", "rooms"),
    "separate_rooms": _rooms("独立设置的功能室", "separate rooms"),
    "kinds_of": ClauseKind(
        "count",
        "若干类设施中的几类",
        "so many kinds of a list",
        frozenset({"value", "kinds"}),
        _ONLY | _WITHIN | {"share"},
    ),
    "response_minutes": ClauseKind(
        "min", "响应时间", "response time", frozenset({"value", "column"}), frozenset({"subject"}), ("max",)
    ),
    "not_spatial": ClauseKind("yes", "非空间要求", "not spatial", frozenset({"column"})),
    "share_of_communities": ClauseKind(
        "share", "达标社区比例", "share of the communities", frozenset({"value", "clause_of"}), level="town"
    ),
    "share_of_people": ClauseKind(
        "share",
        "覆盖人口比例",
        "share of the people",
        frozenset({"subject", "value", "within", "within_kind"}),
        _ONLY,
        level="town",
    ),
}
