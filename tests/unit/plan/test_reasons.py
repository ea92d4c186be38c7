"""The table of reasons for not serving."""

from __future__ import annotations

import pytest

from optimizer.plan.reasons import REASONS, unassigned


def test_codes_run_on_and_both_languages_are_there() -> None:
    assert list(REASONS) == [f"U{number}" for number in range(801, 801 + len(REASONS))]
    for code, reason in REASONS.items():
        assert reason.code == code
        assert reason.meaning_en.isascii()
        assert reason.remedy_en.isascii()
        assert not reason.meaning_zh.isascii()
        assert not reason.remedy_zh.isascii()


def test_entry_is_worded_from_the_table() -> None:
    entry = unassigned(
        "S1", "U812", penalty_fen=7, resource="svc:T:2026-12-02:0:teu", detail="200 missing"
    )
    assert entry.reason == "the allotment of the services in question is used up: 200 missing"
    assert entry.remedy == REASONS["U812"].remedy_en
    assert (entry.penalty_fen, entry.resource) == (7, "svc:T:2026-12-02:0:teu")


def test_unknown_code_is_refused() -> None:
    with pytest.raises(KeyError):
        unassigned("S1", "U899", penalty_fen=0)
