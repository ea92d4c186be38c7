"""From values between places to values between zones: the stated rule of aggregation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.domain.shipment import Place
from optimizer.domain.skim import Zone, ZoneRule
from optimizer.kernels.arrays import Ints
from optimizer.models.routing.matrix_result import NOTHING, Cells


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """
    Places of all zones, each once.

    Parameters
    ----------
    places
        In the order in which zones name them.
    of_zone
        Positions in ``places``, zone by zone.
    """

    places: tuple[Place, ...]
    of_zone: tuple[tuple[int, ...], ...]


def members_of(zones: Sequence[Zone]) -> Members:
    """Members of zones."""
    index: dict[Place, int] = {}
    of_zone = tuple(
        tuple(index.setdefault(place, len(index)) for place in zone.places) for zone in zones
    )
    return Members(places=tuple(index), of_zone=of_zone)


def aggregate(  # noqa: PLR0917  values, then both sides
    generalized_fen: Ints,
    components: Ints,
    reason: Ints,
    rows: Members,
    columns: Members,
    rule: ZoneRule,
) -> Cells:
    """
    Cells of zones from values between their members.

    Parameters
    ----------
    generalized_fen, components, reason
        Between ``rows.places`` and ``columns.places``.

    Notes
    -----
    A zone without a joined pair has the reason of its first pair.
    """
    if _all_single(rows) and _all_single(columns):
        return _single(generalized_fen, components, reason, rows, columns)
    shape = (len(rows.of_zone), len(columns.of_zone))
    cells = Cells(
        generalized_fen=np.full(shape, NOTHING, dtype=np.int64),
        components=np.full((*shape, components.shape[2]), NOTHING, dtype=np.int64),
        members=np.full((*shape, 2), NOTHING, dtype=np.int64),
        n_joined=np.zeros(shape, dtype=np.int64),
        reason=np.full(shape, NOTHING, dtype=np.int64),
    )
    for i, row in enumerate(rows.of_zone):
        for j, column in enumerate(columns.of_zone):
            block = np.ix_(row, column)
            cost = generalized_fen[block]
            joined = cost != NOTHING
            if len(row) > 1 or len(column) > 1:
                joined &= ~_same(rows, columns, row, column)
            cells.n_joined[i, j] = joined.sum()
            if not joined.any():
                cells.reason[i, j] = _reason(reason[block])
            elif rule is ZoneRule.MEAN:
                cells.generalized_fen[i, j] = _mean(cost[joined])
                values = components[block][joined]
                cells.components[i, j] = [_mean(value) for value in values.T]
            else:
                best = int(np.where(joined, cost, np.iinfo(np.int64).max).argmin())
                at = np.unravel_index(best, cost.shape)
                cells.generalized_fen[i, j] = cost[at]
                cells.components[i, j] = components[block][at]
                cells.members[i, j] = at
    return cells


def _all_single(members: Members) -> bool:
    return all(len(zone) == 1 for zone in members.of_zone)


def _single(
    generalized_fen: Ints, components: Ints, reason: Ints, rows: Members, columns: Members
) -> Cells:
    block = np.ix_([zone[0] for zone in rows.of_zone], [zone[0] for zone in columns.of_zone])
    cost = generalized_fen[block]
    joined = cost != NOTHING
    return Cells(
        generalized_fen=cost,
        components=components[block],
        members=np.where(joined[..., None], np.zeros(2, dtype=np.int64), NOTHING),
        n_joined=joined.astype(np.int64),
        reason=reason[block],
    )


def _same(rows: Members, columns: Members, row: Sequence[int], column: Sequence[int]) -> Ints:
    return np.array(
        [[rows.places[one] == columns.places[other] for other in column] for one in row], dtype=bool
    )


def _reason(reasons: Ints) -> int:
    given = reasons[reasons != NOTHING]
    return int(given[0]) if len(given) else NOTHING


def _mean(values: Ints) -> int:
    """Half up; ``NOTHING`` where a value is not known."""
    if (values == NOTHING).any():
        return NOTHING
    return int((2 * int(values.sum()) + len(values)) // (2 * len(values)))
