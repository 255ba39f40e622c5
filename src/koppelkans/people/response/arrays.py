"""The case and behaviour as the kernels read them: one record per unit, form, group and year, street and year, decider and group.

A kernel that takes twenty arrays compiles for minutes; one that takes a record compiles in a second and reads as the page does:
``form.investment_eur[k]``. What does not change over the years or with the heat price is computed here, once.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from koppelkans.people.response.ages import Ageing, exact_ageing, staged_ageing
from koppelkans.people.response.behaviour import Behaviour, Floats, acquainted_by_year
from koppelkans.people.response.case import FUELS, C, Forms, Integers, K, ResponseCase, Rules
from koppelkans.tables.response import DECIDERS, MOMENTS, RESPONSE_GROUPS
from koppelkans.tables.society import TENURES

GAS, HYBRID, AIR, RENOVATED_AIR, GROUND, NETWORK, RENOVATED_NETWORK, RENOVATED_GAS = range(K)
OWNER, LANDLORD, COMPANY, CO_OWNERS, INSTITUTION = range(len(DECIDERS))
LET = np.array([not group.endswith(TENURES[0]) for group in RESPONSE_GROUPS])
D, M, STATES = len(DECIDERS), len(MOMENTS), K + 1
CASH_CLASSES = 4
KWH_PER_MWH = 1000.0

Record = Any
"""One row of a structured array, or an array of rows."""
Records = NDArray[np.void]


def fields(**kinds: str) -> np.dtype[np.void]:
    """Fields by kind: f a float, i a whole number, b yes or no; a length after it. (The compiler has no lists of yes and no.)"""
    types = {"f": np.float64, "i": np.int64, "b": np.int8}
    lengths = {
        "K": (K,),
        "J": (CASH_CLASSES,),
        "M": (M,),
        "F": (len(FUELS),),
        "S": (STATES,),
        "2": (2,),
        "MS": (M, STATES),
        "": (),
    }
    return np.dtype([(name, types[kind[0]], lengths[kind[1:]]) for name, kind in kinds.items()], align=True)


UNIT = fields(form="i", group="i", section="i", decider="i", dwellings="f")
FORM = fields(
    investment_eur="fK", life_years="fK", fuel_kwh="fK", electricity_kwh="fK", heat_mwh="fK", electric_peak_kw="fK",
    feasible="bK", label_after="fK", label_now="f", fuel="i", sale_per_year="f", dwellings_in_block="f", boiler_last_year="i",
    renovated_boiler_last_year="i", hybrid_last_year="i", fuel_last_year="i", may_connect="b", must_connect="b", collective_boiler="b", planning_year="i",
)  # fmt: skip
RULE = fields(
    fuel_eur_per_kwh="fF", fuel_fixed_eur="fF", electricity_eur_per_kwh="f", electricity_eur_per_kw="f", heat_fixed_eur="f",
    upkeep_eur="fK", premium_eur="fK", premium_cap_share="fK", connection_premium_share="f", prefinanced_share="f", premium_delay_years="f", loan_eur="f",
    loan_rate_share="f", loan_years="f", loan_take_up_share="f", bullet_loan_share="f", boiler_loan_share="f", yearly_support_eur="fK", support_years="f",
    connection_fee_eur="f", early_fee_eur="f", lease_yearly_share="fK", lease_premium_eur="fK", lease_fixed_eur="fK", sale_label="f", rent_label="f", rent_label_before="f",
    switch_label="f", dossiers_per_year="f",
)  # fmt: skip
EXPECTED = ("fuel_eur_per_kwh", "fuel_fixed_eur", "electricity_eur_per_kwh", "electricity_eur_per_kw", "heat_fixed_eur")
"""Prices a buyer counts on for the years to come."""
STREET = fields(
    year="i",
    opening_year="i",
    live_year="i",
    guidance_share="f",
    contact_share="f",
    acquainted_share="f",
    sale_duty_deferred="b",
    connection_counts="b",
)
HOW = fields(
    rate_share="f", passed_on_share="f", recovery_share="fK", scale_eur="f", cash_eur="fJ", cash_share="fJ", inertia_eur="f",
    inertia_guided_share="f", hidden_eur="fK", hidden_guided_share="fK", contagion_share="f", contagion_half_share="f",
    own_section_share="f", attention_share="fM", attention_guided_share="fM", renovation_per_year="f",
    deep_renovation_per_year="f", vacancy_per_year="f", planned_per_year="f", second_end_share="f", compliance_share="f", anticipation_slope="f", anticipation_years="f", rush_share="f",
    bridge_years="f", bridge_eur="f", signed_drop_out_share="f", bridged_drop_out_share="f", leave_per_year="f", option_eur="fK",
    lease_option_eur="f", majority_share="f", majority_spread_share="f", let="b",
)  # fmt: skip
"""Of a decider and a group; ``hidden_eur`` a year over the life of the option, as this decider counts it."""


class Prepared(NamedTuple):
    """The case as the kernels read it. Units are merged and sorted by neighbourhood, section, form, decider and group."""

    units: Records
    block_first: Integers
    """first unit of each run of one section, form and decider; one more at the end"""
    area_first: Integers
    """first unit of each neighbourhood; one more at the end"""
    area_block: Integers
    """first block of each neighbourhood; one more at the end"""
    forms: Records
    start_share: Floats
    """(F, B) ages before the first year"""
    rules: Records
    """(T, C)"""
    streets: Records
    """(T, S)"""
    how: Records
    """(D, C)"""
    end_share: Floats
    advance_share: Floats
    keep_discount_share: Floats
    """(D, C, B) worth today of a boiler to be bought when the present one ends"""


def prepared(case: ResponseCase, behaviour: Behaviour, *, stages: bool) -> Prepared:
    """Everything that the kernels read, none of it dependent on the heat price. stages: 8 stages of a boiler instead of exact ages."""
    ageing = staged_ageing(behaviour) if stages else exact_ageing(behaviour)
    units, block_first, area_first, area_block = _units(case)
    return Prepared(
        units, block_first, area_first, area_block, _forms(case.forms),
        np.ascontiguousarray(case.forms.age_share @ ageing.start), _rules(case, behaviour), _streets(case, behaviour),
        _how(case.forms, behaviour), ageing.end_share, ageing.advance_share, _keep_discounts(behaviour, ageing),
    )  # fmt: skip


def expected_prices(by_year: Floats, behaviour: Behaviour) -> Floats:
    """What a buyer counts on, years last: the decided path for some years, then flat, averaged over the life of what is bought."""
    seen = max(1, round(behaviour.expectation_years))
    life = max(float(seen), behaviour.second_life_years)
    padded = np.concatenate([by_year, np.repeat(by_year[..., -1:], seen, axis=-1)], axis=-1)
    years = by_year.shape[-1]
    path = [padded[..., later : later + years] for later in range(seen)]
    return np.asarray((sum(path[:-1], np.zeros_like(by_year)) + (life - seen + 1) * path[-1]) / life)


def recovery_share(rate_share: Floats, years: Floats) -> Floats:
    """Capital recovery factor r / (1 - (1 + r)^-n); 1 / n at r = 0."""
    safe = np.where(rate_share > 0, rate_share, 1.0)
    return np.asarray(np.where(rate_share > 0, safe / (1 - (1 + safe) ** -years), 1 / years))


def _units(case: ResponseCase) -> tuple[Records, Integers, Integers, Integers]:
    units = case.units
    area = np.asarray(case.sites.neighbourhood)[units.section]
    key = area.astype(np.int64)
    for part, count in (
        (units.section, len(case.sections)), (units.form, len(case.forms.label_now)), (units.decider, D), (units.group, C),
    ):  # fmt: skip
        key = key * count + part
    order = np.argsort(key, kind="stable")
    key = key[order]
    first = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
    chosen = order[first]
    merged = np.zeros(len(chosen), dtype=UNIT)
    for name in ("form", "group", "section", "decider"):
        merged[name] = getattr(units, name)[chosen]
    merged["dwellings"] = np.add.reduceat(np.asarray(units.dwellings, dtype=float)[order], first)
    block = key[first] // C
    block_first = np.flatnonzero(np.append(True, block[1:] != block[:-1]))
    area = area[chosen]
    area_first = np.flatnonzero(np.append(True, area[1:] != area[:-1]))
    area_block = np.searchsorted(block_first, area_first)
    count = len(chosen)
    return merged, np.append(block_first, count), np.append(area_first, count), np.append(area_block, len(block_first))


def _forms(forms: Forms) -> Records:
    rows = np.zeros(len(forms.label_now), dtype=FORM)
    for name in FORM.names or ():
        if name != "heat_mwh":
            rows[name] = getattr(forms, name)
    rows["heat_mwh"] = forms.heat_kwh / KWH_PER_MWH
    rows["investment_eur"] = with_plants(forms)
    rows["dwellings_in_block"] = np.maximum(forms.dwellings_in_block, 1)
    return rows


def with_plants(forms: Forms) -> Floats:
    """Investments (F, K) in which every plant has a price of its own, also where it does not fit a home that is not renovated.

    A renovated home buys its next plant without the works. A plant alone that does not fit, and so has no price, costs what it costs with
    the works, less those works as the renovation with a boiler shows them, and never less than a boiler; where that is not known the whole.
    A heat pump bought again on a borehole costs at most what the whole does.
    """
    found, missing = forms.investment_eur.copy(), ~forms.feasible & (forms.investment_eur <= 0)
    works = np.where(forms.feasible[:, RENOVATED_GAS], np.maximum(found[:, RENOVATED_GAS] - found[:, GAS], 0.0), 0.0)
    for plant, whole, least in ((AIR, RENOVATED_AIR, found[:, GAS]), (NETWORK, RENOVATED_NETWORK, 0.0)):
        alone = np.maximum(found[:, whole] - works, least)
        found[:, plant] = np.where(missing[:, plant] & forms.feasible[:, whole], alone, found[:, plant])
    neither = missing[:, AIR] & ~forms.feasible[:, RENOVATED_AIR] & forms.feasible[:, GROUND]
    found[:, AIR] = np.where(neither, found[:, GROUND], found[:, AIR])
    return found


def _rules(case: ResponseCase, behaviour: Behaviour) -> Records:
    rules: Rules = case.rules
    rows = np.zeros((case.years, C), dtype=RULE)
    for name in ("upkeep_eur", "premium_cap_share", "premium_delay_years", "loan_years", "support_years"):
        rows[name] = getattr(rules, name)
    for name in ("sale_label", "rent_label", "switch_label", "boiler_loan_share"):
        rows[name] = getattr(rules, name)[:, None]
    rows["rent_label_before"] = np.append(rules.rent_label[:1], rules.rent_label[:-1])[:, None]
    rows["dossiers_per_year"] = case.sites.dossiers_per_year[:, None]
    for name in ("lease_yearly_share", "lease_premium_eur", "lease_fixed_eur"):
        rows[name] = getattr(rules, name).T[:, None]
    for name in (
        *EXPECTED, "premium_eur", "connection_premium_share", "prefinanced_share", "loan_eur", "loan_rate_share", "loan_take_up_share", "bullet_loan_share",
        "yearly_support_eur", "connection_fee_eur", "early_fee_eur",
    ):  # fmt: skip
        by_year = getattr(rules, name)
        rows[name] = np.moveaxis(expected_prices(by_year, behaviour) if name in EXPECTED else by_year, -1, 0)
    return rows


def _streets(case: ResponseCase, behaviour: Behaviour) -> Records:
    rows = np.zeros((case.years, len(case.sections)), dtype=STREET)
    rows["year"] = case.calendar[:, None]
    rows["opening_year"] = case.sites.opening_year
    rows["live_year"] = case.sites.live_year
    rows["guidance_share"] = case.sites.guidance_share.T
    rows["contact_share"] = case.sites.contact_share.T
    rows["acquainted_share"] = acquainted_by_year(behaviour, case.calendar)[:, None]
    rows["sale_duty_deferred"] = case.rules.sale_duty_deferred.T
    rows["connection_counts"] = case.rules.connection_counts.T
    return rows


def _how(forms: Forms, behaviour: Behaviour) -> Records:
    b, rows = behaviour, np.zeros((D, C), dtype=HOW)
    same = (
        "rate_share", "passed_on_share", "inertia_guided_share", "hidden_guided_share", "contagion_share", "contagion_half_share",
        "attention_share", "attention_guided_share", "renovation_per_year", "deep_renovation_per_year", "vacancy_per_year",
        "anticipation_slope", "anticipation_years", "bridge_years", "signed_drop_out_share", "bridged_drop_out_share", "leave_per_year", "majority_share",
        "majority_spread_share",
    )  # fmt: skip
    for name in same:
        rows[name] = getattr(b, name)
    rows["recovery_share"] = recovery_share(b.rate_share[..., None], forms.life_years)
    rows["scale_eur"] = b.scale_eur_per_year
    rows["scale_eur"][[COMPANY, INSTITUTION]] = b.adviser_scale_eur_per_year
    classes = len(b.cash_eur)
    rows["cash_eur"] = np.inf
    rows["cash_eur"][..., :classes] = b.cash_eur
    rows["cash_share"][..., :classes] = b.cash_share
    rows["hidden_eur"] = b.hidden_eur * rows["recovery_share"]
    rows["hidden_eur"][[LANDLORD, COMPANY]] *= b.landlord_hidden_share
    rows["inertia_eur"] = b.inertia_eur_per_year
    rows["own_section_share"] = b.contagion_own_section_share
    rows["planned_per_year"] = min(1.0, 1 / b.company_planning_years)
    rows["second_end_share"] = min(1.0, 1 / b.second_life_years)
    rows["compliance_share"] = b.duty_compliance_share
    rows["rush_share"] = b.last_year_rush_share
    rows["bridge_eur"] = b.bridge_eur_per_year
    rows["option_eur"] = b.option_eur_per_year
    rows["lease_option_eur"] = b.lease_option_eur_per_year
    rows["let"] = LET
    return rows


def _keep_discounts(behaviour: Behaviour, ageing: Ageing) -> Floats:
    return np.asarray((1 + behaviour.rate_share[..., None]) ** -ageing.remaining_years)
