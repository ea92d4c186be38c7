"""Network data package to domain objects: the front door of the datasets."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from optimizer.datasets.borders import (
    build_clearances,
    build_crossings,
    build_customs_modes,
    build_inspections,
)
from optimizer.datasets.catalog import open_catalog
from optimizer.datasets.checks import check_network
from optimizer.datasets.collect import Findings
from optimizer.datasets.facilities import (
    build_cargo_classes,
    build_facilities,
    build_load_units,
    build_parameters,
    build_territories,
)
from optimizer.datasets.keys import check_keys
from optimizer.datasets.services import build_services, build_truck_lanes
from optimizer.datasets.tables import Tables, load_tables
from optimizer.datasets.tariffs import (
    build_emission_factors,
    build_exchange_rates,
    build_rate_cards,
    build_surcharges,
    old_rates,
)
from optimizer.domain.network_data import NetworkData
from optimizer.errors import DataError, Finding, NetworkError

MORE_CODE = "D199"


@dataclass(frozen=True, slots=True)
class NetworkReading:
    """Network data, and the warnings about them."""

    data: NetworkData
    warnings: tuple[Finding, ...]


def read_network(data_dir: Path | str | None = None) -> NetworkData:
    """
    Read a network data package.

    Parameters
    ----------
    data_dir
        Folder with ``datapackage.json`` and ``tables/``; see
        :func:`optimizer.datasets.catalog.open_catalog` for what happens without one.

    Raises
    ------
    DataError
        With all findings D1xx and T401 of all tables.
    NetworkError
        With all findings N2xx that forbid planning, where every table is clean.
    """
    return read_network_with_warnings(data_dir).data


def read_network_with_warnings(
    data_dir: Path | str | None = None,
    *,
    fx_max_age_days: int | None = None,
    today: datetime | None = None,
) -> NetworkReading:
    """
    Read a network data package and keep the warnings.

    Parameters
    ----------
    data_dir
        As in :func:`read_network`.
    fx_max_age_days
        Warn (T402) of exchange rates that are older than this against the cards they price.
    today
        Moment that ages are counted to; now where not given.

    Raises
    ------
    DataError, NetworkError
        As in :func:`read_network`.
    """
    findings = Findings(MORE_CODE)
    tables = load_tables(open_catalog(data_dir), findings)
    check_keys(tables, findings)
    data = _build(tables, findings)
    if findings:
        raise DataError(findings.listed())
    checked = check_network(data)
    errors = [check.finding for check in checked if check.strict]
    if errors:
        raise NetworkError(errors)
    warnings = [check.finding for check in checked]
    if fx_max_age_days is not None:
        day = (today or datetime.now(UTC)).date()
        warnings += old_rates(data.rate_cards, data.exchange_rates, fx_max_age_days, day)
    return NetworkReading(data, tuple(warnings))


def _build(tables: Tables, findings: Findings) -> NetworkData:
    """Domain objects of all tables; of a table that is incomplete there are none."""
    rates = build_exchange_rates(tables, findings)
    return NetworkData(
        facilities=build_facilities(tables, findings),
        crossings=build_crossings(tables, findings),
        services=build_services(tables, findings),
        truck_lanes=build_truck_lanes(tables, findings),
        load_units=build_load_units(tables, findings),
        cargo_classes=build_cargo_classes(tables, findings),
        customs_modes=build_customs_modes(tables, findings),
        clearances=build_clearances(tables, findings),
        inspections=build_inspections(tables, findings),
        rate_cards=build_rate_cards(tables, rates, findings),
        surcharges=build_surcharges(tables, rates, findings),
        exchange_rates=rates,
        emission_factors=build_emission_factors(tables, findings),
        territories=build_territories(tables, findings),
        parameters=build_parameters(tables, findings),
        fingerprint=tables.fingerprint,
        row_confidence=_confidences(tables),
    )


def _confidences(tables: Tables) -> dict[str, dict[str, int]]:
    """Number of rows by table and confidence; tables without that column are left out."""
    counts = {
        name: Counter(row.cells["confidence"] for row in rows if "confidence" in row.cells)
        for name, rows in tables.rows.items()
    }
    return {name: dict(count) for name, count in counts.items() if count}
