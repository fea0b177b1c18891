"""Figures as planners write them: 600㎡, "1,200", ６００, 约600, 600余, 300以上, 不足300, 1.2万."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Figure", "parse_figure"]

_NUMBER = r"(?P<number>[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[+-]?\d+)?)"
_BEFORE = {
    "about": ("大约", "约为", "约", "接近", "将近", "近", "about", "approx.", "approx", "ca.", "ca", "c.", "~", "≈"),
    "least": ("大于等于", "不少于", "不低于", "不小于", "至少", ">=", "≥", "≧", "atleast"),
    "more": ("大于", "超过", "超", "多于", ">", "morethan", "over"),
    "most": ("小于等于", "不超过", "不多于", "不大于", "至多", "最多", "<=", "≤", "≦", "atmost", "upto"),
    "less": ("小于", "不足", "不到", "少于", "低于", "未满", "<", "lessthan", "under"),
}
_AFTER = {
    "about": ("左右", "上下", "余", "多"),
    "least": ("及以上", "或以上", "以上", "+", "起"),
    "most": ("及以下", "或以下", "以下", "以内", "之内"),
}
_NONE = frozenset(
    {
        "-",
        "--",
        "—",
        "——",
        "/",
        "\\",
        "?",
        "无",
        "不详",
        "未知",
        "未统计",
        "暂无",
        "待定",
        "n/a",
        "na",
        "null",
        "none",
        "nan",
    }
)
_FACTORS = {"": 1.0, "千": 1e3, "万": 1e4, "亿": 1e8}


def _words(words: Mapping[str, tuple[str, ...]], suffix: str) -> str:
    return "|".join(
        f"(?P<{sense}{suffix}>{'|'.join(re.escape(word) for word in forms)})" for sense, forms in words.items()
    )


_LEADING = re.compile(f"^(?:{_words(_BEFORE, '_1')})")
_RANGE = re.compile(
    rf"^{_NUMBER.replace('number', 'low')}(?:-|~|至|到|—|–){_NUMBER.replace('number', 'high')}(?P<rest>.*)$"
)
_PLAIN = re.compile(rf"^{_NUMBER}(?P<rest>.*)$")


@dataclass(frozen=True)
class Figure:
    """A number read from text; NaN where the text gives only a bound, or nothing."""

    value: float
    approximate: bool = False
    least: float = math.nan
    most: float = math.nan
    told: bool = True

    @property
    def is_bound(self) -> bool:
        """Whether the text gives a bound and no number."""
        return self.told and math.isnan(self.value)


def parse_figure(text: str | None, units: Mapping[str, float] | None = None, factor: float = 1.0) -> Figure:
    """Return the figure that a text gives, in the unit of its column.

    A strict bound is the next number beside it: "不足300" is at most 299.99999999999994.

    Parameters
    ----------
    text
        The cell; None if it is empty.
    units
        Units that may follow the number, with their factors.
    factor
        What a number without a unit of its own is multiplied by.

    Raises
    ------
    ValueError
        The text gives no figure; the message says why, in a few words.

    Examples
    --------
    >>> parse_figure("1,200㎡", {"m2": 1.0}).value, parse_figure("６００").value
    (1200.0, 600.0)
    >>> parse_figure("约600"), parse_figure("300以上").least
    (Figure(value=600.0, approximate=True, least=nan, most=nan, told=True), 300.0)
    """
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text or "")).casefold().replace("、", ",")
    if not plain or plain in _NONE:
        return Figure(math.nan, told=False)
    span = _RANGE.match(plain)
    if span:
        return _between(span, units or {}, factor)
    sense, rest = _sense_before(plain)
    found = _PLAIN.match(rest)
    if not found:
        msg = "is no number"
        raise ValueError(msg)
    scale, after = _scale(found["rest"], units or {}, factor)
    if after and sense and after != sense:
        msg = "says two different things about its number"
        raise ValueError(msg)
    return _figure(_number(found["number"]) * scale, sense or after)


def _between(span: re.Match[str], units: Mapping[str, float], factor: float) -> Figure:
    scale, after = _scale(span["rest"], units, factor)
    low, high = (_number(span[end]) * scale for end in ("low", "high"))
    if after not in {"", "about"} or not low < high:
        msg = "is no interval from less to more"
        raise ValueError(msg)
    return Figure(math.nan, after == "about", low, high)


def _number(text: str) -> float:
    value = float(text.replace(",", ""))
    if not math.isfinite(value):
        msg = "is no finite number"
        raise ValueError(msg)
    return value


def _sense_before(text: str) -> tuple[str, str]:
    found = _LEADING.match(text)
    if not found or not found.lastgroup:
        return "", text
    return found.lastgroup.removesuffix("_1"), text[found.end() :]


def _scale(rest: str, units: Mapping[str, float], factor: float) -> tuple[float, str]:
    """Return the factor and the sense of what follows a number: 余平方米, 万人左右, ㎡以上."""
    sense, scale, unit = "", 1.0, factor
    times = re.match(r"^(余|多)?(万|亿|千)?", rest)
    if times and times[2] and rest not in units:
        scale, sense = _FACTORS[times[2]], "about" if times[1] else ""
        rest = rest[times.end() :]
    while rest:
        word = next(((s, w) for s, words in _AFTER.items() for w in words if rest.startswith(w)), None)
        name = max((unit for unit in units if rest.startswith(unit)), key=len, default=None)
        if name is not None:
            unit, rest = units[name], rest[len(name) :]
        elif word and not sense:
            sense, rest = word[0], rest[len(word[1]) :]
        else:
            msg = f"has {rest!r} after the number"
            raise ValueError(msg)
    return scale * unit, sense


def _figure(value: float, sense: str) -> Figure:
    if sense == "about":
        return Figure(value, approximate=True)
    if sense in {"least", "more"}:
        return Figure(math.nan, least=value if sense == "least" else math.nextafter(value, math.inf))
    if sense in {"most", "less"}:
        return Figure(math.nan, most=value if sense == "most" else math.nextafter(value, -math.inf))
    return Figure(value)
