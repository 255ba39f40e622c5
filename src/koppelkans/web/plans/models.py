"""Runs of the engine."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where a run is."""

    QUEUED = "queued", _("wacht")
    RUNNING = "running", _("wordt berekend")
    DONE = "done", _("klaar")
    FAILED = "failed", _("mislukt")
    CANCELLED = "cancelled", _("geannuleerd")


ENDED = (State.DONE, State.FAILED, State.CANCELLED)


class PlanRun(models.Model):
    """One run: a place and a scenario, its progress, and the folder of the plan when it is done.

    ``inputs_hash``: of place files, scenario and engine version; two runs with the same inputs share one plan folder. ``progress``:
    0 to 1. ``step``: name of the step that runs. ``message`` and ``faults``: why it failed, as the engine said it. ``cancel_asked``:
    the worker stops at the next step. ``published_at``: since when its public views are open to everybody. ``version``: of the title,
    counted up by everyone who changes it.
    """

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="runs")
    place = models.ForeignKey("places.Place", on_delete=models.PROTECT, related_name="runs")
    title = models.CharField(_("titel"), max_length=160)
    scenario = models.JSONField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED, db_index=True)
    progress = models.FloatField(default=0.0)
    step = models.CharField(max_length=60, blank=True)
    message = models.TextField(blank=True)
    faults = models.JSONField(default=list)
    cancel_asked = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField(default=0)
    inputs_hash = models.CharField(max_length=64, db_index=True)
    engine_version = models.CharField(max_length=20)
    plan_hash = models.CharField(max_length=64, blank=True)
    headline = models.JSONField(default=dict)
    parent = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="reruns")
    made_by = models.ForeignKey("accounts.User", on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.pk} {self.title}"

    @property
    def folder(self) -> Path:
        """The plan folder of this run: one per set of inputs, so that a repeated job writes the same folder."""
        return Path(settings.DATA) / "plans" / self.inputs_hash[:2] / self.inputs_hash

    @property
    def bundle(self) -> Path:
        """What the pages of this run are made from, inside the plan folder."""
        return self.folder / "web"

    @property
    def ended(self) -> bool:
        """Whether nothing will happen to this run any more."""
        return self.state in ENDED

    @property
    def public(self) -> bool:
        """Whether its public views are open to everybody."""
        return self.state == State.DONE and self.published_at is not None
