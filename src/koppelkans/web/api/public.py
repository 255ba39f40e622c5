"""What everybody may read: neighbourhoods, the status of their data, published plans and their public tables. Never more."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from ninja import Router

from koppelkans.web.api import schemas
from koppelkans.web.api.interface import answers
from koppelkans.web.places.models import Place
from koppelkans.web.plans.models import PlanRun, State
from koppelkans.web.plans.published import bundle_json, view_sections, visible_indicators
from koppelkans.web.projects.models import Project
from koppelkans.web.ui.csv_files import csv_download, csv_text

Operation = TypeVar("Operation", bound=Callable[..., Any])
router = Router(tags=["public"])
EVERYBODY = AnonymousUser()
CSV_ANSWER = {"responses": {200: {"description": "OK", "content": {"text/csv": {"schema": {"type": "string"}}}}}}


def api_right(right: str) -> Callable[[Operation], Operation]:
    """Notes the right of an operation on it, for the tests and for who reads on."""

    def noted(operation: Operation) -> Operation:
        vars(operation)["right"] = right
        return operation

    return noted


@router.get("/version", response=answers(schemas.VersionOut))
@api_right("page.read")
def which_version(request: HttpRequest) -> dict[str, Any]:
    """The version of the engine."""
    return {"engine_version": version("koppelkans"), "today": timezone.localdate()}


@router.get("/projects", response=answers(schemas.ProjectPage))
@api_right("project.read")
def projects(request: HttpRequest, limit: schemas.Limit = 20, offset: schemas.Offset = 0) -> dict[str, Any]:
    """Neighbourhoods, by title."""
    found = Project.objects.order_by("title", "pk")
    return {"count": found.count(), "items": list(found[offset : offset + limit])}


@router.get("/projects/{slug}", response=answers(schemas.ProjectOut))
@api_right("project.read")
def project(request: HttpRequest, slug: schemas.Slug) -> Project:
    """One neighbourhood, with partners and with dates that were decided or planned."""
    return get_object_or_404(Project.objects.prefetch_related("partners", "planned_dates"), slug=slug)


@router.get("/projects/{slug}/places", response=answers(list[schemas.PlaceOut]))
@api_right("project.read")
def places(request: HttpRequest, slug: schemas.Slug) -> list[dict[str, Any]]:
    """The places of a neighbourhood and the public part of the status of their data."""
    found = get_object_or_404(Project, slug=slug)
    return [_place(place) for place in Place.objects.filter(project=found)]


def _place(place: Place) -> dict[str, Any]:
    status = place.status
    return {
        "id": place.pk, "title": place.title, "levels": status.get("levels", {}), "network_possible": status.get("network_possible"),
        "dated": str(status.get("dated", "")), "attributions": status.get("attributions", []),
    }  # fmt: skip


@router.get("/projects/{slug}/plans", response=answers(schemas.PlanPage))
@api_right("plan.read")
def plans(
    request: HttpRequest, slug: schemas.Slug, limit: schemas.Limit = 20, offset: schemas.Offset = 0
) -> dict[str, Any]:
    """Published plans of a neighbourhood, the newest first."""
    project = get_object_or_404(Project, slug=slug)
    found = PlanRun.objects.filter(project=project, state=State.DONE, published_at__isnull=False).order_by("-pk")
    rows = [{**_plan_row(run), "project": project.slug} for run in found[offset : offset + limit]]
    return {"count": found.count(), "items": rows}


def _plan_row(run: PlanRun) -> dict[str, Any]:
    return {name: getattr(run, name) for name in ("title", "published_at", "engine_version", "plan_hash")} | {
        "id": run.pk
    }


@router.get("/plans/{run}", response=answers(schemas.PlanRow))
@api_right("plan.read")
def plan(request: HttpRequest, run: schemas.Id) -> dict[str, Any]:
    """One published plan."""
    found = _published(run)
    return {**_plan_row(found), "project": found.project.slug}


@router.get("/plans/{run}/facts", response=answers(schemas.FactsOut))
@api_right("plan.read")
def facts(request: HttpRequest, run: schemas.Id) -> dict[str, Any]:
    """The figures that a published plan is judged by, and what they stand on."""
    found = _published(run)
    known = {
        name: value for name, value in bundle_json(found, "facts.json").items() if name in schemas.FactsOut.model_fields
    }
    known.update(made_on=str(known["made_on"]), valid_until=str(known.get("valid_until") or ""))
    return known | {"indicators": visible_indicators(found, EVERYBODY)}


@router.get("/plans/{run}/facts.csv", response=answers(None), openapi_extra=CSV_ANSWER)
@api_right("plan.read")
def facts_csv(request: HttpRequest, run: schemas.Id) -> HttpResponse:
    """The figures of a published plan as CSV."""
    names = list(schemas.Indicator.model_fields)
    return as_csv(
        [{name: row.get(name) for name in names} for row in visible_indicators(_published(run), EVERYBODY)],
        f"plan-{run}-facts.csv",
    )


@router.get("/plans/{run}/streets", response=answers(schemas.RowsOut))
@api_right("plan.read")
def streets(
    request: HttpRequest, run: schemas.Id, limit: schemas.Limit = schemas.MOST_ROWS, offset: schemas.Offset = 0
) -> dict[str, Any]:
    """What is public of each street that is large enough to publish."""
    return _rows(_published(run), "streets.json", limit, offset)


@router.get("/plans/{run}/streets.csv", response=answers(None), openapi_extra=CSV_ANSWER)
@api_right("plan.read")
def streets_csv(request: HttpRequest, run: schemas.Id) -> HttpResponse:
    """The same as CSV."""
    return as_csv(bundle_json(_published(run), "streets.json"), f"plan-{run}-streets.csv")


@router.get("/plans/{run}/houses", response=answers(schemas.RowsOut))
@api_right("plan.read")
def houses(
    request: HttpRequest, run: schemas.Id, limit: schemas.Limit = schemas.MOST_ROWS, offset: schemas.Offset = 0
) -> dict[str, Any]:
    """Ranges of cost by kind of house and solution, where enough houses share them."""
    return _rows(_published(run), "houses.json", limit, offset)


@router.get("/plans/{run}/houses.csv", response=answers(None), openapi_extra=CSV_ANSWER)
@api_right("plan.read")
def houses_csv(request: HttpRequest, run: schemas.Id) -> HttpResponse:
    """The same as CSV."""
    return as_csv(bundle_json(_published(run), "houses.json"), f"plan-{run}-houses.csv")


@router.get("/plans/{run}/views/{view}", response=answers(schemas.ViewOut))
@api_right("plan.read")
def view(
    request: HttpRequest, run: schemas.Id, view: schemas.ViewName, language: schemas.Language = "nl"
) -> dict[str, Any]:
    """The public chapters of one view of a published plan."""
    found = _published(run)
    with translation.override(language):
        sections = view_sections(found, view, EVERYBODY)
    return {"view": view, "language": language, "sections": sections}


def _published(run: int) -> PlanRun:
    """The published plan with this number. Raises Http404 when there is none, or it is not published."""
    found = PlanRun.objects.select_related("project").filter(pk=run).first()
    if found is None or not found.public:
        raise Http404("plan")
    return found


def _rows(run: PlanRun, name: str, limit: int, offset: int) -> dict[str, Any]:
    rows = bundle_json(run, name)
    return {"count": len(rows), "items": rows[offset : offset + limit]}


def as_csv(rows: list[dict[str, Any]], name: str) -> HttpResponse:
    """A table as CSV: values inside values get a column each, lists are joined with semicolons."""
    flat = [_flat(row) for row in rows]
    header = list(dict.fromkeys(key for row in flat for key in row))
    return csv_download(csv_text(header, [[row.get(key, "") for key in header] for row in flat], end="\n"), name)


def _flat(row: dict[str, Any], before: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{before}{key}_")
        else:
            found[f"{before}{key}"] = _cell(value)
    return found


def _cell(value: Any) -> Any:
    """One value: lists are joined with semicolons."""
    if isinstance(value, (list, tuple)):
        value = ";".join(
            " ".join(str(part) for part in item.values()) if isinstance(item, dict) else str(item) for item in value
        )
    return value
