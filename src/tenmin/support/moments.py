"""Moments at which hours are looked up: a date or weekday with an hour, and whether opening hours hold then."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from tenmin.support.errors import InputError

__all__ = ["Moment", "is_open", "read_moment", "say_moment"]

Moment = datetime | str
"""A date and time, or a text such as "2026-03-03 20:30" or "Tu 20:30"."""

ORDINARY_MONDAY = datetime(2026, 3, 2)
"""A weekday without a date is one of the week from this Monday."""

_DATED = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{1,2}:\d{2}")
_WEEKLY = re.compile(r"(?P<day>[^\W\d_]+)\.?\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS_ZH = ("一", "二", "三", "四", "五", "六", "日")
_WEEK_ZH = re.compile(r"(?:周|星期|礼拜)(.)")
_SHORTEST_DAY = 2


def read_moment(moment: object, name: str, *, near: datetime | None = None) -> datetime:
    """Return the date and time of a moment.

    Parameters
    ----------
    moment
        A datetime without a time zone, "2026-03-03 20:30", or a weekday and hour such as "Tu 20:30" or "周二 20:30".
    name
        The option, for messages.
    near
        The date of a weekday without one, where it is the same weekday and hour; by default that of an ordinary week,
        from Monday, 2 March 2026.

    Raises
    ------
    InputError
        It is no such moment.

    Examples
    --------
    >>> read_moment("Tu 20:30", "open_at")
    datetime.datetime(2026, 3, 3, 20, 30)
    """
    try:
        return _read(moment, near)
    except ValueError:
        msg = (
            f"{name} is {moment!r}; give a date with an hour in local time, e.g. '2026-03-03 20:30', or a weekday with "
            "an hour, e.g. 'Tu 20:30'"
        )
        raise InputError(msg) from None


def _read(moment: object, near: datetime | None) -> datetime:
    if isinstance(moment, datetime) and moment.tzinfo is None:
        return datetime(*moment.timetuple()[:5])
    text = moment.strip() if isinstance(moment, str) else ""
    if _DATED.fullmatch(text):
        date, hour = text.replace("T", " ").split(" ")
        return datetime.fromisoformat(f"{date} {hour:0>5}")
    found = _WEEKLY.fullmatch(text)
    if found is None:
        raise ValueError
    day = _weekday(found["day"])
    weekly = (ORDINARY_MONDAY + timedelta(days=day)).replace(hour=int(found["hour"]), minute=int(found["minute"]))
    return near if near is not None and _of_week(near) == _of_week(weekly) else weekly


def _of_week(moment: datetime) -> tuple[int, int, int]:
    return moment.weekday(), moment.hour, moment.minute


def _weekday(text: str) -> int:
    """The number of a weekday, Monday 0, by two or more letters of its English name, or its Chinese one."""
    chinese = _WEEK_ZH.fullmatch(text)
    if chinese is not None:
        return _DAYS_ZH.index(chinese[1].replace("天", "日"))
    if len(text) < _SHORTEST_DAY:
        raise ValueError
    return [name.startswith(text.lower()) for name in _DAYS].index(True)


def say_moment(moment: datetime) -> str:
    """Return a moment as text, such as "2026-03-03 20:30"."""
    return moment.isoformat(sep=" ", timespec="minutes")


def is_open(hours: str, when: datetime) -> bool | None:
    """Return whether a moment is within hours such as `Apr-Oct 08:00-20:00`, in OpenStreetMap's form.

    Parameters
    ----------
    hours
        The text of `opening_hours`.
    when
        The moment. Holidays (PH, SH) are not looked up.

    Returns
    -------
    bool or None
        None if the text cannot be read, or says itself that nobody knows (`unknown`).

    Raises
    ------
    InputError
        The package that evaluates hours is not installed.

    Examples
    --------
    >>> late = read_moment("Tu 20:30", "open_at")
    >>> is_open("Mo-Fr 08:00-21:00", late), is_open("Sa,Su", late), is_open("when the king pleases", late)
    (True, False, None)
    """
    try:
        from opening_hours import OpeningHours, validate  # pyright: ignore[reportMissingImports]
    except ImportError:
        msg = (
            "opening hours and conditional restrictions need the package opening-hours-py: pip install 'tenmin[hours]'"
        )
        raise InputError(msg) from None
    if not validate(hours):
        return None
    read = OpeningHours(hours)
    return True if read.is_open(when) else False if read.is_closed(when) else None
