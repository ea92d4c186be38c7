"""What a plan has booked on departures, and lanes that offer only what is left."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.domain.order import Order
from optimizer.models.allocation.offers import NEVER, Lanes, Offer


class Bookings:
    """Kilograms booked by hop of departures."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes
        self._booked_kg: dict[str, int] = {}

    def book(self, draws: Sequence[str], gross_kg: int) -> None:
        """Book a parcel, or give it back with a negative mass."""
        for hop in draws:
            self._booked_kg[hop] = self._booked_kg.get(hop, 0) + gross_kg

    def missing_kg(self, hop: str, gross_kg: int) -> int:
        """Kilograms by which a hop is too small for a parcel more; 0 if it fits."""
        capacity_kg = self._lanes.capacity_kg(hop)
        if capacity_kg >= NEVER:
            return 0
        return max(0, self._booked_kg.get(hop, 0) + gross_kg - capacity_kg)

    def has_room(self, draws: Sequence[str], gross_kg: int) -> bool:
        """Whether a parcel fits on all its hops."""
        return all(self.missing_kg(hop, gross_kg) == 0 for hop in draws)


class LanesLeft:
    """
    Lanes that offer only ways with room left.

    Attributes
    ----------
    is_unlimited
        Offer all ways, as if every departure had room.
    """

    def __init__(self, lanes: Lanes, bookings: Bookings) -> None:
        self._lanes, self.bookings = lanes, bookings
        self.is_unlimited = False

    def release(self, warehouse: int, order: Order) -> tuple[int, int] | None:
        """As the lanes below."""
        return self._lanes.release(warehouse, order)

    def hand_over(self, warehouse: int, from_min: int, release_min: int) -> int:
        """As the lanes below."""
        return self._lanes.hand_over(warehouse, from_min, release_min)

    def wave_day(self, warehouse: int, hand_over_min: int) -> int:
        """As the lanes below."""
        return self._lanes.wave_day(warehouse, hand_over_min)

    def next_day(self, warehouse: int, hand_over_min: int) -> int:
        """As the lanes below."""
        return self._lanes.next_day(warehouse, hand_over_min)

    def capacity_kg(self, draw: str) -> int:
        """As the lanes below."""
        return self._lanes.capacity_kg(draw)

    def offers(
        self,
        warehouse: int,
        order: Order,
        *,
        gross_kg: int,
        volume_dm3: int,
        cargo_class: str,
        hand_over_min: int,
    ) -> Sequence[Offer]:
        """Ways whose departures have room for the parcel."""
        ways = self._lanes.offers(
            warehouse, order, gross_kg=gross_kg, volume_dm3=volume_dm3,
            cargo_class=cargo_class, hand_over_min=hand_over_min,
        )  # fmt: skip
        if self.is_unlimited:
            return ways
        return [one for one in ways if self.bookings.has_room(one.draws, gross_kg)]
