"""A street cut through, above and below ground, as a drawing and as rows of a table: every strip has a number and its name in words, so that no colour must be told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd

from koppelkans.report import palette
from koppelkans.report.document import Figure

WORDS: dict[str, dict[str, str]] = {
    "nl": {
        "decimal": ",", "above": "Boven de grond", "below": "Onder de grond (mogelijke ligging)", "of": "Straat van {width} m breed.",
        "garden": "Geveltuin", "footway": "Voetpad", "parking": "Parkeerstrook", "loading": "Laden en parkeren", "alternating": "Parkeren en bomen",
        "trees": "Bomenstrook", "wadi": "Wadi", "cycle_path": "Fietspad", "carriageway": "Rijbaan", "verge": "Berm", "electricity_telecom": "Stroom en telecom",
        "water": "Drinkwater", "gas": "Gas", "foul_sewer": "Riool (DWA)", "rain_sewer": "Regenriool (RWA)", "heat": "Warmteleiding", "boreholes": "Boringen",
        "bundled_cables": "Kabels gebundeld", "bundled_sewers": "Riolen in één sleuf", "roots": "Vrij voor wortels",
    },
    "en": {
        "decimal": ".", "above": "Above ground", "below": "Below ground (one possible place)", "of": "Street of {width} m wide.",
        "garden": "Facade garden", "footway": "Footway", "parking": "Parking", "loading": "Loading and parking", "alternating": "Parking and trees",
        "trees": "Row of trees", "wadi": "Wadi", "cycle_path": "Cycle path", "carriageway": "Carriageway", "verge": "Verge", "electricity_telecom": "Power and telecom",
        "water": "Drinking water", "gas": "Gas", "foul_sewer": "Foul sewer", "rain_sewer": "Rain sewer", "heat": "Heat pipes", "boreholes": "Boreholes",
        "bundled_cables": "Cables bundled", "bundled_sewers": "Sewers in one trench", "roots": "Free for roots",
    },
}  # fmt: skip
"""Words of the drawing by language."""

WIDTH, MARGIN, FONT = 320, 5, 10
GROUND, SURFACE = 84, 9
"""Height of the ground line, and thickness of what lies on it, in the units of the drawing."""
DEEP = 232
LINE = 14
BADGE = 12

_FILL = {
    "garden": "#b9d7a8", "footway": "#d7dce0", "parking": "#b3bcc4", "loading": "#c9b8a0", "alternating": "#b9c9b0", "trees": "#9fcb8c", "wadi": "#9fc9dd",
    "cycle_path": "#d99a84", "carriageway": "#8d979f", "verge": "#c3dcb2",
}  # fmt: skip
_BELOW = {
    # depth of top and bottom in the drawing, fill
    "electricity_telecom": (112, 126, "#f3d27a"), "bundled_cables": (112, 128, "#f3d27a"), "gas": (124, 138, "#e9e38a"), "water": (134, 150, "#9cc8ec"),
    "heat": (140, 160, "#eba79a"), "rain_sewer": (164, 184, "#bcd9d0"), "foul_sewer": (182, 206, "#cbb79c"), "bundled_sewers": (168, 206, "#c4c8b6"),
    "boreholes": (110, 226, "#d8c3e0"), "roots": (100, 136, "#cfe3c3"), "wadi": (96, 108, "#9fc9dd"),
}  # fmt: skip
_PIPES = {"water": 1, "gas": 1, "heat": 2, "rain_sewer": 1, "foul_sewer": 1, "bundled_sewers": 2}
"""Round pipes that are drawn in a corridor."""


@dataclass(frozen=True, slots=True)
class Strip:
    """A numbered strip: ``badge`` as it stands in the drawing, ``kind``, edges in m."""

    badge: str
    kind: str
    from_m: float
    to_m: float


def strips_of(rows: pd.DataFrame) -> tuple[list[Strip], list[Strip]]:
    """The strips of one cross-section above (1, 2, ...) and below ground (a, b, ...), from left to right; rows of PATTERN_STRIPS."""
    found = []
    for level in ("above", "below"):
        part = rows[rows["level"] == level].sort_values(["from_m", "to_m"])
        badges = (str(number) if level == "above" else _letter(number) for number in range(1, len(part) + 1))
        parts = zip(badges, part["kind"], part["from_m"], part["to_m"], strict=True)
        found.append([Strip(badge, str(kind), float(low), float(high)) for badge, kind, low, high in parts])
    return found[0], found[1]


def today(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of a cross-section without what only the plan brings below it: a street that keeps its cross-section is drawn from the same rows now and then."""
    return rows[~rows["kind"].isin(["heat", "boreholes"])]


def _letter(number: int) -> str:
    return chr(ord("a") + number - 1)


def section_rows(rows: pd.DataFrame, words: Mapping[str, str]) -> list[tuple[str, str, str, str, str]]:
    """The drawing as rows of a table: level, number, strip, from and width in m, all in words."""
    above, below = strips_of(rows)
    return [
        (words[level], strip.badge, words[strip.kind], _metres(strip.from_m, words), _metres(strip.to_m - strip.from_m, words))
        for level, strips in (("above", above), ("below", below))
        for strip in strips
    ]  # fmt: skip


def spoken(rows: pd.DataFrame, words: Mapping[str, str]) -> str:
    """The cross-section for who cannot see it: every strip from left to right with its width."""
    above, below = strips_of(rows)
    width = max(strip.to_m for strip in above)
    lists = [
        f"{words[level]}: " + ", ".join(f"{words[strip.kind].lower()} {_metres(strip.to_m - strip.from_m, words)} m" for strip in strips)
        for level, strips in (("above", above), ("below", below))
        if strips
    ]  # fmt: skip
    return " ".join([words["of"].format(width=_metres(width, words)), *[f"{text}." for text in lists]])


def cross_section(rows: pd.DataFrame, *, title: str, words: Mapping[str, str]) -> str:
    """The drawing of one cross-section as SVG text that stands alone: named, described, and readable at 320 pixels.

    rows: PATTERN_STRIPS of one pattern. Every strip carries a number or letter that the list below the drawing gives a name and a width; textures differ too.
    """
    above, below = strips_of(rows)
    width_m = max(strip.to_m for strip in above)
    scale = (WIDTH - 2 * MARGIN) / width_m
    listed = max(len(above), len(below))
    height = DEEP + LINE * (listed + 1) + 6
    parts = [
        f'<rect x="0" y="0" width="{WIDTH}" height="{height}" fill="{palette.PAPER}"/>',
        f'<rect x="{MARGIN}" y="{GROUND + SURFACE}" width="{WIDTH - 2 * MARGIN}" height="{DEEP - GROUND - SURFACE - 4}" fill="#f1ece3"/>',
        *_facades(),
        *[part for strip in above for part in _surface(strip, scale)],
        *_badges(above, scale),
        *[part for strip in sorted(below, key=lambda one: one.kind != "roots") for part in _corridor(strip, scale)],
        *_letters(below, scale),
        *_legend(above, words, MARGIN, words["above"]),
        *_legend(below, words, WIDTH // 2, words["below"].split(" (")[0]),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="title desc" '
        f'font-family="Inter, sans-serif" font-size="{FONT}"><title id="title">{escape(title)}</title>'
        f'<desc id="desc">{escape(spoken(rows, words))}</desc>{_textures()}{"".join(parts)}</svg>'
    )


def cross_section_figure(rows: pd.DataFrame, *, name: str, caption: str, words: Mapping[str, str]) -> Figure:
    """The same as a figure of a report, which names it itself."""
    svg = cross_section(rows, title=caption, words=words).replace(' role="img" aria-labelledby="title desc"', "")
    return Figure(name=name, svg=svg, caption=caption, alt=spoken(rows, words))


def _metres(value: float, words: Mapping[str, str]) -> str:
    return f"{value:.2f}".replace(".", words["decimal"])


def _textures() -> str:
    """Hatches, so that strips differ without colour."""
    lines = {
        "dots": '<circle cx="2" cy="2" r="0.8" fill="#33691e"/>',
        "slope": '<path d="M0 4L4 0" stroke="#5b6770" stroke-width="0.7"/>',
        "bars": '<path d="M0 0V4" stroke="#5b6770" stroke-width="0.9"/>',
        "waves": '<path d="M0 2Q1 0.8 2 2T4 2" stroke="#0a4f86" stroke-width="0.6" fill="none"/>',
    }
    made = [
        f'<pattern id="{name}" width="4" height="4" patternUnits="userSpaceOnUse">{drawn}</pattern>'
        for name, drawn in lines.items()
    ]
    return f"<defs>{''.join(made)}</defs>"


_TEXTURE = {
    "garden": "dots", "trees": "dots", "verge": "dots", "alternating": "dots", "parking": "bars", "loading": "bars", "wadi": "waves", "cycle_path": "slope", "water": "waves",
    "rain_sewer": "waves", "roots": "dots", "heat": "slope", "boreholes": "bars", "electricity_telecom": "bars", "bundled_cables": "bars",
}  # fmt: skip


def _box(x: float, y: float, width: float, height: float, fill: str, kind: str) -> list[str]:
    place = f'x="{x:.2f}" y="{y:.1f}" width="{width:.2f}" height="{height:.1f}"'
    boxes = [f'<rect {place} fill="{fill}" stroke="{palette.INK}" stroke-width="0.5"/>']
    if kind in _TEXTURE:
        boxes.append(f'<rect {place} fill="url(#{_TEXTURE[kind]})"/>')
    return boxes


def _facades() -> list[str]:
    return [
        f'<rect x="{x}" y="16" width="{MARGIN}" height="{GROUND + SURFACE - 16}" fill="{palette.BUILDING}" stroke="{palette.INK}" stroke-width="0.5"/>'
        for x in (0, WIDTH - MARGIN)
    ]  # fmt: skip


def _surface(strip: Strip, scale: float) -> list[str]:
    """One strip on the ground, with what stands on it."""
    x, width = MARGIN + strip.from_m * scale, (strip.to_m - strip.from_m) * scale
    middle, size = x + width / 2, min(scale, 26.0)
    drawn = _box(x, GROUND, width, SURFACE, _FILL[strip.kind], strip.kind)
    if strip.kind in ("trees", "alternating", "wadi"):
        drawn += _tree(middle + (size * 0.45 if strip.kind == "alternating" else 0.0), size)
    if strip.kind in ("parking", "loading", "alternating"):
        drawn += _car(middle - (size * 0.1 if strip.kind == "alternating" else 0.0), size, tall=strip.kind == "loading")
    if strip.kind == "carriageway":
        lanes = 2 if strip.to_m - strip.from_m >= 2 * 2.25 else 1
        drawn += [part for lane in range(lanes) for part in _car(x + width * (lane + 0.5) / lanes, size, tall=False)]
    if strip.kind == "cycle_path":
        drawn += _rider(middle, size)
    if strip.kind == "footway":
        drawn += _walker(middle, size)
    if strip.kind in ("garden", "verge"):
        tuft = [
            f"M{at:.1f} {GROUND}l-1.2 -{size * 0.25:.1f}M{at:.1f} {GROUND}l1.2 -{size * 0.25:.1f}"
            for at in _spread(x, width, 4.0)
        ]
        drawn.append(f'<path d="{"".join(tuft)}" stroke="#33691e" stroke-width="0.8" fill="none"/>')
    return drawn


def _spread(x: float, width: float, step: float) -> list[float]:
    count = max(1, int(width // step))
    return [x + width * (place + 0.5) / count for place in range(count)]


def _tree(x: float, size: float) -> list[str]:
    crown, top = min(size * 1.15, 25.0), GROUND - min(size * 2.3, 56.0)
    return [
        f'<path d="M{x:.1f} {GROUND}V{top:.1f}" stroke="#6b4a2b" stroke-width="{max(1.2, size * 0.1):.1f}"/>',
        f'<circle cx="{x:.1f}" cy="{top:.1f}" r="{crown:.1f}" fill="#7cb56a" fill-opacity="0.75" stroke="#33691e" stroke-width="0.7"/>',
    ]


def _car(x: float, size: float, *, tall: bool) -> list[str]:
    wide, high = size * 0.85, size * (1.15 if tall else 0.7)
    body = f'<rect x="{x - wide:.1f}" y="{GROUND - high - 2:.1f}" width="{2 * wide:.1f}" height="{high:.1f}" rx="{size * 0.2:.1f}" fill="{palette.PANEL}" stroke="{palette.INK}" stroke-width="0.8"/>'
    wheels = [
        f'<rect x="{x + side * wide * 0.75 - size * 0.1:.1f}" y="{GROUND - 4:.1f}" width="{size * 0.2:.1f}" height="4" fill="{palette.INK}"/>'
        for side in (-1, 1)
    ]
    return [body, *wheels]


def _rider(x: float, size: float) -> list[str]:
    line = f'stroke="{palette.INK}" stroke-width="1" fill="none"'
    return [
        f'<circle cx="{x:.1f}" cy="{GROUND - size * 1.35:.1f}" r="{size * 0.16:.1f}" fill="{palette.INK}"/>',
        f'<path d="M{x:.1f} {GROUND - size * 1.2:.1f}V{GROUND - size * 0.6:.1f}M{x - size * 0.28:.1f} {GROUND - size * 0.85:.1f}H{x + size * 0.28:.1f}" {line}/>',
        f'<ellipse cx="{x:.1f}" cy="{GROUND - size * 0.32:.1f}" rx="{size * 0.09:.1f}" ry="{size * 0.32:.1f}" {line}/>',
    ]


def _walker(x: float, size: float) -> list[str]:
    foot, hip, head = GROUND, GROUND - size * 0.75, GROUND - size * 1.5
    return [
        f'<circle cx="{x:.1f}" cy="{head:.1f}" r="{size * 0.16:.1f}" fill="{palette.INK}"/>',
        f'<path d="M{x:.1f} {head:.1f}V{hip:.1f}L{x - size * 0.2:.1f} {foot}M{x:.1f} {hip:.1f}L{x + size * 0.2:.1f} {foot}" stroke="{palette.INK}" stroke-width="1" fill="none"/>',
    ]  # fmt: skip


def _label(x: float, y: float, text: str, *, anchor: str = "middle", weight: int = 600) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}" fill="{palette.INK}" stroke="{palette.PAPER}" '
        f'stroke-width="2.5" paint-order="stroke">{escape(text)}</text>'
    )


def _badges(strips: Sequence[Strip], scale: float) -> list[str]:
    """Numbers of the strips above ground, at the top of the drawing; spread where strips are narrow, with a line to their strip."""
    middles = [MARGIN + (strip.from_m + strip.to_m) / 2 * scale for strip in strips]
    drawn = []
    for strip, middle, at in zip(strips, middles, _apart(middles), strict=True):
        drawn.append(f'<path d="M{at:.1f} 13L{middle:.1f} 20" stroke="{palette.INK}" stroke-width="0.5"/>')
        drawn.append(
            f'<path d="M{middle:.1f} 20V{GROUND}" stroke="{palette.INK}" stroke-width="0.4" stroke-dasharray="1 2"/>'
        )
        drawn.append(_label(at, 11, strip.badge))
    return drawn


def _apart(middles: Sequence[float]) -> list[float]:
    """Places for the numbers, in order and at least BADGE apart, as near to their strips as the edges allow."""
    placed: list[float] = []
    for middle in middles:
        placed.append(max(middle, placed[-1] + BADGE) if placed else max(middle, BADGE / 2))
    limit = WIDTH - BADGE / 2
    for place in range(len(placed) - 1, -1, -1):
        placed[place] = min(placed[place], limit)
        limit = placed[place] - BADGE
    return placed


def _corridor(strip: Strip, scale: float) -> list[str]:
    """One corridor in the ground, with its pipes."""
    top, bottom, fill = _BELOW[strip.kind]
    x, width = MARGIN + strip.from_m * scale, (strip.to_m - strip.from_m) * scale
    drawn = _box(x, top, width, bottom - top, fill, strip.kind)
    pipes = _PIPES.get(strip.kind, 0)
    radius = min(width / (2 * max(pipes, 1)) * 0.8, (bottom - top) * 0.42)
    return drawn + [
        f'<circle cx="{x + width * (pipe + 0.5) / pipes:.1f}" cy="{(top + bottom) / 2:.1f}" r="{radius:.1f}" fill="{palette.PAPER}" fill-opacity="0.8" stroke="{palette.INK}" stroke-width="0.9"/>'
        for pipe in range(pipes)
    ]  # fmt: skip


def _letters(strips: Sequence[Strip], scale: float) -> list[str]:
    """Letters of the corridors, along the bottom, each with a line to its corridor."""
    middles = [MARGIN + (strip.from_m + strip.to_m) / 2 * scale for strip in strips]
    drawn = []
    for strip, middle, at in zip(strips, middles, _apart(middles), strict=True):
        bottom = _BELOW[strip.kind][1]
        if bottom < DEEP - 16:
            drawn.append(
                f'<path d="M{middle:.1f} {bottom}V{DEEP - 18}L{at:.1f} {DEEP - 13}" stroke="{palette.INK}" stroke-width="0.5" stroke-dasharray="1.5 1.5" fill="none"/>'
            )
        drawn.append(_label(at, DEEP - 5, strip.badge))
    return drawn


def _legend(strips: Sequence[Strip], words: Mapping[str, str], x: float, heading: str) -> list[str]:
    lines = [_label(x, DEEP + LINE - 2, heading, anchor="start")] if strips else []
    for place, strip in enumerate(strips, start=2):
        y = DEEP + LINE * place - 3
        lines.append(_label(x, y, strip.badge, anchor="start"))
        lines.append(
            _label(
                x + 14,
                y,
                f"{words[strip.kind]} {_metres(strip.to_m - strip.from_m, words)} m",
                anchor="start",
                weight=400,
            )
        )
    return lines
