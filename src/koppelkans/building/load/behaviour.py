"""How households heat: schedules with set-back, spread between homes and days, and what a cold week asks of each home."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from koppelkans.building.load.kernel import DAYS, WARM_UP_DAYS, cold_week_loads
from koppelkans.building.water.chance import normal_of, normals, seeds, streams, uniforms
from koppelkans.parameters import Parameters

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HOURS_PER_DAY, DAYS_PER_WEEK = 24, 7
WEEKEND = (5, 6)
STEPS_PER_HOUR = 4

SCHEDULES: dict[str, tuple[tuple[tuple[float, float], ...], tuple[tuple[float, float], ...]]] = {
    "continuous": (((0.0, 24.0),), ((0.0, 24.0),)),
    "night": (((6.0, 22.0),), ((7.0, 23.0),)),
    "night_and_absence": (((6.0, 8.5), (16.0, 22.0)), ((7.0, 23.0),)),
    "evening": (((17.0, 22.0),), ((9.0, 22.0),)),
}
"""Hours at the day temperature on a working day and in the weekend, by heating habit."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What is assumed of the heating of homes; temperatures in C and K, times in hours."""

    schedule_share: Floats
    setpoint_c: float
    setpoint_deviation_k: float
    setback_k: float
    shift_hours: float
    jitter_hours: float
    away_share: float
    time_constant_hours: float
    time_constant_deviation: float
    spare_share: float
    rooms_share: float
    outdoor_swing_k: float
    gain_k: float
    partly_heated_share: float
    recovery_hours: float


def behaviour(parameters: Parameters, day: date) -> Behaviour:
    """Heating behaviour in force on a day, all of it assumed within its range. Method: docs/method.md#heating-behaviour."""

    def of(name: str) -> float:
        return parameters.at(f"building.behaviour.{name}", day)

    shares = np.array([parameters.at("building.behaviour.schedule_share", day, name) for name in SCHEDULES])
    return Behaviour(
        schedule_share=shares / shares.sum(), setpoint_c=of("setpoint_c"), setpoint_deviation_k=of("setpoint_deviation_k"),
        setback_k=of("setback_k"), shift_hours=of("shift_hours"), jitter_hours=of("jitter_hours"), away_share=of("away_share"),
        time_constant_hours=of("time_constant_hours"), time_constant_deviation=of("time_constant_deviation"),
        spare_share=of("spare_share"), rooms_share=of("rooms_share"), outdoor_swing_k=of("outdoor_swing_k"), gain_k=of("gain_k"), partly_heated_share=of("partly_heated_share"), recovery_hours=of("recovery_hours"),
    )  # fmt: skip


def schedule_of(keys: list[str], habits: Behaviour, *, seed: int) -> Ints:
    """Heating habit of each home as a place in SCHEDULES, drawn by (seed, key)."""
    place = np.searchsorted(np.cumsum(habits.schedule_share), uniforms(keys, seed, "schedule"), side="right")
    chosen: Ints = np.minimum(place, len(SCHEDULES) - 1)
    return chosen


def week_setpoints(habits: Behaviour) -> Floats:
    """Set-point of each habit in each hour of a week, Monday first (schedules, 168): hours that are heated in part lie in between."""
    hour = np.arange(HOURS_PER_DAY)
    rows = []
    for working, weekend in SCHEDULES.values():
        days = [_heated_part(hour, weekend if weekday in WEEKEND else working) for weekday in range(DAYS_PER_WEEK)]
        rows.append(np.concatenate(days))
    setpoints: Floats = habits.setpoint_c - habits.setback_k * (1.0 - np.array(rows))
    return setpoints


def _heated_part(hour: NDArray[np.int64], spans: tuple[tuple[float, float], ...]) -> Floats:
    part = np.zeros(len(hour))
    for start, end in spans:
        part += np.clip(np.minimum(hour + 1.0, end) - np.maximum(hour, start), 0.0, 1.0)
    return part


def design_week_kw(homes: int, habits: Behaviour, design_outdoor_c: float, *, seed: int) -> Floats:
    """Space heating of each home in a week at the design outdoor temperature (homes, 168), 1 is its load by the design rule.

    One air and structure temperature per home with time constant tau:
        dT/dt = (T_out + g - T + p (1 + s) D) / tau,   D = set-point of the design rule - design temperature,  0 <= p <= 1
    p follows the set-point of the hour as far as the power (1 + s) D reaches, g gains in degrees. Homes differ in habit,
    set-point, hours and tau; days in hours, in absence, and in the other rooms that are heated or not (a part of the loss; how
    often is drawn per home). Hourly means: cycling inside an hour is taken up by the water.

    Method: docs/method.md#heating-behaviour.
    """
    keys = [f"home{place}" for place in range(homes)]
    setpoint = habits.setpoint_c + habits.setpoint_deviation_k * normals(keys, seed, "setpoint")
    time_constant = habits.time_constant_hours * np.exp(
        habits.time_constant_deviation * normals(keys, seed, "time constant")
    )
    fixed = np.array([
        habits.setback_k, habits.gain_k, habits.outdoor_swing_k, design_outdoor_c, habits.setpoint_c - design_outdoor_c,
        habits.spare_share, STEPS_PER_HOUR,
    ])  # fmt: skip
    return cold_week_loads(
        _days(keys, habits, seed), _span_table()[schedule_of(keys, habits, seed=seed)], setpoint, time_constant,
        habits.shift_hours * normals(keys, seed, "shift"), fixed,
    )  # fmt: skip


def _days(keys: list[str], habits: Behaviour, seed: int) -> Floats:
    """What differs between the days of each home (n, days, 3): away or not, hours later, part of the loss that is heated."""
    count = WARM_UP_DAYS + DAYS
    numbers = streams(seeds(keys, seed, "days"), 4 * count).reshape(len(keys), count, 4)
    away = (numbers[:, :, 0] < habits.away_share).astype(float)
    later = habits.jitter_hours * normal_of(numbers[:, :, 1], numbers[:, :, 2])
    often = uniforms(keys, seed, "rooms")[:, None]
    warm = 1.0 - habits.rooms_share * (numbers[:, :, 3] >= often)
    return np.stack([away, later, warm], axis=2)


def _span_table() -> Floats:
    """Schedules as numbers (schedules, 2 kinds of day, 2 spans, start and end); a span that is not there is empty."""
    table = np.zeros((len(SCHEDULES), 2, 2, 2))
    for place, kinds in enumerate(SCHEDULES.values()):
        for kind, spans in enumerate(kinds):
            for span, (start, end) in enumerate(spans):
                table[place, kind, span] = start, end
    return table
