"""The power that many taps ask together in the busiest hour of the week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans.building.water.chance import seeds, uniforms
from koppelkans.building.water.draws import (
    DAYS_PER_YEAR,
    HOURS_PER_DAY,
    MINUTES_PER_HOUR,
    DrawKinds,
    draw_kinds,
    elapsed,
    kind_rows,
)
from koppelkans.building.water.kernel import add_draws
from koppelkans.building.water.occupants import household_sizes, mean_household
from koppelkans.parameters import Parameters

Floats = NDArray[np.float64]

SLOTS_PER_DAY = 2
"""The hour before the busiest one is drawn too: its draws run on."""
MOST_SAMPLES = 2_000_000


def design_power_kw(numbers: Sequence[int], parameters: Parameters, day: date, *, seed: int) -> pd.Series:
    """Coincident power of instantaneous hot water for n dwellings together [kW]: index ``dwellings``.

    The power that is exceeded in a share of the minutes (``building.draw.exceeded_share``: one in a thousand) of the busiest
    hour of the week in the season of the coldest tap water. Households of drawn size, hot water in proportion to occupants,
    mean as ``building.hot_water.kwh_per_dwelling``. Per dwelling it never rises with n: noise of the draws is levelled.

    Valid for dwellings without a store. Method: docs/method.md#hot-water-coincidence.
    """
    kinds = draw_kinds(parameters, day)
    homes = int(parameters.at("building.draw.design_homes", day))
    days = int(parameters.at("building.draw.design_days", day))
    exceeded = parameters.at("building.draw.exceeded_share", day)
    keys = [f"home{place}" for place in range(homes)]
    rates = kinds.per_day(_daily_kwh(keys, parameters, day, seed) * (1.0 + kinds.season_share))
    busiest = int(np.argmax(kinds.week_profile()))
    shares = np.tile(kinds.week_share[:, [busiest - 1, busiest]], (1, days))
    own = seeds(keys, seed, "design draws")
    each = []
    for number in numbers:
        groups = min(max(homes // number, 1), max(MOST_SAMPLES // (days * MINUTES_PER_HOUR * SLOTS_PER_DAY), 1))
        used = np.arange(min(number * groups, homes))
        power = np.zeros((days * SLOTS_PER_DAY * MINUTES_PER_HOUR, groups))
        add_draws(power, used // number, own[used], rates[used], elapsed(shares), MINUTES_PER_HOUR, kind_rows(kinds))
        busy = power.reshape(days, SLOTS_PER_DAY, MINUTES_PER_HOUR, groups)[:, -1]
        each.append(float(np.quantile(busy, 1.0 - exceeded)) / min(number, homes))
    levelled = np.minimum.accumulate(each)
    return pd.Series(levelled * np.asarray(numbers), index=pd.Index(numbers, name="dwellings"), name="hot_water_kw")


def mean_power_kw(parameters: Parameters, day: date) -> float:
    """Expected hot-water power of one dwelling in the busiest hour of the week [kW]: what coincident power tends to."""
    kinds: DrawKinds = draw_kinds(parameters, day)
    daily = parameters.at("building.hot_water.kwh_per_dwelling", day) / DAYS_PER_YEAR * (1.0 + kinds.season_share)
    return daily / HOURS_PER_DAY * float(kinds.week_profile().max())


def _daily_kwh(keys: list[str], parameters: Parameters, day: date, seed: int) -> Floats:
    """Hot water of drawn households a day, by their number of occupants."""
    sizes = household_sizes(parameters, day)
    place = np.searchsorted(np.cumsum(sizes.to_numpy()), uniforms(keys, seed, "design household"), side="right")
    occupants = sizes.index.to_numpy(float)[np.minimum(place, len(sizes) - 1)]
    each = parameters.at("building.hot_water.kwh_per_dwelling", day) / DAYS_PER_YEAR
    daily: Floats = each * occupants / mean_household(parameters, day)
    return daily
