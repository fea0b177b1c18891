"""The template: what it writes is read back whole, and what is there is never written over."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd
import pytest

from tenmin.inputs.areas import read_areas
from tenmin.inputs.facilities._register import read_facilities
from tenmin.inputs.places import read_places
from tenmin.inputs.services import load_catalogue, name_category
from tenmin.inputs.templates import write_template
from tenmin.support.contracts import list_remarks
from tenmin.support.errors import OutputError

#: The sheet of words for categories, which is no table of facilities and is listed as left out.
WORDS = {"zh": "类别写法", "en": "words"}
TABLES = [read_facilities, read_areas, read_places]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_written_is_read_without_a_remark(tmp_path: Path, lang):
    facilities, areas, places = (
        read(path) for read, path in zip(TABLES, write_template(tmp_path, lang=lang), strict=False)
    )
    for table in (facilities, areas, places):
        assert len(table) == 1
        assert set(list_remarks(table).get("field", [])) <= {WORDS[lang]}
        assert not [column for column in table.columns if not str(column).isascii()]
    row = facilities.iloc[0]
    assert (facilities.index[0], row["category"], row["floor_area_m2"]) == ("S001", "community_service", 620.0)
    assert (row["state"], row["land_area_m2"], row["capacity"]) == ("in_use", 900.0, 60.0)
    assert len(row["rooms"]) == 3
    assert len(row["separate_rooms"]) == 1
    assert row["area"] == (areas.iloc[0]["name"],) == (places.iloc[0]["area"],)
    assert (areas.iloc[0]["level"], areas.iloc[0]["kind"], areas.iloc[0]["households"]) == ("社区", "new", 3000.0)
    assert (places.iloc[0]["people"], places.iloc[0]["people_60_plus"]) == (1200.0, 230.0)
    assert [facilities.geometry.iloc[0].x, places.geometry.iloc[0].y] == [105.0012, 38.404]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_study_names_the_files_beside_it(tmp_path: Path, lang):
    *books, streets, study = write_template(tmp_path / "new" / "folder", lang=lang)
    inputs = tomllib.loads(study.read_text("utf-8"))["inputs"]
    named = [inputs["facilities"][0]["path"], inputs["areas"]["path"], inputs["places"]["path"]]
    assert named == [path.name for path in books]
    assert inputs["streets"]["path"] == streets.name
    assert set(inputs["facilities"][0]["complete"]) <= set(load_catalogue())
    assert tomllib.loads(study.read_text("utf-8"))["study"]["lang"] == lang


def test_nothing_is_written_over(tmp_path: Path):
    (tmp_path / "小区.xlsx").write_bytes(b"mine")
    with pytest.raises(OutputError, match=r"小区\.xlsx is already there"):
        write_template(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["小区.xlsx"]


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="no folder can be made there"):
        write_template(tmp_path / "file")


def test_every_word_of_the_sheet_names_its_category(tmp_path: Path):
    path, *_ = write_template(tmp_path, lang="zh")
    words = pd.read_excel(path, sheet_name="类别写法", dtype=str, keep_default_na=False)
    assert words["写作（键）"].tolist() == list(load_catalogue())
    for key, zh, en, *_ in words.to_numpy():
        assert {name_category(key), name_category(zh), name_category(en)} == {key}
