"""Requests to online services with a deadline, retries and complete responses only."""

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

__all__ = ["KNOWN_HOSTS", "Deadline", "Patience", "ResponseHandler", "RetryableError", "check_service", "send_request"]

#: Hosts that are trusted by default, and that a study file may name.
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
_TEMPORARY_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
_CHUNK_BYTES = 1 << 16
_READ_TIMEOUT = 60.0
_MAX_REDIRECTS = 3
_FIRST_BACKOFF = 2.0
_MAX_BACKOFF = 60.0
_MORE_TIME = "give it more time (patience=Patience(seconds=600)), or ask for a smaller area"
_MARKUP = re.compile(r"<[^>]*>|\s+")


@dataclass(frozen=True)
class Patience:
    """Time limit and number of tries of a request; clock, sleep and jitter can be replaced in tests.

    >>> Patience(seconds=600).tries
    5
    """

    seconds: float = 180.0
    """Total time in seconds, including waiting, retries and download."""
    tries: int = 5
    """Largest number of tries of one request."""
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    jitter: Callable[[], float] = field(default=random.random, repr=False)
    """Random number from 0 to 1 that spreads retries, so that many clients do not retry at once."""

    def __post_init__(self) -> None:
        if not (0.0 < self.seconds < float("inf") and self.tries >= 1):
            msg = f"patience must be a finite time above 0 and at least 1 try, but is {self!r}"
            raise InputError(msg)

    def start(self) -> Deadline:
        """Return the deadline of work that starts now."""
        return Deadline(self, self.clock() + self.seconds)


@dataclass(frozen=True)
class Deadline:
    """Time at which work ends, done or not."""

    patience: Patience
    at: float

    @property
    def left(self) -> float:
        """Remaining seconds, at least 0."""
        return max(0.0, self.at - self.patience.clock())

    def sleep(self, seconds: float) -> bool:
        """Sleep and return True, or return False at once if the deadline would pass meanwhile."""
        if seconds >= self.left:
            return False
        self.patience.sleep(seconds)
        return True


class RetryableError(Exception):
    """A failure that may be temporary; `after` is the wait in seconds that the service asks for, if any."""

    def __init__(self, why: str, after: float | None = None) -> None:
        super().__init__(why)
        self.after = after


class ResponseHandler(Protocol):
    """Consumer of one response; each method may raise `RetryableError` or `ServiceError`."""

    def write(self, data: bytes) -> None:
        """Process the next bytes."""
        ...

    def finish(self) -> None:
        """Check the complete response."""
        ...

    def close(self) -> None:
        """Close files, whether or not the response was valid."""
        ...


def check_service(url: str, *, named: bool) -> str:
    """Return the URL of a service if it is allowed.

    Parameters
    ----------
    url
        The URL.
    named
        Whether the caller named it explicitly, which allows any https host, and http on this machine.

    Raises
    ------
    InputError
        It is not https, contains credentials, or its host is unknown.
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


def send_request(
    url: str,
    make_handler: Callable[[], ResponseHandler],
    *,
    params: Mapping[str, str] | None = None,
    data: Mapping[str, str] | None = None,
    deadline: Deadline,
) -> None:
    """Send a request, retrying temporary failures, and stream each response into a new handler.

    Parameters
    ----------
    url
        The URL, already checked.
    make_handler
        Returns a new handler for each try.
    params
        Query parameters; sent by GET.
    data
        Form data; sent by POST.
    deadline
        When to stop.

    Raises
    ------
    ServiceError
        There was no complete response in time.
    """
    host, patience = urlsplit(url).hostname, deadline.patience
    for attempt in count(1):
        try:
            _run_until(deadline, lambda: _send(url, make_handler, params, data, deadline))
        except RetryableError as error:
            wait = _backoff_seconds(error.after, attempt, patience)
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


def _backoff_seconds(retry_after: float | None, attempt: int, patience: Patience) -> float:
    """Return the wait before the next try: what the service asks for plus up to 10 %, else exponential backoff."""
    if retry_after is not None:
        return retry_after * (1.0 + 0.1 * patience.jitter())
    return min(_MAX_BACKOFF, _FIRST_BACKOFF * 2.0 ** (attempt - 1)) * (0.5 + patience.jitter())


def _run_until(deadline: Deadline, work: Callable[[], None]) -> None:
    """Run work in a thread, which is abandoned if it does not end in time."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, name="tenmin-ask", daemon=True)
    thread.start()
    thread.join(deadline.left)
    if thread.is_alive():
        msg = f"no whole answer within {deadline.patience.seconds:g} s; {_MORE_TIME}"
        raise ServiceError(msg)
    if errors:
        raise errors[0]


def _send(
    url: str,
    make_handler: Callable[[], ResponseHandler],
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
            for _ in range(_MAX_REDIRECTS + 1):
                with session.request(
                    method, url, params=params, data=data, headers=headers, stream=True, allow_redirects=False,
                    timeout=max(0.01, min(_READ_TIMEOUT, deadline.left)),
                ) as response:  # fmt: skip
                    if not response.is_redirect:
                        _stream_response(response, make_handler, deadline)
                        return
                    url, params = _redirect_target(url, response.headers["Location"]), None
            msg = "it redirects again and again"
            raise ServiceError(msg)
    except requests.exceptions.SSLError as error:
        msg = f"its certificate cannot be trusted ({str(error)[:200]})"
        raise ServiceError(msg) from error
    except requests.RequestException as error:
        msg = f"the connection failed or broke off ({type(error).__name__}: {str(error)[:200]})"
        raise RetryableError(msg) from error


def _redirect_target(url: str, location: str) -> str:
    """Return the target of a redirect if it is on the same host."""
    target = urljoin(url, location)
    if urlsplit(target)[:2] != urlsplit(url)[:2]:
        msg = f"it redirects to {target[:200]!r}, another host, which is not followed"
        raise ServiceError(msg)
    return target


def _stream_response(
    response: requests.Response, make_handler: Callable[[], ResponseHandler], deadline: Deadline
) -> None:
    """Stream a successful response into a new handler; raise for any other."""
    if response.status_code != 200:  # noqa: PLR2004
        _raise_for_status(response)
    handler = make_handler()
    try:
        for chunk in response.iter_content(_CHUNK_BYTES):
            if not deadline.left:
                msg = f"the answer takes longer than {deadline.patience.seconds:g} s; {_MORE_TIME}"
                raise ServiceError(msg)
            handler.write(chunk)
        handler.finish()
    finally:
        handler.close()


def _raise_for_status(response: requests.Response) -> None:
    head = next(response.iter_content(1 << 12), b"").decode("utf-8", "replace")
    said = _MARKUP.sub(" ", head).strip()[:200]
    msg = f"it answered {response.status_code} {response.reason}{f' ({said})' if said else ''}"
    if response.status_code in _TEMPORARY_STATUSES:
        raise RetryableError(msg, _retry_after(response.headers.get("Retry-After")))
    raise ServiceError(msg)


def _retry_after(text: str | None) -> float | None:
    """Return the seconds in a Retry-After header, which holds seconds or a date."""
    if text is None:
        return None
    if text.strip().isdecimal():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
