"""The command ``teahorse explain``: what would get a shipment served, at which price."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def explain(
    plan_file: Annotated[Path, typer.Argument(help="A plan.json.")],
    shipment: Annotated[
        list[str] | None,
        typer.Option(help="Shipment that is not served or late; all unserved ones otherwise."),
    ] = None,
    late: Annotated[bool, typer.Option("--late", help="All that are planned late, too.")] = False,
    seconds: Annotated[float, typer.Option(help="Time for all of them.", min=1, max=3600)] = 60.0,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            "--data", help="Folder of a network data package.", envvar="TEAHORSE_DATA_DIR"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Price repairs of unserved or late shipments: each is tried on the plan and checked."""
    from optimizer import replanner
    from optimizer.report import choices, terminal

    with terminal.solve_progress(quiet=as_json) as on_progress:
        result, ids = replanner.explain_file(
            plan_file,
            data_dir,
            shipment_ids=shipment,
            with_late=late,
            time_s=seconds,
            on_progress=on_progress,
        )
    if as_json:
        wanted = [repair for repair in result.plan.repairs if repair.shipment_id in set(ids)]
        typer.echo(choices.repairs_json(result.plan, wanted))
    else:
        choices.show_repairs(result, ids)
