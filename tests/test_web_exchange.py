"""Files of a plan for the tools of others on the site: for the team alone, closed while the tender is, named on the view they belong to."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.utils import timezone

import exchange_fixture
import plan_fixture
import web_fixture
from koppelkans import exchange
from koppelkans.errors import OutOfRangeError
from koppelkans.web.accounts.rights import Role
from koppelkans.web.plans.models import PlanRun

pytestmark = pytest.mark.django_db
FILES = ("plan.xlsx", "plan.esdl")


@pytest.fixture(scope="module")
def plan():
    return exchange_fixture.plan()


@pytest.fixture
def run(plan) -> PlanRun:
    return web_fixture.finished_run(web_fixture.project(), plan, published=True, inputs_hash="1e" * 32)


def address(run, rest=""):
    return f"/nl/wijken/{run.project.slug}/plan/{run.pk}/{rest}"


def fetched(run, role, name):
    return web_fixture.client(role, run.project).get(address(run, f"bestand/{name}"))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    ("role", "status"), [(Role.ANONYMOUS, 404), (Role.RESIDENT, 404), (Role.MEMBER, 200), (Role.LEAD, 200)]
)
def test_the_team_takes_the_files_along(run, name, role, status):
    assert fetched(run, role, name).status_code == status


@pytest.mark.parametrize("name", FILES)
def test_a_closed_tender_closes_them(run, name):
    run.project.tender_closed_until = timezone.localdate() + timedelta(days=30)
    run.project.save()
    assert fetched(run, Role.MEMBER, name).status_code == 404
    assert fetched(run, Role.LEAD, name).status_code == 200
    page = web_fixture.client(Role.MEMBER, run.project).get(address(run)).content.decode()
    assert name not in page


def test_the_workbook_of_the_site_opens(run):
    answer = fetched(run, Role.MEMBER, "plan.xlsx")
    assert "attachment" in answer["Content-Disposition"]
    book = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content)))
    assert "Kasstroom" in book.sheetnames


@pytest.mark.parametrize(
    ("view", "names"), [("net", ("plan.esdl", "plan.gpkg")), ("geld", ("plan.xlsx",)), ("gebouwen", ())]
)
def test_a_view_names_its_files_to_the_team_only(run, view, names):
    team, public = (
        web_fixture.client(role, run.project).get(address(run, f"{view}/")).content.decode()
        for role in (Role.MEMBER, Role.ANONYMOUS)
    )
    for name in ("plan.esdl", "plan.gpkg", "plan.xlsx"):
        assert (f"bestand/{name}" in team) == (name in names)
        assert f"bestand/{name}" not in public


def test_a_plan_without_a_network_has_none():
    bare = web_fixture.finished_run(web_fixture.project("zonder"), plan_fixture.plan(), inputs_hash="1f" * 32)
    for name in FILES:
        assert fetched(bare, Role.LEAD, name).status_code == 404


def test_a_file_that_cannot_be_made_says_why_to_the_team(plan, monkeypatch):
    def refused(_plan):
        raise OutOfRangeError("a yearly amount beyond what the workbook carries")

    monkeypatch.setattr(exchange, "workbook_bytes", refused)
    run = web_fixture.finished_run(web_fixture.project("zonder-werkboek"), plan, published=True, inputs_hash="1d" * 32)
    assert fetched(run, Role.MEMBER, "plan.xlsx").status_code == 404
    for view in ("", "geld/"):
        team, public = (
            web_fixture.client(role, run.project).get(address(run, view)).content.decode()
            for role in (Role.MEMBER, Role.ANONYMOUS)
        )
        assert "niet gemaakt" in team
        assert "beyond what the workbook carries" in team
        assert "bestand/plan.xlsx" not in team
        assert "niet gemaakt" not in public
