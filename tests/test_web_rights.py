"""Rights: every address for every role, read and sent, as the table of rights says; objects of another project are not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

import web_fixture
from koppelkans.web.accounts import rights
from koppelkans.web.accounts.models import ApiKey, ClaimRole, Grant, RoleProposal
from koppelkans.web.accounts.rights import EVERYBODY, PROJECT_ROLES, RIGHTS, STRONG_RIGHTS, Role
from koppelkans.web.plans.models import PlanRun
from koppelkans.web.projects.models import Document, Partner, PlannedDate, Project

pytestmark = pytest.mark.django_db
OTHER_MEMBER = "member of another project"
READERS = [*Role, OTHER_MEMBER]

OF_ALLAUTH = {
    "account_login", "account_logout", "account_signup", "account_inactive", "account_reauthenticate", "account_email", "account_email_verification_sent",
    "account_confirm_email", "account_change_password", "account_set_password", "account_reset_password", "account_reset_password_done",
    "account_reset_password_from_key", "account_reset_password_from_key_done", "mfa_index", "mfa_authenticate", "mfa_reauthenticate", "mfa_activate_totp",
    "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_download_recovery_codes", "socialaccount_connections",
    "socialaccount_login_cancelled", "socialaccount_login_error", "socialaccount_signup", "openid_connect_login", "openid_connect_callback",
}  # fmt: skip
WITHOUT_RIGHT = OF_ALLAUTH | {"set_language"}
OWN_OF_ALLAUTH = {
    "account_email", "account_change_password", "account_set_password", "mfa_index", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes", "mfa_download_recovery_codes", "socialaccount_connections", "account_reauthenticate", "mfa_reauthenticate",
}  # fmt: skip

EXAMPLES: dict[str, dict[str, str]] = {
    "figure": {"key": "heat_pump.air.investment_eur_per_kw"}, "tiles": {"run": "run", "audience": "public"},
    "api_key_revoke": {"key": "key"}, "role_revoke": {"grant": "role"}, "proposal_decide": {"proposal": "proposal"}, "claim_rule_remove": {"rule": "rule"},
    "project_partner_remove": {"partner": "partner"}, "project_date_remove": {"planned": "planned"}, "project_team_remove": {"grant": "grant"},
    "document": {"document": "document"}, "document_remove": {"document": "document"},
    "place": {"place": "place"}, "place_remarks": {"place": "place"}, "place_remove": {"place": "place"},
    "plan_view": {"run": "run", "view": "straten"}, "plan_street_book": {"run": "run"}, "plan_table": {"run": "run", "view": "straten", "name": "straten"}, "plan_team_table": {"run": "run", "view": "gebouwen", "key": "buildings"},
    "plan_file": {"run": "run", "name": "report.html"}, "plan_map_still": {"run": "run", "layer": "solutions"}, "street_page": {"street": "Krekelstraat"},
    **{name: {"run": "run"} for name in (
        "plan", "plan_publish", "plan_unpublish", "plan_map", "plan_map_csv", "plan_map_geopackage", "plan_decisions",
        "run_toml", "run_progress", "run_cancel", "run_retry", "run_rename", "run_remove",
    )},
}  # fmt: skip
"""Keywords of each address that has any but ``slug``: a word of this table of objects, or the value itself."""
NUMBERED = ("run", "place", "partner", "planned", "grant", "document")


def _patterns() -> Iterator[URLPattern]:
    """Every address of the site but those of the interface for machines, which has tests of its own."""

    def inside(resolver: URLResolver) -> Iterator[URLPattern]:
        for part in resolver.url_patterns:
            if isinstance(part, URLPattern):
                yield part
            elif part.namespace != "api":
                yield from inside(part)

    yield from inside(get_resolver())


def _named() -> dict[str, URLPattern]:
    return {str(pattern.name): pattern for pattern in _patterns()}


GUARDED = sorted(name for name in _named() if name not in WITHOUT_RIGHT)


@pytest.fixture
def krekelwijk() -> Project:
    return web_fixture.project()


@pytest.fixture
def objects(krekelwijk, krekelwijk_plan) -> dict[str, Any]:
    """One of everything that an address can name, all of Krekelwijk."""
    run = web_fixture.finished_run(krekelwijk, krekelwijk_plan, published=True)
    somebody = web_fixture.user(Role.RESIDENT, name="iemand")
    return {
        "run": run.pk, "place": run.place_id,
        "partner": Partner.objects.create(project=krekelwijk, name="Stad", kind="municipality").pk,
        "planned": PlannedDate.objects.create(project=krekelwijk, what="w", value="2027", status="planned", owner="o", reference="r").pk,
        "document": Document.objects.create(project=krekelwijk, title="Nota", public=True).pk,
        "grant": Grant.objects.create(user=somebody, project=krekelwijk, role="member").pk,
        "role": Grant.objects.create(user=somebody, role="steward").pk,
        "key": ApiKey.made(somebody, "van iemand anders")[0].pk,
        "proposal": RoleProposal.objects.create(user=somebody, role="member", project=krekelwijk, reason="r").pk,
        "rule": ClaimRole.objects.create(claim="c", value="v", role="steward").pk,
    }  # fmt: skip


@pytest.fixture(autouse=True)
def _nothing_runs():
    with patch("koppelkans.web.jobs.door.start"), patch("koppelkans.web.jobs.door.cancel"):
        yield


def _address(name: str, objects: dict[str, Any], slug: str = "krekelwijk") -> str:
    """The address of a view, with the objects of its example; with the slug of a project where it wants one."""
    keywords = {key: objects.get(value, value) for key, value in EXAMPLES.get(name, {}).items()}
    try:
        return reverse(name, kwargs={**keywords, "slug": slug})
    except NoReverseMatch:
        return reverse(name, kwargs=keywords)


def _browser(reader: Any, krekelwijk: Project) -> Client:
    if reader == OTHER_MEMBER:
        return web_fixture.client(Role.LEAD, web_fixture.project("elders"))
    return web_fixture.client(reader, krekelwijk)


def _expected(reader: Any, right: str, *, on_project: bool) -> bool:
    """What the table says; roles of a project do not count on pages of the platform or of another project."""
    if reader == OTHER_MEMBER:
        reader = Role.RESIDENT
    if reader in PROJECT_ROLES and not on_project:
        reader = Role.RESIDENT
    return reader in RIGHTS[right]


class _Decisions:
    """What the guard of a view decided, in order."""

    def __init__(self) -> None:
        self.made: list[tuple[str, bool]] = []
        self._may = rights.may

    def __call__(self, user: Any, right: str, project: Project | None = None) -> bool:
        answer = self._may(user, right, project)
        self.made.append((right, answer))
        return answer


def test_every_view_names_a_right_and_every_address_has_an_example():
    without = [
        name
        for name, pattern in _named().items()
        if not hasattr(pattern.callback, "right") and name not in WITHOUT_RIGHT
    ]
    assert not without, f"views without @requires: {without}"
    assert set(_named()) >= OF_ALLAUTH, "the list of pages of allauth names one that is gone"
    lacking = []
    for name in GUARDED:
        try:
            _address(name, dict.fromkeys((*NUMBERED, "role", "key", "proposal", "rule"), 1))
        except NoReverseMatch as error:
            lacking.append(f"{name}: {error}")
    assert not lacking, f"add one line for each to EXAMPLES in this file, with the keywords of the address: {lacking}"


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("reader", READERS)
def test_every_address_for_every_role(reader, method, krekelwijk, objects):
    browser, faults = _browser(reader, krekelwijk), []
    browser.raise_request_exception = False
    for name in GUARDED:
        address, right = _address(name, objects), _named()[name].callback.right
        expected = _expected(reader, right, on_project="/wijken/krekelwijk/" in address)
        decisions = _Decisions()
        with patch.object(rights, "may", decisions), transaction.atomic():
            answer = getattr(browser, method)(address)
            transaction.set_rollback(True)
        to_sign_in = answer.status_code == 302 and "/account/aanmelden/" in answer.headers["Location"]
        if answer.status_code == 405 and not decisions.made:
            continue  # this view takes no such request from anybody
        if decisions.made[:1] != [(right, expected)]:
            faults.append(f"{name}: decided {decisions.made[:1]}, expected {right} {expected}")
        elif expected and ((answer.status_code >= 500 and name != "health") or to_sign_in):
            faults.append(f"{name}: allowed, but answered {answer.status_code}")
        elif not expected and not (to_sign_in if reader is Role.ANONYMOUS else answer.status_code == 404):
            faults.append(f"{name}: denied, but answered {answer.status_code}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("method", ["get", "post"])
def test_objects_of_another_project_are_not_there(method, krekelwijk, objects):
    web_fixture.project("elders")
    browser, faults = web_fixture.client(Role.ADMIN), []
    browser.raise_request_exception = False
    for name in GUARDED:
        if not set(EXAMPLES.get(name, {})) & set(NUMBERED) or "/wijken/" not in _address(name, objects):
            continue
        with transaction.atomic():
            here, there = (
                getattr(browser, method)(_address(name, objects, slug)).status_code for slug in ("krekelwijk", "elders")
            )
            transaction.set_rollback(True)
        if there not in (404, 405):
            faults.append(f"{name}: {there} under another project, {here} under its own")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("reader", READERS)
def test_a_plan_that_is_not_published_is_there_for_its_team_alone(reader, krekelwijk, objects):
    PlanRun.objects.filter(pk=objects["run"]).update(published_at=None)
    browser, faults = _browser(reader, krekelwijk), []
    team = _expected(reader, "plan.team", on_project=True)
    for name in GUARDED:
        if _named()[name].callback.right == "plan.read" and "run" in EXAMPLES.get(name, {}):
            status = browser.get(_address(name, objects)).status_code
            if (status == 404) == team and not (status == 404 and name in ("plan_map_still", "plan_table")):
                faults.append(f"{name}: {status}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("name", sorted(OWN_OF_ALLAUTH))
def test_pages_of_an_own_account_are_not_for_visitors(name):
    answer = web_fixture.client().get(reverse(name))
    assert answer.status_code == 302
    assert "/account/aanmelden/" in answer.headers["Location"]


def test_the_table_of_rights_is_sound():
    assert set(RIGHTS) >= STRONG_RIGHTS
    for right, roles in RIGHTS.items():
        assert roles <= EVERYBODY
        assert Role.ADMIN in roles, f"{right}: administrators can do everything but read the register in another way"
        if Role.ANONYMOUS in roles:
            assert roles == EVERYBODY, f"{right}: what visitors may, everybody may"
        assert (Role.MEMBER in roles) <= (Role.LEAD in roles), f"{right}: a lead may what a member may"
    assert not RIGHTS["intention.read"] & {Role.STEWARD, Role.FACILITATOR, Role.MODERATOR, Role.RESPONDENT}
    with pytest.raises(KeyError):
        rights.requires("plan.nonsense")


def test_a_role_of_one_project_opens_nothing_in_another(krekelwijk):
    person = web_fixture.user(Role.LEAD, krekelwijk)
    assert rights.may(person, "plan.publish", krekelwijk)
    assert not rights.may(person, "plan.publish", web_fixture.project("elders"))
    assert not rights.may(person, "plan.publish")
