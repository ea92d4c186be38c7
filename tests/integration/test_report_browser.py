"""The report in a real browser: it renders, asks the network for nothing, and its controls work."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from optimizer.report.html import write_report
from tests.toy.sample_result import make_sample

CHROMIUM = os.environ.get("TEAHORSE_CHROMIUM") or shutil.which("chromium")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    result, data = make_sample()
    write_report(result, data, path, title="Week 37")
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as engine:
        # Containers often run as root, where Chromium's own sandbox does not start.
        started = engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(params=[390, 1280])
def opened(browser, report: Path, request: pytest.FixtureRequest) -> Iterator:
    """The page, open; what went wrong and what was asked of the network is in its ``seen``."""
    page = browser.new_page(viewport={"width": request.param, "height": 900})
    page.seen = []
    page.on("console", lambda message: page.seen.append(message.text))
    page.on("pageerror", lambda error: page.seen.append(str(error)))
    page.on("request", lambda r: page.seen.append(r.url) if r.url != report.as_uri() else None)
    page.goto(report.as_uri())
    yield page
    page.close()


def test_nothing_is_fetched_and_nothing_fails(opened) -> None:
    assert opened.seen == []


def test_the_page_is_never_wider_than_the_screen(opened) -> None:
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_long_names_do_not_widen_the_page(browser, tmp_path: Path) -> None:
    result, data = make_sample()
    long = "A_NAME_OF_SIXTY_LETTERS_AND_NO_SPACE_AS_SOME_SYSTEMS_EXPORT_IT"
    shipments = {
        key: replace(shipment, shipper=long) for key, shipment in result.plan.shipments.items()
    }
    misses = tuple(replace(u, reason=long, remedy=long) for u in result.plan.unassigned)
    plan = replace(result.plan, shipments=shipments, unassigned=misses)
    path = tmp_path / "long.html"
    write_report(replace(result, plan=plan), data, path, title=long, question=long)
    for width in (390, 1280):
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.close()


def test_the_policy_is_in_force(opened) -> None:
    opened.evaluate("document.body.setAttribute('style', 'display: none')")
    assert opened.evaluate("getComputedStyle(document.body).display") == "block"


def test_modes_can_be_hidden_on_the_map(opened) -> None:
    line = opened.locator("svg.map .m-air .line").first
    assert line.evaluate("node => node.getBoundingClientRect().width") > 0
    opened.locator("[data-mode=air]").uncheck()
    assert line.evaluate("node => node.getBoundingClientRect().width") == 0


def test_labels_on_the_map_do_not_overlap(opened) -> None:
    overlaps = opened.evaluate(
        """() => [...document.querySelectorAll("svg.map")].flatMap((svg) => {
          const boxes = [...svg.querySelectorAll(".pin text:not(.off)")].map((text) =>
            text.getBoundingClientRect());
          return boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) =>
            Math.min(a.right, b.right) - Math.max(a.left, b.left) > 4 &&
            Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4));
        }).length"""
    )
    assert overlaps == 0


def test_zooming_in_changes_the_window_and_back(opened) -> None:
    svg = opened.locator("svg.map").first
    home = svg.get_attribute("viewBox")
    opened.locator("[data-zoom=in]").first.click()
    assert float(svg.get_attribute("viewBox").split()[2]) == pytest.approx(
        float(home.split()[2]) / 1.6
    )
    opened.locator("[data-zoom=all]").first.click()
    assert svg.get_attribute("viewBox").split()[2] == home.split()[2]


def test_tables_sort_filter_and_open(opened) -> None:
    costs = "#shiptable tr.main td:nth-child(8)"
    opened.locator("#shiptable th", has_text="Cost, CNY").click()
    values = [int(text.replace(",", "")) for text in opened.locator(costs).all_text_contents()]
    assert values == sorted(values)
    opened.locator("[data-filter=shiptable]").fill("duisburg")
    shown = opened.locator("#shiptable tbody.item:visible")
    assert 0 < shown.count() < 38
    assert all("Duisburg" in text for text in shown.all_text_contents())
    opened.locator("#shiptable tbody.item:visible tr.main").first.click()
    assert opened.locator("#shiptable tr.more:visible").count() == 1


def test_the_theme_can_be_switched(opened) -> None:
    before = opened.evaluate("getComputedStyle(document.body).backgroundColor")
    opened.locator("#theme").click()
    assert opened.evaluate("getComputedStyle(document.body).backgroundColor") != before
