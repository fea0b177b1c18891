"""Write the files of one run as a set: all of them arrive, or none; what was interrupted is finished or undone.

The files of a run are staged in the folder `.tenmin-results/new` and, once all are there with their manifest, moved one
by one to where they belong; what they replace waits in `.tenmin-results/old` until the manifest, which is moved last,
has arrived. At any moment each file is in one of these places, so that a run that was killed can be finished or undone.
Only files of the manifest of this run or of the last one are touched.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tenmin.support._manifest import WORK_FOLDER, FileRecord, is_as_recorded, read_about, read_manifest, write_manifest
from tenmin.support.errors import FileError, OutputError
from tenmin.support.files import local_path, make_folder

__all__ = ["MANIFEST", "ResultSet", "describe_results", "examine_results", "mend_results", "writing_results"]

MANIFEST = "tenmin-manifest.json"
"""Name of the file that lists the files of a set."""
State = Literal["whole", "old", "mixed"]

_OWNER_WRITES = 0o200


@dataclass(frozen=True)
class ResultSet:
    """What stands in a folder of results.

    Attributes
    ----------
    state
        "whole": the files of one run, and nothing is open; "old": those of the last run, since another was interrupted
        before it changed anything; "mixed": files of two runs, or changed since.
    files
        What the manifest says of each file, by its name.
    changed
        Names of files that are missing or not as the manifest says, for another reason than an interrupted run.
    interrupted
        Whether a run was interrupted.
    complete
        Whether all files of that run are there, so that it can be finished.
    """

    state: State
    files: Mapping[str, FileRecord]
    changed: tuple[str, ...] = ()
    interrupted: bool = False
    complete: bool = False


@dataclass(frozen=True)
class _Folder:
    """A folder of results, and where the files of a run wait."""

    path: Path

    @property
    def work(self) -> Path:
        return self.path / WORK_FOLDER

    @property
    def new(self) -> Path:
        return self.work / "new"

    @property
    def old(self) -> Path:
        return self.work / "old"

    @property
    def staged(self) -> Mapping[str, FileRecord] | None:
        """The manifest of a run all of whose files are staged."""
        return read_manifest(self.new / MANIFEST)

    @property
    def last(self) -> Mapping[str, FileRecord]:
        """The manifest of the last run that arrived."""
        kept = None if self.staged is None else read_manifest(self.old / MANIFEST)
        return (read_manifest(self.path / MANIFEST) if kept is None else kept) or {}


@contextmanager
def writing_results(path: str | os.PathLike[str], about: Mapping[str, Any] | None = None) -> Iterator[Path]:
    """Yield a folder for the files of a run, and move them all to `path` when the block ends.

    If the block raises, or one of the files cannot be replaced, nothing in `path` is changed. A run that was
    interrupted there before is finished or undone first. Of two runs at once, that which began later arrives.

    Parameters
    ----------
    path
        The folder of the results; made if it does not exist.
    about
        What the manifest says of the run, as JSON types.

    Raises
    ------
    OutputError
        A file cannot be replaced, such as one that is open in a spreadsheet program.
    FileError
        The manifest in the folder is damaged.
    """
    folder = _Folder(make_folder(path))
    mend_results(folder.path)
    try:
        yield make_folder(folder.new)
        write_manifest(folder.new / MANIFEST, about)
        _swap(folder)
    finally:
        if not folder.old.exists():
            _discard(folder)


def describe_results(path: str | os.PathLike[str]) -> Mapping[str, Any]:
    """Return what the manifest in a folder says of the run that wrote it, besides its files; nothing without one.

    Raises
    ------
    FileError
        The manifest is damaged.
    """
    return read_about(local_path(path) / MANIFEST)


def examine_results(path: str | os.PathLike[str]) -> ResultSet:
    """Return what stands in a folder of results: the files of one run, of the last one, or of two.

    Raises
    ------
    FileError
        There are no results of tenmin, or their manifest is damaged.
    """
    folder = _Folder(local_path(path))
    staged, begun = folder.staged, folder.old.exists()
    if staged is not None and begun:
        return ResultSet("mixed", staged, interrupted=True, complete=True)
    if not (folder.path / MANIFEST).is_file() and not folder.new.exists():
        msg = f"{folder.path} holds no results of tenmin: it has no {MANIFEST}; give the folder that --out named"
        raise FileError(msg)
    changed = tuple(name for name, record in folder.last.items() if not is_as_recorded(folder.path / name, record))
    interrupted = folder.new.exists() and not begun
    state: State = "mixed" if changed else "old" if interrupted else "whole"
    return ResultSet(state, folder.last, changed, interrupted, complete=staged is not None)


def mend_results(path: str | os.PathLike[str], *, undo: bool = False) -> None:
    """Finish a run that was interrupted, if all of its files are there, and else undo it.

    Parameters
    ----------
    path
        The folder of the results, in which no run is going on.
    undo
        Undo it in any case.

    Raises
    ------
    OutputError
        A file cannot be moved.
    """
    folder = _Folder(local_path(path))
    if folder.staged is not None:
        if undo:
            _put_back(folder)
        else:
            _swap(folder)
    _discard(folder)


def _swap(folder: _Folder) -> None:
    """Move the staged files to where they belong, or change nothing."""
    new = [*(folder.staged or {}), MANIFEST]
    names = [*(name for name in folder.last if name not in new), *new]
    at = folder.path
    try:
        for at in (folder.path / name for name in names):
            _check_replaceable(at)
        folder.old.mkdir(exist_ok=True)
        for name in names:
            at = folder.path / name
            arrived = name in new and not (folder.new / name).exists()
            if at.exists() and not arrived:
                _move(at, folder.old / name)
        for name in new:
            at = folder.path / name
            if (folder.new / name).exists():
                _move(folder.new / name, at)
    except OSError as error:
        _put_back(folder)
        msg = (
            f"{at} cannot be replaced ({error.strerror or error}), so nothing in {folder.path} was changed; close the "
            "program in which it is open, or allow writing, and run again"
        )
        raise OutputError(msg) from error
    _discard(folder)


def _check_replaceable(path: Path) -> None:
    """Raise an OSError if there is a file that is open elsewhere or must not be written."""
    if not path.exists():
        return
    if not path.stat().st_mode & _OWNER_WRITES:
        raise PermissionError(errno.EACCES, "it is read-only")
    with path.open("rb+"):
        pass


def _put_back(folder: _Folder) -> None:
    """Move what has arrived of a run back to where it was staged, then the files of the last run to their places."""
    at = folder.path
    try:
        for name in folder.staged or {}:
            at = folder.path / name
            if at.exists() and not (folder.new / name).exists():
                _move(at, folder.new / name)
        for kept in (path for path in sorted(folder.old.rglob("*")) if path.is_file()):
            at = folder.path / kept.relative_to(folder.old)
            _move(kept, at)
    except OSError as error:
        msg = (
            f"{folder.path} holds files of two runs, since {at} cannot be moved ({error.strerror or error}); close the "
            "program in which it is open, then: tenmin verify"
        )
        raise OutputError(msg) from error
    shutil.rmtree(folder.old, ignore_errors=True)


def _discard(folder: _Folder) -> None:
    """Remove what was staged, its manifest first: without it nothing is complete; then what was replaced."""
    with suppress(OSError):
        (folder.new / MANIFEST).unlink(missing_ok=True)
    for rest in (folder.new, folder.old, folder.work):
        shutil.rmtree(rest, ignore_errors=True)


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)
