"""When no selection keeps all limits: which limits fall short, in which period, and by how much at least."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from koppelkans.building.selection.instance import Floats, Instance, SelectionLimits
from koppelkans.building.selection.prices import Answer, answer, ascent
from koppelkans.building.selection.programme import (
    Columns,
    Solved,
    answer_columns,
    joined,
    near_columns,
    solved,
    whole_limits,
)
from koppelkans.building.selection.stock import Stock
from koppelkans.errors import InfeasibleError
from koppelkans.solve import Limits

PROVEN_SHARE = 1e-7
"""A shortage below this part of a limit is rounding."""

SHORTAGE_COLUMNS = 3
"""A selection that only has to keep the limits may look at this many times the columns of one that has to be cheap as well."""

ADVICE = "; raise these limits, move them in time, or offer options that need less of them"


def without_cost(stock: Stock) -> Stock:
    """The same stock where nothing costs anything, but what cannot be done still cannot."""
    return replace(
        stock,
        cost=np.where(np.isfinite(stock.cost), 0.0, np.inf),
        stay=np.where(np.isfinite(stock.stay), 0.0, np.inf),
        opening=np.where(np.isfinite(stock.opening), 0.0, np.inf),
    )


def least_shortage(stock: Stock, limits: SelectionLimits) -> tuple[float, Solved]:
    """Proven least sum of shortages as shares of their limits, and the answer of the programme that comes near it.

        min sum over limits and periods of missing / scale,   use <= limit + missing

    The bound is the least value when one unit of a limit costs at most 1 / scale: above zero, no selection keeps all limits.
    """
    free = without_cost(stock)
    ceiling = np.where(np.isfinite(stock.limit), 1.0 / stock.scale, 0.0)
    best = ascent(free, limits.ascent_rounds, ceiling)
    parts: list[Columns] = []
    for _ in range(limits.programme_rounds):
        columns = joined(free, [near_columns(free, best, limits.programme_columns), *parts])
        found = solved(free, columns, (np.zeros_like(ceiling), ceiling), Limits(seed=limits.seed), whole=False)
        at = answer(free, np.minimum(found.price, ceiling))
        parts.append(answer_columns(free, at.row, at.period, at.opened))
        parts.append(answer_columns(free, found.row, found.period, found.opened))
        if at.value > best.value:
            best = at
        if found.value - best.value <= PROVEN_SHARE:
            break
    return best.value, found


def least_whole_shortage(stock: Stock, at: Answer, limits: SelectionLimits) -> tuple[Solved, float]:
    """The same with whole buildings only, over the columns of least reduced cost, and a bound: 0 unless these are all there are."""
    free = without_cost(stock)
    ceiling = np.where(np.isfinite(stock.limit), 1.0 / stock.scale, 0.0)
    columns = near_columns(stock, at, SHORTAGE_COLUMNS * limits.polish_columns)
    found = solved(free, columns, (np.zeros_like(ceiling), ceiling), whole_limits(limits), whole=True)
    every = len(columns.building) == int(np.isfinite(free.cost).sum() + np.isfinite(free.stay).sum())
    return found, found.bound if every else 0.0


def refuse(instance: Instance, stock: Stock, missing: Floats, *, proven: bool) -> InfeasibleError:
    """The error that names every limit and period that falls short."""
    faults = [
        _fault(instance, int(line), int(period), float(missing[line, period]))
        for line, period in np.argwhere(missing > PROVEN_SHARE * stock.scale)
    ]
    message = (
        "no choice of works keeps all limits; the smallest relaxation, each limit counted as a share of its size, is"
        if proven
        else "no choice of works that keeps all limits was found; the nearest one misses"
    )
    return InfeasibleError(message, [*faults[:-1], *[fault + ADVICE for fault in faults[-1:]]])


def _fault(instance: Instance, line: int, period: int, amount: float) -> str:
    limits = instance.limits
    named = [
        ("budget", limits.budget, "EUR"),
        *[
            (f"trade {name}", row, instance.trade_unit)
            for name, row in zip(instance.trades, limits.trades, strict=True)
        ],
        ("emissions", limits.emissions, "tonnes a year"),
        *[(f"feeder {name}", row, "kW") for name, row in zip(instance.feeders, limits.feeders, strict=True)],
    ]
    what, row, unit = named[line]
    return f"{what} in {instance.periods[period]}: {amount:,.4g} {unit} above the limit of {row[period]:,.6g}"
