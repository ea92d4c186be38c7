"""Rows of the full time-expanded model: flow, capacity, linking, resources."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.models.consolidation.network_design import UNLIMITED, NetworkDesign
from optimizer.solvers.linear import PtrArray, Rows, rows_from_triplets


@dataclass(frozen=True, slots=True)
class Moves:
    """
    Every commodity on every arc at every minute that it can use.

    Parameters
    ----------
    commodity, arc, minute
        (M,) int64.
    """

    commodity: PtrArray
    arc: PtrArray
    minute: PtrArray

    @property
    def n_moves(self) -> int:
        """M."""
        return len(self.minute)


def define_flow(design: NetworkDesign, moves: Moves, first_wait: int) -> tuple[Rows, int]:
    """
    ``in + waited before = out + waits on`` for each commodity, node and minute with a move.

    What is not served does not leave; what arrives at the destination has arrived.

    Returns
    -------
    The rows, and the number of columns of waiting, which begin at ``first_wait``. Columns of the
    served shares follow them.
    """
    k, m = moves.commodity, np.arange(moves.n_moves)
    arrives = moves.minute + design.arc_travel_min[moves.arc]
    everyone = np.arange(design.n_commodities)
    # Events: (commodity, node, minute), with arrivals at the destination counted at one minute.
    head = design.arc_head[moves.arc]
    ends = head == design.commodity_destination[k]
    into = np.stack((k, head, np.where(ends, 0, arrives)), axis=1)
    out = np.stack((k, design.arc_tail[moves.arc], moves.minute), axis=1)
    source = np.stack((everyone, design.commodity_origin, design.commodity_release_min), axis=1)
    sink = np.stack(
        (everyone, design.commodity_destination, np.zeros(design.n_commodities)), axis=1
    )
    events, place = np.unique(
        np.concatenate((into, out, source, sink)).astype(np.int64), axis=0, return_inverse=True
    )
    place = place.ravel()
    same = (events[1:, :2] == events[:-1, :2]).all(axis=1)
    before = np.flatnonzero(same)
    wait = first_wait + np.arange(len(before))
    served = first_wait + len(before) + everyone
    at = np.split(place, np.cumsum([len(into), len(out), len(source)]))
    one = np.ones
    row = np.concatenate((at[0], at[1], before, before + 1, at[2], at[3]))
    col = np.concatenate((m, m, wait, wait, served, served))
    value = np.concatenate(
        (
            *(one(len(m)), -one(len(m)), -one(len(wait)), one(len(wait))),
            *(one(len(everyone)), -one(len(everyone))),
        )
    )
    zero = np.zeros(len(events))
    return rows_from_triplets(row, col, value, lower=zero, upper=zero), len(before)


def define_capacity(
    design: NetworkDesign,
    moves: Moves,
    dispatch_of: np.ndarray,
    unit_dispatch: np.ndarray,
    unit_option: np.ndarray,
) -> list[Rows]:
    """``sum kg x <= sum option_kg y`` for each dispatch, and the same with volumes that bind."""
    families = []
    n_dispatches = int(unit_dispatch.max()) + 1 if len(unit_dispatch) else 0
    for amount, capacity in (
        (design.commodity_kg, design.option_kg),
        (design.commodity_dm3, design.option_dm3),
    ):
        if not np.any(amount) or np.all(capacity >= UNLIMITED):
            continue
        families.append(
            rows_from_triplets(
                np.concatenate((dispatch_of, unit_dispatch)),
                np.concatenate(
                    (np.arange(moves.n_moves), moves.n_moves + np.arange(len(unit_option)))
                ),
                np.concatenate((amount[moves.commodity], -capacity[unit_option])).astype(
                    np.float64
                ),
                lower=np.full(n_dispatches, -np.inf),
                upper=np.zeros(n_dispatches),
            )
        )
    return families


def define_links(
    design: NetworkDesign,
    moves: Moves,
    dispatch_of: np.ndarray,
    unit_dispatch: np.ndarray,
    unit_option: np.ndarray,
) -> Rows:
    """
    ``n x <= sum y`` for each move: n units for the commodity alone, 1 where it may split.

    Strong linking: without it the relaxation charges only the share of a load unit that is filled.
    """
    order = np.argsort(unit_dispatch, kind="stable")
    first = np.searchsorted(unit_dispatch[order], dispatch_of)
    count = np.searchsorted(unit_dispatch[order], dispatch_of, side="right") - first
    move = np.repeat(np.arange(moves.n_moves), count)
    rank = np.arange(len(move)) - np.repeat(np.cumsum(count) - count, count)
    unit = order[first[move] + rank]
    k = moves.commodity
    needed = np.ones(moves.n_moves)
    single = count == 1
    option = unit_option[order[np.minimum(first, len(order) - 1)]] if moves.n_moves else first
    alone = np.maximum(
        -(-design.commodity_kg[k] // design.option_kg[option]),
        -(-design.commodity_dm3[k] // np.maximum(1, design.option_dm3[option])),
    )
    needed = np.where(single & ~design.commodity_may_split[k], alone, needed)
    return rows_from_triplets(
        np.concatenate((np.arange(moves.n_moves), move)),
        np.concatenate((np.arange(moves.n_moves), moves.n_moves + unit)),
        np.concatenate((needed, -np.ones(len(unit)))),
        lower=np.full(moves.n_moves, -np.inf),
        upper=np.zeros(moves.n_moves),
    )


def define_resources(
    design: NetworkDesign, first_unit: int, unit_option: np.ndarray, dispatch: np.ndarray
) -> list[Rows]:
    """``sum amount y <= capacity`` for each resource, and the limits of a minute over all pools."""
    minute = dispatch[:, 1]
    families = []
    row, col, value = [], [], []
    for w in range(len(design.draw_resource)):
        drawn = np.flatnonzero(
            (unit_option == design.draw_option[w])
            & (minute >= design.draw_from_min[w])
            & (minute < design.draw_until_min[w])
        )
        row.append(np.full(len(drawn), design.draw_resource[w]))
        col.append(first_unit + drawn)
        value.append(np.full(len(drawn), float(design.draw_amount[w])))
    if row:
        families.append(
            rows_from_triplets(
                *(np.concatenate(part) for part in (row, col, value)),
                lower=np.full(design.n_resources, -np.inf),
                upper=design.resource_capacity.astype(np.float64),
            )
        )
    if len(np.unique(design.commodity_pool)) > 1 and np.any(design.option_max_units < UNLIMITED):
        keys, place = np.unique(
            np.stack((unit_option, minute), axis=1), axis=0, return_inverse=True
        )
        families.append(
            rows_from_triplets(
                place.ravel(),
                first_unit + np.arange(len(unit_option)),
                np.ones(len(unit_option)),
                lower=np.full(len(keys), -np.inf),
                upper=design.option_max_units[keys[:, 0]].astype(np.float64),
            )
        )
    return families
