"""The street book and the calendar of the team: one sheet per street section, the works as a Gantt chart, and a map by year.

Everything here shows computed years per street and rows per section: for the team alone. Written once by the worker, read by the pages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.report.cross_section import WORDS, cross_section, section_rows, spoken
from koppelkans.report.document import Block, Details, Figure, Paragraph, Section, plain
from koppelkans.report.material import Words
from koppelkans.report.published_works import owner_names
from koppelkans.report.street_space import pattern_words
from koppelkans.report.works import team_gantt

if TYPE_CHECKING:
    from koppelkans.plan.record import Plan

STREETS_A_CHART = 12
ANCHOR = "werkenkalender"
_FIGURES = (
    "class_m", "bays_now", "bays", "trees", "canopy_m2", "storage_m3", "bed_m2", "depaved_m2", "loading", "cycle_m", "garden_m", "cost_eur", "boreholes",
    "free_dn_mm", "bundled_dn_mm", "occupancy_share",
)  # fmt: skip
_WORK = (
    "kind",
    "owner",
    "status",
    "drawn",
    "planned_year",
    "month_from",
    "month_to",
    "own_eur",
    "opening_eur",
    "closure_eur",
    "joined_with",
)
_ASSET = ("kind", "owner", "built_year", "life_years", "condition", "dn_mm", "drawn")
_MAP_WIDTH = 720


def table_of(plan: Plan, name: str) -> pd.DataFrame:
    """A table of the plan; without rows in a plan that does not have it."""
    found = plan.tables.get(name)
    return tables.TABLES[name].empty() if found is None else found


def street_book(plan: Plan) -> dict[str, Any]:
    """Sheets by section: street, cross-sections by key, figures, works with year, months, status and who pays, and what lies there."""
    patterns, calendar, assets = (table_of(plan, name) for name in ("street_patterns", "calendar", "assets"))
    sections = plan.place.sections
    if sections is None:
        return {"sections": [], "owners": {}, "owners_en": {}}
    shown = [key for key in map(str, sections.index) if key in patterns.index or (calendar["section"] == key).any()]
    about = sections.set_axis(sections.index.astype(str))
    works = _by_section(calendar, _WORK, "planned_year")
    lies = _by_section(assets, _ASSET, "kind")
    rows: dict[str, dict[str, Any]] = {
        str(key): {str(name): value for name, value in row.items()} for key, row in patterns.to_dict("index").items()
    }
    found = []
    for key in shown:
        row = rows.get(key, {})
        if row.get("state", "not_planned") == "not_planned" and key not in works:
            continue
        found.append({
            "section": key, "street": _text(about.at[key, "street"]), "length_m": round(float(about.at[key, "length_m"]), 1),
            "state": row.get("state", "not_planned"), "drive": _text(row.get("drive")), "now": _text(row.get("pattern_now")), "then": _text(row.get("pattern_then")),
            "heat_corridor": _text(row.get("heat_corridor")), "works": works.get(key, []), "assets": lies.get(key, []),
            **{name: _number(row.get(name)) for name in _FIGURES},
        })  # fmt: skip
    found.sort(key=lambda one: (not one["street"], one["street"].casefold(), one["section"]))
    return {"sections": found, "owners": owner_names(plan, "nl"), "owners_en": owner_names(plan, "en")}


def _by_section(frame: pd.DataFrame, columns: tuple[str, ...], order: str) -> dict[str, list[dict[str, Any]]]:
    ordered = frame.sort_values(order, kind="stable", na_position="last")
    plain_rows = ordered[list(columns)].astype(object).where(ordered[list(columns)].notna(), None)
    found: dict[str, list[dict[str, Any]]] = {}
    for section, key, row in zip(ordered["section"], ordered.index, plain_rows.to_dict("records"), strict=True):
        found.setdefault(str(section), []).append(
            {"key": str(key), **{str(name): value for name, value in row.items()}}
        )
    return found


def _text(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else round(float(value), 4)


def drawn_patterns(plan: Plan, language: str) -> dict[str, dict[str, Any]]:
    """Every cross-section of the plan in a language: name, drawing (SVG whose ids no other has), the same in words, and its strips as rows."""
    strips, words = table_of(plan, "pattern_strips"), Words(language)
    by = {str(key): rows for key, rows in strips.groupby("pattern")}
    found = {}
    for number, (key, row) in enumerate(table_of(plan, "patterns").to_dict("index").items()):
        if str(key) not in by:
            continue
        told, name = WORDS[language], pattern_words({str(one): value for one, value in row.items()}, words)
        svg = cross_section(by[str(key)], title=name, words=told)
        found[str(key)] = {
            "name": name, "svg": _own_ids(svg, f"p{number}"), "spoken": spoken(by[str(key)], told), "rows": section_rows(by[str(key)], told),
        }  # fmt: skip
    return found


def _own_ids(svg: str, prefix: str) -> str:
    """The drawing with ids of its own, ``{when}`` in them for a page that shows it twice."""
    import re

    svg = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-@-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-@-\1)", svg)
    return re.sub(r'aria-labelledby="(\S+) (\S+)"', rf'aria-labelledby="{prefix}-@-\1 {prefix}-@-\2"', svg)


# ------------------------------------------------------------------------------------------------------------------------ calendar


def gantt_section(plan: Plan, language: str) -> Section | None:
    """The calendar as Gantt charts of a dozen streets each; None in a plan without works that have a year."""
    calendar = table_of(plan, "calendar").dropna(subset="planned_year")
    if calendar.empty:
        return None
    words = Words(language)
    names = calendar["street"].fillna(calendar["section"])
    unnamed = set(calendar.loc[calendar["street"].isna(), "section"])
    streets = sorted(map(str, names.unique()), key=lambda name: (name in unnamed, name.casefold()))
    owners = owner_names(plan, language)
    blocks: list[Block] = [Paragraph(plain(words("works.gantt_lead")))]
    for number, first in enumerate(range(0, len(streets), STREETS_A_CHART), start=1):
        part = streets[first : first + STREETS_A_CHART]
        title = words("works.gantt", first=part[0], last=part[-1])
        svg = team_gantt(calendar[names.isin(part)], words, owners)
        blocks.append(
            Details(title, (Figure(f"gantt-{number}", svg, title, words("works.gantt_alt"), method="works-calendar"),))
        )
    return Section(ANCHOR, words("works.gantt_title"), tuple(blocks))


def year_map(plan: Plan) -> dict[str, Any] | None:
    """A map of the sections with works by year: ``years``, ``width``, ``height``, and ``lines`` with path and years, ``counts`` of works by year; None without works."""
    calendar, sections = table_of(plan, "calendar").dropna(subset="planned_year"), plan.place.sections
    if calendar.empty or sections is None:
        return None
    left, low, right, high = sections.total_bounds
    scale = _MAP_WIDTH / max(right - left, 1.0)
    years = calendar["planned_year"].astype(int)
    planned: dict[str, set[int]] = {}
    for section, year in zip(calendar["section"], years, strict=True):
        planned.setdefault(str(section), set()).add(int(year))
    lines = []
    for key, street, shape in zip(sections.index.astype(str), sections["street"], sections.geometry, strict=True):
        parts = [np.asarray(one.coords)[:, :2] for one in getattr(shape, "geoms", [shape])]
        path = "".join(
            "M" + "L".join(f"{(x - left) * scale:.1f} {(high - y) * scale:.1f}" for x, y in part) for part in parts
        )
        lines.append({"section": key, "street": _text(street), "path": path, "years": sorted(planned.get(key, set()))})
    counts = years.value_counts().sort_index()
    return {
        "width": _MAP_WIDTH, "height": round((high - low) * scale, 1), "lines": lines, "years": [int(years.min()), int(years.max())],
        "counts": {str(year): int(count) for year, count in counts.items()},
    }  # fmt: skip
