"""What is counted of every year: dwellings by way of heating, heat sold, who is stuck, what was decided, and what it costs."""

from __future__ import annotations

from typing import NamedTuple

from koppelkans.people.response.arrays import (
    AIR,
    CO_OWNERS,
    COMPANY,
    GAS,
    GROUND,
    HYBRID,
    INSTITUTION,
    KWH_PER_MWH,
    NETWORK,
    RENOVATED_AIR,
    RENOVATED_GAS,
    RENOVATED_NETWORK,
    STATES,
    M,
    Prepared,
    Record,
)
from koppelkans.people.response.batch import Batch
from koppelkans.people.response.behaviour import Floats
from koppelkans.people.response.case import K
from koppelkans.people.response.choice import DEADLINE, END_OF_LIFE, STUCK, bare
from koppelkans.people.response.compiled import compiled
from koppelkans.people.response.costs import premium_of

SIGNED, BRIDGED, DROPPED = 0, 1, 2


class Tally(NamedTuple):
    """What is counted at the end of each year, P prices; of the whole case, each neighbourhood writes its own sections."""

    connected: Floats
    """(P, S, T) dwellings"""
    heat_mwh: Floats
    """(P, S, T)"""
    variance: Floats
    """(P, S, T)"""
    by_section: Floats
    """(S, T, K + 1); empty without detail, as what follows"""
    pipeline: Floats
    """(S, T, 3)"""
    lost: Floats
    """(S,)"""


class Totals(NamedTuple):
    """Sums over neighbourhoods, to be added up in a fixed order."""

    by_group: Floats
    """(P, C, T, K + 1)"""
    by_decider: Floats
    """(D, T, K + 1); empty without detail, as what follows"""
    moments: Floats
    """(M, T, K + 1)"""
    stuck: Floats
    """(C, T, 2)"""
    fuel_mwh: Floats
    """(C, T, 2)"""
    electricity_mwh: Floats
    """(C, T), as what follows"""
    investment_eur: Floats
    premium_eur: Floats
    loans_eur: Floats
    fee_eur: Floats
    yearly_support_eur: Floats


@compiled
def count_lost(batch: Batch, case: Prepared, lost: Floats) -> None:
    """Dwellings with a heat pump or hybrid on the day that heat is live."""
    for i in range(len(batch.states)):
        unit, other = case.units[batch.first + i], batch.states[i].other
        street = case.streets[batch.t, unit.section]
        if street.year == street.live_year and unit.decider != INSTITUTION:
            lost[unit.section] += unit.dwellings * (other[HYBRID] + other[AIR] + other[RENOVATED_AIR] + other[GROUND])


@compiled
def count_state(batch: Batch, p: int, level: int, case: Prepared, tally: Tally, totals: Totals) -> None:
    """Adds the end of the year at price p, ``level`` among those of the totals; institutions count in heat only."""
    t = batch.t
    for i in range(len(batch.states)):
        unit, state = case.units[batch.first + i], batch.states[i]
        form, other, n, s = case.forms[unit.form], state.other, unit.dwellings, unit.section
        tally.heat_mwh[p, s, t] += n * (
            other[NETWORK] * form.heat_mwh[NETWORK] + other[RENOVATED_NETWORK] * form.heat_mwh[RENOVATED_NETWORK]
        )
        if unit.decider == INSTITUTION:
            continue
        share, together = other[NETWORK] + other[RENOVATED_NETWORK], 1.0
        if unit.decider == COMPANY or (unit.decider == CO_OWNERS and form.collective_boiler):
            together = form.dwellings_in_block  # they connect or not as one
        tally.connected[p, s, t] += n * share
        tally.variance[p, s, t] += n * together * max(0.0, share * (1.0 - share))
        group = totals.by_group[level, unit.group, t]
        group[GAS] += n * burning(batch.fossil[i], state)
        group[STUCK] += n * state.stuck
        for k in range(1, K):
            group[k] += n * other[k]


@compiled
def burning(fossil: Floats, state: Record) -> float:
    """Probability of a fossil boiler, that of who waits for the network included."""
    return float(fossil.sum() + state.signed.sum() + state.bridged.sum())


@compiled
def count_closely(batch: Batch, case: Prepared, tally: Tally, totals: Totals) -> None:
    """Adds by decider and by section, who is stuck, what is burnt and what was decided in the year."""
    t = batch.t
    for i in range(len(batch.states)):
        unit, state, choice = case.units[batch.first + i], batch.states[i], batch.choices[i]
        form, n, s, c = case.forms[unit.form], unit.dwellings, unit.section, unit.group
        fuel, electricity = 0.0, 0.0
        for k in range(STATES):
            share = burning(batch.fossil[i], state) if k == GAS else (state.stuck if k == STUCK else state.other[k])
            totals.by_decider[unit.decider, t, k] += n * share
            if unit.decider != INSTITUTION:
                tally.by_section[s, t, k] += n * share
            if k < K:
                fuel += share * form.fuel_kwh[k]
                electricity += share * form.electricity_kwh[k]
        count_money(
            (t, case.rules.shape[0]),
            case.how[unit.decider, c],
            unit,
            form,
            case.rules[t, c],
            (batch.costs[i], choice),
            totals,
        )
        if unit.decider == INSTITUTION:
            continue
        totals.fuel_mwh[c, t, form.fuel] += n * fuel / KWH_PER_MWH
        totals.electricity_mwh[c, t] += n * electricity / KWH_PER_MWH
        tally.pipeline[s, t, SIGNED] += n * state.signed.sum()
        tally.pipeline[s, t, BRIDGED] += n * state.bridged.sum()
        tally.pipeline[s, t, DROPPED] += n * state.dropped
        switching = 1.0 - choice.end[GAS] - choice.end[RENOVATED_GAS] - choice.end[STUCK]
        boilers = batch.fossil[i].sum()
        totals.stuck[c, t, 0] += n * (state.stuck + boilers * max(0.0, choice.would_if_rich - switching))
        totals.stuck[c, t, 1] += n * boilers * max(0.0, choice.would_as_tenant - switching)


@compiled
def count_money(
    when: tuple[int, int],
    how: Record,
    unit: Record,
    form: Record,
    rule: Record,
    decision: tuple[Record, Record],
    totals: Totals,
) -> None:
    """Adds what the decisions of a year cost and bring; of institutions the fee alone.

    when: the year, and their number. decision: costs and choices. A fee is paid at the signature, and counted for who does not drop out;
    works, premium, loan and yearly support of a network come when it is connected. A renovated home that changes its plant pays the plant
    alone; a plant bought again at its end brings no premium.
    """
    cost, choice = decision
    c, t, n = unit.group, when[0], unit.dwellings
    for k in range(STATES):
        count, stays = 0.0, 0.0
        for moment in range(M):
            count += n * choice.decided[moment, k]
            stays += n * choice.decided[moment, k] * stays_share(moment, form, how, cost)
            if unit.decider != INSTITUTION:
                totals.moments[moment, t, k] += n * choice.decided[moment, k]
        if k == STUCK:
            continue
        if k in (NETWORK, RENOVATED_NETWORK):
            totals.fee_eur[c, t] += stays * cost.fee_eur
        if unit.decider == INSTITUTION:
            continue
        again, there = n * choice.renewed[k] * (1.0 - choice.leased_share[k]), n * choice.works_there[k]
        if k in (NETWORK, RENOVATED_NETWORK):
            if not cost.live:  # signed: nothing is made yet
                count, there = 0.0, 0.0
            count += n * choice.connected[0 if k == NETWORK else 1]
            there += n * choice.connected_there if k == RENOVATED_NETWORK else 0.0
        totals.investment_eur[c, t] += again * form.investment_eur[plant_of(k)]
        if count > there:
            count_paid(k, count - there, when, c, (form, rule, cost, choice), totals)
        if there > 0.0:
            count_paid(bare(k), there, when, c, (form, rule, cost, choice), totals)


@compiled
def stays_share(moment: int, form: Record, how: Record, cost: Record) -> float:
    """Part of those who sign for the network at a moment that will not drop out: with a temporary boiler others than with their own."""
    if cost.live or form.must_connect:
        return 1.0
    return float(1.0 - (how.bridged_drop_out_share if moment in (DEADLINE, END_OF_LIFE) else how.signed_drop_out_share))


@compiled
def plant_of(k: int) -> int:
    """The option that costs what its plant costs when it is bought again: no works, and no second borehole."""
    return AIR if k == GROUND else bare(k)


@compiled
def count_paid(
    k: int, count: float, when: tuple[int, int], c: int, known: tuple[Record, Record, Record, Record], totals: Totals
) -> None:
    """Adds investment, premium, loans and yearly support of so many decisions for one option."""
    t, years = when
    form, rule, cost, choice = known
    own, invest = count * (1.0 - choice.leased_share[k]), form.investment_eur[k]
    totals.investment_eur[c, t] += own * invest
    totals.premium_eur[c, t] += own * premium_of(k, form, rule)
    totals.loans_eur[c, t] += count * choice.borrowed_share[k] * cost.borrowed[k]
    for later in range(t, min(years, t + int(rule.support_years))):
        totals.yearly_support_eur[c, later] += own * rule.yearly_support_eur[k]
