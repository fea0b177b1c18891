"""The package as it is installed, and the repository that it comes from."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
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
LOCKS = sorted((REPOSITORY / "requirements").glob("*.txt"))
SOURCES = sorted((REPOSITORY / "src").rglob("*.py"))
LONGEST_BODY, LONGEST_MODULE = 40, 330
VENDORED = (
    ".min.js",
    ".min.css",
    "leaflet.js",
    "leaflet.css",
    ".whl",
    ".jar",
    ".exe",
    ".so",
    ".dll",
    ".woff2",
    ".ttf",
)


def tracked() -> list[str]:
    """Paths that git keeps."""
    if shutil.which("git") is None or not (REPOSITORY / ".git").exists():
        pytest.skip("not a git clone: which files are tracked is not known")
    listing = subprocess.run(
        ["git", "-C", str(REPOSITORY), "ls-files", "-z"], check=True, capture_output=True, text=True
    )
    return [path for path in listing.stdout.split("\0") if path]


def name_of(requirement: str) -> str:
    """Normal name of the package that a requirement asks for."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s\[<>=!~;(]", requirement)[0]).lower()


def locked(path: Path) -> dict[str, list[str]]:
    """Blocks of a lock file by package: the pinned version and its hashes, one block for each marker."""
    blocks: dict[str, list[str]] = {}
    for block in re.split(r"\n(?=\S)", path.read_text(encoding="utf-8")):
        if not block.startswith("#"):
            blocks.setdefault(name_of(block), []).append(block)
    return blocks


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
    assert set(PROJECT["project"]["optional-dependencies"]) == {"raster", "hours"}


def test_nothing_from_elsewhere_is_tracked():
    assert [path for path in tracked() if path.endswith(VENDORED) or "node_modules/" in path] == []


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_a_lock_names_no_registry(path: Path):
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"https?://\S+|file:\S+|^-.*$|\s@\s.*$", text, re.MULTILINE) == []


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_everything_locked_has_one_version_a_marker_and_hashes(path: Path):
    blocks = [block for several in locked(path).values() for block in several]
    loose = [block.split()[0] for block in blocks if "==" not in block or "--hash=sha256:" not in block]
    assert blocks
    assert loose == []


def test_the_locks_hold_what_the_project_asks_for():
    run, test, dev = (locked(REPOSITORY / f"requirements/{name}.txt") for name in ("run", "test", "dev"))
    groups = PROJECT["dependency-groups"]
    assert {name_of(row) for row in PROJECT["project"]["dependencies"] + groups["build"]} <= set(run)
    assert {name_of(row) for row in groups["test"]} <= set(test)
    assert {name_of(row) for row in groups["lint"] + groups["docs"]} <= set(dev)


def test_the_locks_agree():
    run, test, dev = (locked(REPOSITORY / f"requirements/{name}.txt") for name in ("run", "test", "dev"))
    assert [name for name, blocks in run.items() if test.get(name) != blocks] == []
    assert [name for name, blocks in test.items() if dev.get(name) != blocks] == []


def test_a_wheel_holds_the_samples_the_tables_and_the_mark_of_types(tmp_path: Path):

    (wheel,) = WheelBuilder(str(REPOSITORY)).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    package = REPOSITORY / "src"
    data = {path.relative_to(package).as_posix() for path in package.rglob("*.toml")}
    samples = {f"tenmin/samples_data/{name}" for name in (*SAMPLES.values(), "README.md")}
    assert data | samples | {"tenmin/py.typed"} <= names


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(REPOSITORY / "src").as_posix())
def test_a_module_and_its_functions_are_short(path: Path):
    text = path.read_text(encoding="utf-8")
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    assert {node.name: size for node in functions if (size := body_lines(node)) > LONGEST_BODY} == {}
    assert text.count("\n") <= LONGEST_MODULE


def body_lines(function: ast.FunctionDef) -> int:
    """Lines of a function without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0
