"""Users, the roles that were granted or proposed to them, and their keys for the interface for machines."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from koppelkans.web.accounts.rights import Role

KEY_DAYS = 365
NEVER_PROPOSED = (Role.ANONYMOUS, Role.RESIDENT, Role.MODERATOR, Role.ADMIN)


class User(AbstractUser):
    """A person with an account; ``email`` is what they sign in with, ``name`` how others see them.

    ``erased_on``: the account was erased at its owner's request; what they did stays, without name.
    """

    email = models.EmailField(_("e-mailadres"), unique=True)
    name = models.CharField(_("naam"), max_length=120, blank=True)
    organisation = models.CharField(_("organisatie"), max_length=160, blank=True)
    language = models.CharField(max_length=5, default="nl")
    erased_on = models.DateTimeField(null=True, blank=True)
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]

    def __str__(self) -> str:
        if self.erased_on:
            return gettext("gewiste gebruiker")
        return self.name or gettext("gebruiker {number}").format(number=self.pk)


class Grant(models.Model):
    """A role of a user: on one project, or on the whole platform when ``project`` is empty."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, null=True, blank=True, related_name="grants"
    )
    role = models.CharField(max_length=32, choices=[(role.value, role.value) for role in Role])
    granted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    granted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "project", "role"], name="one_grant", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role}"


class ClaimRole(models.Model):
    """What a statement of the sign-in of officials proposes: who carries this value in this claim is proposed for this role.

    ``claim``: name of the claim, with dots for claims inside claims. A proposal becomes a role only when an administrator accepts it;
    moderators and administrators are never proposed.
    """

    claim = models.CharField(_("claim"), max_length=120)
    value = models.CharField(_("waarde"), max_length=200)
    role = models.CharField(
        _("rol"), max_length=32, choices=[(role.value, role.value) for role in Role if role not in NEVER_PROPOSED]
    )
    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("wijk")
    )

    class Meta:
        ordering = ["claim", "value", "role"]
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "value", "role", "project"], name="one_claim_role", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.claim}={self.value}: {self.role}"


class RoleProposal(models.Model):
    """A role that the sign-in of officials proposes for somebody; open until an administrator decides."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="proposals")
    role = models.CharField(max_length=32)
    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=340)
    proposed_at = models.DateTimeField(auto_now_add=True)
    accepted = models.BooleanField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "project"], name="one_proposal", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role}?"


class ApiKey(models.Model):
    """A key of a user for the interface for machines; it may do what its user may do. Only its digest is kept.

    A key holds 256 random bits, so a plain SHA-256 cannot be guessed back. ``start``: its first characters, to tell keys apart.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    label = models.CharField(_("waarvoor"), max_length=80)
    start = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_on = models.DateField()
    used_on = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.start}… {self.label}"

    @classmethod
    def made(cls, user: User, label: str) -> tuple[ApiKey, str]:
        """A new key of a user, and its text, which is not kept anywhere."""
        text = f"kk_{secrets.token_urlsafe(32)}"
        expires = timezone.localdate() + timedelta(days=KEY_DAYS)
        return cls.objects.create(
            user=user, label=label, start=text[:8], digest=key_digest(text), expires_on=expires
        ), text

    @classmethod
    def of(cls, text: str) -> ApiKey | None:
        """The valid key with this text, and the day of its use noted; nothing when unknown, revoked, expired or of an erased account."""
        today = timezone.localdate()
        found = (
            cls.objects.select_related("user")
            .filter(digest=key_digest(text), revoked_at=None, expires_on__gte=today, user__is_active=True)
            .first()
        )
        if found is not None and found.used_on != today:
            cls.objects.filter(pk=found.pk).update(used_on=today)
        return found

    @property
    def usable(self) -> bool:
        """Whether it still opens something."""
        return self.revoked_at is None and self.expires_on >= timezone.localdate()


def key_digest(text: str) -> str:
    """SHA-256 of a key."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
