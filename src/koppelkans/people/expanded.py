"""Single households drawn from weighted cells, and cells with a steeper or flatter use over the incomes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from koppelkans import tables
from koppelkans.errors import OutOfRangeError
from koppelkans.parameters import Parameters
from koppelkans.people.ipf import Array

_USES = ("electricity_kwh", "gas_kwh", "heat_kwh", "oil_kwh")
_MIDDLE, _REACH = 2.5, 1.5
"""Centre of the quartiles 1 to 4, and distance from there to the outermost."""


@dataclass(frozen=True, slots=True)
class Expanded:
    """Drawn households as arrays of equal length; ``cell`` is the position of the row in the cells that they come from."""

    cell: npt.NDArray[np.int32]
    weight: Array
    electricity_kwh: Array
    gas_kwh: Array
    heat_kwh: Array
    oil_kwh: Array
    peak_kw: Array


def expand(cells: pd.DataFrame, count: int, *, seed: int, parameters: Parameters, day: date) -> Expanded:
    """``count`` households drawn from cells (contract CELLS) with spread of use within each cell [kWh/year, kW].

    Every cell gets at least one household, the rest by weight (largest remainders); a household weighs the weight of its cell over
    their number. Use is lognormal round the cell: one draw for electricity, one for gas, oil and network heat, one for the
    peak that goes together with electricity. Draws are scaled within each cell, so weights, uses and peaks keep the totals of
    every cell exactly. The result does not depend on the order of the rows.

    Raises OutOfRangeError when ``count`` is smaller than the number of cells. Method: docs/method.md#population-spread.
    """
    if count < len(cells):
        raise OutOfRangeError(
            f"{count} households cannot stand for {len(cells)} cells; ask for at least {len(cells)}, or use the cells"
        )
    order = np.argsort(cells.index.to_numpy(dtype=str), kind="stable")
    numbers = _numbers(cells["weight"].to_numpy()[order], count)
    starts = np.concatenate([[0], np.cumsum(numbers)[:-1]])
    draws = np.random.default_rng(seed)
    spread = {name: parameters.at(f"population.spread.{name}", day) for name in ("electricity", "heat", "peak")}
    together = parameters.at("population.spread.peak_with_electricity", day)

    def factor(normal: Array, sigma: float) -> Array:
        raised = np.exp(sigma * normal)
        means = np.add.reduceat(raised, starts) / numbers
        raised /= np.repeat(means, numbers)
        return raised

    def of_cell(name: str) -> Array:
        return np.repeat(cells[name].to_numpy(dtype=float)[order], numbers)

    normal = draws.standard_normal(count)
    electricity = of_cell("electricity_kwh") * factor(normal, spread["electricity"])
    normal = together * normal + np.sqrt(1 - together**2) * draws.standard_normal(count)
    peak = of_cell("peak_kw") * factor(normal, spread["peak"])
    heat = factor(draws.standard_normal(count), spread["heat"])
    return Expanded(
        cell=np.repeat(order.astype(np.int32), numbers),
        weight=np.repeat(cells["weight"].to_numpy(dtype=float)[order] / numbers, numbers),
        electricity_kwh=electricity,
        gas_kwh=of_cell("gas_kwh") * heat,
        heat_kwh=of_cell("heat_kwh") * heat,
        oil_kwh=of_cell("oil_kwh") * heat,
        peak_kw=peak,
    )


def _numbers(weight: Array, count: int) -> npt.NDArray[np.int64]:
    """Households per cell: one each, the rest by weight, by largest remainders."""
    quota = weight / weight.sum() * (count - len(weight))
    numbers: npt.NDArray[np.int64] = np.floor(quota).astype(np.int64)
    left = count - len(weight) - int(numbers.sum())
    numbers[np.argsort(numbers - quota, kind="stable")[:left]] += 1
    numbers += 1
    return numbers


def with_gradient(cells: pd.DataFrame, gradient: float) -> pd.DataFrame:
    """The same cells with use tilted over the incomes, totals of each carrier in each grid area kept [kWh/year].

    Use of quartile q times  1 + gradient (q - 2.5) / 1.5,  then scaled: 0.2 makes the richest quarter use 20 % more and the poorest
    20 % less before scaling, -0.2 the reverse. Peaks stay: they are hardly known by income. Sensitivity for the missing joint
    distribution of income and use.

    Raises OutOfRangeError for a gradient of 1 or more in size: the poorest or richest would use nothing.
    Method: docs/method.md#population-gradient.
    """
    if not abs(gradient) < 1:
        raise OutOfRangeError(f"gradient {gradient:g} is outside -1 to 1 (ends excluded): a quartile would use nothing")
    tilt = 1 + gradient * (cells["quartile"] - _MIDDLE) / _REACH
    before = cells[list(_USES)].mul(cells["weight"], axis=0).groupby(cells["area"]).transform("sum")
    tilted = cells[list(_USES)].mul(tilt, axis=0)
    after = tilted.mul(cells["weight"], axis=0).groupby(cells["area"]).transform("sum")
    scaled = tilted * (before / after.where(after > 0, 1.0))
    frame = cells.assign(**{name: scaled[name] for name in _USES})
    frame.attrs = dict(cells.attrs)
    return tables.check(tables.CELLS, frame)
