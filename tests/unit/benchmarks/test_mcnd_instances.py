"""Reader and checker of Canad text: hand-written files, and plans wrong in each way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.instances.check_mcnd import check
from benchmarks.instances.mcnd import read
from optimizer.errors import DataError
from optimizer.models.consolidation.network_design_plan import DesignPlan, Dispatch, Leg

TEXT = """ A TITLE
   3   3   2
   1   2   1   10   100   1   1
   2   3   2   10    50   1   1
   1   3   9    5     7   1   1
   1   3   8
   1   2   4
"""


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "toy.dow"
    file.write_text(TEXT)
    return file


def _path(*arcs, kg):
    return tuple(Leg(arc=a, departs_min=0, kg=kg) for a in arcs)


def _open(*options):
    return tuple(Dispatch(option=o, departs_min=0, pool=0, units=1) for o in options)


GOOD = DesignPlan(
    legs=((_path(0, 1, kg=5.0), _path(2, kg=3.0)), (_path(0, kg=4.0),)),
    dispatches=_open(0, 1, 2),
)


def test_reader_takes_capacity_before_fixed_cost(path):
    design = read(path)
    assert design.option_kg.tolist() == [10, 10, 5]
    assert design.option_fen.tolist() == [100, 50, 7]
    assert design.arc_fen_per_kg.tolist() == [1, 2, 9]
    assert (design.arc_tail.tolist(), design.arc_head.tolist()) == ([0, 1, 0], [1, 2, 2])
    assert design.commodity_kg.tolist() == [8, 4]
    assert design.commodity_may_split.all()
    assert design.is_static


def test_checker_recomputes_the_cost(path):
    # Arc 0 carries 9: 9 + 100; arc 1 carries 5: 10 + 50; arc 2 carries 3: 27 + 7.
    assert check(path, GOOD) == (203.0, [])


WRONG = {
    "capacity": (
        replace(GOOD, legs=((_path(0, 1, kg=8.0),), (_path(0, kg=4.0),))),
        "arc 0 carries 12",
    ),
    "closed": (replace(GOOD, dispatches=_open(0, 1)), "arc 2 carries 3.0 with a capacity of 0"),
    "short": (replace(GOOD, legs=(GOOD.legs[0], (_path(0, kg=3.0),))), "commodity 1 sends 3.0"),
    "nothing": (replace(GOOD, legs=(GOOD.legs[0], ())), "commodity 1 sends 0.0 of 4"),
    "gap in the path": (
        replace(GOOD, legs=((_path(1, kg=8.0),), GOOD.legs[1])),
        "commodity 0 is at node 1 and cannot take arc 1",
    ),
    "wrong end": (
        replace(GOOD, legs=((_path(0, kg=5.0), _path(2, kg=3.0)), GOOD.legs[1])),
        "commodity 0 ends at node 2, not at 3",
    ),
    "loses flow": (
        replace(GOOD, legs=(((*_path(0, kg=5.0), *_path(1, kg=4.0)),), GOOD.legs[1])),
        "loses flow",
    ),
    "negative": (
        replace(GOOD, legs=((_path(0, 1, kg=-1.0), _path(2, kg=9.0)), GOOD.legs[1])),
        "loses flow",
    ),
    "empty path": (replace(GOOD, legs=(((), *GOOD.legs[0]), GOOD.legs[1])), "empty"),
    "opened twice": (replace(GOOD, dispatches=_open(0, 1, 2, 2)), "arc 2 is opened 2 times"),
    "no such arc": (
        replace(GOOD, legs=((_path(7, kg=8.0),), GOOD.legs[1])),
        "arc that does not exist",
    ),
    "no such option": (replace(GOOD, dispatches=_open(0, 1, 2, 9)), "arc 9 is opened"),
    "commodity left out": (replace(GOOD, legs=GOOD.legs[:1]), "the plan has 1 commodities"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_checker_rejects(path, kind):
    plan, text = WRONG[kind]
    assert any(text in line for line in check(path, plan)[1]), check(path, plan)


def _findings(tmp_path, text):
    file = tmp_path / "bad.dow"
    file.write_text(text)
    with pytest.raises(DataError) as caught:
        read(file)
    return [str(finding) for finding in caught.value.findings]


def test_every_wrong_line_is_found_at_once(tmp_path):
    text = TEXT.replace("1   2   1   10", "1   9   x   10").replace("   1   2   4", "   2   2   0")
    found = _findings(tmp_path, text)
    assert len(found) == 2
    assert "bad.dow:3" in found[0]
    assert "(got x)" in found[0]
    assert "bad.dow:7" in found[1]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "D191"),
        ("title\n3 3\n", "D191"),
        ("title\n3 3 -2\n", "D191"),
        ("title\nthree 3 2\n", "D191"),
        (TEXT + " 1 2 3\n", "D192"),
        (TEXT.rsplit("\n", 2)[0] + "\n", "D192"),
        (TEXT.replace("   1   3   8", "   1   3   0"), "D194"),
        (TEXT.replace("   1   3   8", "   1   4   8"), "D193"),
        (TEXT.replace("   1   3   8", "   1   3   nan"), "D193"),
        (TEXT.replace("   1   3   8", "   1   3   2.5"), "D193"),
        (TEXT.replace("   1   3   8", "   1   3   1e300"), "D193"),
        (TEXT.replace("   1   3   8", "   1   3   8 9"), "D193"),
        (TEXT.replace("   1   3   9", "   1   1   9"), "D193"),
    ],
)
def test_bad_files_give_findings(tmp_path, text, code):
    assert any(found.startswith(code) for found in _findings(tmp_path, text))


def test_missing_file_is_a_finding(tmp_path):
    with pytest.raises(DataError, match="D190"):
        read(tmp_path / "none.dow")
