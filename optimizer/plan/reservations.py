"""
The rules of reserving stock, apart from where the book is kept.

A reservation holds units of one lot for one order until a moment. Confirmed in time it holds for
good; released, or at its moment, the units are free again. What is taken never exceeds what is
there. The book changes only by events, so that a journal of them, or a table of a database, is
the book: replaying the same events gives the same book.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from optimizer.domain.stock import Reservation
from optimizer.errors import Finding, InputError


class ReservationError(InputError):
    """A reservation that cannot be made, confirmed or released; R9xx."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Units of a lot that a caller wants to hold."""

    reservation_id: str
    order_id: str
    lot_id: str
    units: int


@dataclass(slots=True)
class ReservationBook:
    """
    Units on hand by lot, and who holds them. Not for threads: see ``ledger``.

    Parameters
    ----------
    on_hand
        Units by lot.
    """

    on_hand: dict[str, int]
    held: dict[str, Reservation] = field(default_factory=dict[str, Reservation])
    _of_lot: dict[str, set[str]] = field(default_factory=dict[str, set[str]])

    def free_units(self, lot_id: str, now: datetime) -> int:
        """Units of a lot that nobody holds at a moment."""
        mine = (self.held[one] for one in self._of_lot.get(lot_id, ()))
        return self.on_hand.get(lot_id, 0) - sum(one.units for one in mine if holds(one, now))

    def reserved_units(self, now: datetime) -> dict[str, int]:
        """Units held by lot at a moment."""
        taken: dict[str, int] = {}
        for one in self.held.values():
            if holds(one, now):
                taken[one.lot_id] = taken.get(one.lot_id, 0) + one.units
        return taken

    def reserve(
        self, claims: Sequence[Claim], *, now: datetime, expires_at: datetime
    ) -> tuple[Reservation, ...]:
        """
        Reservations that the claims make, all or none; nothing is entered yet.

        A claim that is in the book already, word for word and still holding, is given again: a
        caller who repeats itself after a lost answer does not take twice.

        Raises
        ------
        ReservationError
            R901 an id is used otherwise, R902 units are missing, R903 the lot is unknown,
            R904 units or the time make no sense.
        """
        findings: list[Finding] = []
        made: list[Reservation] = []
        wanted: dict[str, int] = {}
        ids: set[str] = set()
        for claim in claims:
            known = self.held.get(claim.reservation_id)
            if known is not None and _same(known, claim) and holds(known, now):
                made.append(known)
                continue
            if known is not None or claim.reservation_id in ids:
                findings.append(_finding("R901", "the reservation id is used already", claim))
            elif claim.units <= 0 or expires_at <= now:
                findings.append(_finding("R904", "the units or the expiry make no sense", claim))
            elif claim.lot_id not in self.on_hand:
                findings.append(_finding("R903", "the lot is unknown", claim))
            ids.add(claim.reservation_id)
            wanted[claim.lot_id] = wanted.get(claim.lot_id, 0) + claim.units
            made.append(
                Reservation(
                    reservation_id=claim.reservation_id,
                    order_id=claim.order_id,
                    lot_id=claim.lot_id,
                    units=claim.units,
                    expires_at=expires_at,
                )
            )
        for lot_id, units in wanted.items():
            free = self.free_units(lot_id, now)
            if lot_id in self.on_hand and units > free:
                findings.append(
                    Finding(
                        code="R902",
                        what=f"{units} units are wanted and {free} are free",
                        where=f"lot {lot_id}",
                        remedy="ask again: the answer then takes other stock",
                    )
                )
        if findings:
            raise ReservationError(findings)
        return tuple(made)

    def confirm(self, reservation_id: str, *, now: datetime) -> Reservation:
        """
        The reservation, confirmed; again if it was before.

        Raises
        ------
        ReservationError
            R905 it is unknown or released, R906 its time has run out.
        """
        known = self._known(reservation_id)
        if not holds(known, now):
            raise ReservationError(
                Finding(
                    code="R906",
                    what="the reservation has expired",
                    where=reservation_id,
                    value=known.expires_at.isoformat(),
                    remedy="reserve anew",
                )
            )
        return replace(known, is_confirmed=True)

    def _known(self, reservation_id: str) -> Reservation:
        known = self.held.get(reservation_id)
        if known is None:
            raise ReservationError(
                Finding(
                    code="R905",
                    what="the reservation is unknown or was released",
                    where=reservation_id,
                    remedy="reserve anew",
                )
            )
        return known

    def enter(self, reservations: Iterable[Reservation]) -> None:
        """Enter reservations, new or changed."""
        for one in reservations:
            self.held[one.reservation_id] = one
            self._of_lot.setdefault(one.lot_id, set()).add(one.reservation_id)

    def release(self, reservation_ids: Iterable[str]) -> None:
        """Forget reservations; those that are not there are no error."""
        for one in reservation_ids:
            known = self.held.pop(one, None)
            if known is not None:
                self._of_lot[known.lot_id].discard(one)

    def expired(self, now: datetime) -> tuple[Reservation, ...]:
        """Reservations that hold no more."""
        return tuple(one for one in self.held.values() if not holds(one, now))


def holds(reservation: Reservation, now: datetime) -> bool:
    """Whether a reservation keeps its units at a moment."""
    return reservation.is_confirmed or now < reservation.expires_at


def over_booked(on_hand: Mapping[str, int], held: Iterable[Reservation]) -> dict[str, int]:
    """Units that confirmed reservations take of a lot beyond what is there; none, ever."""
    taken: dict[str, int] = {}
    for one in held:
        if one.is_confirmed:
            taken[one.lot_id] = taken.get(one.lot_id, 0) + one.units
    return {lot: n - on_hand.get(lot, 0) for lot, n in taken.items() if n > on_hand.get(lot, 0)}


def _same(known: Reservation, claim: Claim) -> bool:
    return (known.order_id, known.lot_id, known.units) == (
        claim.order_id,
        claim.lot_id,
        claim.units,
    )


def _finding(code: str, what: str, claim: Claim) -> Finding:
    return Finding(
        code=code,
        what=what,
        where=f"reservation {claim.reservation_id}",
        value=f"{claim.units} of {claim.lot_id}",
        remedy="correct the claim",
    )
