"""Security events of accounts go to the log: sign-up, passwords, addresses, second factors."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.socialaccount import signals as social

from koppelkans.web.audit.chain import record

EVENTS = {
    "account.create": account.user_signed_up,
    "account.password": account.password_changed,
    "account.password_set": account.password_set,
    "account.password_reset": account.password_reset,
    "account.email": account.email_changed,
    "account.factor_add": mfa.authenticator_added,
    "account.factor_remove": mfa.authenticator_removed,
    "account.factor_reset": mfa.authenticator_reset,
}


def connect() -> None:
    """Listen to every event; called once, when the site starts."""
    for verb, signal in EVENTS.items():
        signal.connect(_recorder(verb), dispatch_uid=f"log {verb}", weak=False)
    social.social_account_added.connect(_connected, dispatch_uid="log account.connect", weak=False)


def _recorder(verb: str) -> Any:
    def _record(sender: Any, **event: Any) -> None:
        user = event["user"]
        record(user, verb, f"user:{user.pk}")

    return _record


def _connected(sender: Any, **event: Any) -> None:
    user = event["sociallogin"].user
    record(user, "account.connect", f"user:{user.pk}")
