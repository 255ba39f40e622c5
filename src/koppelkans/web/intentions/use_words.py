"""What a building is used for, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _


def use_words(use: str) -> str:
    """The word for a use of the vocabulary ``tables.USES``."""
    words = {
        "residential": _("woning"), "office": _("kantoor"), "retail": _("winkel"), "hospitality": _("horeca"), "school": _("school"),
        "health_care": _("zorg"), "sport": _("sport"), "culture": _("cultuur"), "worship": _("eredienst"), "industry": _("bedrijf"),
        "other": _("ander gebouw"), "annex": _("bijgebouw"),
    }  # fmt: skip
    return words.get(use, use)
