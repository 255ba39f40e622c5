"""What money over years comes to: annuity, present value, internal rate of return, and the charge of a cost-based tariff."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LOWEST_RATE, HIGHEST_RATE, RATES_TRIED = -0.9, 2.0, 1_161
HALVINGS = 60


def annuity_share(years: float, rate_share: float) -> float:
    """Yearly payment per euro over a term [1/year]:  CRF(r, n) = r / (1 - (1 + r)^-n), or 1/n at rate 0."""
    if rate_share == 0.0:
        return 1.0 / years
    return float(rate_share / -np.expm1(-years * np.log1p(rate_share)))


def annuity_eur_per_year(capital_eur: float, years: float, rate_share: float) -> float:
    """Level yearly payment that repays a capital with interest over a term [EUR/year]."""
    return capital_eur * annuity_share(years, rate_share)


def discount_factors(years: int, rate_share: float) -> Floats:
    """Present value of one euro in year 0, 1, ..., ``years``:  (1 + r)^-t."""
    factors: Floats = (1.0 + rate_share) ** -np.arange(years + 1, dtype=np.float64)
    return factors


def npv_eur(flows_eur: Floats, rate_share: float) -> float:
    """Present value in year 0 of flows in year 0, 1, 2, ... [EUR]."""
    return float(flows_eur @ discount_factors(len(flows_eur) - 1, rate_share))


def irr_share(flows_eur: Floats) -> float:
    """Internal rate of return of flows in year 0, 1, 2, ...: the rate at which their present value is zero.

    A bracketed root between -90 % and +200 %. Replacements may give several rates: then the one nearest to zero at which the
    present value turns from positive to negative. NaN when there is none, as for a project that only costs.
    Method: docs/method.md#project.
    """
    rates = np.linspace(LOWEST_RATE, HIGHEST_RATE, RATES_TRIED)
    values = flows_eur @ (1.0 + rates) ** -np.arange(len(flows_eur), dtype=np.float64)[:, None]
    falling = np.flatnonzero((values[:-1] > 0) & (values[1:] <= 0))
    if not len(falling):
        return float("nan")
    first = falling[np.abs(rates[falling]).argmin()]
    low, high = float(rates[first]), float(rates[first + 1])
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if npv_eur(flows_eur, middle) > 0 else (low, middle)
    return (low + high) / 2


def cost_based_charge_eur(capital_eur: float, years: int, rate_share: float) -> Floats:
    """Capital part of a cost-based tariff in each year of the accounting life [EUR]: depreciation + rate x book at its start.

    Straight line. The present value at that rate is the capital for every life: a longer life moves the charge, it does not
    lower what is paid in all. Method: docs/method.md#project.
    """
    book_eur = capital_eur * (1.0 - np.arange(years, dtype=np.float64) / years)
    charge: Floats = capital_eur / years + rate_share * book_eur
    return charge
