"""Rate cards, surcharges, exchange rates and emission factors from their tables."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from optimizer.datasets import table_findings as say
from optimizer.datasets.cells import NUMBER
from optimizer.datasets.collect import Findings
from optimizer.datasets.convert import Converter
from optimizer.datasets.keys import list_items
from optimizer.datasets.quantities import basis_points
from optimizer.datasets.tables import Tables
from optimizer.domain.location import Mode
from optimizer.domain.tariff import (
    EmissionFactor,
    ExchangeRate,
    RateCard,
    Surcharge,
    WeightBreak,
)
from optimizer.errors import Finding
from optimizer.units import m_from_km, mfen_from_amount

CNY = "CNY"
_HARMLESS = Decimal(1)


def build_exchange_rates(tables: Tables, findings: Findings) -> tuple[ExchangeRate, ...]:
    """Exchange rates in the order of the table."""
    cells = Converter(tables, "fx", findings)
    return tuple(
        ExchangeRate(
            currency=cells.on(row).text("currency"),
            cny_per_unit=cells.number("cny_per_unit"),
            on=cells.day("on"),
            provenance=cells.provenance(),
        )
        for row in cells.rows
    )


def latest_rates(rates: tuple[ExchangeRate, ...]) -> dict[str, ExchangeRate]:
    """The most recent rate of each currency."""
    latest: dict[str, ExchangeRate] = {}
    for rate in rates:
        known = latest.get(rate.currency)
        if known is None or rate.on > known.on:
            latest[rate.currency] = rate
    return latest


def _cny_per_unit(cells: Converter, latest: dict[str, ExchangeRate], findings: Findings) -> Decimal:
    currency = cells.text("currency")
    if currency in {CNY, ""}:
        return _HARMLESS
    rate = latest.get(currency)
    if rate is None and not latest:
        return _HARMLESS  # fx.csv could not be read, which is a finding already.
    if rate is None:
        known = ", ".join(sorted({CNY, *latest}))
        findings.add(say.missing_rate(cells.where("currency"), currency, known))
        return _HARMLESS
    return rate.cny_per_unit


def build_rate_cards(
    tables: Tables, rates: tuple[ExchangeRate, ...], findings: Findings
) -> tuple[RateCard, ...]:
    """Rate cards in the order of the table, in milli-fen at the latest exchange rate."""
    latest = latest_rates(rates)
    cells = Converter(tables, "rate_cards", findings)
    cards: list[RateCard] = []
    for row in cells.rows:
        cells.on(row)
        fx = _cny_per_unit(cells, latest, findings)
        valid_from, valid_to = cells.validity()
        cards.append(
            RateCard(
                rate_id=cells.text("rate_id"),
                scope=cells.text("scope"),
                load_unit=cells.text("load_unit"),
                currency=cells.text("currency") or CNY,
                fixed_mfen=mfen_from_amount(cells.number("fixed"), fx),
                per_km_mfen=mfen_from_amount(cells.number("per_km"), fx),
                per_tkm_mfen=mfen_from_amount(cells.number("per_tkm"), fx),
                minimum_mfen=mfen_from_amount(cells.number("minimum"), fx),
                volumetric_kg_per_m3=cells.whole("volumetric_kg_per_m3"),
                breaks=_breaks(cells, fx, findings),
                valid_from=valid_from,
                valid_to=valid_to,
                provenance=cells.provenance(),
            )
        )
    return tuple(cards)


def _breaks(cells: Converter, fx: Decimal, findings: Findings) -> tuple[WeightBreak, ...]:
    """Weight breaks of a list cell ``from_kg:rate``; D119."""
    text = cells.text("breaks")
    breaks: list[WeightBreak] = []
    why = ""
    for item in list_items(text):
        from_kg, _, rate = item.partition(":")
        if not (from_kg.isascii() and from_kg.isdigit()) or NUMBER.fullmatch(rate) is None:
            why = f"{item} is not from_kg:rate"
        elif breaks and int(from_kg) <= breaks[-1].from_kg:
            why = f"{from_kg} does not rise"
        elif Decimal(rate) < 0:
            why = f"{rate} is negative"
        else:
            mfen = mfen_from_amount(rate, fx)
            breaks.append(WeightBreak(from_kg=int(from_kg), mfen_per_kg=mfen))
    if why:
        findings.add(say.bad_breaks(cells.where("breaks"), text, why))
    return tuple(breaks)


def build_surcharges(
    tables: Tables, rates: tuple[ExchangeRate, ...], findings: Findings
) -> tuple[Surcharge, ...]:
    """Surcharges in the order of the table, in milli-fen at the latest exchange rate."""
    latest = latest_rates(rates)
    cells = Converter(tables, "surcharges", findings)
    surcharges: list[Surcharge] = []
    for row in cells.rows:
        cells.on(row)
        fx = _cny_per_unit(cells, latest, findings)
        valid_from, valid_to = cells.validity()
        surcharges.append(
            Surcharge(
                surcharge_id=cells.text("surcharge_id"),
                scope=cells.text("scope"),
                share_bp=basis_points(cells.number("share")),
                per_unit_mfen=mfen_from_amount(cells.number("per_unit"), fx),
                per_kg_mfen=mfen_from_amount(cells.number("per_kg"), fx),
                valid_from=valid_from,
                valid_to=valid_to,
                provenance=cells.provenance(),
            )
        )
    return tuple(surcharges)


def build_emission_factors(tables: Tables, findings: Findings) -> tuple[EmissionFactor, ...]:
    """Emission factors in the order of the table."""
    cells = Converter(tables, "emission_factors", findings)
    return tuple(
        EmissionFactor(
            mode=cells.on(row).choice("mode", Mode),
            traction=cells.text("traction"),
            country=cells.text("country"),
            g_per_tkm=cells.number("g_per_tkm"),
            from_distance_m=m_from_km(cells.number("from_distance_km")),  # type: ignore[arg-type]
            distance_add_m=m_from_km(cells.number("distance_add_km")),  # type: ignore[arg-type]
            provenance=cells.provenance(),
        )
        for row in cells.rows
    )


def old_rates(
    cards: tuple[RateCard, ...], rates: tuple[ExchangeRate, ...], max_age_days: int, today: date
) -> list[Finding]:
    """
    T402 for each currency whose latest rate is too old for a card priced in it.

    The age is counted from the rate to the card's last day, or to ``today`` where that is earlier:
    a card that is valid for years to come is priced at today's money.
    """
    latest = latest_rates(rates)
    oldest: dict[str, int] = {}
    for card in cards:
        if card.currency in latest:
            age_days = (min(card.valid_to, today) - latest[card.currency].on).days
            oldest[card.currency] = max(age_days, oldest.get(card.currency, 0))
    return [
        say.old_rate(f"fx.csv {currency}", age_days, max_age_days)
        for currency, age_days in sorted(oldest.items())
        if age_days > max_age_days
    ]
