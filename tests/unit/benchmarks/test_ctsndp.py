from dataclasses import replace

import pytest

from benchmarks.instances.check_ctsndp import check
from benchmarks.instances.ctsndp import parse, read
from optimizer.errors import InputError
from optimizer.models.consolidation.continuous.solve import solve
from optimizer.models.consolidation.network_design_plan import Dispatch

TEXT = """NODES,4
1,A,-,-
2,B,-,-
3,H,-,-
4,M,-,-
ARCS,3
0,1,3,1,100,10,10.0,10,10.0
1,2,3,2,100,10,20.0,20,20.0
2,3,4,3,500,10,30,30,30.0
COMMODITIES,2
0,1,4,4,0,70.0,0,70.0
1,2,4,5,15,80,15,80.0
horizon=99
"""


def test_the_fields_are_read_where_they_are():
    design = parse(TEXT)
    assert design.arc_tail.tolist() == [0, 1, 2]
    assert design.arc_head.tolist() == [2, 2, 3]
    assert design.arc_fen_per_kg.tolist() == [1, 2, 3]
    assert design.option_fen.tolist() == [100, 100, 500]
    assert design.option_kg.tolist() == [10, 10, 10]
    assert design.arc_travel_min.tolist() == [10, 20, 30]
    assert design.commodity_kg.tolist() == [4, 5]
    assert design.commodity_release_min.tolist() == [0, 15]
    assert design.commodity_latest_min.tolist() == [70, 80]
    assert design.commodity_must_serve.all()


@pytest.fixture
def solved(tmp_path):
    path = tmp_path / "hub.txt"
    path.write_text(TEXT)
    return path, solve(read(path))


def test_the_checker_agrees_with_the_solver(solved):
    path, result = solved
    assert check(path, result.plan) == (700 + 4 * 4 + 5 * 5, [])
    assert result.upper_bound == 741


def test_the_checker_finds_each_fault(solved):
    path, result = solved
    plan = result.plan
    no_trucks = replace(plan, dispatches=())
    assert len(check(path, no_trucks)[1]) == 3
    (first, second), other = plan.legs[0][0], plan.legs[1]
    early = replace(plan, legs=(((first, replace(second, departs_min=9)),), other))
    assert any("leaves 3 at 9, before 10" in text for text in check(path, early)[1])
    late = replace(plan, legs=(((first, replace(second, departs_min=41)),), other))
    assert any("arrives at 71, after 70" in text for text in check(path, late)[1])
    light = replace(plan, legs=(((replace(first, kg=3), second),), other))
    assert any("moves 3" in text for text in check(path, light)[1])
    short = replace(plan, legs=(((first,),), other))
    assert any("ends at 3, not at 4" in text for text in check(path, short)[1])
    lost = replace(plan, legs=((), other))
    assert any("has 0 paths" in text for text in check(path, lost)[1])
    jump = replace(plan, legs=(((second,),), other))
    assert any("but arc 2 begins at 3" in text for text in check(path, jump)[1])
    unknown = replace(plan, legs=(((replace(first, arc=9),),), other))
    assert any("does not exist" in text for text in check(path, unknown)[1])
    odd = replace(plan, dispatches=(Dispatch(option=9, departs_min=0, pool=0, units=1),))
    assert any("makes no sense" in text for text in check(path, odd)[1])
    assert check(path, replace(plan, legs=plan.legs[:1]))[1] == [
        "the plan has 1 commodities, not 2"
    ]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("NODES,4", "NODES,5", "B905"),
        ("ARCS,3", "LINKS,3", "B902"),
        ("1,A,-,-", "one,A,-,-", "B903"),
        ("2,B,-,-", "1,B,-,-", "B904"),
        ("0,1,3,1,100,10,10.0", "0,1,9,1,100,10,10.0", "B904"),
        ("0,1,3,1,100,10,10.0", "0,1,3,1,100,0,10.0", "B903"),
        ("0,1,3,1,100,10,10.0", "0,1,3,1,100,10,10.5", "B903"),
        ("0,1,3,1,100,10,10.0", "0,1,3,1,-100,10,10.0", "B903"),
        ("1,2,3,2,100", "0,2,3,2,100", "B904"),
        ("2,3,4,3,500,10,30,30,30.0", "2,3,4", "B902"),
        ("1,2,4,5,15,80", "1,4,4,5,15,80", "B904"),
        ("1,2,4,5,15,80", "1,2,4,0,15,80", "B903"),
        ("1,2,4,5,15,80", "1,2,4,5,95,80", "B903"),
    ],
)
def test_each_fault_of_a_file_has_a_code_and_a_line(old, new, code):
    with pytest.raises(InputError) as error:
        parse(TEXT.replace(old, new, 1), "hub.txt")
    assert code in {finding.code for finding in error.value.findings}
    assert all(finding.where.startswith("hub.txt") for finding in error.value.findings)
    assert all(finding.remedy for finding in error.value.findings)


def test_all_faults_come_at_once():
    broken = TEXT.replace("100,10,10.0", "x,y,z", 1).replace("4,5,15", "4,5,z", 1)
    with pytest.raises(InputError) as error:
        parse(broken)
    assert len(error.value.findings) == 4


def test_unreadable_files_are_findings(tmp_path):
    with pytest.raises(InputError, match="B901"):
        read(tmp_path / "nothing.txt")
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="B901"):
        read(tmp_path / "binary.txt")
    with pytest.raises(InputError, match="B902"):
        parse("")
