"""Parts of a network as answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.schemas.common import Point
from api.schemas.networks import (
    BorderAnswer,
    CallAnswer,
    FacilityAnswer,
    Provenance,
    ServiceAnswer,
)

if TYPE_CHECKING:
    from optimizer.domain.border import Crossing
    from optimizer.domain.location import Facility
    from optimizer.domain.service import Call, Service


def _provenance(row: Any) -> Provenance:  # noqa: ANN401  (every domain object has one)
    known = row.provenance
    return Provenance(
        source_id=known.source_id, confidence=known.confidence.value, as_of=known.as_of
    )


def facility_answer(row: Facility) -> FacilityAnswer:
    """A facility."""
    return FacilityAnswer(
        facility_id=row.facility_id,
        unlocode=row.unlocode,
        iata=row.iata,
        name_en=row.name_en,
        name_zh=row.name_zh,
        country=row.country,
        location=Point(coordinates=(row.lon, row.lat)),
        timezone=row.timezone,
        kind=row.kind.value,
        modes=sorted(mode.value for mode in row.modes),
        customs_modes=sorted(row.customs_modes),
        gauges_mm=sorted(row.gauges_mm),
        consolidates=row.consolidates,
        transfer_min=row.transfer_min,
        provenance=_provenance(row),
    )


def service_answer(row: Service) -> ServiceAnswer:
    """A service with its calls."""
    return ServiceAnswer(
        service_id=row.service_id,
        name_en=row.name_en,
        name_zh=row.name_zh,
        mode=row.mode.value,
        status=row.status,
        weekdays=[day + 1 for day in sorted(row.weekdays)],
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        booking_close_min=row.booking_close_min,
        allotment_teu=row.allotment_teu_c / 100,
        allotment_kg=row.allotment_kg,
        load_units=sorted(row.load_units),
        cargo_classes=sorted(row.cargo_classes),
        calls=[_call(call) for call in row.calls],
        provenance=_provenance(row),
    )


def _call(call: Call) -> CallAnswer:
    return CallAnswer(
        facility_id=call.facility_id,
        arrive_min=None if call.arrive_min < 0 else call.arrive_min,
        depart_min=None if call.depart_min < 0 else call.depart_min,
        cargo_cutoff_min=call.cargo_cutoff_min,
        customs_cutoff_min=call.customs_cutoff_min,
        availability_min=call.availability_min,
        distance_m=sum(section.distance_m for section in call.sections),
        crossing_ids=[section.crossing_id for section in call.sections if section.crossing_id],
    )


def border_answer(row: Crossing) -> BorderAnswer:
    """A crossing in one direction."""
    return BorderAnswer(
        crossing_id=row.crossing_id,
        border_id=row.border_id,
        name_en=row.name_en,
        name_zh=row.name_zh,
        mode=row.mode.value,
        from_country=row.from_country,
        to_country=row.to_country,
        location=None if row.mode == "air" else Point(coordinates=(row.lon, row.lat)),
        timezone=row.timezone,
        throughput_per_day=row.throughput_per_day,
        status=row.status.value,
        status_note=row.status_note,
        status_as_of=row.status_as_of,
        interchange=row.interchange.value,
        customs_modes=sorted(row.customs_modes),
        provenance=_provenance(row),
    )
