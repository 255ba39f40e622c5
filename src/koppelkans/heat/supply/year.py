"""The load of a network in typical days: groups of days per month by load, and the day of the design peak."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans.errors import DataError
from koppelkans.heat.supply.case import NetworkLoad, SupplyCase

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
HOURS_PER_DAY, DAYS_PER_WEEK, DAYS_PER_YEAR = 24, 7, 365
FIRST_WEEKEND_DAY = 5
"""The weather year begins on a Monday."""
KWH_PER_MWH = 1_000.0
MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
DESIGN = "design"


@dataclass(frozen=True, slots=True)
class TypicalYear:
    """Typical days, the design day last: ``load_kw`` and ``outdoor_c`` (days, 24), ``weight`` days a year that each stands for.

    ``month`` and ``day_of_year`` (days,): of the days it stands for, their mean. The year holds the energy of the network.
    """

    names: tuple[str, ...]
    load_kw: Floats
    outdoor_c: Floats
    weight: Floats
    month: Ints
    day_of_year: Floats

    @property
    def hour_weight(self) -> Floats:
        """Hours a year that each typical hour stands for, flat (days x 24,)."""
        return np.repeat(self.weight, HOURS_PER_DAY)

    @property
    def heat_kwh(self) -> float:
        """Heat of the year."""
        return float((self.load_kw.sum(axis=1) * self.weight).sum())


def hourly_load_kw(load: NetworkLoad) -> Floats:
    """Heat at the source in every hour of the weather year [kW]: the course of the place scaled to what is delivered, plus losses.

    What lies above the coincident peak at the source moves to the other hours of its day, in proportion to their room: pipes and
    delivery sets are sized for that peak. Raises DataError when the hours are not those of whole days or hold no heat.
    """
    asked = (load.hours["space_heat_after_kw"] + load.hours["hot_water_kw"]).to_numpy(float)
    if len(asked) != DAYS_PER_YEAR * HOURS_PER_DAY or asked.sum() <= 0:
        raise DataError(
            f"table hours holds {len(asked)} rows with {asked.sum():g} kWh of heat; expected {DAYS_PER_YEAR * HOURS_PER_DAY} with heat"
        )
    delivered = asked / asked.sum() * load.heat_mwh * KWH_PER_MWH
    course = delivered + load.loss_mwh * KWH_PER_MWH / len(asked)
    return _below_peak(course.reshape(DAYS_PER_YEAR, HOURS_PER_DAY), load.peak_kw).ravel()


def _below_peak(days: Floats, peak_kw: float) -> Floats:
    """The same days with no hour above the peak, or above the mean of the day where that is higher; energy of each day kept."""
    limit = np.maximum(peak_kw, days.mean(axis=1, keepdims=True))
    below = np.minimum(days, limit)
    room, excess = limit - below, (days - below).sum(axis=1, keepdims=True)
    whole = room.sum(axis=1, keepdims=True)
    moved: Floats = below + np.divide(room * excess, whole, out=np.zeros_like(days), where=whole > 0)
    return moved


def typical_year(case: SupplyCase) -> TypicalYear:
    """Typical days of the load of a network.

    Working days and weekend days of a month are each ranked by load and cut into ``supply.groups_per_month`` groups as even as can be; a
    typical day is the mean of its days, hour by hour. The design day has the course of the day with the highest hour, scaled to the peak at the source (never
    down), at the design temperature; it counts for ``supply.design_days_per_year``, taken from the group of the highest load. The other
    days are scaled so that the energy of the year is that of the network. Method: docs/method.md#supply.
    """
    load = hourly_load_kw(case.load).reshape(DAYS_PER_YEAR, HOURS_PER_DAY)
    outdoor = case.load.hours["outdoor_c"].to_numpy(float).reshape(DAYS_PER_YEAR, HOURS_PER_DAY)
    month = np.repeat(np.arange(1, len(MONTH_DAYS) + 1), MONTH_DAYS)
    per_kind = tuple(int(case.at("groups_per_month", kind)) for kind in ("working", "weekend"))
    per_month = sum(per_kind)
    group = _groups(load.sum(axis=1), month, per_kind)
    size = np.bincount(group).astype(float)
    mean_load, mean_outdoor = (_mean_days(values, group, size) for values in (load, outdoor))
    weight = size.copy()
    hardest = int(np.argmax(mean_load.sum(axis=1)))
    rare = min(case.at("design_days_per_year"), weight[hardest])
    weight[hardest] -= rare
    top = int(np.argmax(load.max(axis=1)))
    design_load = load[top] * max(1.0, case.load.peak_kw / load[top].max())
    design_outdoor = outdoor[top] + min(0.0, case.design_outdoor_c - float(outdoor[top].mean()))
    ordinary = float((mean_load.sum(axis=1) * weight).sum())
    mean_load *= (float(load.sum()) - rare * float(design_load.sum())) / ordinary
    names = [f"{one // per_month + 1:02d}-{one % per_month + 1}" for one in range(len(size))]
    return TypicalYear(
        names=(*names, DESIGN),
        load_kw=np.vstack([mean_load, design_load]),
        outdoor_c=np.vstack([mean_outdoor, design_outdoor]),
        weight=np.append(weight, rare),
        month=np.append(np.arange(len(size)) // per_month + 1, month[top]),
        day_of_year=np.append(np.bincount(group, weights=np.arange(DAYS_PER_YEAR)) / size, float(top)),
    )


def _groups(daily: Floats, month: Ints, per_kind: tuple[int, ...]) -> Ints:
    """Group of each day: its month, working or weekend, and within these its place from the lowest load to the highest."""
    weekend = (np.arange(len(daily)) % DAYS_PER_WEEK >= FIRST_WEEKEND_DAY).astype(np.int64)
    kind = (month - 1) * len(per_kind) + weekend
    size = np.bincount(kind)
    order = np.lexsort((np.arange(len(daily)), daily, kind))
    rank = np.empty(len(daily), dtype=np.int64)
    rank[order] = np.arange(len(daily)) - (np.cumsum(size) - size)[kind[order]]
    wanted, before = np.array(per_kind), np.concatenate([[0], np.cumsum(per_kind)[:-1]])
    groups: Ints = (month - 1) * sum(per_kind) + before[weekend] + rank * wanted[weekend] // size[kind]
    return groups


def _mean_days(values: Floats, group: Ints, size: Floats) -> Floats:
    summed = np.zeros((len(size), values.shape[1]))
    np.add.at(summed, group, values)
    mean: Floats = summed / size[:, None]
    return mean


def typical_hours(year: TypicalYear) -> pd.DataFrame:
    """Typical day, month, hour and weight of every typical hour, in the order of ``load_kw`` laid flat."""
    days = len(year.names)
    return pd.DataFrame({
        "typical_day": np.repeat(np.array(year.names, dtype=object), HOURS_PER_DAY), "month": np.repeat(year.month, HOURS_PER_DAY),
        "hour": np.tile(np.arange(HOURS_PER_DAY), days), "weight": year.hour_weight,
    }).astype({"typical_day": "str"})  # fmt: skip
