"""The script that records hashes: what counts as the same value, and what a comparison tells."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point

from conftest import REPOSITORY

SCRIPT = REPOSITORY / "scripts" / "hash_results.py"
HEAD = "sample\ttable\tcolumn\trows\tsum\thash\n"


@pytest.fixture(scope="session")
def script() -> ModuleType:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("hash_results", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (pd.Series([0.1 + 0.2]), pd.Series([0.3]), False),
        (pd.Series([1.0, np.nan]), pd.Series([1.0, -np.nan]), True),
        (pd.Series([0.0]), pd.Series([-0.0]), False),
        (pd.Series([1, 2], dtype="int32"), pd.Series([1, 2]), True),
        (pd.Series([1]), pd.Series([1.0]), False),
        (pd.Series(["a", None], dtype="str"), pd.Series(["a", None], dtype=object), True),
        (pd.Series(["a", "b"]), pd.Series(["b", "a"]), False),
        (pd.Series([frozenset("abcdef")]), pd.Series([frozenset("fedcba")]), True),
        (pd.Series([("a", "b")]), pd.Series([("b", "a")]), False),
        (gpd.GeoSeries([Point(0, 1), None]), gpd.GeoSeries([Point(0, 1), None], crs=3857), True),
        (gpd.GeoSeries([Point(0, 1)]), gpd.GeoSeries([Point(0, np.nextafter(1, 2))]), False),
    ],
)
def test_hashes_are_of_the_values_to_the_last_bit(script: ModuleType, one: pd.Series, other: pd.Series, same: bool):
    assert (script.exact(one)[0] == script.exact(other)[0]) is same


Told = Callable[[str, str], tuple[int, list[str]]]


@pytest.fixture
def told(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Told:
    """The exit code and the lines of a comparison."""

    def compare(before: str, after: str) -> tuple[int, list[str]]:
        paths = [tmp_path / name for name in ("before.tsv", "after.tsv")]
        for path, lines in zip(paths, (before, after), strict=True):
            path.write_text(HEAD + lines, encoding="utf-8")
        monkeypatch.setattr(sys, "argv", [str(SCRIPT), "--compare", *map(str, paths)])
        with pytest.raises(SystemExit) as ended:
            script.main()
        return int(ended.value.code or 0), capsys.readouterr().out.splitlines()

    return compare


def test_a_comparison_tells_a_new_name_from_a_new_value(told: Told):
    before = "a\tt\tfeet\t2\t3.0\taa\na\tt\tleg\t2\t4.0\tbb\na\tt\trow\t2\t\tcc\na\tt\told\t2\t\tdd\n"
    after = "a\tt\tpoints\t2\t3.0\taa\na\tt\tleg\t2\t4.00000004\tbc\na\tt\trow\t3\t\tce\na\tt\tmore\t2\t\tee\n"
    assert told(before, before) == (0, ["nothing differs"])
    code, lines = told(before, after)
    assert code == 1
    assert sorted(lines) == [
        "changed  a t leg: other values, the sum by 1.0e-08 of it",
        "changed  a t row: 2 rows, then 3",
        "gone     a t old",
        "new      a t more",
        "renamed  a t feet -> points",
    ]
    renamed = before.replace("feet", "points")
    assert told(before, renamed) == (0, ["renamed  a t feet -> points"])
