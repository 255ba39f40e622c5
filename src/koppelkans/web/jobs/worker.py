"""The worker: claims runs one by one, has a child process compute each, and keeps what came of it.

This is the one place where any fault at all is caught: whatever goes wrong with one run, the next one must be reached.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import close_old_connections
from django.utils import timezone
from django.utils.translation import gettext_noop

from koppelkans.web.jobs import lease as leases
from koppelkans.web.jobs.child import Child
from koppelkans.web.jobs.chores import Chores
from koppelkans.web.jobs.engine import Order, progress_at
from koppelkans.web.jobs.lease import Lease
from koppelkans.web.jobs.models import Worker
from koppelkans.web.plans.models import PlanRun

ENGINE = (sys.executable, "-m", "koppelkans.web.jobs.engine")
POLL_S = 0.5
SEEN_S = 5.0
STEP_S = 3600.0
FORGOTTEN = timedelta(days=1)

MEMORY = gettext_noop(
    "Deze berekening heeft meer geheugen nodig dan de server haar geeft. Kies een kleiner gebied, of vraag de beheerder om meer "
    "geheugen (KOPPELKANS_WORKER_GB)."
)
ENDED = gettext_noop("De berekening brak meermaals af zonder uitleg, wellicht door te weinig geheugen. Probeer later opnieuw of kies een kleiner gebied.")  # fmt: skip
STUCK = gettext_noop(
    "De berekening kwam een uur lang niet verder en is gestopt. Kies een kleiner gebied of vraag de beheerder."
)
BROKEN = gettext_noop(
    "De berekening stopte door een fout in de software. De beheerder vindt de uitleg in het logboek van de server."
)
_SAID = {"memory": MEMORY, "stuck": STUCK, "broken": BROKEN}

log = logging.getLogger(__name__)


def work(engine: Sequence[str] = ENGINE) -> None:
    """Claim and compute until the process is asked to end; then the run at hand waits for the next worker."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    presence, chores = _Presence(), Chores()
    while not stop.is_set():
        try:
            close_old_connections()
            presence.show()
            chores.today()
            lease = leases.claim()
            if lease is not None:
                _see_to(lease, engine, stop, presence)
        except Exception:
            log.exception("the worker met a fault; it goes on with the next run")
            lease = None
        if lease is None:
            stop.wait(POLL_S)
    presence.leave()


def _see_to(lease: Lease, engine: Sequence[str], stop: threading.Event, presence: _Presence) -> None:
    if lease.cancel_asked():
        lease.cancelled()
        return
    if lease.attempts > leases.ATTEMPTS:
        lease.failed(ENDED)
        return
    run = PlanRun.objects.select_related("place").get(pk=lease.run)
    order = Order(place=str(run.place.source), scenario=run.scenario, folder=str(run.folder))
    with Child(engine, order) as child:
        outcome = _follow(child, lease, stop, presence)
    if outcome is not None:
        _keep(outcome or {"outcome": "killed" if child.process.returncode < 0 else "broken"}, lease)


def _follow(child: Child, lease: Lease, stop: threading.Event, presence: _Presence) -> dict[str, Any] | None:
    """What the child said came of it, nothing when it died; None when the run was cancelled, taken over or given back meanwhile."""
    outcome: dict[str, Any] = {}
    step, shown, looked_at = "", "", 0.0
    heard_at = beaten_at = time.monotonic()
    for message in child.messages(POLL_S):
        if message is not None and "outcome" in message:
            outcome = message
            continue
        if message is not None:
            step, heard_at = message["step"], time.monotonic()
        if stop.is_set():
            lease.give_back(attempts=lease.attempts - 1)
            return None
        if time.monotonic() - looked_at < POLL_S:
            continue
        looked_at = time.monotonic()
        if lease.cancel_asked():
            lease.cancelled()
            return None
        if looked_at - heard_at > STEP_S:
            return {"outcome": "stuck"}
        if step != shown or looked_at - beaten_at > leases.BEAT_S:
            if not lease.beat(step, progress_at(step)):
                return None
            shown, beaten_at = step, looked_at
        presence.show()
    return outcome


def _keep(outcome: dict[str, Any], lease: Lease) -> None:
    """Write the outcome on the run. Each write counts only while the run is ours."""
    kind = outcome["outcome"]
    if kind == "done":
        if not lease.done(plan_hash=outcome["plan_hash"], headline=outcome["headline"]) and lease.cancel_asked():
            lease.cancelled()
    elif kind == "fault":
        lease.failed(outcome["message"], outcome["faults"])
    elif kind in _SAID:
        lease.failed(_SAID[kind])
    elif kind == "killed" and lease.attempts < leases.ATTEMPTS:
        lease.give_back(attempts=lease.attempts)
    else:
        lease.failed(ENDED)


class _Presence:
    """The row that says that this worker is alive."""

    def __init__(self) -> None:
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._shown_at = -SEEN_S

    def show(self) -> None:
        """Renew the row, at most once in ``SEEN_S``; the first time, forget workers of long ago."""
        now = time.monotonic()
        if now - self._shown_at < SEEN_S:
            return
        if self._shown_at < 0:
            Worker.objects.filter(beat_at__lt=timezone.now() - FORGOTTEN).delete()
        Worker.objects.update_or_create(name=self._name, defaults={"beat_at": timezone.now()})
        self._shown_at = now

    def leave(self) -> None:
        """Take the row away: this worker ends."""
        Worker.objects.filter(name=self._name).delete()
