"""How the modes share the work and the emissions, as rows of bars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from optimizer.report import charts, formats
from optimizer.report.segments import MODE_NAMES
from optimizer.report.tables import CONNECTOR, MODE_KEYS, NO_MODE

NAMES = {**MODE_NAMES, CONNECTOR: "First/last mile", NO_MODE: "Facilities, customs"}
"""Names of mode keys on the page."""

_MEASURES = {
    "tkm": "Tonne-km",
    "mass_t": "Tonnes",
    "shipments": "Shipments",
    "cost_fen": "Cost",
    "co2e_g": "CO₂e",
}


_MANY_TKM = 1e5
"""From here on tonne-kilometres are shown in thousands."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One stacked bar: what is shared, the bar, the whole."""

    name: str
    svg: Markup
    value: str


@dataclass(frozen=True, slots=True)
class Emission:
    """Emissions of one mode; ``intensity`` in g CO2e per tonne-kilometre."""

    mode: str
    svg: Markup
    grams: float
    intensity: float


def measures(split: Mapping[str, Mapping[str, float]]) -> list[Measure]:
    """Stacked bars of a mode split as from ``figures.mode_split``."""
    return [
        Measure(name, charts.stacked_bar(split[key], NAMES, name), _whole(key, split[key]))
        for key, name in _MEASURES.items()
    ]


def shown_modes(split: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Mode keys that have an amount in any measure, in their fixed order."""
    return [mode for mode in (*MODE_KEYS, NO_MODE) if any(row[mode] for row in split.values())]


def emissions(split: Mapping[str, Mapping[str, float]]) -> list[Emission]:
    """Emissions by mode, largest first."""
    grams, tkm = split["co2e_g"], split["tkm"]
    top = max(grams.values(), default=0.0)
    modes = sorted((mode for mode in MODE_KEYS if grams[mode]), key=lambda mode: -grams[mode])
    return [
        Emission(
            mode,
            charts.single_bar(grams[mode], top, f"f-{mode}", NAMES[mode]),
            grams[mode],
            grams[mode] / tkm[mode] if tkm[mode] else 0.0,
        )
        for mode in modes
    ]


def _whole(key: str, parts: Mapping[str, float]) -> str:
    total = sum(parts.values())
    if key == "cost_fen":
        return formats.cny_short(total)
    if key == "co2e_g":
        return formats.co2e(total)
    if key == "mass_t":
        return formats.tonnes(total * 1000)
    if key == "tkm":
        thousands = total >= _MANY_TKM
        return (
            f"{formats.number(total / 1e3)} k tkm" if thousands else f"{formats.number(total)} tkm"
        )
    return formats.number(total)
