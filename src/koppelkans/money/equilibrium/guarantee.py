"""What a municipality pays that guarantees a number of customers.

Method: docs/method.md#coordination.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from koppelkans.money.equilibrium.audit import Seen
from koppelkans.money.equilibrium.sums import over_horizon
from koppelkans.money.project_returns import discount_factors

Floats = NDArray[np.float64]


def shortfall_eur_per_year(seen: Seen, prices_eur_per_mwh: tuple[float, float, float]) -> Floats:
    """Revenue after heat that is missing in each year of the horizon [EUR/year]:  max(0, n_min - n) [(p - v) q + F].

    prices: at which the guaranteed number would connect, that customers answer to, and at which the margin is guaranteed.
    """
    promised_at, answered_at, margin_at = prices_eur_per_mwh
    case = seen.case
    promised, heat = (
        over_horizon(part[seen.built].sum(axis=0), seen.curve.year, case) for part in seen.curve.at(promised_at)
    )
    there = over_horizon(seen.curve.at(answered_at)[0][seen.built].sum(axis=0), seen.curve.year, case)
    each = np.divide(heat, promised, out=np.zeros_like(heat), where=promised > 0)
    margin = (margin_at - case.heat_cost_eur_per_mwh) * seen.sums.course * each
    margin += case.fixed_eur_per_year - case.service_eur_per_year
    missing: Floats = np.maximum(promised - there, 0.0) * np.maximum(margin, 0.0)
    return missing


def shortfall_eur(seen: Seen, prices_eur_per_mwh: tuple[float, float, float]) -> float:
    """The same over the horizon, of today [EUR]."""
    factors = discount_factors(seen.case.horizon_years, seen.case.rate_share)[1:]
    return float(shortfall_eur_per_year(seen, prices_eur_per_mwh) @ factors)
