"""The streets that the newest published plans of a project speak of, and how somebody finds theirs."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.http import Http404

from koppelkans.web.plans.models import PlanRun, State
from koppelkans.web.plans.published import bundle_json
from koppelkans.web.projects.models import Project


def published_runs(project: Project) -> list[PlanRun]:
    """The newest published plan of each area of the project, newest first."""
    runs = PlanRun.objects.filter(project=project, state=State.DONE, published_at__isnull=False)
    newest: dict[int, PlanRun] = {}
    for run in runs.order_by("-published_at", "-pk"):
        newest.setdefault(run.place_id, run)
    return list(newest.values())


def rows_of(run: PlanRun, name: str) -> list[dict[str, Any]]:
    """The rows of a public file of a plan; none where a plan was made before such files."""
    try:
        return list(bundle_json(run, name))
    except Http404:
        return []


def streets_of(runs: list[PlanRun]) -> list[dict[str, Any]]:
    """The streets of these plans by name, each with its ``run``; a street of two areas as the first plan tells it."""
    found: dict[str, dict[str, Any]] = {}
    for run in runs:
        for row in rows_of(run, "streets.json"):
            found.setdefault(letters(row["street"]), {**row, "run": run})
    return [found[name] for name in sorted(found)]


def letters(name: str) -> str:
    """A name in small letters without accents, spaces or signs, so that spellings of one street agree."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", name).lower() if sign.isalnum())


def street_of(rows: list[dict[str, Any]], street: str) -> dict[str, Any] | None:
    """The row of a street, however it is spelled."""
    wanted = letters(street)
    return next((row for row in rows if letters(row["street"]) == wanted), None)


def found(rows: list[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    """Streets whose name holds what was typed, those that begin with it first."""
    wanted = letters(text)
    hits = [row for row in rows if wanted in letters(row["street"])]
    return sorted(hits, key=lambda row: (not letters(row["street"]).startswith(wanted), letters(row["street"])))


def network_in(slug: str, street: str) -> str:
    """The solution word of the heat network that the published plan draws in a street, empty where it draws none for most of it."""
    if not (slug and street):
        return ""
    project = Project.objects.filter(slug=slug).first()
    row = street_of(streets_of(published_runs(project)) if project else [], street)
    if row is None or row["direction"] not in ("network", "mixed"):
        return ""
    return next(
        (item["solution"] for item in row["solutions"] if item["solution"].startswith("network_")), "network_middle"
    )
