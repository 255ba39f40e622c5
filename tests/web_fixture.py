"""What the tests of the web site lean on: people with a role, a project, a run that is done."""

from __future__ import annotations

import shutil
import time
from typing import Any

from django.test import Client
from django.utils import timezone

from koppelkans.plan import Plan, save_plan
from koppelkans.web.accounts.models import Grant, User
from koppelkans.web.accounts.rights import PLATFORM_ROLES, Role
from koppelkans.web.places.models import Place
from koppelkans.web.plans.models import PlanRun, State
from koppelkans.web.projects.models import Project

PASSWORD = "een lang wachtwoord"
SECURED, TOTP_SECRET = "secured", "JBSWY3DPEHPK3PXP"
HOUR_S = 3_600


def project(slug: str = "krekelwijk", **values: Any) -> Project:
    return Project.objects.get_or_create(
        slug=slug, defaults={"title": slug.capitalize(), "municipality": "Lille", **values}
    )[0]


def user(role: Role = Role.RESIDENT, of: Project | None = None, name: str = "") -> User:
    """A person with this role: on the project ``of`` for roles of a project, on the platform for the others."""
    name = name or f"{role}{of.slug if of else ''}"
    found, made = User.objects.get_or_create(
        username=name, defaults={"email": f"{name}@example.org", "name": name.capitalize()}
    )
    if made:
        found.set_password(PASSWORD)
        found.save()
    if role not in (Role.ANONYMOUS, Role.RESIDENT):
        Grant.objects.get_or_create(user=found, role=role.value, project=None if role in PLATFORM_ROLES else of)
    return found


def client(role: Role = Role.ANONYMOUS, of: Project | None = None) -> Client:
    """A browser of somebody with this role, signed in unless anonymous."""
    opened = Client(HTTP_HOST="localhost")
    if role is not Role.ANONYMOUS:
        opened.force_login(user(role, of), backend="django.contrib.auth.backends.ModelBackend")
    return opened


def secured(of: Project) -> User:
    """A member with a second factor and emergency codes."""
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP

    found = user(Role.MEMBER, of, name=SECURED)
    if not found.authenticator_set.exists():
        TOTP.activate(found, TOTP_SECRET)
        RecoveryCodes.activate(found)
    return found


def confirmed(role: str, of: Project) -> Client:
    """A browser of somebody with this role, or of ``secured``, who typed their password just now, as pages about passwords and codes ask."""
    if role == Role.ANONYMOUS:
        return client()
    opened = Client(HTTP_HOST="localhost")
    person = secured(of) if role == SECURED else user(Role(role), of)
    opened.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    session = opened.session
    # an hour from now, because the tests that share this browser take longer than a confirmation holds
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time() + HOUR_S, "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()
    return opened


def finished_run(
    of: Project, plan: Plan, *, published: bool = False, shipped: str = "", inputs_hash: str = ""
) -> PlanRun:
    """A run that is done, with the folder and the pages of ``plan``."""
    from koppelkans.web.plans.bundle import write_bundle

    place = Place.objects.get_or_create(
        project=of, title=plan.place.title, defaults={"shipped": shipped or "wechelderzande"}
    )[0]
    run = PlanRun.objects.create(
        project=of, place=place, title=plan.scenario.title, scenario=plan.scenario.model_dump(mode="json"), state=State.DONE, progress=1.0,
        inputs_hash=inputs_hash or plan.run.plan_hash, engine_version=plan.run.engine_version, plan_hash=plan.run.plan_hash,
        finished_at=timezone.now(), published_at=timezone.now() if published else None,
    )  # fmt: skip
    if not run.bundle.exists():
        shutil.rmtree(run.folder, ignore_errors=True)
        run.folder.mkdir(parents=True)
        save_plan(plan, run.folder)
        write_bundle(plan, run.folder)
    return run
