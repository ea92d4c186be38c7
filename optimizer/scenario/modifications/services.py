"""Modifications of timetabled services: start, stop, retime, resize, speed up."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from datetime import date, timedelta
from fnmatch import fnmatchcase
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from optimizer.domain.service import Call, Service
from optimizer.errors import Finding
from optimizer.scenario.modifications.base import (
    Modification,
    World,
    changed,
    missing_names,
    unknown,
    wrong,
)
from optimizer.scenario.modifications.borders import scaled
from optimizer.units import MINUTES_PER_DAY

Weekday = Annotated[int, Field(ge=0, le=6)]
_RUNNING, _SUSPENDED = "running", "suspended"


class _OfServices(Modification):
    """
    A change of services.

    Parameters
    ----------
    services
        Service ids; ``*`` stands for anything.
    """

    services: tuple[str, ...] = Field(min_length=1, strict=False)

    def chosen(self, world: World) -> list[str]:
        """Ids of the services that are meant."""
        return [
            name for name in world.data.services if any(fnmatchcase(name, p) for p in self.services)
        ]

    def findings(self, world: World) -> list[Finding]:
        """C520 for each pattern that fits no service, then what the kind itself finds."""
        known = world.data.services
        found = [
            unknown("services", pattern, known, "service")
            for pattern in self.services
            if not any(fnmatchcase(name, pattern) for name in known)
        ]
        return found or self.own_findings(world)

    def own_findings(self, world: World) -> list[Finding]:
        """What the kind finds at services that exist."""
        del world
        return []

    def applied(self, world: World) -> World:
        """Each service changed."""
        table = changed(
            world.data.services, self.chosen(world), lambda one: self.of_service(one, world)
        )
        return world.with_data(services=table)

    @abstractmethod
    def of_service(self, service: Service, world: World) -> Service:
        """The changed service."""


class StopService(_OfServices):
    """Take services out of the timetable; with ``last_day`` only voyages after it."""

    kind: Literal["stop_service"]
    last_day: date | None = None

    def of_service(self, service: Service, world: World) -> Service:
        """Suspended, or valid no longer than that day."""
        del world
        if self.last_day is None:
            return replace(service, status=_SUSPENDED)
        return replace(service, valid_to=min(service.valid_to, self.last_day))


class StartService(_OfServices):
    """Run services that the tables know as planned or suspended; from a day on, if given."""

    kind: Literal["start_service"]
    first_day: date | None = None

    def own_findings(self, world: World) -> list[Finding]:
        """C521 a first day after the service's last."""
        if self.first_day is None:
            return []
        return [
            wrong("first_day", f"{name} ends before", self.first_day, "an earlier day")
            for name in self.chosen(world)
            if world.data.services[name].valid_to < self.first_day
        ]

    def of_service(self, service: Service, world: World) -> Service:
        """Running, from the day."""
        del world
        first = service.valid_from if self.first_day is None else self.first_day
        return replace(service, status=_RUNNING, valid_from=first)


class AddService(Modification):
    """
    Add a service that copies another one: same calls, times, crossings and rate cards.

    Parameters
    ----------
    like
        The service that is copied.
    service_id
        Id of the new one.
    weekdays, shift_min
        Days on which it starts, Monday 0, and by how much later than the model it runs.
    """

    kind: Literal["add_service"]
    like: str
    service_id: str = Field(pattern=r"^[A-Z0-9][A-Z0-9-]*$", max_length=64)
    weekdays: tuple[Weekday, ...] = Field(min_length=1, strict=False)
    shift_min: int = Field(default=0, ge=-MINUTES_PER_DAY, le=MINUTES_PER_DAY)

    def findings(self, world: World) -> list[Finding]:
        """C520 no such model, C521 an id that exists."""
        found = missing_names("like", [self.like], world.data.services, "service")
        if self.service_id in world.data.services:
            remedy = "choose an id that no service has"
            found.append(wrong("service_id", "exists already", self.service_id, remedy))
        return found

    def applied(self, world: World) -> World:
        """With one service more, and its rate cards and surcharges."""
        data, model = world.data, world.data.services[self.like]
        made = replace(
            model,
            service_id=self.service_id,
            weekdays=frozenset(self.weekdays),
            calls=_shifted(model.calls, self.shift_min),
            status=_RUNNING,
        )
        cards = tuple(
            replace(card, rate_id=f"{card.rate_id}@{self.service_id}", scope=self.service_id)
            for card in data.rate_cards
            if card.scope == self.like
        )
        surcharges = tuple(
            replace(
                one, surcharge_id=f"{one.surcharge_id}@{self.service_id}", scope=self.service_id
            )
            for one in data.surcharges
            if one.scope == self.like
        )
        return world.with_data(
            services={**data.services, self.service_id: made},
            rate_cards=(*data.rate_cards, *cards),
            surcharges=(*data.surcharges, *surcharges),
        )


class ServiceFrequency(_OfServices):
    """Run on other days of the week, Monday 0."""

    kind: Literal["service_frequency"]
    weekdays: tuple[Weekday, ...] = Field(min_length=1, strict=False)

    def of_service(self, service: Service, world: World) -> Service:
        """With the days."""
        del world
        return replace(service, weekdays=frozenset(self.weekdays))


class RetimeService(_OfServices):
    """Run earlier or later by some minutes; all calls together."""

    kind: Literal["retime_service"]
    shift_min: int = Field(ge=-MINUTES_PER_DAY, le=MINUTES_PER_DAY)

    def own_findings(self, world: World) -> list[Finding]:
        """C521 a departure before the day on which the voyage starts."""
        return [
            wrong("shift_min", f"{name} would start the day before", self.shift_min, "shift less")
            for name in self.chosen(world)
            if world.data.services[name].calls[0].depart_min + self.shift_min < 0
        ]

    def of_service(self, service: Service, world: World) -> Service:
        """With every time shifted."""
        del world
        return replace(service, calls=_shifted(service.calls, self.shift_min))


class ServiceCapacity(_OfServices):
    """Scale what one planner may book on each departure."""

    kind: Literal["service_capacity"]
    factor: float = Field(ge=0, le=100)

    def of_service(self, service: Service, world: World) -> Service:
        """With scaled allotments, rounded down."""
        del world
        return replace(
            service,
            allotment_teu_c=int(service.allotment_teu_c * self.factor),
            allotment_kg=int(service.allotment_kg * self.factor),
            allotment_positions=int(service.allotment_positions * self.factor),
        )


class ServiceGauge(_OfServices):
    """Run on another track gauge from the first call on."""

    kind: Literal["service_gauge"]
    gauge_mm: int = Field(ge=600, le=2000)

    def of_service(self, service: Service, world: World) -> Service:
        """With the gauge."""
        del world
        return replace(service, gauge_mm=self.gauge_mm)


class ServiceSpeed(_OfServices):
    """Scale the running time between calls; stops stay as long as they are."""

    kind: Literal["service_speed"]
    time_factor: float = Field(gt=0, le=20)

    def of_service(self, service: Service, world: World) -> Service:
        """With calls moved together or apart, and delays scaled with the running time."""
        calls = [service.calls[0]]
        for before, call in zip(service.calls, service.calls[1:], strict=False):
            # Times are local to each call: the running time is apart from the zones' difference.
            ahead = _zone_min(world, call) - _zone_min(world, before)
            left = max(before.depart_min, before.arrive_min)
            new_left = max(calls[-1].depart_min, calls[-1].arrive_min)
            running = call.arrive_min - ahead - left
            arrive = new_left + ahead + max(1, round(running * self.time_factor))
            depart = call.depart_min
            if depart >= 0:
                depart += arrive - call.arrive_min
            calls.append(
                replace(
                    call,
                    arrive_min=arrive,
                    depart_min=depart,
                    delay=scaled(call.delay, self.time_factor),
                )
            )
        return replace(service, calls=tuple(calls))


def _zone_min(world: World, call: Call) -> int:
    """Minutes by which the local clock of a call is ahead of UTC when the horizon starts."""
    zone = ZoneInfo(world.data.facilities[call.facility_id].timezone)
    offset = world.horizon_start.astimezone(zone).utcoffset() or timedelta(0)
    return int(offset.total_seconds() // 60)


def _shifted(calls: tuple[Call, ...], shift_min: int) -> tuple[Call, ...]:
    def moved(minute: int) -> int:
        return minute + shift_min if minute >= 0 else minute

    return tuple(
        replace(call, arrive_min=moved(call.arrive_min), depart_min=moved(call.depart_min))
        for call in calls
    )
