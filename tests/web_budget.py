"""Queries that each page asks of a database that holds much: 200 projects, 200 runs, 500 intentions, long lists of everything else.

``python tests/web_budget.py`` fills the data folder named in KOPPELKANS_DATA and prints the number of queries of each page as JSON; tests
call ``full_site`` and ``queries`` in their own database.
"""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

PROJECTS, RUNS, INTENTIONS, ENTRIES, DOCUMENTS = 200, 200, 500, 300, 60
BUDGET = 15


def full_site() -> tuple[dict[str, int], int]:
    """The project of the pages with all that surrounds it; numbers of its runs by name, and of their place."""
    import plan_fixture
    import web_fixture
    from koppelkans.web.plans.models import PlanRun, State
    from koppelkans.web.projects.models import Project

    Project.objects.bulk_create(
        [
            Project(slug=f"wijk-{n}", title=f"Wijk {n}", municipality="Lille", area=_square(n), pioneer=n % 20 == 0)
            for n in range(PROJECTS)
        ]
    )
    project = web_fixture.project("krekelwijk", area=_square(0))
    network = web_fixture.finished_run(
        project, plan_fixture.plan_with_attachments(), published=True, inputs_hash="b0" * 32
    )
    pumps = web_fixture.finished_run(project, plan_fixture.plan(), published=True, inputs_hash="b1" * 32)
    _more_runs(project, network)
    _much_of_the_rest(project, network)
    runs = {"network": network.pk, "pumps": pumps.pk}
    runs["draft"] = PlanRun.objects.filter(project=project, published_at=None, state=State.DONE).values_list(
        "pk", flat=True
    )[0]
    for state in (State.FAILED, State.CANCELLED):
        runs[state.value] = PlanRun.objects.filter(project=project, state=state).values_list("pk", flat=True)[0]
    return runs, network.place_id


def _square(number: int) -> dict[str, Any]:
    x, y = 4.3 + number % 20 * 0.02, 51.0 + number // 20 * 0.02
    return {"type": "Polygon", "coordinates": [[[x, y], [x + 0.01, y], [x + 0.01, y + 0.01], [x, y + 0.01], [x, y]]]}


def _more_runs(project: Any, like: Any) -> None:
    from koppelkans.web.plans.models import PlanRun, State
    from koppelkans.web.projects.models import Project

    others = list(Project.objects.exclude(pk=project.pk)[:20])
    states = (State.DONE, State.DONE, State.FAILED, State.CANCELLED)
    PlanRun.objects.bulk_create(
        PlanRun(
            project=project if n % 2 else others[n % len(others)], place=like.place, title=f"Run {n}", scenario=like.scenario, state=states[n // 2 % 4], progress=1.0,
            inputs_hash=like.inputs_hash, engine_version=like.engine_version, plan_hash=like.plan_hash, headline=like.headline, made_by=like.made_by,
            published_at=like.published_at if n % 8 == 1 else None, finished_at=like.finished_at,
        )
        for n in range(RUNS)
    )  # fmt: skip


def _much_of_the_rest(project: Any, run: Any) -> None:
    import web_fixture
    from koppelkans.web.accounts.models import Grant, User
    from koppelkans.web.accounts.rights import Role
    from koppelkans.web.audit.chain import record
    from koppelkans.web.intentions.models import Intention
    from koppelkans.web.places.models import Place
    from koppelkans.web.projects.models import Document, Partner, PlannedDate

    lead = web_fixture.user(Role.LEAD, project)
    people = User.objects.bulk_create(
        [User(username=f"lid{n}", email=f"lid{n}@example.org", name=f"Lid {n}", password="!") for n in range(40)]
    )
    Grant.objects.bulk_create(
        [Grant(user=one, project=project, role=Role.MEMBER.value, granted_by=lead) for one in people]
    )
    Partner.objects.bulk_create([Partner(project=project, name=f"Partner {n}", kind="cooperative") for n in range(30)])
    PlannedDate.objects.bulk_create(
        [
            PlannedDate(
                project=project, what=f"Werk {n}", value="2028", status="planned", owner="Stad", reference=f"plan {n}"
            )
            for n in range(40)
        ]
    )
    Document.objects.bulk_create(
        [
            Document(project=project, title=f"Nota {n}", decision_number=f"GR {n}", public=n % 2 == 0, added_by=lead)
            for n in range(DOCUMENTS)
        ]
    )
    Place.objects.bulk_create(
        [
            Place(
                project=project, title=f"Gebied {n}", shipped="wechelderzande", added_by=lead, status=run.place.status
            )
            for n in range(20)
        ]
    )
    today = date.today()
    Intention.objects.bulk_create([
        Intention(project=project, building=f"t{n}_0" if n < 7 else f"gebouw {n}", stance=("signed", "interested", "refused")[n % 3], said_on=today, until=today + timedelta(900), recorded_by=lead)
        for n in range(INTENTIONS)
    ])  # fmt: skip
    for n in range(ENTRIES):
        record(lead, "project.edit", f"project:wijk-{n}", public=n % 2 == 0, number=n)


def queries(runs: dict[str, int], place: int) -> dict[str, int]:
    """Queries of every page for every role that looks at it, by label; a page that does not answer counts as a fault."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse
    from django.utils.translation import override

    import web_fixture
    from koppelkans.web.projects.models import Project
    from web_addresses import PAGES

    project = Project.objects.get(slug="krekelwijk")
    counted = {}
    for page in PAGES:
        for role in page.roles:
            browser = web_fixture.confirmed(role, project)
            wants = {
                key: runs.get(value, value) if key == "run" else place if key == "place" else value
                for key, value in page.wants.items()
            }
            with override("nl"):
                address = reverse(page.name, kwargs=wants) + page.query.format(**runs)
            browser.get(address)  # what is read once a process (content types, files) is not the page's
            with CaptureQueriesContext(connection) as asked:
                answer = browser.get(address)
            if answer.status_code != page.status:
                raise AssertionError(f"{page.label} as {role}: status {answer.status_code}")
            counted[f"{page.label} as {role}"] = len(asked)
    return counted


def main() -> None:
    """Fill, count, print."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    sys.stdout.write(json.dumps(queries(*full_site())) + "\n")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main()
