"""
Quotes of named corridor pairs beside published transit times and prices, as a Markdown table.

Usage: ``python network-data/scripts/transit_table.py [--write | --check]``. ``--write`` replaces
the table between the two marks in ``README.md``; ``--check`` fails where the README is not what
comes out now. Needs the package ``optimizer``.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass

from readme_table import README, with_table
from table_io import Row
from transit_quotes import Quoted, published_rows, quoted

BEGIN = "<!-- transit table -->"
END = "<!-- end of transit table -->"
TOLERANCE = 1 / 3
HOURS_SHOWN_TO = 120.0
NONE = "none found"


@dataclass(frozen=True)
class Compared:
    """A pair with its published and our figures; a ratio is ``None`` without publication."""

    row: Row
    ours: Quoted
    transit_ratio: float | None
    price_ratio: float | None

    @property
    def is_off(self) -> bool:
        """Whether a ratio is off by more than a third."""
        ratios = (self.transit_ratio, self.price_ratio)
        return any(ratio is not None and abs(ratio - 1) > TOLERANCE for ratio in ratios)


def ratio(ours: float, low: str, high: str) -> float | None:
    """Our figure over the nearest end of the published range: 1 inside it, ``None`` without it."""
    if not low:
        return None
    return ours / min(max(ours, float(low)), float(high))


def compared() -> list[Compared]:
    """Every pair of the input, quoted."""
    rows: list[Compared] = []
    for row in published_rows():
        ours = quoted(row)
        hours = ours.door_h if row["transit_scope"] == "door" else ours.line_h
        rows.append(
            Compared(
                row,
                ours,
                ratio(hours, row["transit_low_h"], row["transit_high_h"]),
                ratio(ours.price, row["price_low"], row["price_high"]),
            )
        )
    return rows


def span(low: float, high: float, digits: int) -> str:
    """A range, or its one value."""
    texts = [f"{value:,.{digits}f}" for value in (low, high)]
    return texts[0] if texts[0] == texts[1] else "-".join(texts)


def duration(low_h: float, high_h: float) -> str:
    """Hours, or days where that reads better."""
    if high_h <= HOURS_SHOWN_TO:
        return f"{span(low_h, high_h, 1 if (low_h % 1 or high_h % 1) else 0)} h"
    return f"{span(low_h / 24, high_h / 24, 1)} d"


def ratio_text(value: float | None) -> str:
    """A ratio, bold where it is off by more than a third."""
    if value is None:
        return "-"
    text = f"{value:.2f}"
    return f"**{text}**" if abs(value - 1) > TOLERANCE else text


def cited(row: Row, what: str) -> str:
    """Source, its confidence and the year that a published figure is about."""
    source = row[f"{what}_source"].replace(";", " ")
    return f"{source}, {row[f'{what}_confidence']}, {row[f'{what}_year']}"


def line(one: Compared) -> str:
    """One line of the table."""
    row, ours = one.row, one.ours
    transit = price = NONE
    if row["transit_low_h"]:
        scope = "door " if row["transit_scope"] == "door" else ""
        hours = duration(float(row["transit_low_h"]), float(row["transit_high_h"]))
        transit = f"{scope}{hours} ({cited(row, 'transit')})"
    digits = 2 if row["price_per"] == "kg" else 0
    unit = f"{row['currency'] or 'CNY'} a {row['price_per']}"
    if row["price_low"]:
        amount = span(float(row["price_low"]), float(row["price_high"]), digits)
        price = f"{amount} {unit}, {row['price_scope']} ({cited(row, 'price')})"
    mine = f"{span(ours.price, ours.price, digits)} {unit}, {row['price_scope']}"
    cells = (
        row["pair"],
        row["what"],
        transit,
        duration(ours.line_h, ours.line_h),
        f"{ours.door_h / 24:.1f}",
        ratio_text(one.transit_ratio),
        price,
        mine,
        ratio_text(one.price_ratio),
        row["explanation"],
    )
    return f"| {' | '.join(cells)} |"


def markdown(rows: list[Compared]) -> str:
    """The whole table."""
    header = (
        "pair", "what", "published time", "ours, line", "ours, door, days", "ratio",
        "published price", "ours", "ratio", "remark",
    )  # fmt: skip
    rule = ("---", "---", "---", "---:", "---:", "---:", "---", "---", "---:", "---")
    return "\n".join(
        (f"| {' | '.join(header)} |", f"| {' | '.join(rule)} |", *(line(one) for one in rows))
    )


def main() -> int:
    """Print the table, put it into the README, or compare it with the README."""
    parser = argparse.ArgumentParser(description=__doc__)
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--write", action="store_true", help="replace the table in README.md")
    choice.add_argument("--check", action="store_true", help="fail if README.md is out of date")
    options = parser.parse_args()
    rows = compared()
    unexplained = [one.row for one in rows if one.is_off and not one.row["explanation"]]
    for row in unexplained:
        print(f"{row['pair']}, {row['what']}: off and not explained", file=sys.stderr)
    table = markdown(rows)
    text = README.read_text(encoding="utf-8")
    if options.write:
        README.write_text(with_table(text, table, BEGIN, END), encoding="utf-8", newline="\n")
    elif options.check:
        if text != with_table(text, table, BEGIN, END):
            print(f"{README.name} is out of date: run transit_table.py --write", file=sys.stderr)
            return 1
    else:
        print(table)
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
