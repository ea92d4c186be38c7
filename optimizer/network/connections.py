"""
A network as connections and arcs for the earliest-arrival kernel: rules T3 to T7.

Call pairs of services become connections of one hop each, because the cut-off of a call depends on
whether the pair crosses a border. Truck lanes and connectors become arcs with exact pieces of time.
With clearances, a node is a facility in a customs layer: 0 not cleared, 1 cleared for export, 2
imported; without, a facility.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.kernels.arrays import Ints, Timetable
from optimizer.kernels.earliest_arrival import HAUL, KEEP, WALK
from optimizer.kernels.on_demand import connector_pieces, truck_pieces
from optimizer.network.durations import quantile_min
from optimizer.network.network import Network
from optimizer.network.schedule import Arc, Arcs, Hops, assemble

N_LAYERS = 3
IN_TRANSIT = 1
NONE = -1
PIECES_AT_FIRST = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearances:
    """
    Minutes of clearance at facilities, -1 where it is not possible: rule T7.

    ``export_min`` and ``import_min`` are (n_facilities,).
    """

    export_min: Ints
    import_min: Ints


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Connections:
    """
    What a network offers to one class of cargo, ready for the kernel.

    Parameters
    ----------
    offer, ride
        (n_connections,) offer of the network and number among its departures.
    arc_offer
        (n_arcs,) offer of the network, -1 for a clearance.
    content_hash
        SHA-256 of all arrays: equal hashes have equal answers.
    """

    timetable: Timetable
    n_facilities: int
    n_layers: int
    offer: Ints
    ride: Ints
    arc_offer: Ints
    content_hash: str

    @property
    def n_nodes(self) -> int:
        """Facilities times layers."""
        return self.n_facilities * self.n_layers

    def start_nodes(self, facilities: Ints) -> Ints:
        """Nodes of cargo that is ready at facilities, not yet cleared."""
        return np.asarray(facilities, dtype=np.int64) * self.n_layers

    def end_nodes(self, facilities: Ints) -> Ints:
        """Nodes of cargo that has arrived at facilities, cleared."""
        return np.asarray(facilities, dtype=np.int64) * self.n_layers + self.n_layers - 1


def crossing_dwell_min(network: Network, customs_modes: Iterable[str], quantile: float) -> Ints:
    """
    Longest dwell at crossings over customs modes, at a quantile.

    Returns
    -------
    Ints
        (n_facilities + n_crossings,) minutes, 0 at facilities and where no mode is offered.
    """
    modes = tuple(customs_modes)
    dwell = np.zeros(network.n_facilities + len(network.crossing_ids), dtype=np.int64)
    for at, crossing in enumerate(network.data.crossings.values()):
        offered = [code for code in modes if code in crossing.customs_modes]
        dwell[network.n_facilities + at] = max(
            (quantile_min(crossing.dwell_for(code), quantile) for code in offered), default=0
        )
    return dwell


def connections_of(
    network: Network,
    *,
    dwell_min: Ints,
    usable: NDArray[np.bool_] | None = None,
    booked_min: int | None = None,
    clearances: Clearances | None = None,
) -> Connections:
    """
    Connections and arcs of a network.

    Parameters
    ----------
    dwell_min
        (n_places,) minutes at crossings, see ``crossing_dwell_min``.
    usable
        (n_offers,) what this class of cargo may take; all that is not closed by default.
    booked_min
        Clock minute of booking: services whose booking closes before are left out. Without it
        booking never closes.
    clearances
        Makes three layers; a leg across a border then needs export clearance before it.
    """
    if usable is None:
        usable = ~network.offer_closed
    n_layers = 1 if clearances is None else N_LAYERS
    hops, offer, ride = _hops(network, usable, booked_min, n_layers)
    arcs, arc_offer = _arcs(network, usable, dwell_min, clearances)
    timetable, order, arc_order = assemble(network.n_facilities * n_layers, hops, arcs)
    return Connections(
        timetable=timetable,
        n_facilities=network.n_facilities,
        n_layers=n_layers,
        offer=offer[order],
        ride=ride[order],
        arc_offer=arc_offer[arc_order],
        content_hash=content_hash(timetable),
    )


def connections_from(n_nodes: int, hops: Hops, arcs: Arcs) -> Connections:
    """
    Connections of a timetable from elsewhere; offers are voyages and rides are rows of ``hops``.

    Raises
    ------
    NetworkError
        N261 to N266, see ``schedule.assemble``.
    """
    timetable, order, arc_order = assemble(n_nodes, hops, arcs)
    return Connections(
        timetable=timetable,
        n_facilities=n_nodes,
        n_layers=1,
        offer=hops.voyage[order],
        ride=order,
        arc_offer=arc_order,
        content_hash=content_hash(timetable),
    )


def content_hash(timetable: Timetable) -> str:
    """SHA-256 over all arrays and numbers of a timetable."""
    digest = hashlib.sha256()
    for name, value in zip(timetable._fields, timetable, strict=True):
        array = np.ascontiguousarray(value)
        digest.update(f"{name} {array.dtype.str} {array.shape} ".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def _tails(first_out: Ints) -> Ints:
    return np.repeat(np.arange(len(first_out) - 1), np.diff(first_out))


def _hops(
    network: Network, usable: NDArray[np.bool_], booked_min: int | None, n_layers: int
) -> tuple[Hops, Ints, Ints]:
    """Every departure of every usable call pair, in each layer in which it may be taken."""
    rides = network.rides
    pair = _tails(rides.first)
    kept = usable[pair]
    if booked_min is not None:
        kept &= rides.book_by_min >= booked_min
    ride = np.flatnonzero(kept)
    pair = pair[ride]
    departs_min = rides.departs_min[ride]
    layers = np.arange(n_layers)
    taken = np.ones((len(ride), n_layers), dtype=bool)
    if n_layers > 1:
        taken[rides.crosses[pair] == 1] = layers == IN_TRANSIT
    row, layer = np.nonzero(taken)
    hops = Hops(
        tail=_tails(rides.first_out)[pair[row]] * n_layers + layer,
        head=rides.head[pair[row]] * n_layers + layer,
        departs_min=departs_min[row],
        cutoff_min=(departs_min - rides.lead_min[pair])[row],
        arrives_min=rides.arrives_min[ride][row],
        ready_min=(rides.arrives_min[ride] + rides.availability_min[pair])[row],
        voyage=np.arange(len(row)),
        hop=np.zeros(len(row), dtype=np.int64),
    )
    return hops, pair[row], ride[row]


def _arcs(
    network: Network, usable: NDArray[np.bool_], dwell_min: Ints, clearances: Clearances | None
) -> tuple[Arcs, Ints]:
    """Usable truck lanes and connectors in each layer, and clearances."""
    n_layers = 1 if clearances is None else N_LAYERS
    made = [
        *_truck_arcs(network, usable, dwell_min, n_layers),
        *_connector_arcs(network, usable, n_layers),
    ]
    if clearances is not None:
        none = np.empty((0, 3), dtype=np.int64)
        for layer, minutes in enumerate((clearances.export_min, clearances.import_min)):
            made += [
                Arc(at * n_layers + layer, at * n_layers + layer + 1, KEEP, int(took), none, NONE)
                for at, took in enumerate(minutes)
                if took >= 0
            ]
    return Arcs.of(made), np.array([arc.offer for arc in made], dtype=np.int64)


def _truck_arcs(
    network: Network, usable: NDArray[np.bool_], dwell_min: Ints, n_layers: int
) -> Iterator[Arc]:
    trucks, places = network.trucks, network.places
    for lane, tail in enumerate(_tails(trucks.first_out)):
        offer = int(trucks.offer_from) + lane
        if not usable[offer]:
            continue
        head = int(trucks.head[lane])
        lead_min = int(max(trucks.loading_min[lane], places.transfer_min[tail]))
        ends = np.array([tail, head], dtype=np.int64)
        n_pieces, room = NONE, PIECES_AT_FIRST
        pieces = np.empty((0, 3), dtype=np.int64)
        while n_pieces == NONE:
            pieces = np.empty((room, 3), dtype=np.int64)
            n_pieces = truck_pieces(
                places, trucks, lane, ends, lead_min, network.horizon_min, dwell_min, pieces
            )
            room *= 4
        only_cleared = n_layers > 1 and trucks.crosses[lane] == 1
        for layer in (IN_TRANSIT,) if only_cleared else range(n_layers):
            yield Arc(
                int(tail) * n_layers + layer,
                head * n_layers + layer,
                HAUL,
                0,
                pieces[:n_pieces],
                offer,
            )


def _connector_arcs(network: Network, usable: NDArray[np.bool_], n_layers: int) -> Iterator[Arc]:
    connectors = network.connectors
    for arc, tail in enumerate(_tails(connectors.first_out)):
        offer = int(connectors.offer_from) + arc
        if not usable[offer]:
            continue
        n_pieces, room = NONE, PIECES_AT_FIRST
        pieces = np.empty((0, 3), dtype=np.int64)
        while n_pieces == NONE:
            pieces = np.empty((room, 3), dtype=np.int64)
            n_pieces = connector_pieces(network.places, connectors, arc, pieces)
            room *= 4
        head = int(connectors.head[arc])
        for layer in range(n_layers):
            yield Arc(
                int(tail) * n_layers + layer,
                head * n_layers + layer,
                WALK,
                0,
                pieces[:n_pieces],
                offer,
            )
