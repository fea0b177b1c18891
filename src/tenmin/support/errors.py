"""The errors and warnings of tenmin.

Every error is a `TenminError`; what a person can mend in their input is also a `ValueError`::

    TenminError
    ├── InputError (ValueError)      exit code 3
    │   ├── FileError                a file that is missing, damaged or not what its name says
    │   ├── StreetsError             streets that make no network
    │   ├── TableError               a row, a column or a CRS of a table
    │   ├── CategoryError            a service category that nobody has
    │   └── LimitError               minutes or metres that are no limit
    ├── ServiceError                 exit code 4, a service on the internet that does not answer as it should
    └── OutputError (OSError)        exit code 5

    TenminWarning (UserWarning)      something was left out or looks odd, and is listed
"""

from __future__ import annotations

__all__ = [
    "CategoryError",
    "FileError",
    "InputError",
    "LimitError",
    "OutputError",
    "ServiceError",
    "StreetsError",
    "TableError",
    "TenminError",
    "TenminWarning",
]


class TenminError(Exception):
    """Anything that tenmin refuses to do; the message says why and what to do instead."""


class InputError(TenminError, ValueError):
    """Something a person gave is wrong: the message names it, its value and the way out."""


class FileError(InputError):
    """A file is missing, empty, damaged, or not what its name says."""


class StreetsError(InputError):
    """The streets given make no walking network, or one of them has an impossible figure."""


class TableError(InputError):
    """A table has a wrong row, column, geometry or coordinate reference system."""


class CategoryError(InputError):
    """A service category was asked for that neither the table nor the catalogue has."""


class LimitError(InputError):
    """A limit is not a positive, finite number of minutes or metres, or two were given."""


class ServiceError(TenminError):
    """A service on the internet could not be reached, or gave no whole answer; nothing of it was kept."""


class OutputError(TenminError, OSError):
    """A result could not be written; what stood there before is untouched."""


class TenminWarning(UserWarning):
    """Something was left out or looks odd; it is listed in the result that comes back."""
