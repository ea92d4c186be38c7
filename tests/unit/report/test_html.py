import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html import unescape
from pathlib import Path
from time import process_time

import pytest

from optimizer.plan.plan import Plan
from optimizer.report.html import write_report
from tests.toy.sample_result import make_sample


def page(result, data, folder: Path, **options) -> str:
    path = folder / "report.html"
    write_report(result, data, path, **{"title": "Week 37", **options})
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def sample_page(sample, tmp_path_factory) -> str:
    return page(*sample, tmp_path_factory.mktemp("report"))


def test_the_page_asks_nothing_of_anyone(sample_page: str) -> None:
    assert not re.search(r"""<[^>]+\s(?:src|href|action|srcset)=["'](?!#)""", sample_page)
    assert "url(" not in sample_page
    assert "@import" not in sample_page
    assert "http://" not in sample_page.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in sample_page


def test_the_policy_allows_this_style_and_this_script_only(sample_page: str) -> None:
    policy = unescape(re.search(r'Content-Security-Policy" content="([^"]+)"', sample_page)[1])
    style = re.search(r"<style>(.*?)</style>", sample_page, re.S)[1]
    script = re.search(r"<script>(.*?)</script>", sample_page, re.S)[1]
    for kind, text in (("style-src", style), ("script-src", script)):
        digest = b64encode(sha256(text.encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert not re.search(r"<[^>]+\sstyle=", sample_page)
    assert not re.search(r"<[^>]+\son[a-z]+=", sample_page)


def test_names_are_shown_and_never_run(tiny, tmp_path: Path) -> None:
    result, data = tiny
    nasty = "<img src=x onerror=alert(1)>\"'&"
    shipments = {
        key: replace(shipment, shipper=nasty) for key, shipment in result.plan.shipments.items()
    }
    facilities = {
        key: replace(facility, name_en=nasty, name_zh=nasty)
        for key, facility in data.facilities.items()
    }
    unassigned = tuple(
        replace(u, reason=nasty, remedy=nasty, resource=nasty) for u in result.plan.unassigned
    )
    plan = replace(result.plan, shipments=shipments, unassigned=unassigned, warnings=(nasty,))
    text = page(
        replace(result, plan=plan, versions={nasty: nasty}),
        replace(data, facilities=facilities),
        tmp_path,
        title=nasty,
        question=nasty,
    )
    assert "<img" not in text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text


def test_the_figures_on_the_page(tiny, tmp_path: Path) -> None:
    text = page(*tiny, tmp_path).replace("\N{NO-BREAK SPACE}", " ")
    assert (
        "2 of 3 shipments are delivered for CNY 8,000, CNY 2,000 (20 %) less than if each "
        "travelled alone." in text
    )
    assert "2 shipments ride in 1 shared load unit, 50 % full" in text
    assert "1.60 per kg" in text
    assert "Penalty, not money spent" in text
    assert "25 % of the money on legs is priced with our own estimates" in text
    assert "24 % of the rows of network data are estimates" in text  # 5 of 21
    assert "CNY 11,000.00" in text
    assert "✓ Checked: no rule broken" in text
    assert "Within 0.0 % of the proved bound" in text


def test_a_shipment_says_why(tiny, tmp_path: Path) -> None:
    text = page(*tiny, tmp_path).replace("\N{NO-BREAK SPACE}", " ")
    assert (
        "Rides in L-1 (40HQ, 50 % full) with 1 other, leaving Kunming Wangjiaying West "
        "Tue 8 Sep 00:00; waits 24 h on the way, free of storage charge. Alone it would cost "
        "CNY 4,000: this saves CNY 1,500 (38 %). It arrives 19 h before it is due." in text
    )


@pytest.mark.parametrize(
    ("summary", "badge"),
    [
        ({}, "Not checked"),
        ({"n_violations": 0}, "Checked: no rule broken"),
        ({"n_violations": 1}, "1 broken rule"),
        ({"n_violations": 3}, "3 broken rules"),
    ],
)
def test_the_badge_says_what_the_checker_found(tiny, tmp_path: Path, summary, badge) -> None:
    result, data = tiny
    text = page(replace(result, summary=summary), data, tmp_path)
    assert badge in text.replace("\N{NO-BREAK SPACE}", " ")


def test_without_outlines_the_land_is_one_mass(sample, tmp_path: Path) -> None:
    lined = page(*sample, tmp_path)
    plain = page(*sample, tmp_path, country_outlines=False)
    if 'class="land' not in lined:
        pytest.skip("no country outlines in the network data")
    assert 'class="land lined"' in lined
    assert 'class="land lined"' not in plain
    assert 'class="land"' in plain
    assert len(plain) < len(lined)


def test_missing_land_draws_flows_without_it(tiny, tmp_path: Path) -> None:
    text = page(*tiny, tmp_path, land=tmp_path / "none.geojson")
    assert 'class="land' not in text
    assert 'class="flow m-rail"' in text
    assert "Natural Earth" not in text


def test_an_empty_plan_is_still_a_page(tiny, tmp_path: Path) -> None:
    result, data = tiny
    plan = Plan(
        epoch_at=result.plan.epoch_at, planned_at=result.plan.planned_at, shipments={},
        itineraries=(), loads=(), unassigned=(),
    )  # fmt: skip
    text = page(replace(result, plan=plan, bound_fen=0), data, tmp_path)
    assert "All 0 shipments are delivered" in text
    assert 'class="map"' not in text


def test_six_hundred_shipments_stay_quick_and_small(tmp_path: Path) -> None:
    result, data = make_sample(600, 180, 8)
    start = process_time()
    text = page(result, data, tmp_path)
    assert process_time() - start < 3.0
    assert len(text.encode()) < 5_000_000
    assert text.count('<tbody class="item') == 592 + 180
