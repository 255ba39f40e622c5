"""EPW weather files: read, and refused with every fault at once when hours, values or time stamps are not right."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Hashable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans.errors import DataError

Floats = NDArray[np.float64]

HEADER_LINES = 8
LOCATION = {"latitude": 6, "longitude": 7, "utc_offset_hours": 8, "elevation_m": 9}
LOCATION_LIMITS = {
    "latitude": (-90, 90),
    "longitude": (-180, 180),
    "utc_offset_hours": (-12, 14),
    "elevation_m": (-450, 9000),
}
COLUMNS = {"month": 1, "day": 2, "hour": 3, "outdoor_c": 6, "sky": 12, "global": 13, "direct": 14, "diffuse": 15}
MISSING_FROM = {"outdoor_c": 99.9, "sky": 9999.0, "global": 9999.0, "direct": 9999.0, "diffuse": 9999.0}
"""Codes for "no value" in the EPW data dictionary; the value itself and all above it."""

LIMITS = {
    "outdoor_c": (-70.0, 70.0),
    "sky": (50.0, 700.0),
    "global": (0.0, 1500.0),
    "direct": (0.0, 1400.0),
    "diffuse": (0.0, 1000.0),
}
"""What weather on earth can be as the mean of an hour: temperature as in the EPW data dictionary, radiation below the solar constant."""

TITLES = {
    "outdoor_c": "dry-bulb temperature", "sky": "horizontal infrared radiation", "global": "global horizontal radiation",
    "direct": "direct normal radiation", "diffuse": "diffuse horizontal radiation",
}  # fmt: skip
HOURS_OF_YEARS = (8760, 8784)


@dataclass(frozen=True, slots=True)
class Site:
    """Where a weather file was made: degrees north and east, hours ahead of UTC, metres above the sea."""

    name: str
    latitude: float
    longitude: float
    utc_offset_hours: float
    elevation_m: float


@dataclass(frozen=True, slots=True)
class Weather:
    """The columns of an EPW that buildings need, (h,) each, mean of the hour; ``sky_w_per_m2`` is infrared from above.

    ``sun_shift_hours``: how much later than the middle of the hour the sun must stand for the three kinds of radiation to agree.
    """

    site: Site
    outdoor_c: Floats
    direct_w_per_m2: Floats
    diffuse_w_per_m2: Floats
    global_w_per_m2: Floats
    sky_w_per_m2: Floats
    sun_shift_hours: float = 0.0


def read_weather(path: str | Path) -> Weather:
    """The weather of an EPW file, plain or gzipped, checked.

    EPW values belong to the hour that ends at the stamp: hour 1 runs from midnight to one, standard time, no summer time.
    The year column is not looked at: typical years take their months from different years. 29 February may be there or not.

    Raises DataError with all faults: wrong number of rows, missing, repeated or disordered hours, missing values, values out of
    range, and time stamps that do not agree with the sun.
    """
    path = Path(path)
    try:
        with _opened(path) as file:
            rows = list(csv.reader(file))
    except (OSError, EOFError) as fault:
        raise DataError(f"weather file {path} cannot be read: {fault}") from fault
    site, faults = _site(rows[0] if rows else [])
    table, unread = _table(rows[HEADER_LINES:])
    faults += unread
    if not unread:
        faults += [*_calendar_faults(table), *_value_faults(table)]
    if faults or site is None:
        raise DataError(f"weather file {path.name} cannot be used", faults)
    outdoor, direct, diffuse, whole, sky = (
        table[name].to_numpy(dtype=float) for name in ("outdoor_c", "direct", "diffuse", "global", "sky")
    )
    weather = Weather(site, outdoor, direct, diffuse, whole, sky)
    shift = sun_shift_hours(weather)
    faults = sun_faults(weather, shift)
    if faults:
        raise DataError(f"weather file {path.name} cannot be used", faults)
    return replace(weather, sun_shift_hours=shift)


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", errors="replace", newline="")
    return path.open(encoding="utf-8", errors="replace", newline="")


def _site(first: list[str]) -> tuple[Site | None, list[str]]:
    if len(first) < 10 or first[0].strip().upper() != "LOCATION":
        return None, ["line 1 should begin with LOCATION and have ten fields; is this an EPW file?"]
    found: dict[str, float] = {}
    faults = []
    for name, place in LOCATION.items():
        low, high = LOCATION_LIMITS[name]
        try:
            found[name] = float(first[place])
        except ValueError:
            faults.append(f"line 1: {name} is {first[place]!r}, expected a number")
            continue
        if not low <= found[name] <= high:
            faults.append(f"line 1: {name} is {found[name]:g}, expected {low} to {high}")
    return (Site(first[1].strip(), **found) if not faults else None), faults


def _table(rows: list[list[str]]) -> tuple[pd.DataFrame, list[str]]:
    """The columns in use as numbers; rows that are too short or hold words are faults."""
    rows = [row for row in rows if row]
    needed = max(COLUMNS.values()) + 1
    short = [number for number, row in enumerate(rows) if len(row) < needed]
    if short:
        return pd.DataFrame(), [
            f"{len(short)} rows have fewer than {needed} fields, first at line {short[0] + HEADER_LINES + 1}"
        ]
    text = pd.DataFrame({name: [row[place] for row in rows] for name, place in COLUMNS.items()}, dtype="str")
    table = text.apply(pd.to_numeric, errors="coerce")
    faults = []
    for name in COLUMNS:
        wrong = np.flatnonzero(table[name].isna())
        if len(wrong):
            faults.append(
                f"{name}: {len(wrong)} rows are no number, first {text[name].iloc[wrong[0]]!r} at line {wrong[0] + HEADER_LINES + 1}"
            )
    return table, faults


def _calendar_faults(table: pd.DataFrame) -> list[str]:
    faults = []
    if len(table) not in HOURS_OF_YEARS:
        faults.append(f"{len(table)} hours of data, expected 8760, or 8784 in a leap year")
    found = pd.MultiIndex.from_frame(table[["month", "day", "hour"]].astype(int))
    leap = bool(((table["month"] == 2) & (table["day"] == 29)).any())
    wanted = _calendar(leap=leap)
    faults += _listed("missing hours", wanted.difference(found))
    faults += _listed("hours that the calendar does not have", found[~found.isin(wanted)].unique())
    faults += _listed("repeated hours", found[found.duplicated()].unique())
    if not faults and not found.equals(wanted):
        first = int(np.flatnonzero(found != wanted)[0])
        faults.append(
            f"time stamps are not consecutive: line {first + HEADER_LINES + 1} is {_stamp(found[first])}, expected {_stamp(wanted[first])}"
        )
    return faults


def _calendar(*, leap: bool) -> pd.MultiIndex:
    year = 2020 if leap else 2021
    begins = pd.date_range(f"{year}-01-01", f"{year}-12-31 23:00", freq="h")
    return pd.MultiIndex.from_arrays([begins.month, begins.day, begins.hour + 1], names=["month", "day", "hour"])


def _listed(what: str, stamps: pd.MultiIndex) -> list[str]:
    if not len(stamps):
        return []
    shown = ", ".join(_stamp(stamp) for stamp in stamps[:3])
    return [f"{len(stamps)} {what}: {shown}{', ...' if len(stamps) > 3 else ''}"]


def _stamp(stamp: tuple[Hashable, ...]) -> str:
    return f"{stamp[1]}/{stamp[0]} hour {stamp[2]}"


def _value_faults(table: pd.DataFrame) -> list[str]:
    faults = []
    for name, (low, high) in LIMITS.items():
        values = table[name].to_numpy(dtype=float)
        missing = values >= MISSING_FROM[name]
        outside = ~missing & ((values < low) | (values > high))
        for what, rows in (
            ("missing", np.flatnonzero(missing)),
            (f"outside {low:g} to {high:g}", np.flatnonzero(outside)),
        ):
            if len(rows):
                faults.append(
                    f"{TITLES[name]}: {len(rows)} values {what}, first {values[rows[0]]:g} at line {rows[0] + HEADER_LINES + 1}"
                )
    return faults


# --------------------------------------------------------------------------------------------------------------- sun and clock

DARK_W_PER_M2 = 20.0
DARK_HOURS = 12
"""Radiation that twilight and rounding cannot give, with the sun down all hour; and how many such hours may slip in."""

STEP_HOURS = 0.25
LARGEST_SHIFT_HOURS = 12.0
ALLOWED_SHIFT_HOURS = 0.5
"""Files made from reanalysis place the sun at the stamp instead of the middle of the hour (half an hour): that is followed and
said. A wrong convention or time zone moves it by an hour or more: that is refused."""

SEEN_W_PER_M2 = 50.0


def sun_faults(weather: Weather, shift_hours: float) -> list[str]:
    """What the recorded radiation says against the time stamps: sun at night, and mornings and evenings at the wrong hour."""
    from koppelkans.building.hours.sun import cosine_of_zenith

    hours = len(weather.global_w_per_m2)
    shifts = (-ALLOWED_SHIFT_HOURS, 0.0, ALLOWED_SHIFT_HOURS)
    heights = [
        cosine_of_zenith(weather.site, hours, shift_hours=shift + side) for shift in shifts for side in (-0.5, 0.5)
    ]
    down = (np.max(heights, axis=0) < 0) & (weather.global_w_per_m2 > DARK_W_PER_M2)
    faults = []
    if down.sum() > DARK_HOURS:
        line = int(np.flatnonzero(down)[0]) + HEADER_LINES + 1
        faults.append(f"{down.sum()} hours have sunshine while the sun is below the horizon, first at line {line}")
    if abs(shift_hours) > ALLOWED_SHIFT_HOURS:
        side = "later" if shift_hours > 0 else "earlier"
        faults.append(
            f"time stamps do not agree with the sun (east and west would change places): the radiation fits a sun that stands "
            f"{abs(shift_hours):g} hours {side} than the stamps say (hour-ending standard time, {weather.site.latitude:g} N, "
            f"{weather.site.longitude:g} E, UTC{weather.site.utc_offset_hours:+g}); check the time zone, the sign of the longitude, "
            "summer time, and whether hours are named by their beginning or their end"
        )
    return faults


def sun_shift_hours(weather: Weather) -> float:
    """How much later than the middle of its hour the sun must stand to fit the recorded radiation best; 0 in a file that is right.

    Near the day curve of global radiation (correlation with the cosine of the zenith angle z) the shift at which the parts agree:
    least mean of |direct cos z - (global - diffuse)|. A file without direct sun is judged on the day curve alone.
    """
    from koppelkans.building.hours.sun import cosine_of_zenith

    if not weather.global_w_per_m2.any():
        return 0.0
    hours = len(weather.global_w_per_m2)
    shifts = np.arange(-LARGEST_SHIFT_HOURS, LARGEST_SHIFT_HOURS, STEP_HOURS)
    heights = np.array([np.maximum(cosine_of_zenith(weather.site, hours, shift_hours=shift), 0.0) for shift in shifts])
    curve = shifts[int(np.argmax([np.corrcoef(weather.global_w_per_m2, height)[0, 1] for height in heights]))]
    seen = weather.global_w_per_m2 > SEEN_W_PER_M2
    beam = (weather.global_w_per_m2 - weather.diffuse_w_per_m2)[seen]
    if not weather.direct_w_per_m2.any():
        return float(curve)
    near = np.abs(shifts - curve) <= 2 * ALLOWED_SHIFT_HOURS
    gaps = np.abs(heights[near][:, seen] * weather.direct_w_per_m2[seen] - beam).mean(axis=1)
    return float(shifts[near][int(np.argmin(gaps))])
