import re

import pytest

from optimizer.plan.plan import Incumbent
from optimizer.report.charts import fill_bar, stacked_bar, waterfall
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


def test_the_waterfall_ends_at_the_exact_total(sample) -> None:
    result, _ = sample
    bars = waterfall(cost_matrix(result.plan), NAMES)
    assert bars[-1].name == "Total"
    exact = f"{result.plan.objective_fen / 100:,.2f}"
    assert bars[-1].value.endswith(exact)
    last = bars[-2].svg
    start = float(re.findall(r'<rect[^>]* x="([\d.]+)%"', last)[-1])
    assert start + widths(last)[-1] == pytest.approx(100.0, abs=0.02)


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
