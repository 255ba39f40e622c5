"""What must be said before any figure of a plan: who made it, what was not assessed, what stands in for something else, until when it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from koppelkans.web.accounts.rights import may
from koppelkans.web.plans.models import PlanRun
from koppelkans.web.plans.published import closes_something, tender_closed, today


@dataclass(frozen=True, slots=True)
class Notice:
    """A boxed line: ``level`` info, assumption or warning; its title in a few words."""

    level: str
    title: str
    text: str


def notices_of(run: PlanRun, facts: Mapping[str, Any], user: Any, view: str) -> list[Notice]:
    """Every line that stands above the figures of a view, the gravest first."""
    found = [*_about_the_place(run, facts), *_about_the_run(run, facts), *_about_the_tender(run, user, view)]
    order = ("warning", "assumption", "info")
    return sorted(found, key=lambda notice: order.index(notice.level))


def _about_the_place(run: PlanRun, facts: Mapping[str, Any]) -> list[Notice]:
    found = []
    if not run.project.by_city:
        text = _(
            "Deze wijk is door koppelkans beschreven met openbare gegevens. De stad of gemeente heeft dit plan niet gemaakt en niet nagelezen."
        )
        found.append(Notice("assumption", _("Niet door de stad."), text))
    if facts["country"] != "BE":
        text = _(
            "Dit gebied ligt buiten België. Wet, tarieven en klimaat zijn die van Vlaanderen en staan alleen als voorbeeld."
        )
        found.append(Notice("warning", _("Geen Vlaams gebied."), text))
    if not facts["network_assessed"]:
        found.append(Notice("warning", _("Geen warmtenet beoordeeld."), _no_network(facts)))
    if facts["assumed_sources"]:
        text = ngettext(
            "Warmtebron van dit plan: %(names)s. Ze is aangenomen, niet onderzocht en niet toegezegd.",
            "Warmtebronnen van dit plan: %(names)s. Ze zijn aangenomen, niet onderzocht en niet toegezegd.",
            len(facts["assumed_sources"]),
        )
        found.append(
            Notice(
                "assumption", _("Aanname voor dit voorbeeld."), text % {"names": ", ".join(facts["assumed_sources"])}
            )
        )
    if not facts["publishable"]:
        text = _(
            "Het gebied telt te weinig gebouwen, of één gebouw overheerst. Totalen zouden iets over één woning zeggen en worden niet getoond."
        )
        found.append(Notice("warning", _("Te klein om cijfers te publiceren."), text))
    return found


def _no_network(facts: Mapping[str, Any]) -> str:
    if facts["network_verdict"] == "no_source":
        return _(
            "Er is geen warmtebron opgegeven. Dit plan zegt dus niets over een warmtenet: niet dat het kan, en niet dat het niet kan."
        )
    return _(
        "De gegevens zijn van niveau %(levels)s, zonder straten. Zonder straten valt geen leiding te tekenen: dit plan zegt niets over een "
        "warmtenet, wel over vraag en eigen oplossingen per gebouw."
    ) % {"levels": ", ".join(facts["levels"])}  # fmt: skip


def _about_the_run(run: PlanRun, facts: Mapping[str, Any]) -> list[Notice]:
    until, found = date.fromisoformat(facts["valid_until"]), []
    if until < today():
        text = _(
            "Minstens één cijfer van wet of tarief geldt sinds %(day)s niet meer. Reken het plan opnieuw voor u het gebruikt."
        )
        found.append(Notice("warning", _("Niet meer actueel."), text % {"day": date_format(until, "j F Y")}))
    if not facts["reproducible"]:
        text = _(
            "Een rekenstap stopte op tijd in plaats van op een vast aantal stappen. Een nieuwe berekening kan een ander plan geven."
        )
        found.append(Notice("warning", _("Niet te herhalen."), text))
    if not run.public:
        text = _("Dit plan is niet gepubliceerd. Wat hier staat, is een werkstuk.")
        found.append(Notice("info", _("Alleen voor het team."), text))
    return found


def _about_the_tender(run: PlanRun, user: Any, view: str) -> list[Notice]:
    """Since when tables that matter to a tender are open, or until when they are closed; only where a view has some."""
    until = run.project.tender_closed_until
    if until is None or not closes_something(run, view):
        return []
    day = {"day": date_format(until, "j F Y")}
    if tender_closed(run.project, user):
        text = _(
            "Prijzen van warmtebronnen, de kasstroom van het warmtebedrijf en de kostendekkende warmteprijs zijn gesloten tot %(day)s."
        )
        return [Notice("info", _("Deels gesloten voor een aanbesteding."), text % day)]
    if today() < until and may(user, "plan.tender", run.project):
        text = _(
            "U ziet ook wat voor anderen gesloten is tot %(day)s: prijzen van bronnen, kasstroom en kostendekkende warmteprijs."
        )
        return [Notice("warning", _("Vertrouwelijk tot na de aanbesteding."), text % day)]
    return [
        Notice(
            "info",
            _("Open na de aanbesteding."),
            _("Prijzen en kasstroom op deze pagina zijn open sinds %(day)s.") % day,
        )
    ]
