"""The command ``teahorse locate``: which warehouses to open, expand or close when."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

_EXIT_NO = 1
_FEN_PER_CNY = 100


def locate(
    folder: Annotated[Path, typer.Argument(help="Folder with locations.csv and demand.csv.")],
    growth: Annotated[float, typer.Option(help="Growth of demand a year; 0.5 is +50 %.")] = 0.0,
    years: Annotated[int, typer.Option(help="Periods of a year.")] = 1,
    single: Annotated[
        bool, typer.Option("--single", help="One warehouse for each market, class and year.")
    ] = False,
    out: Annotated[Path, typer.Option("--out", help="Folder for location.json.")] = Path("out"),
    time_limit: Annotated[float, typer.Option("--time-limit", help="Seconds to solve.")] = 60.0,
    threads: Annotated[int, typer.Option("--threads")] = 1,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            "--data", help="Folder of a network data package.", envvar="TEAHORSE_DATA_DIR"
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Which warehouses to open, expand or close when, with cost by cause, bound and gap."""
    from optimizer import locator
    from optimizer.report import write

    options = locator.LocateOptions(
        growth=growth, years=years, is_single=single, time_s=time_limit, n_threads=threads
    )
    answer = locator.locate(folder, options, data_dir)
    if "levels" in answer:
        write.check_folder(out)
        out.mkdir(parents=True, exist_ok=True)
        scratch = out / ".location.json.part"
        scratch.write_text(json.dumps(answer, ensure_ascii=False, indent=1), encoding="utf-8")
        scratch.replace(out / "location.json")
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        _show(answer, out)
    if "levels" not in answer:
        raise typer.Exit(_EXIT_NO)


def _show(answer: dict[str, Any], out: Path) -> None:
    typer.echo(f"{answer['status']}, {answer['seconds']:.2f} s, {answer['n_nodes']} nodes")
    for line in answer["messages"]:
        typer.echo(f"  {line}")
    if "levels" not in answer:
        return
    for one in answer["changes"]:
        typer.echo(
            f"  year {one['year']}: {one['what']} of {one['facility_id']}, level "
            f"{one['from_level']} to {one['to_level']}, {one['fen'] / _FEN_PER_CNY:,.0f} CNY"
        )
    for facility_id, levels in answer["levels"].items():
        if any(levels):
            typer.echo(f"  {facility_id}: levels {' '.join(map(str, levels))}")
    for cause, fen in answer["cost_fen"].items():
        typer.echo(f"  {cause:12} {fen / _FEN_PER_CNY:18,.2f} CNY")
    typer.echo(
        f"  {'total':12} {answer['total_fen'] / _FEN_PER_CNY:18,.2f} CNY, bound "
        f"{answer['bound_fen'] / _FEN_PER_CNY:,.2f}, gap {100 * answer['gap']:.4f} %"
    )
    typer.echo(f"wrote {out / 'location.json'}")
