"""Where the files of a study are, seen from the folder of its results."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from tenmin.study.definition import Study

__all__ = ["files_of"]


def files_of(study: Study, folder: Path) -> dict[str, Any]:
    """Return the file of a study, and those of its changes, as paths relative to the folder of its results.

    Parameters
    ----------
    study
        The study.
    folder
        The folder.
    """
    chain = [study]
    while chain[-1].base is not None:
        chain.append(chain[-1].base)
    changes = [one.changes.source for one in reversed(chain) if one.changes is not None]
    return {"study": _relative(study.path, folder), "changes": [_relative(Path(one), folder) for one in changes]}


def _relative(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive
        return path.absolute().as_posix()
