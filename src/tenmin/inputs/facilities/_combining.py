"""Combine tables of facilities from several sources, counting duplicates once."""

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
from tenmin.inputs.facilities._datum_shift import detect_datum_shift
from tenmin.inputs.facilities._filling import collect_columns, fill_missing
from tenmin.inputs.readers import code_of
from tenmin.inputs.services import list_parts, name_category, normalise_name
from tenmin.support.contracts import check_facilities, in_metres
from tenmin.support.errors import TenminWarning

if TYPE_CHECKING:
    from pyproj import CRS

__all__ = ["combine_facilities"]

#: Facilities of one category are duplicates within the first distance, with the same name within the second.
NEAR_METRES, NAMED_METRES = 50.0, 100.0
_NEARBY_REASON = "within 50 m of one of the same category"
_NAMED_REASON = "within 100 m of one of the same category and name"
_UNPLACED_REASON = "the same category, name and community, and one of the two has no position"
_RENAMED_REASON = "its id is taken by another facility, so it has another here"
_REMARK_COLUMNS = ["id", "table", "category", "name", "kept", "metres", "reason", "used"]


def combine_facilities(first: gpd.GeoDataFrame, *others: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the facilities of several tables as one table, each counted once, in the CRS of the first.

    A facility is a duplicate of one in an earlier table if both have the same category and are within 50 m, or within
    100 m with the same name; without a position, if category, name and community are the same. The earlier one is
    kept. Its missing values are filled from its best match in each later table (same id, then same name, then
    nearest), unless their names differ; `filled_from` names the source. Rows of one table are never merged. An id
    that is already taken is prefixed with the number of its table.

    `list_remarks` has a row for each facility left out or renamed: `id`, `table` (1 is the first), `category`,
    `name`, `kept` (id of the facility that replaces it), `metres` between the two, `reason` and `used`. Every input
    row is in the result or listed with `used` False. Where one of the tables is a complete register, its claim
    (`complete`) is kept with its rows and with those that replace them.

    Parameters
    ----------
    first
        Table of facilities with the most trusted source.
    *others
        Further tables, in order of trust.

    Raises
    ------
    TableError
        A table has no CRS, duplicate ids, or rows without a category.

    Warns
    -----
    TenminWarning
        A table looks shifted against an earlier one, as if its datum had not been given.

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
    kept, same, sources = _find_duplicates(rows)
    labels = _unique_labels(rows, kept)
    columns = collect_columns([table.drop(columns=table.geometry.name) for table in tables])
    shapes = rows.shapes.copy()
    fill = [(row, source, f"{rows.table[source] + 1}:{rows.ids[source]}") for row, source in sources]
    filled = fill_missing(columns, shapes, fill)
    table = pd.DataFrame({name: column.select(kept) for name, column in filled.items()})
    if COMPLETE in table.columns:
        table[COMPLETE] = _claims(columns[COMPLETE].cells, kept, same)
    table[first.geometry.name] = shapes[kept]
    table = table[list(dict.fromkeys([*first.columns, *table.columns]))]
    index = _index([labels[row] for row in kept.tolist()], tables)
    result = gpd.GeoDataFrame(table.set_axis(index), geometry=first.geometry.name, crs=first.crs)
    result.attrs = {"listed": _remarks_json(rows, same, labels)}
    return result


@dataclass(frozen=True)
class _Rows:
    """The rows of all tables, one after the other.

    Attributes
    ----------
    table
        Number of the table of each row, from 0.
    ids, categories, shown, areas
        Id, category, name as given and names of communities of each row.
    names
        Normalised name, "" if none.
    shapes, metric
        Geometry in the CRS of the first table and in metres, None without a position.
    placed
        Whether the row has a position.
    """

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
    """The row that replaces a duplicate, their distance in metres, and why they match."""

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
        categories=np.array(
            [_category_key(category) for table in tables for category in table["category"]], dtype=object
        ),
        names=np.array([normalise_name(name) if isinstance(name, str) else "" for name in shown], dtype=object),
        shown=shown,
        areas=[_area_names(area) for table in tables for area in _column(table, "area")],
        shapes=shapes,
        metric=metric,
        placed=placed,
    )


def _category_key(category: object) -> str:
    """Return the category as a key of the catalogue, where it names one."""
    return name_category(str(category)) or str(category)


def _column(table: pd.DataFrame, name: str) -> Iterable[Any]:
    return table[name] if name in table.columns else [None] * len(table)


def _area_names(area: Any) -> frozenset[str]:
    areas = [area] if isinstance(area, str) else area if isinstance(area, tuple | list) else []
    return frozenset(normalise_name(str(item)) for item in areas)


def _find_duplicates(rows: _Rows) -> tuple[np.ndarray, dict[int, _Match], list[tuple[int, int]]]:
    """Return the rows to keep, the match of every other row, and pairs of a row to fill and its source."""
    kept = np.flatnonzero(rows.table == 0)
    same: dict[int, _Match] = {}
    sources: list[tuple[int, int]] = []
    for number in range(1, int(rows.table.max(initial=0)) + 1):
        new = np.flatnonzero(rows.table == number)
        pairs = [*_nearby_matches(rows, kept, new), *_unplaced_matches(rows, kept, new)]
        ranked = sorted(pairs, key=lambda pair: _match_rank(rows, *pair))
        best = dict(reversed(ranked))
        same |= best
        sources += _fill_pairs(rows, ranked, best)
        kept = np.concatenate([kept, new[~np.isin(new, list(best))]])
    return kept, same, sources


def _fill_pairs(
    rows: _Rows, ranked: Sequence[tuple[int, _Match]], best: Mapping[int, _Match]
) -> Iterator[tuple[int, int]]:
    """Yield each kept row with the row to fill it from, where each is the best match of the other.

    A row without a position that matches several with one is not filled, since it may be any of them.
    """
    nearest = {match.kept: row for row, match in reversed(ranked)}
    placed = Counter(match.kept for row, match in ranked if rows.placed[row])
    for kept, row in nearest.items():
        if best[row].kept == kept and (rows.placed[kept] or placed[kept] <= 1):
            yield kept, row


def _match_rank(rows: _Rows, row: int, match: _Match) -> tuple[Any, ...]:
    """Return the sort key of a match: same id, same name, distance, then order."""
    own, other = (code_of(str(rows.ids[one])) for one in (row, match.kept))
    named = rows.names[row] == rows.names[match.kept] != ""
    return own != other, not other.endswith(f":{own}"), not named, match.metres, match.kept, row


def _nearby_matches(rows: _Rows, kept: np.ndarray, new: np.ndarray) -> Iterator[tuple[int, _Match]]:
    """Yield matches by location: the same category nearby, or also the same name farther away."""
    new_placed, kept_placed = new[rows.placed[new]], kept[rows.placed[kept]]
    tree = shapely.STRtree(rows.metric[kept_placed])
    left, right = tree.query(rows.metric[new_placed], predicate="dwithin", distance=NAMED_METRES)
    left, right = new_placed[left], kept_placed[right]
    named = (rows.names[left] == rows.names[right]) & (rows.names[left] != "")
    likely = named | (rows.categories[left] == rows.categories[right])
    left, right, named = left[likely], right[likely], named[likely]
    metres = shapely.distance(rows.metric[left], rows.metric[right])
    same_category = rows.categories[left] == rows.categories[right]
    is_match = np.where(
        named, same_category | _related(rows.categories[left], rows.categories[right]), metres <= NEAR_METRES
    )
    for row, other, distance, is_named in zip(
        left[is_match], right[is_match], metres[is_match], named[is_match], strict=True
    ):
        yield int(row), _Match(int(other), float(distance), _NAMED_REASON if is_named else _NEARBY_REASON)


def _related(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return whether one category is a part of the other, as a health station is of clinics."""
    parts = list_parts()
    return np.array([b in parts.get(a, ()) or a in parts.get(b, ()) for a, b in zip(left, right, strict=True)], bool)


def _unplaced_matches(rows: _Rows, kept: np.ndarray, new: np.ndarray) -> Iterator[tuple[int, _Match]]:
    """Yield matches by category, name and community, where one or both have no position."""
    by_identity: dict[tuple[Any, ...], list[int]] = {}
    for other in kept.tolist():
        by_identity.setdefault((*_identity(rows, other), bool(rows.placed[other])), []).append(other)
    for row in new.tolist():
        identity, placed = _identity(rows, row), bool(rows.placed[row])
        identifiable = bool(rows.names[row] and rows.areas[row])
        others = [] if placed and not identifiable else by_identity.get((*identity, False), [])
        others = [*others, *by_identity.get((*identity, True), [])] if identifiable and not placed else others
        yield from ((row, _Match(other, np.inf, _UNPLACED_REASON)) for other in others)


def _identity(rows: _Rows, row: int) -> tuple[str, str, frozenset[str]]:
    return rows.categories[row], rows.names[row], rows.areas[row]


def _index(labels: list[Any], tables: Sequence[gpd.GeoDataFrame]) -> pd.Index:
    """Return the labels as an index; without labels, of the dtype that the tables share."""
    index = pd.Index(labels, name=tables[0].index.name)
    dtypes = {table.index.dtype for table in tables}
    return index.astype(dtypes.pop()) if not labels and len(dtypes) == 1 else index


def _unique_labels(rows: _Rows, kept: np.ndarray) -> dict[int, Any]:
    """Return the id of each kept row, prefixed with the number of its table if it is taken."""
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


def _remarks_json(rows: _Rows, same: dict[int, _Match], labels: dict[int, Any]) -> str:
    """Return remarks on rows that were left out or renamed, as JSON."""
    listed = []
    for row in range(len(rows.ids)):
        what = (rows.ids[row], int(rows.table[row]) + 1, rows.categories[row], rows.shown[row])
        if row in same:
            metres = same[row].metres if np.isfinite(same[row].metres) else np.nan
            listed.append((*what, labels[same[row].kept], metres, same[row].reason, False))
        elif labels[row] != rows.ids[row]:
            listed.append((*what, labels[row], np.nan, _RENAMED_REASON, True))
    return json.dumps({name: [line[k] for line in listed] for k, name in enumerate(_REMARK_COLUMNS)}, default=str)


def _claims(claims: Sequence[object], kept: np.ndarray, same: Mapping[int, _Match]) -> list[str | None]:
    """Return, for each kept row, the categories for which any of its sources claims to be complete."""
    held: dict[int, list[object]] = {row: [claims[row]] for row in kept.tolist()}
    for row, match in same.items():
        held[match.kept].append(claims[row])
    return [join_claims(several) for several in held.values()]


def _warn_of_shifts(tables: Sequence[gpd.GeoDataFrame]) -> None:
    for number, table in enumerate(tables[1:], 2):
        found = ((earlier, detect_datum_shift(table, tables[earlier])) for earlier in range(number - 1))
        earlier, shift = next(((at, shift) for at, shift in found if shift is not None), (0, None))
        if shift is not None:
            msg = (
                f"table {number} lies {shift.metres:.0f} m from table {earlier + 1} ({shift.dx:+.0f} m east, "
                f"{shift.dy:+.0f} m north) in {shift.pairs} facilities of the same category and name: one of the two "
                "is probably in another datum; read it again with datum='gcj02' (Amap, Tencent) or datum='bd09' (Baidu)"
            )
            warnings.warn(msg, TenminWarning, stacklevel=3)
