"""What is known of every building before any meter of the place: expected gas, shared figures, and how wide they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from koppelkans.building.calibration.linear import Flags, Ints, Rows
from koppelkans.building.gas import GasUse
from koppelkans.building.homes import NORMAL_P90, Prebound, spread_of_mean
from koppelkans.building.seasonal import Floats
from koppelkans.parameters import Parameters

SHARED = ("level", "exponent", "hot_water", "certificate", "gas_share")
"""Figures that all dwellings share, as deviations from the prior: ln a, b, ln of hot water, ln of the pessimism of certificates,
ln of the share of dwellings on gas where no number of connections is given."""
LEVEL, EXPONENT, WATER, CERTIFICATE, GAS_SHARE = range(len(SHARED))


@dataclass(frozen=True, slots=True)
class Stock:
    """Heated buildings as arrays (n,): gas at the meter of a normal year by part, spreads, and how shared figures reach them."""

    index: pd.Index
    home: Flags
    dwellings: Floats
    space_kwh: Floats
    """Gas on space heat, if the building is on gas."""
    water_kwh: Floats
    cooking_kwh: Floats
    space_share: Floats
    """Space heat over heat, useful."""
    street: Ints
    streets: tuple[str, ...]
    space_rows: Rows
    """Coefficients of the shared figures on the logarithm of space heat."""
    water_rows: Rows
    shared_variance: Floats
    """Prior variance of the shared figures, then of each street."""
    own_variance: Floats
    """Prior variance of the building's own deviation."""
    dwelling_variance: Floats
    """The same for a single dwelling of the building."""
    prior_low: Floats
    """p10 over the expected heat before any meter."""
    prior_high: Floats

    @property
    def gas_kwh(self) -> Floats:
        """Expected gas at the meter of a normal year, if the building is on gas."""
        return self.space_kwh + self.water_kwh + self.cooking_kwh


def stock_of(
    heat: pd.DataFrame, buildings: pd.DataFrame, *, gas: GasUse, prebound: Prebound, parameters: Parameters, day: date
) -> Stock:
    """The heated buildings before any meter.

    ln of space heat = ln of the model + da + db ln(q / q_0) + u_street + e,  ln of hot water = ln of the model + dh + u_street + e.
    The own deviation e takes what the shared figures leave of the spread of similar dwellings (``building.residual.sigma``), so
    that the prior band is the one of the uncalibrated model. Buildings that are no dwelling have only e, as wide as their band.
    Method: docs/method.md#calibration.
    """
    home = (buildings["use"] == "residential").to_numpy()
    space, water = heat["space_heat_kwh"].to_numpy(float), heat["hot_water_kwh"].to_numpy(float)
    total = np.maximum(space + water, np.finfo(float).tiny)
    count = buildings["dwellings"].to_numpy(float)
    low, high = heat["heat_low_kwh"].to_numpy(float) / total, heat["heat_high_kwh"].to_numpy(float) / total
    code, names = pd.factorize(buildings["street"], sort=True)
    space_rows, water_rows = _rows(heat, home, code, prebound)
    shared = _shared_variance(max(len(names), 1), parameters, day)
    spread = np.where(home, spread_of_mean(prebound.sigma, prebound.shared_share, count), _band_spread(low, high))
    share = space / total
    both = space_rows.times(share) + water_rows.times(1.0 - share)
    of_shared = _variance_of(both, shared)
    smallest = parameters.at("building.calibration.smallest_sigma", day) ** 2
    return Stock(
        index=buildings.index, home=home, dwellings=np.maximum(count, 1.0), space_kwh=gas.per_space_heat * space,
        water_kwh=gas.per_hot_water * water, cooking_kwh=gas.cooking_kwh * count, space_share=share,
        street=np.maximum(code, 0), streets=tuple(str(name) for name in names), space_rows=space_rows, water_rows=water_rows,
        shared_variance=shared, own_variance=np.maximum(spread**2 - of_shared, smallest),
        dwelling_variance=np.maximum(prebound.sigma**2 - of_shared, smallest), prior_low=low, prior_high=high,
    )  # fmt: skip


def _rows(heat: pd.DataFrame, home: Flags, code: Ints, prebound: Prebound) -> tuple[Rows, Rows]:
    reference = heat["reference_m2"].to_numpy(float)
    need = heat["theoretical_space_heat_kwh"].to_numpy(float)
    known = home & (need > 0) & (reference > 0)
    specific = np.divide(need, reference, out=np.full(len(need), prebound.reference_kwh_per_m2), where=known)
    space, water = np.zeros((len(home), len(SHARED))), np.zeros((len(home), len(SHARED)))
    space[:, LEVEL], water[:, WATER] = home, home
    space[:, EXPONENT] = np.log(specific / prebound.reference_kwh_per_m2) * home
    on_street = (home & (code >= 0)).astype(float)
    return Rows(space, on_street), Rows(water, on_street)


def _shared_variance(streets: int, parameters: Parameters, day: date) -> Floats:
    def variance(name: str) -> float:
        return parameters.at(f"building.calibration.{name}_sigma", day) ** 2

    shared = [
        variance("prior") + variance("multiplier"), variance("exponent"), variance("hot_water"), variance("epc_pessimism"),
        variance("gas_share"),
    ]  # fmt: skip
    return np.concatenate([shared, np.full(streets, variance("street"))])


def _variance_of(rows: Rows, shared_variance: Floats) -> Floats:
    """Prior variance that the shared figures bring to each building; every street has the same."""
    theta, street = shared_variance[: len(SHARED)], shared_variance[-1]
    variance: Floats = rows.theta**2 @ theta + rows.street**2 * street
    return variance


def prior_variances(stock: Stock) -> tuple[Floats, Floats]:
    """Prior variance of the logarithm of space heat and of hot water of each building."""
    space = _variance_of(stock.space_rows, stock.shared_variance) + stock.own_variance
    return space, _variance_of(stock.water_rows, stock.shared_variance) + stock.own_variance


def centres(stock: Stock) -> tuple[Floats, Floats]:
    """Variance whose half is taken off the logarithm, so that the expected factor is 1 before any meter.

    The exponent counts with its mean over the stock: building by building it would bend use against quality, and that bend would
    be read as hot water.
    """
    tilt = stock.space_rows.theta[:, EXPONENT]
    mean = np.sum(tilt**2) / max(float(np.sum(stock.home)), 1.0) * stock.home
    space, water = prior_variances(stock)
    return space + (mean - tilt**2) * stock.shared_variance[EXPONENT], water


def _band_spread(low: Floats, high: Floats) -> Floats:
    """Standard deviation of the logarithm that a band from p10 to p90 means; 0 without a band."""
    safe = (low > 0) & (high > low)
    ratio = np.divide(high, low, out=np.ones_like(low), where=safe)
    spread: Floats = np.log(ratio) / (2.0 * NORMAL_P90)
    return spread
