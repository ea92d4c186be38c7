"""Small matrices: answered at once."""

from __future__ import annotations

import json
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Response

from api.auth import Caller, require
from api.deps import Service, get_service
from api.idempotency import Answer, Once, once_key
from api.problems import problems, too_big
from api.schemas.matrices import MatrixAnswer, MatrixRequest
from api.strict_json import StrictRoute
from optimizer import planner

router = APIRouter(prefix="/v1", tags=["matrices"], route_class=StrictRoute)


@router.post(
    "/matrices",
    responses={200: {"model": MatrixAnswer}, **problems(404, 409, 415)},
    response_class=Response,
)
async def create_matrix(
    body: MatrixRequest,
    caller: Annotated[Caller, Depends(require("quote", "plan"))],
    service: Annotated[Service, Depends(get_service)],
    once: Annotated[Once, Depends(once_key)],
) -> Response:
    """Cost, time, distance and CO2e between sets of places: averages of a week, or arrivals."""

    def work() -> Answer:
        return Answer(body=_made(body, service, caller.tenant_id))

    return await to_thread.run_sync(once.around, work, limiter=service.quote_limiter)


def _made(body: MatrixRequest, service: Service, tenant_id: str) -> bytes:
    from optimizer.report.matrix import metadata, rows_of

    data = service.networks.queries(tenant_id, body.network).data
    query = planner.matrix_query(
        data,
        origins=body.origins,
        destinations=body.destinations,
        mode=body.mode,
        load=body.load,
        at=body.at,
        week=body.week,
        weights=body.weights,
        zone_rule=body.zone_rule,
        without=",".join(body.without),
        customs_mode=body.customs_mode,
        cargo_class=body.cargo_class,
        credit_class=body.credit_class,
    )
    n_cells, limit = len(query.origins) * len(query.destinations), service.settings.max_matrix_cells
    if n_cells > limit:
        raise too_big("pairs of a matrix that is answered at once", limit, n_cells)
    result = planner.matrix(data, query)
    said = {"about": metadata(result), "rows": list(rows_of(result))}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"), default=str).encode()
