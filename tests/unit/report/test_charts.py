import re

import pytest

from optimizer.plan.plan import Incumbent
from optimizer.report.charts import fill_bar, graded_bar, stacked_bar, waterfall
from optimizer.report.figures import cost_matrix, mode_split
from optimizer.report.measures import NAMES, emissions, measures
from optimizer.report.progress import nice_step, progress


def widths(svg: str) -> list[float]:
    return [float(w) for w in re.findall(r'<rect[^>]* width="([\d.]+)%"', svg)]


def test_parts_fill_the_bar() -> None:
    svg = stacked_bar({"rail": 3, "air": 1, "road": 0}, NAMES, "Tonnes")
    assert widths(svg) == [75.0, 25.0]
    assert "f-road" not in svg


def test_nothing_to_share_is_an_empty_bar() -> None:
    assert widths(stacked_bar({"rail": 0.0}, NAMES, "Tonnes")) == []


def test_the_waterfall_adds_up_to_what_is_delivered_and_keeps_the_penalty_apart(sample) -> None:
    result, _ = sample
    penalty = sum(miss.penalty_fen for miss in result.plan.unassigned)
    delivered = result.plan.objective_fen - penalty
    bars = waterfall(cost_matrix(result.plan), NAMES)
    by_css = {bar.css: bar for bar in bars if bar.css}
    assert by_css["total"].value.endswith(f"{delivered / 100:,.2f}")
    assert by_css["penalty"].value.endswith(f"{penalty / 100:,.2f}")
    assert by_css["objective"].value.endswith(f"{result.plan.objective_fen / 100:,.2f}")
    last = [bar for bar in bars if not bar.css][-1].svg
    start = float(re.findall(r'<rect[^>]* x="([\d.]+)%"', last)[-1])
    assert start + widths(last)[-1] == pytest.approx(100.0, abs=0.3)
    assert "penalty" not in [bar.css for bar in bars[: bars.index(by_css["total"])]]


def test_lateness_comes_after_what_is_paid_to_move_it() -> None:
    bars = waterfall({"line_haul": {"rail": 700}, "lateness": {"facility": 300}}, NAMES)
    assert [bar.css for bar in bars] == ["", "sub", "", "total"]
    assert bars[1].value.endswith("7.00")
    assert widths(bars[1].svg) == [70.0]
    assert bars[3].value.endswith("10.00")


def test_a_plan_that_serves_nothing_has_a_penalty_and_no_bars() -> None:
    bars = waterfall({"unserved": {"facility": 500}}, NAMES)
    assert [bar.css for bar in bars] == ["total", "penalty", "objective"]
    assert widths(bars[1].svg) == [100.0]


def test_graded_parts_fill_the_bar_in_their_order() -> None:
    svg = graded_bar({"high": 1, "estimate": 3}, "Rows")
    assert widths(svg) == [25.0, 75.0]
    assert widths(graded_bar({}, "Rows")) == []


def test_a_fill_bar_never_leaves_its_frame() -> None:
    assert widths(fill_bar(1.4, "Volume")) == [100.0, 100.0]
    assert widths(fill_bar(0.5, "Volume"))[1] == 50.0


def test_emission_intensity_is_grams_per_tonne_kilometre(tiny) -> None:
    (row,) = emissions(mode_split(tiny[0].plan))
    assert (row.mode, row.grams, row.intensity) == ("rail", 100_000, 20.0)


def test_every_measure_says_its_whole(tiny) -> None:
    rows = {row.name: row.value for row in measures(mode_split(tiny[0].plan))}
    assert rows["Tonnes"].replace("\N{NO-BREAK SPACE}", " ") == "5.0 t"
    assert rows["Shipments"] == "2"


@pytest.mark.parametrize(
    ("span", "n", "step"), [(30.2, 5, 10.0), (1.5, 5, 0.5), (600, 5, 200.0), (5.0, 5, 1.0)]
)
def test_ticks_are_round_numbers(span: float, n: int, step: float) -> None:
    assert nice_step(span, n) == pytest.approx(step)


def test_the_gap_closes_on_the_chart() -> None:
    course = (
        Incumbent(seconds=1.0, objective_fen=1200, bound_fen=800),
        Incumbent(seconds=4.0, objective_fen=1000, bound_fen=1000),
    )
    svg = progress(course, 5.0)
    heights = [float(h) for h in re.findall(r'<rect class="gap"[^>]* height="([\d.]+)"', str(svg))]
    assert heights[0] > 0
    assert heights[1] == 0


def test_one_incumbent_has_no_course() -> None:
    assert progress((Incumbent(seconds=1.0, objective_fen=1, bound_fen=1),), 1.0) is None
