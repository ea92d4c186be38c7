"""Parts of the network as rows, and its size, for people."""

from __future__ import annotations

from optimizer.domain.network_data import NetworkData
from optimizer.errors import DataError, Finding

_LISTINGS = ("facilities", "borders", "services", "trucks")


def describe(data: NetworkData) -> dict[str, object]:
    """Size of the network and its rows by confidence."""
    return {
        "fingerprint": data.fingerprint,
        "n_facilities": len(data.facilities),
        "n_crossings": len(data.crossings),
        "n_services": len(data.services),
        "n_truck_lanes": len(data.truck_lanes),
        "rows_by_confidence": data.row_confidence,
    }


def listing(data: NetworkData, what: str) -> list[dict[str, object]]:
    """
    Rows of a part of the network, for people.

    Raises
    ------
    DataError
        ``what`` is not a part of the network.
    """
    if what == "facilities":
        return [
            {
                "id": f.facility_id,
                "name": f.name_en,
                "名称": f.name_zh,
                "kind": f.kind.value,
                "modes": " ".join(sorted(mode.value for mode in f.modes)),
                "customs modes": " ".join(sorted(f.customs_modes)),
                "confidence": f.provenance.confidence.value,
            }
            for f in data.facilities.values()
        ]
    if what == "borders":
        return [
            {
                "id": c.crossing_id,
                "名称": c.name_zh,
                "mode": c.mode.value,
                "status": c.status.value,
                "as of": c.status_as_of,
                "interchange": c.interchange.value,
                "customs modes": " ".join(sorted(c.customs_modes)),
                "note": c.status_note,
                "confidence": c.provenance.confidence.value,
            }
            for c in data.crossings.values()
        ]
    if what == "services":
        return [
            {
                "id": s.service_id,
                "name": s.name_en,
                "mode": s.mode.value,
                "days": "".join(str(day + 1) for day in sorted(s.weekdays)),
                "calls": " ".join(call.facility_id for call in s.calls),
                "status": s.status,
                "confidence": s.provenance.confidence.value,
            }
            for s in data.services.values()
        ]
    if what == "trucks":
        return [
            {
                "id": lane.lane_id,
                "from": lane.from_facility_id,
                "to": lane.to_facility_id,
                "km": round(sum(section.distance_m for section in lane.sections) / 1000),
                "quota a day": lane.quota_per_day or "",
                "status": lane.status,
                "confidence": lane.provenance.confidence.value,
            }
            for lane in data.truck_lanes.values()
        ]
    raise DataError(
        Finding(
            code="D120",
            what="no such part of the network",
            value=what,
            remedy=f"one of {', '.join(_LISTINGS)}",
        )
    )
