"""kill -9 of the worker at random moments: is a result lost, or kept twice, and how long until the run goes on?

    python benchmarks/web_kills.py --kills 50                                            on SQLite, in a folder of its own
    python benchmarks/web_kills.py --kills 50 --database postgresql://user@host/name     on an empty PostgreSQL database
    python benchmarks/web_kills.py --kills 50 --queue dbos                               the same kills of benchmarks/dbos_worker.py

Every kill has a run of its own. The moments: while the engine computes, between the finished plan folder and its record, while the
worker starts, while a second worker is there (the killed one then stays away), and while the real engine computes a place, when one is
given. One run in five is cancelled after it was taken over, and then started again. A run that does not go on within 15 s is stuck;
then the other workers end, and the killed one comes back as it was. ``--moments "new version"`` gives the worker that follows another
version of its application.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
PATIENCE_S = 300.0
LOOK_S = 0.002
STUCK_S = 15.0
BYTES_PER_MB = 1_000_000
WORKER = """
import os, sys
sys.path.insert(0, {root!r})
os.environ["DJANGO_SETTINGS_MODULE"] = "koppelkans.web.settings"
import django
django.setup()
from {module} import work
work({engine})
"""
ENGINES = {True: "", False: f"[sys.executable, {str(ROOT / 'benchmarks' / 'slow_engine.py')!r}]"}
"""The real engine, and the slow one that computes nothing."""
QUEUES: dict[str, tuple[str, dict[str, str]]] = {
    "lease": ("koppelkans.web.jobs.worker", {}),
    "dbos": ("benchmarks.dbos_worker", {}),
    "dbos-watched": ("benchmarks.dbos_worker", {"KOPPELKANS_WATCH": "1"}),
}
"""Where the worker of a queue is, and what it finds in its environment."""
MOMENTS = ("computing", "between", "computing", "starting", "two workers")
"""What five kills in a row hit; with a place, each second kill while computing hits the real engine."""


@dataclass
class Kills:
    """What many kills came to.

    ``lost``: runs without their result. ``doubled``: results kept or folders made twice. ``stuck``: runs that did not go on by
    themselves, ``stuck_at`` which moments. ``repeated``: steps done again after the queue had written them down. ``resume_s``: the
    slowest of each moment. ``ready_s``: the median from the start of a worker until it has its run. ``worker_mb``, ``threads``: of the
    worker, the median.
    """

    kills: int = 0
    lost: int = 0
    doubled: int = 0
    stuck: int = 0
    repeated: int = 0
    resume_max_s: float = 0.0
    cancelled: int = 0
    cancel_max_s: float = 0.0
    faults: list[str] = field(default_factory=list)
    moments: dict[str, int] = field(default_factory=dict)
    resume_s: dict[str, float] = field(default_factory=dict)
    stuck_at: dict[str, int] = field(default_factory=dict)
    ready_s: float = 0.0
    worker_mb: float = 0.0
    threads: float = 0.0


def kills_of(count: int, *, database: str = "", seed: int = 1, place: Path | None = None) -> Kills:
    """``count`` kills in a process of its own, on a fresh SQLite file or on the empty PostgreSQL ``database``."""
    with tempfile.TemporaryDirectory(prefix="koppelkans-kills-") as folder:
        command = [sys.executable, __file__, "--kills", str(count), "--seed", str(seed), "--data", folder]
        command += ["--place", str(place)] if place else []
        environment = {**os.environ, "KOPPELKANS_DATABASE": database}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return Kills(**json.loads(done.stdout.splitlines()[-1]))


# ------------------------------------------------------------------------------------------------------------ one process of kills


class Site:
    """A project with runs, and the workers that compute them."""

    def __init__(self, seed: int, place: Path | None, queue: str = "lease") -> None:
        from koppelkans.web.places.models import Place
        from koppelkans.web.projects.models import Project

        self.random = random.Random(seed)
        self.found = Kills()
        self.project = Project.objects.create(slug="proef", title="Proef", municipality="Lille")
        self.place = Place.objects.create(project=self.project, title="Proef", shipped="wechelderzande")
        self.real = place and Place.objects.create(
            project=self.project, title="Echt", folder=str(place), content_hash="0" * 64
        )
        self.module, self.environment = QUEUES[queue]
        self.workers: list[subprocess.Popen[bytes]] = []
        self.names: dict[int, str] = {}
        self.measured: dict[str, list[float]] = {"ready_s": [], "worker_mb": [], "threads": []}
        self.recorded: list[tuple[str, int]] = []

    def run(self, place: object) -> object:
        """A new run, in the hands of the door."""
        from koppelkans.scenario import Scenario
        from koppelkans.web.jobs import door
        from koppelkans.web.jobs.inputs import inputs_hash
        from koppelkans.web.plans.models import PlanRun

        scenario = Scenario(name=f"proef-{len(self.names)}")
        run = PlanRun.objects.create(
            project=self.project, place=place, title=scenario.name, scenario=scenario.model_dump(mode="json"),
            inputs_hash=inputs_hash(place, scenario), engine_version="0",
        )  # fmt: skip
        self.names[run.pk] = scenario.name
        door.start(run)
        return run

    def worker(self, name: str, *, real: bool, version: str = "1") -> subprocess.Popen[bytes]:
        """A new worker; one of the same name takes the place of one that died."""
        program = WORKER.format(root=str(ROOT), module=self.module, engine=ENGINES[real])
        environment = {**os.environ, **self.environment, "KOPPELKANS_EXECUTOR": name, "KOPPELKANS_VERSION": version}
        started = subprocess.Popen(
            [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.DEVNULL, env=environment
        )
        self.workers.append(started)
        return started

    def weigh(self, worker: subprocess.Popen[bytes]) -> None:
        """Note the memory and the threads of a worker."""
        lines = Path(f"/proc/{worker.pid}/status").read_text(encoding="ascii").splitlines()
        found = dict(line.split(":", 1) for line in lines)
        self.measured["worker_mb"].append(int(found["VmRSS"].split()[0]) * 1024 / BYTES_PER_MB)
        self.measured["threads"].append(int(found["Threads"]))

    def note_recorded(self) -> None:
        """Note which steps the queue has written down; they may not be done again."""
        if self.module == "benchmarks.dbos_worker":
            from benchmarks import dbos_worker

            done = dbos_worker.done_steps()
            self.recorded += [(step, done[step]) for step in dbos_worker.recorded_steps() if step in done]

    def end_workers(self) -> None:
        """End every worker as the site does."""
        for worker in self.workers:
            if worker.poll() is None:
                worker.terminate()
        for worker in self.workers:
            worker.wait(PATIENCE_S)
        self.workers.clear()


def wait(until: Callable[[], bool], what: str, look_s: float = 0.02, patience_s: float = PATIENCE_S) -> float:
    """Seconds until something is so. Raises TimeoutError."""
    begin = time.monotonic()
    while not until():
        if time.monotonic() - begin > patience_s:
            raise TimeoutError(f"{what}: not within {patience_s:.0f} s")
        time.sleep(look_s)
    return time.monotonic() - begin


def one_kill(site: Site, moment: str, *, cancel: bool) -> None:
    """Start a run, kill its worker at the moment, start another worker, and follow the run to its end."""
    from koppelkans.web.jobs import door
    from koppelkans.web.plans.models import State

    real = moment == "real engine"
    run = site.run(site.real if real else site.place)
    killed = _kill_at(site, moment, run, real=real)
    before = door.state(run).attempts
    if moment != "two workers":
        time.sleep(site.random.uniform(0.0, 0.2))
        site.worker("a", real=real, version="2" if moment == "new version" else "1")
    taken_s = _goes_on(site, moment, run, before, real=real)
    if not run.ended or moment == "between":
        site.found.resume_max_s = max(site.found.resume_max_s, taken_s)
        site.found.resume_s[moment] = max(site.found.resume_s.get(moment, 0.0), taken_s)
    if cancel and run.state == State.RUNNING:
        door.cancel(run)
        took_s = wait(lambda: door.state(run).ended, f"{moment}: run {run.pk} is cancelled")
        if run.state == State.CANCELLED:
            site.found.cancelled += 1
            site.found.cancel_max_s = max(site.found.cancel_max_s, took_s)
            door.start(run)
    wait(lambda: door.state(run).ended, f"{moment}: run {run.pk} ends")
    assert killed.returncode == -signal.SIGKILL, killed.returncode
    site.found.kills += 1
    site.found.moments[moment] = site.found.moments.get(moment, 0) + 1
    site.end_workers()


def _kill_at(site: Site, moment: str, run: object, *, real: bool) -> subprocess.Popen[bytes]:
    """Start one worker or two, and kill the one that has the run (or that starts)."""
    from koppelkans.web.jobs import door

    worker = site.worker("a", real=real)
    if moment == "starting":
        time.sleep(site.random.uniform(0.0, 1.2))
    else:
        site.measured["ready_s"].append(wait(lambda: door.state(run).attempts > 0, f"{moment}: run {run.pk} is taken"))
        if moment == "between":
            wait(run.folder.exists, f"{moment}: run {run.pk} has its folder", LOOK_S)
            time.sleep(site.random.uniform(0.0, 0.1))
        else:
            wait(lambda: door.state(run).step != "", f"{moment}: run {run.pk} is being computed")
            if moment == "two workers":
                site.worker("b", real=real)
            time.sleep(site.random.uniform(0.0, 6.0 if real else 0.8))
        site.weigh(worker)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    site.note_recorded()
    return worker


def _goes_on(site: Site, moment: str, run: object, before: int, *, real: bool) -> float:
    """Seconds until another attempt began; when none does, those until it did after the killed worker came back as it was."""
    from koppelkans.web.jobs import door

    def goes_on() -> bool:
        return door.state(run).attempts > before or run.ended

    what = f"{moment}: run {run.pk} goes on"
    try:
        return wait(goes_on, what, patience_s=STUCK_S)
    except TimeoutError:
        site.found.stuck += 1
        site.found.stuck_at[moment] = site.found.stuck_at.get(moment, 0) + 1
        site.end_workers()
        site.worker("a", real=real)
        return STUCK_S + wait(goes_on, what)


def judged(site: Site, database: str, data: Path) -> Kills:
    """The runs at the end: each has its own result once, the folders were made once, the log and the database are whole."""
    from koppelkans.web.audit.models import Entry
    from koppelkans.web.audit.verify import verify_chain
    from koppelkans.web.plans.models import PlanRun, State

    found, log = site.found, data / "plans" / "computed.log"
    found.ready_s, found.worker_mb, found.threads = (
        statistics.median(seen) if seen else 0.0 for seen in site.measured.values()
    )
    made = log.read_text(encoding="utf-8").split() if log.is_file() else []
    for run in PlanRun.objects.all():
        real = site.real is not None and run.place_id == site.real.pk
        right = run.state == State.DONE and run.bundle.is_dir() and (real or run.plan_hash == site.names[run.pk])
        if not right:
            found.lost += 1
            found.faults.append(f"run {run.pk}: {run.state}, {run.plan_hash}, {run.message}")
        kept = Entry.objects.filter(verb="plan.done", details__run=run.pk).count()
        folders = made.count(run.inputs_hash)
        if kept > 1 or folders > 1:
            found.doubled += 1
            found.faults.append(f"run {run.pk}: kept {kept} times, folder made {folders} times")
    found.faults += verify_chain()
    found.faults += [f"left behind: {path.name}" for path in data.glob("plans/*/.*.partial-*")]
    if site.recorded:
        from benchmarks import dbos_worker

        done = dbos_worker.done_steps()
        again = sorted({step for step, before in site.recorded if done[step] > before})
        found.repeated += len(again)
        found.faults += [f"done again after it was written down: {step}" for step in again]
    for file in () if database else data.glob("*.sqlite3"):
        (verdict,) = sqlite3.connect(file).execute("PRAGMA integrity_check").fetchone()
        found.faults += [] if verdict == "ok" else [f"integrity_check of {file.name}: {verdict}"]
    return found


def main() -> None:
    """Kill, judge, and write what was found as one line of JSON."""
    parser = argparse.ArgumentParser(description="kill -9 of the worker at random moments")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--database", default=os.environ.get("KOPPELKANS_DATABASE", ""), help="an empty PostgreSQL database"
    )
    parser.add_argument("--data", type=Path, help="folder to work in; one of its own when left out")
    parser.add_argument("--place", type=Path, help="a small place, for kills of the real engine")
    parser.add_argument("--queue", choices=list(QUEUES), default="lease", help="what carries the runs")
    parser.add_argument("--moments", nargs="+", default=list(MOMENTS), help="what the kills hit, in turn")
    chosen = parser.parse_args()
    data = (chosen.data or Path(tempfile.mkdtemp(prefix="koppelkans-kills-"))).absolute()
    os.environ.update(
        KOPPELKANS_DATA=str(data), KOPPELKANS_DATABASE=chosen.database, DJANGO_SETTINGS_MODULE="koppelkans.web.settings"
    )
    sys.path.insert(0, str(ROOT))
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    site = Site(chosen.seed, chosen.place and chosen.place.absolute(), chosen.queue)
    try:
        for number in range(chosen.kills):
            moment = chosen.moments[number % len(chosen.moments)]
            if site.real is not None and moment == "computing" and number % len(chosen.moments) == 2:
                moment = "real engine"
            one_kill(site, moment, cancel=number % 5 == 2)
            sys.stderr.write(f"{number + 1} {moment}\n")
    finally:
        for worker in site.workers:
            worker.kill()
    print(json.dumps(asdict(judged(site, chosen.database, data))))


if __name__ == "__main__":
    main()
