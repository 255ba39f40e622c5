"""A claim on a run, for a few seconds at a time.

*Claim*: one conditional UPDATE of a run that waits, or whose worker was not heard of for ``LEASE_S``. It changes one row, and the run is
ours, or none, and somebody else was faster. *Fence*: every later UPDATE names the attempt and the moment of the claim; a worker whose
run was taken over changes nothing, and learns that it must stop. Both need no locks, and work alike on SQLite and PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from koppelkans.web.audit.chain import record
from koppelkans.web.plans.models import PlanRun, State

BEAT_S = 1.5
LEASE_S = 4 * BEAT_S
ATTEMPTS = 5
"""A run whose worker or engine died this many times is not tried again by itself."""
_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class Lease:
    """One claim: which run, the number of the attempt, and since when."""

    run: int
    attempts: int
    started_at: datetime

    def beat(self, step: str, progress: float) -> bool:
        """Renew the claim and show where the run is. False when it is no longer ours."""
        return self._update(step=step, progress=progress, heartbeat_at=timezone.now())

    def cancel_asked(self) -> bool:
        """Whether somebody asked this run to stop."""
        return self._mine().filter(cancel_asked=True).exists()

    def done(self, *, plan_hash: str, headline: dict[str, Any]) -> bool:
        """Keep the result, once. False when the run is no longer ours, or was cancelled meanwhile."""
        ours = self._mine().filter(cancel_asked=False)
        return self._end(ours, State.DONE, progress=1.0, step="", plan_hash=plan_hash, headline=headline)

    def failed(self, message: str, faults: Sequence[str] = ()) -> bool:
        """Keep why there is no result."""
        return self._end(self._mine(), State.FAILED, message=message, faults=list(faults))

    def cancelled(self) -> bool:
        """Keep that it was stopped."""
        return self._end(self._mine(), State.CANCELLED)

    def give_back(self, *, attempts: int) -> bool:
        """Let the run wait again; ``attempts`` is how many count so far."""
        return self._update(state=State.QUEUED, attempts=attempts, step="", progress=0.0)

    def _mine(self) -> QuerySet[PlanRun]:
        return PlanRun.objects.filter(
            pk=self.run, state=State.RUNNING, attempts=self.attempts, started_at=self.started_at
        )

    def _update(self, **values: Any) -> bool:
        return self._mine().update(**values) == 1

    def _end(self, ours: QuerySet[PlanRun], state: State, **values: Any) -> bool:
        with transaction.atomic():
            ended = ours.update(state=state, finished_at=timezone.now(), **values) == 1
            if ended:
                slug = PlanRun.objects.values_list("project__slug", flat=True).get(pk=self.run)
                record("system", f"plan.{state.value}", f"project:{slug}", run=self.run, attempts=self.attempts)
        return ended


def claim() -> Lease | None:
    """The oldest run that waits or was abandoned, claimed for the caller; None when there is none."""
    now = timezone.now()
    silent = Q(heartbeat_at__lt=now - timedelta(seconds=LEASE_S)) | Q(heartbeat_at=None)
    free = Q(state=State.QUEUED) | Q(state=State.RUNNING) & silent
    for pk, attempts in PlanRun.objects.filter(free).order_by("pk").values_list("pk", "attempts")[:_CANDIDATES]:
        taken = PlanRun.objects.filter(free, pk=pk, attempts=attempts).update(
            state=State.RUNNING, attempts=attempts + 1, started_at=now, heartbeat_at=now, step="", progress=0.0
        )
        if taken:
            return Lease(pk, attempts + 1, now)
    return None
