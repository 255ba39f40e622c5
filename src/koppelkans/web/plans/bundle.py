"""What a finished run leaves for its pages: a few small files beside the plan, written once by the worker, read by every view.

public.<language>.json   chapters of the report by view, for everybody
tender.<language>.json   the same, for everybody once the tender of the project is open
team.<language>.json     the same, for the project team: years that the engine computed
facts.json               indicators, levels, counts, attributions, record of the run
report.<language>.html, report.nl.pdf   the report without computed years
plan.esdl, plan.xlsx     the network and the business case for the tools of others
works.*, lekp.csv        quantities, calendar and ground works of the streets, and the climate pact, likewise
not_made.json            such a file that this plan cannot have, and why
streets.json, houses.json, tiles and their legends: written by the modules that own them
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from koppelkans.plan.record import Plan
    from koppelkans.report.document import Document
    from koppelkans.report.material import Material

LANGUAGES = ("nl", "en")
WORKS_FILES = ("works", "ics", "geojson", "lekp")
"""Kinds of ``exchange.files`` that a plan with works in its streets has."""


def write_bundle(plan: Plan, folder: Path) -> None:
    """The folder ``web`` in a plan folder, whole or not at all; one that was there is replaced."""
    target, partial = folder / "web", folder / f".web.partial-{os.getpid()}"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        _write(plan, partial)
        old = folder / f".web.old-{os.getpid()}"
        if target.exists():
            target.rename(old)
        partial.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _write(plan: Plan, folder: Path) -> None:
    from koppelkans.report.material import Material, Words
    from koppelkans.report.notation import Notation
    from koppelkans.web.plans.house_rows import house_rows
    from koppelkans.web.plans.street_rows import street_rows
    from koppelkans.web.plans.tiles import write_tiles

    material = Material(plan, Words("nl"), Notation("nl"))
    for language in LANGUAGES:
        _write_report(plan, folder, language)
    _write_json(folder / "facts.json", facts(material))
    _write_json(folder / "streets.json", street_rows(material))
    _write_json(folder / "houses.json", house_rows(material))
    write_tiles(plan, material, folder)
    _write_streets(plan, folder)
    _write_exchange(plan, folder)


def _write_streets(plan: Plan, folder: Path) -> None:
    """The street book and the map of works by year, for the team alone."""
    from koppelkans.web.plans.street_book import drawn_patterns, street_book, year_map

    _write_json(folder / "street_book.json", street_book(plan))
    for language in LANGUAGES:
        _write_json(folder / f"cross_sections.{language}.json", drawn_patterns(plan, language))
    _write_json(folder / "year_map.json", year_map(plan))


def _write_exchange(plan: Plan, folder: Path) -> None:
    """Network, business case and works for the tools of others; of a file that cannot be made stands why. A plan without a network or streets has none."""
    from koppelkans.errors import KoppelkansError
    from koppelkans.exchange import esdl_text, workbook_bytes
    from koppelkans.exchange.files import KINDS

    contents: dict[str, Callable[[Path], object]] = {}
    if _has_network(plan):
        contents["plan.esdl"] = lambda path: path.write_bytes(esdl_text(plan).encode())
        contents["plan.xlsx"] = lambda path: path.write_bytes(workbook_bytes(plan))
    if len(plan.tables.get("calendar", ())):
        contents |= {KINDS[kind].name: partial(KINDS[kind].write, plan) for kind in WORKS_FILES}
    not_made: dict[str, str] = {}
    for name, write in contents.items():
        try:
            write(folder / name)
        except KoppelkansError as error:
            not_made[name] = str(error)
    _write_json(folder / "not_made.json", not_made)


def _write_report(plan: Plan, folder: Path, language: str) -> None:
    """The chapters of one language as HTML by view and audience, and the report that everybody may download."""
    from koppelkans.report import report_document
    from koppelkans.report.html import html_page
    from koppelkans.report.pdf import pdf_bytes
    from koppelkans.web.plans import sections

    document = report_document(plan, language=language)
    for audience, views in report_views(plan, document).items():
        content = {"title": document.title, "subtitle": document.subtitle, "views": views}
        _write_json(folder / f"{audience}.{language}.json", content)
    public = sections.without_years(document)
    (folder / f"report.{language}.html").write_text(html_page(public), encoding="utf-8")
    if language == LANGUAGES[0]:
        (folder / f"report.{language}.pdf").write_bytes(pdf_bytes(public))


def report_views(plan: Plan, document: Document) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """The chapters of a report by audience and view."""
    from koppelkans.web.plans import sections
    from koppelkans.web.plans.street_book import gantt_section

    told = tender_words(plan, document.language)
    found = sections.parts(document, tender_words=told, has_network=_has_network(plan))
    gantt = gantt_section(plan, document.language)
    found += [sections.Part("kalender", "team", gantt)] if gantt else []
    return {audience: sections.views(found, audience, document) for audience in sections.AUDIENCES}


def tender_words(plan: Plan, language: str) -> frozenset[str]:
    """Names of the indicators and texts of the remarks that tell a bidder what heat costs at the source or may bring in."""
    from koppelkans.web.plans.sections import TENDER_INDICATORS

    indicators, remarks = plan["indicators"], plan["remarks"]
    title, text = ("title", "text") if language == "nl" else ("title_en", "text_en")
    named = indicators.loc[indicators.index.isin(TENDER_INDICATORS), title]
    sources = [source.name for source in plan.scenario.sources]
    about_source = remarks[text].map(lambda words: any(name in words for name in sources))
    told = remarks.loc[
        remarks["about"].isin(["project", "supply_total.eur_per_mwh", "equilibrium", "equilibria"])
        | ((remarks["about"] == "network") & about_source)
        | (remarks["method"] == "network-explanations"),
        text,
    ]
    return frozenset([*(str(name).replace("CO2", "CO₂") for name in named), *map(str, told)])


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, default=str, allow_nan=False), encoding="utf-8")


def _has_network(plan: Plan) -> bool:
    return bool(plan["network_variants"]["chosen"].any())


def facts(material: Material) -> dict[str, Any]:
    """What every page of a plan says at its head, and the indicators with who may see them."""
    from koppelkans.report.published_network import UNASSESSED, PublishedNetwork

    plan = material.plan
    place, run, scenario = plan.place, plan.run, plan.scenario
    standings = plan["figures"]["standing"].value_counts()
    return {
        "title": place.title, "municipality": place.municipality or "", "country": place.country,
        "scenario_title": scenario.title, "mode": scenario.mode, "reference_date": scenario.reference_date.isoformat(),
        "levels": [str(level) for level in place.levels.index],
        "level_shares": {str(level): round(float(share), 4) for level, share in place.levels.items()},
        "network_assessed": PublishedNetwork(material).verdict not in UNASSESSED, "network_verdict": PublishedNetwork(material).verdict,
        "has_network": _has_network(plan), "network_publishable": PublishedNetwork(material).publishable,
        "publishable": material.publishable, "counts": _counts(material),
        "assumed_sources": [source.name for source in scenario.sources if source.assumption],
        "attributions": [
            {"layer": item.layer, "line": item.line, "licence": item.licence, "dated": item.dated, "note": item.note}
            for item in place.attributions
        ],
        "bounds": _bounds(material), "crs": place.crs, "indicators": _indicators(material),
        "standings": {name: int(standings.get(name, 0)) for name in ("official", "secondary", "unverified")},
        "warnings": int((plan["remarks"]["level"] == "warning").sum()),
        "plan_hash": run.plan_hash, "engine_version": run.engine_version, "made_on": run.made_on.isoformat(),
        "valid_until": run.valid_until.isoformat(), "reproducible": run.reproducible,
    }  # fmt: skip


def _counts(material: Material) -> dict[str, int | None]:
    """How large the place is; dwellings only where totals may be published."""
    place, heated = material.plan.place, material.heated
    streets = material.plan["line_density"]
    return {
        "buildings": len(place.buildings), "heated_buildings": len(heated), "streets": len(streets),
        "published_streets": len(material.streets), "dwellings": int(heated["dwellings"].sum()) if material.publishable else None,
    }  # fmt: skip


def _bounds(material: Material) -> list[float]:
    """West, south, east and north of the buildings, in degrees."""
    from shapely.geometry import box

    place = material.plan.place
    import geopandas as gpd

    outline = gpd.GeoSeries([box(*place.buildings.total_bounds)], crs=place.crs).to_crs("EPSG:4326")
    return [round(float(side), 6) for side in outline.total_bounds]


def _indicators(material: Material) -> list[dict[str, Any]]:
    """Every indicator of the plan; ``public``: it may leave the team; ``tender``: it matters to a tender."""
    from koppelkans.web.plans.sections import TENDER_INDICATORS

    published = set(material.indicators.index)
    return [
        {
            "key": key, "group": row["group"], "title": str(row["title"]).replace("CO2", "CO₂"),
            "title_en": str(row["title_en"]).replace("CO2", "CO₂"), "unit": row["unit"], "method": row["method"],
            **{name: None if row[name] != row[name] else float(row[name]) for name in ("value", "low", "high")},
            "public": key in published, "tender": key in TENDER_INDICATORS,
        }
        for key, row in material.plan["indicators"].to_dict("index").items()
    ]  # fmt: skip
