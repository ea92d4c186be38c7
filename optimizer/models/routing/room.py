"""What fits a departure when nothing else rides: rules R1 to R3 for one shipment alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.service import LOOSE
from optimizer.kernels.arrays import Ints
from optimizer.network.capacity import UNLIMITED, border_trucks, loose_teu_c
from optimizer.network.network import Network, Offer


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Largest draw that each offer can take, (n_offers,): kilograms, TEU/100, positions, trucks."""

    kg: Ints
    teu_c: Ints
    positions: Ints
    trucks: Ints


@lru_cache(maxsize=8)
def room_of(network: Network) -> Room:
    """Room of all offers of a network."""
    rows = np.array([_room(network, offer) for offer in network.offers], dtype=np.int64)
    rows = rows.reshape(-1, 4)
    return Room(kg=rows[:, 0], teu_c=rows[:, 1], positions=rows[:, 2], trucks=rows[:, 3])


def _room(network: Network, offer: Offer) -> tuple[int, int, int, int]:
    service = network.data.services.get(offer.ref)
    if service is not None:
        return (
            service.allotment_kg or UNLIMITED,
            service.allotment_teu_c or UNLIMITED,
            service.allotment_positions or UNLIMITED,
            UNLIMITED,
        )
    lane = network.data.truck_lanes.get(offer.ref)
    trucks = (lane.quota_per_day if lane else 0) or UNLIMITED
    borders = (border_trucks(network, crossing_id) for crossing_id in offer.crossing_ids)
    return UNLIMITED, UNLIMITED, UNLIMITED, min([trucks, *borders])


def fits(
    network: Network, load_unit: str, n_units: int, *, gross_kg: int, volume_dm3: int
) -> NDArray[np.bool_]:
    """(n_offers,) whether the shipment alone stays within what one departure or day allows."""
    room = room_of(network)
    if load_unit == LOOSE:
        teu_c = loose_teu_c(network, gross_kg, volume_dm3)
        return (room.kg >= gross_kg) & (room.teu_c >= teu_c)
    unit = network.data.load_units[load_unit]
    return (
        (room.kg >= gross_kg)
        & (room.teu_c >= unit.teu_c * n_units)
        & (room.positions >= unit.positions * n_units)
        & (room.trucks >= n_units)
    )
