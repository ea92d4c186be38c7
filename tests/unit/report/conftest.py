"""Plans to report on."""

from __future__ import annotations

import pytest

from optimizer.domain.network_data import NetworkData
from optimizer.plan.plan import PlanResult
from tests.toy.sample_result import make_sample
from tests.toy.tiny_result import make_tiny


@pytest.fixture(scope="session")
def sample() -> tuple[PlanResult, NetworkData]:
    """Forty shipments of all kinds: for invariants that no head can follow."""
    return make_sample()


@pytest.fixture(scope="session")
def tiny() -> tuple[PlanResult, NetworkData]:
    """Two shipments in one container: for figures that follow from arithmetic."""
    return make_tiny()
