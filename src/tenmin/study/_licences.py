"""What a survey says of where its inputs come from, and of what their licences ask."""

from __future__ import annotations

import pandas as pd

from tenmin.support.files import read_toml, shipped_file
from tenmin.support.language import Lang

__all__ = ["attributions", "licence_notes", "source_lines"]

_TEXTS: dict[str, dict[str, str]] = read_toml(shipped_file("tenmin.study", "texts.toml"))
_ODBL = "ODbL"


def attributions(provenance: pd.DataFrame) -> list[str]:
    """Return the attributions that figures and pages need, each once; the source where none is stated.

    Parameters
    ----------
    provenance
        As in `Findings`.
    """
    named = provenance["attribution"].where(provenance["attribution"] != "", provenance["source"])
    named = named.where(named != "", provenance["file"])
    return list(dict.fromkeys(named))


def licence_notes(provenance: pd.DataFrame, lang: Lang) -> list[str]:
    """Return plain sentences on what the licences of the inputs ask of whoever publishes the results.

    Parameters
    ----------
    provenance
        As in `Findings`.
    lang
        "zh" or "en".
    """
    separator = "、" if lang == "zh" else ", "
    stated = list(dict.fromkeys(text for text in provenance["attribution"] if text))
    notes = [_TEXTS["attribution"][lang].format(attribution=separator.join(stated))] if stated else []
    if provenance["licence"].str.contains(_ODBL, regex=False).any():
        notes.append(_TEXTS["odbl"][lang])
    silent = list(dict.fromkeys(provenance.loc[provenance["licence"] == "", "file"]))
    return [*notes, *([_TEXTS["unstated"][lang].format(files=separator.join(silent))] if silent else [])]


def source_lines(provenance: pd.DataFrame, title: str, lang: Lang) -> list[str]:
    """Return the page of sources: a line for each input, then the sentences on licences.

    Parameters
    ----------
    provenance
        As in `Findings`.
    title
        What the study is called.
    lang
        "zh" or "en".
    """
    known = provenance.replace("", _TEXTS["not_said"][lang])
    roles = [_TEXTS[role][lang] for role in provenance["input"]]
    inputs = [_TEXTS["input"][lang].format_map(row) for row in known.assign(input=roles).to_dict("records")]
    return [_TEXTS["heading"][lang].format(title=title), "", *inputs, "", *licence_notes(provenance, lang)]
