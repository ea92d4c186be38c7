"""Modifications of demand: growth by lane and year, and shifts in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Literal

from pydantic import Field

from optimizer.domain.shipment import Shipment
from optimizer.errors import Finding
from optimizer.scenario.modifications.base import Modification, World, missing_names


class _OfShipments(Modification):
    """
    A change of shipments.

    Parameters
    ----------
    from_countries, to_countries, cargo_classes
        Only shipments from, to and of these; all if empty.
    """

    from_countries: tuple[str, ...] = Field(default=(), strict=False)
    to_countries: tuple[str, ...] = Field(default=(), strict=False)
    cargo_classes: tuple[str, ...] = Field(default=(), strict=False)

    def findings(self, world: World) -> list[Finding]:
        """C520 countries without shipments and unknown cargo classes."""
        starts = {one.origin.country for one in world.shipments}
        ends = {one.destination.country for one in world.shipments}
        return [
            *missing_names("from_countries", self.from_countries, starts, "country of origin"),
            *missing_names("to_countries", self.to_countries, ends, "country of destination"),
            *missing_names(
                "cargo_classes", self.cargo_classes, world.data.cargo_classes, "cargo class"
            ),
        ]

    def concerns(self, shipment: Shipment) -> bool:
        """Whether a shipment is among those meant."""
        return (
            (not self.from_countries or shipment.origin.country in self.from_countries)
            and (not self.to_countries or shipment.destination.country in self.to_countries)
            and (not self.cargo_classes or shipment.cargo_class in self.cargo_classes)
        )


class DemandGrowth(_OfShipments):
    """
    More or fewer shipments.

    Each shipment stands for ``factor`` shipments like it: whole ones, and one more with the
    probability of the remainder, drawn from its id, so that growing further never drops one.

    Parameters
    ----------
    factor_per_year, years
        Demand is multiplied by ``factor_per_year ** years``; 1.5 is 50 % more a year.
    """

    kind: Literal["demand_growth"]
    factor_per_year: float = Field(gt=0, le=100)
    years: float = Field(default=1.0, ge=0, le=50)

    def applied(self, world: World) -> World:
        """With copies, their ready times spread by hours so that no two are alike."""
        return replace(world, shipments=tuple(self._grown(world.shipments)))

    def _grown(self, shipments: tuple[Shipment, ...]) -> Iterator[Shipment]:
        factor = self.factor_per_year**self.years
        for shipment in shipments:
            if not self.concerns(shipment):
                yield shipment
                continue
            n_copies = int(factor) + (_drawn(shipment.shipment_id, "grow") < factor - int(factor))
            for copy in range(n_copies):
                yield shipment if copy == 0 else _copied(shipment, copy)


class DemandShift(_OfShipments):
    """Shipments become ready, and are due, some hours later (or earlier)."""

    kind: Literal["demand_shift"]
    hours: float = Field(ge=-24 * 60, le=24 * 60)

    def applied(self, world: World) -> World:
        """Every time of the shipments that are meant shifted."""
        return replace(
            world,
            shipments=tuple(
                _moved(one, timedelta(minutes=round(self.hours * 60)))
                if self.concerns(one)
                else one
                for one in world.shipments
            ),
        )


class DemandSize(_OfShipments):
    """Shipments become heavier or lighter, mass and volume alike."""

    kind: Literal["demand_size"]
    factor: float = Field(gt=0, le=100)

    def applied(self, world: World) -> World:
        """With scaled mass and volume, at least 1 each."""
        return replace(
            world,
            shipments=tuple(
                replace(
                    one,
                    gross_kg=max(1, round(one.gross_kg * self.factor)),
                    volume_dm3=max(1, round(one.volume_dm3 * self.factor)),
                )
                if self.concerns(one)
                else one
                for one in world.shipments
            ),
        )


def _drawn(name: str, why: str) -> float:
    """A number in [0, 1) that depends on a name alone, the same on every machine."""
    digest = sha256(f"{why}:{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _moved(shipment: Shipment, by: timedelta) -> Shipment:
    return replace(
        shipment,
        ready_at=shipment.ready_at + by,
        booked_at=shipment.booked_at if by < timedelta(0) else shipment.booked_at + by,
        due_at=None if shipment.due_at is None else shipment.due_at + by,
        latest_at=None if shipment.latest_at is None else shipment.latest_at + by,
    )


def _copied(shipment: Shipment, copy: int) -> Shipment:
    name = f"{shipment.shipment_id}+{copy}"
    hours = int(_drawn(name, "spread") * 24)
    return replace(_moved(shipment, timedelta(hours=hours)), shipment_id=name)
