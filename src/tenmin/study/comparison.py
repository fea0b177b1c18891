"""Compare two studies: the people won and lost by category, community and group, and what causes the difference."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import geopandas as gpd
import pandas as pd
from shapely import box

from tenmin.outputs.tables import in_words
from tenmin.outputs.workbooks import write_sheets
from tenmin.plans.changes import read_changes
from tenmin.study._causes import attribute, attribute_alone, differing
from tenmin.study._comparison_words import tell
from tenmin.study._recalled import Lost, recall
from tenmin.study._standing import Standing, read_standing, standing_of
from tenmin.study.definition import read_study
from tenmin.study.scenarios import apply_changes
from tenmin.study.survey import Survey, draw_review, survey
from tenmin.support.errors import InputError, OutputError, TableError
from tenmin.support.files import local_path, replacing
from tenmin.support.language import Lang, counted
from tenmin.support.nouns import check_noun
from tenmin.support.result_sets import describe_results, writing_results
from tenmin.support.writing import write_layer, write_table

__all__ = ["Comparison", "compare", "compare_files"]

_GROUP = "people_"
_NO_GROUPS = ("people_base",)
_NEAR_DEGREES = 0.01


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Two studies of a town, and the people won and lost from the one to the other."""

    before: Standing
    """Who is served by the first."""
    after: Standing
    """Who is served by the second."""
    causes: pd.DataFrame
    """The difference by its causes, one at a time: category, cause ("facilities", "streets", "walker", "people",
    "standard", "date", "interaction" or "total"), difference in people served. The standard is the limit and how it is
    judged. The causes and the interaction, which is what they change together, add up to the total. NaN where saved
    results were compared that differ in several causes, and their studies cannot be run again."""
    grades: pd.DataFrame
    """Grades of communities that changed: standard, area, before, after; empty where no study was run."""
    latest: Survey | None = None
    """The results of the second study, on whose map the difference is drawn; None where no study was run."""
    lost: Lost | None = None
    """Why saved results cannot tell their causes apart."""

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """The categories that are compared: of one study all, of two studies those of both."""
        one, two = set(self.before.served.columns), set(self.after.served.columns)
        return tuple(sorted(one | two if self.before.id == self.after.id else one & two))

    @property
    def left_out(self) -> tuple[str, ...]:
        """The categories that only one of the studies has."""
        every = set(self.before.served.columns) | set(self.after.served.columns)
        return tuple(sorted(every - set(self.categories)))

    def people(self, by: Literal["area", "group"] | None = None) -> pd.DataFrame:
        """Return the people served before and after, and those won and lost.

        Parameters
        ----------
        by
            None, "area" (community) or "group" (people_<group>).

        Returns
        -------
        DataFrame
            category, (area or group), before and after (people served), won, lost, difference (won less lost),
            unknown_before and unknown_after (people of whom it is unknown), total_before and total_after. Won and lost
            are counted place by place: people who come to a served place are won, those who leave it are lost.

        Raises
        ------
        TableError
            `by` is none of these.
        """
        if by not in {None, "area", "group"}:
            msg = f"by must be 'area' or 'group', but is {by!r}"
            raise TableError(msg)
        if by != "group":
            return self._tally("people", self._areas if by == "area" else None)
        groups = [name for name in self._groups if name != "people"]
        rows = [self._tally(name, None) for name in groups]
        named = [table.assign(group=name.removeprefix(_GROUP)) for table, name in zip(rows, groups, strict=True)]
        table = pd.concat(named or [self._tally("people", None).iloc[:0].assign(group="")])
        table = table.sort_values(["category", "group"], kind="stable", ignore_index=True)
        return table[["category", "group", *(name for name in table if name not in {"category", "group"})]]

    @cached_property
    def places(self) -> gpd.GeoDataFrame:
        """The places at which people are won or lost: people, area, won and lost (categories joined by ;)."""
        change = self._amounts("people", "served", self.after) - self._amounts("people", "served", self.before)
        told = change[(change != 0.0).any(axis=1)]
        lists = {
            name: [";".join(told.columns[row]) for row in rows]
            for name, rows in (("won", (told > 0.0).to_numpy()), ("lost", (told < 0.0).to_numpy()))
        }
        latest = self.after.places.to_crs("EPSG:4326").geometry
        spots = latest.reindex(told.index).fillna(self.before.places.to_crs("EPSG:4326").geometry.reindex(told.index))
        people = pd.concat([one.places["people"].reindex(told.index) for one in (self.before, self.after)], axis=1)
        columns = {"people": people.max(axis=1), "area": self._areas.reindex(told.index), **lists}
        return gpd.GeoDataFrame(columns, index=told.index.rename("place"), geometry=spots, crs="EPSG:4326")

    @cached_property
    def changes(self) -> pd.DataFrame:
        """The people won (above 0) and lost (below 0) at each place: place, category, change; those of 0 left out."""
        change = self._amounts("people", "served", self.after) - self._amounts("people", "served", self.before)
        row, column = change.to_numpy().nonzero()
        return pd.DataFrame(
            {
                "place": change.index[row],
                "category": change.columns[column],
                "change": change.to_numpy()[row, column],
            }
        )

    def summary(self, *, lang: Lang | None = None) -> list[str]:
        """Return sentences on the comparison that one can read out: won, lost and why.

        Parameters
        ----------
        lang
            "zh" or "en"; by default the language of the first study.
        """
        differ = differing(self.before.fingerprints, self.after.fingerprints)
        told = self.people()
        titles = self.before.title, self.after.title
        spoken = lang or self.before.lang
        return tell(
            told,
            self.causes,
            titles,
            differ=differ,
            left_out=self.left_out,
            homes=self._homes_of_one,
            lost=self.lost,
            lang=spoken,
        )

    def save(self, folder: str | os.PathLike[str], *, lang: Lang | None = None) -> None:
        """Write the comparison to a folder: tables as CSV and one workbook, a layer of places, the map, the sentences.

        `won_lost.csv`, `won_lost_areas.csv`, `won_lost_groups.csv`, `causes.csv`, `grades.csv` and `sources.csv` are
        the sheets of `comparison.xlsx`, too; `won_lost.gpkg` has the places; `comparison.html` is the map of the second
        study with the people won and lost (not where no study was run); `summary.txt` has the sentences.

        Parameters
        ----------
        folder
            The folder, made if it does not exist.
        lang
            "zh" or "en"; by default the language of the first study.

        Raises
        ------
        OutputError
            The folder holds the results of a study or of another comparison, or a file cannot be written.
        """
        told = lang or self.before.lang
        compared = {"before": self.before.title, "after": self.after.title}
        about = {"comparison": compared, "sources": self.sources.to_dict("records")}
        _check_folder(Path(folder), compared)
        tables = {
            "won_lost": self.people(),
            "won_lost_areas": self.people(by="area"),
            "won_lost_groups": self.people(by="group"),
            "causes": self.causes,
            "grades": self.grades,
            "sources": self.sources,
        }
        with writing_results(folder, about) as place:
            for name, table in tables.items():
                write_table(in_words(table, told), place / f"{name}.csv")
            write_sheets({name: in_words(table, told) for name, table in tables.items()}, place / "comparison.xlsx")
            write_layer(self.places.reset_index(), place / "won_lost.gpkg", "won_lost")
            if self.latest is not None:
                title = f"{self.before.title} → {self.after.title}"
                drawn = draw_review(self.latest, told, title=title, changes=self.changes)
                drawn.save(str(place / "comparison.html"))
            with replacing(place / "summary.txt") as temporary:
                temporary.write_text("\n".join([*self.summary(lang=told), ""]), encoding="utf-8")

    @property
    def sources(self) -> pd.DataFrame:
        """Where the inputs of both come from, with the title of the study."""
        both = [one.sources.assign(study=one.title) for one in (self.before, self.after)]
        return pd.concat(both, ignore_index=True).fillna("")

    @cached_property
    def _groups(self) -> list[str]:
        """The columns of people that both have."""
        both = [name for name in self.before.places if name in set(self.after.places.columns)]
        return [name for name in map(str, both) if name == "people" or _is_group(name)]

    @cached_property
    def _areas(self) -> pd.Series:
        """The community of each place, "" without one."""
        one, two = (self._column(each, "area") for each in (self.after, self.before))
        return one.where(one.notna(), two).fillna("").astype(str)

    @cached_property
    def _index(self) -> pd.Index:
        return self.before.places.index.union(self.after.places.index, sort=False).sort_values()

    @property
    def _homes_of_one(self) -> tuple[int, int]:
        """How many homes only the first has, and only the second."""
        before, after = self.before.places.index, self.after.places.index
        return int((~before.isin(after)).sum()), int((~after.isin(before)).sum())

    def _column(self, standing: Standing, name: str) -> pd.Series:
        places = standing.places
        values = places[name] if name in places else pd.Series(None, index=places.index, dtype=object)
        return values.reindex(self._index)

    def _amounts(self, people: str, state: str, standing: Standing) -> pd.DataFrame:
        """The people of each place and category who are in a state."""
        states = getattr(standing, state).reindex(columns=list(self.categories), fill_value=False)
        states = states.reindex(self._index, fill_value=False).astype(float)
        return states.mul(self._column(standing, people).astype(float).fillna(0.0), axis=0)

    def _tally(self, people: str, key: pd.Series | None) -> pd.DataFrame:
        """Sums of won and lost by category, and by the community of each place."""
        one, two = (self._amounts(people, "served", each) for each in (self.before, self.after))
        unknown = [self._amounts(people, "unknown", each) for each in (self.before, self.after)]
        change = two - one
        every = [self._column(each, people).astype(float).fillna(0.0) for each in (self.before, self.after)]
        totals = [one.mul(0.0).add(some, axis=0) for some in every]
        parts = {
            "before": one,
            "after": two,
            "won": change.clip(lower=0.0),
            "lost": (one - two).clip(lower=0.0),
            "difference": change,
            "unknown_before": unknown[0],
            "unknown_after": unknown[1],
            "total_before": totals[0],
            "total_after": totals[1],
        }
        keys = pd.Series("", index=self._index) if key is None else key
        sums = {name: table.groupby(keys.to_numpy()).sum().T for name, table in parts.items()}
        labels = pd.MultiIndex.from_product([one.columns, sums["before"].columns], names=["category", "area"])
        table = pd.DataFrame({name: some.to_numpy().ravel() for name, some in sums.items()}, index=labels).reset_index()
        return table.drop(columns="area") if key is None else table

    def __repr__(self) -> str:
        """The studies, and the people won and lost over all categories."""
        told = self.people()
        categories = counted(len(told), "category", "categories")
        return (
            f"<Comparison of {self.before.title!r} with {self.after.title!r}: {categories}; "
            f"won {told['won'].sum():,.0f}, lost {told['lost'].sum():,.0f} (people times categories)>"
        )


def compare(before: Survey, after: Survey) -> Comparison:
    """Return the difference between two surveys: of a study and its scenario, or of two quarters.

    Each cause of which the studies differ is measured by itself: the first study with this input of the second.

    Parameters
    ----------
    before, after
        The results, as from `survey`.

    Raises
    ------
    InputError
        The homes of the two are of different towns.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import tenmin as tm
    >>> closed = tm.read_changes({"format": 1, "changes": [{"change": "close_facility", "id": "S001"}]})
    >>> with TemporaryDirectory() as folder:
    ...     *_, path = tm.write_template(folder, lang="en")
    ...     study = tm.read_study(path)
    ...     found = tm.compare(tm.survey(study), tm.survey(tm.apply_changes(study, closed)))
    >>> found.people()[["category", "before", "after", "lost"]]
                category  before  after    lost
    0  community_service  1200.0    0.0  1200.0
    """
    one, two = standing_of(check_noun(before, Survey, "before")), standing_of(check_noun(after, Survey, "after"))
    blank = _blank(one, two)
    causes = differing(one.fingerprints, two.fingerprints)
    grades = _changed_grades(before, after)
    return Comparison(one, two, attribute(before, after, _total(blank), causes), grades, after)


def compare_files(before: str | os.PathLike[str], after: str | os.PathLike[str]) -> Comparison:
    """Return the difference between two studies, the results in two folders, or a study and its scenario.

    Parameters
    ----------
    before, after
        Two .toml files of studies, which are run; two folders as `tenmin run` wrote them, whose studies are run again
        if they differ in several causes; or a study and a .json file of changes to it.

    Raises
    ------
    InputError
        A file or a folder is not valid, they are not of one kind, or the homes are of different towns.
    """
    one, two = local_path(before), local_path(after)
    if one.is_dir() and two.is_dir():
        return _compare_folders(one, two)
    if one.is_dir() or two.is_dir():
        msg = f"{one} and {two}: one is a folder of results, the other a file; give two folders, or two studies"
        raise InputError(msg)
    study = read_study(one)
    other = apply_changes(study, read_changes(two)) if two.suffix.lower() == ".json" else read_study(two)
    return compare(survey(study), survey(other))


def _compare_folders(before: Path, after: Path) -> Comparison:
    """The comparison of saved results; if they differ in several causes, their studies are run again to tell which."""
    one, two = read_standing(before), read_standing(after)
    total, causes = _total(_blank(one, two)), differing(one.fingerprints, two.fingerprints)
    if len(causes) <= 1:
        return Comparison(one, two, attribute_alone(total, causes), _no_grades())
    first = recall(before, one)
    second = first if isinstance(first, Lost) else recall(after, two)
    if isinstance(first, Lost) or isinstance(second, Lost):
        lost = next(each for each in (first, second) if isinstance(each, Lost))
        return Comparison(one, two, attribute_alone(total, causes), _no_grades(), lost=lost)
    return Comparison(one, two, attribute(first, second, total, causes), _changed_grades(first, second), second)


def _blank(one: Standing, two: Standing) -> Comparison:
    """The comparison without causes, of two studies of one town."""
    bounds = [each.places.to_crs("EPSG:4326").total_bounds.tolist() for each in (one, two)]
    boxes = [box(west, south, east, north) for west, south, east, north in bounds]
    if boxes[0].distance(boxes[1]) > _NEAR_DEGREES:
        spots = [f"longitude {each.centroid.x:.3f}, latitude {each.centroid.y:.3f}" for each in boxes]
        msg = (
            f"the homes of {one.title!r} are at {spots[0]}, those of {two.title!r} at {spots[1]}: "
            "results of different towns cannot be compared"
        )
        raise InputError(msg)
    return Comparison(one, two, pd.DataFrame(), _no_grades())


def _total(blank: Comparison) -> pd.Series:
    return blank.people().set_index("category")["difference"]


def _changed_grades(before: Survey, after: Survey) -> pd.DataFrame:
    """The grades of communities that changed, of the standards that both were held against."""
    rows = [_no_grades()]
    for name, one in before.compliance.items():
        if name in after.compliance:
            both = pd.DataFrame({"before": one.grades, "after": after.compliance[name].grades})
            changed = (
                both[both["before"].astype(object) != both["after"].astype(object)].rename_axis("area").reset_index()
            )
            rows.append(changed.assign(standard=name)[["standard", "area", "before", "after"]])
    return pd.concat(rows, ignore_index=True)


def _no_grades() -> pd.DataFrame:
    return pd.DataFrame(columns=["standard", "area", "before", "after"], dtype=object)


def _is_group(name: str) -> bool:
    return name.startswith(_GROUP) and name not in _NO_GROUPS


def _check_folder(folder: Path, about: object) -> None:
    """Raise an OutputError if a folder holds other results than those of this comparison."""
    found = describe_results(folder) if folder.is_dir() else {}
    if found and found.get("comparison") != about:
        msg = f"{folder} holds other results; give a folder of its own to a comparison, or take them away"
        raise OutputError(msg)
