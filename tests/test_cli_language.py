"""The language of the command line: help, errors and remarks in Chinese, and how a command ends."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from conftest import REPOSITORY
from tenmin.cli import app
from tenmin.cli._translation import load_chinese, translate
from tenmin.inputs.readers._headings import unsupported_formats
from tenmin.support.files import read_toml
from tenmin.support.language import choose_language
from test_cli import run

PLACEHOLDER = re.compile(r"\{\w+\}")
FOREIGN = ("around_help", "usage", "help")
"""Sections of texts that typer says, and of help, which has a test of its own."""
PROSE = re.compile(r"\b[A-Za-z]{2,} [a-z]{2,}\b")
"""Two words of English."""
COMMANDS = re.compile(
    r"tenmin (?:standards list|standards new|verify|categories)|`standards list`|pip install|--large inner"
)
ELSEWHERE = {
    "tenmin.inputs.standards._clause_kinds": "words of reports, beside their Chinese",
    "tenmin.network._layout": "sentences of WalkNetwork.why, beside their Chinese",
    "tenmin.outputs.maps._page": "markup",
    "tenmin.outputs.maps._static": "markup",
    "tenmin.support.notebook": "markup",
}
"""Modules whose texts are no messages, and why."""
NO_MESSAGES = {
    "what other programs say": (
        *("invalid location", "entities are not supported", "top-level element", "no element found"),
        *("unclosed token", "gzip error", "timed out", "please try again", "False easting", "False northing"),
        "Value error, ",
    ),
    "keys of data and of figures": ("no data", "tenmin network", "lower left", "upper left", "axes fraction"),
    "a credit, in one language everywhere": ("© OpenStreetMap contributors, ODbL", "© OpenStreetMap contributors"),
    "joined to others in a tag": ("refused and ",),
    "a name of a gap, beside its Chinese": ("in several places",),
}
CODE = re.compile(r"SELECT |<!DOCTYPE |\^\(\?:|\[out:|tenmin/|\n# One table")
"""How queries, patterns, the name of the program and the file to fill in begin."""


def commands(command: Any) -> Iterator[Any]:
    """A command and all below it."""
    yield command
    for one in getattr(command, "commands", {}).values():
        yield from commands(one)


def is_shown(node: ast.AST) -> bool:
    """Whether a node is the function that says what an object is shown as."""
    return isinstance(node, ast.FunctionDef) and node.name in {"__repr__", "_repr_html_"}


def said_in(module: ast.Module) -> Iterator[str]:
    """Texts of a module, those of f-strings with 7 for each value; no docstrings, and not what objects are shown as."""
    nodes = list(ast.walk(module))
    skipped = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    skipped |= {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    skipped |= {id(part) for node in nodes if is_shown(node) for part in ast.walk(node)}
    for node in nodes:
        if isinstance(node, ast.JoinedStr) and id(node) not in skipped:
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.value


@cache
def modules() -> dict[str, ast.Module]:
    """The modules of the package, by their names."""
    paths = sorted((REPOSITORY / "src/tenmin").rglob("*.py"))
    names = [".".join(path.relative_to(REPOSITORY / "src").with_suffix("").parts) for path in paths]
    return {
        name.removesuffix(".__init__"): ast.parse(path.read_text("utf-8"))
        for name, path in zip(names, paths, strict=True)
    }


def imported_by(module: ast.Module) -> Iterator[str]:
    """What a module imports, wherever in it, and what may be a module among that."""
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{one.name}" for one in node.names)


def modules_of_the_commands() -> set[str]:
    """The modules that the command line imports, or that these import."""
    found, waiting = set[str](), ["tenmin.cli"]
    while waiting:
        name = waiting.pop()
        if name in modules() and name not in found:
            found.add(name)
            waiting += [*imported_by(modules()[name]), *([name.rpartition(".")[0]] if name.count(".") > 1 else [])]
    return found


def texts_of_the_source() -> str:
    """All literal texts of the package and its advice on formats, those of f-strings in pieces, one after the other."""
    nodes = (node for module in modules().values() for node in ast.walk(module))
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return "\0".join([*texts, *unsupported_formats().values()])


def test_every_text_of_the_help_has_its_chinese():
    texts = {
        " ".join(text.split())
        for command in commands(typer.main.get_command(app))
        for one in (command, *command.get_params(typer.Context(command)))
        if (text := getattr(one, "help", None))
    }
    assert len(texts) > 40
    assert sorted(texts - load_chinese().keys()) == []
    assert sorted(read_toml(REPOSITORY / "src/tenmin/cli/chinese.toml")["help"].keys() - texts) == []


def test_every_message_that_can_reach_the_command_line_has_its_chinese():
    exceptions = {text for texts in NO_MESSAGES.values() for text in texts}
    untold, told = [], 0
    for module in sorted(modules_of_the_commands() - ELSEWHERE.keys()):
        for text in said_in(modules()[module]):
            if PROSE.search(text) and text.removesuffix("7") not in exceptions and not CODE.match(text):
                told += 1
                if PROSE.search(COMMANDS.sub("", translate(text, "zh"))):
                    untold.append(f"{module}: {text}")
    assert told > 600
    assert untold == []


def test_every_advice_on_a_format_has_its_chinese():
    assert [text for text in unsupported_formats().values() if translate(text, "zh") == text] == []


def test_what_is_translated_is_said_somewhere():
    said = texts_of_the_source()
    pieces = {
        piece.strip(" :;,"): text
        for path in (REPOSITORY / "src/tenmin/cli").glob("chinese*.toml")
        for name, section in read_toml(path).items()
        for text in (section if name not in FOREIGN else ())
        for piece in PLACEHOLDER.split(text)
    }
    assert len(pieces) > 600
    assert [text for piece, text in pieces.items() if piece not in said] == []


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("a.toml, [w]: speed_kmh is missing", "a.toml, [w]：缺少 speed_kmh"),
        ("a.toml, walker 'w': name is ''; give a name", "a.toml，步行者 'w'：name 为 ''；请写名称"),
        ("a.gpkg, clause 'x', share: it is missing", "a.gpkg，条款 'x', share：缺少"),
        (".gpkg or .parquet", ".gpkg 或 .parquet"),
        ("Bed and Breakfast, London", "Bed and Breakfast, London"),
        (", ".join(["x"] * 5000), ", ".join(["x"] * 5000)),
    ],
)
def test_a_text_that_is_put_together_is_translated_part_by_part(english: str, chinese: str):
    assert translate(english, "zh") == chinese


def test_a_translation_has_the_placeholders_of_its_text():
    strange = [
        text
        for text, chinese in load_chinese().items()
        if not set(PLACEHOLDER.findall(chinese)) <= set(PLACEHOLDER.findall(text))
    ]
    assert strange == []


def test_what_a_text_speaks_of_is_translated_too_and_an_unknown_text_is_kept():
    fault = "'x, y' is no longitude and latitude in degrees; correct the file or leave the rows out"
    told = translate(f"a.csv: rows 3, 4, '坐标': {fault}; 2 other rows have other faults", "zh")
    reason = "'x, y' 不是以度为单位的经纬度；请改正文件，或去掉这些行；另有 2 行有其他错误"
    assert told == f"a.csv：第 3, 4 行，“'坐标'”：{reason}"
    assert translate("no position", "en") == "no position"
    assert translate("of which nobody knows", "zh") == "of which nobody knows"


@pytest.mark.parametrize(
    ("variables", "lang"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LC_ALL": "", "LANG": "zh_TW"}, "zh"),
    ],
)
def test_a_chinese_locale_counts_also_where_it_is_not_installed(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], lang: str
):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert choose_language(None) == lang


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["coverage", "x.pbf"], 2, "请给出 --people 或 --places 之一"),
        (["coverage", "x.pbf", "--people", "1", "--within"], 2, "需要同时给出 --areas"),
        (["coverage", "x.pbf", "--people", "many"], 2, "这里要写数字"),
        (["coverag"], 2, "没有命令 'coverag'"),
        (["coverage"], 2, "缺少参数"),
        (["isochrones", "x.pbf", "--shap", "streets"], 2, "没有选项 --shap"),
        (["isochrones", "x.pbf", "--datum", "y.csv=gcj02"], 2, "y.csv 不是本命令的表"),
        (["isochrones", "nowhere.osm.pbf"], 3, "nowhere.osm.pbf：没有这个文件"),
        (["categories", "社区服务占"], 3, "是不是 '社区服务站'"),
        (["template", "/dev/null/x"], 5, "不能在此建立文件夹"),
    ],
)
def test_a_mistake_is_told_in_chinese(words: list[str], code: int, message: str):
    ended, said = run(*words, "--lang", "zh")
    assert (ended, message in said) == (code, True)


@pytest.mark.parametrize(
    ("lang", "there", "absent"),
    [("zh", ("用法：", "选项", "[默认：", "测"), "Options"), ("en", ("Usage:", "Options"), "选项")],
)
def test_the_help_is_in_one_language(lang: str, there: tuple[str, ...], absent: str):
    code, said = run("coverage", "--lang", lang, "--help")
    assert code == 0
    assert all(word in said for word in there if word != "测")
    assert absent not in said


def test_a_reader_that_stops_reading_ends_the_command_quietly():
    words = [sys.executable, "-m", "tenmin", "standards", "list"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


def test_no_default_name_of_results_is_that_of_a_module():
    named = {
        str(option.default)
        for command in commands(typer.main.get_command(app))
        for option in command.params
        if option.name == "out" and option.default is not None
    }
    assert "tenmin-coverage" in named
    assert [name for name in named if Path(name).name.isidentifier() and name not in {"demo", "compliance"}] == []
    assert [name for name in ("demo", "compliance") if importlib.util.find_spec(name)] == []
