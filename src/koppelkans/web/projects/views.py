"""The list of projects with its map, and the page of one project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from koppelkans.web.accounts.rights import may, project_of, requires
from koppelkans.web.places.models import Place
from koppelkans.web.places.words import LEVEL_WORDS, place_facts
from koppelkans.web.plans.models import PlanRun, State
from koppelkans.web.projects.models import Phase, Project
from koppelkans.web.projects.outline import Point, apart, area_outline, flanders, middle

PUBLISHED = Q(runs__state=State.DONE, runs__published_at__isnull=False)


@dataclass(frozen=True, slots=True)
class Listed:
    """A project in the list: its number on the map, where it lies there, and the levels of its data."""

    number: int
    project: Project
    point: Point | None
    levels: str


@requires("project.read")
def projects(request: HttpRequest) -> HttpResponse:
    """The projects, searched and filtered, on a map and in a table."""
    asked, phase = request.GET.get("q", "").strip()[:80], request.GET.get("fase", "")
    found = Project.objects.annotate(published=Count("runs", filter=PUBLISHED, distinct=True)).prefetch_related(
        Prefetch("places", Place.objects.only("pk", "project_id", "status"))
    )
    if asked:
        found = found.filter(Q(title__icontains=asked) | Q(municipality__icontains=asked))
    if phase in Phase.values:
        found = found.filter(phase=phase)
    listed = _listed(list(found.order_by("municipality", "title")))
    context = {
        "listed": listed, "asked": asked, "phase": phase, "phases": Phase.choices, "map": flanders(),
        "off_map": [item for item in listed if item.point is None], "may_create": may(request.user, "project.create"),
        "trail": [(_("Wijken"), "")], "section": "projects",
    }  # fmt: skip
    return render(request, "projects/projects.html", context)


def _listed(found: list[Project]) -> list[Listed]:
    places = [flanders().point(*middle(project.area)) if project.area else None for project in found]
    moved = iter(apart(tuple(point for point in places if point is not None)))
    points = [next(moved) if point is not None else None for point in places]
    return [
        Listed(
            number,
            project,
            point,
            ", ".join(sorted({level for place in project.places.all() for level in place.status.get("levels", {})})),
        )
        for number, (project, point) in enumerate(zip(found, points, strict=True), start=1)
    ]


@requires("project.read")
def project(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything about one project that this reader may see."""
    found = project_of(request)
    team = may(request.user, "plan.team", found)
    documents = found.documents.all()
    held = list(found.places.all())
    places = [place_facts(place) for place in held]
    levels = sorted({level for facts in places for level in facts.levels})
    context = {
        "project": found,
        "outline": area_outline(found.area) if found.area else None,
        "partners": found.partners.all(),
        "documents": documents if team else documents.filter(public=True),
        "dates": found.planned_dates.all(),
        "places": places,
        "no_network": bool(places) and not any(facts.network_possible for facts in places),
        "addresses_only": levels == ["D"],
        "level_words": [(level, LEVEL_WORDS[level]) for level in levels],
        "runs": _runs(found, team=team),
        "team": team,
        "links": _links(found),
        "credits": sorted({item["line"] for place in held for item in place.status.get("attributions", [])}),
        "trail": [(_("Wijken"), reverse("projects")), (found.title, "")],
        "section": "projects",
    }
    return render(request, "projects/project.html", context)


def _runs(found: Project, *, team: bool) -> list[PlanRun]:
    runs = found.runs.select_related("place").defer("scenario", "faults", "message")
    if not team:
        runs = runs.filter(state=State.DONE, published_at__isnull=False)
    return list(runs[:50])


def _links(found: Project) -> dict[str, Any]:
    """Addresses of the pages that other parts of the site keep for a project; those that there are."""
    links = {}
    for name in ("run_new", "intentions", "street_search", "plan_compare"):
        try:
            links[name] = reverse(name, kwargs={"slug": found.slug})
        except NoReverseMatch:
            continue
    return links
