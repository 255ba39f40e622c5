"""The case: who decides about which building, what each way of heating costs there, and the rules year by year.

Letters of shapes: U units, F forms, C groups (``RESPONSE_GROUPS``), S sections, T years, K options (``RESPONSE_OPTIONS``), A ages in
whole years (0 to 39). A *form* is a building, or in a region a type of building. A *unit* is the part of a form in one section that one
group of households lives in and one decider decides about; units are weights, so splitting one changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from koppelkans.tables.response import RESPONSE_GROUPS, RESPONSE_OPTIONS
from koppelkans.tables.vocabulary import EPC_LABELS

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Truths = NDArray[np.bool_]

AGES = 40
"""Ages of a boiler in whole years; the last one stands for older too."""
FUELS = ("gas", "oil")
NEVER = 9999
"""A year that does not come."""
NO_DUTY = float(len(EPC_LABELS))
"""Worse than the worst label: every home meets it."""
K, C = len(RESPONSE_OPTIONS), len(RESPONSE_GROUPS)


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Who lives where and who decides; all arrays (U,). ``dwellings`` is an expected number (institutions: buildings)."""

    form: Integers
    group: Integers
    section: Integers
    decider: Integers
    dwellings: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Forms:
    """What each way of heating costs and needs in a home of this form, per dwelling (institutions: per building)."""

    investment_eur: Floats
    """(F, K) tax included, before premiums; the fee of a heat network comes on top."""
    life_years: Floats
    """(K,)"""
    fuel_kwh: Floats
    """(F, K) a year, of gas or oil, cooking included; standing charges are due where it is above zero."""
    electricity_kwh: Floats
    """(F, K) a year, for heating."""
    heat_kwh: Floats
    """(F, K) a year, from a network; 0 for the other options."""
    electric_peak_kw: Floats
    """(F, K) added to the monthly peak."""
    feasible: Truths
    """(F, K) technique."""
    label_after: Floats
    """(F, K) certificate after the switch, A = 0 to F = 5."""
    label_now: Floats
    """(F,)"""
    fuel: Integers
    """(F,) place in ``FUELS``."""
    age_share: Floats
    """(F, A) of the boiler there is in the first year; sums to one."""
    sale_per_year: Floats
    """(F,)"""
    dwellings_in_block: Floats
    """(F,) dwellings that vote or are planned together."""
    boiler_last_year: Integers
    """(F,) last year in which a fossil boiler may be put in."""
    renovated_boiler_last_year: Integers
    """(F,) last year in which a home may be renovated with a new fossil boiler."""
    hybrid_last_year: Integers
    """(F,) last year in which a hybrid may be put in."""
    fuel_last_year: Integers
    """(F,) last year with a supply of gas or oil."""
    may_connect: Truths
    """(F,)"""
    must_connect: Truths
    """(F,) connects in the year that heat is live, whatever it costs: a duty, or the owner's own rule."""
    collective_boiler: Truths
    """(F,) one boiler for the block: the vote of co-owners switches every dwelling."""
    planning_year: Integers
    """(F,) year in which a housing company decides about the block; NEVER: not known."""


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """Prices, support and duties year by year, as the payer sees them: tax included."""

    fuel_eur_per_kwh: Floats
    """(C, 2, T)"""
    fuel_fixed_eur: Floats
    """(C, 2, T) a year"""
    electricity_eur_per_kwh: Floats
    """(C, T)"""
    electricity_eur_per_kw: Floats
    """(C, T) a year and kW of monthly peak"""
    heat_eur_per_mwh: Floats
    """(T,)"""
    heat_fixed_eur: Floats
    """(C, T) a year"""
    upkeep_eur: Floats
    """(K,) a year"""
    premium_eur: Floats
    """(C, K, T)"""
    premium_cap_share: Floats
    """(K,) of the investment at most"""
    connection_premium_share: Floats
    """(C, T) of the own cost of connecting: what the network costs inside a home that is not renovated with it"""
    prefinanced_share: Floats
    """(C, T) part of the premium that need not be advanced"""
    premium_delay_years: float
    loan_eur: Floats
    """(C, T) at most"""
    loan_rate_share: Floats
    """(C, T)"""
    loan_years: float
    loan_take_up_share: Floats
    """(C, T) part of the deciders who use the loan at a moment"""
    bullet_loan_share: Floats
    """(C, T) part of the loan repaid in one sum at the sale, without interest"""
    boiler_loan_share: Floats
    """(T,) part of what a fossil boiler costs that may be borrowed"""
    yearly_support_eur: Floats
    """(C, K, T) for those who switch in that year"""
    support_years: float
    connection_fee_eur: Floats
    """(C, T)"""
    early_fee_eur: Floats
    """(C, T) for who signs up to and in the year in which the street is open"""
    lease_yearly_share: Floats
    """(K, T) another owner invests: yearly price as a part of the investment less its premium; NaN: not offered"""
    lease_premium_eur: Floats
    """(K, T) premium that the other owner counts with"""
    lease_fixed_eur: Floats
    """(K, T) a year on top, service"""
    sale_label: Floats
    """(T,) worst label a buyer may keep; NO_DUTY: any"""
    sale_duty_deferred: Truths
    """(S, T) nobody is forced at a sale: heat is promised"""
    connection_counts: Truths
    """(S, T) a connection, promised or live, counts as the label that the duty at sale asks"""
    rent_label: Floats
    """(T,) worst label that may be let"""
    switch_label: Floats
    """(T,) worst label with which a heat pump may be put in"""


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """What happens in the streets."""

    opening_year: Integers
    """(S,) street opened, with an offer"""
    live_year: Integers
    """(S,) heat flows; NEVER"""
    guidance_share: Floats
    """(S, T) 0 none to 1 full"""
    contact_share: Floats
    """(S, T) reached by a campaign in that year"""
    neighbourhood: Integers
    """(S,) 0, 1, ...; examples in one's own street and in the neighbourhood count"""
    dossiers_per_year: Floats
    """(T,) households that can be guided in a neighbourhood; inf: no limit"""


@dataclass(frozen=True, slots=True, eq=False)
class ResponseCase:
    """One neighbourhood, or a region of many."""

    first_year: int
    sections: tuple[str, ...]
    units: Units
    forms: Forms
    rules: Rules
    sites: Sites

    @property
    def years(self) -> int:
        """T"""
        return len(self.rules.heat_eur_per_mwh)

    @property
    def calendar(self) -> Integers:
        """(T,) calendar years."""
        return self.first_year + np.arange(self.years)

    def priced(self, heat_eur_per_mwh: float | Floats) -> ResponseCase:
        """The same case at another heat price, level or by year."""
        path = np.broadcast_to(np.asarray(heat_eur_per_mwh, dtype=float), (self.years,)).copy()
        return replace(self, rules=replace(self.rules, heat_eur_per_mwh=path))


def no_rules(sections: int, years: int) -> Rules:
    """Rules without any price, support or duty; a start for ``dataclasses.replace``."""
    by_group = np.zeros((C, years))
    by_option = np.zeros((C, K, years))
    return Rules(
        fuel_eur_per_kwh=np.zeros((C, len(FUELS), years)), fuel_fixed_eur=np.zeros((C, len(FUELS), years)),
        electricity_eur_per_kwh=by_group, electricity_eur_per_kw=by_group,
        heat_eur_per_mwh=np.zeros(years), heat_fixed_eur=by_group, upkeep_eur=np.zeros(K),
        premium_eur=by_option, premium_cap_share=np.ones(K), connection_premium_share=by_group, prefinanced_share=by_group, premium_delay_years=0.0,
        loan_eur=by_group, loan_rate_share=by_group, loan_years=1.0, loan_take_up_share=by_group, bullet_loan_share=by_group,
        boiler_loan_share=np.ones(years),
        yearly_support_eur=by_option, support_years=0.0, connection_fee_eur=by_group, early_fee_eur=by_group,
        lease_yearly_share=np.full((K, years), np.nan), lease_premium_eur=np.zeros((K, years)), lease_fixed_eur=np.zeros((K, years)),
        sale_label=np.full(years, NO_DUTY), sale_duty_deferred=np.zeros((sections, years), dtype=bool),
        connection_counts=np.zeros((sections, years), dtype=bool), rent_label=np.full(years, NO_DUTY), switch_label=np.full(years, NO_DUTY),
    )  # fmt: skip


def no_offers(sections: int, years: int) -> Sites:
    """Streets without network, campaign or limit, one neighbourhood; a start for ``dataclasses.replace``."""
    never = np.full(sections, NEVER)
    quiet = np.zeros((sections, years))
    return Sites(never, never, quiet, quiet, np.zeros(sections, dtype=np.int64), np.full(years, np.inf))
