"""What stands beside a response: what is assumed, what tenants pay, the plain readings; and its figures among the indicators."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.parameters.reforms import NONE
from koppelkans.plan.response_forms import AIR, GAS, HYBRID, NETWORK, RENOVATED_AIR, RENOVATED_GAS, RENOVATED_NETWORK
from koppelkans.plan.response_ground import OWNER, QUARTILE, TENURE, spread_groups
from koppelkans.plan.response_offer import offer_remarks
from koppelkans.plan.response_support import bought_together_share
from koppelkans.plan.response_tables import LEAST, ON_NETWORK, group_shares, of_network, place_shares
from koppelkans.tables import RemarkRow, remark
from koppelkans.tables.response import MOMENTS, QUARTILES

if TYPE_CHECKING:
    from koppelkans.plan.response import ResponseInputs, ResponseRun
    from koppelkans.plan.response_bands import Bands

Floats = NDArray[np.float64]
KWH_PER_MWH = 1_000.0
NOTICED_EUR = 1.0
UPFRONT = 0.9

# ---------------------------------------------------------------------------------------------------------------------- remarks


def response_remarks(given: ResponseInputs, run: ResponseRun, bands: Bands | None = None) -> list[RemarkRow]:
    """Everything that must be said beside the response of a plan, what is assumed first."""
    rows = [
        remark(
            "response_shares", "Hoe mensen kiezen, is op vele punten een aanname: spreiding van voorkeuren, moeite, aandacht en spaargeld zijn niet vastgepind door "
            "Vlaamse gegevens. De uitkomsten zijn verwachte aantallen, geen voorspelling per gezin of huis.", "How people choose is assumed at many points: spread of "
            "preferences, effort, attention and savings are not pinned by Flemish data. Results are expected numbers, no prediction for a household or a house.",
            level="warning", rows_share=1.0, method="response-plan",
        ),
        remark(
            "response_shares", "Wie waar woont, is niet bekend: elk huis heeft de mengeling van inkomen en statuut van het gebied, met meer huur in appartementen. Leeftijd van "
            "ketels: de verdeling die bij de levensduur hoort. Alle gebouwen staan nu op een fossiele ketel.", "Who lives where is not known: every house has the mixture of "
            "income and tenure of the place, with more renting in flats. Age of boilers: the distribution that goes with their life. All buildings have a fossil boiler now.",
            rows_share=1.0, method="response-plan",
        ),
        _readings(run), _tenants(run),
        remark(
            "response_money", "Van Mijn VerbouwPremie tellen de warmtepomp, het dak (alleen met genoeg isolatie) en de ventilatie met toevoer en afvoer mee, naar de inkomenscategorie. "
            "Niet mee: muur, vloer en glas (geen bedrag gevonden), de toeslag voor asbest en de zonneboiler (geen maatregel in het model) en de EPC-labelpremie (loopt af). Het sociaal "
            "tarief voor warmte volgt de warmteprijs niet: wie het heeft, is gerekend met het verschil bij het tarief van dit scenario. Aflossingen van leningen en huurprijzen staan "
            "niet in de geldstromen, wel de rente die Vlaanderen op goedkope leningen bijlegt. Het capaciteitstarief door warmte is geschat: stroom van de groep maal kW per kWh van een doorsnee woning.", "Of Mijn VerbouwPremie the heat pump, the roof (with enough insulation only) and "
            "ventilation with supply and exhaust count, by income category. Left out: walls, floor and glazing (no amount found), the supplement for asbestos and the solar boiler (no "
            "measure in the model) and the EPC label premium (running out). The social tariff for heat does not follow the heat price: who has it counts with the difference at the tariff "
            "of this scenario. Instalments of loans and rents are not in the flows; the interest that Flanders makes up on cheap loans is. The capacity charge for heat is an estimate: electricity of the group times kW per kWh of a mean home.", method="response-money",
        ),
    ]  # fmt: skip
    rows += [*_about_support(run), *_about_the_network(run)]
    if run.case.premiums_missing:
        named = ", ".join(sorted(name.removeprefix("cat") for name in run.case.premiums_missing))
        own = given.scenario.income_category.removeprefix("cat")
        rows.append(remark(
            "response_shares", f"De warmtepomppremie van inkomenscategorie {named} is niet bekend: het bedrag van categorie {own} staat in de plaats, wellicht te weinig.",
            f"The heat pump premium of income category {named} is not known: the amount of category {own} stands in, probably too little.", level="warning", method="response-rules",
        ))  # fmt: skip
    if bands is not None and 0 < bands.network < bands.runs:
        rows.append(remark(
            "response_shares", f"Het warmtenet komt tot stand in {bands.network} van {bands.runs} doorrekeningen: tussen laag en hoog liggen twee verschillende werelden, geen gemiddelde.",
            f"The network comes about in {bands.network} of {bands.runs} runs: between low and high lie two different worlds, no mean.", level="warning", method="response-bands",
        ))  # fmt: skip
    return rows


def _about_support(run: ResponseRun) -> list[RemarkRow]:
    """What the response cannot tell apart about loans, premiums and leases under the rules."""
    asked, rows = run.case.asked, []
    if any(asked.path("noodkoop.reach_share", f"quartile_{number}").any() for number in (1, 2)):
        rows.append(remark(
            "response_shares", "Noodkooplening: het model kent per groep een deel dat leent, op elk moment gelijk; het bereik telt dus bij elke beslissing, niet alleen bij aankoop.",
            "Loan for emergency buyers: the model knows one share of each group that borrows, the same at every moment; the reach counts at every decision, not at a purchase alone.",
            method="response-rules",
        ))  # fmt: skip
    if asked.path("mvp.collective_bonus_share").any():
        rows.append(remark(
            "response_shares", "Hogere premie bij collectieve aanpak: voor woningen in een campagnejaar van hun straat en in blokken die groot genoeg zijn. Premies gelden per groep en jaar: de groep "
            "krijgt het gemiddelde.", "Higher premium for a collective approach: for homes in a campaign year of their street and in blocks that are large enough. Premiums hold by group and year: the "
            "group gets the mean.", method="response-rules",
        ))  # fmt: skip
    if asked.word("lease.kind") != NONE:
        rows.append(remark(
            "response_money", "Wat huurders van een warmtepomp aan de verhuurder betalen en de premie die de verhuurder krijgt, staan niet in de geldstromen en niet in het openbaar geld: het model telt "
            "niet hoeveel installaties verhuurd zijn. Hun onderhoud staat er wel in.", "What those who lease a heat pump pay its lessor, and the premium of the lessor, are not in the flows nor in the "
            "public money: the model does not count how many plants are leased. Their upkeep is in it.", level="warning", method="response-money",
        ))  # fmt: skip
    return rows


def _readings(run: ResponseRun) -> RemarkRow:
    shares = run.case.asked.scenario.response.uptake_shares
    whole = place_shares(run)[-1].sum()
    dutch = ", ".join(f"{share:.0%} = {share * whole:.0f} woningen" for share in shares)
    english = ", ".join(f"{share:.0%} = {share * whole:.0f} dwellings" for share in shares)
    found = run.figures["fossil_free_share"]
    return remark(
        "response_shares", f"Zoals de ambtenaren van de nota het lezen, zonder gedrag: {dutch} fossielvrij. Het gedragsmodel komt onder deze regels uit op {found:.0%}.",
        f"As the officials of the note read it, without behaviour: {english} fossil-free. The model of behaviour ends at {found:.0%} under these rules.", level="info",
        method="response-plan",
    )  # fmt: skip


def _tenants(run: ResponseRun) -> RemarkRow:
    """What a tenant's bill for heat becomes, by way of heating."""
    eur = tenant_bills_eur(run)
    gas, others = eur["gas"], {name: value for name, value in eur.items() if name != "gas"}
    dutch = ", ".join(f"{_DUTCH[name]} {value:+.0f}" for name, value in others.items())
    english = ", ".join(f"{name.replace('_', ' ')} {value:+.0f}" for name, value in others.items())
    return remark(
        "response_shares", f"Huurders kiezen hun verwarming niet, maar betalen de energie: met gas {gas:.0f} EUR per jaar voor een doorsnee woning, het verschil daarmee in EUR per jaar: "
        f"{dutch}. Wat de verhuurder in de huur doorrekent, staat er niet in.", f"Tenants do not choose their heating but pay for the energy: {gas:.0f} EUR a year with gas for a mean home, "
        f"the difference in EUR a year: {english}. What the landlord passes on in the rent is not in it.", method="response-plan",
    )  # fmt: skip


_DUTCH = {
    "hybrid": "hybride",
    "air_heat_pump": "luchtwarmtepomp",
    "renovated_heat_pump": "warmtepomp na renovatie",
    "network": "warmtenet",
}


def tenant_bills_eur(run: ResponseRun) -> dict[str, float]:
    """Yearly bill for heat of the mean tenant with gas, and by how much each other option differs from gas in the homes where it fits, in the last year [EUR, VAT in]."""
    option = {"hybrid": HYBRID, "air_heat_pump": AIR, "renovated_heat_pump": RENOVATED_AIR}
    if np.isfinite(run.heat_price_eur_per_mwh):
        option["network"] = NETWORK
    weight = run.case.ground.people["weight"].to_numpy(float) * (TENURE != OWNER)
    weight = weight / max(weight.sum(), LEAST)
    found = {"gas": float(weight @ _bill(run, GAS, _homes_with(run, GAS)))}
    return found | {name: float(weight @ dearer_eur(run, number)) for name, number in option.items()}


def dearer_eur(run: ResponseRun, option: int) -> Floats:
    """By how much the bill for heat of each group (C,) is higher with an option than with gas, mean of the homes where it fits; 0 where it fits in none."""
    homes = _homes_with(run, option)
    if homes.sum() <= 0:
        return np.zeros(len(TENURE))
    return _bill(run, option, homes) - _bill(run, GAS, homes)


def _homes_with(run: ResponseRun, option: int) -> Floats:
    """Dwellings of each form (F,) in which an option fits."""
    forms = run.case.arrays.forms
    return np.where(forms.feasible[:, option] & ~run.case.ground.forms.institution, run.case.ground.homes, 0.0)


def _bill(run: ResponseRun, option: int, homes: Floats) -> Floats:
    """Yearly bill for heat of each group (C,) with an option in the mean of some homes (F,), in the last year."""
    forms, rules, last, total = run.case.arrays.forms, run.lived.rules, -1, max(float(homes.sum()), LEAST)
    fuel, power, heat, peak = (
        float(values[:, option] @ homes) / total
        for values in (forms.fuel_kwh, forms.electricity_kwh, forms.heat_kwh, forms.electric_peak_kw)
    )
    bill = (
        fuel * rules.fuel_eur_per_kwh[:, 0, last]
        + power * rules.electricity_eur_per_kwh[:, last]
        + peak * rules.electricity_eur_per_kw[:, last]
    )
    if fuel > 0:
        bill = bill + rules.fuel_fixed_eur[:, 0, last]
    if option in ON_NETWORK:
        bill = bill + heat / KWH_PER_MWH * rules.heat_eur_per_mwh[last] + rules.heat_fixed_eur[:, last]
    return np.asarray(bill)


def _about_the_network(run: ResponseRun) -> list[RemarkRow]:
    if run.equilibria is None or run.market is None:
        return [remark(
            "equilibrium", "Geen evenwicht van een warmtenet: er is geen net ontworpen waarvan de straten binnen de termijn warmte krijgen.", "No equilibrium of a heat network: no network "
            "was designed whose streets get heat in time.", level="info", method="response-plan",
        )]  # fmt: skip
    from koppelkans.money.equilibrium.answer import WHY

    found, market = run.equilibria, run.market
    dutch, english = WHY[found.outcome.why]
    with_vat = 1.0 + market.vat_share
    required = found.required_at_cap_eur_per_mwh * with_vat
    price = f"{run.heat_price_eur_per_mwh:.0f}" if np.isfinite(run.heat_price_eur_per_mwh) else None
    told, told_en = (
        (f"Het warmtenet komt tot stand aan {price} EUR/MWh met btw: {dutch}.", f"The heat network comes about at {price} EUR/MWh with VAT: {english}.") if price
        else (f"Het warmtenet komt er niet: {dutch}.", f"The heat network does not come about: {english}.")
    )  # fmt: skip
    parity, top = market.parity_eur_per_mwh * with_vat, market.cap_eur_per_mwh * with_vat
    rows = [remark(
        "equilibrium", f"{told} Even duur als gas is {parity:.0f} EUR/MWh; met de klanten die er aan {top:.0f} EUR/MWh nog zijn, kost warmte {required:.0f} EUR/MWh.",
        f"{told_en} As dear as gas is {parity:.0f} EUR/MWh; with the customers who are left at {top:.0f} EUR/MWh heat costs {required:.0f} EUR/MWh.", level="info",
        method="response-plan",
    )]  # fmt: skip
    return [*rows, *offer_remarks(run), *found.notes]


# ------------------------------------------------------------------------------------------------------------------- indicators

_FIGURES = [
    # id, group, Dutch, English, unit
    ("vulnerable_early_share", "social_inclusion", "Gezinnen met sociaal tarief van fossiel af na een derde van de jaren (gedrag)", "Households with the social tariff off fossil after a third of the years (response)", "aandeel"),
    ("vulnerable_fossil_free_share", "social_inclusion", "Gezinnen met sociaal tarief van fossiel af in het laatste jaar (gedrag)", "Households with the social tariff off fossil in the last year (response)", "aandeel"),
    ("upfront_p90_eur", "social_inclusion", "Betaling vooraf waar negen op de tien onder blijven (gedrag)", "Payment up front that nine in ten stay under (response)", "EUR"),
    *((f"stuck_quartile_{number}", "social_inclusion", f"Woningen die vastzitten, inkomenskwartiel {number} (gedrag)", f"Dwellings stuck, income quartile {number} (response)", "woningen") for number in (1, 2, 3, 4)),
    ("tenants_protected_share", "social_inclusion", "Huurders van wie de energie voor warmte niet duurder is dan met gas (gedrag)", "Tenants whose energy for heat costs no more than with gas (response)", "aandeel"),
    ("tenants_without_say", "social_inclusion", "Huurders die zouden overschakelen maar niet beslissen (gedrag)", "Tenants who would switch but do not decide (response)", "woningen"),
    ("opt_out_share", "social_inclusion", "Woningen aan een straat met warmte die niet aansluiten (gedrag)", "Dwellings in a street with heat that do not connect (response)", "aandeel"),
    ("households_reached", "social_inclusion", "Gezinnen die een campagne bereikt (gedrag)", "Households that a campaign reaches (response)", "woningen"),
    ("climate_table_goal", "social_inclusion", "Doel van het Klimaatpact: uitnodigingen voor een klimaattafel", "Goal of the climate pact: invitations to a climate table", "woningen"),
    ("collective_renovations", "social_inclusion", "Renovaties na een collectieve campagne (gedrag)", "Renovations after a collective campaign (response)", "woningen"),
    ("response_fossil_free_share", "energy", "Woningen zonder fossiele brandstof onder de regels (gedrag)", "Dwellings without fossil fuel under the rules (response)", "aandeel"),
    ("policy_gap_share", "energy", "Beleidskloof: woningen van fossiel af in het plan, minus onder de regels", "Policy gap: dwellings off fossil in the plan, minus under the rules", "aandeel"),
    ("response_network_share", "energy", "Woningen op het warmtenet onder de regels (gedrag)", "Dwellings on the heat network under the rules (response)", "aandeel"),
    ("response_heat_price", "finance", "Warmteprijs die zich instelt, met btw (gedrag)", "Heat price that settles, VAT included (response)", "EUR/MWh"),
]  # fmt: skip
_SAME = {
    "vulnerable_early_share": "vulnerable_early_share", "vulnerable_fossil_free_share": "vulnerable_fossil_free_share", "response_fossil_free_share": "fossil_free_share",
    "response_network_share": "network_share", "response_heat_price": "heat_price_eur_per_mwh",
}  # fmt: skip
"""Indicators that are a headline of the run, whose band they take over."""


def response_indicators(given: ResponseInputs, run: ResponseRun, bands: Bands | None) -> pd.DataFrame:
    """Rows of INDICATORS about social inclusion and the gap between plan and response; figures without a value are left out."""
    values = inclusion(run) | {name: run.figures[key] for name, key in _SAME.items()} | _gap(given, run)
    year, rows = int(run.case.arrays.calendar[-1]), {}
    for name, group, title, title_en, unit in _FIGURES:
        value = values.get(name, float("nan"))
        if not np.isfinite(value):
            continue
        low, high = (float("nan"),) * 2
        if bands is not None and name in _SAME:
            low, high = bands.figures[_SAME[name]]
        if bands is not None and name == "policy_gap_share":
            least, most = bands.figures["fossil_free_share"]
            low, high = (value + run.figures["fossil_free_share"] - end for end in (most, least))
        rows[name] = {
            "group": group, "title": title, "title_en": title_en, "unit": unit, "scope": "response", "year": year, "value": float(value), "low": low, "high": high,
            "method": "response-indicators",
        }  # fmt: skip
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index = pd.Index(frame.index, name="indicator", dtype="str")
    words = dict.fromkeys(("group", "title", "title_en", "unit", "scope", "method"), "str")
    return frame.astype({**words, "year": "int64", "value": float, "low": float, "high": float})[
        tables.INDICATORS.column_names
    ]


def inclusion(run: ResponseRun) -> dict[str, float]:
    """The figures of social inclusion by name: dwellings, shares and euro. Method: docs/method.md#response-indicators."""
    groups, case = group_shares(run), run.case
    stuck = spread_groups(np.asarray(run.response.stuck), case.ground)[:, -1]
    tenants = TENURE != OWNER
    there = groups[tenants, -1]
    dearer = np.stack([dearer_eur(run, option) > NOTICED_EUR for option in range(groups.shape[2] - 1)], axis=1)[tenants]
    if not np.isfinite(run.heat_price_eur_per_mwh):
        dearer[:, ON_NETWORK] = False
    homes, sites = (
        np.bincount(
            case.arrays.units.section, weights=case.arrays.units.dwellings, minlength=len(case.arrays.sections)
        ),
        run.lived.sites,
    )
    moments = np.asarray(run.response.moments)
    could = of_network(case)
    renovated = [RENOVATED_AIR, RENOVATED_NETWORK, RENOVATED_GAS]
    reached = float(homes @ (1.0 - np.prod(1.0 - sites.contact_share, axis=1)))
    found = {
        "upfront_p90_eur": upfront_eur(run), "tenants_protected_share": 1.0 - float((there[:, :-1] * dearer).sum()) / max(float(there.sum()), LEAST),
        "tenants_without_say": float(stuck[:, 1].sum()), "households_reached": reached,
        "climate_table_goal": case.asked.now("lekp.climate_table_invitations_per_dwelling") * float(groups[:, -1].sum()),
        "collective_renovations": float(moments[MOMENTS.index("campaign")][:, renovated].sum()),
        **{f"stuck_quartile_{number + 1}": float(stuck[number == QUARTILE].sum()) for number in range(QUARTILES)},
    }  # fmt: skip
    if could > 0 and np.isfinite(run.heat_price_eur_per_mwh):
        found["opt_out_share"] = 1.0 - min(1.0, float(groups[:, -1, ON_NETWORK].sum()) / could)
    return found


def upfront_eur(run: ResponseRun, share: float = UPFRONT) -> float:
    """What a share of the owners who switch pays at most up front [EUR]: works and fee, less the premium that need not be advanced; loans not taken off.

    Over groups, options and years, weighed by the dwellings that then have that option more than the year before; nan where nobody switches.
    """
    groups, rules, forms = group_shares(run), run.lived.rules, run.case.ground.forms
    new = np.maximum(np.diff(groups, axis=1, prepend=groups[:, :1]), 0.0)[:, :, 1:-1]
    works = (forms.of_place("investment_eur") * bought_together_share(run.case.asked))[None, None, 1:]
    fee = np.zeros(works.shape[2])
    fee[[option - 1 for option in ON_NETWORK]] = 1.0
    need = (
        works
        + rules.connection_fee_eur[:, :, None] * fee
        - rules.prefinanced_share[:, :, None] * np.swapaxes(rules.premium_eur, 1, 2)[:, :, 1:]
    )
    weight, need = new.ravel(), np.broadcast_to(need, new.shape).ravel()
    if weight.sum() <= LEAST:
        return float("nan")
    order = np.argsort(need, kind="stable")
    reached = np.cumsum(weight[order]) / weight.sum()
    return float(need[order][np.searchsorted(reached, share)])


def _gap(given: ResponseInputs, run: ResponseRun) -> dict[str, float]:
    """How far the response stays behind the plan: dwellings without fossil fuel in the choices of the plan, minus in the response, as shares of all dwellings."""
    choices, homes = given.tables["choices"], given.place.buildings["dwellings"]
    dwellings = homes.reindex(choices.index).fillna(0).to_numpy(float)
    if dwellings.sum() <= 0:
        return {}
    off = ~choices["solution"].isin(tables.FOSSIL_SOLUTIONS).to_numpy(bool)
    return {"policy_gap_share": float(dwellings[off].sum() / dwellings.sum()) - run.figures["fossil_free_share"]}
