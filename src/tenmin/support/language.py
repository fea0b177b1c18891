"""The language of what people read: the one they ask for, else that of the system."""

from __future__ import annotations

import locale
import os
import re
from typing import Literal

__all__ = ["Lang", "choose_language", "counted", "fill"]

Lang = Literal["zh", "en"]

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
_WORDS = re.compile(r"\{(\w+)\|([^|{}]*)\|([^|{}]*)\}")


def choose_language(lang: Lang | None) -> Lang:
    """Return the given language, or by default that of the system, also where its locale is not installed.

    It is "zh" under a Chinese locale, else "en".
    """
    if lang is not None:
        return lang
    named = next((value for name in _VARIABLES if (value := os.environ.get(name))), None) or locale.getlocale()[0]
    return "zh" if (named or "").lower().startswith(("zh", "chinese")) else "en"


def fill(text: str, **values: object) -> str:
    """Return a text with its placeholders filled in: {count|gap|gaps} is the first word where the value is 1.

    >>> [fill("{count} {count|gap|gaps}", count=count) for count in (1, "1", "1,204")]
    ['1 gap', '1 gap', '1,204 gaps']
    """
    worded = _WORDS.sub(lambda match: match[2] if str(values[match[1]]) == "1" else match[3], text)
    return worded.format(**values)


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its English noun.

    >>> counted(1, "place"), counted(1204, "place"), counted(0, "category", "categories")
    ('1 place', '1,204 places', '0 categories')
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
