import pytest

from optimizer.report.projection import View, miller, miller_lat


@pytest.mark.parametrize("lat", [-60.0, -1.0, 0.0, 25.1, 71.0])
def test_latitude_survives_the_projection(lat: float) -> None:
    assert miller_lat(miller(0.0, lat)[1]) == pytest.approx(lat, abs=1e-9)


def test_the_equator_is_zero_and_longitude_is_linear() -> None:
    assert miller(0.0, 0.0) == pytest.approx((0.0, 0.0))
    assert miller(90.0, 10.0)[0] == pytest.approx(2 * miller(45.0, 50.0)[0])


def test_a_view_shows_all_its_points_with_the_margin_and_north_up() -> None:
    points = [(102.8, 25.0), (6.7, 51.4), (103.9, 1.4)]
    view = View.around(points, 780, 500, margin=0.1)
    for lon, lat in points:
        x, y = view.xy(lon, lat)
        assert 78 - 1e-6 <= x <= 702 + 1e-6
        assert 50 - 1e-6 <= y <= 450 + 1e-6
        assert view.sees(lon, lat)
    assert view.xy(6.7, 51.4)[1] < view.xy(103.9, 1.4)[1]
    assert not view.sees(-120.0, 40.0)


def test_one_point_does_not_fill_the_sheet() -> None:
    view = View.around([(102.8, 25.0)], 100, 100, margin=0.0, least_deg=8.0)
    west, south, east, north = view.extent()
    assert east - west == pytest.approx(8.0)
    assert south < 25.0 < north
    assert view.xy(102.8, 25.0) == pytest.approx((50.0, 50.0))
