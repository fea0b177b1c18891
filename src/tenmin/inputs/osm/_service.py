"""Asks a service on the internet within a time that is fixed beforehand, and keeps only whole answers."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from itertools import count
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urljoin, urlsplit

from tenmin.support.errors import InputError, ServiceError

if TYPE_CHECKING:
    import requests

__all__ = ["KNOWN_HOSTS", "Deadline", "Patience", "Retry", "Sink", "ask", "check_service"]

#: Hosts that are asked without anybody naming them, and to which a study file may point.
KNOWN_HOSTS = frozenset(
    {
        "overpass-api.de",
        "lz4.overpass-api.de",
        "z.overpass-api.de",
        "overpass.kumi.systems",
        "overpass.private.coffee",
        "maps.mail.ru",
        "nominatim.openstreetmap.org",
    }
)
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
_CHUNK = 1 << 16
_SILENCE = 60.0
_REDIRECTS = 3
_FIRST_WAIT = 2.0
_LONGEST_WAIT = 60.0
_MORE_TIME = "give it more time (patience=Patience(seconds=600)), or ask for a smaller area"
_TEXT = re.compile(r"<[^>]*>|\s+")


@dataclass(frozen=True)
class Patience:
    """How long and how often a service is asked; clock and sleep may be replaced in tests.

    >>> Patience(seconds=600).tries
    5
    """

    seconds: float = 180.0
    """Seconds that all of it may take: waiting, asking again and downloading."""
    tries: int = 5
    """Times that one question is asked at most."""
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    jitter: Callable[[], float] = field(default=random.random, repr=False)
    """A number from 0 to 1 by which waits are spread, so that many askers do not return at once."""

    def __post_init__(self) -> None:
        if not (0.0 < self.seconds < float("inf") and self.tries >= 1):
            msg = f"patience must be a finite time above 0 and at least 1 try, but is {self!r}"
            raise InputError(msg)

    def begin(self) -> Deadline:
        """Return the deadline of a piece of work that begins now."""
        return Deadline(self, self.clock() + self.seconds)


@dataclass(frozen=True)
class Deadline:
    """The moment at which a piece of work ends, done or not."""

    patience: Patience
    at: float

    @property
    def left(self) -> float:
        """Seconds that are left, not below 0."""
        return max(0.0, self.at - self.patience.clock())

    def sleep(self, seconds: float) -> bool:
        """Sleep, and return True; or False at once if the deadline would pass meanwhile."""
        if seconds >= self.left:
            return False
        self.patience.sleep(seconds)
        return True


class Retry(Exception):  # noqa: N818
    """An answer that might be better next time; `after` are the seconds that the service asks to wait."""

    def __init__(self, why: str, after: float | None = None) -> None:
        super().__init__(why)
        self.after = after


class Sink(Protocol):
    """What takes the bytes of one answer, and may refuse them by `Retry` or `ServiceError`."""

    def write(self, data: bytes) -> None:
        """Take the next bytes."""
        ...

    def finish(self) -> None:
        """Judge the answer, now that all of it is there."""
        ...

    def close(self) -> None:
        """Let go of files, whether the answer was good or not."""
        ...


def check_service(url: str, *, named: bool) -> str:
    """Return the URL of a service if it may be asked.

    Parameters
    ----------
    url
        Its address.
    named
        Whether the caller of a function named it: then any https host will do, and http on this machine itself.

    Raises
    ------
    InputError
        It is not https, holds a password, or its host is not known.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    local = named and host in _LOOPBACK
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        msg = f"{url!r:.200} is not an https address; only those are asked"
        raise InputError(msg)
    if not host or parts.username is not None or parts.password is not None:
        msg = f"{url!r:.200} has no host, or a user name in it; give a plain https address"
        raise InputError(msg)
    if not named and host not in KNOWN_HOSTS:
        msg = f"the host {host!r} is not one of {', '.join(sorted(KNOWN_HOSTS))}; name it in the call if you trust it"
        raise InputError(msg)
    return url


def ask(
    url: str,
    sink: Callable[[], Sink],
    *,
    params: Mapping[str, str] | None = None,
    data: Mapping[str, str] | None = None,
    deadline: Deadline,
) -> None:
    """Send one question, again where that may help, and pour the answer into a new sink each time.

    Parameters
    ----------
    url
        Where to, already checked.
    sink
        Makes what takes the bytes.
    params, data
        What to ask: by GET, or by POST.
    deadline
        When to stop.

    Raises
    ------
    ServiceError
        No whole answer came in time.
    """
    host, patience = urlsplit(url).hostname, deadline.patience
    for attempt in count(1):
        try:
            _within(deadline, lambda: _send(url, sink, params, data, deadline))
        except Retry as error:
            wait = _wait(error.after, attempt, patience)
            if attempt >= patience.tries:
                msg = f"{host}: {error}; {attempt} tries failed. Ask again later, or for a smaller area"
                raise ServiceError(msg) from error
            if not deadline.sleep(wait):
                msg = (
                    f"{host}: {error}; the next try would be in {wait:.0f} s, but of the {patience.seconds:g} s given "
                    f"{deadline.left:.0f} are left. Give it more time, or ask later"
                )
                raise ServiceError(msg) from error
        except ServiceError as error:
            msg = f"{host}: {error}"
            raise ServiceError(msg) from error
        else:
            return


def _wait(asked: float | None, attempt: int, patience: Patience) -> float:
    """Seconds until the next try: what the service asks for and up to a tenth more, else ever longer."""
    if asked is not None:
        return asked * (1.0 + 0.1 * patience.jitter())
    return min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** (attempt - 1)) * (0.5 + patience.jitter())


def _within(deadline: Deadline, work: Callable[[], None]) -> None:
    """Do a piece of work in a thread, which is left behind if it does not end in time."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run, name="tenmin-ask", daemon=True)
    thread.start()
    thread.join(deadline.left)
    if thread.is_alive():
        msg = f"no whole answer within {deadline.patience.seconds:g} s; {_MORE_TIME}"
        raise ServiceError(msg)
    if failed:
        raise failed[0]


def _send(
    url: str,
    sink: Callable[[], Sink],
    params: Mapping[str, str] | None,
    data: Mapping[str, str] | None,
    deadline: Deadline,
) -> None:
    import requests

    method = "GET" if data is None else "POST"
    agent = f"tenmin/{version('tenmin')} (walking access for planners; python-requests/{version('requests')})"
    headers = {"User-Agent": agent, "Accept-Encoding": "gzip, identity"}
    try:
        with requests.Session() as session:
            session.trust_env = urlsplit(url).hostname not in _LOOPBACK  # proxies lead out of this machine
            for _ in range(_REDIRECTS + 1):
                with session.request(
                    method, url, params=params, data=data, headers=headers, stream=True, allow_redirects=False,
                    timeout=max(0.01, min(_SILENCE, deadline.left)),
                ) as response:  # fmt: skip
                    if not response.is_redirect:
                        _pour(response, sink, deadline)
                        return
                    url, params = _redirected(url, response.headers["Location"]), None
            msg = "it redirects again and again"
            raise ServiceError(msg)
    except requests.exceptions.SSLError as error:
        msg = f"its certificate cannot be trusted ({str(error)[:200]})"
        raise ServiceError(msg) from error
    except requests.RequestException as error:
        msg = f"the connection failed or broke off ({type(error).__name__}: {str(error)[:200]})"
        raise Retry(msg) from error


def _redirected(url: str, location: str) -> str:
    """Where a redirect leads, if that is the same service."""
    target = urljoin(url, location)
    if urlsplit(target)[:2] != urlsplit(url)[:2]:
        msg = f"it redirects to {target[:200]!r}, another host, which is not followed"
        raise ServiceError(msg)
    return target


def _pour(response: requests.Response, sink: Callable[[], Sink], deadline: Deadline) -> None:
    """Let a new sink have a good answer; refuse any other."""
    if response.status_code != 200:  # noqa: PLR2004
        _refuse(response)
    taker = sink()
    try:
        for chunk in response.iter_content(_CHUNK):
            if not deadline.left:
                msg = f"the answer takes longer than {deadline.patience.seconds:g} s; {_MORE_TIME}"
                raise ServiceError(msg)
            taker.write(chunk)
        taker.finish()
    finally:
        taker.close()


def _refuse(response: requests.Response) -> None:
    head = next(response.iter_content(1 << 12), b"").decode("utf-8", "replace")
    said = _TEXT.sub(" ", head).strip()[:200]
    msg = f"it answered {response.status_code} {response.reason}{f' ({said})' if said else ''}"
    if response.status_code in _BUSY:
        raise Retry(msg, _retry_after(response.headers.get("Retry-After")))
    raise ServiceError(msg)


def _retry_after(text: str | None) -> float | None:
    """The seconds that a service asks to wait: it states them, or a date."""
    if text is None:
        return None
    if text.strip().isdecimal():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
