"""Line numbers of TOML keys, counted by hand."""

from __future__ import annotations

from optimizer.scenario.toml_places import key_lines, place_of

TEXT = '''# comment
name = "a"
question = """
fake = 1
"""
limits.seed = 3

[lanes]  # tables
max_lanes = 5

[[modification]]
type = "x"
[[modification]]
type = "y"
inline = { deep = 1 }
'''


def test_keys_are_where_they_stand() -> None:
    lines = key_lines(TEXT)
    assert lines[("name",)] == 2
    assert lines[("question",)] == 3
    assert ("fake",) not in lines
    assert lines[("limits", "seed")] == 6
    assert lines[("lanes",)] == 8
    assert lines[("lanes", "max_lanes")] == 9
    assert lines[("modification", 0, "type")] == 12
    assert lines[("modification", 1, "type")] == 14


def test_a_key_without_a_line_of_its_own_takes_its_parents() -> None:
    lines = key_lines(TEXT)
    deep = place_of(("modification", 1, "inline", "deep"), lines, "f.toml")
    assert deep == "f.toml:15 modification.1.inline.deep"
    assert place_of(("absent",), lines, "f.toml") == "f.toml absent"
