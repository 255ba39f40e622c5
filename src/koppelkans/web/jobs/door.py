"""The door to the worker: start a run, ask it to stop, see where it is.

The row is the queue: what is written here takes effect with the transaction that it is part of, together with its entry in the log.
"""

from __future__ import annotations

from koppelkans.web.plans.models import PlanRun, State


def start(run: PlanRun) -> None:
    """Hand a run to the worker: a new one, or one that failed or was cancelled, from its beginning. Safe to repeat.

    A run that is being computed or is done stays as it is. Without a worker the run waits.
    """
    waiting = (State.QUEUED, State.FAILED, State.CANCELLED)
    PlanRun.objects.filter(pk=run.pk, state__in=waiting).update(
        state=State.QUEUED, progress=0.0, step="", message="", faults=[], cancel_asked=False, attempts=0,
        started_at=None, heartbeat_at=None, finished_at=None,
    )  # fmt: skip
    run.refresh_from_db()


def cancel(run: PlanRun) -> None:
    """Ask a run to stop: one that waits stops at once, one that is being computed within seconds, one that ended stays as it is."""
    from django.utils import timezone

    rows = PlanRun.objects.filter(pk=run.pk)
    if not rows.filter(state=State.QUEUED).update(state=State.CANCELLED, cancel_asked=True, finished_at=timezone.now()):
        rows.filter(state=State.RUNNING).update(cancel_asked=True)
    run.refresh_from_db()


def state(run: PlanRun) -> PlanRun:
    """The run as it stands now."""
    run.refresh_from_db()
    return run
