"""What data are worth: the same decisions with and without meters and certificates, judged in a truth that is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.building import Metered, expected_demand
from koppelkans.building.calibration.truth import TO_BUILDING, TO_SECTOR, TO_STREET, Truth, drawn_truth, shown_by_meters
from koppelkans.heat import Economics
from koppelkans.heat.options import OptionArrays, Picks, option_arrays, pick
from koppelkans.parameters import Parameters
from koppelkans.plan.influence import systematic_sample
from koppelkans.plan.orderings import FOSSIL, aims, allowed_packages, restricted
from koppelkans.scenario import Scenario
from koppelkans.tables import RemarkRow

SAMPLE = 240
"""Buildings whose decisions are weighed; errors are over all of them."""
DATA = {
    # what: Dutch, English, level of the meters, with certificates
    "none": ("Geen meters, geen EPC", "No meters, no EPC", "", False),
    "epc": ("EPC van elke woning", "EPC of every dwelling", "", True),
    "sector": ("Gas per sector", "Gas per sector", TO_SECTOR, False),
    "street": ("Gas per straat", "Gas per street", TO_STREET, False),
    "building": ("Gasmeter van elk gebouw", "Gas meter of every building", TO_BUILDING, False),
    "building_epc": ("Gasmeter en EPC van elk gebouw", "Gas meter and EPC of every building", TO_BUILDING, True),
}


@dataclass(frozen=True, slots=True)
class _World:
    """The place without any data, and what its decisions are weighed with."""

    buildings: pd.DataFrame
    prior: pd.DataFrame
    sample: pd.Index
    made: Mapping[str, pd.DataFrame]
    economics: Economics
    scenario: Scenario
    parameters: Parameters


def data_value(
    buildings: pd.DataFrame, made: Mapping[str, pd.DataFrame], *, economics: Economics, scenario: Scenario, parameters: Parameters
) -> tuple[pd.DataFrame, list[RemarkRow]]:  # fmt: skip
    """Error of the demand and decisions that change, for each kind of data (contract DATA_VALUE); mean over ``data_draws`` truths.

    ``made``: RENOVATIONS, PRICES and SUPPORT of the plan. Empty where no draws are asked or nothing is heated.
    Method: docs/method.md#data-value.
    """
    bare = pd.DataFrame(buildings.drop(columns="geometry", errors="ignore"))
    bare = bare[bare["heated"].to_numpy(bool)].assign(metered_gas_kwh=np.nan, epc_score_kwh_per_m2=np.nan)
    if scenario.data_draws == 0 or bare.empty:
        return tables.DATA_VALUE.empty(), []
    silent = parameters.silent()
    prior, _ = expected_demand(bare, parameters=silent, day=economics.day, design_outdoor_c=scenario.design_outdoor_c)
    sample = systematic_sample(bare, prior, SAMPLE).index
    world = _World(bare, prior, sample, made, economics, scenario, silent)
    draws = [_one_truth(world, scenario.seed + number) for number in range(scenario.data_draws)]
    frame = sum(draws[1:], draws[0]) / len(draws)
    words = pd.DataFrame(
        {"title": [row[0] for row in DATA.values()], "title_en": [row[1] for row in DATA.values()]}, index=frame.index
    )
    frame = words.join(frame).astype({"title": "str", "title_en": "str"}).rename_axis("data")
    frame.index = frame.index.astype("str")
    return frame[tables.DATA_VALUE.column_names], [_remark(len(sample), len(bare), scenario.data_draws)]


def _one_truth(world: _World, seed: int) -> pd.DataFrame:
    """Errors and decisions in one truth, index ``data``."""
    day, prior = world.economics.day, world.prior
    columns = [
        "space_heat_kwh",
        "hot_water_kwh",
        "heat_low_kwh",
        "heat_high_kwh",
        "theoretical_space_heat_kwh",
        "reference_m2",
    ]
    truth = drawn_truth(prior[columns], world.buildings, parameters=world.parameters, day=day, seed=seed)
    true = _at_level(
        prior, prior["space_heat_kwh"] * truth.space_factor, prior["hot_water_kwh"] * truth.water_factor, world
    )
    in_truth = _arrays(world, true)
    best = _decide(world, in_truth, true)
    rows = {}
    for name, (_, _, level, certified) in DATA.items():
        known = _known(world, truth, level, certified=certified)
        chosen = _decide(world, _arrays(world, known), known)
        rows[name] = _errors(world, known, true) | _decisions(world, chosen, best, in_truth)
    return pd.DataFrame.from_dict(rows, orient="index")


def _known(world: _World, truth: Truth, level: str, *, certified: bool) -> pd.DataFrame:
    """Demand as the plan would know it with these data."""
    buildings = world.buildings
    if certified:
        buildings = buildings.assign(epc_score_kwh_per_m2=truth.epc_score_kwh_per_m2.reindex(buildings.index))
    # A year without degree days of its own counts as normal, which is what the truth is.
    meters = shown_by_meters(truth, buildings, level, year=world.scenario.start_year) if level else None
    known, _ = expected_demand(
        buildings, parameters=world.parameters, day=world.economics.day, design_outdoor_c=world.scenario.design_outdoor_c,
        metered=Metered(meters=meters),
    )  # fmt: skip
    return known


def _at_level(prior: pd.DataFrame, space_kwh: pd.Series, water_kwh: pd.Series, world: _World) -> pd.DataFrame:
    """The demand at another level, the peak by its own rule: dwellings between full loss and use, others with use."""
    ratio = (space_kwh / prior["space_heat_kwh"].where(prior["space_heat_kwh"] > 0)).fillna(1.0)
    exponent = world.parameters.at("building.peak.reduction_exponent", world.economics.day)
    homes = world.buildings["use"] == "residential"
    return prior.assign(
        space_heat_kwh=space_kwh, hot_water_kwh=water_kwh, heat_kwh=space_kwh + water_kwh,
        peak_kw=prior["peak_kw"] * (ratio**exponent).where(homes, ratio),
    )  # fmt: skip


def _arrays(world: _World, demand: pd.DataFrame) -> OptionArrays:
    made, sample = world.made, world.sample
    ladder = made["renovations"]
    return option_arrays(
        world.buildings.loc[sample], demand.loc[sample], ladder[ladder["building"].isin(sample)], made["prices"], made["support"],
        economics=world.economics, parameters=world.parameters,
    )  # fmt: skip


def _decide(world: _World, arrays: OptionArrays, demand: pd.DataFrame) -> Picks:
    allowed = allowed_packages(
        world.scenario.ordering,
        arrays,
        world.buildings.loc[arrays.buildings],
        demand,
        aims(world.scenario, world.parameters),
    )
    free = ~FOSSIL if world.scenario.fossil_free else None
    return pick(restricted(arrays, allowed), solutions=free)


def _errors(world: _World, known: pd.DataFrame, true: pd.DataFrame) -> dict[str, float]:
    found, heat = known["heat_kwh"], true["heat_kwh"]
    street = world.buildings["street"].fillna("")
    by_street = (found - heat).groupby(street).sum().abs().sum()
    return {
        "building_error_share": float((found - heat).abs().sum() / heat.sum()),
        "street_error_share": float(by_street / heat.sum()),
        "total_error_share": float(abs(found.sum() - heat.sum()) / heat.sum()),
    }


def _decisions(world: _World, chosen: Picks, best: Picks, in_truth: OptionArrays) -> dict[str, float]:
    """Decisions that differ from those with the truth, and what that costs in it, scaled from the sample to the place."""
    both = (chosen.solution >= 0) & (best.solution >= 0)
    rows = np.flatnonzero(both)
    cost = in_truth.society_eur_per_year
    regret = (
        cost[rows, chosen.solution[rows], chosen.package[rows]] - cost[rows, best.solution[rows], best.package[rows]]
    )
    differs = (chosen.solution != best.solution) | (chosen.package != best.package)
    share = float(differs.mean()) if len(differs) else 0.0
    scale = len(world.buildings) / max(len(world.sample), 1)
    # A combination that does not fit in the truth (flow too hot) is cheaper on paper: it counts as no gain.
    return {
        "changed_share": share, "changed_buildings": share * len(world.buildings),
        "regret_eur_per_year": float(np.maximum(regret, 0.0).sum()) * scale,
    }  # fmt: skip


def _remark(count: int, whole: int, draws: int) -> RemarkRow:
    return tables.remark(
        "data_value", f"Wat gegevens waard zijn, is berekend in {draws} waarheden die uit het model zelf zijn getrokken, met de beslissingen van {count} "
        f"van {whole} gebouwen: een waarheid uit het model kent geen verrassingen.", f"What data are worth was computed in {draws} truths drawn from the "
        f"model itself, with the decisions of {count} of {whole} buildings: a truth from the model knows no surprises.", method="data-value",
    )  # fmt: skip
