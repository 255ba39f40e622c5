"""Calibration on synthetic truth: streets that no meter was given for, intervals of single buildings, the total, and seconds.

    .venv/bin/python benchmarks/building_calibration.py [--json FILE]

The world: dwellings of TABULA types on streets that mix types, with another level, exponent and hot water than the model believes,
a deviation per street, households that differ, and some homes not on gas. 70 % of the streets have a total with its number of
connections. What is known of the world is only how much households differ; in the second column not even that (the shipped
spread, that of Flemish meters, is wider). Third column: houses and streets of a shipped place with drawn households.
"""

import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402  (the script may be started by its path)
import pandas as pd  # noqa: E402

from benchmarks import lines  # noqa: E402
from koppelkans import tables  # noqa: E402
from koppelkans.building.calibration import Posterior, calibrate, observed_totals  # noqa: E402
from koppelkans.building.gas import gas_use  # noqa: E402
from koppelkans.building.homes import band, expected_space_heat_kwh, hot_water_kwh, prebound, spread_of_mean  # noqa: E402
from koppelkans.parameters import Parameters, read_parameters  # noqa: E402

HEADLINE = ("street_error", "coverage_80", "calibration_s")
DAY, YEAR = date(2026, 11, 1), 2024
NEED = {
    "detached": [280, 272, 185, 152, 113, 89], "semi_detached": [245, 242, 180, 137, 104, 82], "terraced": [200, 196, 146, 118, 80, 64],
}  # fmt: skip
"""Theoretical need of the existing state by form and period [kWh/m2], TABULA Belgium (VITO)."""
SIZE = {"detached": 210.0, "semi_detached": 178.0, "terraced": 166.0}
"""Reference area of a usual house [m2], means of the same examples."""


@dataclass(frozen=True)
class Truth:
    """What the world really is, against what the model believes."""

    multiplier_factor: float = 0.82
    exponent_shift: float = 0.12
    hot_water_factor: float = 1.1
    street_sigma: float = 0.06
    household_sigma: float = 0.33
    year_sigma: float = 0.1
    off_gas_share: float = 0.12


@dataclass(frozen=True)
class World:
    """A stock with its model (``heat``, ``buildings``), its true heat, the gas that meters would show, and who is on gas."""

    buildings: pd.DataFrame
    heat: pd.DataFrame
    true_kwh: pd.Series
    gas_kwh: pd.Series
    on_gas: pd.Series


def drawn_stock(streets: int, dwellings: int, rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray]:
    """Houses on streets, each street with a main form and period of its own; and their theoretical need per m2."""
    street = np.sort(rng.integers(0, streets, dwellings))
    forms, periods = np.array(list(NEED)), np.arange(len(tables.PERIODS))
    main_form, main_period = (
        rng.integers(0, 3, streets),
        rng.choice(periods, streets, p=[0.2, 0.25, 0.25, 0.15, 0.05, 0.1]),
    )
    alike = rng.random(dwellings) < 0.6
    form = np.where(alike, main_form[street], rng.integers(0, 3, dwellings))
    period = np.where(rng.random(dwellings) < 0.6, main_period[street], rng.choice(periods, dwellings))
    need = np.array(list(NEED.values()), dtype=float)[form, period] * rng.lognormal(0, 0.15, dwellings)
    size = np.array(list(SIZE.values()))[form] * rng.lognormal(-0.03, 0.25, dwellings)
    index = pd.Index([f"h{number:05d}" for number in range(dwellings)], name="building", dtype="str")
    frame = pd.DataFrame(
        {
            "street": np.char.add("Straat ", street.astype(str)), "use": "residential", "type": forms[form], "dwellings": 1,
            "floor_area_m2": size / 0.85, "metered_gas_kwh": np.nan, "epc_score_kwh_per_m2": np.nan,
        },
        index=index,
    )  # fmt: skip
    return frame, need


def modelled(buildings: pd.DataFrame, need: np.ndarray, parameters: Parameters) -> pd.DataFrame:
    """Expected heat and band of the stock before any meter, by the chapter's own formulas."""
    correction = prebound(parameters, DAY)
    reference = 0.85 * buildings["floor_area_m2"].to_numpy()
    space = expected_space_heat_kwh(need * reference, reference, correction)
    water = hot_water_kwh(buildings, parameters, DAY).to_numpy()
    spread = spread_of_mean(correction.sigma, correction.shared_share, buildings["dwellings"].to_numpy(float))
    low, high = band(space + water, spread)
    return pd.DataFrame(
        {
            "space_heat_kwh": space, "hot_water_kwh": water, "heat_low_kwh": low, "heat_high_kwh": high,
            "theoretical_space_heat_kwh": need * reference, "reference_m2": reference,
        },
        index=buildings.index,
    )  # fmt: skip


def true_world(
    buildings: pd.DataFrame, heat: pd.DataFrame, truth: Truth, parameters: Parameters, rng: np.random.Generator
) -> World:
    """What every household really uses in a normal year, and what gas meters show in the weather of the year."""
    count = len(buildings)
    correction = prebound(parameters, DAY)
    code, names = pd.factorize(buildings["street"])
    shift = rng.normal(0, truth.street_sigma, len(names))[code]
    spread = spread_of_mean(truth.household_sigma, correction.shared_share, buildings["dwellings"].to_numpy(float))
    household = rng.lognormal(-(spread**2) / 2, spread)
    need = heat["theoretical_space_heat_kwh"] / heat["reference_m2"] / correction.reference_kwh_per_m2
    space = heat["space_heat_kwh"] * truth.multiplier_factor * need**truth.exponent_shift * np.exp(shift) * household
    water = heat["hot_water_kwh"] * truth.hot_water_factor * household
    weather = parameters.at("climate.degree_days", DAY, str(YEAR)) / parameters.at("climate.normal_degree_days", DAY)
    metered = gas_use(parameters, DAY).at_meter_kwh(space * weather, water, buildings["dwellings"])
    on_gas = pd.Series(rng.random(count) >= truth.off_gas_share, index=buildings.index)
    metered = metered * rng.lognormal(0, truth.year_sigma, count)
    return World(buildings, heat, space + water, metered.where(on_gas), on_gas)


def street_meters(world: World, streets: list[str]) -> pd.DataFrame:
    """Totals of these streets with their number of connections; contract METERS."""
    homes = (world.buildings["dwellings"] * world.on_gas).astype(float)
    by_street = pd.DataFrame({"gas_kwh": world.gas_kwh, "connections": homes}).groupby(world.buildings["street"])
    frame = by_street.sum().loc[streets]
    frame = frame[frame["connections"] > 0].rename_axis("name").reset_index()
    frame = frame.assign(level="street", year=YEAR, calorific="gross", source="synthetic").astype(
        {"name": "str", "level": "str"}
    )
    frame.index = pd.Index([f"m{number:05d}" for number in range(len(frame))], name="row", dtype="str")
    return frame[tables.METERS.column_names]


def household_known(truth: Truth, stock: pd.DataFrame, parameters: Parameters) -> Parameters:
    """The figures with the spread of similar dwellings that this world has: households, and what the prior leaves open."""
    shared = sum(
        parameters.at(f"building.calibration.{name}_sigma", DAY) ** 2 for name in ("prior", "multiplier", "street")
    )
    need = np.log(
        stock["theoretical_space_heat_kwh"] / stock["reference_m2"] / prebound(parameters, DAY).reference_kwh_per_m2
    )
    shared += float((need**2).mean()) * parameters.at("building.calibration.exponent_sigma", DAY) ** 2
    share = float((stock["space_heat_kwh"] / (stock["space_heat_kwh"] + stock["hot_water_kwh"])).mean())
    water = parameters.at("building.calibration.hot_water_sigma", DAY) ** 2
    variance = truth.household_sigma**2 + share**2 * shared + (1 - share) ** 2 * water
    return parameters.changed("building.residual.sigma", since=date(2020, 1, 1), value=float(np.sqrt(variance)))


def calibrated(world: World, meters: pd.DataFrame, parameters: Parameters) -> Posterior:
    """The stock, calibrated on these totals."""
    seen = observed_totals(world.buildings, meters, None, parameters=parameters, day=DAY)
    return calibrate(
        world.heat,
        world.buildings,
        seen,
        gas=gas_use(parameters, DAY),
        prebound=prebound(parameters, DAY),
        parameters=parameters,
        day=DAY,
    )


def judged(world: World, found: Posterior, held_out: set[str]) -> dict[str, float]:
    """Errors of a calibration against the truth of the world; the streets held out had no total."""
    expected = world.heat["space_heat_kwh"] * found.factor_space + world.heat["hot_water_kwh"] * found.factor_water
    before = world.heat["space_heat_kwh"] + world.heat["hot_water_kwh"]
    street = world.buildings["street"]
    out = street.isin(held_out)

    def mape(values: pd.Series) -> float:
        model, true = (part[out].groupby(street[out]).sum() for part in (values, world.true_kwh))
        return float((model / true - 1).abs().mean())

    inside = world.true_kwh.between(expected * found.low, expected * found.high)
    return {
        "street_error": mape(expected), "street_error_before": mape(before), "coverage_80": float(inside.mean()),
        "coverage_80_held_out": float(inside[out].mean()), "total_error": float(abs(expected.sum() / world.true_kwh.sum() - 1)),
        "total_error_before": float(abs(before.sum() / world.true_kwh.sum() - 1)),
        "exponent": float(found.figures["posterior"]["exponent"]),
        "exponent_sigma": float(found.figures["posterior_sigma"]["exponent"]),
    }  # fmt: skip


def synthetic(
    seed: int = 1, *, streets: int = 400, dwellings: int = 13_000, truth: Truth | None = None, wide: bool = False
) -> tuple[World, set[str], Parameters]:
    """A world, the streets held out of its meters, and the figures to calibrate with."""
    truth, rng, shipped = truth or Truth(), np.random.default_rng(seed), read_parameters().silent()
    buildings, need = drawn_stock(streets, dwellings, rng)
    parameters = shipped if wide else household_known(truth, modelled(buildings, need, shipped), shipped)
    world = true_world(buildings, modelled(buildings, need, parameters), truth, parameters, rng)
    names = np.unique(buildings["street"])
    return world, set(rng.permutation(names)[: round(0.3 * len(names))]), parameters


def on_synthetic_truth(seed: int = 1, *, wide: bool = False) -> dict[str, float]:
    """Errors and seconds on 400 streets and 13,000 dwellings."""
    world, held_out, parameters = synthetic(seed, wide=wide)
    meters = street_meters(world, sorted(set(world.buildings["street"]) - held_out))
    calibrated(world, meters, parameters)
    begin = time.perf_counter()
    found = calibrated(world, meters, parameters)
    seconds = time.perf_counter() - begin
    return judged(world, found, held_out) | {"calibration_s": seconds}


def on_real_stock(name: str = "genk_winterslag", seed: int = 1) -> dict[str, float]:
    """The same on the houses and streets of a shipped place, with the gas of drawn households."""
    from koppelkans.building import expected_demand
    from koppelkans.place.read import read_place

    truth, rng, shipped = Truth(), np.random.default_rng(seed), read_parameters().silent()
    buildings = pd.DataFrame(read_place(name).buildings.drop(columns="geometry"))
    buildings = buildings[(buildings["use"] == "residential") & buildings["heated"] & buildings["street"].notna()]
    parameters = household_known(truth, expected_demand(buildings, parameters=shipped, day=DAY)[0], shipped)
    heat = expected_demand(buildings, parameters=parameters, day=DAY)[0]
    world = true_world(buildings, heat, truth, parameters, rng)
    names = np.unique(buildings["street"])
    held_out = set(rng.permutation(names)[: round(0.3 * len(names))])
    meters = street_meters(world, sorted(set(names) - held_out))
    return judged(world, calibrated(world, meters, parameters), held_out)


def figures() -> dict[str, float]:
    """Error of streets without a total (share), share of buildings inside their 80 % interval, seconds of the calibration."""
    found = on_synthetic_truth()
    return {name: found[name] for name in HEADLINE}


def main() -> None:
    """Print all figures; write the headline ones as JSON."""
    chosen = lines.arguments(__doc__ or "")
    columns = [
        ("synthetic", on_synthetic_truth()), ("shipped spread", on_synthetic_truth(wide=True)), ("Winterslag", on_real_stock()),
    ]  # fmt: skip
    names = list(columns[0][1])
    lines.show(
        "calibration on synthetic truth", ["figure", *(title for title, _ in columns)],
        [[name, *(found.get(name, "") for _, found in columns)] for name in names],
    )  # fmt: skip
    lines.Figures(chosen.json).record(**{name: columns[0][1][name] for name in HEADLINE})


if __name__ == "__main__":
    main()
