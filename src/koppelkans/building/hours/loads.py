"""Heating and cooling of buildings hour by hour: sums of the year, every hour, or the weighted sum over buildings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from koppelkans.building.hours import kernel
from koppelkans.building.hours.climate import Climate, Floats
from koppelkans.building.hours.zones import Zones
from koppelkans.errors import OutOfRangeError

Singles = NDArray[np.float32]

HOURS_PER_DAY = 24
WARM_UP_HOURS = 30 * HOURS_PER_DAY
"""The last thirty days of the year go before its first hour: after them the start has faded in every usual building."""

SECONDS_PER_HOUR = 3600.0
W_PER_KW = 1000.0
NEVER_COOLED, NEVER_HEATED = float("inf"), float("-inf")


@dataclass(frozen=True, slots=True)
class Control:
    """What the installation is asked, hour by hour; the same for all buildings of a call.

    ``heat_c`` and ``cool_c`` (h,) are set-points of the air; -inf never heats, inf never cools. ``mode`` (h,) is the index of the
    ventilation mode: 0 is normal use.
    """

    heat_c: Floats
    cool_c: Floats
    mode: NDArray[np.int64]

    @classmethod
    def constant(cls, hours: int, *, heat_c: float, cool_c: float = NEVER_COOLED) -> Control:
        """The same set-points all year, normal ventilation."""
        return cls(np.full(hours, heat_c), np.full(hours, cool_c), np.zeros(hours, dtype=np.int64))

    @classmethod
    def daily(cls, hours: int, *, heat_c: Floats, cool_c: Floats | None = None, mode: Floats | None = None) -> Control:
        """The same day over and over: 24 values each, the first for the hour that begins at midnight."""

        def every_day(values: NDArray[np.generic]) -> NDArray[np.generic]:
            return np.tile(values, -(-hours // HOURS_PER_DAY))[:hours]

        cool = np.full(HOURS_PER_DAY, NEVER_COOLED) if cool_c is None else cool_c
        modes = np.zeros(HOURS_PER_DAY) if mode is None else mode
        return cls(
            every_day(np.asarray(heat_c, dtype=float)).astype(np.float64),
            every_day(np.asarray(cool, dtype=float)).astype(np.float64),
            every_day(np.asarray(modes)).astype(np.int64),
        )


@dataclass(frozen=True, slots=True)
class AnnualLoads:
    """Sums of a year, (n,) each: useful heating and cooling, highest hour of each, hours that the building gets too warm."""

    heating_kwh: Floats
    cooling_kwh: Floats
    peak_heating_kw: Floats
    peak_cooling_kw: Floats
    overheating_hours: Floats


@dataclass(frozen=True, slots=True)
class HourlyLoads:
    """Every hour, (h, n) each: heating and cooling [W], and air temperature [C] where it was asked."""

    heating_w: Singles
    cooling_w: Singles
    air_c: Singles | None


def annual_loads(zones: Zones, climate: Climate, control: Control, *, limit_c: float = float("inf")) -> AnnualLoads:
    """Heating and cooling of each building in a year [kWh], their peaks [kW] and hours above ``limit_c`` without cooling [h].

    Simple hourly method of ISO 13790: air, surfaces and mass, joined by five conductances; heating and cooling are unlimited
    and act on the air. Overheating is counted with heating as controlled and cooling off, on the air temperature.

    Valid for buildings that one temperature describes; peaks are means of an hour with a plant that keeps the set-point.
    Raises OutOfRangeError where zones, climate and control do not fit together. Method: docs/method.md#hourly-model.
    """
    year = _year(zones, climate, control)
    sums = np.zeros((kernel.SUMS, len(zones)))
    kernel.annual_kernel(year, limit_c, sums)
    above = sums[kernel.HOURS_ABOVE]
    if np.isfinite(limit_c) and np.isfinite(control.cool_c).any():
        free = Control(control.heat_c, np.full_like(control.cool_c, NEVER_COOLED), control.mode)
        uncooled = np.zeros_like(sums)
        kernel.annual_kernel(_year(zones, climate, free), limit_c, uncooled)
        above = uncooled[kernel.HOURS_ABOVE]
    return AnnualLoads(
        heating_kwh=sums[kernel.HEATING] / W_PER_KW, cooling_kwh=sums[kernel.COOLING] / W_PER_KW,
        peak_heating_kw=sums[kernel.PEAK_HEATING] / W_PER_KW, peak_cooling_kw=sums[kernel.PEAK_COOLING] / W_PER_KW,
        overheating_hours=above,
    )  # fmt: skip


def hourly_loads(zones: Zones, climate: Climate, control: Control, *, keep_air: bool = False) -> HourlyLoads:
    """Heating and cooling of each building in every hour [W], single precision; air temperature [C] if asked.

    Memory: 4 bytes x hours x buildings per table. Method and validity as ``annual_loads``.
    """
    size = (len(climate.outdoor_c), len(zones))
    none = np.empty((0, 0), dtype=np.float32)
    heating, cooling = np.empty(size, dtype=np.float32), np.zeros(size, dtype=np.float32)
    cooled = bool(np.isfinite(control.cool_c).any())
    air = np.empty(size, dtype=np.float32) if keep_air else none
    kernel.hourly_kernel(_year(zones, climate, control), heating, cooling if cooled else none, air, none)
    return HourlyLoads(heating, cooling, air if keep_air else None)


def states(zones: Zones, climate: Climate, control: Control) -> tuple[Floats, Floats, Floats, Floats]:
    """Heating, cooling [W], air and mass at the end of the hour [C], (h, n) each in double precision: for checks of the model."""
    heating, cooling, air, mass = (np.empty((len(climate.outdoor_c), len(zones))) for _ in range(4))
    kernel.hourly_kernel(_year(zones, climate, control), heating, cooling, air, mass)
    return heating, cooling, air, mass


def weighted_load(zones: Zones, climate: Climate, control: Control, weights: Floats) -> Floats:
    """Sum over buildings of weight times heating in every hour [W], (h,), without keeping hours x buildings."""
    load = np.zeros(len(climate.outdoor_c))
    kernel.weighted_kernel(_year(zones, climate, control), np.ascontiguousarray(weights, dtype=float), load)
    return load


def _year(zones: Zones, climate: Climate, control: Control) -> kernel.Year:
    """What every kernel works on. Raises OutOfRangeError for parts that do not fit together."""
    zones.checked()
    faults = _misfits(zones, climate, control)
    if faults:
        raise OutOfRangeError("zones, climate and control do not fit together", faults)
    sun = np.column_stack([climate.sun_w_per_m2, climate.sky_w_per_m2])
    surfaces = np.vstack([zones.aperture_m2.T, zones.sky_m2])
    heated = control.heat_c[np.isfinite(control.heat_c)]
    start = float(heated[0]) if len(heated) else float(climate.outdoor_c.mean())
    return kernel.Year(
        coefficients(zones), np.ascontiguousarray(surfaces), np.array(climate.outdoor_c), np.ascontiguousarray(sun),
        np.column_stack([control.heat_c, control.cool_c]), control.mode.astype(np.int64), start,
        min(WARM_UP_HOURS, len(climate.outdoor_c)),
    )  # fmt: skip


def _misfits(zones: Zones, climate: Climate, control: Control) -> list[str]:
    hours, planes = climate.sun_w_per_m2.shape
    faults = [
        f"{name} has {found} values, the climate {wanted}"
        for name, found, wanted in (
            ("control.heat_c", len(control.heat_c), hours), ("control.cool_c", len(control.cool_c), hours),
            ("control.mode", len(control.mode), hours), ("planes of zones.aperture_m2", zones.aperture_m2.shape[1], planes),
        )
        if found != wanted
    ]  # fmt: skip
    modes = len(zones.ventilation_w_per_k)
    if len(control.mode) and not (control.mode.min() >= 0 and control.mode.max() < modes):
        faults.append(
            f"control.mode runs from {control.mode.min()} to {control.mode.max()}, the zones have {modes} modes"
        )
    if not faults and (control.heat_c > control.cool_c).any():
        faults.append("a heating set-point lies above the cooling set-point of the same hour")
    return faults


def coefficients(zones: Zones) -> Floats:
    """The affine form of one hour for each ventilation mode and building: (modes, 10, n), rows as the kernel reads them.

    Each coefficient is the response to a unit of one cause, all others zero.
    """
    table = np.empty((len(zones.ventilation_w_per_k), kernel.COEFFICIENTS, len(zones)))
    for number, ventilation in enumerate(zones.ventilation_w_per_k):
        response = {
            cause: _hour(zones, ventilation, **{cause: 1.0})
            for cause in ("mass_c", "outdoor_c", "sun_w", "gains", "power_w")
        }
        for row, cause in enumerate(("mass_c", "outdoor_c", "sun_w", "gains")):
            table[number, kernel.AIR_MASS + row], table[number, kernel.MASS_MASS + row] = response[cause]
        air_per_w, mass_per_w = response["power_w"]
        table[number, kernel.POWER], table[number, kernel.MASS_POWER] = 1.0 / air_per_w, mass_per_w
    return table


def _hour(
    zones: Zones, ventilation_w_per_k: Floats, *, mass_c: float = 0.0, outdoor_c: float = 0.0, sun_w: float = 0.0,
    gains: float = 0.0, power_w: float = 0.0,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Air temperature in an hour and mass temperature at its end; ``gains`` counts how often the internal gain occurs.

    ISO 13790 annex C, the mass by Crank-Nicolson, written so that it also holds without ventilation.
    """
    h_ve, h_w = ventilation_w_per_k, zones.window_w_per_k
    h_is = zones.inside_w_per_m2k * zones.interior_m2
    h_ms = zones.mass_w_per_m2k * zones.mass_area_m2
    h_em = zones.opaque_w_per_k * h_ms / (h_ms - zones.opaque_w_per_k)
    gain_w = zones.gain_w * gains
    to_air = zones.gain_to_air_share * gain_w + zones.power_to_air_share * power_w
    radiant = gain_w + power_w + sun_w - to_air
    to_mass = zones.mass_area_m2 / zones.interior_m2 * radiant
    to_surfaces = radiant - to_mass - h_w / (zones.mass_w_per_m2k * zones.interior_m2) * radiant
    h_1 = h_ve * h_is / (h_ve + h_is)
    h_2 = h_1 + h_w
    h_3 = h_2 * h_ms / (h_2 + h_ms)
    at_surface = to_surfaces + h_2 * outdoor_c + h_is / (h_ve + h_is) * to_air
    capacity = zones.mass_j_per_k / SECONDS_PER_HOUR
    half = (h_3 + h_em) / 2.0
    into_mass = to_mass + h_em * outdoor_c + h_ms / (h_2 + h_ms) * at_surface
    mass_after = (mass_c * (capacity - half) + into_mass) / (capacity + half)
    surface = (h_ms * (mass_c + mass_after) / 2.0 + at_surface) / (h_ms + h_2)
    air = (h_is * surface + h_ve * outdoor_c + to_air) / (h_is + h_ve)
    return air, mass_after
