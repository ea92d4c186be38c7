"""A synthetic plan for report tests: every kind of leg, shared and own units, two not served."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

from optimizer.domain.location import Mode
from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Shipment
from optimizer.plan.itinerary import (
    ClearanceEvent,
    Itinerary,
    Leg,
    StorageEvent,
)
from optimizer.plan.load import Content, Load
from optimizer.plan.plan import Incumbent, Plan, PlanResult, Unassigned
from tests.toy.sample_moves import EPOCH, LANES, grams, lane_legs, make_connector, make_shipment
from tests.toy.sample_places import make_network


def make_sample(
    n_shipments: int = 40, n_loads: int = 12, n_unserved: int = 2, seed: int = 7
) -> tuple[PlanResult, NetworkData]:
    """A plan in which costs, shares and masses add up; times are plausible, not checked."""
    rng = random.Random(seed)  # noqa: S311
    data = make_network()
    shipments: dict[str, Shipment] = {}
    itineraries: list[Itinerary] = []
    loads: list[Load] = []
    n_alone = max(2, (n_shipments - n_unserved) // 8)
    n_shared = n_shipments - n_unserved - n_alone
    numbers = iter(range(1, n_shipments + 1))
    for i in range(n_loads):
        lane = LANES[i % len(LANES)]
        departs_min = 1440 * (1 + (i * 5) % 12) + 60 * rng.randrange(6, 21)
        n_inside = n_shared // n_loads + (1 if i < n_shared % n_loads else 0)
        load, rides = _load(
            load_id=f"L-{i + 1:03d}",
            lane=lane,
            departs_min=departs_min,
            n_inside=n_inside,
            numbers=numbers,
            rng=rng,
            data=data,
        )
        loads.append(load)
        for shipment, itinerary in rides:
            shipments[shipment.shipment_id] = shipment
            itineraries.append(itinerary)
    for i in range(n_alone):
        shipment, itinerary = _alone(
            LANES[i % 3], 1440 * (2 + i % 9) + 540, next(numbers), rng, data
        )
        shipments[shipment.shipment_id] = shipment
        itineraries.append(itinerary)
    unassigned = []
    for i in range(n_unserved):
        number = next(numbers)
        shipment = make_shipment(
            number=number,
            lane=LANES[6],
            gross_kg=2400,
            volume_dm3=9000,
            ready_min=600,
            due_min=0,
            rng=rng,
            data=data,
        )
        shipments[shipment.shipment_id] = shipment
        unassigned.append(_unassigned(shipment.shipment_id, i))
    plan = Plan(
        epoch_at=EPOCH, planned_at=EPOCH + timedelta(hours=8), shipments=shipments,
        itineraries=tuple(itineraries), loads=tuple(loads), unassigned=tuple(unassigned),
        warnings=("RUILI-MUSE-ROAD:CN-MM is restricted: small trucks only, daytime",),
    )  # fmt: skip
    best = plan.objective_fen
    bound = best * 982 // 1000
    curve = (
        (0.4, 1.31, 0.71),
        (1.1, 1.18, 0.85),
        (2.6, 1.09, 0.93),
        (6.0, 1.03, 0.962),
        (14.2, 1.0, 0.978),
    )
    result = PlanResult(
        plan=plan,
        status="feasible",
        bound_fen=bound,
        solve_seconds=30.2,
        stop_reason="time_limit",
        seed=seed,
        n_threads=2,
        versions={"teahorse": "0.1.0", "ortools": "9.15.6755", "python": "3.11.2"},
        input_hashes={"network": data.fingerprint, "shipments": "9b1f30aa52c7d1e4"},
        incumbents=(
            *(
                Incumbent(seconds=s, objective_fen=round(best * up), bound_fen=round(best * low))
                for s, up, low in curve
            ),
            Incumbent(seconds=30.2, objective_fen=best, bound_fen=bound, note="time limit"),
        ),
        summary={"n_violations": 0, "estimate_share": 0.413},
    )
    return result, data


def _load(*, load_id, lane, departs_min, n_inside, numbers, rng, data):
    legs, facts = lane_legs(lane, departs_min, load_id)
    unit = data.load_units[lane[6]]
    payload = unit.payload_kg[Mode(lane[1])]
    room = [rng.uniform(0.5, 1.5) for _ in range(n_inside)]
    fill = rng.uniform(0.62, 0.97)
    volumes = [int(unit.usable_dm3 * fill * r / sum(room)) for r in room]
    masses = [min(int(v * rng.uniform(0.12, 0.4)), int(payload * 0.95 / n_inside)) for v in volumes]
    closes = departs_min - 900
    released = legs[-1].available_min + 180
    cost_fen = legs[0].cost_fen
    shares = [cost_fen * v // sum(volumes) for v in volumes]
    shares[0] += cost_fen - sum(shares)
    rides, contents, co2e = [], [], 0
    for kg, dm3, share_fen in zip(masses, volumes, shares, strict=True):
        ready = closes - rng.randrange(300, 3000)
        late = 540 if rng.random() < 0.06 else 0
        due = released + 900 - (1440 if late else 0)
        shipment = make_shipment(
            number=next(numbers),
            lane=lane,
            gross_kg=kg,
            volume_dm3=dm3,
            ready_min=ready,
            due_min=due,
            rng=rng,
            data=data,
        )
        ridden = tuple(
            replace(leg, cost_lines_fen={}, co2e_g=grams(leg, kg, facts["g_per_tkm"]))
            for leg in legs
        )
        co2e += sum(leg.co2e_g for leg in ridden)
        contents.append(Content(shipment_id=shipment.shipment_id, gross_kg=kg, volume_dm3=dm3))
        rides.append(
            (
                shipment,
                _itinerary(
                    shipment=shipment,
                    main=ridden,
                    ready=ready,
                    released=released,
                    share_fen=share_fen,
                    late=late,
                    rng=rng,
                ),
            )
        )
    legs = tuple(replace(leg, co2e_g=co2e) for leg in legs)
    load = Load(
        load_id=load_id, lane_id=f"{lane[0]}@{departs_min}", from_id=lane[2], to_id=lane[3],
        load_unit=lane[6], customs_pool="trade",
        cargo_pool="cold" if lane[6] == "40RF" else "dry", legs=legs, closes_min=closes,
        released_min=released, payload_kg=payload, usable_dm3=unit.usable_dm3,
        contents=tuple(contents), cost_lines_fen=dict(legs[0].cost_lines_fen), co2e_g=co2e,
    )  # fmt: skip
    return load, rides


def _alone(lane, departs_min, number, rng, data):
    kg, dm3 = rng.randrange(9000, 24000), rng.randrange(40000, 66000)
    legs, facts = lane_legs(lane, departs_min, "")
    own = tuple(replace(leg, co2e_g=grams(leg, kg, facts["g_per_tkm"])) for leg in legs)
    shipment = make_shipment(
        number=number,
        lane=lane,
        gross_kg=kg,
        volume_dm3=dm3,
        ready_min=departs_min - 1500,
        due_min=legs[-1].available_min + 2000,
        rng=rng,
        data=data,
    )
    return shipment, _itinerary(
        shipment=shipment,
        main=own,
        ready=departs_min - 1500,
        released=legs[-1].available_min,
        share_fen=0,
        late=0,
        rng=rng,
    )


def _itinerary(*, shipment, main, ready, released, share_fen, late, rng) -> Itinerary:
    kg = shipment.gross_kg
    first: tuple[Leg, ...] = ()
    if not shipment.origin.facility_id:
        first = (make_connector(shipment.origin.label, main[0].from_id, ready, kg),)
    cleared = released + 300
    last = (make_connector(main[-1].to_id, shipment.destination.label, cleared, kg),)
    legs = (*first, *main, *last)
    lines: dict[str, int] = {}
    for leg in legs:
        for line, fen in leg.cost_lines_fen.items():
            lines[line] = lines.get(line, 0) + fen
    waits_from = first[0].available_min if first else ready
    storage = max(0, main[0].departs_min - waits_from - 2880) // 1440 * shipment.volume_dm3 // 6
    lines |= {"customs": 40_000, "inspection": 700, "stuffing": kg * 8 if share_fen else 0}
    lines |= {"storage": storage, "lateness": late // 60 * shipment.late_fen_per_hour}
    own = sum(lines.values())
    return Itinerary(
        shipment_id=shipment.shipment_id,
        legs=legs,
        clearances=(
            ClearanceEvent(facility_id=main[0].from_id, direction="export", starts_min=waits_from, ends_min=waits_from + 180),
            ClearanceEvent(facility_id=main[-1].to_id, direction="import", starts_min=released, ends_min=cleared),
        ),
        storages=(
            StorageEvent(facility_id=main[0].from_id, from_min=waits_from, until_min=main[0].departs_min, cost_fen=storage),
        ),
        cost_lines_fen={line: fen for line, fen in lines.items() if fen},
        share_fen=share_fen,
        delivered_min=last[-1].available_min,
        lateness_min=late,
        co2e_g=sum(leg.co2e_g for leg in legs),
        on_time_share=0.41 if late else round(rng.uniform(0.86, 0.995), 3),
        delivered_p90_min=last[-1].available_min + 700,
        stand_alone_fen=round((own + share_fen) * (rng.uniform(1.1, 1.9) if share_fen else 1.0)),
        estimate_refs=("truck_lanes:TRK-CNKMG-MMMDL", "parameters:circuity_CN")
        if main[0].ref == "TRK-CNKMG-MMMDL"
        else ("parameters:circuity_CN", f"rate_cards:{main[0].ref}-{main[0].load_unit}"),
        warnings=("Ruili–Muse is restricted",) if main[0].ref == "TRK-CNKMG-MMMDL" else (),
    )  # fmt: skip


def _unassigned(shipment_id: str, i: int) -> Unassigned:
    if i % 2 == 0:
        return Unassigned(
            shipment_id=shipment_id,
            code="U804",
            reason="every way crosses a border that is closed",
            resource="POIPET:TH-KH",
            remedy="via Nong Nok Khiene: CNY 18,240 and 62 h later",
            penalty_fen=3_200_000,
        )
    return Unassigned(
        shipment_id=shipment_id, code="U807", reason="latest time is before the first arrival",
        resource="latest_at 2026-09-10T12:00+07:00",
        remedy="allow 9 h more, or air at CNY 31,000", penalty_fen=2_850_000,
    )  # fmt: skip
