"""A server on this machine that answers like Overpass and Nominatim, well or badly, one answer a request."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6" generator="Overpass API 0.7.62.5">\n'
    '<note>The data is made available under ODbL.</note>\n<meta osm_base="2024-05-06T07:08:09Z"/>\n'
)
TOWN = (
    '<node id="1" lat="34.2700" lon="117.1800"/><node id="2" lat="34.2710" lon="117.1800"/>'
    '<node id="3" lat="34.2710" lon="117.1810"/><node id="4" lat="34.2720" lon="117.1800">'
    '<tag k="amenity" v="pharmacy"/><tag k="name" v="药店 &lt;remark&gt;"/></node>'
    '<way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/></way>'
    '<way id="11"><nd ref="2"/><nd ref="4"/><tag k="highway" v="footway"/></way>'
)
GOOD = f"{HEAD}{TOWN}\n</osm>\n".encode()
TIMED_OUT = 'runtime error: Query timed out in "query" at line 2 after 181 seconds.'
NO_MEMORY = 'runtime error: Query run out of memory in "recurse" at line 3 using about 1024 MB of RAM.'
PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Welcome to the hotel</body></html>"
BUSY = b"<html><body><p>The server is probably too busy to handle your request.</p></body></html>"
OUTLINE = {"type": "Polygon", "coordinates": [[[117.17, 34.26], [117.19, 34.26], [117.19, 34.28], [117.17, 34.26]]]}


def remark(text: str) -> bytes:
    """An answer with data that breaks off with a remark."""
    return f"{HEAD}{TOWN}<remark> {text} </remark>\n</osm>\n".encode()


def place(geometry: dict[str, Any] | None = OUTLINE) -> bytes:
    """An answer of Nominatim: one place with this geometry, or none."""
    about = {"osm_type": "relation", "osm_id": 123, "display_name": "鼓楼区, 徐州市", "category": "boundary"}
    features = [{"type": "Feature", "properties": about, "geometry": geometry}] if geometry else []
    return json.dumps({"type": "FeatureCollection", "licence": "ODbL", "features": features}).encode()


Answer = Callable[["_Handler"], None]


def reply(body: bytes, status: int = 200, *, length: int | None = None, **headers: str) -> Answer:
    """Answer with a body; `length` is what the header says of it, if that is not true."""

    def answer(handler: _Handler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def reset(handler: _Handler) -> None:
    """Break the connection off instead of an answer."""
    handler.connection.shutdown(socket.SHUT_RDWR)


def drip(handler: _Handler) -> None:
    """Send a good answer, but so slowly that it never ends while anybody waits."""
    handler.send_response(200)
    handler.end_headers()
    for byte in GOOD:
        if handler.town.closing.wait(0.02):
            return
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()


def endless(handler: _Handler) -> None:
    """Send well-formed data without an end, until the asker has had enough."""
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(HEAD.encode())
    node = b'<node id="1" lat="34.27" lon="117.18"/>' * 1_000
    while not handler.town.closing.is_set():
        handler.wfile.write(node)


def packed(body: bytes) -> Answer:
    """Answer with a compressed body."""
    return reply(gzip.compress(body), Content_Encoding="gzip")


@dataclass
class Town:
    """What the server answers next, and what it was asked."""

    answers: list[Answer]
    asked: list[dict[str, Any]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    url: str = ""

    def next(self, request: dict[str, Any]) -> Answer:
        """Note a request, and return the answer to it; the last one serves for all that follow."""
        with self.lock:
            self.asked.append(request)
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class _Handler(BaseHTTPRequestHandler):
    @property
    def town(self) -> Town:
        return self.server.town  # pyright: ignore[reportAttributeAccessIssue]

    def do_GET(self) -> None:
        self._answer("")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def _answer(self, body: str) -> None:
        parts = urlsplit(self.path)
        given = {name: values[0] for name, values in parse_qs(body or parts.query).items()}
        request = {"method": self.command, "path": parts.path, "agent": self.headers["User-Agent"], **given}
        with suppress(OSError):
            self.town.next(request)(self)
        self.close_connection = True

    def log_message(self, *_args: object) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Say nothing."""


@contextmanager
def serving(*answers: Answer | bytes) -> Iterator[Town]:
    """A server that gives these answers one after the other, at `url`."""
    town = Town([reply(one) if isinstance(one, bytes) else one for one in answers])
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.town = town  # pyright: ignore[reportAttributeAccessIssue]
    town.url = f"http://127.0.0.1:{server.server_port}/api/interpreter"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield town
    finally:
        town.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()
