from dataclasses import replace
from zoneinfo import ZoneInfo

from optimizer.plan.reasons import unassigned
from optimizer.report import formats
from optimizer.report.misses import miss_groups
from optimizer.report.places import Gazetteer


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
