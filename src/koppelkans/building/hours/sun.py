"""Sun on planes: where it stands in the middle of each hour, and what direct, diffuse and reflected radiation arrive."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pvlib

from koppelkans.building.hours.epw import Floats, Site, Weather

PLANE_TILT = {"horizontal": 0.0, "east": 90.0, "south": 90.0, "west": 90.0, "north": 90.0}
PLANE_AZIMUTH = {"horizontal": 180.0, "east": 90.0, "south": 180.0, "west": 270.0, "north": 0.0}
"""Degrees from the horizontal, degrees from north over east."""

GROUND_REFLECTANCE = 0.2
"""Usual reflectance of ground around buildings, as ISO 52010-1 takes it."""

LOWEST_SUN_DEGREES = 0.0
SAMPLES_PER_HOUR = 12


@dataclass(frozen=True, slots=True)
class Incident:
    """Radiation on one plane (h,) [W/m2] in three parts, and the angle at which the direct part arrives [rad]."""

    direct: Floats
    diffuse: Floats
    reflected: Floats
    angle_rad: Floats

    @property
    def total(self) -> Floats:
        """All three parts."""
        return self.direct + self.diffuse + self.reflected


def middle_of_hours(site: Site, hours: int, *, shift_hours: float = 0.0) -> pd.DatetimeIndex:
    """The middle of the lit part of each hour of the year, moved by ``shift_hours``; of dark hours simply the middle.

    In the hours of sunrise and sunset the sun shines from higher than it stands at half past.
    """
    year = "2020" if hours > 8760 else "2021"
    zone = pd.Timedelta(hours=site.utc_offset_hours)
    begin = pd.Timestamp(f"{year}-01-01", tz="UTC") - zone + pd.to_timedelta(np.arange(hours), unit="h")
    offsets = (np.arange(SAMPLES_PER_HOUR) + 0.5) / SAMPLES_PER_HOUR
    lit = np.column_stack(
        [cosine_of_zenith(site, hours, shift_hours=shift_hours + offset - 0.5) > 0 for offset in offsets]
    )
    counted = lit.sum(axis=1)
    middle = np.where(counted > 0, (lit * offsets).sum(axis=1) / np.maximum(counted, 1), 0.5)
    return pd.DatetimeIndex(begin + pd.to_timedelta(middle + shift_hours, unit="h"))


def cosine_of_zenith(site: Site, hours: int, *, shift_hours: float = 0.0) -> Floats:
    """Cosine of the sun's zenith angle in the middle of each hour of a year, moved by ``shift_hours``; negative below the horizon.

    Spencer's series for declination and equation of time: good to a few hundredths of a degree, and quick.
    """
    clock = np.arange(hours) + 0.5 + shift_hours
    day = clock // 24 + 1
    declination = pvlib.solarposition.declination_spencer71(day)
    minutes = pvlib.solarposition.equation_of_time_spencer71(day)
    solar = clock % 24 - site.utc_offset_hours + site.longitude / 15.0 + minutes / 60.0
    angle = np.radians(15.0 * (solar - 12.0))
    latitude = np.radians(site.latitude)
    cosine: Floats = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(angle)
    return cosine


def _times(weather: Weather) -> pd.DatetimeIndex:
    return middle_of_hours(weather.site, len(weather.outdoor_c), shift_hours=weather.sun_shift_hours)


def sun_angles(weather: Weather) -> tuple[Floats, Floats]:
    """Apparent zenith and azimuth of the sun in each hour [degrees], north over east."""
    site = weather.site
    sun = pvlib.solarposition.get_solarposition(
        _times(weather), site.latitude, site.longitude, altitude=site.elevation_m
    )
    return sun["apparent_zenith"].to_numpy(), sun["azimuth"].to_numpy()


def incident_on_planes(weather: Weather) -> dict[str, Incident]:
    """Radiation on each of the five planes, from direct normal, diffuse and global horizontal radiation.

    Diffuse radiation by Perez (1990, all sites), the sun at the middle of the lit part of the hour. Source: pvlib.
    Method: docs/method.md#hourly-climate.
    """
    zenith, azimuth = sun_angles(weather)
    times = _times(weather)
    up = zenith < 90.0 - LOWEST_SUN_DEGREES
    extra = pvlib.irradiance.get_extra_radiation(times).to_numpy()
    airmass = pvlib.atmosphere.get_relative_airmass(zenith)
    direct = np.where(up, weather.direct_w_per_m2, 0.0)
    return {
        plane: _on_plane(plane, weather, direct=direct, zenith=zenith, azimuth=azimuth, extra=extra, airmass=airmass)
        for plane in PLANE_TILT
    }


def _on_plane(
    plane: str, weather: Weather, *, direct: Floats, zenith: Floats, azimuth: Floats, extra: Floats, airmass: Floats
) -> Incident:
    tilt, facing = PLANE_TILT[plane], PLANE_AZIMUTH[plane]
    cosine = np.clip(pvlib.irradiance.aoi_projection(tilt, facing, zenith, azimuth), 0.0, 1.0)
    diffuse = pvlib.irradiance.perez(tilt, facing, weather.diffuse_w_per_m2, direct, extra, zenith, azimuth, airmass)
    reflected = pvlib.irradiance.get_ground_diffuse(tilt, weather.global_w_per_m2, albedo=GROUND_REFLECTANCE)
    return Incident(direct * cosine, np.nan_to_num(np.asarray(diffuse)), np.asarray(reflected), np.arccos(cosine))
