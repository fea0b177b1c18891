"""The notebooks: they run as they are, end with a picture, and are kept without outputs."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

import tenmin as tm
from conftest import REPOSITORY

NOTEBOOKS = sorted((REPOSITORY / "notebooks").glob("*.ipynb"))


@pytest.fixture(autouse=True)
def _no_window() -> Iterator[None]:
    mpl.use("Agg")
    yield
    plt.close("all")


def code_of(path: Path) -> list[dict[str, object]]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def test_there_are_four() -> None:
    assert [path.name[:3] for path in NOTEBOOKS] == ["01_", "02_", "03_", "04_"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_outputs_are_kept(path: Path) -> None:
    assert {(cell["execution_count"], len(cell["outputs"])) for cell in code_of(path)} == {(None, 0)}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_ends_with_a_picture(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    *first, last = ["".join(cell["source"]) for cell in code_of(path)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", tm.TenminWarning)  # what a table leaves unclear is part of the lesson
        for source in first:
            exec(compile(source, path.name, "exec"), names)
    assert plt.get_fignums() == []
    exec(compile(last, path.name, "exec"), names)
    (figure,) = map(plt.figure, plt.get_fignums())
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph", UserWarning)  # a machine without a Chinese font
        figure.canvas.draw()
    assert min(len(ax.collections) for ax in figure.axes) > 5
