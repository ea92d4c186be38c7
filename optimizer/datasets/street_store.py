"""Street patches on disk, and the table of truck speeds."""

from __future__ import annotations

import json
import os
import sys
import zipfile
from pathlib import Path

import numpy as np

from optimizer.datasets import street_findings as say
from optimizer.datasets.catalog import STREET_TABLES, open_catalog
from optimizer.datasets.collect import Findings
from optimizer.datasets.schema import read_schemas
from optimizer.datasets.tables import read_table
from optimizer.datasets.truck_rules import ANY_COUNTRY, TruckSpeeds
from optimizer.domain.streets import RANK_OF_HIGHWAY, StreetPatch
from optimizer.errors import DataError

ENV_STREETS_DIR = "TEAHORSE_STREETS_DIR"
FOLDER = "streets"
SUFFIX = ".streets.npz"
FORMAT = 1
LICENCE = "Open Database License (ODbL) 1.0, © OpenStreetMap contributors"

_FIELDS = {
    "lat_deg": np.float64,
    "lon_deg": np.float64,
    "rank": np.int8,
    "rim": np.bool_,
    "tail": np.int32,
    "head": np.int32,
    "length_m": np.int32,
    "drive_s": np.int32,
}
_OF_ARCS = ("tail", "head", "length_m", "drive_s")
_MAX_BYTES = 500_000_000


def streets_dir(data_dir: Path | str | None = None) -> Path:
    """
    Folder of the street patches: ``streets/`` in a network folder that is named, else
    ``TEAHORSE_STREETS_DIR``, else the user's own data folder as the system has it.
    """
    if data_dir:
        return Path(data_dir) / FOLDER
    named = os.environ.get(ENV_STREETS_DIR)
    if named:
        return Path(named)
    if sys.platform == "win32":
        home = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        home = Path.home() / "Library" / "Application Support"
    else:
        home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return home / "teahorse" / FOLDER


def patch_files(data_dir: Path | str | None = None) -> tuple[Path, ...]:
    """Files of the patches that are there, by name."""
    return tuple(sorted(streets_dir(data_dir).glob(f"*{SUFFIX}")))


def save_patch(patch: StreetPatch, path: Path) -> None:
    """
    Write a patch as a compressed ``.npz`` with its description inside; a file that is there is
    replaced in one step, so that readers see the old one or the new one.

    Raises
    ------
    OSError
        Where the folder or the file cannot be written.
    """
    about = {
        "format": FORMAT,
        "name": patch.name,
        "source": patch.source,
        "country": patch.country,
        "gross_kg": patch.gross_kg,
        "counts": patch.counts,
        "licence": LICENCE,
        "content_hash": patch.content_hash,
    }
    text = np.frombuffer(json.dumps(about, ensure_ascii=False).encode(), dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, about=text, **patch.arrays())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def load_patch(path: Path) -> StreetPatch:
    """
    Read a patch.

    Raises
    ------
    DataError
        D138, where the file is missing, damaged, of another format, or not what was written.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise DataError(say.bad_patch(path, "the file is too large"))
        # NumPy leaves the file open where it is no archive.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            about = json.loads(stored["about"].tobytes())
            if about["format"] != FORMAT:
                raise DataError(say.bad_patch(path, f"format {about['format']} is not {FORMAT}"))
            arrays = {name: stored[name] for name in _FIELDS}
    except OSError as error:
        raise DataError(say.bad_patch(path, error.strerror or str(error))) from None
    except (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(say.bad_patch(path, "it is damaged or not a patch")) from None
    for name, dtype in _FIELDS.items():
        n = len(arrays["tail" if name in _OF_ARCS else "lat_deg"])
        if arrays[name].dtype != dtype or arrays[name].shape != (n,):
            raise DataError(say.bad_patch(path, f"array {name} has the wrong form"))
    patch = StreetPatch(
        name=str(about["name"]),
        source=str(about["source"]),
        country=str(about["country"]),
        gross_kg=int(about["gross_kg"]),
        counts={str(key): int(value) for key, value in about["counts"].items()},
        **arrays,
    )
    if patch.content_hash != about["content_hash"]:
        raise DataError(say.bad_patch(path, "its content hash does not match"))
    return patch


def read_truck_speeds(data_dir: Path | str | None = None) -> TruckSpeeds:
    """
    Truck speeds of a network data package, or the installed ones where it has no such table.

    Raises
    ------
    DataError
        D1xx for a table that cannot be used; D139 where ``*`` lacks a class of road.
    """
    (name,) = STREET_TABLES
    catalog = open_catalog(data_dir)
    if not catalog.table_path(name).is_file() or name not in read_schemas(catalog.schema_path):
        catalog = open_catalog()
    findings = Findings("D199")
    schema = read_schemas(catalog.schema_path)[name]
    rows, _ = read_table(schema, catalog.table_path(name).read_bytes(), findings)
    speeds = {
        (row.cells["country"], row.cells["highway"]): float(row.cells["speed_km_per_h"])
        for row in rows
        if {"country", "highway", "speed_km_per_h"} <= row.cells.keys()
    }
    for highway in RANK_OF_HIGHWAY:
        if (ANY_COUNTRY, highway) not in speeds and not findings:
            findings.add(say.no_speed(f"{name}.csv", highway))
    if findings:
        raise DataError(findings.listed())
    return TruckSpeeds(speeds)
