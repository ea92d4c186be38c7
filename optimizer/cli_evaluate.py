"""The command ``teahorse evaluate``: what a person's plan costs, and which rules it breaks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EXIT_NO = 1


def evaluate(
    plan_file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A plan.json, edited or not; or rows (CSV, JSON) with shipment_id, leg_no, ref, "
            "from, to, departs_at, load_unit, n_units, load_id.",
        ),
    ],
    shipments: Annotated[
        Path | None, typer.Option(help="Shipments of the rows: CSV, Excel or JSON.")
    ] = None,
    scenario: Annotated[
        Path | None, typer.Option(help="Scenario folder: network, shipments, horizon, options.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the plan, priced anew, as plan.json.")
    ] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            "--data", help="Folder of a network data package.", envvar="TEAHORSE_DATA_DIR"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Price a person's plan softly: objective, broken rules with amounts, one figure to compare."""
    from optimizer.plan.io import write_plan
    from optimizer.report import evaluation, terminal
    from optimizer.scenario.run import evaluate_file

    with terminal.solve_progress(quiet=as_json) as on_progress:
        data, result, found = evaluate_file(
            plan_file,
            scenario_path=scenario,
            shipments_path=shipments,
            data_dir=data_dir,
            on_progress=on_progress,
        )
    if out is not None:
        write_plan(data, result, out)
    if as_json:
        typer.echo(evaluation.evaluation_json(result, found))
    else:
        evaluation.show_evaluation(found)
    if found.penalties:
        raise typer.Exit(EXIT_NO)
