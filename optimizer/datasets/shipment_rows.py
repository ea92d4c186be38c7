"""One row of text to a shipment, or to all that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from optimizer.datasets import shipment_findings as say
from optimizer.datasets.collect import MAX_SUGGESTIONS, Suggester, did_you_mean
from optimizer.datasets.convert import is_zone
from optimizer.datasets.places import PlaceResolver
from optimizer.datasets.shipment_cells import (
    later,
    name_finding,
    plain,
    read_number,
    read_time,
    read_whole_number,
    text_finding,
)
from optimizer.datasets.shipment_columns import (
    DEFAULT_CARGO_CLASS,
    DEFAULT_CREDIT_CLASS,
    DEFAULT_CUSTOMS_MODE,
    NAMES,
    REQUIRED,
)
from optimizer.domain.border import CreditClass
from optimizer.domain.network_data import NetworkData
from optimizer.domain.shipment import Place, Shipment
from optimizer.errors import Finding
from optimizer.units import (
    FEN_PER_CNY,
    demand_dm3_from_m3,
    demand_kg,
    fen_from_cny,
    round_half_up_div,
)

MAX_GROSS_KG = 500_000
MAX_VOLUME_M3 = 1_000
LEAST_KG_PER_M3, MOST_KG_PER_M3 = 1, 20_000
MAX_PACKAGES = 10_000_000
MAX_CNY = 1_000_000_000_000
CODE_LENGTH = 4


class RowReader:
    """
    Reads rows against one network.

    Parameters
    ----------
    network_data
        Gives facilities, cargo classes and customs modes.
    default_booked_at
        ``booked_at`` of rows that give none; ``ready_at`` without it.
    suggestions
        For how many misspellings similar names are looked for.
    """

    def __init__(
        self,
        network_data: NetworkData,
        default_booked_at: datetime | None,
        suggestions: int = MAX_SUGGESTIONS,
    ) -> None:
        self.places = PlaceResolver(network_data, suggestions)
        self.default_booked_at = default_booked_at
        self.codes = {
            "cargo_class": sorted(network_data.cargo_classes),
            "customs_mode": sorted(network_data.customs_modes),
            "credit_class": [member.value for member in CreditClass],
        }
        self.zones: dict[str, ZoneInfo | None] = {}
        self.suggester = Suggester(suggestions)

    def read(
        self,
        cells: Mapping[str, str],
        where: Callable[[str], str],
        absent: frozenset[str] = frozenset(),
    ) -> tuple[Shipment | None, list[Finding]]:
        """
        Shipment of a row.

        Parameters
        ----------
        cells
            Stripped text by column; a column may be missing.
        where
            Place of a column of this row, for findings.
        absent
            Required columns that the file lacks, which is one finding and not one per row.

        Returns
        -------
        tuple
            The shipment, or ``None`` with all findings of the row.
        """
        row = _Row(self, cells, where, absent)
        shipment = row.shipment()
        return (None, row.findings) if row.findings else (shipment, [])

    def zone(self, name: str) -> ZoneInfo | None:
        """Zone of a name, remembered."""
        if name not in self.zones:
            self.zones[name] = ZoneInfo(name) if is_zone(name) else None
        return self.zones[name]


class _Row:
    """State of reading one row."""

    def __init__(
        self,
        reader: RowReader,
        cells: Mapping[str, str],
        where: Callable[[str], str],
        absent: frozenset[str],
    ) -> None:
        self.reader = reader
        self.where = where
        self.findings: list[Finding] = []
        self.cells: dict[str, str] = {}
        self.broken = set(absent)
        for name in NAMES:
            text = cells.get(name, "")
            finding = text_finding(text) if text else None
            if finding:
                self._add(finding, name)
                self.broken.add(name)
            elif text:
                self.cells[name] = text
            elif name in REQUIRED and name not in absent:
                self.findings.append(say.missing_value(where(name)))

    def shipment(self) -> Shipment | None:
        """The shipment, or ``None`` where there are findings."""
        shipment_id, shipper = self._name("shipment_id"), self._name("shipper")
        origin, destination = self._place("origin"), self._place("destination")
        if (
            origin
            and destination
            and (origin.facility_id, origin.label)
            == (
                destination.facility_id,
                destination.label,
            )
        ):
            self.findings.append(say.same_place(self.where("destination"), destination.label))
        gross_kg, volume_m3 = self._mass_and_volume()
        n_packages = self._count("n_packages", 1, MAX_PACKAGES, missing=1)
        value_cny = self._money("value_cny")
        late_cny, unserved_cny = self._money("late_cny_per_h"), self._money("unserved_cny")
        cargo_class = self._code("cargo_class", DEFAULT_CARGO_CLASS)
        customs_mode = self._code("customs_mode", DEFAULT_CUSTOMS_MODE)
        credit_class = self._code("credit_class", DEFAULT_CREDIT_CLASS)
        ready_at, due_at, latest_at, booked_at = self._times()
        if self.findings or not (origin and destination and ready_at and gross_kg and volume_m3):
            return None
        return Shipment(
            shipment_id=shipment_id,
            shipper=shipper,
            origin=origin,
            destination=destination,
            # Less than a gram or a millilitre is noise of a spreadsheet, not nothing.
            gross_kg=max(1, demand_kg(float(gross_kg))),
            volume_dm3=max(1, demand_dm3_from_m3(float(volume_m3))),
            n_packages=n_packages,
            value_cny=round_half_up_div(fen_from_cny(value_cny), FEN_PER_CNY),
            cargo_class=cargo_class,
            customs_mode=customs_mode,
            credit_class=CreditClass(credit_class),
            ready_at=ready_at,
            booked_at=booked_at or self.reader.default_booked_at or ready_at,
            due_at=due_at,
            latest_at=latest_at,
            late_fen_per_hour=fen_from_cny(late_cny),
            unserved_fen=fen_from_cny(unserved_cny),
        )

    def _add(self, finding: Finding, column: str) -> None:
        """Keep a finding about the value of a column."""
        self.findings.append(replace(finding, where=self.where(column)))

    def _name(self, column: str) -> str:
        text = self.cells.get(column, "")
        finding = name_finding(text)
        if finding:
            self._add(finding, column)
        return text

    def _place(self, column: str) -> Place | None:
        text = self.cells.get(column)
        if not text:
            return None
        place = self.reader.places.resolve(text)
        if isinstance(place, Finding):
            self._add(place, column)
            return None
        return place

    def _number(self, column: str) -> Decimal | None:
        text = self.cells.get(column)
        if not text:
            return None
        value = read_number(text)
        if isinstance(value, Finding):
            self._add(value, column)
            return None
        return value

    def _mass_and_volume(self) -> tuple[Decimal | None, Decimal | None]:
        gross_kg, volume_m3 = self._number("gross_kg"), self._number("volume_m3")
        n_before = len(self.findings)
        if gross_kg is not None and not 0 < gross_kg <= MAX_GROSS_KG:
            self.findings.append(say.bad_mass(self.where("gross_kg"), gross_kg, MAX_GROSS_KG))
        if volume_m3 is not None and not 0 < volume_m3 <= MAX_VOLUME_M3:
            where = self.where("volume_m3")
            self.findings.append(say.bad_volume(where, volume_m3, MAX_VOLUME_M3))
        if gross_kg is None or volume_m3 is None or len(self.findings) > n_before:
            return gross_kg, volume_m3
        if not LEAST_KG_PER_M3 * volume_m3 <= gross_kg <= MOST_KG_PER_M3 * volume_m3:
            density = float(gross_kg) / float(volume_m3)
            self.findings.append(say.bad_density(self.where("gross_kg"), density))
        return gross_kg, volume_m3

    def _money(self, column: str) -> Decimal:
        value = self._number(column)
        if value is not None and not 0 <= value <= MAX_CNY:
            self.findings.append(say.out_of_range(self.where(column), value, 0, MAX_CNY))
            return Decimal(0)
        return value or Decimal(0)

    def _count(self, column: str, low: int, high: int, *, missing: int) -> int:
        text = self.cells.get(column)
        if not text:
            return missing
        value = read_whole_number(text)
        if isinstance(value, Finding):
            self._add(value, column)
            return missing
        if not low <= value <= high:
            self.findings.append(say.out_of_range(self.where(column), value, low, high))
        return value

    def _code(self, column: str, missing: str) -> str:
        if column in self.broken:
            return missing
        text = plain(self.cells.get(column, "")) or missing
        known = self.reader.codes[column]
        # Excel turns 0110 into the number 110.
        for code in (text, text.lower(), text.zfill(CODE_LENGTH)):
            if code in known:
                return code
        hint = did_you_mean(self.reader.suggester.closest(text, known))
        self.findings.append(say.unknown_code(self.where(column), text, known, hint))
        return missing

    def _times(
        self,
    ) -> tuple[datetime | None, datetime | None, datetime | None, datetime | None]:
        zone = None
        name = self.cells.get("tz", "")
        if name:
            zone = self.reader.zone(name)
            if zone is None:
                self.findings.append(say.unknown_zone(self.where("tz"), name))
                return None, None, None, None
        ready_at, due_at, latest_at, booked_at = (
            self._time(column, zone) for column in ("ready_at", "due_at", "latest_at", "booked_at")
        )
        if later(ready_at, due_at):
            text = f"{self.cells['due_at']}, ready {self.cells['ready_at']}"
            self.findings.append(say.due_before_ready(self.where("due_at"), text))
        for than, moment in (("due_at", due_at), ("ready_at", ready_at)):
            if later(moment, latest_at):
                text = f"{self.cells['latest_at']}, {than} {self.cells[than]}"
                self.findings.append(say.latest_too_early(self.where("latest_at"), text, than))
                break
        return ready_at, due_at, latest_at, booked_at

    def _time(self, column: str, zone: ZoneInfo | None) -> datetime | None:
        text = self.cells.get(column)
        if not text:
            return None
        moment = read_time(text, zone)
        if isinstance(moment, Finding):
            self._add(moment, column)
            return None
        return moment
