"""Modifications in order: each resolves against what the earlier ones left."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from optimizer.datasets.route_checks import gauge_mismatches
from optimizer.domain.network_data import NetworkData
from optimizer.errors import Finding, ScenarioError
from optimizer.scenario.modifications.base import Modification, World


def apply_all(world: World, modifications: Sequence[Modification], where: str = "") -> World:
    """
    The world after all modifications.

    Parameters
    ----------
    where
        Place of the list, put before the place of each finding.

    Raises
    ------
    ScenarioError
        C520 an unknown name, C521 a value without meaning here, C522 a modification that changes
        nothing, C523 a train on the wrong gauge. All at once; one that cannot be applied is left
        out for those after it.
    """
    found: list[Finding] = []
    data_before = world.data
    for number, modification in enumerate(modifications):
        place = f"{where}modifications.{number}"
        mine = modification.findings(world)
        if mine:
            found += [replace(one, where=f"{place}.{one.where}") for one in mine]
            continue
        after = modification.applied(world)
        if after == world:
            found.append(
                Finding(
                    code="C522",
                    what=f"{getattr(modification, 'kind', 'it')} changes nothing",
                    where=place,
                    remedy="leave it out, or name what it should change",
                )
            )
        world = after
    found += _gauge_breaks(data_before, world.data)
    if found:
        raise ScenarioError(found)
    if not modifications:
        return world
    return world.with_data(fingerprint=fingerprint_of(data_before.fingerprint, modifications))


def _gauge_breaks(before: NetworkData, after: NetworkData) -> list[Finding]:
    """C523: trains that meet the wrong gauge since the modifications."""
    known = set(gauge_mismatches(before))
    return [
        Finding(
            code="C523",
            what="a train calls at a rail terminal without its gauge",
            where="modifications",
            value=mismatch,
            remedy="add site_gauges or service_gauge, or keep the gauge change at the border",
        )
        for mismatch in gauge_mismatches(after)
        if mismatch not in known
    ]


def fingerprint_of(base: str, modifications: Sequence[Modification]) -> str:
    """Content hash of a base and what was done to it."""
    digest = hashlib.sha256(base.encode())
    for modification in modifications:
        digest.update(modification.model_dump_json().encode())
    return digest.hexdigest()
