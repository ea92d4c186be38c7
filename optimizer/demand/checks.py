"""
Plausibility of shipments against a network: warnings, not errors.

Each check names the shipments that no plan can serve, before anything is solved. What passes may
still be turned down for times, prices or capacity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from optimizer.demand.reach import RUNNING, Reachability, facilities_near, runs_the_right_way
from optimizer.demand.windows import window_of
from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Place, Shipment
from optimizer.errors import Finding, show_ids


def _finding(code: str, what: str, remedy: str, shipments: Iterable[Shipment]) -> list[Finding]:
    ids = [shipment.shipment_id for shipment in shipments]
    if not ids:
        return []
    count = f"{len(ids)} shipment" if len(ids) == 1 else f"{len(ids)} shipments"
    return [Finding(code=code, what=f"{count}: {what}", where=show_ids(ids), remedy=remedy)]


def check_class_carried(data: NetworkData, shipments: Sequence[Shipment]) -> list[Finding]:
    """S350: no running service or truck lane takes the cargo class."""
    carriers = (*data.services.values(), *data.truck_lanes.values())
    carried = {name for one in carriers if one.status == RUNNING for name in one.cargo_classes}
    wrong = [one for one in shipments if one.cargo_class not in carried]
    remedy = "add the class to a service or truck lane"
    return _finding("S350", "nobody carries the cargo class", remedy, wrong)


def check_within_reach(data: NetworkData, shipments: Sequence[Shipment]) -> list[Finding]:
    """S351: no facility is within a connector of the origin or the destination (rule T6)."""
    known: dict[Place, bool] = {}

    def is_far(place: Place) -> bool:
        if place not in known:
            known[place] = not facilities_near(data, place)
        return known[place]

    wrong = [one for one in shipments if is_far(one.origin) or is_far(one.destination)]
    remedy = "check the coordinates, or add a facility nearby"
    return _finding("S351", "an end is out of reach of every facility", remedy, wrong)


def _without_clearance(
    data: NetworkData, shipments: Sequence[Shipment], end: Callable[[Shipment], Place]
) -> list[Shipment]:
    offered = {
        (data.territory(facility.country), mode)
        for facility in data.facilities.values()
        for mode in facility.customs_modes
    }
    return [
        one
        for one in shipments
        if data.territory(one.origin.country) != data.territory(one.destination.country)
        and (data.territory(end(one).country), one.customs_mode) not in offered
    ]


def check_export_clearance(data: NetworkData, shipments: Sequence[Shipment]) -> list[Finding]:
    """S352: no facility of the origin's territory offers the customs mode (rule T7)."""
    wrong = _without_clearance(data, shipments, lambda one: one.origin)
    remedy = "change the mode, or the customs_modes of a facility there"
    return _finding("S352", "the mode cannot be declared for export", remedy, wrong)


def check_import_clearance(data: NetworkData, shipments: Sequence[Shipment]) -> list[Finding]:
    """S353: no facility of the destination's territory offers the customs mode (rule T7)."""
    wrong = _without_clearance(data, shipments, lambda one: one.destination)
    remedy = "change the mode, or the customs_modes of a facility there"
    return _finding("S353", "the mode cannot be declared for import", remedy, wrong)


def check_ends_joined(data: NetworkData, shipments: Sequence[Shipment]) -> list[Finding]:
    """S354: no chain of running services, truck lanes and open crossings joins the ends."""
    reaches: dict[tuple[str, str, bool], Reachability] = {}
    wrong: list[Shipment] = []
    for one in shipments:
        key = (one.customs_mode, one.cargo_class, one.is_international)
        if key not in reaches:
            reaches[key] = Reachability(
                data, customs_mode=key[0], cargo_class=key[1], crosses_borders=key[2]
            )
        if not reaches[key].joins(one.origin, one.destination):
            wrong.append(one)
    remedy = "check the status of crossings on the way and the modes that they offer"
    return _finding("S354", "nothing that runs joins the ends", remedy, wrong)


def check_time_enough(
    data: NetworkData, shipments: Sequence[Shipment], planned_at: datetime
) -> list[Finding]:
    """S355: a jet and the median clearances already take longer than until ``latest_at``."""
    wrong: list[Shipment] = []
    for one in shipments:
        spare_min = window_of(data, one, planned_at=planned_at).spare_min
        if spare_min is not None and spare_min < 0:
            wrong.append(one)
    return _finding("S355", "latest_at cannot be met by any means", "move latest_at", wrong)


def check_direction(data: NetworkData, shipments: Sequence[Shipment]) -> list[Finding]:
    """S356: the customs mode is for imports only and the shipment leaves China, or the reverse."""
    wrong = [
        one
        for one in shipments
        if one.customs_mode in data.customs_modes
        and not runs_the_right_way(data, one.origin, one.destination, one.customs_mode)
    ]
    remedy = "use a mode of that direction"
    return _finding("S356", "the customs mode is not for this direction", remedy, wrong)


def check_shipments(
    data: NetworkData, shipments: Sequence[Shipment], *, planned_at: datetime
) -> list[Finding]:
    """
    All warnings about a set of shipments, S350 to S356, one finding for each code.

    Parameters
    ----------
    planned_at
        When the plan is decided.
    """
    return [
        *check_class_carried(data, shipments),
        *check_within_reach(data, shipments),
        *check_export_clearance(data, shipments),
        *check_import_clearance(data, shipments),
        *check_ends_joined(data, shipments),
        *check_time_enough(data, shipments, planned_at),
        *check_direction(data, shipments),
    ]
