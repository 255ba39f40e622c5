"""Prices raised and lowered until the floor under all calendars is high: a subgradient method whose steps adapt to each price."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from koppelkans.street.calendar.case import Floats, Ints, WorksCase
from koppelkans.street.calendar.problem import Problem
from koppelkans.street.calendar.relaxed import Prices, Relaxed, highest, no_prices, relaxed

SHORT_STEP, LONG_STEP, REACH, SHRINKS = 0.1, 0.3, 30.0, 6
"""First step as share of the scale of a price: REACH / rounds within these; then step / (1 + SHRINKS k / rounds)."""
RECENT, LONG = 0.9, 0.999
"""Weights of the past in the direction and in the size of the slopes (adaptive moments, Kingma and Ba 2015)."""
SCALE_SHARE = 0.3
"""Prices without a highest value move in this share of what the work costs alone."""


def ascent(
    case: WorksCase, problem: Problem, pairs: Ints, rounds: int, start: Prices | None = None
) -> Iterator[tuple[Prices, Relaxed]]:
    """The prices of each round with what is best at them; every floor among them is proven."""
    top = highest(case, problem, pairs)
    high, zero = _flat(top), no_prices(case, pairs)
    scale, low = _scale(case, problem, pairs, top), np.where(_flat(_freely_signed(top, zero)) > 0, -np.inf, 0.0)
    price = _flat(start if start is not None else zero)
    recent, long = np.zeros_like(price), np.zeros_like(price)
    first = min(max(REACH / max(rounds, 1), SHORT_STEP), LONG_STEP)
    for step in range(rounds):
        prices = _shaped(price, zero)
        found = relaxed(case, problem, pairs, prices)
        yield prices, found
        slope = np.where(high > 0, _flat(found.slope), 0.0) * scale
        recent = RECENT * recent + (1.0 - RECENT) * slope
        long = LONG * long + (1.0 - LONG) * slope**2
        size = np.sqrt(long / (1.0 - LONG ** (step + 1))) + 1e-9
        length = first / (1.0 + SHRINKS * step / rounds) / (1.0 - RECENT ** (step + 1))
        price = np.clip(price + length * scale * recent / size, low, high)


def _scale(case: WorksCase, problem: Problem, pairs: Ints, top: Prices) -> Floats:
    """How far each price reaches."""
    gas = (
        np.where(problem.gas_work >= 0, problem.budgeted_eur[np.maximum(problem.gas_work, 0)], 0.0)
        if len(problem.kind)
        else np.zeros(len(problem.served))
    )
    gas_scale = np.where(top.gas > 0, SCALE_SHARE * gas[:, None], 0.0)
    order_scale = np.tile(SCALE_SHARE * problem.budgeted_eur[pairs[:, 1]][:, None], (1, case.years))
    return _flat(Prices(top.budget, top.pool, top.crew, top.apart, gas_scale, order_scale))


def _freely_signed(top: Prices, zero: Prices) -> Prices:
    return Prices(zero.budget, zero.pool, zero.crew, zero.apart, top.gas, zero.order)


def _flat(prices: Prices) -> Floats:
    return np.concatenate([part.ravel() for part in prices.parts()])


def _shaped(flat: Floats, like: Prices) -> Prices:
    ends = np.cumsum([part.size for part in like.parts()])
    pieces = np.split(flat, ends[:-1])
    return Prices(*(piece.reshape(part.shape) for piece, part in zip(pieces, like.parts(), strict=True)))
