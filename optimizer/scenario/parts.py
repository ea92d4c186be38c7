"""The tables of a scenario file."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from optimizer.scenario.modifications.kinds import AnyModification

ClockTime = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
ParameterPath = Annotated[str, Field(pattern=r"^[a-z_]+(\.[a-z0-9_]+)+$", max_length=200)]


class Part(BaseModel):
    """Strict, because TOML has types: "60" is not 60. Unknown keys are findings, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Limits(Part):
    """
    When a solve stops.

    Parameters
    ----------
    time_s
        Seconds of solving, not counting reading and lane generation.
    gap
        Relative gap between plan and bound that is good enough, 0 to 1.
    seed
        Of everything random: solver, sampling.
    threads
        Solver threads.
    explain_s
        Seconds after the solve for pricing repairs of shipments that are not served.
    """

    time_s: float = Field(default=60.0, gt=0)
    gap: float = Field(default=0.01, ge=0, lt=1)
    seed: int = Field(default=7, ge=0, lt=2**31)
    threads: int = Field(default=1, ge=1, le=256)
    explain_s: float = Field(default=20.0, ge=0)


class LaneOptions(Part):
    """
    What lanes are generated.

    Parameters
    ----------
    truck_departures_local
        Clock times ``HH:MM``, local to the facility, at which trucks leave as shared lanes;
        none of them, no shared trucks.
    """

    truck_departures_local: tuple[ClockTime, ...] = Field(
        default=("08:00", "14:00", "20:00"), strict=False
    )


class Variant(Part):
    """
    One answer to "what if", beside the base.

    Parameters
    ----------
    modifications
        In this order, after those of the scenario itself.
    """

    name: Name
    question: str = ""
    modifications: tuple[AnyModification, ...] = Field(default=(), strict=False)


class Sweep(Part):
    """
    One parameter, or two, over a list of values each.

    Parameters
    ----------
    parameter
        Path of a value in the file, such as ``modifications.0.cny_per_t``.
    values
        The points; with two parameters every pair.
    """

    name: Name
    parameter: ParameterPath
    values: tuple[float | int | str, ...] = Field(min_length=1, max_length=10_000, strict=False)
    parameter2: ParameterPath | None = None
    values2: tuple[float | int | str, ...] = Field(default=(), max_length=10_000, strict=False)

    @model_validator(mode="after")
    def _second_is_whole(self) -> Self:
        if (self.parameter2 is None) != (not self.values2):
            raise ValueError("parameter2 and values2 come together")
        return self


class Scaled(Part):
    """
    The smaller form in which the scenario is run by the tests.

    Parameters
    ----------
    n_shipments
        Shipments that are kept, spread evenly over the file; all if 0.
    """

    n_shipments: int = Field(default=0, ge=0)
    time_s: float = Field(default=10.0, gt=0)
    gap: float = Field(default=0.01, ge=0, lt=1)
