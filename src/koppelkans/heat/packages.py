"""What each package does to a building: the heat and peak that remain, the flow temperature it then needs, and its price."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.parameters import Parameters

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
LEAST_FLOW_C, MOST_FLOW_C = 25.0, 95.0
"""Water heating is never cooler or hotter than this."""
STEPS = 200
"""Steps in which a distribution is taken."""
AS_IS, EMITTERS, USUAL, ADVANCED = range(len(tables.PACKAGES))


@dataclass(frozen=True, slots=True)
class Packages:
    """Per building and package (shape buildings x packages), in the order of ``tables.PACKAGES``.

    ``space_share`` and ``peak_share`` are what remains of space heat and peak; ``useful`` is false where the package brings
    nothing or may not be done; ``life_years`` per package.
    """

    space_share: Floats
    peak_share: Floats
    flow_c: Floats
    investment_eur: Floats
    useful: Flags
    life_years: Floats


def packages(buildings: pd.DataFrame, demand: pd.DataFrame, *, parameters: Parameters, day: date) -> Packages:
    """What the four packages do to each building; both tables in the same order, one row per heated building.

    Peak after renovation: peak x share^0.9 of what remains of the space heat. Protected buildings get part of the usual
    renovation only (no insulation on the outside) and never the advanced one. New emitters bring nothing where the flow is
    low already. Method: docs/method.md#heat-packages.
    """
    space = _space_shares(buildings, demand, parameters, day)
    peak = space ** parameters.at("heat.renovation.peak_exponent", day)
    flow = flow_c(buildings["period"], peak, parameters=parameters, day=day)
    low_c = parameters.at("heat.emitters.low_flow_c", day)
    flow[:, EMITTERS] = np.minimum(flow[:, EMITTERS], low_c)
    useful = space < 1.0
    useful[:, AS_IS] = True
    useful[:, EMITTERS] = flow[:, AS_IS] > low_c
    useful[:, ADVANCED] &= ~buildings["protected"].to_numpy(bool)
    lives = [1.0, *(parameters.at(f"heat.{what}.life_years", day) for what in ("emitters", "renovation", "renovation"))]
    return Packages(space, peak, flow, _investment_eur(buildings, parameters, day), useful, np.array(lives))


def flow_c(period: pd.Series, peak_share: Floats, *, parameters: Parameters, day: date) -> Floats:
    """Flow temperature that the present emitters need at design conditions [degree C], shape of ``peak_share``.

    The emitters were designed for flow Tf and return Tr by period, and give s times the peak of today at those. With load
    r = peak share / s:  mean overtemperature m = ((Tf + Tr) / 2 - Troom) r^(1/n),  flow = Troom + m + (Tf - Tr) r / 2.

    Valid for water-borne emitters at constant water flow; s is known as a distribution only, its median is used.
    Method: docs/method.md#heat-flow-temperature; exponent n of EN 442.
    """
    supply = period.map(parameters.table("heat.emitters.design_flow_c", day)).to_numpy(float)[:, None]
    back = period.map(parameters.table("heat.emitters.design_return_c", day)).to_numpy(float)[:, None]
    room_c, exponent = parameters.at("heat.room_c", day), parameters.at("heat.emitters.exponent", day)
    load = peak_share / parameters.at("heat.emitters.oversizing", day)
    mean_k = ((supply + back) / 2.0 - room_c) * load ** (1.0 / exponent)
    needed: Floats = np.clip(room_c + mean_k + (supply - back) * load / 2.0, LEAST_FLOW_C, MOST_FLOW_C)
    return needed


def ready_share(period: pd.Series, limit_c: float, *, parameters: Parameters, day: date) -> float:
    """Share of buildings whose present emitters do with a flow of ``limit_c`` on the coldest day, as they are [0-1].

    Over the lognormal distribution of what the emitters give against the peak of today; which building is which is unknown.
    Method: docs/method.md#heat-flow-temperature.
    """
    chances = np.array([NormalDist().inv_cdf((step + 0.5) / STEPS) for step in range(STEPS)])
    against_median = np.exp(parameters.at("heat.emitters.oversizing_spread", day) * chances)
    load = np.broadcast_to(1.0 / against_median, (len(period), STEPS))
    return float((flow_c(period, load, parameters=parameters, day=day) <= limit_c).mean())


def _space_shares(buildings: pd.DataFrame, demand: pd.DataFrame, parameters: Parameters, day: date) -> Floats:
    part = np.where(buildings["protected"], parameters.at("heat.renovation.protected_share", day), 1.0)
    usual = 1.0 - part * (1.0 - demand["usual_share"].to_numpy(float))
    ones = np.ones(len(buildings))
    left: Floats = np.column_stack([ones, ones, usual, demand["advanced_share"].to_numpy(float)])
    return np.clip(left, 0.0, 1.0)


def _investment_eur(buildings: pd.DataFrame, parameters: Parameters, day: date) -> Floats:
    area_m2 = buildings["floor_area_m2"].to_numpy(float)
    part = np.where(buildings["protected"], parameters.at("heat.renovation.protected_share", day), 1.0)
    types = buildings["type"].where(buildings["type"] != "annex", "non_residential")  # a heated annex is built like one
    usual, advanced = (
        types.map(parameters.table(f"heat.{name}_renovation.investment_eur_per_m2", day)).to_numpy(float)
        for name in ("usual", "advanced")
    )
    emitters = np.full(len(buildings), parameters.at("heat.emitters.investment_eur_per_m2", day))
    per_m2 = np.column_stack([np.zeros(len(buildings)), emitters, usual * part, advanced])
    price: Floats = per_m2 * area_m2[:, None]
    return price
