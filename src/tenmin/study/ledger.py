"""The ledger of problems (台账): gaps keep their number from quarter to quarter, and what people wrote beside them."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from tenmin.inputs.services import join_titles, title_of_category
from tenmin.measures.coverage import Coverage
from tenmin.measures.gaps import REASONS
from tenmin.measures.lacking import SEPARATOR
from tenmin.study._ledger_ids import mend_ids, number_of
from tenmin.study._ledger_matching import find_homes, homes_of_gaps, match_problems, shared_people, weights_of
from tenmin.study._ledger_streets import Opened, streets_of
from tenmin.study._ledger_words import COLUMNS, FACILITIES, GAPS, HOMES, STATES, STREETS, WORDS
from tenmin.support.language import Lang, counted

__all__ = ["Ledger", "carry_over"]

TOLD = 5
"""Most services of which a cleared row says who offers them now."""
_FIRST_ROW = 2
"""Row of the first problem below the headings of a new sheet."""


@dataclass(frozen=True, eq=False, repr=False)
class Ledger:
    """The problems of a study, those of earlier quarters included."""

    rows: pd.DataFrame
    """A row for each problem, indexed by its row in the sheet: id, place, communities, services, people, cause, cure,
    unit (责任单位), action (整改措施), deadline (完成时限), state (found, assigned, cured, re-measured, cleared or
    reopened) and change; then the columns that a person added."""
    homes: pd.DataFrame
    """The homes of each problem when it was last measured: id, place, people, lon, lat, categories."""
    facilities: pd.DataFrame
    """The facilities of the last run: facility, category, name."""
    streets: pd.DataFrame
    """The ways that anyone could walk in the last run, and the gates that were not open: street, sort."""
    gaps: pd.DataFrame
    """Which problem each gap of this and of earlier runs is: gap, id."""
    basis: Mapping[str, str]
    """What the last run was of: study, next (number of the next problem), gaps, walker, the limit of each category."""
    lang: Lang
    """Language of its texts."""
    remarks: tuple[str, ...] = ()
    """What a person should know of the ledger as a whole, a sentence each."""
    changed: tuple[str, ...] = ()
    """What became of single problems in this run, a sentence each."""
    kept: Path | None = None
    """The copy of the ledger as it was before this run, if it was changed."""

    def __repr__(self) -> str:
        """The number of problems by state."""
        return f"<Ledger of {counted(len(self.rows), 'problem')}: {self.count_states('en')}>"

    def count_states(self, lang: Lang) -> str:
        """Return how many problems are in each state, as text.

        Parameters
        ----------
        lang
            "zh" or "en".
        """
        counts, words = self.rows["state"].value_counts(), WORDS[lang]
        told = [f"{words[state]} {counts[state]}" for state in STATES if state in counts]
        return ("，" if lang == "zh" else ", ").join(told) or words["none"]

    @classmethod
    def empty(cls, lang: Lang) -> Ledger:
        """Return a ledger without a problem."""
        rows, homes, facilities = (pd.DataFrame(columns=[*names]) for names in (COLUMNS, HOMES, FACILITIES))
        streets, gaps = (pd.DataFrame(columns=[*names]) for names in (STREETS, GAPS))
        return cls(rows, homes, facilities, streets, gaps, {}, lang)


def carry_over(old: Ledger, gaps: gpd.GeoDataFrame, coverage: Coverage, *, study: str = "") -> Ledger:
    """Return the ledger of this quarter: the rows of the last one, found again by their people, and new ones.

    Parameters
    ----------
    old
        The ledger of the last quarter; an empty one in the first.
    gaps
        Gaps by place, as from `find_gaps(coverage, by="place")`.
    coverage
        The coverage that they were found in.
    study
        The id of the study.

    Returns
    -------
    Ledger
        Rows in the order of the old ledger, then new ones by rank.

    Raises
    ------
    TableError
        The gaps are not by place or have lost their homes, or an id of the old ledger is doubtful or stands twice.
    """
    rows, homes, remarks = mend_ids(old.rows, old.homes, old.lang)
    taken = [number_of(label) for label in [*rows["id"], *old.homes["id"]]]
    first = max([*taken, int(old.basis.get("next", "1")) - 1], default=0) + 1
    quarter = _Quarter(homes, old, gaps, coverage)
    told = [quarter.carry(row) for row in rows.to_dict("records")]
    fresh = quarter.fresh_rows(first)
    last = max([_FIRST_ROW - 1, *rows.index])
    index = pd.Index([*rows.index, *range(last + 1, last + 1 + len(fresh))])
    columns = [*rows.columns, *(name for name in COLUMNS if name not in rows.columns)]
    basis = {"study": study, "next": str(first + len(fresh)), "gaps": quarter.digest, **_basis_of(coverage)}
    return Ledger(
        pd.DataFrame([*told, *fresh], index=index, columns=columns, dtype=object),
        quarter.homes_after({row["gap"]: row["id"] for row in fresh}),
        _facilities_of(coverage),
        streets_of(coverage.network),
        quarter.gaps_after({row["gap"]: row["id"] for row in fresh}),
        basis,
        old.lang,
        (*remarks, *_other_basis(old, basis)),
        tuple(_tell_changes(rows.to_dict("records"), told, old.lang)),
    )


def _basis_of(coverage: Coverage) -> dict[str, str]:
    limits = {f"{coverage.unit}:{category}": f"{limit:g}" for category, limit in coverage.limit.items()}
    return {"walker": coverage.network.walker.name, **limits}


def _other_basis(old: Ledger, basis: Mapping[str, str]) -> list[str]:
    """What this run measures otherwise than the last one did, so that problems come or go without a change in town."""
    words = WORDS[old.lang]
    was = {key: value for key, value in old.basis.items() if key not in {"study", "next", "gaps"}}
    return [
        words["other_basis"].format(
            what=title_of_category(key.partition(":")[2], old.lang) if ":" in key else words["walker"],
            was=value,
            now=basis[key],
        )
        for key, value in was.items()
        if basis.get(key, value) != value
    ]


def _facilities_of(coverage: Coverage) -> pd.DataFrame:
    """The facilities that count, by category."""
    labels, names = coverage.facilities.index.astype(str), _names_of(coverage)
    rows = [(labels[row], category, names[row]) for category, own in coverage.query.rows_of.items() for row in own]
    return pd.DataFrame(rows, columns=[*FACILITIES], dtype=object)


def _names_of(coverage: Coverage) -> list[str | None]:
    names = coverage.facilities.get("name", pd.Series(None, index=coverage.facilities.index, dtype=object))
    return [name if isinstance(name, str) and name.strip() else None for name in names]


def _tell_changes(before: list[dict[Hashable, Any]], after: list[dict[Hashable, Any]], lang: Lang) -> list[str]:
    """What became of the problems whose state or change is another."""
    told = list[str]()
    for was, row in zip(before, after, strict=True):
        if (was["state"], _plain(was["change"])) != (row["state"], _plain(row["change"])):
            words = WORDS[lang]["sentence" if row["change"] else "sentence_bare"]
            told.append(words.format(id=row["id"], state=WORDS[lang][row["state"]], change=row["change"]))
    return told


def _plain(value: object) -> str:
    return value if isinstance(value, str) else ""


@dataclass(frozen=True)
class _Quarter:
    """The problems of the last quarter, and what was measured in this one."""

    homes: pd.DataFrame
    """The homes of the old problems when they were last measured."""
    old: Ledger
    gaps: gpd.GeoDataFrame
    coverage: Coverage
    found: dict[str, str] = field(init=False)
    """The gap of each old problem that is found again."""
    shared: dict[tuple[str, str], float] = field(init=False)
    """The people whom an old problem and a gap share."""

    def __post_init__(self) -> None:
        pairs = shared_people(self._rows_now, self._homes_now, self.coverage)
        object.__setattr__(self, "found", match_problems(pairs))
        object.__setattr__(self, "shared", {(one["id"], one["gap"]): one["shared"] for one in pairs.to_dict("records")})

    @property
    def lang(self) -> Lang:
        """The language of the ledger."""
        return self.old.lang

    @cached_property
    def digest(self) -> str:
        """What tells whether the last run found the same gaps."""
        key = "\n".join(f"{row['gap']} {row['people']:.3f}" for row in self.gaps.to_dict("records"))
        return hashlib.blake2b(key.encode(), digest_size=6).hexdigest()

    @cached_property
    def _homes_now(self) -> pd.DataFrame:
        return homes_of_gaps(self.gaps, self.coverage)

    @cached_property
    def _rows_now(self) -> pd.DataFrame:
        return find_homes(self.homes, self.coverage)

    @cached_property
    def _opened(self) -> Opened:
        return Opened(self.coverage, self.old.streets)

    @cached_property
    def _by_gap(self) -> dict[str, dict[Hashable, Any]]:
        return {str(row["gap"]): row for row in self.gaps.to_dict("records")}

    @cached_property
    def _categories(self) -> dict[str, list[str]]:
        """The services that each old problem lacked."""
        return {
            str(label): str(keys).split(SEPARATOR)
            for label, keys in zip(self.homes["id"], self.homes["categories"], strict=True)
        }

    def carry(self, row: dict[Hashable, Any]) -> dict[Hashable, Any]:
        """A row of the last quarter as it is now; rows of a person stay as they are."""
        label = row["id"]
        if label not in self._categories:
            return row
        if label in self.found:
            return self._found_again(row, self._by_gap[self.found[label]])
        if row["state"] == "cleared":
            return row
        inside = sorted(other for other, gap in self.found.items() if (label, gap) in self.shared)
        if inside:
            return {**row, "change": self._say("part", ids=", ".join(inside))}
        missing = [key for key in self._categories[label] if key not in self.coverage.limit.index]
        if missing:
            return {**row, "change": self._say("not_measured", services=self._join(missing))}
        return {**row, "state": "cleared", "change": self._what_cleared(label)}

    def fresh_rows(self, first: int) -> list[dict[Hashable, Any]]:
        """The rows of gaps that were no problem before, with their `gap`."""
        fresh = [row for gap, row in self._by_gap.items() if gap not in self.found.values()]
        return [
            {"id": f"P{number:04d}", **self._told(row), "state": "found", "change": "", "gap": row["gap"]}
            for number, row in enumerate(fresh, start=first)
        ]

    def homes_after(self, fresh: Mapping[str, str]) -> pd.DataFrame:
        """The homes of all problems when they were last measured, given the ids of the new ones."""
        ids = {**{gap: label for label, gap in self.found.items()}, **fresh}
        now = self._homes_now.assign(id=self._homes_now["gap"].map(ids).astype(object))[[*HOMES]]
        before = self.homes[~self.homes["id"].isin(now["id"])]
        return pd.concat([before, now], ignore_index=True) if len(before) else now.reset_index(drop=True)

    def gaps_after(self, fresh: Mapping[str, str]) -> pd.DataFrame:
        """The problem of each gap of this run, and of those of earlier ones, given the ids of the new ones."""
        now = {**{gap: label for label, gap in self.found.items()}, **fresh}
        before = {str(gap): label for gap, label in zip(self.old.gaps["gap"], self.old.gaps["id"], strict=True)}
        return pd.DataFrame([*{**before, **now}.items()], columns=[*GAPS], dtype=object)

    def _say(self, key: str, **values: object) -> str:
        return WORDS[self.lang][key].format(**values)

    def _join(self, categories: list[str]) -> str:
        return join_titles(categories, self.lang)

    def _told(self, gap: dict[Hashable, Any]) -> dict[str, object]:
        """What a row says of a gap."""
        reason = REASONS[gap["reason"]][self.lang]
        return {
            "place": gap["name_zh" if self.lang == "zh" else "name"] or "",
            "communities": gap["area"] or "",
            "services": self._join(gap["category"].split(SEPARATOR)),
            "people": round(gap["people"]),
            "cause": self._say("because", reason=reason, by=gap["by"]) if isinstance(gap["by"], str) else reason,
            "cure": gap["cure_zh" if self.lang == "zh" else "cure"],
        }

    def _found_again(self, row: dict[Hashable, Any], gap: dict[Hashable, Any]) -> dict[Hashable, Any]:
        """A row whose problem is still measured."""
        state = {"cured": "re-measured", "cleared": "reopened"}.get(row["state"], row["state"] or "found")
        shared, told = self.shared[row["id"], gap["gap"]], self._told(gap)
        lacking = gap["category"].split(SEPARATOR)
        solved = [key for key in self._categories[row["id"]] if key in self.coverage.limit.index and key not in lacking]
        changes = [
            *([] if round(shared) == told["people"] == row["people"] else [self._say("same", shared=shared, **told)]),
            *([self._say("solved", services=self._join(solved))] if solved else []),
        ]
        again = not changes and state == row["state"] and self.old.basis.get("gaps") == self.digest
        return {**row, **told, "state": state, "change": row["change"] if again else self._list(changes)}

    def _list(self, sentences: list[str]) -> str:
        return ("；" if self.lang == "zh" else "; ").join(sentences)

    def _what_cleared(self, label: str) -> str:
        """Which facilities serve the people of a problem now, by category, at most `TOLD` of them."""
        rows = self._rows_now.loc[self._rows_now["id"] == label, "row"].to_numpy()
        if not len(rows):
            return self._say("gone")
        return self._list([self._served_by(key, rows) for key in self._categories[label][:TOLD]])

    def _served_by(self, category: str, rows: np.ndarray) -> str:
        """Which facility serves most people of some places, whether it is new, and how far it is."""
        coverage, people = self.coverage, weights_of(self.coverage)[rows]
        nearest = coverage.nearest[category].to_numpy(object)[rows]
        most = pd.Series(people).groupby(nearest).sum().sort_values(ascending=False, kind="stable").index[0]
        name = _names_of(coverage)[int(coverage.facilities.index.get_indexer(pd.Index([most]))[0])]
        walks = coverage.minutes if coverage.unit == "minutes" else coverage.metres
        walk = float(np.average(walks[category].to_numpy()[rows], weights=people))
        own = self.old.facilities[self.old.facilities["category"] == category]
        known = str(most) in set(own["facility"]) or (name is not None and name in set(own["name"]))
        facility = name or str(most)
        kind, street = self._opened.find(category, int(rows[np.argmax(people)])) or ("known" if known else "new", "")
        return self._say(
            f"by_{kind}",
            service=title_of_category(category, self.lang),
            facility=facility if known or not street else self._say("new_facility", facility=facility),
            street=street,
            walk=self._say(coverage.unit, walk=walk),
        )
