"""Within which coordinates a place lies: a hint for who types those of a heat source."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import lru_cache
from pathlib import Path

from koppelkans.errors import DataError
from koppelkans.web.places.models import Place

_LAYERS = ("buildings", "streets", "addresses", "houses")
Bounds = tuple[int, int, int, int]


def place_bounds(place: Place) -> Bounds | None:
    """West, south, east and north of the layers of a place, in whole metres of its own coordinate system; None when they do not say."""
    from koppelkans.place.shipped import located

    try:
        files = located(place.source).files
    except DataError:
        return None
    return _bounds(tuple(file for file in files if file.suffix == ".gpkg"))


@lru_cache(maxsize=256)
def _bounds(files: tuple[Path, ...]) -> Bounds | None:
    found = [box for file in files for box in _layer_boxes(file)]
    if not found:
        return None
    west, south, east, north = zip(*found, strict=True)
    return round(min(west)), round(min(south)), round(max(east)), round(max(north))


def _layer_boxes(file: Path) -> list[tuple[float, float, float, float]]:
    """The boxes that a GeoPackage states of its layers of buildings, streets and addresses."""
    query = "SELECT table_name, min_x, min_y, max_x, max_y FROM gpkg_contents WHERE min_x IS NOT NULL AND srs_id NOT IN (0, -1, 4326)"
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as opened:
            rows = opened.execute(query).fetchall()
    except sqlite3.Error:
        return []
    return [(row[1], row[2], row[3], row[4]) for row in rows if str(row[0]).startswith(_LAYERS)]
