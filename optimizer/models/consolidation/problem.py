"""The consolidation problem as arrays: ways to carry each shipment, and the units they share."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from optimizer.errors import ModelError

IntArray = npt.NDArray[np.int32]
LongArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

UNSERVED = -1
"""Chosen column of a shipment that is not served."""

_INT32 = ("col_shipment", "col_bucket", "col_draw_resource", "option_bucket", "option_max_units")
_DTYPES = dict.fromkeys((*_INT32, "option_draw_resource"), np.int32) | {"may_split": np.bool_}
_MAX_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """
    Which way each shipment travels, and how many load units each lane departure takes.

    Sizes: K shipments, P columns, B buckets, O options, R resources. A *column* is one complete way
    of one shipment from door to door. A *bucket* is one lane departure and one pool of shipments
    that may share load units. An *option* is a load-unit type that a bucket may use.

    Parameters
    ----------
    shipment_ids, bucket_names, option_names, resource_names
        K, B, O and R names, for explanations and rendered models.
    kg, dm3
        (K,) int64, gross mass and volume.
    unserved_fen
        (K,) int64, fen added to the objective if the shipment is not carried.
    may_split
        (K,) bool, may be cut over several units of a type that it does not fit. A shipment that
        fits one unit of a type always rides in it whole.
    col_shipment
        (P,) int32, shipment of a column.
    col_fen
        (P,) int64, fen, everything the shipment pays by itself on this way, lateness included.
    col_bucket_ptr, col_bucket
        (P + 1,) int64 and int32: buckets that a column rides in, none if it travels alone, each at
        most once.
    col_draw_ptr, col_draw_resource, col_draw_amount
        (P + 1,) int64, int32 and int64: shared resources that the shipment itself draws, in the
        unit of the resource (hundredths of a TEU, kg, positions, trucks).
    option_bucket
        (O,) int32, bucket of an option. Options may come in any order.
    option_fen
        (O,) int64, fen, price of one load unit for the whole lane.
    option_kg, option_dm3
        (O,) int64, payload and usable volume of one load unit.
    option_max_units
        (O,) int32, most units of this option.
    option_draw_ptr, option_draw_resource, option_draw_amount
        (O + 1,) int64, int32 and int64: resources that one load unit draws.
    resource_capacity
        (R,) int64, in the unit of the resource.
    """

    shipment_ids: tuple[str, ...]
    bucket_names: tuple[str, ...]
    option_names: tuple[str, ...]
    resource_names: tuple[str, ...]
    kg: LongArray
    dm3: LongArray
    unserved_fen: LongArray
    may_split: BoolArray
    col_shipment: IntArray
    col_fen: LongArray
    col_bucket_ptr: LongArray
    col_bucket: IntArray
    col_draw_ptr: LongArray
    col_draw_resource: IntArray
    col_draw_amount: LongArray
    option_bucket: IntArray
    option_fen: LongArray
    option_kg: LongArray
    option_dm3: LongArray
    option_max_units: IntArray
    option_draw_ptr: LongArray
    option_draw_resource: IntArray
    option_draw_amount: LongArray
    resource_capacity: LongArray

    @classmethod
    def build(cls, **arrays: object) -> Problem:
        """
        Make a problem from lists or arrays of any integer dtype, and validate it.

        Raises
        ------
        ModelError
            Something is missing, of the wrong shape or out of range.
        """
        cast: dict[str, object] = {}
        for spec in fields(cls):
            if spec.name not in arrays:
                raise ModelError(f"M601 the consolidation problem lacks {spec.name}")
            value = arrays.pop(spec.name)
            if spec.name.endswith(("_ids", "_names")):
                cast[spec.name] = tuple(str(name) for name in value)  # type: ignore[attr-defined]
            else:
                cast[spec.name] = np.ascontiguousarray(
                    value, dtype=_DTYPES.get(spec.name, np.int64)
                )
        if arrays:
            raise ModelError(f"M601 the consolidation problem does not know {', '.join(arrays)}")
        problem = cls(**cast)  # type: ignore[arg-type]
        problem.validate()
        return problem

    @property
    def n_shipments(self) -> int:
        """K."""
        return len(self.kg)

    @property
    def n_columns(self) -> int:
        """P."""
        return len(self.col_fen)

    @property
    def n_buckets(self) -> int:
        """B."""
        return len(self.bucket_names)

    @property
    def n_options(self) -> int:
        """O."""
        return len(self.option_fen)

    @property
    def n_resources(self) -> int:
        """R."""
        return len(self.resource_capacity)

    def validate(self) -> None:
        """
        Check shapes, ranges and references, all of them before raising.

        Raises
        ------
        ModelError
            With every defect found, one a line.
        """
        defects = [
            *self._wrong_dtypes(),
            *self._wrong_shapes(),
        ]
        if not defects:
            defects = [*self._wrong_pointers(), *self._negative_numbers()]
        if not defects:
            defects = [*self._wrong_references(), *self._repeated_buckets()]
        if defects:
            raise ModelError("\n".join(f"M602 {defect}" for defect in defects))

    def _wrong_dtypes(self) -> list[str]:
        found = []
        for spec in fields(self):
            value = getattr(self, spec.name)
            wanted = np.dtype(_DTYPES.get(spec.name, np.int64))
            if isinstance(value, np.ndarray) and (value.dtype != wanted or value.ndim != 1):
                found.append(f"{spec.name} is {value.ndim}-d {value.dtype}, not 1-d {wanted}")
        return found

    def _wrong_shapes(self) -> list[str]:
        k, p, o = len(self.shipment_ids), len(self.col_fen), len(self.option_names)
        wanted = {
            **dict.fromkeys(("kg", "dm3", "unserved_fen", "may_split"), k),
            "col_shipment": p,
            **dict.fromkeys(("col_bucket_ptr", "col_draw_ptr"), p + 1),
            "col_draw_amount": len(self.col_draw_resource),
            **dict.fromkeys(
                ("option_bucket", "option_fen", "option_kg", "option_dm3", "option_max_units"), o
            ),
            "option_draw_ptr": o + 1,
            "option_draw_amount": len(self.option_draw_resource),
            "resource_capacity": len(self.resource_names),
        }
        return [
            f"{name} has {len(getattr(self, name))} entries, not {size}"
            for name, size in wanted.items()
            if len(getattr(self, name)) != size
        ]

    def _wrong_pointers(self) -> list[str]:
        found = []
        for name, target in (
            ("col_bucket_ptr", self.col_bucket),
            ("col_draw_ptr", self.col_draw_resource),
            ("option_draw_ptr", self.option_draw_resource),
        ):
            ptr = getattr(self, name)
            if ptr[0] != 0 or ptr[-1] != len(target) or bool(np.any(np.diff(ptr) < 0)):
                found.append(f"{name} does not run from 0 to {len(target)} without falling")
        return found

    def _negative_numbers(self) -> list[str]:
        names = (
            *("kg", "dm3", "unserved_fen", "col_fen", "col_draw_amount", "resource_capacity"),
            *("option_fen", "option_kg", "option_dm3", "option_max_units", "option_draw_amount"),
        )
        return [
            f"{name} is negative at {_places(getattr(self, name) < 0)}"
            for name in names
            if bool(np.any(getattr(self, name) < 0))
        ]

    def _wrong_references(self) -> list[str]:
        found = []
        for name, size in (
            ("col_shipment", self.n_shipments),
            ("col_bucket", self.n_buckets),
            ("col_draw_resource", self.n_resources),
            ("option_bucket", self.n_buckets),
            ("option_draw_resource", self.n_resources),
        ):
            value = getattr(self, name)
            wrong = (value < 0) | (value >= size)
            if bool(np.any(wrong)):
                found.append(f"{name} points outside 0..{size - 1} at {_places(wrong)}")
        return found

    def _repeated_buckets(self) -> list[str]:
        column = np.repeat(np.arange(self.n_columns), np.diff(self.col_bucket_ptr))
        pairs = column * max(1, self.n_buckets) + self.col_bucket
        if len(np.unique(pairs)) == len(pairs):
            return []
        values, counts = np.unique(pairs, return_counts=True)
        columns = values[counts > 1] // max(1, self.n_buckets)
        return [f"columns {columns[:_MAX_SHOWN].tolist()} ride twice in one bucket"]


def _places(mask: BoolArray) -> list[int]:
    return np.flatnonzero(mask)[:_MAX_SHOWN].tolist()
