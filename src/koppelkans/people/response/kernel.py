"""All years of one neighbourhood at a few heat prices: costs once, then for each price choices, votes and moves."""

from __future__ import annotations

from math import exp
from typing import NamedTuple

import numpy as np

from koppelkans.people.response.arrays import (
    AIR,
    GAS,
    GROUND,
    HYBRID,
    INSTITUTION,
    NETWORK,
    RENOVATED_AIR,
    RENOVATED_NETWORK,
    STATES,
    M,
    Prepared,
    Records,
)
from koppelkans.people.response.batch import Batch, choose_all
from koppelkans.people.response.behaviour import Floats
from koppelkans.people.response.case import K
from koppelkans.people.response.choice import CHOICE, CLASS, FURTHEST
from koppelkans.people.response.compiled import compiled
from koppelkans.people.response.costs import COST, average_blocks, year_costs
from koppelkans.people.response.counting import Tally, Totals, count_closely, count_lost, count_state
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
    renovate,
)
from koppelkans.people.response.votes import vote_blocks

BATCH = 48
"""Units that go through a year together; with what is known of them they fit the nearest memory of a processor."""


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
        for k in range(K):
            choice.works_there[k] = 0.0
            choice.renewed[k] = 0.0
        choice.connected[0] = 0.0
        choice.connected[1] = 0.0
        choice.connected_there = 0.0
        arrived(home, boilers)
        meet_duties(home, boilers)
        end_boilers(home, case.end_share, boilers)
        leave_boilers(home, batch.guided_share, batch.gone[i], boilers)
        renovate(home, boilers)
        choose_anew(home.form, home.how, home.cost, choice, home.state)
        free_stuck(home.cost, choice, home.state)
        grow_old(case.advance_share, boilers, home.state)
