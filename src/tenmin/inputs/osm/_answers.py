"""What Overpass and Nominatim answer, judged byte by byte while it arrives."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any
from xml.parsers import expat

from tenmin.inputs.osm._service import Retry
from tenmin.support.errors import ServiceError

__all__ = ["JsonSink", "OsmSink"]

_HEAD = 64
_MOST_JSON = 1 << 25
_LATER = ("timeout", "timed out", "rate_limited", "please try again")


def _refuse_foreign(head: bytes, first: bytes, what: str) -> None:
    """Refuse an answer whose first sign is not the right one."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        return
    if text.lower().startswith((b"<!doctype html", b"<html")):
        msg = "the answer is a web page, not data: is there a sign-in page or a proxy between?"
        raise ServiceError(msg)
    if not text.startswith(first):
        msg = f"the answer is no {what} (it begins with {text[:40]!r})"
        raise ServiceError(msg)


def _day(text: str) -> str | None:
    """The day of a moment in ISO form, if it is one."""
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return None


class OsmSink:
    """Writes an answer of Overpass in XML to a .osm.gz file, unless it is broken off, empty, too large or no data."""

    def __init__(self, path: Path, most_bytes: int) -> None:
        self.date: str | None = None
        self.size = 0
        self._most = most_bytes
        self._head = b""
        self._raw = path.open("wb")
        self._file = gzip.GzipFile(filename="", mode="wb", compresslevel=5, fileobj=self._raw, mtime=0)
        self._path: list[str] = []
        self._elements = 0
        self._remark: list[str] | None = None
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def write(self, data: bytes) -> None:
        """Take the next bytes."""
        self.size += len(data)
        if self.size > self._most:
            msg = f"the answer has more than {self._most:,} bytes; ask for a smaller area, or read an extract"
            raise ServiceError(msg)
        if len(self._head) < _HEAD:
            self._head += data[:_HEAD]
            _refuse_foreign(self._head, b"<", "OpenStreetMap XML")
        self._parse(data, last=False)
        self._file.write(data)

    def finish(self) -> None:
        """Judge the whole answer."""
        if not self._head.strip():
            msg = "the answer is empty"
            raise Retry(msg)
        self._parse(b"", last=True)
        if self._remark is not None:
            self._refuse_remark("".join(self._remark).strip())
        if not self._elements:
            msg = "OpenStreetMap has nothing in this area; is it in the order west, south, east, north, in degrees?"
            raise ServiceError(msg)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        self._raw.close()

    def _parse(self, data: bytes, *, last: bool) -> None:
        try:
            self._parser.Parse(data, last)
        except expat.ExpatError as error:
            msg = f"the answer stops in the middle or is damaged ({error}, after {self.size:,} bytes)"
            raise Retry(msg) from error

    def _refuse_doctype(self, *_args: object) -> None:
        msg = "the answer declares a document type, which is refused"
        raise ServiceError(msg)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._path and name != "osm":
            msg = f"the answer is XML, but no OpenStreetMap data (its first element is {name[:40]!r})"
            raise ServiceError(msg)
        if len(self._path) == 1:
            self._elements += name in {"node", "way", "relation"}
            if name == "remark":
                self._remark = self._remark or []
            elif name == "meta":
                self.date = _day(attributes.get("osm_base", ""))
        self._path.append(name)

    def _end(self, _name: str) -> None:
        self._path.pop()

    def _text(self, text: str) -> None:
        if self._remark is not None and self._path[-1] == "remark":
            self._remark.append(text)

    def _refuse_remark(self, text: str) -> None:
        msg = f"the answer breaks off with the remark {text[:200]!r}"
        if any(sign in text.lower() for sign in _LATER):
            raise Retry(msg)
        msg = f"{msg}; ask for a smaller area"
        raise ServiceError(msg)


class JsonSink:
    """Keeps an answer in JSON."""

    def __init__(self) -> None:
        self.value: Any = None
        self._data = bytearray()

    def write(self, data: bytes) -> None:
        """Take the next bytes."""
        self._data += data
        if len(self._data) > _MOST_JSON:
            msg = f"the answer has more than {_MOST_JSON:,} bytes; give a polygon or a box instead of a name"
            raise ServiceError(msg)

    def finish(self) -> None:
        """Judge the whole answer."""
        if not self._data.strip():
            msg = "the answer is empty"
            raise Retry(msg)
        _refuse_foreign(bytes(self._data), b"{", "JSON object")
        try:
            self.value = json.loads(self._data)
        except (ValueError, RecursionError) as error:
            msg = f"the answer stops in the middle or is damaged ({error})"
            raise Retry(msg) from error

    def close(self) -> None:
        """Nothing is open."""
