"""Forms of the register."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from koppelkans.web.intentions.models import Intention, Stance
from koppelkans.web.intentions.register import Said, kept_until, may_be_kept

NOTHING = "none"
_DAYS = ((r"(\d{4})-(\d{1,2})-(\d{1,2})", (1, 2, 3)), (r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", (3, 2, 1)))


def day_of(text: str) -> date | None:
    """A day as people and computers write it, 2026-11-01 or 1/11/2026; None when it is neither."""
    for pattern, order in _DAYS:
        match = re.fullmatch(pattern, text.strip())
        if match:
            try:
                return date(*(int(match[part]) for part in order))
            except ValueError:
                return None
    return None


class IntentionForm(forms.Form):
    """What the owner of one building said. ``version``: of the row that the form shows, 0 for none."""

    stance = forms.ChoiceField(
        label=_("Wat zei de eigenaar?"), widget=forms.RadioSelect, choices=[*Stance.choices, (NOTHING, _("niets bekend"))],
        error_messages={"required": _("Gevonden: niets. Verwacht: een van deze vier antwoorden.")},
    )  # fmt: skip
    said_on = forms.DateField(
        label=_("Gezegd op"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Niet nodig bij “niets bekend”."),
        error_messages={"invalid": _("Gevonden: iets anders. Verwacht: een dag, bijvoorbeeld 2026-11-01.")},
    )  # fmt: skip
    until = forms.DateField(
        label=_("Bewaren tot"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Leeg: twee jaar na het gesprek. Daarna verdwijnt de rij vanzelf."),
        error_messages={"invalid": _("Gevonden: iets anders. Verwacht: een dag, bijvoorbeeld 2028-11-01, of leeg.")},
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2_147_483_647)

    def clean(self) -> dict[str, Any]:
        """The days fit together."""
        cleaned = self.cleaned_data
        if cleaned.get("stance", NOTHING) != NOTHING and "said_on" not in self.errors:
            if not cleaned.get("said_on"):
                self.add_error("said_on", _("Gevonden: leeg. Verwacht: de dag waarop de eigenaar dit zei."))
            elif "until" not in self.errors:
                cleaned["until"] = cleaned.get("until") or kept_until(cleaned["said_on"])
                told = may_be_kept(cleaned["said_on"], cleaned["until"], timezone.localdate())
                if told:
                    self.add_error("said_on", told)
        return cleaned

    @property
    def said(self) -> Said | None:
        """What is to be written; None for nothing known."""
        given = self.cleaned_data
        return Said(given["stance"], given["said_on"], given["until"]) if given["stance"] != NOTHING else None


def form_of(row: Intention | None) -> IntentionForm:
    """The form as it shows a row of the register."""
    if row is None:
        return IntentionForm(initial={"version": 0, "stance": NOTHING})
    return IntentionForm(
        initial={"version": row.version, "stance": row.stance, "said_on": row.said_on, "until": row.until}
    )
