from dataclasses import replace
from zoneinfo import ZoneInfo

from optimizer.plan.reasons import unassigned
from optimizer.report import formats
from optimizer.report.html import render
from optimizer.report.misses import miss_groups
from optimizer.report.places import Gazetteer
from tests.toy.tiny_result import with_repairs


def groups(result, data, misses):
    plan = replace(result.plan, unassigned=tuple(misses))
    return miss_groups(plan, Gazetteer(data, plan.epoch_at))


def test_shipments_with_the_same_reason_stand_together_dearest_first(tiny) -> None:
    result, data = tiny
    late = "the earliest delivery is 2026-09-19T05:31+00:00, 2371 minutes too late"
    found = groups(
        result,
        data,
        [
            unassigned("A", "U808", penalty_fen=10, resource="2026-09-19T05:31+00:00", detail=late),
            unassigned("B", "U812", penalty_fen=50),
            unassigned("C", "U808", penalty_fen=30, detail="no"),
        ],
    )
    assert [(g.code, [r.miss.shipment_id for r in g.rows], g.penalty_fen) for g in found] == [
        ("U812", ["B"], 50),
        ("U808", ["C", "A"], 40),
    ]
    assert found[1].meaning == "the earliest delivery is after the latest time"
    assert found[1].gross_kg == sum(result.plan.shipments[key].gross_kg for key in "AC")
    detail = found[1].rows[1].detail.replace("\N{NO-BREAK SPACE}", " ")
    assert detail.startswith("the earliest delivery is Sat 19 Sep ")
    assert detail.endswith(", 40 h too late")  # the resource says nothing new


def test_a_resource_that_says_more_is_kept(tiny) -> None:
    found = groups(*tiny, [unassigned("A", "U812", penalty_fen=1, resource="svc:X:2026-09-14")])
    assert found[0].rows[0].detail == "svc:X:2026-09-14"


def test_a_reason_in_other_words_is_its_own_group(tiny) -> None:
    result, data = tiny
    (group,) = miss_groups(result.plan, Gazetteer(data, result.plan.epoch_at))
    assert (group.code, group.meaning, group.remedy) == ("U801", "no way", "")


def test_texts_for_machines_are_read_out() -> None:
    text = formats.plainly("from 2026-09-14T22:30Z, 90 minutes", ZoneInfo("Asia/Shanghai"))
    assert text.replace("\N{NO-BREAK SPACE}", " ") == "from Tue 15 Sep 06:30 (+08), 2 h"


def test_what_only_looks_like_a_time_is_left_alone() -> None:
    for text in ("2026-99-14T22:30Z", "0001-01-01T00:00+08:00", "svc:X:2026-09-14:0:teu"):
        assert formats.plainly(text, ZoneInfo("Asia/Shanghai")) == text


def test_repairs_stand_with_their_shipment_cheapest_first(tiny) -> None:
    result, data = with_repairs(*tiny)
    (group,) = miss_groups(result.plan, Gazetteer(data, result.plan.epoch_at))
    fixes = group.rows[0].repairs
    assert [(one.repair.cost_fen, one.repair.is_verified) for one in fixes] == [
        (25_000, True),
        (90_000, False),
    ]
    # 3,200 minutes after midnight of Monday in Kunming, on the clock of Vientiane.
    assert fixes[0].delivered.isoformat() == "2026-09-09T04:20:00+07:00"


def test_the_page_shows_repairs_and_loads_that_no_split_suits(tiny) -> None:
    result, data = with_repairs(*tiny)
    page = render(result, data, title="T", question="Q", country_outlines=False, land=None).replace(
        "\N{NO-BREAK SPACE}", " "
    )
    unserved = page[page.index('id="unserved"') :]
    first, second = unserved.index("<b>CNY 250</b>"), unserved.index("<b>CNY 900</b>")
    assert first < second
    assert "ready 2 hours earlier" in unserved[first:second]
    assert page.count('<span class="code">verified</span>') == 1
    assert "CNY 12.34" in page
    plain = render(*tiny, title="T", question="Q", country_outlines=False, land=None)
    assert 'class="fine unfair"' not in plain
    assert "detail-line repair" not in plain
