"""What a way out of gas starts from: zones with their connections, what is chosen, and the figures of the network."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from math import inf
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.errors import DataError, ScenarioError, suggestion
from koppelkans.parameters import Parameters
from koppelkans.tables import first_keys

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

Route = Literal["current_users", "fund", "public", "heat_concession", "electricity"]
ROUTES: tuple[Route, ...] = ("current_users", "fund", "public", "heat_concession")
"""Who pays stranded value and closing cost. A fifth, ``electricity``, is known and refused."""

NEVER = 9999
"""Closing year, inside the arrays, of a zone without one."""

ZONE_NUMBERS = ("vulnerable_connections", "other_connections", "asset_value_eur")
GROUPS = ("vulnerable", "other")


@dataclass(frozen=True, slots=True)
class GasChoices:
    """What is chosen about the way out of gas.

    ``write_off_year``: the network is written off by the end of that year; None: each year the value over the depreciation term.
    ``dossiers_per_year``: how many connections can be accompanied a year, a hard limit. ``fund_eur_per_year``: contribution per
    connection on the route ``fund``; None: the smallest level that leaves no deficit. ``renovation_end_year``: from then on no gas
    boiler is placed when a home is renovated; ``boiler_end_year``: from then on none is sold or placed at all.
    """

    route: Route = "current_users"
    write_off_year: int | None = None
    start_year: int = 2026
    end_year: int = 2050
    dossiers_per_year: float = inf
    fund_eur_per_year: float | None = None
    renovation_end_year: int | None = None
    boiler_end_year: int | None = None


@dataclass(frozen=True, slots=True)
class GasRules:
    """Figures of the network and of those who leave it, on one day; each is the parameter of the same name."""

    connections: float
    return_share: float
    fixed_upkeep_eur_per_year: float
    connection_upkeep_eur_per_year: float
    depreciation_years: float
    investment_first_eur_per_year: float
    investment_settled_eur_per_year: float
    investment_first_year: float
    investment_settled_year: float
    closing_cost_eur: float
    fund_interest_share: float
    exit_base_share: float
    exit_per_eur_share: float
    exit_floor_share: float
    exit_ceiling_share: float
    exit_vulnerable_ratio: float
    accompaniment_share: float
    accompaniment_years: float
    boiler_at_end_share: float
    boiler_renovation_share: float
    boiler_leaves_share: float
    boiler_life_years: float


def gas_rules(parameters: Parameters, day: date) -> GasRules:
    """The figures of the gas network on a day. Raises ParameterError for one without value."""
    names = [field.name for field in fields(GasRules) if field.name != "boiler_life_years"]
    figures = {name: parameters.at(f"gas_network.{name}", day) for name in names}
    return GasRules(**figures, boiler_life_years=parameters.at("heat.gas_boiler.life_years", day))


# ------------------------------------------------------------------------------------------------------------------------ zones


def flemish_zones(*, parameters: Parameters, day: date, seed: int = 3) -> pd.DataFrame:
    """Zones that together stand for the Flemish gas network: equal connections and value, vulnerable shares drawn, no closing year.

    Result: index ``zone``; ``vulnerable_connections``, ``other_connections``, ``asset_value_eur``, ``closing_year`` (all missing).
    The vulnerable share of a zone is a draw from Beta(a, b), cut to a floor and a ceiling; real zones, their length, age and value
    are not known. Method: docs/method.md#gas-exit.
    """

    def figure(name: str) -> float:
        return parameters.at(f"gas_network.{name}", day)

    count = int(figure("zones"))
    drawn = np.random.default_rng(seed).beta(figure("vulnerable_first_shape"), figure("vulnerable_second_shape"), count)
    vulnerable_share = np.clip(drawn, figure("vulnerable_floor_share"), figure("vulnerable_ceiling_share"))
    each = figure("connections") / count
    return _zones(
        [f"z{number:03d}" for number in range(count)],
        each * vulnerable_share,
        each * (1 - vulnerable_share),
        np.full(count, figure("asset_value_eur") / count),
    )


def place_zones(
    cells: pd.DataFrame, *, name: str, closing_year: int | None, parameters: Parameters, day: date
) -> tuple[pd.DataFrame, list[tables.RemarkRow]]:
    """One place as a single zone: its connections, and per connection the value of the Flemish mean.

    cells: population of the place; uses ``weight`` (households), ``vulnerable``, ``has_gas``. Result: as ``flemish_zones``, and the
    assumption behind it. Raises DataError when no household has gas. Method: docs/method.md#gas-exit.
    """
    on_gas = cells.loc[cells["has_gas"].astype(bool)]
    vulnerable = float(on_gas.loc[on_gas["vulnerable"].astype(bool), "weight"].sum())
    other = float(on_gas["weight"].sum()) - vulnerable
    if vulnerable + other <= 0:
        raise DataError(
            f"no household of {name} has gas: there is no gas network to leave; check has_gas and weight of the population"
        )
    each_eur = parameters.at("gas_network.asset_value_eur", day) / parameters.at("gas_network.connections", day)
    zone = _zones([name], np.array([vulnerable]), np.array([other]), np.array([each_eur * (vulnerable + other)]))
    if closing_year is not None:
        zone = zone.assign(closing_year=pd.array([closing_year], dtype="Int64"))
    text = (
        "Gasnet van deze plek: per aansluiting een gelijk deel van de Vlaamse kosten en waarde, als één zone met een eigen tarief. "
        "In werkelijkheid geldt één tarief per netgebied en verschillen lengte en leeftijd van het net."
    )
    english = (
        "Gas network of this place: per connection an equal part of Flemish cost and value, as one zone with a tariff of its own. "
        "In reality one tariff holds per grid area, and length and age of the network differ."
    )
    return zone, [tables.remark("gas exit", text, english, method="gas-exit")]


def planned(zones: pd.DataFrame, *, first_year: int = 2031, last_year: int = 2048) -> pd.DataFrame:
    """The same zones with closing years spread evenly from ``first_year`` to ``last_year``, in the order of the table.

    Zone k of n closes in  first + floor((last - first + 1) k / n). Raises ScenarioError when the last year comes before the first.
    """
    if last_year < first_year:
        raise ScenarioError(
            f"the last zone would close in {last_year}, before the first in {first_year}; turn both around"
        )
    order = np.arange(len(zones))
    years = first_year + (last_year - first_year + 1) * order // max(1, len(zones))
    return zones.assign(closing_year=pd.array(years, dtype="Int64"))


def _zones(names: list[str], vulnerable: Floats, other: Floats, value_eur: Floats) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "vulnerable_connections": vulnerable,
            "other_connections": other,
            "asset_value_eur": value_eur,
            "closing_year": pd.array([pd.NA] * len(names), dtype="Int64"),
        },
        index=pd.Index(names, name="zone", dtype="str"),
    )


# -------------------------------------------------------------------------------------------------------------------- refusals


def check_zones(zones: pd.DataFrame, start_year: int) -> None:
    """Refusal of zones that cannot be computed: DataError that lists every fault with the first three zones."""
    lacking = [name for name in (*ZONE_NUMBERS, "closing_year") if name not in zones.columns]
    if lacking:
        raise DataError(f"the zones lack {', '.join(lacking)}; expected {', '.join(ZONE_NUMBERS)} and closing_year")
    if zones.empty:
        raise DataError("there are no zones; give at least one with its gas connections")
    numbers = zones[list(ZONE_NUMBERS)].astype(float)
    connections = numbers["vulnerable_connections"] + numbers["other_connections"]
    closing = zones["closing_year"].astype("Int64").fillna(NEVER).astype("int64")
    rules = {
        "stand twice": zones.index.duplicated(),
        "have a missing or infinite number": ~np.isfinite(numbers.to_numpy()).all(axis=1),
        "have a negative number of connections": (numbers.iloc[:, :2] < 0).any(axis=1).to_numpy(),
        "have no connections; leave them out": (connections == 0).to_numpy(),
        "have a negative asset value": (numbers["asset_value_eur"] < 0).to_numpy(),
        f"close before the start in {start_year}": (closing < start_year).to_numpy(),
    }
    faults = [
        f"{int(wrong.sum())} zones {what} ({first_keys(zones.index[wrong].tolist())})"
        for what, wrong in rules.items()
        if wrong.any()
    ]
    if faults:
        raise DataError("the zones of the gas network cannot be used", faults)


def check_choices(choices: GasChoices) -> None:
    """Refusal of choices that contradict each other or recommendation A1: ScenarioError that lists every fault."""
    faults = []
    if choices.route == "electricity":
        faults.append(
            "route electricity is refused: recommendation A1 asks that the depreciation of the gas network is paid within the gas "
            f"price and never through electricity; choose one of {', '.join(ROUTES)}"
        )
    elif choices.route not in ROUTES:
        faults.append(f"route {choices.route} is not known; {suggestion(str(choices.route), ROUTES)}")
    if choices.end_year < choices.start_year:
        faults.append(f"the end year {choices.end_year} comes before the start year {choices.start_year}")
    if not choices.dossiers_per_year >= 0:
        faults.append(f"dossiers_per_year is {choices.dossiers_per_year}; expected zero or more")
    if choices.fund_eur_per_year is not None and choices.route != "fund":
        faults.append(f"a contribution to the fund is given, but the route is {choices.route}; choose route fund")
    if choices.fund_eur_per_year is not None and not 0 <= choices.fund_eur_per_year < inf:
        faults.append(f"fund_eur_per_year is {choices.fund_eur_per_year}; expected zero or more")
    if choices.write_off_year is not None and choices.write_off_year < choices.start_year:
        faults.append(f"the network would be written off by {choices.write_off_year}, before {choices.start_year}")
    ends = choices.renovation_end_year, choices.boiler_end_year
    if ends[0] is not None and ends[1] is not None and ends[0] > ends[1]:
        faults.append(
            f"no gas boiler at renovation from {ends[0]} comes after the end of all gas boilers in {ends[1]}; leave one out"
        )
    if faults:
        raise ScenarioError("these choices about the gas network cannot be used", faults)
