"""Load units: containers, trailers and ULDs, and the classes of cargo they take."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.domain.location import Mode
from optimizer.domain.provenance import Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadUnitType:
    """
    A type of load unit.

    Parameters
    ----------
    payload_kg
        By mode, because a container on a China-Europe train may carry less than its plate says.
    usable_dm3
        Volume that stowage reaches in practice.
    teu_c
        Hundredths of a TEU that it takes on a train; 0 in the air.
    positions
        Aircraft positions; 0 on the ground.
    """

    code: str
    name_en: str
    name_zh: str
    modes: frozenset[Mode]
    payload_kg: dict[Mode, int]
    usable_dm3: int
    inner_length_mm: int
    inner_width_mm: int
    inner_height_mm: int
    teu_c: int
    positions: int
    refrigerated: bool
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class CargoClass:
    """
    A class of cargo.

    Parameters
    ----------
    pool
        Classes of different pools never share a load unit: ``dry``, ``cold``, ``dangerous``.
    """

    code: str
    name_en: str
    name_zh: str
    pool: str
    refrigerated: bool
    provenance: Provenance
