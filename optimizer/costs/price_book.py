"""Which rate card and which surcharges hold on a date: rules C1 and C2."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from optimizer.domain.location import Mode
from optimizer.domain.network_data import NetworkData
from optimizer.domain.tariff import RateCard, Surcharge
from optimizer.network.network import Network, Offer

CONNECTOR = "connector"


class PriceBook:
    """Rate cards and surcharges of a network by product and date."""

    def __init__(self, data: NetworkData) -> None:
        self._cards: dict[tuple[str, str], list[RateCard]] = {}
        for card in sorted(data.rate_cards, key=lambda c: (c.valid_from, c.rate_id), reverse=True):
            self._cards.setdefault((card.scope, card.load_unit), []).append(card)
        self._surcharges: dict[str, list[Surcharge]] = {}
        for surcharge in data.surcharges:
            self._surcharges.setdefault(surcharge.scope, []).append(surcharge)
        self._card_dates: dict[str, set[int]] = {}
        for card in data.rate_cards:
            self._card_dates.setdefault(card.scope, set()).update(_turns(card))

    def card(self, scopes: Iterable[str], load_unit: str, on: date) -> RateCard | None:
        """
        The card that holds, or ``None``.

        Parameters
        ----------
        scopes
            Most specific first. Of several valid cards of a scope the latest one holds.
        """
        for scope in scopes:
            for card in self._cards.get((scope, load_unit), ()):
                if card.valid_from <= on <= card.valid_to:
                    return card
        return None

    def surcharges(self, scopes: Iterable[str], on: date) -> list[Surcharge]:
        """All surcharges that hold for any of the scopes."""
        return [
            surcharge
            for scope in scopes
            for surcharge in self._surcharges.get(scope, ())
            if surcharge.valid_from <= on <= surcharge.valid_to
        ]

    def turning_days(self, scopes: Iterable[str]) -> set[int]:
        """Ordinals of the dates from which another card or surcharge may hold."""
        days: set[int] = set()
        for scope in scopes:
            days |= self._card_dates.get(scope, set())
            for surcharge in self._surcharges.get(scope, ()):
                days |= _turns(surcharge)
        return days


def _turns(row: RateCard | Surcharge) -> set[int]:
    return {row.valid_from.toordinal(), row.valid_to.toordinal() + 1}


def card_scopes(ref: str, country: str) -> tuple[str, ...]:
    """Scopes of rate cards of a leg; ``country`` matters to connectors (empty ``ref``)."""
    return (ref,) if ref else (f"{CONNECTOR}:{country}", CONNECTOR)


def surcharge_scopes(ref: str, mode: Mode) -> tuple[str, ...]:
    """Scopes of surcharges of a leg; none on connectors."""
    return (ref, f"mode:{mode}") if ref else ()


def offer_country(network: Network, offer: Offer) -> str:
    """Country that an offer starts in."""
    return network.data.facilities[network.facility_ids[offer.tail]].country


@lru_cache(maxsize=8)
def price_book(network: Network) -> PriceBook:
    """The price book of a network, made once."""
    return PriceBook(network.data)
