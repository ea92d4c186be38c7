"""Stock and reservations over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BeforeValidator, ConfigDict, Field, StrictBool
from pydantic_core import PydanticCustomError

from api.schemas.common import AnswerModel, Line, Request, Whole

MAX_LOTS = 20_000
MAX_UNITS = 1_000_000_000
MAX_FEN = 10**12
MAX_HOLD_MIN = 7 * 24 * 60
HOLD_MIN = 30


def _only_text(value: object) -> object:
    if value is not None and not isinstance(value, str):
        raise PydanticCustomError("wrong_kind", "a text is wanted")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_only_text)]
Day = Annotated[date, BeforeValidator(_only_text)]
Code = Annotated[Line, Field(min_length=1, max_length=64)]
Status = Literal["bonded", "duty_paid", "transit", "display"]
ReservationState = Literal["held", "confirmed", "issued", "released", "expired"]
STOCK_EXAMPLE: dict[str, Any] = {
    "skus": [
        {
            "sku": "TEA-100",
            "name": "Pu'er tea, 100 g",
            "cargo_class": "parcels",
            "unit_g": 120,
            "unit_cm3": 400,
            "value_fen": 8_800,
        }
    ],
    "warehouses": [
        {
            "warehouse_id": "CNKMG-CBZ",
            "pick_units_per_day": 5_000,
            "storage_dm3": 900_000,
            "pick_min": 60,
            "order_fen": 300,
            "unit_fen": 20,
        }
    ],
    "lots": [
        {
            "lot_id": "TEA-100-A",
            "sku": "TEA-100",
            "warehouse_id": "CNKMG-CBZ",
            "customs_status": "duty_paid",
            "units": 200,
            "expires_on": "2028-06-30",
        }
    ],
}
RESERVATION_EXAMPLE = {
    "order_id": "O-1001",
    "lines": [{"lot_id": "TEA-100-A", "units": 2}],
    "hold_min": 30,
}


class SkuBody(Request):
    """A kind of goods, counted in units."""

    sku: Code
    name: Line = Field(default="", max_length=200)
    cargo_class: Line = Field(min_length=1, max_length=32)
    goods_class: Line = Field(default="", max_length=64)
    unit_g: Whole = Field(ge=1, le=5_000_000, description="Gross mass of a unit, g")
    unit_cm3: Whole = Field(ge=1, le=50_000_000, description="Volume of a unit, cubic cm")
    value_fen: Whole = Field(ge=0, le=MAX_FEN, description="Customs value of a unit")
    pack_units: Whole = Field(default=1, ge=1, le=1_000_000)
    breaks_pack: StrictBool = True
    incompatible_with: list[Code] = Field(default_factory=list[str], max_length=50)


class WarehouseBody(Request):
    """A facility of the network where orders are picked."""

    warehouse_id: Code
    pick_units_per_day: Whole = Field(ge=0, le=MAX_UNITS)
    storage_dm3: Whole = Field(ge=0, le=MAX_UNITS)
    pick_min: Whole = Field(ge=0, le=7 * 24 * 60, description="From an order to its hand-over")
    order_fen: Whole = Field(ge=0, le=MAX_FEN, description="Handling of a parcel")
    unit_fen: Whole = Field(ge=0, le=MAX_FEN, description="Handling of each unit")
    waves_local_min: list[Annotated[Whole, Field(ge=0, lt=24 * 60)]] = Field(
        default=[720, 1080],
        min_length=1,
        max_length=96,
        description="Hand-overs of a day, minutes since local midnight",
    )


class LotBody(Request):
    """Units of a SKU in one warehouse with one customs status and one expiry."""

    lot_id: Code
    sku: Code
    warehouse_id: Code
    customs_status: Status
    units: Whole = Field(ge=0, le=MAX_UNITS, description="On hand, reserved ones included")
    expires_on: Day | None = None
    available_at: Moment | None = Field(default=None, description="For stock on its way")
    inbound_ref: Line = Field(default="", max_length=80)


class StockRequest(Request):
    """What is entered, or replaced by its id; what is not named stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [STOCK_EXAMPLE]})

    skus: list[SkuBody] = Field(default_factory=list[SkuBody], max_length=MAX_LOTS)
    warehouses: list[WarehouseBody] = Field(default_factory=list[WarehouseBody], max_length=500)
    lots: list[LotBody] = Field(default_factory=list[LotBody], max_length=MAX_LOTS)


class StockWritten(AnswerModel):
    """What an upload did."""

    version: int = Field(description="Rises with every change but of units")
    skus: int
    warehouses: int
    lots: int


class LotAnswer(AnswerModel):
    """A lot as it is now."""

    lot_id: str
    sku: str
    warehouse_id: str
    customs_status: Status
    units_on_hand: int
    units_reserved: int
    units_free: int
    expires_on: date | None
    available_at: datetime | None
    inbound_ref: str
    updated_at: datetime


class ReservationLine(Request):
    """Units of a lot."""

    lot_id: Code
    units: Whole = Field(ge=1, le=MAX_UNITS)


class ReservationRequest(Request):
    """Units of one or more lots for an order: all of them or none."""

    model_config = ConfigDict(json_schema_extra={"examples": [RESERVATION_EXAMPLE]})

    order_id: Code
    lines: list[ReservationLine] = Field(min_length=1, max_length=200)
    hold_min: Whole = Field(
        default=HOLD_MIN, ge=1, le=MAX_HOLD_MIN, description="Until then to be confirmed"
    )


class ReservationAnswer(AnswerModel):
    """Units of a lot that are kept for an order."""

    reservation_id: str
    order_id: str
    lot_id: str
    units: int
    state: ReservationState
    created_at: datetime
    expires_at: datetime = Field(description="Units held until then; confirmed ones longer")
    ended_at: datetime | None


class Reservations(AnswerModel):
    """Reservations that were made together."""

    reservations: list[ReservationAnswer]
