"""One plan for all tests of what a plan leaves behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import helpers_postgres
from tests.helpers_cli import Ran, demo_rows, teahorse, write_scenario
from tests.helpers_postgres import PostgresServer

N_SHIPMENTS = 40


@dataclass(frozen=True)
class PlannedSubset:
    """What ``teahorse plan --json`` said of forty shipments, and where it wrote."""

    scenario: Path
    out: Path
    ran: Ran


def _likely_to_share() -> list[dict[str, str]]:
    """Forty shipments of the demo, of the customs mode and country with the most."""

    def kind(row: dict[str, str]) -> tuple[str, str]:
        return row["customs_mode"], row["destination"][:2]

    rows = [row for row in demo_rows() if row["destination"][0].isalpha()]
    common = [one for one, _ in Counter(map(kind, rows)).most_common()]
    return sorted(rows, key=lambda row: common.index(kind(row)))[:N_SHIPMENTS]


@pytest.fixture(scope="session")
def planned_subset(tmp_path_factory: pytest.TempPathFactory) -> PlannedSubset:
    """Forty shipments of the demo week, planned by the command in five seconds."""
    folder = tmp_path_factory.mktemp("subset")
    scenario = write_scenario(folder / "scenario", _likely_to_share(), time_s=5.0)
    out = folder / "new" / "out"
    return PlannedSubset(scenario, out, teahorse("plan", scenario, "--out", out, "--json"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server; tests that need it are skipped where there is none."""
    reason = helpers_postgres.missing()
    if reason:
        pytest.skip(reason)
    with helpers_postgres.postgres_server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> str:
    """Address of a new, empty database."""
    return postgres.new_database()
