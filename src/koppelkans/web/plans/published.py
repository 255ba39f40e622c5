"""What a reader may see of a plan: the run behind an address, the files of its bundle, and what a closed tender keeps back.

Nothing here reads tables or computes: the worker wrote small files beside the plan, and they are kept in memory as long as they do not
change.
"""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from koppelkans.web.accounts.rights import may
from koppelkans.web.plans.models import PlanRun, State

if TYPE_CHECKING:
    from koppelkans.web.projects.models import Project

VIEWS = (
    ("kaart", _("Kaart")), ("straten", _("Straten")), ("gebouwen", _("Gebouwen")), ("net", _("Net")), ("geld", _("Geld")),
    ("gezinnen", _("Gezinnen")), ("uitstoot", _("Uitstoot")), ("aannames", _("Aannames")), ("kalender", _("Kalender")), ("stroom", _("Stroom")),
)  # fmt: skip
"""Views of a plan, in the order of their tabs."""


def run_of(request: HttpRequest, slug: str, run: int) -> PlanRun:
    """The run of this project that the reader may see: published, or of their own team.

    Raises Http404 for a run of another project, one that is not published for who is not of the team, and one that is not there: the
    three look the same.
    """
    found = PlanRun.objects.select_related("project", "place").filter(pk=run, project__slug=slug).first()
    if found is None or not (found.public or may(request.user, "plan.team", found.project)):
        raise Http404("plan")
    return found


def finished_run_of(request: HttpRequest, slug: str, run: int) -> PlanRun:
    """The same, once it is done. Raises Http404 otherwise."""
    found = run_of(request, slug, run)
    if found.state != State.DONE:
        raise Http404("plan")
    return found


def bundle_json(run: PlanRun, name: str) -> Any:
    """A file of the bundle of a run, read once for as long as it does not change; treat it as read-only. Raises Http404 without it."""
    path = run.bundle / name
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError as error:
        raise Http404(name) from error
    return _read_json(path, changed)


@lru_cache(maxsize=64)
def _read_json(path: Path, changed: int) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def tender_closed(project: Project, user: Any) -> bool:
    """Whether tables that matter to a tender are closed to this reader: until the day of the project, to all but leads."""
    until = project.tender_closed_until
    return until is not None and today() < until and not may(user, "plan.tender", project)


def today() -> date:
    """The day on which this page is read, in the time zone of the site."""
    return timezone.localdate()


def view_sections(run: PlanRun, view: str, user: Any) -> list[dict[str, Any]]:
    """The chapters of a view that this reader may see, in the language of the page, each with its ``audience``."""
    language = "en" if get_language() == "en" else "nl"
    audiences = [
        "public",
        *([] if tender_closed(run.project, user) else ["tender"]),
        *(["team"] if may(user, "plan.team", run.project) else []),
    ]
    found = [
        {**section, "audience": audience}
        for audience in audiences
        for section in bundle_json(run, f"{audience}.{language}.json")["views"].get(view, [])
    ]
    return sorted(found, key=lambda section: int(section["order"]))


def visible_indicators(run: PlanRun, user: Any) -> list[dict[str, Any]]:
    """The indicators of a run that this reader may see."""
    team, closed = may(user, "plan.team", run.project), tender_closed(run.project, user)
    rows = bundle_json(run, "facts.json")["indicators"]
    return [row for row in rows if (team or row["public"]) and not (closed and row["tender"])]


def closes_something(run: PlanRun, view: str) -> bool:
    """Whether a closed tender keeps something of this view back."""
    return bool(bundle_json(run, "tender.nl.json")["views"].get(view))
