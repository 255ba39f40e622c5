"""Jobs: a run is computed once, whatever dies; the door, the lease, the engine, the worker, the health page and the command."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

import krekelwijk
import postgres_server
import web_fixture
from koppelkans import cli
from koppelkans.errors import DataError, ScenarioError
from koppelkans.scenario import Scenario
from koppelkans.web.audit.models import Entry
from koppelkans.web.jobs import door, engine, lease, worker
from koppelkans.web.jobs.inputs import inputs_hash
from koppelkans.web.jobs.models import Worker
from koppelkans.web.places.models import Place
from koppelkans.web.plans.models import PlanRun, State

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import web_kills  # noqa: E402

PATIENCE_S = 240


def new_run(name="proef", **values):
    project = web_fixture.project()
    place = Place.objects.get_or_create(project=project, title="Plek", defaults={"shipped": "wechelderzande"})[0]
    scenario = Scenario(name=name)
    return PlanRun.objects.create(
        project=project, place=place, title=name, scenario=scenario.model_dump(mode="json"), inputs_hash=inputs_hash(place, scenario),
        engine_version="0", **values,
    )  # fmt: skip


def ended_entries(run):
    return list(Entry.objects.filter(actor="system", details__run=run.pk).values_list("verb", flat=True))


# ---------------------------------------------------------------------------------------------------------------------- inputs


@pytest.mark.django_db
def test_the_same_inputs_have_the_same_hash_and_others_another():
    place = new_run().place
    default, other = Scenario(name="proef"), Scenario(name="proef", price_world="high")
    assert inputs_hash(place, default) == inputs_hash(place, {"name": "proef"})
    uploaded = Place(project=place.project, content_hash="a" * 64)
    hashes = {
        inputs_hash(place, default),
        inputs_hash(place, other),
        inputs_hash(uploaded, default),
        inputs_hash(Place(content_hash="b" * 64), default),
    }
    assert len(hashes) == 4
    assert all(len(found) == 64 for found in hashes)
    with pytest.raises(ValueError, match="no files that were hashed"):
        inputs_hash(Place(), default)


# ------------------------------------------------------------------------------------------------------------------------ door


@pytest.mark.django_db
@pytest.mark.parametrize("state", [State.QUEUED, State.FAILED, State.CANCELLED])
def test_start_begins_again_from_the_beginning(state):
    run = new_run(
        state=state,
        attempts=4,
        message="mislukt",
        faults=["a"],
        cancel_asked=True,
        finished_at=timezone.now(),
        progress=0.7,
    )
    for _ in range(2):
        door.start(run)
        assert (run.state, run.attempts, run.message, run.faults, run.cancel_asked) == (State.QUEUED, 0, "", [], False)
        assert (run.finished_at, run.progress) == (None, 0.0)


@pytest.mark.django_db
@pytest.mark.parametrize("state", [State.RUNNING, State.DONE])
def test_start_leaves_a_run_that_is_computed_or_done(state):
    run = new_run(state=state, attempts=1, progress=0.5)
    door.start(run)
    assert (run.state, run.attempts, run.progress) == (state, 1, 0.5)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("before", "after", "asked"),
    [
        (State.QUEUED, State.CANCELLED, True),
        (State.RUNNING, State.RUNNING, True),
        (State.DONE, State.DONE, False),
        (State.FAILED, State.FAILED, False),
    ],
)
def test_cancel(before, after, asked):
    run = new_run(state=before)
    door.cancel(run)
    assert (run.state, run.cancel_asked) == (after, asked)
    assert door.state(run).ended == (after != State.RUNNING)


# ----------------------------------------------------------------------------------------------------------------------- lease


def silent_since(run, seconds):
    PlanRun.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(seconds=seconds))


@pytest.mark.django_db
def test_the_oldest_run_is_claimed_once():
    first, second = new_run("een"), new_run("twee")
    assert [lease.claim().run, lease.claim().run, lease.claim()] == [first.pk, second.pk, None]
    assert (door.state(first).state, first.attempts) == (State.RUNNING, 1)


@pytest.mark.django_db
def test_a_run_is_taken_over_when_its_worker_was_silent_for_longer_than_the_lease():
    run = new_run()
    lost = lease.claim()
    silent_since(run, lease.LEASE_S - 1)
    assert lease.claim() is None
    silent_since(run, lease.LEASE_S + 1)
    taken = lease.claim()
    assert (taken.run, taken.attempts) == (run.pk, 2)
    # the one that was thought dead wakes up: nothing that it says counts
    assert not lost.beat("network", 0.9)
    assert not lost.done(plan_hash="old", headline={})
    assert not lost.failed("old")
    assert not lost.cancelled()
    assert not lost.give_back(attempts=0)
    assert taken.done(plan_hash="new", headline={"a": 1})
    assert not taken.done(plan_hash="newer", headline={})
    assert (door.state(run).state, run.plan_hash, run.progress) == (State.DONE, "new", 1.0)
    assert ended_entries(run) == ["plan.done"]


@pytest.mark.django_db
def test_a_claim_of_before_a_new_start_does_not_count_after_it():
    run = new_run()
    old = lease.claim()
    old.failed("mislukt")
    door.start(run)
    new = lease.claim()
    assert (new.attempts, old.attempts) == (1, 1)
    assert not old.done(plan_hash="old", headline={})
    assert new.done(plan_hash="new", headline={})


@pytest.mark.django_db
def test_a_cancel_that_was_acknowledged_is_never_followed_by_a_result():
    run = new_run()
    claimed = lease.claim()
    door.cancel(run)
    worker._keep({"outcome": "done", "plan_hash": "x", "headline": {}}, claimed)
    assert (door.state(run).state, run.plan_hash) == (State.CANCELLED, "")
    assert ended_entries(run) == ["plan.cancelled"]


# ---------------------------------------------------------------------------------------------------------------------- engine


def test_every_step_of_the_engine_has_its_place_in_the_progress(krekelwijk_plan):
    named = [step.name for step in krekelwijk_plan.run.steps]
    assert set(named) <= set(engine.STEPS)
    behind = [engine.progress_at(name) for name in engine.STEPS]
    assert behind == sorted(behind)
    assert (behind[0], engine.progress_at("unknown")) == (0.0, 0.0)
    assert behind[-1] < 1.0


def order(tmp_path, place="wechelderzande", **scenario):
    return engine.Order(
        place=str(place),
        scenario=Scenario().model_dump(mode="json") | scenario,
        folder=str(tmp_path / "plans" / "ab" / "abc"),
    )


def test_a_whole_plan_folder_is_not_computed_again(tmp_path, krekelwijk_plan):
    from koppelkans.plan import plan_folder, save_plan

    asked, computed = order(tmp_path), []

    def compute(given, tell):
        computed.append(given)
        tell(step="write")
        with plan_folder(Path(given.folder)) as folder:
            save_plan(krekelwijk_plan, folder)
            (folder / "web").mkdir()

    told = []
    first = engine.make(asked, lambda **message: told.append(message), compute)
    second = engine.make(asked, lambda **message: told.append(message), compute)
    assert computed == [asked]
    assert told == [{"step": "write"}]
    assert first == second
    assert first["plan_hash"] == krekelwijk_plan.run.plan_hash
    value = krekelwijk_plan["indicators"].loc["investment_meur", "value"]
    assert first["headline"]["investment_meur"]["value"] == pytest.approx(value)
    json.dumps(first, allow_nan=False)


@pytest.mark.parametrize("file", ["/etc/passwd", "../../secret.key"])
def test_a_weather_file_outside_the_place_is_refused(tmp_path, file):
    place = tmp_path / "places" / "plek"
    place.mkdir(parents=True)
    with pytest.raises(ScenarioError, match="expected a file inside the uploaded place"):
        engine.write_plan_folder(order(tmp_path, place, weather_file=file), lambda **_: None)
    with pytest.raises(ScenarioError, match="expected a file inside the uploaded place"):
        engine.write_plan_folder(order(tmp_path, "wechelderzande", weather_file=file), lambda **_: None)


def test_inputs_that_cannot_be_used_are_said(tmp_path):
    with pytest.raises(ScenarioError) as refused:
        engine.write_plan_folder(order(tmp_path, seed="x", horizon=3), lambda **_: None)
    assert len(refused.value.faults) == 2
    with pytest.raises(DataError, match="no longer there"):
        engine.write_plan_folder(order(tmp_path, tmp_path / "gone"), lambda **_: None)


# ---------------------------------------------------------------------------------------------------------------------- worker


def says(*messages, then=""):
    """An engine that says this, and then does that."""
    lines = "".join(json.dumps(message) + "\n" for message in messages)
    return [sys.executable, "-c", f"import os, sys, time; os.write(int(sys.argv[1]), {lines.encode()!r}); {then}"]


def seen_to(run, program, *, stop=None, times=1):
    for _ in range(times):
        worker._see_to(lease.claim(), program, stop or threading.Event(), worker._Presence())
    return door.state(run)


@pytest.mark.django_db
def test_a_result_is_kept():
    run = seen_to(
        new_run(), says({"step": "network"}, {"outcome": "done", "plan_hash": "f" * 64, "headline": {"a": 1}})
    )
    assert (run.state, run.plan_hash, run.headline, run.progress, run.attempts) == (
        State.DONE,
        "f" * 64,
        {"a": 1},
        1.0,
        1,
    )
    assert run.finished_at is not None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("program", "message", "faults"),
    [
        (says({"outcome": "fault", "message": "no streets", "faults": ["a", "b"]}), "no streets", ["a", "b"]),
        (says({"outcome": "memory"}), worker.MEMORY, []),
        (says({"step": "read"}, then="sys.exit(1)"), worker.BROKEN, []),
    ],
)
def test_what_went_wrong_is_kept(program, message, faults):
    run = seen_to(new_run(), program)
    assert (run.state, run.message, run.faults) == (State.FAILED, message, faults)
    assert ended_entries(run) == ["plan.failed"]


@pytest.mark.django_db
def test_an_engine_that_is_killed_is_tried_again_and_not_for_ever():
    run, killed = new_run(), says({"step": "network"}, then="os.kill(os.getpid(), 9)")
    assert seen_to(run, killed).state == State.QUEUED
    assert seen_to(run, killed, times=lease.ATTEMPTS - 1).state == State.FAILED
    assert (run.message, run.attempts) == (worker.ENDED, lease.ATTEMPTS)


@pytest.mark.django_db
def test_a_run_whose_workers_died_too_often_is_given_up():
    run = new_run(state=State.RUNNING, attempts=lease.ATTEMPTS)
    assert (seen_to(run, ["never started"]).state, run.message) == (State.FAILED, worker.ENDED)


@pytest.mark.django_db
def test_a_cancelled_run_ends_its_engine(monkeypatch):
    run, asked = new_run(), iter([False, False, True])
    monkeypatch.setattr(lease.Lease, "cancel_asked", lambda _: next(asked))
    begin = time.monotonic()
    assert seen_to(run, says({"step": "network"}, then="time.sleep(60)")).state == State.CANCELLED
    assert time.monotonic() - begin < 50  # the engine would sleep for 60 s


@pytest.mark.django_db
def test_an_engine_that_gets_nowhere_is_stopped(monkeypatch):
    monkeypatch.setattr(worker, "STEP_S", 0.2)
    run = seen_to(new_run(), says({"step": "network"}, then="time.sleep(60)"))
    assert (run.state, run.message) == (State.FAILED, worker.STUCK)


@pytest.mark.django_db
def test_a_worker_that_is_asked_to_end_gives_its_run_back():
    stop = threading.Event()
    stop.set()
    run = seen_to(new_run(), says({"step": "network"}, then="time.sleep(60)"), stop=stop)
    assert (run.state, run.attempts) == (State.QUEUED, 0)


@pytest.mark.django_db
def test_the_engine_tells_a_lack_of_memory(monkeypatch, tmp_path):
    monkeypatch.setenv("KOPPELKANS_WORKER_GB", "1")
    greedy = tmp_path / "greedy.py"
    greedy.write_text(
        "from koppelkans.web.jobs.engine import main\nmain(lambda order, tell: bytearray(2_000_000_000))\n",
        encoding="utf-8",
    )
    run = seen_to(new_run(), [sys.executable, str(greedy)])
    assert (run.state, run.message) == (State.FAILED, worker.MEMORY)


# ---------------------------------------------------------------------------------------------------------------------- health


@pytest.mark.django_db
@pytest.mark.parametrize(("seen_s", "status"), [(None, 503), (2, 200), (90, 503)])
def test_health(seen_s, status):
    if seen_s is not None:
        Worker.objects.create(name="w", beat_at=timezone.now() - timedelta(seconds=seen_s))
    answer = web_fixture.client().get("/health")
    assert answer.status_code == status
    found = answer.json()
    assert found["status"] == ("well" if status == 200 else "ill")
    assert found["database"] is True
    assert (found["worker_age_s"] is None) == (seen_s is None)
    assert "no-cache" in answer.headers["Cache-Control"]


# ----------------------------------------------------------------------------------------------------------- the site as a whole


@pytest.mark.parametrize("words", [["serve"], ["audit", "verify"]])
def test_without_the_packages_of_the_site_the_command_says_what_to_install(monkeypatch, capsys, words):
    monkeypatch.setattr("koppelkans.cli.site.find_spec", lambda _: None)
    monkeypatch.setattr("sys.argv", ["koppelkans", *words])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 1
    assert "pip install 'koppelkans[web]'" in capsys.readouterr().err


def environment(data, database=""):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KOPPELKANS_")}
    return kept | {"KOPPELKANS_DATA": str(data), "KOPPELKANS_DATABASE": database}


def free_port():
    return postgres_server._free_port()


def served(command, data, port):
    """A site that answers, and the seconds that this took."""
    begin = time.monotonic()
    site = subprocess.Popen(
        [*command, "serve", "--data", str(data), "--port", str(port), "--workers", "1"],
        env=environment(data), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    for line in site.stdout:
        if f"http://127.0.0.1:{port}/" in line:
            return site, time.monotonic() - begin
    raise AssertionError(f"the site ended with {site.wait()}")


def family(process):
    found = [process]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


def words_of(pid: int) -> list[str]:
    """The command line of a process; nothing of one that is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


@pytest.mark.slow
def test_the_site_starts_answers_restarts_its_worker_and_leaves_nothing_running(koppelkans_command, tmp_path):
    data, port = tmp_path / "data", free_port()
    site, _ = served(koppelkans_command, data, port)
    assert (data / "secret.key").stat().st_mode & 0o777 == 0o600
    assert json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/health"))["status"] == "well"
    (first,) = [pid for pid in family(site.pid) if "worker" in words_of(pid)]
    os.kill(first, signal.SIGKILL)
    until = time.monotonic() + PATIENCE_S
    while not [pid for pid in family(site.pid) if pid != first and "worker" in words_of(pid)]:
        assert time.monotonic() < until
        time.sleep(0.1)
    running = family(site.pid)
    site.terminate()
    assert site.wait(30) == 0
    assert not [pid for pid in running if Path(f"/proc/{pid}").exists()]

    refused = subprocess.run([*koppelkans_command, "audit", "verify", "--data", str(tmp_path)], env=environment(data), capture_output=True, text=True, check=False)  # fmt: skip
    assert (refused.returncode, "bestaat niet" in refused.stderr) == (1, True)
    verified = subprocess.run([*koppelkans_command, "audit", "verify", "--data", str(data)], env=environment(data), capture_output=True, text=True, check=False)  # fmt: skip
    assert (verified.returncode, "de keten is heel" in verified.stdout) == (0, True), verified.stderr

    site, seconds = served(koppelkans_command, data, port)
    taken = subprocess.run([*koppelkans_command, "serve", "--data", str(data), "--port", str(port)], env=environment(data), capture_output=True, text=True, check=False)  # fmt: skip
    assert (taken.returncode, f"poort {port} van 127.0.0.1 is bezet" in taken.stderr) == (1, True)
    site.send_signal(signal.SIGINT)
    assert site.wait(30) == 0
    assert seconds < 30


ONE_RUN = """
import json, os, subprocess, sys, time
os.environ["DJANGO_SETTINGS_MODULE"] = "koppelkans.web.settings"
import django
from django.core.management import call_command
from django.db import connection
django.setup()
call_command("migrate", interactive=False, verbosity=0)
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from benchmarks.web_kills import Site
from koppelkans.web.audit.verify import verify_chain
from koppelkans.web.jobs import door
site = Site(1, Path(sys.argv[1]))
run = site.run(site.real)
worker = subprocess.Popen([sys.executable, "-m", "koppelkans.web", "worker"])
steps = set()
while not door.state(run).ended:
    steps.add(run.step)
    time.sleep(0.1)
worker.terminate()
print(json.dumps({
    "vendor": connection.vendor, "state": run.state, "message": run.message, "plan_hash": run.plan_hash, "steps": len(steps),
    "files": sorted(path.name for path in run.folder.iterdir()), "faults": verify_chain(), "worker": worker.wait(),
}))
"""
"""The site's database is made, one run of Krekelwijk goes through the door, and a worker computes it."""


def one_run(tmp_path, database=""):
    place = krekelwijk.geopackage(tmp_path / "krekelwijk.gpkg")
    done = subprocess.run(
        [sys.executable, "-c", ONE_RUN, str(place), str(ROOT)], env=environment(tmp_path, database), capture_output=True, text=True,
        timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["state"], found["message"], found["faults"], found["worker"]) == ("done", "", [], 0)
    assert len(found["plan_hash"]) == 64
    assert {"plan.json", "plan.gpkg", "tables", "report.html", "report.pdf", "web"} <= set(found["files"])
    assert found["steps"] > 2
    return found


@pytest.mark.slow
def test_a_run_is_computed_on_sqlite(tmp_path):
    assert one_run(tmp_path)["vendor"] == "sqlite"


@pytest.mark.postgres
def test_a_run_is_computed_on_postgresql(tmp_path, postgres_database):
    assert one_run(tmp_path, postgres_database)["vendor"] == "postgresql"


@pytest.fixture(scope="module", name="five_kills", autouse=True)
def kills_on_each_database(request):
    """Five kills on every database that this machine has: begun before the first test and asked for by the last, because most of their
    time they wait for a lease to run out. Not begun when nothing asks for them.
    """
    asked = any(item.get_closest_marker("crash") for item in request.session.items if item.module is request.module)
    with ThreadPoolExecutor() as pool:
        going = {"sqlite": pool.submit(web_kills.kills_of, 5)} if asked else {}
        if asked and postgres_server.programs() is not None:
            server = request.getfixturevalue("postgres_server")
            going["postgresql"] = pool.submit(web_kills.kills_of, 5, database=server.new_database())
        yield going


@pytest.mark.crash
@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_five_kills_of_the_worker_lose_and_double_nothing(five_kills, database):
    kills = five_kills[database].result()
    assert kills.faults == []
    assert (kills.kills, kills.lost, kills.doubled, kills.stuck) == (5, 0, 0, 0)
    assert kills.resume_max_s < 15
    assert kills.cancelled == 1
