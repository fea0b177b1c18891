"""Parse quantities as people write them: 600㎡, "1,200", ６００, 约600, 600余, 300以上, 不足300, 1.2万."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Quantity", "parse_quantity"]

_NUMBER = r"(?P<number>[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[+-]?\d+)?)"
_PREFIXES = {
    "about": ("大约", "约为", "约", "接近", "将近", "近", "about", "approx.", "approx", "ca.", "ca", "c.", "~", "≈"),
    "least": ("大于等于", "不少于", "不低于", "不小于", "至少", ">=", "≥", "≧", "atleast"),
    "more": ("大于", "超过", "超", "多于", ">", "morethan", "over"),
    "most": ("小于等于", "不超过", "不多于", "不大于", "至多", "最多", "<=", "≤", "≦", "atmost", "upto"),
    "less": ("小于", "不足", "不到", "少于", "低于", "未满", "<", "lessthan", "under"),
}
_SUFFIXES = {
    "about": ("左右", "上下", "余", "多"),
    "least": ("及以上", "或以上", "以上", "+", "起"),
    "most": ("及以下", "或以下", "以下", "以内", "之内"),
}
_NO_VALUE = frozenset(
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
_MULTIPLIERS = {"": 1.0, "千": 1e3, "万": 1e4, "亿": 1e8}


def _alternation(words: Mapping[str, tuple[str, ...]], suffix: str) -> str:
    return "|".join(
        f"(?P<{qualifier}{suffix}>{'|'.join(re.escape(word) for word in forms)})" for qualifier, forms in words.items()
    )


_PREFIX = re.compile(f"^(?:{_alternation(_PREFIXES, '_1')})")
_RANGE = re.compile(
    rf"^{_NUMBER.replace('number', 'low')}(?:-|~|至|到|—|–){_NUMBER.replace('number', 'high')}(?P<rest>.*)$"
)
_PLAIN = re.compile(rf"^{_NUMBER}(?P<rest>.*)$")


@dataclass(frozen=True)
class Quantity:
    """A number parsed from text.

    Attributes
    ----------
    value
        The number; NaN if the text gives only a bound, or nothing.
    approximate
        Whether the text says "about".
    least, most
        Lower and upper bound; NaN if not given.
    given
        Whether the text says anything at all.
    """

    value: float
    approximate: bool = False
    least: float = math.nan
    most: float = math.nan
    given: bool = True

    @property
    def is_bound(self) -> bool:
        """Whether the text gives a bound instead of a number."""
        return self.given and math.isnan(self.value)


def parse_quantity(text: str | None, units: Mapping[str, float] | None = None, factor: float = 1.0) -> Quantity:
    """Return the quantity in a text, in the unit of its column.

    A strict bound becomes the adjacent float: "不足300" is at most 299.99999999999994.

    Parameters
    ----------
    text
        The cell; None if it is empty.
    units
        Units that may follow the number, with their conversion factors.
    factor
        Conversion factor of a number without a unit.

    Raises
    ------
    ValueError
        The text is not a quantity; the message says why, in a few words.

    Examples
    --------
    >>> parse_quantity("1,200㎡", {"m2": 1.0}).value, parse_quantity("６００").value
    (1200.0, 600.0)
    >>> parse_quantity("约600"), parse_quantity("300以上").least
    (Quantity(value=600.0, approximate=True, least=nan, most=nan, given=True), 300.0)
    """
    compact = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text or "")).casefold().replace("、", ",")
    compact = compact.removeprefix("'").rstrip(",")
    if not compact or compact in _NO_VALUE:
        return Quantity(math.nan, given=False)
    interval = _RANGE.match(compact)
    if interval:
        return _parse_range(interval, units or {}, factor)
    qualifier, rest = _split_prefix(compact)
    found = _PLAIN.match(rest)
    if not found:
        msg = "is no number"
        raise ValueError(msg)
    scale, after = _parse_rest(found["rest"], units or {}, factor)
    if after and qualifier and after != qualifier:
        msg = "says two different things about its number"
        raise ValueError(msg)
    return _with_qualifier(_number(found["number"]) * scale, qualifier or after)


def _parse_range(interval: re.Match[str], units: Mapping[str, float], factor: float) -> Quantity:
    scale, after = _parse_rest(interval["rest"], units, factor)
    low, high = (_number(interval[end]) * scale for end in ("low", "high"))
    if after not in {"", "about"} or not low < high:
        msg = "is no interval from less to more"
        raise ValueError(msg)
    return Quantity(math.nan, after == "about", low, high)


def _number(text: str) -> float:
    value = float(text.replace(",", ""))
    if not math.isfinite(value):
        msg = "is no finite number"
        raise ValueError(msg)
    return value


def _split_prefix(text: str) -> tuple[str, str]:
    found = _PREFIX.match(text)
    if not found or not found.lastgroup:
        return "", text
    return found.lastgroup.removesuffix("_1"), text[found.end() :]


def _parse_rest(rest: str, units: Mapping[str, float], factor: float) -> tuple[float, str]:
    """Return the factor and the qualifier in what follows a number, such as 余平方米, 万人左右, ㎡以上."""
    qualifier, scale, unit = "", 1.0, factor
    multiplier = re.match(r"^(余|多)?(万|亿|千)?", rest)
    if multiplier and multiplier[2] and rest not in units:
        scale, qualifier = _MULTIPLIERS[multiplier[2]], "about" if multiplier[1] else ""
        rest = rest[multiplier.end() :]
    while rest:
        suffix = next(((s, w) for s, words in _SUFFIXES.items() for w in words if rest.startswith(w)), None)
        unit_name = max((unit for unit in units if rest.startswith(unit)), key=len, default=None)
        if unit_name is not None:
            unit, rest = units[unit_name], rest[len(unit_name) :]
        elif suffix and not qualifier:
            qualifier, rest = suffix[0], rest[len(suffix[1]) :]
        else:
            msg = f"has {rest!r} after the number"
            raise ValueError(msg)
    return scale * unit, qualifier


def _with_qualifier(value: float, qualifier: str) -> Quantity:
    if qualifier == "about":
        return Quantity(value, approximate=True)
    if qualifier in {"least", "more"}:
        return Quantity(math.nan, least=value if qualifier == "least" else math.nextafter(value, math.inf))
    if qualifier in {"most", "less"}:
        return Quantity(math.nan, most=value if qualifier == "most" else math.nextafter(value, -math.inf))
    return Quantity(value)
