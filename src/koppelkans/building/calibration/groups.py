"""Totals of groups: which buildings are inside, how many of them burn gas, and what the model expects of the meter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from koppelkans.building.calibration.linear import Flags, Ints, Scheme, Totals, by_street, pair_sums, summed
from koppelkans.building.calibration.prior import EXPONENT, GAS_SHARE, LEVEL, SHARED, WATER, Stock
from koppelkans.building.calibration.readings import State
from koppelkans.building.seasonal import Floats
from koppelkans.parameters import Parameters

UNUSED_VARIANCE = 1e6
"""Noise of a total that does not count: it moves nothing, and still gets its model figures."""


@dataclass(frozen=True, slots=True)
class Noise:
    """How wrong a total can be: of a year per household, of any total, and of parts that lie outside the place."""

    year: float
    total: float
    outside: float


def noise_of(parameters: Parameters, day: date) -> Noise:
    """The noise of totals in force on a day."""
    return Noise(
        parameters.at("building.residual.metered_sigma", day), parameters.at("building.calibration.total_sigma", day),
        parameters.at("building.calibration.within_municipality_sigma", day),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Groups:
    """Metered totals (T) and their members: ``of`` (n, m) holds the totals a building is in, T where none.

    ``times`` (n, m): how often the gas of a building counts: 1 with a meter of its own, else the share of dwellings on gas; above 1
    where the total has more meters than the place has dwellings, so that homes outside the place are in it too.
    ``chance`` (n, m): whether it is open if the building is on gas.
    """

    table: pd.DataFrame
    of: Ints
    times: Floats
    chance: Floats
    counted: Flags
    used: Flags

    def __len__(self) -> int:
        return len(self.table)

    def column(self, values: Floats, nothing: float = 0.0) -> Floats:
        """A figure per total, handed to its members (n, m)."""
        return np.append(values, nothing)[self.of]

    @property
    def dwellings_times(self) -> Floats:
        """Meters per dwelling that has none of its own, largest over the members of each total (T,)."""
        return _largest(self.of, self.times, len(self))

    def gas_kwh(self, stock: Stock, state: State | None, *, normal: bool = False) -> tuple[Floats, Floats, Floats]:
        """Gas of each building in each of its totals, by space heat, hot water and cooking (n, m), counted by ``times``."""
        weather = np.ones(len(self)) if normal else self.table["weather"].to_numpy(float)
        space, water = stock.space_kwh, stock.water_kwh
        times = self.times
        if state is not None:
            space, water = space * state.space_factor, water * state.water_factor
            uncounted = self.column((~self.counted).astype(float)) * self.chance
            times = times * np.where(uncounted > 0, state.gas_factor, 1.0)
        return (
            times * self.column(weather) * space[:, None],
            times * water[:, None] + np.zeros_like(times),
            times * stock.cooking_kwh[:, None],
        )

    def expected_kwh(self, stock: Stock, state: State | None, *, normal: bool = False) -> Floats:
        """Expected total (T,), in the weather of its year or of a normal one."""
        space, water, cooking = self.gas_kwh(stock, state, normal=normal)
        return summed(self.of, space + water + cooking, len(self))

    def totals(self, stock: Stock, state: State, scheme: Scheme, noise: Noise) -> Totals:
        """The totals as linear figures around the state.

        ln y = ln F - P / 2 + sum of w (deviation - here) + noise,  F the expected total, w the part of each building in it and P the
        posterior variance of ln F: the expectation of the logarithm lies below the logarithm of the expectation.
        """
        space, water, cooking = self.gas_kwh(stock, state)
        gas = space + water + cooking
        count = len(self)
        expected = summed(self.of, gas, count)
        expected = np.where(expected > 0, expected, 1.0)
        share = 1.0 / self.column(expected, np.inf)
        here = np.minimum(1.0, 1.0 / np.maximum(self.times, 1.0))
        of_space, of_water = space * share, water * share
        weight = (of_space + of_water) * here
        theta = np.zeros((count, len(SHARED)))
        tilt = stock.space_rows.theta
        theta[:, LEVEL] = summed(self.of, of_space * tilt[:, [LEVEL]], count)
        theta[:, EXPONENT] = summed(self.of, of_space * tilt[:, [EXPONENT]], count)
        theta[:, WATER] = summed(self.of, of_water * stock.water_rows.theta[:, [WATER]], count)
        theta[:, GAS_SHARE] = summed(self.of, gas * share * self.chance, count) * ~self.counted
        streets = by_street(self.of, weight * stock.space_rows.street[:, None], count, scheme)
        shared = np.hstack([theta, streets])
        at_state = shared @ state.shared + summed(self.of, weight * state.own[:, None], count)
        value = np.log(self.table["gas_kwh"].to_numpy(float) / expected) + state.total_variance / 2.0 + at_state
        spread = self._noise(stock, gas, share, noise)
        return Totals(self.of, weight, shared, np.where(self.used, value, 0.0), spread)

    def _noise(self, stock: Stock, gas: Floats, share: Floats, noise: Noise) -> Floats:
        """Covariance of the logarithms of totals through what is not a deviation of a building (T, T).

        Who is on gas (binomial; a known number of meters leaves only who they are), the year of each household, homes outside
        the place, and an error of every total. The same buildings in two totals bring the same error to both.
        """
        count, dwellings = len(self), stock.dwellings[:, None]
        each = np.where(self.times > 0, gas / np.maximum(self.times, np.finfo(float).tiny), 0.0) / dwellings
        spread = np.expm1(stock.dwelling_variance)[:, None]
        mean = summed(self.of, each * dwellings * self.chance, count) / np.maximum(
            summed(self.of, dwellings * self.chance, count), np.finfo(float).tiny
        )
        distance = np.where(self.column(self.counted.astype(float)) > 0, each - self.column(mean), each)
        on_gas = np.minimum(self.times, 1.0) * (1.0 - np.minimum(self.times, 1.0)) * self.chance * dwellings
        who = np.sqrt(on_gas * (distance**2 + each**2 * spread)) * share
        year = noise.year * np.sqrt(self.times * dwellings) * each * share
        covariance = pair_sums(self.of, who, who, count)
        years, names = self.table["year"].to_numpy(), pd.factorize(self.table["level"] + self.table["name"])[0]
        covariance = covariance + pair_sums(self.of, year, year, count) * (years[:, None] == years[None, :])
        beyond = np.maximum(self.times - 1.0, 0.0)
        others = summed(self.of, beyond * dwellings * each**2 * spread * share**2, count)
        part = summed(self.of, beyond * each * dwellings * share, count)
        outside = np.sqrt(others + (part * noise.outside) ** 2)
        covariance = covariance + np.outer(outside, outside) * (names[:, None] == names[None, :])
        full: Floats = covariance + np.diag(np.where(self.used, noise.total**2, UNUSED_VARIANCE))
        return full


def groups_of(table: pd.DataFrame, stock: Stock, metered: Flags, gas_share: float) -> Groups:
    """The totals with their members: dwellings of the street, or all dwellings of the place for a sector or municipality.

    table: columns of ``Observations.totals``. metered: buildings with a meter of their own, which are surely on gas. With n
    connections on D dwellings, of which D_m in metered buildings, the others count (n - D_m) / (D - D_m) times; without a number
    ``gas_share``.
    """
    count = len(table)
    if not count:
        none = np.zeros((len(stock.index), 1))
        return Groups(table, none.astype(np.intp), none, none, np.zeros(0, dtype=bool), np.zeros(0, dtype=bool))
    layers = table.groupby(["level", "year"], sort=True).indices
    columns = [_members(table.iloc[rows], np.asarray(rows), stock, count) for rows in layers.values()]
    of = np.column_stack(columns)
    inside = of < count
    dwellings = summed(of, inside * stock.dwellings[:, None], count)
    sure = summed(of, inside * (stock.dwellings * metered)[:, None], count)
    connections = table["connections"].to_numpy(float)
    counted = connections > 0
    split = (dwellings > sure) & (connections > sure)
    rest = np.where(split, connections - sure, connections) / np.maximum(
        np.where(split, dwellings - sure, dwellings), 1.0
    )
    rest = np.where(counted, rest, gas_share)
    apart = np.append(np.where(counted, split, True), False)[of] & metered[:, None]
    times = np.where(apart, 1.0, np.append(rest, 0.0)[of]) * inside
    return Groups(table, of, times, (inside & ~apart).astype(float), counted, (dwellings > 0) & np.isfinite(rest))


def _members(rows: pd.DataFrame, places: Ints, stock: Stock, count: int) -> Ints:
    """The total of each building among the totals of one level and year; ``count`` where it is in none."""
    if rows["level"].iloc[0] != "street":
        return np.where(stock.home, places[0], count)
    by_name = dict(zip(rows["name"], places, strict=True))
    of_street = np.array([by_name.get(name, count) for name in stock.streets] or [count])
    on_street = stock.home & (stock.space_rows.street > 0)
    return np.where(on_street, of_street[stock.street], count)


def _largest(of: Ints, values: Floats, count: int) -> Floats:
    """Largest value among the members of each total (T,)."""
    largest = np.zeros(count + 1)
    np.maximum.at(largest, of.ravel(), values.ravel())
    return largest[:count]
