"""Streets for the tests of the response: equal houses at round prices, without support or duties."""

from dataclasses import replace

import numpy as np

from koppelkans.people.response import AGES, NEVER, Forms, ResponseCase, Units, no_offers, no_rules
from koppelkans.people.response.case import C, K
from koppelkans.tables.response import DECIDERS

YEARS, FIRST_YEAR = 30, 2026
INVESTMENT_EUR = np.array([4000.0, 8000, 13000, 41000, 26000, 1000, 29000, 32000])
LIFE_YEARS = np.array([18.0, 16, 17, 22, 25, 30, 35, 28])
UPKEEP_EUR = np.array([310.0, 420, 150, 150, 130, 0, 0, 310])
HEAT_FIXED_EUR = 350.0
EFFICIENCY, RENOVATED = 0.9, 0.62
SPF = np.array([2.9, 2.9, 3.3, 3.8])
GAS_EUR_PER_KWH, ELECTRICITY_EUR_PER_KWH = 0.065, 0.218
FEE_EUR = 3000.0
LABELS_AFTER = np.array([4.0, 3, 2, 0, 1, 3, 1, 1])
PREMIUMS_EUR = (5000.0, 3500.0, 1500.0, 1500.0)


def forms(count: int = 1, *, heat_kwh: np.ndarray | float = 11_000.0, age: int | None = None) -> Forms:
    """Houses of so much heat; every boiler of one age, or ages as in a street where as many are replaced every year."""
    heat = np.broadcast_to(np.asarray(heat_kwh, dtype=float), (count,))[:, None]
    need = np.array([1, 1, 1, RENOVATED, 1, 1, RENOVATED, RENOVATED])
    fuel = np.array([1, 0.4, 0, 0, 0, 0, 0, 1]) / EFFICIENCY
    electric = np.array([0, 0.6 / SPF[0], 1 / SPF[1], 1 / SPF[2], 1 / SPF[3], 0, 0, 0])
    network = np.array([0, 0, 0, 0, 0, 1, 1, 0])
    ages = np.zeros((count, AGES))
    if age is None:
        ages[:, :22] = 1 / 22
    else:
        ages[:, age] = 1
    flat = np.zeros(count)
    return Forms(
        investment_eur=np.repeat(INVESTMENT_EUR[None], count, axis=0), life_years=LIFE_YEARS, fuel_kwh=heat * need * fuel,
        electricity_kwh=heat * need * electric, heat_kwh=heat * need * network, electric_peak_kw=np.zeros((count, K)),
        feasible=np.ones((count, K), dtype=bool), label_after=np.repeat(LABELS_AFTER[None], count, axis=0), label_now=flat + 4,
        fuel=np.zeros(count, dtype=np.int64), age_share=ages, sale_per_year=flat + 0.028, dwellings_in_block=flat + 1,
        boiler_last_year=np.full(count, NEVER), fuel_last_year=np.full(count, NEVER), renovated_boiler_last_year=np.full(count, NEVER),
        hybrid_last_year=np.full(count, NEVER), may_connect=np.ones(count, dtype=bool),
        must_connect=np.zeros(count, dtype=bool), collective_boiler=np.zeros(count, dtype=bool), planning_year=np.full(count, NEVER),
    )  # fmt: skip


def rules(sections: int = 1, years: int = YEARS, *, heat_eur_per_mwh: float = 70.0):
    """Calm prices, a fee, and nothing else."""
    by_group = np.ones((C, years))
    return replace(
        no_rules(sections, years), fuel_eur_per_kwh=np.full((C, 2, years), GAS_EUR_PER_KWH),
        electricity_eur_per_kwh=by_group * ELECTRICITY_EUR_PER_KWH, heat_eur_per_mwh=np.full(years, heat_eur_per_mwh),
        heat_fixed_eur=by_group * HEAT_FIXED_EUR, upkeep_eur=UPKEEP_EUR, connection_fee_eur=by_group * FEE_EUR,
        early_fee_eur=by_group * FEE_EUR,
    )  # fmt: skip


def offers(sections: int = 1, years: int = YEARS, *, opening: int = FIRST_YEAR + 2, guidance: float = 0.0):
    """Streets opened, and live, in one year; a campaign for three years round it where there is guidance."""
    contact = np.zeros((sections, years))
    guided = np.zeros((sections, years))
    first = max(0, opening - FIRST_YEAR - 1)
    if guidance > 0:
        contact[:, first : first + 3] = 0.5
        guided[:, first : first + 3] = guidance
    return replace(
        no_offers(sections, years), opening_year=np.full(sections, opening), live_year=np.full(sections, opening),
        guidance_share=guided, contact_share=contact,
    )  # fmt: skip


def street(count: int = 4, **changes) -> ResponseCase:
    """Owner-occupied houses in one section, one quartile after the other; an opening in the third year."""
    units = Units(
        form=np.zeros(count, dtype=np.int64), group=np.arange(count) % 4 * 3, section=np.zeros(count, dtype=np.int64),
        decider=np.zeros(count, dtype=np.int64), dwellings=np.full(count, 10.0),
    )  # fmt: skip
    case = ResponseCase(FIRST_YEAR, ("street",), units, forms(), rules(), offers())
    return replace(case, **changes)


def decided_by(case: ResponseCase, decider: str, group: int | None = None) -> ResponseCase:
    """The same homes with another decider, and another group where one is named."""
    units = replace(case.units, decider=np.full(len(case.units.decider), DECIDERS.index(decider)))
    if group is not None:
        units = replace(units, group=np.full(len(units.group), group))
    return replace(case, units=units)
