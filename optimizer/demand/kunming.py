"""Synthetic week through Kunming: the profile put together."""

from __future__ import annotations

from optimizer.demand.kunming_exports import EXPORTS
from optimizer.demand.kunming_imports import DOMESTIC, IMPORTS
from optimizer.demand.kunming_markets import CREDIT_BY_RANK, FLOWS, MARKETS
from optimizer.demand.profile import Flow, Profile

KUNMING_WEEK = Profile(
    flows=FLOWS,
    products={Flow.EXPORT: EXPORTS, Flow.IMPORT: IMPORTS, Flow.DOMESTIC: DOMESTIC},
    markets=MARKETS,
    home_lat=25.04,
    home_lon=102.72,
    home_radius_km=150.0,
    market_address_share=0.15,
    market_radius_km=60.0,
    credit_by_rank=CREDIT_BY_RANK,
)
"""The profile behind ``scenarios/kunming-week``."""
