"""Tables in ``README.md``, each between two marks that its script owns."""

from __future__ import annotations

import sys
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"


def with_table(text: str, table: str, begin: str, end: str) -> str:
    """
    README text with the table between the marks.

    Raises
    ------
    ValueError
        The marks are missing.
    """
    before, mark, rest = text.partition(begin)
    _, closing, after = rest.partition(end)
    if not mark or not closing:
        raise ValueError(f"{README.name} lacks the marks")
    return f"{before}{begin}\n\n{table}\n\n{end}{after}"


def show_or_write(table: str, begin: str, end: str, *, write: bool) -> int:
    """Print a table, or put it into the README; the exit code of the script."""
    if not write:
        print(table)
        return 0
    try:
        text = with_table(README.read_text(encoding="utf-8"), table, begin, end)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    README.write_text(text, encoding="utf-8", newline="\n")
    return 0
