"""``teahorse scenario``: run, compare, sweep."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

scenario_app = typer.Typer(
    help="Ask what if: run and compare the variants of a scenario.", no_args_is_help=True
)

ScenarioName = Annotated[str, typer.Argument(help="Name, folder or scenario.toml.")]
OutDir = Annotated[
    Path | None, typer.Option("--out", help="Folder for plans and results; kept plans are reused.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Variants = Annotated[
    list[str] | None, typer.Option("--variant", help="Only this variant; may be repeated.")
]
IsScaled = Annotated[
    bool, typer.Option("--scaled", help="The smaller form that the tests run, by [scaled].")
]
DataDir = Annotated[
    Path | None,
    typer.Option("--data", help="Folder of a network data package.", envvar="TEAHORSE_DATA_DIR"),
]


@scenario_app.command("compare")
def scenario_compare(
    name: ScenarioName,
    out: OutDir = None,
    variants: Variants = None,
    is_scaled: IsScaled = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Plan the base and each variant, and say what moved and why."""
    from optimizer.report import comparison, terminal
    from optimizer.scenario.run import compare_scenario

    with terminal.solve_progress(quiet=as_json) as on_progress:
        found = compare_scenario(
            name,
            out_dir=out,
            chosen=variants or [],
            is_scaled=is_scaled,
            data_dir=data_dir,
            on_progress=on_progress,
        )
    documents = [comparison.comparison_json(one) for one in found]
    if as_json:
        typer.echo(terminal.to_json({"comparisons": documents}))
    else:
        comparison.show_comparisons(found)


@scenario_app.command("run")
def scenario_run(
    name: ScenarioName,
    out: OutDir = None,
    variants: Variants = None,
    is_scaled: IsScaled = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Plan the base and each variant; list what each run was made from."""
    from optimizer.report import terminal
    from optimizer.scenario.run import run_scenario

    with terminal.solve_progress(quiet=as_json) as on_progress:
        runs = run_scenario(
            name,
            out_dir=out,
            chosen=variants or [],
            is_scaled=is_scaled,
            data_dir=data_dir,
            on_progress=on_progress,
        )
    rows = [
        {
            "case": run.case.name,
            "objective_cny": run.result.summary["objective_cny"],
            "bound_cny": run.result.summary["bound_cny"],
            "gap": run.result.gap,
            "n_served": run.result.summary["n_served"],
            "n_shipments": run.result.summary["n_shipments"],
            "seconds": round(run.seconds, 1),
            "is_reused": run.is_reused,
            "seed": run.result.seed,
            "key": run.key[:12],
        }
        for run in runs
    ]
    if as_json:
        typer.echo(terminal.to_json({"runs": rows}))
    else:
        terminal.show_rows(rows)


@scenario_app.command("sweep")
def scenario_sweep(
    name: ScenarioName,
    sweep: Annotated[str, typer.Option("--sweep", help="Which sweep, if there are several.")] = "",
    out: OutDir = None,
    processes: Annotated[
        int, typer.Option("--processes", min=1, max=256, help="Local processes.")
    ] = 1,
    is_scaled: IsScaled = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Plan every point of a sweep; what was finished before is read back from --out."""
    from optimizer.report import sweep_report, terminal
    from optimizer.scenario import sweep as sweeps
    from optimizer.scenario.executor import choose_executor
    from optimizer.scenario.scenario import load_scenario

    chosen = sweeps.find_sweep(load_scenario(name), sweep)
    points = sweeps.points_of(chosen)
    job = sweeps.sweep_job(
        name,
        chosen,
        store_dir=None if out is None else out / "runs",
        is_scaled=is_scaled,
        data_dir=data_dir,
    )
    with terminal.solve_progress(quiet=as_json) as on_progress:
        results = list(
            sweeps.run_sweep(
                job,
                points,
                choose_executor(processes),
                lambda done, n_all: on_progress(f"points {done}/{n_all}", None),
            )
        )
    rows = sweep_report.rows(job.parameters, results)
    if out is not None:
        sweep_report.write_parquet(rows, out / "points.parquet")
    if as_json:
        typer.echo(terminal.to_json({"sweep": chosen.name, "points": rows}))
    else:
        terminal.show_rows(rows)
