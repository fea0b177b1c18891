"""The language of the command line: help, errors and remarks in Chinese, and how a command ends."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from conftest import REPOSITORY
from tenmin.cli import app
from tenmin.cli._translation import load_chinese, translate
from tenmin.support.files import read_toml
from tenmin.support.language import choose_language
from test_cli import run

PLACEHOLDER = re.compile(r"\{\w+\}")
OWN = ("files", "tables", "remarks")
"""Sections of texts that tenmin says, unlike those of typer."""


def commands(command: Any) -> Iterator[Any]:
    """A command and all below it."""
    yield command
    for one in getattr(command, "commands", {}).values():
        yield from commands(one)


def texts_of_the_source() -> set[str]:
    """All literal texts of the package, those of f-strings in pieces."""
    return {
        node.value
        for path in (REPOSITORY / "src/tenmin").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


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


def test_what_is_translated_is_said_somewhere():
    said = texts_of_the_source()
    sections = read_toml(REPOSITORY / "src/tenmin/cli/chinese.toml")
    pieces = {
        piece: text for name in OWN for text in sections[name] for piece in PLACEHOLDER.split(text) if piece.strip()
    }
    assert len(pieces) > 150
    assert [text for piece, text in pieces.items() if not any(piece.strip() in one for one in said)] == []


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
        if option.name == "out"
    }
    assert "tenmin-coverage" in named
    assert [name for name in named if Path(name).name.isidentifier() and name not in {"demo", "compliance"}] == []
    assert [name for name in ("demo", "compliance") if importlib.util.find_spec(name)] == []
