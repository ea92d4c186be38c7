"""
Answers of the cloud warehouse, looked at again from the tables: codes P760 to P775.

Shares no code with what makes them. The ways of parcels go through the checks of plans, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from optimizer.domain.border import ANY, Duration
from optimizer.domain.network_data import NetworkData
from optimizer.domain.order import DOMESTIC, LEGAL_STATUSES, Order
from optimizer.domain.shipment import Place, Shipment
from optimizer.domain.stock import CustomsStatus, Lot, StockData
from optimizer.plan.allocation import Allocation, AllocationLine, Parcel
from optimizer.plan.checks.clock import Clock, duration_min
from optimizer.plan.checks.run import run_checks
from optimizer.plan.plan import Plan, Violation
from optimizer.units import MFEN_PER_FEN, MINUTES_PER_DAY, round_half_up_div

BONDED_MODE = "1210"
ZONE_DEG = 0.0251
"""Half a delivery zone, and a hair for rounding."""
CODES: dict[str, tuple[str, str]] = {
    "P760": ("an order is answered once", "answers"),
    "P761": ("the customs mode does not allow stock of this status", "units"),
    "P762": ("the line contradicts its lot", "units"),
    "P763": ("units served and back-ordered are not those ordered", "units"),
    "P764": ("a pack is broken", "units"),
    "P765": ("the lot has fewer free units", "units"),
    "P766": ("the lot has expired before the hand-over", "min"),
    "P767": ("a lot that expires earlier is left over", "units"),
    "P768": ("the hand-over is no wave, or before the goods are picked and released", "min"),
    "P769": ("more units are picked than the warehouse can", "units"),
    "P770": ("goods in a parcel do not go together, or mass or volume differ", ""),
    "P771": ("a cost line differs", "fen"),
    "P772": ("the promise, the delivery or the departure differ from the itinerary", "min"),
    "P773": ("the order comes from too many warehouses", "warehouses"),
    "P774": ("the customs mode does not fit warehouse and destination", "parcels"),
    "P775": ("a partial delivery that the order does not allow", "units"),
}


@dataclass(slots=True)
class _Look:
    """What all checks read."""

    data: NetworkData
    stock: StockData
    orders: Mapping[str, Order]
    clock: Clock
    now: datetime
    violations: list[Violation] = field(default_factory=list[Violation])
    _ready: dict[tuple[str, int], int] = field(default_factory=dict[tuple[str, int], int])

    def add(self, code: str, where: str, amount: float = 1, unit: str = "") -> None:
        """A violation."""
        rule, default = CODES[code]
        self.violations.append(
            Violation(
                code=code, rule=rule, where=where, amount=abs(float(amount)), unit=unit or default
            )
        )

    def picked_min(self, warehouse_id: str, from_min: int) -> int:
        """End of picking: ``pick_min`` minutes at which the facility is open, one by one."""
        known = self._ready.get((warehouse_id, from_min))
        if known is None:
            facility = self.data.facilities[warehouse_id]
            left, minute = self.stock.warehouses[warehouse_id].pick_min, from_min
            if facility.hours.is_always_open:
                minute, left = from_min + left, 0
            while left > 0:
                opens = self.clock.facility_opens(facility, minute)
                if opens is None:
                    return 2**31
                minute, left = opens + 1, left - 1
            known = self._ready[warehouse_id, from_min] = minute
        return known


def check_allocations(
    data: NetworkData,
    stock: StockData,
    orders: Sequence[Order],
    allocations: Sequence[Allocation],
    now: datetime,
) -> list[Violation]:
    """
    Recheck answers that hold together.

    Parameters
    ----------
    stock
        As it was before the answers.
    now
        Moment at which reservations of the stock hold.
    """
    if not allocations:
        return []
    look = _Look(
        data=data,
        stock=stock,
        orders={order.order_id: order for order in orders},
        clock=Clock(allocations[0].epoch_at),
        now=now,
    )
    _check_orders(look, allocations)
    known = [one for one in allocations if one.order_id in look.orders]
    parcels = [parcel for one in known for parcel in one.parcels]
    lines = [line for parcel in parcels for line in parcel.lines]
    sound = [parcel for parcel in parcels if _check_lines(look, parcel)]
    _check_stock(look, lines, sound)
    for parcel in sound:
        _check_parcel(look, parcel)
    _check_picking(look, sound)
    look.violations.extend(_check_ways(look, sound, allocations[0].epoch_at))
    return look.violations


def _check_orders(look: _Look, allocations: Sequence[Allocation]) -> None:
    """P760, P763, P773, P775."""
    seen: set[str] = set()
    for one in allocations:
        order = look.orders.get(one.order_id)
        if order is None or one.order_id in seen:
            look.add("P760", one.order_id)
            continue
        seen.add(one.order_id)
        _check_units(look, one, order)
    for order_id in look.orders.keys() - seen:
        look.add("P760", order_id)


def _check_units(look: _Look, one: Allocation, order: Order) -> None:
    """P763, P773, P775 of one answer."""
    served: dict[str, int] = defaultdict(int)
    for parcel in one.parcels:
        for line in parcel.lines:
            served[line.sku] += line.units
    missing: dict[str, int] = defaultdict(int)
    for back in one.backorders:
        missing[back.sku] += back.units
    ordered: dict[str, int] = defaultdict(int)
    for line in order.lines:
        ordered[line.sku] += line.units
    for sku in {*served, *missing, *ordered}:
        off = served[sku] + missing[sku] - ordered[sku]
        if off:
            look.add("P763", f"{one.order_id} {sku}", off)
    n_served, n_missing = sum(served.values()), sum(missing.values())
    if n_served and n_missing and not order.is_partial_allowed:
        look.add("P775", one.order_id, n_missing)
    if n_missing and 0 < n_served < order.min_units:
        look.add("P775", one.order_id, order.min_units - n_served)
    n_warehouses = len({parcel.warehouse_id for parcel in one.parcels})
    if n_warehouses > order.max_parcels:
        look.add("P773", one.order_id, n_warehouses - order.max_parcels)


def _check_lines(look: _Look, parcel: Parcel) -> bool:
    """P761, P762, P764, P766; whether all lots and the warehouse are known."""
    order, is_sound = look.orders[parcel.order_id], bool(parcel.lines)
    facility = look.data.facilities.get(parcel.warehouse_id)
    if facility is None or parcel.warehouse_id not in look.stock.warehouses or not is_sound:
        look.add("P762", parcel.parcel_id)
        return False
    local = parcel.hand_over_at.astimezone(ZoneInfo(facility.timezone)).date()
    for line in parcel.lines:
        where = f"{parcel.parcel_id} {line.lot_id}"
        lot = look.stock.lots.get(line.lot_id)
        if lot is None or not _is_of(line, lot, parcel):
            look.add("P762", where, line.units)
            is_sound = False
            continue
        if lot.customs_status not in LEGAL_STATUSES.get(order.customs_mode, frozenset()):
            look.add("P761", where, line.units)
        sku = look.stock.skus[lot.sku]
        if not sku.breaks_pack and line.units % sku.pack_units:
            look.add("P764", where, line.units % sku.pack_units)
        if lot.expires_on is not None and lot.expires_on < local:
            look.add("P766", where, (local - lot.expires_on).days * MINUTES_PER_DAY)
    return is_sound


def _is_of(line: AllocationLine, lot: Lot, parcel: Parcel) -> bool:
    return line.units > 0 and (
        line.order_id,
        line.sku,
        line.warehouse_id,
        line.customs_status,
        line.warehouse_id,
    ) == (parcel.order_id, lot.sku, lot.warehouse_id, lot.customs_status, parcel.warehouse_id)


def _check_stock(look: _Look, lines: Iterable[AllocationLine], parcels: Sequence[Parcel]) -> None:
    """P765 over-drawn lots, and P767."""
    free = {lot.lot_id: lot.units for lot in look.stock.lots.values()}
    for held in look.stock.reservations:
        if held.is_confirmed or look.now < held.expires_at:
            free[held.lot_id] = free.get(held.lot_id, 0) - held.units
    for line in lines:
        if line.lot_id in free:
            free[line.lot_id] -= line.units
    for lot_id, units in free.items():
        if units < 0:
            look.add("P765", lot_id, units)
    _check_fefo(look, free, parcels)


def _check_fefo(look: _Look, free: Mapping[str, int], parcels: Sequence[Parcel]) -> None:
    """P767 lots that should have gone first."""
    cells: dict[tuple[str, str, CustomsStatus], list[Lot]] = defaultdict(list)
    for lot in look.stock.lots.values():
        if lot.expires_on is not None:
            cells[lot.sku, lot.warehouse_id, lot.customs_status].append(lot)
    for parcel in parcels:
        for line in parcel.lines:
            lot = look.stock.lots[line.lot_id]
            sku = look.stock.skus[lot.sku]
            pack = 1 if sku.breaks_pack else sku.pack_units
            for other in cells[lot.sku, lot.warehouse_id, lot.customs_status]:
                if _goes_first(look, other, lot, parcel) and free[other.lot_id] >= pack:
                    look.add("P767", f"{parcel.parcel_id} {lot.lot_id}", free[other.lot_id])


def _goes_first(look: _Look, other: Lot, lot: Lot, parcel: Parcel) -> bool:
    """Whether a lot expires earlier and could have left with the parcel."""
    if other.expires_on is None or (
        lot.expires_on is not None and other.expires_on >= lot.expires_on
    ):
        return False
    zone = ZoneInfo(look.data.facilities[parcel.warehouse_id].timezone)
    if other.expires_on < parcel.hand_over_at.astimezone(zone).date():
        return False
    return _ready_min(look, parcel, [other]) <= look.clock.minute(parcel.hand_over_at)


def _ready_min(look: _Look, parcel: Parcel, lots: Sequence[Lot]) -> int:
    """When lots are picked and released for a parcel."""
    order = look.orders[parcel.order_id]
    starts = [order.placed_at, *(lot.available_at for lot in lots if lot.available_at)]
    picked = look.picked_min(parcel.warehouse_id, look.clock.minute(max(starts)))
    return picked + _release(look, parcel, order)[0]


def _check_parcel(look: _Look, parcel: Parcel) -> None:
    """P768, P770 to P772, P774."""
    order, where = look.orders[parcel.order_id], parcel.parcel_id
    facility = look.data.facilities[parcel.warehouse_id]
    warehouse = look.stock.warehouses[parcel.warehouse_id]
    is_inside = _is_inside(look, parcel, order)
    if (order.customs_mode == DOMESTIC) != is_inside and order.customs_mode != BONDED_MODE:
        look.add("P774", where)
    hand_over = look.clock.minute(parcel.hand_over_at)
    ready = _ready_min(look, parcel, [look.stock.lots[line.lot_id] for line in parcel.lines])
    local = parcel.hand_over_at.astimezone(ZoneInfo(facility.timezone))
    if local.hour * 60 + local.minute not in warehouse.waves_local_min:
        look.add("P768", where)
    elif hand_over < ready or look.clock.facility_opens(facility, hand_over) != hand_over:
        look.add("P768", where, ready - hand_over)
    _check_content(look, parcel)
    _check_money(look, parcel, order)
    itinerary = parcel.itinerary
    stated = [parcel.delivered_at, parcel.departs_at]
    first = itinerary.legs[0].departs_min if itinerary.legs else hand_over
    actual = [itinerary.delivered_min, first]
    for said, minute in zip(stated, actual, strict=True):
        if look.clock.minute(said) != minute:
            look.add("P772", where, look.clock.minute(said) - minute)
    if parcel.promise_at < parcel.delivered_at:
        look.add("P772", where, (parcel.delivered_at - parcel.promise_at).total_seconds() / 60)


def _check_content(look: _Look, parcel: Parcel) -> None:
    """P770."""
    skus = [look.stock.skus[line.sku] for line in parcel.lines]
    classes = {goods for sku in skus for goods in sku.incompatible_with}
    if any(sku.cargo_class != parcel.cargo_class for sku in skus) or any(
        sku.goods_class in classes for sku in skus
    ):
        look.add("P770", parcel.parcel_id, 1, "parcels")
    grams = sum(s.unit_g * line.units for s, line in zip(skus, parcel.lines, strict=True))
    cm3 = sum(s.unit_cm3 * line.units for s, line in zip(skus, parcel.lines, strict=True))
    for amount, stated, unit in ((grams, parcel.gross_kg, "kg"), (cm3, parcel.volume_dm3, "dm3")):
        right = max(1, -(-amount // 1000))
        if right != stated:
            look.add("P770", parcel.parcel_id, stated - right, unit)


def _check_money(look: _Look, parcel: Parcel, order: Order) -> None:
    """P771."""
    warehouse = look.stock.warehouses[parcel.warehouse_id]
    late = timedelta(0) if order.due_at is None else parcel.promise_at - order.due_at
    late_min = max(0, int(late.total_seconds() // 60))
    right = dict(parcel.itinerary.cost_lines_fen)
    right["picking"] = warehouse.order_fen + warehouse.unit_fen * parcel.units
    right["release"] = _release(look, parcel, order)[1]
    right["lateness"] = -(-late_min // MINUTES_PER_DAY) * order.late_fen_per_day
    for name in {*right, *parcel.cost_lines_fen}:
        off = right.get(name, 0) - parcel.cost_lines_fen.get(name, 0)
        if off:
            look.add("P771", f"{parcel.parcel_id} {name}", off)


def _is_inside(look: _Look, parcel: Parcel, order: Order) -> bool:
    facility = look.data.facilities[parcel.warehouse_id]
    territory = look.data.territory
    return territory(facility.country) == territory(order.destination.country)


def _release(look: _Look, parcel: Parcel, order: Order) -> tuple[int, int]:
    """Minutes and fen of import clearance of bonded goods that stay in the territory."""
    if order.customs_mode != BONDED_MODE or not _is_inside(look, parcel, order):
        return 0, 0
    country = look.data.facilities[parcel.warehouse_id].country
    rows = {
        (row.country, row.customs_mode): row.duration
        for row in look.data.clearances
        if row.direction == "import"
    }
    keys = ((country, BONDED_MODE), (country, ANY), (ANY, BONDED_MODE), (ANY, ANY))
    duration = next((rows[key] for key in keys if key in rows), Duration(p50_min=0, p90_min=0))
    fee = look.data.customs_modes[BONDED_MODE].declaration_mfen
    quantile = look.data.parameters["planning_quantile"]
    return duration_min(duration, quantile), round_half_up_div(fee, MFEN_PER_FEN)


def _check_picking(look: _Look, parcels: Sequence[Parcel]) -> None:
    """P769."""
    used: dict[tuple[str, str], int] = defaultdict(int)
    for parcel in parcels:
        zone = ZoneInfo(look.data.facilities[parcel.warehouse_id].timezone)
        day = parcel.hand_over_at.astimezone(zone).date().isoformat()
        used[parcel.warehouse_id, day] += parcel.units
    for (warehouse_id, day), units in used.items():
        over = units - look.stock.warehouses[warehouse_id].pick_units_per_day
        if over > 0:
            look.add("P769", f"{warehouse_id} {day}", over)


def _check_ways(look: _Look, parcels: Sequence[Parcel], epoch_at: datetime) -> list[Violation]:
    """The itineraries as a plan of shipments that travel alone."""
    shipments = {one.parcel_id: _shipment(look, one) for one in parcels}
    plan = Plan(
        epoch_at=epoch_at,
        planned_at=epoch_at,
        shipments=shipments,
        itineraries=tuple(one.itinerary for one in parcels),
        loads=(),
        unassigned=(),
        planning_quantile=look.data.parameters["planning_quantile"],
    )
    return run_checks(look.data, plan)


def _shipment(look: _Look, parcel: Parcel) -> Shipment:
    order = look.orders[parcel.order_id]
    facility = look.data.facilities[parcel.warehouse_id]
    ready_at = parcel.hand_over_at.astimezone(UTC)
    mode = order.customs_mode
    return Shipment(
        shipment_id=parcel.parcel_id,
        shipper=facility.facility_id,
        origin=Place(
            facility_id=facility.facility_id,
            lat=facility.lat,
            lon=facility.lon,
            country=facility.country,
        ),
        destination=_zone(parcel, order.destination),
        gross_kg=parcel.gross_kg,
        volume_dm3=parcel.volume_dm3,
        n_packages=1,
        value_cny=0,
        cargo_class=parcel.cargo_class,
        customs_mode="0110" if mode == DOMESTIC else mode,
        credit_class=order.credit_class,
        ready_at=ready_at,
        booked_at=ready_at,
    )


def _zone(parcel: Parcel, place: Place) -> Place:
    """Where the itinerary ends, if that is in the delivery zone of the order's place."""
    legs = parcel.itinerary.legs
    if place.facility_id or not legs:
        return place
    lat, _, lon = legs[-1].to_id.partition(",")
    try:
        end = Place(facility_id="", lat=float(lat), lon=float(lon), country=place.country)
    except ValueError:
        return place
    is_near = abs(end.lat - place.lat) <= ZONE_DEG and abs(end.lon - place.lon) <= ZONE_DEG
    return end if is_near else place
