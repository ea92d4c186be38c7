"""Why there is no way: the rules are relaxed one at a time, and the search is run again."""

from __future__ import annotations

from dataclasses import dataclass, replace

from optimizer.domain.border import BorderStatus
from optimizer.domain.shipment import Place, Shipment
from optimizer.models.routing.ends import place_reach
from optimizer.models.routing.problem import ALL_RULES, Rules, build_request, products_of
from optimizer.models.routing.search import Search, Way
from optimizer.network.network import Network

RELAXABLE: tuple[str, ...] = (
    "latest",
    "closed_crossings",
    "crossing_modes",
    "export_modes",
    "import_modes",
    "cargo_classes",
    "refrigeration",
    "prices",
    "booking",
    "capacity",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """
    What keeps a shipment from having a way.

    Parameters
    ----------
    code
        As in the reasons of plans: ``U801`` and on.
    resource
        What binds: a place, a crossing, a customs mode, a time.
    detail
        One sentence.
    amount_min
        Minutes by which the latest time would have to move; 0 otherwise.
    """

    code: str
    resource: str
    detail: str
    amount_min: int = 0

    def __str__(self) -> str:
        return f"{self.code} [{self.resource}] {self.detail}"


def find_reasons(network: Network, shipment: Shipment, quantile: float) -> tuple[Reason, ...]:
    """
    Why no way exists.

    Returns
    -------
    tuple of Reason
        Every rule that alone is the obstacle; if no rule alone is, a smallest set of rules that
        together are; if not even that, that there is no connection or no departure.
    """
    for place in (shipment.origin, shipment.destination):
        if not _has_facility(network, place):
            detail = f"no facility is in reach by road of {place.label} in {place.country}"
            return (Reason(code="U801", resource=place.label, detail=detail),)
    alone: list[Reason] = []
    for name in RELAXABLE:
        ways = _ways_without(network, shipment, quantile, {name})[0]
        if ways:
            alone.append(_reason(network, shipment, name, ways))
    if alone:
        return tuple(alone)
    lifted: set[str] = set(RELAXABLE)
    ways, is_joined = _ways_without(network, shipment, quantile, lifted)
    if not ways:
        return (_no_connection(shipment, is_joined=is_joined),)
    for name in RELAXABLE:
        fewer = _ways_without(network, shipment, quantile, lifted - {name})[0]
        if fewer:
            lifted, ways = lifted - {name}, fewer
    return tuple(_reason(network, shipment, name, ways) for name in RELAXABLE if name in lifted)


def _has_facility(network: Network, place: Place) -> bool:
    if place.facility_id:
        return place.facility_id in network.facility_index
    return len(place_reach(network, place).facilities) > 0


def _ways_without(
    network: Network, shipment: Shipment, quantile: float, lifted: set[str]
) -> tuple[list[Way], bool]:
    rules: Rules = replace(ALL_RULES, **dict.fromkeys(lifted, False))
    request = build_request(network, shipment, quantile=quantile, rules=rules)
    search = Search(request)
    ways = search.front(products_of(network, shipment, rules))
    return ways, search.n_searches > 0


def _no_connection(shipment: Shipment, *, is_joined: bool) -> Reason:
    pair = f"{shipment.origin.label} - {shipment.destination.label}"
    if is_joined:
        detail = "services join the two ends, but none departs in time inside the horizon"
        return Reason(code="U810", resource=pair, detail=detail)
    detail = "no chain of services, trucks and connectors joins the two ends"
    return Reason(code="U802", resource=pair, detail=detail)


def _reason(network: Network, shipment: Shipment, name: str, ways: list[Way]) -> Reason:
    mode, data = shipment.customs_mode, network.data
    match name:
        case "latest":
            earliest = min(way.delivered_min for way in ways)
            latest = 0 if shipment.latest_at is None else network.minute(shipment.latest_at)
            at = network.moment(earliest).isoformat(timespec="minutes")
            return Reason(
                code="U808",
                resource=at,
                detail=f"the earliest delivery is {at}, {earliest - latest} minutes too late",
                amount_min=earliest - latest,
            )
        case "closed_crossings":
            closed = [
                one
                for one in _crossings(network, ways)
                if data.crossings[one].status is BorderStatus.CLOSED
            ]
            notes = "; ".join(_status(network, one) for one in closed)
            return Reason(
                code="U804", resource=";".join(closed), detail=f"every way is closed: {notes}"
            )
        case "crossing_modes":
            lacking = [
                one
                for one in _crossings(network, ways)
                if mode not in data.crossings[one].customs_modes
            ]
            return Reason(
                code="U803",
                resource=";".join(lacking),
                detail=f"no open crossing on the way offers {mode}",
            )
        case "export_modes" | "import_modes":
            end = shipment.origin if name == "export_modes" else shipment.destination
            verb = "export" if name == "export_modes" else "import"
            return Reason(
                code="U803",
                resource=f"{verb}:{end.country}",
                detail=f"no facility on the way clears {verb} under {mode} in {end.country}",
            )
    return _product_reason(shipment, name)


def _product_reason(shipment: Shipment, name: str) -> Reason:
    cargo = shipment.cargo_class
    match name:
        case "cargo_classes":
            return Reason(
                code="U805", resource=cargo, detail=f"no carrier on the way takes {cargo}"
            )
        case "refrigeration":
            return Reason(
                code="U806", resource=cargo, detail=f"no refrigerated unit for {cargo} on the way"
            )
        case "prices":
            return Reason(
                code="U807", resource="rate_cards", detail="no rate card is valid on the way"
            )
        case "capacity":
            size = f"{shipment.gross_kg} kg, {shipment.volume_dm3} dm3"
            return Reason(
                code="U811",
                resource=size,
                detail="the shipment alone exceeds allotments, quotas or border throughput",
            )
    booked = shipment.booked_at.isoformat(timespec="minutes")
    return Reason(
        code="U809",
        resource=booked,
        detail=f"booking was closed at {booked} for every departure that would do",
    )


def _status(network: Network, crossing_id: str) -> str:
    crossing = network.data.crossings[crossing_id]
    return f"{crossing_id} as of {crossing.status_as_of} {crossing.status_note}".strip()


def _crossings(network: Network, ways: list[Way]) -> list[str]:
    found = [
        crossing_id
        for way in ways
        for step in way.steps
        if step.made_by >= 0
        for crossing_id in network.offers[step.made_by].crossing_ids
    ]
    return list(dict.fromkeys(found))
