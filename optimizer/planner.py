"""
The front door: read, quote, plan, check. Each function calls the stages in order.

Command, service and scenario runs all come through here. If you read one file, read this one.
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from optimizer.datasets.places import place_note
from optimizer.datasets.query import read_query
from optimizer.datasets.shipment_rows import RowReader
from optimizer.datasets.shipments import read_shipments
from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Shipment
from optimizer.errors import DemandError, Finding, PlanError, show_value
from optimizer.plan.plan import Incumbent, Plan, PlanResult, Violation
from optimizer.road_source import read_data

if TYPE_CHECKING:
    from optimizer.domain.skim import MatrixQuery
    from optimizer.models.routing.matrix_result import MatrixResult
    from optimizer.models.routing.quote import QuoteResult as Quote
    from optimizer.network.network import Network
    from optimizer.stages import PlanOptions

OnProgress = Callable[[str, Incumbent | None], None]
"""Called with the stage and, while solving, the best plan and bound so far."""

QUOTE_HORIZON_DAYS = 52
_QUOTE_LEAD_DAYS = 1
_WEEKS_KEPT = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Facts, and the network that they compile to over a horizon."""

    data: NetworkData
    network: Network


def ignore_progress(_stage: str, _incumbent: Incumbent | None) -> None:
    """Tell nobody."""


def read(data_dir: Path | None = None) -> NetworkData:
    """Read and check the tables; all findings at once, in one ``DataError``."""
    return read_data(data_dir)


def load(
    data_dir: Path | None = None,
    *,
    epoch_at: datetime,
    horizon_days: int = QUOTE_HORIZON_DAYS,
    data: NetworkData | None = None,
) -> Inputs:
    """
    Compile the network over a horizon.

    Parameters
    ----------
    epoch_at
        Zero of all minutes, with zone. Nothing is ready before it.
    horizon_days
        Departures later than this are not seen.
    data
        Facts that were read before; otherwise they are read from ``data_dir``.
    """
    from optimizer.network.build import build_network

    if data is None:
        data = read_data(data_dir)
    network = build_network(data, epoch_at=epoch_at.astimezone(UTC), horizon_days=horizon_days)
    return Inputs(data=data, network=network)


class QueryCache:
    """
    Networks around the weeks that queries ask about, compiled once each.

    Parameters
    ----------
    data
        Facts that all queries use.
    """

    def __init__(self, data: NetworkData) -> None:
        self.data = data
        self._inputs: OrderedDict[datetime, Inputs] = OrderedDict()
        self._lock = Lock()
        self._reader = RowReader(data, None, suggestions=sys.maxsize)

    def query(self, **fields: str) -> tuple[Shipment, Inputs]:
        """
        A shipment from the text of a query, and the network around its ready time.

        Raises
        ------
        DemandError
            With everything that is wrong with the query.
        """
        shipment = read_query(self.data, reader=self._reader, **fields)
        midnight = shipment.ready_at.astimezone(UTC).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        monday = midnight - timedelta(days=midnight.weekday() + _QUOTE_LEAD_DAYS)
        with self._lock:
            inputs = self._inputs.get(monday)
            if inputs is None:
                inputs = load(epoch_at=monday, data=self.data)
                self._inputs[monday] = inputs
            self._inputs.move_to_end(monday)
            if len(self._inputs) > _WEEKS_KEPT:
                self._inputs.popitem(last=False)
        return shipment, inputs


def query(data_dir: Path | None, **fields: str) -> tuple[Shipment, Inputs]:
    """A shipment from the text of a query, and the network for it; see :class:`QueryCache`."""
    return QueryCache(read_data(data_dir)).query(**fields)


def place_notes(data: NetworkData, shipment: Shipment, origin: str, destination: str) -> list[str]:
    """What the addresses of a query were taken for, where that was a choice."""
    ends = ((origin, shipment.origin), (destination, shipment.destination))
    return [note for text, place in ends if (note := place_note(text, place, data))]


def quote(
    inputs: Inputs, shipment: Shipment, *, max_itineraries: int = 12, n_alternatives: int = 0
) -> Quote:
    """
    The Pareto set of door-to-door itineraries over arrival, cost and CO2e.

    Parameters
    ----------
    n_alternatives
        If above 0, at most so many itineraries that a person would call different, instead.

    Returns
    -------
    QuoteResult
        ``itineraries`` by rising cost; where there is none, ``reasons``.
    """
    if n_alternatives:
        from optimizer.models.routing.alternatives import quote_alternatives

        return quote_alternatives(inputs.network, shipment, n_alternatives)
    from optimizer.models.routing.quote import quote as search

    return search(inputs.network, shipment, max_itineraries=max_itineraries)


def matrix_query(data: NetworkData, **fields: Any) -> MatrixQuery:  # noqa: ANN401  (passed on)
    """A matrix query from text; see :func:`optimizer.datasets.matrix_query.read_matrix_query`."""
    from optimizer.datasets.matrix_query import read_matrix_query

    return read_matrix_query(data, **fields)


def matrix(data: NetworkData, query: MatrixQuery, *, use_cache: bool = True) -> MatrixResult:
    """
    Costs between sets of facilities, zones and addresses.

    Parameters
    ----------
    use_cache
        Whether answers are taken from, and kept in, the disk cache.

    Raises
    ------
    DemandError
        The query asks for what the network does not know.
    """
    from optimizer.models.routing.matrix_run import run_matrix

    def compile_network(epoch_at: datetime) -> Network:
        return load(epoch_at=epoch_at, data=data).network

    return run_matrix(data, query, compile_network, use_cache=use_cache)


def plan(
    inputs: Inputs,
    shipments: Sequence[Shipment],
    options: PlanOptions,
    on_progress: OnProgress = ignore_progress,
    *,
    warnings: Sequence[str] = (),
    should_stop: Callable[[], bool] | None = None,
) -> PlanResult:
    """
    Consolidate and route shipments.

    Quotes each shipment alone, builds lane departures between the hubs in reach, lets the
    consolidation model choose, and has the checker look at the result before anybody sees it.

    Parameters
    ----------
    warnings
        What is known to be odd about the input; the plan repeats it.
    should_stop
        Asked while solving; true ends the solve with the best plan so far.

    Raises
    ------
    PlanError
        The checker found a violation: a defect of the planner, never delivered as a plan.
    """
    from optimizer import stages
    from optimizer.plan.checks.run import run_checks

    network = inputs.network
    quotes = stages.quote_all(network, shipments, options, on_progress)
    column_set = stages.build_problem(network, shipments, quotes, options, on_progress)
    solve_from = time.perf_counter()
    solution = stages.solve(column_set, options, on_progress, should_stop=should_stop)
    solve_seconds = time.perf_counter() - solve_from
    on_progress("assembling itineraries and loads", None)
    draft = stages.make_plan(network, column_set, solution, quotes, options, warnings=warnings)
    on_progress("checking", None)
    violations = run_checks(inputs.data, draft)
    if violations:
        raise PlanError(stages.as_findings(violations))
    draft = explain(inputs, draft, time_s=options.explain_s, on_progress=on_progress)
    return stages.make_result(
        inputs.data,
        draft,
        solution,
        options,
        solve_seconds=solve_seconds,
        shipments_hash=shipments_hash(shipments),
    )


def explain(
    inputs: Inputs,
    draft: Plan,
    shipment_ids: Sequence[str] | None = None,
    *,
    time_s: float,
    on_progress: OnProgress = ignore_progress,
) -> Plan:
    """
    A plan with priced and verified repairs.

    Parameters
    ----------
    draft
        A plan over the network of ``inputs``.
    shipment_ids
        Which shipments to look into: unserved or late ones; all unserved ones if not given.
    time_s
        Budget for all of them together.

    Raises
    ------
    PlanError
        P793: a shipment is not in the plan, or neither unserved nor late.
    """
    from optimizer.replan.explain import late_of, unserved_of, with_repairs

    unserved = unserved_of(draft)
    chosen = list(shipment_ids) if shipment_ids is not None else unserved
    unknown = [one for one in chosen if one not in {*unserved, *late_of(draft)}]
    if unknown:
        raise PlanError(
            [
                Finding(
                    code="P793",
                    what="is in time, or not in the plan" if one in draft.shipments else "unknown",
                    where="shipment",
                    value=show_value(one),
                    remedy="name shipments that the plan does not serve, or serves late",
                )
                for one in unknown
            ]
        )
    if not chosen or time_s <= 0:
        return draft
    return with_repairs(
        inputs.network,
        draft,
        chosen,
        time_s=time_s,
        on_shipment=lambda done, n: on_progress(f"pricing repairs {done}/{n}", None),
    )


def shipments_hash(shipments: Sequence[Shipment]) -> str:
    """Content hash of shipments, independent of the file they came from."""
    digest = hashlib.sha256()
    for shipment in shipments:
        digest.update(repr(shipment).encode())
    return digest.hexdigest()


def check(
    plan_file: Path, data_dir: Path | None = None, *, data: NetworkData | None = None
) -> tuple[PlanResult, list[Violation]]:
    """
    Recompute feasibility and every cost line of a plan file.

    Parameters
    ----------
    data
        Facts that were read before; otherwise they are read from ``data_dir``.

    Raises
    ------
    PlanError
        The file is not a plan.
    """
    from optimizer.plan.checks.run import check_result
    from optimizer.plan.io import read_plan

    result = read_plan(plan_file)
    return result, check_result(data or read_data(data_dir), result)


def shipments_from(
    path: Path, data: NetworkData, *, booked_at: datetime | None = None
) -> list[Shipment]:
    """Read shipments from CSV, Excel or JSON; all findings at once."""
    return read_shipments(path, data, default_booked_at=booked_at)


def plausibility(
    data: NetworkData, shipments: Sequence[Shipment], *, planned_at: datetime
) -> list[Finding]:
    """What is odd about shipments that can be read: warnings, each naming what no plan serves."""
    from optimizer.demand.checks import check_shipments

    return check_shipments(data, shipments, planned_at=planned_at)


def write_template(path: Path, data_dir: Path | None = None) -> None:
    """Write an empty Excel workbook for shipments."""
    from optimizer.datasets.workbook import shipments_template

    shipments_template(path, read_data(data_dir))


def generate(
    path: Path, *, n_shipments: int, seed: int, week: str, data_dir: Path | None = None
) -> int:
    """
    Write a synthetic week of shipments as CSV.

    Returns
    -------
    int
        How many.

    Raises
    ------
    DemandError
        ``week`` is not a date.
    """
    from datetime import date

    from optimizer.demand.generate import generate_week
    from optimizer.demand.shipments_csv import write_shipments_csv

    try:
        week_start = date.fromisoformat(week)
    except ValueError as error:
        raise DemandError(
            Finding(
                code="S360",
                what="the week is not a date",
                where="week",
                value=show_value(week),
                remedy="write the Monday of the week like 2026-09-14",
            )
        ) from error
    made = generate_week(
        read_data(data_dir), seed=seed, n_shipments=n_shipments, week_start=week_start
    )
    write_shipments_csv(path, made)
    return len(made)
