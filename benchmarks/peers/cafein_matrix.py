"""The peer cafein (RAPTOR and trip-based routing in Rust): the timetable as GTFS, matrices back."""

from __future__ import annotations

import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.instances.synthetic_timetable import SyntheticTimetable
from optimizer.network.network import UNREACHED

SERVICE_DATE = "2026-01-05"
MAX_TRANSFERS = 100
"""More than any journey has; the peer's own default of 7 misses some earliest arrivals."""
NOT_REACHED_S = 2**32 - 1
DEGREES_PER_KM = 1 / 200
"""The plane, shrunk to valid coordinates; times do not depend on it."""


class CafeinMatrix:
    """
    A timetable in cafein.

    Notes
    -----
    One service day with clock times far beyond 24 hours, which GTFS allows. No footpaths, no change
    time: the peer knows neither cut-offs nor walks that do not close.
    """

    def __init__(self, timetable: SyntheticTimetable) -> None:
        from cafein.network import TransportNetwork

        with TemporaryDirectory() as folder:
            feed = Path(folder) / "feed.zip"
            _write_gtfs(timetable, feed)
            self._network: Any = TransportNetwork.from_gtfs(
                [str(feed)], trip_distances=False, leg_geometries=False
            )
        order = [int(stop_id) for stop_id, _, _ in self._network.stops]
        self._column = np.argsort(np.array(order))

    def prepare_trip_based(self) -> None:
        """Transfers between trips, which trip-based routing needs before its first query."""
        self._network.compute_tbtr_transfers(SERVICE_DATE)

    def arrivals(
        self, sources: NDArray[np.int64], departs_min: int, router: str
    ) -> NDArray[np.uint32]:
        """Travel seconds as the peer returns them; ``to_minutes`` makes them comparable."""
        return self._network._core.travel_time_matrix(  # noqa: SLF001  the public call adds a frame
            [str(source) for source in sources],
            SERVICE_DATE,
            _clock(departs_min),
            max_transfers=MAX_TRANSFERS,
            router=router,
            workers=1,
        )

    def to_minutes(self, seconds: NDArray[np.uint32], departs_min: int) -> NDArray[np.int64]:
        """Clock minutes by source and terminal."""
        by_terminal = seconds[:, self._column].astype(np.int64)
        return np.where(by_terminal == NOT_REACHED_S, UNREACHED, departs_min + by_terminal // 60)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}:00"


def _write_gtfs(timetable: SyntheticTimetable, path: Path) -> None:
    hops = timetable.hops
    order = np.lexsort((hops.hop, hops.voyage))
    columns = (hops.voyage, hops.tail, hops.head, hops.departs_min, hops.arrives_min, hops.hop)
    rows = np.stack([column[order] for column in columns], axis=1).tolist()
    stop_times = ["trip_id,arrival_time,departure_time,stop_id,stop_sequence"]
    arrived = 0
    for at, (voyage, tail, head, departs, arrives, hop) in enumerate(rows):
        if hop == 0:
            arrived = departs
        stop_times.append(f"{voyage},{_clock(arrived)},{_clock(departs)},{tail},{hop}")
        arrived = arrives
        if at + 1 == len(rows) or rows[at + 1][0] != voyage:
            stop_times.append(f"{voyage},{_clock(arrives)},{_clock(arrives)},{head},{hop + 1}")
    x, y = (timetable.xy_km * DEGREES_PER_KM).T
    files = {
        "agency.txt": [
            "agency_id,agency_name,agency_url,agency_timezone",
            "a,a,http://example.org,UTC",
        ],
        "stops.txt": ["stop_id,stop_name,stop_lat,stop_lon"]
        + [f"{at},{at},{y[at]:.5f},{x[at]:.5f}" for at in range(timetable.n_terminals)],
        "routes.txt": [
            "route_id,agency_id,route_short_name,route_long_name,route_type",
            "r,a,r,r,2",
        ],
        "trips.txt": ["route_id,service_id,trip_id"]
        + [f"r,all,{voyage}" for voyage in np.unique(hops.voyage).tolist()],
        "stop_times.txt": stop_times,
        "calendar_dates.txt": [
            "service_id,date,exception_type",
            f"all,{SERVICE_DATE.replace('-', '')},1",
        ],
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as feed:
        for name, lines in files.items():
            feed.writestr(name, "\n".join(lines) + "\n")
