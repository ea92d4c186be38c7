"""A matrix as a table with its metadata: Parquet, CSV or JSON."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.errors import DemandError
from optimizer.units import moment_at

if TYPE_CHECKING:
    import pyarrow as pa

    from optimizer.domain.skim import MatrixQuery
    from optimizer.models.routing.matrix_result import MatrixResult

UNITS = {
    "origin": "row of the query",
    "destination": "column of the query",
    "generalized_cost_fen": "0.01 CNY, with the weights of the metadata",
    "cost_fen": "0.01 CNY",
    "time_min": "minutes",
    "distance_m": "metres",
    "co2e_g": "grams CO2e",
    "ready_by": "RFC 3339, latest ready time that still makes the arrival",
    "arrives_at": "RFC 3339",
    "from_member": "place of the origin's zone that the row stands for; empty for means",
    "to_member": "place of the destination's zone that the row stands for; empty for means",
    "n_joined": "pairs of members that are joined",
    "reason_code": "why there is no way; empty where there is one",
    "reason": "why there is no way; empty where there is one",
}
ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0; lengths calibrated by Teahorse"
META_KEY = b"teahorse"
_NOTHING = -1

Row = dict[str, "int | str | None"]


def columns_of(query: MatrixQuery) -> tuple[str, ...]:
    """Columns of the table of a query."""
    ends = ("origin", "destination")
    if query.is_profile:
        return (*ends, "ready_by", "arrives_at", "time_min", "reason_code", "reason")
    said = ("from_member", "to_member", "n_joined", "reason_code", "reason")
    if query.at is not None:
        return (*ends, "arrives_at", "time_min", *said)
    values = ("generalized_cost_fen", "cost_fen", "time_min", "distance_m", "co2e_g")
    return (*ends, *values, *said)


def rows_of(result: MatrixResult) -> Iterator[Row]:
    """Rows of the table, origin by origin; attributes of pairs without a way are ``None``."""
    query, cells = result.query, result.cells
    for i, origin in enumerate(query.origins):
        for j, destination in enumerate(query.destinations):
            code, text = (
                result.reasons[cells.reason[i, j]] if cells.reason[i, j] != _NOTHING else ("", "")
            )
            row: Row = {
                "origin": origin.label,
                "destination": destination.label,
                "reason_code": code,
                "reason": text,
            }
            if query.is_profile:
                yield from _departures(result, row, i, j)
                continue
            cost, time, distance, co2e = cells.components[i, j].tolist()
            by_row, by_column = cells.members[i, j].tolist()
            row |= {
                "generalized_cost_fen": _known(int(cells.generalized_fen[i, j])),
                "cost_fen": _known(cost),
                "time_min": _known(time),
                "distance_m": _known(distance),
                "co2e_g": _known(co2e),
                "from_member": "" if by_row == _NOTHING else origin.places[by_row].label,
                "to_member": "" if by_column == _NOTHING else destination.places[by_column].label,
                "n_joined": int(cells.n_joined[i, j]),
            }
            if query.at is not None:
                arrives = None if time == _NOTHING else moment_at(query.at, time)
                row["arrives_at"] = arrives and arrives.isoformat(timespec="minutes")
            yield row


def _departures(result: MatrixResult, row: Row, i: int, j: int) -> Iterator[Row]:
    pairs = result.profiles[i][j].tolist()
    if not pairs:
        yield row | {"ready_by": None, "arrives_at": None, "time_min": None}
    for ready, arrives in pairs:
        yield row | {
            "ready_by": moment_at(result.epoch_at, ready).isoformat(timespec="minutes"),
            "arrives_at": moment_at(result.epoch_at, arrives).isoformat(timespec="minutes"),
            "time_min": arrives - ready,
        }


def _known(value: int) -> int | None:
    return None if value == _NOTHING else value


def metadata(result: MatrixResult) -> dict[str, Any]:
    """What the values are, what they were made from, and who has to be named."""
    query = result.query
    weights = query.weights
    about: dict[str, Any] = {
        "form": "profile" if query.is_profile else "average" if query.at is None else "arrival",
        "mode": query.mode.value,
        "load": str(query.load),
        "cargo_class": query.load.cargo_class,
        "customs_mode": query.load.customs_mode,
        "credit_class": query.load.credit_class.value,
        "week": query.week.isoformat(),
        "at": query.at and query.at.isoformat(timespec="minutes"),
        "without": sorted(mode.value for mode in query.without),
        "weights": {
            "cost": float(weights.cost),
            "time_cny_per_h": float(weights.time_cny_per_h),
            "co2e_cny_per_t": float(weights.co2e_cny_per_t),
        },
        "zone_rule": query.zone_rule.value,
        "units": {name: UNITS[name] for name in columns_of(query)},
        "notes": list(result.notes),
        "content_hash": result.content_hash,
        "network_fingerprint": result.data_fingerprint,
        "n_origins": len(query.origins),
        "n_destinations": len(query.destinations),
    }
    if result.used_road_data:
        about["attribution"] = ATTRIBUTION
    return about


def check_target(path: Path) -> None:
    """
    Fail now rather than after the work.

    Raises
    ------
    DemandError
        The ending of the name is not one that is written.
    OSError
        The folder is missing or cannot be written.
    """
    from optimizer.datasets.matrix_findings import unknown_file_type

    if path.suffix.lower() not in _WRITERS:
        raise DemandError(unknown_file_type(path.name, ", ".join(_WRITERS)))
    folder = path.absolute().parent
    if not folder.is_dir():
        raise FileNotFoundError(2, "no such folder", str(folder))
    if not os.access(folder, os.W_OK | os.X_OK) or path.is_dir():
        raise PermissionError(13, "the file cannot be written", str(path))


def write_matrix(result: MatrixResult, path: Path) -> list[Path]:
    """
    Write a matrix in the format of the name's ending; all of a file or none of it.

    Returns
    -------
    list of Path
        The file, and for CSV its metadata beside it.
    """
    files = _WRITERS[path.suffix.lower()](result, path)
    for target, content in files.items():
        handle, scratch = tempfile.mkstemp(dir=target.absolute().parent, prefix=".writing-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(scratch).chmod(0o644)
            Path(scratch).replace(target)
        except BaseException:
            Path(scratch).unlink(missing_ok=True)
            raise
    return list(files)


def table_of(result: MatrixResult) -> pa.Table:
    """The matrix as an Arrow table with its metadata in the schema."""
    import pyarrow as pa

    names = columns_of(result.query)
    values: dict[str, list[Any]] = {name: [] for name in names}
    for row in rows_of(result):
        for name in names:
            values[name].append(row[name])
    text = {"origin", "destination", "from_member", "to_member", "reason_code", "reason"}
    moments = {"ready_by", "arrives_at"}
    schema = pa.schema(
        [
            pa.field(
                name,
                pa.string() if name in text | moments else pa.int64(),
                metadata={b"unit": UNITS[name].encode()},
            )
            for name in names
        ],
        metadata={META_KEY: json.dumps(metadata(result), ensure_ascii=False).encode()},
    )
    return pa.table(values, schema=schema)


def _as_parquet(result: MatrixResult, path: Path) -> dict[Path, bytes]:
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(table_of(result), buffer, compression="zstd")
    return {path: buffer.getvalue()}


def _as_csv(result: MatrixResult, path: Path) -> dict[Path, bytes]:
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, fieldnames=columns_of(result.query), lineterminator="\n")
    writer.writeheader()
    for row in rows_of(result):
        writer.writerow({name: row[name] for name in writer.fieldnames})
    return {
        path: buffer.getvalue().encode(),
        path.with_name(f"{path.name}-metadata.json"): _json(metadata(result)),
    }


def _as_json(result: MatrixResult, path: Path) -> dict[Path, bytes]:
    names = columns_of(result.query)
    rows = [{name: row[name] for name in names} for row in rows_of(result)]
    return {path: _json({"metadata": metadata(result), "rows": rows})}


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


_WRITERS: dict[str, Callable[[MatrixResult, Path], dict[Path, bytes]]] = {
    ".parquet": _as_parquet,
    ".csv": _as_csv,
    ".json": _as_json,
}
