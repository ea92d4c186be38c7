"""What the network offers a parcel: ways from a hand-over at a warehouse to an order's place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from optimizer.domain.order import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """
    One way of a parcel.

    Parameters
    ----------
    warehouse
        Position of the warehouse on the board.
    hand_over_min
        Wave at which the carrier takes it.
    departs_min
        Departure of the first leg.
    departure
        What is caught: ``svc:<service>:<voyage date>:<call>`` or ``lane:<lane>:<local date>`` of
        the first leg that is no connector, or ``connector``.
    draws
        Hops of services that it takes mass on, ``svc:<service>:<voyage date>:<call>``; see
        :meth:`Lanes.capacity_kg`.
    delivered_min, promise_min
        Delivery by plan, and at the stated confidence, never before the former.
    cost_fen
        Of the transport, exact for the parcel's mass and volume.
    token
        What the maker of the offer needs to build the itinerary.
    """

    warehouse: int
    hand_over_min: int
    departs_min: int
    departure: str
    delivered_min: int
    promise_min: int
    cost_fen: int
    co2e_g: int
    draws: tuple[str, ...] = ()
    token: object = field(default=None, compare=False)


class Lanes(Protocol):
    """
    Who knows the network: the front door gives the real one, tests a table.

    Notes
    -----
    All minutes are clock minutes since the epoch of the answer.
    """

    def release(self, warehouse: int, order: Order) -> tuple[int, int] | None:
        """
        Minutes and fen of customs before hand-over.

        Both 0 for goods that need none at the warehouse, ``None`` where the order's customs mode
        does not fit the warehouse and the destination.
        """
        ...

    def hand_over(self, warehouse: int, from_min: int, release_min: int) -> int:
        """First wave after picking that starts at ``from_min``; ``NEVER`` if there is none."""
        ...

    def wave_day(self, warehouse: int, hand_over_min: int) -> int:
        """Ordinal of the local date of a wave: the day whose picking capacity it uses."""
        ...

    def next_day(self, warehouse: int, hand_over_min: int) -> int:
        """First wave on a later local date, or ``NEVER``."""
        ...

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
        """Ways by rising cost, none beaten in promise and cost; empty where there is none."""
        ...

    def capacity_kg(self, draw: str) -> int:
        """Kilograms that may be booked on a hop of ``Offer.draws``; ``NEVER`` without a limit."""
        ...


NEVER = 2**31 - 1
"""Minute that never comes."""
