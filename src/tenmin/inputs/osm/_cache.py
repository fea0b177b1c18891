"""Keeps what was downloaded: whole files only, each with its checksum, fetched once however many ask."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import secrets
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import platformdirs

from tenmin.inputs.osm._service import Deadline
from tenmin.support.errors import OutputError, ServiceError, TenminWarning
from tenmin.support.files import replacing

__all__ = ["Cache", "Entry"]

_POLL = 0.05
_HELD = {errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK}


@dataclass(frozen=True)
class Entry:
    """A file of the cache and what is known of it."""

    path: Path
    about: Mapping[str, Any]


@dataclass(frozen=True)
class Cache:
    """A folder of downloads. `<key>.json` names the file of a key and its checksum; it is written last, in one step."""

    folder: Path

    @classmethod
    def at(cls, folder: str | os.PathLike[str] | None) -> Cache:
        """Return the cache in a folder, or in the one where the system keeps such things."""
        return cls(platformdirs.user_cache_path("tenmin") / "osm" if folder is None else Path(folder))

    def find(self, key: str) -> Entry | None:
        """Return the entry of a key; None if there is none, or if it is damaged: then it is named and set aside."""
        note = self.folder / f"{key}.json"
        if not note.is_file():
            return None
        entry, fault = self._read(note, key)
        if fault:
            self._set_aside(note, entry, fault)
            return None
        return entry

    def _read(self, note: Path, key: str) -> tuple[Entry | None, str]:
        """The entry as its note has it, and what is wrong with it."""
        try:
            about = json.loads(note.read_text("utf-8"))
            name = about["file"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None, "its note cannot be read"
        if not isinstance(name, str) or Path(name).name != name or not name.startswith(f"{key}-"):
            return None, "its note names another file"
        entry = Entry(self.folder / name, about)
        if not entry.path.is_file():
            return None, "its file is gone"
        return entry, "" if _digest(entry.path) == about.get("sha256") else "its checksum is wrong"

    def _set_aside(self, note: Path, entry: Entry | None, fault: str) -> None:
        paths = [note] if entry is None else [note, entry.path]
        for path in paths:
            path.replace(path.with_name(f"{path.name}.damaged"))
        names = " and ".join(path.name for path in paths)
        text = f"{self.folder}: {names} of the cache is damaged ({fault}); it was set aside and is fetched again"
        warnings.warn(text, TenminWarning, stacklevel=2)

    def store(self, key: str, suffix: str, make: Callable[[Path], Mapping[str, Any]]) -> Entry:
        """Return the new entry of a key, once `make` has written its file whole and said what is known of it.

        Raises
        ------
        OutputError
            The folder cannot be written; what the key had before stays.
        """
        path = self.folder / f"{key}-{secrets.token_hex(4)}{suffix}"
        with replacing(path) as temporary:
            made = make(temporary)
            about = {**made, "file": path.name, "bytes": temporary.stat().st_size, "sha256": _digest(temporary)}
        with replacing(self.folder / f"{key}.json") as temporary:
            temporary.write_text(json.dumps(about, ensure_ascii=False, indent=1, sort_keys=True), "utf-8")
        return Entry(path, about)

    @contextmanager
    def locked(self, key: str, deadline: Deadline) -> Iterator[None]:
        """Let nobody else work on a key; the system gives the lock free even if this program is killed.

        Raises
        ------
        ServiceError
            Another holds it until the deadline.
        OutputError
            The folder cannot be written, or its disk knows no locks.
        """
        path = self.folder / f"{key}.lock"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as handle:
                while not _lock(handle):
                    if not deadline.sleep(_POLL):
                        msg = f"{path}: another program is fetching the same and has not finished; try again later"
                        raise ServiceError(msg)
                try:
                    yield
                finally:
                    _unlock(handle)
        except OSError as error:
            if isinstance(error, OutputError):
                raise
            msg = f"{path}: the cache cannot be written ({error.strerror or error}); name another folder with cache="
            raise OutputError(msg) from error


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


if sys.platform == "win32":
    import msvcrt

    def _take(handle: IO[bytes]) -> None:
        msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)

    def _unlock(handle: IO[bytes]) -> None:
        handle.seek(0)
        msvcrt.locking(handle.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(handle: IO[bytes]) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(handle: IO[bytes]) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)


def _lock(handle: IO[bytes]) -> bool:
    """Take the lock of a file if nobody holds it; say whether it was taken."""
    try:
        _take(handle)
    except OSError as error:
        if error.errno in _HELD:
            return False
        raise
    return True
