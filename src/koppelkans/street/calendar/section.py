"""The works of one section over the years, exactly: a dynamic programme over the set of works done.

Question: which years for the works of a section cost least, when the cost of a year depends on the set of works done in it, when a rebuilt street is
protected for some years, and when heat is live from year l (heat pipe by then, gas not before l + lag)?
State at the start of a year: the works done and the protected years left. A year adds any set of the works that may then be done.
With k works that is 3^k transitions a year; the windows of the works leave far fewer.
"""

from __future__ import annotations

import numpy as np

from koppelkans.street.calendar.case import Flags, Floats, Ints
from koppelkans.street.calendar.compiled import compiled
from koppelkans.street.calendar.problem import Problem


@compiled
def forward(now: Floats, then: Floats, cost: Floats, free: int, rebuilt: int, unprotected: int) -> None:
    """One year on: the least cost of every state after it, from those before it. States: (protected years left, set done)."""
    then[:] = np.inf
    last = now.shape[0] - 1
    for left in range(last + 1):
        following = max(left - 1, 0)
        for done in range(now.shape[1]):
            so_far = now[left, done]
            if so_far == np.inf:
                continue
            may = free & ~done
            if left > 0:
                may &= unprotected
            plain = may & ~rebuilt
            chosen = plain
            while True:
                total = so_far + cost[chosen]
                then[following, done | chosen] = min(then[following, done | chosen], total)
                if chosen == 0:
                    break
                chosen = (chosen - 1) & plain
            if may & rebuilt:
                chosen = plain
                while True:
                    total = so_far + cost[chosen | rebuilt]
                    then[last, done | chosen | rebuilt] = min(then[last, done | chosen | rebuilt], total)
                    if chosen == 0:
                        break
                    chosen = (chosen - 1) & plain


@compiled
def backward(
    now: Floats, then: Floats, cost: Floats, masks: tuple[int, int, int], rebuilt: int, unprotected: int, sound: Flags
) -> None:
    """One year back: the least cost from every state at its start, from those at its end.

    masks: works that may be done in the year, works that must have been done before it, works that may have been done before it.
    """
    free, must, may_be = masks
    now[:] = np.inf
    last = now.shape[0] - 1
    for done in range(now.shape[1]):
        if (done & must) != must or (done & ~may_be) or not sound[done]:
            continue
        for left in range(last + 1 if done & rebuilt else 1):
            following = max(left - 1, 0)
            may = free & ~done
            if left > 0:
                may &= unprotected
            plain = may & ~rebuilt
            best = np.inf
            chosen = plain
            while True:
                total = cost[chosen] + then[following, done | chosen]
                best = min(best, total)
                if chosen == 0:
                    break
                chosen = (chosen - 1) & plain
            if may & rebuilt:
                chosen = plain
                while True:
                    total = cost[chosen | rebuilt] + then[last, done | chosen | rebuilt]
                    best = min(best, total)
                    if chosen == 0:
                        break
                    chosen = (chosen - 1) & plain
            now[left, done] = best


@compiled
def drop_unsound(states: Floats, sound: Flags, need: int) -> None:
    """Take out the states that break the order of works, or lack a work that is needed."""
    for done in range(states.shape[1]):
        if not sound[done] or (done & need) != need:
            states[:, done] = np.inf


@compiled
def windows(free: Ints, after_eur: Floats) -> tuple[Ints, Ints]:
    """(years + 1) each: works that must have been done before a year, and those that may have been, by their windows alone."""
    years = len(free)
    must, may_be = np.zeros(years + 1, dtype=np.int64), np.zeros(years + 1, dtype=np.int64)
    never_after = 0
    for place in range(len(after_eur)):
        if after_eur[place] == np.inf:
            never_after |= 1 << place
    for year in range(years):
        may_be[year + 1] = may_be[year] | free[year]
    later = 0
    for year in range(years, -1, -1):
        must[year] = never_after & ~later
        if year > 0:
            later |= free[year - 1]
    return must, may_be


@compiled
def waiting(sound: Flags, after_eur: Floats) -> Floats:
    """Cost after the horizon by the set done within it; infinite when a work that may not wait is left."""
    found = np.zeros(len(sound))
    for done in range(len(sound)):
        if not sound[done]:
            found[done] = np.inf
            continue
        for place in range(len(after_eur)):
            if not (done >> place) & 1:
                found[done] += after_eur[place]
    return found


@compiled
def live_costs(problem: Problem, section: int, cost: Floats, free: Ints, after_eur: Floats, found: Floats) -> None:
    """Least cost of a served section by the year from which heat may be counted live; the last column: not in the horizon.

    cost (years, sets); free: works that may be done in each year; after_eur: by work, after the horizon. Heat is laid by then, gas goes no sooner than the lag after.
    """
    years = problem.years
    heat, gas, rebuilt, unprotected = (
        problem.heat[section], problem.gas[section], problem.rebuilt[section], problem.unprotected[section],
    )  # fmt: skip
    size, layers = cost.shape[1], problem.protected[section] + 1
    sound = problem.sound[problem.sets[section] : problem.sets[section + 1]]
    ends = waiting(sound, after_eur)
    before = np.full((years + 1, layers, size), np.inf)
    before[0, 0, 0] = 0.0
    for year in range(years):
        forward(before[year], before[year + 1], cost[year], free[year] & ~gas, rebuilt, unprotected)
        drop_unsound(before[year + 1], sound, 0)
    found[:] = np.inf
    for left in range(layers):
        for done in range(size):
            found[years] = min(found[years], before[years, left, done] + ends[done])
    if heat == 0:
        return
    must, may_be = windows(free, after_eur)
    behind = np.full((years + 1, layers, size), np.inf)
    for done in range(size):
        if done & heat:
            behind[years, :, done] = ends[done]
    for year in range(years - 1, 0, -1):
        masks = (free[year] & ~heat, must[year] | heat, may_be[year])
        backward(behind[year], behind[year + 1], cost[year], masks, rebuilt, unprotected, sound)
    _meet(problem, section, cost, (free, before, behind), found)


@compiled
def _meet(problem: Problem, section: int, cost: Floats, known: tuple[Ints, Floats, Floats], found: Floats) -> None:
    """Joins the ways up to each year of heat with those from the lag after it; between them gas stays.

    known: works that may be done in each year, cost up to each year without gas, cost from each year with heat laid.
    """
    free, before, behind = known
    years, lag = problem.years, problem.lag[section]
    heat, gas, rebuilt, unprotected = (
        problem.heat[section], problem.gas[section], problem.rebuilt[section], problem.unprotected[section],
    )  # fmt: skip
    sound = problem.sound[problem.sets[section] : problem.sets[section + 1]]
    layers, size = problem.protected[section] + 1, cost.shape[1]
    here, there = np.empty((layers, size)), np.empty((layers, size))
    for live in range(years):
        if lag == 0 and gas:
            forward(before[live], here, cost[live], free[live], rebuilt, unprotected)
        else:
            here[:] = before[live + 1]
        drop_unsound(here, sound, heat)
        meet = live + 1
        if gas:
            while meet < min(live + lag, years):
                forward(here, there, cost[meet], free[meet] & ~gas & ~heat, rebuilt, unprotected)
                drop_unsound(there, sound, heat)
                here, there = there, here
                meet += 1
        for left in range(layers):
            for done in range(size):
                found[live] = min(found[live], here[left, done] + behind[meet, left, done])


@compiled
def gone_costs(
    problem: Problem, section: int, cost: Floats, windowed: tuple[Ints, Floats], live: int, found: Floats
) -> None:
    """Least cost of a section by the year in which its gas pipe goes, the last column after the horizon; ``live``: as in ``best_years``."""
    years, gas = problem.years, problem.gas[section]
    rebuilt, unprotected = problem.rebuilt[section], problem.unprotected[section]
    size, layers = cost.shape[1], problem.protected[section] + 1
    sound = problem.sound[problem.sets[section] : problem.sets[section + 1]]
    free, after_eur = windowed[0].copy(), windowed[1]
    ends = waiting(sound, after_eur)
    must, may_be = windows(free, after_eur)
    demand_heat(problem, section, live, free, must)
    before, there = np.full((years + 1, layers, size), np.inf), np.empty((layers, size))
    behind = np.full((years + 1, layers, size), np.inf)
    before[0, 0, 0] = 0.0
    for year in range(years):
        forward(before[year], before[year + 1], cost[year], free[year] & ~gas, rebuilt, unprotected)
        drop_unsound(before[year + 1], sound, must[year + 1] & ~gas)
    for done in range(size):
        if done & gas and (done & must[years]) == must[years]:
            behind[years, :, done] = ends[done]
    for year in range(years - 1, 0, -1):
        masks = (free[year] & ~gas, must[year] | gas, may_be[year])
        backward(behind[year], behind[year + 1], cost[year], masks, rebuilt, unprotected, sound)
    found[:] = np.inf
    for left in range(layers):
        for done in range(size):
            if (done & must[years]) == must[years]:
                found[years] = min(found[years], before[years, left, done] + ends[done])
    for year in range(years):
        if free[year] & gas:
            forward(before[year], there, cost[year], free[year], rebuilt, unprotected)
            drop_unsound(there, sound, must[year + 1] | gas)
            for left in range(layers):
                for done in range(size):
                    found[year] = min(found[year], there[left, done] + behind[year + 1, left, done])


@compiled
def demand_heat(problem: Problem, section: int, live: int, free: Ints, must: Ints) -> None:
    """Takes out of ``free`` and puts into ``must`` what heat live from a year asks: laid by then, gas not before the lag after; nothing when -1."""
    if live < 0:
        return
    years, lag, heat, gas = problem.years, problem.lag[section], problem.heat[section], problem.gas[section]
    for year in range(years):
        if year < live + lag:
            free[year] &= ~gas
        if live < year:
            free[year] &= ~heat
            must[year] |= heat
    if live < years:
        must[years] |= heat


@compiled
def best_years(
    problem: Problem, section: int, cost: Floats, windowed: tuple[Ints, Floats], live: int, found: Ints
) -> float:
    """Writes the best year of each work of a section into ``found`` and gives their cost; ``live``: heat counted live from then, -1 where none comes.

    windowed: as ``free`` and ``after_eur`` of ``live_costs``. Infinite, and ``found`` without meaning, when there is no way.
    """
    years, rebuilt, unprotected = problem.years, problem.rebuilt[section], problem.unprotected[section]
    size, layers = cost.shape[1], problem.protected[section] + 1
    sound = problem.sound[problem.sets[section] : problem.sets[section + 1]]
    free, after_eur = windowed[0].copy(), windowed[1]
    ends = waiting(sound, after_eur)
    must, may_be = windows(free, after_eur)
    demand_heat(problem, section, live, free, must)
    behind = np.full((years + 1, layers, size), np.inf)
    for done in range(size):
        if (done & must[years]) == must[years]:
            behind[years, :, done] = ends[done]
    for year in range(years - 1, -1, -1):
        backward(
            behind[year], behind[year + 1], cost[year], (free[year], must[year], may_be[year]), rebuilt, unprotected, sound
        )  # fmt: skip
    _follow(problem, section, cost, behind, free, found)
    return float(behind[0, 0, 0])


@compiled
def _follow(problem: Problem, section: int, cost: Floats, behind: Floats, free: Ints, found: Ints) -> None:
    """The years along the way of least cost."""
    begin, end = problem.first[section], problem.first[section + 1]
    rebuilt, unprotected, last = problem.rebuilt[section], problem.unprotected[section], behind.shape[1] - 1
    found[begin:end] = problem.years
    left = done = int(np.int64(0))
    for year in range(problem.years):
        may = free[year] & ~done
        if left > 0:
            may &= unprotected
        following = max(left - 1, 0)
        best, pick, chosen = np.inf, 0, may
        while True:
            total = cost[year, chosen] + behind[year + 1, last if chosen & rebuilt else following, done | chosen]
            if total <= best:
                best, pick = total, chosen
            if chosen == 0:
                break
            chosen = (chosen - 1) & may
        for work in range(begin, end):
            if (pick >> (work - begin)) & 1:
                found[work] = year
        left, done = last if pick & rebuilt else following, done | pick
