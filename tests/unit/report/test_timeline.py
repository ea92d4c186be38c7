import re

import pytest

from optimizer.report.places import Gazetteer
from optimizer.report.tables import load_rows, shipment_rows
from optimizer.report.timeline import timeline


def drawn(result, data):
    places = Gazetteer(data, result.plan.epoch_at)
    return timeline(load_rows(result.plan, data, places), shipment_rows(result.plan, data, places))


def test_a_bar_lies_where_its_hours_are(tiny) -> None:
    chart = drawn(*tiny)
    assert chart is not None
    assert chart.zone == "Asia/Shanghai"
    (lane,) = chart.lanes
    assert (lane.start, lane.end) == ("Kunming Wangjiaying West", "Vientiane South")
    assert lane.note == "1 × 40HQ"
    # Days: closing on the 7th to release on the 9th in Kunming, three in all; the train runs on
    # the whole of the second.
    x, width = re.findall(r'class="f-rail" x="([\d.]+)%" y="[\d.]+" width="([\d.]+)%"', lane.svg)[0]
    assert float(x) == pytest.approx(100 / 3, abs=0.01)
    assert float(width) == pytest.approx(100 / 3, abs=0.01)


def test_what_travels_alone_is_told_apart(sample) -> None:
    chart = drawn(*sample)
    assert chart is not None
    assert any("alone" in lane.note for lane in chart.lanes)


def test_no_departures_no_timeline() -> None:
    assert timeline((), ()) is None
