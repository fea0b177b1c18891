"""Sample data that ship with tenmin, in a clone or in an installed wheel."""

from __future__ import annotations

from pathlib import Path

from tenmin.support.errors import FileError

__all__ = ["SAMPLES", "sample_path"]

SAMPLES = {
    "neubrandenburg": "neubrandenburg.osm.pbf",
    "helsinki": "helsinki.osm.pbf",
    "shifan": "shifan/streets.osm",
    "shifan/communities.gpkg": "shifan/communities.gpkg",
    "shifan/facilities.xlsx": "shifan/facilities.xlsx",
    "shifan/homes.xlsx": "shifan/homes.xlsx",
    "shifan/poi.csv": "shifan/poi.csv",
}
"""Names of the samples and their files; the tables of 示范区 are named by path."""

_SCRIPTS = {"neubrandenburg": "make_samples.py", "helsinki": "make_samples.py", "shifan": "make_shifan.py"}
_TABLES_SCRIPT = "make_shifan_tables.py"
_PACKAGE = Path(__file__).resolve().parents[1]
_FOLDERS = (_PACKAGE.parents[1] / "data" / "samples", _PACKAGE / "samples_data")


def sample_path(name: str) -> Path:
    """Return the path of a sample that ships with tenmin.

    Source, date and licence are in the `README.md` beside it.

    Parameters
    ----------
    name
        A key of `SAMPLES`: "neubrandenburg" is the German town from OpenStreetMap of February 2016, "helsinki" the
        centre of Helsinki of April 2019, "shifan" the streets of 示范区, an invented Chinese district with walks of
        known length, and "shifan/communities.gpkg", "shifan/facilities.xlsx", "shifan/homes.xlsx" and
        "shifan/poi.csv" its tables (poi.csv in GCJ-02).

    Raises
    ------
    FileError
        No sample has this name, or its file is missing from the installation.

    Examples
    --------
    >>> sample_path("neubrandenburg").name
    'neubrandenburg.osm.pbf'
    """
    if name not in SAMPLES:
        msg = f"there is no sample {name!r}; the samples are: {', '.join(sorted(SAMPLES))}"
        raise FileError(msg)
    found = next((path for folder in _FOLDERS if (path := folder / SAMPLES[name]).is_file()), None)
    if found is None:
        folders = " or ".join(str(folder) for folder in _FOLDERS)
        msg = (
            f"the sample {name!r} ({SAMPLES[name]}) is not in {folders}; "
            f"install tenmin again, or run scripts/{_SCRIPTS.get(name, _TABLES_SCRIPT)} in a clone"
        )
        raise FileError(msg)
    return found
