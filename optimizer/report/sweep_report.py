"""The points of a sweep as rows and as a Parquet file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from optimizer.scenario.sweep import PointResult
from optimizer.units import cny_from_fen


def rows(parameters: Sequence[str], results: Sequence[PointResult]) -> list[dict[str, object]]:
    """One row a point: the values, then the figures of its plan."""
    return [
        {
            **dict(zip(parameters, one.values, strict=True)),
            "objective_cny": cny_from_fen(one.objective_fen),
            "bound_cny": cny_from_fen(one.bound_fen),
            "gap": round(one.gap, 6),
            "n_served": one.n_served,
            "n_shipments": one.n_shipments,
            "co2e_t": round(one.co2e_g / 1_000_000, 3),
            **{f"{mode}_share": share for mode, share in one.mode_tkm_share.items()},
            "seconds": round(one.seconds, 2),
            "is_reused": one.is_reused,
            "key": one.key[:12],
        }
        for one in results
    ]


def write_parquet(rows: Sequence[dict[str, object]], path: Path) -> None:
    """Write rows as Parquet, whole or not at all."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{uuid4().hex}.parquet")
    pq.write_table(pa.Table.from_pylist(list(rows)), scratch, compression="zstd")
    os.replace(scratch, path)  # noqa: PTH105  (atomic, also over an older file)
