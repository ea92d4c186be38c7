"""
Errors of road and rail lengths before and after calibration, and the factors behind them.

Usage::

    python network-data/scripts/calibration_table.py [--write]   table, into README.md if asked
    python network-data/scripts/calibration_table.py --fit       new factors into road_sections.csv

``--fit`` needs networks that were built with the present sections; build again after it.
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

import numpy as np
import roads_measure as rm
from readme_table import show_or_write
from roads_sections import sections
from table_io import INPUTS, read_rows, write_rows

from optimizer.network.roads import load_railways, load_roads

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- calibration table -->", "<!-- end of calibration table -->"
FILES = {"road": "roads.npz", "rail": "railways.npz"}
LOAD = {"road": load_roads, "rail": load_railways}
LARGE_ERROR = 0.15


def measured(mode: str) -> list[rm.Measured]:
    """All pairs of a mode on the shipped network."""
    network = LOAD[mode](ROOT / "derived" / "osm" / FILES[mode])
    ruler = rm.Ruler(network)
    return [ruler.measure(row) for row in rm.pairs(mode)]


def is_fitted(one: rm.Measured) -> bool:
    """Whether a pair takes part in the fit and in the mean error."""
    return one.row["use"] == "fit"


def column(mode: str, name: str) -> rm.FloatArray:
    """(n_sections,) numbers of a column of the sections."""
    return np.array([float(row[name]) for row in sections(mode)])


def _percent(error: float) -> str:
    text = f"{100 * error:+.1f}"
    return f"**{text}**" if abs(error) > LARGE_ERROR else text


def pair_lines(mode: str, found: list[rm.Measured]) -> list[str]:
    """Markdown table of the pairs."""
    factors, prior = column(mode, "factor"), column(mode, "prior")
    fitted = [one for one in found if is_fitted(one)]
    left_out = dict(
        zip((one.row["pair_id"] for one in fitted), rm.left_out_errors(fitted, prior), strict=True)
    )
    lines = [
        "| pair | published km | free before | % | way before | % | after | % | left out % "
        "| quickest | remark |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for one in found:
        row, length = one.row, one.length(factors)
        source = f"{row['source_id']}, {row['confidence']}, {row['as_of'][:4]}"
        name = f"{row['from_name']}-{row['to_name']}"
        lost = left_out.get(row["pair_id"])
        lines.append(
            f"| {name}{'' if is_fitted(one) else ' (not fitted)'} | "
            f"{one.published:g} ({source}) | {one.raw_free:.0f} | "
            f"{_percent(one.raw_free / one.published - 1)} | {one.raw_way:.0f} | "
            f"{_percent(one.raw_way / one.published - 1)} | {length:.0f} | "
            f"{_percent(length / one.published - 1)} | {'-' if lost is None else _percent(lost)} | "
            f"{one.quickest:.0f} | {row['note']} |"
        )
    return lines


def summary_lines(mode: str, found: list[rm.Measured]) -> list[str]:
    """Mean and largest absolute errors of the fitted pairs."""
    fitted = [one for one in found if is_fitted(one)]
    published = np.array([one.published for one in fitted])
    rows = [
        ("shortest way, before", np.array([one.raw_free for one in fitted]) / published - 1),
        ("way by its points, before", np.array([one.raw_way for one in fitted]) / published - 1),
        ("way by its points, after", rm.errors(fitted, column(mode, "factor"))),
        ("each pair left out of the fit", rm.left_out_errors(fitted, column(mode, "prior"))),
        ("quickest way of a router, after", np.array([o.quickest for o in fitted]) / published - 1),
    ]
    lines = [
        f"| {mode}: {len(fitted)} pairs | mean absolute error % | largest % | over 15 % |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name, error in rows:
        size = np.abs(error)
        lines.append(
            f"| {name} | {100 * size.mean():.1f} | {100 * size.max():.1f} | "
            f"{(size > LARGE_ERROR).sum()} |"
        )
    return lines


def factor_lines(mode: str, found: list[rm.Measured]) -> list[str]:
    """Factors and speeds by section, with the raw kilometres of fitted pairs in each."""
    share = np.sum([one.by_section for one in found if is_fitted(one)], axis=0)
    lines = [
        f"| {mode} section | prior | factor | km/h | km in pairs | reason |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
    ]
    for row, raw_km in zip(sections(mode), share, strict=True):
        lines.append(
            f"| {row['name'].replace('*', 'elsewhere')} | {float(row['prior']):.2f} | "
            f"{float(row['factor']):.2f} | {row['speed_km_per_h']} | {raw_km:.0f} | {row['note']} |"
        )
    return lines


def text() -> str:
    """Markdown of both modes."""
    parts: list[str] = []
    for mode in ("road", "rail"):
        found = measured(mode)
        parts += [
            "\n".join(lines(mode, found)) for lines in (summary_lines, pair_lines, factor_lines)
        ]
    return "\n\n".join(parts)


def write_fit() -> None:
    """Put fitted factors, to two decimals, into ``inputs/road_sections.csv``."""
    path = INPUTS / "road_sections.csv"
    with path.open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))
    rows = read_rows(path)
    for mode in ("road", "rail"):
        fitted = [one for one in measured(mode) if is_fitted(one)]
        factors = rm.fit(fitted, column(mode, "prior"))
        for row, factor in zip([r for r in rows if r["mode"] == mode], factors, strict=True):
            row["factor"] = f"{factor:.2f}"
    write_rows(path, columns, rows)


def main() -> int:
    """Print the table, put it into the README, or fit the factors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="replace the table in README.md")
    parser.add_argument("--fit", action="store_true", help="write new factors")
    options = parser.parse_args()
    if options.fit:
        write_fit()
        return 0
    return show_or_write(text(), BEGIN, END, write=options.write)


if __name__ == "__main__":
    sys.exit(main())
