"""Three orderings side by side: efficiency first, fossil-free first, or the date leads and the solution sets the insulation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.errors import ScenarioError
from koppelkans.heat import Economics
from koppelkans.heat.options import OptionArrays, Picks, pick
from koppelkans.parameters import Parameters
from koppelkans.scenario import Scenario
from koppelkans.tables import RemarkRow

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
KG_PER_TONNE = 1_000.0
FOSSIL: Flags = np.isin(tables.INDIVIDUAL_SOLUTIONS, tables.FOSSIL_SOLUTIONS)
BelowA = Callable[[pd.DataFrame], pd.Series]
"""Probability that each dwelling building stays below label A, given its solution and rung."""


@dataclass(frozen=True, slots=True)
class Aims:
    """Theoretical need per m2 that efficiency first aims at, and that every dwelling comes under when the date leads."""

    target_kwh_per_m2: float
    floor_kwh_per_m2: float


def aims(scenario: Scenario, parameters: Parameters) -> Aims:
    """The aims of the scenario, else the figures of the parameters."""
    chosen, day = scenario.renovation, scenario.reference_date
    target, floor = chosen.target_kwh_per_m2, chosen.comfort_floor_kwh_per_m2
    return Aims(
        parameters.at("orderings.target_need_kwh_per_m2", day) if target is None else target,
        parameters.at("orderings.comfort_floor_kwh_per_m2", day) if floor is None else floor,
    )


def allowed_packages(
    ordering: str, arrays: OptionArrays, houses: pd.DataFrame, demand: pd.DataFrame, wanted: Aims
) -> Flags:
    """Which packages (n, P) an ordering lets each building take; at least one where the building has any.

    efficiency_first: the lowest rung whose need is at most the target, the rung of least need where none is. fossil_free_first: the lowest rung
    with which a fossil-free solution fits. date_leads: rungs under the comfort floor, those of least need where none is; buildings that
    are no dwelling keep every rung. Method: docs/method.md#orderings.
    """
    packages = arrays.packages
    area = demand["reference_m2"].reindex(arrays.buildings).to_numpy(float)[:, None]
    need = np.where(packages.useful, packages.need_kwh, np.inf) / area
    least = np.isclose(need, need.min(axis=1, keepdims=True))
    if ordering == "efficiency_first":
        reached: Flags = need <= wanted.target_kwh_per_m2
        return _lowest(_where_any(reached, least), packages.rung)
    if ordering == "fossil_free_first":
        fits: Flags = np.any(arrays.fits & ~FOSSIL[None, :, None], axis=1)
        return _lowest(_where_any(fits, packages.useful), packages.rung)
    under: Flags = need <= wanted.floor_kwh_per_m2
    homes = np.isfinite(need) & _where_any(under, least)
    residential = (houses["use"] == "residential").to_numpy(bool)[:, None]
    return np.where(residential, homes, packages.useful)


def _where_any(wanted: Flags, otherwise: Flags) -> Flags:
    """The wanted packages of each building, the others where it has none of them."""
    some = np.asarray(wanted.any(axis=1), dtype=np.bool_)
    return np.where(some[:, None], wanted, otherwise)


def _lowest(candidates: Flags, rung: NDArray[np.int64]) -> Flags:
    """The candidates of the lowest rung of each building."""
    first = np.where(candidates, rung[None, :], np.iinfo(np.int64).max).min(axis=1, keepdims=True)
    lowest: Flags = candidates & (rung[None, :] == first)
    return lowest


def restricted(arrays: OptionArrays, allowed: Flags) -> OptionArrays:
    """The combinations that an ordering allows; fossil solutions keep every package, because they are the reference."""
    return replace(arrays, fits=arrays.fits & (allowed[:, None, :] | FOSSIL[None, :, None]))


def with_chosen_measures(allowed: Flags, arrays: OptionArrays, scenario: Scenario) -> Flags:
    """The packages of the ordering, those chosen by hand in their place: that package, with or without new emitters.

    Raises ScenarioError that names the buildings where no solution that the scenario allows fits with the chosen measures.
    """
    row = arrays.buildings.get_indexer(pd.Index(list(scenario.choices.measures), dtype="str"))
    row = row[row >= 0]
    if not len(row):
        return allowed
    packages = arrays.packages
    last = np.where(packages.useful, packages.rung[None, :], -1).max(axis=1)
    bounded = allowed.copy()
    bounded[row] = packages.useful[row] & (packages.rung[None, :] == last[row, None])
    solutions = ~FOSSIL if scenario.fossil_free else np.ones_like(FOSSIL)
    lost = pick(arrays, packages=bounded, solutions=solutions).solution[row] < 0
    if lost.any():
        names = tables.first_keys(arrays.buildings[row[lost]])
        raise ScenarioError(
            f"the measures chosen for {int(lost.sum())} buildings ({names}) leave no solution that the scenario allows: the water would have to be "
            "too hot for any of them. Choose more measures there, or allow fossil solutions"
        )
    return bounded


def orderings(
    buildings: pd.DataFrame, arrays: OptionArrays, demand: pd.DataFrame, below_a: BelowA,
    *, economics: Economics, scenario: Scenario, parameters: Parameters,
) -> tuple[pd.DataFrame, list[RemarkRow]]:  # fmt: skip
    """The three orderings on the same buildings, fossil-free individual solutions only (contract ORDERING_RESULTS).

    ``below_a`` tells, for a frame with solution and rung per building, the probability of a label below A under the rule of today.
    Method: docs/method.md#orderings.
    """
    if not len(arrays.buildings):
        return tables.ORDERING_RESULTS.empty(), []
    wanted = aims(scenario, parameters)
    houses = buildings.loc[arrays.buildings]
    pace = works_eur_per_year(houses, parameters, scenario.reference_date)
    now = pick(arrays, solutions=FOSSIL & np.isin(tables.INDIVIDUAL_SOLUTIONS, ("gas_boiler", "collective_gas_boiler")))
    rows = {}
    for ordering in tables.ORDERINGS:
        allowed = allowed_packages(ordering, arrays, houses, demand, wanted)
        chosen = pick(arrays, packages=allowed, solutions=~FOSSIL)
        rows[ordering] = {
            "chosen": ordering == scenario.ordering,
            **_end_state(houses, arrays, demand, chosen, below_a),
            **_way(arrays, now, chosen, pace, economics, scenario),
        }
    frame = pd.DataFrame.from_dict(rows, orient="index").rename_axis("ordering")
    frame.index = frame.index.astype("str")
    deep = frame["deep_dwellings"].astype(float)
    frame["deep_avoided_dwellings"] = float(deep["efficiency_first"]) - deep
    kinds = {item.name: item.kind for item in tables.ORDERING_RESULTS.columns}
    return frame.astype(kinds)[tables.ORDERING_RESULTS.column_names], _remarks(frame, pace, wanted, scenario)


def picked_frame(arrays: OptionArrays, picks: Picks) -> pd.DataFrame:
    """Solution, rung, package and measures of a pick, index building; buildings where nothing fits are left out."""
    found = picks.solution >= 0
    rows, package = np.flatnonzero(found), picks.package[found]
    packages = arrays.packages
    return pd.DataFrame(
        {
            "solution": np.array(tables.INDIVIDUAL_SOLUTIONS, dtype=object)[picks.solution[found]], "rung": packages.rung[package],
            "depth": packages.depth[rows, package // 2],
        }, index=arrays.buildings[found],
    ).rename_axis("building")  # fmt: skip


def _end_state(
    houses: pd.DataFrame, arrays: OptionArrays, demand: pd.DataFrame, chosen: Picks, below_a: BelowA
) -> dict[str, float]:
    """What stands once all is done."""
    frame = picked_frame(arrays, chosen)
    dwellings = houses["dwellings"].reindex(frame.index).astype(float)
    at = _at(chosen)
    area = demand["reference_m2"].reindex(frame.index)
    home = houses.loc[frame.index, "use"].eq("residential") & (dwellings > 0)
    need = pd.Series(arrays.packages.need_kwh[at[0], at[2]], index=frame.index)
    depth = dwellings.groupby(frame["depth"]).sum()
    below = below_a(frame).reindex(frame.index)
    return {
        "society_eur_per_year": float(arrays.society_eur_per_year[at].sum()),
        "owner_eur_per_year": float(arrays.owner_eur_per_year[at].sum()),
        "investment_eur": float(arrays.investment_eur[at].sum()),
        "emission_after_tonnes": float(arrays.emission_kg[at].sum()) / KG_PER_TONNE,
        "need_after_kwh_per_m2": float(need[home].sum() / area[home].sum()) if home.any() else 0.0,
        "dwellings": float(dwellings.sum()),
        "fossil_free_dwellings": float(dwellings.sum()),
        "fossil_free_below_a_dwellings": float((dwellings * below).sum()),
        **{f"{name}_dwellings": float(depth.get(f"{name}_renovation", 0.0)) for name in ("light", "medium", "deep")},
    }


def _at(picks: Picks) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    found = picks.solution >= 0
    return np.flatnonzero(found), picks.solution[found], picks.package[found]


def _way(
    arrays: OptionArrays, now: Picks, chosen: Picks, pace: float, economics: Economics, scenario: Scenario
) -> dict[str, float]:
    """Emission and cost on the way, all works in a straight line at the same pace."""
    before, after = _at(now), _at(chosen)
    years = np.arange(scenario.horizon_years) + 0.5
    needed = float(arrays.investment_eur[after].sum()) / pace if pace > 0 else np.inf
    done = np.minimum(1.0, years / needed) if needed > 0 else np.ones_like(years)
    discount = (1.0 + economics.society_rate_share) ** -years

    def path(values: Floats) -> Floats:
        first, last = float(values[before].sum()), float(values[after].sum())
        return np.asarray(first - (first - last) * done)

    last_year = scenario.start_year + int(np.ceil(needed)) if np.isfinite(needed) else 2150
    return {
        "emission_horizon_tonnes": float(path(arrays.emission_kg).sum()) / KG_PER_TONNE,
        "present_cost_eur": float((path(arrays.society_eur_per_year) * discount).sum()),
        "last_year": min(last_year, 2150),
    }


def works_eur_per_year(houses: pd.DataFrame, parameters: Parameters, day: date) -> float:
    """Works that a place like this can take in a year [EUR]: the pace per dwelling, buildings without dwellings by floor area."""
    per_dwelling = parameters.at("orderings.works_eur_per_dwelling_year", day)
    as_one = parameters.at("orderings.dwelling_m2", day)
    other = houses.loc[houses["dwellings"] == 0, "floor_area_m2"].sum() / as_one
    return float(per_dwelling * (houses["dwellings"].sum() + other))


def _remarks(frame: pd.DataFrame, pace: float, wanted: Aims, scenario: Scenario) -> list[RemarkRow]:
    rows = [tables.remark(
        "orderings", f"Drie volgordes met hetzelfde tempo van werken ({pace / 1e6:.1f} miljoen EUR per jaar), alleen oplossingen per gebouw: doel "
        f"{wanted.target_kwh_per_m2:.0f} kWh/m² bij eerst isoleren, ondergrens {wanted.floor_kwh_per_m2:.0f} kWh/m² als de datum leidt.",
        f"Three orderings at the same pace of works ({pace / 1e6:.1f} million EUR a year), individual solutions only: target "
        f"{wanted.target_kwh_per_m2:.0f} kWh/m2 with efficiency first, floor {wanted.floor_kwh_per_m2:.0f} kWh/m2 when the date leads.",
        method="orderings",
    )]  # fmt: skip
    last = int(frame["last_year"].astype(int)[scenario.ordering])
    if scenario.fossil_free and last > scenario.fossil_free_year:
        rows.append(tables.remark(
            "orderings", f"Aan dit tempo is de gekozen volgorde pas klaar in {last}, na de datum van {scenario.fossil_free_year}.",
            f"At this pace the chosen ordering is done in {last}, after the date of {scenario.fossil_free_year}.", level="warning", method="orderings",
        ))  # fmt: skip
    return rows
