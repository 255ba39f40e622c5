"""The register of intentions: confidential, one row per building of a project."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stance(models.TextChoices):
    """What the owner said."""

    SIGNED = "signed", _("getekend")
    INTERESTED = "interested", _("geïnteresseerd")
    REFUSED = "refused", _("geweigerd")


class Intention(models.Model):
    """What the owner of one building said of joining the network. No names of people; ``said_on`` is the day, ``until`` the retention."""

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="intentions")
    building = models.CharField(max_length=120)
    stance = models.CharField(max_length=12, choices=Stance.choices)
    said_on = models.DateField()
    until = models.DateField()
    version = models.PositiveIntegerField(default=1)
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["building"]
        constraints = [models.UniqueConstraint(fields=["project", "building"], name="one_intention")]

    def __str__(self) -> str:
        return f"{self.building} {self.stance}"
