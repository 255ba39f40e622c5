"""Maps as SVG text, drawn from the geometry of the place itself: no tiles, no network, north up, scale bar, legend, sources.

A map shows a street's class or nothing. Buildings are drawn all alike, as background: their outline is public, their values are
not. Streets that may not be published are drawn thin and dashed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap
from typing import Any

import numpy as np
import pandas as pd
import shapely

from koppelkans.place.model import Place
from koppelkans.report import palette

WIDTH = 460
_HIGHEST, _LOWEST = 370, 240
_MARGIN_SHARE = 0.03
_LINE_HEIGHT = 15
_NOTE_CHARACTERS = 92
_OUTLYING_SHARE = 0.01
_FONT = "Inter, 'Helvetica Neue', Arial, sans-serif"


@dataclass(frozen=True, slots=True)
class MapWords:
    """What is written on a map, in the reader's language; ``classes`` by density class."""

    classes: Mapping[str, str]
    hidden: str
    north: str
    sources: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Frame:
    """From metres to pixels: the window in metres and the size of the drawing."""

    left: float
    top: float
    metres_per_pixel: float
    height: int

    def pixels(self, coordinates: np.ndarray) -> np.ndarray:
        """Coordinates in pixels, y down."""
        return (coordinates - (self.left, self.top)) * (1, -1) / self.metres_per_pixel


def street_map(place: Place, classes: pd.Series, words: MapWords) -> str:
    """Streets by indicative class of heat density; where there are no axes, the points of each street in its colour.

    classes: index street name, values of ``tables.DENSITY_CLASSES``, only streets that may be published.
    """
    frame = _frame(place)
    parts = [_backdrop(place, frame), _buildings(place, frame)]
    if place.streets is not None and not place.streets.empty:
        parts += _lines(place.streets, classes, frame)
    else:
        parts += _points(place.buildings, classes, frame)
    legend, legend_height = _legend(words)
    below = frame.height + 12
    notes, used = _notes(words.sources, below + legend_height + 12)
    inside = "".join([
        f'<rect width="{WIDTH}" height="{frame.height}" fill="{palette.PAPER}"/>',
        f'<svg width="{WIDTH}" height="{frame.height}" viewBox="0 0 {WIDTH} {frame.height}">{"".join(parts)}</svg>',
        f'<rect x="0.5" y="0.5" width="{WIDTH - 1}" height="{frame.height - 1}" fill="none" stroke="{palette.LINE}"/>',
        _scale_bar(frame), _north(words.north),
        f'<g transform="translate(0 {below})">{legend}</g>', notes,
    ])  # fmt: skip
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{used}" viewBox="0 0 {WIDTH} {used}" '
        f'font-family="{_FONT}" font-size="11" fill="{palette.INK}">{inside}</svg>'
    )


def _frame(place: Place) -> _Frame:
    """A window around the heated buildings; a few that lie far away do not shrink the rest to a dot."""
    shapes = place.buildings.geometry[place.buildings["heated"]]
    points = shapely.get_coordinates(shapely.centroid(shapes.to_numpy()))
    low = np.quantile(points, _OUTLYING_SHARE / 2, axis=0)
    high = np.quantile(points, 1 - _OUTLYING_SHARE / 2, axis=0)
    reach = np.maximum(high - low, 60.0)
    low, high = np.maximum(low - 0.1 * reach, points.min(axis=0)), np.minimum(high + 0.1 * reach, points.max(axis=0))
    reach = np.maximum(high - low, 60.0)
    middle, reach = (low + high) / 2, reach * (1 + 2 * _MARGIN_SHARE) + 30.0
    metres_per_pixel = max(reach[0] / WIDTH, reach[1] / _HIGHEST)
    height = int(np.clip(reach[1] / metres_per_pixel, _LOWEST, _HIGHEST))
    left = middle[0] - WIDTH * metres_per_pixel / 2
    return _Frame(left, middle[1] + height * metres_per_pixel / 2, metres_per_pixel, height)


def _path(shapes: Iterable[Any], frame: _Frame) -> str:
    """Path data of lines or polygons inside the window, simplified to half a pixel, in tenths of a pixel."""
    edge = frame.metres_per_pixel
    window = shapely.box(frame.left, frame.top - frame.height * edge, frame.left + WIDTH * edge, frame.top)
    array = np.asarray(list(shapes), dtype=object)
    if not len(array):
        return ""
    seen = array[shapely.intersects(shapely.make_valid(array), window)]
    parts = shapely.get_parts(shapely.simplify(seen, edge / 2))
    rings = np.concatenate([shapely.get_rings(parts), parts[shapely.get_type_id(parts) == 1]])
    written = []
    for ring in rings:
        closed = shapely.get_type_id(ring) == 2
        steps = np.round(frame.pixels(shapely.get_coordinates(ring)) * 10).astype(int)
        moves = np.diff(steps, axis=0)
        moves = moves[np.any(moves != 0, axis=1)]
        if len(moves) < (2 if closed else 1):
            continue
        tail = " ".join(f"{x} {y}" for x, y in moves.tolist())
        written.append(f"M{steps[0, 0]} {steps[0, 1]}l{tail}" + ("z" if closed else ""))
    return "".join(written)


def _drawn(data: str, style: str) -> str:
    return f'<path transform="scale(.1)" d="{data}" {style}/>' if data else ""


def _backdrop(place: Place, frame: _Frame) -> str:
    parts = []
    for name, layer in sorted(place.backdrop.items()):
        flat = layer.geometry[layer.geom_type.isin(["Polygon", "MultiPolygon"])]
        colour = palette.WATER if "water" in name else palette.GREEN_AREA
        parts.append(_drawn(_path(flat, frame), f'fill="{colour}"'))
    if place.areas is not None:
        outline = f'fill="none" stroke="{palette.LINE}" stroke-width="14"'
        parts.append(_drawn(_path(place.areas.geometry, frame), outline))
    return "".join(parts)


def _buildings(place: Place, frame: _Frame) -> str:
    flat = place.buildings.geometry[place.buildings.geom_type.isin(["Polygon", "MultiPolygon"])]
    return _drawn(_path(flat, frame), f'fill="{palette.BUILDING}"')


def _lines(streets: Any, classes: pd.Series, frame: _Frame) -> list[str]:
    known = streets["street"].map(classes)
    dashed = f'fill="none" stroke="{palette.HIDDEN}" stroke-width="10" stroke-dasharray="40 30"'
    parts = [_drawn(_path(streets.geometry[known.isna()], frame), dashed)]
    for name, colour in palette.DENSITY.items():
        style = (
            f'fill="none" stroke="{colour}" stroke-width="{10 * palette.DENSITY_WIDTH[name]:g}" '
            'stroke-linecap="round" stroke-linejoin="round"'
        )
        parts.append(_drawn(_path(streets.geometry[known == name], frame), style))
    return parts


def _points(buildings: Any, classes: pd.Series, frame: _Frame) -> list[str]:
    """Every place with a building once, in the colour of its street."""
    heated = buildings[buildings["heated"]]
    where = np.round(frame.pixels(shapely.get_coordinates(shapely.centroid(heated.geometry.to_numpy()))), 1)
    spots = pd.DataFrame({"x": where[:, 0], "y": where[:, 1], "class": heated["street"].map(classes).to_numpy()})
    spots = spots[spots["x"].between(0, WIDTH) & spots["y"].between(0, frame.height)]
    parts = []
    for name, colour in [("", palette.HIDDEN), *palette.DENSITY.items()]:
        chosen = spots[spots["class"].fillna("") == name].drop_duplicates()
        data = "".join(f"M{x:g} {y:g}h0" for x, y in zip(chosen["x"], chosen["y"], strict=True))
        size = 1.5 + palette.DENSITY_WIDTH.get(name, 1.0)
        if data:
            parts.append(f'<path d="{data}" stroke="{colour}" stroke-width="{size:g}" stroke-linecap="round"/>')
    return parts


# ------------------------------------------------------------------------------------------------------------ furniture of a map


def _legend(words: MapWords) -> tuple[str, int]:
    """The classes in two columns and the height they take."""
    rows = [
        (
            f'stroke="{palette.DENSITY[name]}" stroke-width="{palette.DENSITY_WIDTH[name]:g}" stroke-linecap="round"',
            title,
        )
        for name, title in words.classes.items()
    ]
    rows.append((f'stroke="{palette.HIDDEN}" stroke-width="1.2" stroke-dasharray="4 3"', words.hidden))
    parts, across = [], 2
    down = -(-len(rows) // across)
    for number, (style, title) in enumerate(rows):
        x, y = (number // down) * (WIDTH / across) + 3, (number % down) * _LINE_HEIGHT + 4
        parts.append(
            f'<path d="M{x:.0f} {y}h24" fill="none" {style}/><text x="{x + 31:.0f}" y="{y + 4}">{escape(title)}</text>'
        )
    return "".join(parts), down * _LINE_HEIGHT


def _notes(lines: Sequence[str], top: int) -> tuple[str, int]:
    """Source lines below the map, wrapped; and the height at which they end."""
    wrapped: list[str] = []
    for line in lines:
        wrapped += wrap(line, _NOTE_CHARACTERS)
    text = "".join(
        f'<text x="0" y="{top + 12 * number}" font-size="9.5" fill="{palette.SOFT_INK}">{escape(line)}</text>'
        for number, line in enumerate(wrapped)
    )
    return text, top + 12 * len(wrapped) - 6


def _scale_bar(frame: _Frame) -> str:
    longest = WIDTH / 4 * frame.metres_per_pixel
    length = max(step for step in (10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000) if step <= max(longest, 10))
    pixels, y = length / frame.metres_per_pixel, frame.height - 12
    title = f"{length} m" if length < 1_000 else f"{length // 1_000} km"
    return (
        f'<rect x="8" y="{y - 18}" width="{pixels + 16:.0f}" height="26" fill="{palette.PAPER}" fill-opacity="0.85"/>'
        f'<path d="M16 {y - 4}v4h{pixels:.1f}v-4" fill="none" stroke="{palette.INK}" stroke-width="1.5"/>'
        f'<text x="{16 + pixels / 2:.1f}" y="{y - 5}" text-anchor="middle" font-size="10">{title}</text>'
    )


def _north(letter: str) -> str:
    x = WIDTH - 22
    return (
        f'<rect x="{x - 12}" y="8" width="24" height="36" fill="{palette.PAPER}" fill-opacity="0.85"/>'
        f'<path d="M{x} 12l6 16l-6 -4l-6 4z" fill="{palette.INK}"/>'
        f'<text x="{x}" y="41" text-anchor="middle" font-size="10">{escape(letter)}</text>'
    )
