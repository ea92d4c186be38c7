"""The truck kernel by arithmetic on the corridor, and against a minute-by-minute twin."""

from __future__ import annotations

import random
from datetime import timedelta

import numpy as np
import pytest

from optimizer.domain.hours import WeeklyHours
from optimizer.kernels.timetabled_labels import UNREACHED, truck_run
from optimizer.models.routing.problem import crossing_dwell
from optimizer.network.build import build_network
from tests.factories import (
    EPOCH,
    fixed,
    make_crossing,
    make_facility,
    make_network_data,
    make_section,
    make_truck_lane,
)
from tests.reference.pareto_twin import drive
from tests.toy.corridor import make_corridor

HOURS = ("24/7", "Mo-Su 08:00-20:00", "Mo-Sa 06:00-18:00")


def _run(network, lane, departs, mode="0110"):
    passages = np.full((16, 2), -1, dtype=np.int64)
    dwell = crossing_dwell(network, mode, 0.5)
    arrives = truck_run(network.places, network.trucks, lane, departs, dwell, passages)
    return arrives, passages


def test_single_driver_over_two_borders():
    network = build_network(make_corridor(), epoch_at=EPOCH)
    # Leaves at 02:00 UTC. 700 km at 70 km/h are 600 minutes: Mohan is reached at 12:00 UTC, 20:00
    # local, when it has just closed. It opens at 08:00, minute 1440, and takes 3 hours: the wait is
    # the rest. 300 minutes to the second border: 1920, 15:00 local, 2 hours. Then 840 minutes, of
    # which 300 are left before the next rest of 600.
    arrives, passages = _run(network, 0, 120)
    assert passages[:2].tolist() == [[1440, 1620], [1920, 2040]]
    assert arrives == 2040 + 300 + 600 + 540


def test_dwell_follows_the_customs_mode():
    network = build_network(make_corridor(), epoch_at=EPOCH)
    _, passages = _run(network, 0, 120, mode="9610")
    assert passages[0].tolist() == [1440, 1560]


def test_limit_reached_at_a_border_is_rested_by_the_wait_there():
    network = build_network(make_corridor(), epoch_at=EPOCH)
    # Ten minutes earlier Mohan is still open: 3 hours there are no rest, so the driver, whose 600
    # minutes are up, rests 600 behind it.
    arrives, passages = _run(network, 0, 110)
    assert passages[0].tolist() == [710, 890]
    reached = 890 + 600 + 300  # 05:50 UTC is 12:50 in Huay Xai
    assert passages[1].tolist() == [reached, reached + 120]
    assert arrives == reached + 120 + 300 + 600 + 540


def test_two_drivers_never_rest():
    network = build_network(make_corridor(), epoch_at=EPOCH)
    # 30 minutes to the border, closed until 06:00 local (23:00 UTC), 90 there, 640 on.
    arrives, _ = _run(network, 1, 20 * 60)
    assert arrives == 23 * 60 + 90 + 640


def test_border_that_never_opens_is_unreached():
    crossing = make_crossing(hours=WeeklyHours(()))
    data = make_network_data(
        facilities=[make_facility("CNAAA-X"), make_facility("LAAAA-X")],
        crossings=[crossing],
        truck_lanes=[
            make_truck_lane(
                "T", "CNAAA-X", "LAAAA-X", [make_section(crossing_id=crossing.crossing_id)]
            )
        ],
    )
    assert _run(build_network(data, epoch_at=EPOCH), 0, 0)[0] == UNREACHED


@pytest.mark.parametrize("seed", range(60))
def test_equals_the_twin(seed):
    rng = random.Random(seed)  # noqa: S311
    crossings = [
        make_crossing(
            f"B{at}:CN-LA",
            hours=WeeklyHours.parse(rng.choice(HOURS)),
            dwell={"*": fixed(rng.choice((0, 30, 300, 650)))},
        )
        for at in range(3)
    ]
    sections = [
        make_section(
            rng.randrange(10, 1500),
            speed_km_per_h=rng.choice((30.0, 47.5, 60.0)),
            crossing_id=crossing.crossing_id if rng.random() < 0.7 else "",
        )
        for crossing in crossings
    ]
    lane = make_truck_lane(
        "T", "CNAAA-X", "LAAAA-X", [*sections, make_section(300)], n_drivers=rng.choice((1, 2))
    )
    data = make_network_data(
        facilities=[make_facility("CNAAA-X"), make_facility("LAAAA-X")],
        crossings=crossings,
        truck_lanes=[lane],
    )
    network = build_network(data, epoch_at=EPOCH)
    departs = rng.randrange(0, 20_000)
    expected = drive(data, lane, EPOCH + timedelta(minutes=departs), "0110")
    assert _run(network, 0, departs)[0] == network.minute(expected)
