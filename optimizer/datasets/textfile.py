"""Bytes to cells: encodings and CSV, with problems as values rather than stray exceptions."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator

UTF_8 = "utf-8-sig"
GB18030 = "gb18030"
MAX_FIELD_CHARACTERS = 131_072
MAX_COMMAS_PER_LINE = 128

_CHUNK_BYTES = 1 << 20
_GB_PAIR = re.compile(rb"[\x81-\xfe](?:[\x30-\x39][\x81-\xfe][\x30-\x39]|[\x40-\x7e\x80-\xfe])")
_GB2312_FIRST, _GB2312_LAST, _GB2312_TRAIL = 0xA1, 0xF7, 0xA1
_LEAST_COMMON_SHARE = 0.8
_N_PAIRS_LOOKED_AT = 100_000


class TableProblem(ValueError):
    """The text is not a well-formed table; the message says why."""


class CellTooLong(TableProblem):
    """A cell is longer than the csv module's limit, which is far above any real one."""


class TooManyRows(TableProblem):
    """The table has more rows than allowed."""


def detect_encoding(data: bytes) -> str | None:
    """
    Encoding of a file: UTF-8 (with or without byte-order mark), GB18030, or ``None``.

    Notes
    -----
    Nearly any bytes decode as GB18030, so Latin-1 text would come out as wrong Chinese. Real
    Chinese text is almost all in the GB2312 block, whose second bytes are above 0xA0, while the
    second byte of a misread accent is mostly an ASCII letter. Text outside the block is refused.
    """
    if _decodes(data, UTF_8):
        return UTF_8
    if not _decodes(data, GB18030):
        return None
    n_pairs = n_common = 0
    for match in _GB_PAIR.finditer(data):
        pair = match[0]
        n_pairs += 1
        n_common += _GB2312_FIRST <= pair[0] <= _GB2312_LAST and pair[1] >= _GB2312_TRAIL
        if n_pairs == _N_PAIRS_LOOKED_AT:
            break
    return GB18030 if n_common >= _LEAST_COMMON_SHARE * n_pairs else None


def _decodes(data: bytes, encoding: str) -> bool:
    """Whether bytes decode; piece by piece, because text can take four times the memory."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(data), _CHUNK_BYTES):
            decoder.decode(data[start : start + _CHUNK_BYTES])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def csv_rows(
    data: bytes, encoding: str, max_rows: int | None = None
) -> Iterator[tuple[int, list[str]]]:
    """
    Rows of a CSV file with their number as a spreadsheet shows it, blank rows left out.

    Parameters
    ----------
    data, encoding
        Content, and its encoding by :func:`detect_encoding`.
    max_rows
        Rows at most, the header and blank ones counted.

    Raises
    ------
    TableProblem
        While iterating: NUL bytes, a stray quote; :class:`CellTooLong`, :class:`TooManyRows`.
    """
    if b"\0" in data:
        raise TableProblem("it holds NUL bytes, so it is not text")
    if data.count(b",") > MAX_COMMAS_PER_LINE * (data.count(b"\n") + data.count(b"\r") + 1):
        raise TableProblem(f"its rows have more than {MAX_COMMAS_PER_LINE} cells")
    reader = csv.reader(
        io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline=""), strict=True
    )
    number = 0
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            kind = CellTooLong if "field limit" in str(error) else TableProblem
            raise kind(f"after row {number}: {error}") from error
        number += 1
        # csv.field_size_limit is global, and other libraries raise it: count for ourselves too.
        longest = max(map(len, row), default=0)
        if longest > MAX_FIELD_CHARACTERS:
            raise CellTooLong(f"after row {number - 1}: a cell of {longest} characters")
        if max_rows is not None and number > max_rows:
            raise TooManyRows(f"it has more than {max_rows} rows")
        if any(row):
            yield number, row
