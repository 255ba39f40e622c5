"""Draws of hot water: kinds of draw, how often a dwelling makes them, and their power minute by minute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans.building.water.chance import seeds
from koppelkans.building.water.kernel import add_draws
from koppelkans.errors import OutOfRangeError
from koppelkans.parameters import Parameters, reference_table

Floats = NDArray[np.float64]

KINDS = ("small", "medium", "shower", "bath")
HOURS_PER_DAY, MINUTES_PER_HOUR, DAYS_PER_WEEK, DAYS_PER_YEAR = 24, 60, 7, 365
WORKING_DAYS = 5
LITRES_PER_M3 = 1000.0


@dataclass(frozen=True, slots=True)
class DrawKinds:
    """What the kinds of draw have in common in every dwelling; arrays in the order of KINDS.

    ``week_share`` (k, 168): draws of a kind that begin in each hour of a week (Monday first), mean over the week 1/24.
    """

    mean_kw: Floats
    spread: Floats
    minutes: Floats
    largest_kw: Floats
    portion_share: Floats
    week_share: Floats
    season_share: float
    coldest_day: float

    @property
    def draw_kwh(self) -> Floats:
        """Expected heat of one draw of each kind, the largest flow taken into account."""
        # mean of a lognormal cut off at the largest power: E min(X, c) = m F(d1) + c (1 - F(d2))
        normal = NormalDist()
        limit = np.log(self.largest_kw / self.mean_kw)
        below = np.array([normal.cdf(x) for x in limit / self.spread - self.spread / 2.0])
        above = np.array([1.0 - normal.cdf(x) for x in limit / self.spread + self.spread / 2.0])
        mean: Floats = self.mean_kw * below + self.largest_kw * above
        heat: Floats = mean * self.minutes / MINUTES_PER_HOUR
        return heat

    def per_day(self, kwh_per_day: Floats) -> Floats:
        """Draws of each kind a day (n, k) that make the given heat a day (n,)."""
        rates: Floats = np.asarray(kwh_per_day, dtype=float)[:, None] * self.portion_share / self.draw_kwh
        return rates

    def week_profile(self) -> Floats:
        """Expected hot water of each hour of a week over its mean (168,), Monday first."""
        profile: Floats = self.portion_share @ self.week_share * HOURS_PER_DAY
        return profile

    def season(self, day_of_year: Floats) -> Floats:
        """Hot water on a day of the year (0 is 1 January) over its mean: 1 + s cos(2 pi (d - d_0) / 365)."""
        turn = 2.0 * np.pi * (np.asarray(day_of_year) - self.coldest_day) / DAYS_PER_YEAR
        level: Floats = 1.0 + self.season_share * np.cos(turn)
        return level

    def year_profile(self, *, hours: int, first_weekday: int) -> Floats:
        """Expected hot water of each hour of a year over its mean (hours,); first_weekday 0 is Monday."""
        hour = np.arange(hours)
        week = self.week_profile()[(hour + first_weekday * HOURS_PER_DAY) % (DAYS_PER_WEEK * HOURS_PER_DAY)]
        profile: Floats = week * self.season((hour // HOURS_PER_DAY).astype(float))
        mean = float(profile.mean())
        return profile / mean


def draw_kinds(parameters: Parameters, day: date) -> DrawKinds:
    """Kinds of draw in force on a day: power from flow and temperatures, shares of the day. Method: docs/method.md#draws."""

    def each(name: str) -> Floats:
        return np.array([parameters.at(f"building.draw.{name}", day, kind) for kind in KINDS])

    def one(name: str) -> float:
        return parameters.at(f"building.draw.{name}", day)

    kw_per_flow = one("heat_kwh_per_m3k") * (one("hot_c") - one("cold_c")) * MINUTES_PER_HOUR / LITRES_PER_M3
    flow, deviation = each("flow_l_per_min"), each("flow_deviation_l_per_min")
    by_hour = reference_table("hot_water_hours").sort_values("hour")[list(KINDS)].to_numpy(float).T
    weekend = one("weekend_factor")
    weight = np.where(np.arange(DAYS_PER_WEEK) < WORKING_DAYS, 1.0, weekend)
    weight = weight / weight.mean()
    portion = each("portion_share")
    return DrawKinds(
        mean_kw=flow * kw_per_flow, spread=np.sqrt(np.log1p((deviation / flow) ** 2)), minutes=each("minutes"),
        largest_kw=np.full(len(KINDS), one("largest_flow_l_per_min") * kw_per_flow), portion_share=portion / portion.sum(),
        week_share=np.concatenate([by_hour * day_weight for day_weight in weight], axis=1) / by_hour.sum(axis=1, keepdims=True),
        season_share=one("season_share"), coldest_day=one("coldest_day"),
    )  # fmt: skip


def hot_water_draws(
    kwh_per_year: pd.Series, kinds: DrawKinds, *, seed: int, days: int = DAYS_PER_WEEK, day_of_year: int | None = None
) -> pd.DataFrame:
    """Hot-water power of each dwelling minute by minute [kW]: rows minutes from Monday 0:00, columns the keys given.

    kwh_per_year: expected useful hot water per dwelling, index key; columns follow from (seed, key) alone. Days are those around
    ``day_of_year`` (0 is 1 January), without it those of the coldest tap water. Draws of a kind are a Poisson process with the
    shares of the day; power is lognormal, duration fixed. Over many days the mean is the expected value.

    Valid for taps without a store in between. Raises OutOfRangeError for fewer than one day.
    Method: docs/method.md#draws. Source: Jordan and Vajen (2001).
    """
    if days < 1:
        raise OutOfRangeError(f"draws of {days} days were asked; expected one day or more")
    season = float(kinds.season(np.array(kinds.coldest_day if day_of_year is None else day_of_year)))
    weeks = np.tile(kinds.week_share, (1, -(-days // DAYS_PER_WEEK)))[:, : days * HOURS_PER_DAY]
    power = np.zeros((days * HOURS_PER_DAY * MINUTES_PER_HOUR, len(kwh_per_year)))
    rates = kinds.per_day(kwh_per_year.to_numpy(float) / DAYS_PER_YEAR * season)
    names = [str(name) for name in kwh_per_year.index]
    add_draws(
        power,
        np.arange(len(names)),
        seeds(names, seed, "draws"),
        rates,
        elapsed(weeks),
        MINUTES_PER_HOUR,
        kind_rows(kinds),
    )
    return pd.DataFrame(power, columns=kwh_per_year.index, index=pd.RangeIndex(len(power), name="minute"))


def elapsed(shares: Floats) -> Floats:
    """Time of each kind gone by at the border of every slot (k, slots + 1), in days of that kind."""
    return np.concatenate([np.zeros((shares.shape[0], 1)), np.cumsum(shares, axis=1)], axis=1)


def kind_rows(kinds: DrawKinds) -> Floats:
    """Kinds as the kernel takes them (k, 4)."""
    return np.stack([kinds.mean_kw, kinds.spread, kinds.minutes, kinds.largest_kw], axis=1)
