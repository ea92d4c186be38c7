"""Modifications of prices: tariffs, subsidies, fuel, exchange rates, carbon."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import Field

from optimizer.domain.location import Mode
from optimizer.domain.service import LOOSE
from optimizer.domain.tariff import CARBON_PRICE, RateCard
from optimizer.errors import Finding
from optimizer.scenario.modifications.base import Modification, World, missing_names, unknown, wrong
from optimizer.units import MFEN_PER_FEN

_CONNECTOR = "connector"
_MFEN_PER_CNY = 100 * MFEN_PER_FEN


class _OfCards(Modification):
    """
    A change of rate cards.

    Parameters
    ----------
    scopes
        What the cards price: service ids, truck lane ids, ``connector`` or ``connector:<country>``;
        ``*`` stands for anything, and ``mode:<mode>`` for every product of a mode.
    load_units
        Only cards of these types, ``LOOSE`` among them; all if empty.
    """

    scopes: tuple[str, ...] = Field(min_length=1, strict=False)
    load_units: tuple[str, ...] = Field(default=(), strict=False)

    def findings(self, world: World) -> list[Finding]:
        """C520 scopes without cards and unknown load units."""
        known = {card.scope for card in world.data.rate_cards}
        found = [
            unknown(
                "scopes", scope, {*known, *(f"mode:{mode}" for mode in Mode)}, "rate card scope"
            )
            for scope in self.scopes
            if not any(_covers(scope, card, world) for card in world.data.rate_cards)
        ]
        units = {LOOSE, *world.data.load_units}
        return found + missing_names("load_units", self.load_units, units, "load unit")

    def applied(self, world: World) -> World:
        """Each card that is meant changed."""
        cards = tuple(
            self.of_card(card)
            if any(_covers(scope, card, world) for scope in self.scopes)
            and (not self.load_units or card.load_unit in self.load_units)
            else card
            for card in world.data.rate_cards
        )
        return world.with_data(rate_cards=cards)

    @abstractmethod
    def of_card(self, card: RateCard) -> RateCard:
        """The changed card."""


class TariffFactor(_OfCards):
    """Scale rate cards."""

    kind: Literal["tariff_factor"]
    factor: float = Field(ge=0, le=100)

    def of_card(self, card: RateCard) -> RateCard:
        """Every rate of the card scaled, rounded to milli-fen."""
        return scaled_card(card, self.factor)


class Subsidy(_OfCards):
    """
    Take an amount off each load unit, or off each chargeable kilogram of loose cargo.

    A charge never falls below zero: nobody is paid to ship.
    """

    kind: Literal["subsidy"]
    cny_per_unit: float = Field(default=0.0, ge=0)
    cny_per_kg: float = Field(default=0.0, ge=0)

    def of_card(self, card: RateCard) -> RateCard:
        """A lower fixed part, or lower weight breaks."""
        if card.load_unit != LOOSE:
            off = round(self.cny_per_unit * _MFEN_PER_CNY)
            return replace(
                card,
                fixed_mfen=card.fixed_mfen - off,
                minimum_mfen=max(0, card.minimum_mfen - off),
            )
        off = round(self.cny_per_kg * _MFEN_PER_CNY)
        breaks = tuple(
            replace(step, mfen_per_kg=max(0, step.mfen_per_kg - off)) for step in card.breaks
        )
        return replace(card, breaks=breaks)


class FuelPrice(Modification):
    """
    Another price of fuel, which moves the fuel part of what carriers ask.

    Parameters
    ----------
    change_share
        0.4 is 40 % dearer.
    fuel_share
        Part of a carrier's charge that is fuel, by mode; stated, because tariffs do not say it.
    """

    kind: Literal["fuel_price"]
    change_share: float = Field(gt=-1, le=10)
    fuel_share: dict[Annotated[Mode, Field(strict=False)], float] = Field(
        default={Mode.ROAD: 0.35, Mode.RAIL: 0.12, Mode.AIR: 0.30}, strict=False
    )

    def findings(self, world: World) -> list[Finding]:
        """C521 a share outside 0 to 1."""
        del world
        return [
            wrong(f"fuel_share.{mode}", "is not a share", share, "between 0 and 1")
            for mode, share in self.fuel_share.items()
            if not 0 <= share <= 1
        ]

    def applied(self, world: World) -> World:
        """Cards scaled by mode; connectors are road."""
        modes = mode_of_scopes(world)
        cards = tuple(
            scaled_card(
                card,
                1 + self.change_share * self.fuel_share.get(modes.get(card.scope, Mode.ROAD), 0.0),
            )
            for card in world.data.rate_cards
        )
        return world.with_data(rate_cards=cards)


class ExchangeRateChange(Modification):
    """Another worth of a currency in CNY; amounts quoted in it follow."""

    kind: Literal["exchange_rate"]
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    factor: float = Field(gt=0, le=100)

    def findings(self, world: World) -> list[Finding]:
        """C520 a currency without a rate."""
        known = {rate.currency for rate in world.data.exchange_rates}
        return missing_names("currency", [self.currency], known, "currency")

    def applied(self, world: World) -> World:
        """The rate, and the cards quoted in the currency, scaled."""
        rates = tuple(
            replace(rate, cny_per_unit=rate.cny_per_unit * Decimal(str(self.factor)))
            if rate.currency == self.currency
            else rate
            for rate in world.data.exchange_rates
        )
        # Cards were turned into CNY when they were read.
        cards = tuple(
            scaled_card(card, self.factor) if card.currency == self.currency else card
            for card in world.data.rate_cards
        )
        return world.with_data(exchange_rates=rates, rate_cards=cards)


class CarbonPrice(Modification):
    """A price on each tonne of CO2e, paid by the shipment that causes it."""

    kind: Literal["carbon_price"]
    cny_per_t: float = Field(ge=0, le=1_000_000)

    def findings(self, world: World) -> list[Finding]:
        """Nothing can be wrong with it."""
        del world
        return []

    def applied(self, world: World) -> World:
        """The price as a parameter of the network."""
        fen = round(self.cny_per_t * 100)
        parameters = {**world.data.parameters, CARBON_PRICE: float(fen)}
        if not fen and CARBON_PRICE not in world.data.parameters:
            return world
        return world.with_data(parameters=parameters)


def scaled_card(card: RateCard, factor: float) -> RateCard:
    """Every rate of a card times a factor, rounded to milli-fen."""
    return replace(
        card,
        fixed_mfen=round(card.fixed_mfen * factor),
        per_km_mfen=round(card.per_km_mfen * factor),
        per_tkm_mfen=round(card.per_tkm_mfen * factor),
        minimum_mfen=round(card.minimum_mfen * factor),
        breaks=tuple(
            replace(step, mfen_per_kg=round(step.mfen_per_kg * factor)) for step in card.breaks
        ),
    )


def mode_of_scopes(world: World) -> dict[str, Mode]:
    """Mode of each product that a card may price."""
    services = {name: service.mode for name, service in world.data.services.items()}
    return {**services, **dict.fromkeys(world.data.truck_lanes, Mode.ROAD)}


def _covers(scope: str, card: RateCard, world: World) -> bool:
    if scope.startswith("mode:"):
        mode = mode_of_scopes(world).get(card.scope)
        return mode is not None and scope == f"mode:{mode}"
    return fnmatchcase(card.scope, scope)
