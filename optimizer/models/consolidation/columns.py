"""
From shipments, lane departures and single itineraries to the array problem.

Each column keeps what it stands for, so that :mod:`assemble` can turn the solution into a plan.
A way is left out where it cannot pay: when it costs the shipment by itself at least as much as a
single itinerary that draws on no shared resource. Of the rest a shipment keeps the most promising
ones, by its own cost and its share of a well-filled unit. Bounds of the model hold for what is
kept.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from optimizer.domain.shipment import Shipment
from optimizer.models.bookings import book_by_min, itinerary_draws, mass_draws
from optimizer.models.consolidation.problem import Problem
from optimizer.models.consolidation.ways import ConnectorLeg, Way, WayFinder
from optimizer.network.allowed import cargo_classes_taken, customs_modes_through
from optimizer.network.capacity import capacity
from optimizer.network.network import Network
from optimizer.plan.itinerary import Itinerary
from optimizer.plan.load import LaneDeparture

NO_LIMIT = 1_000
"""Units of an option where nothing but shared resources limits them."""

_TRANSFERS_KEPT = 2
"""Latest feeder departures tried before a lane that a shipment changes to."""

WAYS_KEPT = 150
"""Ways through shared loads that a shipment keeps."""

_GOOD_FILL = 0.75
_UNSERVED_FACTOR = 3
_UNSERVED_BASE_FEN = 500_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Lane departures with the same legs and pool; one per load-unit type."""

    name: str
    options: tuple[LaneDeparture, ...]
    customs_modes: frozenset[str]
    cargo_classes: frozenset[str]
    is_domestic: bool
    book_by_min: int
    mass_resources: tuple[str, ...]

    @property
    def lane(self) -> LaneDeparture:
        """Any of the options, for times and places."""
        return self.options[0]

    def share_fen(self, gross_kg: int, volume_dm3: int) -> float:
        """What a shipment would pay of the unit that suits it best, three quarters full."""
        return min(
            option.cost_fen
            * max(gross_kg / option.payload_kg, volume_dm3 / option.usable_dm3)
            / _GOOD_FILL
            for option in self.options
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What a column of the problem stands for: a single itinerary, or a way through loads."""

    shipment_id: str
    itinerary: Itinerary | None
    way: Way | None
    buckets: tuple[int, ...]


_Priced = tuple[int, Column, dict[str, int]]
"""Own cost in fen, column, draws of the shipment by resource."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSet:
    """The problem and the meaning of its indices."""

    problem: Problem
    shipments: tuple[Shipment, ...]
    columns: tuple[Column, ...]
    buckets: tuple[Bucket, ...]
    options: tuple[LaneDeparture, ...]


def unserved_price_fen(dearest_fen: int) -> int:
    """Price of not serving a shipment that names none: well above its dearest way."""
    return _UNSERVED_FACTOR * dearest_fen + _UNSERVED_BASE_FEN


def make_buckets(network: Network, lanes: Sequence[LaneDeparture]) -> list[Bucket]:
    """Group lane departures by bucket, in order of first appearance."""
    grouped: dict[str, list[LaneDeparture]] = defaultdict(list)
    for lane in lanes:
        grouped[lane.bucket].append(lane)
    buckets: list[Bucket] = []
    data = network.data
    for name, options in grouped.items():
        lane = options[0]
        countries = {data.facilities[lane.from_id].country, data.facilities[lane.to_id].country}
        territories = {data.territory(country) for country in countries}
        buckets.append(
            Bucket(
                name=name,
                options=tuple(options),
                customs_modes=customs_modes_through(network, lane.crossing_ids),
                cargo_classes=cargo_classes_taken(network, (leg.ref for leg in lane.legs)),
                is_domestic=not lane.crossing_ids and len(territories) == 1,
                book_by_min=book_by_min(network, lane.legs),
                mass_resources=tuple(name for name, _ in mass_draws(network, lane.legs, 1)),
            )
        )
    return buckets


class _Chains:
    """Bucket sequences between hubs, looked up by pool and pair."""

    def __init__(self, buckets: Sequence[Bucket]) -> None:
        self._by_pair: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
        self._onward: dict[tuple[str, str, str], set[str]] = defaultdict(set)
        self._buckets = buckets
        for index, bucket in enumerate(buckets):
            lane = bucket.lane
            pool = (lane.customs_pool, lane.cargo_pool)
            self._by_pair[(*pool, lane.from_id, lane.to_id)].append(index)
            self._onward[(*pool, lane.from_id)].add(lane.to_id)
        for indices in self._by_pair.values():
            indices.sort(key=lambda index: buckets[index].lane.released_min)

    def direct(self, pool: tuple[str, str], from_id: str, to_id: str) -> list[int]:
        return self._by_pair.get((*pool, from_id, to_id), [])

    def with_transfer(
        self, pool: tuple[str, str], from_id: str, to_id: str
    ) -> list[tuple[int, int]]:
        """Pairs of buckets that meet at a hub: the latest feeders before each onward departure."""
        pairs: list[tuple[int, int]] = []
        for hub in sorted(self._onward.get((*pool, from_id), set())):
            feeders = self.direct(pool, from_id, hub)
            onward = self.direct(pool, hub, to_id)
            if not feeders or not onward or hub == to_id:
                continue
            released = [self._buckets[index].lane.released_min for index in feeders]
            for second in onward:
                last = bisect_right(released, self._buckets[second].lane.closes_min)
                pairs.extend(
                    (first, second) for first in feeders[max(0, last - _TRANSFERS_KEPT) : last]
                )
        return pairs


def build_columns(
    network: Network,
    shipments: Sequence[Shipment],
    lanes: Sequence[LaneDeparture],
    singles: dict[str, Sequence[Itinerary]],
    *,
    connector_leg: ConnectorLeg,
    quantile: float,
    planned_min: int,
    with_transfers: bool = True,
    capacity_of: Callable[[str], int] | None = None,
) -> ColumnSet:
    """
    Make the consolidation problem.

    Parameters
    ----------
    singles
        Shipment id -> itineraries on which it travels alone, in the network's minutes.
    planned_min
        Nothing can be booked before, minutes since the epoch.
    capacity_of
        What a resource has, where that is not what the network says.

    Raises
    ------
    ModelError
        The arrays contradict each other: a defect, not an input error.
    """
    buckets = make_buckets(network, lanes)
    chains = _Chains(buckets)
    hubs = sorted({bucket.lane.from_id for bucket in buckets} | {b.lane.to_id for b in buckets})
    columns: list[Column] = []
    col_fen: list[int] = []
    draws: list[dict[str, int]] = []
    penalties: list[int] = []
    for shipment in shipments:
        alone = _alone(network, shipment, singles.get(shipment.shipment_id, ()))
        finder = WayFinder(network, shipment, hubs, connector_leg, quantile)
        sequences = _sequences(
            shipment,
            finder=finder,
            chains=chains,
            buckets=buckets,
            network=network,
            planned_min=planned_min,
            with_transfers=with_transfers,
        )
        # Where room never runs out, a way that costs as much by itself cannot pay.
        free_fen = min((fen for fen, _, drawn in alone if not drawn), default=None)
        own = [*alone, *_shared(shipment, finder, sequences, buckets, free_fen)]
        columns.extend(column for _, column, _ in own)
        col_fen.extend(fen for fen, _, _ in own)
        draws.extend(drawn for _, _, drawn in own)
        dearest_fen = max((fen for fen, _, _ in own), default=0)
        penalties.append(shipment.unserved_fen or unserved_price_fen(dearest_fen))
    return _pack_arrays(
        capacity_of or (lambda name: capacity(network, name)),
        shipments=shipments,
        buckets=buckets,
        columns=columns,
        col_fen=col_fen,
        draws=draws,
        penalties=penalties,
    )


def _alone(network: Network, shipment: Shipment, itineraries: Sequence[Itinerary]) -> list[_Priced]:
    """Columns on which a shipment travels alone."""
    return [
        (
            itinerary.own_cost_fen,
            Column(shipment_id=shipment.shipment_id, itinerary=itinerary, way=None, buckets=()),
            itinerary_draws(network, itinerary, shipment),
        )
        for itinerary in itineraries
    ]


def _shared(
    shipment: Shipment,
    finder: WayFinder,
    sequences: Sequence[tuple[int, ...]],
    buckets: Sequence[Bucket],
    free_fen: int | None,
) -> list[_Priced]:
    """Columns through shared loads: the most promising of those that can pay."""
    found: list[tuple[float, int, Way, tuple[int, ...]]] = []
    for indices in sequences:
        chain = tuple(buckets[index].lane for index in indices)
        way = finder.way(finder.accesses[chain[0].from_id], chain, finder.egresses[chain[-1].to_id])
        if way is None:
            continue
        promise_fen = way.own_cost_fen + sum(
            buckets[index].share_fen(shipment.gross_kg, shipment.volume_dm3) for index in indices
        )
        if free_fen is None or promise_fen < free_fen:
            found.append((promise_fen, len(found), way, indices))
    return [
        (
            way.own_cost_fen,
            Column(shipment_id=shipment.shipment_id, itinerary=None, way=way, buckets=indices),
            {
                resource: shipment.gross_kg
                for index in indices
                for resource in buckets[index].mass_resources
            },
        )
        for _, _, way, indices in heapq.nsmallest(WAYS_KEPT, found)
    ]


def _sequences(
    shipment: Shipment,
    *,
    finder: WayFinder,
    chains: _Chains,
    buckets: Sequence[Bucket],
    network: Network,
    planned_min: int,
    with_transfers: bool,
) -> list[tuple[int, ...]]:
    """All bucket sequences that may carry a shipment, before times are compared."""
    book_min = max(planned_min, network.minute(shipment.booked_at))

    facilities = network.data.facilities

    def is_allowed(index: int) -> bool:
        bucket = buckets[index]
        return (
            shipment.cargo_class in bucket.cargo_classes
            and book_min <= bucket.book_by_min
            and (
                bucket.is_domestic
                or (
                    finder.is_cleared
                    and shipment.customs_mode in bucket.customs_modes
                    and shipment.customs_mode in facilities[bucket.lane.from_id].customs_modes
                    and shipment.customs_mode in facilities[bucket.lane.to_id].customs_modes
                )
            )
        )

    pool = (finder.customs_pool, finder.cargo_pool)
    found: list[tuple[int, ...]] = []
    for from_id in finder.accesses:
        for to_id in finder.egresses:
            found.extend(
                (index,) for index in chains.direct(pool, from_id, to_id) if is_allowed(index)
            )
            if with_transfers:
                found.extend(
                    pair
                    for pair in chains.with_transfer(pool, from_id, to_id)
                    if is_allowed(pair[0]) and is_allowed(pair[1])
                )
    return found


def _pack_arrays(
    capacity_of: Callable[[str], int],
    *,
    shipments: Sequence[Shipment],
    buckets: Sequence[Bucket],
    columns: Sequence[Column],
    col_fen: Sequence[int],
    draws: Sequence[dict[str, int]],
    penalties: Sequence[int],
) -> ColumnSet:
    index_of = {shipment.shipment_id: k for k, shipment in enumerate(shipments)}
    used = sorted({index for column in columns for index in column.buckets})
    renumber = {old: new for new, old in enumerate(used)}
    kept_buckets = [buckets[index] for index in used]
    columns = [
        Column(
            shipment_id=column.shipment_id,
            itinerary=column.itinerary,
            way=column.way,
            buckets=tuple(renumber[index] for index in column.buckets),
        )
        for column in columns
    ]
    options = [lane for bucket in kept_buckets for lane in bucket.options]
    option_bucket = [b for b, bucket in enumerate(kept_buckets) for _ in bucket.options]
    resources: dict[str, int] = {}
    col_ptr, col_resource, col_amount = _csr(draws, resources)
    option_ptr, option_resource, option_amount = _csr(
        [dict(lane.draws) for lane in options], resources
    )
    bucket_ptr = [0]
    for column in columns:
        bucket_ptr.append(bucket_ptr[-1] + len(column.buckets))
    problem = Problem.build(
        shipment_ids=[shipment.shipment_id for shipment in shipments],
        bucket_names=[bucket.name for bucket in kept_buckets],
        option_names=[f"{lane.bucket}|{lane.load_unit}" for lane in options],
        resource_names=list(resources),
        kg=[shipment.gross_kg for shipment in shipments],
        dm3=[shipment.volume_dm3 for shipment in shipments],
        unserved_fen=list(penalties),
        may_split=[True] * len(shipments),
        col_shipment=[index_of[column.shipment_id] for column in columns],
        col_fen=list(col_fen),
        col_bucket_ptr=bucket_ptr,
        col_bucket=[index for column in columns for index in column.buckets],
        col_draw_ptr=col_ptr,
        col_draw_resource=col_resource,
        col_draw_amount=col_amount,
        option_bucket=option_bucket,
        option_fen=[lane.cost_fen for lane in options],
        option_kg=[lane.payload_kg for lane in options],
        option_dm3=[lane.usable_dm3 for lane in options],
        option_max_units=[NO_LIMIT] * len(options),
        option_draw_ptr=option_ptr,
        option_draw_resource=option_resource,
        option_draw_amount=option_amount,
        resource_capacity=[capacity_of(name) for name in resources],
    )
    return ColumnSet(
        problem=problem,
        shipments=tuple(shipments),
        columns=tuple(columns),
        buckets=tuple(kept_buckets),
        options=tuple(options),
    )


def _csr(
    rows: Sequence[dict[str, int]], resources: dict[str, int]
) -> tuple[list[int], list[int], list[int]]:
    """CSR of named draws; new resource names are appended to ``resources`` in place."""
    pointer, index, amount = [0], list[int](), list[int]()
    for row in rows:
        for name, drawn in row.items():
            if drawn:
                index.append(resources.setdefault(name, len(resources)))
                amount.append(drawn)
        pointer.append(len(index))
    return pointer, index, amount
