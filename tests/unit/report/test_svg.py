from markupsafe import Markup

from optimizer.report.svg import element, path, percent


def test_text_and_attributes_are_escaped() -> None:
    drawn = element("text", "<script>alert(1)</script>", data_name='"><b>', class_="a")
    assert "<script>" not in drawn
    assert drawn == (
        '<text data-name="&#34;&gt;&lt;b&gt;" class="a">'
        "&lt;script&gt;alert(1)&lt;/script&gt;</text>"
    )


def test_markup_children_are_kept_and_none_is_left_out() -> None:
    inner = element("rect", x=1.26, y=0)
    assert element("g", inner, None, id=None) == '<g><rect x="1.3" y="0"/></g>'
    assert isinstance(element("g"), Markup)


def test_path_merges_points_that_round_to_the_same() -> None:
    assert path([(0, 0), (0.01, 0.04), (5, -0.01)], closed=True) == "M0 0L5 0Z"
    assert path([]) == ""


def test_percent_has_two_decimals() -> None:
    assert percent(1 / 3) == "33.33%"
