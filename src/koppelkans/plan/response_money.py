"""Who pays whom in a response, year by year: works, premiums, loans, connection fees, energy for heat, and what guidance costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.money.equilibrium.payments import grants_by_year
from koppelkans.money.project_returns import annuity_share
from koppelkans.plan.response_campaign import guided_homes, homes_of_sections
from koppelkans.plan.response_case import FOSSIL, PER_THOUSAND
from koppelkans.plan.response_ground import INSTITUTION, OWNER, PRIVATE, SOCIAL, TENURE
from koppelkans.plan.response_rules import KWH_PER_MWH
from koppelkans.plan.response_support import ON_NETWORK, fee_support_eur
from koppelkans.tables.response import DECIDERS, PIPELINE_STEPS

if TYPE_CHECKING:
    from koppelkans.plan.response import ResponseRun

Floats = NDArray[np.float64]

PAYERS = {OWNER: "household", PRIVATE: "landlord", SOCIAL: "housing_company"}
HOUSEHOLD, HEAT_COMPANY = "household", "heat_company"
FLANDERS, MUNICIPALITY, LENDER, SUPPLIER, INSTALLER = "flanders", "municipality", "lender", "supplier", "installer"
COVER = "cover of a heat price below cost"
LEAST = 1e-9
Row = tuple[str, str, str, Floats]


def response_money(run: ResponseRun) -> pd.DataFrame:
    """Every payment of a response (contract RESPONSE_MONEY) [EUR of the price year, tax included]: payer, payee, subject and year; each counts once on either side.

    Works, loans and what Flanders makes up on them are booked in the year of the decision, energy in the year of use; instalments and rent are left out. Method: docs/method.md#response-money.
    """
    rows = [*_works(run), *_support(run), *_energy(run), *_guidance(run), *_network(run)]
    calendar = run.case.arrays.calendar
    frames = [
        pd.DataFrame({"payer": payer, "payee": payee, "what": what, "year": calendar, "amount_eur": amount}) for payer, payee, what, amount in rows
        if np.any(amount > 0)
    ]  # fmt: skip
    if not frames:
        return tables.TABLES["response_money"].empty()
    joined = pd.concat(frames, ignore_index=True)
    summed = joined.groupby(["payer", "payee", "what", "year"], as_index=False, sort=True)["amount_eur"].sum()
    frame = pd.DataFrame(summed[summed["amount_eur"] > 0])
    frame.index = pd.Index(payment_keys(frame, "."), name="row", dtype="str")
    kept: pd.DataFrame = frame.astype({"payer": "str", "payee": "str", "what": "str", "year": "int64"})[
        tables.TABLES["response_money"].column_names
    ]
    return kept


def payment_keys(frame: pd.DataFrame, between: str) -> pd.Series:
    """Name of each payment: payer, payee, subject and year."""
    subject, year = frame["what"].str.replace(" ", "_"), frame["year"].astype("str")
    keys: pd.Series = frame["payer"] + between + frame["payee"] + between + subject + between + year
    return keys


def _by_payer(values: Floats) -> list[tuple[str, Floats]]:
    """Amounts by group and year (C, T) as one row per payer."""
    values = np.asarray(values)
    found = []
    for tenure, name in PAYERS.items():
        mine = (tenure == TENURE) & (np.arange(len(TENURE)) != INSTITUTION)
        found.append((name, values[mine].sum(axis=0)))
    return [*found, ("institution", values[INSTITUTION])]


def _works(run: ResponseRun) -> list[Row]:
    got = run.response
    rows: list[Row] = [(name, INSTALLER, "works", amount) for name, amount in _by_payer(got.investment_eur)]
    rows += [(FLANDERS, name, "premium", amount) for name, amount in _by_payer(got.premium_eur)]
    rows += [(LENDER, name, "loan", amount) for name, amount in _by_payer(got.loans_eur)]
    return [*rows, *((name, HEAT_COMPANY, "connection fee", amount) for name, amount in _by_payer(got.fee_eur))]


def _support(run: ResponseRun) -> list[Row]:
    case, got = run.case, run.response
    asked, rules = case.asked, case.arrays.rules
    rows: list[Row] = [
        (MUNICIPALITY, name, "property tax given back", amount) for name, amount in _by_payer(got.yearly_support_eur)
    ]
    there = np.asarray(got.by_group)[:, :, list(ON_NETWORK)].sum(axis=2)
    new = np.maximum(np.diff(there, axis=1, prepend=0.0), 0.0)
    rows.append(
        (FLANDERS, HEAT_COMPANY, "support for connecting", (fee_support_eur(asked, case.terms) * new).sum(axis=0))
    )
    advanced = np.asarray(got.premium_eur) * rules.prefinanced_share * rules.premium_delay_years
    rows.append(
        (
            FLANDERS,
            LENDER,
            "interest on premiums paid beforehand",
            asked.now("prefinance.capital_rate_share") * advanced.sum(axis=0),
        )
    )
    return [*rows, (FLANDERS, LENDER, "interest on loans", loan_interest_eur(run))]


def loan_interest_eur(run: ResponseRun) -> Floats:
    """What Flanders makes up on the cheap loans of every year (T,) [EUR], worth in the year of the loan.

        ordinary loan   1 - CRF(i, n) / CRF(m, n)       repaid in n years at i, what the market would lend at m
        bullet loan     1 - (1 + m)^-L                  repaid in one sum, without interest, after at most L years

    of what is lent; never below 0. Method: docs/method.md#response-money.
    """
    rules, asked = run.case.arrays.rules, run.case.asked
    market = asked.now("prefinance.capital_rate_share")
    ordinary = loan_grant_share(rules.loan_rate_share, market, rules.loan_years)
    bullet = 1.0 - (1.0 + market) ** -asked.now("noodkoop.term")
    part = rules.bullet_loan_share
    given: Floats = np.asarray(run.response.loans_eur) * ((1.0 - part) * ordinary + part * bullet)
    yearly: Floats = given.sum(axis=0)
    return yearly


def loan_grant_share(rate: Floats, market: float, years: float) -> Floats:
    """The grant in a loan at a rate below that of the market, as share of what is lent; 0 at or above it."""
    own = np.vectorize(lambda one: annuity_share(years, float(one)), otypes=[float])(rate)
    found: Floats = np.maximum(0.0, 1.0 - own / annuity_share(years, market))
    return found


def _energy(run: ResponseRun) -> list[Row]:
    """Energy for heat of homes with its fixed charges, heat of the network, upkeep and temporary boilers; gas and electricity of institutions are not counted.

    The occupant pays all that is due every year, as in the choice; who decides pays a temporary boiler.
    """
    got, rules = run.response, run.lived.rules
    homes = np.asarray(got.by_group)
    fixed = (homes[:, :, list(FOSSIL)].sum(axis=2) * rules.fuel_fixed_eur[:, 0]).sum(axis=0)
    capacity = (added_peak_kw(run) * rules.electricity_eur_per_kw).sum(axis=0)
    upkeep = (homes[:, :, :-1] @ rules.upkeep_eur).sum(axis=0)
    fuel = np.einsum("ctf,cft->t", np.asarray(got.fuel_mwh), rules.fuel_eur_per_kwh * KWH_PER_MWH)
    power = (np.asarray(got.electricity_mwh) * rules.electricity_eur_per_kwh * KWH_PER_MWH).sum(axis=0)
    sold = np.asarray(got.heat_mwh).sum(axis=0)
    there = np.asarray(got.by_decider)[DECIDERS.index("institution")][:, list(ON_NETWORK)]
    large_mwh = np.minimum(there @ _heat_of_institutions(run), sold)
    on_network = np.asarray(got.by_group)[:, :, list(ON_NETWORK)].sum(axis=2)
    price = rules.heat_eur_per_mwh
    paid = (sold - large_mwh) * price + (rules.heat_fixed_eur * on_network).sum(axis=0)
    large = large_mwh * price + rules.heat_fixed_eur[INSTITUTION] * there.sum(axis=1)
    return [
        (HOUSEHOLD, SUPPLIER, "gas for heat", fuel), (HOUSEHOLD, SUPPLIER, "standing charges of gas", fixed), (HOUSEHOLD, SUPPLIER, "electricity for heat", power),
        (HOUSEHOLD, SUPPLIER, "capacity charge for heat", capacity), (HOUSEHOLD, INSTALLER, "upkeep", upkeep), *_temporary_boilers(run),
        (HOUSEHOLD, HEAT_COMPANY, "heat", np.maximum(paid, 0.0)), ("institution", HEAT_COMPANY, "heat", np.maximum(large, 0.0)),
    ]  # fmt: skip


def added_peak_kw(run: ResponseRun) -> Floats:
    """What heating adds to the monthly peaks of the dwellings of each group (C, T) [kW].

    The electricity that a group uses for heat times kW per kWh: those of the mean home in which each option fits, by the dwellings of the group that have it.
    """
    forms, ground, got = run.case.arrays.forms, run.case.ground, run.response
    weight = ground.group_share * np.where(ground.forms.institution, 0.0, ground.homes)[:, None]
    there = np.maximum(weight.T @ forms.feasible, LEAST)
    peak, use = (
        (weight.T @ np.where(forms.feasible, values, 0.0)) / there
        for values in (forms.electric_peak_kw, forms.electricity_kwh)
    )
    homes = np.asarray(got.by_group)[:, :, :-1]
    kw, kwh = (np.einsum("ctk,ck->ct", homes, values) for values in (peak, use))
    per_kwh = np.divide(kw, kwh, out=np.zeros_like(kw), where=kwh > 0)
    found: Floats = np.asarray(got.electricity_mwh) * KWH_PER_MWH * per_kwh
    return found


def _temporary_boilers(run: ResponseRun) -> list[Row]:
    """Temporary boilers of who waits for heat at the end of a year, paid by who decides: by the dwellings of each payer that may connect in the street."""
    units, may = run.case.arrays.units, run.case.arrays.forms.may_connect
    waiting = np.asarray(run.response.pipeline)[:, :, PIPELINE_STEPS.index("bridged")]
    by_group = np.zeros((len(waiting), len(TENURE)))
    np.add.at(by_group, (units.section, units.group), np.where(may[units.form], units.dwellings, 0.0))
    by_group[:, INSTITUTION] = 0.0
    share = by_group / np.maximum(by_group.sum(axis=1), LEAST)[:, None]
    return [
        (name, INSTALLER, "temporary boiler", run.behaviour.bridge_eur_per_year * amount)
        for name, amount in _by_payer(share.T @ waiting)
    ]


def _heat_of_institutions(run: ResponseRun) -> Floats:
    """Heat that a mean institution which may connect takes a year with either option on the network [MWh]."""
    forms = run.case.ground.forms
    mine = forms.institution & forms.may_connect
    heat = forms.quantities["heat_kwh"][:, list(ON_NETWORK)] / KWH_PER_MWH
    return heat[mine].mean(axis=0) if mine.any() else np.zeros(len(ON_NETWORK))


def _guidance(run: ResponseRun) -> list[Row]:
    """Guidance by the households that campaigns guide, that of the scenario and what rules add to it; and social work by its workers."""
    asked, ground = run.case.asked, run.case.ground
    guided = asked.now("guidance.eur_per_dwelling") * guided_homes(asked, ground)
    rows: list[Row] = [(MUNICIPALITY, "energy_house", "guidance", guided)]
    workers = asked.now("socialwork.fte_per_1000") * homes_of_sections(ground).sum() / PER_THOUSAND
    years = np.array(asked.years)
    yearly = np.where(
        years < years[0] + asked.now("socialwork.years"), workers * asked.now("socialwork.eur_per_fte"), 0.0
    )
    # nothing to split, and perhaps no rule about it yet on this day, when nobody is paid
    own = asked.now("wvc.own_share") if workers else 0.0
    return [
        *rows,
        (FLANDERS, "social_work", "social neighbourhood work", (1 - own) * yearly),
        (MUNICIPALITY, "social_work", "social neighbourhood work", own * yearly),
    ]


def _network(run: ResponseRun) -> list[Row]:
    """Grants for the sections that are built, in the year in which each is; what a guarantee is expected to cost and what covers a promised price, in the year in
    which heat first flows. None where no network comes about.
    """
    if run.market is None or run.equilibria is None or run.equilibria.outcome.price_eur_per_mwh is None:
        return []
    project, calendar = run.market.project, run.case.arrays.calendar
    first = (calendar == max(project.start_year, int(calendar[0]))).astype(float)
    granted = grants_by_year(run.equilibria.seen)
    year = np.maximum(project.start_year + np.arange(len(granted)), int(calendar[0])) - int(calendar[0])
    inside = year < len(calendar)
    grant = np.bincount(year[inside], weights=granted[inside], minlength=len(calendar))
    return [
        (FLANDERS, HEAT_COMPANY, "grant for the heat network", grant),
        (MUNICIPALITY, HEAT_COMPANY, "guarantee, as expected", run.equilibria.outcome.expected_eur * first),
        *((payer, HEAT_COMPANY, COVER, run.equilibria.outcome.cover_eur * first) for payer in [payer_of(run)] if payer),
    ]  # fmt: skip


def payer_of(run: ResponseRun) -> str:
    """Who adds to a promised price because it does not cover its cost; empty where nobody does."""
    covered = run.equilibria is not None and run.equilibria.outcome.why == "price covered"
    return run.case.asked.scenario.response.price_payer if covered else ""
