"""A table of the team as a page shows it and a download holds it: filtered, sorted, in pages, with titles and units; the whole as CSV."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from koppelkans.web.plans.team_tables import TeamTable
from koppelkans.web.plans.vocabulary import column_title, named
from koppelkans.web.ui.csv_files import MARK, csv_text, harmless
from koppelkans.web.ui.templatetags.koppelkans import rounded

if TYPE_CHECKING:
    import pandas as pd

PAGE_ROWS = 50
FIRST_ROWS = 10
_SHEETS = ("profielen", "werkenkalender")
"""Tables whose sections lead to the street book."""
_NUMBER = re.compile(r"[+-]?[\d.,]+(\s?%)?")


@dataclass(frozen=True, slots=True)
class Head:
    """A column as shown: name in the file, title and unit, what it means, whether its values are (whole) numbers or computed years."""

    name: str
    title: str
    unit: str
    description: str
    numeric: bool
    whole: bool
    computed: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """A value as shown; ``link``: the figure of law or technique it names; ``sheet``: the street section whose sheet it leads to."""

    text: str
    numeric: bool = False
    link: str = ""
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a table: heads, rows of cells, how many rows there are in all, and the choices of the reader."""

    table: TeamTable
    heads: list[Head]
    rows: list[list[Cell]]
    total: int
    number: int
    pages: int
    sort: str
    filters: list[dict[str, Any]] = field(default_factory=list)


def page_of(table: TeamTable, frame: pd.DataFrame, asked: Mapping[str, str], *, rows: int = PAGE_ROWS) -> Page:
    """A page of a table as a reader asked for it: ``sort`` (a column, ``-`` before it for descending), ``page``, a value per filter."""
    titles = {head.name: head.title for head in heads_of(table, frame)}
    choices = [_choice(frame, name, titles[name], asked.get(name, "")) for name in table.filters if name in frame]
    for choice in choices:
        if choice["value"]:
            frame = frame[frame[choice["name"]].astype("str") == choice["value"]]
    sort = asked.get("sort", "")
    if sort.removeprefix("-") in frame.columns:
        frame = frame.sort_values(
            sort.removeprefix("-"), ascending=not sort.startswith("-"), kind="stable", na_position="last"
        )
    else:
        sort = ""
    pages = max(1, -(-len(frame) // rows))
    number = min(max(int(asked["page"]) if asked.get("page", "").isdecimal() else 1, 1), pages)
    heads = heads_of(table, frame)
    part = frame.iloc[(number - 1) * rows : number * rows]
    shown = [
        [
            replace(_cell(head, value), sheet=str(value))
            if head.name == "section" and table.key in _SHEETS
            else _cell(head, value)
            for head, value in zip(heads, row, strict=True)
        ]
        for row in part.itertuples(index=False)
    ]
    return Page(table, heads, shown, len(frame), number, pages, sort, choices)


def _choice(frame: pd.DataFrame, name: str, title: str, value: str) -> dict[str, Any]:
    known = [str(item) for item in frame[name].dropna().unique()]
    options = sorted(((item, named(name, item)) for item in known), key=lambda pair: pair[1].casefold())
    return {"name": name, "title": title, "value": value if value in known else "", "options": options}


def heads_of(table: TeamTable, frame: pd.DataFrame) -> list[Head]:
    """The columns of a table with title, unit and meaning from the contracts it comes from."""
    from koppelkans.tables import TABLES as CONTRACTS

    known = {item.name: item for name in reversed(table.contracts) for item in CONTRACTS[name].columns}
    keys = {CONTRACTS[name].key for name in table.contracts}
    heads = []
    for name in map(str, frame.columns):
        item = known.get(name)
        kind = frame[name].dtype.kind
        heads.append(
            Head(
                name, column_title(name, item.title if item and name not in keys else ""), _unit(name),
                item.description if item else "", kind in "if", kind == "i", name in table.years,
            )
        )  # fmt: skip
    return heads


def _unit(name: str) -> str:
    from koppelkans.tables import unit_of

    unit = unit_of(name)
    if unit in ("jaartal", "aandeel 0-1"):
        return ""
    return (
        unit.replace("EUR", "euro")
        if get_language() == "nl"
        else unit.replace("jaar", "year").replace("uur", "hours").replace("incl. btw", "incl. VAT")
    )


def _cell(head: Head, value: Any) -> Cell:
    """A value in the notation of the reader; words of a vocabulary in their language."""
    if _missing(value):
        return Cell("–", head.numeric)
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return Cell(_("ja") if value else _("nee"))
    if not head.numeric:
        return Cell(named(head.name, str(value)), link=str(value) if head.name == "parameter" else "")
    return Cell(_number(head, value), numeric=True)


def _number(head: Head, value: float) -> str:
    if head.name.endswith("year") and not head.name.endswith("per_year"):
        year = f"{value:.0f}" if float(value).is_integer() else f"{value:.1f}"
        return year.replace(".", ",") if get_language() == "nl" else year
    if head.name.endswith("_share") or head.name == "share":
        return f"{rounded(100 * value, 3)} %"
    return number_format(int(value), force_grouping=True) if head.whole else rounded(value, 4)


def _missing(value: Any) -> bool:
    """Whether a cell is empty: nothing, or not a number."""
    return value is None or (isinstance(value, float) and math.isnan(value))


# ------------------------------------------------------------------------------------------------------------------------ downloads


def team_csv(table: TeamTable, frame: pd.DataFrame) -> str:
    """The whole table as CSV, names of columns as in the contracts; a column ``status`` says where years are computed, unless each row has its own."""
    if table.years and "status" not in frame:
        frame = frame.assign(status="computed, koppelkans")
    return rows_as_csv([str(name) for name in frame.columns], frame.itertuples(index=False))


def rows_as_csv(header: Sequence[str], rows: Iterable[Iterable[Any]]) -> str:
    """Rows as CSV; a text that is a number as printed stays one."""
    return MARK + csv_text(header, rows, cell=_plain_cell)


def _plain_cell(value: Any) -> Any:
    if _missing(value):
        return ""
    return value if isinstance(value, str) and _NUMBER.fullmatch(value) else harmless(value)
