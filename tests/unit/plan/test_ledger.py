"""Reservations: one unit goes to one caller, whatever happens between."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from optimizer.plan.ledger import Ledger
from optimizer.plan.reservations import Claim, ReservationError, over_booked

NOW = datetime(2026, 9, 14, 8, tzinfo=UTC)
LATER = NOW + timedelta(minutes=30)


def claim(name: str, lot: str = "L1", units: int = 1) -> Claim:
    return Claim(reservation_id=name, order_id=f"order {name}", lot_id=lot, units=units)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def codes(error: pytest.ExceptionInfo[ReservationError]) -> list[str]:
    return [one.code for one in error.value.findings]


def test_of_many_threads_exactly_one_gets_the_last_unit(tmp_path: Path) -> None:
    ledger = Ledger({"L1": 1}, journal=tmp_path / "j", clock=Clock())

    def take(at: int) -> bool:
        try:
            ledger.reserve([claim(f"r{at}")], expires_at=LATER)
        except ReservationError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(take, range(40)))
    assert sum(won) == 1
    assert ledger.free_units("L1") == 0
    ledger.close()


def test_an_expired_reservation_returns_and_cannot_be_confirmed() -> None:
    clock = Clock()
    ledger = Ledger({"L1": 1}, clock=clock)
    ledger.reserve([claim("a")], expires_at=LATER)
    with pytest.raises(ReservationError) as taken:
        ledger.reserve([claim("b")], expires_at=LATER)
    assert codes(taken) == ["R902"]
    clock.now = LATER
    assert ledger.free_units("L1") == 1
    with pytest.raises(ReservationError) as expired:
        ledger.confirm(["a"])
    assert codes(expired) == ["R906"]
    ledger.reserve([claim("b")], expires_at=LATER + timedelta(minutes=5))
    assert [one.reservation_id for one in ledger.expire()] == ["a"]
    assert ledger.free_units("L1") == 0


def test_a_confirmed_one_never_expires_and_repeating_changes_nothing() -> None:
    clock = Clock()
    ledger = Ledger({"L1": 2}, clock=clock)
    first = ledger.reserve([claim("a", units=2)], expires_at=LATER)
    assert ledger.reserve([claim("a", units=2)], expires_at=LATER) == first
    ledger.confirm(["a"])
    ledger.confirm(["a"])
    clock.now = LATER + timedelta(days=9)
    assert ledger.free_units("L1") == 0
    assert ledger.expire() == ()
    assert [one.units for one in ledger.release(["a", "never there"])] == [2]
    assert ledger.free_units("L1") == 2


def test_claims_hold_all_or_none_and_all_findings_come_at_once() -> None:
    ledger = Ledger({"L1": 1, "L2": 5}, clock=Clock())
    with pytest.raises(ReservationError) as error:
        ledger.reserve(
            [claim("a", "L2"), claim("b", "L1", 2), claim("c", "L9"), claim("d", "L2", 0)],
            expires_at=LATER,
        )
    assert sorted(codes(error)) == ["R902", "R903", "R904"]
    assert ledger.held() == ()


@pytest.mark.parametrize("torn", ["", '{"event":"confi', '{"event":"release","ids":["a"]}'])
def test_after_a_crash_the_journal_gives_what_was_told(tmp_path: Path, torn: str) -> None:
    journal, clock = tmp_path / "book.jsonl", Clock()
    ledger = Ledger({"L1": 3}, journal=journal, clock=clock)
    ledger.reserve([claim("a"), claim("b")], expires_at=LATER)
    ledger.confirm(["a"])
    ledger.release(["b"])
    ledger.reserve([claim("c")], expires_at=LATER)
    # The process dies here; a half-written line may be left.
    with journal.open("ab") as file:
        file.write(torn.encode())
    again = Ledger({"L1": 3}, journal=journal, clock=clock)
    assert {one.reservation_id: one.is_confirmed for one in again.held()} == {
        "a": True,
        "c": False,
    }
    assert again.free_units("L1") == 1
    again.confirm(["c"])
    third = Ledger({"L1": 3}, journal=journal, clock=clock)
    assert over_booked({"L1": 3}, third.held()) == {}
    assert all(one.is_confirmed for one in third.held())
    for one in (ledger, again, third):
        one.close()


def test_a_damaged_line_in_the_middle_is_refused(tmp_path: Path) -> None:
    journal = tmp_path / "book.jsonl"
    journal.write_bytes(b'{"event":"reserve"\n{"event":"release","ids":[]}\n')
    with pytest.raises(ReservationError) as error:
        Ledger({"L1": 1}, journal=journal)
    assert codes(error) == ["R907"]
    assert "line 1" in error.value.findings[0].where
