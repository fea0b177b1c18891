"""The errors and warnings of tenmin.

Every error is a `TenminError`; an error in the input is also a `ValueError`::

    TenminError
    ├── InputError (ValueError)      exit code 3
    │   ├── FileError                a file that is missing, damaged or not in the format of its suffix
    │   ├── StreetsError             streets that do not form a network
    │   ├── TableError               a row, a column or a CRS of a table
    │   ├── CategoryError            an unknown service category
    │   └── LimitError               minutes or metres that are not a valid limit
    ├── ServiceError                 exit code 4: an online service that failed or gave an invalid answer
    └── OutputError (OSError)        exit code 5: a result that could not be written

    TenminWarning (UserWarning)      something was left out or looks suspicious
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
    """Base class of all errors of tenmin; the message says what is wrong and what to do instead."""


class InputError(TenminError, ValueError):
    """The input is invalid; the message names the item, its value and how to fix it."""


class FileError(InputError):
    """A file is missing, empty, damaged, or not in the format of its suffix."""


class StreetsError(InputError):
    """The streets do not form a walking network, or one of them has an impossible value."""


class TableError(InputError):
    """A table has an invalid row, column, geometry or coordinate reference system."""


class CategoryError(InputError):
    """A requested service category is neither in the table nor in the catalogue."""


class LimitError(InputError):
    """A limit is not a positive, finite number of minutes or metres, or both units were given."""


class ServiceError(TenminError):
    """An online service could not be reached or gave no complete answer; nothing of it was kept."""


class OutputError(TenminError, OSError):
    """A result could not be written; an existing file is left unchanged."""


class TenminWarning(UserWarning):
    """Something was left out or looks suspicious; the result lists it."""
