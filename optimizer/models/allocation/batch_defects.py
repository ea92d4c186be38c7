"""What can be wrong with the arrays of a batch; every defect is found, none is repaired."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from optimizer.models.allocation.batch_problem import BatchProblem

_MOST = 2**40
"""Largest single number; see ``UNLIMITED``."""
_EXACT = 2**52
"""Costs up to here are whole numbers in float64, which the kernels compute in."""

_LENGTHS = {
    "order_max_warehouses": "order_ids",
    "order_is_partial": "order_ids",
    "order_min_units": "order_ids",
    **dict.fromkeys(
        ("line_units", "line_pack", "line_unserved_fen", "line_unit_g", "line_unit_cm3"),
        "line_ids",
    ),
    "offer_warehouse": "offer_ids",
    "offer_fen": "offer_ids",
    "cell_units": "cell_ids",
    **dict.fromkeys(
        ("resource_measure", "resource_capacity", "resource_least", "resource_short_mfen"),
        "resource_ids",
    ),
}
_POINTERS = {
    "order_line_ptr": ("order_ids", "line_ids"),
    "order_offer_ptr": ("order_ids", "offer_ids"),
    "offer_draw_ptr": ("offer_ids", "offer_draw_resource"),
    "offer_arc_ptr": ("offer_ids", "arc_line"),
}
_LEAST = {
    "order_max_warehouses": 1,
    "line_units": 1,
    "line_pack": 1,
    **dict.fromkeys(
        ("order_min_units", "line_unserved_fen", "line_unit_g", "line_unit_cm3", "offer_fen"), 0
    ),
    **dict.fromkeys(
        ("arc_unit_fen", "cell_units", "resource_capacity", "resource_least"),
        0,
    ),
    "resource_short_mfen": 0,
    "offer_draw_booked": 0,
    "offer_warehouse": 0,
}


def find_defects(problem: BatchProblem) -> list[str]:
    """One sentence for each defect; values are looked at only where the shapes are right."""
    found = list(_shape_defects(problem))
    if not found:
        found = list(_range_defects(problem))
    if not found:
        found = list(_arc_defects(problem))
    return found


def _shape_defects(problem: BatchProblem) -> Iterator[str]:
    for name, against in _LENGTHS.items():
        have, want = len(getattr(problem, name)), len(getattr(problem, against))
        if have != want:
            yield f"{name} has {have} entries, {against} {want}"
    for name, (groups, members) in _POINTERS.items():
        ptr = getattr(problem, name)
        n_groups, n_members = len(getattr(problem, groups)), len(getattr(problem, members))
        good = len(ptr) == n_groups + 1 and ptr[0] == 0 and ptr[-1] == n_members
        if not good or bool(np.any(np.diff(ptr) < 0)):
            yield f"{name} does not part {n_members} entries among {n_groups}"
    n_arcs = len(problem.arc_line)
    if len(problem.arc_cell) != n_arcs or len(problem.arc_unit_fen) != n_arcs:
        yield "arc_line, arc_cell and arc_unit_fen have different lengths"
    if len(problem.offer_draw_booked) != len(problem.offer_draw_resource):
        yield "offer_draw_booked and offer_draw_resource have different lengths"


def _range_defects(problem: BatchProblem) -> Iterator[str]:
    for name, least in _LEAST.items():
        values: npt.NDArray[np.integer] = getattr(problem, name)
        if len(values) and not least <= int(values.min()) <= int(values.max()) <= _MOST:
            yield f"{name} has a value outside {least} to {_MOST}"
    indices = (
        ("offer_draw_resource", problem.n_resources),
        ("arc_line", problem.n_lines),
        ("arc_cell", problem.n_cells),
        ("resource_measure", 4),
    )
    for name, size in indices:
        values = getattr(problem, name)
        if len(values) and not 0 <= int(values.min()) <= int(values.max()) < size:
            yield f"{name} has an index outside 0 to {size - 1}"
    if np.any(np.diff(problem.order_line_ptr) == 0):
        o = int(np.argmax(np.diff(problem.order_line_ptr) == 0))
        yield f"order {problem.order_ids[o]} has no line"
    dearest = problem.line_units * problem.line_unserved_fen.astype(np.float64)
    most_fen = float(problem.offer_fen.sum(dtype=np.float64)) + float(dearest.sum())
    if problem.n_arcs and not most_fen + _most_units_fen(problem) < _EXACT:
        yield f"the costs may add up to {_EXACT} fen or more"


def _most_units_fen(problem: BatchProblem) -> float:
    line = problem.arc_line
    if len(line) == 0 or int(line.max()) >= problem.n_lines or int(line.min()) < 0:
        return 0.0
    by_line = np.zeros(problem.n_lines)
    np.maximum.at(by_line, line, problem.arc_unit_fen.astype(np.float64))
    return float((by_line * problem.line_units).sum())


def _arc_defects(problem: BatchProblem) -> Iterator[str]:
    offer, order_of_line = problem.arc_offer, problem.line_order
    foreign = problem.offer_order[offer] != order_of_line[problem.arc_line]
    if np.any(foreign):
        name = problem.offer_ids[int(offer[np.argmax(foreign)])]
        yield f"an arc of offer {name} serves a line of another order"
    same = offer[1:] == offer[:-1]
    if np.any(same & (np.diff(problem.arc_line) < 0)):
        yield "the arcs of an offer are not in the order of its lines"
    order = problem.offer_order
    if np.any((order[1:] == order[:-1]) & (np.diff(problem.offer_warehouse) < 0)):
        yield "the offers of an order are not in the order of their warehouses"
    pairs = np.stack((offer, problem.arc_line, problem.arc_cell), axis=1)
    if len(np.unique(pairs, axis=0)) != len(pairs):
        yield "an offer has two arcs from one cell to one line"
    reached = np.unique(
        np.stack((order_of_line[problem.arc_line], problem.arc_cell, problem.arc_line), 1), axis=0
    )
    if len(np.unique(reached[:, :2], axis=0)) != len(reached):
        yield "two lines of one order draw on one cell: join them"
    packs = np.unique(
        np.stack((problem.arc_cell, problem.line_pack[problem.arc_line]), axis=1), axis=0
    )
    if len(np.unique(packs[:, 0])) != len(packs):
        yield "a cell is drawn on in packs of different sizes"
    draws = np.stack(
        (
            np.repeat(np.arange(problem.n_offers), np.diff(problem.offer_draw_ptr)),
            problem.offer_draw_resource,
        ),
        axis=1,
    )
    if len(np.unique(draws, axis=0)) != len(draws):
        yield "an offer draws twice on one resource"
