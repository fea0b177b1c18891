"""The package as it is installed, and the repository that it comes from."""

from __future__ import annotations

import re
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

import tenmin
from tenmin.inputs.samples import SAMPLES, sample_path
from tenmin.support import errors

REPOSITORY = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_version_is_the_installed_one():
    assert tenmin.__version__ == metadata.version("tenmin") == PROJECT["project"]["version"]


def test_the_changelog_has_the_version():
    text = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[{re.escape(tenmin.__version__)}\]", text, re.MULTILINE)


def test_the_package_says_that_it_is_typed():
    assert (Path(tenmin.__file__).parent / "py.typed").is_file()


def test_every_sample_is_found():
    assert all(sample_path(name).stat().st_size > 0 for name in SAMPLES)


def test_an_unknown_sample_is_refused_with_the_known_names():
    with pytest.raises(errors.FileError, match=r"no sample 'helsinky'; the samples are: .*helsinki"):
        sample_path("helsinky")


def test_the_samples_have_their_source_and_licence_beside_them():
    text = (REPOSITORY / "data/samples/README.md").read_text(encoding="utf-8")
    assert [
        word
        for word in ("2016", "2019", "63,602", "ODbL", "OpenStreetMap contributors", *SAMPLES.values())
        if word not in text
    ] == []


def test_the_extras_are_those_of_the_documentation():
    assert set(PROJECT["project"]["optional-dependencies"]) == {"raster", "hours", "notebook"}


def test_a_wheel_holds_the_samples_the_tables_and_the_mark_of_types(tmp_path: Path):
    (wheel,) = WheelBuilder(str(REPOSITORY)).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    package = REPOSITORY / "src"
    data = {path.relative_to(package).as_posix() for path in package.rglob("*.toml")}
    samples = {f"tenmin/samples_data/{name}" for name in (*SAMPLES.values(), "README.md")}
    assert data | samples | {"tenmin/py.typed"} <= names
