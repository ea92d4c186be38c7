"""
Truck times between places beside published ones, from the road network alone.

Usage: ``python network-data/scripts/road_times_table.py [--write]``.

A published time is compared with driving where it is of driving (car, coach, light vehicle, or not
said), and with the elapsed time of one truck where it is of a truck from end to end: driving, a
rest of the driver after each full day at the wheel, and the median time at each listed border.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import roads_measure as rm
from readme_table import show_or_write
from roads_borders import PERMIT_SUFFIX
from roads_sections import points
from table_io import INPUTS, TABLES, Row, by_key, read_rows

from optimizer.network.roads import load_roads

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- road times table -->", "<!-- end of road times table -->"
STAND_IN = {
    "LONGBANG-TRALINH-ROAD": "YOUYIGUAN-HUUNGHI-ROAD",
    "CHALO-NAPHAO-ROAD": "LAOBAO-DANSAVAN-ROAD",
    "THAKHEK-NAKHONPHANOM-ROAD": "SAVANNAKHET-MUKDAHAN-ROAD",
}
"""Borders without a time of their own, and the neighbour whose time is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A pair with our kilometres, hours of driving and elapsed hours, and the borders passed."""

    row: Row
    km: float
    drive_h: float
    elapsed_h: float
    borders: tuple[str, ...]

    @property
    def ours_h(self) -> float:
        """Hours that the published time is compared with."""
        return self.elapsed_h if self.row["what"] == "elapsed" else self.drive_h

    @property
    def ratio(self) -> float:
        """Ours over the nearest end of the published range."""
        low, high = float(self.row["low_h"]), float(self.row["high_h"])
        return self.ours_h / min(max(self.ours_h, low), high)


def border_hours(border_id: str, *, has_permit: bool) -> float:
    """Median hours at a border, by the row for any customs mode; with a permit if there is one."""
    named = STAND_IN.get(border_id, border_id)
    rows = {
        row["border_id"]: float(row["p50_min"]) / 60
        for row in read_rows(TABLES / "border_times.csv")
        if row["customs_mode"] == "*"
    }
    permit = named.removesuffix("-ROAD") + PERMIT_SUFFIX
    return rows[permit] if has_permit and permit in rows else rows[named]


def compared() -> list[Compared]:
    """All pairs of ``inputs/published_road_times.csv``."""
    network = load_roads(ROOT / "derived" / "osm" / "roads.npz")
    ruler, parameters = rm.Ruler(network), by_key(TABLES / "parameters.csv", "name")
    day_h = float(parameters["driver_max_drive_min"]["value"]) / 60
    rest_h = float(parameters["driver_rest_min"]["value"]) / 60
    found = []
    for row in read_rows(INPUTS / "published_road_times.csv"):
        stops = [
            (float(row["from_lat"]), float(row["from_lon"])),
            *points(row["via"]),
            (float(row["to_lat"]), float(row["to_lon"])),
        ]
        arcs = ruler.arcs("time", network.snap(*np.array(stops).T, component=0)[0].tolist())
        gates = [network.crossings[i] for i in network.crossing[arcs[network.is_gate()[arcs]]]]
        drive_h = float(network.drive_s[arcs].sum()) / 3600
        has_permit = row["permit"] == "yes"
        elapsed_h = drive_h + rest_h * (int(drive_h / day_h) if drive_h > day_h else 0)
        if row["what"] == "elapsed":
            elapsed_h += sum(border_hours(one, has_permit=has_permit) for one in gates)
        found.append(
            Compared(
                row=row,
                km=float(network.length_m[arcs].sum()) / 1000,
                drive_h=drive_h,
                elapsed_h=elapsed_h,
                borders=tuple(dict.fromkeys(gates)),
            )
        )
    return found


def markdown(rows: list[Compared]) -> str:
    """Markdown table, and what it comes to."""
    lines = [
        "| pair | published h | of | km | driving h | elapsed h | ratio | borders | remark |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: | --- | --- |",
    ]
    for one in rows:
        row = one.row
        span = row["low_h"] if row["low_h"] == row["high_h"] else f"{row['low_h']}-{row['high_h']}"
        borders = ", ".join(b.removesuffix("-ROAD").title() for b in one.borders)
        elapsed = f"{one.elapsed_h:.0f}" if row["what"] == "elapsed" else "-"
        lines.append(
            f"| {row['from_name']}-{row['to_name']} | {span} ({row['source_id']}, "
            f"{row['confidence']}, {row['as_of']}) | {row['what']} | {one.km:.0f} | "
            f"{one.drive_h:.1f} | {elapsed} | {one.ratio:.2f} | {borders} | {row['note']} |"
        )
    for what in ("driving", "elapsed"):
        ratios = np.array([one.ratio for one in rows if one.row["what"] == what])
        lines += [
            "",
            f"{len(ratios)} pairs of {what}: median ratio {np.median(ratios):.2f}, "
            f"half of them between {np.quantile(ratios, 0.25):.2f} and "
            f"{np.quantile(ratios, 0.75):.2f}, range {ratios.min():.2f}-{ratios.max():.2f}.",
        ]
    return "\n".join(lines)


def main() -> int:
    """Print the table, or put it into the README."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="replace the table in README.md")
    options = parser.parse_args()
    return show_or_write(markdown(compared()), BEGIN, END, write=options.write)


if __name__ == "__main__":
    sys.exit(main())
