"""Outlines as drawings: the area of a project, and Flanders with a point for each project. Plain arithmetic on degrees, no geography library.

Degrees are drawn as they lie at 51 degrees north: a degree of longitude is cos(51) of a degree of latitude. Within Flanders that is
right to half a percent, which is enough for a drawing; nothing is measured on it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from math import cos, hypot, radians
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

FLANDERS = Path(__file__).with_name("flanders.json")
NORTH = 51.0
LON_SCALE = cos(radians(NORTH))
WIDTH = 700.0
MARGIN = 14.0
RADIUS = 11.0
SPREAD_ROUNDS = 40
BARS_KM = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
M_PER_KM = 1000
BAR_PX = 28.0
DEGREES, MERIDIAN_KM = 360.0, 40_008.0
"""A whole meridian: so many degrees of latitude in so many kilometres."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A drawing: the view box and the path of an SVG, and a scale bar below it; all as attributes of SVG."""

    view_box: str
    path: str
    bar_text: str
    bar_width: str
    bar_y: str
    bar_text_y: str


@dataclass(frozen=True, slots=True)
class Point:
    """Where something stands on the map of Flanders."""

    x: float
    y: float

    @property
    def cx(self) -> str:
        """As an attribute of SVG: with a point, in every language."""
        return f"{self.x:.1f}"

    @property
    def cy(self) -> str:
        """As an attribute of SVG."""
        return f"{self.y:.1f}"

    @property
    def text_y(self) -> str:
        """Base line of the number inside the circle."""
        return f"{self.y + 4.2:.1f}"


def rings(geometry: dict[str, Any]) -> Iterator[list[list[float]]]:
    """Every ring of a polygon or multipolygon."""
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    for polygon in polygons:
        yield from polygon


def bounds(geometry: dict[str, Any]) -> tuple[float, float, float, float]:
    """West, south, east and north of a geometry, in degrees."""
    corners = [corner for ring in rings(geometry) for corner in ring]
    return (
        min(c[0] for c in corners),
        min(c[1] for c in corners),
        max(c[0] for c in corners),
        max(c[1] for c in corners),
    )


def middle(geometry: dict[str, Any]) -> tuple[float, float]:
    """Longitude and latitude of the middle of the bounds."""
    west, south, east, north = bounds(geometry)
    return (west + east) / 2, (south + north) / 2


def area_outline(geometry: dict[str, Any], size: float = 320.0) -> Outline:
    """The outline of a project, north up, in the middle of a square of ``size`` pixels and a margin, with a scale bar below it."""
    west, south, east, north = bounds(geometry)
    across, up = (east - west) * LON_SCALE, north - south
    scale = size / (max(across, up) or 1.0)
    left, top = MARGIN + (size - across * scale) / 2, MARGIN + (size - up * scale) / 2
    path = _path(
        rings(geometry), lambda lon, lat: ((lon - west) * LON_SCALE * scale + left, (north - lat) * scale + top)
    )
    px_per_km = scale * DEGREES / MERIDIAN_KM
    bar_km = max((km for km in BARS_KM if km * px_per_km <= size / 2), default=BARS_KM[0])
    bar_text = f"{bar_km * M_PER_KM:.0f} m" if bar_km < 1 else f"{bar_km:.0f} km"
    side = size + 2 * MARGIN
    return Outline(
        f"0 0 {side:.0f} {side + BAR_PX:.0f}",
        path,
        bar_text,
        f"{bar_km * px_per_km:.1f}",
        f"{side + 4:.1f}",
        f"{side + 20:.1f}",
    )


@dataclass(frozen=True, slots=True)
class Flanders:
    """The map of projects: the view box, the provinces as paths with their names, and whose data they are."""

    view_box: str
    provinces: tuple[tuple[str, str], ...]
    attribution: str
    licence: str
    west: float
    north: float
    scale: float
    height: float

    def point(self, lon: float, lat: float) -> Point | None:
        """Where a place lies on the map; None outside it."""
        x, y = (lon - self.west) * LON_SCALE * self.scale + MARGIN, (self.north - lat) * self.scale + MARGIN
        inside = 0 <= x <= WIDTH + 2 * MARGIN and 0 <= y <= self.height
        return Point(x, y) if inside else None


@cache
def flanders() -> Flanders:
    """The map, read once."""
    tree = json.loads(FLANDERS.read_text(encoding="utf-8"))
    edges = [bounds(item["geometry"]) for item in tree["provinces"]]
    west, south = min(edge[0] for edge in edges), min(edge[1] for edge in edges)
    east, north = max(edge[2] for edge in edges), max(edge[3] for edge in edges)
    scale = WIDTH / ((east - west) * LON_SCALE)
    height = (north - south) * scale + 2 * MARGIN
    paths = tuple(
        (
            item["name"],
            _path(
                rings(item["geometry"]),
                lambda lon, lat: ((lon - west) * LON_SCALE * scale + MARGIN, (north - lat) * scale + MARGIN),
            ),
        )
        for item in tree["provinces"]
    )
    return Flanders(
        f"0 0 {WIDTH + 2 * MARGIN:.0f} {height:.0f}",
        paths,
        tree["attribution"],
        tree["licence"],
        west,
        north,
        scale,
        height,
    )


@lru_cache(maxsize=64)
def apart(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """The points moved aside until their circles hardly overlap, in their order; far ones stay where they are."""
    moved = [[point.x, point.y] for point in points]
    for _round in range(SPREAD_ROUNDS):
        touched = False
        for one in range(len(moved)):
            for two in range(one + 1, len(moved)):
                dx, dy = moved[two][0] - moved[one][0], moved[two][1] - moved[one][1]
                distance = hypot(dx, dy)
                if distance >= 2 * RADIUS:
                    continue
                touched = True
                ux, uy = (dx / distance, dy / distance) if distance > 0 else (1.0, 0.0)
                push = (2 * RADIUS - distance) / 2
                moved[one] = [moved[one][0] - ux * push, moved[one][1] - uy * push]
                moved[two] = [moved[two][0] + ux * push, moved[two][1] + uy * push]
        if not touched:
            break
    return tuple(Point(x, y) for x, y in moved)


def _path(all_rings: Iterator[list[list[float]]], placed: Any) -> str:
    parts = []
    for ring in all_rings:
        corners = [placed(lon, lat) for lon, lat, *_height in ring]
        parts.append("M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in corners) + "Z")
    return "".join(parts)


# ------------------------------------------------------------------------------------------------------ outlines that people give


def geometry_in(text: str) -> dict[str, Any]:
    """The polygon in a GeoJSON text: a geometry, a feature, or a collection of one feature.

    Raises ValueError that says what was found and what was expected.
    """
    try:
        tree = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(
            _("geen GeoJSON: fout op regel %(line)s, teken %(column)s") % {"line": error.lineno, "column": error.colno}
        ) from error
    if isinstance(tree, dict) and tree.get("type") == "FeatureCollection":
        features = tree.get("features") or []
        if len(features) != 1:
            raise ValueError(
                _("de verzameling telt %(found)s vormen, verwacht: 1; voeg ze in uw GIS samen")
                % {"found": len(features)}
            )
        tree = features[0]
    if isinstance(tree, dict) and tree.get("type") == "Feature":
        tree = tree.get("geometry")
    if not isinstance(tree, dict) or tree.get("type") not in ("Polygon", "MultiPolygon"):
        found = tree.get("type") if isinstance(tree, dict) else type(tree).__name__
        raise ValueError(_("gevonden: %(found)s; verwacht: Polygon of MultiPolygon") % {"found": found})
    geometry = {"type": tree["type"], "coordinates": tree.get("coordinates")}
    _refuse_corners(geometry)
    return {"type": tree["type"], "coordinates": _rounded(geometry["coordinates"])}


def _refuse_corners(geometry: dict[str, Any]) -> None:
    try:
        closed = [(ring, [(float(corner[0]), float(corner[1])) for corner in ring]) for ring in rings(geometry)]
    except (TypeError, ValueError, IndexError, KeyError) as error:
        raise ValueError(_("de coördinaten zijn geen lijsten van [lengtegraad, breedtegraad]")) from error
    if not closed or any(len(corners) < 4 for _ring, corners in closed):
        raise ValueError(_("een ring heeft minder dan vier punten; verwacht: een gesloten veelhoek"))
    for _ring, corners in closed:
        outside = [corner for corner in corners if not (-180 <= corner[0] <= 180 and -90 <= corner[1] <= 90)]
        if outside:
            x, y = outside[0]
            raise ValueError(
                _("gevonden: x = %(x)s, y = %(y)s; verwacht: graden (WGS 84); bewaar de laag in EPSG:4326")
                % {"x": f"{x:g}", "y": f"{y:g}"}
            )


def _rounded(tree: Any) -> Any:
    if isinstance(tree, list) and tree and not isinstance(tree[0], list):
        return [round(float(tree[0]), 5), round(float(tree[1]), 5)]
    return [_rounded(part) for part in tree]
