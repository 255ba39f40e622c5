"""Files as a city would upload them: a small neighbourhood with two streets of twelve houses each, and some that are broken."""

from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas as gpd
import pyogrio
from shapely.geometry import LineString, box

X, Y = 170_000.0, 220_000.0
CRS = "EPSG:31370"
STREETS = ("Bijenstraat", "Hommelweg")
HOUSES = 12


def neighbourhood(folder: Path) -> Path:
    """A GeoPackage with buildings, streets and house numbers."""
    file = folder / "bijenwijk.gpkg"
    rows, lines = [], []
    for place, street in enumerate(STREETS):
        south = Y + 60 * place
        lines.append(
            {
                "highway": "residential",
                "name": street,
                "geometry": LineString([(X - 5, south), (X + 9 * HOUSES + 5, south)]),
            }
        )
        rows += [
            {
                "osm_way": 100 * place + n, "building": "house", "addr_street": street, "addr_housenumber": str(2 * n + 2),
                "geometry": box(X + 9 * n, south + 6, X + 9 * n + 7, south + 15),
            }
            for n in range(HOUSES)
        ]  # fmt: skip
    lines.append({"highway": "residential", "name": STREETS[0], "geometry": LineString([(X - 5, Y), (X - 5, Y + 60)])})
    pyogrio.write_dataframe(gpd.GeoDataFrame(rows, crs=CRS), file, layer="buildings")
    pyogrio.write_dataframe(gpd.GeoDataFrame(lines, crs=CRS), file, layer="streets", append=True)
    return file


def broken(folder: Path) -> Path:
    """A zip that holds no layer that can be read."""
    file = folder / "kapot.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("gebouwen.gpkg", b"dit is geen GeoPackage")
    return file
