"""The command ``teahorse network streets``: a local street network into the user's patches."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from optimizer.domain.streets import StreetPatch
    from optimizer.network.streets import JoinedRoads

KG_PER_T = 1000
MAX_GROSS_T = 200.0


def network_streets(
    place: Annotated[
        str, typer.Option("--place", help="A place to fetch by Overpass: 'Chenggong, Kunming'.")
    ] = "",
    osm: Annotated[
        Path | None, typer.Option("--osm", help="A file: .osm, .osm.gz, .osm.bz2 or .osm.pbf.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="File to write; without it the user's folder of patches."),
    ] = None,
    gross_t: Annotated[
        float,
        typer.Option("--gross-t", help="Mass of the truck in tonnes.", min=1, max=MAX_GROSS_T),
    ] = 18.0,
    country: Annotated[
        str, typer.Option(help="Country of the truck speeds; without it as the road graph has it.")
    ] = "",
    data_dir: Annotated[
        Path | None,
        typer.Option("--data", "--network", help="Network folder; patches go to its streets/."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Import a local street network and join it to the road graph for first and last mile."""
    if bool(place.strip()) == (osm is not None):
        raise typer.BadParameter("give either --place or --osm")
    from optimizer.datasets.roads import patch_name, streets_of_file, streets_of_place
    from optimizer.datasets.street_store import SUFFIX, read_truck_speeds, save_patch, streets_dir
    from optimizer.network.roads import load_roads
    from optimizer.network.streets import country_at, join_patches

    roads = load_roads()
    speeds = read_truck_speeds(data_dir)
    gross_kg = round(gross_t * KG_PER_T)

    def find_country(lat: float, lon: float) -> str:
        return country.strip().upper() or country_at(roads, lat, lon)

    if osm is not None:
        name = patch_name(osm.name.split(".")[0])
        patch = streets_of_file(
            osm, name=name, country_at=find_country, speeds=speeds, gross_kg=gross_kg
        )
    else:
        patch = streets_of_place(
            place, name=patch_name(place), country_at=find_country, speeds=speeds, gross_kg=gross_kg
        )
    # A patch that the road graph does not touch is of no use: nothing is written then.
    joined = join_patches(roads, [patch])
    path = out or streets_dir(data_dir) / f"{patch.name}{SUFFIX}"
    save_patch(patch, path)
    if as_json:
        import json

        typer.echo(json.dumps(_about(patch, joined, path), ensure_ascii=False, indent=1))
        return
    for label, value in _about(patch, joined, path).items():
        typer.echo(f"{label.replace('_', ' ')}: {value}")


def _about(patch: StreetPatch, joined: JoinedRoads, path: Path) -> dict[str, str | int | float]:
    from optimizer.datasets.street_store import LICENCE

    links = joined.links[0]
    first, last = joined.first_patch_node[:2].tolist()
    return {
        "written": str(path),
        "source": patch.source,
        "licence": LICENCE,
        "truck_speeds_of": patch.country,
        "nodes": patch.n_nodes,
        "streets": patch.n_arcs,
        "street_km": round(int(patch.length_m.sum()) / 1000, 1),
        "links_at_the_rim": links.n_rim,
        "links_inside": len(links.length_m) - links.n_rim,
        "longest_link_m": int(links.length_m.max()),
        "nodes_joined": last - first,
        **{key.replace(" ", "_"): value for key, value in patch.counts.items()},
    }
