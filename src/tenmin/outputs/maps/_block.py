"""The one place where outside text enters a page: a JSON block that no browser and no template can run."""

from __future__ import annotations

import json
import re
import warnings

from tenmin.support.errors import TenminWarning

__all__ = ["write_block"]

TEXT = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
HALF_CHARACTER = re.compile("[\ud800-\udfff]")
ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&{}\u2028\u2029"}


def write_block(content: object) -> str:
    r"""Return content as JSON in which no text can end a script, open a tag or look like a template.

    Within texts `<`, `>`, `&`, `{`, `}` and the two line separators that JavaScript once knew are written as
    `\uXXXX`. Half characters (lone surrogates, which no file can hold) become U+FFFD and are listed in a
    `TenminWarning`. Numbers that are not finite are refused: they have no JSON.
    """
    plain = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    damaged: list[str] = []

    def escape(found: re.Match[str]) -> str:
        text = found[0]
        if HALF_CHARACTER.search(text):
            text = _mend(text)
            damaged.append(text)
        return text.translate(ESCAPES)

    block = TEXT.sub(escape, plain)
    _warn(damaged)
    return block


def _mend(text: str) -> str:
    """Return the text with U+FFFD for each half character; two halves that belong together become one."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _warn(damaged: list[str]) -> None:
    if damaged:
        listed = ", ".join(dict.fromkeys(damaged))
        msg = f"texts on the map held half a character, shown as \ufffd; mend them in their source: {listed}"
        warnings.warn(msg, TenminWarning, stacklevel=2)
