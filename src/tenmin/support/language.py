"""The language of what people read: the one they ask for, else that of the system."""

from __future__ import annotations

import locale
from typing import Literal

__all__ = ["Lang", "choose_language"]

Lang = Literal["zh", "en"]


def choose_language(lang: Lang | None) -> Lang:
    """Return the given language, or by default that of the system: "zh" under a Chinese locale, else "en"."""
    if lang is not None:
        return lang
    return "zh" if (locale.getlocale()[0] or "").lower().startswith(("zh", "chinese")) else "en"
