"""The demonstration: the ten pioneers, projects for the places that come with the engine, accounts to look around with, first plans.

Safe to repeat: what is there stays as it is, also when somebody changed it.
"""

from __future__ import annotations

import json
import secrets
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from koppelkans.web.accounts.models import Grant, User
from koppelkans.web.accounts.rights import Role
from koppelkans.web.audit.chain import record
from koppelkans.web.places.checking import statuses
from koppelkans.web.places.models import Place
from koppelkans.web.plans.models import PlanRun
from koppelkans.web.projects.models import Partner, Project

HERE = Path(__file__).parent
SYSTEM = "system"
DOMAIN = "demo.koppelkans.example"
PASSWORD_BYTES = 12

ACCOUNTS = (
    ("beheer", "Beheerder (demo)", Role.ADMIN),
    ("projectleider", "Projectleider (demo)", Role.LEAD),
    ("lid", "Teamlid (demo)", Role.MEMBER),
    ("energiehuis", "Begeleider energiehuis (demo)", Role.RESIDENT),
)
"""Name in the address, name on screen, role on the platform or on every project of the demonstration."""


def load_demo() -> list[tuple[str, str]]:
    """E-mail addresses and passwords of the accounts made now; they are not kept anywhere.

    The first shipped place is queued before the rest is made, so that a worker beside it begins at once.
    """
    accounts, made = _accounts()
    tree = _tree()
    first, *others = tree["shipped"]
    for items in ([first], [*others, *tree["project"]]):
        projects = [_project(item) for item in items]
        _places([(project, item["place"]) for project, item in zip(projects, items, strict=True)])
        for project, item in zip(projects, items, strict=True):
            _team(project, accounts)
            _first_plan(project, item["place"], accounts["beheer"])
    return made


@cache
def _tree() -> dict[str, Any]:
    """What the two files of fixtures and the outlines hold, together."""
    pioneers, shipped = (
        tomllib.loads(HERE.joinpath(name).read_text(encoding="utf-8")) for name in ("pioneers.toml", "shipped.toml")
    )
    sources = {name: pioneers[name] for name in ("source", "source_en")}
    return {
        "project": [{**sources, "pioneer": True, **item} for item in pioneers["project"]],
        "shipped": [{"pioneer": False, "partners": [], **item} for item in shipped["project"]],
        "areas": json.loads(HERE.joinpath("areas.json").read_text(encoding="utf-8")),
    }


def _accounts() -> tuple[dict[str, User], list[tuple[str, str]]]:
    """The accounts of the demonstration, and the passwords of those that are new."""
    found: dict[str, User] = {}
    made = []
    for key, name, role in ACCOUNTS:
        email = f"{key}@{DOMAIN}"
        with transaction.atomic():
            user, new = User.objects.get_or_create(email=email, defaults={"username": f"demo-{key}", "name": name})
            if new:
                password = secrets.token_urlsafe(PASSWORD_BYTES)
                user.set_password(password)
                user.save()
                made.append((email, password))
                record(SYSTEM, "account.create", f"user:{user.pk}", role=role.value)
            if role is Role.ADMIN:
                Grant.objects.get_or_create(user=user, role=role.value, project=None)
        found[key] = user
    return found, made


def _project(item: dict[str, Any]) -> Project:
    """One project with its partners; as it is when it is there already."""
    areas = _tree()["areas"]
    area = areas["areas"].get(item["place"])
    credit = f"{areas['attribution']}. {areas['licence']}."
    values = {
        "title": item["title"], "municipality": item["municipality"], "phase": item["phase"], "pioneer": item["pioneer"],
        "summary": item["summary"], "summary_en": item["summary_en"],
        "first_question": item["first_question"], "first_question_en": item["first_question_en"],
        "by_city": False, "source": item["source"], "source_en": item["source_en"], "area": area,
        "area_source": _sentence(item["area_about"], credit) if area else "", "area_source_en": _sentence(item["area_about_en"], credit) if area else "",
    }  # fmt: skip
    with transaction.atomic():
        project, made = Project.objects.get_or_create(slug=item["slug"], defaults=values)
        if made:
            Partner.objects.bulk_create(Partner(project=project, **partner) for partner in item["partners"])
            record(SYSTEM, "project.create", f"project:{project.slug}", public=True, title=project.title)
    return project


def _sentence(about: str, credit: str) -> str:
    return f"{about[0].upper()}{about[1:]}. {credit}"


def _places(wanted: list[tuple[Project, str]]) -> None:
    """The places of these projects, checked by the engine in one go."""
    absent = [(project, name) for project, name in wanted if not project.places.filter(shipped=name).exists()]
    if not absent:
        return
    for (project, name), status in zip(absent, statuses([name for _project, name in absent]), strict=True):
        with transaction.atomic():
            place = Place.objects.create(project=project, title=status["title"], shipped=name, status=status)
            record(SYSTEM, "place.add", f"project:{project.slug}", place=place.pk, shipped=name)


def _team(project: Project, accounts: dict[str, User]) -> None:
    for key, _name, role in ACCOUNTS:
        if role in (Role.LEAD, Role.MEMBER):
            Grant.objects.get_or_create(user=accounts[key], project=project, role=role.value)


def _first_plan(project: Project, name: str, actor: User) -> PlanRun | None:
    """The plan of the example scenario of a shipped place, open to everybody as a demonstration; pioneers without one get none.

    Its title says that the source of heat is an assumption.
    """
    from koppelkans.place import shipped_scenario
    from koppelkans.scenario import read_scenario
    from koppelkans.web.plans.runs import new_run

    file = shipped_scenario(name)
    if file is None or project.runs.exists():
        return None
    scenario = read_scenario(file)
    with transaction.atomic():
        run = new_run(project, project.places.get(shipped=name), scenario, actor, title=f"Voorbeeld: {scenario.title}")
        PlanRun.objects.filter(pk=run.pk).update(published_at=timezone.now())
        record(SYSTEM, "plan.publish", f"project:{project.slug}", public=True, run=run.pk, demonstration=True)
    return run
