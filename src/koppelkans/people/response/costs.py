"""What each option costs a decider a year, everything but the heat price, hidden cost and what depends on the neighbours."""

from __future__ import annotations

import numpy as np

from koppelkans.people.response.arrays import (
    AIR,
    COMPANY,
    GAS,
    GROUND,
    HYBRID,
    NETWORK,
    RENOVATED_AIR,
    RENOVATED_GAS,
    RENOVATED_NETWORK,
    Prepared,
    Record,
    Records,
    fields,
)
from koppelkans.people.response.behaviour import Floats
from koppelkans.people.response.case import NEVER, K
from koppelkans.people.response.compiled import compiled

LONGEST_WAIT_YEARS = 40.0
"""Until a sale that repays a loan in one sum."""

COST = fields(
    own="fK", loan="fK", lease="fK", run="fK", heat="fK", own_class="iK", loan_class="iK", borrowed="fK", allowed="bK", fee_eur="f",
    live="b", promised="b", bridging="b", bridge_eur="f", premium_worth="f", support_worth="f", loan_worth="f",
)  # fmt: skip
"""Of one unit in one year, euro a year as the decider feels them.

own: paid from own money, hidden cost left out; loan: with a loan; lease: with the investment of another owner, NaN where not offered;
run: bills within them; heat: per EUR/MWh of heat; own_class, loan_class: poorest cash class that can pay; borrowed: euro; allowed:
technique and law. live: heat flows; promised: it will, and one may sign; bridging: soon enough for a temporary boiler, which costs
bridge_eur. premium_worth, support_worth, loan_worth: worth today of one euro of premium, of yearly support, and of a loan to repay.
"""


@compiled
def recovery(rate: float, years: float) -> float:
    """Capital recovery factor."""
    return rate / (1.0 - (1.0 + rate) ** -years) if rate > 0.0 else 1.0 / years


@compiled
def last_year(k: int, form: Record) -> int:
    """Last year in which an option that burns something may be chosen: its fuel, boilers, boilers with a renovation, hybrids."""
    last = form.hybrid_last_year if k == HYBRID else form.boiler_last_year
    if k == RENOVATED_GAS:
        last = min(last, form.renovated_boiler_last_year)
    return int(min(last, form.fuel_last_year))


@compiled
def lawful(k: int, form: Record, rule: Record, street: Record) -> bool:
    """Technique; a boiler that may still be put in, fuel that still comes, a home good enough for a heat pump."""
    if k in (GAS, HYBRID, RENOVATED_GAS) and street.year > last_year(k, form):
        return False
    if k in (AIR, GROUND) and form.label_now > rule.switch_label:
        return False
    if k == RENOVATED_AIR and form.label_after[k] > rule.switch_label:
        return False
    if k in (NETWORK, RENOVATED_NETWORK) and not form.may_connect:
        return False
    return k == GAS or bool(form.feasible[k])


@compiled
def cash_class(need: float, cash: Floats) -> int:
    """Poorest class that can pay."""
    j = 0
    while need > cash[j]:
        j += 1
    return j


@compiled
def repayment(form: Record, rule: Record, how: Record) -> float:
    """Worth today of the payments on one borrowed euro: yearly ones, and what is repaid in one sum at the sale, without interest."""
    rate, bullet = rule.loan_rate_share, rule.bullet_loan_share
    yearly = recovery(rate, rule.loan_years) / recovery(how.rate_share, rule.loan_years)
    wait = LONGEST_WAIT_YEARS
    if form.sale_per_year * LONGEST_WAIT_YEARS > 1.0:
        wait = 1.0 / form.sale_per_year
    return float((1.0 - bullet) * yearly + bullet * (1.0 + how.rate_share) ** -wait)


@compiled
def bill(k: int, form: Record, rule: Record) -> float:
    """Bills of a year, heat from a network left out; a standing charge is due as long as any fuel is used."""
    run = (
        form.fuel_kwh[k] * rule.fuel_eur_per_kwh[form.fuel]
        + form.electricity_kwh[k] * rule.electricity_eur_per_kwh
        + form.electric_peak_kw[k] * rule.electricity_eur_per_kw
        + rule.upkeep_eur[k]
    )
    if form.fuel_kwh[k] > 0.0:
        run += rule.fuel_fixed_eur[form.fuel]
    if k in (NETWORK, RENOVATED_NETWORK):
        run += rule.heat_fixed_eur
    return float(run)


@compiled
def premium_of(k: int, form: Record, rule: Record) -> float:
    """Premium for the works or plant of an option, and on a network for the own cost of connecting; together at most the investment."""
    invest = form.investment_eur[k]
    premium = min(rule.premium_eur[k], rule.premium_cap_share[k] * invest)
    if k in (NETWORK, RENOVATED_NETWORK):
        premium = min(invest, premium + rule.connection_premium_share * min(invest, form.investment_eur[NETWORK]))
    return float(premium)


@compiled
def option_cost(k: int, form: Record, rule: Record, street: Record, how: Record, cost: Record) -> None:
    """Fills the cost of one option."""
    run, phi = bill(k, form, rule), how.passed_on_share
    invest = form.investment_eur[k]
    premium = premium_of(k, form, rule)
    network = k in (NETWORK, RENOVATED_NETWORK)
    if network:
        invest += cost.fee_eur
    factor, left = how.recovery_share[k], form.fuel_last_year - street.year + 1.0
    if k in (GAS, HYBRID, RENOVATED_GAS) and left < form.life_years[k]:
        factor = recovery(how.rate_share, max(1.0, left))
    advanced = invest - rule.prefinanced_share * premium
    boiler = (1.0 - rule.boiler_loan_share) * form.investment_eur[GAS] if k in (GAS, RENOVATED_GAS) else 0.0
    lent = min(rule.loan_eur, max(0.0, advanced - boiler))
    capital = invest - premium * cost.premium_worth - rule.yearly_support_eur[k] * cost.support_worth
    cost.own[k] = factor * capital + phi * run + how.option_eur[k]
    # What the premium gives back later is repaid then: a cheap loan is worth something on the rest alone.
    cost.loan[k] = cost.own[k] + factor * min(lent, max(0.0, invest - premium)) * (cost.loan_worth - 1.0)
    leased = rule.lease_yearly_share[k] * max(0.0, form.investment_eur[k] - rule.lease_premium_eur[k])
    leased += rule.lease_fixed_eur[k]
    cost.lease[k] = leased + phi * (run - rule.upkeep_eur[k]) + how.option_eur[k] + how.lease_option_eur
    cost.run[k] = phi * run
    cost.heat[k] = phi * form.heat_mwh[k] if network else 0.0
    # A boiler like the one there was is always found: instalments, a fund for emergencies, the landlord.
    cost.own_class[k] = 0 if k == GAS else cash_class(advanced, how.cash_eur)
    cost.loan_class[k] = 0 if k == GAS else cash_class(advanced - lent, how.cash_eur)
    cost.borrowed[k] = lent
    cost.allowed[k] = lawful(k, form, rule, street)


@compiled
def year_costs(t: int, first: int, case: Prepared, costs: Records) -> None:
    """Fills the costs of the units from ``first`` on in year t."""
    for i in range(costs.shape[0]):
        unit = case.units[first + i]
        form, rule = case.forms[unit.form], case.rules[t, unit.group]
        street, how, cost = case.streets[t, unit.section], case.how[unit.decider, unit.group], costs[i]
        wait = street.live_year - street.year
        cost.live = wait <= 0
        cost.bridging = 0 < wait <= how.bridge_years
        cost.promised = wait > 0 and street.live_year < NEVER and (cost.bridging or street.year >= street.opening_year)
        cost.bridge_eur = how.bridge_eur * wait * how.recovery_share[NETWORK] if cost.bridging else 0.0
        paid_at_once = rule.prefinanced_share
        cost.premium_worth = 1.0
        if paid_at_once < 1.0 and rule.premium_delay_years > 0.0:
            later = (1.0 + how.rate_share) ** -rule.premium_delay_years
            cost.premium_worth = paid_at_once + (1.0 - paid_at_once) * later
        cost.support_worth = 1.0 / recovery(how.rate_share, rule.support_years) if rule.support_years > 0.0 else 0.0
        cost.loan_worth = repayment(form, rule, how) if rule.loan_eur > 0.0 else 1.0
        cost.fee_eur = rule.early_fee_eur if street.year <= street.opening_year else rule.connection_fee_eur
        for k in range(K):
            option_cost(k, form, rule, street, how, cost)


@compiled
def average_blocks(first_block: int, last_block: int, case: Prepared, costs: Records) -> None:
    """A housing company counts with its whole block: mean cost over the dwellings of the block."""
    first = case.block_first[first_block]
    for b in range(first_block, last_block):
        start, end = case.block_first[b], case.block_first[b + 1]
        if case.units[start].decider != COMPANY or end - start == 1:
            continue
        total = 0.0
        for u in range(start, end):
            total += case.units[u].dwellings
        if total == 0.0:
            continue
        for k in range(K):
            mean = np.zeros(5)
            for u in range(start, end):
                weight, cost = case.units[u].dwellings / total, costs[u - first]
                mean[0] += weight * cost.own[k]
                mean[1] += weight * cost.loan[k]
                mean[2] += weight * cost.lease[k]
                mean[3] += weight * cost.run[k]
                mean[4] += weight * cost.heat[k]
            for u in range(start, end):
                cost = costs[u - first]
                cost.own[k], cost.loan[k], cost.lease[k] = mean[0], mean[1], mean[2]
                cost.run[k], cost.heat[k] = mean[3], mean[4]
