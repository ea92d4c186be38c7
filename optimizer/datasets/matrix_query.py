"""One matrix query from text, or everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from optimizer.datasets import matrix_findings as say
from optimizer.datasets import shipment_findings as say_value
from optimizer.datasets.collect import Suggester, did_you_mean
from optimizer.datasets.matrix_places import ZoneReader
from optimizer.datasets.shipment_cells import read_time
from optimizer.datasets.shipment_rows import MAX_GROSS_KG, MAX_VOLUME_M3
from optimizer.domain.border import CreditClass
from optimizer.domain.location import Mode
from optimizer.domain.network_data import NetworkData
from optimizer.domain.service import LOOSE
from optimizer.domain.skim import MatrixQuery, SkimLoad, SkimMode, SkimWeights, Zone, ZoneRule
from optimizer.errors import DemandError, Finding, show_value
from optimizer.units import demand_dm3_from_m3, demand_kg

MAX_PAIRS = 4_000_000
MAX_WEIGHT = 1_000_000
MAX_UNITS = 20
DEFAULT_LOAD = "1000kg 6m3"
_NUMBER = r"(\d{1,9}(?:\.\d{1,6})?)"
_KG = re.compile(_NUMBER + r"\s*kg", re.IGNORECASE | re.ASCII)
_M3 = re.compile(_NUMBER + r"\s*m3", re.IGNORECASE | re.ASCII)
_UNIT = re.compile(r"(?:(\d{1,3})\s*[x*]\s*)?([A-Za-z0-9]*[A-Za-z][A-Za-z0-9]*)", re.ASCII)
_WEIGHT = re.compile(r"(cost|time|co2e)\s*=\s*" + _NUMBER, re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def read_matrix_query(
    data: NetworkData,
    *,
    origins: Sequence[str],
    destinations: Sequence[str],
    mode: str = SkimMode.MULTIMODAL,
    load: str = "",
    at: str = "",
    week: str = "",
    is_profile: bool = False,
    weights: str = "",
    zone_rule: str = ZoneRule.BEST,
    without: str = "",
    customs_mode: str = "",
    cargo_class: str = "",
    credit_class: str = "",
    today: date | None = None,
) -> MatrixQuery:
    """
    Check a matrix query.

    Parameters
    ----------
    origins, destinations
        Texts as :class:`~optimizer.datasets.matrix_places.ZoneReader` reads them.
    load
        ``1200kg 6m3`` loose, or ``2x40HQ 30000kg``; empty for 1000 kg of 6 m3.
    at
        RFC 3339 ready time of an earliest-arrival matrix; empty for averages.
    week
        A date; its week from Monday (UTC) is averaged over. Empty: the week of ``at``, or the next
        one after ``today``.
    weights
        ``cost=1,time=20,co2e=100``: a factor, CNY per hour, CNY per tonne. Empty: money alone; on
        the railway graph, which has no tariffs, time alone.
    without
        Modes that may not be used, apart by commas.

    Raises
    ------
    DemandError
        With everything that is wrong.
    """
    reader = ZoneReader(data)
    rows, columns = reader.read(origins, "from"), reader.read(destinations, "to")
    text = _Texts(data, reader.findings)
    skim_mode = text.choice("mode", mode, [member.value for member in SkimMode])
    moment = text.moment(at)
    cargo = text.load(load or DEFAULT_LOAD)
    codes = {
        "customs_mode": text.choice("customs_mode", customs_mode or "0110", data.customs_modes),
        "cargo_class": text.choice("cargo_class", cargo_class or "general", data.cargo_classes),
        "credit_class": text.choice(
            "credit_class", credit_class or "ordinary", [member.value for member in CreditClass]
        ),
    }
    monday = text.week(week, moment or _next_week(today))
    rule = text.choice("zone-rule", zone_rule, [member.value for member in ZoneRule])
    weighed = text.weights(weights, skim_mode)
    modes = text.modes(without)
    _check_cold(data, cargo, codes["cargo_class"], text.findings)
    _check_options(skim_mode, at, is_profile, rule, weights, text.findings)
    _check_size(rows, columns, text.findings)
    if text.findings or cargo is None or monday is None or weighed is None:
        raise DemandError(text.findings)
    return MatrixQuery(
        origins=rows,
        destinations=columns,
        load=replace(
            cargo,
            customs_mode=codes["customs_mode"],
            cargo_class=codes["cargo_class"],
            credit_class=CreditClass(codes["credit_class"]),
        ),
        week=monday,
        mode=SkimMode(skim_mode),
        weights=weighed,
        zone_rule=ZoneRule(rule),
        at=moment,
        is_profile=is_profile,
        without=modes,
    )


def _next_week(today: date | None) -> datetime:
    day = today or datetime.now(UTC).date()
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=7)


def _check_cold(
    data: NetworkData, load: SkimLoad | None, cargo_class: str, findings: list[Finding]
) -> None:
    cargo = data.cargo_classes.get(cargo_class)
    if load is None or load.load_unit == LOOSE or cargo is None:
        return
    if data.load_units[load.load_unit].refrigerated != cargo.refrigerated:
        kind = "a refrigerated" if cargo.refrigerated else "an unrefrigerated"
        findings.append(
            say.contradiction(
                "load",
                f"cargo of class {cargo_class} does not ride in {load.load_unit}",
                f"name {kind} load unit, or another class",
            )
        )


def _check_options(  # noqa: PLR0917  options side by side
    mode: str, at: str, is_profile: bool, rule: str, weights: str, findings: list[Finding]
) -> None:
    if is_profile and at:
        findings.append(
            say.contradiction(
                "profile", "a profile covers a week, --at one moment", "give --week, or one of them"
            )
        )
    if mode != SkimMode.MULTIMODAL and (is_profile or at):
        findings.append(
            say.contradiction(
                "mode",
                f"the {mode} graph has no timetable",
                "leave --mode out for departures and arrivals",
            )
        )
    if is_profile and rule == ZoneRule.MEAN:
        findings.append(
            say.contradiction(
                "zone-rule", "departures have no mean", "use --zone-rule best with --profile"
            )
        )
    if (is_profile or at) and weights:
        findings.append(
            say.contradiction(
                "weights",
                "earliest arrivals weigh nothing but time",
                "leave --weights out, or --at and --profile",
            )
        )


def _check_size(rows: Sequence[Zone], columns: Sequence[Zone], findings: list[Finding]) -> None:
    n_rows = sum(len(zone.places) for zone in rows)
    n_columns = sum(len(zone.places) for zone in columns)
    if n_rows * n_columns > MAX_PAIRS:
        findings.append(say.too_large(n_rows * n_columns, MAX_PAIRS))


class _Texts:
    """Reads single options, collecting findings."""

    def __init__(self, data: NetworkData, findings: list[Finding]) -> None:
        self.data = data
        self.findings = findings

    def choice(self, where: str, text: str, known: Collection[str]) -> str:
        text = text.strip()
        if text not in known:
            names = sorted(known)
            hint = did_you_mean(Suggester().closest(text, names))
            self.findings.append(say_value.unknown_code(where, text, names, hint))
        return text

    def moment(self, text: str) -> datetime | None:
        if not text.strip():
            return None
        moment = read_time(text.strip())
        if isinstance(moment, Finding):
            self.findings.append(replace(moment, where="at"))
            return None
        return moment

    def week(self, text: str, moment: datetime) -> date | None:
        """Monday of a date, or of a moment."""
        text = text.strip()
        if not text:
            day = moment.astimezone(UTC).date()
        else:
            try:
                # Other ISO forms, such as weeks, are not what the remedy says.
                day = date.fromisoformat(text if _DATE.fullmatch(text) else "")
            except ValueError:
                self.findings.append(
                    Finding(
                        code="S360",
                        what="the week is not a date",
                        where="week",
                        value=show_value(text),
                        remedy="write a day of the week like 2026-09-14",
                    )
                )
                return None
        return day - timedelta(days=day.weekday())

    def modes(self, text: str) -> frozenset[Mode]:
        names = [part.strip().casefold() for part in text.split(",") if part.strip()]
        known = [member.value for member in Mode]
        return frozenset(
            Mode(name) for name in names if self.choice("without", name, known) in known
        )

    def weights(self, text: str, mode: str) -> SkimWeights | None:
        if not text.strip():
            if mode == SkimMode.RAIL:
                return SkimWeights(cost=Fraction(0), time_cny_per_h=Fraction(1))
            return SkimWeights()
        given: dict[str, Fraction] = {}
        for part in text.split(","):
            match = _WEIGHT.fullmatch(part.strip())
            if match is None or match[1] in given:
                why = "it is given twice" if match else f"not understood: {show_value(part)}"
                self.findings.append(say.bad_weights(text, why))
                return None
            given[match[1]] = Fraction(match[2])
        why = ""
        if not any(given.values()):
            why = "nothing weighs anything"
        elif max(given.values()) > MAX_WEIGHT:
            why = f"a weight is above {MAX_WEIGHT}"
        elif mode == SkimMode.RAIL and given.get("cost"):
            why = "the railway graph has no tariffs, so that cost has to be left out or 0"
        if why:
            self.findings.append(say.bad_weights(text, why))
            return None
        return SkimWeights(
            cost=given.get("cost", Fraction(0)),
            time_cny_per_h=given.get("time", Fraction(0)),
            co2e_cny_per_t=given.get("co2e", Fraction(0)),
        )

    def load(self, text: str) -> SkimLoad | None:
        mass, volume = _KG.search(text), _M3.search(text)
        rest = text
        for match in (mass, volume):
            rest = rest.replace(match[0], " ") if match else rest
        rest = rest.replace(",", " ").strip()
        if mass is None:
            return self._bad_load(text, "it has no mass in kg")
        gross_kg = max(1, demand_kg(float(mass[1])))
        if not float(mass[1]) > 0 or gross_kg > MAX_GROSS_KG:
            self.findings.append(say_value.bad_mass("load", mass[1], MAX_GROSS_KG))
            return None
        if not rest or rest.upper() == LOOSE:
            return self._loose(text, gross_kg, volume[1] if volume else "")
        unit = _UNIT.fullmatch(rest)
        if unit is None:
            return self._bad_load(text, f"not understood: {show_value(rest)}")
        return self._units(text, gross_kg, int(unit[1] or 1), unit[2])

    def _bad_load(self, text: str, why: str) -> None:
        self.findings.append(say.bad_load(text, why))

    def _loose(self, text: str, gross_kg: int, volume: str) -> SkimLoad | None:
        if not volume:
            return self._bad_load(text, "loose cargo needs a volume in m3")
        if not 0 < float(volume) <= MAX_VOLUME_M3:
            self.findings.append(say_value.bad_volume("load", volume, MAX_VOLUME_M3))
            return None
        return SkimLoad(gross_kg=gross_kg, volume_dm3=max(1, demand_dm3_from_m3(float(volume))))

    def _units(self, text: str, gross_kg: int, n_units: int, name: str) -> SkimLoad | None:
        units = {code.upper(): code for code in self.data.load_units}
        code = units.get(name.upper())
        if code is None:
            hint = did_you_mean(Suggester().closest(name.upper(), sorted(units)))
            self.findings.append(say_value.unknown_code("load", name, sorted(units), hint))
            return None
        unit = self.data.load_units[code]
        if not 1 <= n_units <= MAX_UNITS:
            return self._bad_load(text, f"from 1 to {MAX_UNITS} load units")
        payload_kg = n_units * max(unit.payload_kg.values(), default=0)
        if gross_kg > payload_kg:
            return self._bad_load(text, f"{n_units} x {code} take {payload_kg} kg at most")
        return SkimLoad(gross_kg=gross_kg, volume_dm3=0, load_unit=code, n_units=n_units)
