"""What is done to an account as a whole: make one, give it a new password, hand out everything that is kept of it, erase it."""

from __future__ import annotations

import secrets
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model, password_validation
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.utils import timezone

from koppelkans.web.accounts.models import Grant, User
from koppelkans.web.accounts.rights import Role
from koppelkans.web.audit.chain import record
from koppelkans.web.audit.models import Entry

SECRET_FIELDS = frozenset(
    {
        "password",
        "digest",
        "data",
        "token",
        "token_secret",
        "key",
        "session_key",
        "scenario",
        "status",
        "faults",
        "area",
    }
)
OTHERS_FIELDS = frozenset({"building", "stance", "decided_by", "granted_by"})  # says something of somebody else
REMOVED_ON_ERASURE = (
    "accounts.Grant",
    "accounts.ApiKey",
    "accounts.RoleProposal",
    "account.EmailAddress",
    "socialaccount.SocialAccount",
    "mfa.Authenticator",
)


def new_admin(email: str, password: str, name: str = "") -> User:
    """A new administrator of the platform, or an existing user made one; the password holds for both.

    Raises ValidationError when the password is too short or too common.
    """
    from allauth.account.models import EmailAddress

    with transaction.atomic():
        user = User.objects.filter(email__iexact=email).first() or User(
            username=f"u-{secrets.token_hex(8)}", email=email, name=name
        )
        password_validation.validate_password(password, user)
        user.set_password(password)
        user.save()
        EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
        Grant.objects.get_or_create(user=user, project=None, role=Role.ADMIN.value)
        record("system", "account.admin", f"user:{user.pk}")
    return user


def set_password(email: str, password: str) -> User:
    """The user with a new password; their sessions end. Raises DoesNotExist, or ValidationError for a poor password."""
    with transaction.atomic():
        user = User.objects.get(email__iexact=email, is_active=True)
        password_validation.validate_password(password, user)
        user.set_password(password)
        user.save(update_fields=["password"])
        record("system", "account.password", f"user:{user.pk}")
    return user


def own_data(user: User) -> dict[str, Any]:
    """Everything that is kept of a user, for themselves: the account, every row that points to it, and what the log says they did.

    Left out: passwords, keys and codes, and what a row says of other people (in the register of intentions: the house).
    """
    account = {
        field.name: getattr(user, field.name) for field in user._meta.concrete_fields if field.name not in SECRET_FIELDS
    }
    tables = {}
    for model, names in _pointing_to_users():
        mine = models.Q()
        for name in names:
            mine |= models.Q(**{name: user})
        shown = [
            field.attname
            for field in model._meta.concrete_fields
            if not {field.name, field.attname} & (SECRET_FIELDS | OTHERS_FIELDS)
        ]
        rows = list(model._default_manager.filter(mine).order_by("pk").values(*shown))
        if rows:
            tables[model._meta.label] = rows
    log = list(Entry.objects.filter(actor=f"user:{user.pk}").order_by("pk").values("at", "verb", "about"))
    return {"made_at": timezone.now(), "account": account, "tables": tables, "log": log}


def erase(user: User) -> None:
    """The account without its person: name, addresses, roles, keys and sessions go; what they did stays, as a number without a name.

    Raises LastAdminError for the only administrator, because then nobody could give roles any more.
    """
    if only_admin(user):
        raise LastAdminError
    with transaction.atomic():
        for label in REMOVED_ON_ERASURE:
            apps.get_model(label)._default_manager.filter(user=user).delete()
        user.username, user.email = f"erased-{user.pk}", f"erased-{user.pk}@invalid.example"
        user.name = user.organisation = ""
        user.is_active, user.erased_on, user.last_login = False, timezone.now(), None
        user.set_unusable_password()
        user.save()
        record(user, "account.erase", f"user:{user.pk}")
        end_sessions(user)


def end_sessions(user: User) -> int:
    """The number of sessions of a user that were ended."""
    mine = [
        session.pk
        for session in Session.objects.iterator()
        if session.get_decoded().get("_auth_user_id") == str(user.pk)
    ]
    Session.objects.filter(pk__in=mine).delete()
    return len(mine)


def only_admin(user: User) -> bool:
    """Whether a user is the last administrator of the platform."""
    admins = Grant.objects.filter(role=Role.ADMIN.value, project=None, user__is_active=True)
    return admins.filter(user=user).exists() and not admins.exclude(user=user).exists()


class LastAdminError(Exception):
    """The only administrator cannot go."""


def _pointing_to_users() -> list[tuple[type[models.Model], list[str]]]:
    """Every model with a link to users, and the names of those links."""
    users = get_user_model()
    found = []
    for model in apps.get_models():
        names = [
            field.name for field in model._meta.concrete_fields if field.is_relation and field.related_model is users
        ]
        if names and model is not users:
            found.append((model, names))
    return found
