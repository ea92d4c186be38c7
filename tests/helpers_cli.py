"""The command in the test's own process: quick, and with exit code and texts to look at."""

from __future__ import annotations

import csv
import json
import sys
import tomllib
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

from optimizer import cli

DEMO = Path(__file__).parents[1] / "scenarios" / "kunming-week"


@dataclass(frozen=True)
class Ran:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def codes(self) -> list[str]:
        """Codes of the findings, of a command that was run with ``--json``."""
        return [finding["code"] for finding in self.json["findings"]]


def teahorse(*arguments: object) -> Ran:
    """Run ``teahorse`` with arguments, as :func:`optimizer.cli.main` does."""
    out, err, code = StringIO(), StringIO(), 0
    argv = ["teahorse", *(str(one) for one in arguments)]
    with patch.object(sys, "argv", argv), redirect_stdout(out), redirect_stderr(err):
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(bool(stop.code))
    return Ran(code, out.getvalue(), err.getvalue())


def demo_rows() -> list[dict[str, str]]:
    """The shipments of the demo week, as its file has them."""
    with (DEMO / "shipments.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    """Write shipments as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_scenario(folder: Path, rows: Sequence[dict[str, str]], *, time_s: float) -> Path:
    """A scenario of its own with some of the demo's shipments; the folder."""
    demo = tomllib.loads((DEMO / "scenario.toml").read_text(encoding="utf-8"))
    clocks = json.dumps(demo["lanes"]["truck_departures_local"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scenario.toml").write_text(
        f"""name = "part-of-the-week"
planned_at = {demo["planned_at"].isoformat()}
horizon_start = {demo["horizon_start"].isoformat()}
horizon_days = {demo["horizon_days"]}
shipments = "shipments.csv"
[limits]
time_s = {time_s}
gap = 0.0
[lanes]
truck_departures_local = {clocks}
""",
        encoding="utf-8",
    )
    write_rows(folder / "shipments.csv", rows)
    return folder
