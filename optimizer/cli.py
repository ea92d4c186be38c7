"""
The ``teahorse`` command.

Handlers only translate: text to domain, one call of :mod:`optimizer.planner`, domain to text. Exit
codes: 0 done, 1 the answer is "no" (no itinerary, a plan with violations), 2 the input is at fault.
Imports are inside the handlers because numba, OR-Tools and geopandas cost a second each.
"""

from __future__ import annotations

import sys
from io import TextIOWrapper
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optimizer.cli_allocate import allocate
from optimizer.cli_evaluate import evaluate
from optimizer.cli_explain import explain
from optimizer.cli_inventory import inventory
from optimizer.cli_locate import locate
from optimizer.cli_matrix import matrix
from optimizer.cli_replan import replan
from optimizer.cli_scenario import scenario_app
from optimizer.cli_streets import network_streets
from optimizer.cli_warm import warm

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.errors import Finding

EXIT_NO = 1
EXIT_INPUT = 2
MAX_FINDINGS_SHOWN = 50

app = typer.Typer(
    name="teahorse",
    help="Plan freight over air, rail and road from Kunming: quote, plan, check.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
network_app = typer.Typer(help="Look at the network and validate its tables.", no_args_is_help=True)
app.add_typer(network_app, name="network")
app.add_typer(scenario_app, name="scenario")
network_app.command("streets")(network_streets)
app.command()(matrix)
app.command()(locate)
app.command()(warm)
app.command()(explain)
app.command()(evaluate)
app.command()(replan)
app.command()(allocate)
app.command()(inventory)

DataDir = Annotated[
    Path | None,
    typer.Option("--data", help="Folder of a network data package.", envvar="TEAHORSE_DATA_DIR"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


def _finite(value: float | None) -> float | None:
    if value is not None and not isfinite(value):
        raise typer.BadParameter("it has to be a number of seconds")
    return value


@app.command()
def quote(
    origin: Annotated[str, typer.Option("--from", help="Facility id, UN/LOCODE, IATA or lat,lon.")],
    destination: Annotated[str, typer.Option("--to", help="As --from.")],
    kg: Annotated[str, typer.Option("--kg", help="Gross mass in kilograms.")],
    m3: Annotated[str, typer.Option("--m3", help="Volume in cubic metres.")],
    ready: Annotated[str, typer.Option("--ready", help="RFC 3339 time with zone.")],
    due: Annotated[str, typer.Option("--due", help="Soft due time, RFC 3339 with zone.")] = "",
    latest: Annotated[str, typer.Option("--latest", help="Hard latest delivery, with zone.")] = "",
    customs_mode: Annotated[str, typer.Option(help="9610, 1210, 9710, 9810, 0110, ...")] = "0110",
    cargo_class: Annotated[str, typer.Option(help="Cargo class.")] = "general",
    credit_class: Annotated[str, typer.Option(help="Credit class of the declarant.")] = "ordinary",
    booked: Annotated[
        str, typer.Option("--booked", help="When it can be booked; now: ready.")
    ] = "",
    alternatives: Annotated[
        int, typer.Option("--alternatives", help="At most K ways that differ.", min=0, max=50)
    ] = 0,
    with_plan: Annotated[
        Path | None,
        typer.Option("--with-plan", help="A plan.json: wait for one of its loads, share, or go."),
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Door-to-door itineraries of one shipment: the Pareto set over arrival, cost and CO2e."""
    from optimizer import planner
    from optimizer.report import terminal

    query = {
        "origin": origin,
        "destination": destination,
        "kg": kg,
        "m3": m3,
        "ready": ready,
        "due": due,
        "latest": latest,
        "customs_mode": customs_mode,
        "cargo_class": cargo_class,
        "credit_class": credit_class,
        "booked": booked,
    }
    if with_plan is not None:
        _quote_beside(with_plan, data_dir, query, as_json=as_json)
        return
    shipment, inputs = planner.query(data_dir, **query)
    answer = planner.quote(inputs, shipment, n_alternatives=alternatives)
    notes = planner.place_notes(inputs.data, shipment, origin, destination)
    if as_json:
        typer.echo(terminal.quote_json(inputs, shipment, answer, notes))
    else:
        terminal.show_quote(inputs, shipment, answer, notes)
    if not answer.itineraries:
        raise typer.Exit(EXIT_NO)


def _quote_beside(
    plan_file: Path, data_dir: Path | None, query: dict[str, str], *, as_json: bool
) -> None:
    from optimizer import planner, replanner
    from optimizer.report import choices

    result, inputs, shipment, found = replanner.beside(plan_file, data_dir, **query)
    notes = planner.place_notes(inputs.data, shipment, query["origin"], query["destination"])
    if as_json:
        typer.echo(choices.choices_json(inputs.data, result.plan, found, notes))
    else:
        choices.show_choices(inputs.data, result.plan, found, notes)
    if not found.choices:
        raise typer.Exit(EXIT_NO)


@app.command()
def plan(
    scenario: Annotated[Path, typer.Argument(help="Scenario folder or scenario.toml.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the results.")] = Path("out"),
    time_limit: Annotated[
        float | None,
        typer.Option("--time-limit", help="Seconds for the solver.", min=1, callback=_finite),
    ] = None,
    shipments: Annotated[
        Path | None, typer.Option(help="Other shipments: CSV, Excel or JSON.")
    ] = None,
    land_only: Annotated[
        bool, typer.Option("--land-only", help="Draw no country outlines in the report.")
    ] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Consolidate and route all shipments of a scenario; write plan.json, xlsx, geojson, html."""
    from optimizer.report import terminal, write
    from optimizer.scenario.run import solve_scenario

    write.check_folder(out)
    with terminal.solve_progress(quiet=as_json) as on_progress:
        run = solve_scenario(
            scenario,
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
        country_outlines=not land_only,
    )
    if as_json:
        typer.echo(terminal.to_json(run.result.summary))
    else:
        terminal.show_plan(run.result, files)


@app.command()
def check(
    plan_file: Annotated[Path, typer.Argument(help="A plan.json.")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Recompute feasibility and every cost line of a plan, without the solvers."""
    from optimizer import planner
    from optimizer.report import terminal

    data = planner.read(data_dir)
    result, violations = planner.check(plan_file, data=data)
    made_with = result.input_hashes.get("network", "")
    if made_with != data.fingerprint:
        typer.echo(f"note: the plan was made with other network data ({made_with[:12]})", err=True)
    if as_json:
        typer.echo(terminal.check_json(result, violations))
    else:
        terminal.show_check(result, violations)
    if violations:
        raise typer.Exit(EXIT_NO)


@app.command()
def template(
    path: Annotated[Path, typer.Argument(help="Excel file to write.")],
    data_dir: DataDir = None,
) -> None:
    """Write an empty Excel workbook for shipments, with drop-downs and notes."""
    from optimizer import planner

    planner.write_template(path, data_dir)
    typer.echo(f"wrote {path}")


@app.command()
def generate(
    path: Annotated[Path, typer.Argument(help="CSV file to write.")],
    n_shipments: Annotated[int, typer.Option("--n", min=1, max=20_000)] = 560,
    seed: Annotated[int, typer.Option(min=0)] = 38,
    week: Annotated[str, typer.Option(help="Monday of the week, YYYY-MM-DD.")] = "2026-09-14",
    data_dir: DataDir = None,
) -> None:
    """Generate a synthetic week of shipments out of and into Kunming."""
    from optimizer import planner

    n_written = planner.generate(
        path, n_shipments=n_shipments, seed=seed, week=week, data_dir=data_dir
    )
    typer.echo(f"wrote {n_written} synthetic shipments to {path}")


@network_app.command("validate")
def network_validate(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Read every table, report all findings at once, and say how well the rows are sourced."""
    from optimizer import listings, planner
    from optimizer.report import terminal

    data = planner.read(data_dir)
    if as_json:
        typer.echo(terminal.to_json(listings.describe(data)))
    else:
        terminal.show_network(data)


@network_app.command("show")
def network_show(
    what: Annotated[str, typer.Argument(help="facilities, borders, services or trucks.")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List facilities, borders, services or trucks with status and confidence."""
    from optimizer import listings, planner
    from optimizer.report import terminal

    rows = listings.listing(planner.read(data_dir), what)
    if as_json:
        typer.echo(terminal.to_json(rows))
    else:
        terminal.show_rows(rows)


def _report_findings(findings: Iterable[Finding], *, as_json: bool) -> None:
    import json

    listed = list(findings)
    if as_json:
        fields = ("code", "what", "where", "value", "remedy")
        rows = [{name: getattr(finding, name) for name in fields} for finding in listed]
        typer.echo(json.dumps({"findings": rows}, ensure_ascii=False, indent=1))
        return
    typer.echo(
        f"{len(listed)} finding{'s' if len(listed) != 1 else ''}, nothing was written:", err=True
    )
    for finding in listed[:MAX_FINDINGS_SHOWN]:
        typer.echo(f"  {finding}", err=True)
    if len(listed) > MAX_FINDINGS_SHOWN:
        typer.echo(f"  and {len(listed) - MAX_FINDINGS_SHOWN} more; --json lists all", err=True)


def main() -> None:
    """Run the command; findings go to standard error with exit code 2, never a traceback."""
    from optimizer.errors import InputError, PlanError, TeahorseError

    for stream in (sys.stdout, sys.stderr):
        # Names are Chinese too; a terminal that cannot show them gets question marks.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app()
    except (InputError, PlanError) as error:
        _report_findings(error.findings, as_json="--json" in sys.argv)
        sys.exit(EXIT_INPUT)
    except TeahorseError as error:
        typer.echo(str(error), err=True)
        sys.exit(EXIT_NO)
    except OSError as error:
        typer.echo(f"{error.strerror or error}: {error.filename or ''}", err=True)
        sys.exit(EXIT_INPUT)
    except KeyboardInterrupt:
        typer.echo("stopped", err=True)
        sys.exit(130)


if __name__ == "__main__":
    main()
