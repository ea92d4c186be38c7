"""Modifications of what is uncertain: inspections and delays."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from optimizer.domain.border import CreditClass
from optimizer.domain.location import Mode
from optimizer.errors import Finding
from optimizer.scenario.modifications.base import Modification, World
from optimizer.scenario.modifications.borders import scaled


class InspectionRate(Modification):
    """
    How often consignments are opened.

    Parameters
    ----------
    credit_classes
        Only declarants of these classes; all if empty.
    factor
        On the probability, which stays at most 1.
    """

    kind: Literal["inspection_rate"]
    factor: float = Field(ge=0, le=1000)
    credit_classes: tuple[Annotated[CreditClass, Field(strict=False)], ...] = Field(
        default=(), strict=False
    )

    def findings(self, world: World) -> list[Finding]:
        """Nothing can be wrong with it."""
        del world
        return []

    def applied(self, world: World) -> World:
        """Inspections of the classes scaled."""
        rows = tuple(
            replace(row, inspection_share=min(1.0, row.inspection_share * self.factor))
            if not self.credit_classes or row.credit_class in self.credit_classes
            else row
            for row in world.data.inspections
        )
        return world.with_data(inspections=rows)


class Delays(Modification):
    """Scale the delay of arrivals, by mode; all modes if none is named."""

    kind: Literal["delays"]
    factor: float = Field(ge=0, le=100)
    modes: tuple[Annotated[Mode, Field(strict=False)], ...] = Field(default=(), strict=False)

    def findings(self, world: World) -> list[Finding]:
        """Nothing can be wrong with it."""
        del world
        return []

    def applied(self, world: World) -> World:
        """Delays of services and trucks scaled."""
        services = {
            name: replace(
                service,
                calls=tuple(
                    replace(call, delay=scaled(call.delay, self.factor)) for call in service.calls
                ),
            )
            if not self.modes or service.mode in self.modes
            else service
            for name, service in world.data.services.items()
        }
        lanes = {
            name: replace(lane, delay=scaled(lane.delay, self.factor))
            if not self.modes or Mode.ROAD in self.modes
            else lane
            for name, lane in world.data.truck_lanes.items()
        }
        return world.with_data(services=services, truck_lanes=lanes)
