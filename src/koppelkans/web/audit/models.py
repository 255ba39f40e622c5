"""The entries of the log."""

from __future__ import annotations

from django.db import models

FIRST_HASH = "0" * 64


class Entry(models.Model):
    """One change: who did what to which object. ``hash`` = SHA-256 of the previous hash and the canonical JSON of the entry.

    ``public``: the entry may be shown to everybody (no personal data, no names of houses).
    """

    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    verb = models.CharField(max_length=64)
    about = models.CharField(max_length=200)
    details = models.JSONField(default=dict)
    public = models.BooleanField(default=False)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.pk} {self.verb} {self.about}"
