"""Matrices to arrays that a disk cache keeps, and back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.skim import MatrixQuery
from optimizer.models.routing.matrix_result import Cells, MatrixResult

FORMAT = 1
"""Raised when values change their meaning or arrays their names."""
_CELLS = ("generalized_fen", "components", "members", "n_joined", "reason")

LEAD_DAYS = 1
"""A network is compiled from this many days before the Monday on."""

Arrays = Mapping[str, NDArray[np.generic]]


def epoch_of(query: MatrixQuery) -> datetime:
    """Zero of minutes of the network of a matrix; the same for every query of a week."""
    monday = datetime(query.week.year, query.week.month, query.week.day, tzinfo=UTC)
    return monday - timedelta(days=LEAD_DAYS)


def content_hash(query: MatrixQuery, *contents: str) -> str:
    """
    Hash of everything that a matrix depends on.

    Parameters
    ----------
    contents
        Hashes of the network tables, and of road data where they are used.
    """
    # Sets have no order of their own.
    parts = (
        FORMAT,
        *(version(name) for name in ("teahorse", "tzdata", "holidays")),
        *contents,
        sorted(query.without),
        replace(query, without=frozenset()),
    )
    return hashlib.sha256("\0".join(repr(part) for part in parts).encode()).hexdigest()


def to_arrays(result: MatrixResult) -> dict[str, NDArray[np.generic]]:
    """Arrays without objects."""
    arrays: dict[str, NDArray[np.generic]] = dict(result.cells.arrays())
    arrays["reasons"] = np.array(result.reasons, dtype=np.str_).reshape(-1, 2)
    arrays["notes"] = np.array(result.notes, dtype=np.str_)
    arrays["about"] = np.array(
        [result.data_fingerprint, str(int(result.used_road_data)), result.epoch_at.isoformat()]
    )
    pairs = [pairs for row in result.profiles for pairs in row]
    arrays["profile_lengths"] = np.array([len(one) for one in pairs], dtype=np.int64)
    arrays["profile_minutes"] = (
        np.concatenate(pairs).astype(np.int64) if pairs else np.empty((0, 2), dtype=np.int64)
    )
    return arrays


def from_arrays(query: MatrixQuery, key: str, arrays: Arrays) -> MatrixResult:
    """The result that arrays were made from."""
    fingerprint, used_road_data, epoch_at = arrays["about"].tolist()
    lengths = arrays["profile_lengths"]
    ends = np.cumsum(lengths).astype(np.int64)
    parts = np.split(arrays["profile_minutes"].astype(np.int64), ends[:-1]) if len(ends) else []
    width = len(query.destinations)
    return MatrixResult(
        query=query,
        cells=Cells(**{name: arrays[name].astype(np.int64) for name in _CELLS}),
        reasons=tuple((code, text) for code, text in arrays["reasons"].tolist()),
        content_hash=key,
        data_fingerprint=fingerprint,
        used_road_data=used_road_data == "1",
        epoch_at=datetime.fromisoformat(epoch_at),
        profiles=tuple(
            tuple(parts[low : low + width]) for low in range(0, len(parts), max(1, width))
        ),
        notes=tuple(arrays["notes"].tolist()),
    )
