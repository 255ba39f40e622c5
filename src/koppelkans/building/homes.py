"""What dwellings really use: less than the seasonal method says, with a wide spread, and hot water by household."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from koppelkans.building.seasonal import Floats
from koppelkans.parameters import Parameters

NORMAL_P90 = 1.2815515655446004
"""Standard normal deviate that 10 % exceed."""


@dataclass(frozen=True, slots=True)
class Prebound:
    """How expected space heat follows from theoretical need: multiplier a (q / q_0)^b, and the spread around it."""

    multiplier: float
    exponent: float
    reference_kwh_per_m2: float
    sigma: float
    shared_share: float
    season_to_normal: float
    """Degree days of a normal year over those of the standard season, both on the same base."""


def prebound(parameters: Parameters, day: date) -> Prebound:
    """Prebound correction in force on a day. Method: docs/method.md#prebound."""

    def of(name: str) -> float:
        return parameters.at(f"building.{name}", day)

    return Prebound(
        multiplier=of("prebound.multiplier"), exponent=of("prebound.exponent"),
        reference_kwh_per_m2=of("prebound.reference_kwh_per_m2"), sigma=of("residual.sigma"),
        shared_share=of("residual.shared_share"),
        season_to_normal=parameters.at("climate.normal_degree_days", day) / season_degree_days(parameters, day),
    )  # fmt: skip


def season_degree_days(parameters: Parameters, day: date) -> float:
    """Heating degree days of the TABULA season on the base of the climate figures [K day]."""
    days, outdoor = parameters.at("building.tabula.heating_days", day), parameters.at("building.tabula.outdoor_c", day)
    return days * (parameters.at("climate.degree_day_base_c", day) - outdoor)


def expected_space_heat_kwh(need_kwh: Floats, reference_m2: Floats, correction: Prebound) -> Floats:
    """Expected useful space heat of dwellings in a normal year [kWh], from the theoretical need of the standard season.

    Q = a q_0^(-b) q^(1 + b) A HDD_normal / HDD_season,  q = need per m2 of reference area A.
    With b near -0.55 a house with three times the need uses 1.6 times as much.

    Valid for groups of dwellings; one household may use half or double. a is fitted on measured meters given b; b is a prior:
    the meters have no types beside them, so they cannot tell it. Method: docs/method.md#prebound.
    """
    specific = need_kwh / reference_m2 / correction.reference_kwh_per_m2
    scale = correction.multiplier * correction.reference_kwh_per_m2 * correction.season_to_normal
    heat: Floats = scale * specific ** (1.0 + correction.exponent) * reference_m2
    return heat


def renovated_share(need_kwh: Floats, renovated_kwh: Floats, exponent: float) -> Floats:
    """Expected space heat after renovation as share of now: (q' / q)^(1 + b); 1 where nothing is left to save.

    The household warms a better house more, so the saving is smaller than in the theoretical need.
    Method: docs/method.md#renovation.
    """
    left = np.divide(renovated_kwh, need_kwh, out=np.ones_like(need_kwh), where=need_kwh > 0)
    share: Floats = np.minimum(left, 1.0) ** (1.0 + exponent)
    return share


def hot_water_kwh(buildings: pd.DataFrame, parameters: Parameters, day: date) -> pd.Series:
    """Expected useful hot water of dwellings [kWh/year], by dwelling and its floor area.

    W = n w (A / (n A_0))^e  with n dwellings, A floor area, w the mean at floor area A_0. Occupants are not known per building.
    Method: docs/method.md#hot-water.
    """
    each = parameters.at("building.hot_water.kwh_per_dwelling", day)
    typical_m2 = parameters.at("building.hot_water.floor_area_m2", day)
    exponent = parameters.at("building.hot_water.exponent", day)
    dwellings = buildings["dwellings"].clip(lower=1)
    return (dwellings * each * (buildings["floor_area_m2"] / dwellings / typical_m2) ** exponent).rename(
        "hot_water_kwh"
    )


def spread_of_mean(sigma: float, shared_share: float, dwellings: Floats) -> Floats:
    """Standard deviation of the logarithm of the mean use of n dwellings under one roof.

    A share of the relative variance is common to the building, the rest averages out:
    v_n = v (s + (1 - s) / n),  v = exp(sigma^2) - 1.  Method: docs/method.md#spread.
    """
    variance = (np.exp(sigma**2) - 1.0) * (shared_share + (1.0 - shared_share) / np.maximum(dwellings, 1.0))
    spread: Floats = np.sqrt(np.log1p(variance))
    return spread


def band(mean: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """p10 and p90 of a lognormal with this mean and standard deviation of the logarithm."""
    centre = mean * np.exp(-(spread**2) / 2.0)
    return centre * np.exp(-NORMAL_P90 * spread), centre * np.exp(NORMAL_P90 * spread)
