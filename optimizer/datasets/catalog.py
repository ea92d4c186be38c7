"""Where the network data is, which tables it has, and its content hash."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from optimizer.datasets import table_findings as say
from optimizer.errors import DataError

ENV_DATA_DIR = "TEAHORSE_DATA_DIR"
SCHEMA_FILE = "datapackage.json"
TABLES_FOLDER = "tables"

NETWORK_TABLES = (
    "sources",
    "facilities",
    "borders",
    "border_times",
    "inspections",
    "clearances",
    "customs_modes",
    "cargo_classes",
    "load_units",
    "vehicles",
    "services",
    "calls",
    "call_sections",
    "truck_lanes",
    "truck_sections",
    "rate_cards",
    "surcharges",
    "fx",
    "emission_factors",
    "territories",
    "holidays",
    "parameters",
)
"""Tables that a network is made of. A package may hold others; they are left alone."""

STREET_TABLES = ("truck_speeds",)
"""Read by the import of streets only; a package without them gets those installed."""

_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Catalog:
    """
    A network data package on disk.

    Parameters
    ----------
    root
        Folder with ``datapackage.json`` and ``tables/``.
    """

    root: Path

    @property
    def schema_path(self) -> Path:
        """The package's ``datapackage.json``, or the installed one where it brings none."""
        own = self.root / SCHEMA_FILE
        if own.is_file():
            return own
        return next((c / SCHEMA_FILE for c in _installed() if (c / SCHEMA_FILE).is_file()), own)

    def table_path(self, table: str) -> Path:
        """CSV file of a table, whether or not it exists."""
        return self.root / TABLES_FOLDER / f"{table}.csv"

    def tables(self) -> tuple[str, ...]:
        """Names of the tables that are there, sorted."""
        return tuple(sorted(path.stem for path in (self.root / TABLES_FOLDER).glob("*.csv")))


def _installed() -> tuple[Path, Path]:
    """The copy inside the wheel, then the folder of a checkout."""
    return _PACKAGE / "_data", _PACKAGE.parent / "network-data"


def open_catalog(data_dir: Path | str | None = None) -> Catalog:
    """
    Find the network data.

    Parameters
    ----------
    data_dir
        Folder of a package. Without it: ``TEAHORSE_DATA_DIR``, the copy inside the wheel, or
        ``network-data/`` of a checkout, in that order.

    Raises
    ------
    DataError
        D101, where a folder that was named, or every one of the usual folders, has no tables.
    """
    named = data_dir or os.environ.get(ENV_DATA_DIR) or None
    candidates = (Path(named),) if named else _installed()
    for root in candidates:
        if (root / TABLES_FOLDER).is_dir():
            return Catalog(root)
    remedy = "name a folder that holds datapackage.json and tables/"
    where = str(named) if named else "network data"
    raise DataError(say.missing_file(where, remedy))


def fingerprint(contents: Mapping[str, bytes]) -> str:
    """
    Content hash of tables.

    Parameters
    ----------
    contents
        Bytes of each table by name; the order does not matter.

    Returns
    -------
    str
        SHA-256 in hexadecimal over name, length and bytes of every table.
    """
    digest = hashlib.sha256()
    for name in sorted(contents):
        digest.update(f"{name}:{len(contents[name])}\n".encode())
        digest.update(contents[name])
    return digest.hexdigest()
