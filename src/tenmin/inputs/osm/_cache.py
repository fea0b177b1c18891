"""Cache of downloads: complete files with checksums, fetched once even if several processes ask."""

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

__all__ = ["Cache", "CacheEntry"]

_POLL_SECONDS = 0.05
_LOCK_HELD = {errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK}


@dataclass(frozen=True)
class CacheEntry:
    """A cached file and its metadata."""

    path: Path
    metadata: Mapping[str, Any]


@dataclass(frozen=True)
class Cache:
    """A folder of downloads; `<key>.json` names the file and checksum of a key, and is written last and atomically."""

    folder: Path

    @classmethod
    def at(cls, folder: str | os.PathLike[str] | None) -> Cache:
        """Return the cache in a folder, by default in the user's cache folder."""
        return cls(platformdirs.user_cache_path("tenmin") / "osm" if folder is None else Path(folder))

    def find(self, key: str) -> CacheEntry | None:
        """Return the entry of a key, or None; a damaged one is renamed, with a warning."""
        record = self.folder / f"{key}.json"
        if not record.is_file():
            return None
        entry, problem = self._read(record, key)
        if problem:
            self._set_aside(record, entry, problem)
            return None
        return entry

    def _read(self, record: Path, key: str) -> tuple[CacheEntry | None, str]:
        """Return the entry and what is wrong with it."""
        try:
            metadata = json.loads(record.read_text("utf-8"))
            name = metadata["file"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None, "its note cannot be read"
        if not isinstance(name, str) or Path(name).name != name or not name.startswith(f"{key}-"):
            return None, "its note names another file"
        entry = CacheEntry(self.folder / name, metadata)
        if not entry.path.is_file():
            return None, "its file is gone"
        return entry, "" if _sha256(entry.path) == metadata.get("sha256") else "its checksum is wrong"

    def _set_aside(self, record: Path, entry: CacheEntry | None, problem: str) -> None:
        paths = [record] if entry is None else [record, entry.path]
        for path in paths:
            path.replace(path.with_name(f"{path.name}.damaged"))
        names = " and ".join(path.name for path in paths)
        text = f"{self.folder}: {names} of the cache is damaged ({problem}); it was set aside and is fetched again"
        warnings.warn(text, TenminWarning, stacklevel=2)

    def store(self, key: str, suffix: str, write: Callable[[Path], Mapping[str, Any]]) -> CacheEntry:
        """Return a new entry of a key.

        Parameters
        ----------
        key
            The key.
        suffix
            Suffix of the file.
        write
            Writes the file and returns its metadata.

        Raises
        ------
        OutputError
            The folder cannot be written; the previous entry stays.
        """
        path = self.folder / f"{key}-{secrets.token_hex(4)}{suffix}"
        with replacing(path) as temporary:
            details = write(temporary)
            metadata = {**details, "file": path.name, "bytes": temporary.stat().st_size, "sha256": _sha256(temporary)}
        with replacing(self.folder / f"{key}.json") as temporary:
            temporary.write_text(json.dumps(metadata, ensure_ascii=False, indent=1, sort_keys=True), "utf-8")
        return CacheEntry(path, metadata)

    @contextmanager
    def locked(self, key: str, deadline: Deadline) -> Iterator[None]:
        """Lock a key against other processes; the system releases the lock even if this one is killed.

        Parameters
        ----------
        key
            The key.
        deadline
            How long to wait for the lock.

        Raises
        ------
        ServiceError
            Another process holds it until the deadline.
        OutputError
            The folder cannot be written, or its file system does not support locks.
        """
        path = self.folder / f"{key}.lock"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as handle:
                while not _try_lock(handle):
                    if not deadline.sleep(_POLL_SECONDS):
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


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


if sys.platform == "win32":
    import msvcrt

    def _lock_file(handle: IO[bytes]) -> None:
        msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)

    def _unlock(handle: IO[bytes]) -> None:
        handle.seek(0)
        msvcrt.locking(handle.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock_file(handle: IO[bytes]) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(handle: IO[bytes]) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)


def _try_lock(handle: IO[bytes]) -> bool:
    """Lock a file unless another process holds it; return whether it was locked."""
    try:
        _lock_file(handle)
    except OSError as error:
        if error.errno in _LOCK_HELD:
            return False
        raise
    return True
