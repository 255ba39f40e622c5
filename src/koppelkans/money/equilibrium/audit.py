"""What an answer was read from, and what a reader must know about it: late customers, ends of the table, a map that falls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from koppelkans.money.equilibrium.case import ProjectCase
from koppelkans.money.equilibrium.curve import ResponseCurve
from koppelkans.money.equilibrium.fixed_points import Whole, falls_of_the_map
from koppelkans.money.equilibrium.sums import Sums, over_horizon, residual_part
from koppelkans.money.project_returns import discount_factors

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Seen:
    """Table, case, sections that are built, their sums, all together, and the highest price allowed [EUR/MWh]."""

    curve: ResponseCurve
    case: ProjectCase
    built: Flags
    sums: Sums
    project: Whole
    cap: float


@dataclass(frozen=True, slots=True)
class Observed:
    """``falls``: steps of the table at which the required price falls though the price rises. ``unpaid_share``: part of the new customers
    that does not earn back its connection. ``beyond_years``: of the horizon after the table. ``outside``: the prices that
    customers see leave the table.
    """

    falls: int
    unpaid_share: float
    beyond_years: int
    outside: bool


def observed(price_eur_per_mwh: float | None, seen: Seen) -> Observed:
    """What stands beside the answer."""
    case, year = seen.case, seen.curve.year
    beyond = max(0, case.start_year + case.horizon_years - 1 - int(year[-1]))
    if price_eur_per_mwh is None:
        return Observed(falls_of_the_map(seen.project), 0.0, beyond, False)
    heat_cost = case.heat_cost_eur_per_mwh
    path = heat_cost + (price_eur_per_mwh - heat_cost) * seen.sums.course
    prices = seen.curve.price_eur_per_mwh
    return Observed(
        falls=falls_of_the_map(seen.project),
        unpaid_share=unpaid_share(price_eur_per_mwh, seen),
        beyond_years=beyond,
        outside=bool(path.min() < prices[0] or path.max() > prices[-1]),
    )


def unpaid_share(price_eur_per_mwh: float, seen: Seen) -> float:
    """Part of the new customers that costs more than it brings before the horizon ends; they make heat dearer for the others.

        pays its own way:  (c - b) (1 - residual) <= sum over the years left of d [(p - v) q + F]

    q: mean heat of a customer in each year. While all pay their own way more customers never raise the required price.
    """
    case = seen.case
    connected, heat = (part[seen.built].sum(axis=0) for part in seen.curve.at(price_eur_per_mwh))
    new = np.diff(np.maximum.accumulate(connected), prepend=0.0)
    held, sold, joined = (over_horizon(part, seen.curve.year, case) for part in (connected, heat, new))
    joined[max(0, int(seen.curve.year[-1]) - case.start_year + 1) :] = 0.0
    each = np.divide(sold, held, out=np.zeros_like(sold), where=held > 0)
    margin = (price_eur_per_mwh - case.heat_cost_eur_per_mwh) * seen.sums.course * each
    margin += case.fixed_eur_per_year - case.service_eur_per_year
    factors = discount_factors(case.horizon_years, case.rate_share)
    brings = np.cumsum((margin * factors[1:])[::-1])[::-1]
    rows = np.arange(case.horizon_years)
    costs = (case.connection_eur - case.fee_eur) * (factors[:-1] - residual_part(case, rows))
    total = joined.sum()
    return float(joined[costs > brings].sum() / total) if total > 0 else 0.0
