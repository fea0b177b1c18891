"""What the review map shows without its scripts: the overview as a picture, services and worst gaps as tables."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import shapely

from tenmin.outputs.maps._content import MapData
from tenmin.outputs.maps._gap_layer import names_of_gaps, split_categories
from tenmin.outputs.maps._layers import MAIN_STREET, street_weights
from tenmin.outputs.maps._words import Words
from tenmin.support.percent import share_as_text

__all__ = ["static_page"]

WIDTH, MOST_TALL = 960.0, 1400.0
MOST_CELLS, MOST_VERTICES = 2500, 4000
CELLS_ACROSS = 120
TOP = 10
STEPS = (0.0, 1 / 8, 1 / 3)
"""Steps of services lacking, as parts of all; the same as in `scene.js`."""
INKS = ("#9db8d2", "#e9c6a9", "#d88f56", "#c2500a")
Box = tuple[float, float, float, float]
"""West, south, east and north, metres."""
UNKNOWN = 'fill="#ffffff" stroke="#6f7680" stroke-dasharray="2 1.5"'
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
STYLE = """
#tenmin-page { display: none; } html, body { height: auto; }
.static { max-width: 1000px; margin: 0 auto; padding: 20px; }
.static svg { width: 100%; height: auto; background: #f3f2ee; } .static table { border-collapse: collapse; }
.static th, .static td { padding: 3px 14px 3px 0; border-bottom: 1px solid #dde1e6; }
.static th, .static td { text-align: left; font-weight: 400; }
.static td.n { text-align: right; }
.static .key { display: inline-block; width: 14px; height: 12px; margin-right: 6px; }
.static .unknown { border: 1.5px dashed #6f7680; background: #ffffff; }
"""


def static_page(data: MapData, content: dict[str, Any], lang: str) -> str:
    """Return the picture and the tables as an element that browsers show where scripts do not run.

    Parameters
    ----------
    data
        The data of the map.
    content
        As from `page_content`.
    lang
        Language of the page.

    Returns
    -------
    str
        HTML in which every text from outside is escaped.
    """
    words = Words.of(lang)
    classes, labels = _lacking(data, content, words)
    title = content["title"] or words.texts["title"]
    parts = [
        f"<style>{STYLE}</style>",
        f'<div class="static"><h1>{_text(title)}</h1><p>{_text(words.texts["picture_note"])}</p>',
        _picture(data, classes, len(labels), words.texts["picture_alt"]),
        _legend(data, classes, labels),
        _table(words.texts["table"], _service_heads(words), _services(content, words, lang)),
    ]
    if data.gaps is not None and len(data.gaps):
        heads = [words.texts[key] for key in ("rank", "gap_place", "field_people", "lacks", "field_reason")]
        parts.append(_table(words.texts["top_ten"], heads, _worst_gaps(data, words)))
    facts = content["facts"]
    date = words.texts["date_unknown"] if facts["date"] is None else words.texts["date"].format(date=facts["date"])
    credit = ["© OpenStreetMap contributors, ODbL", date, *facts["sources"]]
    return "".join(["<noscript>", *parts, f"<p>{_text(' · '.join(credit))}</p></div></noscript>"])


def _text(value: object) -> str:
    """Return external text so that neither a browser nor a template reads anything but text in it."""
    shown = html.escape(UNSEEN.sub("\ufffd", str(value)))
    return shown.replace("{", "&#123;").replace("}", "&#125;")


def _lacking(data: MapData, content: dict[str, Any], words: Words) -> tuple[np.ndarray, list[str]]:
    """Return the class of each home, as the overview has it, and what the classes are called; the last is unknown."""
    offered = [category["key"] for category in content["categories"] if category["facilities"]]
    served, unknown = (
        frame.loc[data.places.index, offered].to_numpy(bool) for frame in (data.coverage.served, data.coverage.unknown)
    )
    lacks = (~served & ~unknown).sum(axis=1)
    bounds = np.unique([*np.ceil(np.multiply(STEPS, len(offered))), len(offered)]).astype(int)
    classes = np.searchsorted(bounds, lacks)
    classes[(lacks == 0) & unknown.any(axis=1)] = len(bounds)
    spans = [(low + 1, high) for low, high in pairwise(bounds)]
    texts = [
        words.texts["lacks_some"].replace("{number}", str(high) if low == high else f"{low}–{high}")
        for low, high in spans
    ]
    return classes, [words.texts["lacks_none"], *texts, words.texts["lacks_unknown"]]


def _inks(classes: int) -> list[str]:
    """Return the ink of each class but the last, which is hatched."""
    steps = classes - 1
    return [INKS[0], *INKS[len(INKS) - steps + 1 :]] if steps < len(INKS) else list(INKS)


def _legend(data: MapData, classes: np.ndarray, labels: Sequence[str]) -> str:
    people = np.bincount(classes, data.places["people"].to_numpy(float), len(labels))
    inks = [*(f'style="background:{ink}"' for ink in _inks(len(labels))), 'style=""']
    keys = [
        f'<li><i class="key{" unknown" if number == len(labels) - 1 else ""}" {inks[number]}></i>'
        f"{_text(label)}: {people[number]:,.0f}</li>"
        for number, label in enumerate(labels)
        if people[number] > 0
    ]
    return f"<ul>{''.join(keys)}</ul>"


def _picture(data: MapData, classes: np.ndarray, count: int, label: str) -> str:
    """Return the homes as squares by what most of their people lack, over main streets and water, as SVG."""
    inside = shapely.point_on_surface(data.places.geometry.to_numpy())
    points = np.column_stack([shapely.get_x(inside), shapely.get_y(inside)])
    there = data.coverage.joins.loc["places"].loc[data.places.index, "how"].ne("none").to_numpy()
    placed = np.isfinite(points).all(axis=1)
    corners = data.coverage.network.edges.total_bounds.reshape(2, 2)
    shown = next(some for some in (points[there & placed], points[placed], corners) if len(some))
    west, south = shown.min(axis=0)
    east, north = shown.max(axis=0)
    extent = max(east - west, north - south, 100.0)
    margin = 0.03 * extent
    box = (west - margin, south - margin, east + margin, north + margin)
    scale = min(WIDTH / (box[2] - box[0]), MOST_TALL / (box[3] - box[1]))
    size = (round((box[2] - box[0]) * scale), round((box[3] - box[1]) * scale))
    streets = data.coverage.network.edges[data.coverage.network.is_street]
    main = streets.geometry[street_weights(streets) == MAIN_STREET]
    water = data.coverage.network.barriers
    water = water.geometry[water["kind"].isin({"water", "waterway"})]
    lines = [
        _line(shapes.to_numpy(), box, scale, ink)
        for shapes, ink in ((water, "#7aa5ac"), (main if len(main) else streets.geometry, "#cdc9c0"))
    ]
    homes = pd.DataFrame(points, columns=["x", "y"]).assign(of=classes, people=data.places["people"].to_numpy(float))
    cells = _cells(homes, box, scale, [*(f'fill="{ink}"' for ink in _inks(count)), UNKNOWN])
    return (
        f'<svg viewBox="0 0 {size[0]} {size[1]}" role="img" aria-label="{_text(label)}">'
        f"{''.join(lines)}{''.join(cells)}</svg>"
    )


def _line(shapes: np.ndarray, box: Box, scale: float, ink: str) -> str:
    """Return lines as one path, simplified until it is short."""
    near = shapes[shapely.intersects(shapes, shapely.box(*box))]
    tolerance = 1.0 / scale
    lines = shapely.simplify(shapely.get_parts(near), tolerance, preserve_topology=False)
    while shapely.get_num_coordinates(lines).sum() > MOST_VERTICES:
        tolerance *= 2.0
        lines = shapely.simplify(lines[shapely.length(lines) > 2.0 * tolerance], tolerance, preserve_topology=False)
    drawn = "".join(f"M{_spots(shapely.get_coordinates(line), box, scale)}" for line in lines)
    return f'<path d="{drawn}" fill="none" stroke="{ink}" stroke-width="1.5"/>'


def _spots(xy: np.ndarray, box: Box, scale: float) -> str:
    moved = np.rint((xy - (box[0], box[3])) * (scale, -scale)).astype(int)
    return "L".join(f"{x} {y}" for x, y in moved)


def _cells(homes: pd.DataFrame, box: Box, scale: float, paints: Sequence[str]) -> list[str]:
    """Return squares by class, each of the class that most of its people have."""
    inside = homes[homes["x"].between(box[0], box[2]) & homes["y"].between(box[1], box[3])]
    side = max(box[2] - box[0], box[3] - box[1]) / CELLS_ACROSS
    while True:
        numbers = np.floor((inside[["x", "y"]].to_numpy() - box[:2]) / side).astype(int)
        corners = pd.DataFrame(numbers, columns=["x", "y"], index=inside.index)
        if len(corners.drop_duplicates()) <= MOST_CELLS:
            break
        side *= 1.25
    table = corners.assign(of=inside["of"], people=inside["people"] + 0.01)
    sums = table.groupby(["x", "y", "of"])["people"].sum().reset_index()
    most = sums.sort_values(["people", "of"], ascending=[False, True], kind="stable").drop_duplicates(["x", "y"])
    ordered = most.sort_values(["y", "x"])
    width = max(2, round(side * scale) - 1)
    paths = []
    for of, paint in enumerate(paints):
        rows = ordered[ordered["of"] == of]
        spots = np.c_[box[0] + rows["x"] * side, box[1] + (rows["y"] + 1) * side]
        at = np.rint((spots - (box[0], box[3])) * (scale, -scale)).astype(int)
        squares = "".join(f"M{x} {y}h{width}v{width}h-{width}z" for x, y in at)
        paths.append(f'<path d="{squares}" {paint}/>')
    return paths


def _table(title: str, heads: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{_text(name)}</th>' for name in heads)
    lines = ("".join(f"<td{_side(number)}>{_text(cell)}</td>" for number, cell in enumerate(row)) for row in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<h2>{_text(title)}</h2><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _side(column: int) -> str:
    return ' class="n"' if column else ""


def _service_heads(words: Words) -> list[str]:
    columns = ("share", "served", "unserved", "unknown", "count")
    return [words.texts["service"], *(words.texts[f"table_{column}"] for column in columns)]


def _services(content: dict[str, Any], words: Words, lang: str) -> Iterable[list[str]]:
    for category in content["categories"]:
        share, upper = category["share"], category["share_upper"]
        nothing = words.texts["no_people" if category["facilities"] else "no_facilities"]
        told = nothing if share is None else share_as_text(share, upper)
        people = (f"{category[key]:,.0f}" for key in ("served", "unserved", "unknown"))
        yield [category["name"][lang], told, *people, f"{category['facilities']:,}"]


def _worst_gaps(data: MapData, words: Words) -> Iterable[list[str]]:
    assert data.gaps is not None
    streets = data.coverage.network.edges[data.coverage.network.is_street]
    known = set(map(str, data.coverage.minutes.columns))
    worst = data.gaps[data.gaps["reason"] != "unjoined"].iloc[:TOP]
    for name, (rank, gap) in zip(names_of_gaps(worst, streets, words.lang), worst.iterrows(), strict=True):
        lacked = [words.category(key) for key in split_categories(gap["category"], known)]
        reason = words.texts.get(f"reason_{gap['reason']}", gap["reason"])
        yield [str(rank), name or "", f"{gap['people']:,.0f}", words.texts["and"].join(lacked), str(reason)]
