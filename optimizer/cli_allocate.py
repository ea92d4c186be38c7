"""The command ``teahorse allocate``: which stock serves whom, from where and by when."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from optimizer.allocator import Allocator, Prices
    from optimizer.domain.network_data import NetworkData
    from optimizer.domain.order import Order
    from optimizer.domain.stock import StockData

EXIT_NO = 1


StockFile = Annotated[Path, typer.Option("--stock", help="Lots; skus.csv and others beside it.")]
OrdersFile = Annotated[
    Path | None, typer.Option("--orders", help="Orders, one row a line: CSV or Excel.")
]
OrderFile = Annotated[Path | None, typer.Option("--single", help="One order as JSON.")]
SkusFile = Annotated[Path | None, typer.Option("--skus", help="SKUs, if not beside.")]
WarehousesFile = Annotated[
    Path | None, typer.Option("--warehouses", help="Warehouses, if not beside.")
]
ReservationsFile = Annotated[
    Path | None, typer.Option("--reservations", help="Reservations, if not beside.")
]
PricesFile = Annotated[
    Path | None, typer.Option("--prices", help="Opportunity prices: prices.csv of a batch.")
]
WhatIf = Annotated[
    bool, typer.Option("--what-if", help="Answer a single order without holding units.")
]
Journal = Annotated[
    Path | None, typer.Option("--journal", help="File that keeps reservations between calls.")
]
Sequential = Annotated[
    bool, typer.Option("--sequential", help="One order after the other, not jointly.")
]
Confidence = Annotated[
    float, typer.Option("--confidence", help="Share of deliveries that keep a promise.")
]
TimeLimit = Annotated[
    float, typer.Option("--time-limit", help="Seconds for the solver.", min=1, max=86400)
]
Out = Annotated[Path, typer.Option("--out", help="Folder for the results.")]
DataDir = Annotated[
    Path | None,
    typer.Option("--data", help="Folder of a network data package.", envvar="TEAHORSE_DATA_DIR"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


def allocate(
    stock: StockFile,
    orders: OrdersFile = None,
    single: OrderFile = None,
    skus: SkusFile = None,
    warehouses: WarehousesFile = None,
    reservations: ReservationsFile = None,
    prices: PricesFile = None,
    what_if: WhatIf = False,
    journal: Journal = None,
    sequential: Sequential = False,
    confidence: Confidence = 0.9,
    time_limit: TimeLimit = 60.0,
    out: Out = Path("out"),
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Warehouse, lots, departure and promise date of orders; jointly by default."""
    if (orders is None) == (single is None):
        raise typer.BadParameter("give either --orders or --single")
    if not 0.5 <= confidence < 1:  # noqa: PLR2004
        raise typer.BadParameter("the confidence is from 0.5 to below 1")
    from optimizer import allocator
    from optimizer.report.write import check_folder

    check_folder(out)
    data, lots, wanted = allocator.read_all(
        stock,
        orders_file=orders,
        order_file=single,
        skus_file=skus,
        warehouses_file=warehouses,
        reservations_file=reservations,
        data_dir=data_dir,
    )
    rows = allocator.prices_from(prices) if prices is not None else None
    desk = _open(data, lots, wanted, confidence, rows, journal)
    if single is not None:
        _answer_one(desk, wanted[0], out, what_if=what_if, as_json=as_json)
        return
    result = desk.sequence(wanted) if sequential else desk.batch(wanted, time_s=time_limit)
    _finish(desk, wanted, result, out, as_json=as_json)


def _open(
    data: NetworkData,
    stock: StockData,
    orders: list[Order],
    confidence: float,
    prices: Prices | None,
    journal: Path | None,
) -> Allocator:
    from optimizer import allocator

    return allocator.open_allocator(
        data, stock, orders, confidence=confidence, prices=prices, journal=journal
    )


def _answer_one(desk: Allocator, order: Order, out: Path, *, what_if: bool, as_json: bool) -> None:
    from optimizer.plan.allocation import BatchResult

    found = desk.what_if(order) if what_if else desk.answer(order)
    result = BatchResult(
        allocations=(found,),
        status="feasible",
        objective_fen=found.cost_fen,
        bound_fen=0,
        solve_seconds=0.0,
        stop_reason="sequential",
    )
    _finish(desk, [order], result, out, as_json=as_json)


def _finish(
    desk: Allocator, orders: list[Order], result: object, out: Path, *, as_json: bool
) -> None:
    import json

    from optimizer.plan.allocation import AllocationStatus, BatchResult
    from optimizer.plan.allocation_io import batch_to_json, write_batch
    from optimizer.report import allocation as report

    assert isinstance(result, BatchResult)  # noqa: S101
    violations = desk.check(orders, result)
    files = write_batch(desk.inputs.data, result, out)
    if as_json:
        document = batch_to_json(desk.inputs.data, result)
        typer.echo(json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False))
    else:
        report.show_batch(result, files, desk.stock.warnings)
    for one in violations:
        typer.echo(str(one), err=True)
    served = any(one.status is not AllocationStatus.BACKORDERED for one in result.allocations)
    if violations or not served:
        raise typer.Exit(EXIT_NO)
