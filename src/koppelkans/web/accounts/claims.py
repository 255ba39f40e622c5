"""Roles that the sign-in of officials proposes; an administrator decides on each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction

from koppelkans.web.accounts.models import NEVER_PROPOSED, ClaimRole, RoleProposal, User
from koppelkans.web.accounts.rights import Role
from koppelkans.web.audit.chain import record


def propose_roles(user: User, claims: dict[str, Any]) -> list[RoleProposal]:
    """The new proposals for a user, from the claims of their sign-in and the rules of the administrators.

    A role that was granted, or proposed before (whatever was decided), is not proposed again. Never an administrator or a moderator.
    """
    fitting = [
        rule
        for rule in ClaimRole.objects.select_related("project")
        if rule.value in set(claim_values(claims, rule.claim))
    ]
    made = []
    with transaction.atomic():
        for rule in fitting:
            if Role(rule.role) in NEVER_PROPOSED or user.grants.filter(role=rule.role, project=rule.project).exists():
                continue
            proposal, new = RoleProposal.objects.get_or_create(
                user=user, role=rule.role, project=rule.project, defaults={"reason": f"{rule.claim}={rule.value}"}
            )
            if new:
                about = f"project:{rule.project.slug}" if rule.project else "platform"
                record("system", "account.propose", about, user=user.pk, role=rule.role, reason=proposal.reason)
                made.append(proposal)
    return made


def claim_values(claims: dict[str, Any], name: str) -> Iterator[str]:
    """Every value of a claim as text: in what the sign-in told of the person, in its token, or at the top."""
    for part in (claims.get("userinfo"), claims.get("id_token"), claims):
        found = _claim(part, name) if isinstance(part, dict) else None
        yield from (
            str(value) for value in (found if isinstance(found, (list, tuple)) else [found]) if value is not None
        )


def _claim(part: dict[str, Any], name: str) -> Any:
    """The claim of this name; without one, dots lead into claims inside claims."""
    if name in part:
        return part[name]
    found: Any = part
    for key in name.split("."):
        found = found.get(key) if isinstance(found, dict) else None
    return found
