"""Tests of the notes of a meeting: what the map saves is read as a table, and anything else is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import tenmin as tm
from test_maps_browser import script

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

NOTE = {"kind": "gaps", "id": "g-7", "text": "先开东门\n再议"}


def written(folder: Path, content: object) -> Path:
    path = folder / "notes.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.browser
def test_what_the_map_saves_is_read_as_a_table(browser: WebDriver, tmp_path: Path) -> None:
    texts = ["<b>x</b> </script>", "多行\n\t\u2028🙂", '"\\']
    save = """
        const notes = new Notes();
        const kinds = ['gaps', 'facilities', 'places'];
        kinds.forEach((kind, number) => notes.set(kind, `id ${number}`, arguments[0][number]));
        notes.set('areas', '', 'x');
        notes.set('areas', 'gone', ' ');
        return notes.write('东苑 {A}');
    """
    browser.get("about:blank")
    told = tm.read_notes(written(tmp_path, browser.execute_script(script("notes.js") + save, texts)))
    assert told.columns.tolist() == ["kind", "id", "note", "map"]
    assert told["kind"].tolist() == ["gap", "facility", "place", "area"]
    assert told["id"].tolist() == ["id 0", "id 1", "id 2", ""]
    assert told["note"].tolist() == [*texts, "x"]
    assert set(told["map"]) == {"东苑 {A}"}


def test_a_file_without_notes_is_an_empty_table(tmp_path: Path) -> None:
    told = tm.read_notes(written(tmp_path, {"format": 1, "map": "", "notes": []}))
    assert told.empty
    assert told.columns.tolist() == ["kind", "id", "note", "map"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "notes.json"),
        ("[]", '"format" is None'),
        ('{"format": 1, "format": 1}', "'format' stands twice"),
        ({"format": 2, "map": "", "notes": []}, '"format" is 2'),
        ({"format": True, "map": "", "notes": []}, '"format" is True'),
        ({"format": 1, "changes": []}, "unknown key 'changes'"),
        ({"format": 1, "map": "", "notes": {}}, '"notes" (a list)'),
        ({"format": 1, "map": None, "notes": []}, '"map" (a text)'),
        ({"format": 1, "map": "", "notes": [NOTE, "a"]}, "note 2: 'a' is no note"),
        ({"format": 1, "map": "", "notes": [{**NOTE, "kind": "roads"}]}, "note 1: 'kind' cannot be 'roads'"),
        ({"format": 1, "map": "", "notes": [{**NOTE, "id": 7}]}, "note 1: 'id' cannot be 7"),
        ({"format": 1, "map": "", "notes": [{**NOTE, "text": " "}]}, "note 1: 'text' cannot be ' '"),
        ({"format": 1, "map": "", "notes": [{"kind": "gaps", "id": "a"}]}, "note 1: 'text' is missing"),
    ],
)
def test_anything_else_is_refused_with_what_is_wrong(tmp_path: Path, content: Any, said: str) -> None:
    with pytest.raises(tm.FileError) as caught:
        tm.read_notes(written(tmp_path, content))
    assert said in str(caught.value)
    assert "notes.json" in str(caught.value)
