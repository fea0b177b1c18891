"""Open local files safely, read the TOML tables that ship with tenmin, and write files atomically."""

from __future__ import annotations

import bz2
import difflib
import errno
import gzip
import hashlib
import os
import platform
import re
import secrets
import shutil
import sqlite3
import time
import tomllib
import unicodedata
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from importlib.resources import files
from io import BufferedIOBase
from pathlib import Path
from typing import Any

from tenmin.support.bounds import MAX_TEXT, check_amount, check_toml
from tenmin.support.errors import FileError, OutputError, TenminError

__all__ = [
    "KINDS",
    "OSM_KINDS",
    "check_folder",
    "check_keys",
    "first_bytes",
    "local_path",
    "make_folder",
    "open_input",
    "read_toml",
    "reading",
    "replacing",
    "safe_name",
    "shipped_file",
    "unpacked_blocks",
]

#: Format of the content by file suffix. Longer suffixes are tried first.
KINDS = {
    ".osm.pbf": "osm_pbf",
    ".pbf": "osm_pbf",
    ".osm.gz": "gzip_xml",
    ".osm.bz2": "bzip2_xml",
    ".osm": "xml",
    ".graphml": "xml",
    ".csv": "text",
    ".tsv": "text",
    ".toml": "text",
    ".geojson": "json",
    ".json": "json",
    ".gpkg": "sqlite",
    ".shp": "shapefile",
    ".xlsx": "zip",
    ".parquet": "parquet",
    ".tif": "geotiff",
    ".tiff": "geotiff",
    ".hgt": "heights",
}
OSM_KINDS = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2")

_FORMAT_NAMES = {
    "osm_pbf": "an OpenStreetMap pbf file",
    "gzip_xml": "gzip-compressed XML",
    "bzip2_xml": "bzip2-compressed XML",
    "xml": "XML",
    "text": "plain text",
    "json": "JSON",
    "sqlite": "a GeoPackage",
    "shapefile": "a Shapefile",
    "zip": "an Excel workbook",
    "parquet": "a Parquet file",
    "geotiff": "a GeoTIFF",
    "heights": "SRTM heights",
}
_REMOTE = re.compile(r"^[a-z][a-z0-9+.-]+:|^/vsi", re.IGNORECASE)
_HEAD_BYTES = 4096
_MAX_NAME_BYTES = 80
_TEMPORARY, _KEPT_LETTERS, _OLD_SECONDS = ".tenmin-", 60, 24 * 3600
_LEFTOVER = re.compile(r"\.tenmin-(?P<system>[0-9a-f]{4})-(?P<process>\d{1,10})\.[0-9a-f]{12}-")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


def open_input(path: str | os.PathLike[str], kinds: Sequence[str] = ()) -> Path:
    """Return the path of a regular local file whose first bytes match its suffix.

    Parameters
    ----------
    path
        The file; URLs and GDAL driver prefixes are refused.
    kinds
        Accepted suffixes, such as ".csv"; by default all known ones.

    Raises
    ------
    FileError
        The path is not local, the file is missing, a folder, empty or unreadable, its suffix is not in `kinds`, its
        content is of another format (for instance a web page saved in its place), or a text of more than 512 MiB.
    """
    found = local_path(path)
    _check_regular_file(found)
    kind = _format_of(found, kinds or tuple(KINDS))
    if kind in {"text", "json"}:
        check_amount(
            found, found.stat().st_size, MAX_TEXT, "bytes", "save it as GeoPackage or Parquet, or a part of it"
        )
    head = first_bytes(found)
    _check_not_web_page(found, head)
    if not _SIGNATURES[kind](head):
        name, content = _FORMAT_NAMES[kind], _describe_content(head)
        msg = f"{found}: the name says {name}, the content is {content}; check where it came from, or rename it"
        raise FileError(msg)
    return found


def local_path(path: object) -> Path:
    """Return the path of a local file, whether it exists or not.

    Raises
    ------
    FileError
        It is neither text nor a path, or it is a URL or a driver's prefix.
    """
    text = os.fspath(path) if isinstance(path, str | os.PathLike) else None
    if not isinstance(text, str):
        msg = f"{path!r:.80} is a {type(path).__name__}, no path; give the path of a local file as text"
        raise FileError(msg)
    _check_local(text)
    return Path(text)


@contextmanager
def reading(path: str | os.PathLike[str]) -> Iterator[None]:
    """Convert whatever a driver raises inside the block to a FileError that names the file.

    A file is opened and read to its end inside one such block. Libraries have errors of many kinds for damaged and
    hostile files, and no list of them is complete; those of tenmin itself, and warnings, pass unchanged.
    """
    try:
        yield
    except (TenminError, Warning):
        raise
    except MemoryError as error:
        msg = f"{path} does not fit into the memory of this computer; give a part of it"
        raise FileError(msg) from error
    except Exception as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        msg = f"{path} is damaged, or not what its name says ({reason}); fetch or export it again"
        raise FileError(msg) from error


def first_bytes(path: Path, count: int = _HEAD_BYTES) -> bytes:
    """Return the first bytes of a file, decompressed if its name ends in .gz or .bz2.

    Parameters
    ----------
    path
        The file.
    count
        Number of bytes.

    Raises
    ------
    FileError
        The file cannot be read, or its compressed data are damaged.
    """
    return next(unpacked_blocks(path, count), b"")


def unpacked_blocks(path: Path, size: int = 1 << 20) -> Iterator[bytes]:
    """Yield a file in blocks, decompressed if its name ends in .gz or .bz2.

    Parameters
    ----------
    path
        The file.
    size
        Bytes of a block.

    Raises
    ------
    FileError
        The file cannot be read, or its compressed data are damaged.
    """
    try:
        with _open_unpacked(path) as stream:
            while block := stream.read(size):
                yield block
    except PermissionError:
        msg = f"{path}: no permission to read it"
        raise FileError(msg) from None
    except (OSError, EOFError, zlib.error) as error:
        msg = f"{path}: its compressed data stop in the middle or are damaged ({error}); fetch it again"
        raise FileError(msg) from None


def _open_unpacked(path: Path) -> BufferedIOBase:
    name = path.name.lower()
    with path.open("rb") as stream:
        magic = stream.read(3)
    if magic.startswith(b"\x1f\x8b") and name.endswith(".gz"):
        return gzip.open(path)
    return bz2.open(path) if magic == b"BZh" and name.endswith(".bz2") else path.open("rb")


def _check_local(text: str) -> None:
    if not text or "\0" in text or "\n" in text:
        msg = f"{text[:60]!r} is no file name; give the path of a local file"
        raise FileError(msg)
    if _REMOTE.match(text):
        msg = f"{text!r} is a URL or a driver's prefix; download the data and give the path of the local file"
        raise FileError(msg)


def _check_regular_file(path: Path) -> None:
    try:
        if path.is_dir():
            msg = f"{path} is a folder; give the path of a file in it"
            raise FileError(msg)
        if not path.exists():
            msg = f"{path}: there is no such file{_suggestion(path)}"
            raise FileError(msg)
        if not path.is_file():
            msg = f"{path} is a device or a pipe; give a regular file"
            raise FileError(msg)
        if path.stat().st_size == 0:
            msg = f"{path} is an empty file (0 bytes): the download or the copy failed; fetch it again"
            raise FileError(msg)
    except OSError as error:
        msg = f"{str(path)[:200]}: cannot be looked at ({error.strerror}); check the name and the permissions"
        raise FileError(msg) from None


def _suggestion(path: Path) -> str:
    if not path.parent.is_dir():
        return f" (nor a folder {path.parent}); check the path"
    names = sorted(item.name for item in path.parent.iterdir())
    close = difflib.get_close_matches(path.name, names, n=1)
    return f"; did you mean {close[0]}?" if close else f" in {path.parent.resolve()}; check the path"


def _format_of(path: Path, kinds: Sequence[str]) -> str:
    name = path.name.lower()
    suffix = next((k for k in sorted(kinds, key=len, reverse=True) if name.endswith(k)), None)
    if suffix is None:
        msg = f"{path}: this suffix is not read here; give a file that ends in {', '.join(kinds)}"
        raise FileError(msg)
    return KINDS[suffix]


def _check_not_web_page(path: Path, head: bytes) -> None:
    if _strip_bom(head).lower().startswith((b"<!doctype html", b"<html")):
        msg = f"{path} is a web page, not data: the download failed; open it in a browser to see why"
        raise FileError(msg)


def _strip_bom(head: bytes) -> bytes:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()


def _is_osm_pbf(head: bytes) -> bool:
    return head[4:15] == b"\x0a\x09OSMHeader"


def _is_text(head: bytes) -> bool:
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return wide or (b"\0" not in head and not _strip_bom(head).startswith(b"<"))


_SIGNATURES = {
    "osm_pbf": _is_osm_pbf,
    "gzip_xml": lambda head: _strip_bom(head).startswith(b"<"),
    "bzip2_xml": lambda head: _strip_bom(head).startswith(b"<"),
    "xml": lambda head: _strip_bom(head).startswith(b"<"),
    "text": _is_text,
    "json": lambda head: _strip_bom(head).startswith((b"{", b"[")),
    "sqlite": lambda head: head.startswith(b"SQLite format 3\0"),
    "shapefile": lambda head: head.startswith(b"\0\0\x27\x0a"),
    "zip": lambda head: head.startswith(b"PK\x03\x04"),
    "parquet": lambda head: head.startswith(b"PAR1"),
    "geotiff": lambda head: head.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")),
    "heights": lambda _: True,  # raw numbers without a signature: the reader checks the file size
}


def _describe_content(head: bytes) -> str:
    if head.startswith(b"\x1f\x8b"):
        return "gzip-compressed"
    if head.startswith(b"BZh"):
        return "bzip2-compressed"
    for kind in ("osm_pbf", "sqlite", "zip", "parquet", "json", "xml"):
        if _SIGNATURES[kind](head):
            return _FORMAT_NAMES[kind]
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "an old (.xls) or an encrypted Excel workbook; save it in Excel as .xlsx without a password"
    if head[:1] == b"\x1a" and b"\x78" in head[:64]:
        return "a map tile (vector tile), which holds no OpenStreetMap data"
    return f"something else (it begins with {head[:12]!r})"


def shipped_file(package: str, name: str) -> Path:
    """Return the path of a data file that ships inside a package.

    Parameters
    ----------
    package
        Name of the package, such as "tenmin.inputs.osm".
    name
        Path of the file inside it.

    Examples
    --------
    >>> shipped_file("tenmin.inputs.osm", "rules.toml").name
    'rules.toml'
    """
    return Path(str(files(package) / name))


def read_toml(path: Path) -> dict[str, Any]:
    """Return the contents of a TOML file.

    Raises
    ------
    FileError
        The file is not UTF-8 or not valid TOML; the message names the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        check_toml(path, text)
        return tomllib.loads(text)
    except UnicodeDecodeError:
        msg = f"{path} is not in UTF-8, as TOML must be; save it again with that encoding"
        raise FileError(msg) from None
    except tomllib.TOMLDecodeError as error:
        twice = "; a key stands there for the second time" if "overwrite" in str(error) else ""
        msg = f"{path} is not valid TOML: {error}{twice}"
        raise FileError(msg) from None
    except RecursionError:
        msg = f"{path} is not valid TOML: lists or tables are nested too deep"
        raise FileError(msg) from None


def check_keys(row: Mapping[str, Any], known: set[str], needed: set[str], where: str) -> None:
    """Raise a FileError if a row of a TOML table has unknown keys or lacks required ones.

    Parameters
    ----------
    row
        The row.
    known, needed
        Keys that it may have, and those that it must have.
    where
        File and row, for the message.
    """
    unknown = sorted(set(row) - known)
    if unknown:
        msg = f"{where}: unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}"
        raise FileError(msg)
    missing = sorted(needed - set(row))
    if missing:
        msg = f"{where}: {missing[0]!r} is missing"
        raise FileError(msg)


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path in the same folder, and move it to `path` atomically when the block ends.

    If the block raises, the temporary file is removed and whatever was at `path` stays as it was. Temporary files of
    processes that are dead, or a day old, are removed first.

    Raises
    ------
    OutputError
        The folder is missing, the disk is full, or the file cannot be written: what the block raises as an OSError, or
        as an error of a driver or a database.
    """
    target = local_path(path)
    name = f"{_TEMPORARY}{_this_system()}-{os.getpid()}.{secrets.token_hex(6)}-{target.name[-_KEPT_LETTERS:]}"
    temporary = target.with_name(name)
    _remove_leftovers(target.parent)
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        yield temporary
        _replace_target(temporary, target)
    except TenminError:
        raise
    except (OSError, RuntimeError, sqlite3.Error) as error:
        raise OutputError(_write_failure(target, temporary, error)) from error
    finally:
        _remove_temporary(temporary)


def _remove_temporary(temporary: Path) -> None:
    """Remove a temporary file and what a database keeps beside it."""
    for suffix in ("", "-journal", "-wal", "-shm"):
        with suppress(OSError):
            temporary.with_name(temporary.name + suffix).unlink(missing_ok=True)


def _remove_leftovers(folder: Path) -> None:
    """Remove temporary files that no process will finish."""
    with suppress(OSError):
        for path in folder.glob(f"{_TEMPORARY}*"):
            found = _LEFTOVER.match(path.name)
            if found and (_is_dead(found["system"], int(found["process"])) or _is_old(path)):
                _remove_temporary(path)


def _is_dead(system: str, process: int) -> bool:
    if os.name != "posix" or system != _this_system():
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


def _is_old(path: Path) -> bool:
    return time.time() - path.stat().st_mtime > _OLD_SECONDS


@cache
def _this_system() -> str:
    """Return a text that is the same where process numbers mean the same processes: a machine or a container."""
    try:
        processes = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        processes = ""
    return hashlib.blake2b(f"{platform.node()} {processes}".encode(), digest_size=2).hexdigest()


def _replace_target(temporary: Path, target: Path) -> None:
    with temporary.open("rb+") as stream:
        os.fsync(stream.fileno())
    temporary.replace(target)
    if os.name == "posix":
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _write_failure(target: Path, temporary: Path, error: Exception) -> str:
    if target.is_dir():
        return f"{target} is a folder, so no file can be written there; give another name"
    if not target.parent.is_dir():
        return f"{target}: there is no folder {target.parent}; make it first or give another path"
    full = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}
    reason = "the disk is full" if full else f"could not be written ({getattr(error, 'strerror', None) or error})"
    free = shutil.disk_usage(target.parent).free
    written = temporary.stat().st_size if temporary.exists() else 0
    return f"{target}: {reason}, {written:,} bytes written, {free:,} free; what stood there before is untouched"


def make_folder(path: str | os.PathLike[str]) -> Path:
    """Return the path of a folder, created if it does not exist.

    Raises
    ------
    OutputError
        The folder cannot be created.
    """
    folder = local_path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _no_folder(folder, error.errno or 0) from error
    return folder


def check_folder(path: str | os.PathLike[str]) -> None:
    """Refuse a folder that cannot be made or written into, before the work whose results should go there.

    Raises
    ------
    OutputError
        What exists of the path is no folder, or nothing may be written into it.
    """
    folder = local_path(path)
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    if not there.is_dir():
        raise _no_folder(folder, errno.ENOTDIR)
    if not os.access(there, os.W_OK):
        raise _no_folder(folder, errno.EACCES)


def _no_folder(folder: Path, code: int) -> OutputError:
    return OutputError(f"{folder}: no folder can be made there ({os.strerror(code)}); give another one")


def safe_name(text: str) -> str:
    """Return a safe file name for any text: letters and digits of any script, `-` and `_`.

    A hash is appended unless the text is already safe, so that different texts give different names, also on file
    systems that ignore case or normalise Unicode.

    >>> safe_name("clinic"), safe_name("药店")
    ('clinic', '药店')
    >>> safe_name("../../etc/passwd")
    'etc-passwd-830a08e2'
    """
    plain = unicodedata.normalize("NFC", text)
    kept = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in plain)
    short = re.sub(r"-{2,}", "-", kept).strip("-").encode("utf-8", "ignore")[:_MAX_NAME_BYTES].decode("utf-8", "ignore")
    if (
        short
        and short == text
        and text == text.casefold()
        and text not in _RESERVED
        and not re.search(r"-[0-9a-f]{8}$", text)
    ):
        return text
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    return f"{short or 'unnamed'}-{digest}"
