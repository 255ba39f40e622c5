"""The calendar with prices on all that sections share: a floor under the cost of every calendar.

Each elastic limit gets a price a year (never above the price of going over it), each gas pipe a price for being gone by a year at which a copy of its year
is bought, and each order of works between sections a price. What is left falls apart:
- along the heat tree, sections with their exact costs by the year live (``live_costs``):  F(up) = min over l >= up of cost(l) - worth of heat(l) + sum of F(l) behind;
- sections without heat one by one;
- the gas tree of the copies, where a pipe goes no sooner than what it feeds.
Method: docs/method.md#works-bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from koppelkans.street.calendar.case import KINDS, Flags, Floats, Ints, WorksCase
from koppelkans.street.calendar.compiled import compiled
from koppelkans.street.calendar.problem import Problem
from koppelkans.street.calendar.section import best_years, gone_costs, live_costs


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices today of what sections share, by year. ``budget`` (owners) and ``pool`` EUR per EUR, ``crew`` (KINDS) EUR per metre, ``apart`` (pairs) EUR per closure,
    ``gas`` (sections) EUR for gas gone by that year, ``order`` (pairs between sections) EUR for the second work done by that year without the first.
    """

    budget: Floats
    pool: Floats
    crew: Floats
    apart: Floats
    gas: Floats
    order: Floats

    def parts(self) -> tuple[Floats, ...]:
        """All arrays in their order."""
        return self.budget, self.pool, self.crew, self.apart, self.gas, self.order


class Terms(NamedTuple):
    """What the kernels add up: ``work_eur`` (works, years + 1), ``zone`` factor (years), ``closure_eur`` of those who share and ``shut_eur`` of anybody (sections, years)."""

    work_eur: Floats
    zone: Floats
    closure_eur: Floats
    shut_eur: Floats


@dataclass(frozen=True, slots=True)
class Relaxed:
    """``floor_eur``: no calendar costs less. ``year`` per work (order of the problem), ``live`` per section, ``gone`` per section the copied year of gas;
    ``slope``: how far each limit is overrun, the direction in which prices should move.
    """

    floor_eur: float
    year: Ints
    live: Ints
    gone: Ints
    slope: Prices


def across(case: WorksCase, problem: Problem) -> Ints:
    """(pairs, 2) works in the order of the problem: orders between works of different sections."""
    where = np.empty(len(problem.order), dtype=np.int64)
    where[problem.order] = np.arange(len(problem.order))
    pairs = where[case.before]
    return np.asarray(pairs[problem.section[pairs[:, 0]] != problem.section[pairs[:, 1]]].reshape(-1, 2))


def no_prices(case: WorksCase, pairs: Ints) -> Prices:
    """All prices zero."""
    years = case.years
    return Prices(
        np.zeros((len(case.owners), years)), np.zeros(years), np.zeros((len(KINDS), years)),
        np.zeros((len(case.bounds.apart), years)), np.zeros((len(case.streets.length_m), years)), np.zeros((len(pairs), years)),
    )  # fmt: skip


def highest(case: WorksCase, problem: Problem, pairs: Ints) -> Prices:
    """The highest price that each may have: that of going over the limit, today; where there is no limit, zero."""
    bounds, discount = case.bounds, problem.discount
    gas = np.zeros(len(problem.served))
    gas[problem.gas_up >= 0] = np.inf
    gas[problem.gas_up[problem.gas_up >= 0]] = np.inf
    return Prices(
        np.where(np.isfinite(bounds.budget_eur), bounds.budget_price * discount, 0.0), np.where(np.isfinite(bounds.pool_eur), bounds.budget_price * discount, 0.0),
        np.where(np.isfinite(bounds.crew_m), bounds.crew_price * discount, 0.0), np.tile(bounds.apart_price * discount, (len(bounds.apart), 1)),
        np.tile(gas[:, None], case.years), np.full((len(pairs), case.years), np.inf),
    )  # fmt: skip


def terms(case: WorksCase, problem: Problem, pairs: Ints, prices: Prices) -> Terms:
    """What works, zones and closures cost at these prices."""
    years = case.years
    work = problem.base_eur.copy()
    work[:, :years] += (
        prices.budget[problem.owner] * problem.budgeted_eur[:, None]
        + prices.crew[problem.kind] * problem.metres[:, None]
        + prices.pool * problem.pooled_eur[:, None]
    )
    has = problem.gas_work >= 0
    work[problem.gas_work[has], :years] += np.cumsum(prices.gas[has, ::-1], axis=1)[:, ::-1]
    later = np.cumsum(prices.order[:, ::-1], axis=1)[:, ::-1]
    np.add.at(work[:, :years], pairs[:, 1], later)
    np.subtract.at(work[:, :years], pairs[:, 0], later)
    zone = problem.discount + prices.pool
    shut = np.zeros((len(problem.served), years))
    for side in (0, 1):
        np.add.at(shut, case.bounds.apart[:, side], prices.apart)
    closure = problem.closure_eur[:, None] * zone + problem.nuisance_eur[:, None] * problem.discount
    return Terms(work, zone, closure, shut)


def relaxed(case: WorksCase, problem: Problem, pairs: Ints, prices: Prices) -> Relaxed:
    """The least cost at these prices, and who then overruns what."""
    found = terms(case, problem, pairs, prices)
    year, live = np.empty(len(problem.kind), dtype=np.int64), np.empty(len(problem.served), dtype=np.int64)
    floor = sections(problem, found, year, live)
    gone = np.full(len(problem.served), case.years, dtype=np.int64)
    floor += gas_copies(problem, prices.gas, gone)
    slope = _slope(case, problem, pairs, year, gone)
    bounds = case.bounds
    for price, limit in (
        (prices.budget, bounds.budget_eur),
        (prices.pool, bounds.pool_eur),
        (prices.crew, bounds.crew_m),
    ):
        floor -= float((price[price > 0] * limit[price > 0]).sum())
    return Relaxed(floor - float(prices.apart.sum()), year, live, gone, slope)


def _slope(case: WorksCase, problem: Problem, pairs: Ints, year: Ints, gone: Ints) -> Prices:
    """How far each limit is overrun by these years."""
    years, bounds = case.years, case.bounds
    inside = year < years
    spent, metres = np.zeros((len(case.owners), years)), np.zeros((len(KINDS), years))
    np.add.at(spent, (problem.owner[inside], year[inside]), problem.budgeted_eur[inside])
    np.add.at(metres, (problem.kind[inside], year[inside]), problem.metres[inside])
    together, shut = openings(problem, year)
    pool = together + np.bincount(year[inside], weights=problem.pooled_eur[inside], minlength=years)
    both = shut[bounds.apart[:, 0]].astype(np.float64) + shut[bounds.apart[:, 1]] - 1.0
    done = np.arange(years) >= year[:, None]
    gas = np.zeros((len(problem.served), years))
    has = problem.gas_work >= 0
    gas[has] = done[problem.gas_work[has]].astype(np.float64) - (np.arange(years) >= gone[has, None])
    order = done[pairs[:, 1]].astype(np.float64) - done[pairs[:, 0]]
    return Prices(spent - bounds.budget_eur, pool - bounds.pool_eur, metres - bounds.crew_m, both, gas, order)


@compiled
def openings(problem: Problem, year: Ints) -> tuple[Floats, Flags]:
    """By year what is spent on shared openings; by section and year whether it is closed."""
    spent = np.zeros(problem.years)
    shut = np.zeros((len(problem.served), problem.years), dtype=np.bool_)
    done = np.zeros(problem.years, dtype=np.int64)
    for section in range(len(problem.served)):
        done[:] = 0
        for work in range(problem.first[section], problem.first[section + 1]):
            if year[work] < problem.years:
                done[year[work]] |= 1 << (work - problem.first[section])
        for at in range(problem.years):
            if done[at]:
                row = problem.sets[section] + done[at]
                spent[at] += problem.zones_eur[row] + (problem.closure_eur[section] if problem.shared[row] else 0.0)
                shut[section, at] = problem.shut[row]
    return spent, shut


@compiled
def costs_of_sets(problem: Problem, section: int, terms: Terms) -> Floats:
    """(years, sets) what a set of works costs when done in a year."""
    begin, first_set = problem.first[section], problem.sets[section]
    size = problem.sets[section + 1] - first_set
    cost = np.zeros((problem.years, size))
    for year in range(problem.years):
        zone, closure, shut = terms.zone[year], terms.closure_eur[section, year], terms.shut_eur[section, year]
        place, top = int(np.int64(-1)), int(np.int64(1))
        for chosen in range(1, size):
            if chosen == top:
                place, top = place + 1, top << 1
            cost[year, chosen] = cost[year, chosen & ~(top >> 1)] + terms.work_eur[begin + place, year]
        for chosen in range(1, size):
            row = first_set + chosen
            cost[year, chosen] += (
                problem.zones_eur[row] * zone + problem.shared[row] * closure + problem.shut[row] * shut
            )
    return cost


@compiled
def sections(problem: Problem, terms: Terms, year: Ints, live: Ints) -> float:
    """Writes the best years of all works, with heat along its tree, and gives their cost less the worth of heat."""
    count, years, total = len(problem.served), problem.years, 0.0
    by_live = np.zeros((count, years + 1))
    for section in range(count):
        if problem.served[section]:
            after_eur = terms.work_eur[problem.first[section] : problem.first[section + 1], years]
            cost = costs_of_sets(problem, section, terms)
            live_costs(problem, section, cost, problem.free[section], after_eur, by_live[section])
    total += heat_tree(problem, by_live, live)
    for section in range(count):
        after_eur = terms.work_eur[problem.first[section] : problem.first[section + 1], years]
        windowed = (problem.free[section], after_eur)
        own = best_years(problem, section, costs_of_sets(problem, section, terms), windowed, live[section], year)
        if not problem.served[section]:
            total += own
    return total


@compiled
def heat_tree(problem: Problem, by_live: Floats, live: Ints) -> float:
    """Least cost over the heat tree, and the year live of each section; -1 where no heat comes."""
    years, total = problem.years, 0.0
    behind = by_live + problem.heat_eur
    pick = np.full(behind.shape, years, dtype=np.int64)
    for place in range(len(problem.heat_order) - 1, -1, -1):
        section = problem.heat_order[place]
        for at in range(years, -1, -1):
            pick[section, at] = at
            if at < years and behind[section, at + 1] < behind[section, at]:
                behind[section, at], pick[section, at] = behind[section, at + 1], pick[section, at + 1]
        up = problem.heat_up[section]
        if up >= 0:
            behind[up] += behind[section]
        else:
            total += behind[section, 0]
    live[:] = -1
    for section in problem.heat_order:
        up = problem.heat_up[section]
        live[section] = pick[section, live[up] if up >= 0 else 0]
    return total


@compiled
def gas_copies(problem: Problem, price: Floats, gone: Ints) -> float:
    """Least cost of the copied years of gas: each sold for its price, a pipe no sooner than what it feeds."""
    years = problem.years
    cost = np.zeros((len(problem.served), years + 1))
    for section in problem.gas_order:
        for at in range(years - 1, -1, -1):
            cost[section, at] = cost[section, at + 1] - price[section, at]
        for at in range(years + 1):
            if problem.base_eur[problem.gas_work[section], at] == np.inf:
                cost[section, at] = np.inf
    return gas_tree(problem, cost, gone)


@compiled
def gas_tree(problem: Problem, cost: Floats, gone: Ints) -> float:
    """Least cost over the gas tree, from the cost of each section by year (changed), and the year of each."""
    years, total = problem.years, 0.0
    pick = np.zeros(cost.shape, dtype=np.int64)
    for place in range(len(problem.gas_order) - 1, -1, -1):
        section = problem.gas_order[place]
        for at in range(years + 1):
            pick[section, at] = at
            if at > 0 and cost[section, at - 1] <= cost[section, at]:
                cost[section, at], pick[section, at] = cost[section, at - 1], pick[section, at - 1]
        up = problem.gas_up[section]
        if up >= 0:
            cost[up] += cost[section]
        else:
            total += cost[section, years]
    for section in problem.gas_order:
        up = problem.gas_up[section]
        gone[section] = pick[section, gone[up] if up >= 0 else years]
    return total


@compiled
def rounded(problem: Problem, terms: Terms, live: Ints, year: Ints) -> float:
    """Writes years in which heat is live as given and gas goes from the leaves of its tree, best at these prices, and gives their cost; infinite without a way.

    Orders of works between sections may be broken.
    """
    count, years, total = len(problem.served), problem.years, 0.0
    by_gone = np.zeros((count, years + 1))
    gone = np.full(count, -1, dtype=np.int64)
    for section in range(count):
        if problem.gas_work[section] >= 0:
            after_eur = terms.work_eur[problem.first[section] : problem.first[section + 1], years]
            cost = costs_of_sets(problem, section, terms)
            gone_costs(problem, section, cost, (problem.free[section], after_eur), live[section], by_gone[section])
    gas_tree(problem, by_gone, gone)
    for section in range(count):
        free = problem.free[section].copy()
        after_eur = terms.work_eur[problem.first[section] : problem.first[section + 1], years].copy()
        fix_gas(problem, section, gone[section], free, after_eur)
        cost = costs_of_sets(problem, section, terms)
        total += best_years(problem, section, cost, (free, after_eur), live[section], year)
    return total


@compiled
def fix_gas(problem: Problem, section: int, gone: int, free: Ints, after_eur: Floats) -> None:
    """Leaves gas only the given year, when there is one."""
    if gone < 0:
        return
    for year in range(problem.years):
        if year != gone:
            free[year] &= ~problem.gas[section]
    if gone < problem.years:
        after_eur[problem.gas_work[section] - problem.first[section]] = np.inf
