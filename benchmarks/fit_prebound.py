"""Fit of expected gas use on measured meters: multiplier, spread and hot water, printed beside the shipped parameters.

The model is the demand chapter itself, run on a stock of Flemish gas-heated dwellings (tests/data/flemish_stock.csv) in the
weather of 2024. Odd meters give the fit, even meters the test. The exponent is a prior: the last table shows that other
exponents reproduce the same meters.

    python benchmarks/fit_prebound.py [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd

from koppelkans.building import expected_demand
from koppelkans.building.gas import GasUse, gas_use
from koppelkans.parameters import Parameters, read_parameters

DATA = Path(__file__).parent.parent / "tests" / "data"
DAY = date(2026, 11, 1)
YEAR, DAYS = "2024", 366
SMALLEST_KWH = 1_000.0
"""Meters below this are left out of logarithms: vacant or not heated by gas."""

SIZES = 15
SIZE_SIGMA = 0.30
"""Spread of ln(volume) among 3,066 houses of two Genk neighbourhoods (De Jaeger, KU Leuven; energyville/modesto)."""

EXPONENTS = (-0.30, -0.40, -0.55, -0.70)
PERIOD_YEARS = {
    "to_1945": 1930,
    "1946_1970": 1960,
    "1971_1990": 1980,
    "1991_2005": 1998,
    "2006_2011": 2008,
    "from_2012": 2016,
}


def meters() -> pd.DataFrame:
    """The 300 meters of 2024, index ``meter``."""
    return pd.read_csv(DATA / "gas_meters_2024.csv", comment="#", index_col="meter")


def stock() -> pd.DataFrame:
    """Gas-heated dwellings of Flanders as a building table, each form and period in 15 sizes; ``weight`` sums to 1."""
    cells = pd.read_csv(DATA / "flemish_stock.csv", comment="#")
    middle = (np.arange(SIZES) + 0.5) / SIZES
    sizes = np.exp(SIZE_SIGMA * np.array([NormalDist().inv_cdf(part) for part in middle]))
    sizes = sizes / sizes.mean()
    rows = cells.loc[cells.index.repeat(SIZES)].reset_index(drop=True)
    count = rows["dwellings_per_building"].to_numpy()
    flats = rows["form"].str.startswith("apartment")
    empty = pd.Series(float("nan"), index=rows.index)
    frame = pd.DataFrame(
        {
            "level": "D", "use": "residential", "type": rows["form"].mask(flats, "apartment_building"), "heated": True,
            "dwellings": count, "period": rows["period"], "built_year": rows["period"].map(PERIOD_YEARS), "storeys": rows["storeys"],
            "floor_area_m2": rows["floor_area_m2"] * count * np.tile(sizes, len(cells)),
            **dict.fromkeys(("footprint_m2", "exposed_perimeter_m", "roof_m2", "wall_m2", "window_m2", "ground_m2", "metered_gas_kwh",
                "roof_w_per_m2k", "wall_w_per_m2k", "window_w_per_m2k", "ground_w_per_m2k", "epc_score_kwh_per_m2"), empty),
            "weight": rows["dwellings"] * rows["gas_share"],
        }
    )  # fmt: skip
    frame.index = pd.Index([f"stock{number}" for number in frame.index], name="building")
    return frame.assign(weight=frame["weight"] / frame["weight"].sum())


@dataclass(frozen=True, slots=True)
class Modelled:
    """Expected use per dwelling of the stock in 2024 on the gas meter [kWh], by part, with the weight of each row."""

    weight: np.ndarray
    space_kwh: np.ndarray
    water_kwh: np.ndarray
    cooking_kwh: float

    @property
    def total_kwh(self) -> np.ndarray:
        """Space heat, hot water and cooking."""
        return self.space_kwh + self.water_kwh + self.cooking_kwh

    def mean(self, values: np.ndarray) -> float:
        """Mean over the dwellings of the stock."""
        return float(np.sum(self.weight * values))

    def log_deviation(self) -> float:
        """Spread of ln(use) that form, period and size explain."""
        logs = np.log(self.total_kwh)
        return float(np.sqrt(self.mean((logs - self.mean(logs)) ** 2)))


def modelled(parameters: Parameters) -> Modelled:
    """The stock under the weather of 2024 with these parameters."""
    frame = stock()
    result, _ = expected_demand(frame.drop(columns="weight"), parameters=parameters, day=DAY)
    use: GasUse = gas_use(parameters, DAY)
    weather = parameters.at("climate.degree_days", DAY, YEAR) / parameters.at("climate.normal_degree_days", DAY)
    count = frame["dwellings"].to_numpy()
    space = use.per_space_heat * result["space_heat_kwh"].to_numpy() * weather / count
    water = use.per_hot_water * result["hot_water_kwh"].to_numpy() / count
    return Modelled(frame["weight"].to_numpy(), space, water, use.cooking_kwh)


def fit(sample: pd.DataFrame, parameters: Parameters) -> dict[str, float]:
    """Multiplier, residual sigma, hot water and floor area of the stock that reproduce a sample of meters, given the exponent."""
    frame = stock()
    floor_m2 = float((frame["weight"] * frame["floor_area_m2"] / frame["dwellings"]).sum())
    parameters = _with(parameters, {"building.hot_water.floor_area_m2": floor_m2})
    start = modelled(parameters)
    base_kwh = sample["constant_kwh_per_day"].mean() * DAYS
    water = (
        (base_kwh - start.cooking_kwh)
        / start.mean(start.water_kwh)
        * parameters.at("building.hot_water.kwh_per_dwelling", DAY)
    )
    space = (sample["annual_kwh"].mean() - base_kwh) / start.mean(start.space_kwh)
    multiplier = space * parameters.at("building.prebound.multiplier", DAY)
    fitted = modelled(
        _with(parameters, {"building.prebound.multiplier": multiplier, "building.hot_water.kwh_per_dwelling": water})
    )
    logs = np.log(sample.loc[sample["annual_kwh"] > SMALLEST_KWH, "annual_kwh"])
    sigma = float(np.sqrt(logs.std() ** 2 - fitted.log_deviation() ** 2))
    return {"multiplier": float(multiplier), "sigma": sigma, "hot_water_kwh": float(water), "floor_area_m2": floor_m2}


def _with(parameters: Parameters, values: dict[str, float]) -> Parameters:
    for key, value in values.items():
        parameters = parameters.changed(key, since=date(2020, 1, 1), value=value)
    return parameters


def halves() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Meters with an odd and with an even number."""
    every = meters()
    odd = every.index % 2 == 1
    return every[odd], every[~odd]


def comparison(parameters: Parameters | None = None) -> pd.DataFrame:
    """Model with the shipped parameters beside the meters: index quantity; columns model, odd, even, all."""
    shipped = parameters or read_parameters()
    model = modelled(shipped)
    sigma = shipped.at("building.residual.sigma", DAY)
    spread = float(np.hypot(model.log_deviation(), sigma))
    draws = np.random.default_rng(1).normal(size=(400, model.weight.size))
    cloud = (model.total_kwh * np.exp(sigma * draws - sigma**2 / 2)).ravel()
    order, weight = np.argsort(cloud), np.tile(model.weight, 400)
    places = np.cumsum(weight[order]) / weight.sum()
    quantile = {part: float(cloud[order][np.searchsorted(places, part)]) for part in (0.1, 0.5, 0.9)}
    degree_days = shipped.at("climate.degree_days", DAY, YEAR)
    rows = {
        "annual_kwh": model.mean(model.total_kwh),
        "ln_deviation": spread,
        "weather_free_share": 1 - model.mean(model.space_kwh) / model.mean(model.total_kwh),
        "slope_kwh_per_degree_day": model.mean(model.space_kwh) / degree_days,
        "p10_kwh": quantile[0.1], "median_kwh": quantile[0.5], "p90_kwh": quantile[0.9],
    }  # fmt: skip
    odd, even = halves()
    return pd.DataFrame({"model": rows, "odd": _measured(odd), "even": _measured(even), "all": _measured(meters())})


def _measured(sample: pd.DataFrame) -> dict[str, float]:
    annual = sample["annual_kwh"]
    return {
        "annual_kwh": annual.mean(), "ln_deviation": np.log(annual[annual > SMALLEST_KWH]).std(),
        "weather_free_share": sample["constant_kwh_per_day"].mean() * DAYS / annual.mean(),
        "slope_kwh_per_degree_day": sample["slope_kwh_per_degree_day"].mean(),
        "p10_kwh": annual.quantile(0.1), "median_kwh": annual.median(), "p90_kwh": annual.quantile(0.9),
    }  # fmt: skip


def other_exponents() -> pd.DataFrame:
    """What the fit makes of other exponents: each reproduces the same meters, so the meters do not choose."""
    rows = {}
    for exponent in EXPONENTS:
        parameters = _with(read_parameters(), {"building.prebound.exponent": exponent})
        found = fit(halves()[0], parameters)
        fitted = modelled(_with(parameters, {
            "building.prebound.multiplier": found["multiplier"], "building.hot_water.kwh_per_dwelling": found["hot_water_kwh"],
        }))  # fmt: skip
        spread = float(np.hypot(fitted.log_deviation(), found["sigma"]))
        rows[exponent] = {**found, "annual_kwh": fitted.mean(fitted.total_kwh), "ln_deviation": spread}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("exponent")


SHIPPED = {
    "multiplier": "building.prebound.multiplier", "sigma": "building.residual.sigma",
    "hot_water_kwh": "building.hot_water.kwh_per_dwelling", "floor_area_m2": "building.hot_water.floor_area_m2",
}  # fmt: skip


def main() -> None:
    """Print the fit beside the shipped parameters, the comparison with the meters, and other exponents."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    chosen = parser.parse_args()
    parameters = read_parameters()
    fitted = fit(halves()[0], parameters)
    shipped = {name: parameters.at(key, DAY) for name, key in SHIPPED.items()}
    print(pd.DataFrame({"fitted": fitted, "shipped": shipped}).round(4).to_string(), file=sys.stderr)
    print(comparison(parameters).round(3).to_string(), file=sys.stderr)
    print(other_exponents().round(3).to_string(), file=sys.stderr)
    if chosen.json:
        chosen.json.write_text(
            json.dumps({f"prebound_{name}": value for name, value in fitted.items()}, indent=1) + "\n"
        )


if __name__ == "__main__":
    main()
