"""Prices on the limits: the least value at given prices is a bound on every selection; the ascent looks for the highest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from koppelkans.building.selection import kernels
from koppelkans.building.selection.instance import Flags, Floats, Ints
from koppelkans.building.selection.stock import Stock
from koppelkans.errors import InfeasibleError

PATIENCE, FIRST_STEP_SHARE = 4, 0.05
MEMORY_SHARE = 0.5
"""How much of the last direction stays in the next: two opposite corrections cancel."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What costs least when every limit only has a price: its ``value`` is a bound.

    ``price``, ``used`` (lines, t). ``row``, ``period`` (n,), ``opened`` (s,): one such selection. ``free``, ``tied``: value of each
    building without its street and with it opened in t; ``extra`` (s, t + 1): what another opening of the street adds to the bound.
    """

    price: Floats
    value: float
    row: Ints
    period: Ints
    opened: Ints
    used: Floats
    free: Floats
    tied: Floats
    extra: Floats
    response: tuple[Ints, Ints]


def answer(stock: Stock, price: Floats) -> Answer:
    """The least value at these prices, and a selection that has it.

    L(price) = sum of the least values of buildings and streets - sum of price x limit; street openings are decided exactly.
    Raises InfeasibleError where the buildings of one street need it opened in different periods.
    """
    paid = stock.effective(price)
    free, free_row, free_period, tied, tied_row = kernels.cheapest(
        stock.start, stock.bound, stock.cost, stock.use, stock.stay, stock.line, paid
    )
    whole = kernels.street_values(stock.member_start, stock.member, stock.opening, free, tied)
    opened = whole.argmin(axis=1) if len(whole) else np.zeros(0, dtype=np.int64)
    least = whole[np.arange(len(whole)), opened]
    if not np.isfinite(least).all():
        faults = [f"street {street}" for street in np.flatnonzero(~np.isfinite(least))[:3]]
        raise InfeasibleError("no single opening of the street serves all buildings that need it", faults)
    never = stock.member_start[1:] == stock.member_start[:-1]
    opened = np.where(never, stock.periods, opened).astype(np.int64)
    row, period = kernels.answers(stock.street, opened, free, free_row, free_period, tied, tied_row)
    used = kernels.use_by_period(stock.use, stock.line, row, period, *stock.limit.shape)
    charged = price > 0
    value = free[stock.street < 0].sum() + least.sum() - (price[charged] * stock.limit[charged]).sum()
    return Answer(
        price=price,
        value=float(value),
        row=row,
        period=period,
        opened=opened,
        used=stock.total(used),
        free=free,
        tied=tied,
        extra=whole - least[:, None],
        response=_response(stock, free, free_row, free_period, (tied, tied_row)),
    )


def _response(
    stock: Stock, free: Floats, free_row: Ints, free_period: Ints, with_street: tuple[Floats, Ints]
) -> tuple[Ints, Ints]:
    """Row and period of every building for every opening of its street (n, t + 1)."""
    tied, tied_row = with_street
    waits = tied < free[:, None]
    row = np.where(waits, tied_row, free_row[:, None])
    period = np.where(waits, np.arange(stock.periods), free_period[:, None])
    return np.column_stack([row, free_row]), np.column_stack([period, free_period])


def ascent(stock: Stock, rounds: int, ceiling: Floats, *, given: Answer | None = None) -> Answer:
    """The best bound found by raising prices where use exceeds a limit and lowering them where it stays below.

    Steps of Polyak towards a target above the best bound so far, along the deflected subgradient used - limit, each limit in its
    own size; the target comes closer when it proves out of reach. Prices stay between 0 and ``ceiling``.
    """
    best = given or answer(stock, np.zeros_like(stock.limit))
    limited: Flags = np.isfinite(stock.limit)
    rate = np.where(limited, stock.weight / stock.scale**2, 0.0)
    size = max(abs(best.value), 1.0)
    reach, failures = FIRST_STEP_SHARE * size, 0
    at, direction = best, np.zeros_like(stock.limit)
    for _ in range(rounds):
        slope = np.where(limited, at.used - np.where(limited, stock.limit, 0.0), 0.0)
        direction = slope + MEMORY_SHARE * direction
        direction = np.where((at.price <= 0) & (direction < 0), 0.0, direction)
        length = float((rate * direction**2).sum())
        if length <= 0:
            break
        step = (best.value + reach - at.value) / length
        at = answer(stock, np.clip(at.price + step * rate * direction, 0.0, ceiling))
        if at.value > best.value:
            reach *= 1.2 if at.value >= best.value + reach / 2 else 1.0
            failures = 0
            best = at
        else:
            failures += 1
        if failures >= PATIENCE:
            reach, failures = reach / 2, 0
            at, direction = best, np.zeros_like(stock.limit)
    return best
