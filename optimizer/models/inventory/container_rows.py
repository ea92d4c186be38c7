"""Shared containers of all lanes as rows of an inventory plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from optimizer.domain.equipment import LoadUnitType
from optimizer.domain.inventory import DemandHistory, StockedItem
from optimizer.models.inventory.shared_container import Container, SharedItem, share_containers
from optimizer.plan.inventory import ContainerLane, ContainerRow

DEPARTURE_DAYS = 7
_DAYS_PER_YEAR = 365.0

Lane = tuple[str, str, str]


def plan_containers(
    lanes: Mapping[Lane, Sequence[StockedItem]],
    prices_fen: Mapping[Lane, int],
    unit: LoadUnitType,
    history: DemandHistory,
) -> tuple[list[ContainerRow], list[ContainerLane]]:
    """
    Order cycles of items that come over the same lane.

    Parameters
    ----------
    prices_fen
        Of one container, by lane; lanes without one are left out.
    """
    rows: list[ContainerRow] = []
    totals: list[ContainerLane] = []
    for lane, price in prices_fen.items():
        container = Container(
            price=price,
            volume_dm3=unit.usable_dm3,
            payload_kg=min(unit.payload_kg.values()),
            departure_days=DEPARTURE_DAYS,
        )
        shared = [_shared(history, item) for item in lanes[lane]]
        found = share_containers(shared, container)
        rows += [
            ContainerRow(
                source_id=lane[0],
                warehouse_id=lane[1],
                sku=item.sku,
                every_departures=k,
                first_departure=phase,
                units=one.units_per_day * k * DEPARTURE_DAYS,
            )
            for item, one, k, phase in zip(
                lanes[lane], shared, found.multiples, found.phases, strict=True
            )
        ]
        used = sum(found.n_containers)
        volume = sum(load[0] for load in found.loads)
        totals.append(
            ContainerLane(
                source_id=lane[0],
                warehouse_id=lane[1],
                unit_type=unit.code,
                container_fen=price,
                departure_days=DEPARTURE_DAYS,
                most_containers=max(found.n_containers),
                mean_containers=used / len(found.n_containers),
                mean_fill_share=volume / (used * container.volume_dm3) if used else 0.0,
                cost_fen_per_year=round(found.cost * _DAYS_PER_YEAR),
                bound_fen_per_year=round(found.bound * _DAYS_PER_YEAR),
            )
        )
    return rows, totals


def _shared(history: DemandHistory, item: StockedItem) -> SharedItem:
    units = history.units[item.key]
    return SharedItem(
        order_price=item.order_fen,
        holding_price=item.holding_fen_per_day,
        units_per_day=sum(units) / len(units),
        unit_dm3=item.unit_cm3 / 1000.0,
        unit_kg=item.unit_g / 1000.0,
    )
