"""Every kind of modification, told apart by ``kind``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from optimizer.scenario.modifications.borders import (
    BorderDwell,
    BorderHours,
    BorderInterchange,
    BorderThroughput,
    CloseBorder,
    ReopenBorder,
    RestrictBorder,
)
from optimizer.scenario.modifications.demand import DemandGrowth, DemandShift, DemandSize
from optimizer.scenario.modifications.money import (
    CarbonPrice,
    ExchangeRateChange,
    FuelPrice,
    Subsidy,
    TariffFactor,
)
from optimizer.scenario.modifications.roads import CloseRoad, OpenRoad, PermitQuota, SlowRoad
from optimizer.scenario.modifications.services import (
    AddService,
    RetimeService,
    ServiceCapacity,
    ServiceFrequency,
    ServiceGauge,
    ServiceSpeed,
    StartService,
    StopService,
)
from optimizer.scenario.modifications.sites import CloseSite, OpenSite, SiteGauges, SiteHandling
from optimizer.scenario.modifications.uncertainty import Delays, InspectionRate

AnyModification = Annotated[
    CloseBorder
    | ReopenBorder
    | RestrictBorder
    | BorderHours
    | BorderThroughput
    | BorderDwell
    | BorderInterchange
    | StopService
    | StartService
    | AddService
    | ServiceFrequency
    | RetimeService
    | ServiceCapacity
    | ServiceGauge
    | ServiceSpeed
    | TariffFactor
    | Subsidy
    | FuelPrice
    | ExchangeRateChange
    | CarbonPrice
    | CloseRoad
    | OpenRoad
    | SlowRoad
    | PermitQuota
    | InspectionRate
    | Delays
    | CloseSite
    | OpenSite
    | SiteGauges
    | SiteHandling
    | DemandGrowth
    | DemandShift
    | DemandSize,
    Field(discriminator="kind"),
]
