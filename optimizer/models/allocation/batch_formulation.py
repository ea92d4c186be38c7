"""
The whole batch as one mixed-integer program in arrays: the reference for any solver of MathOpt.

Columns: packs on each arc, whether an offer is used, whether a warehouse serves an order, whether
an order is served, missing use of a
resource. Rows are in the README's order. The batch solver does not need this model for large
batches; it is what its answers are compared with, and what small batches are solved by.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.kernels.order_allocation import AMOUNT, ARC_FEN, IS_PACKED_WHOLE, UNSERVED_FEN
from optimizer.models.allocation.batch_problem import PARCELS, IntArray, LongArray
from optimizer.models.allocation.batch_tables import Batch, FloatArray
from optimizer.solvers.linear import Columns, LinearModel, Rows, rows_from_triplets, stack_rows

FREE = np.inf


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the families of columns begin; ``n`` is their number."""

    packs: int
    used: int
    sites: int
    served: int
    short: int
    n: int


def layout(batch: Batch) -> Layout:
    """Packs by arc, then offers, pairs of order and warehouse, orders, resources."""
    problem = batch.problem
    used = problem.n_arcs
    sites = used + problem.n_offers
    served = sites + len(_sites(batch)[0])
    short = served + problem.n_orders
    return Layout(0, used, sites, served, short, short + problem.n_resources)


def _sites(batch: Batch) -> tuple[LongArray, LongArray]:
    """Order of each pair of order and warehouse, and the pair of each offer."""
    problem = batch.problem
    width = int(problem.offer_warehouse.max(initial=0)) + 1
    pairs, place = np.unique(
        problem.offer_order * width + problem.offer_warehouse, return_inverse=True
    )
    return pairs // width, place


def formulate(batch: Batch) -> LinearModel:
    """
    The model in fen.

    Returns
    -------
    Its optimum is the least cost of the batch, missing use unrounded: never above the cost of a
    plan, and less than one fen below it for each resource with a least use.
    """
    return LinearModel(
        columns=_columns(batch),
        rows=stack_rows(
            [
                _cells(batch),
                _resources(batch),
                _lines(batch),
                _links(batch),
                _parcels(batch),
                _least_delivery(batch),
                _whole(batch),
            ]
        ),
        offset=float((batch.problem.line_units * batch.problem.line_unserved_fen).sum()),
    )


def _columns(batch: Batch) -> Columns:
    problem, tables, at = batch.problem, batch.tables, layout(batch)
    cost, upper = np.zeros(at.n), np.ones(at.n)
    cost[: at.used] = tables.arc[:, ARC_FEN] - tables.line[problem.arc_line, UNSERVED_FEN]
    upper[: at.used] = np.minimum(
        batch.line_packs[problem.arc_line], batch.cell_packs[problem.arc_cell]
    )
    cost[at.used : at.sites] = problem.offer_fen
    refused = (tables.order[:-1, IS_PACKED_WHOLE] == 0) & ~problem.order_is_partial
    upper[at.served : at.short][refused] = 0.0
    cost[at.short :] = problem.resource_short_mfen / 1000
    upper[at.short :] = problem.resource_least
    is_integer = np.ones(at.n, dtype=np.bool_)
    is_integer[at.short :] = False
    return Columns(cost=cost, lower=np.zeros(at.n), upper=upper, is_integer=is_integer)


def _cells(batch: Batch) -> Rows:
    """Packs taken from a cell are at most those in it."""
    arcs = np.arange(batch.problem.n_arcs)
    return rows_from_triplets(
        batch.problem.arc_cell,
        arcs,
        np.ones(len(arcs)),
        lower=np.full(batch.problem.n_cells, -FREE),
        upper=batch.cell_packs.astype(np.float64),
    )


def _resources(batch: Batch) -> Rows:
    """What parcels draw is at most the capacity and, with what is missing, at least the least."""
    problem, at = batch.problem, layout(batch)
    row, col, value = draws(batch)
    resources = np.arange(problem.n_resources)
    kept = rows_from_triplets(
        row, col, value,
        lower=np.full(problem.n_resources, -FREE),
        upper=problem.resource_capacity.astype(np.float64),
    )  # fmt: skip
    wanted = np.flatnonzero(problem.resource_least > 0)
    place = np.full(problem.n_resources, -1)
    place[wanted] = np.arange(len(wanted))
    chosen = place[row] >= 0
    least = rows_from_triplets(
        np.concatenate((place[row[chosen]], np.arange(len(wanted)))),
        np.concatenate((col[chosen], at.short + resources[wanted])),
        np.concatenate((value[chosen], np.ones(len(wanted)))),
        lower=problem.resource_least[wanted].astype(np.float64),
        upper=np.full(len(wanted), FREE),
    )
    return stack_rows([kept, least])


def draws(batch: Batch) -> tuple[IntArray, IntArray, FloatArray]:
    """Nonzeros of the resources' use: resource, column, amount."""
    problem, at = batch.problem, layout(batch)
    drawn_by = np.repeat(np.arange(problem.n_offers), np.diff(problem.offer_draw_ptr))
    resource = problem.offer_draw_resource
    parcels = problem.resource_measure[resource] == PARCELS
    # Every draw of an offer meets every arc of that offer.
    n_arcs = np.diff(problem.offer_arc_ptr)[drawn_by]
    n_arcs = np.where(parcels, 0, n_arcs)
    of = np.repeat(np.arange(len(resource)), n_arcs)
    within = np.arange(len(of)) - np.repeat(np.cumsum(n_arcs) - n_arcs, n_arcs)
    arc = problem.offer_arc_ptr[drawn_by[of]] + within
    amount = batch.tables.line[
        problem.arc_line[arc], AMOUNT + problem.resource_measure[resource[of]]
    ]
    return (
        np.concatenate((resource[parcels], resource[of])).astype(np.int32),
        np.concatenate((at.used + drawn_by[parcels], arc)).astype(np.int32),
        np.concatenate((problem.offer_draw_booked[parcels], amount)).astype(np.float64),
    )


def _lines(batch: Batch) -> Rows:
    """A line gets at most what it wants if its order is served, all of it if it must be whole."""
    problem, at = batch.problem, layout(batch)
    lines = np.arange(problem.n_lines)
    partial = problem.order_is_partial[problem.line_order]
    return rows_from_triplets(
        np.concatenate((problem.arc_line, lines)),
        np.concatenate((np.arange(problem.n_arcs), at.served + problem.line_order)),
        np.concatenate((np.ones(problem.n_arcs), -batch.line_packs.astype(np.float64))),
        lower=np.where(partial, -FREE, 0.0),
        upper=np.zeros(problem.n_lines),
    )


def _links(batch: Batch) -> Rows:
    """Only used offers carry anything; one row for each offer and line, or arc by arc if single."""
    problem, at = batch.problem, layout(batch)
    key = problem.arc_offer * np.int64(problem.n_lines) + problem.arc_line
    pairs, place = np.unique(key, return_inverse=True)
    offer, line = np.divmod(pairs, max(1, problem.n_lines))
    most = np.bincount(place, _columns(batch).upper[: problem.n_arcs], len(pairs))
    most = np.minimum(most, batch.line_packs[line])
    return rows_from_triplets(
        np.concatenate((place, np.arange(len(pairs)))),
        np.concatenate((np.arange(problem.n_arcs), at.used + offer)),
        np.concatenate((np.ones(problem.n_arcs), -most.astype(np.float64))),
        lower=np.full(len(pairs), -FREE),
        upper=np.zeros(len(pairs)),
    )


def _parcels(batch: Batch) -> Rows:
    """A parcel needs its warehouse; not more of them than the order takes, none if not served."""
    problem, at = batch.problem, layout(batch)
    site_order, site_of = _sites(batch)
    offers, sites = np.arange(problem.n_offers), np.arange(len(site_order))
    orders = np.arange(problem.n_orders)
    opened = rows_from_triplets(
        np.concatenate((offers, offers)),
        np.concatenate((at.used + offers, at.sites + site_of)),
        np.concatenate((np.ones(len(offers)), -np.ones(len(offers)))),
        lower=np.full(len(offers), -FREE),
        upper=np.zeros(len(offers)),
    )
    n_sites = np.bincount(site_order, minlength=problem.n_orders)
    most = np.minimum(problem.order_max_warehouses, np.maximum(1, n_sites))
    few = rows_from_triplets(
        np.concatenate((site_order, orders)),
        np.concatenate((at.sites + sites, at.served + orders)),
        np.concatenate((np.ones(len(sites)), -most.astype(np.float64))),
        lower=np.full(problem.n_orders, -FREE),
        upper=np.zeros(problem.n_orders),
    )
    return stack_rows([opened, few])


def _least_delivery(batch: Batch) -> Rows:
    """A partial delivery has at least the order's least pieces."""
    problem, at = batch.problem, layout(batch)
    line_order = problem.line_order
    most = np.bincount(line_order, batch.line_packs * problem.line_pack, problem.n_orders).astype(
        np.int64
    )
    # One piece at least: an order that gets nothing is not served.
    least = np.minimum(np.maximum(problem.order_min_units, 1), most)
    chosen = np.flatnonzero(problem.order_is_partial & (least > 0))
    place = np.full(problem.n_orders, -1)
    place[chosen] = np.arange(len(chosen))
    row = place[line_order[problem.arc_line]]
    kept = row >= 0
    return rows_from_triplets(
        np.concatenate((row[kept], np.arange(len(chosen)))),
        np.concatenate((np.flatnonzero(kept), at.served + chosen)),
        np.concatenate(
            (
                problem.line_pack[problem.arc_line[kept]].astype(np.float64),
                -least[chosen].astype(np.float64),
            )
        ),
        lower=np.zeros(len(chosen)),
        upper=np.full(len(chosen), FREE),
    )


def _whole(batch: Batch) -> Rows:
    """A used offer carries something: at least one pack."""
    problem, at = batch.problem, layout(batch)
    offers = np.arange(problem.n_offers)
    return rows_from_triplets(
        np.concatenate((problem.arc_offer, offers)),
        np.concatenate((np.arange(problem.n_arcs), at.used + offers)),
        np.concatenate((np.ones(problem.n_arcs), -np.ones(problem.n_offers))),
        lower=np.zeros(problem.n_offers),
        upper=np.full(problem.n_offers, FREE),
    )


def arc_packs_of(batch: Batch, values: FloatArray) -> IntArray:
    """(A,) packs from a point of the model."""
    return np.rint(values[: batch.problem.n_arcs]).astype(np.int32)


def point_of(batch: Batch, arc_packs: IntArray) -> FloatArray:
    """The model's point of a plan, (n,) float64: a start for a solver."""
    from optimizer.models.allocation.batch_tables import resource_use

    problem, at = batch.problem, layout(batch)
    values = np.zeros(at.n)
    values[: at.used] = arc_packs
    offers = np.unique(problem.arc_offer[arc_packs > 0])
    values[at.used + offers] = 1.0
    values[at.sites + np.unique(_sites(batch)[1][offers])] = 1.0
    values[at.served + np.unique(problem.offer_order[offers])] = 1.0
    missing = np.maximum(0, problem.resource_least - resource_use(problem, arc_packs))
    values[at.short :] = missing
    return values
