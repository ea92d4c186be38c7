"""
The reservation book of one process: safe for threads, and on disk before anybody is told.

The journal has one JSON object a line. Each change is written whole and synced before it counts, so
that what a caller was told survives a crash; a last line that was torn is cut off at the start.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Any, BinaryIO

from optimizer.domain.stock import Reservation
from optimizer.errors import Finding
from optimizer.plan.reservations import Claim, ReservationBook, ReservationError


class Ledger:
    """
    Reservations over lots.

    Parameters
    ----------
    on_hand
        Units by lot.
    journal
        File that changes are appended to, replayed at the start; in memory only if missing.
    reservations
        Held already, beside the journal.
    clock
        Gives the moment; only tests use another one.

    Raises
    ------
    ReservationError
        R907: a line of the journal, not the last one, cannot be read.
    """

    def __init__(
        self,
        on_hand: Mapping[str, int],
        *,
        journal: Path | None = None,
        reservations: Sequence[Reservation] = (),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._lock = RLock()
        self._clock = clock
        self._book = ReservationBook(dict(on_hand))
        self._book.enter(reservations)
        self._file: BinaryIO | None = None
        if journal is not None:
            self._file = _open_journal(journal, self._book)

    def close(self) -> None:
        """Close the journal; what was told is on disk already."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    def reserved_units(self) -> dict[str, int]:
        """Units held by lot now."""
        with self._lock:
            return self._book.reserved_units(self._clock())

    def free_units(self, lot_id: str) -> int:
        """Units of a lot that nobody holds now."""
        with self._lock:
            return self._book.free_units(lot_id, self._clock())

    def reserve(self, claims: Sequence[Claim], *, expires_at: datetime) -> tuple[Reservation, ...]:
        """Hold units, all claims or none; see :meth:`ReservationBook.reserve`."""
        with self._lock:
            made = self._book.reserve(claims, now=self._clock(), expires_at=expires_at)
            new = [one for one in made if one.reservation_id not in self._book.held]
            if new:
                self._write({"event": "reserve", "rows": [_to_json(one) for one in new]})
                self._book.enter(new)
            return made

    def confirm(self, reservation_ids: Sequence[str]) -> tuple[Reservation, ...]:
        """Make reservations hold for good, all or none; repeating it changes nothing."""
        with self._lock:
            now = self._clock()
            sure = tuple(self._book.confirm(one, now=now) for one in reservation_ids)
            if any(not self._book.held[one.reservation_id].is_confirmed for one in sure):
                self._write({"event": "confirm", "ids": list(reservation_ids)})
                self._book.enter(sure)
            return sure

    def release(self, reservation_ids: Sequence[str]) -> tuple[Reservation, ...]:
        """Give units back, confirmed or not, and say which; unknown ids are no error."""
        with self._lock:
            held = self._book.held
            known = [one for one in dict.fromkeys(reservation_ids) if one in held]
            gone = tuple(held[one] for one in known)
            if known:
                self._write({"event": "release", "ids": known})
                self._book.release(known)
            return gone

    def expire(self) -> tuple[Reservation, ...]:
        """Forget what holds no more; its units were free from that moment on anyway."""
        with self._lock:
            gone = self._book.expired(self._clock())
            if gone:
                ids = [one.reservation_id for one in gone]
                self._write({"event": "release", "ids": ids})
                self._book.release(ids)
            return gone

    def now(self) -> datetime:
        """The moment by the ledger's clock."""
        return self._clock()

    def held(self) -> tuple[Reservation, ...]:
        """All reservations of the book."""
        with self._lock:
            return tuple(self._book.held.values())

    def _write(self, event: dict[str, Any]) -> None:
        if self._file is None:
            return
        start = self._file.tell()
        try:
            self._file.write(json.dumps(event, separators=(",", ":")).encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError:
            # Nobody was told: what half of the line there is must not stay.
            self._file.truncate(start)
            self._file.seek(start)
            raise


def _open_journal(path: Path, book: ReservationBook) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = path.open("a+b", buffering=0)
    handle.seek(0)
    content = handle.read()
    whole = content.rfind(b"\n") + 1
    for number, line in enumerate(content[:whole].splitlines(), start=1):
        try:
            _replay(json.loads(line), book)
        except (ValueError, KeyError, TypeError) as error:
            handle.close()
            raise ReservationError(
                Finding(
                    code="R907",
                    what="a line of the journal cannot be read",
                    where=f"{path.name} line {number}",
                    remedy="restore the journal from a copy; nothing was changed",
                )
            ) from error
    if whole < len(content):
        handle.truncate(whole)
        os.fsync(handle.fileno())
    handle.seek(0, os.SEEK_END)
    return handle


def _replay(event: dict[str, Any], book: ReservationBook) -> None:
    if event["event"] == "reserve":
        book.enter(_from_json(row) for row in event["rows"])
    elif event["event"] == "confirm":
        now = datetime.min.replace(tzinfo=UTC)
        book.enter([book.confirm(one, now=now) for one in event["ids"]])
    elif event["event"] == "release":
        book.release(event["ids"])
    else:
        raise ValueError(event["event"])


def _to_json(one: Reservation) -> dict[str, Any]:
    return {
        "id": one.reservation_id,
        "order": one.order_id,
        "lot": one.lot_id,
        "units": one.units,
        "expires_at": one.expires_at.astimezone(UTC).isoformat(),
    }


def _from_json(row: dict[str, Any]) -> Reservation:
    return Reservation(
        reservation_id=row["id"],
        order_id=row["order"],
        lot_id=row["lot"],
        units=row["units"],
        expires_at=datetime.fromisoformat(row["expires_at"]),
    )
