"""The documentation says what the code does: constants, walkers, and the files it points to."""

from __future__ import annotations

import inspect
import re

import pytest

import tenmin as tm
from conftest import REPOSITORY
from tenmin.access.isochrones import DEFAULT_RESOLUTION
from tenmin.inputs.facilities._combining import NAMED_METRES, NEAR_METRES
from tenmin.measures.compliance._grading import BASIC_SHARE
from tenmin.network import ASIDE
from tenmin.network._layout import ISLAND_NODES
from tenmin.support.limits import TOLERANCE

PAGES = {path.name: path.read_text(encoding="utf-8") for path in (REPOSITORY / "docs").glob("*.md")}


def default(verb: object, option: str) -> float:
    """The default of an option of a public verb."""
    return inspect.signature(verb).parameters[option].default  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("page", "sentence", "constant"),
    [
        ("method.md", r"relative tolerance of (\S+) everywhere", TOLERANCE),
        ("method.md", r"fewer than (\d+) nodes\s+\(`island=`\)", ISLAND_NODES),
        ("method.md", r"within `aside` \((\d+) m\)", ASIDE),
        ("method.md", r"`lateral` metres \((\d+) by default", default(tm.trace_isochrones, "lateral")),
        ("method.md", r"`lateral` metres \(\d+ by default, at most (\d+)\)", ASIDE),
        ("method.md", r"\| `lateral` \| (\d+) m \|", default(tm.trace_isochrones, "lateral")),
        ("method.md", r"a quarter of `lateral`, at most ([\d.]+) m", DEFAULT_RESOLUTION),
        ("method.md", r"`near` \((\d+) m\)", default(tm.find_gaps, "near")),
        ("tables.md", r"of one category and at most (\d+) m apart", NEAR_METRES),
        ("tables.md", r"have one name, are at most (\d+) m apart", NAMED_METRES),
        ("standards.md", r"at least (\d+) % of them pass", 100 * BASIC_SHARE),
    ],
)
def test_a_constant_in_the_docs_is_that_of_the_code(page: str, sentence: str, constant: float):
    assert [float(found) for found in re.findall(sentence, PAGES[page])] == [constant]


def test_the_walkers_of_the_docs_are_the_presets():
    rows = re.findall(r"^\| `(\w+)`[^|]*\| ([\d.]+) \|", PAGES["method.md"], re.MULTILINE)
    assert {name: float(speed) for name, speed in rows} == {
        name: walker.speed_kmh for name, walker in tm.load_walkers().items()
    }


def test_the_files_that_the_docs_point_to_are_there():
    texts = [path.read_text(encoding="utf-8") for path in (REPOSITORY / "docs").rglob("*.md")]
    texts += [(REPOSITORY / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md")]
    named = {name for text in texts for name in re.findall(r"`([a-z_]+/[\w/]+\.(?:py|toml|js|css|md))`", text)}
    assert len(named) > 10
    roots = (REPOSITORY, REPOSITORY / "src/tenmin")
    assert [name for name in sorted(named) if not any((root / name).is_file() for root in roots)] == []


def test_every_public_name_has_one_entry_in_the_reference():
    pages = [path.read_text(encoding="utf-8") for path in (REPOSITORY / "docs/reference").glob("*.md")]
    entries = [name for page in pages for name in re.findall(r"^\.\. auto\w+:: tenmin\.(\w+)$", page, re.MULTILINE)]
    assert sorted(entries) == sorted(tm.__all__)


@pytest.mark.parametrize(
    "noun", [tm.OsmExtract, tm.WalkNetwork, tm.Walker, tm.Standard, tm.Coverage, tm.Compliance, tm.Study, tm.Survey]
)
def test_what_a_noun_offers_is_described(noun: type):
    source = inspect.getsource(noun) + "".join(inspect.getsource(base) for base in noun.__mro__[1:-1])
    fields = [name for name in getattr(noun, "__dataclass_fields__", {}) if not name.startswith("_")]
    told = set(re.findall(r'^    (\w+): .*\n    """', source, re.MULTILINE))
    told |= {
        name
        for line in re.findall(r"^    (\w+(?:, \w+)*)$", noun.__doc__ or "", re.MULTILINE)
        for name in line.split(", ")
    }
    assert set(fields) - told == set()
    offered = [name for name in vars(noun) if not name.startswith("_") and name not in fields]
    assert [name for name in offered if not getattr(noun, name).__doc__] == []


def test_the_citation_names_the_version():
    assert f"version: {tm.__version__}\n" in (REPOSITORY / "CITATION.cff").read_text(encoding="utf-8")
