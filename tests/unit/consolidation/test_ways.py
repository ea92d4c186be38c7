"""Single ways through shared loads of the corridor, timed and priced by arithmetic."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.domain.hours import WeeklyHours
from optimizer.models.consolidation.ways import WayFinder
from optimizer.models.routing.connector import connector_leg
from optimizer.models.routing.lanes import build_lanes
from optimizer.network.build import build_network
from tests.factories import EPOCH, at_point, make_customs_mode
from tests.toy.corridor import BANGKOK_DRY, KUNMING_RAIL, VIENTIANE, make_corridor
from tests.toy.corridor_loads import (
    EXPORT_MIN,
    IMPORT_MIN,
    LOAD_CLOSES_MIN,
    LOAD_RELEASED_MIN,
    WEDNESDAY_TRAIN_MIN,
    at_min,
    five_tonnes,
)

HUBS = ["CNKMG-WJX", "LAVTE-TNL", "THBKK-LKB"]
FACTORY = at_point(lat=25.25, lon=102.8, country="CN")
FACTORY_MIN = 67
"""27799 m * 1.3 at 60 km/h is 37 minutes, and 30 to load."""
SHOP = at_point(lat=18.15, lon=102.7, country="LA")


def _corridor(**hub_changes):
    data = make_corridor()
    hub = replace(KUNMING_RAIL, **hub_changes)
    data = replace(data, facilities=data.facilities | {hub.facility_id: hub})
    return build_network(data, epoch_at=EPOCH, horizon_days=14)


def _wednesday(network):
    lanes = build_lanes(
        network,
        pairs={("trade", "dry"): [("CNKMG-WJX", "LAVTE-TNL")]},
        load_units=["20GP"],
        from_min=0,
        until_min=7 * 1440,
    )
    return next(lane for lane in lanes if lane.legs[0].departs_min == WEDNESDAY_TRAIN_MIN)


def _way(network, shipment, quantile=0.5):
    finder = WayFinder(network, shipment, HUBS, connector_leg, quantile)
    access, egress = finder.accesses["CNKMG-WJX"], finder.egresses["LAVTE-TNL"]
    return finder.way(access, (_wednesday(network),), egress)


@pytest.fixture(scope="module")
def corridor():
    return _corridor()


def test_a_hub_at_the_origin_needs_no_connector(corridor):
    way = _way(corridor, five_tonnes("S"))
    assert (way.access.leg, way.egress.leg) == (None, None)
    assert (way.departs_min, way.accepted_min) == (1440, 1440)
    assert way.delivered_min == LOAD_RELEASED_MIN + IMPORT_MIN
    assert way.own_cost_fen == way.stuffing_fen == 50_000


@pytest.mark.parametrize(("slack_min", "is_caught"), [(0, True), (-1, False)])
def test_the_last_minute_for_a_load(corridor, slack_min, is_caught):
    last_min = LOAD_CLOSES_MIN - EXPORT_MIN - slack_min
    way = _way(corridor, five_tonnes("S", ready_at=at_min(last_min)))
    assert (way is not None) == is_caught
    # From the factory it takes 67 minutes more.
    way = _way(corridor, five_tonnes("S", FACTORY, ready_at=at_min(last_min - FACTORY_MIN)))
    assert (way is not None) == is_caught


def test_first_mile_waits_at_the_factory(corridor):
    way = _way(corridor, five_tonnes("S", FACTORY))
    assert way.accepted_min == LOAD_CLOSES_MIN - EXPORT_MIN
    assert way.departs_min == way.accepted_min - FACTORY_MIN
    assert way.storage_fen == 0


def test_first_mile_arrives_before_the_hub_shuts():
    # Cleared by 2940, there by 2700: 05:00 in Kunming, when the hub is shut. The last minute it
    # is open before is Tuesday 19:59, 11:59 UTC.
    network = _corridor(hours=WeeklyHours.parse("Mo-Su 08:00-20:00"))
    way = _way(network, five_tonnes("S", FACTORY, ready_at=at_min(0)))
    assert way.accepted_min == 1440 + 11 * 60 + 59
    assert way.departs_min == way.accepted_min - FACTORY_MIN


def test_first_mile_that_cannot_be_there_before_the_hub_shuts():
    # Ready 10 minutes too late for 19:59: it would be taken in at 08:00, after 05:00.
    network = _corridor(hours=WeeklyHours.parse("Mo-Su 08:00-20:00"))
    late_min = 1440 + 11 * 60 + 59 - FACTORY_MIN + 10
    assert _way(network, five_tonnes("S", FACTORY, ready_at=at_min(late_min))) is None


def test_storage_at_the_origin_hub_counts_started_days(corridor):
    # Until the train, not until the load closes: 3600 - ready; free are 2880.
    for wait_min, days in ((2880, 0), (2881, 1), (3600, 1)):
        ready_at = at_min(WEDNESDAY_TRAIN_MIN - wait_min)
        way = _way(corridor, five_tonnes("S", ready_at=ready_at))
        assert way.storage_fen == days * 1800
        assert way.storages[0][:3] == (
            "CNKMG-WJX",
            WEDNESDAY_TRAIN_MIN - wait_min,
            WEDNESDAY_TRAIN_MIN,
        )


def test_last_mile_to_a_point(corridor):
    way = _way(corridor, five_tonnes("S", KUNMING_RAIL, SHOP))
    cleared_min = LOAD_RELEASED_MIN + IMPORT_MIN
    assert way.egress.leg is not None
    # A quarter of a degree again.
    assert way.delivered_min == cleared_min + FACTORY_MIN
    # 100 CNY and 3 CNY * 5 t * 36.138 km, rounded half up.
    assert way.egress.cost_fen == 10_000 + 54_207
    assert way.own_cost_fen == 50_000 + way.egress.cost_fen


def test_last_mile_to_a_facility_waits_until_it_opens():
    data = make_corridor()
    opens = WeeklyHours.parse("Mo-Su 12:00-13:00")
    depot = replace(VIENTIANE, facility_id="LAVTE-DEP", lat=18.15, consolidates=False, hours=opens)
    data = replace(data, facilities=data.facilities | {"LAVTE-DEP": depot})
    network = build_network(data, epoch_at=EPOCH, horizon_days=14)
    way = _way(network, five_tonnes("S", KUNMING_RAIL, depot))
    # Cleared at 5640 and there at 5707: Friday 06:07 in Laos. Noon there is 05:00 UTC.
    assert LOAD_RELEASED_MIN + IMPORT_MIN + FACTORY_MIN == 5707
    assert way.delivered_min == 4 * 1440 + 5 * 60


def test_lateness_counts_started_hours(corridor):
    delivered_min = LOAD_RELEASED_MIN + IMPORT_MIN
    for late_min, hours in ((0, 0), (1, 1), (60, 1), (61, 2)):
        due = five_tonnes("S", due_at=at_min(delivered_min - late_min), late_fen_per_hour=100)
        way = _way(corridor, due)
        assert (way.lateness_min, way.lateness_fen) == (late_min, hours * 100)


def test_the_latest_time_is_hard(corridor):
    delivered_min = LOAD_RELEASED_MIN + IMPORT_MIN
    assert _way(corridor, five_tonnes("S", latest_at=at_min(delivered_min))) is not None
    assert _way(corridor, five_tonnes("S", latest_at=at_min(delivered_min - 1))) is None


def test_a_higher_quantile_clears_more_slowly(corridor):
    # At 0.9 the export takes the 1440 minutes of p90: to be there by 2940 - 1440.
    shipment = five_tonnes("S", ready_at=at_min(LOAD_CLOSES_MIN - 1440))
    assert _way(corridor, shipment, quantile=0.9) is not None
    assert _way(corridor, replace(shipment, ready_at=at_min(1501)), quantile=0.9) is None


def test_customs_pays_the_declaration_twice():
    data = make_corridor()
    modes = data.customs_modes | {"0110": make_customs_mode("0110", declaration_mfen=10_000_000)}
    network = build_network(replace(data, customs_modes=modes), epoch_at=EPOCH, horizon_days=14)
    assert _way(network, five_tonnes("S")).customs_fen == 2 * 10_000


def test_hubs_without_the_mode_and_across_the_border_are_no_access(corridor):
    finder = WayFinder(corridor, five_tonnes("S", FACTORY), HUBS, connector_leg, 0.5)
    assert set(finder.accesses) == {"CNKMG-WJX"}
    assert set(finder.egresses) == {"LAVTE-TNL"}
    network = _corridor(customs_modes=frozenset({"9610"}))
    finder = WayFinder(network, five_tonnes("S", FACTORY), HUBS, connector_leg, 0.5)
    assert finder.accesses == {}


def test_inside_a_territory_nothing_is_cleared(corridor):
    home = five_tonnes("S", FACTORY, KUNMING_RAIL)
    finder = WayFinder(corridor, home, HUBS, connector_leg, 0.5)
    assert not finder.is_cleared
    bangkok = five_tonnes("S", FACTORY, BANGKOK_DRY)
    assert WayFinder(corridor, bangkok, HUBS, connector_leg, 0.5).is_cleared


def test_large_first_miles_take_trucks_of_their_own(corridor):
    # 20 t over 36.138 km: loose 100 + 3 * 20 * 36.138 = 2268.28 CNY, one trailer 500 + 9 * 36.138.
    way = _way(corridor, five_tonnes("S", FACTORY, gross_kg=20_000, volume_dm3=30_000))
    assert (way.access.leg.load_unit, way.access.leg.n_units) == ("T136", 1)
    assert way.access.cost_fen == 50_000 + 32_524
