"""Take composed headings apart: ages, totals, dates, notes, the table's own noun, and headings of two rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["ComposedHeadings", "age_group"]

_BRACKETED = r"[(\[]\s*(?:{})\s*[)\]]"
_DATE = r"(?:截[至止]到?)?(?:19|20)\d\d(?:年(?:\d{1,2}月)?[初末底度]?)?"
_DATE_BEFORE, _DATE_AFTER = re.compile(rf"^{_DATE}[_:]?(?=.)"), re.compile(rf"(?<=.)[_(\[]?{_DATE}[)\]]?$")
_UNIT_LABEL = re.compile(r"(?<=[(\[])单位:?|(?<=[(\[])unit:")
_UNIT = re.compile(r"^(?P<stem>.+?)(?P<unit>[(\[/_:][^()\[\]/]+[)\]]?)?$")
_AGED = r"(?:老年人口|老年人|老人|人口|人数|居民|儿童|婴幼儿)?(?:数量|数|总数)?"
_FROM_AGE = re.compile(rf"^(?:人口)?[(/:]?(\d{{1,3}})周?岁?[及或]?以上{_AGED}\)?$")
_BETWEEN_AGES = re.compile(rf"^(?:人口)?[(/:]?(\d{{1,3}})周?岁?(?:-|~|至|到|—|–)(\d{{1,3}})周?岁{_AGED}\)?$")


def age_group(spelling: str) -> str | None:
    """Return the column of the people of an age that a heading names, or None if it names none.

    >>> age_group("80岁及以上老年人口"), age_group("人口(0-3岁)"), age_group("60岁以上独居老人")
    ('people_80_plus', 'people_0_3', None)
    """
    if found := _FROM_AGE.match(spelling):
        return f"people_{int(found[1])}_plus"
    if found := _BETWEEN_AGES.match(spelling):
        return f"people_{int(found[1])}_{int(found[2])}"
    return None


@dataclass(frozen=True)
class ComposedHeadings:
    """What may be composed with a heading, in the spelling of `normalise_text`.

    Attributes
    ----------
    before, after
        Words before and after a heading of numbers.
    notes
        Notes in brackets, without a meaning of their own.
    over
        Headings that add nothing to one below them.
    own
        The nouns of what the table lists.
    """

    before: Sequence[str]
    after: Sequence[str]
    notes: Sequence[str]
    over: frozenset[str]
    own: Sequence[str]

    def readings(self, spelling: str) -> Iterator[tuple[str, bool]]:
        """Yield what a heading may stand for, the nearest first, and whether it must then be a heading of numbers.

        Parameters
        ----------
        spelling
            The heading, normalised; that of two rows is joined by a stroke.
        """
        yield spelling, False
        plain = self._without_notes(spelling)
        yield from self._reduced(plain)
        above, stroke, below = plain.rpartition("/")
        if stroke and above and below:
            shorter = next((above.removesuffix(word) for word in self.after if above.endswith(word)), above)
            for joined in (above + below, below + above, shorter + below, *([below] if above in self.over else [])):
                yield from self._reduced(joined)

    def _without_notes(self, spelling: str) -> str:
        """Return a heading without notes, dates and the word 单位."""
        plain = re.sub(_BRACKETED.format("|".join(map(re.escape, self.notes))), "", spelling).strip("*")
        return _DATE_AFTER.sub("", _DATE_BEFORE.sub("", _UNIT_LABEL.sub("", plain)))

    def _reduced(self, spelling: str) -> Iterator[tuple[str, bool]]:
        yield spelling, False
        found = _UNIT.match(spelling)
        stem, unit = (found["stem"], found["unit"] or "") if found else (spelling, "")
        for part in dict.fromkeys(self._shorter(stem)):
            yield part + unit, True
        yield from ((part, True) for part in _without_first(spelling, self.before))

    def _shorter(self, stem: str) -> Iterator[str]:
        """Yield a stem with a word less before it, after it, and on both sides."""
        for start in (stem, *_without_first(stem, self.own), *_without_first(stem, self.before)):
            yield start
            yield from (start.removesuffix(word) for word in self.after if start.endswith(word) and start != word)


def _without_first(stem: str, words: Sequence[str]) -> list[str]:
    return [stem.removeprefix(word).lstrip(":") for word in words if stem.startswith(word) and stem != word]
