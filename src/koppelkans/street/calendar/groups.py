"""Groups of sections along the heat or gas tree, taken out of a calendar together and put back one by one.

A section that finds no year pushes out what bars its way (gas that goes too soon upstream, works tied to it) and those are put back after it.
Slightly worse calendars are accepted now and then, less and less (threshold from the draws); the best one is kept.
"""

from __future__ import annotations

import numpy as np

from koppelkans.street.calendar.case import Floats, Ints
from koppelkans.street.calendar.compiled import compiled
from koppelkans.street.calendar.problem import Problem
from koppelkans.street.calendar.search import (
    LIFTED,
    LITTLE_EUR,
    State,
    Ties,
    change,
    insert,
    lift,
    polish,
    put,
    spread_heat,
    together_with,
)

LARGEST = 20
DRAWS = 4 * LARGEST + 4
"""Random numbers that one try uses."""
MOST_STEPS = 8


@compiled
def net_cost(problem: Problem, tied: Ties, state: State) -> float:
    """Cost less the worth of heat of a calendar, limits overrun included [EUR]."""
    years, total = problem.years, over_limits(problem, tied, state)
    for section in range(len(problem.served)):
        begin, end = problem.first[section], problem.first[section + 1]
        for work in range(begin, end):
            at = state.year[work]
            total += problem.base_eur[work, at]
            together, first = together_with(problem, section, work, state.year)
            if at < years and first:
                row = problem.sets[section] + together
                total += problem.zones_eur[row] * problem.discount[at]
                if problem.shared[row]:
                    total += (problem.closure_eur[section] + problem.nuisance_eur[section]) * problem.discount[at]
        if problem.served[section]:
            total += problem.heat_eur[section, min(state.live[section], years)]
    return total


@compiled
def over_limits(problem: Problem, tied: Ties, state: State) -> float:
    """What going over the limits costs [EUR]."""
    total = 0.0
    for year in range(problem.years):
        for owner in range(len(state.spent_eur)):
            total += tied.over_budget[year] * max(0.0, state.spent_eur[owner, year] - tied.budget_eur[owner, year])
        total += tied.over_budget[year] * max(0.0, state.pooled_eur[year] - tied.pool_eur[year])
        for kind in range(len(state.metres)):
            total += tied.over_crew[year] * max(0.0, state.metres[kind, year] - tied.crew_m[kind, year])
        for section in range(len(problem.served)):
            for place in range(tied.apart_start[section], tied.apart_start[section + 1]):
                beside = tied.apart[place]
                if beside > section and state.closed[section, year] and state.closed[beside, year]:
                    total += tied.over_apart[year]
    return total


@compiled
def group_of(problem: Problem, tied: Ties, draw: Floats, group: Ints) -> int:
    """Writes sections that hang together along the heat or gas tree into ``group``; how many."""
    count = len(problem.served)
    size = min(count, 2 + int(draw[0] * (LARGEST - 1)))
    along_gas = draw[1] < 0.5
    group[0], found = min(count - 1, int(draw[2] * count)), 1
    for step in range(LARGEST + LARGEST // 2):
        if found >= size:
            break
        member = group[min(found - 1, int(draw[4 + 2 * step] * found))]
        turn = draw[5 + 2 * step]
        if along_gas:
            behind, up = tied.gas_start[member + 1] - tied.gas_start[member], problem.gas_up[member]
        else:
            behind, up = tied.heat_start[member + 1] - tied.heat_start[member], problem.heat_up[member]
        pick = min(behind, int(turn * (behind + 1)))
        if pick == behind:
            beside = up
        elif along_gas:
            beside = tied.gas_behind[tied.gas_start[member] + pick]
        else:
            beside = tied.heat_behind[tied.heat_start[member] + pick]
        if beside < 0 and (along_gas or not problem.served[member]):
            beside = min(count - 1, int(turn * count))
        fresh = beside >= 0
        for place in range(found):
            fresh &= group[place] != beside
        if fresh:
            group[found], found = beside, found + 1
    return found


@compiled
def take_out(problem: Problem, tied: Ties, state: State, section: int) -> bool:
    """A section taken out with its heat; False when it was out or has no works."""
    begin = problem.first[section]
    if begin == problem.first[section + 1] or state.year[begin] == LIFTED:
        return False
    lift(problem, state, section)
    if problem.served[section]:
        spread_heat(problem, tied, state, section)
    return True


@compiled
def push_out(problem: Problem, tied: Ties, state: State, at: tuple[int, bool], queue: Ints, last: int) -> int:
    """Takes out what bars a section and adds it to the queue; the new end of the queue.

    at: section, and whether those behind it on the heat tree whose gas goes go too.
    """
    section, heat = at
    up = problem.gas_up[section]
    while up >= 0:
        if state.year[problem.gas_work[up]] < problem.years and take_out(problem, tied, state, up):
            queue[last], last = up, last + 1
        up = problem.gas_up[up]
    for work in range(problem.first[section], problem.first[section + 1]):
        for place in range(tied.later_start[work], tied.later_start[work + 1]):
            other = problem.section[tied.later[place]]
            if take_out(problem, tied, state, other):
                queue[last], last = other, last + 1
        for place in range(tied.sooner_start[work], tied.sooner_start[work + 1]):
            other = problem.section[tied.sooner[place]]
            if take_out(problem, tied, state, other):
                queue[last], last = other, last + 1
    if heat:
        pending = np.empty(len(problem.served), dtype=np.int64)
        pending[0], count = section, 1
        while count:
            count -= 1
            for place in range(tied.heat_start[pending[count]], tied.heat_start[pending[count] + 1]):
                behind = tied.heat_behind[place]
                pending[count] = behind
                count += 1
            for place in range(count):
                gas = problem.gas_work[pending[place]]
                if gas >= 0 and state.year[gas] < problem.years and take_out(problem, tied, state, pending[place]):
                    queue[last], last = pending[place], last + 1
    return last


@compiled
def put_back(problem: Problem, tied: Ties, state: State, queue: Ints, last: int) -> int:
    """Puts all sections of a queue back, pushing out others where it must; the end of the queue, or -1 when there is no way."""
    none, first, most = np.full(len(problem.kind), LIFTED, dtype=np.int64), 0, len(queue) - 3 * len(problem.served)
    while first < last:
        section, first = queue[first], first + 1
        if problem.first[section] == problem.first[section + 1] or state.year[problem.first[section]] != LIFTED:
            continue
        best = insert(problem, tied, state, section, none)[1]
        for heat in (False, True):
            if best == np.inf:
                last = push_out(problem, tied, state, (section, heat), queue, last)
                best = insert(problem, tied, state, section, none)[1]
        if best == np.inf or last > most:
            return -1
    return last


@compiled
def restore(problem: Problem, state: State, old: Ints) -> None:
    """The calendar as it was."""
    for section in range(len(problem.served)):
        begin, end = problem.first[section], problem.first[section + 1]
        changed = False
        for work in range(begin, end):
            changed |= state.year[work] != old[work]
        if changed:
            if state.year[begin] != LIFTED:
                change(problem, state, section, state.year, -1.0)
            put(problem, state, section, old)
    for section in problem.heat_order:
        up = problem.heat_up[section]
        state.live[section] = max(state.laid[section], state.live[up] if up >= 0 else 0)


@compiled
def turnover(problem: Problem, tied: Ties, state: State, draws: Floats, warmth_eur: float) -> float:
    """Tries as many groups as there are rows of draws and leaves the best calendar found in ``state``; its net cost [EUR]."""
    count, tries = len(problem.served), len(draws)
    now = best = net_cost(problem, tied, state)
    kept = state.year.copy()
    group = np.empty(count + LARGEST, dtype=np.int64)
    queue = np.empty(MOST_STEPS * count + 4 * LARGEST, dtype=np.int64)
    for step in range(tries):
        draw = draws[step]
        size = group_of(problem, tied, draw, group)
        old = state.year.copy()
        for place in range(size - 1, 0, -1):
            other = int(draw[len(draw) - 2 - place] * (place + 1))
            group[place], group[other] = group[other], group[place]
        for place in range(size):
            take_out(problem, tied, state, group[place])
            queue[place] = group[place]
        last = put_back(problem, tied, state, queue, size)
        if last >= 0:
            polish(problem, tied, state, group[:size])
            new = net_cost(problem, tied, state)
            margin = -warmth_eur * (1.0 - step / tries) * np.log(max(draw[3], 1e-12))
            if new < now + margin:
                now = new
                if now < best - LITTLE_EUR:
                    best, kept = now, state.year.copy()
                continue
        restore(problem, state, old)
    restore(problem, state, kept)
    return best
