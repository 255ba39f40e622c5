"""The interface for machines: what is public and nothing else, what a key opens, faults in one form, no surprise under fuzzing."""

import csv
import io
import json
from datetime import timedelta
from unittest.mock import patch

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from ninja.constants import NOT_SET
from schemathesis import GenerationMode

import web_fixture
from koppelkans.web.accounts.models import ApiKey
from koppelkans.web.accounts.rights import RIGHTS, Role
from koppelkans.web.api import public, team
from koppelkans.web.api.interface import KeyInHeader
from koppelkans.web.audit.models import Entry
from koppelkans.web.plans.models import PlanRun, State

pytestmark = pytest.mark.django_db
EXAMPLES = 12


@pytest.fixture(autouse=True)
def _no_worker():
    """Runs wait; nothing computes."""
    with patch("koppelkans.web.jobs.door.start"):
        yield


@pytest.fixture
def krekelwijk():
    return web_fixture.project()


def _indicator(key: str, *, public: bool = True, tender: bool = False) -> dict:
    return {
        "key": key,
        "title": key,
        "title_en": key,
        "value": 1.0,
        "low": None,
        "high": 2.0,
        "unit": "EUR",
        "method": "m",
        "public": public,
        "tender": tender,
        "secret": "SECRET",
    }


def _section(anchor: str, language: str) -> dict:
    return {"anchor": anchor, "title": f"{anchor} {language}", "html": "<p>x</p>", "order": 1, "secret": "SECRET"}


FACTS = {
    "title": "Krekelwijk", "municipality": "Lille", "mode": "optimum", "levels": ["A"], "network_assessed": True, "has_network": False, "attributions": [],
    "bounds": [4.0, 51.0, 4.1, 51.1], "crs": "EPSG:31370", "plan_hash": "abc", "engine_version": "0.1.0", "made_on": "2026-01-01", "valid_until": "2027-01-01",
    "reproducible": True, "standings": {"official": 1}, "secret": "SECRET",
    "indicators": [_indicator("cost"), _indicator("team_cost", public=False), _indicator("heat_price", tender=True)],
}  # fmt: skip
FILES = {
    "facts.json": FACTS,
    "streets.json": [{"street": f"Straat {number}", "buildings": 10, "why": ["dense"]} for number in range(120)],
    "houses.json": [
        {"kind": "terraced", "solution": "heat_pump_air", "investment_eur": {"low": 1, "median": 2, "high": 3}}
    ],
    **{f"public.{language}.json": {"views": {"geld": [_section("kosten", language)]}} for language in ("nl", "en")},
    **{
        f"tender.{language}.json": {"views": {"geld": [_section("warmteprijs", language)]}} for language in ("nl", "en")
    },
    **{f"team.{language}.json": {"views": {"geld": [_section("SECRET", language)]}} for language in ("nl", "en")},
}


def _run(project, *, published: bool) -> PlanRun:
    place = project.places.get_or_create(
        title="Krekelwijk", defaults={"shipped": "krekelwijk", "status": {"levels": {"A": 1.0}, "remarks": ["SECRET"]}}
    )[0]
    run = PlanRun.objects.create(
        project=project, place=place, title="Plan", scenario={}, state=State.DONE, progress=1.0, inputs_hash=f"{project.slug:0<64}", engine_version="0.1.0",
        plan_hash="abc", finished_at=timezone.now(), published_at=timezone.now() if published else None,
    )  # fmt: skip
    run.bundle.mkdir(parents=True, exist_ok=True)
    for name, content in FILES.items():
        (run.bundle / name).write_text(json.dumps(content))
    return run


@pytest.fixture
def published(krekelwijk):
    return _run(krekelwijk, published=True)


@pytest.fixture
def hidden(krekelwijk):
    return _run(krekelwijk, published=False)


def _key(role: Role, of=None) -> dict:
    return {"HTTP_X_API_KEY": ApiKey.made(web_fixture.user(role, of), "proef")[1]}


def _get(address: str, **headers: str):
    return web_fixture.client().get(f"/api/v1{address}", **headers)


def _begin(slug: str, body: object, **headers: str):
    return web_fixture.client().post(
        f"/api/v1/projects/{slug}/runs", json.dumps(body), content_type="application/json", **headers
    )


# --- public


def test_the_description_is_openapi_3_1_and_no_page_asks_anything_elsewhere():
    description = _get("/openapi.json").json()
    assert description["openapi"].startswith("3.1")
    assert _get("/docs").status_code == 404
    for operations in description["paths"].values():
        for operation in operations.values():
            assert {"401", "403", "404", "409", "422", "429"} <= set(operation["responses"])
            assert operation["description"]


def test_neighbourhoods_and_places_without_what_is_of_the_team(krekelwijk, published):
    krekelwijk.partners.create(name="Stad", kind="municipality")
    listed = _get("/projects").json()
    assert listed["count"] == 1
    assert listed["items"][0]["slug"] == "krekelwijk"
    assert _get("/projects/krekelwijk").json()["partners"] == [{"name": "Stad", "kind": "municipality", "part": ""}]
    (place,) = _get("/projects/krekelwijk/places").json()
    assert set(place) == {"id", "title", "levels", "network_possible", "dated", "attributions"}


def test_a_published_plan_gives_its_public_figures_only(published):
    facts = _get(f"/plans/{published.pk}/facts").json()
    assert facts["plan_hash"] == "abc"
    assert [row["key"] for row in facts["indicators"]] == ["cost", "heat_price"]
    table = list(csv.DictReader(io.StringIO(_get(f"/plans/{published.pk}/facts.csv").content.decode())))
    assert [row["key"] for row in table] == ["cost", "heat_price"]
    assert _get(f"/plans/{published.pk}").json()["project"] == "krekelwijk"
    assert [row["id"] for row in _get("/projects/krekelwijk/plans").json()["items"]] == [published.pk]
    streets = _get(f"/plans/{published.pk}/streets?limit=30&offset=100").json()
    assert (streets["count"], len(streets["items"])) == (120, 20)
    houses = _get(f"/plans/{published.pk}/houses.csv")
    assert houses.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert (
        houses.content.decode().splitlines()[0]
        == "kind,solution,investment_eur_low,investment_eur_median,investment_eur_high"
    )


def test_what_was_not_named_does_not_leave(published):
    parts = (
        "",
        "/facts",
        "/facts.csv",
        "/streets",
        "/streets.csv",
        "/houses",
        "/houses.csv",
        "/views/geld",
        "/views/kaart",
    )
    answers = [_get(f"/plans/{published.pk}{part}") for part in parts] + [_get("/projects/krekelwijk/places")]
    assert [answer.status_code for answer in answers] == [200] * len(answers)
    assert not [answer for answer in answers if b"SECRET" in answer.content or b"team_cost" in answer.content]


def test_nothing_of_a_building_leaves_with_a_real_plan(krekelwijk, krekelwijk_plan):
    run = web_fixture.finished_run(krekelwijk, krekelwijk_plan, published=True)
    parts = (
        "",
        "/facts",
        "/streets",
        "/houses",
        "/views/gebouwen",
        "/views/straten",
        "/views/kaart",
        "/views/gezinnen",
    )
    answers = [_get(f"/plans/{run.pk}{part}") for part in parts]
    assert [answer.status_code for answer in answers] == [200] * len(parts)
    everything = "".join(answer.content.decode() for answer in answers)
    for building in krekelwijk_plan.place.buildings.index:
        assert f'"{building}"' not in everything
        assert f">{building}<" not in everything


@pytest.mark.parametrize(
    "part", ["", "/facts", "/facts.csv", "/streets", "/streets.csv", "/houses", "/houses.csv", "/views/geld"]
)
def test_a_plan_that_is_not_published_is_not_there_not_even_for_its_team(hidden, krekelwijk, part):
    for headers in ({}, _key(Role.LEAD, krekelwijk)):
        answer = _get(f"/plans/{hidden.pk}{part}", **headers)
        assert answer.status_code == 404
        assert set(answer.json()) == {"detail", "faults"}


def test_a_closed_tender_is_closed_here_too(krekelwijk, published):
    krekelwijk.tender_closed_until = timezone.localdate() + timedelta(days=1)
    krekelwijk.save()
    assert [row["key"] for row in _get(f"/plans/{published.pk}/facts").json()["indicators"]] == ["cost"]
    assert "heat_price" not in _get(f"/plans/{published.pk}/facts.csv").content.decode()
    assert [section["anchor"] for section in _get(f"/plans/{published.pk}/views/geld").json()["sections"]] == ["kosten"]
    key = _key(Role.LEAD, krekelwijk)
    assert [row["key"] for row in _get(f"/plans/{published.pk}/facts", **key).json()["indicators"]] == ["cost"]


def test_views_come_in_both_languages(published):
    for language in ("nl", "en"):
        answer = _get(f"/plans/{published.pk}/views/geld?language={language}").json()
        assert answer["sections"] == [
            {"anchor": name, "title": f"{name} {language}", "html": "<p>x</p>"} for name in ("kosten", "warmteprijs")
        ]


def test_cells_of_a_table_are_never_formulas():
    text = public.as_csv(
        [{"a": "=HYPERLINK(1)", "b": -1.5, "c": {"low": 1}, "d": ["x", "y"]}], "t.csv"
    ).content.decode()
    assert text.splitlines() == ["a,b,c_low,d", "'=HYPERLINK(1),-1.5,1,x;y"]


def test_pages_are_bounded(krekelwijk):
    assert _get("/projects?limit=101").status_code == 422
    assert _get("/projects?limit=0").status_code == 422
    assert _get("/plans/0/facts").status_code == 422
    assert _get(f"/plans/{2**63}/facts").status_code == 422
    assert _get(f"/plans/{2**63 - 1}/facts").status_code == 404
    assert _get(f"/projects?offset={2**63 - 1}").json()["items"] == []
    answer = _get("/projects?limit=veel").json()
    assert answer["faults"][0].startswith("query.limit")


# --- with a key


def test_a_member_runs_a_plan_follows_it_and_stops_it(krekelwijk, published):
    key = _key(Role.MEMBER, krekelwijk)
    begun = _begin("krekelwijk", {"place": published.place_id, "title": "Proef", "scenario": {"title": "Proef"}}, **key)
    assert begun.status_code == 200, begun.content
    run = PlanRun.objects.get(pk=begun.json()["id"])
    assert run.made_by == web_fixture.user(Role.MEMBER, krekelwijk)
    assert Entry.objects.filter(verb="plan.run", actor=f"user:{run.made_by_id}").exists()
    assert _get(f"/runs/{run.pk}", **key).json()["state"] == State.QUEUED
    assert _get("/projects/krekelwijk/runs", **key).json()["count"] == 2
    with patch(
        "koppelkans.web.jobs.door.cancel",
        lambda found: PlanRun.objects.filter(pk=found.pk).update(state=State.CANCELLED),
    ):
        assert web_fixture.client().post(f"/api/v1/runs/{run.pk}/cancel", **key).json()["state"] == State.CANCELLED
    ended = web_fixture.client().post(f"/api/v1/runs/{run.pk}/cancel", **key)
    assert ended.status_code == 409
    assert "has ended" in ended.json()["detail"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"place": 999, "title": "x"}, "no place 999"),
        ({"place": 1, "title": ""}, "body.wanted.title"),
        ({"place": 1, "title": "x", "more": 1}, "body.wanted.more"),
        ({"title": "x"}, "body.wanted.place"),
        ({"place": 1, "title": "a\x00b"}, "NUL"),
        ({"place": 1, "title": "\ud800"}, "body.wanted.title"),
        ({"place": "PLACE", "title": "x", "scenario": {"title": "\ud800"}}, "sign pair"),
        ({"place": "PLACE", "title": "x", "scenario": {"nonsense": 1}}, "nonsense"),
        ({"place": "PLACE", "title": "x", "scenario": {"title": "y\x00"}}, "NUL"),
    ],
)
def test_faults_are_named_and_nothing_is_made(krekelwijk, published, body, said):
    body = {**body, "place": published.place_id} if body.get("place") == "PLACE" else body
    answer = _begin("krekelwijk", body, **_key(Role.MEMBER, krekelwijk))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert PlanRun.objects.count() == 1


def test_a_body_that_is_no_json_is_a_fault_too(krekelwijk):
    answer = web_fixture.client().post(
        "/api/v1/projects/krekelwijk/runs", "{", content_type="application/json", **_key(Role.MEMBER, krekelwijk)
    )
    assert answer.status_code == 422
    assert answer.json()["detail"] == "the body is not JSON"


def test_without_a_valid_key_nothing_opens(krekelwijk, hidden):
    for headers in ({}, {"HTTP_X_API_KEY": "kk_verzonnen"}, {"HTTP_X_API_KEY": ""}):
        for address in ("/projects/krekelwijk/runs", f"/runs/{hidden.pk}"):
            assert _get(address, **headers).status_code == 401
        assert _begin("krekelwijk", {"place": 1, "title": "x"}, **headers).status_code == 401
    in_address = _get(f"/runs/{hidden.pk}?X-API-Key={ApiKey.made(web_fixture.user(Role.ADMIN), 'x')[1]}")
    assert in_address.status_code == 401
    signed_in = web_fixture.client(Role.ADMIN).get(f"/api/v1/runs/{hidden.pk}")
    assert signed_in.status_code == 401, "a session opens nothing here, so no other site can use it"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ANONYMOUS])
@pytest.mark.parametrize("own", [True, False])
def test_a_key_opens_what_its_user_may_and_not_more(krekelwijk, hidden, role, own):
    elsewhere = web_fixture.project("elders")
    headers = _key(role, krekelwijk if own else elsewhere)
    on_project = role not in (Role.MEMBER, Role.LEAD) or own
    reads = on_project and role in RIGHTS["plan.team"]
    runs = on_project and role in RIGHTS["plan.run"]
    assert _get("/projects/krekelwijk/runs", **headers).status_code == (200 if reads else 404)
    assert _get(f"/runs/{hidden.pk}", **headers).status_code == (200 if reads else 404)
    assert _begin("krekelwijk", {"place": hidden.place_id, "title": "x"}, **headers).status_code == (
        200 if runs else 404
    )
    assert web_fixture.client().post(f"/api/v1/runs/{hidden.pk}/cancel", **headers).status_code == (
        409 if runs else 404
    )


def test_a_place_of_another_project_cannot_be_used(krekelwijk, published):
    elsewhere = web_fixture.project("elders")
    answer = _begin("elders", {"place": published.place_id, "title": "x"}, **_key(Role.LEAD, elsewhere))
    assert answer.status_code == 422
    assert "no place" in answer.json()["detail"]


def test_who_begins_too_many_runs_waits(krekelwijk, published):
    key = _key(Role.MEMBER, krekelwijk)
    with patch("koppelkans.web.plans.runs.QUEUE_LIMIT", 1):
        first = _begin("krekelwijk", {"place": published.place_id, "title": "x", "scenario": {"title": "a"}}, **key)
        second = _begin("krekelwijk", {"place": published.place_id, "title": "x", "scenario": {"title": "b"}}, **key)
    assert (first.status_code, second.status_code) == (200, 409)
    with patch("koppelkans.web.api.interface.RunsRate.allow_request", return_value=False):
        assert _begin("krekelwijk", {"place": published.place_id, "title": "x"}, **key).status_code == 429


def test_every_operation_names_its_right():
    for router, rights in (
        (public.router, {"page.read", "project.read", "plan.read"}),
        (team.router, {"plan.team", "plan.run"}),
    ):
        operations = [operation for view in router.path_operations.values() for operation in view.operations]
        assert {operation.view_func.right for operation in operations} == rights
    assert public.router.auth is NOT_SET
    assert isinstance(team.router.auth, KeyInHeader)


# --- fuzzing: every operation, with what the description allows and with what it does not

SCHEMA = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler())
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations()}


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", OPERATIONS)
def test_fuzzing_finds_nothing(label, mode, published):
    headers = {"X-API-Key": ApiKey.made(web_fixture.user(Role.LEAD, published.project), "fuzz")[1]}
    # a scenario may fit its description and still not fit the place: the engine says so with 422
    left_out = [schemathesis.checks.CHECKS.get_one("positive_data_acceptance")] if "POST" in label else []

    @given(case=OPERATIONS[label].as_strategy(generation_mode=mode))
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def fuzzed(case):
        case.headers = {name: value for name, value in (case.headers or {}).items() if name.lower() != "x-api-key"}
        case.call_and_validate(headers=headers, excluded_checks=left_out)

    try:
        fuzzed()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, label
