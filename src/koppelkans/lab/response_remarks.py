"""How the response to levers must be read: what was kept, what it does not see, which regime, and what the money leaves out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from koppelkans.lab.effects import SCENARIO, TODAY
from koppelkans.money.equilibrium.answer import WHY
from koppelkans.parameters.levers import Language, Setting
from koppelkans.plan.response import ResponseRun
from koppelkans.tables import RemarkRow, remark

LEASES = ("heat_pump_lease", "heat_service")


def uncounted(settings: Sequence[Setting]) -> list[Setting]:
    """Levers whose public money is not all in the money of the response: premiums of lessors, and support of large customers."""
    return [
        setting for setting in settings
        if (setting.lever.name in LEASES and setting.arguments["premium"])
        or (setting.lever.name == "large_customers" and setting.arguments["share"])
    ]  # fmt: skip


def response_remarks(settings: Sequence[Setting], runs: Sequence[Mapping[str, pd.DataFrame]]) -> list[RemarkRow]:
    """How the response must be read: what was kept, which regime, what behaviour is assumed."""
    rows = [remark(
        "lab_response", "Respons: plan en straten zijn die van vandaag, in beide kolommen; alleen de regels verschillen, en met hen tot wanneer een net zich nog kan terugverdienen en dus aanbiedt. Verwachte aantallen, geen voorspelling per gezin.",
        "Response: plan and streets are those of today in both columns; only the rules differ, and with them until when a network can still earn itself back and so makes an offer. Expected numbers, no forecast per household.", level="assumption", method="lab-response",
    ), remark(
        "lab_response", "Gedrag is niet op Vlaamse wijken geijkt; de band loopt over prijswerelden en de zwakste gedragscijfers (spreiding van voorkeuren eerst) en is geen kans.",
        "Behaviour is not calibrated on Flemish neighbourhoods; the band runs over price worlds and the weakest figures of behaviour (spread of preferences first) and is no probability.",
        level="warning", method="lab-response",
    )]  # fmt: skip
    exists = [_exists(run[name]) for run in runs for name in (SCENARIO,)]
    if 0 < sum(exists) < len(exists):
        rows.append(remark(
            "lab_response", f"Het warmtenet komt er met de hefbomen in {sum(exists)} van de {len(exists)} doorrekeningen; een gemiddelde over beide uitkomsten zegt niets en is niet gemaakt.",
            f"With the levers the heat network comes about in {sum(exists)} of {len(exists)} runs; a mean over both outcomes says nothing and was not made.",
            level="warning", method="lab-response",
        ))  # fmt: skip
    if any(setting.lever.name == "green_heat_call" for setting in settings):
        rows.append(remark(
            "lab_response", "De steun van de Call Groene Warmte telt alleen in de respons mee, als kans maal bedrag; de tabel van het warmtenet rekent zonder.",
            "The aid of the Call Groene Warmte counts in the response only, as chance times amount; the table of the heat network does without.",
            level="warning", method="lab-response",
        ))  # fmt: skip
    if uncounted(settings):
        rows.append(remark(
            "lab_response", "De premie aan wie warmtepompen verhuurt en de steun aan grote afnemers staan niet in het openbaar geld: de prijs per extra woning is daarom niet gegeven.",
            "The premium of who leases out heat pumps and the support of large customers are not in the public money, so the price per extra dwelling is not given.", level="warning",
            method="lab-response",
        ))  # fmt: skip
    return rows


def reach_remarks(settings: Sequence[Setting], unseen: Sequence[Setting], *, still: bool) -> list[RemarkRow]:
    """Which levers the response does not see, apart from those that it sees and that move nothing; and what it cannot tell apart.

    still: nothing at all moved.
    """

    def named(chosen: Sequence[Setting], language: Language) -> str:
        return "; ".join(setting.title(language) for setting in chosen)

    rows, seen = [], [setting for setting in settings if setting not in unseen]
    if unseen:
        rows.append(remark(
            "lab_response", f"De respons ziet deze hefboom niet: {named(unseen, 'nl')}. Ze rekent met geen enkel cijfer dat hij verandert; een nul hier is geen uitkomst.",
            f"The response does not see this lever: {named(unseen, 'en')}. It computes with none of the figures that it changes; a zero here is no result.", level="warning",
            method="lab-response",
        ))  # fmt: skip
    if seen and still:
        rows.append(remark(
            "lab_response", f"De respons rekent met deze hefboom en niets beweegt: {named(seen, 'nl')}. De nul is hier een uitkomst.",
            f"The response computes with this lever and nothing moves: {named(seen, 'en')}. The zero is a result here.", level="info", method="lab-response",
        ))  # fmt: skip
    names = {setting.lever.name for setting in settings}
    if "guarantee_share" in names:
        rows.append(remark(
            "lab_response", "Waarborg op de lening van warmtenetten: in de respons vraagt het warmtebedrijf één rendement op al zijn kapitaal, zonder lening. Wat de waarborg doet, staat in de "
            "businesscase; een lager rendement geeft u met een ander soort bedrijf.", "Guarantee on the debt of heat networks: in the response the heat company asks one return on all its "
            "capital, without a loan. What the guarantee does stands in the business case; a lower return is given by another kind of company.", level="warning", method="lab-response",
        ))  # fmt: skip
    if "emergency_buyers" in names:
        rows.append(remark(
            "lab_response", "Noodkooplening: het bereik telt in de respons bij elke beslissing van de groep, niet alleen bij aankoop; ze kent per groep een deel dat leent.",
            "Loan for emergency buyers: the reach counts at every decision of the group, not at a purchase alone; the response knows one share of each group that borrows.",
            level="assumption", method="response-rules",
        ))  # fmt: skip
    if "collective_bonus" in names:
        rows.append(remark(
            "lab_response", "Hogere premie bij collectieve aanpak: alleen in campagnejaren van een straat en in grote blokken; elke groep krijgt het gemiddelde over haar woningen.",
            "Higher premium for a collective approach: in campaign years of a street and in large blocks alone; every group gets the mean over its homes.", level="assumption",
            method="response-rules",
        ))  # fmt: skip
    return rows


def network_remarks(runs: Mapping[str, ResponseRun]) -> list[RemarkRow]:
    """Why the network comes about or not, today and with the levers."""
    why = {name: WHY[run.equilibria.outcome.why] for name, run in runs.items() if run.equilibria is not None}
    if set(why) != set(runs):
        return []
    return [remark(
        "lab_response", f"Warmtenet in de respons, vandaag: {why[TODAY][0]}; met hefboom: {why[SCENARIO][0]}.",
        f"Heat network in the response, today: {why[TODAY][1]}; with the lever: {why[SCENARIO][1]}.", level="info", method="lab-response",
    )]  # fmt: skip


def _exists(rows: pd.DataFrame) -> bool:
    price = rows.loc[rows["outcome"] == "network_price_happens", "value"]
    return bool(len(price) and np.isfinite(price.iloc[0]))
