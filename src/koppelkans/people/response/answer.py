"""The two doors: the response to one heat price, and the table of connections against many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np

from koppelkans.errors import DataError
from koppelkans.people.response.arrays import CASH_CLASSES, Prepared, prepared
from koppelkans.people.response.behaviour import Behaviour, Floats
from koppelkans.people.response.case import FUELS, C, Integers, K, ResponseCase
from koppelkans.people.response.case_check import check_case
from koppelkans.people.response.counting import Tally, Totals
from koppelkans.people.response.kernel import neighbourhood_years, room
from koppelkans.tables.response import DECIDERS, MOMENTS, PIPELINE_STEPS, STUCK_REASONS

STATES, M, D = K + 1, len(MOMENTS), len(DECIDERS)
PARTS = 16
"""Fixed parts of a region, added up in their order: so the sums do not depend on the number of threads."""
LEVELS = 4
"""Prices that go through the years together."""
Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """Expected numbers at the end of each year; ``calendar`` (T,). Institutions count in ``by_decider``, fees and heat alone."""

    calendar: Integers
    by_section: Floats
    """(S, T, K + 1) dwellings; last: stuck"""
    by_group: Floats
    """(C, T, K + 1)"""
    by_decider: Floats
    """(D, T, K + 1)"""
    moments: Floats
    """(M, T, K + 1) decisions"""
    pipeline: Floats
    """(S, T, 3) signed and waiting, bridged and waiting, dropped out in the year"""
    lost_before_opening: Floats
    """(S,) dwellings with a heat pump or hybrid on the day that heat is live"""
    stuck: Floats
    """(C, T, 2) would leave fossil fuel: no money, no right to decide"""
    connected: Floats
    """(S, T) dwellings on the network"""
    variance: Floats
    """(S, T) of that number, decisions of households independent, of a block one"""
    heat_mwh: Floats
    """(S, T) sold, institutions included"""
    fuel_mwh: Floats
    """(C, T, 2)"""
    electricity_mwh: Floats
    """(C, T)"""
    investment_eur: Floats
    """(C, T) before premiums, leased excluded"""
    premium_eur: Floats
    """(C, T)"""
    loans_eur: Floats
    """(C, T)"""
    fee_eur: Floats
    """(C, T) institutions included"""
    yearly_support_eur: Floats
    """(C, T)"""


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Connections and heat at P heat prices, lowest first."""

    price_eur_per_mwh: Floats
    """(P,)"""
    calendar: Integers
    """(T,)"""
    connected: Floats
    """(P, S, T) dwellings"""
    heat_mwh: Floats
    """(P, S, T)"""
    variance: Floats
    """(P, S, T) of the number connected"""
    by_group: Floats
    """(P, C, T, K + 1)"""


def respond(case: ResponseCase, behaviour: Behaviour, *, stages: bool = False, threads: int = 2) -> Response:
    """What everybody does at the heat price of the case, as expected numbers by year.

    stages: eight stages of a boiler instead of ages in years, for a region. The same for any number of threads.
    Raises DataError that lists every fault of the case. Method: docs/method.md#response.
    """
    check_case(case, behaviour)
    arrays = prepared(case, behaviour, stages=stages)
    prices = case.rules.heat_eur_per_mwh[None, :]
    tally = _empty_tally(1, len(case.sections), case.years, detail=True)

    def part(areas: range) -> Totals:
        totals = _empty_totals(1, case.years, detail=True)
        for area in areas:
            _run(area, 0, prices, arrays, tally, totals)
        return totals

    parts = _in_threads(part, _parts(arrays), threads)
    totals = Totals(*(np.sum([getattr(each, name) for each in parts], axis=0) for name in Totals._fields))
    return Response(
        calendar=case.calendar, by_section=tally.by_section, by_group=totals.by_group[0], by_decider=totals.by_decider,
        moments=totals.moments, pipeline=tally.pipeline, lost_before_opening=tally.lost, stuck=totals.stuck,
        connected=tally.connected[0], variance=tally.variance[0], heat_mwh=tally.heat_mwh[0], fuel_mwh=totals.fuel_mwh,
        electricity_mwh=totals.electricity_mwh, investment_eur=totals.investment_eur, premium_eur=totals.premium_eur,
        loans_eur=totals.loans_eur, fee_eur=totals.fee_eur, yearly_support_eur=totals.yearly_support_eur,
    )  # fmt: skip


def response_curve(
    case: ResponseCase,
    behaviour: Behaviour,
    prices: Sequence[float] | Floats,
    *,
    stages: bool = False,
    threads: int = 2,
) -> Curve:
    """Connections and heat sold at each of several heat prices, level over the years; what does not depend on price is done once.

    Raises DataError for a case that is not in order, and for prices that do not rise.
    """
    check_case(case, behaviour)
    levels = np.asarray(prices, dtype=float)
    if levels.ndim != 1 or not len(levels) or not (np.isfinite(levels).all() and (np.diff(levels) > 0).all()):
        raise DataError(f"heat prices {levels.tolist()}: expected at least one, rising, in EUR/MWh")
    arrays = prepared(case, behaviour, stages=stages)
    paths = np.repeat(levels[:, None], case.years, axis=1)
    tally = _empty_tally(len(levels), len(case.sections), case.years, detail=False)

    def part(task: tuple[int, range]) -> Totals:
        first, areas = task
        chosen = paths[first : first + LEVELS]
        totals = _empty_totals(len(chosen), case.years, detail=False)
        for area in areas:
            _run(area, first, chosen, arrays, tally, totals)
        return totals

    nodes = range(0, len(levels), LEVELS)
    done = _in_threads(part, [(first, areas) for first in nodes for areas in _parts(arrays)], threads)
    per_node = len(done) // len(nodes)
    by_group = [
        np.sum([each.by_group for each in done[place * per_node : (place + 1) * per_node]], axis=0)
        for place in range(len(nodes))
    ]
    return Curve(
        levels, case.calendar, tally.connected, tally.heat_mwh, tally.variance, np.concatenate(by_group, axis=0)
    )


def price_nodes(
    lowest_eur_per_mwh: float, highest_eur_per_mwh: float, parity_eur_per_mwh: float, count: int = 14
) -> Floats:
    """Prices from lowest to highest, closer together round the price at which heat costs as much as gas.

    The nodes are even in  asinh((p - parity) / width),  width a quarter of the range.
    """
    if not lowest_eur_per_mwh < highest_eur_per_mwh:
        raise DataError(f"price nodes from {lowest_eur_per_mwh:g} to {highest_eur_per_mwh:g} EUR/MWh: expected a range")
    width = (highest_eur_per_mwh - lowest_eur_per_mwh) / 4
    ends = np.arcsinh((np.array([lowest_eur_per_mwh, highest_eur_per_mwh]) - parity_eur_per_mwh) / width)
    nodes = parity_eur_per_mwh + width * np.sinh(np.linspace(ends[0], ends[1], count))
    nodes[0], nodes[-1] = lowest_eur_per_mwh, highest_eur_per_mwh
    return nodes


def _run(area: int, first_price: int, prices: Floats, arrays: Prepared, tally: Tally, totals: Totals) -> None:
    count = int(arrays.area_first[area + 1] - arrays.area_first[area])
    largest = int(np.diff(arrays.block_first).max())
    inside = room(count, len(prices), len(arrays.end_share), CASH_CLASSES, largest)
    neighbourhood_years(area, first_price, prices, arrays, inside, tally, totals)


def _in_threads(work: Callable[[Task], Result], tasks: Sequence[Task], threads: int) -> list[Result]:
    if threads <= 1 or len(tasks) == 1:
        return [work(task) for task in tasks]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, tasks))


def _parts(arrays: Prepared) -> list[range]:
    """At most PARTS runs of neighbourhoods with about as many units each."""
    first = arrays.area_first
    areas = len(first) - 1
    cuts = np.searchsorted(first, np.linspace(0, first[-1], min(PARTS, areas) + 1))
    cuts[0], cuts[-1] = 0, areas
    return [range(int(start), int(end)) for start, end in pairwise(cuts) if end > start]


def _empty_tally(levels: int, sections: int, years: int, *, detail: bool) -> Tally:
    close = sections if detail else 0
    return Tally(
        np.zeros((levels, sections, years)), np.zeros((levels, sections, years)), np.zeros((levels, sections, years)),
        np.zeros((close, years, STATES)), np.zeros((close, years, len(PIPELINE_STEPS))), np.zeros(close),
    )  # fmt: skip


def _empty_totals(levels: int, years: int, *, detail: bool) -> Totals:
    def close(count: int, *widths: int) -> Floats:
        return np.zeros((count if detail else 0, years, *widths))

    return Totals(
        np.zeros((levels, C, years, STATES)), close(D, STATES), close(M, STATES), close(C, len(STUCK_REASONS)), close(C, len(FUELS)),
        close(C), close(C), close(C), close(C), close(C), close(C),
    )  # fmt: skip
