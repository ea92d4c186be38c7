"""Quotes: answered at once."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.schemas.quotes import QuoteRequest
from optimizer import planner
from optimizer.report.terminal import quote_json

router = APIRouter(prefix="/v1", tags=["quotes"])


@router.post("/quotes")
def create_quote(body: QuoteRequest, request: Request) -> Response:
    """Door-to-door itineraries: the Pareto set over arrival, cost and CO2e, or the reasons."""
    cache: planner.QueryCache = request.app.state.queries
    shipment, inputs = cache.query(
        origin=body.origin,
        destination=body.destination,
        kg=repr(body.gross_kg),
        m3=repr(body.volume_m3),
        ready=body.ready_at,
        due=body.due_at,
        latest=body.latest_at,
        customs_mode=body.customs_mode,
        cargo_class=body.cargo_class,
        credit_class=body.credit_class,
        booked=body.booked_at,
    )
    answer = planner.quote(inputs, shipment)
    notes = planner.place_notes(inputs.data, shipment, body.origin, body.destination)
    return Response(quote_json(inputs, shipment, answer, notes), media_type="application/json")
