"""Opens only what is a plain local file of the kind its name says, and writes without losing what was there."""

from __future__ import annotations

import bz2
import difflib
import errno
import gzip
import hashlib
import os
import re
import secrets
import shutil
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tenmin.support.errors import FileError, OutputError

__all__ = [
    "KINDS",
    "OSM_KINDS",
    "check_keys",
    "first_bytes",
    "make_folder",
    "open_input",
    "read_toml",
    "replacing",
    "safe_name",
]

#: What a file of each suffix begins with. Longer suffixes are tried first.
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

_WORDS = {
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
_HEAD = 4096
_NAME_BYTES = 80
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


def open_input(path: str | os.PathLike[str], kinds: Sequence[str] = ()) -> Path:
    """Return the path of a regular local file whose first bytes are what its suffix says.

    `kinds` are the suffixes that will do (all that are known, if none is given).

    Raises
    ------
    FileError
        The path is a URL or a driver's prefix, the file is missing, a folder, empty or unreadable, its
        suffix is none of `kinds`, or its content is something else (a web page saved in its place, say).
    """
    _refuse_remote(os.fspath(path))
    found = Path(path)
    _refuse_missing(found)
    kind = _kind_of(found, kinds or tuple(KINDS))
    head = first_bytes(found)
    _refuse_web_page(found, head)
    if not _SIGNATURES[kind](head):
        msg = f"{found}: the name says {_WORDS[kind]}, the content is {_guess(head)}; check where it came from"
        raise FileError(msg)
    return found


def first_bytes(path: Path, count: int = _HEAD) -> bytes:
    """Return the first bytes of a file as its reader sees them, that is decompressed if its name ends in gz or bz2."""
    try:
        raw = _read_head(path, count)
        if raw.startswith(b"\x1f\x8b") and path.name.lower().endswith(".gz"):
            with gzip.open(path) as stream:
                return stream.read(count)
        if raw.startswith(b"BZh") and path.name.lower().endswith(".bz2"):
            with bz2.open(path) as stream:
                return stream.read(count)
    except PermissionError:
        msg = f"{path}: no permission to read it"
        raise FileError(msg) from None
    except (OSError, EOFError) as error:
        msg = f"{path}: its compressed data stop in the middle or are damaged ({error}); fetch it again"
        raise FileError(msg) from None
    return raw


def _read_head(path: Path, count: int) -> bytes:
    with path.open("rb") as stream:
        return stream.read(count)


def _refuse_remote(text: str) -> None:
    if not text or "\0" in text or "\n" in text:
        msg = f"{text[:60]!r} is no file name; give the path of a local file"
        raise FileError(msg)
    if _REMOTE.match(text):
        msg = f"{text!r} is a URL or a driver's prefix; download the data and give the path of the local file"
        raise FileError(msg)


def _refuse_missing(path: Path) -> None:
    try:
        if path.is_dir():
            msg = f"{path} is a folder; give the path of a file in it"
            raise FileError(msg)
        if not path.exists():
            msg = f"{path}: there is no such file{_nearest(path)}"
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


def _nearest(path: Path) -> str:
    if not path.parent.is_dir():
        return f" (nor a folder {path.parent}); check the path"
    names = sorted(item.name for item in path.parent.iterdir())
    close = difflib.get_close_matches(path.name, names, n=1)
    return f"; did you mean {close[0]}?" if close else f" in {path.parent.resolve()}; check the path"


def _kind_of(path: Path, kinds: Sequence[str]) -> str:
    name = path.name.lower()
    suffix = next((k for k in sorted(kinds, key=len, reverse=True) if name.endswith(k)), None)
    if suffix is None:
        msg = f"{path}: this suffix is not read here; give a file that ends in {', '.join(kinds)}"
        raise FileError(msg)
    return KINDS[suffix]


def _refuse_web_page(path: Path, head: bytes) -> None:
    if _text(head).lower().startswith((b"<!doctype html", b"<html")):
        msg = f"{path} is a web page, not data: the download failed; open it in a browser to see why"
        raise FileError(msg)


def _text(head: bytes) -> bytes:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()


def _is_osm_pbf(head: bytes) -> bool:
    return head[4:15] == b"\x0a\x09OSMHeader"


def _is_text(head: bytes) -> bool:
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return wide or (b"\0" not in head and not _text(head).startswith(b"<"))


_SIGNATURES = {
    "osm_pbf": _is_osm_pbf,
    "gzip_xml": lambda head: _text(head).startswith(b"<"),
    "bzip2_xml": lambda head: _text(head).startswith(b"<"),
    "xml": lambda head: _text(head).startswith(b"<"),
    "text": _is_text,
    "json": lambda head: _text(head).startswith((b"{", b"[")),
    "sqlite": lambda head: head.startswith(b"SQLite format 3\0"),
    "shapefile": lambda head: head.startswith(b"\0\0\x27\x0a"),
    "zip": lambda head: head.startswith(b"PK\x03\x04"),
    "parquet": lambda head: head.startswith(b"PAR1"),
    "geotiff": lambda head: head.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")),
    "heights": lambda _: True,  # bare numbers: the size of the file is checked by who reads it
}


def _guess(head: bytes) -> str:
    if head.startswith(b"\x1f\x8b"):
        return "gzip-compressed"
    if head.startswith(b"BZh"):
        return "bzip2-compressed"
    for kind in ("osm_pbf", "sqlite", "zip", "parquet", "json", "xml"):
        if _SIGNATURES[kind](head):
            return _WORDS[kind]
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "an old (.xls) or an encrypted Excel workbook; save it in Excel as .xlsx without a password"
    if head[:1] == b"\x1a" and b"\x78" in head[:64]:
        return "a map tile (vector tile), which holds no OpenStreetMap data"
    return f"something else (it begins with {head[:12]!r})"


def read_toml(path: Path) -> dict[str, Any]:
    """Return the tables of a TOML file; a fault in it is a `FileError` that names the line."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        msg = f"{path} is not in UTF-8, as TOML must be; save it again with that encoding"
        raise FileError(msg) from None
    except tomllib.TOMLDecodeError as error:
        msg = f"{path} is not valid TOML: {error}"
        raise FileError(msg) from None


def check_keys(row: Mapping[str, Any], known: set[str], needed: set[str], where: str) -> None:
    """Refuse a row that has keys nobody knows, or lacks one that is needed."""
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
    """Yield a temporary path beside `path` to write to; on success it takes the place of `path` in one step.

    What stood at `path` is whole until then, and stays if the block raises; the temporary file is removed.

    Raises
    ------
    OutputError
        The folder is missing, the disk is full, or the file cannot be written.
    """
    target = Path(path)
    temporary = target.with_name(f".{secrets.token_hex(6)}-{target.name[-60:]}")
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        yield temporary
        _settle(temporary, target)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(_why_not(target, error)) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _settle(temporary: Path, target: Path) -> None:
    with temporary.open("rb+") as stream:
        os.fsync(stream.fileno())
    temporary.replace(target)
    if os.name == "posix":
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _why_not(target: Path, error: OSError) -> str:
    if target.is_dir():
        return f"{target} is a folder, so no file can be written there; give another name"
    if not target.parent.is_dir():
        return f"{target}: there is no folder {target.parent}; make it first or give another path"
    if error.errno == errno.ENOSPC:
        free = shutil.disk_usage(target.parent).free
        return f"{target}: the disk is full ({free:,} bytes free); what stood there before is untouched"
    reason = error.strerror or str(error)
    return f"{target}: could not be written ({reason}); what stood there before is untouched"


def make_folder(path: str | os.PathLike[str]) -> Path:
    """Return a folder, made if it is not there; an `OutputError` says why if none can be made."""
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"{folder}: no folder can be made there ({error.strerror}); give another one"
        raise OutputError(msg) from error
    return folder


def safe_name(text: str) -> str:
    """Return a file name for any text: letters, digits, `-` and `_` of any script, and a hash unless it is unchanged.

    Different texts give different names, also on disks that ignore case or normalise letters.

    >>> safe_name("clinic"), safe_name("药店")
    ('clinic', '药店')
    >>> safe_name("../../etc/passwd")
    'etc-passwd-830a08e2'
    """
    plain = unicodedata.normalize("NFC", text)
    kept = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in plain)
    short = re.sub(r"-{2,}", "-", kept).strip("-").encode("utf-8", "ignore")[:_NAME_BYTES].decode("utf-8", "ignore")
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
