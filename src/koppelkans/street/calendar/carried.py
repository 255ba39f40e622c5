"""A calendar carried over to a case that has become a little other: what can keep its year keeps it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from koppelkans.street.calendar.account import account, broken
from koppelkans.street.calendar.answer import MET_SHARE, QUEUE_PER_SECTION, Calendar, CalendarLimits, works_calendar
from koppelkans.street.calendar.case import Flags, Ints, WorksCase, check_case
from koppelkans.street.calendar.groups import put_back, take_out
from koppelkans.street.calendar.problem import Problem, problem_of
from koppelkans.street.calendar.relaxed import across
from koppelkans.street.calendar.search import LIFTED, State, nothing_placed, put, spread_heat, ties


def carried_over(case: WorksCase, before: pd.Series) -> Ints | None:
    """The years of a calendar of another case of the same streets, made to fit this one; None where that cannot be done.

    before: year index by key of a work, ``case.years`` for after the horizon. Sections whose works are all known and still allowed keep their years; those with a new work, or
    whose gas would go before heat is there, are put in their best years given the others, at the cost of ``account``. Raises DataError for a case that cannot be kept.
    """
    check_case(case)
    problem = problem_of(case)
    tied = ties(case, problem, across(case, problem))
    name = case.works.name[problem.order]
    year = before.reindex(name).fillna(LIFTED).to_numpy(np.int64)
    allowed = case.allowed()[problem.order]
    unknown = (year < 0) | (year > case.years) | ~allowed[np.arange(len(year)), np.clip(year, 0, case.years)]
    count = len(problem.served)
    whole = np.bincount(problem.section[unknown], minlength=count) == 0
    state = nothing_placed(case, problem)
    for section in np.flatnonzero(whole & (np.diff(problem.first) > 0)).tolist():
        put(problem, state, section, year)
    for section in problem.heat_order[problem.heat_up[problem.heat_order] < 0].tolist():
        spread_heat(problem, tied, state, section)
    for section in np.flatnonzero(_gas_wrong(case, problem, state)).tolist():
        take_out(problem, tied, state, section)
    out = _taken_out(problem, state)
    order = np.concatenate([problem.heat_order, np.flatnonzero(~problem.served)])
    lifted = order[out[order]]
    queue = np.zeros(QUEUE_PER_SECTION * count + len(lifted), dtype=np.int64)
    queue[: len(lifted)] = lifted
    if len(lifted) and put_back(problem, tied, state, queue, len(lifted)) < 0:
        return None
    found = np.empty_like(state.year)
    found[problem.order] = state.year
    return None if broken(case, found) else found


def _gas_wrong(case: WorksCase, problem: Problem, state: State) -> Flags:
    """Sections whose gas goes before its last user can leave, or before what it feeds, as far as works are placed."""
    gas = np.flatnonzero((problem.gas_work >= 0) & (state.year[problem.gas_work] != LIFTED))
    gone, years = state.year[problem.gas_work[gas]], problem.years
    ready = np.where(problem.served[gas], state.live[gas] + problem.lag[gas], case.streets.gas_free[gas])
    wrong = np.zeros(len(problem.served), dtype=bool)
    wrong[gas[(gone < years) & (gone < ready)]] = True
    up = problem.gas_up[gas]
    above = np.where(up >= 0, state.year[problem.gas_work[np.maximum(up, 0)]], LIFTED)
    wrong[up[(above != LIFTED) & (above < gone)]] = True
    return wrong


def _taken_out(problem: Problem, state: State) -> Flags:
    """Sections with works that stand in no year."""
    out = np.zeros(len(problem.served), dtype=bool)
    out[problem.section[state.year == LIFTED]] = True
    return out


def kept_calendar(
    case: WorksCase, found: Calendar, before: pd.Series, *, kept_share: float, limits: CalendarLimits, start: Ints | None = None
) -> Calendar:  # fmt: skip
    """The calendar ``before``, carried over and made better from there, unless ``found`` saves more than ``kept_share`` of the gross cost, or it costs more than ``start``.

    limits: how much is tried; the bound is that of ``found``.

    Near-equal calendars would otherwise throw the price of a trench to and fro when the heat network changes a little. Method: docs/method.md#street-loop.
    """
    carried = carried_over(case, before)
    if carried is None:
        return found
    kept = works_calendar(case, replace(limits, bound_rounds=1, starts=1), start=carried)
    most = found.objective_eur + kept_share * found.account.gross_eur
    if start is not None:
        most = min(most, account(case, start).net_eur)
    if kept.objective_eur > most:
        return found
    return with_years(case, found, kept.year)


def with_years(case: WorksCase, found: Calendar, year: Ints) -> Calendar:
    """The proof of a calendar with other years."""
    judged = account(case, year)
    objective = judged.net_eur
    bound = min(found.bound_eur, objective)
    gap = (objective - bound) / max(abs(objective), 1e-9)
    return replace(
        found, year=year, account=judged, objective_eur=objective, bound_eur=bound, gap_share=gap,
        bound_kind="met" if gap < MET_SHARE else "priced",
    )  # fmt: skip
