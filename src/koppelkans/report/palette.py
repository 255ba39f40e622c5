"""One palette for charts, maps and pages: colours that stay apart for colour-blind readers and in grey print.

Solutions and types: after Okabe and Ito (2008), darkened where white text or a white page would swallow them. Density classes:
one row from cool and thin to dark and thick, so that the class can be read without colour. Contrast is tested.
"""

from __future__ import annotations

from koppelkans import tables

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
DENSITY_WIDTH = dict(zip(tables.DENSITY_CLASSES, (1.4, 2.6, 3.8, 5.2), strict=True))

SOLUTIONS = dict(
    zip(
        tables.SOLUTIONS,
        ("#5b6770", "#c98700", "#3d9bd1", "#00845f", "#c24e00", "#7f8b93", "#0a4f86", "#7d1d52", "#b4163a", "#d9577a"),
        strict=True,
    )
)
NOT_SHOWN = "#dfe4e7"
JOINED = "#8a5a83"

PERIODS = dict(zip(tables.PERIODS, ("#4d1f0c", "#97470f", "#c27a1c", "#6795ab", "#3f7f9d", "#0f4660"), strict=True))

SOCIETY = "#0b5f7a"
OWNER = "#c24e00"
PAYS = "#b5471b"
RECEIVES = "#0b5f7a"

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
