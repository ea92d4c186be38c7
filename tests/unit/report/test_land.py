import json
from pathlib import Path

import pytest

from optimizer.report.land import land_path, read_land
from optimizer.report.projection import View


@pytest.fixture
def neighbours(tmp_path: Path) -> Path:
    """Two countries, 10 by 10 degrees each, with a common border at 110 degrees east."""
    features = [
        {
            "type": "Feature",
            "properties": {"name": name},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[w, 20], [w + 10, 20], [w + 10, 30], [w, 30], [w, 20]]],
            },
        }
        for name, w in (("west", 100), ("east", 110))
    ]
    path = tmp_path / "land.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


VIEW = View.around([(101.0, 21.0), (119.0, 29.0)], 800, 500)


def test_outlines_keep_each_country(neighbours: Path) -> None:
    drawn = land_path(read_land(neighbours), VIEW, outlines=True)
    assert drawn.count("M") == 2


def test_without_outlines_no_line_lies_between_countries(neighbours: Path) -> None:
    drawn = land_path(read_land(neighbours), VIEW, outlines=False)
    assert drawn.count("M") == drawn.count("Z") == 1
    middle = VIEW.xy(110.0, 25.0)[0]
    steps = drawn.removeprefix("M").removesuffix("Z").split("L")
    on_border = [step for step in steps if abs(float(step.split()[0]) - middle) < 1]
    # The corners may remain as points of the coast, but no segment joins them.
    assert all(
        not (a in on_border and b in on_border)
        for a, b in zip(steps, steps[1:] + steps[:1], strict=True)
    )


def test_land_out_of_sight_is_left_out(neighbours: Path) -> None:
    far = View.around([(0.0, 50.0), (5.0, 55.0)], 800, 500)
    assert land_path(read_land(neighbours), far, outlines=True) == ""
