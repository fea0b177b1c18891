"""Compilation of kernels by numba, cached on disk for each machine and version of the sources."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numba
import numpy as np
import platformdirs
from numba.core import event

__all__ = ["digest_kernels", "inner", "kernel", "plain"]

ENVIRONMENT = "NUMBA_CACHE_DIR"
_IMPORT = f"from {__name__} import".encode()
NOTICE = "tenmin compiles its searches for this machine, once, in about half a minute 首次运行需编译，约半分钟"


def digest_kernels(package: Path) -> str:
    """Return a name for the kernels of a package as they are: numba sees no change in a function of another file.

    Every file counts that stands in one folder with a file that imports this module, for the constants' sake.

    Parameters
    ----------
    package
        The folder of the package.
    """
    texts: dict[Path, dict[Path, bytes]] = {}
    for source in sorted(package.rglob("*.py")):
        texts.setdefault(source.parent, {})[source] = source.read_bytes()
    digest = hashlib.blake2b(numba.__version__.encode() + Path(__file__).read_bytes(), digest_size=8)
    for folder in texts.values():
        if any(_IMPORT in text for text in folder.values()):
            for source, text in folder.items():
                digest.update(source.relative_to(package).as_posix().encode() + text)
    return digest.hexdigest()


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _folder() -> Path:
    """Return the cache folder: from NUMBA_CACHE_DIR, else the user's cache, else a temporary one."""
    named = os.environ.get(ENVIRONMENT)
    parent = Path(named) if named else platformdirs.user_cache_path("tenmin")
    folder = parent / "kernels" / digest_kernels(Path(__file__).parents[1])
    return folder if _writable(folder) else Path(tempfile.mkdtemp(prefix="tenmin-kernels-"))


class _Notice(event.Listener):
    """Prints one notice on standard error when a kernel is first compiled."""

    said = False

    def on_start(self, event: event.Event) -> None:
        dispatcher = event.data["dispatcher"] if event.data else None
        if not self.said and getattr(dispatcher, "__module__", "").startswith("tenmin."):
            self.said = True
            print(NOTICE, file=sys.stderr, flush=True)

    def on_end(self, event: event.Event) -> None:
        """Print nothing when compilation ends."""


_FOLDER = _folder()
_CONFIG: Any = import_module("numba.core.config")
_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
event.register("numba:compile", _Notice())


def _compiled(function: Callable[..., Any], **options: Any) -> Any:
    before = _CONFIG.CACHE_DIR
    _CONFIG.CACHE_DIR = str(_FOLDER)
    try:
        return numba.njit(**_OPTIONS, **options)(function)
    finally:
        _CONFIG.CACHE_DIR = before


def kernel(function: Callable[..., Any]) -> Any:
    """Return the function compiled by numba without the GIL, cached until the kernel sources change."""
    return _compiled(function)


def inner(function: Callable[..., Any]) -> Any:
    """Return a kernel that only other kernels may call: without the Python wrapper it compiles faster."""
    return _compiled(function, no_cpython_wrapper=True)


def plain(array: np.ndarray) -> np.ndarray:
    """Return an array as kernels take it, in C order and writable: for any other kind they would be compiled anew."""
    return np.require(array, requirements=("C", "A", "W"))
