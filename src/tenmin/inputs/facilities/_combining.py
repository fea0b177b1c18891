"""Joins tables of facilities from several sources: what stands in more than one is counted once."""

from __future__ import annotations

import json
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tenmin.inputs.facilities._completeness import COMPLETE, join_claims
from tenmin.inputs.facilities._datum_shift import suspect_shift
from tenmin.inputs.facilities._filling import collect_columns, fill_missing
from tenmin.inputs.services import list_parts, name_category, plain_name
from tenmin.support.contracts import check_facilities, in_metres
from tenmin.support.errors import TenminWarning

if TYPE_CHECKING:
    from pyproj import CRS

__all__ = ["combine_facilities"]

#: Facilities of one category are one within the first distance, and if they share a name as well within the second.
NEAR_METRES, NAMED_METRES = 50.0, 100.0
_NEAR = "within 50 m of one of the same category"
_NAMED = "within 100 m of one of the same category and name"
_SAME = "the same category, name and community, and one of the two has no position"
_RENAMED = "its id is taken by another facility, so it has another here"
_LISTED = ["id", "table", "category", "name", "kept", "metres", "reason", "used"]


def combine_facilities(first: gpd.GeoDataFrame, *others: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the facilities of several tables as one, each counted once, in the CRS of the first.

    A facility is the same as one of an earlier table if both are of one category and stand within 50 m, or within
    100 m under one name; without a position, if category, name and community are the same. The earlier one stays;
    only what it lacks is filled from the one of a later table that is its best match (the same id, then the same name,
    then the nearest), unless their names differ, and `filled_from` says from where. Within a table nothing is joined.
    An id that is taken already gets the number of its table in front.

    `list_remarks` has a row for each facility left out or renamed: `id`, `table` (1 is the first), `category`,
    `name`, `kept` (the id here that stands for it), `metres` between the two, `reason` and `used`. So the rows given
    are those that come back and those listed with `used` False. Where one of the tables is a complete register, its
    claim (`complete`) stays with its rows and with those that stand for them.

    Raises
    ------
    TableError
        One of the tables has no CRS, ids twice, or rows without a category.

    Warns
    -----
    TenminWarning
        A table looks shifted against an earlier one, as it does when its datum was not given.

    Examples
    --------
    >>> from shapely import Point
    >>> from tenmin.support.contracts import list_remarks
    >>> osm = gpd.GeoDataFrame({"category": ["bank"]}, index=["n1"], geometry=[Point(117.2, 34.2)], crs="EPSG:4326")
    >>> poi = osm.assign(name="工商银行").set_index(pd.Index(["p7"]))
    >>> both = combine_facilities(osm, poi)
    >>> both["name"].tolist(), list_remarks(both)["kept"].tolist()
    (['工商银行'], ['n1'])
    """
    tables = [check_facilities(table) for table in (first, *others)]
    _warn_of_shifts(tables)
    rows = _as_rows(tables)
    kept, same, sources = _counted_once(rows)
    labels = _unique_labels(rows, kept)
    columns = collect_columns([table.drop(columns=table.geometry.name) for table in tables])
    shapes = rows.shapes.copy()
    called = [(row, source, f"{rows.table[source] + 1}:{rows.ids[source]}") for row, source in sources]
    filled = fill_missing(columns, shapes, called)
    table = pd.DataFrame({name: column.taken(kept) for name, column in filled.items()})
    if COMPLETE in table.columns:
        table[COMPLETE] = _claims(columns[COMPLETE].cells, kept, same)
    table[first.geometry.name] = shapes[kept]
    table = table[list(dict.fromkeys([*first.columns, *table.columns]))]
    index = _index([labels[row] for row in kept.tolist()], tables)
    result = gpd.GeoDataFrame(table.set_axis(index), geometry=first.geometry.name, crs=first.crs)
    result.attrs = {"listed": _list_rows(rows, same, labels)}
    return result


@dataclass(frozen=True)
class _Rows:
    """The rows of all tables, one after the other: whose they are, what they are called, where they stand."""

    table: np.ndarray
    ids: list[Any]
    categories: np.ndarray
    names: np.ndarray
    shown: list[Any]
    areas: list[frozenset[str]]
    shapes: np.ndarray
    metric: np.ndarray
    placed: np.ndarray


@dataclass(frozen=True)
class _Match:
    """The row that stands for another, how far it is, and why the two are one."""

    kept: int
    metres: float
    reason: str


def _as_rows(tables: Sequence[gpd.GeoDataFrame]) -> _Rows:
    crs = cast("CRS", tables[0].crs)
    shapes = np.concatenate([table.geometry.to_crs(crs).to_numpy() for table in tables])
    placed = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    metric = np.full(len(shapes), None, dtype=object)
    metric[placed] = in_metres(gpd.GeoDataFrame(geometry=shapes[placed], crs=crs)).geometry.to_numpy()
    shown = [name for table in tables for name in _column(table, "name")]
    return _Rows(
        table=np.repeat(np.arange(len(tables)), [len(table) for table in tables]),
        ids=[label for table in tables for label in table.index],
        categories=np.array([_key(category) for table in tables for category in table["category"]], dtype=object),
        names=np.array([plain_name(name) if isinstance(name, str) else "" for name in shown], dtype=object),
        shown=shown,
        areas=[_communities(area) for table in tables for area in _column(table, "area")],
        shapes=shapes,
        metric=metric,
        placed=placed,
    )


def _key(category: object) -> str:
    """The category as a key of the catalogue, where it names one."""
    return name_category(str(category)) or str(category)


def _column(table: pd.DataFrame, name: str) -> Iterable[Any]:
    return table[name] if name in table.columns else [None] * len(table)


def _communities(area: Any) -> frozenset[str]:
    areas = [area] if isinstance(area, str) else area if isinstance(area, tuple | list) else []
    return frozenset(plain_name(str(item)) for item in areas)


def _counted_once(rows: _Rows) -> tuple[np.ndarray, dict[int, _Match], list[tuple[int, int]]]:
    """Return the rows that stay, for each other one the row that stands for it, and which row to fill from which."""
    kept = np.flatnonzero(rows.table == 0)
    same: dict[int, _Match] = {}
    sources: list[tuple[int, int]] = []
    for number in range(1, int(rows.table.max(initial=0)) + 1):
        mine = np.flatnonzero(rows.table == number)
        pairs = [*_near(rows, kept, mine), *_unplaced(rows, kept, mine)]
        ranked = sorted(pairs, key=lambda pair: _rank(rows, *pair))
        best = dict(reversed(ranked))
        same |= best
        sources += _sources(rows, ranked, best)
        kept = np.concatenate([kept, mine[~np.isin(mine, list(best))]])
    return kept, same, sources


def _sources(
    rows: _Rows, ranked: Sequence[tuple[int, _Match]], best: Mapping[int, _Match]
) -> Iterator[tuple[int, int]]:
    """Yield each row that stays with the one to fill it from: each is the best match of the other.

    One without a position that several with one could be is not filled: which of them it is cannot be told.
    """
    nearest = {match.kept: row for row, match in reversed(ranked)}
    placed = Counter(match.kept for row, match in ranked if rows.placed[row])
    for kept, row in nearest.items():
        if best[row].kept == kept and (rows.placed[kept] or placed[kept] <= 1):
            yield kept, row


def _rank(rows: _Rows, row: int, match: _Match) -> tuple[Any, ...]:
    """Return what makes one match better than another: the same id, the same name, nearness, then the order."""
    own, other = str(rows.ids[row]), str(rows.ids[match.kept])
    named = rows.names[row] == rows.names[match.kept] != ""
    return own != other, not other.endswith(f":{own}"), not named, match.metres, match.kept, row


def _near(rows: _Rows, kept: np.ndarray, mine: np.ndarray) -> Iterator[tuple[int, _Match]]:
    """Yield the rows that stand near one of their category, or less near one of their name as well."""
    here, there = mine[rows.placed[mine]], kept[rows.placed[kept]]
    tree = shapely.STRtree(rows.metric[there])
    left, right = tree.query(rows.metric[here], predicate="dwithin", distance=NAMED_METRES)
    left, right = here[left], there[right]
    named = (rows.names[left] == rows.names[right]) & (rows.names[left] != "")
    likely = named | (rows.categories[left] == rows.categories[right])
    left, right, named = left[likely], right[likely], named[likely]
    metres = shapely.distance(rows.metric[left], rows.metric[right])
    alike = rows.categories[left] == rows.categories[right]
    one = np.where(named, alike | _related(rows.categories[left], rows.categories[right]), metres <= NEAR_METRES)
    for row, other, far, told in zip(left[one], right[one], metres[one], named[one], strict=True):
        yield int(row), _Match(int(other), float(far), _NAMED if told else _NEAR)


def _related(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Whether one category is a part of the other, such as a health station of clinics."""
    parts = list_parts()
    return np.array([b in parts.get(a, ()) or a in parts.get(b, ()) for a, b in zip(left, right, strict=True)], bool)


def _unplaced(rows: _Rows, kept: np.ndarray, mine: np.ndarray) -> Iterator[tuple[int, _Match]]:
    """Yield the rows of one category, name and community of which one has no position (or neither has)."""
    alike: dict[tuple[Any, ...], list[int]] = {}
    for other in kept.tolist():
        alike.setdefault((*_identity(rows, other), bool(rows.placed[other])), []).append(other)
    for row in mine.tolist():
        identity, placed = _identity(rows, row), bool(rows.placed[row])
        told = bool(rows.names[row] and rows.areas[row])
        others = [] if placed and not told else alike.get((*identity, False), [])
        others = [*others, *alike.get((*identity, True), [])] if told and not placed else others
        yield from ((row, _Match(other, np.inf, _SAME)) for other in others)


def _identity(rows: _Rows, row: int) -> tuple[str, str, frozenset[str]]:
    return rows.categories[row], rows.names[row], rows.areas[row]


def _index(labels: list[Any], tables: Sequence[gpd.GeoDataFrame]) -> pd.Index:
    """Return the labels as an index, of the dtype of the tables' own if they share one that holds them."""
    index = pd.Index(labels, name=tables[0].index.name)
    dtypes = {table.index.dtype for table in tables}
    return index.astype(dtypes.pop()) if not labels and len(dtypes) == 1 else index


def _unique_labels(rows: _Rows, kept: np.ndarray) -> dict[int, Any]:
    """Return the id of each row that stays: its own, or with the number of its table in front if that is taken."""
    labels: dict[int, Any] = {}
    own = {rows.ids[row] for row in kept.tolist()}
    taken: set[Any] = set()
    for row in kept.tolist():
        label = rows.ids[row]
        while label in taken or (label != rows.ids[row] and label in own):
            label = f"{rows.table[row] + 1}:{label}"
        taken.add(label)
        labels[row] = label
    return labels


def _list_rows(rows: _Rows, same: dict[int, _Match], labels: dict[int, Any]) -> str:
    """Return the rows that were left out, and those whose id was changed."""
    listed = []
    for row in range(len(rows.ids)):
        what = (rows.ids[row], int(rows.table[row]) + 1, rows.categories[row], rows.shown[row])
        if row in same:
            metres = same[row].metres if np.isfinite(same[row].metres) else np.nan
            listed.append((*what, labels[same[row].kept], metres, same[row].reason, False))
        elif labels[row] != rows.ids[row]:
            listed.append((*what, labels[row], np.nan, _RENAMED, True))
    return json.dumps({name: [line[k] for line in listed] for k, name in enumerate(_LISTED)}, default=str)


def _claims(claims: Sequence[object], kept: np.ndarray, same: Mapping[int, _Match]) -> list[str | None]:
    """The categories that the sources of each row that stays claim to list completely."""
    held: dict[int, list[object]] = {row: [claims[row]] for row in kept.tolist()}
    for row, match in same.items():
        held[match.kept].append(claims[row])
    return [join_claims(several) for several in held.values()]


def _warn_of_shifts(tables: Sequence[gpd.GeoDataFrame]) -> None:
    for number, table in enumerate(tables[1:], 2):
        found = ((earlier, suspect_shift(table, tables[earlier])) for earlier in range(number - 1))
        earlier, shift = next(((at, shift) for at, shift in found if shift is not None), (0, None))
        if shift is not None:
            msg = (
                f"table {number} lies {shift.metres:.0f} m from table {earlier + 1} ({shift.dx:+.0f} m east, "
                f"{shift.dy:+.0f} m north) in {shift.pairs} facilities of the same category and name: one of the two "
                "is probably in another datum; read it again with datum='gcj02' (Amap, Tencent) or datum='bd09' (Baidu)"
            )
            warnings.warn(msg, TenminWarning, stacklevel=3)
