"""The language of what people read: the one they ask for, else that of the system."""

from __future__ import annotations

import locale
import os
from typing import Literal

__all__ = ["Lang", "choose_language"]

Lang = Literal["zh", "en"]

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def choose_language(lang: Lang | None) -> Lang:
    """Return the given language, or by default that of the system, also where its locale is not installed.

    It is "zh" under a Chinese locale, else "en".
    """
    if lang is not None:
        return lang
    named = next((value for name in _VARIABLES if (value := os.environ.get(name))), None) or locale.getlocale()[0]
    return "zh" if (named or "").lower().startswith(("zh", "chinese")) else "en"
