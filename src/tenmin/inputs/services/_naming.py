"""Find the category that a text names, and the categories that count as another."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Literal

from tenmin.inputs.services._catalogue import Category, load_catalogue
from tenmin.inputs.services._name_normalisation import normalise_name
from tenmin.support.files import check_keys, read_toml, shipped_file

__all__ = ["join_titles", "list_parts", "name_category", "suggest_categories", "title_of_category"]

_QUOTES = re.compile(r"[\s\"'“”‘’「」『』《》]")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_COMMUNITY = "社区"
_NUMBERED = re.compile(r"\(?\d{1,2}\)?\s*[.、)]?\s*(?=\D)|\(?[一二三四五六七八九十]{1,3}[、)]\s*")
_AMAP = re.compile(r"\d{5,6}")
_PATH, _CODE_DIGITS = ";", 6


def name_category(text: str, catalogue: Mapping[str, Category] | None = None) -> str | None:
    """Return the key of the category that a text names, or None if there is none or more than one.

    Width, case, spaces, quotation marks, text in brackets and a leading 社区 are ignored, unless the catalogue has the
    longer name. A code of Amap counts as the one above it if it has no category itself (060402 as 060400), one of five
    digits lacks a 0 in front, and a type path (大类;中类;小类) is known by its last part or the one before it.

    Parameters
    ----------
    text
        A key, a Chinese or English name, an alias, or an Amap code or type path.
    catalogue
        The catalogue; by default the one that ships with the package.

    Examples
    --------
    >>> name_category("社区警务室"), name_category("“一站式” 服务大厅"), name_category("０９０６０１")
    ('police', 'one_stop_hall', 'pharmacy')
    >>> name_category("理发店（便民）"), name_category("社区医院"), name_category("火箭发射场")
    ('hairdresser', 'health_centre', None)
    >>> name_category("60402"), name_category("购物服务;超级市场;沃尔玛"), name_category("141201")
    ('supermarket', 'supermarket', None)
    """
    names, codes = _shipped_index() if catalogue is None else _index_names(catalogue)
    code = normalise_name(text)
    if _AMAP.fullmatch(code):
        return _category_of_code(code.zfill(_CODE_DIGITS), codes)
    parts = code.split(_PATH)
    for part in reversed(parts[1:] or parts):
        if part in _amap_without_category().values():
            return None
        found = next((names[variant] for variant in _variants(part) if variant in names), None)
        if found is not None:
            return found
    return None


def suggest_categories(text: str, catalogue: Mapping[str, Category] | None = None) -> list[str]:
    """Return up to three words that name a category and are near a text: keys, or Chinese names or aliases.

    Parameters
    ----------
    text
        A text that names no category.
    catalogue
        The catalogue; by default the one that ships with the package.

    Examples
    --------
    >>> suggest_categories("社区服务占")[0], suggest_categories("pharmcy"), suggest_categories("qqqq")
    ('社区服务站', ['pharmacy'], [])
    >>> "药店" in suggest_categories("药点")
    True
    """
    names, _ = _shipped_index() if catalogue is None else _index_names(catalogue)
    cutoff = 0.6 if text.isascii() else 0.5
    near = difflib.get_close_matches(_strip_quotes(text), list(names), n=6, cutoff=cutoff)
    return list(dict.fromkeys(names[word] if word.isascii() else word for word in near))[:3]


def title_of_category(key: str, lang: Literal["zh", "en"]) -> str:
    """Return the name of a category; of a code of Amap that it is one, and of any other text the text itself.

    Parameters
    ----------
    key
        Key of the catalogue, or what a table gives instead.
    lang
        "zh" or "en".

    Examples
    --------
    >>> title_of_category("pharmacy", "zh"), title_of_category("050600", "zh"), title_of_category("花店铺", "zh")
    ('药店', '高德分类 050600', '花店铺')
    """
    category = load_catalogue().get(key)
    if category is not None:
        return category.zh if lang == "zh" else category.en
    return f"{'高德分类' if lang == 'zh' else 'Amap type'} {key}" if _AMAP.fullmatch(key) else key


def join_titles(keys: Iterable[str], lang: Literal["zh", "en"], *, most: int | None = None) -> str:
    """Return the names of categories as a list in a sentence.

    Parameters
    ----------
    keys
        As in `title_of_category`.
    lang
        "zh" or "en".
    most
        How many are named at most, and the number of the others told; all by default.

    Examples
    --------
    >>> join_titles(["clinic", "library"], "zh")
    '社区卫生服务中心或诊所、图书馆'
    >>> join_titles(["clinic", "library", "park"], "en", most=1)
    'Clinic or doctor and 2 more'
    """
    names = [title_of_category(key, lang) for key in keys]
    told = ("、" if lang == "zh" else ", ").join(names[:most])
    others = len(names) - len(names[:most])
    return told + (f"及其他 {others} 类" if lang == "zh" else f" and {others} more") * (others > 0)


def _category_of_code(code: str, codes: Mapping[str, str]) -> str | None:
    """Return the category of a code of Amap, or of the middle level above it."""
    return None if code in _amap_without_category() else codes.get(code) or codes.get(code[:4] + "00")


@cache
def _amap_without_category() -> Mapping[str, str]:
    """Return the name of each type of Amap that belongs to no category, by code."""
    path = shipped_file("tenmin.inputs.services", "amap.toml")
    data = read_toml(path)
    check_keys(data, {"none"}, {"none"}, str(path))
    return {code: normalise_name(name) for code, name in data["none"].items()}


def list_parts(catalogue: Mapping[str, Category] | None = None) -> dict[str, tuple[str, ...]]:
    """Return, by key, each category with all that count as it: itself, its parts, and their parts.

    >>> list_parts()["clinic"]
    ('clinic', 'health_centre', 'health_station', 'dentist')
    """
    known = load_catalogue() if catalogue is None else catalogue
    parts = {key: [key] for key in known}
    for found in parts.values():
        for whole in found:
            found.extend(key for key, category in known.items() if whole in category.part_of and key not in found)
    return {key: tuple(found) for key, found in parts.items()}


@cache
def _shipped_index() -> tuple[dict[str, str], dict[str, str]]:
    return _index_names(load_catalogue())


def _index_names(catalogue: Mapping[str, Category]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the category of each name, and of each Amap code that is unique to one."""
    names: dict[str, str] = {}
    keys_by_code: dict[str, list[str]] = {}
    for key, category in catalogue.items():
        for name in (key, category.zh, category.en, *category.aliases):
            names.setdefault(_strip_quotes(name), key)
        for code in category.amap:
            keys_by_code.setdefault(code, []).append(key)
    return names, {code: keys[0] for code, keys in keys_by_code.items() if len(keys) == 1}


def _variants(text: str) -> Iterator[str]:
    """Yield the text, then without its last, last two, ... brackets, then each of these without a leading 社区.

    Then the same without a number in front, as of a list.
    """
    yield from _unnumbered_variants(text)
    if numbered := _NUMBERED.match(text):
        yield from _unnumbered_variants(text[numbered.end() :])


def _unnumbered_variants(text: str) -> Iterator[str]:
    variants = [_strip_quotes(text)]
    while brackets := list(_BRACKETS.finditer(variants[-1])):
        last = brackets[-1]
        variants.append(variants[-1][: last.start()] + variants[-1][last.end() :])
    yield from variants
    yield from (variant.removeprefix(_COMMUNITY) for variant in variants if variant.startswith(_COMMUNITY))


def _strip_quotes(text: str) -> str:
    return _QUOTES.sub("", normalise_name(text))
