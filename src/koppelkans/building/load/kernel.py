"""The compiled part: temperature and heating of every home through a cold week."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Kernel = TypeVar("Kernel", bound=Callable[..., Any])

DAYS, WARM_UP_DAYS, HOURS, WORKING_DAYS = 7, 3, 24, 5
COLDEST_HOUR = 5.0


def compiled(function: Kernel) -> Kernel:
    """The function as machine code, kept on disk; it stands alone in its file, so the cache is never older than it is."""
    return cast(Kernel, njit(cache=True)(function))


@compiled
def cold_week_loads(
    days: Floats, spans: Floats, setpoint_c: Floats, time_constant_hours: Floats, shift_hours: Floats, fixed: Floats
) -> Floats:
    """Hourly heating of each home (n, 168) as part of its load by the design rule.

    days (n, warm-up and week, 3): set-back the whole day (1 or 0), hours later than usual, part of the loss that is heated. spans
    (n, 2, 2, 2): hours at the day temperature on working days and in the weekend; fixed: set-back, gains, outdoor swing, outdoor
    mean, temperature difference of the design rule, spare power, steps per hour.
    """
    setback, gain, swing, outdoor, design, spare, per_hour = fixed
    steps = int(per_hour)
    loads = np.zeros((len(days), DAYS * HOURS))
    capacity = (1.0 + spare) * design
    for home in range(len(days)):
        indoor = setpoint_c[home]
        keep = math.exp(-1.0 / (steps * time_constant_hours[home]))
        for day in range(-WARM_UP_DAYS, DAYS):
            weekend = 1 if day % DAYS >= WORKING_DAYS else 0
            absent, later, warm = days[home, day + WARM_UP_DAYS]
            moved = shift_hours[home] + later
            for step in range(HOURS * steps):
                hour = step / steps
                wanted = setpoint_c[home] - setback
                if absent == 0.0:
                    for span in range(spans.shape[2]):
                        start, end = spans[home, weekend, span]
                        if end - start >= HOURS or start + moved <= hour < end + moved:
                            wanted = setpoint_c[home]
                outside = outdoor - swing * math.cos(2.0 * math.pi * (hour - COLDEST_HOUR) / HOURS) + gain
                needed = (wanted - outside - (indoor - outside) * keep) / (1.0 - keep)
                given = min(max(needed, 0.0), capacity)
                indoor = outside + given + (indoor - outside - given) * keep
                if day >= 0:
                    loads[home, day * HOURS + step // steps] += warm * given / design / steps
    return loads
