"""Ways of trains: stretches inside one country, with the borders between them."""

from __future__ import annotations

from dataclasses import dataclass

from table_io import PROVENANCE, Row

WAYS = {
    "KMG-VTE": "KMG-MHB+MHB-BDR+#MOHAN-BOTEN-RAIL+BDR-VTE",
    "1520": "ALS-KZB+RU-WEST+BY-MAIN",
}


@dataclass
class Stretch:
    """Part of a way inside one country; ``border`` is crossed at its end."""

    country: str
    distance_km: float
    traction: str
    border: str
    provenance: Row


def stretches(text: str, ways: dict[str, list[Row]]) -> list[Stretch]:
    """
    Stretches of a way in travelling order, neighbours of one country and traction merged.

    Raises
    ------
    KeyError
        A key is not in ``rail_ways.csv``.
    """
    turned = text.startswith("~")
    text = text.removeprefix("~")
    while "@" in text:
        before, _, rest = text.partition("@")
        name, plus, after = rest.partition("+")
        text = before + WAYS[name] + plus + after
    parts: list[Stretch] = []
    for key in text.split("+"):
        if key.startswith("#"):
            parts[-1].border = key[1:]
            continue
        rows = ways[key.removeprefix("~")]
        for row in rows[::-1] if key.startswith("~") else rows:
            source = {column: row[column] for column in PROVENANCE}
            parts.append(
                Stretch(row["country"], float(row["distance_km"]), row["traction"], "", source)
            )
    if turned:
        borders = [part.border for part in parts[:-1]]
        parts.reverse()
        for part, border in zip(parts, [*borders[::-1], ""], strict=True):
            part.border = border
    return merged(parts)


def merged(parts: list[Stretch]) -> list[Stretch]:
    """Join neighbours of one country and traction with no border between; longer source wins."""
    joined: list[Stretch] = []
    for part in parts:
        last = joined[-1] if joined else None
        if last and not last.border and (last.country, last.traction) == (
            part.country,
            part.traction,
        ):  # fmt: skip
            longer = max(last, part, key=lambda item: item.distance_km)
            note = f"{last.provenance['note']}; {part.provenance['note']}"
            last.provenance = {**longer.provenance, "note": note}
            last.distance_km += part.distance_km
            last.border = part.border
        else:
            joined.append(part)
    return joined
