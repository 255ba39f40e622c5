"""Better calendars: sections taken out and put back in their best years, given all the others, at the exact cost.

Given the years of all other sections, what a section costs in a year depends only on the set of its works done then, limits overrun included; so its best
years are found exactly (``section``). Groups of sections are taken out together and put back one by one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from koppelkans.street.calendar.case import KINDS, Flags, Floats, Ints, WorksCase
from koppelkans.street.calendar.compiled import compiled
from koppelkans.street.calendar.problem import Problem
from koppelkans.street.calendar.section import best_years, live_costs

LITTLE_EUR = 1e-4
LIFTED = -1
"""The year of a work that is taken out."""


class Ties(NamedTuple):
    """What ties sections together: limits and their prices today by year; per section those beside it that should not close with it, those behind it in the heat
    and gas trees, per work those that may not come after it and before it (each as starts and a list).
    """

    budget_eur: Floats
    pool_eur: Floats
    crew_m: Floats
    over_budget: Floats
    over_crew: Floats
    over_apart: Floats
    apart_start: Ints
    apart: Ints
    heat_start: Ints
    heat_behind: Ints
    gas_start: Ints
    gas_behind: Ints
    later_start: Ints
    later: Ints
    sooner_start: Ints
    sooner: Ints


class State(NamedTuple):
    """A calendar: ``year`` per work, what it uses of each limit, which sections are closed, years laid and live."""

    year: Ints
    spent_eur: Floats
    pooled_eur: Floats
    metres: Floats
    closed: Flags
    laid: Ints
    live: Ints


def ties(case: WorksCase, problem: Problem, pairs: Ints) -> Ties:
    """The ties of a case."""
    bounds, discount, count = case.bounds, problem.discount, len(problem.served)
    both = np.concatenate([bounds.apart, bounds.apart[:, ::-1]]).reshape(-1, 2)
    heat = np.flatnonzero(problem.served & (problem.heat_up >= 0))
    gas = np.flatnonzero(problem.gas_up >= 0)
    return Ties(
        bounds.budget_eur.astype(np.float64), bounds.pool_eur.astype(np.float64), bounds.crew_m.astype(np.float64),
        bounds.budget_price * discount, bounds.crew_price * discount, bounds.apart_price * discount,
        *_lists(both[:, 0], both[:, 1], count), *_lists(problem.heat_up[heat], heat, count), *_lists(problem.gas_up[gas], gas, count),
        *_lists(pairs[:, 0], pairs[:, 1], len(problem.kind)), *_lists(pairs[:, 1], pairs[:, 0], len(problem.kind)),
    )  # fmt: skip


def _lists(of: Ints, item: Ints, count: int) -> tuple[Ints, Ints]:
    order = np.lexsort((item, of))
    return np.searchsorted(of[order], np.arange(count + 1)).astype(np.int64), item[order].astype(np.int64)


def nothing_placed(case: WorksCase, problem: Problem) -> State:
    """A calendar with all works taken out."""
    years, count = case.years, len(problem.served)
    laid = np.where(problem.heat > 0, 0, years)
    state = State(
        np.full(len(problem.kind), LIFTED, dtype=np.int64), np.zeros((len(case.owners), years)), np.zeros(years), np.zeros((len(KINDS), years)),
        np.zeros((count, years), dtype=np.bool_), laid, np.zeros(count, dtype=np.int64),
    )  # fmt: skip
    for section in problem.heat_order.tolist():
        up = problem.heat_up[section]
        state.live[section] = max(laid[section], state.live[up] if up >= 0 else 0)
    return state


def state_of(case: WorksCase, problem: Problem, year: Ints) -> State:
    """A calendar (order of the problem) with all that it uses."""
    state = nothing_placed(case, problem)
    fill(problem, state, year.astype(np.int64))
    return state


@compiled
def fill(problem: Problem, state: State, year: Ints) -> None:
    """All sections put in."""
    for section in range(len(problem.served)):
        put(problem, state, section, year)
    for section in problem.heat_order:
        up = problem.heat_up[section]
        state.live[section] = max(state.laid[section], state.live[up] if up >= 0 else 0)


@compiled
def put(problem: Problem, state: State, section: int, year: Ints) -> None:
    """The works of a section put in their years; the years live are left as they were."""
    change(problem, state, section, year, 1.0)
    begin, end = problem.first[section], problem.first[section + 1]
    laid = problem.years
    for work in range(begin, end):
        state.year[work] = year[work]
        if (problem.heat[section] >> (work - begin)) & 1:
            laid = year[work]
    state.laid[section] = laid


@compiled
def lift(problem: Problem, state: State, section: int) -> None:
    """The works of a section taken out; heat is then taken as laid."""
    change(problem, state, section, state.year, -1.0)
    state.year[problem.first[section] : problem.first[section + 1]] = LIFTED
    state.laid[section] = 0 if problem.heat[section] else problem.years


@compiled
def together_with(problem: Problem, section: int, work: int, year: Ints) -> tuple[int, bool]:
    """The set of works of a section done in the year of one of them, and whether that one is the first of the set."""
    begin, together, first = problem.first[section], 0, True
    for other in range(begin, problem.first[section + 1]):
        if year[other] == year[work]:
            together |= 1 << (other - begin)
            first &= other >= work
    return together, first


@compiled
def change(problem: Problem, state: State, section: int, year: Ints, sign: float) -> None:
    """Adds (1) or takes away (-1) what a section uses."""
    begin, end, years = problem.first[section], problem.first[section + 1], problem.years
    for work in range(begin, end):
        at = year[work]
        if at >= years:
            continue
        state.spent_eur[problem.owner[work], at] += sign * problem.budgeted_eur[work]
        state.metres[problem.kind[work], at] += sign * problem.metres[work]
        state.pooled_eur[at] += sign * problem.pooled_eur[work]
        together, first = together_with(problem, section, work, year)
        if first:
            row = problem.sets[section] + together
            closure = problem.closure_eur[section] if problem.shared[row] else 0.0
            state.pooled_eur[at] += sign * (problem.zones_eur[row] + closure)
            state.closed[section, at] = problem.shut[row] and sign > 0


@compiled
def exact_costs(problem: Problem, tied: Ties, state: State, section: int, free: Ints) -> Floats:
    """(years, sets) what a set of works of a lifted section costs in a year, limits overrun included."""
    begin, end, first_set = problem.first[section], problem.first[section + 1], problem.sets[section]
    cost = np.full((problem.years, problem.sets[section + 1] - first_set), np.inf)
    cost[:, 0] = 0.0
    more_eur, more_m = np.zeros(state.spent_eur.shape[0]), np.zeros(state.metres.shape[0])
    for year in range(problem.years):
        factor, beside = problem.discount[year], 0
        for place in range(tied.apart_start[section], tied.apart_start[section + 1]):
            beside += state.closed[tied.apart[place], year]
        chosen = free[year]
        while chosen:
            row = first_set + chosen
            total = problem.zones_eur[row] * factor
            pooled = problem.zones_eur[row]
            if problem.shared[row]:
                total += (problem.closure_eur[section] + problem.nuisance_eur[section]) * factor
                pooled += problem.closure_eur[section]
            if problem.shut[row]:
                total += beside * tied.over_apart[year]
            for work in range(begin, end):
                if (chosen >> (work - begin)) & 1:
                    total += problem.base_eur[work, year]
                    pooled += problem.pooled_eur[work]
                    owner, kind = problem.owner[work], problem.kind[work]
                    total += tied.over_budget[year] * further(
                        state.spent_eur[owner, year] + more_eur[owner], problem.budgeted_eur[work], tied.budget_eur[owner, year]
                    )  # fmt: skip
                    total += tied.over_crew[year] * further(
                        state.metres[kind, year] + more_m[kind], problem.metres[work], tied.crew_m[kind, year]
                    )
                    more_eur[owner] += problem.budgeted_eur[work]
                    more_m[kind] += problem.metres[work]
            for work in range(begin, end):
                more_eur[problem.owner[work]], more_m[problem.kind[work]] = 0.0, 0.0
            total += tied.over_budget[year] * further(state.pooled_eur[year], pooled, tied.pool_eur[year])
            cost[year, chosen] = total
            chosen = (chosen - 1) & free[year]
    return cost


@compiled
def further(used: float, more: float, limit: float) -> float:
    """How much of ``more`` is over the limit."""
    return max(0.0, min(more, used + more - limit))


@compiled
def open_years(problem: Problem, tied: Ties, state: State, section: int) -> tuple[Ints, Floats]:
    """Works of a lifted section that may be done in each year, and their cost after the horizon, as the others stand: gas leaf first, orders between sections."""
    begin, end, years = problem.first[section], problem.first[section + 1], problem.years
    free, after = problem.free[section].copy(), problem.base_eur[begin:end, years].copy()
    for work in range(begin, end):
        low, high = 0, years
        if work == problem.gas_work[section]:
            up = problem.gas_up[section]
            if up >= 0 and state.year[problem.gas_work[up]] != LIFTED:
                high = state.year[problem.gas_work[up]]
            for place in range(tied.gas_start[section], tied.gas_start[section + 1]):
                low = max(low, state.year[problem.gas_work[tied.gas_behind[place]]])
        for place in range(tied.later_start[work], tied.later_start[work + 1]):
            if state.year[tied.later[place]] != LIFTED:
                high = min(high, state.year[tied.later[place]])
        for place in range(tied.sooner_start[work], tied.sooner_start[work + 1]):
            low = max(low, state.year[tied.sooner[place]])
        bit = 1 << (work - begin)
        for year in range(years):
            if year < low or year > high:
                free[year] &= ~bit
        if high < years:
            after[work - begin] = np.inf
    return free, after


@compiled
def heat_worth(problem: Problem, tied: Ties, state: State, section: int, worth: Floats) -> tuple[int, int]:
    """Writes minus the worth of heat in a section and all behind it by the year live here; gives the year live above, and the last year that gas behind allows."""
    years, up = problem.years, problem.heat_up[section]
    worth[:] = problem.heat_eur[section]
    begin = state.live[up] if up >= 0 else 0
    latest = years
    pending, laid = np.empty(len(problem.served), dtype=np.int64), np.empty(len(problem.served), dtype=np.int64)
    pending[0], laid[0], count = section, 0, 1
    while count:
        count -= 1
        at, since = pending[count], laid[count]
        for place in range(tied.heat_start[at], tied.heat_start[at + 1]):
            behind = tied.heat_behind[place]
            reach = max(since, state.laid[behind])
            for year in range(years + 1):
                worth[year] += problem.heat_eur[behind, max(reach, year)]
            gas = problem.gas_work[behind]
            if gas >= 0 and 0 <= state.year[gas] < years:
                latest = min(latest, state.year[gas] - problem.lag[behind])
            pending[count], laid[count] = behind, reach
            count += 1
    return begin, latest


@compiled
def spread_heat(problem: Problem, tied: Ties, state: State, section: int) -> None:
    """The years live of a section and all behind it, from the years laid."""
    pending = np.empty(len(problem.served), dtype=np.int64)
    pending[0], count = section, 1
    while count:
        count -= 1
        at = pending[count]
        up = problem.heat_up[at]
        state.live[at] = max(state.laid[at], state.live[up] if up >= 0 else 0)
        for place in range(tied.heat_start[at], tied.heat_start[at + 1]):
            pending[count] = tied.heat_behind[place]
            count += 1


@compiled
def cost_of(problem: Problem, section: int, cost: Floats, after_eur: Floats, year: Ints) -> float:
    """What a section costs in these years, from the costs of its sets."""
    begin, end, years = problem.first[section], problem.first[section + 1], problem.years
    total = 0.0
    for work in range(begin, end):
        at = year[work]
        if at >= years:
            total += after_eur[work - begin]
            continue
        together, first = together_with(problem, section, work, year)
        if first:
            total += cost[at, together]
    return total


@compiled
def insert(problem: Problem, tied: Ties, state: State, section: int, old: Ints) -> tuple[float, float]:
    """Puts a lifted section in its best years; ``old``: years to keep when nothing is better, unless the first is LIFTED.

    Result: cost in the old years (infinite without), and in the new ones.
    """
    begin, end, years = problem.first[section], problem.first[section + 1], problem.years
    free, after = open_years(problem, tied, state, section)
    cost = exact_costs(problem, tied, state, section, free)
    worth = np.zeros(years + 1)
    live, found = -1, np.empty(len(problem.kind), dtype=np.int64)
    up, latest = 0, years
    if problem.served[section]:
        up, latest = heat_worth(problem, tied, state, section, worth)
        by_live = np.empty(years + 1)
        live_costs(problem, section, cost, free, after, by_live)
        live = up
        for at in range(up, latest + 1):
            if by_live[at] + worth[at] < by_live[live] + worth[live]:
                live = at
        if latest < up:
            live = years
    best = before = np.inf
    new = best_years(problem, section, cost, (free, after), live, found)
    if new < np.inf and latest >= up:
        best = new + (worth[max(up, laid_in(problem, section, found))] if live >= 0 else 0.0)
    if end == begin or old[begin] != LIFTED:
        before = cost_of(problem, section, cost, after, old)
        if live >= 0:
            before += worth[max(up, laid_in(problem, section, old))]
    if best < before - LITTLE_EUR:
        put(problem, state, section, found)
    elif before < np.inf:
        best = before
        put(problem, state, section, old)
    if best < np.inf and problem.served[section]:
        spread_heat(problem, tied, state, section)
    return before, best


@compiled
def laid_in(problem: Problem, section: int, year: Ints) -> int:
    """The year in which the heat pipe of a section is laid; the number of years when not in the horizon."""
    for work in range(problem.first[section], problem.first[section + 1]):
        if (problem.heat[section] >> (work - problem.first[section])) & 1:
            return int(min(year[work], problem.years))
    return int(problem.years)


@compiled
def polish(problem: Problem, tied: Ties, state: State, order: Ints) -> float:
    """Each section of ``order`` once: out, and back in its best years. What is gained [EUR]."""
    gained = 0.0
    for section in order:
        old = state.year.copy()
        lift(problem, state, section)
        before, after = insert(problem, tied, state, section, old)
        gained += before - after
    return gained
