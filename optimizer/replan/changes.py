"""Changes of a shipment, an allotment or a crossing that may get a shipment served."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from fractions import Fraction
from math import ceil

from optimizer.domain.border import BorderStatus
from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Place, Shipment
from optimizer.network.connectors import reach_of
from optimizer.network.network import Network
from optimizer.units import TEU_C

N_GATEWAYS = 4
GENERAL_TRADE = "0110"
CHINA = "CN"
_PLENTY = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """
    One thing done differently.

    Parameters
    ----------
    kind, what, target, amount, unit
        As in :class:`optimizer.plan.plan.Repair`.
    shipments
        What stands for the shipment then: itself with other fields, or its parts.
    data
        Facts after the change, or ``None`` where they stay.
    room
        Resource id -> how much more of it there is then; of nothing else, although ``data`` knows
        no room of single departures.
    needs_rebuild
        Whether arrays of the network depend on what changed.
    """

    kind: str
    what: str
    target: str
    amount: int
    unit: str
    shipments: tuple[Shipment, ...]
    data: NetworkData | None = None
    room: dict[str, int] = field(default_factory=dict[str, int])
    needs_rebuild: bool = False


def ready_earlier(shipment: Shipment, hours: int) -> Change:
    """The goods stand ready earlier, and can be booked accordingly."""
    ready_at = shipment.ready_at - timedelta(hours=hours)
    moved = replace(shipment, ready_at=ready_at, booked_at=min(shipment.booked_at, ready_at))
    return Change(
        kind="ready_earlier",
        what=f"have the goods ready {hours} h earlier",
        target=ready_at.isoformat(timespec="minutes"),
        amount=hours,
        unit="h",
        shipments=(moved,),
    )


def latest_later(shipment: Shipment, hours: int) -> Change:
    """The consignee accepts a later hard limit."""
    assert shipment.latest_at is not None  # noqa: S101  (callers ask only where there is one)
    latest_at = shipment.latest_at + timedelta(hours=hours)
    return Change(
        kind="latest_later",
        what=f"allow delivery {hours} h later",
        target=latest_at.isoformat(timespec="minutes"),
        amount=hours,
        unit="h",
        shipments=(replace(shipment, latest_at=latest_at),),
    )


def due_later(shipment: Shipment, hours: int) -> Change:
    """The due time moves, and the hard limit with it where it would be passed."""
    assert shipment.due_at is not None  # noqa: S101  (callers ask only where there is one)
    due_at = shipment.due_at + timedelta(hours=hours)
    latest_at = shipment.latest_at and max(shipment.latest_at, due_at)
    return Change(
        kind="due_later",
        what=f"move the due time {hours} h back",
        target=due_at.isoformat(timespec="minutes"),
        amount=hours,
        unit="h",
        shipments=(replace(shipment, due_at=due_at, latest_at=latest_at),),
    )


def other_customs_modes(data: NetworkData, shipment: Shipment) -> Iterator[Change]:
    """
    General trade, and the other modes of the same pool.

    Whether the goods qualify is for the declarant to say.
    """
    pool = data.customs_modes[shipment.customs_mode].pool
    if data.territory(shipment.origin.country) == data.territory(shipment.destination.country):
        return
    for code, mode in data.customs_modes.items():
        is_akin = mode.pool == pool or code == GENERAL_TRADE
        # The flags are China's: what leaves or enters elsewhere is not theirs to forbid.
        leaves = shipment.origin.country != CHINA or mode.export
        enters = shipment.destination.country != CHINA or mode.import_
        if code != shipment.customs_mode and is_akin and leaves and enters:
            yield Change(
                kind="customs_mode",
                what=f"declare under {code} instead of {shipment.customs_mode}",
                target=code,
                amount=1,
                unit="mode",
                shipments=(replace(shipment, customs_mode=code),),
            )


def other_gateways(data: NetworkData, shipment: Shipment) -> Iterator[Change]:
    """Hand over, or take over, at another facility of the country within connector reach."""
    for end in ("destination", "origin"):
        place: Place = getattr(shipment, end)
        reach = reach_of(data, place)
        facilities = tuple(data.facilities.values())
        nearest = sorted(zip(reach.distance_m.tolist(), reach.facilities.tolist(), strict=True))
        for distance_m, index in nearest[:N_GATEWAYS]:
            facility = facilities[index]
            there = Place(
                facility_id=facility.facility_id,
                lat=facility.lat,
                lon=facility.lon,
                country=facility.country,
            )
            verb = "deliver to" if end == "destination" else "hand over at"
            moved = (
                replace(shipment, destination=there)
                if end == "destination"
                else replace(shipment, origin=there)
            )
            yield Change(
                kind="gateway",
                what=f"{verb} {facility.facility_id}, {round(distance_m / 1000)} km away",
                target=facility.facility_id,
                amount=round(distance_m / 1000),
                unit="km",
                shipments=(moved,),
            )


def more_room(data: NetworkData, shipment: Shipment, lacking: dict[str, int]) -> Change | None:
    """More of the resources that a way lacks; ``None`` where one cannot be raised."""
    parts: list[str] = []
    amounts: list[tuple[int, str]] = []
    room: dict[str, int] = {}
    for names, missing in _by_departure(lacking):
        kind, _, rest = names[0].partition(":")
        if kind == "svc":
            service_id, voyage, _, measure = rest.rsplit(":", 3)
            if measure == "teu":
                missing = ceil(missing / TEU_C) * TEU_C  # noqa: PLW2901  (slots are whole)
                amounts.append((missing // TEU_C, "TEU"))
            else:
                amounts.append((missing, "kg" if measure == "kg" else "positions"))
            data = _with_allotment(data, service_id, measure, missing)
            parts.append(f"{amounts[-1][0]} {amounts[-1][1]} more on {service_id} of {voyage}")
        elif kind == "quota":
            lane_id, _, on = rest.rpartition(":")
            lane = data.truck_lanes[lane_id]
            lane = replace(lane, quota_per_day=lane.quota_per_day + missing)
            data = replace(data, truck_lanes={**data.truck_lanes, lane_id: lane})
            amounts.append((missing, "permits"))
            parts.append(f"{missing} more permits on {lane_id} on {on}")
        else:
            crossing_id, _, on = rest.rpartition(":")
            crossing = data.crossings[crossing_id]
            if crossing.firm_share <= 0:
                return None
            # A truck more for us takes 1 / share trucks more in all.
            more = ceil(Fraction(missing + 1) / Fraction(str(crossing.firm_share)))
            crossing = replace(crossing, throughput_per_day=crossing.throughput_per_day + more)
            data = replace(data, crossings={**data.crossings, crossing_id: crossing})
            amounts.append((missing, "trucks"))
            parts.append(f"{missing} more trucks through {crossing_id} on {on}")
        room |= dict.fromkeys(names, missing)
    if not parts:
        return None
    return Change(
        kind="more_room",
        what="; ".join(parts),
        target=";".join(lacking),
        amount=amounts[0][0],
        unit=amounts[0][1],
        shipments=(shipment,),
        data=data,
        room=room,
    )


def _by_departure(lacking: dict[str, int]) -> list[tuple[list[str], int]]:
    """Resources that are raised as one, all hops of a voyage, with the most that is missing."""
    grouped: dict[str, list[str]] = {}
    for name in lacking:
        kind, _, rest = name.partition(":")
        one = name
        if kind == "svc":
            voyage, _, measure = rest.rsplit(":", 2)
            one = f"{voyage}:{measure}"
        grouped.setdefault(one, []).append(name)
    return [(names, max(lacking[name] for name in names)) for names in grouped.values()]


def _with_allotment(data: NetworkData, service_id: str, measure: str, more: int) -> NetworkData:
    service = data.services[service_id]
    field_name = {
        "teu": "allotment_teu_c",
        "kg": "allotment_kg",
        "pos": "allotment_positions",
    }[measure]
    service = replace(service, **{field_name: getattr(service, field_name) + more})
    return replace(data, services={**data.services, service_id: service})


def reopened(data: NetworkData, shipment: Shipment, crossing_id: str) -> Change:
    """A closed crossing opens."""
    crossing = replace(data.crossings[crossing_id], status=BorderStatus.OPEN)
    return Change(
        kind="reopen",
        what=f"{crossing_id} opens again",
        target=crossing_id,
        amount=1,
        unit="crossing",
        shipments=(shipment,),
        data=replace(data, crossings={**data.crossings, crossing_id: crossing}),
        needs_rebuild=True,
    )


def divided(shipment: Shipment, n_parts: int) -> Change:
    """The shipment travels in parts of nearly equal size."""
    whole = (shipment.gross_kg, shipment.volume_dm3, shipment.n_packages)
    parts = tuple(
        replace(
            shipment,
            shipment_id=f"{shipment.shipment_id}/{part + 1}",
            gross_kg=_part(whole[0], part, n_parts),
            volume_dm3=_part(whole[1], part, n_parts),
            n_packages=max(1, _part(whole[2], part, n_parts)),
        )
        for part in range(n_parts)
    )
    return Change(
        kind="divide",
        what=f"divide it into {n_parts} shipments",
        target=shipment.shipment_id,
        amount=n_parts,
        unit="parts",
        shipments=parts,
    )


def _part(whole: int, part: int, n_parts: int) -> int:
    return whole * (part + 1) // n_parts - whole * part // n_parts


def both(first: Change, second: Change) -> Change:
    """
    Two changes of one shipment: the facts of the second, the shipment of the first.

    The second has to leave the shipment as it is.
    """
    return Change(
        kind=f"{first.kind}+{second.kind}",
        what=f"{first.what}, and {second.what}",
        target=f"{first.target};{second.target}",
        amount=first.amount,
        unit=first.unit,
        shipments=first.shipments,
        data=second.data,
        room=second.room,
        needs_rebuild=second.needs_rebuild,
    )


def with_plenty(network: Network) -> Network:
    """The network with room for anything: what a shipment would use if nothing ever were full."""
    data = network.data
    services = {
        key: replace(
            one,
            allotment_teu_c=one.allotment_teu_c * _PLENTY,
            allotment_kg=one.allotment_kg * _PLENTY,
            allotment_positions=one.allotment_positions * _PLENTY,
        )
        for key, one in data.services.items()
    }
    lanes = {
        key: replace(one, quota_per_day=one.quota_per_day * _PLENTY)
        for key, one in data.truck_lanes.items()
    }
    crossings = {
        key: replace(one, throughput_per_day=one.throughput_per_day * _PLENTY)
        for key, one in data.crossings.items()
    }
    return replace(
        network,
        data=replace(data, services=services, truck_lanes=lanes, crossings=crossings),
    )


def network_after(network: Network, change: Change) -> Network:
    """The network with the facts of a change; arrays are made anew only where they have to be."""
    if change.data is None:
        return network
    if not change.needs_rebuild:
        return replace(network, data=change.data)
    from optimizer.network.build import build_network

    return build_network(
        change.data, epoch_at=network.epoch_at, horizon_days=network.horizon_min // (24 * 60)
    )
