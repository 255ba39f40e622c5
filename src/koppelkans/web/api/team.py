"""What a key opens: the runs of the neighbourhoods of its user. A key may do what its user may do, and not more."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import translation
from ninja import Router

from koppelkans.errors import DataError, ScenarioError
from koppelkans.web.accounts.rights import may
from koppelkans.web.api import schemas
from koppelkans.web.api.interface import RUNS_RATE, Conflict, KeyInHeader, RunsRate, answers
from koppelkans.web.api.public import api_right
from koppelkans.web.places.models import Place
from koppelkans.web.plans.models import PlanRun, State
from koppelkans.web.projects.models import Project

router = Router(tags=["team"], auth=KeyInHeader())


@router.get("/projects/{slug}/runs", response=answers(schemas.RunPage))
@api_right("plan.team")
def runs(
    request: HttpRequest, slug: schemas.Slug, limit: schemas.Limit = 20, offset: schemas.Offset = 0
) -> dict[str, Any]:
    """Runs of a neighbourhood of the user, the newest first."""
    project = _project(request, slug, "plan.team")
    found = PlanRun.objects.filter(project=project).select_related("project").order_by("-pk")
    return {"count": found.count(), "items": [_run(run) for run in found[offset : offset + limit]]}


@router.post("/projects/{slug}/runs", response=answers(schemas.RunOut), throttle=[RunsRate(RUNS_RATE)])
@api_right("plan.run")
def begin(request: HttpRequest, slug: schemas.Slug, wanted: schemas.RunIn) -> dict[str, Any]:
    """A run handed to the worker; its state is asked for at /runs/{run}. The same inputs give the same plan without computing again."""
    from koppelkans.web.plans.runs import new_run

    project = _project(request, slug, "plan.run")
    _refuse_unstorable(wanted)
    place = Place.objects.filter(pk=wanted.place, project=project).first()
    if place is None:
        raise DataError(
            f"this neighbourhood has no place {wanted.place}; its places are at /api/v1/projects/{project.slug}/places"
        )
    return _run(new_run(project, place, _scenario(wanted.scenario), request.user, title=wanted.title))


@router.get("/runs/{run}", response=answers(schemas.RunOut))
@api_right("plan.team")
def state(request: HttpRequest, run: schemas.Id) -> dict[str, Any]:
    """Where a run is."""
    return _run(_own_run(request, run, "plan.team"))


@router.post("/runs/{run}/cancel", response=answers(schemas.RunOut))
@api_right("plan.run")
def cancel(request: HttpRequest, run: schemas.Id) -> dict[str, Any]:
    """Ask a run to stop at its next step."""
    from koppelkans.web.plans.runs import cancel_run

    found = _own_run(request, run, "plan.run")
    if found.ended:
        raise Conflict(f"run {run} has ended: {found.state}")
    cancel_run(found, request.user)
    found.refresh_from_db()
    return _run(found)


def _project(request: HttpRequest, slug: str, right: str) -> Project:
    """A project on which the user of the key has this right. Raises Http404 otherwise, as when it is not there."""
    found = Project.objects.filter(slug=slug).first()
    if found is None or not may(request.user, right, found):
        raise Http404("project")
    return found


def _own_run(request: HttpRequest, run: int, right: str) -> PlanRun:
    found = PlanRun.objects.select_related("project").filter(pk=run).first()
    if found is None or not may(request.user, right, found.project):
        raise Http404("run")
    return found


def _scenario(given: dict[str, Any]) -> Any:
    """The scenario. Raises ScenarioError with every fault."""
    from pydantic import ValidationError

    from koppelkans.scenario import Scenario

    try:
        return Scenario.model_validate(given)
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, row['loc']))}: {row['msg']}" for row in error.errors(include_url=False)]
        raise ScenarioError("the scenario is not what it should be", faults) from error


def _refuse_unstorable(wanted: schemas.RunIn) -> None:
    """Signs that no database can keep are refused before anything is made."""
    text = json.dumps([wanted.title, wanted.scenario], ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise DataError("title and scenario: expected text, found half of a sign pair") from error
    if "\\u0000" in text or not wanted.title.strip():
        raise DataError("title and scenario: expected a title and no NUL signs")


def _run(run: PlanRun) -> dict[str, Any]:
    with translation.override("nl"):
        page = reverse("plan", kwargs={"slug": run.project.slug, "run": run.pk}) if run.state == State.DONE else None
    names = (
        "title",
        "state",
        "progress",
        "step",
        "message",
        "faults",
        "plan_hash",
        "created_at",
        "started_at",
        "finished_at",
        "published_at",
    )
    return {name: getattr(run, name) for name in names} | {
        "id": run.pk,
        "project": run.project.slug,
        "place": run.place_id,
        "plan": page,
    }
