"""Shared load units by the day on which they leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from optimizer.report.tables import CONNECTOR, LoadRow, ShipmentRow


@dataclass(slots=True, kw_only=True)
class DepartureDay:
    """
    What leaves on one day, local to where it leaves.

    Parameters
    ----------
    units
        Mode -> shared load units, by the first main leg.
    mass_share, volume_share
        Of all payload and of all room that leaves: larger units count more.
    first_closes
        Earliest closing among the loads of the day; None without loads.
    n_alone
        Shipments that leave on their own.
    """

    on: date
    units: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    n_shipments: int = 0
    gross_kg: int = 0
    payload_kg: int = 0
    volume_dm3: int = 0
    usable_dm3: int = 0
    first_closes: datetime | None = None
    n_alone: int = 0
    alone_kg: int = 0

    @property
    def mass_share(self) -> float:
        """Share of the payload that is used."""
        return self.gross_kg / max(1, self.payload_kg)

    @property
    def volume_share(self) -> float:
        """Share of the room that is used."""
        return self.volume_dm3 / max(1, self.usable_dm3)


def departure_days(
    loads: Sequence[LoadRow], shipments: Sequence[ShipmentRow]
) -> tuple[DepartureDay, ...]:
    """Days on which something leaves, in order."""
    found: dict[date, DepartureDay] = {}

    def day_of(moment: datetime) -> DepartureDay:
        return found.setdefault(moment.date(), DepartureDay(on=moment.date()))

    for row in loads:
        day = day_of(row.departs)
        day.units[row.chain[0]] += 1
        day.types[row.load.load_unit] += 1
        day.n_shipments += len({content.shipment_id for content in row.load.contents})
        day.gross_kg += row.load.gross_kg
        day.payload_kg += row.load.payload_kg
        day.volume_dm3 += row.load.volume_dm3
        day.usable_dm3 += row.load.usable_dm3
        if day.first_closes is None or row.closes < day.first_closes:
            day.first_closes = row.closes
    for row in shipments:
        if row.load_ids:
            continue
        main = [leg for leg in row.legs if leg.mode != CONNECTOR] or list(row.legs)
        day = day_of(main[0].departs if main else row.departs)
        day.n_alone += 1
        day.alone_kg += row.shipment.gross_kg
    return tuple(found[on] for on in sorted(found))
