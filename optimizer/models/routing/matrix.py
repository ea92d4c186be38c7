"""Matrices over the corridor network: averages, earliest arrivals, or all departures of a week."""

from __future__ import annotations

import numpy as np

from optimizer.domain.skim import MatrixQuery, ZoneRule
from optimizer.kernels.arrays import Ints
from optimizer.models.routing.matrix_average import between_places
from optimizer.models.routing.matrix_reasons import NO_DEPARTURE, find_reasons
from optimizer.models.routing.matrix_result import NOTHING, Cells, MatrixResult
from optimizer.models.routing.matrix_store import content_hash
from optimizer.models.routing.matrix_zones import Members, aggregate, members_of
from optimizer.network.network import Network
from optimizer.network.skims import COMPONENTS, TIME

_PROFILE_NOTE = (
    "services: every departure that none beats; trucks on demand leave at any minute, and are "
    "listed for readiness at each full hour"
)
Reasons = tuple[tuple[str, str], ...]


def multimodal_matrix(network: Network, query: MatrixQuery) -> MatrixResult:
    """
    A matrix between zones: averages over a week, arrivals at a time, or a profile of a week.

    Raises
    ------
    DemandError
        A time is outside of the network's horizon, or a generalized cost is too large.
    """
    rows, columns = members_of(query.origins), members_of(query.destinations)
    profiles: tuple[tuple[Ints, ...], ...] = ()
    if query.is_profile:
        cells, reasons, profiles = _profile(network, query, rows, columns)
    elif query.at is not None:
        cells, reasons = _arrivals(network, query, rows, columns)
    else:
        cells, reasons = _averages(network, query, rows, columns)
    return MatrixResult(
        query=query,
        cells=cells,
        reasons=reasons,
        content_hash=content_hash(query, network.data.fingerprint),
        data_fingerprint=network.data.fingerprint,
        used_road_data=False,
        epoch_at=network.epoch_at,
        profiles=profiles,
        notes=(_PROFILE_NOTE,) if query.is_profile else (),
    )


def _averages(
    network: Network, query: MatrixQuery, rows: Members, columns: Members
) -> tuple[Cells, Reasons]:
    values = between_places(network, query, rows.places, columns.places, (query.weights,))[0]
    reason, reasons = find_reasons(
        network, query, rows.places, columns.places, values.generalized_fen == NOTHING
    )
    cells = aggregate(
        values.generalized_fen, values.components, reason, rows, columns, query.zone_rule
    )
    return cells, reasons


def _arrivals(
    network: Network, query: MatrixQuery, rows: Members, columns: Members
) -> tuple[Cells, Reasons]:
    from optimizer.models.routing.matrix_arrivals import arrivals_between, moment_of

    arrives = arrivals_between(network, query, rows.places, columns.places)
    took = np.where(arrives == NOTHING, NOTHING, arrives - network.minute(moment_of(query)))
    components = np.full((*took.shape, len(COMPONENTS)), NOTHING, dtype=np.int64)
    components[..., TIME] = took
    reason, reasons = _timed_reasons(network, query, rows, columns, took)
    return aggregate(took, components, reason, rows, columns, query.zone_rule), reasons


def _profile(
    network: Network, query: MatrixQuery, rows: Members, columns: Members
) -> tuple[Cells, Reasons, tuple[tuple[Ints, ...], ...]]:
    from optimizer.models.routing.matrix_arrivals import best_of, profiles_between

    found = profiles_between(network, query, rows.places, columns.places)
    fastest = np.array(
        [
            [int((pairs[:, 1] - pairs[:, 0]).min()) if len(pairs) else NOTHING for pairs in row]
            for row in found
        ],
        dtype=np.int64,
    ).reshape(len(rows.places), len(columns.places))
    components = np.full((*fastest.shape, len(COMPONENTS)), NOTHING, dtype=np.int64)
    components[..., TIME] = fastest
    reason, reasons = _timed_reasons(network, query, rows, columns, fastest)
    cells = aggregate(fastest, components, reason, rows, columns, ZoneRule.BEST)
    profiles = tuple(
        tuple(best_of([found[i][j] for i in row for j in column]) for column in columns.of_zone)
        for row in rows.of_zone
    )
    return cells, reasons, profiles


def _timed_reasons(
    network: Network, query: MatrixQuery, rows: Members, columns: Members, took: Ints
) -> tuple[Ints, Reasons]:
    """Reasons of the network without clocks; where that has a way, it is the departures."""
    missing = took == NOTHING
    reason = np.full(took.shape, NOTHING, dtype=np.int64)
    if not missing.any():
        return reason, ()
    static = between_places(network, query, rows.places, columns.places, (query.weights,))[0]
    joined = static.generalized_fen != NOTHING
    reason, reasons = find_reasons(network, query, rows.places, columns.places, missing & ~joined)
    if (missing & joined).any():
        reason[missing & joined] = len(reasons)
        reasons = (*reasons, NO_DEPARTURE)
    return reason, reasons
