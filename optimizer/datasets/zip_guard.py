"""Decides whether a workbook may be opened, without ever holding its content."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from pathlib import Path

MAX_FILE_BYTES = 40_000_000
MAX_MEMBERS = 2_000
MAX_UNPACKED_BYTES = 200_000_000
MAX_MEMBER_BYTES = 60_000_000
"""Of a member without cells, such as the strings or the styles, which are loaded as a whole."""
MAX_RATIO = 200
RATIO_MATTERS_BYTES = 1_000_000
"""Small members of blanks pack very well; a bomb needs a large one."""
MAX_ROWS = 200_001
MAX_COLUMNS = 64
MAX_EMPTY_CELLS = 500_000
MAX_AREA_PER_CELL = 8
MAX_CLOSING_TAGS = 8_000_000
"""Two to a cell: enough for 200,000 rows of 18 columns."""
MAX_TAGS_PER_CELL = 8
FEW_TAGS = 10_000

_CHUNK_BYTES = 1 << 20
_OVERLAP_BYTES = 2_048
_LONG_SPACE = re.compile(rb"\s{1000}")
_END_RECORD = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\x05\x06"
_LONGEST_COMMENT = 65_535
_BYTES_PER_ENTRY = 600
_NESTED = (".zip", ".xlsx", ".xlsm", ".xlsb", ".docx", ".pptx", ".7z", ".rar", ".gz", ".jar")
_ZIP_MARK = b"PK\x03\x04"
_ENCRYPTED_FLAG = 0x1
_REFERENCE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{0,4})(\d{1,10})["']""")
_PICTURES = (".bin", ".png", ".jpg", ".jpeg", ".gif", ".emf", ".wmf")


class Refused(ValueError):
    """The workbook is not opened; the message says why."""


def check_workbook(path: Path) -> None:
    """
    Check that a workbook is an ordinary one.

    Everything is unpacked once, piece by piece, because the sizes that a ZIP file declares need
    not be true; and the cell references of the sheets are read, because a reader that lays cells
    out in a rectangle fills the memory for two cells in opposite corners.

    Raises
    ------
    Refused
        Not a ZIP file, encrypted, nested, too many or too large members, packed too well, sheets
        with too many rows, columns or cells, or with cells too far apart.
    """
    if path.stat().st_size > MAX_FILE_BYTES:
        raise Refused(f"it has more than {MAX_FILE_BYTES} bytes")
    _check_end_record(path)
    try:
        with zipfile.ZipFile(path) as archive:
            _check_directory(archive.infolist())
            n_left = MAX_UNPACKED_BYTES
            for member in archive.infolist():
                n_left -= _check_member(archive, member, n_left)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError) as error:
        raise Refused(f"it is damaged ({error})") from error
    except (RuntimeError, ValueError, struct.error) as error:
        raise (
            error if isinstance(error, Refused) else Refused(f"it is damaged ({error})")
        ) from error


def _check_end_record(path: Path) -> None:
    """Count of entries and size of the directory, before it is loaded."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _LONGEST_COMMENT - _END_RECORD.size))
        tail = file.read()
    start = tail.rfind(_END_MARK)
    if start < 0 or len(tail) - start < _END_RECORD.size:
        raise Refused("it is not an Excel workbook")
    record = _END_RECORD.unpack_from(tail, start)
    n_entries, directory_bytes = record[4], record[5]
    if n_entries > MAX_MEMBERS or directory_bytes > MAX_MEMBERS * _BYTES_PER_ENTRY:
        raise Refused(f"it has more than {MAX_MEMBERS} members")


def _check_directory(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_MEMBERS:
        raise Refused(f"it has more than {MAX_MEMBERS} members")
    names = [member.filename for member in members]
    if len(set(names)) < len(names):
        raise Refused("two members have the same name")
    if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
        raise Refused(f"it unpacks to more than {MAX_UNPACKED_BYTES} bytes")
    for member in members:
        if member.flag_bits & _ENCRYPTED_FLAG:
            raise Refused("it is encrypted")
        if member.filename.lower().endswith(_NESTED):
            raise Refused(f"it holds another archive, {member.filename[:60]!r}")
        large = member.file_size > RATIO_MATTERS_BYTES
        if large and member.file_size > MAX_RATIO * max(1, member.compress_size):
            raise Refused(f"a member unpacks to more than {MAX_RATIO} times its size")


def _check_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, n_left: int) -> int:
    """Unpack a member once and give its true size."""
    declared = member.file_size
    # zipfile stops at the declared size; allow one byte more so that a lie comes out.
    member.file_size = declared + 1
    # Any member may be a sheet: its name is free, the workbook's relations say which it is.
    extent = None if member.filename.lower().endswith(_PICTURES) else _Extent()
    n_bytes = 0
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            if n_bytes == 0 and chunk.startswith(_ZIP_MARK):
                raise Refused(f"it holds another archive, {member.filename[:60]!r}")
            n_bytes += len(chunk)
            if n_bytes > min(n_left, declared):
                raise Refused("a member is larger than the file says")
            if extent is not None:
                extent.add(chunk)
    if extent is not None:
        extent.check_area()
    if n_bytes > MAX_MEMBER_BYTES and (extent is None or not extent.has_cells):
        raise Refused(f"a part without cells has more than {MAX_MEMBER_BYTES} bytes")
    return n_bytes


class _Extent:
    """How far apart the cells of a sheet are."""

    def __init__(self) -> None:
        self._tail = b""
        self._n_references = 0
        self._n_closing_tags = 0
        self._is_sheet = False
        self._last_row = 0
        self._last_column = 0

    @property
    def has_cells(self) -> bool:
        """Whether there was any cell reference."""
        return self._n_references > 0

    def add(self, chunk: bytes) -> None:
        """Take the references of one more piece of the sheet."""
        if b"\0" in chunk:
            raise Refused("a part is not UTF-8 text")
        self._n_closing_tags += chunk.count(b"</")
        if self._n_closing_tags > MAX_CLOSING_TAGS:
            raise Refused("a sheet has too many cells")
        text = self._tail + chunk
        self._is_sheet = self._is_sheet or b"sheetData" in text
        for letters, digits in _REFERENCE.findall(text):
            self._n_references += 1
            row = int(digits)
            self._last_row = max(self._last_row, row)
            if letters:
                self._last_column = max(self._last_column, _column_number(letters))
        # A reference cut in two by the piece's end is found again with the next one; counting one
        # twice does no harm.
        self._tail = text[-_OVERLAP_BYTES:]
        if _LONG_SPACE.search(self._tail):
            raise Refused("a sheet has a thousand blanks in a row")
        if self._last_row > MAX_ROWS:
            raise Refused(f"a sheet has cells below row {MAX_ROWS}")
        if self._last_column > MAX_COLUMNS:
            raise Refused(f"a sheet has cells beyond column {MAX_COLUMNS}")

    def check_area(self) -> None:
        """Refuse cells that span a large rectangle, or do not say where they are."""
        most_tags = FEW_TAGS + MAX_TAGS_PER_CELL * self._n_references
        if self._is_sheet and self._n_closing_tags > most_tags:
            raise Refused("the cells of a sheet do not say where they are")
        area = self._last_row * max(1, self._last_column)
        if area > MAX_EMPTY_CELLS + MAX_AREA_PER_CELL * self._n_references:
            raise Refused("a sheet has a few cells that are very far apart")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number
