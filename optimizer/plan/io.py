"""
``plan.json``: a plan with all that was proved about it, readable again without loss.

Times carry the zone of the place where they happen; money is in whole fen, with CNY beside it for
readers. ``read_plan`` trusts nothing: it takes a file from anyone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from optimizer.domain.network_data import NetworkData
from optimizer.errors import Finding, PlanError, show_value
from optimizer.plan.io_read import result_from_json
from optimizer.plan.io_write import PlanWriter
from optimizer.plan.itinerary import Itinerary
from optimizer.plan.plan import PlanResult


def plan_to_json(data: NetworkData, result: PlanResult) -> dict[str, object]:
    """
    JSON form of a plan.

    Returns
    -------
    dict
        ``summary``, ``status``, ``bound_fen``, ``provenance``, ``incumbents``, ``shipments``,
        ``itineraries``, ``loads``, ``unassigned``, ``warnings``, in this order.
    """
    return PlanWriter(data, result.plan.epoch_at).result(result)


def write_plan(data: NetworkData, result: PlanResult, path: Path) -> None:
    """Write a plan as JSON: UTF-8, LF, overwriting ``path``."""
    text = json.dumps(plan_to_json(data, result), ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def itinerary_to_json(
    data: NetworkData, itinerary: Itinerary, epoch_at: datetime
) -> dict[str, object]:
    """
    JSON form of one itinerary, as in ``plan.json``.

    Each leg has ``booking_close_at``, ``cargo_cutoff_at`` and ``customs_cutoff_at``, ``null`` where
    there is none.
    """
    return PlanWriter(data, epoch_at).itinerary(itinerary)


def read_plan(source: Path | str | bytes | Mapping[str, object]) -> PlanResult:
    """
    Read a plan.

    Parameters
    ----------
    source
        Path of a file, the text of one as bytes, or a parsed object.

    Raises
    ------
    PlanError
        P790 (missing or malformed), P791 (a derived value contradicts its parts), P792 (not a
        readable JSON document), with JSON pointers; all that was found.
    """
    if isinstance(source, Mapping):
        return result_from_json(source)
    try:
        raw = source if isinstance(source, bytes) else Path(source).read_bytes()
        value = json.loads(raw, parse_constant=_refuse_constant)
    except OSError as error:
        _unreadable(f"cannot be read: {error.strerror or error}", str(source))
    except (ValueError, RecursionError) as error:
        _unreadable(f"is not JSON: {show_value(error)}", _name(source))
    return result_from_json(value)


def _name(source: Path | str | bytes) -> str:
    return "plan" if isinstance(source, bytes) else str(source)


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a JSON number")


def _unreadable(what: str, where: str) -> NoReturn:
    raise PlanError([Finding(code="P792", what=what, where=where)])
