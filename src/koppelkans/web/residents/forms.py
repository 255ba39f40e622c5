"""What we ask about a home and a household: only what changes the answer, never a name, an address or a number of a person."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from koppelkans.web.residents import words
from koppelkans.web.residents.situation import CATEGORIES, GAS, HEATINGS, KINDS, LABELS, Situation

APARTMENT = "apartment_building"
USUAL_HOMES = 8
"""Apartments under one roof where nobody says how many."""
_SIGNS = re.compile(r"[\s.\u202f\u00a0']|kwh|m²|m2|euro|€", re.IGNORECASE)


class Amount(forms.Field):
    """A whole number between two bounds, written as people write it: 15.000 kWh, 120 m²."""

    def __init__(self, *, low: int, high: int, unit: str = "", **options: Any) -> None:
        self.low, self.high, self.unit = low, high, unit
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "short"})
        super().__init__(widget=widget, **options)

    def to_python(self, value: Any) -> int | None:
        """The number, or None for nothing. Raises ValidationError that says what was found and what is expected."""
        text = _SIGNS.sub("", str(value or ""))
        if not text:
            return None
        if not text.isdecimal() or not self.low <= int(text) <= self.high:
            raise forms.ValidationError(
                _(
                    "U schreef “%(found)s”. We verwachten een geheel getal van %(low)s tot %(high)s %(unit)s. Verbeter het en verstuur opnieuw."
                ),
                params={"found": str(value)[:40], "low": self.low, "high": self.high, "unit": self.unit},
            )
        return int(text)


def _choice(label: Any, names: Any, *, help_text: Any = "", required: bool = True) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=list(names), help_text=help_text, required=required,
        error_messages={"required": _("Kies er een uit de lijst."), "invalid_choice": _("Deze keuze bestaat niet. Kies er een uit de lijst.")},
    )  # fmt: skip


class HomeForm(forms.Form):
    """One home and its household."""

    kind = _choice(_("Soort woning"), [(name, words.KINDS[name]) for name in KINDS])
    period = _choice(_("Gebouwd"), words.PERIODS.items(), help_text=_("Ongeveer is genoeg."))
    floor_area_m2 = Amount(
        label=_("Oppervlakte in m²"), low=20, high=1_000, unit="m²",
        help_text=_("Alle verwarmde verdiepingen samen, buitenmuren mee."), error_messages={"required": _("Vul de oppervlakte in. Een schatting is goed.")},
    )  # fmt: skip
    dwellings = Amount(
        label=_("Aantal appartementen in het gebouw"),
        low=2,
        high=300,
        required=False,
        help_text=_("Alleen voor een appartement."),
    )
    heating = _choice(_("Verwarming nu"), [(name, words.HEATINGS[name]) for name in HEATINGS])
    gas_kwh = Amount(
        label=_("Gas per jaar in kWh"), low=500, high=200_000, unit="kWh", required=False,
        help_text=_("Staat op uw jaarfactuur. Weet u het niet? Laat het leeg, dan schatten we."),
    )  # fmt: skip
    electricity_kwh = Amount(
        label=_("Stroom per jaar in kWh, zonder verwarming"), low=300, high=30_000, unit="kWh", required=False,
        help_text=_("Weet u het niet? Laat het leeg."),
    )  # fmt: skip
    occupants = Amount(label=_("Aantal bewoners"), low=1, high=20, required=False)
    tenure = _choice(_("U bent"), words.TENURES.items())
    income_category = _choice(
        _("Inkomen van het gezin"),
        zip(reversed(CATEGORIES), (_("laagste groep (categorie 4)"), _("tweede groep (categorie 3)"), _("derde groep (categorie 2)"), _("hoogste groep (categorie 1)")), strict=True),
        help_text=_("De grenzen staan onder het formulier."),
    )  # fmt: skip
    protected = _choice(
        _("Hebt u het sociaal tarief?"), [("no", _("nee")), ("yes", _("ja"))], help_text=_("Kijk op uw energiefactuur.")
    )
    label = _choice(
        _("Welk energielabel wilt u halen?"), [("", _("geen voorkeur")), *((name, name) for name in LABELS)], required=False
    )  # fmt: skip
    postcode = Amount(
        label=_("Postcode"), low=1_000, high=9_999, required=False, help_text=_("Alleen voor de kosten van het net in uw streek. Zonder postcode nemen we Antwerpen."),
    )  # fmt: skip
    wijk = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput())
    straat = forms.CharField(required=False, max_length=120, widget=forms.HiddenInput())

    def clean(self) -> dict[str, Any]:
        """What only the answers together can tell."""
        told = super().clean() or {}
        if told.get("heating") != GAS and told.get("gas_kwh"):
            self.add_error(
                "gas_kwh", _("U vulde gas in, maar u verwarmt niet met gas. Kies “gasketel” of laat dit leeg.")
            )
        return told

    def situation(self, *, network: str = "") -> Situation:
        """What was told, as the calculation takes it. ``network``: the solution word of the network in this street, if any."""
        from koppelkans.web.residents.home import grid_area_of

        told = self.cleaned_data
        apartment = told["kind"] == APARTMENT
        return Situation(
            kind=told["kind"], period=told["period"], floor_area_m2=float(told["floor_area_m2"]), heating=told["heating"],
            dwellings=(told["dwellings"] or USUAL_HOMES) if apartment else 1, gas_kwh=told["gas_kwh"], electricity_kwh=told["electricity_kwh"],
            occupants=told["occupants"], income_category=told["income_category"], protected=told["protected"] == "yes",
            owner=told["tenure"] == "owner", grid_area=grid_area_of(told["postcode"]) if told["postcode"] else "", label=told["label"], network=network,
        )  # fmt: skip


class HouseholdForm(HomeForm):
    """The same at the kitchen table, with what is in the savings."""

    savings_eur = Amount(
        label=_("Spaargeld dat naar werken mag gaan, in euro"), low=0, high=500_000, unit="euro", required=False,
        help_text=_("Leeg is nul. Reken het geld voor tegenslag niet mee."),
    )  # fmt: skip
