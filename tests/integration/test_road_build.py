"""The build of road and rail networks, step by step on small graphs."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

SCRIPTS = Path(__file__).parents[2] / "network-data" / "scripts"


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(SCRIPTS)
    return importlib.import_module


SOURCE = """
from somewhere import GeoGraph
graph=[{1: 10.5, 2: 4.0}, {0: 10.4, 3: 30.0}, {0: 4.0}, {1: 30.0, 3: 1.0}]
nodes=[[21.3, 101.7], [21.25, 101.71], [21.31, 101.72], [21.0, 101.65]]
made = GeoGraph(graph=graph, nodes=nodes)
"""


def draft(load: Any, countries: str = "CN CN CN LA", **changes: Any) -> Any:
    graph, source = load("roads_graph"), load("roads_source").parse(SOURCE)
    made = graph.from_source(source, np.array(countries.split()), np.ones(4, dtype=bool))
    return load("dataclasses").replace(made, **changes)


def edges(made: Any) -> set[tuple[int, int, int]]:
    return {
        (min(t, h), max(t, h), m)
        for t, h, m in zip(made.tail.tolist(), made.head.tolist(), made.raw_m.tolist(), strict=True)
    }


def test_source_is_parsed_without_loops_and_with_the_shorter_length(load: Any) -> None:
    made = load("roads_source").parse(SOURCE)
    assert list(
        zip(made.tail.tolist(), made.head.tolist(), made.length_m.tolist(), strict=True)
    ) == [
        (0, 1, 10_400),
        (0, 2, 4_000),
        (1, 3, 30_000),
    ]
    assert made.lat_deg.tolist() == [21.3, 21.25, 21.31, 21.0]
    with pytest.raises(ValueError, match="no lines"):
        load("roads_source").parse("nodes=[]")
    with pytest.raises(ValueError, match="differ in number"):
        load("roads_source").parse("graph=[{1: 1.0}, {0: 1.0}]\nnodes=[[1, 2]]")


def crossing(load: Any, lat: float = 21.18, lon: float = 101.69) -> Any:
    return load("roads_borders").Crossing(
        border_id="GATE-ROAD", countries=frozenset({"CN", "LA"}), lat_deg=lat, lon_deg=lon
    )


def rule(one: str, other: str, what: str, members: str = "") -> dict[str, str]:
    return {"country_a": one, "country_b": other, "rule": what, "members": members}


def test_border_edge_gets_a_gate_with_a_node_on_either_side(load: Any) -> None:
    borders = load("roads_borders")
    made, n_edges = borders.at_crossings(draft(load), [crossing(load)], [rule("CN", "*", "strict")])
    assert n_edges == {"GATE-ROAD": 1}
    (gate,) = np.flatnonzero(made.crossing == "GATE-ROAD")
    sides = {str(made.country[made.tail[gate]]), str(made.country[made.head[gate]])}
    assert sides == {"CN", "LA"}
    assert made.raw_m[gate] == 100
    assert made.lat_mdeg[[made.tail[gate], made.head[gate]]].tolist() == [21_181, 21_179]
    # The length stays: 30 km between the old ends.
    new = made.raw_m[(made.tail >= 4) | (made.head >= 4)]
    assert new.sum() == 30_000
    assert made.is_border().sum() == 1


def test_border_edge_without_a_crossing_depends_on_the_rule(
    load: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    borders = load("roads_borders")
    far = crossing(load, lat=25.0)
    monkeypatch.setattr(borders, "MAX_STRAY_NODES", 0)  # the lone node in Laos is meant
    for rules, name in (
        ([rule("CN", "*", "strict")], None),
        ([rule("CN", "LA", "closed")], None),
        ([], "CN-LA"),
        ([rule("UNION", "UNION", "open", "CN;LA")], "CN-LA"),
        ([rule("CN", "LA", "unlisted"), rule("CN", "*", "strict")], "CN-LA"),
    ):
        made, n_edges = borders.at_crossings(draft(load), [far], rules)
        assert n_edges == {}
        assert [str(x) for x in made.crossing[made.is_border()]] == ([name] if name else [])
    assert borders.pair_rule(
        [rule("LA", "*", "strict"), rule("KP", "*", "closed")], "KP", "LA"
    ) == ("closed")
    with pytest.raises(ValueError, match="sesame"):
        borders.check_rules([rule("A", "B", "sesame")])
    with pytest.raises(ValueError, match="A-B"):
        borders.check_rules([rule("A", "B", "open"), rule("B", "A", "open")])


def test_a_few_nodes_over_the_outline_go_back_but_not_at_a_gate(load: Any) -> None:
    borders = load("roads_borders")
    made = borders.without_strays(draft(load, "CN CN LA CN"), {})
    assert set(made.country.tolist()) == {"CN"}
    kept = draft(load, "CN CN LA CN")
    (at_gate,) = np.flatnonzero(kept.is_border())
    same = borders.without_strays(kept, {"GATE-ROAD": np.array([at_gate])})
    assert same.country.tolist() == ["CN", "CN", "LA", "CN"]


def link(**changes: str) -> dict[str, str]:
    return {
        "link_id": "L",
        "from_lat": "21.31",
        "from_lon": "101.72",
        "from_country": "CN",
        "to_lat": "21.0",
        "to_lon": "101.65",
        "to_country": "LA",
        "length_km": "40",
        "kind": "link",
        "crossing_id": "GATE-ROAD",
        "snap_km": "1",
        "gauge_mm": "",
    } | changes


def test_links_join_nodes_or_make_them_and_refuse_nonsense(load: Any) -> None:
    links = load("roads_links")
    made = links.with_links(draft(load), [link()])
    assert (2, 3, 40_000) in edges(made)  # straight 35 km
    assert made.crossing[-1] == "GATE-ROAD"
    assert made.kind[-1] == 1
    new = links.with_links(draft(load), [link(to_lat="20.9", length_km="50")])
    assert new.n_nodes == 5
    assert new.country[4] == "LA"
    for changes, message in (
        ({"crossing_id": ""}, "without a crossing_id"),
        ({"length_km": "5"}, "straight line"),
        ({"to_lat": "21.31", "to_lon": "101.72", "to_country": "CN"}, "with itself"),
    ):
        with pytest.raises(ValueError, match=message):
            links.with_links(draft(load), [link(**changes)])


def test_a_place_beside_an_edge_gets_a_node_on_it(load: Any) -> None:
    links = load("roads_links")
    place = {"name": "P", "country": "CN", "lat": "21.275", "lon": "101.705"}
    here = draft(load, lat_mdeg=np.array([21_600, 21_250, 21_310, 21_000]))
    made, n_new = links.with_places(here, [place | {"lat": "21.42"}])
    assert n_new == 1
    (first, second) = (made.raw_m[(made.tail == 4) | (made.head == 4)]).tolist()
    assert first + second == 10_400
    assert links.with_places(here, [place | {"lat": "21.251"}])[1] == 0  # near a node
    assert links.with_places(here, [place | {"lon": "103"}])[1] == 0  # near no edge


def gauge(country: str, mm: int, kind: str = "", via: str = "") -> dict[str, str]:
    return {"name": country, "country": country, "gauge_mm": str(mm), "kind": kind, "via": via}


def test_gauges_meet_in_transfers_at_crossings_only(load: Any) -> None:
    gauges = load("roads_gauge")
    rows = [gauge("CN", 1435), gauge("LA", 1000)]
    cut = gauges.with_gauges(draft(load), rows)
    assert edges(cut) == {(0, 1, 10_400), (0, 2, 4_000)}
    assert set(cut.gauge_mm.tolist()) == {1435}
    named = draft(load, crossing=np.array(["", "", "GATE-RAIL"], dtype="U64"))
    kept = gauges.with_gauges(named, rows)
    assert kept.kind.tolist() == [0, 0, 2]
    assert kept.gauge_mm.tolist() == [1435, 1435, 0]
    with pytest.raises(ValueError, match="LA"):
        gauges.with_gauges(draft(load), rows[:1])


def test_a_dual_line_is_there_twice(load: Any) -> None:
    gauges = load("roads_gauge")
    rows = [
        gauge("CN", 1435),
        gauge("LA", 1000),
        gauge("LA", 1435, "dual", "21.25 101.71;21.3 101.7"),
    ]
    named = draft(load, "LA LA LA CN", crossing=np.array(["", "", "GATE-RAIL"], dtype="U64"))
    made = gauges.with_dual_lines(gauges.with_gauges(named, rows), rows)
    # Nodes 4 and 5 copy 0 and 1; the border edge has moved from 1 to 5.
    assert edges(made) == {
        (0, 1, 10_400),
        (0, 2, 4_000),
        (4, 5, 10_400),
        (3, 5, 30_000),
        (0, 4, 1),
    }
    by_ends = {(t, h): g for (t, h, _), g in zip(sorted(edges(made)), range(9), strict=False)}
    assert len(by_ends) == 5
    standard = made.gauge_mm == 1435
    assert {tuple(sorted(e)) for e in np.stack((made.tail, made.head), 1)[standard].tolist()} == {
        (4, 5),
        (3, 5),
    }


def test_sections_go_from_wide_to_narrow(load: Any) -> None:
    sections = load("roads_sections")
    blank = dict.fromkeys(("south", "west", "north", "east", "via"), "")
    rows = [
        blank | {"name": "*", "country": "*"},
        blank | {"name": "CN", "country": "CN"},
        blank
        | {
            "name": "zone",
            "country": "CN",
            "south": "21.304",
            "west": "101",
            "north": "22",
            "east": "102",
        },
        blank | {"name": "way", "country": "CN", "via": "21.3 101.7;21.25 101.71"},
    ]
    made = draft(load, "CN CN CN CN")
    assert sections.assign(made, rows).tolist() == [3, 2, 1]
    with pytest.raises(ValueError, match="3 edges have no section"):
        sections.assign(made, [blank | {"name": "LA", "country": "LA"}])
    apart = load("roads_graph").keep_edges(made, np.array([False, True, True]))
    with pytest.raises(ValueError, match="no way"):
        sections.assign(apart, rows)


def test_order_is_one_whatever_the_order_of_building(load: Any) -> None:
    graph = load("roads_graph")
    rng = np.random.default_rng(5)
    made = draft(load, "CN CN CN CN")
    expected = graph.in_order(made)
    for _ in range(5):
        nodes, order = rng.permutation(4), rng.permutation(3)
        number = np.argsort(nodes)
        other = load("dataclasses").replace(
            made,
            lat_mdeg=made.lat_mdeg[nodes],
            lon_mdeg=made.lon_mdeg[nodes],
            tail=number[made.tail][order],
            head=number[made.head][order],
            raw_m=made.raw_m[order],
        )
        turned = graph.in_order(other)
        np.testing.assert_array_equal(turned.lat_mdeg, expected.lat_mdeg)
        assert edges(turned) == edges(expected)


def test_hilbert_neighbours_touch(load: Any) -> None:
    side = 16
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(side), np.arange(side)))
    order = np.argsort(load("roads_graph")._hilbert(x, y, 4))
    steps = np.abs(np.diff(x[order])) + np.abs(np.diff(y[order]))
    assert (steps == 1).all()


def test_factors_of_a_fit_by_hand_and_shrunk(load: Any) -> None:
    measure = load("roads_measure")

    def one(published: float, *by_section: float) -> Any:
        return measure.Measured(
            row={"published_km": str(published)},
            raw_free=0,
            raw_way=0,
            by_section=np.array(by_section),
            links=0.0,
            quickest=0,
            drive_h=0,
        )

    # One pair, one section, 100 raw km against 120: ridge gives 1 + 0.2 * a / (a + k) / (100 / 120)
    # with a = (100 / 120) ** 2 and k the shrinkage.
    share = 100 / 120
    (factor, untouched) = measure.fit([one(120, 100, 0)], np.array([1.0, 1.3]))
    expected = 1 + share * (1 - share) / (share**2 + measure.SHRINKAGE)
    assert factor == pytest.approx(expected)
    assert untouched == pytest.approx(1.3)
    many = [one(120, 100, 0)] * 40 + [one(55, 0, 50)] * 40
    assert measure.fit(many, np.array([1.0, 1.0])) == pytest.approx([1.2, 1.1], abs=0.002)
    left_out = measure.left_out_errors([one(120, 100, 0), one(150, 100, 0)], np.array([1.0, 1.0]))
    assert left_out[0] > 0 > left_out[1]
