"""The life of a job, its files, and the signature of what is told."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from api.jobs import states
from api.jobs.files import FileStore
from api.jobs.plan_work import answer_hash
from api.jobs.webhook_events import signature


def test_ends_have_no_way_out_and_all_else_can_be_cancelled():
    for state in states.STATES:
        if state in states.ENDED:
            assert state not in states.NEXT
        else:
            assert states.CANCELLED in states.NEXT[state]


def test_every_state_can_be_reached():
    reached, new = set(), {states.CREATED}
    while new:
        reached |= new
        new = {after for one in new for after in states.NEXT.get(one, ())} - reached
    assert reached == set(states.STATES)


def test_files_are_kept_by_their_content(tmp_path):
    store = FileStore(tmp_path / "files")
    kept = store.put(b"content")
    assert kept == hashlib.sha256(b"content").hexdigest()
    assert store.put(b"content") == kept
    assert store.path(kept).read_bytes() == b"content"
    made = tmp_path / "made"
    made.write_bytes(b"content")
    assert store.take(made) == (kept, 7)
    assert not made.exists()
    assert [p.name for p in (tmp_path / "files").rglob("*") if p.is_file()] == [kept]


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "a" * 63, "A" * 64, "a" * 64 + "\n"])
def test_what_is_no_hash_is_no_path(tmp_path, name):
    with pytest.raises(ValueError, match="not a content hash"):
        FileStore(tmp_path).path(name)


def test_a_signature_covers_time_and_body():
    said = signature("whsec_x", b'{"a":1}', 1_700_000_000)
    digest = hmac.new(b"whsec_x", b'1700000000.{"a":1}', hashlib.sha256).hexdigest()
    assert said == f"t=1700000000,v1={digest}"


def test_seconds_are_no_part_of_an_answer():
    plan = {
        "summary": {"objective_cny": 1, "solve_seconds": 2.0},
        "provenance": {"seed": 7, "solve_seconds": 2.0},
        "incumbents": [{"seconds": 1.0}],
        "loads": [],
    }
    later = {
        **plan,
        "summary": {"objective_cny": 1, "solve_seconds": 9.0},
        "provenance": {"seed": 7, "solve_seconds": 9.0},
        "incumbents": [],
    }
    assert answer_hash(plan) == answer_hash(later)
    assert answer_hash(plan) != answer_hash({**plan, "loads": [1]})
