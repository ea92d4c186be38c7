"""Small changes to a plan or a network, for tests that break one thing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from optimizer.domain.network_data import NetworkData
from optimizer.plan.plan import Plan


def edit_shipment(plan: Plan, shipment_id: str, **changes: Any) -> Plan:
    """Another shipment under the same id."""
    shipment = replace(plan.shipments[shipment_id], **changes)
    return replace(plan, shipments=plan.shipments | {shipment_id: shipment})


def edit_itinerary(plan: Plan, shipment_id: str, **changes: Any) -> Plan:
    """The itinerary of a shipment with other fields."""
    return replace(
        plan,
        itineraries=tuple(
            replace(itinerary, **changes) if itinerary.shipment_id == shipment_id else itinerary
            for itinerary in plan.itineraries
        ),
    )


def edit_leg(plan: Plan, shipment_id: str, position: int, **changes: Any) -> Plan:
    """One leg of a shipment with other fields."""
    legs = list(itinerary_of(plan, shipment_id).legs)
    legs[position] = replace(legs[position], **changes)
    return edit_itinerary(plan, shipment_id, legs=tuple(legs))


def edit_load(plan: Plan, load_id: str, **changes: Any) -> Plan:
    """A load with other fields."""
    return replace(
        plan,
        loads=tuple(
            replace(load, **changes) if load.load_id == load_id else load for load in plan.loads
        ),
    )


def edit_load_leg(plan: Plan, load_id: str, position: int, **changes: Any) -> Plan:
    """One leg of a load with other fields."""
    legs = list(next(load for load in plan.loads if load.load_id == load_id).legs)
    legs[position] = replace(legs[position], **changes)
    return edit_load(plan, load_id, legs=tuple(legs))


def itinerary_of(plan: Plan, shipment_id: str):
    """The itinerary of a shipment."""
    return next(i for i in plan.itineraries if i.shipment_id == shipment_id)


def edit_data(data: NetworkData, table: str, key: str, **changes: Any) -> NetworkData:
    """One object of a table with other fields."""
    rows = dict(getattr(data, table))
    rows[key] = replace(rows[key], **changes)
    return replace(data, **{table: rows})
