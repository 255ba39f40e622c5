"""The loss that a building behaves with: envelope and habits together, so that the hourly model uses what is really used."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray

from koppelkans.building.hours import Climate, Control, Zones, annual_loads

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

LOSSES = ("opaque_w_per_k", "window_w_per_k", "ventilation_w_per_k", "sky_m2")
LEAST, MOST = 0.02, 2.0
"""Ends of the factor on the losses; a building that would need more keeps the end and is scaled."""
ROUNDS = 3
CLOSE = 1e-6
SLOPES = (0.7, 4.0)
FIRST_SLOPE = 1.3
"""How fast heat grows with loss before it is known: a little faster than in proportion, as gains are used up first."""


def chosen(zones: Zones, places: Ints) -> Zones:
    """The zones at some places, in that order."""
    parts = {part.name: getattr(zones, part.name) for part in fields(zones)}
    rows = {
        name: values[:, places] if name == "ventilation_w_per_k" else values[places] for name, values in parts.items()
    }
    return Zones(**rows)


def as_used(zones: Zones, factor: Floats, partly: Flags) -> Zones:
    """The zones with every loss to the outside times a factor (n,); where ``partly`` (n,) gains and sun shrink with it.

    A home that is insulated loses less and keeps its gains; a home that is heated in part is a smaller home.
    """
    gains = np.where(partly, factor, 1.0)
    losses = {name: getattr(zones, name) * factor for name in LOSSES}
    return replace(zones, **losses, gain_w=zones.gain_w * gains, aperture_m2=zones.aperture_m2 * gains[:, None])


def loss_factor(zones: Zones, climate: Climate, control: Control, heat_kwh: Floats, partly: Flags) -> Floats:
    """Factor on the losses of each zone with which the hourly model heats ``heat_kwh`` in a year (n,).

    People use less heat than their type of house: they heat part of it, or walls were insulated since it was built. Then
    heating also stops at a lower outdoor temperature, as sun and internal gains remain (``as_used``). Found by secants on the
    logarithms; between LEAST and MOST. Zero heat gives LEAST.
    Method: docs/method.md#effective-loss.
    """
    wanted = np.log(np.maximum(heat_kwh, 1.0))

    def heated(factor: Floats) -> Floats:
        kwh = annual_loads(as_used(zones, np.exp(factor), partly), climate, control).heating_kwh
        logs: Floats = np.log(np.maximum(kwh, 1.0))
        return logs

    low, high = np.log(LEAST), np.log(MOST)
    before, at_before = np.zeros(len(zones)), heated(np.zeros(len(zones)))
    now = np.clip((wanted - at_before) / FIRST_SLOPE, low, high)
    for _ in range(ROUNDS):
        at_now = heated(now)
        moved = now - before
        slope = np.divide(at_now - at_before, moved, out=np.full(len(zones), FIRST_SLOPE), where=np.abs(moved) > CLOSE)
        step = (wanted - at_now) / np.clip(slope, *SLOPES)
        before, at_before = now, at_now
        now = np.clip(now + step, low, high)
    factor: Floats = np.exp(now)
    return factor
