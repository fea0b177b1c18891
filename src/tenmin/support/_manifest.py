"""The manifest of a set of results: hash, size and rows of each file, as JSON."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from tenmin.support.bounds import check_amount
from tenmin.support.errors import FileError
from tenmin.support.files import reading, replacing

__all__ = ["WORK_FOLDER", "FileRecord", "is_as_recorded", "read_about", "read_manifest", "write_manifest"]

WORK_FOLDER = ".tenmin-results"
"""Folder, inside that of the results, in which the files of a run wait; no file of a set is named so."""

_FORMAT = 1
_MAX_BYTES = 16 * 2**20


@dataclass(frozen=True)
class FileRecord:
    """What a manifest says of a file."""

    sha256: str
    bytes: int
    rows: int | None
    """Rows of a table or of all layers; None for other files."""


def write_manifest(path: Path, about: Mapping[str, Any] | None = None) -> None:
    """Write a manifest of all files in its folder and below.

    Parameters
    ----------
    path
        The manifest.
    about
        What else it says of them, as JSON types: of which study they are, and where its inputs come from.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    others = sorted(other for other in path.parent.rglob("*") if other.is_file())
    files = {other.relative_to(path.parent).as_posix(): asdict(_record_of(other)) for other in others}
    text = json.dumps({"format": _FORMAT, **(about or {}), "files": files}, ensure_ascii=False, indent=1)
    with replacing(path) as temporary:
        temporary.write_text(f"{text}\n", encoding="utf-8")


def read_manifest(path: Path) -> Mapping[str, FileRecord] | None:
    """Return what a manifest says of each file, by its name, or None if there is no manifest.

    Raises
    ------
    FileError
        It is damaged, or names a file outside its folder.
    """
    if not path.is_file():
        return None
    with reading(path):
        check_amount(path, path.stat().st_size, _MAX_BYTES, "bytes", "delete it, and run again")
        content = json.loads(path.read_text("utf-8"))
        records = {name: FileRecord(**record) for name, record in content["files"].items()}
        valid = content["format"] == _FORMAT and all(map(_is_inside, records)) and all(map(_is_valid, records.values()))
    if not valid:
        msg = f"{path} is no manifest of this version of tenmin, or names a file elsewhere; delete it, and run again"
        raise FileError(msg)
    return records


def read_about(path: Path) -> Mapping[str, Any]:
    """Return what a manifest that `read_manifest` has read says besides its files; nothing if there is none.

    Parameters
    ----------
    path
        The manifest.
    """
    if read_manifest(path) is None:
        return {}
    with reading(path):
        content = json.loads(path.read_text("utf-8"))
        return {key: value for key, value in content.items() if key not in {"format", "files"}}


def is_as_recorded(path: Path, record: FileRecord) -> bool:
    """Return whether a file is there with the size and the hash of a record."""
    return path.is_file() and path.stat().st_size == record.bytes and _hash_of(path) == record.sha256


def _record_of(path: Path) -> FileRecord:
    return FileRecord(_hash_of(path), path.stat().st_size, _rows_of(path))


def _hash_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _rows_of(path: Path) -> int | None:
    if path.suffix == ".csv":
        outside_quotes = path.read_bytes().split(b'"')[::2]
        return sum(part.count(b"\n") for part in outside_quotes) - 1
    if path.suffix != ".gpkg":
        return None
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as base:
        layers = base.execute("SELECT table_name FROM gpkg_contents WHERE data_type = 'features'").fetchall()
        quoted = [layer.replace('"', '""') for (layer,) in layers]
        return sum(base.execute(f'SELECT count(*) FROM "{layer}"').fetchone()[0] for layer in quoted)


def _is_valid(record: FileRecord) -> bool:
    given: tuple[Any, ...] = (record.sha256, record.bytes, record.rows)
    return all(isinstance(value, kind) for value, kind in zip(given, (str, int, int | None), strict=True))


def _is_inside(name: str) -> bool:
    """Return whether a name is that of a file inside the folder, whatever the system."""
    parts = PurePosixPath(name).parts
    plain = "\\" not in name and not name.startswith("/") and not PureWindowsPath(name).drive
    return bool(parts) and plain and ".." not in parts and WORK_FOLDER not in parts
