"""The command ``teahorse inventory``: where stock should stand, and how much."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EXIT_NO = 1


def inventory(
    skus: Annotated[Path, typer.Option("--skus", help="Items by warehouse, CSV.")],
    demand: Annotated[Path, typer.Option("--demand", help="Units by day, SKU, warehouse, CSV.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the results.")],
    network: Annotated[
        Path | None, typer.Option("--network", help="Echelons of supply, CSV.")
    ] = None,
    service: Annotated[
        float, typer.Option("--service", help="Target of items without one of their own.")
    ] = 0.95,
    weeks: Annotated[int, typer.Option(help="Weeks of order days for lead times.")] = 4,
    order_hour: Annotated[int, typer.Option(help="Local hour at which orders are ready.")] = 10,
    way: Annotated[
        str, typer.Option(help="Which way orders take: cheapest, fastest, generalized.")
    ] = "cheapest",
    demand_model: Annotated[str, typer.Option(help="auto, normal or empirical.")] = "auto",
    replications: Annotated[int, typer.Option(help="Of each simulation.")] = 200,
    seed: Annotated[int, typer.Option(help="Of the simulations.")] = 1,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            "--data", help="Folder of a network data package.", envvar="TEAHORSE_DATA_DIR"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Safety stock, reorder points and echelon stock, with lead times from the network."""
    from optimizer import inventory_planner
    from optimizer.report import inventory as files
    from optimizer.report.terminal import to_json
    from optimizer.report.write import check_folder

    check_folder(out)
    options = inventory_planner.InventoryOptions(
        service=service,
        seed=seed,
        n_weeks=weeks,
        order_hour=order_hour,
        way_rule=way,
        n_replications=replications,
        demand_model=demand_model,
    )
    inventory_planner.check_options(options)
    inputs = inventory_planner.load(skus, demand, network, data_dir)
    plan = inventory_planner.plan(inputs, options)
    written = files.write_inventory(plan, out)
    if as_json:
        typer.echo(to_json(files.to_dict(plan) | {"files": [str(path) for path in written]}))
    else:
        for line in files.lines_of(plan):
            typer.echo(line)
        typer.echo(f"wrote {', '.join(path.name for path in written)} to {out}")
    if plan.unplanned:
        raise typer.Exit(EXIT_NO)
