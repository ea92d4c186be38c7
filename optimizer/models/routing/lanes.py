"""Lane departures: complete movements of one load unit between consolidating facilities."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple
from zlib import crc32

import numpy as np

from optimizer.costs.events import storage_fen
from optimizer.domain.location import Mode
from optimizer.models.bookings import unit_draws
from optimizer.models.routing.first_hauls import FirstHaul, service_hauls, truck_hauls
from optimizer.models.routing.lane_search import Candidate, Haul, Pool, UnitSearch, make_pool
from optimizer.models.routing.legs import (
    Rider,
    facility_connector_leg,
    offer_row,
    service_leg,
    truck_leg,
)
from optimizer.models.routing.problem import Product
from optimizer.network.allowed import cargo_classes_taken, customs_modes_through
from optimizer.network.network import Network
from optimizer.plan.itinerary import Leg
from optimizer.plan.load import LaneDeparture

MORNING_AND_EVENING = (10 * 60, 20 * 60)
KG_PER_T = 1000
NO_RIDE = -1
CLEARLY_CHEAPER = 0.25

Chain = tuple[int, FirstHaul, tuple[Haul, ...]]
"""Origin, first line haul, all hauls with the connector before it."""


def build_lanes(
    network: Network,
    *,
    pairs: Mapping[tuple[str, str], Collection[tuple[str, str]]],
    load_units: Sequence[str],
    from_min: int,
    until_min: int,
    max_per_departure: int = 2,
    truck_departures_local_min: Sequence[int] = MORNING_AND_EVENING,
    quantile: float | None = None,
) -> list[LaneDeparture]:
    """
    All lane departures that leave in a window.

    Parameters
    ----------
    pairs
        Pool (customs pool, cargo pool) -> pairs of facility ids between which lanes are wanted;
        those that do not consolidate are passed over.
    from_min, until_min
        Window: the first line haul departs before its end, and no lane closes before its start.
    max_per_departure
        Most leg sequences from one first departure to one destination.
    truck_departures_local_min
        Times of day, minutes after local midnight, at which trucks may be the first line haul.
    quantile
        Of uncertain durations; the network's ``planning_quantile`` unless given.

    Returns
    -------
    list of LaneDeparture
        Ordered by closing time, then id.

    Notes
    -----
    For each first departure (a voyage, or a truck at a time of the grid) one search from where it
    ends to everywhere, at most three line hauls; later legs leave at their first opportunity. Leg
    sequences found for any load-unit type are offered in every type that all their legs sell.
    Searches are made for one type of each set of modes only, the one that most legs sell: within
    a set, prices differ by a factor, and the way with them hardly ever. Drayage begins or ends a
    lane only where no lane of the pool is wanted from or to the terminal itself.
    """
    if quantile is None:
        quantile = network.data.parameters["planning_quantile"]
    lanes: list[LaneDeparture] = []
    first_connector = network.connectors.offer_from
    for (customs_pool, cargo_pool), wanted_ids in pairs.items():
        wanted = _wanted(network, wanted_ids)
        pool = make_pool(network, customs_pool, cargo_pool, quantile)
        searches = [
            UnitSearch.of(network, pool, code)
            for code in load_units
            if network.data.load_units[code].refrigerated == pool.refrigerated
        ]
        tails = _reachable_tails(network, wanted)
        hauls = service_hauls(network, sorted(tails), from_min, until_min)
        hauls += truck_hauls(
            network,
            sorted(tails),
            from_min,
            until_min,
            dwell_min=pool.dwell_min,
            local_min=truck_departures_local_min,
        )
        proposals: defaultdict[tuple[int, int], list[Proposal]] = defaultdict(list)
        leading = _widest_of_modes(network, searches)
        for first in hauls:
            goals = {end for origin, _ in tails[first.tail] for end in wanted[origin]}
            ends = np.array(sorted(goals), dtype=np.int64)
            for search in leading:
                for candidate in search.sequences(first.alternatives, ends, max_per_departure):
                    before_last = network.offers[candidate.hauls[-1][0]].tail
                    for origin, _, hauls in _with_first_mile(
                        network, tails, first, candidate.hauls
                    ):
                        ends_idle = hauls[-1][0] >= first_connector and (
                            before_last in wanted[origin]
                        )
                        if candidate.node in wanted[origin] and not ends_idle:
                            proposals[origin, candidate.node].append(
                                Proposal(search.load_unit, first, hauls, candidate)
                            )
        for (origin, node), proposed in proposals.items():
            chains = {p.hauls: p.first for p in undominated(network, proposed)}
            for hauls, first in chains.items():
                lanes.extend(_lanes_of(network, searches, (origin, first, hauls), node))
    usable = (lane for lane in lanes if lane.closes_min >= from_min)
    return sorted(usable, key=lambda lane: (lane.closes_min, lane.lane_id))


class Proposal(NamedTuple):
    """A lane that could be offered, before its load-unit types are priced."""

    load_unit: str
    first: FirstHaul
    hauls: tuple[Haul, ...]
    candidate: Candidate


def undominated(network: Network, proposals: Sequence[Proposal]) -> list[Proposal]:
    """
    Lanes between two facilities that are worth offering.

    One is dropped where another of the same type leaves no earlier, arrives no later and costs no
    more, and either needs only trucks, which do not run out, or costs a quarter less: a train that
    is merely as good may be full.
    """
    leaves = np.array([p.hauls[0][2] for p in proposals])
    ready = np.array([p.candidate.ready_min for p in proposals])
    cost = np.array([p.candidate.cost_fen for p in proposals])
    by_truck = np.array(
        [all(haul[0] >= network.trucks.offer_from for haul in p.hauls) for p in proposals]
    )
    n_hauls = np.array([len(p.hauls) for p in proposals])
    kinds = np.array([p.load_unit for p in proposals])
    kept: list[Proposal] = []
    for at, proposal in enumerate(proposals):
        other = (kinds == kinds[at]) & (leaves >= leaves[at]) & (ready <= ready[at])
        other &= cost <= np.where(by_truck, cost[at], (1 - CLEARLY_CHEAPER) * cost[at])
        same = (leaves == leaves[at]) & (ready == ready[at]) & (cost == cost[at])
        # Of equals, the one with fewer hauls stays, then the first.
        before = (n_hauls < n_hauls[at]) | (
            (n_hauls == n_hauls[at]) & (np.arange(len(proposals)) < at)
        )
        if not (other & (~same | before)).any():
            kept.append(proposal)
    return kept


def _wanted(network: Network, pairs: Iterable[tuple[str, str]]) -> dict[int, set[int]]:
    """Origin -> destinations, as facility indices; only where both consolidate and differ."""
    facilities = network.data.facilities
    wanted: defaultdict[int, set[int]] = defaultdict(set)
    for tail, head in pairs:
        if tail != head and facilities[tail].consolidates and facilities[head].consolidates:
            wanted[network.facility_index[tail]].add(network.facility_index[head])
    return dict(wanted)


def _widest_of_modes(network: Network, searches: Sequence[UnitSearch]) -> list[UnitSearch]:
    """For each set of modes the type that most legs sell; of equals, the largest."""
    widest: dict[frozenset[Mode], UnitSearch] = {}
    units = network.data.load_units

    def rank(search: UnitSearch) -> tuple[int, int]:
        return int((search.prices.cost_fen >= 0).sum()), units[search.load_unit].usable_dm3

    for search in searches:
        modes = units[search.load_unit].modes
        if modes not in widest or rank(search) > rank(widest[modes]):
            widest[modes] = search
    return list(widest.values())


def _reachable_tails(
    network: Network, origins: Collection[int]
) -> dict[int, list[tuple[int, int]]]:
    """Facility -> (origin, connector or -1) for all from which a lane's first haul may leave."""
    tails: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    arcs = network.connectors
    for origin in sorted(origins):
        tails[origin].append((origin, NO_RIDE))
        for arc in range(arcs.first_out[origin], arcs.first_out[origin + 1]):
            if int(arcs.head[arc]) not in origins:
                tails[int(arcs.head[arc])].append((origin, arcs.offer_from + arc))
    return dict(tails)


def _with_first_mile(
    network: Network,
    tails: dict[int, list[tuple[int, int]]],
    first: FirstHaul,
    hauls: tuple[Haul, ...],
) -> Iterable[Chain]:
    tail_id = network.facility_ids[first.tail]
    for origin, connector in tails[first.tail]:
        if connector == NO_RIDE:
            yield origin, first, hauls
            continue
        # As late as the place is still open to take it in before the lead.
        there = network.last_open_facility(tail_id, first.departs_min - first.lead_min)
        arc = connector - network.connectors.offer_from
        leaves = there - int(network.connectors.duration_min[arc])
        if leaves > -network.horizon_min:
            yield origin, first, ((connector, NO_RIDE, leaves), *hauls)


def _lanes_of(
    network: Network, searches: Sequence[UnitSearch], chain: Chain, node: int
) -> Iterable[LaneDeparture]:
    origin, first, hauls = chain
    pool = searches[0].pool
    tail_id, head_id = network.facility_ids[origin], network.facility_ids[node]
    if not _shares_a_mode(network, pool, hauls, (tail_id, head_id)):
        return
    signature = ";".join(f"{offer}.{departs}" for offer, _, departs in hauls)
    bucket = (
        f"{tail_id}>{head_id}|{pool.customs_pool}|{pool.cargo_pool}|"
        f"{hauls[0][2]}|{crc32(signature.encode()):08x}"
    )
    lead_min = 0 if hauls[0][0] >= network.connectors.offer_from else first.lead_min
    for search in searches:
        lane = lane_of_hauls(search, bucket, hauls, lead_min=lead_min)
        if lane is not None:
            yield lane


def lane_of_hauls(
    search: UnitSearch, bucket: str, hauls: Sequence[Haul], *, lead_min: int
) -> LaneDeparture | None:
    """One load unit on a leg sequence, or None where a leg does not sell the type then."""
    if not all(_is_sold(search, haul) for haul in hauls):
        return None
    legs = _legs(search.network, search, hauls)
    return None if legs is None else _lane(search, bucket, hauls, legs, lead_min=lead_min)


def _is_sold(search: UnitSearch, haul: Haul) -> bool:
    offer, ride, departs = haul
    tables = search.tables
    row = int(tables.rides.row[ride]) if ride >= 0 else offer_row(tables, offer, departs)
    return bool(search.prices.cost_fen[row] >= 0)


def _shares_a_mode(
    network: Network, pool: Pool, hauls: Sequence[Haul], ends: tuple[str, str]
) -> bool:
    offers = [network.offers[offer] for offer, _, _ in hauls]
    classes = cargo_classes_taken(network, (offer.ref for offer in offers))
    if not any(network.data.cargo_classes[one].pool == pool.cargo_pool for one in classes):
        return False
    tail, head = (network.data.facilities[end] for end in ends)
    crossing_ids = [one for offer in offers for one in offer.crossing_ids]
    territory = network.data.territory
    if not crossing_ids and territory(tail.country) == territory(head.country):
        return True
    modes = customs_modes_through(network, crossing_ids)
    modes &= tail.customs_modes & head.customs_modes
    return any(network.data.customs_modes[one].pool == pool.customs_pool for one in modes)


def _legs(network: Network, search: UnitSearch, hauls: Sequence[Haul]) -> tuple[Leg, ...] | None:
    unit = network.data.load_units[search.load_unit]
    rider = Rider(
        product=Product(load_unit=unit.code, n_units=1, storage_dm3=unit.usable_dm3),
        prices=search.legs,
        gross_kg=0,
        volume_dm3=0,
        dwell_min=search.pool.dwell_min,
    )
    legs: list[Leg] = []
    for offer, ride, departs in hauls:
        if offer >= network.connectors.offer_from:
            leg = facility_connector_leg(network, offer, departs, rider)
        elif offer >= network.trucks.offer_from:
            leg = truck_leg(network, offer, departs, rider)
        else:
            leg = service_leg(network, offer, ride, rider)
        if leg is None:
            return None
        legs.append(leg)
    return tuple(legs)


def _lane(
    search: UnitSearch,
    bucket: str,
    hauls: Sequence[Haul],
    legs: tuple[Leg, ...],
    *,
    lead_min: int,
) -> LaneDeparture:
    network, data = search.network, search.network.data
    tail, head = data.facilities[legs[0].from_id], data.facilities[legs[-1].to_id]
    unit = data.load_units[search.load_unit]
    lines: Counter[str] = Counter()
    for leg in legs:
        lines.update(leg.cost_lines_fen)
    for before, after in pairwise(legs):
        wait_min = after.departs_min - before.available_min
        lines["storage"] += storage_fen(data.facilities[after.from_id], wait_min, unit.usable_dm3)
    g_per_kg = search.tables.co2e_g_per_kg[[offer for offer, _, _ in hauls]].sum()
    return LaneDeparture(
        lane_id=f"{bucket}|{unit.code}",
        bucket=bucket,
        from_id=tail.facility_id,
        to_id=head.facility_id,
        load_unit=unit.code,
        customs_pool=search.pool.customs_pool,
        cargo_pool=search.pool.cargo_pool,
        legs=legs,
        closes_min=legs[0].departs_min - lead_min - tail.stuffing_min,
        released_min=legs[-1].available_min + head.stuffing_min,
        payload_kg=min(unit.payload_kg[leg.mode] for leg in legs),
        usable_dm3=unit.usable_dm3,
        cost_lines_fen={name: fen for name, fen in lines.items() if fen},
        draws=unit_draws(network, legs),
        co2e_g_per_t=float(g_per_kg) * KG_PER_T,
    )
