"""The workers, so that the health page can say whether one is alive."""

from __future__ import annotations

from django.db import models


class Worker(models.Model):
    """A worker process. ``beat_at``: when it was last seen."""

    name = models.CharField(max_length=120, unique=True)
    started_at = models.DateTimeField(auto_now_add=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
