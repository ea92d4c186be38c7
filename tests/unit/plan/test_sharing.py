"""Shares of loads: exact to the fen, by a rule, and nobody above the price of travelling alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from math import factorial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.plan.load import Content
from optimizer.plan.sharing import share_loads
from optimizer.plan.sharing_rules import ShareRule, UnitOffer, shapley_targets_fen
from tests.toy.checked_plan import L1, L2, L3

RULES = list(ShareRule)


def load_of(cost_fen: int, *contents: tuple[str, int, int], load_id: str = "L"):
    parts = tuple(Content(shipment_id=i, gross_kg=kg, volume_dm3=dm3) for i, kg, dm3 in contents)
    return replace(
        L1,
        load_id=load_id,
        payload_kg=1000,
        usable_dm3=10_000,
        contents=parts,
        cost_lines_fen={"line_haul": cost_fen},
    )


def shares(load, limits=None, **options) -> dict[str, int]:
    return share_loads([load], limits or {}, **options).share_fen


def test_heavy_and_bulky_pay_for_what_they_take() -> None:
    # A takes 400 of 1000 kg, B 4000 of 10000 dm3: the same.
    assert shares(load_of(100, ("A", 400, 100), ("B", 10, 4000))) == {"A": 50, "B": 50}
    # A takes 0.6 of the mass, B 0.2 of the volume: 3 to 1.
    assert shares(load_of(1000, ("A", 600, 100), ("B", 10, 2000))) == {"A": 750, "B": 250}


def test_the_odd_fen_goes_to_somebody_and_is_not_lost() -> None:
    # 100 over three equals: 33.33 each.
    split = shares(load_of(100, ("C", 1, 0), ("A", 1, 0), ("B", 1, 0)))
    assert sorted(split.values()) == [33, 33, 34]
    # 10 over 1 : 1 : 4 is 1.67, 1.67, 6.67.
    split = shares(load_of(10, ("A", 100, 0), ("B", 100, 0), ("C", 400, 0)))
    assert sum(split.values()) == 10
    assert {split["A"], split["B"]} <= {1, 2}
    assert split["C"] in (6, 7)


def test_parts_of_one_shipment_are_one_sharer() -> None:
    assert shares(load_of(90, ("A", 100, 0), ("A", 100, 0), ("B", 100, 0))) == {"A": 60, "B": 30}


def test_nothing_inside_shares_equally_and_nobody_shares_nothing() -> None:
    assert sorted(shares(load_of(5, ("A", 0, 0), ("B", 0, 0))).values()) == [2, 3]
    assert share_loads([load_of(5)], {}).share_fen == {}


def test_shares_of_several_loads_add_up() -> None:
    sharing = share_loads((L1, L2, L3), {})
    assert sum(sharing.share_fen.values()) == L1.cost_fen + L2.cost_fen + L3.cost_fen
    assert sharing.share_fen["S6"] == L2.cost_fen + L3.cost_fen
    # S3 and S4 in L1 by volume: 20000 to 15000 dm3, 4 to 3.
    assert abs(sharing.share_fen["S3"] * 3 - sharing.share_fen["S4"] * 4) <= 7
    assert [group.load_ids for group in sharing.groups] == [("L1",), ("L2", "L3")]


def test_a_limit_moves_the_rest_in_proportion() -> None:
    # By proportion 400, 400, 200. A pays 100 at most; the rest is 900 over 2 : 1.
    load = load_of(1000, ("A", 400, 0), ("B", 400, 0), ("C", 200, 0))
    assert shares(load, {"A": 100, "B": 5000, "C": 5000}) == {"A": 100, "B": 600, "C": 300}


def test_the_least_core_says_by_how_much_a_load_is_too_dear() -> None:
    # Alone they would pay 300 + 300, the load costs 1000: each limit has to rise by 200.
    sharing = share_loads([load_of(1000, ("A", 1, 0), ("B", 999, 0))], {"A": 300, "B": 300})
    assert sharing.groups[0].least_core_fen == 200
    assert sharing.share_fen == {"A": 500, "B": 500}


def test_a_negative_limit_pays_nothing_where_others_can() -> None:
    sharing = share_loads([load_of(90, ("A", 1, 0), ("B", 1, 0))], {"A": 0, "B": 90})
    assert sharing.share_fen == {"A": 0, "B": 90}
    assert sharing.groups[0].least_core_fen == 0


def test_riders_who_could_buy_a_smaller_unit_pay_no_more_than_it_costs() -> None:
    # B and C fit a unit of 400 kg for 300; by proportion they would pay 400 of 1000.
    load = load_of(1000, ("A", 600, 0), ("B", 200, 0), ("C", 200, 0))
    offers = {"L": [UnitOffer(payload_kg=400, usable_dm3=10_000, cost_fen=300)]}
    split = shares(load, {"A": 900, "B": 900, "C": 900}, offers=offers)
    assert split == {"A": 700, "B": 150, "C": 150}


def test_nobody_pays_more_than_alone_for_the_sake_of_a_smaller_unit() -> None:
    # Each pair fits a unit of 300, the three pay 1000: some pair objects, whatever they pay. Alone
    # each pays 340, so nobody is lifted above that, and no limit has to rise.
    load = load_of(1000, ("A", 300, 0), ("B", 300, 0), ("C", 300, 0))
    offers = {"L": [UnitOffer(payload_kg=600, usable_dm3=10_000, cost_fen=300)]}
    sharing = share_loads([load], dict.fromkeys("ABC", 340), offers=offers)
    assert sorted(sharing.share_fen.values()) == [333, 333, 334]
    assert sharing.groups[0].least_core_fen == 0


def test_one_who_should_be_paid_lifts_nobody_else() -> None:
    # A pays nothing and still 50 more than alone; C keeps to its 10 and D pays the rest.
    load = load_of(90, ("A", 1, 0), ("C", 400, 0), ("D", 400, 0))
    sharing = share_loads([load], {"A": -50, "C": 10, "D": 1000})
    assert sharing.share_fen == {"A": 0, "C": 10, "D": 80}
    assert sharing.groups[0].least_core_fen == 50
    # D can pay 60: C and D rise by 10 each, and A, 10 of whose 50 that is, pays nothing.
    sharing = share_loads([load], {"A": -50, "C": 10, "D": 60})
    assert sharing.share_fen == {"A": 0, "C": 20, "D": 70}
    # Alone in a load it has to pay.
    sharing = share_loads([load_of(90, ("A", 1, 0))], {"A": -50})
    assert sharing.share_fen == {"A": 90}
    assert sharing.groups[0].least_core_fen == 140


def test_a_load_of_forty_with_smaller_units_keeps_every_limit() -> None:
    riders = [(f"S{i:02}", 5 + 7 * i % 18, 5 + 61 * i % 221) for i in range(40)]
    limits = {rider: 1_500 + 977 * i % 3_500 for i, (rider, _, _) in enumerate(riders)}
    units = ((300, 20_000), (500, 35_000), (700, 60_000), (800, 80_000))
    offers = {"L": [UnitOffer(payload_kg=k, usable_dm3=10 * k, cost_fen=fen) for k, fen in units]}
    split = shares(load_of(100_000, *riders), limits, offers=offers)
    assert sum(split.values()) == 100_000
    assert all(split[rider] <= limits[rider] for rider in split)


def test_a_limit_over_two_loads_is_kept_as_a_sum() -> None:
    # A rides in both loads and may pay 100 in all; by proportion it would pay 50 and 200.
    first = load_of(100, ("A", 500, 0), ("B", 500, 0), load_id="L1")
    second = load_of(400, ("A", 500, 0), ("C", 500, 0), load_id="L2")
    sharing = share_loads([first, second], {"A": 100, "B": 1000, "C": 1000})
    assert sharing.share_fen["A"] == 100
    assert sum(sharing.share_fen.values()) == 500
    assert sharing.share_fen["B"] <= 100
    assert sharing.share_fen["C"] <= 400
    assert len(sharing.groups) == 1
    assert sharing.groups[0].shipment_ids == ("A", "B", "C")


def by_orders(load, limits, offers) -> dict[str, float]:
    """Shapley value from its definition: every order, every group's cost by trying all subsets."""
    sizes = {c.shipment_id: (c.gross_kg, c.volume_dm3) for c in load.contents}
    units = [(o.payload_kg, o.usable_dm3, o.cost_fen) for o in offers]
    units.append((load.payload_kg, load.usable_dm3, load.cost_fen))

    def cost(group: frozenset[str]) -> float:
        best = sum(limits[i] for i in group)
        for inside in _subsets(sorted(group)):
            kg = sum(sizes[i][0] for i in inside)
            dm3 = sum(sizes[i][1] for i in inside)
            price = min((fen for p, u, fen in units if kg <= p and dm3 <= u), default=None)
            if inside and price is not None:
                best = min(best, price + sum(limits[i] for i in group - set(inside)))
        return best

    values = dict.fromkeys(sizes, 0.0)
    for order in permutations(sizes):
        seen: frozenset[str] = frozenset()
        for rider in order:
            values[rider] += cost(seen | {rider}) - cost(seen)
            seen |= {rider}
    return {rider: total / factorial(len(sizes)) for rider, total in values.items()}


def _subsets(items: list[str]):
    for bits in range(1 << len(items)):
        yield [item for at, item in enumerate(items) if bits >> at & 1]


RIDERS = st.lists(
    st.tuples(st.integers(1, 250), st.integers(1, 2500), st.integers(0, 900)),
    min_size=1,
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(RIDERS, st.integers(1, 1500), st.integers(0, 1000))
def test_shapley_is_the_mean_over_all_orders(riders, cost_fen, small_fen) -> None:
    load = load_of(cost_fen, *((f"S{i}", kg, dm3) for i, (kg, dm3, _) in enumerate(riders)))
    limits = {f"S{i}": limit for i, (_, _, limit) in enumerate(riders)}
    offers = [UnitOffer(payload_kg=300, usable_dm3=3000, cost_fen=small_fen)]
    offers = [offer for offer in offers if offer.cost_fen < cost_fen]
    expected = by_orders(load, limits, offers)
    found = shapley_targets_fen(load, limits, offers)
    assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=80, deadline=None)
@given(
    data=st.lists(
        st.tuples(st.integers(0, 60_000), st.lists(RIDERS, min_size=1, max_size=1)),
        min_size=1,
        max_size=3,
    ),
    linked=st.booleans(),
)
def test_every_split_is_exact_and_fair_or_says_by_how_much_not(rule, data, linked) -> None:
    loads, limits = [], {}
    for at, (cost_fen, (riders,)) in enumerate(data):
        contents = []
        for i, (kg, dm3, limit) in enumerate(riders):
            # The first rider may ride in every load.
            name = "S" if linked and i == 0 else f"S{at}.{i}"
            contents.append((name, kg, dm3))
            limits[name] = limit * 100
        loads.append(load_of(cost_fen, *contents, load_id=f"L{at}"))
    sharing = share_loads(loads, limits, rule=rule)
    assert sum(sharing.share_fen.values()) == sum(load.cost_fen for load in loads)
    for group in sharing.groups:
        inside = [load for load in loads if load.load_id in group.load_ids]
        paid = sum(sharing.share_fen[i] for i in group.shipment_ids)
        assert paid == sum(load.cost_fen for load in inside)
        for rider in group.shipment_ids:
            assert 0 <= sharing.share_fen[rider] <= limits[rider] + group.least_core_fen
        # By LP duality no smaller rise would do: a set of loads whose riders cannot pay for it.
        short = max(
            (sum(load.cost_fen for load in some) - sum(limits[i] for i in who)) / len(who)
            for some in _some(inside)
            for who in [{c.shipment_id for load in some for c in load.contents}]
        )
        assert group.least_core_fen == max(0, -int(-short // 1)) or len(inside) > 1
        assert group.least_core_fen <= max(0, -int(-short // 1)) + 1 or len(inside) > 1


def _some(loads):
    for bits in range(1, 1 << len(loads)):
        yield [load for at, load in enumerate(loads) if bits >> at & 1]


def test_shapley_of_many_riders_keeps_limits_and_repeats() -> None:
    riders = [(f"S{i:02}", 10 + i, 100) for i in range(30)]
    limits = {rider: 5_000 + 300 * i for i, (rider, _, _) in enumerate(riders)}
    first = shares(load_of(120_000, *riders), limits, rule=ShareRule.SHAPLEY)
    assert sum(first.values()) == 120_000
    assert all(first[rider] <= limits[rider] for rider in first)
    assert first == shares(load_of(120_000, *riders), limits, rule=ShareRule.SHAPLEY)
