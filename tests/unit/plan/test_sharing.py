"""Shares of a load: in proportion to the scarcer of mass and volume, exact to the fen."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from optimizer.plan.load import Content
from optimizer.plan.sharing import share_load, share_loads
from tests.toy.checked_plan import L1, L2, L3


def load_of(cost_fen: int, *contents: tuple[str, int, int]):
    parts = tuple(Content(shipment_id=i, gross_kg=kg, volume_dm3=dm3) for i, kg, dm3 in contents)
    return replace(
        L1,
        payload_kg=1000,
        usable_dm3=10_000,
        contents=parts,
        cost_lines_fen={"line_haul": cost_fen},
    )


def test_heavy_and_bulky_pay_for_what_they_take() -> None:
    # A takes 400 of 1000 kg, B 4000 of 10000 dm3: the same.
    assert share_load(load_of(100, ("A", 400, 100), ("B", 10, 4000))) == {"A": 50, "B": 50}
    # A takes 0.6 of the mass, B 0.2 of the volume: 3 to 1.
    assert share_load(load_of(1000, ("A", 600, 100), ("B", 10, 2000))) == {"A": 750, "B": 250}


def test_largest_remainder_then_lower_id() -> None:
    # 100 over three equals: 33.33 each, one fen left for the lowest id.
    load = load_of(100, ("C", 1, 0), ("A", 1, 0), ("B", 1, 0))
    assert share_load(load) == {"A": 34, "B": 33, "C": 33}
    # 10 over 1 : 1 : 4 is 1.67, 1.67, 6.67: two fen left, A and B by id... all remainders equal.
    assert share_load(load_of(10, ("A", 100, 0), ("B", 100, 0), ("C", 400, 0))) == {
        "A": 2,
        "B": 2,
        "C": 6,
    }


def test_parts_of_one_shipment_are_one_sharer() -> None:
    assert share_load(load_of(90, ("A", 100, 0), ("A", 100, 0), ("B", 100, 0))) == {
        "A": 60,
        "B": 30,
    }


def test_nothing_inside_shares_equally_and_nobody_shares_nothing() -> None:
    assert share_load(load_of(5, ("A", 0, 0), ("B", 0, 0))) == {"A": 3, "B": 2}
    assert share_load(load_of(5)) == {}


def test_shares_of_several_loads_add_up() -> None:
    assert share_loads((L1, L2, L3)) == {"S3": 922_629, "S4": 691_971, "S6": 1_830_000}


@given(
    st.integers(0, 10**9),
    st.dictionaries(
        st.text(max_size=3), st.tuples(st.integers(0, 1000), st.integers(0, 10_000)), min_size=1
    ),
)
def test_shares_sum_exactly_and_grow_with_size(cost_fen: int, sizes: dict) -> None:
    load = load_of(cost_fen, *((key, kg, dm3) for key, (kg, dm3) in sizes.items()))
    shares = share_load(load)
    assert sum(shares.values()) == cost_fen
    assert shares.keys() == sizes.keys()
    weight = {key: max(kg * 10, dm3) for key, (kg, dm3) in sizes.items()}
    for one in sizes:
        for other in sizes:
            if weight[one] > weight[other]:
                assert shares[one] >= shares[other] - 1
