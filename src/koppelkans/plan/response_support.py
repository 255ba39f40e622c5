"""What the public and lenders give in a response, by group and year: fees taken over, premiums, loans, property tax; and plants of another owner."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from koppelkans.errors import ParameterError
from koppelkans.money.project_returns import annuity_share
from koppelkans.money.project_terms import Terms
from koppelkans.parameters.reforms import NONE
from koppelkans.plan.response_asked import Asked
from koppelkans.plan.response_forms import AIR, GROUND, HYBRID, NETWORK, OPTIONS, RENOVATED_AIR, RENOVATED_NETWORK
from koppelkans.plan.response_ground import GROUPS, INSTITUTION, OWNER, QUARTILE, SOCIAL, TENURE, Ground

Floats = NDArray[np.float64]

ON_NETWORK = (NETWORK, RENOVATED_NETWORK)
PREMIUMS = {
    HYBRID: "mvp.heat_pump.hybrid", AIR: "mvp.heat_pump.air_water", RENOVATED_AIR: "mvp.heat_pump.air_water", GROUND: "mvp.heat_pump.geothermal",
}  # fmt: skip
LOAN_GROUPS = {0: "lowest_income_group", 1: "second_income_group"}
LEASED = (HYBRID, AIR, GROUND)


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


def premiums_eur(asked: Asked, ground: Ground, missing: set[str] | None = None) -> Floats:
    """Premium by group, option and year (C, K, T), within its share of the invoice of a mean home. Housing companies and institutions get none.

    Owners by the income category of their quartile, landlords by that of the scenario.
    """
    found, invoice = np.zeros((GROUPS, OPTIONS, len(asked.years))), ground.forms.of_place("invoice_eur")
    own = asked.scenario.income_category
    bonus = 1.0
    if ground.homes[~ground.forms.institution].sum() >= asked.now("mvp.collective_min_dwellings"):
        bonus += asked.now("mvp.collective_bonus_share")
    diy = 1.0 + asked.now("diy.household_share") * asked.now("diy.premium_share") * (
        1.0 - asked.now("diy.labour_share")
    )
    amounts: dict[tuple[str, str], Floats] = {}
    for group in np.flatnonzero(TENURE != SOCIAL):
        category = (
            f"cat{round(asked.now('mvp.category_of_quartile', f'quartile_{QUARTILE[group] + 1}'))}"
            if TENURE[group] == OWNER
            else own
        )
        for option, key in PREMIUMS.items():
            if (category, key) not in amounts:
                amounts[category, key] = _amount(asked, key, category, own, missing)
            cap = _amount(asked, "mvp.heat_pump.cap_share", category, own, missing)
            found[group, option] = (
                np.minimum(amounts[category, key], cap * invoice[option])
                * bonus
                * (diy if option == RENOVATED_AIR else 1.0)
            )
        share, works = asked.path("connect.premium_share"), ground.forms.of_place("investment_eur")
        for option in ON_NETWORK:
            found[group, option] = share * works[option]
    return found


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


def loans(asked: Asked) -> tuple[Floats, dict[str, Floats]]:
    """Take-up (C, T), and amount, rate and part repaid at sale of Mijn VerbouwLening with the loan for emergency buyers on top."""
    shape = (GROUPS, len(asked.years))
    reach = asked.by_quartile("mvl.reach_share")
    take_up = asked.now("response.loan_take_up_share") * reach
    emergency = np.zeros(shape)
    for quartile in (0, 1):
        emergency[(TENURE == OWNER) & (quartile == QUARTILE)] = asked.path(
            "noodkoop.reach_share", f"quartile_{quartile + 1}"
        )
    bullet = np.zeros(shape)
    for owner in np.flatnonzero(TENURE == OWNER):
        bullet[owner] = asked.path("mvl.bullet_share", f"quartile_{QUARTILE[owner] + 1}")
    rate = np.zeros(shape)
    for group in range(GROUPS):
        rate[group] = asked.path(
            "mvl.rate",
            LOAN_GROUPS.get(int(QUARTILE[group]), "all_eligible") if TENURE[group] == OWNER else "all_eligible",
        )
    most = np.broadcast_to(asked.path("mvl.max") + asked.path("mvl.top_up_eur"), shape).copy()
    most[TENURE == SOCIAL] = 0.0
    joint = 1 - (1 - take_up) * (1 - emergency)
    joint[INSTITUTION] = 0.0
    return joint, {"loan_eur": most, "loan_rate_share": rate, "bullet_loan_share": 1 - (1 - bullet) * (1 - emergency)}


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


def lease_eur_per_year(asked: Asked, ground: Ground) -> Floats:
    """Yearly price of a leased plant or of heat as a service (K, T); NaN where none is offered:
    (investment - premium, where it counts) x CRF(rate, years) + service,  x (1 + guarantee) for heat as a service.
    """
    found = np.full((OPTIONS, len(asked.years)), np.nan)
    kind = asked.word("lease.kind")
    if kind == NONE:
        return found
    invested = ground.forms.of_place("investment_eur")
    yearly = annuity_share(asked.now("lease.years"), asked.now("lease.rate_share"))
    for option in LEASED:
        counted = asked.now("lease.premium_counts") * _amount(
            asked, PREMIUMS[option], asked.scenario.income_category, asked.scenario.income_category, None
        )
        price = np.maximum(invested[option] - counted, 0.0) * yearly + asked.now("lease.service_eur_per_year")
        found[option] = price * (1.0 + asked.now("lease.guarantee_share") * (kind == "heat_service"))
    return found
