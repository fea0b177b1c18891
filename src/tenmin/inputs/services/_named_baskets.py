"""Baskets of services by name: what a standard, or a person of an age, needs all of."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

import pandas as pd

from tenmin.inputs.services._catalogue import load_catalogue
from tenmin.support.errors import FileError
from tenmin.support.files import check_keys, open_input, read_toml, reading, shipped_file

__all__ = ["load_baskets"]

_NEEDED = ("zh", "en", "categories", "source", "grade", "note")


def load_baskets(path: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """Return the baskets of services, by standard and by age, for `Coverage.basket`.

    Parameters
    ----------
    path
        A TOML file of the form of the one that ships (`inputs/services/baskets.toml`), which is the default.

    Returns
    -------
    DataFrame
        Index: name of the basket. Columns: zh and en (names), categories (list of keys), source (id of the standard
        that lists them, or "own" for a choice of tenmin's), grade (its evidence, or "own"), note and users (list of
        the columns of places with the people whom it is for; empty for everyone).

    Raises
    ------
    FileError
        The file is not TOML, or a basket lacks a key, has an unknown one, or names no or unknown categories.

    Examples
    --------
    >>> load_baskets().loc["child", "categories"]
    ['kindergarten', 'primary_school', 'playground', 'park', 'library', 'clinic']
    """
    if path is None:
        return _parse(shipped_file("tenmin.inputs.services", "baskets.toml"))
    found = open_input(path, (".toml",))
    with reading(found):
        return _parse(found)


def _parse(path: Path) -> pd.DataFrame:
    rows, known = read_toml(path), load_catalogue()
    for name, row in rows.items():
        where = f"{path}, [{name}]"
        if not isinstance(row, dict):
            msg = f"{where}: {row!r} is no basket; each is a table such as [older_adult] with its categories"
            raise FileError(msg)
        check_keys(row, {*_NEEDED, "users"}, set(_NEEDED), where)
        _check_categories(row["categories"], known, where)
        _check_users(row.get("users", []), where)
    columns = [*_NEEDED, "users"]
    whole = {name: {"users": [], **row} for name, row in rows.items()}
    return pd.DataFrame.from_dict(whole, orient="index", columns=columns).rename_axis("basket")


def _check_categories(categories: object, known: Collection[str], where: str) -> None:
    if not isinstance(categories, list) or not categories or len(set(map(str, categories))) < len(categories):
        msg = f"{where}: categories = {categories!r}; give a list of keys of the catalogue, each once"
        raise FileError(msg)
    unknown = [one for one in categories if one not in known]
    if unknown:
        msg = f"{where}: categories names {unknown[0]!r}, which is no key of the catalogue"
        raise FileError(msg)


def _check_users(users: object, where: str) -> None:
    if not isinstance(users, list) or not all(isinstance(one, str) and one.startswith("people_") for one in users):
        msg = f"{where}: users = {users!r}; give a list of columns of places such as 'people_60_plus', or leave it out"
        raise FileError(msg)
