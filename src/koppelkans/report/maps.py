"""Maps as SVG text, drawn from the geometry of the place itself: no tiles, no network, north up, scale bar, legend, sources.

A map shows a published value of a street or nothing. Buildings are drawn all alike, as background: their outline is public, their
values are not. All maps of a place share one base (``Base``), so that they lie on each other, and a page holds it once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap
from typing import Any

import numpy as np
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
class Mark:
    """What is drawn together: the lines or points of one street in one style, and what may be read of it."""

    name: str
    words: str
    style: str
    shapes: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Layer:
    """A question that a map answers: ``styles`` (line of the legend by style, in drawing order) and what is drawn in them.

    ``spots``: places marked with a square, by their name; only those inside the window are drawn.
    """

    styles: Mapping[str, palette.Line]
    titles: Mapping[str, str]
    marks: Sequence[Mark]
    spots: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Base:
    """From metres to pixels, and the background that all maps of a place share: the window in metres, the size of the drawing."""

    left: float
    top: float
    metres_per_pixel: float
    height: int
    svg: str = ""

    def pixels(self, coordinates: np.ndarray) -> np.ndarray:
        """Coordinates in pixels, y down."""
        return (coordinates - (self.left, self.top)) * (1, -1) / self.metres_per_pixel


def base_map(place: Place) -> Base:
    """The window around the heated buildings of a place with water, green and buildings drawn in it."""
    frame = _frame(place)
    inside = _backdrop(place, frame) + _buildings(place, frame)
    return Base(frame.left, frame.top, frame.metres_per_pixel, frame.height, inside)


def street_map(base: Base, layer: Layer, *, north: str, sources: Sequence[str]) -> str:
    """A map of streets: base, marks by style, legend, scale bar, the letter for north, and the lines that name the sources."""
    drawn = [_group(name, line, layer, base) for name, line in layer.styles.items()]
    spots = _spots(layer.spots, base)
    legend, legend_height = _legend(layer, bool(spots))
    below = base.height + 12
    notes, used = _notes(sources, below + legend_height + 12)
    inside = "".join([
        f'<svg class="window" width="{WIDTH}" height="{base.height}" viewBox="0 0 {WIDTH} {base.height}">',
        f'<rect width="{WIDTH}" height="{base.height}" fill="{palette.PAPER}"/>',
        f'<g id="base">{base.svg}</g>{"".join(drawn)}{spots}</svg>',
        f'<rect x="0.5" y="0.5" width="{WIDTH - 1}" height="{base.height - 1}" fill="none" stroke="{palette.LINE}"/>',
        _scale_bar(base), _north(north),
        f'<g transform="translate(0 {below})">{legend}</g>', notes,
    ])  # fmt: skip
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{used}" viewBox="0 0 {WIDTH} {used}" '
        f'font-family="{_FONT}" font-size="11" fill="{palette.INK}">{inside}</svg>'
    )


def _frame(place: Place) -> Base:
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
    return Base(left, middle[1] + height * metres_per_pixel / 2, metres_per_pixel, height)


def _path(shapes: Iterable[Any], base: Base) -> str:
    """Path data of lines or polygons inside the window, simplified to a quarter of a pixel, in tenths of a pixel.

    A point becomes a line of no length, which a round line end makes a dot.
    """
    edge = base.metres_per_pixel
    window = shapely.box(base.left, base.top - base.height * edge, base.left + WIDTH * edge, base.top)
    array = np.asarray(list(shapes), dtype=object)
    if not len(array):
        return ""
    seen = array[shapely.intersects(shapely.make_valid(array), window)]
    parts = shapely.get_parts(shapely.simplify(seen, edge / 4))
    kinds = shapely.get_type_id(parts)
    rings = np.concatenate([shapely.get_rings(parts), parts[kinds == 1]])
    dots = np.unique(np.round(base.pixels(shapely.get_coordinates(parts[kinds == 0])) * 10).astype(int), axis=0)
    written = [f"M{x} {y}h0" for x, y in dots.tolist()]
    for ring in rings:
        closed = shapely.get_type_id(ring) == 2
        steps = np.round(base.pixels(shapely.get_coordinates(ring)) * 10).astype(int)
        moves = np.diff(steps, axis=0)
        moves = moves[np.any(moves != 0, axis=1)]
        if len(moves) < (2 if closed else 1):
            continue
        tail = " ".join(f"{x} {y}" for x, y in moves.tolist())
        written.append(f"M{steps[0, 0]} {steps[0, 1]}l{tail}" + ("z" if closed else ""))
    return "".join(written)


def _drawn(data: str, style: str) -> str:
    return f'<path transform="scale(.1)" d="{data}" {style}/>' if data else ""


def _backdrop(place: Place, base: Base) -> str:
    parts = []
    for name, layer in sorted(place.backdrop.items()):
        flat = layer.geometry[layer.geom_type.isin(["Polygon", "MultiPolygon"])]
        colour = palette.WATER if "water" in name else palette.GREEN_AREA
        parts.append(_drawn(_path(flat, base), f'fill="{colour}"'))
    if place.areas is not None:
        outline = f'fill="none" stroke="{palette.LINE}" stroke-width="14"'
        parts.append(_drawn(_path(place.areas.geometry, base), outline))
    return "".join(parts)


def _buildings(place: Place, base: Base) -> str:
    flat = place.buildings.geometry[place.buildings.geom_type.isin(["Polygon", "MultiPolygon"])]
    return _drawn(_path(flat, base), f'fill="{palette.BUILDING}"')


def _group(style: str, line: palette.Line, layer: Layer, base: Base) -> str:
    """All marks of one style; each says its street and value when pointed at."""
    parts = []
    for mark in (mark for mark in layer.marks if mark.style == style):
        data = _path(mark.shapes, base)
        said = f"<title>{escape(mark.name)}: {escape(mark.words)}</title>" if mark.name else ""
        if data:
            parts.append(f'<path d="{data}">{said}</path>' if said else f'<path d="{data}"/>')
    dashes = " ".join(f"{10 * float(dash):g}" for dash in line.dashes)
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<g class="marks" transform="scale(.1)" fill="none" stroke="{line.colour}" stroke-width="{10 * line.width:g}"{dashed} '
        f'stroke-linecap="round" stroke-linejoin="round">{"".join(parts)}</g>'
    ) if parts else ""  # fmt: skip


def _spots(spots: Mapping[str, tuple[float, float]], base: Base) -> str:
    parts = []
    for name, place in spots.items():
        x, y = base.pixels(np.array([place]))[0]
        if 0 <= x <= WIDTH and 0 <= y <= base.height:
            title = f"<title>{escape(name)}</title>"
            parts.append(
                f'<g class="spot" transform="translate({x:.1f} {y:.1f})"><path d="M-5 -5h10v10h-10z" {_SPOT}>{title}</path></g>'
            )
    return "".join(parts)


_SPOT = f'fill="{palette.PAPER}" stroke="{palette.INK}" stroke-width="2.5"'


# ------------------------------------------------------------------------------------------------------------ furniture of a map


def _legend(layer: Layer, with_spots: bool) -> tuple[str, int]:
    """The styles in two columns and the height they take."""
    rows = [(_line_sample(layer.styles[name]), title) for name, title in layer.titles.items()]
    rows += [(f'<path d="M8 -4h8v8h-8z" {_SPOT}/>', name) for name in layer.spots if with_spots]
    parts, across = [], 2
    down = -(-len(rows) // across)
    for number, (sample, title) in enumerate(rows):
        x, y = (number // down) * (WIDTH / across) + 3, (number % down) * _LINE_HEIGHT + 4
        parts.append(f'<g transform="translate({x:.0f} {y})">{sample}<text x="31" y="4">{escape(title)}</text></g>')
    return "".join(parts), down * _LINE_HEIGHT


def _line_sample(line: palette.Line) -> str:
    dashed = f' stroke-dasharray="{" ".join(line.dashes)}"' if line.dashes else ""
    return f'<path d="M0 0h24" fill="none" stroke="{line.colour}" stroke-width="{line.width:g}"{dashed} stroke-linecap="round"/>'


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


def _scale_bar(base: Base) -> str:
    """A bar of round length; its group carries the metres of a pixel for whoever zooms."""
    longest = WIDTH / 4 * base.metres_per_pixel
    length = max(step for step in (10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000) if step <= max(longest, 10))
    pixels, y = length / base.metres_per_pixel, base.height - 12
    title = f"{length} m" if length < 1_000 else f"{length // 1_000} km"
    return (
        f'<g class="scale" data-metres="{base.metres_per_pixel:.6g}">'
        f'<rect x="8" y="{y - 18}" width="{pixels + 16:.0f}" height="26" fill="{palette.PAPER}" fill-opacity="0.85"/>'
        f'<path d="M16 {y - 4}v4h{pixels:.1f}v-4" fill="none" stroke="{palette.INK}" stroke-width="1.5"/>'
        f'<text x="{16 + pixels / 2:.1f}" y="{y - 5}" text-anchor="middle" font-size="10">{title}</text></g>'
    )


def _north(letter: str) -> str:
    x = WIDTH - 22
    return (
        f'<rect x="{x - 12}" y="8" width="24" height="36" fill="{palette.PAPER}" fill-opacity="0.85"/>'
        f'<path d="M{x} 12l6 16l-6 -4l-6 4z" fill="{palette.INK}"/>'
        f'<text x="{x}" y="41" text-anchor="middle" font-size="10">{escape(letter)}</text>'
    )
