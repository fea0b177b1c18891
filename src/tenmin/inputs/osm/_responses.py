"""Handlers of responses from Overpass and Nominatim, which validate them while they arrive."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any
from xml.parsers import expat

from tenmin.inputs.osm._service import RetryableError
from tenmin.support.errors import ServiceError

__all__ = ["JsonHandler", "OsmXmlHandler"]

_HEAD_BYTES = 64
_MAX_JSON_BYTES = 1 << 25
_TEMPORARY = ("timeout", "timed out", "rate_limited", "please try again")


def _check_first_bytes(head: bytes, first: bytes, what: str) -> None:
    """Raise a ServiceError if a response does not begin with the expected character."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        return
    if text.lower().startswith((b"<!doctype html", b"<html")):
        msg = "the answer is a web page, not data: is there a sign-in page or a proxy between?"
        raise ServiceError(msg)
    if not text.startswith(first):
        msg = f"the answer is no {what} (it begins with {text[:40]!r})"
        raise ServiceError(msg)


def _iso_date(text: str) -> str | None:
    """Return the date of an ISO timestamp, or None if it is invalid."""
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return None


class OsmXmlHandler:
    """Writes an XML response of Overpass to a .osm.gz file and refuses one that is incomplete, empty or too large.

    Attributes
    ----------
    date
        Date of the database, as an ISO date, once known.
    size
        Bytes received, uncompressed.
    """

    def __init__(self, path: Path, max_bytes: int) -> None:
        self.date: str | None = None
        self.size = 0
        self._max_bytes = max_bytes
        self._head = b""
        self._raw = path.open("wb")
        self._file = gzip.GzipFile(filename="", mode="wb", compresslevel=5, fileobj=self._raw, mtime=0)
        self._path: list[str] = []
        self._elements = 0
        self._remark: list[str] | None = None
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._reject_doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def write(self, data: bytes) -> None:
        """Parse and write the next bytes."""
        self.size += len(data)
        if self.size > self._max_bytes:
            msg = f"the answer has more than {self._max_bytes:,} bytes; ask for a smaller area, or read an extract"
            raise ServiceError(msg)
        if len(self._head) < _HEAD_BYTES:
            self._head += data[:_HEAD_BYTES]
            _check_first_bytes(self._head, b"<", "OpenStreetMap XML")
        self._parse(data, last=False)
        self._file.write(data)

    def finish(self) -> None:
        """Check that the response is complete and holds data."""
        if not self._head.strip():
            msg = "the answer is empty"
            raise RetryableError(msg)
        self._parse(b"", last=True)
        if self._remark is not None:
            self._raise_remark("".join(self._remark).strip())
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
            raise RetryableError(msg) from error

    def _reject_doctype(self, *_args: object) -> None:
        msg = "the answer declares a document type, which is refused"
        raise ServiceError(msg)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._path and name != "osm":
            msg = f"the answer is XML, but no OpenStreetMap data (its first element is {name[:40]!r})"
            raise ServiceError(msg)
        if len(self._path) == 1:
            self._elements += name in {"node", "way", "relation"}
            if name == "meta":
                self.date = _iso_date(attributes.get("osm_base", ""))
        if name == "remark":
            self._remark = self._remark or []
        self._path.append(name)

    def _end(self, _name: str) -> None:
        self._path.pop()

    def _text(self, text: str) -> None:
        if self._remark is not None and self._path[-1] == "remark":
            self._remark.append(text)

    def _raise_remark(self, text: str) -> None:
        msg = f"the answer breaks off with the remark {text[:200]!r}"
        if any(phrase in text.lower() for phrase in _TEMPORARY):
            raise RetryableError(msg)
        msg = f"{msg}; ask for a smaller area"
        raise ServiceError(msg)


class JsonHandler:
    """Collects a JSON response and parses it into `value`."""

    def __init__(self) -> None:
        self.value: Any = None
        self._data = bytearray()

    def write(self, data: bytes) -> None:
        """Collect the next bytes."""
        self._data += data
        if len(self._data) > _MAX_JSON_BYTES:
            msg = f"the answer has more than {_MAX_JSON_BYTES:,} bytes; give a polygon or a box instead of a name"
            raise ServiceError(msg)

    def finish(self) -> None:
        """Parse the complete response."""
        if not self._data.strip():
            msg = "the answer is empty"
            raise RetryableError(msg)
        _check_first_bytes(bytes(self._data), b"{", "JSON object")
        try:
            self.value = json.loads(self._data)
        except (ValueError, RecursionError) as error:
            msg = f"the answer stops in the middle or is damaged ({error})"
            raise RetryableError(msg) from error

    def close(self) -> None:
        """Do nothing: no file is open."""
