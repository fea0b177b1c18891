"""The snippets of README and docs run as they are written, page by page, from a folder with what a planner has."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import warnings
from pathlib import Path

import geopandas as gpd
import osmium
import pytest
from shapely import box

import tenmin as tm
from conftest import REPOSITORY
from test_cli import run

BLOCK = re.compile(r"(?P<mark><!-- not run[^\n]*-->\n)?```(?P<kind>python|console|text)\n(?P<text>.*?)```", re.DOTALL)
TABLE = re.compile(r"^(\S+\.csv):\n\n((?:\|.*\n)+)", re.MULTILINE)
PAGES = ("README.md", "docs/index.md", "docs/people.md", "docs/shifan.md", "docs/standards.md", "docs/tables.md")
ELSEWHERE = ("tenmin demo", "tenmin verify")
"""Commands that other tests run."""
FIRST = {"docs/index.md": 1}
"""Number of the first block of a page that is run; those before it are copies of another page's."""


def read(page: str) -> str:
    """The text of a page."""
    return (REPOSITORY / page).read_text(encoding="utf-8")


def what_a_planner_has(folder: Path, page: str) -> None:
    """Fill a folder: streets, points of a map service, the tables that the page shows, and filled in templates."""
    for name in ("streets.osm.pbf", "town.osm.pbf", "gulou.osm.pbf"):
        with osmium.SimpleWriter(str(folder / name)) as writer:
            for element in osmium.FileProcessor(str(tm.sample_path("shifan"))):
                writer.add(element)
    points = tm.sample_path("shifan/poi.csv").read_text(encoding="gb18030")
    (folder / "poi.csv").write_text(
        points if "位置" in read(page) else points.replace("位置", "坐标"), encoding="utf-8"
    )
    community = {"社区编号": ["C01"], "社区名称": ["长安社区"], "户数": [3000], "常住人口": [8600]}
    outline = gpd.GeoDataFrame(community, geometry=[box(104.99, 38.39, 105.02, 38.42)], crs="EPSG:4326")
    outline.to_file(folder / "社区.gpkg")
    (folder / "plan.json").write_text(
        '{"format": 1, "title": "方案A", "changes": [{"change": "close_facility", "id": "S001"}]}', encoding="utf-8"
    )
    (folder / "data").symlink_to(REPOSITORY / "data")
    if page != "README.md":
        tm.write_template(folder)
    for name, rows in TABLE.findall(read(page)):
        cells = [[cell.strip() for cell in row[1:-1].split("|")] for row in rows.splitlines() if "---" not in row]
        (folder / name).write_text("\n".join(",".join(row) for row in cells), encoding="utf-8")


def test_every_page_with_snippets_is_run():
    with_snippets = {
        str(path.relative_to(REPOSITORY))
        for path in (REPOSITORY / "README.md", *(REPOSITORY / "docs").glob("*.md"))
        if {kind for mark, kind, _ in BLOCK.findall(path.read_text("utf-8")) if not mark} & {"python", "console"}
    }
    assert with_snippets == set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_the_snippets_of_a_page_run_as_written(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    what_a_planner_has(tmp_path, page)
    names, printed = {"tm": tm}, ""
    for number, (mark, kind, text) in enumerate(BLOCK.findall(read(page))):
        if mark or number < FIRST.get(page, 0):
            continue
        if kind == "python":
            with contextlib.redirect_stdout(io.StringIO()) as said, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                exec(compile(text, page, "exec"), names)
            printed = said.getvalue()
        elif kind == "text":
            assert [line.rstrip() for line in printed.splitlines()] == text.splitlines()
        else:
            for line in text.splitlines():
                words = shlex.split(line.removeprefix("$ "), comments=True)
                if words and not line.removeprefix("$ ").startswith(ELSEWHERE):
                    assert words[0] == "tenmin"
                    assert run(*words[1:])[0] == 0, line
