"""
Items that share containers of one departure: power-of-two cycles on the departures' grid.

Every item is ordered each 1st, 2nd, 4th, ... departure; its phase is chosen so that few
containers are opened. A departure costs its containers, whole ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import ceil
from typing import NamedTuple

from optimizer.errors import ModelError
from optimizer.models.inventory.economic_order import require_positive
from optimizer.models.inventory.joint_replenishment import JointItem, relaxed_bound

MAX_MULTIPLE = 16
_SAME = 1e-12


class Container(NamedTuple):
    """Price of one container of a departure, its volume and payload, days between departures."""

    price: float
    volume_dm3: float
    payload_kg: float
    departure_days: int


class SharedItem(NamedTuple):
    """Price of an order of the item, of holding a unit a day, units a day, dm3 and kg of a unit."""

    order_price: float
    holding_price: float
    units_per_day: float
    unit_dm3: float
    unit_kg: float


class SharedPlan(NamedTuple):
    """
    Order cycles in departures, the departure of each item's first order, loads, cost and bound.

    ``loads`` has dm3 and kg of each departure of a whole cycle. Costs are per day.
    """

    multiples: tuple[int, ...]
    phases: tuple[int, ...]
    loads: tuple[tuple[float, float], ...]
    n_containers: tuple[int, ...]
    cost: float
    bound: float


def share_containers(items: Sequence[SharedItem], container: Container) -> SharedPlan:
    """
    Cycles and phases of all items.

    Returns
    -------
    SharedPlan
        ``bound`` is a lower bound over all policies, also those off the grid.

    Notes
    -----
    Starts from each base multiple with every item's own best power of two, then changes one item's
    multiple at a time as long as that is cheaper. The bound is the larger of two relaxations: the
    joint order costs one container; or containers are paid by the flow alone.
    """
    if not items:
        raise ModelError("M668 containers are shared by items, and there are none")
    require_positive(
        volume_dm3=container.volume_dm3, payload_kg=container.payload_kg,
        departure_days=container.departure_days,
    )  # fmt: skip
    for item in items:
        require_positive(holding_price=item.holding_price, units_per_day=item.units_per_day)
    starts = [
        [max(1 << least, _own(item, container)) for item in items]
        for least in range(MAX_MULTIPLE.bit_length())
    ]
    found = [_improve(items, container, multiples) for multiples in starts]
    best = min(found, key=lambda one: one.cost)
    return best._replace(bound=_bound(items, container))


def _own(item: SharedItem, container: Container) -> int:
    """Cheapest power of two for the item alone, containers apart."""
    days = container.departure_days

    def cost(k: int) -> float:
        return (
            item.order_price / (k * days) + item.holding_price * item.units_per_day * k * days / 2
        )

    return min((1 << m for m in range(MAX_MULTIPLE.bit_length())), key=cost)


def _improve(items: Sequence[SharedItem], container: Container, multiples: list[int]) -> SharedPlan:
    best = _priced(items, container, multiples)
    is_better = True
    while is_better:
        is_better = False
        for at, shift in product(range(len(items)), (2.0, 0.5)):
            k = int(best.multiples[at] * shift)
            if not 1 <= k <= MAX_MULTIPLE:
                continue
            other = list(best.multiples)
            other[at] = k
            found = _priced(items, container, other)
            if found.cost < best.cost * (1 - _SAME):
                best, is_better = found, True
    return best


def _priced(
    items: Sequence[SharedItem], container: Container, multiples: Sequence[int]
) -> SharedPlan:
    """Phases by decreasing size where they need the fewest containers more; then the price."""
    cycle, days = max(multiples), container.departure_days
    volume, mass = [0.0] * cycle, [0.0] * cycle
    phases = [0] * len(items)

    def fill(at: int, dm3: float = 0.0, kg: float = 0.0) -> float:
        full = (volume[at] + dm3) / container.volume_dm3
        return max(full, (mass[at] + kg) / container.payload_kg)

    def added(departures: range, room: tuple[float, float]) -> tuple[int, float]:
        """Containers more in these departures; then the fullest of them."""
        more = sum(_containers(fill(d, *room)) - _containers(fill(d)) for d in departures)
        return more, max(fill(d) for d in departures)

    sizes = [k * days * i.units_per_day * i.unit_dm3 for i, k in zip(items, multiples, strict=True)]
    for at in sorted(range(len(items)), key=lambda i: (-sizes[i], i)):
        k, item = multiples[at], items[at]
        units = k * days * item.units_per_day
        room = (units * item.unit_dm3, units * item.unit_kg)
        phase = min(range(k), key=lambda p: (*added(range(p, cycle, k), room), p))
        phases[at] = phase
        for departure in range(phase, cycle, k):
            volume[departure] += units * item.unit_dm3
            mass[departure] += units * item.unit_kg
    n_containers = [_containers(fill(d)) for d in range(cycle)]
    cost = container.price * sum(n_containers) / (cycle * days)
    for item, k in zip(items, multiples, strict=True):
        cost += item.order_price / (k * days)
        cost += item.holding_price * item.units_per_day * k * days / 2
    return SharedPlan(
        tuple(multiples), tuple(phases), tuple(zip(volume, mass, strict=True)),
        tuple(n_containers), cost, 0.0,
    )  # fmt: skip


def _containers(fill: float) -> int:
    return ceil(fill - 1e-9)


def _bound(items: Sequence[SharedItem], container: Container) -> float:
    joint = [JointItem(i.order_price, i.holding_price, i.units_per_day) for i in items]
    volume = sum(i.units_per_day * i.unit_dm3 for i in items) / container.volume_dm3
    mass = sum(i.units_per_day * i.unit_kg for i in items) / container.payload_kg
    by_flow = relaxed_bound(0.0, joint) + container.price * max(volume, mass)
    return max(relaxed_bound(container.price, joint), by_flow)
