"""What the pages say about the data of a place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from koppelkans.web.places.models import Place

LEVEL_WORDS = {
    "A": gettext_lazy("gebouwen en straten getekend; een warmtenet kan beoordeeld worden"),
    "B": gettext_lazy("straten en adressen, geen getekende gebouwen; een warmtenet kan beoordeeld worden"),
    "C": gettext_lazy("gebouwen als punten, geen straten; geen warmtenet"),
    "D": gettext_lazy("alleen adressen; geen warmtenet, en grote onzekerheid per gebouw"),
}
TABLE_WORDS = {
    "buildings": gettext_lazy("gebouwen"),
    "streets": gettext_lazy("straatdelen"),
    "addresses": gettext_lazy("adressen"),
    "meters": gettext_lazy("meterstanden"),
    "sector_statistics": gettext_lazy("cijfers per statistische sector"),
    "areas": gettext_lazy("wijkgrenzen"),
    "sections": gettext_lazy("stukken straat tussen kruispunten"),
    "attachments": gettext_lazy("aansluitpunten op de straat"),
    "outlines": gettext_lazy("omtrekken van gebouwen"),
    "buildings_points": gettext_lazy("gebouwen als punten"),
    "landuse": gettext_lazy("landgebruik"),
    "waterways": gettext_lazy("waterlopen"),
    "layers": gettext_lazy("alle lagen"),
    "grid_area": gettext_lazy("netgebied"),
}
SHOWN = ("buildings", "streets", "addresses", "meters")
FEWEST = 10


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """A place in words, for a row of a table."""

    pk: int
    title: str
    levels: tuple[str, ...]
    level_text: str
    count_text: str
    missing_text: str
    dated: str
    network_possible: bool


def place_facts(place: Place) -> PlaceFacts:
    """What its status says; empty words where it was never checked. At level D each address stands for a building: none is known."""
    status: dict[str, Any] = place.status
    levels, counts = status.get("levels", {}), status.get("counts", {})
    shares = [
        f"{level} {number_format(share * 100, 0)} %" if share < 1 else level for level, share in sorted(levels.items())
    ]
    return PlaceFacts(
        place.pk, place.title, tuple(sorted(levels)), ", ".join(shares),
        ", ".join(counted(name, counts[name]) for name in SHOWN if name in counts and not (name == "buildings" and set(levels) == {"D"})),
        ", ".join(str(TABLE_WORDS[name]) for name in status.get("missing", []) if name in TABLE_WORDS),
        status.get("dated", ""), bool(status.get("network_possible")),
    )  # fmt: skip


def counted(name: str, rows: int) -> str:
    """How many rows of a table there are; small numbers stay unsaid."""
    word = str(TABLE_WORDS.get(name, name))
    return (
        f"{number_format(rows, 0, force_grouping=True)} {word}"
        if rows >= FEWEST
        else _("minder dan 10 %(what)s") % {"what": word}
    )


def said(name: str) -> str:
    """A table, or a column of one (``buildings.use``), in the words of the reader; as it is when there are none."""
    table, _dot, column = name.partition(".")
    word = str(TABLE_WORDS.get(table, table))
    return f"{word} ({column})" if column else word
