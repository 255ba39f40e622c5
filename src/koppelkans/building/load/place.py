"""Heat, hot water and cold of the whole place hour by hour, its load duration and its peak."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.building.hours import Climate, Control, Zones, annual_loads, weighted_load
from koppelkans.building.load.behaviour import SCHEDULES, Behaviour, behaviour, schedule_of, week_setpoints
from koppelkans.building.load.effective import as_used, chosen, loss_factor
from koppelkans.building.water.chance import normals, uniforms
from koppelkans.building.water.draws import draw_kinds
from koppelkans.parameters import Parameters
from koppelkans.tables import RemarkRow

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ANCHOR = "hours-of-place"
HOURS_PER_DAY, HOURS_PER_WEEK = 24, 168
W_PER_KW = 1000.0
SHIFTS = (-2, -1, 0, 1, 2)
"""Hours by which homes of one habit lie earlier or later."""
LEVELS = (-1.0908, 0.0, 1.0908)
"""Mean of the lowest, middle and highest third of a standard normal: the set-point of a home in deviations."""
LEAST_KWH = 1e-6


@dataclass(frozen=True, slots=True)
class PlacePeak:
    """Highest hour of the place [kW] and hours of full load, now and after the plan, space heat and hot water together."""

    peak_kw: float
    full_load_hours: float
    peak_after_kw: float
    full_load_hours_after: float


def hours_of_place(
    heat: pd.DataFrame,
    zones: Zones,
    climate: Climate,
    *,
    cold_kw: Floats,
    parameters: Parameters,
    day: date,
    seed: int = 1,
) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """Heat and cold of all heated buildings together in every hour of the weather year, contract HOURS, and what is assumed.

    heat: index building, one row per zone: ``space_heat_kwh``, ``hot_water_kwh``, ``space_heat_after_kwh``, expected per year.
    cold_kw (h,): as ``cold_of`` gives it.

    Each building follows one heating habit, drawn by (seed, key) with its hours, set-point, and whether it uses less than its
    type by insulation or by heating a part; its losses are scaled to the expected heat (``loss_factor``) and what is then left
    is made up in proportion: the yearly sums are those given. After the plan the losses are scaled to the heat after it, so the
    season is shorter. Hot water is the mean of the draws.

    Valid for the sum of many buildings; the year begins on a Monday, in winter time. Buildings other than homes follow the
    habits of homes. Raises OutOfRangeError as ``annual_loads``. Method: docs/method.md#hours-of-place.
    """
    habits = behaviour(parameters, day)
    keys = [str(key) for key in heat.index]
    now, after = (
        space_heat_w(zones, climate, heat[column].to_numpy(float), keys, habits, seed=seed)
        for column in ("space_heat_kwh", "space_heat_after_kwh")
    )
    hours = len(climate.outdoor_c)
    water = draw_kinds(parameters, day).year_profile(hours=hours, first_weekday=0)
    table = pd.DataFrame(
        {
            "outdoor_c": climate.outdoor_c, "space_heat_kw": now / W_PER_KW, "hot_water_kw": heat["hot_water_kwh"].sum() / hours * water,
            "cold_kw": cold_kw, "space_heat_after_kw": after / W_PER_KW,
        },
        index=pd.Index([f"{hour:04d}" for hour in range(hours)], name="hour", dtype="str"),
    )  # fmt: skip
    return table, _remarks(climate)


def space_heat_w(
    zones: Zones,
    climate: Climate,
    heat_kwh: Floats,
    keys: list[str],
    habits: Behaviour,
    *,
    seed: int,
    weight: Floats | None = None,
) -> Floats:
    """Space heat of all zones together in every hour [W]; its sum over the year is that of ``weight * heat_kwh`` (n,).

    keys (n,): what the habit of each zone is drawn by. weight (n,): how many buildings each zone stands for; without it one.
    """
    load = np.zeros(len(climate.outdoor_c))
    counted = np.ones(len(zones)) if weight is None else weight
    group = habit_groups(keys, habits, seed=seed)
    partly = uniforms(keys, seed, "partly heated") < habits.partly_heated_share
    for number in np.unique(group[heat_kwh > 0]):
        places = np.flatnonzero((group == number) & (heat_kwh > 0))
        control, part = habit_control(number, habits, len(load)), chosen(zones, places)
        factor = loss_factor(part, climate, control, heat_kwh[places], partly[places])
        used = as_used(part, factor, partly[places])
        found = annual_loads(used, climate, control).heating_kwh
        scale = counted[places] * heat_kwh[places] / np.maximum(found, LEAST_KWH)
        load += weighted_load(used, climate, control, scale)
    return load


def habit_groups(keys: list[str], habits: Behaviour, *, seed: int) -> Ints:
    """Heating habit, shift in hours and set-point of each building as one number (see ``habit_control``)."""
    moved = np.rint(habits.shift_hours * normals(keys, seed, "shift"))
    shift = np.clip(moved, SHIFTS[0], SHIFTS[-1]).astype(np.int64) - SHIFTS[0]
    level = (uniforms(keys, seed, "setpoint") * len(LEVELS)).astype(np.int64)
    groups: Ints = (schedule_of(keys, habits, seed=seed) * len(SHIFTS) + shift) * len(LEVELS) + level
    return groups


def habit_control(group: int, habits: Behaviour, hours: int, *, first_weekday: int = 0) -> Control:
    """Set-points of a group through the year, spread over the hours by which days of a home differ; first_weekday 0 is Monday."""
    rest, level = divmod(int(group), len(LEVELS))
    schedule, shift = divmod(rest, len(SHIFTS))
    week = np.roll(week_setpoints(habits)[schedule], SHIFTS[shift] - first_weekday * HOURS_PER_DAY)
    # Days of a home begin earlier or later than usual, and its power lets the temperature rise and fall over some hours: the mean
    # of the shifted weeks is what many homes together do. The recovery lies before the hour in which it must be warm.
    spread = int(np.ceil(habits.jitter_hours))
    steps = [late - early for late in range(-spread, spread + 1) for early in range(round(habits.recovery_hours))]
    together = np.mean([np.roll(week, step) for step in steps], axis=0)
    heat_c = np.tile(together, -(-hours // HOURS_PER_WEEK))[:hours] + LEVELS[level] * habits.setpoint_deviation_k
    return Control(heat_c, np.full(hours, np.inf), np.zeros(hours, dtype=np.int64))


def load_duration(hours: pd.DataFrame) -> pd.DataFrame:
    """Hours of the place from the highest to the lowest: index ``rank`` from 1; columns ``heat_kw``, ``heat_after_kw``, ``cold_kw`` [kW].

    Space heat and hot water together; each column is sorted by itself.
    """
    now, after = _heat(hours)
    columns = {"heat_kw": now, "heat_after_kw": after, "cold_kw": hours["cold_kw"].to_numpy(float)}
    falling = {name: np.sort(values)[::-1] for name, values in columns.items()}
    return pd.DataFrame(falling, index=pd.RangeIndex(1, len(hours) + 1, name="rank"))


def place_peak(hours: pd.DataFrame) -> PlacePeak:
    """Highest hour of the place and its hours of full load, now and after the plan; zero where there is no heat."""
    now, after = _heat(hours)

    def full(load: Floats) -> float:
        return float(load.sum() / load.max()) if load.max(initial=0.0) > 0 else 0.0

    return PlacePeak(float(now.max(initial=0.0)), full(now), float(after.max(initial=0.0)), full(after))


def _heat(hours: pd.DataFrame) -> tuple[Floats, Floats]:
    water = hours["hot_water_kw"].to_numpy(float)
    return hours["space_heat_kw"].to_numpy(float) + water, hours["space_heat_after_kw"].to_numpy(float) + water


def _remarks(climate: Climate) -> list[RemarkRow]:
    return [tables.remark(
        "hours", f"De uren volgen het weer van {climate.title} en aangenomen stookgewoonten ({len(SCHEDULES)} soorten, per gebouw getrokken); de som "
        "over het jaar is het verwachte verbruik. Gebouwen die geen woning zijn, volgen dezelfde gewoonten. De hoogste uren zijn die van dat jaar, "
        "niet van de koudste winter.", f"Hours follow the weather of {climate.title} and assumed heating habits ({len(SCHEDULES)} kinds, drawn per "
        "building); the sum over the year is the expected use. Buildings other than homes follow the same habits. The highest hours are those of "
        "that year, not of the coldest winter.", level="assumption", method=ANCHOR,
    )]  # fmt: skip
