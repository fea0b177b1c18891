"""The data block: JSON through which all external text enters a page, and which neither browser nor template runs."""

from __future__ import annotations

import json
import re
import warnings

from tenmin.support.errors import TenminWarning

__all__ = ["write_block"]

TEXT = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&{}\u2028\u2029"}


def write_block(content: object) -> str:
    r"""Return content as JSON in which no text can end a script, open a tag or look like a template.

    Within texts `<`, `>`, `&`, `{`, `}` and the line separators U+2028 and U+2029 are written as `\uXXXX`. Lone
    surrogates, which UTF-8 cannot encode, become U+FFFD and are listed in a `TenminWarning`.

    Raises
    ------
    ValueError
        If a number is not finite, since JSON has no such numbers.
    """
    plain = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    damaged: list[str] = []

    def escape(found: re.Match[str]) -> str:
        text = found[0]
        if LONE_SURROGATE.search(text):
            text = _replace_surrogates(text)
            damaged.append(text)
        return text.translate(ESCAPES)

    block = TEXT.sub(escape, plain)
    _warn(damaged)
    return block


def _replace_surrogates(text: str) -> str:
    """Return the text with U+FFFD for each lone surrogate, and surrogate pairs joined."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _warn(damaged: list[str]) -> None:
    if damaged:
        listed = ", ".join(dict.fromkeys(damaged))
        msg = f"texts on the map held half a character, shown as \ufffd; mend them in their source: {listed}"
        warnings.warn(msg, TenminWarning, stacklevel=2)
