from itertools import combinations

from optimizer.report.labels import candidates, place_labels


def test_the_first_label_may_cover_points_but_no_label() -> None:
    crowd = [(50.0, 50.0, "Kunming")] + [
        (50.0 + dx, 50.0 + dy, "") for dx in (-20, 0, 20) for dy in (-20, 0, 20) if dx or dy
    ]
    assert place_labels(crowd, 200.0, 100.0)[0] == ""
    assert place_labels(crowd, 200.0, 100.0, n_first=1)[0] == "r"


def test_a_lone_label_stands_right_and_at_the_edge_left() -> None:
    assert place_labels([(50, 50, "Kunming")], 400, 400) == ("r",)
    assert place_labels([(395, 50, "Kunming")], 400, 400) == ("l",)


def test_placed_labels_never_overlap_and_the_first_wins() -> None:
    points = [(100 + 3 * i, 100 + 2 * i, f"Place {i}") for i in range(12)]
    sides = place_labels(points, 300, 300)
    boxes = [
        candidates(x, y, text)[side]
        for (x, y, text), side in zip(points, sides, strict=True)
        if side
    ]
    assert sides[0]
    assert "" in sides
    assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))


def test_a_point_without_text_gets_no_label() -> None:
    assert place_labels([(10, 10, "")], 100, 100) == ("",)
