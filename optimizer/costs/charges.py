"""
Charges of many legs at once, in exact integers: rules C1 and C2, vectorised.

A base charge is carried as whole milli-fen and millionths of a milli-fen, so that int64 holds it
exactly: ``base_mfen + base_micro / 1e6``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.tariff import RateCard, Surcharge
from optimizer.kernels.arrays import Ints
from optimizer.units import MFEN_PER_FEN

MICRO = 1_000_000
BASIS_POINTS = 10_000
NO_RATE = 2**40
"""Fills the table of weight breaks; no rate is as high."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariffs:
    """
    Rate cards and summed surcharges as arrays, one entry for each product and validity.

    Parameters
    ----------
    sold
        (n,) bool, whether there is a card.
    break_from_kg, break_mfen_per_kg
        (n, m), filled with ``NO_RATE``.
    share_bp, per_unit_mfen, per_kg_mfen
        (n,) sums over the surcharges that cover the leg.
    """

    sold: NDArray[np.bool_]
    fixed_mfen: Ints
    per_km_mfen: Ints
    per_tkm_mfen: Ints
    minimum_mfen: Ints
    volumetric_kg_per_m3: Ints
    break_from_kg: Ints
    break_mfen_per_kg: Ints
    share_bp: Ints
    per_unit_mfen: Ints
    per_kg_mfen: Ints

    def take(self, at: Ints) -> Tariffs:
        """Entries at positions."""
        return Tariffs(**{name: getattr(self, name)[at] for name in self.__slots__})


def tariffs_of(
    cards: Sequence[RateCard | None], surcharges: Sequence[Sequence[Surcharge]]
) -> Tariffs:
    """Arrays of cards and of the surcharges that go with each."""
    n_breaks = max((len(card.breaks) for card in cards if card), default=0)
    shape = (len(cards), max(1, n_breaks))
    break_from = np.zeros(shape, dtype=np.int64)
    break_rate = np.full(shape, NO_RATE, dtype=np.int64)
    for at, card in enumerate(cards):
        for place, step in enumerate(card.breaks if card else ()):
            break_from[at, place] = step.from_kg
            break_rate[at, place] = step.mfen_per_kg

    def column(name: str) -> Ints:
        return np.array([getattr(card, name) if card else 0 for card in cards], dtype=np.int64)

    def added(name: str) -> Ints:
        return np.array([sum(getattr(s, name) for s in row) for row in surcharges], dtype=np.int64)

    return Tariffs(
        sold=np.array([card is not None for card in cards], dtype=bool),
        fixed_mfen=column("fixed_mfen"),
        per_km_mfen=column("per_km_mfen"),
        per_tkm_mfen=column("per_tkm_mfen"),
        minimum_mfen=column("minimum_mfen"),
        volumetric_kg_per_m3=column("volumetric_kg_per_m3"),
        break_from_kg=break_from,
        break_mfen_per_kg=break_rate,
        share_bp=added("share_bp"),
        per_unit_mfen=added("per_unit_mfen"),
        per_kg_mfen=added("per_kg_mfen"),
    )


def fen_from_mfen(amount_mfen: Ints) -> Ints:
    """Fen of amounts in milli-fen, rounded half up."""
    return (2 * amount_mfen + MFEN_PER_FEN) // (2 * MFEN_PER_FEN)


def _base(tariffs: Tariffs, flat_mfen: Ints, micro: Ints) -> tuple[Ints, Ints]:
    whole, rest = np.divmod(micro, MICRO)
    whole = whole + flat_mfen
    below = whole < tariffs.minimum_mfen
    return np.where(below, tariffs.minimum_mfen, whole), np.where(below, 0, rest)


def _base_fen(whole_mfen: Ints, micro: Ints) -> Ints:
    fen, rest = np.divmod(whole_mfen, MFEN_PER_FEN)
    return fen + (rest * MICRO + micro >= MFEN_PER_FEN * MICRO // 2)


def _surcharge_fen(tariffs: Tariffs, whole_mfen: Ints, micro: Ints, flat_mfen: Ints) -> Ints:
    # In ten-thousandths of a milli-fen, then what basis points of the millionths add.
    parts = tariffs.share_bp * whole_mfen + flat_mfen * BASIS_POINTS
    fen, rest = np.divmod(parts, MFEN_PER_FEN * BASIS_POINTS)
    rest = rest * MICRO + tariffs.share_bp * micro
    one = MFEN_PER_FEN * BASIS_POINTS * MICRO
    more, rest = np.divmod(rest, one)
    return fen + more + (rest >= one // 2)


def unit_charges(tariffs: Tariffs, distance_m: Ints) -> tuple[Ints, Ints]:
    """Carriage and surcharge in fen of one load unit on (n,) legs; meaningless where not sold."""
    whole, micro = _base(tariffs, tariffs.fixed_mfen, tariffs.per_km_mfen * distance_m * 1000)
    return (
        _base_fen(whole, micro),
        _surcharge_fen(tariffs, whole, micro, tariffs.per_unit_mfen),
    )


def loose_charges(
    tariffs: Tariffs, distance_m: Ints, *, gross_kg: int, volume_dm3: int
) -> tuple[Ints, Ints]:
    """Carriage and surcharge in fen of loose cargo on (n,) legs; meaningless where not sold."""
    volumetric_kg = -(-volume_dm3 * tariffs.volumetric_kg_per_m3 // 1000)
    taken_kg = np.maximum(gross_kg, volumetric_kg)
    by_break = np.maximum(taken_kg[:, None], tariffs.break_from_kg) * tariffs.break_mfen_per_kg
    cheapest = by_break.min(axis=1)
    has_breaks = tariffs.break_mfen_per_kg[:, 0] < NO_RATE
    flat = tariffs.fixed_mfen + np.where(has_breaks, cheapest, 0)
    micro = (tariffs.per_km_mfen * 1000 + tariffs.per_tkm_mfen * taken_kg) * distance_m
    whole, micro = _base(tariffs, flat, micro)
    return (
        _base_fen(whole, micro),
        _surcharge_fen(tariffs, whole, micro, tariffs.per_kg_mfen * taken_kg),
    )
