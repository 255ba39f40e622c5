"""Places: the input of plans."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Place(models.Model):
    """A place of a project: one that comes with the engine (``shipped``), or files in the data folder (``folder``).

    ``status``: what the check of the engine said: levels, counts, attributions, remarks, as JSON. ``content_hash``: of the files.
    """

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="places")
    title = models.CharField(_("naam"), max_length=120)
    shipped = models.CharField(max_length=60, blank=True)
    folder = models.CharField(max_length=120, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    status = models.JSONField(default=dict)
    added_by = models.ForeignKey("accounts.User", on_delete=models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def source(self) -> str | Path:
        """What ``read_place`` of the engine is given."""
        return self.shipped or Path(settings.DATA) / "places" / self.folder
