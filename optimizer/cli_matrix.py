"""The command ``teahorse matrix``: costs between many places, as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def matrix(
    origins: Annotated[
        list[str],
        typer.Option(
            "--from",
            help="Facility, lat,lon, country:TH, territory:EU, zone:NAME=ID+ID, all or @FILE; "
            "several apart by ';' or by repeating the option.",
        ),
    ],
    destinations: Annotated[list[str], typer.Option("--to", help="As --from.")],
    out: Annotated[Path, typer.Option("--out", help="File to write: .parquet, .csv or .json.")],
    mode: Annotated[
        str,
        typer.Option(
            help="multimodal (the corridor network), road or rail (OpenStreetMap graphs)."
        ),
    ] = "multimodal",
    load: Annotated[
        str, typer.Option(help="'1200kg 6m3' loose, '40HQ 18000kg' or '2x40HQ 30000kg'.")
    ] = "1000kg 6m3",
    at: Annotated[
        str, typer.Option(help="Ready time, RFC 3339 with zone: earliest arrivals, not averages.")
    ] = "",
    profile: Annotated[
        bool, typer.Option("--profile", help="All best departures of the week instead of averages.")
    ] = False,
    week: Annotated[
        str, typer.Option(help="A day of the week to average over; by default the next week.")
    ] = "",
    weights: Annotated[
        str,
        typer.Option(help="Generalized cost: cost=1,time=20,co2e=100 (factor, CNY/h, CNY/t)."),
    ] = "",
    zone_rule: Annotated[
        str, typer.Option(help="What a zone answers: best pair of members, or mean of the pairs.")
    ] = "best",
    without: Annotated[str, typer.Option(help="Modes not to use: air,rail,road.")] = "",
    customs_mode: Annotated[str, typer.Option(help="9610, 1210, 9710, 9810, 0110, ...")] = "0110",
    cargo_class: Annotated[str, typer.Option(help="Cargo class.")] = "general",
    credit_class: Annotated[str, typer.Option(help="Credit class of the declarant.")] = "ordinary",
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Make it anew, and keep nothing on disk.")
    ] = False,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            "--data", help="Folder of a network data package.", envvar="TEAHORSE_DATA_DIR"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Generalized cost, money, time, distance and CO2e between sets of places."""
    from optimizer import planner
    from optimizer.report import matrix as files
    from optimizer.report.terminal import to_json

    data = planner.read(data_dir)
    query = planner.matrix_query(
        data,
        origins=origins,
        destinations=destinations,
        mode=mode,
        load=load,
        at=at,
        week=week,
        is_profile=profile,
        weights=weights,
        zone_rule=zone_rule,
        without=without,
        customs_mode=customs_mode,
        cargo_class=cargo_class,
        credit_class=credit_class,
    )
    files.check_target(out)
    result = planner.matrix(data, query, use_cache=not no_cache)
    written = [str(path) for path in files.write_matrix(result, out)]
    n_cells = result.cells.reason.size
    n_missing = int((result.cells.reason >= 0).sum())
    if as_json:
        about = files.metadata(result)
        typer.echo(to_json(about | {"files": written, "n_pairs": n_cells, "n_missing": n_missing}))
        return
    typer.echo(
        f"wrote {', '.join(written)}: {len(query.origins)} x {len(query.destinations)} pairs, "
        f"{n_missing} without a way"
    )
    for one in sorted(set(result.cells.reason.ravel().tolist()) - {-1}):
        typer.echo(f"  {result.reasons[one][0]} {result.reasons[one][1]}")
    for note in result.notes:
        typer.echo(f"  note: {note}")
    if result.used_road_data:
        typer.echo(f"  {files.ATTRIBUTION}")
