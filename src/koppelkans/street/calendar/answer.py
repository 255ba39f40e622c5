"""The calendar of works: prepare, bound, search, and read the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from koppelkans.errors import DataError, InfeasibleError
from koppelkans.street.calendar.account import Account, account, broken
from koppelkans.street.calendar.ascent import ascent
from koppelkans.street.calendar.case import Floats, Ints, WorksCase, check_case
from koppelkans.street.calendar.groups import DRAWS, net_cost, put_back, take_out, turnover
from koppelkans.street.calendar.problem import Problem, problem_of
from koppelkans.street.calendar.relaxed import Prices, across, rounded, terms
from koppelkans.street.calendar.search import State, Ties, nothing_placed, polish, state_of, ties

POLISHES = 30
ENOUGH_EUR = 1.0
MET_SHARE = 1e-9
QUEUE_PER_SECTION = 12
IMPOSSIBLE = (
    "no calendar keeps all windows, orders of works, protected years and the order in which gas goes; widen a window, free a fixed year, "
    "or let a work wait until after the horizon"
)
WARMTH_SHARE = 0.001
"""Margin for worse calendars at the start of the search, as share of the cost of a section."""


@dataclass(frozen=True, slots=True)
class CalendarLimits:
    """Counts that bound the work, never seconds. ``bound_rounds``: how often prices are set; ``starts``: of how many of these a calendar is made;
    ``tries_per_section``: groups taken out and put back. ``gap_share``: when the proven gap is no more, the search does not begin.
    """

    bound_rounds: int = 300
    starts: int = 6
    tries_per_section: int = 20
    gap_share: float = 1e-4
    seed: int = 1


SCREENING = CalendarLimits(bound_rounds=40, starts=1, tries_per_section=0)
"""For a first look at a place: a bound and a calendar in a second or two."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Years of the works with their proof.

    ``year`` per work an index, the number of years standing for after the horizon. ``objective_eur`` = account.net_eur; no calendar costs less than ``bound_eur``;
    ``gap_share`` = (objective - bound) / |objective|; ``bound_kind``: "met" when they are equal, else "priced". ``prices``: the multipliers of the proof, among
    them what one more euro or metre of a limit would save today: ``budget`` (owners, years), ``pool`` (years), ``crew`` (KINDS, years) EUR per m.
    """

    year: Ints
    account: Account
    objective_eur: float
    bound_eur: float
    gap_share: float
    bound_kind: str
    prices: Prices
    rounds: int
    tries: int
    reproducible: bool

    @property
    def budget_eur_per_eur(self) -> Floats:
        """(owners, years) what a euro more in the budget of an owner saves, in euro of the first year."""
        return self.prices.budget

    @property
    def pool_eur_per_eur(self) -> Floats:
        """(years) what a euro more for all together saves."""
        return self.prices.pool

    @property
    def crew_eur_per_m(self) -> Floats:
        """(KINDS, years) what a metre more that the crews can do saves."""
        return self.prices.crew


def works_calendar(case: WorksCase, limits: CalendarLimits, *, start: Ints | None = None) -> Calendar:
    """The years of the works that cost least less the worth of heat, with a proven bound.

    Minimise  account(case, year).net_eur  over all years for which broken(case, year) is empty (docs/method.md#works-calendar).
    start: a calendar to begin with; the answer costs no more.
    Bound: prices on what crosses sections (``relaxed``); search: best years of one section at a time given all others, exactly (``search``, ``groups``).
    Raises DataError for a case that cannot be kept or a start that is not allowed; InfeasibleError when no calendar was found.
    """
    check_case(case)
    problem = problem_of(case)
    asked = Asked(case, problem, across(case, problem))
    tied = ties(case, problem, asked.pairs)
    given = None if start is None else _given(case, start)
    best = None if given is None else _polished(problem, tied, state_of(case, problem, given[problem.order]))
    prices, floor_eur, best = _bounded(asked, tied, limits, best)
    if best is None:
        best = _from_nothing(case, problem, tied)
    net_eur = net_cost(problem, tied, best)
    tries = limits.tries_per_section * len(case.streets.length_m)
    if net_eur - floor_eur <= limits.gap_share * abs(net_eur):
        tries = 0
    if tries:
        draws = np.random.default_rng(limits.seed).random((tries, DRAWS))
        turnover(problem, tied, best, draws, WARMTH_SHARE * abs(net_eur) / len(case.streets.length_m))
        best = _polished(problem, tied, best)
    year = np.empty_like(best.year)
    year[problem.order] = best.year
    if given is not None and account(case, given).net_eur < account(case, year).net_eur:
        year = given
    return _read(case, year, Proof(prices, floor_eur, limits.bound_rounds, tries))


class Asked(NamedTuple):
    """A case with its arrays and the orders of works between sections."""

    case: WorksCase
    problem: Problem
    pairs: Ints


class Proof(NamedTuple):
    """Prices and the floor that they give, with how much was tried."""

    prices: Prices
    floor_eur: float
    rounds: int
    tries: int


def _given(case: WorksCase, start: Ints) -> Ints:
    """The start, if it is allowed."""
    if len(start) != len(case.works.kind):
        raise DataError(f"{len(case.works.kind)} works, but a start of {len(start)} years")
    outside = np.flatnonzero((start < 0) | (start > case.years))
    if len(outside):
        raise DataError(
            f"{case.works.name[outside[0]]} starts in year index {start[outside[0]]}; expected 0 to {case.years}"
        )
    if faults := broken(case, start):
        raise DataError("the calendar to start from is not allowed", faults)
    return np.asarray(start, dtype=np.int64)


def _bounded(
    asked: Asked, tied: Ties, limits: CalendarLimits, best: State | None
) -> tuple[Prices, float, State | None]:
    """The best prices and floor, and the best calendar made on the way or given."""
    case, problem, pairs = asked
    highest_eur, kept, live = -np.inf, None, np.empty(0, dtype=np.int64)
    since = limits.bound_rounds // 2
    every = max(1, (limits.bound_rounds - since) // max(limits.starts - 1, 1))
    for step, (prices, found) in enumerate(ascent(case, problem, pairs, limits.bound_rounds)):
        if not np.isfinite(found.floor_eur):
            raise InfeasibleError(IMPOSSIBLE)
        if found.floor_eur > highest_eur:
            highest_eur, kept, live = found.floor_eur, prices, found.live
        if limits.starts > 1 and step > since and (step - since) % every == 0:
            best = _better(problem, tied, best, _made(asked, tied, prices, found.live))
    if kept is None:
        raise ValueError("at least one round is needed for a bound")
    return kept, highest_eur, _better(problem, tied, best, _made(asked, tied, kept, live))


def _made(asked: Asked, tied: Ties, prices: Prices, live: Ints) -> State | None:
    """A calendar from the years live at some prices: gas taken away from the leaves, broken orders mended, each section polished."""
    case, problem, pairs = asked
    year = np.empty(len(problem.kind), dtype=np.int64)
    if not np.isfinite(rounded(problem, terms(case, problem, pairs, prices), live, year)):
        return None
    state = state_of(case, problem, year)
    wrong = np.unique(problem.section[pairs[year[pairs[:, 0]] > year[pairs[:, 1]]]])
    if len(wrong) and not _placed(problem, tied, state, wrong):
        return None
    return _polished(problem, tied, state)


def _from_nothing(case: WorksCase, problem: Problem, tied: Ties) -> State:
    """A calendar made section by section."""
    state = nothing_placed(case, problem)
    order = np.concatenate([problem.heat_order, np.flatnonzero(~problem.served)])
    if not _placed(problem, tied, state, order):
        raise InfeasibleError(IMPOSSIBLE)
    return _polished(problem, tied, state)


def _placed(problem: Problem, tied: Ties, state: State, these: Ints) -> bool:
    """Whether these sections could be put back, after taking them out."""
    count = len(problem.served)
    queue = np.zeros(QUEUE_PER_SECTION * count + len(these), dtype=np.int64)
    queue[: len(these)] = these
    for section in these.tolist():
        take_out(problem, tied, state, section)
    return bool(put_back(problem, tied, state, queue, len(these)) >= 0)


def _better(problem: Problem, tied: Ties, one: State | None, other: State | None) -> State | None:
    if one is None or other is None:
        return other if one is None else one
    return other if net_cost(problem, tied, other) < net_cost(problem, tied, one) else one


def _polished(problem: Problem, tied: Ties, state: State) -> State:
    """The calendar after putting each section in its best years given the others, to and fro, until little is gained."""
    order = np.arange(len(problem.served))
    for _ in range(POLISHES):
        if polish(problem, tied, state, order) < ENOUGH_EUR:
            break
        order = order[::-1].copy()
    return state


def _read(case: WorksCase, year: Ints, proof: Proof) -> Calendar:
    found = account(case, year)
    objective = found.net_eur
    bound = min(proof.floor_eur, objective)
    gap = (objective - bound) / max(abs(objective), 1e-9)
    return Calendar(
        year, found, objective, bound, gap, "met" if gap < MET_SHARE else "priced", proof.prices, proof.rounds, proof.tries, True
    )  # fmt: skip
