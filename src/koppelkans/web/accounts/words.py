"""The words on screen for roles."""

from __future__ import annotations

from django.utils.translation import gettext as _

from koppelkans.web.accounts.rights import Role


def role_words(role: str) -> str:
    """A role, in the language of the reader."""
    return {
        Role.ANONYMOUS: _("bezoeker"),
        Role.RESIDENT: _("bewoner"),
        Role.MEMBER: _("lid van het projectteam"),
        Role.LEAD: _("projectleider"),
        Role.FACILITATOR: _("begeleider van doorbraaksessies"),
        Role.MODERATOR: _("moderator"),
        Role.RESPONDENT: _("woordvoerder van een administratie"),
        Role.STEWARD: _("databeheerder"),
        Role.ADMIN: _("beheerder van het platform"),
    }[Role(role)]
