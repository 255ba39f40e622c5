"""One palette for charts, maps and pages: colours that stay apart for colour-blind readers and in grey print.

Solutions and types: after Okabe and Ito (2008), darkened where white text or a white page would swallow them. Density classes:
one row from cool and thin to dark and thick, so that the class can be read without colour. Contrast is tested.
"""

from __future__ import annotations

from dataclasses import dataclass

from koppelkans import tables


@dataclass(frozen=True, slots=True)
class Line:
    """How a class of lines is drawn on a map: colour, width in pixels, dashes."""

    colour: str
    width: float
    dashes: tuple[str, ...] = ()


INK = "#1b2a33"
SOFT_INK = "#4a5a64"
PAPER = "#ffffff"
PANEL = "#f3f6f7"
LINE = "#c9d3d8"
ACCENT = "#0b5f7a"
BUILDING = "#d9dee1"
WATER = "#cfe5f2"
GREEN_AREA = "#e3efdc"
HIDDEN = "#8a969d"

LEVELS = {"info": "#0b5f7a", "assumption": "#7a5600", "warning": "#9c2a10"}

DENSITY = dict(zip(tables.DENSITY_CLASSES, ("#7b6fa6", "#c27c0e", "#b5471b", "#5e1209"), strict=True))
_DENSITY_WIDTHS = (1.4, 2.6, 3.8, 5.2)
NOT_PUBLISHED = Line(HIDDEN, 1.0, ("4", "3"))
DENSITY_LINES = {name: Line(DENSITY[name], width) for name, width in zip(DENSITY, _DENSITY_WIDTHS, strict=True)}
DENSITY_DOTS = {name: Line(line.colour, line.width + 1.5) for name, line in DENSITY_LINES.items()}
NOT_PUBLISHED_DOTS = Line(HIDDEN, 2.5)

PIPES = {
    "few": Line("#b5471b", 1.3), "to_50": Line("#b4163a", 2.0), "to_100": Line("#8f1238", 3.2), "to_200": Line("#63104a", 4.6),
    "above_200": Line("#3a0a3f", 6.2),
}  # fmt: skip
"""Mains by class of diameter; ``few`` serves too few buildings to show its diameter."""
STREET = Line("#9aa5ab", 0.8)

THRESHOLDS = {
    "to_30": Line("#0a4f86", 5.2), "to_50": Line("#2b83ba", 4.4), "to_70": Line("#c27c0e", 3.6), "to_100": Line("#b5471b", 2.8),
    "favourable": Line("#8a4a2f", 2.0, ("6", "3")), "impossible": Line("#4a5a64", 1.4, ("1", "3")),
}  # fmt: skip
"""Share of dwellings that a street needs: thick where little is enough."""

SOLUTIONS = dict(
    zip(
        tables.SOLUTIONS,
        (
            "#5b6770",
            "#c98700",
            "#3d9bd1",
            "#00845f",
            "#c24e00",
            "#7f8b93",
            "#0a4f86",
            "#7d1d52",
            "#b4163a",
            "#d9577a",
            "#4b7f52",
        ),
        strict=True,
    )
)
NOT_SHOWN = "#dfe4e7"
JOINED = "#8a5a83"

PERIODS = dict(zip(tables.PERIODS, ("#4d1f0c", "#97470f", "#c27a1c", "#6795ab", "#3f7f9d", "#0f4660"), strict=True))

LABELS = dict(zip(tables.EPC_LABELS, reversed(PERIODS.values()), strict=True))
"""Energy labels, from good to bad: the colours of the building periods, from new to old; red and green do not part for everybody."""

PACKAGES = dict(zip(tables.PACKAGES, ("#7f8b93", "#3d9bd1", "#c98700", "#b5471b", "#7d1d52"), strict=True))
"""What is done in a building, from nothing to a deep renovation."""
RUNGS = ("#7f8b93", "#3d9bd1", "#0a4f86", "#c98700", "#b5471b", "#7d1d52")
"""Rungs of the renovation ladder, from none."""
KINDS = ("#0a4f86", "#c24e00", "#00845f", "#8a5a83")
"""Lines of typical buildings."""

NOW = "#b5471b"
AFTER = "#0b5f7a"
HOT_WATER = "#c98700"
COLD = "#3d9bd1"

SOCIETY = "#0b5f7a"
OWNER = "#c24e00"
PAYS = "#b5471b"
RECEIVES = "#0b5f7a"

CASH = ("#0b5f7a", "#8a5a83", "#c98700")
"""What the heat company is left with, interest, repayment."""
UPTAKES = ("#0b5f7a", "#00845f", "#c27c0e", "#b5471b", "#7d1d52")
"""Lines of the business case, the plan first, then ever lower uptake."""

PARTS = ("#0a4f86", "#3d9bd1", "#00845f", "#c98700", "#c24e00", "#8a5a83", "#5b6770", "#b3bcc1")
"""Parts of a bill, in the order in which they are stacked."""


def contrast(first: str, second: str) -> float:
    """Contrast of two colours by WCAG 2.2: 1 (none) to 21."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


PLANTS = dict(
    zip(
        tables.PLANT_KINDS,
        (
            "#5b6770",
            "#b5471b",
            "#0a4f86",
            "#00845f",
            "#7d1d52",
            "#3d9bd1",
            "#8a5a83",
            "#c98700",
            "#d9577a",
            "#c9d3d8",
            "#1b2a33",
        ),
        strict=True,
    )
)
"""What makes the heat of a network."""
