"""The command ``teahorse replan``: make a plan again with parts of it standing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def replan(
    scenario: Annotated[Path, typer.Argument(help="Scenario folder or scenario.toml.")],
    plan_file: Annotated[Path, typer.Option("--plan", help="The earlier plan.json.")],
    freeze: Annotated[
        list[str] | None,
        typer.Option(
            help="What stays: all, until:TIME, service:ID, lane:ID, load:ID or shipment:ID; "
            "repeatable."
        ),
    ] = None,
    hint: Annotated[
        bool, typer.Option("--hint/--no-hint", help="Start the solver from the earlier plan.")
    ] = True,
    out: Annotated[Path, typer.Option("--out", help="Folder for the results.")] = Path("out"),
    time_limit: Annotated[
        float | None, typer.Option("--time-limit", help="Seconds for the solver.", min=1)
    ] = None,
    shipments: Annotated[
        Path | None, typer.Option(help="Shipments as they are now: CSV, Excel or JSON.")
    ] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            "--data", help="Folder of a network data package.", envvar="TEAHORSE_DATA_DIR"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Plan again after something changed; list every path that changed and why."""
    from optimizer.report import path_changes, terminal, write
    from optimizer.scenario.run import solve_again

    write.check_folder(out)
    with terminal.solve_progress(quiet=as_json) as on_progress:
        run, again = solve_again(
            scenario,
            plan_file,
            freezes=freeze or [],
            with_hint=hint,
            time_s=time_limit,
            shipments_path=shipments,
            data_dir=data_dir,
            on_progress=on_progress,
        )
    files = write.write_all(
        run.result,
        run.data,
        out,
        title=run.scenario.name.replace("-", " ").capitalize(),
        question=run.scenario.question,
        country_outlines=True,
    )
    path_changes.write_changes(again, out / "changes.json")
    if as_json:
        typer.echo(path_changes.changes_json(again, run.result.summary))
    else:
        terminal.show_plan(run.result, files)
        path_changes.show_changes(again)
