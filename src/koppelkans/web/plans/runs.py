"""What can be done with a run: begin, repeat with other choices, stop, try again, rename, remove. Every change is in the log."""

from __future__ import annotations

import shutil
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from koppelkans.errors import KoppelkansError
from koppelkans.web.audit.chain import record
from koppelkans.web.jobs import door
from koppelkans.web.places.models import Place
from koppelkans.web.plans.models import PlanRun, State
from koppelkans.web.projects.models import Project

if TYPE_CHECKING:
    from koppelkans.scenario import Scenario

QUEUE_LIMIT = 5
"""Runs of one project that may wait or run at the same time: the worker is shared by all projects."""


class QueueFullError(KoppelkansError):
    """Too many runs of the project wait already."""


class ChangedMeanwhileError(KoppelkansError):
    """Somebody else changed the run after the form was shown. ``run`` is how it stands now."""

    def __init__(self, run: PlanRun) -> None:
        self.run = run
        super().__init__(_("Iemand anders wijzigde dit plan intussen. Vergelijk beide versies en kies."))


class PublishedPlanError(KoppelkansError):
    """A published plan cannot be removed."""


def new_run(
    project: Project, place: Place, scenario: Scenario, user: Any, *, title: str, parent: PlanRun | None = None
) -> PlanRun:
    """A run of a place under a scenario, handed to the worker; done at once when the same inputs were computed before.

    Raises QueueFullError when the project has ``QUEUE_LIMIT`` runs waiting or running.
    """
    from koppelkans.web.jobs.inputs import inputs_hash

    if place.project_id != project.pk:
        raise ValueError("the place belongs to another project")
    inputs = inputs_hash(place, scenario)
    with transaction.atomic():
        same = _same_inputs(inputs)
        if same is None:
            _refuse_when_full(project)
        run = PlanRun.objects.create(
            project=project, place=place, title=title.strip()[:160], scenario=scenario.model_dump(mode="json"), inputs_hash=inputs,
            engine_version=version("koppelkans"), parent=parent, made_by=user if getattr(user, "pk", None) else None, **_of(same),
        )  # fmt: skip
        record(user, "plan.run", f"project:{project.slug}", public=True, run=run.pk, reused=same.pk if same else None)
        if same is None:
            door.start(run)
    return run


def _same_inputs(inputs: str) -> PlanRun | None:
    found = PlanRun.objects.filter(inputs_hash=inputs, state=State.DONE).order_by("-pk").first()
    return found if found is not None and (found.folder / "plan.json").is_file() and found.bundle.is_dir() else None


def _of(same: PlanRun | None) -> dict[str, Any]:
    if same is None:
        return {}
    now = timezone.now()
    return {
        "state": State.DONE, "progress": 1.0, "plan_hash": same.plan_hash, "headline": same.headline, "started_at": now, "finished_at": now,
    }  # fmt: skip


def _refuse_when_full(project: Project) -> None:
    waiting = PlanRun.objects.filter(project=project, state__in=(State.QUEUED, State.RUNNING)).count()
    if waiting >= QUEUE_LIMIT:
        raise QueueFullError(
            _(
                "Van deze wijk wachten of lopen al %(count)s berekeningen; meer dan %(most)s mag niet. Wacht tot er een klaar is, of annuleer er een."
            )
            % {"count": waiting, "most": QUEUE_LIMIT}
        )


def run_scenario(run: PlanRun) -> Scenario:
    """The scenario of a run, as the engine reads it."""
    from koppelkans.scenario import Scenario

    return Scenario.model_validate(run.scenario)


def rerun(run: PlanRun, scenario: Scenario, user: Any, *, title: str = "") -> PlanRun:
    """The same place under another scenario; the new run names the old one as its parent."""
    return new_run(run.project, run.place, scenario, user, title=title or scenario.title, parent=run)


def cancel_run(run: PlanRun, user: Any) -> None:
    """Ask a run to stop; nothing happens to one that has ended."""
    if run.ended:
        return
    with transaction.atomic():
        record(user, "plan.cancel", f"project:{run.project.slug}", run=run.pk)
        door.cancel(run)


def retry_run(run: PlanRun, user: Any) -> None:
    """Begin a run that failed or was cancelled again, with the same inputs."""
    if run.state not in (State.FAILED, State.CANCELLED):
        return
    with transaction.atomic():
        _refuse_when_full(run.project)
        record(user, "plan.retry", f"project:{run.project.slug}", run=run.pk)
        door.start(run)


def rename_run(run: PlanRun, user: Any, *, title: str, version: int) -> None:
    """Another title. Raises ChangedMeanwhileError when the run is no longer the version that the form showed."""
    with transaction.atomic():
        changed = PlanRun.objects.filter(pk=run.pk, version=version).update(
            title=title.strip(), version=F("version") + 1
        )
        if not changed:
            raise ChangedMeanwhileError(PlanRun.objects.get(pk=run.pk))
        record(user, "plan.rename", f"project:{run.project.slug}", run=run.pk)


def remove_run(run: PlanRun, user: Any, *, version: int) -> None:
    """Remove a run, and its plan folder when no other run shares it.

    Raises ChangedMeanwhileError for another version, PublishedPlanError for a published plan, KoppelkansError for one that is being computed.
    """
    with transaction.atomic():
        now = PlanRun.objects.select_for_update().get(pk=run.pk)
        if now.published_at is not None:
            raise PublishedPlanError(
                _("Dit plan is gepubliceerd. Trek de publicatie eerst in, dan kunt u het verwijderen.")
            )
        if now.version != version:
            raise ChangedMeanwhileError(now)
        if not now.ended:
            raise KoppelkansError(_("Dit plan wordt nog berekend. Annuleer de berekening eerst."))
        folder = now.folder
        record(user, "plan.remove", f"project:{run.project.slug}", run=now.pk, plan_hash=now.plan_hash)
        now.delete()
        transaction.on_commit(lambda: _clear(folder, now.inputs_hash))


def _clear(folder: Path, inputs: str) -> None:
    if not PlanRun.objects.filter(inputs_hash=inputs).exists():
        shutil.rmtree(folder, ignore_errors=True)
