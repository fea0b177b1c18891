"""Where compiled searches are kept, and that it is said when they are made."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from conftest import REPOSITORY
from tenmin.support.jit import digest_kernels

SEARCH = """
import numpy as np
from tenmin.routing import components, link_nodes
print(components(link_nodes(np.array([0]), np.array([1]), np.ones(1), 3)).tolist())
"""


def searched(folder: Path) -> subprocess.CompletedProcess[str]:
    """A search in a new process that may keep what it compiles in a folder."""
    outside = os.environ | {"NUMBA_CACHE_DIR": str(folder)}
    return subprocess.run([sys.executable, "-c", SEARCH], env=outside, capture_output=True, text=True, check=True)


def test_what_is_compiled_is_kept_in_the_folder_asked_for_and_said_once(tmp_path: Path):
    first, second = searched(tmp_path), searched(tmp_path)
    assert first.stdout == second.stdout == "[0, 0, 1]\n"
    assert first.stderr.count("tenmin compiles its searches") == 1
    assert second.stderr == ""
    assert [path.name for path in tmp_path.iterdir()] == ["kernels"]


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="needs a file that can hold no folder: /dev/null")
def test_a_folder_that_cannot_be_written_is_not_needed():
    assert searched(Path("/dev/null/x")).stdout == "[0, 0, 1]\n"


def test_a_byte_changed_in_any_file_that_has_a_kernel_gives_another_digest(tmp_path: Path):
    copy = shutil.copytree(REPOSITORY / "src/tenmin", tmp_path / "tenmin", ignore=shutil.ignore_patterns("__pycache__"))
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in copy.rglob("*.py")}
    with_kernels = [
        path for path, tree in trees.items() if any(decorated(node, "inner", "kernel") for node in ast.walk(tree))
    ]
    assert copy / "inputs/osm/_opl.py" in with_kernels
    before = digest_kernels(copy)
    for path in with_kernels:
        text = path.read_bytes()
        path.write_bytes(text[:-1] + b" ")
        assert digest_kernels(copy) != before, path
        path.write_bytes(text)
    (copy / "cli/_app.py").write_bytes(b"")
    assert digest_kernels(copy) == before


def decorated(node: ast.AST, *names: str) -> bool:
    """Whether a node is a function with one of these decorators."""
    return isinstance(node, ast.FunctionDef) and any(
        isinstance(one, ast.Name) and one.id in names for one in node.decorator_list
    )


def names_in_python(node: ast.AST) -> set[str]:
    """The names that are read in code that is not compiled."""
    own = {node.id} if isinstance(node, ast.Name) else set()
    parts = () if decorated(node, "inner", "kernel") else ast.iter_child_nodes(node)
    return own.union(*(names_in_python(part) for part in parts))


def is_inner(value: object) -> bool:
    """Whether something is a kernel that Python cannot call."""
    return bool(getattr(value, "targetoptions", {}).get("no_cpython_wrapper"))


def inner_kernels_brought(tree: ast.Module) -> set[str]:
    """The names under which a module has inner kernels of tenmin: its own, and those it imports."""
    own = {node.name for node in tree.body if decorated(node, "inner")}
    imports = [
        (import_module(node.module), name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "tenmin"
        for name in node.names
    ]
    return own | {name.asname or name.name for module, name in imports if is_inner(getattr(module, name.name, None))}


def test_no_python_calls_a_kernel_that_is_for_kernels_alone():
    """It would end the process."""
    paths = [path for folder in ("src", "tests", "benchmarks") for path in (REPOSITORY / folder).rglob("*.py")]
    modules = {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}
    assert len(inner_kernels_brought(modules[REPOSITORY / "src/tenmin/surface/_grid_points.py"])) > 3
    for path, tree in modules.items():
        brought = inner_kernels_brought(tree)
        assert not (brought and names_in_python(tree) & brought), path
