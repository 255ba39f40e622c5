"""What each package does to a building: the heat and peak that remain, the flow temperature it then needs, and its price.

A package is a rung of the building's renovation ladder, with or without new emitters: package = 2 x rung + emitters.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from statistics import NormalDist
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.errors import DataError
from koppelkans.parameters import Parameters

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]
Words = NDArray[np.object_]
Number = TypeVar("Number", np.float64, np.bool_)
LEAST_FLOW_C, MOST_FLOW_C = 25.0, 95.0
"""Water heating is never cooler or hotter than this."""
STEPS = 200
"""Steps in which a distribution is taken."""
AS_IS, EMITTERS = 0, 1
"""Packages of every building that renovate nothing."""
AS_IS_WORD, EMITTERS_WORD = tables.PACKAGES[:2]


@dataclass(frozen=True, slots=True)
class Packages:
    """Per building and package (shape buildings x packages), package = 2 x rung + emitters, as many rungs as the longest ladder.

    ``space_share`` and ``peak_share`` are what remains of space heat and peak; ``need_kwh`` the theoretical need after;
    ``fan_kwh`` electricity that ventilation adds; ``useful`` is false where the package brings nothing, may not be done, or is
    above the last rung: other figures mean nothing there. Per building and rung: ``measures`` and ``depth``.
    """

    space_share: Floats
    peak_share: Floats
    flow_c: Floats
    need_kwh: Floats
    fan_kwh: Floats
    renovation_eur: Floats
    renovation_life_years: Floats
    emitters_eur: Floats
    emitters_life_years: float
    useful: Flags
    measures: Words
    depth: Words

    @property
    def rung(self) -> Ints:
        """Rung of each package."""
        return np.arange(self.useful.shape[1], dtype=np.int64) // 2

    @property
    def emitters(self) -> Flags:
        """Packages with new emitters."""
        return (np.arange(self.useful.shape[1]) % 2).astype(np.bool_)

    def words(self, row: Ints, package: Ints) -> tuple[Words, Words]:
        """Word of ``tables.PACKAGES`` and the measures joined by + of packages of buildings, one a pair (row, package)."""
        rung, emitters = package // 2, package % 2 == 1
        depth, measures = self.depth[row, rung], self.measures[row, rung]
        word = np.where(rung > 0, depth, np.where(emitters, EMITTERS_WORD, AS_IS_WORD))
        joined = [
            "+".join(part for part in (renovated, EMITTERS_WORD if new else "") if part)
            for renovated, new in zip(measures, emitters, strict=True)
        ]
        return word.astype(object), np.array(joined, dtype=object)


def packages(buildings: pd.DataFrame, renovations: pd.DataFrame, *, parameters: Parameters, day: date) -> Packages:
    """What the packages do to each building; one row per heated building, ``renovations`` keeps RENOVATIONS.

    Rungs that the table lacks for a building are not useful there. New emitters bring nothing where the flow is low already.
    Raises DataError for buildings without any rung. Method: docs/method.md#heat-packages.
    """
    place, there = _rungs(buildings.index, renovations)

    def of(column: str) -> Floats:
        return renovations[column].to_numpy(float)[place]

    low_c = parameters.at("heat.emitters.low_flow_c", day)
    flow = flow_c(buildings["period"], of("peak_share"), parameters=parameters, day=day)
    emitters_eur = buildings["floor_area_m2"].to_numpy(float) * parameters.at(
        "heat.emitters.investment_eur_per_m2", day
    )
    return Packages(
        space_share=_twice(of("space_share")), peak_share=_twice(of("peak_share")),
        flow_c=_paired(flow, np.minimum(flow, low_c)), need_kwh=_twice(of("need_kwh")), fan_kwh=_twice(of("electricity_kwh")),
        renovation_eur=_twice(of("investment_eur")), renovation_life_years=_twice(of("life_years")),
        emitters_eur=_paired(np.zeros_like(flow), np.broadcast_to(emitters_eur[:, None], flow.shape)),
        emitters_life_years=parameters.at("heat.emitters.life_years", day),
        useful=_paired(there, there & (flow > low_c)),
        measures=renovations["measures"].to_numpy(object)[place], depth=renovations["depth"].to_numpy(object)[place],
    )  # fmt: skip


def _rungs(buildings: pd.Index, renovations: pd.DataFrame) -> tuple[Ints, Flags]:
    """Row of the table for each building and rung, and whether there is one (where not: a row of the same building)."""
    row, rung = buildings.get_indexer(pd.Index(renovations["building"])), renovations["rung"].to_numpy(np.int64)
    inside = row >= 0
    grid = np.full((len(buildings), int(rung[inside].max(initial=0)) + 1), -1, dtype=np.int64)
    grid[row[inside], rung[inside]] = np.flatnonzero(inside)
    there = grid >= 0
    lacking = buildings[np.flatnonzero(~there.any(axis=1))]
    if len(lacking):
        raise DataError(
            f"table renovations has no row for {len(lacking)} buildings ({tables.first_keys(lacking)}); expected at least one for each"
        )
    return np.where(there, grid, grid.max(axis=1, keepdims=True)), there


def _twice(values: Floats) -> Floats:
    return np.repeat(values, 2, axis=1)


def _paired(without: NDArray[Number], emitters: NDArray[Number]) -> NDArray[Number]:
    return np.stack([without, emitters], axis=2).reshape(len(without), 2 * without.shape[1])


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
