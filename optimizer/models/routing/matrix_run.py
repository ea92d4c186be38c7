"""One matrix: from the disk cache, or made and kept there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from optimizer.domain.network_data import NetworkData
from optimizer.domain.skim import MatrixQuery, SkimMode
from optimizer.models.routing.matrix import multimodal_matrix
from optimizer.models.routing.matrix_result import MatrixResult
from optimizer.models.routing.matrix_store import content_hash, epoch_of, from_arrays, to_arrays
from optimizer.network.network import Network
from optimizer.network.skim_cache import SkimCache


def run_matrix(
    data: NetworkData,
    query: MatrixQuery,
    compile_network: Callable[[datetime], Network],
    *,
    use_cache: bool = True,
) -> MatrixResult:
    """
    Answer a query.

    Parameters
    ----------
    compile_network
        From an epoch on; called only where the answer is not known.
    """
    make: Callable[[], MatrixResult]
    if query.mode is SkimMode.MULTIMODAL:
        contents = (data.fingerprint,)

        def make() -> MatrixResult:
            return multimodal_matrix(compile_network(epoch_of(query)), query)

    else:
        from optimizer.models.routing.matrix_roads import graph_hash, road_matrix

        contents = (data.fingerprint, graph_hash(query.mode))

        def make() -> MatrixResult:
            return road_matrix(data, query)

    if not use_cache:
        return make()
    key = content_hash(query, *contents)
    return from_arrays(query, key, SkimCache().get_or_make(key, lambda: to_arrays(make())))
