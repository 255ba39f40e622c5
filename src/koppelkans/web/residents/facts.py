"""Figures of law and technique as residents read them: with their day, VAT, source, and how well they are known.

The figures come from the parameters of the engine; nothing is written here by hand. Read inside views: the store brings pandas.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from koppelkans.web.residents import words

if TYPE_CHECKING:
    from koppelkans.parameters.store import Parameters, Value

CENTS = 100
_LABELS = "-ABCDEF"
_ALMOST = 1e-9
Name = str | Promise


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure in words. ``until``: the day on which it ended, when the last known one stands in for one of today."""

    key: str
    name: Name
    text: str
    since: date
    until: date | None
    standing: str
    source: str
    url: str

    @property
    def known(self) -> Name:
        """How well the figure is known, in words."""
        return words.STANDINGS[self.standing]


def figure_url(key: str) -> str:
    """The page of a figure; the method where the site has no page for it."""
    try:
        return reverse("figure", args=[key])
    except NoReverseMatch:
        return reverse("method")


def fact(key: str, name: Name, *, day: date, scope: str = "all") -> Fact | None:
    """A figure on a day in words, the last one known when it has ended since; None where no source gives one for this scope.

    A law that is a reference to another figure (``= gas.social_tariff``) shows that figure, with the weaker standing of the two.
    """
    from koppelkans.parameters import read_parameters

    parameters = read_parameters()
    value = _last(parameters, key, scope, day)
    if value is None:
        return None
    shown, named = value, key
    if isinstance(value.value, str) and value.value.startswith("="):
        named = value.value.removeprefix("=").strip()
        shown = _last(parameters, named, "all", day) or value
    return Fact(
        key=key, name=name, text=_in_words(parameters, named, shown), since=shown.first,
        until=shown.last if shown.last and shown.last < day else None,
        standing=max(value.standing, shown.standing, key=list(words.STANDINGS).index), source=str(parameters.sources[value.source]["title"]),
        url=figure_url(key),
    )  # fmt: skip


def _last(parameters: Parameters, key: str, scope: str, day: date) -> Value | None:
    """The value in force, or the last one that has ended."""
    parameter = parameters.entries[key]
    return parameter.on(day, scope) or parameter.latest(day, scope)


def facts(rows: list[tuple[str, str, Name]], *, day: date) -> list[Fact]:
    """Several figures as (key, scope, name), without those that no source gives."""
    found = (fact(key, name, day=day, scope=scope) for key, scope, name in rows)
    return [one for one in found if one is not None]


def _in_words(parameters: Parameters, key: str, value: Value) -> str:
    """A figure with its unit and VAT."""
    if isinstance(value.value, str):
        return value.value
    parameter, number = parameters.entries[key], float(value.value)
    unit = parameter.unit.partition("/")[0] if parameter.unit != "EUR/kWh" else parameter.unit
    if parameter.unit.startswith("label"):
        return _("label %(label)s") % {"label": _LABELS[int(number)]}
    if unit == "EUR/kWh":
        shown = _("%(number)s cent per kWh") % {"number": _plain(number * CENTS, 2)}
    elif unit == "share":
        shown = f"{_plain(number * CENTS)}\u00a0%"
    elif unit in ("EUR", "year", "day"):
        name = {"EUR": _("%(number)s euro"), "year": _("%(number)s jaar"), "day": _("%(number)s dagen")}[unit]
        shown = name % {"number": _plain(number)}
    else:
        shown = f"{_plain(number)} {unit}"
    return f"{shown}{_vat(parameter.vat)}"


def _plain(number: float, most: int = 1) -> str:
    """A number as people write it: no zeros behind the comma."""
    from koppelkans.report.notation import Notation

    whole = abs(number - round(number)) < _ALMOST
    return Notation("en" if get_language() == "en" else "nl").number(number, 0 if whole else most)


def _vat(vat: str) -> str:
    return {"incl": " " + _("met btw"), "excl": " " + _("zonder btw")}.get(vat, "")


# --------------------------------------------------------------------------------------------------------- rights by situation


def social_prices(*, day: date) -> list[Fact]:
    """What protected customers pay per kWh on a day."""
    rows: list[tuple[str, str, Name]] = [
        ("elec.social_tariff", "single", _("stroom")),
        ("gas.social_tariff", "all", _("gas")),
        ("heat.social_tariff", "all", _("warmte van een warmtenet")),
    ]
    return facts(rows, day=day)


def premiums(category: str, *, day: date) -> list[Fact]:
    """Premiums of an income category for the works of a home, as far as a source gives them."""
    rows: list[tuple[str, str, Name]] = [
        ("mvp.heat_pump.air_water", category, _("warmtepomp op buitenlucht")),
        ("mvp.heat_pump.hybrid", category, _("hybride warmtepomp")),
        ("mvp.heat_pump.geothermal", category, _("warmtepomp met warmte uit de bodem")),
        ("mvp.heat_pump.cap_share", category, _("warmtepomp, hoogstens dit deel van de factuur")),
        ("mvp.roof.max", category, _("dak, hoogstens")),
        ("mvp.roof.cap_share", category, _("dak, deel van de factuur")),
        ("mvp.ventilation_D", category, _("ventilatie, hoogstens")),
    ]
    return facts(rows, day=day)


def loans(category: str, *, day: date) -> list[Fact]:
    """What the loan of the energy house is on a day."""
    scope = {"cat4": "lowest_income_group", "cat3": "second_income_group"}.get(category, "all_eligible")
    rows: list[tuple[str, str, Name]] = [
        ("mvl.max", "all", _("hoogste bedrag")),
        ("mvl.term", "all", _("langste looptijd")),
        ("mvl.rate", scope, _("rente per jaar")),
        ("mvl.income_limit", "single", _("grens van het inkomen, alleenstaande")),
        ("mvl.income_limit", "couple", _("grens van het inkomen, koppel")),
    ]
    return facts(rows, day=day)


def income_limits(*, day: date) -> list[Fact]:
    """The limits between income categories, for who lives alone and for couples."""
    rows: list[tuple[str, str, Name]] = [
        (f"{who}_{category}", category, who) for who in ("single", "couple") for category in ("cat4", "cat3", "cat2")
    ]
    return facts([("mvp.income_limit", scope, scope) for scope, _category, _who in rows], day=day)


def rental_duties(*, day: date) -> list[Fact]:
    """Labels that rented homes would have to reach, by year and kind of house."""
    rows: list[tuple[str, str, Name]] = [
        ("obligation.rental.label", f"{shape}_{year}", name % {"year": year})
        for year in (2030, 2035, 2040)
        for shape, name in (
            ("open", _("huis met een vrije gevel, vanaf %(year)d")),
            ("closed", _("gesloten huis, vanaf %(year)d")),
        )
    ]
    return facts(rows, day=day)
