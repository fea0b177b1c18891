"""The words of a page: its own texts, and what tables call states, kinds, barriers and categories, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from tenmin.inputs.services import title_of_category
from tenmin.measures.gaps import REASONS
from tenmin.support.errors import InputError
from tenmin.support.files import read_toml, shipped_file

__all__ = ["Words", "load_texts"]


@cache
def load_texts() -> Mapping[str, Mapping[str, str]]:
    """Return the texts of the page by language."""
    return read_toml(shipped_file("tenmin.outputs.maps", "texts.toml"))


@dataclass(frozen=True)
class Words:
    """The words of one language; what has none is shown as it is."""

    lang: str
    texts: Mapping[str, str]
    """The texts of the page by key."""

    @classmethod
    def of(cls, lang: str) -> Words:
        """Return the words of a language.

        Parameters
        ----------
        lang
            Language of the page.

        Raises
        ------
        InputError
            If the page does not support it.
        """
        texts = load_texts()
        if lang not in texts:
            msg = f"the map does not speak {lang!r}; choose lang from {sorted(texts)}"
            raise InputError(msg)
        reasons = {f"reason_{reason}": names[lang] for reason, names in REASONS.items()}
        return cls(lang, {**texts[lang], **reasons})

    def category(self, key: str) -> str:
        """Return the name of a category; of a code that belongs to none, that it is one."""
        return title_of_category(key, "zh" if self.lang == "zh" else "en")
