"""Cuts the shipped places from their originals: ``python scripts/prepare_places.py FOLDER``.

FOLDER holds the originals as GeoPackages: wechelderzande, krems_old_town_at, brugge_sint_jozef, genk_winterslag (subfolder
neighbourhoods) and gent_muide_meulestede (subfolder pioneers). Layers from OpenStreetMap and from registers go to separate
files. The two TOML files of a place are written by hand and not touched. The same originals give the same rows.
"""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

PLACES = Path(__file__).parents[1] / "src" / "koppelkans" / "place" / "data" / "places"
STAMP = "2026-11-01T00:00:00.000Z"
GRID_M = 100
FEWEST = 10
SEED = 20261101

OSM_BUILDINGS = [
    "osm_way",
    "building",
    "addr_street",
    "addr_housenumber",
    "addr_postcode",
    "name",
    "amenity",
    "office",
    "heritage",
    "ref_OnroerendErfgoed",
]
OSM_STREETS = ["osm_way", "highway", "name", "surface", "width"]
CRAB = ["postcode", "gemeente", "straat", "huisnr"]
WIJK = ["wijkcode", "naam"]
LAYERS = {
    "wechelderzande": {
        "osm.gpkg": {
            "buildings": OSM_BUILDINGS, "streets": OSM_STREETS, "landuse": ["osm_way", "landuse", "leisure", "natural", "name"],
            "waterways": ["osm_way", "waterway", "name"],
        },
        "register.gpkg": {"addresses_crab_2013": CRAB, "wijk": WIJK},
    },
    "krems_old_town_at": {
        "osm.gpkg": {
            "buildings": ["osm_way", "building", "addr_street", "addr_housenumber", "name", "amenity"], "streets": OSM_STREETS,
            "addresses": ["straat", "huisnr"],
        },
    },
    "brugge_sint_jozef": {"osm.gpkg": {"streets": ["name", "object"]}, "register.gpkg": {"addresses": CRAB, "wijk": WIJK}},
    "gent_muide_meulestede": {"register.gpkg": {"addresses": CRAB, "wijk": WIJK}},
}  # fmt: skip
WALLS = [f"A_ext_{side}_m2" for side in "SWNE"]
WINDOWS = [f"A_win_{side}_m2" for side in "SWNE"]


def write(frame: gpd.GeoDataFrame, file: Path, layer: str) -> None:
    """One layer, without spatial index: the files stay small, and no reader of ours needs it."""
    filled = frame.dropna(axis=1, how="all")
    pyogrio.write_dataframe(
        filled, file, layer=layer, driver="GPKG", append=file.exists(), layer_options={"SPATIAL_INDEX": "NO"}
    )


def cut(original: Path, name: str) -> None:
    """The layers of a place with the columns that the readers use."""
    for file, layers in LAYERS[name].items():
        target = PLACES / name / file
        target.unlink(missing_ok=True)
        for layer, columns in layers.items():
            write(pyogrio.read_dataframe(original, layer=layer, columns=columns), target, layer)


def hidden_houses(original: Path, name: str) -> None:
    """Genk: no building id, number, register id or addresses; points on a 100 m grid, areas in whole metres, rows shuffled.

    A street with fewer than ten houses loses its name: its few houses could be told apart.

    The thermal columns are left out as well: R x area is one constant, so they would give the exact areas back.
    """
    houses = pyogrio.read_dataframe(original, layer="buildings_points")
    areas = {column: houses[column].round() for column in ["A_floor_m2", "A_roof_m2", "V_air_m3", *WALLS, *WINDOWS]}
    x, y = (np.floor(part / GRID_M) * GRID_M + GRID_M / 2 for part in (houses.geometry.x, houses.geometry.y))
    street = houses["street_crab"]
    street = street.where(street.groupby(street).transform("size") >= FEWEST)
    kept = pd.DataFrame({"street_crab": street, "gemeente": "Genk", "postcode": "3600", "n_adres": 1, **areas})
    frame = gpd.GeoDataFrame(kept, geometry=gpd.points_from_xy(x, y), crs=houses.crs)
    # sorted first, so that the order of the original leaves no trace in the shuffle
    frame = frame.sort_values(list(areas)).sample(frac=1, random_state=SEED).reset_index(drop=True)
    folder = PLACES / name
    for file in ("houses.gpkg", "register.gpkg"):
        (folder / file).unlink(missing_ok=True)
    write(frame, folder / "houses.gpkg", "buildings_points")
    write(pyogrio.read_dataframe(original, layer="wijken", columns=WIJK), folder / "register.gpkg", "wijken")


def main(folder: Path) -> None:
    """All places."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": STAMP})
    for name in [*LAYERS, "genk_winterslag"]:
        (PLACES / name).mkdir(parents=True, exist_ok=True)
        original = next(path for path in folder.rglob(f"{name}.gpkg"))
        if name in LAYERS:
            cut(original, name)
        else:
            hidden_houses(original, name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
