"""
Rates of a leg, in plain integers: the reference that every faster pricing is compared with.

Rules C1 and C2. Amounts are exact until the one rounding of each line: they are carried in
millionths of a milli-fen, so that a rate per kilometre meets metres, and a rate per tonne-kilometre
meets kilograms and metres, without a fraction. Uses neither numpy nor solvers, because the checker
stands on it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from optimizer.domain.border import Crossing
from optimizer.domain.equipment import LoadUnitType
from optimizer.domain.location import Facility, Mode
from optimizer.domain.network_data import NetworkData
from optimizer.domain.service import LOOSE
from optimizer.domain.tariff import RateCard, Surcharge
from optimizer.units import MFEN_PER_FEN, chargeable_kg, round_half_up_div

EXACT = 1_000_000
"""Parts of a milli-fen in which charges are carried before rounding."""
BASIS_POINTS = 10_000
CONNECTOR = "connector"


def fen_from_mfen(amount_mfen: int) -> int:
    """Fen of an amount in milli-fen, rounded half up."""
    return round_half_up_div(amount_mfen, MFEN_PER_FEN)


def _fen_from_exact(amount: int) -> int:
    return round_half_up_div(amount, MFEN_PER_FEN * EXACT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carriage:
    """
    What the price of a leg depends on, apart from what rides.

    Parameters
    ----------
    ref
        ``service_id`` or truck ``lane_id``; empty for a connector.
    country
        Country of a connector; not read otherwise.
    on
        Local date of departure.
    origin, destination
        Facilities at the ends; ``None`` where an end is a point.
    crossings
        Crossings on the way.
    """

    mode: Mode
    ref: str
    country: str
    distance_m: int
    on: date
    origin: Facility | None
    destination: Facility | None
    crossings: tuple[Crossing, ...] = ()

    @property
    def is_connector(self) -> bool:
        """Whether it is a short road move without a product behind it."""
        return not self.ref

    @property
    def ends(self) -> tuple[Facility, ...]:
        """The facilities that load and unload it: none for connectors."""
        if self.is_connector:
            return ()
        return tuple(end for end in (self.origin, self.destination) if end is not None)


def _added_fen(
    base: int, surcharges: list[Surcharge], amount_mfen: Callable[[Surcharge], int]
) -> int:
    # Basis points of the base would leave a fraction, so the sum is carried 10 000 times larger.
    added = sum(s.share_bp * base + amount_mfen(s) * EXACT * BASIS_POINTS for s in surcharges)
    return round_half_up_div(added, MFEN_PER_FEN * EXACT * BASIS_POINTS)


class RateBook:
    """Rate cards and surcharges of a network, indexed by scope."""

    def __init__(self, data: NetworkData) -> None:
        self._cards: dict[tuple[str, str], list[RateCard]] = {}
        for card in data.rate_cards:
            self._cards.setdefault((card.scope, card.load_unit), []).append(card)
        self._surcharges: dict[str, list[Surcharge]] = {}
        for surcharge in data.surcharges:
            self._surcharges.setdefault(surcharge.scope, []).append(surcharge)

    def card(self, carriage: Carriage, load_unit: str) -> RateCard | None:
        """
        Rate card of a leg for a load-unit type or ``LOOSE``, or ``None`` where it is not sold.

        Of several valid cards with one scope the one with the latest ``valid_from`` holds.
        """
        scopes = (
            (f"{CONNECTOR}:{carriage.country}", CONNECTOR)
            if carriage.is_connector
            else (carriage.ref,)
        )
        for scope in scopes:
            valid = [
                card
                for card in self._cards.get((scope, load_unit), ())
                if card.valid_from <= carriage.on <= card.valid_to
            ]
            if valid:
                return max(valid, key=lambda card: (card.valid_from, card.rate_id))
        return None

    def surcharges(self, carriage: Carriage) -> list[Surcharge]:
        """Surcharges that cover a leg: by its product, and by its mode unless a connector."""
        if carriage.is_connector:
            return []
        scopes = (carriage.ref, f"mode:{carriage.mode}")
        return [
            surcharge
            for scope in scopes
            for surcharge in self._surcharges.get(scope, ())
            if surcharge.valid_from <= carriage.on <= surcharge.valid_to
        ]

    def unit_lines(
        self, carriage: Carriage, load_unit: LoadUnitType, n_units: int
    ) -> dict[str, int] | None:
        """
        Cost lines in fen of load units on a leg (C1), or ``None`` where no card is valid.

        Only lines above zero are listed.
        """
        card = self.card(carriage, load_unit.code)
        if card is None:
            return None
        base = max(
            card.minimum_mfen * EXACT,
            card.fixed_mfen * EXACT + card.per_km_mfen * carriage.distance_m * (EXACT // 1000),
        )
        added = _added_fen(base, self.surcharges(carriage), lambda s: s.per_unit_mfen)
        lines = {
            CONNECTOR if carriage.is_connector else "line_haul": n_units * _fen_from_exact(base),
            "surcharge": n_units * added,
            "handling": n_units
            * sum(
                fen_from_mfen(end.unit_handling_mfen_per_teu_c * load_unit.teu_c)
                for end in carriage.ends
            ),
            "border": n_units * sum(fen_from_mfen(c.unit_cost_mfen) for c in carriage.crossings),
        }
        return {key: fen for key, fen in lines.items() if fen}

    def loose_lines(
        self, carriage: Carriage, gross_kg: int, volume_dm3: int
    ) -> dict[str, int] | None:
        """
        Cost lines in fen of loose cargo on a leg (C2), or ``None`` where no card is valid.

        Only lines above zero are listed.
        """
        card = self.card(carriage, LOOSE)
        if card is None:
            return None
        taken_kg = chargeable_kg(gross_kg, volume_dm3, card.volumetric_kg_per_m3)
        by_break_mfen = min(
            (step.mfen_per_kg * max(taken_kg, step.from_kg) for step in card.breaks), default=0
        )
        base = max(
            card.minimum_mfen * EXACT,
            (card.fixed_mfen + by_break_mfen) * EXACT
            + card.per_km_mfen * carriage.distance_m * (EXACT // 1000)
            + card.per_tkm_mfen * taken_kg * carriage.distance_m,
        )
        added = _added_fen(base, self.surcharges(carriage), lambda s: s.per_kg_mfen * taken_kg)
        lines = {
            CONNECTOR if carriage.is_connector else "line_haul": _fen_from_exact(base),
            "surcharge": added,
            "handling": sum(
                fen_from_mfen(end.loose_handling_mfen_per_kg * gross_kg) for end in carriage.ends
            ),
            "border": sum(
                fen_from_mfen(c.loose_cost_mfen_per_kg * gross_kg) for c in carriage.crossings
            ),
        }
        return {key: fen for key, fen in lines.items() if fen}
