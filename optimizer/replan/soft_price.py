"""
What broken rules are worth, so that two plans that break different ones can be compared.

Three families, each with one stated price:

==========  =====================================  ==============================================
family      rules                                  price
==========  =====================================  ==============================================
time        cut-offs, connections, readiness,      each started hour at the shipment's
            booking, latest time, clearances,      ``late_fen_per_hour``, at least
            opening hours                          ``least_fen_per_hour``; in a load for each
                                                   of its riders
room        mass or volume of a load, slots,       a load: one more unit of its type on the same
            kilograms and positions on services,   departure for each that it lacks; the others
            quotas, border throughput              at ``fen_per_teu``, ``fen_per_kg``,
                                                   ``fen_per_position``, ``fen_per_truck``
impossible  everything else: a closed border, a    as if the shipment was not served: its
            service that does not run, a customs   ``unserved_fen``
            mode that is not offered, ...
==========  =====================================  ==============================================

No shipment's time and impossibilities together cost more than not serving it, since leaving it out
mends them all. Money, emissions and shares are made anew and carry no penalty.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from optimizer.plan.plan import Plan, Violation
from optimizer.units import MINUTES_PER_HOUR, TEU_C

TIME = frozenset(
    {"P704", "P705", "P706", "P708", "P709", "P711", "P713", "P714", "P725", "P726", "P732"}
    | {"P737", "P743", "P746", "P748"}
)
ROOM_IN_LOADS = frozenset({"P716", "P717"})
ROOM_ON_RESOURCES = frozenset({"P718", "P719", "P720"})
MADE_ANEW = frozenset(
    {"P727", "P728", "P729", "P730", "P731", "P736", "P742", "P754", "P755", "P756"}
)
"""Of money, emissions and shares; P755 can remain where the core of a group is empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftPrices:
    """
    Prices of what is missing.

    Parameters
    ----------
    least_fen_per_hour
        Of time, where a shipment names no rate of its own or a lower one.
    fen_per_teu, fen_per_kg, fen_per_position, fen_per_truck
        Of capacity beyond what there is; of the order of spot prices, and ours to choose.
    """

    least_fen_per_hour: int = 20_000
    fen_per_teu: int = 3_000_000
    fen_per_kg: int = 3_000
    fen_per_position: int = 6_000_000
    fen_per_truck: int = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Penalty:
    """A broken rule with its price; 0 where another one of the same shipment covers it."""

    violation: Violation
    penalty_fen: int


def price_violations(
    plan: Plan,
    violations: Sequence[Violation],
    unserved_fen: Mapping[str, int],
    prices: SoftPrices,
) -> list[Penalty]:
    """
    Price violations one by one, in their order.

    Parameters
    ----------
    unserved_fen
        Shipment id -> what not serving it costs.
    """
    counter = _Counter(plan, unserved_fen, prices)
    return [Penalty(violation=one, penalty_fen=counter.price(one)) for one in violations]


class _Counter:
    def __init__(self, plan: Plan, unserved_fen: Mapping[str, int], prices: SoftPrices) -> None:
        self._prices = prices
        self._shipments = plan.shipments
        self._unserved_fen = unserved_fen
        self._loads = {load.load_id: load for load in plan.loads}
        self._riders = {
            load.load_id: sorted({part.shipment_id for part in load.contents})
            for load in plan.loads
        }
        self._spent_fen: dict[str, int] = defaultdict(int)
        self._units_bought: dict[str, int] = defaultdict(int)

    def price(self, violation: Violation) -> int:
        """The price, less what the shipments concerned pay for earlier violations."""
        code = violation.code
        if code in MADE_ANEW:
            return 0
        if code in ROOM_ON_RESOURCES:
            return self._of_resource(violation)
        if code in ROOM_IN_LOADS:
            return self._of_load(violation)
        total_fen = 0
        for shipment_id in self._concerned(violation.where):
            limit_fen = self._unserved_fen.get(shipment_id, 0)
            wanted_fen = limit_fen
            if code in TIME and violation.unit == "min":
                shipment = self._shipments[shipment_id]
                rate_fen = max(shipment.late_fen_per_hour, self._prices.least_fen_per_hour)
                wanted_fen = _ceil(violation.amount, MINUTES_PER_HOUR) * rate_fen
            added_fen = max(0, min(wanted_fen, limit_fen - self._spent_fen[shipment_id]))
            self._spent_fen[shipment_id] += added_fen
            total_fen += added_fen
        return total_fen

    def _of_resource(self, violation: Violation) -> int:
        amount, prices = violation.amount, self._prices
        match violation.unit:
            case "TEU/100":
                return _ceil(amount * prices.fen_per_teu, TEU_C)
            case "kg":
                return _ceil(amount * prices.fen_per_kg, 1)
            case "positions":
                return _ceil(amount * prices.fen_per_position, 1)
        return _ceil(amount * prices.fen_per_truck, 1)

    def _of_load(self, violation: Violation) -> int:
        """One more unit of the type for each that it lacks, by mass or by volume, not by both."""
        load = self._loads[violation.where.removeprefix("load ")]
        holds = load.payload_kg if violation.code == "P716" else load.usable_dm3
        if holds <= 0:
            riders = self._riders[load.load_id]
            return sum(self._unserved_fen.get(rider, 0) for rider in riders)
        n_units = _ceil(violation.amount, holds)
        more = max(0, n_units - self._units_bought[load.load_id])
        self._units_bought[load.load_id] += more
        return more * load.cost_fen

    def _concerned(self, where: str) -> list[str]:
        """Shipments that a place of a violation names, itself or through their load."""
        kind, _, rest = where.partition(" ")
        if kind == "load":
            _, found, content = rest.partition(" content ")
            if found:
                return [one for one in self._shipments if _names(content, one)]
            return [
                rider
                for load_id, riders in self._riders.items()
                if _names(rest, load_id)
                for rider in riders
            ]
        return [one for one in self._shipments if _names(rest, one)]


def _names(text: str, one: str) -> bool:
    return text == one or text.startswith(f"{one} ")


def _ceil(amount: float, step: float) -> int:
    return -int(-amount // step)
