"""What the public and lenders give in a response, by group and year: fees taken over, premiums, loans, property tax; and plants of another owner."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from koppelkans.errors import ParameterError
from koppelkans.money.project_returns import annuity_share
from koppelkans.money.project_terms import Terms
from koppelkans.parameters.reforms import NONE
from koppelkans.plan.response_asked import Asked
from koppelkans.plan.response_campaign import deciding_together_share
from koppelkans.plan.response_forms import (
    AIR,
    GROUND,
    HYBRID,
    NETWORK,
    OPTIONS,
    RENOVATED_AIR,
    RENOVATED_GAS,
    RENOVATED_NETWORK,
    WITH_WORKS,
)  # fmt: skip
from koppelkans.plan.response_ground import GROUPS, INSTITUTION, OWNER, QUARTILE, SOCIAL, TENURE, Ground

Floats = NDArray[np.float64]

ON_NETWORK = (NETWORK, RENOVATED_NETWORK)
PREMIUMS = {
    HYBRID: "mvp.heat_pump.hybrid", AIR: "mvp.heat_pump.air_water", RENOVATED_AIR: "mvp.heat_pump.air_water", GROUND: "mvp.heat_pump.geothermal",
}  # fmt: skip
WORKS_PREMIUMS = {
    "roof_invoice_eur": ("mvp.roof.max", "mvp.roof.min_invoice"), "ventilation_invoice_eur": ("mvp.ventilation_D", None),
}  # fmt: skip
"""Largest premium and smallest invoice by the works of a package that a premium looks at."""
WORKS_SHARE, PUMP_SHARE = "mvp.roof.cap_share", "mvp.heat_pump.cap_share"
LOAN_GROUPS = {0: "lowest_income_group", 1: "second_income_group"}
LEASED = (HYBRID, AIR, GROUND)
GROUP_BOUGHT = (HYBRID, AIR, RENOVATED_AIR, GROUND, RENOVATED_NETWORK, RENOVATED_GAS)


def bought_together_share(asked: Asked) -> Floats:
    """What is left of the price and the invoice of each option when homes buy together (K,):  dwellings^-exponent  of heat pumps and renovations."""
    found = np.ones(OPTIONS)
    found[list(GROUP_BOUGHT)] = asked.now("group_purchase.dwellings") ** -asked.now("group_purchase.exponent")
    return found


def connection_fee_eur(asked: Asked, terms: Terms) -> Floats:
    """What an owner pays for the connection, VAT included, after public support (C, T); see ``fee_support_eur``."""
    return terms.connection_fee_eur * (1.0 + asked.now("vat", "works")) - fee_support_eur(asked, terms)


def fee_support_eur(asked: Asked, terms: Terms) -> Floats:
    """What the public pays of a connection fee (C, T): support per dwelling, and of the rest the premium for connecting; nothing for institutions."""
    fee = terms.connection_fee_eur * (1.0 + asked.now("vat", "works"))
    given = np.minimum(fee, asked.path("connect.support_eur_per_dwelling"))
    found = np.broadcast_to(given, (GROUPS, len(asked.years))).copy()
    found[TENURE != SOCIAL] += asked.path("connect.premium_share") * (fee - given)
    found[INSTITUTION] = 0.0
    return found


def connection_premium_share(asked: Asked) -> Floats:
    """Part of the own cost of connecting that the premium pays (C, T); nothing for housing companies and institutions."""
    found = np.zeros((GROUPS, len(asked.years)))
    found[TENURE != SOCIAL] = asked.path("connect.premium_share")
    found[INSTITUTION] = 0.0
    return found


def premiums_eur(asked: Asked, ground: Ground, missing: set[str] | None = None) -> Floats:
    """Premium by group, option and year (C, K, T): for a heat pump within its share of the invoice of a mean home, for works as ``works_premium_eur``.

    Owners by the income category of their quartile, landlords by that of the scenario; housing companies and institutions get none. The part of a group that
    decides together in a year (``response_campaign.deciding_together_share``) has higher amounts of both, within the same shares of the invoice: the group gets the mean. The premium for connecting is apart: ``connection_premium_share``.
    """
    found, own = np.zeros((GROUPS, OPTIONS, len(asked.years))), asked.scenario.income_category
    bonus = asked.path("mvp.collective_bonus_share")
    together = np.zeros((GROUPS, len(asked.years)))
    if bonus.any():
        together = deciding_together_share(asked, ground, asked.now("mvp.collective_min_dwellings"))
    known: dict[str, tuple[Floats, Floats]] = {}
    for group in np.flatnonzero(TENURE != SOCIAL):
        category: str = own
        if TENURE[group] == OWNER:
            category = f"cat{round(asked.now('mvp.category_of_quartile', f'quartile_{QUARTILE[group] + 1}'))}"
        if category not in known:
            alone = _own_premium_eur(asked, ground, category, missing)
            known[category] = alone, _own_premium_eur(asked, ground, category, missing, bonus) if bonus.any() else alone
        alone, raised = known[category]
        found[group] = alone + together[group] * (raised - alone)
    return found


def _own_premium_eur(
    asked: Asked, ground: Ground, category: str, missing: set[str] | None, bonus: Floats | None = None
) -> Floats:
    """Premium for heat pump and works of each option in every year (K, T) of an income category; bonus (T,): by which the amounts are raised."""
    raised = np.ones(len(asked.years)) if bonus is None else 1.0 + bonus
    pump = _pump_premium_eur(asked, ground, category, missing, raised)
    return pump + works_premium_eur(asked, ground, category, raised)


def _pump_premium_eur(asked: Asked, ground: Ground, category: str, missing: set[str] | None, raised: Floats) -> Floats:
    """Premium for the heat pump of each option in every year (K, T) of an income category."""
    found = np.zeros((OPTIONS, len(asked.years)))
    invoice = ground.forms.of_place("invoice_eur") * bought_together_share(asked)
    own = asked.scenario.income_category
    cap = _amount(asked, PUMP_SHARE, category, own, missing)
    for option, key in PREMIUMS.items():
        found[option] = np.minimum(raised * _amount(asked, key, category, own, missing), cap * invoice[option])
    return found


def works_premium_eur(asked: Asked, ground: Ground, category: str, raised: Floats | None = None) -> Floats:
    """Premium for the works of each option in every year (K, T) of an income category [EUR per dwelling], mean of the homes in which the option fits.

    raised (T,): by what the largest amounts are multiplied, 1 where left out. Invoices are those of a group purchase where there is one.

        contractor   p(invoice) = min(largest, share x invoice),  nothing where the invoice of the building is below the smallest one
        own works    own share x p(material),  material = (1 - wage share) x invoice
        mean         (1 - h) p(invoice) + h x own share x p(material),  h: owners who do such works themselves

    Works are roof and ventilation; a category without a share of its own for works has that for heat pumps (no premium today, only under a lever).
    Method: docs/method.md#response-rules.
    """
    forms, found = ground.forms, np.zeros((OPTIONS, len(asked.years)))
    homes = np.where(forms.feasible & ~forms.institution[:, None], ground.homes[:, None], 0.0)
    weight = homes / np.maximum(homes.sum(axis=0), 1e-12)
    themselves, rewarded = asked.now("diy.household_share"), asked.now("diy.premium_share")
    material, bought = 1.0 - asked.now("diy.labour_share"), bought_together_share(asked)
    more = np.ones(len(asked.years)) if raised is None else raised
    for invoice, (largest, least) in WORKS_PREMIUMS.items():
        part = forms.quantities[WITH_WORKS[invoice]]
        each = np.divide(forms.quantities[invoice], part, out=np.zeros_like(part), where=part > 0) * bought
        smallest = (asked.now(least) if least else 0.0) / ground.blocks[:, None]
        terms = list(zip(more * asked.path(largest, category), _works_share(asked, category), strict=True))
        mean = {
            (most, share): (weight * part * (
                (1.0 - themselves) * one_premium_eur(each, most, share, smallest)
                + themselves * rewarded * one_premium_eur(material * each, most, share, smallest)
            )).sum(axis=0)
            for most, share in dict.fromkeys(terms)
        }  # fmt: skip
        found += np.stack([mean[one] for one in terms], axis=1)
    return found


def one_premium_eur(invoice_eur: Floats, most_eur: float, share: float, smallest_eur: Floats | float) -> Floats:
    """The premium on an invoice without VAT [EUR]: min(largest, share x invoice), nothing below the smallest invoice."""
    return np.where(invoice_eur >= smallest_eur, np.minimum(most_eur, share * invoice_eur), 0.0)


def _works_share(asked: Asked, category: str) -> Floats:
    known = category in asked.parameters.entries[WORKS_SHARE].scopes()
    return asked.path(WORKS_SHARE if known else PUMP_SHARE, category)


def _amount(asked: Asked, key: str, category: str, own: str, missing: set[str] | None) -> Floats:
    """The amount of an income category in every year; that of the scenario's category, noted, where none is known."""
    try:
        return asked.path(key, category)
    except ParameterError:
        if missing is not None:
            missing.add(category)
        return asked.path(key, own)


def one_application(asked: Asked, what: str) -> float:
    """What one application for all premiums leaves of the hidden cost or of the delay (``what``): 1 without it."""
    return 1.0 - asked.now("application.single") * asked.now(f"application.{what}_cut_share")


def loans(asked: Asked, ground: Ground) -> tuple[Floats, dict[str, Floats]]:
    """Take-up (C, T), and amount, rate and part repaid at sale of Mijn VerbouwLening with the loan for emergency buyers beside it.

        borrow   1 - (1 - t)(1 - e)            t: take-up of the ordinary loan, e: of the emergency loan
        at sale  e / borrow + (1 - e / borrow) x bullet share of the ordinary loan
        amount   that of the ordinary loan,  and by e / borrow what an emergency loan is larger

    An emergency loan below the works of a mean renovation with heat pump counts for the part that it pays: e = reach x min(1, largest / works).
    Method: docs/method.md#response-rules.
    """
    shape = (GROUPS, len(asked.years))
    take_up = asked.now("response.loan_take_up_share") * asked.by_quartile("mvl.reach_share")
    largest = asked.path("noodkoop.max")
    works = max(float(ground.forms.of_place("investment_eur")[RENOVATED_AIR]), 1.0)
    emergency, bullet, rate = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for group in np.flatnonzero(TENURE == OWNER):
        number = int(QUARTILE[group])
        bullet[group] = asked.path("mvl.bullet_share", f"quartile_{number + 1}")
        if number in (0, 1):
            reach = asked.path("noodkoop.reach_share", f"quartile_{number + 1}")
            emergency[group] = reach * np.minimum(1.0, largest / works)
    for every in range(GROUPS):
        owner = TENURE[every] == OWNER
        rate[every] = asked.path(
            "mvl.rate", LOAN_GROUPS.get(int(QUARTILE[every]), "all_eligible") if owner else "all_eligible"
        )
    joint = 1 - (1 - take_up) * (1 - emergency)
    joint[INSTITUTION] = 0.0
    urgent = np.divide(emergency, joint, out=np.zeros(shape), where=joint > 0)
    ordinary = asked.path("mvl.max") + asked.path("mvl.top_up_eur")
    most = ordinary + urgent * np.maximum(0.0, largest - ordinary)
    most[TENURE == SOCIAL] = 0.0
    return joint, {
        "loan_eur": most,
        "loan_rate_share": rate,
        "bullet_loan_share": urgent + (1.0 - urgent) * bullet,
    }


def property_tax_cut_eur(asked: Asked) -> Floats:
    """What a cut in property tax gives the owner of a connected home a year (T,):  income x index x base rate x (1 + surcharge) x cut."""
    income, index, base, surcharge = (
        asked.now(f"property_tax.{name}", "flanders")
        for name in ("cadastral_income_eur", "index", "base_share", "municipal_surcharge_share")
    )
    cut: Floats = asked.path("property_tax.reduction_share") * income * index * base * (1.0 + surcharge)
    return cut


def yearly_support_eur(asked: Asked) -> Floats:
    """(C, K, T): the cut in property tax of owners and landlords who connect."""
    found = np.zeros((GROUPS, OPTIONS, len(asked.years)))
    for option in ON_NETWORK:
        found[TENURE != SOCIAL, option] = property_tax_cut_eur(asked)
    return found


def lease_terms(asked: Asked) -> dict[str, Floats]:
    """What another owner asks a year for the plant that it puts in a home, by option and year (K, T), as ``people.response.case.Rules`` takes it:

    yearly share x (investment of the home - premium, where it counts) + fixed,      yearly share = CRF(rate, years),  fixed = service
    both x (1 + guarantee) for heat as a service;  a share of NaN where nothing is offered
    """
    shape = (OPTIONS, len(asked.years))
    share, premium, fixed = np.full(shape, np.nan), np.zeros(shape), np.zeros(shape)
    kind = asked.word("lease.kind")
    if kind != NONE:
        sure = 1.0 + asked.now("lease.guarantee_share") * (kind == "heat_service")
        own, counts = asked.scenario.income_category, asked.now("lease.premium_counts")
        for option in LEASED:
            share[option] = sure * annuity_share(asked.now("lease.years"), asked.now("lease.rate_share"))
            fixed[option] = sure * asked.now("lease.service_eur_per_year")
            premium[option] = counts * _amount(asked, PREMIUMS[option], own, own, None)
    return {"lease_yearly_share": share, "lease_premium_eur": premium, "lease_fixed_eur": fixed}
