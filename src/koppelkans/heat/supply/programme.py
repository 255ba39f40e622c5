"""The linear programme of the supply: sizes and hours of every plant at least cost, as the solver contract wants it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from koppelkans.heat.costs import annuity_share
from koppelkans.heat.supply.case import SupplyCase
from koppelkans.heat.supply.units import FIELD, KWH_PER_MWH, Unit
from koppelkans.heat.supply.year import HOURS_PER_DAY, TypicalYear
from koppelkans.solve import INFINITE, Limits, LinearModel, solve

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
JOULE_PER_KWH = 3.6e6
W_PER_KW = 1_000.0


@dataclass(frozen=True, slots=True)
class TankFigures:
    """A tank: kWh per m3, loss an hour, hours to fill, limits of its volume, what a m3 costs to build and a year."""

    kwh_per_m3: float
    loss_share: float
    fill_hours: float
    least_m3: float
    most_m3: float
    m3_eur: float
    m3_eur_per_year: float


@dataclass(frozen=True, slots=True)
class FieldFigures:
    """A field of boreholes: power and yearly heat that a metre gives, limits of its length, what a metre costs to build and a year."""

    kw_per_m: float
    kwh_per_m: float
    least_m: float
    most_m: float
    m_eur: float
    m_eur_per_year: float


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Sizes and hours of least cost: ``size_kw`` (plants,), ``heat_kw`` (plants, h), ``content_kwh`` and ``shortage_kw`` (h,).

    ``borehole_m`` and ``regenerated_kwh`` (plants,), zero for plants without a field; ``cost_eur_per_year`` is the proven optimum.
    """

    size_kw: Floats
    heat_kw: Floats
    content_kwh: Floats
    from_tank_kw: Floats
    shortage_kw: Floats
    tank_m3: float
    borehole_m: Floats
    regenerated_kwh: Floats
    cost_eur_per_year: float


@dataclass(slots=True)
class _Rows:
    """Rows of the matrix while it grows: each block of equal shape at once."""

    rows: int = 0
    row: list[Ints] = field(default_factory=list)
    column: list[Ints] = field(default_factory=list)
    value: list[Floats] = field(default_factory=list)
    low: list[Floats] = field(default_factory=list)
    high: list[Floats] = field(default_factory=list)

    def block(self, terms: list[tuple[Ints, Floats]], low: Floats, high: Floats) -> None:
        """``len(low)`` rows: per term one column and coefficient in each row."""
        here = self.rows + np.arange(len(low))
        for column, value in terms:
            self.row.append(here)
            self.column.append(np.broadcast_to(column, here.shape))
            self.value.append(np.broadcast_to(value, here.shape).astype(np.float64))
        self._close(low, high)

    def one(self, columns: Ints, values: Floats, low: float, high: float) -> None:
        """One row."""
        self.row.append(np.full(len(columns), self.rows))
        self.column.append(columns)
        self.value.append(values)
        self._close(np.array([low]), np.array([high]))

    def _close(self, low: Floats, high: Floats) -> None:
        self.low.append(low)
        self.high.append(high)
        self.rows += len(low)

    def matrix(self) -> tuple[NDArray[np.int32], NDArray[np.int32], Floats]:
        """Starts, columns and coefficients by row."""
        row, column, value = (np.concatenate(parts) for parts in (self.row, self.column, self.value))
        kept = value != 0.0
        row, column, value = row[kept], column[kept], value[kept]
        order = np.argsort(row, kind="stable")
        starts = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=self.rows))])
        return starts.astype(np.int32), column[order].astype(np.int32), value[order]


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where each variable stands: sizes, tank volume, metres and regeneration of each field, heat, shortage, content."""

    plants: int
    hours: int
    tank: bool

    def size(self, plant: int) -> Ints:
        return np.array([plant])

    @property
    def volume(self) -> Ints:
        return np.array([self.plants])

    def metres(self, plant: int) -> Ints:
        return np.array([self.plants + 1 + plant])

    def regenerated(self, plant: int) -> Ints:
        return np.array([2 * self.plants + 1 + plant])

    def heat(self, plant: int) -> Ints:
        return 3 * self.plants + 1 + plant * self.hours + np.arange(self.hours)

    @property
    def shortage(self) -> Ints:
        return self.heat(self.plants)

    @property
    def content(self) -> Ints:
        return self.heat(self.plants + 1)

    @property
    def count(self) -> int:
        return 3 * self.plants + 1 + (self.plants + 1 + int(self.tank)) * self.hours


def tank_figures(case: SupplyCase) -> TankFigures | None:
    """The tank of the case; None without one. Usable water between supply and return."""
    if case.tank is None:
        return None
    day = case.economics.day
    density, capacity = (
        case.parameters.at(f"heat_network.water.{name}", day)
        for name in ("density_kg_per_m3", "heat_capacity_j_per_kgk")
    )
    m3_eur = case.at("tank.investment_eur_per_m3")
    yearly = m3_eur * (
        float(annuity_share(case.at("life_years", "tank"), case.economics.society_rate_share))
        + case.at("upkeep_share", "tank")
    )
    given = case.tank.volume_m3
    return TankFigures(
        kwh_per_m3=density * capacity * case.regime.difference_k / JOULE_PER_KWH * case.at("tank.usable_share"),
        loss_share=case.at("tank.loss_share_per_hour"), fill_hours=case.at("tank.fill_hours"),
        least_m3=given or 0.0, most_m3=case.tank.limit_m3 if given is None else given, m3_eur=m3_eur, m3_eur_per_year=yearly,
    )  # fmt: skip


def field_figures(unit: Unit, case: SupplyCase) -> FieldFigures | None:
    """The field of boreholes of a plant; None for other plants."""
    if unit.plant.kind != FIELD:
        return None
    parameters, day = case.parameters, case.economics.day
    m_eur = parameters.at("heat.borehole.investment_eur_per_m", day)
    yearly = m_eur * float(
        annuity_share(parameters.at("heat.borehole.life_years", day), case.economics.society_rate_share)
    )
    given = unit.plant.borehole_m
    return FieldFigures(
        kw_per_m=parameters.at("heat.borehole.extraction_w_per_m", day) / W_PER_KW, kwh_per_m=case.at("borehole.natural_kwh_per_m"),
        least_m=given or 0.0, most_m=INFINITE if given is None else given, m_eur=m_eur, m_eur_per_year=yearly,
    )  # fmt: skip


def least_cost(found: list[Unit], year: TypicalYear, case: SupplyCase, *, limits: Limits | None = None) -> Dispatch:
    """Sizes and hours of least yearly cost, carbon priced; sets, variables and constraints as in docs/method.md#supply.

    Heat that no plant can give is a shortage at ``supply.shortage_eur_per_kwh``, however rare the day, so that a solution always exists. Raises
    InfeasibleError when the solver stops before the optimum.
    """
    layout = _Layout(len(found), year.load_kw.size, case.tank is not None)
    tank, fields = tank_figures(case), [field_figures(unit, case) for unit in found]
    model = _build(found, year, case, layout, tank, fields)
    outcome = solve(model, limits or Limits())
    return _read(outcome.values, outcome.objective, layout, tank)


def _build(
    found: list[Unit], year: TypicalYear, case: SupplyCase, layout: _Layout, tank: TankFigures | None, fields: list[FieldFigures | None]
) -> LinearModel:  # fmt: skip
    cost, low, high = np.zeros(layout.count), np.zeros(layout.count), np.zeros(layout.count)
    rows, weight = _Rows(), year.hour_weight
    for number, unit in enumerate(found):
        heat, size = layout.heat(number), layout.size(number)
        given = unit.plant.kind == "stated" or unit.plant.size_kw is not None
        most = unit.plant.capacity_kw if unit.plant.size_kw is None else unit.plant.size_kw
        low[size], high[size], cost[size] = most if given else 0.0, most, unit.kw_eur_per_year
        runs = unit.available > 0
        high[heat[runs]], cost[heat] = unit.available[runs] * most, weight * unit.rate
        if not given:
            hours = np.flatnonzero(runs)
            rows.block(
                [(heat[hours], np.ones(len(hours))), (size, -unit.available[hours])],
                np.full(len(hours), -INFINITE), np.zeros(len(hours)),
            )  # fmt: skip
        if unit.plant.yearly_mwh is not None:
            rows.one(heat, weight, 0.0, unit.plant.yearly_mwh * KWH_PER_MWH)
        one = fields[number]
        if one is not None:
            high[layout.regenerated(number)] = case.load.cold_mwh * KWH_PER_MWH
            _add_field(number, unit.drawn, one, layout, rows, weight, (cost, low, high))
    high[layout.shortage], cost[layout.shortage] = INFINITE, np.maximum(weight, 1.0) * case.at("shortage_eur_per_kwh")
    balance = [(layout.heat(number), np.ones(1)) for number in range(layout.plants + 1)]
    if tank is not None:
        balance += _add_tank(tank, layout, rows, (cost, low, high))
    load = year.load_kw.ravel()
    rows.block(balance, load, load)
    starts, columns, coefficients = rows.matrix()
    return LinearModel(
        cost, low, high, np.zeros(layout.count, dtype=np.bool_), starts, columns, coefficients, np.concatenate(rows.low), np.concatenate(rows.high)
    )  # fmt: skip


def _add_field(
    number: int, drawn: Floats, one: FieldFigures, layout: _Layout, rows: _Rows, weight: Floats, sides: tuple[Floats, Floats, Floats]
) -> None:  # fmt: skip
    """Power and yearly balance of a field of boreholes; the bound of what goes back is set by who knows the cold."""
    cost, low, high = sides
    metres, back, heat = layout.metres(number), layout.regenerated(number), layout.heat(number)
    low[metres], high[metres], cost[metres] = one.least_m, one.most_m, one.m_eur_per_year
    hours = layout.hours
    rows.block([(heat, drawn), (metres, np.array([-one.kw_per_m]))], np.full(hours, -INFINITE), np.zeros(hours))
    yearly = weight * drawn
    rows.one(np.concatenate([heat, metres, back]), np.concatenate([yearly, [-one.kwh_per_m, -1.0]]), -INFINITE, 0.0)
    rows.one(np.concatenate([heat, back]), np.concatenate([yearly, [-1.0]]), 0.0, INFINITE)


def _add_tank(
    tank: TankFigures, layout: _Layout, rows: _Rows, sides: tuple[Floats, Floats, Floats]
) -> list[tuple[Ints, Floats]]:
    """Bounds of the tank; the terms that it adds to the balance of every hour."""
    cost, low, high = sides
    low[layout.volume], high[layout.volume], cost[layout.volume] = tank.least_m3, tank.most_m3, tank.m3_eur_per_year
    now, later, kept = layout.content, layout.content[_next_hour(layout.hours)], 1.0 - tank.loss_share
    high[now] = INFINITE
    none, open_end = np.zeros(layout.hours), np.full(layout.hours, INFINITE)
    room = np.array([tank.kwh_per_m3])
    rows.block([(now, np.ones(1)), (layout.volume, -room)], -open_end, none)
    flow: list[tuple[Ints, Floats]] = [(later, np.ones(1)), (now, np.array([-kept]))]
    rows.block([*flow, (layout.volume, -room / tank.fill_hours)], -open_end, none)
    rows.block([*flow, (layout.volume, room / tank.fill_hours)], none, open_end)
    return [(later, -np.ones(1)), (now, np.array([kept]))]


def _next_hour(hours: int) -> Ints:
    """Place of the next hour of the same typical day; after the last hour comes the first."""
    at = np.arange(hours)
    following: Ints = np.where(at % HOURS_PER_DAY == HOURS_PER_DAY - 1, at - (HOURS_PER_DAY - 1), at + 1)
    return following


def _read(values: Floats, cost: float, layout: _Layout, tank: TankFigures | None) -> Dispatch:
    plants = range(layout.plants)
    content, flow = np.zeros(layout.hours), np.zeros(layout.hours)
    if tank is not None:
        content = np.maximum(values[layout.content], 0.0)
        flow = (1.0 - tank.loss_share) * content - content[_next_hour(layout.hours)]
    return Dispatch(
        size_kw=values[: layout.plants],
        heat_kw=np.maximum(np.array([values[layout.heat(number)] for number in plants]), 0.0),
        content_kwh=content,
        from_tank_kw=flow,
        shortage_kw=np.maximum(values[layout.shortage], 0.0),
        tank_m3=float(values[layout.plants]) if tank is not None else 0.0,
        borehole_m=values[[int(layout.metres(number)[0]) for number in plants]],
        regenerated_kwh=values[[int(layout.regenerated(number)[0]) for number in plants]],
        cost_eur_per_year=cost,
    )
