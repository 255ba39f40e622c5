"""What the start page tells: the newest public plans, and the neighbourhoods that have one."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from koppelkans.web.plans.models import PlanRun, State
from koppelkans.web.projects.models import Project

NEWEST = 6
CARDS = 9


@dataclass(frozen=True, slots=True)
class Start:
    """``plans``: newest first. ``projects``: those with public plans first, each with ``public_plans``; ``all_projects``: how many there are."""

    plans: list[PlanRun]
    projects: list[Project]
    all_projects: int


def start() -> Start:
    """Three queries, however many projects and plans there are."""
    public = Q(runs__state=State.DONE, runs__published_at__isnull=False)
    counted = Project.objects.annotate(public_plans=Count("runs", filter=public)).defer("area", "summary", "summary_en")
    plans = PlanRun.objects.filter(state=State.DONE, published_at__isnull=False)
    return Start(
        list(plans.select_related("project").defer("scenario", "faults").order_by("-published_at")[:NEWEST]),
        list(counted.order_by("-public_plans", "title")[:CARDS]),
        Project.objects.count(),
    )
