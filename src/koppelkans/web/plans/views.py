"""Pages of a finished plan: its first page and views, tables of the team, downloads, publication."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from koppelkans.web.accounts.rights import may, requires
from koppelkans.web.audit.chain import record
from koppelkans.web.plans import team_pages, team_tables
from koppelkans.web.plans.models import PlanRun, State
from koppelkans.web.plans.notices import notices_of
from koppelkans.web.plans.published import (
    VIEWS,
    bundle_json,
    finished_run_of,
    run_of,
    tender_closed,
    view_sections,
    visible_indicators,
)
from koppelkans.web.ui.csv_files import csv_download

HEADLINES = (
    "heat_demand_mwh", "co2_now_tonnes", "co2_after_tonnes", "dwellings_off_gas", "dwellings_renovated", "investment_meur",
    "society_now_keur_per_year", "society_after_keur_per_year", "owner_investment_median_eur", "owners_better_off_share", "network_dwellings",
    "network_main_km",
)  # fmt: skip
"""Indicators of the first page, in this order."""
ABOUT_VIEWS = {
    "kaart": gettext_lazy("De wijk op de kaart: straten, gebouwen en het net."),
    "straten": gettext_lazy("Hoe dicht de warmtevraag is, en wat de straten worden, boven en onder de grond."),
    "gebouwen": gettext_lazy(
        "Wat de gebouwen vragen, welke renovatie loont en welke oplossing het plan kiest, per type."
    ),
    "net": gettext_lazy("Waar een warmtenet ligt, wat het kost en hoeveel aansluitingen elke straat nodig heeft."),
    "geld": gettext_lazy("Wie betaalt en wie ontvangt, en of het warmtebedrijf rondkomt."),
    "gezinnen": gettext_lazy("Wat voorbeeldgezinnen per jaar betalen, kwetsbare gezinnen eerst."),
    "uitstoot": gettext_lazy("Energie en CO₂, alles op gas naast het plan."),
    "aannames": gettext_lazy("De cijfers en aannames waarop alles steunt, met hun bron."),
    "kalender": gettext_lazy("Welke werken samen kunnen, en wat samen plannen bespaart."),
    "stroom": gettext_lazy("Wat het stroomnet en gedeelde zonne-energie betekenen."),
}
NOT_YET = {
    "stroom": (
        gettext_lazy("Wat zonnepanelen opbrengen, uur per uur."),
        gettext_lazy("Hoeveel het laagspanningsnet aankan met warmtepompen en laadpalen, en waar versterken nodig is."),
        gettext_lazy("Wat energie delen oplevert, en of het een versterking uitspaart. Nul is een gewone uitkomst."),
    ),
}  # fmt: skip
"""What will stand on views that the engine cannot fill yet."""


def reader_of(request: HttpRequest) -> Any:
    """Who reads: the user, or nobody in particular when a member of the team asks to see what the public sees."""
    return AnonymousUser() if request.GET.get("beeld") == "publiek" else request.user


def plan_context(request: HttpRequest, run: PlanRun, view: str) -> dict[str, Any]:
    """What the frame of every page of a plan needs: run, facts, tabs, notices, and whether the reader is of the team."""
    facts, project, reader = bundle_json(run, "facts.json"), run.project, reader_of(request)
    as_public = reader is not request.user and may(request.user, "plan.team", project)
    asked = "?beeld=publiek" if as_public else ""
    here = str(dict(VIEWS).get(view, ""))
    addresses = {"slug": project.slug, "run": run.pk}
    tabs = [("", _("Overzicht"), reverse("plan", kwargs=addresses) + asked)]
    tabs += [(key, str(title), reverse("plan_view", kwargs={**addresses, "view": key}) + asked) for key, title in VIEWS]
    trail = [
        (_("Wijken"), reverse("projects")), (project.title, reverse("project", kwargs={"slug": project.slug})),
        (run.title, reverse("plan", kwargs=addresses) if view else ""), *([(here, "")] if here else []),
    ]  # fmt: skip
    return {
        "run": run, "project": project, "facts": facts, "view": view, "view_title": here, "tabs": tabs, "trail": trail, "section": "projects",
        "notices": notices_of(run, facts, reader, view), "team": may(reader, "plan.team", project),
        "closed": tender_closed(project, reader), "as_public": as_public, "sources": _attribution(facts),
    }  # fmt: skip


def _attribution(facts: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys(f"{item['line']} ({item['licence']})" for item in facts["attributions"]))


@requires("plan.read")
@require_safe
def plan(request: HttpRequest, slug: str, run: int) -> HttpResponse:
    """The first page of a plan; a run that is not done sends its team to its progress."""
    found = run_of(request, slug, run)
    if found.state != State.DONE:
        return redirect("run_progress", slug=slug, run=run)
    known = {row["key"]: row for row in visible_indicators(found, reader_of(request))}
    context = plan_context(request, found, "")
    doors = [(title, address, ABOUT_VIEWS[key]) for key, title, address in context["tabs"] if key]
    figures = [known[key] for key in HEADLINES if key in known]
    return render(
        request, "plans/overview.html", {**context, "figures": figures, "doors": doors, "files": _files(found, context)}
    )


def _files(run: PlanRun, context: dict[str, Any]) -> list[tuple[str, str, bool, str]]:
    """Downloads that this reader may have: name, title, whether it is for the team alone, and why it could not be made where it is not there."""
    try:
        not_made = bundle_json(run, "not_made.json")
    except Http404:
        not_made = {}
    return [
        (name, str(title), team, str(not_made.get(name, ""))) for name, (title, _kind, team, tender) in FILES.items()
        if (context["team"] or not team) and not (tender and context["closed"]) and (_file_path(run, name).is_file() or name in not_made)
    ]  # fmt: skip


@requires("plan.read")
@require_safe
def plan_view(request: HttpRequest, slug: str, run: int, view: str) -> HttpResponse:
    """A view of a plan: chapters of the report, and for the team the first rows of its tables."""
    found = finished_run_of(request, slug, run)
    if view not in dict(VIEWS):
        raise Http404(view)
    context = plan_context(request, found, view)
    sections = view_sections(found, view, reader_of(request))
    previews = _previews(found, view, closed=context["closed"]) if context["team"] else []
    dates = list(found.project.planned_dates.all()) if view == "kalender" else []
    years = _year_map(found) if view == "kalender" and context["team"] else None
    has_book = view == "straten" and context["team"] and _has_book(found)
    return render(request, "plans/view.html", {
        **context, "parts": sections, "previews": previews, "not_yet": NOT_YET.get(view, ()), "dates": dates, "about": ABOUT_VIEWS[view],
        "year_map": years, "has_book": has_book,
        "files": [file for file in _files(found, context) if file[0] in FILES_OF_VIEWS.get(view, ())],
    })  # fmt: skip


def _year_map(run: PlanRun) -> dict[str, Any] | None:
    """The map of works by year as a drawing, with its years and how many works each has; None in a plan without works."""
    from koppelkans.web.plans.year_map import map_svg

    try:
        found = bundle_json(run, "year_map.json")
    except Http404:
        return None
    if not found:
        return None
    return {
        "svg": map_svg(found, _("Kaart van de straatsecties met werken, per jaar")), "first": found["years"][0], "last": found["years"][1],
        "counts_json": json.dumps(found["counts"]),
    }  # fmt: skip


def _has_book(run: PlanRun) -> bool:
    try:
        return bool(bundle_json(run, "street_book.json")["sections"])
    except Http404:
        return False


def _previews(run: PlanRun, view: str, *, closed: bool) -> list[team_pages.Page]:
    """The first rows of the team tables of a view."""
    shown = [table for table in team_tables.tables_of(view) if not (table.tender and closed)]
    pages = [
        team_pages.page_of(
            table, team_tables.contents(table, run.folder, closed=closed), {}, rows=team_pages.FIRST_ROWS
        )
        for table in shown
    ]
    return [page for page in pages if page.total]


def _open_table(request: HttpRequest, run: PlanRun, view: str, key: str) -> team_tables.TeamTable:
    """A table of the team that this reader may see. Raises Http404 otherwise; a closed tender looks like nothing there."""
    table = team_tables.table_named(view, key)
    if (
        table is None
        or not may(request.user, "plan.team", run.project)
        or (table.tender and tender_closed(run.project, request.user))
    ):
        raise Http404(key)
    return table


@requires("plan.team")
@require_safe
def team_table(request: HttpRequest, slug: str, run: int, view: str, key: str) -> HttpResponse:
    """A whole table of the team: filters, sorting, pages. With htmx only the table itself."""
    found = finished_run_of(request, slug, run)
    table = _open_table(request, found, view, key)
    frame = team_tables.contents(table, found.folder, closed=tender_closed(found.project, request.user))
    asked = {name: str(value) for name, value in request.GET.items() if value}
    page = team_pages.page_of(table, frame, asked)
    kept = {name: value for name, value in asked.items() if name in table.filters}
    context = {
        "run": found,
        "project": found.project,
        "view": view,
        "page": page,
        "kept": kept,
        "query": _query(kept | {"sort": page.sort}),
    }
    if getattr(request, "htmx", False):
        return render(request, "plans/team_table_rows.html", context)
    whole = plan_context(request, found, view)
    whole["trail"] = [
        *whole["trail"][:-1],
        (whole["view_title"], reverse("plan_view", args=[slug, run, view])),
        (str(table.title), ""),
    ]
    return render(request, "plans/team_table.html", {**whole, **context})


def _query(kept: dict[str, str]) -> str:
    from urllib.parse import urlencode

    text = urlencode({name: value for name, value in kept.items() if value})
    return f"{text}&" if text else ""


@requires("plan.read")
@require_safe
def table_csv(request: HttpRequest, slug: str, run: int, view: str, name: str) -> HttpResponse:
    """A table as CSV: one of the report, as printed there, or one of the team, whole."""
    found = finished_run_of(request, slug, run)
    printed = [
        table
        for section in view_sections(found, view, request.user)
        for table in section["tables"]
        if table["name"] == name
    ]
    if printed:
        text = team_pages.rows_as_csv(printed[0]["header"], printed[0]["rows"])
    else:
        table = _open_table(request, found, view, name)
        frame = team_tables.contents(table, found.folder, closed=tender_closed(found.project, request.user))
        text = team_pages.team_csv(table, frame)
    return csv_download(text, f"{slug}-{run}-{name}.csv")


FILES = {
    "report.html": (gettext_lazy("Het rapport als webpagina (HTML)"), "text/html", False, True),
    "report.pdf": (gettext_lazy("Het rapport op papier (PDF)"), "application/pdf", False, True),
    "report-team.pdf": (gettext_lazy("Het rapport met de berekende perioden (PDF)"), "application/pdf", True, True),
    "plan.gpkg": (
        gettext_lazy("Gebouwen, straten en leidingen voor QGIS (GeoPackage)"),
        "application/geopackage+sqlite3",
        True,
        False,
    ),
    "plan.xlsx": (
        gettext_lazy("Het zakenplan als werkboek met levende formules (Excel)"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        True,
        True,
    ),
    "plan.esdl": (
        gettext_lazy("Het warmtenet voor ontwerp- en rekenprogramma's (ESDL)"),
        "application/xml",
        True,
        True,
    ),
    "works.xlsx": (
        gettext_lazy("Hoeveelheden van de werken per straat en eigenaar (Excel)"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        True,
        False,
    ),
    "works.ics": (gettext_lazy("De werkenkalender voor een agenda (iCalendar)"), "text/calendar", True, False),
    "works.geojson": (
        gettext_lazy("De werken in de woorden van GIPOD, om een aanvraag voor te bereiden (GeoJSON)"),
        "application/geo+json",
        True,
        False,
    ),
    "lekp.csv": (gettext_lazy("Wat de straten bijdragen aan het klimaatpact (CSV)"), "text/csv", True, False),
}
"""Files of a plan: title, type, whether they are for the team alone, whether a closed tender closes them."""
FILES_OF_VIEWS = {
    "net": ("plan.esdl", "plan.gpkg"), "geld": ("plan.xlsx",), "kalender": ("works.xlsx", "works.ics", "works.geojson"),
    "straten": ("lekp.csv", "plan.gpkg"),
}  # fmt: skip
"""Files that stand on a view too."""


def _file_path(run: PlanRun, name: str) -> Any:
    language = "en" if get_language() == "en" else "nl"
    paths = {
        "report.html": run.bundle / f"report.{language}.html", "report.pdf": run.bundle / "report.nl.pdf",
        "report-team.pdf": run.folder / "report.pdf", "plan.gpkg": run.folder / "plan.gpkg",
    }  # fmt: skip
    return paths.get(name, run.bundle / name)


@requires("plan.read")
@require_safe
def plan_file(request: HttpRequest, slug: str, run: int, name: str) -> HttpResponse | FileResponse:
    """A file of a plan, always to save: a page of the report brings its own style, which the policy of the site would refuse."""
    found = finished_run_of(request, slug, run)
    if name not in FILES:
        raise Http404(name)
    _title, kind, team, tender = FILES[name]
    if (team and not may(request.user, "plan.team", found.project)) or (
        tender and tender_closed(found.project, request.user)
    ):
        raise Http404(name)
    path = _file_path(found, name)
    if not path.is_file():
        raise Http404(name)
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"{slug}-{run}-{name}", content_type=kind)


# -------------------------------------------------------------------------------------------------------------------- publication


@requires("plan.publish")
def publish(request: HttpRequest, slug: str, run: int) -> HttpResponse:
    """What becomes public, and the button that makes it so."""
    return _publication(request, slug, run, verb="publish")


@requires("plan.publish")
def withdraw(request: HttpRequest, slug: str, run: int) -> HttpResponse:
    """What the public will no longer see, and the button."""
    return _publication(request, slug, run, verb="withdraw")


def _publication(request: HttpRequest, slug: str, run: int, *, verb: str) -> HttpResponse:
    found = finished_run_of(request, slug, run)
    if request.method == "POST":
        with transaction.atomic():
            now = timezone.now() if verb == "publish" else None
            changed = PlanRun.objects.filter(
                pk=found.pk, state=State.DONE, published_at__isnull=verb == "publish"
            ).update(published_at=now)
            if changed:
                record(
                    request.user,
                    f"plan.{verb}",
                    f"plan:{found.pk}",
                    public=True,
                    project=slug,
                    plan_hash=found.plan_hash,
                )
        return redirect("plan", slug=slug, run=run)
    if found.public == (verb == "publish"):
        return redirect("plan", slug=slug, run=run)
    context = plan_context(request, found, "")
    audiences = ("public", *(() if tender_closed(found.project, AnonymousUser()) else ("tender",)))
    filled = {key for audience in audiences for key in bundle_json(found, f"{audience}.nl.json")["views"]}
    opened = [str(title) for key, title in VIEWS if key in filled]
    return render(request, "plans/publish.html", {
        **context, "verb": verb, "opened": opened, "indicators": [row for row in context["facts"]["indicators"] if row["public"]],
        "streets": bundle_json(found, "streets.json"), "houses": bundle_json(found, "houses.json"),
    })  # fmt: skip
