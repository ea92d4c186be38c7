"""Line numbers of the keys of a TOML text, so that a finding can point at the line to mend."""

from __future__ import annotations

import re

TomlPath = tuple[str | int, ...]
"""Keys and array positions from the root, such as ``("limits", "time_s")``."""

_TABLE = re.compile(r"^\[\s*(?P<name>[^\[\]]+?)\s*\]\s*(#.*)?$")
_ARRAY_TABLE = re.compile(r"^\[\[\s*(?P<name>[^\[\]]+?)\s*\]\]\s*(#.*)?$")
_KEY = re.compile(r"^(?P<key>(\"[^\"]*\"|'[^']*'|[A-Za-z0-9_-]+)(\s*\.\s*[A-Za-z0-9_-]+)*)\s*=")
_FENCES = ('"""', "'''")


def _split(dotted: str) -> TomlPath:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def key_lines(text: str) -> dict[TomlPath, int]:
    """
    Line, counted from 1, of every table header and key of a TOML text.

    Keys inside inline tables have no line of their own; :func:`place_of` falls back to the line of
    what contains them.
    """
    lines: dict[TomlPath, int] = {}
    counts: dict[TomlPath, int] = {}
    table: TomlPath = ()
    fence = ""
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if fence:
            # Inside a multi-line string nothing is a key.
            fence = "" if fence in line else fence
            continue
        if match := _ARRAY_TABLE.match(line):
            name = _split(match["name"])
            position = counts.get(name, 0)
            counts[name] = position + 1
            table = (*name, position)
            lines[table] = number
            lines.setdefault(name, number)
        elif match := _TABLE.match(line):
            table = _split(match["name"])
            lines[table] = number
        elif match := _KEY.match(line):
            lines[(*table, *_split(match["key"]))] = number
            fence = next((mark for mark in _FENCES if line.count(mark) % 2 == 1), "")
    return lines


def place_of(path: TomlPath, lines: dict[TomlPath, int], file_name: str) -> str:
    """
    ``file:line key.path`` of a value, by the line of the nearest ancestor that has one.

    Parameters
    ----------
    path
        From the root of the document; empty for the document itself.
    lines
        As :func:`key_lines` gives them.
    """
    label = ".".join(str(part) for part in path)
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return f"{file_name}:{lines[path[:length]]} {label}"
    return f"{file_name} {label}".rstrip()
