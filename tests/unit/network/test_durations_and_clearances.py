"""Quantiles of durations, and which clearance row holds."""

from __future__ import annotations

import pytest

from optimizer.domain.border import Duration
from optimizer.network.build import build_network
from optimizer.network.clearances import clearance_min
from optimizer.network.durations import quantile_min
from tests.factories import EPOCH, fixed, make_clearance, make_network_data


def test_quantiles_pass_through_median_and_p90():
    duration = Duration(p50_min=120, p90_min=600)
    assert quantile_min(duration, 0.5) == 120
    assert quantile_min(duration, 0.9) == 600
    # Symmetric in the logarithm: 120 * 120 / 600.
    assert quantile_min(duration, 0.1) == 24


def test_quantile_rounds_up():
    # sqrt(100 * 400) = 200 at the median of the logarithm between p50 and p90.
    from statistics import NormalDist

    half = NormalDist().cdf(1.2815515655446004 / 2)
    assert quantile_min(Duration(p50_min=100, p90_min=401), half) == 201


@pytest.mark.parametrize("duration", [fixed(0), fixed(90), Duration(p50_min=0, p90_min=50)])
def test_certain_durations_do_not_depend_on_the_quantile(duration):
    assert quantile_min(duration, 0.95) == duration.p50_min


def test_most_specific_clearance_row_wins():
    rows = [
        make_clearance("*", "export", "*", fixed(1)),
        make_clearance("*", "export", "9610", fixed(2)),
        make_clearance("CN", "export", "*", fixed(3)),
        make_clearance("CN", "export", "9610", fixed(4)),
        make_clearance("TH", "import", "*", fixed(5)),
    ]
    network = build_network(make_network_data(clearances=rows), epoch_at=EPOCH)

    def minutes(country, direction, mode):
        return clearance_min(network.clearance_rows, country, direction, mode, 0.5)

    assert minutes("CN", "export", "9610") == 4
    assert minutes("CN", "export", "0110") == 3
    assert minutes("LA", "export", "9610") == 2
    assert minutes("LA", "export", "0110") == 1
    assert minutes("LA", "import", "0110") == -1
