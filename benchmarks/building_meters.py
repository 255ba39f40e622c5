"""A modelled gas neighbourhood driven by the weather of 2024, hour by hour, beside 300 measured meters.

Level and spread are those of the demand chapter, fitted on the odd meters through degree days; the course of the year comes from the
hourly model and is not fitted: months, balance temperature, slope. The daily coincidence is fitted on the odd meters by one figure
(``building.behaviour.rooms_share``) and tested on the even ones.

    python benchmarks/building_meters.py [--json FILE]
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd
import pvlib

sys.path.insert(0, str(Path(__file__).parent))

from fit_prebound import SMALLEST_KWH, halves, meters, stock
from lines import Figures, arguments, show

from koppelkans.building import homes
from koppelkans.building.envelopes import envelopes, surfaces, typical_shells
from koppelkans.building.gas import gas_use
from koppelkans.building.hours import PLANES, Climate, Zones, zones_of
from koppelkans.building.hours.climate import STEFAN_BOLTZMANN
from koppelkans.building.hours.epw import Site, Weather
from koppelkans.building.hours.sun import incident_on_planes
from koppelkans.building.load.behaviour import behaviour
from koppelkans.building.load.coincidence import daily_coincidence
from koppelkans.building.load.effective import chosen
from koppelkans.building.load.place import space_heat_w
from koppelkans.building.seasonal import season, seasonal_need
from koppelkans.building.typology import form_of, shells
from koppelkans.building.water.draws import draw_kinds
from koppelkans.parameters import Parameters, read_parameters

DATA = Path(__file__).parent.parent / "tests" / "data"
DAY = date(2026, 11, 1)
YEAR, DAYS, HOURS_PER_DAY = "2024", 366, 24
SITE = Site("Vlaanderen", 50.95, 4.4, 1.0, 20.0)
WARMEST_HOUR = 15.5
KELVIN = 273.15
LEVELS = tuple(NormalDist().inv_cdf(part) for part in (0.1, 0.3, 0.5, 0.7, 0.9))
"""Households of one type of dwelling, from frugal to generous: middles of five equal parts of a normal distribution."""

COINCIDENCE = {"odd": 0.884, "even": 0.864, "all": 0.874}
"""Peak day of the sum over the sum of the peak days, computed by us from the daily use of the single meters, which are not shipped."""


def measured_days() -> pd.DataFrame:
    """Mean use per day of the meters, index date; columns outdoor_c, all_kwh, odd_kwh, even_kwh."""
    return pd.read_csv(DATA / "gas_meters_2024_daily.csv", comment="#", parse_dates=["date"], index_col="date")


@cache
def weather_2024() -> Climate:
    """The days of 2024 as hours.

    Temperature: daily means joined by lines, with a cosine of half the daily range, warmest at 15.5 h, then moved to the daily mean.
    Sun: clear-sky course (Haurwitz) scaled to the daily sum, split by Erbs, on the planes by Perez. Sky: emissivity of a clear sky
    from the dew point, raised by clouds, clouds from sunshine (the formulas of EnergyPlus).
    """
    days = pd.read_csv(DATA / "rmi_daily_2024.csv", comment="#", parse_dates=["date"])
    hour = np.arange(DAYS * HOURS_PER_DAY)
    day, clock = hour // HOURS_PER_DAY, hour % HOURS_PER_DAY + 0.5
    mean = days["outdoor_c"].to_numpy()
    half_range = (days["highest_c"] - days["lowest_c"]).to_numpy() / 2.0
    outdoor = np.interp((hour + 0.5) / HOURS_PER_DAY, np.arange(DAYS) + 0.5, mean)
    outdoor = outdoor + half_range[day] * np.cos(2.0 * np.pi * (clock - WARMEST_HOUR) / HOURS_PER_DAY)
    outdoor = outdoor + (mean - outdoor.reshape(DAYS, HOURS_PER_DAY).mean(axis=1))[day]
    times = pd.date_range(f"{YEAR}-01-01", periods=len(hour), freq="h", tz="UTC") - pd.Timedelta(minutes=30)
    place = pvlib.location.Location(SITE.latitude, SITE.longitude, altitude=SITE.elevation_m)
    clear = place.get_clearsky(times, model="haurwitz")["ghi"].to_numpy()
    per_day = clear.reshape(DAYS, HOURS_PER_DAY).sum(axis=1)
    sun = clear * (days["global_w_per_m2"].to_numpy() * HOURS_PER_DAY / per_day)[day]
    zenith = place.get_solarposition(times)["apparent_zenith"].to_numpy()
    parts = pvlib.irradiance.erbs(sun, zenith, times)
    direct, diffuse = (np.nan_to_num(np.asarray(parts[name])) for name in ("dni", "dhi"))
    weather = Weather(SITE, outdoor, direct, diffuse, sun, np.zeros(len(hour)))
    planes = incident_on_planes(weather)
    return Climate(
        outdoor, np.column_stack([planes[plane].total for plane in PLANES]), "Vlaanderen 2024 (KMI)", _sky(days)[day]
    )


def _sky(days: pd.DataFrame) -> np.ndarray:
    """Infrared from the sky less that of a black surface at outdoor temperature, mean of each day [W/m2]."""
    number = np.arange(DAYS) + 1.0
    latitude, declination = np.radians(SITE.latitude), pvlib.solarposition.declination_spencer71(number)
    longest_h = HOURS_PER_DAY / np.pi * np.arccos(-np.tan(latitude) * np.tan(declination))
    tenths = 10.0 * np.clip(1.0 - days["sunshine_minutes"].to_numpy() / 60.0 / longest_h, 0.0, 1.0)
    celsius = days["outdoor_c"].to_numpy()
    vapour = 17.625 * celsius / (celsius + 243.04) + np.log(days["humidity_percent"].to_numpy() / 100.0)
    dew_k = 243.04 * vapour / (17.625 - vapour) + KELVIN
    clear = 0.787 + 0.764 * np.log(dew_k / KELVIN)
    clouds = 1.0 + 0.0224 * tenths - 0.0035 * tenths**2 + 0.00028 * tenths**3
    return (np.minimum(clear * clouds, 1.0) - 1.0) * STEFAN_BOLTZMANN * (celsius + KELVIN) ** 4


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The Flemish gas stock as zones, with what each uses in a normal year per building [kWh] and its weight per dwelling."""

    zones: Zones
    space_kwh: np.ndarray
    water_kwh: np.ndarray
    dwellings: np.ndarray
    weight: np.ndarray


def neighbourhood(parameters: Parameters) -> Neighbourhood:
    """Every form, period and size of the stock, its expected use by the demand chapter."""
    frame, standard = stock(), season(parameters, DAY)
    typical = shells(standard)
    form = form_of(frame, small_to=parameters.at("building.small_apartment_dwellings", DAY))
    areas = surfaces(frame, typical, form=form, window_part=parameters.at("building.window_part", DAY))
    share = parameters.at("building.reference_area_share", DAY)
    envelope = envelopes(frame, areas, typical, form=form, state="existing", reference_share=share)
    space = homes.expected_space_heat_kwh(
        seasonal_need(envelope, standard), envelope.reference_m2, homes.prebound(parameters, DAY)
    )
    zones = zones_of(frame, areas, typical_shells(frame, typical, form=form), form=form, parameters=parameters, day=DAY)
    water = homes.hot_water_kwh(frame, parameters, DAY).to_numpy()
    return Neighbourhood(zones, space, water, frame["dwellings"].to_numpy(float), frame["weight"].to_numpy())


@dataclass(frozen=True, slots=True)
class Modelled:
    """Gas per dwelling of the neighbourhood in 2024: every day [kWh], and the spread of ln(year) between dwellings."""

    days_kwh: pd.Series
    ln_deviation: float


@cache
def modelled() -> Modelled:
    """The neighbourhood in 2024 with the shipped parameters: level by degree days, course of the year by the hours."""
    parameters = read_parameters()
    stand, use, climate = neighbourhood(parameters), gas_use(parameters, DAY), weather_2024()
    weather = parameters.at("climate.degree_days", DAY, YEAR) / parameters.at("climate.normal_degree_days", DAY)
    sigma = parameters.at("building.residual.sigma", DAY)
    level = np.exp(sigma * np.array(LEVELS))
    level = np.tile(level / level.mean(), len(stand.weight))
    row = np.repeat(np.arange(len(stand.weight)), len(LEVELS))
    keys = [f"home{place}" for place in range(len(row))]
    each = stand.weight[row] / stand.dwellings[row] / len(LEVELS)
    space_w = space_heat_w(
        chosen(stand.zones, row),
        climate,
        stand.space_kwh[row] * weather * level,
        keys,
        behaviour(parameters, DAY),
        seed=1,
        weight=each,
    )
    water_kwh = float((stand.weight * stand.water_kwh / stand.dwellings).sum())
    course = draw_kinds(parameters, DAY).year_profile(hours=len(space_w), first_weekday=0)
    gas_kw = use.per_space_heat * space_w / 1000.0 + (use.per_hot_water * water_kwh * course + use.cooking_kwh) / len(
        space_w
    )
    days = pd.Series(gas_kw.reshape(DAYS, HOURS_PER_DAY).sum(axis=1), index=measured_days().index)
    per_home = (
        use.per_space_heat * stand.space_kwh * weather + use.per_hot_water * stand.water_kwh
    ) / stand.dwellings + use.cooking_kwh
    logs = np.log(per_home)
    explained = np.average((logs - np.average(logs, weights=stand.weight)) ** 2, weights=stand.weight)
    return Modelled(days, float(np.sqrt(explained + sigma**2)))


def change_point(days_kwh: pd.Series, outdoor_c: pd.Series) -> dict[str, float]:
    """Use per day = base + slope x max(balance - outdoor mean, 0), least squares; balance in steps of 0.05 K."""
    best: dict[str, float] = {}
    for balance in np.arange(12.0, 20.0, 0.05):
        columns = np.column_stack([np.ones(len(days_kwh)), np.maximum(balance - outdoor_c.to_numpy(), 0.0)])
        (base, slope), squares, *_ = np.linalg.lstsq(columns, days_kwh.to_numpy(), rcond=None)
        if not best or squares[0] < best["squares"]:
            best = {
                "balance_c": balance,
                "base_kwh_per_day": base,
                "slope_kwh_per_k_day": slope,
                "squares": float(squares[0]),
            }
    return best


def comparison() -> pd.DataFrame:
    """Model beside the meters: index quantity, columns model, odd, even, all."""
    days, found, parameters = measured_days(), modelled(), read_parameters()
    odd, even = halves()
    spread = {"odd": odd, "even": even, "all": meters()}
    columns = {"model": _quantities(found.days_kwh, days["outdoor_c"])}
    columns["model"] |= {
        "ln_deviation": found.ln_deviation,
        "daily_coincidence_share": daily_coincidence(parameters, DAY),
    }
    for name, sample in spread.items():
        annual = sample["annual_kwh"]
        columns[name] = _quantities(days[f"{name}_kwh"], days["outdoor_c"]) | {
            "ln_deviation": float(np.log(annual[annual > SMALLEST_KWH]).std()), "daily_coincidence_share": COINCIDENCE[name],
        }  # fmt: skip
    return pd.DataFrame(columns)


def _quantities(days_kwh: pd.Series, outdoor_c: pd.Series) -> dict[str, float]:
    line = change_point(days_kwh, outdoor_c)
    annual = float(days_kwh.sum())
    months = days_kwh.groupby(days_kwh.index.month).sum() / annual
    return {
        "annual_kwh": annual, "balance_c": line["balance_c"], "base_kwh_per_day": line["base_kwh_per_day"],
        "slope_kwh_per_k_day": line["slope_kwh_per_k_day"], "slope_per_annual_permille": 1000.0 * line["slope_kwh_per_k_day"] / annual,
        "peak_day_kwh": float(days_kwh.max()), **{f"month_{month:02d}_share": float(share) for month, share in months.items()},
    }  # fmt: skip


def figures() -> dict[str, float]:
    """Distances of the model from the meters; shares 0-1, balance in K.

    Mean and spread: from the even meters, as the fit saw the odd ones. Months, balance and slope: from all 300 meters, nothing of
    them was fitted; the slope per kWh of annual use, as the level is the first figure.
    """
    table = comparison()
    model, every, even = table["model"], table["all"], table["even"]
    months = [name for name in table.index if name.startswith("month_")]
    return {
        "meters_mean_error": abs(model["annual_kwh"] / even["annual_kwh"] - 1),
        "meters_all_mean_error": abs(model["annual_kwh"] / every["annual_kwh"] - 1),
        "meters_sd_error": abs(model["ln_deviation"] - even["ln_deviation"]),
        "meters_month_max_error": float((model[months] - every[months]).abs().max()),
        "meters_balance_error_k": abs(model["balance_c"] - every["balance_c"]),
        "meters_slope_error": abs(model["slope_per_annual_permille"] / every["slope_per_annual_permille"] - 1),
        "meters_slope_with_level_error": abs(model["slope_kwh_per_k_day"] / every["slope_kwh_per_k_day"] - 1),
        "meters_coincidence_error": abs(model["daily_coincidence_share"] - even["daily_coincidence_share"]),
    }  # fmt: skip


def main() -> None:
    """Print the comparison and its figures, or write them as JSON."""
    chosen_arguments = arguments(__doc__.splitlines()[0])
    table = comparison()
    show(
        "300 gas meters in 2024",
        ["quantity", *table.columns],
        [[name, *row] for name, row in zip(table.index, table.to_numpy(), strict=True)],
    )
    found = figures()
    show("distance", ["figure", "value"], [[name, float(value)] for name, value in found.items()])
    Figures(chosen_arguments.json).record(**found)


if __name__ == "__main__":
    main()
