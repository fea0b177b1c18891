"""The samples that ship with tenmin, found in a clone and in an installed wheel alike."""

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
"""Names of the samples and the files they stand for; the tables of 示范区 are named as they lie."""

_SCRIPTS = {"neubrandenburg": "make_samples.py", "helsinki": "make_samples.py", "shifan": "make_shifan.py"}
_OTHER_SCRIPT = "make_shifan_tables.py"
_PACKAGE = Path(__file__).resolve().parents[1]
_FOLDERS = (_PACKAGE.parents[1] / "data" / "samples", _PACKAGE / "samples_data")


def sample_path(name: str) -> Path:
    """Path of a sample that ships with tenmin.

    Its source, date and licence are in the `README.md` beside it.

    Parameters
    ----------
    name
        A key of `SAMPLES`; "neubrandenburg" is the German town of that name as OpenStreetMap had it in February 2016,
        "helsinki" the centre of Helsinki in April 2019, "shifan" the streets of 示范区, an invented Chinese district
        whose walks have known lengths, and "shifan/communities.gpkg", "shifan/facilities.xlsx", "shifan/homes.xlsx" and
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
        places = " or ".join(str(folder) for folder in _FOLDERS)
        msg = (
            f"the sample {name!r} ({SAMPLES[name]}) is not in {places}; "
            f"install tenmin again, or run scripts/{_SCRIPTS.get(name, _OTHER_SCRIPT)} in a clone"
        )
        raise FileError(msg)
    return found
