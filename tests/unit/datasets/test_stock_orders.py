"""Tables of a cloud warehouse: what is wrong is said at once, with code, place, value, remedy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from optimizer.datasets.orders import read_order, read_order_file, read_orders
from optimizer.datasets.stock import read_stock
from optimizer.domain.network_data import NetworkData
from optimizer.domain.stock import CustomsStatus
from optimizer.errors import DemandError, Finding
from optimizer.planner import read

SKUS = "sku,cargo_class,unit_g,unit_cm3,value_cny,pack_units,breaks_pack\n"
WAREHOUSES = "warehouse_id,pick_units_per_day,storage_dm3,pick_min,order_cny,unit_cny,waves\n"
STOCK = "lot_id,sku,warehouse_id,customs_status,units,expires_on,available_at\n"
ORDERS = "order_id,sku,units,destination,customs_mode,placed_at,due_at\n"
GOOD_SKUS = SKUS + "A,parcels,400,900,45.5,1,true\nB,parcels,400,900,10,6,false\n"
GOOD_WAREHOUSES = WAREHOUSES + "CNKMG-CBZ,100,1000,60,3,0.5,09:30;18:00\n"
GOOD_STOCK = STOCK + "L1,A,CNKMG-CBZ,bonded,5,2026-12-01,\n"
PLACED = "2026-09-14T08:00+08:00"


@pytest.fixture(scope="module")
def data() -> NetworkData:
    return read()


def write(folder: Path, **texts: str) -> Path:
    given = {"skus": GOOD_SKUS, "warehouses": GOOD_WAREHOUSES, "stock": GOOD_STOCK, **texts}
    for name, text in given.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder / "stock.csv"


def found_in(error: pytest.ExceptionInfo[DemandError]) -> dict[str, Finding]:
    found = error.value.findings
    assert all(one.what and one.where and one.remedy for one in found)
    return {one.code: one for one in found}


def test_good_tables_are_read(tmp_path: Path, data: NetworkData) -> None:
    stock = read_stock(write(tmp_path), data)
    assert stock.skus["A"].value_fen == 4550
    assert stock.warehouses["CNKMG-CBZ"].waves_local_min == (570, 1080)
    assert stock.lots["L1"].customs_status is CustomsStatus.BONDED


def test_everything_wrong_with_stock_is_said_at_once(tmp_path: Path, data: NetworkData) -> None:
    path = write(
        tmp_path,
        skus=GOOD_SKUS + "A,parcels,nan,900,1,1,true\nC,gold,1,1,1,1,perhaps\n",
        warehouses=GOOD_WAREHOUSES + "NOWHERE,1,1,1,1,1,noon\n",
        stock=GOOD_STOCK
        + "L2,A,CNKMG-CBZ,bonded,-3,,\n"
        + "L3,Z,CNKMG-CBZ,bonded,1,,\n"
        + "L4,A,XX,stolen,1,tomorrow,2026-09-14T08:00\n",
    )
    with pytest.raises(DemandError) as error:
        read_stock(path, data)
    found = found_in(error)
    assert set(found) == {
        "A808",
        "A812",
        "A813",
        "A816",
        "A821",
        "A840",
        "A841",
        "A844",
        "A846",
    }
    assert found["A841"].where == "stock.csv row 3 column units"
    assert found["A841"].value == "-3"


def test_full_width_digits_mean_the_same(tmp_path: Path, data: NetworkData) -> None:
    stock = read_stock(write(tmp_path, stock=STOCK + "L1,A,CNKMG-CBZ,bonded,１２,,\n"), data)
    assert stock.lots["L1"].units == 12


def test_everything_wrong_with_orders_is_said_at_once(tmp_path: Path, data: NetworkData) -> None:
    stock = read_stock(write(tmp_path), data)
    path = tmp_path / "orders.csv"
    path.write_text(
        ORDERS
        + f"O1,Z,1,LAVTE,9610,{PLACED},\n"
        + f"O2,B,4,LAVTE,0110,{PLACED},\n"
        + "O3,A,0,Atlantis,9610,2026-09-14 08:00,\n"
        + f"O4,A,1,LAVTE,9610,{PLACED},2026-09-01T08:00Z\n"
        + "O4,A,1,THBKK,,,\n",
        encoding="utf-8",
    )
    with pytest.raises(DemandError) as error:
        read_orders(path, data, stock.skus)
    assert set(found_in(error)) == {
        "A812",
        "A814",
        "A817",
        "A823",
        "A840",
        "A843",
        "A845",
        "A848",
        "A849",
    }


def test_rows_of_an_order_are_its_lines(tmp_path: Path, data: NetworkData) -> None:
    stock = read_stock(write(tmp_path), data)
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS + f"O1,A,1,LAVTE,9610,{PLACED},\nO1,B,12,,,,\n", encoding="utf-8")
    (order,) = read_orders(path, data, stock.skus)
    assert [(line.sku, line.units) for line in order.lines] == [("A", 1), ("B", 12)]
    document = {
        "order_id": "O1",
        "destination": "LAVTE",
        "customs_mode": 9610,
        "placed_at": PLACED,
        "lines": [{"sku": "A", "units": 1}, {"sku": "B", "units": 12}],
    }
    assert read_order(document, data, stock.skus) == order


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "A833"),
        ("[]", "A836"),
        ('{"order_id": "O1", "lines": []}', "A836"),
        ('{"order_id": "O1", "lines": [{"sku": "A", "units": NaN}]}', "A835"),
        ('{"order_id": "O1", "colour": 1, "lines": [{"sku": "A", "units": 1}]}', "A805"),
    ],
)
def test_a_bad_order_is_an_answer(tmp_path: Path, data: NetworkData, text: str, code: str) -> None:
    path = tmp_path / "order.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DemandError) as error:
        read_order_file(path, data, read_stock(write(tmp_path), data).skus)
    assert code in {one.code for one in error.value.findings}
    assert json.dumps([one.where for one in error.value.findings])


def test_a_file_that_is_no_table(tmp_path: Path, data: NetworkData) -> None:
    path = write(tmp_path, skus="sku;cargo_class\n", warehouses="")
    with pytest.raises(DemandError) as error:
        read_stock(path, data)
    assert {"A802", "A804", "A805"} <= {one.code for one in error.value.findings}
