"""A worker on DBOS in place of the lease queue, for the trial of ``web_kills.py``. Needs ``pip install dbos``; the site does not use it.

The same child process, row, cancel, progress and log as ``koppelkans.web.jobs.worker``; only the queue differs. The row of the run stays
the truth for people: ``_dispatch`` gives each run that waits a workflow of a known name, so that neither database can lose one. Three
steps: take, compute, keep. Each changes the row only while the run is still the one that it was told of, so that it may be repeated.

Set up as the pages of DBOS ask for a site without its control plane: application version fixed, one executor id per worker that a
restarted worker keeps (KOPPELKANS_EXECUTOR), tables apart (a SQLite file of its own, or the schema ``dbos`` in PostgreSQL). With
KOPPELKANS_WATCH=1 the workers also watch one another, which DBOS leaves to its control plane: who is silent for as long as a lease
lasts is declared dead, and its workflows are taken over.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from dbos import DBOS, DBOSConfig, SetWorkflowID
from django.conf import settings
from django.db import close_old_connections
from django.db.models import F
from django.utils import timezone

from koppelkans.web.jobs import lease as leases
from koppelkans.web.jobs import worker
from koppelkans.web.jobs.child import Child
from koppelkans.web.jobs.engine import Order
from koppelkans.web.jobs.lease import Lease
from koppelkans.web.jobs.models import Worker
from koppelkans.web.plans.models import PlanRun, State

QUEUE = "plans"
VERSION = "1"
OVER = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")

log = logging.getLogger(__name__)
stop = threading.Event()
engine: list[str] = list(worker.ENGINE)


def address() -> str:
    """Where DBOS keeps its tables."""
    given = os.environ.get("KOPPELKANS_DATABASE", "")
    return given or f"sqlite:///{settings.DATA / 'dbos.sqlite3'}"


def work(program: Sequence[str] = worker.ENGINE) -> None:
    """Compute runs until the process is asked to end; then the run at hand waits for the next worker."""
    engine[:] = program
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    name = os.environ["KOPPELKANS_EXECUTOR"]
    DBOS(
        config=DBOSConfig(
            name="koppelkans", system_database_url=address(), executor_id=name, log_level="ERROR",
            application_version=os.environ.get("KOPPELKANS_VERSION", VERSION),
        )
    )  # fmt: skip
    DBOS.launch()
    DBOS.register_queue(QUEUE, worker_concurrency=1, polling_interval_sec=worker.POLL_S)
    while not stop.is_set():
        try:
            close_old_connections()
            _dispatch()
            _watch(name)
        except Exception:
            log.exception("the worker met a fault; it goes on")
        stop.wait(worker.POLL_S)
    DBOS.destroy(workflow_completion_timeout_sec=10)
    Worker.objects.filter(name=name).delete()


# ---------------------------------------------------------------------------------------------------------------- the workflow


@DBOS.workflow()
def plan(run: int, since: str) -> None:
    """Compute one run, begun at ``since``."""
    order = take(run, since)
    outcome = order and compute(run, since, order)
    if outcome:
        keep(run, since, outcome)


@DBOS.step()
def take(run: int, since: str) -> dict[str, Any] | None:
    """What is to be computed; nothing when the run was cancelled while it waited."""
    with _Step(run, since, "take"):
        rows = PlanRun.objects.filter(pk=run, started_at=datetime.fromisoformat(since))
        rows.filter(state=State.QUEUED).update(state=State.RUNNING, heartbeat_at=timezone.now(), step="", progress=0.0)
        found = rows.filter(state=State.RUNNING).select_related("place").first()
        return found and {"place": str(found.place.source), "scenario": found.scenario, "folder": str(found.folder)}


@DBOS.step()
def compute(run: int, since: str, order: dict[str, Any]) -> dict[str, Any] | None:
    """What came of it, with the number of the attempt; nothing when the run was cancelled, taken over or given back meanwhile."""
    with _Step(run, since, "compute"):
        began = datetime.fromisoformat(since)
        rows = PlanRun.objects.filter(pk=run, started_at=began, state=State.RUNNING)
        if not rows.update(attempts=F("attempts") + 1, heartbeat_at=timezone.now(), step="", progress=0.0):
            return None
        lease = Lease(run, rows.values_list("attempts", flat=True).get(), began)
        if lease.cancel_asked():
            lease.cancelled()
            return None
        if lease.attempts > leases.ATTEMPTS:
            lease.failed(worker.ENDED)
            return None
        with Child(engine, Order(**order)) as child:
            outcome = worker._follow(child, lease, stop, _Silent())
        if outcome is None:
            return None
        outcome = outcome or {"outcome": "killed" if (child.process.returncode or 0) < 0 else "broken"}
        return {**outcome, "attempts": lease.attempts}


@DBOS.step()
def keep(run: int, since: str, outcome: dict[str, Any]) -> None:
    """Write the outcome on the run."""
    with _Step(run, since, "keep"):
        worker._keep(outcome, Lease(run, outcome["attempts"], datetime.fromisoformat(since)))


class _Step:
    """Notes that a step was done, and gives back the connections of the threads that steps run in."""

    def __init__(self, run: int, since: str, name: str) -> None:
        self._line = f"{_name(run, since)} {name}\n"

    def __enter__(self) -> None:
        close_old_connections()
        with (settings.DATA / "steps.log").open("a", encoding="utf-8") as out:
            out.write(self._line)

    def __exit__(self, *_: object) -> None:
        close_old_connections()


class _Silent(worker._Presence):
    def show(self) -> None:
        """Nothing: ``_watch`` says that this worker is alive."""


# ------------------------------------------------------------------------------------------------------------------- the worker


def _name(run: int, since: str) -> str:
    return f"{run}@{since}"


def _dispatch() -> None:
    """Give each run that waits a workflow, and a new one when it waits although its workflow is over (given back)."""
    going = PlanRun.objects.filter(state__in=(State.QUEUED, State.RUNNING)).order_by("pk")
    for pk, state, began in going.values_list("pk", "state", "started_at"):
        same = PlanRun.objects.filter(pk=pk, state=state, started_at=began)
        since = began or timezone.now()
        if began is None and not same.update(started_at=since):
            continue
        name = _name(pk, since.isoformat())
        status = DBOS.get_workflow_status(name)
        if status is None:
            with SetWorkflowID(name):
                DBOS.enqueue_workflow(QUEUE, plan, pk, since.isoformat())
        elif status.status in OVER:
            same.update(state=State.QUEUED, started_at=timezone.now())


def _watch(name: str) -> None:
    """Say that this worker is alive; when asked, take over the workflows of those that are silent."""
    now = timezone.now()
    Worker.objects.update_or_create(name=name, defaults={"beat_at": now})
    if os.environ.get("KOPPELKANS_WATCH") != "1":
        return
    dead = list(
        Worker.objects.filter(beat_at__lt=now - timedelta(seconds=leases.LEASE_S)).values_list("name", flat=True)
    )
    if dead:
        DBOS._recover_pending_workflows(dead)


# -------------------------------------------------------------------------------------------------------------------- the trial


def done_steps() -> dict[str, int]:
    """How often each step of each workflow was begun."""
    file = settings.DATA / "steps.log"
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return {line: lines.count(line) for line in set(lines)}


def recorded_steps() -> set[str]:
    """The steps that DBOS has written down as done."""
    from sqlalchemy import create_engine, text

    on_sqlite = address().startswith("sqlite")
    made = create_engine(address() if on_sqlite else address().replace("postgresql:", "postgresql+psycopg:", 1))
    table = "operation_outputs" if on_sqlite else "dbos.operation_outputs"
    with made.connect() as connection:
        rows = connection.execute(text(f"SELECT workflow_uuid, function_name FROM {table}")).all()
    made.dispose()
    return {f"{name} {step.rpartition('.')[2]}" for name, step in rows}
