"""How much the headline figures move over the range of each uncertain figure of law and technique.

One figure at a time goes to its low and its high end, on a systematic sample of the buildings; the plan is made again each
time. The bands of the indicators join these moves as independent (root of the sum of squares, each side apart).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.building import expected_demand
from koppelkans.building.renovation.shell import shell_of
from koppelkans.building.renovation.table import ladders
from koppelkans.heat import Economics
from koppelkans.heat.options import least_cost, option_arrays
from koppelkans.money import energy_prices, owner_support
from koppelkans.parameters import Parameters
from koppelkans.parameters.store import Use
from koppelkans.plan.orderings import aims, allowed_packages, restricted, with_chosen_measures
from koppelkans.scenario import Scenario
from koppelkans.tables import RemarkRow

SAMPLE = 120
HEADLINE = "society_after_keur_per_year"
PARTS = ("demand", "prices", "support", "shell", "renovations")


@dataclass(frozen=True, slots=True)
class Moves:
    """``moves``: index (key, scope, end), a column per headline indicator, relative change. ``keys``: figures that the headline reads in any scope.

    ``sample``, ``whole``: buildings that it was computed on, and that there are.
    """

    moves: pd.DataFrame
    keys: frozenset[str]
    sample: int
    whole: int


def economics_of(scenario: Scenario, parameters: Parameters) -> Economics:
    """The rates, horizon and carbon price by which options are weighed."""
    return Economics(
        society_rate_share=scenario.society_rate_share,
        owner_rate_share=scenario.owner_rate_share,
        horizon_years=scenario.horizon_years,
        carbon_eur_per_tonne=parameters.at(
            "carbon.society_eur_per_tonne", scenario.reference_date, scenario.carbon_path
        ),
        day=scenario.reference_date,
    )


def at_design(scenario: Scenario, parameters: Parameters) -> Parameters:
    """The figures with the design outdoor temperature of the scenario, where it chooses one."""
    if scenario.design_outdoor_c is None:
        return parameters
    since = scenario.reference_date
    return parameters.changed(
        "climate.design_outdoor_c", since=since, value=scenario.design_outdoor_c, source="scenario"
    )


def headline_moves(
    buildings: pd.DataFrame, heat: pd.DataFrame, scenario: Scenario, parameters: Parameters, *, area: str,
    on_building_line: pd.Series | None = None,
) -> Moves:  # fmt: skip
    """How far the headline indicators move over the range of each figure that they stand on.

    ``buildings`` and ``heat`` (contract DEMAND) are the whole place; a systematic sample over type, period and demand stands for
    it. Nothing is noted in the account of ``parameters``. Method: docs/method.md#influence.
    """
    chain = _Chain(systematic_sample(buildings, heat, SAMPLE), scenario, area, on_building_line)
    base = chain.parts(parameters.silent())
    read = {name: _read(partial(chain.part, name, base), parameters) for name in PARTS}
    asked = _read(partial(chain.headline, base), parameters) | {
        name: use for uses in read.values() for name, use in uses.items()
    }
    keys = {name: {use.key for use in uses.values()} for name, uses in read.items()}
    keys["renovations"] |= keys["demand"] | keys["shell"]  # the ladder stands on both
    level = chain.headline(base, parameters.silent())
    rows = {}
    for key, scope in sorted({(use.key, use.answered) for use in asked.values() if use.value.low is not None}):
        for end in ("low", "high"):
            moved = parameters.silent().moved(key, scope, end=end)
            parts = dict(base)
            for name in PARTS:
                if key in keys[name]:
                    parts[name] = chain.part(name, parts, moved)
            rows[(key, scope, end)] = chain.headline(parts, moved) / level - 1
    moves = pd.DataFrame.from_dict(rows, orient="index", columns=list(level.index))
    moves.index = pd.MultiIndex.from_tuples(list(rows), names=["key", "scope", "end"])
    return Moves(moves, frozenset(use.key for use in asked.values()), len(chain.sample), len(heat))


def influence(parameters: Parameters, found: Moves) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """The figures that this run used (contract FIGURES), each with how far it moves the headline; 0 for a scope that the sample never met."""
    return _figures(dict(parameters.used or {}), parameters, found), [_remark(found.sample, found.whole)]


@dataclass(frozen=True, slots=True)
class _Chain:
    """The chapters from demand to cost on a sample; a part is made again only when a figure that it reads has moved."""

    sample: pd.DataFrame
    scenario: Scenario
    area: str
    on_building_line: pd.Series | None

    def part(self, name: str, parts: Mapping[str, Any], parameters: Parameters) -> Any:
        """One part of the chain: demand, prices, support, the shell, or the renovations that stand on demand and shell in ``parts``."""
        chosen, day = self.scenario, self.scenario.reference_date
        if name == "demand":
            design_c = chosen.design_outdoor_c
            return expected_demand(self.sample, parameters=parameters, day=day, design_outdoor_c=design_c)[0]
        if name == "shell":
            return shell_of(self.sample, parameters=parameters, day=day, on_building_line=self.on_building_line)
        if name == "renovations":
            by_hand = {key: words for key, words in chosen.choices.measures.items() if key in self.sample.index}
            return ladders(parts["shell"], parts["demand"], parameters=parameters, day=day, chosen=by_hand)
        if name == "prices":
            world, years = chosen.price_world, chosen.horizon_years
            return energy_prices(parameters=parameters, day=day, grid_area=self.area, price_world=world, years=years)[0]
        return owner_support(parameters=parameters, day=day, income_category=chosen.income_category)[0]

    def parts(self, parameters: Parameters) -> dict[str, Any]:
        """All parts of the chain."""
        made: dict[str, Any] = {}
        for name in PARTS:
            made[name] = self.part(name, made, parameters)
        return made

    def headline(self, parts: Mapping[str, Any], parameters: Parameters) -> pd.Series:
        """The headline indicators of the sample, in their own units."""
        arrays = option_arrays(
            self.sample, parts["demand"], parts["renovations"], parts["prices"], parts["support"],
            economics=economics_of(self.scenario, parameters), parameters=at_design(self.scenario, parameters),
        )  # fmt: skip
        houses = self.sample.loc[arrays.buildings]
        allowed = allowed_packages(
            self.scenario.ordering, arrays, houses, parts["demand"], aims(self.scenario, parameters)
        )
        allowed = with_chosen_measures(allowed, arrays, self.scenario)
        found = least_cost(restricted(arrays, allowed), fossil_free=self.scenario.fossil_free).sum()
        return pd.Series({
            "heat_demand_mwh": parts["demand"]["heat_kwh"].sum(),
            "co2_now_tonnes": found["reference_emission_kg"],
            "co2_after_tonnes": found["emission_kg"],
            "investment_meur": found["investment_eur"],
            "society_now_keur_per_year": found["reference_society_eur_per_year"],
            "society_after_keur_per_year": found["society_eur_per_year"],
        })  # fmt: skip


def _read(answer: Callable[[Parameters], object], parameters: Parameters) -> dict[tuple[str, str], Use]:
    """The figures that an answer reads."""
    recorded = parameters.recording()
    answer(recorded)
    return dict(recorded.used or {})


def figures_used(parameters: Parameters) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """The figures that this run used, their influence left open as the scenario chose."""
    text = "De invloed van onzekere cijfers is niet berekend (weigh_figures = false): de indicatoren hebben geen band."
    english = "The influence of uncertain figures was not computed (weigh_figures = false): indicators have no band."
    stated = tables.remark("figures", text, english, level="warning", method="influence")
    return _figures(dict(parameters.used or {}), parameters, None), [stated]


def spread(frame: pd.DataFrame, moves: pd.DataFrame) -> pd.DataFrame:
    """The indicators with low and high where the moves tell them; figures taken as independent of each other."""
    down = np.sqrt((moves.clip(upper=0) ** 2).sum())
    up = np.sqrt((moves.clip(lower=0) ** 2).sum())
    low = (frame["value"] * (1 - down.reindex(frame.index))).astype(float)
    high = (frame["value"] * (1 + up.reindex(frame.index))).astype(float)
    return tables.check(tables.INDICATORS, frame.assign(low=low.clip(lower=0).where(low.notna()), high=high))


def systematic_sample(buildings: pd.DataFrame, heat: pd.DataFrame, count: int) -> pd.DataFrame:
    """About so many of the heated buildings, evenly over type, period and demand."""
    known = pd.DataFrame(buildings.drop(columns="geometry", errors="ignore"))
    heated = known[known["heated"].to_numpy(bool)]
    order = pd.DataFrame(
        {"type": heated["type"], "period": heated["period"], "heat": heat["heat_kwh"].reindex(heated.index)}
    )
    sorted_keys = order.sort_values(["type", "period", "heat"], kind="stable").index
    step = max(1, len(sorted_keys) // count)
    return heated.loc[sorted_keys[step // 2 :: step]]


def _figures(used: dict[tuple[str, str], Use], parameters: Parameters, moves: Moves | None) -> pd.DataFrame:
    rows = [
        {
            "parameter": use.key, "scope": use.answered, "value": use.value.value, "unit": parameters.entries[use.key].unit,
            "low": use.value.low, "high": use.value.high, "standing": use.value.standing, "source": _title(parameters, use.value.source),
            "influence_low_share": _moved(moves, use, "low"), "influence_high_share": _moved(moves, use, "high"),
        }
        for use in used.values() if not isinstance(use.value.value, str)
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=tables.FIGURES.column_names)
    frame = frame.drop_duplicates(["parameter", "scope"]).sort_values(["parameter", "scope"], kind="stable")
    numbers = ["low", "high", "influence_low_share", "influence_high_share"]
    frame = frame.astype(dict.fromkeys(numbers, "float64"))
    frame.index = pd.Index(frame["parameter"] + "@" + frame["scope"], name="figure", dtype="str")
    return tables.check(tables.FIGURES, frame)


def _moved(found: Moves | None, use: Use, end: str) -> float:
    if found is None or use.value.low is None or use.key not in found.keys:
        return float("nan")
    return float(found.moves[HEADLINE].get((use.key, use.answered, end), 0.0))


def _title(parameters: Parameters, source: str) -> str:
    return str(parameters.sources[source]["title"]) if source in parameters.sources else source


def _remark(count: int, whole: int) -> RemarkRow:
    return tables.remark(
        "figures", f"Invloed van onzekere cijfers: telkens één cijfer naar zijn lage en hoge waarde, op een steekproef van {count} van {whole} "
        "gebouwen. De banden van de indicatoren nemen de cijfers als onafhankelijk.", f"Influence of uncertain figures: one at a time to its "
        f"low and high value, on a sample of {count} of {whole} buildings. The bands of the indicators take the figures as independent.",
        level="info", method="influence",
    )  # fmt: skip
