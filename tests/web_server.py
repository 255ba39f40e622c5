"""A site as its users meet it: the real server on a free port, its own data folder, people, projects and finished plans.

``python tests/web_server.py`` fills the data folder named in KOPPELKANS_DATA and prints what it made as JSON; the fixture ``site`` does so
in a process of its own, because the tests' own process keeps another database.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
START_S = 60.0
SLUG, TENDER_SLUG = "krekelwijk", "molenveld"


@dataclass(frozen=True)
class Site:
    """``sessions``: role -> key of a session that is signed in. ``runs``: name -> number of a plan run. ``place``: number of their place;
    ``small_place``: of one that is computed in seconds."""

    url: str
    data: Path
    environment: dict[str, str]
    sessions: dict[str, str]
    runs: dict[str, int]
    place: int
    small_place: int

    def address(self, name: str, *, language: str = "nl", **kwargs: Any) -> str:
        """The whole address of a named page."""
        from django.urls import reverse
        from django.utils.translation import override

        with override(language):
            return self.url + reverse(name, kwargs=kwargs)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def environment(data: Path) -> dict[str, str]:
    """What a process of this site is started with."""
    own = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    return {
        **own,
        "KOPPELKANS_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "koppelkans.web.settings",
        "PYTHONPATH": str(ROOT / "tests"),
    }


def filled(data: Path) -> dict[str, Any]:
    """A data folder with a database, people, projects and plans; what was made."""
    from koppelkans.web.configuration import make_secret_key

    make_secret_key(data)
    made = subprocess.run(
        [sys.executable, __file__],
        env=environment(data),
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
        timeout=540,
    )
    if made.returncode:
        raise RuntimeError(made.stderr[-4_000:])
    return dict(json.loads(made.stdout.splitlines()[-1]))


def started(data: Path, port: int, *, log: Path) -> subprocess.Popen[bytes]:
    """Web server and worker, as ``koppelkans serve`` starts them; returns when the site answers."""
    command = [sys.executable, "-m", "koppelkans.web", "serve", "--port", str(port)]
    child = subprocess.Popen(
        command,
        env=environment(data),
        cwd=ROOT,
        stdout=log.open("ab"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        if child.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
                return child
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    child.kill()
    raise RuntimeError(f"the site did not start: {log.read_text(errors='replace')[-4_000:]}")


def filled_once(data: Path, model: Path) -> dict[str, Any]:
    """The same as ``filled``, copied from ``model``, which the first of several processes fills while the others wait."""
    with model.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = model / "made.json"
        if not told.exists():
            model.mkdir()
            told.write_text(json.dumps(filled(model)))
    shutil.copytree(model, data, dirs_exist_ok=True)
    return dict(json.loads(told.read_text()))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("site")
    # the processes of one run of the tests share the folder above their own; without them that folder outlives the run
    shared = bool(os.environ.get("PYTEST_XDIST_WORKER"))
    made = filled_once(data, tmp_path_factory.getbasetemp().parent / "site_model") if shared else filled(data)
    port = free_port()
    child = started(data, port, log=data / "server.log")
    yield Site(
        f"http://127.0.0.1:{port}",
        data,
        environment(data),
        made["sessions"],
        made["runs"],
        made["place"],
        made["small_place"],
    )
    child.terminate()
    try:
        child.wait(20)
    except subprocess.TimeoutExpired:
        child.kill()


# ------------------------------------------------------------------------------------------------ what the site holds


def fill() -> dict[str, Any]:
    """Krekelwijk six times side by side, with a heat network and without; runs in every state; people with every role."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    import web_fixture
    from koppelkans.web.accounts.rights import Role

    project = web_fixture.project(
        SLUG,
        summary="Een wijk die niet bestaat, met zes keer dezelfde straten.",
        first_question="Loont een warmtenet in de Krekelstraat?",
    )
    runs = _runs(project) | {"tender": _tender()}
    _dates(project)
    roles = (Role.RESIDENT, Role.MEMBER, Role.LEAD, Role.ADMIN, Role.STEWARD, web_fixture.SECURED)
    sessions = {str(role): _session(role, project) for role in roles}
    return {
        "sessions": sessions,
        "runs": {name: run.pk for name, run in runs.items()},
        "place": runs["network"].place_id,
        "small_place": _small_place(project),
    }


def _runs(project: Any) -> dict[str, Any]:
    import plan_fixture
    import web_fixture
    from koppelkans.web.plans.models import PlanRun, State

    network = web_fixture.finished_run(
        project, plan_fixture.plan_with_attachments(), published=True, inputs_hash="a" * 64
    )
    pumps = web_fixture.finished_run(project, plan_fixture.plan(), published=True, inputs_hash="b" * 64)
    draft = web_fixture.finished_run(project, plan_fixture.plan(), inputs_hash="b" * 64)
    made = {"network": network, "pumps": pumps, "draft": draft}
    for title, run in (("Met warmtenet", network), ("Zonder warmtenet", pumps), ("Ontwerp", draft)):
        PlanRun.objects.filter(pk=run.pk).update(title=title)
    for state in (State.FAILED, State.CANCELLED):
        made[state.value] = PlanRun.objects.create(
            project=project, place=network.place, title=f"Een run die {state.value} is", scenario={}, state=state, step="network", progress=0.4,
            message="De warmtebron is te klein." if state is State.FAILED else "", faults=["bron: 20 kW gevonden, 900 kW verwacht"] if state is State.FAILED else [],
            inputs_hash=state.value.ljust(64, "0"), engine_version="0.1.0",
        )  # fmt: skip
    return made


def _tender() -> Any:
    """A plan of a project whose tender is open: what matters to it is closed to all but leads."""
    import plan_fixture
    import web_fixture
    from koppelkans.web.accounts.models import Grant, User
    from koppelkans.web.accounts.rights import Role

    project = web_fixture.project(TENDER_SLUG, tender_closed_until=date.today() + timedelta(365))
    lead = web_fixture.user(Role.LEAD, web_fixture.project(SLUG))
    Grant.objects.create(user=User.objects.get(pk=lead.pk), project=project, role=Role.LEAD.value)
    return web_fixture.finished_run(project, plan_fixture.plan_with_attachments(), published=True, inputs_hash="a" * 64)


def _small_place(project: Any) -> int:
    from django.conf import settings

    import web_upload
    from koppelkans.web.places.checking import checked
    from koppelkans.web.places.models import Place

    folder = Path(settings.DATA) / "places" / "bijen"
    folder.mkdir(parents=True)
    web_upload.neighbourhood(folder)
    return int(
        Place.objects.create(
            project=project, title="Bijenwijk", folder="bijen", content_hash="bijen", status=checked(folder)
        ).pk
    )


def _dates(project: Any) -> None:
    from koppelkans.web.projects.models import Partner, PlannedDate

    Partner.objects.create(project=project, name="Gemeente Krekelgem", kind="municipality", part="trekker")
    PlannedDate.objects.create(
        project=project,
        what="heraanleg Krekelstraat",
        street="Krekelstraat",
        value="2028",
        status="decided",
        owner="Gemeente Krekelgem",
        reference="GR 2026/12",
    )
    PlannedDate.objects.create(
        project=project,
        what="vervanging gasleiding",
        street="Veldpad 1",
        value="2029",
        status="planned",
        owner="Fluvius",
        reference="investeringsplan 2026",
    )


def _session(role: Any, project: Any) -> str:
    import web_fixture

    return str(web_fixture.confirmed(role, project).cookies["sessionid"].value)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "tests"))
    sys.stdout.write(json.dumps(fill()) + "\n")
