"""Quotes: answered at once."""

from __future__ import annotations

import json
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Response

from api.auth import Caller, require
from api.deps import Service, get_service
from api.idempotency import Answer, Once, once_key
from api.problems import problems
from api.schemas.quotes import QuoteAnswer, QuoteRequest
from api.strict_json import StrictRoute
from optimizer import planner

router = APIRouter(prefix="/v1", tags=["quotes"], route_class=StrictRoute)


@router.post(
    "/quotes",
    responses={200: {"model": QuoteAnswer}, **problems(404, 409, 415)},
    response_class=Response,
)
async def create_quote(
    body: QuoteRequest,
    caller: Annotated[Caller, Depends(require("quote"))],
    service: Annotated[Service, Depends(get_service)],
    once: Annotated[Once, Depends(once_key)],
) -> Response:
    """Door-to-door itineraries: the Pareto set over arrival, cost and CO2e, or the reasons."""

    def work() -> Answer:
        return Answer(body=_quoted(body, service, caller.tenant_id))

    # Few threads of their own: more at a time would only make each slower.
    return await to_thread.run_sync(once.around, work, limiter=service.quote_limiter)


def _quoted(body: QuoteRequest, service: Service, tenant_id: str) -> bytes:
    from optimizer.report.geojson import itinerary_collection
    from optimizer.report.terminal import quote_body

    cache = service.networks.queries(tenant_id, body.network)
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
    notes = planner.place_notes(inputs.data, shipment, body.origin, body.destination)
    answer = None
    if body.mode == "solve":
        answer = planner.quote(inputs, shipment, n_alternatives=body.alternatives)
    said: dict[str, Any] = quote_body(inputs, shipment, answer, notes)
    if body.geometry and answer is not None:
        for shown, itinerary in zip(said["itineraries"], answer.itineraries, strict=True):
            shown["geometry"] = itinerary_collection(
                itinerary, inputs.data, inputs.network.epoch_at
            )
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"), default=str)
    return text.encode()
