"""Leg sequences from one first departure to all destinations, by the Pareto kernel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.costs.tables import CostTables, LegPrices, cost_tables
from optimizer.kernels.arrays import Bounds, Ints, Prices, Query
from optimizer.models.routing.problem import no_risk
from optimizer.models.routing.search import N_LAYERS, steps_to, workspace_of
from optimizer.network.durations import quantile_min
from optimizer.network.network import UNREACHED, Network

IN_TRANSIT = 1
MAX_LINE_HAULS = 3
MAX_LANE_MIN = 30 * 1440
"""Lanes that take longer are not looked for."""
EMISSION_KG = 10_000
"""Mass for which searches compare emissions; it does not change their order."""
NONE = -1
READY, COST, CO2E, NEXT = 4, 6, 7, 14

Haul = tuple[int, int, int]
"""Offer, departure number of a service or -1, minute of departure."""


class Candidate(NamedTuple):
    """
    A way from a first departure to a destination.

    Parameters
    ----------
    ready_min
        When the cargo is available at the destination.
    cost_fen
        Of one load unit of the type that was searched for.
    """

    node: int
    hauls: tuple[Haul, ...]
    ready_min: int
    cost_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """
    Who shares: the customs modes and cargo classes of a pool on a network.

    Parameters
    ----------
    customs_bits, cargo_bits
        Over the network's bit sets.
    dwell_min
        (n_places,) longest over the modes of the pool that a crossing offers.
    allowed
        (n_offers,) bool: some mode and some class of the pool may go, nothing is closed.
    """

    customs_pool: str
    cargo_pool: str
    customs_bits: int
    cargo_bits: int
    refrigerated: bool
    dwell_min: Ints
    allowed: NDArray[np.bool_]


def make_pool(network: Network, customs_pool: str, cargo_pool: str, quantile: float) -> Pool:
    """A pool of a network."""
    data = network.data
    modes = [code for code, mode in data.customs_modes.items() if mode.pool == customs_pool]
    classes = [cargo for cargo in data.cargo_classes.values() if cargo.pool == cargo_pool]
    customs_bits = sum(network.customs_bits[code] for code in modes)
    cargo_bits = sum(network.cargo_bits[cargo.code] for cargo in classes)
    dwell = np.zeros(network.n_facilities + len(network.crossing_ids), dtype=np.int64)
    for at, crossing in enumerate(data.crossings.values()):
        dwell[network.n_facilities + at] = max(
            (
                quantile_min(crossing.dwell_for(code), quantile)
                for code in modes
                if code in crossing.customs_modes
            ),
            default=0,
        )
    allowed = ((network.offer_customs & customs_bits) != 0) | (network.n_passed == 0)
    allowed &= ((network.offer_cargo & cargo_bits) != 0) & ~network.offer_closed
    return Pool(
        customs_pool=customs_pool,
        cargo_pool=cargo_pool,
        customs_bits=customs_bits,
        cargo_bits=cargo_bits,
        refrigerated=any(cargo.refrigerated for cargo in classes),
        dwell_min=dwell,
        allowed=allowed,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSearch:
    """
    Searches for one load-unit type in one pool.

    Parameters
    ----------
    legs, prices
        What one unit costs on every row.
    """

    network: Network
    tables: CostTables
    pool: Pool
    load_unit: str
    legs: LegPrices
    prices: Prices

    @classmethod
    def of(cls, network: Network, pool: Pool, load_unit: str) -> UnitSearch:
        """For a pool and a type."""
        tables = cost_tables(network)
        legs = tables.unit_prices(load_unit)
        carried = (network.offer_units & network.unit_bits[load_unit]) != 0
        usable = legs.sold & (pool.allowed & carried)[tables.row_offer]
        return cls(
            network=network,
            tables=tables,
            pool=pool,
            load_unit=load_unit,
            legs=legs,
            prices=Prices(
                row_first=tables.row_first,
                row_from_min=tables.row_from_min,
                cost_fen=np.where(usable, legs.total_fen, -1),
                co2e_g=tables.co2e_g(EMISSION_KG),
                risk_mnp=no_risk(network),
            ),
        )

    def sequences(
        self, first: Sequence[tuple[Haul, int, int]], destinations: Ints, limit: int
    ) -> list[Candidate]:
        """
        Ways from the ends of a first departure to destinations.

        Parameters
        ----------
        first
            Alternatives of the first departure: the haul, the row of its price, and when its cargo
            is available at its end. They may end at different facilities.
        destinations
            (n,) facilities.
        limit
            Most ways to one destination: the cheapest, the fastest, the greenest, then by cost.

        Returns
        -------
        list of Candidate
            Hauls with the first one in front.
        """
        from optimizer.kernels.timetabled_labels import pareto_search

        network, tables = self.network, self.tables
        usable = [(one, row, at) for one, row, at in first if self.prices.cost_fen[row] >= 0]
        if not usable:
            return []
        starts = np.array(
            [
                (
                    network.offers[haul[0]].head,
                    IN_TRANSIT,
                    0,
                    available,
                    available,
                    self.prices.cost_fen[row],
                    self.prices.co2e_g[haul[0]],
                )
                for haul, row, available in usable
            ],
            dtype=np.int64,
        )
        until = int(starts[:, 3].min()) + MAX_LANE_MIN
        workspace = workspace_of(network)
        workspace.counters[2] = 0
        pareto_search(
            network.places,
            tables.rides,
            network.trucks,
            network.connectors,
            self.prices,
            _query(network, self.pool, self._storage_dm3, until),
            _no_bounds(network),
            starts,
            workspace,
        )
        found: list[Candidate] = []
        for node in destinations:
            for label in _best_labels(workspace.labels, workspace.bucket, int(node), limit):
                steps = steps_to(workspace.labels, label)
                hauls = [usable[steps[0].ride][0]]
                hauls += [(step.made_by, step.ride, step.departs_min) for step in steps[1:]]
                row = workspace.labels[label]
                found.append(Candidate(int(node), tuple(hauls), int(row[READY]), int(row[COST])))
        return found

    @property
    def _storage_dm3(self) -> int:
        return self.network.data.load_units[self.load_unit].usable_dm3


def _best_labels(labels: Ints, bucket: Ints, node: int, limit: int) -> list[int]:
    at: list[int] = []
    label = int(bucket[node * N_LAYERS + IN_TRANSIT])
    while label != NONE:
        at.append(label)
        label = int(labels[label, NEXT])
    if not at:
        return []
    rows = labels[at]
    values = rows[:, [COST, READY, CO2E]]
    at_array = np.array(at)
    beaten = np.zeros(len(at), dtype=bool)
    for one in range(len(at)):
        no_worse = (values <= values[one]).all(axis=1)
        better = no_worse & (values < values[one]).any(axis=1)
        same_before = no_worse & ~better & (at_array < at_array[one])
        beaten[one] = better.any() or same_before.any()
    order = np.lexsort((at_array, values[:, 2], values[:, 1], values[:, 0]))
    kept = [int(one) for one in order if not beaten[one]]
    first = [min(kept, key=lambda one: (values[one, column], one)) for column in range(3)]
    chosen = list(dict.fromkeys([*first, *kept]))[:limit]
    return [at[one] for one in sorted(chosen, key=kept.index)]


def _query(network: Network, pool: Pool, storage_dm3: int, until_min: int) -> Query:
    never = np.full(network.n_facilities, -1, dtype=np.int64)
    return Query(
        dwell_min=pool.dwell_min,
        export_min=never,
        import_min=never,
        export_fen=0,
        import_fen=0,
        booked_min=-UNREACHED,
        until_min=until_min,
        horizon_min=network.horizon_min,
        due_min=UNREACHED,
        late_fen_per_hour=0,
        storage_dm3=storage_dm3,
        origin_dm3=storage_dm3,
        max_hauls=MAX_LINE_HAULS - 1,
        final_min=never,
        final_fen=never,
        final_co2e_g=never,
        final_is_connector=0,
    )


def _no_bounds(network: Network) -> Bounds:
    nothing = np.zeros(network.n_facilities * N_LAYERS, dtype=np.int64)
    return Bounds(minutes=nothing, cost_fen=nothing, co2e_g=nothing)
