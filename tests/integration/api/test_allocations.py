"""Stock, reservations and allocations over HTTP, on both databases where writing matters."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import update

from api.database.base import now
from api.database.engine import transaction
from api.database.models_stock import StockReservation
from api.schemas.allocations import ALLOCATION_EXAMPLE, AllocationAnswer
from api.schemas.stock import RESERVATION_EXAMPLE, STOCK_EXAMPLE, LotAnswer, ReservationAnswer
from tests.helpers_service import made_service

pytestmark = pytest.mark.data
LOT = STOCK_EXAMPLE["lots"][0]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shop(request, tmp_path_factory):
    """A service on either database."""
    options = {}
    if request.param == "postgresql":
        options["database_url"] = request.getfixturevalue("postgres").new_database()
    with made_service(tmp_path_factory.mktemp("shop"), **options) as made:
        yield made


@pytest.fixture
def headers(shop, request):
    """A tenant of the test's own, with the example's stock."""
    found = shop.headers("allocate", tenant=request.node.name[:60])
    answer = shop.client.put("/v1/stock", json=STOCK_EXAMPLE, headers=found)
    assert answer.json() == {"version": 1, "skus": 1, "warehouses": 1, "lots": 1}
    return found


def _lots(shop, headers, **query):
    page = shop.client.get("/v1/stock", headers=headers, params=query).json()
    return [LotAnswer.model_validate(one) for one in page["items"]]


def _allocate(shop, headers, status=200, key="", **changes):
    more = {"Idempotency-Key": key} if key else {}
    answer = shop.client.post(
        "/v1/allocations", json=ALLOCATION_EXAMPLE | changes, headers=headers | more
    )
    assert answer.status_code == status, answer.text
    return AllocationAnswer.model_validate(answer.json()) if status == 200 else answer.json()


def test_uploads_replace_by_id_and_count(shop, headers):
    client = shop.client
    again = client.put("/v1/stock", json=STOCK_EXAMPLE, headers=headers)
    assert again.json()["version"] == 1
    more = {"lots": [LOT | {"units": 50}, LOT | {"lot_id": "B", "customs_status": "bonded"}]}
    assert client.put("/v1/stock", json=more, headers=headers).json()["version"] == 2
    assert [(one.lot_id, one.units_free) for one in _lots(shop, headers)] == [
        (LOT["lot_id"], 50),
        ("B", 200),
    ]
    assert [one.lot_id for one in _lots(shop, headers, customs_status="bonded")] == ["B"]
    assert _lots(shop, headers, sku="none") == []
    page = client.get("/v1/stock?limit=1", headers=headers).json()
    rest = client.get(f"/v1/stock?cursor={page['next_cursor']}", headers=headers).json()
    assert [one["lot_id"] for one in page["items"] + rest["items"]] == [LOT["lot_id"], "B"]
    skus = client.get("/v1/stock/skus", headers=headers).json()["items"]
    assert [one["sku"] for one in skus] == ["TEA-100"]
    places = client.get("/v1/stock/warehouses", headers=headers).json()["items"]
    assert [one["warehouse_id"] for one in places] == ["CNKMG-CBZ"]


def test_uploads_are_checked_as_a_whole(shop, headers):
    wrong = {
        "skus": [STOCK_EXAMPLE["skus"][0] | {"cargo_class": "none"}] * 2,
        "warehouses": [STOCK_EXAMPLE["warehouses"][0] | {"warehouse_id": "NOWHERE"}],
        "lots": [LOT | {"lot_id": "X", "sku": "?", "warehouse_id": "?"}],
    }
    answer = shop.client.put("/v1/stock", json=wrong, headers=headers)
    assert answer.status_code == 422
    codes = [one["code"] for one in answer.json()["errors"]]
    assert codes == ["A821", "A821", "A844", "A840", "A844", "A816"]
    assert [one.lot_id for one in _lots(shop, headers)] == [LOT["lot_id"]]


def test_a_reservation_from_first_to_last(shop, headers):
    client = shop.client
    keyed = headers | {"Idempotency-Key": "r1"}
    made = client.post("/v1/reservations", json=RESERVATION_EXAMPLE, headers=keyed)
    assert made.status_code == 201, made.text
    again = client.post("/v1/reservations", json=RESERVATION_EXAMPLE, headers=keyed)
    assert again.json() == made.json()
    [held] = [ReservationAnswer.model_validate(one) for one in made.json()["reservations"]]
    assert (held.state, held.units, held.lot_id) == ("held", 2, LOT["lot_id"])
    assert _lots(shop, headers)[0].units_free == 198
    too_few = client.put("/v1/stock", json={"lots": [LOT | {"units": 1}]}, headers=headers)
    assert (too_few.status_code, too_few.json()["code"]) == (409, "units_reserved")
    path = f"/v1/reservations/{held.reservation_id}"
    for act, state in (("confirm", "confirmed"), ("confirm", "confirmed"), ("issue", "issued")):
        assert client.post(f"{path}/{act}", headers=headers).json()["state"] == state
    assert client.delete(path, headers=headers).json()["code"] == "reservation_ended"
    assert client.get(path, headers=headers).json()["state"] == "issued"
    assert _lots(shop, headers)[0].units_on_hand == 198
    listed = client.get("/v1/reservations?order_id=O-1001&state=issued", headers=headers).json()
    assert [one["reservation_id"] for one in listed["items"]] == [held.reservation_id]
    second = client.post("/v1/reservations", json=RESERVATION_EXAMPLE, headers=headers).json()
    path = f"/v1/reservations/{second['reservations'][0]['reservation_id']}"
    for _ in range(2):
        assert client.delete(path, headers=headers).json()["state"] == "released"
    assert _lots(shop, headers)[0].units_free == 198
    many = RESERVATION_EXAMPLE | {"lines": [{"lot_id": LOT["lot_id"], "units": 199}]}
    refused = client.post("/v1/reservations", json=many, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "out_of_stock")


def test_an_allocation_holds_what_it_promises(shop, headers):
    tried = _allocate(shop, headers, what_if=True)
    assert tried.status == "served"
    assert (tried.reservation_ids, tried.expires_at) == ([], None)
    assert _lots(shop, headers)[0].units_free == 200
    made = _allocate(shop, headers, key="a1")
    assert made.parcels == tried.parcels
    assert (made.stock_version, made.promise_at) == (1, tried.promise_at)
    [parcel] = made.parcels
    assert parcel.cost_fen == sum(parcel.cost_lines_fen.values()) == made.cost_fen
    assert [(one.lot_id, one.units) for one in parcel.lines] == [(LOT["lot_id"], 3)]
    assert _lots(shop, headers)[0].units_free == 197
    assert _allocate(shop, headers, key="a1") == made
    assert _allocate(shop, headers, 409)["code"] == "order_holds_units"
    assert _lots(shop, headers)[0].units_free == 197
    path = f"/v1/reservations/{made.reservation_ids[0]}"
    assert shop.client.post(f"{path}/confirm", headers=headers).json()["state"] == "confirmed"


def test_what_cannot_be_served_has_reasons(shop, headers):
    found = _allocate(shop, headers, lines=[{"sku": "TEA-100", "units": 201}])
    assert (found.status, found.reservation_ids) == ("backordered", [])
    assert found.backorders[0].reasons
    wrong = _allocate(shop, headers, 422, lines=[{"sku": "?", "units": 1}], destination="zz")
    assert {one["code"][:2] for one in wrong["errors"]} == {"A8"}
    nobody = shop.headers("allocate", tenant="empty shelves")
    assert _allocate(shop, nobody, 409)["code"] == "no_stock"


def test_many_at_once_sell_each_unit_once(shop, headers):
    """Ten units, sixteen orders of one: ten are served, and every one says so truly."""
    shop.client.put("/v1/stock", json={"lots": [LOT | {"units": 10}]}, headers=headers)
    line = [{"sku": "TEA-100", "units": 1}]
    with ThreadPoolExecutor(8) as pool:
        found = list(
            pool.map(lambda at: _allocate(shop, headers, order_id=f"M-{at}", lines=line), range(16))
        )
    served = [one for one in found if one.status == "served"]
    assert len(served) == 10
    assert len({one.reservation_ids[0] for one in served}) == 10
    assert _lots(shop, headers)[0].units_free == 0


def test_units_of_another_process_and_of_the_late_are_seen(shop, headers):
    """A stale view is put right: gone units by the refusal, units that came back by a look."""
    assert _allocate(shop, headers, what_if=True).status == "served"
    line = {"lot_id": LOT["lot_id"], "units": 199}
    body = RESERVATION_EXAMPLE | {"order_id": "other", "lines": [line]}
    made = shop.client.post("/v1/reservations", json=body, headers=headers).json()
    # Nobody told the desk, and 199 of the 200 are gone.
    assert _allocate(shop, headers).status == "backordered"
    reservation_id = made["reservations"][0]["reservation_id"]
    with transaction(shop.engine) as session:
        session.execute(
            update(StockReservation)
            .where(StockReservation.reservation_id == reservation_id)
            .values(expires_at=now() - timedelta(seconds=1))
        )
    # Its time is over and nobody has swept: the units are free again.
    assert _allocate(shop, headers).status == "served"
    late = shop.client.post(f"/v1/reservations/{reservation_id}/confirm", headers=headers)
    assert late.json()["code"] == "reservation_ended"
