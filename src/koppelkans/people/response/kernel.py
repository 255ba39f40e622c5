"""All years of one neighbourhood at a few heat prices: costs once, then for each price choices, votes and moves."""

from __future__ import annotations

from math import exp
from typing import NamedTuple

import numpy as np

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
    Records,
)
from koppelkans.people.response.behaviour import Floats
from koppelkans.people.response.case import K
from koppelkans.people.response.choice import CHOICE, CLASS, FURTHEST, STUCK, Batch, choose_all
from koppelkans.people.response.compiled import compiled
from koppelkans.people.response.costs import COST, average_blocks, year_costs
from koppelkans.people.response.moves import (
    STATE,
    Home,
    arrived,
    choose_anew,
    end_boilers,
    free_stuck,
    grow_old,
    leave_boilers,
    meet_duties,
)
from koppelkans.people.response.votes import vote_blocks

SIGNED, BRIDGED, DROPPED = 0, 1, 2
BATCH = 48
"""Units that go through a year together; with what is known of them they fit the nearest memory of a processor."""


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


class Room(NamedTuple):
    """Where a neighbourhood keeps its units while the years go by."""

    costs: Records
    choices: Records
    classes: Records
    states: Records
    """(P, n)"""
    fossil: Floats
    """(P, n, B)"""
    keep: Floats
    """(n, B)"""


def room(count: int, levels: int, ages: int, cash_classes: int, largest_block: int) -> Room:
    """Room for so many units at so many prices."""
    batch = min(count, BATCH + largest_block)
    return Room(
        np.zeros(batch, dtype=COST), np.zeros(batch, dtype=CHOICE), np.zeros(2 * cash_classes, dtype=CLASS),
        np.zeros((levels, count), dtype=STATE), np.zeros((levels, count, ages)), np.zeros((count, ages)),
    )  # fmt: skip


class Market(NamedTuple):
    """Heat prices and what differs with them before a year begins."""

    first_price: int
    """place of the first among all prices"""
    prices: Floats
    """(P, T)"""
    guided_share: Floats
    """(P,)"""
    seen: Floats
    """(P, S, 2)"""


@compiled
def neighbourhood_years(
    area: int, first_price: int, prices: Floats, case: Prepared, inside: Room, tally: Tally, totals: Totals
) -> None:
    """Fills tally and totals for one neighbourhood and the heat prices (P, T), which are those from ``first_price`` on.

    Units go through a year in small batches of whole blocks, so that what is known of them stays at hand.
    """
    first = case.area_first[area]
    levels, years, fossil, keep = prices.shape[0], prices.shape[1], inside.fossil, inside.keep
    market = Market(first_price, prices, np.ones(levels), np.zeros((levels, case.streets.shape[1], 2)))
    begin(first, case, fossil, keep)
    for t in range(years):
        for p in range(levels):
            look_around(first, case, inside.states[p], market.seen[p])
            market.guided_share[p] = guided_share(t, first, case, fossil[p])
        block = case.area_block[area]
        while block < case.area_block[area + 1]:
            begun = block
            while block < case.area_block[area + 1] and case.block_first[block] - case.block_first[begun] < BATCH:
                block += 1
            low, high = case.block_first[begun] - first, case.block_first[block] - first
            part = Room(
                inside.costs[: high - low], inside.choices[: high - low], inside.classes, inside.states[:, low:high],
                fossil[:, low:high], keep[low:high],
            )  # fmt: skip
            batch_year(t, (begun, block), market, case, part, tally, totals)


@compiled
def batch_year(
    t: int, blocks: tuple[int, int], market: Market, case: Prepared, part: Room, tally: Tally, totals: Totals
) -> None:
    """One year of a few units: costs once, then for each price choices, votes, moves and counts."""
    first, closely = case.block_first[blocks[0]], len(totals.moments) > 0
    gone = np.zeros(part.keep.shape)
    year_costs(t, first, case, part.costs)
    average_blocks(blocks[0], blocks[1], case, part.costs)
    for p in range(len(market.prices)):
        batch = Batch(
            first, t, market.prices[p, t], market.guided_share[p], part.costs, part.choices, part.states[p], part.classes,
            part.fossil[p], part.keep, gone,
        )  # fmt: skip
        choose_all(batch, market.seen[p], closely, case)
        vote_blocks(blocks[0], blocks[1], case, batch.fossil, part.costs, gone, part.choices)
        if closely:
            count_lost(batch, case, tally.lost)
        move_all(batch, case)
        count_state(batch, market.first_price + p, p, case, tally, totals)
        if closely:
            count_closely(batch, case, tally, totals)


@compiled
def begin(first: int, case: Prepared, fossil: Floats, keep: Floats) -> None:
    """Boilers at their ages before the first year, and what waiting until their end saves, as a weight without inertia."""
    for i in range(len(keep)):
        unit = case.units[first + i]
        form, how = case.forms[unit.form], case.how[unit.decider, unit.group]
        yearly = how.recovery_share[GAS] * form.investment_eur[GAS] / how.scale_eur
        for b in range(keep.shape[1]):
            for p in range(len(fossil)):
                fossil[p, i, b] = case.start_share[unit.form, b]
            keep[i, b] = exp(-min(FURTHEST, yearly * case.keep_discount_share[unit.decider, unit.group, b]))


@compiled
def look_around(first: int, case: Prepared, states: Records, seen: Floats) -> None:
    """Seen (S, 2): networks and heat pumps at the end of last year around each section: own street and neighbourhood weighed."""
    count, whole = len(states), np.zeros(3)
    for i in range(count):
        seen[case.units[first + i].section, :] = 0.0
    own_share = case.how[0, 0].own_section_share
    i = 0
    while i < count:  # one street after the other
        s, homes, networks, pumps = case.units[first + i].section, 0.0, 0.0, 0.0
        while i < count and case.units[first + i].section == s:
            unit, other = case.units[first + i], states[i].other
            if unit.decider != INSTITUTION:
                homes += unit.dwellings
                networks += unit.dwellings * (other[NETWORK] + other[RENOVATED_NETWORK])
                pumps += unit.dwellings * (other[HYBRID] + other[AIR] + other[RENOVATED_AIR] + other[GROUND])
            i += 1
        whole += np.array([networks, pumps, homes])
        if homes > 0.0:
            seen[s, 0], seen[s, 1] = own_share * networks / homes, own_share * pumps / homes
    if whole[2] > 0.0:
        last = -1
        for i in range(count):
            s = case.units[first + i].section
            if s != last:
                seen[s, 0] += (1.0 - own_share) * whole[0] / whole[2]
                seen[s, 1] += (1.0 - own_share) * whole[1] / whole[2]
            last = s


@compiled
def guided_share(t: int, first: int, case: Prepared, fossil: Floats) -> float:
    """Part of the guidance asked for that the dossiers of the year allow: households reached by a campaign or in an opened street."""
    asked, limit = 0.0, case.rules[t, 0].dossiers_per_year
    if limit == np.inf:
        return 1.0
    for i in range(len(fossil)):
        unit = case.units[first + i]
        street = case.streets[t, unit.section]
        if unit.decider != INSTITUTION:
            reach = street.contact_share
            if street.year == street.opening_year:
                reach = max(reach, street.guidance_share)
            asked += unit.dwellings * fossil[i].sum() * reach
    return 1.0 if asked <= limit else limit / asked


@compiled
def move_all(batch: Batch, case: Prepared) -> None:
    """One year of every unit: each moment acts on what the earlier ones left."""
    for i in range(len(batch.states)):
        unit = case.units[batch.first + i]
        home = Home(
            unit, case.forms[unit.form], case.rules[batch.t, unit.group], case.streets[batch.t, unit.section],
            case.how[unit.decider, unit.group], batch.costs[i], batch.choices[i], batch.states[i],
        )  # fmt: skip
        choice, boilers = home.choice, batch.fossil[i]
        for moment in range(M):
            for k in range(STATES):
                choice.decided[moment, k] = 0.0
        arrived(home.street, home.how, choice, boilers, home.state)
        meet_duties(home, boilers)
        end_boilers(home, case.end_share, boilers)
        leave_boilers(home, batch.guided_share, batch.gone[i], boilers)
        choose_anew(home.form, home.how, home.cost, choice, home.state)
        free_stuck(home.cost, choice, home.state)
        grow_old(case.advance_share, boilers, home.state)


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
        away = case.how[unit.decider, c].signed_drop_out_share
        count_money((t, case.rules.shape[0]), away, unit, form, case.rules[t, c], (batch.costs[i], choice), totals)
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
    away_share: float,
    unit: Record,
    form: Record,
    rule: Record,
    decision: tuple[Record, Record],
    totals: Totals,
) -> None:
    """Adds what the decisions of a year cost and bring; of institutions the fee alone. A fee is lost for who drops out.

    when: the year, and their number. decision: costs and choices.
    """
    t, years = when
    cost, choice = decision
    c, n = unit.group, unit.dwellings
    for k in range(STATES):
        count = 0.0
        for moment in range(M):
            count += n * choice.decided[moment, k]
            if unit.decider != INSTITUTION:
                totals.moments[moment, t, k] += n * choice.decided[moment, k]
        if k == STUCK or count == 0.0:
            continue
        if k in (NETWORK, RENOVATED_NETWORK):
            totals.fee_eur[c, t] += count * cost.fee_eur * (1.0 if cost.live else 1.0 - away_share)
        if unit.decider == INSTITUTION:
            continue
        own = count * (1.0 - choice.leased_share[k])
        invest = form.investment_eur[k]
        totals.investment_eur[c, t] += own * invest
        totals.premium_eur[c, t] += own * min(rule.premium_eur[k], rule.premium_cap_share[k] * invest)
        totals.loans_eur[c, t] += count * choice.borrowed_share[k] * cost.borrowed[k]
        for later in range(t, min(years, t + int(rule.support_years))):
            totals.yearly_support_eur[c, later] += own * rule.yearly_support_eur[k]
