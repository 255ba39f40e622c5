"""Works by period: which building is done when, under yearly money, trades, emissions and grid, and what a little more would save."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.building.selection import Instance, PerLimit, Selection, SelectionLimits, select
from koppelkans.building.selection.certificate import check_selection
from koppelkans.heat import Economics
from koppelkans.heat.options import OptionArrays
from koppelkans.parameters import Parameters
from koppelkans.plan.orderings import FOSSIL, works_eur_per_year
from koppelkans.scenario import Scenario
from koppelkans.tables import RemarkRow

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]
KG_PER_TONNE = 1_000.0
RENOVATION_TRADES = ("roof", "wall", "floor", "glazing", "ventilation")
TRADES = (*RENOVATION_TRADES, "installation")
MOST_OPTIONS = 8
"""Options of a building that are weighed by period: the cheapest to society, then ever smaller investments."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """Every combination in every heated building, the packages (n, P) that the ordering allows, and the works of each rung by trade."""

    arrays: OptionArrays
    allowed: Flags
    trade_eur: Floats
    """(n, rungs, trades of the envelope)"""


def ladder_of(arrays: OptionArrays, allowed: Flags, renovations: pd.DataFrame) -> Ladder:
    """The ladder from the table RENOVATIONS; rungs that a building does not have cost nothing and are not allowed."""
    count = int(arrays.packages.rung.max()) + 1
    row = arrays.buildings.get_indexer(pd.Index(renovations["building"]))
    known = row >= 0
    trade_eur = np.zeros((len(arrays.buildings), count, len(RENOVATION_TRADES)))
    amounts = renovations[[f"{trade}_eur" for trade in RENOVATION_TRADES]].to_numpy(float)
    trade_eur[row[known], renovations["rung"].to_numpy(np.int64)[known]] = amounts[known]
    return Ladder(arrays, allowed, trade_eur)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Contracts SCHEDULE, SCHEDULE_LIMITS and PROOFS (row ``schedule``), and what was assumed."""

    works: pd.DataFrame
    limits: pd.DataFrame
    proof: pd.DataFrame
    remarks: list[RemarkRow]


@dataclass(frozen=True, slots=True)
class _Menu:
    """Options by building, arrays (n, k): what each is called, costs and uses."""

    valid: Flags
    solution: NDArray[np.object_]
    package: NDArray[np.object_]
    measures: NDArray[np.object_]
    society_eur_per_year: Floats
    owner_eur_per_year: Floats
    investment_eur: Floats
    emission_tonnes: Floats
    added_kw: Floats
    trade_eur: Floats
    """(n, k, trades)"""
    network: Flags


def schedule(
    buildings: pd.DataFrame, ladder: Ladder, options: pd.DataFrame, choices: pd.DataFrame,
    *, economics: Economics, scenario: Scenario, parameters: Parameters,
) -> Schedule:  # fmt: skip
    """The period of the works of every heated building at least present cost to society, with its certificate checked.

    ``ladder``: every combination and which of them the ordering allows. Buildings that the plan connects to the network keep that
    choice; the period is free. Raises InfeasibleError that names the limit and the period when a limit of the scenario cannot be kept.
    Method: docs/method.md#schedule.
    """
    arrays = ladder.arrays
    if not len(arrays.buildings):
        return Schedule(tables.SCHEDULE.empty(), tables.SCHEDULE_LIMITS.empty(), tables.PROOFS.empty(), [])
    menu = _menu(ladder, options, choices, scenario)
    houses = buildings.loc[arrays.buildings]
    starts = _first_years(scenario)
    instance, stated = _instance(houses, menu, arrays, starts, economics, scenario, parameters)
    found = select(instance, SelectionLimits(ascent_rounds=scenario.renovation.rounds, seed=scenario.seed))
    check_selection(instance, found)
    works = _works(arrays, menu, found, starts, instance, scenario)
    proof = pd.DataFrame(
        {
            "cost_eur": [found.cost_eur], "bound_eur": [found.bound_eur], "gap_share": [max(found.gap_share, 0.0)],
            "kind": ["recomputed"], "limit": [found.ended],
        }, index=pd.Index(["schedule"], name="step", dtype="str"),
    ).astype({"kind": "str", "limit": "str"})  # fmt: skip
    stated += _unaffordable(found, houses, scenario)
    return Schedule(works, _limits(instance, found, starts), proof, [*stated, _proven(found)])


def _first_years(scenario: Scenario) -> Ints:
    chosen = scenario.renovation
    last = scenario.start_year + scenario.horizon_years
    count = max(1, min(chosen.periods, -(-scenario.horizon_years // chosen.period_years)))
    years = scenario.start_year + chosen.period_years * np.arange(count, dtype=np.int64)
    return years[years < last]


def _menu(ladder: Ladder, options: pd.DataFrame, choices: pd.DataFrame, scenario: Scenario) -> _Menu:
    """The cheapest combination of each building, then ever smaller investments; the network for who connects."""
    arrays, count = ladder.arrays, len(ladder.arrays.buildings)
    allowed = arrays.fits & ladder.allowed[:, None, :] & ~(FOSSIL[None, :, None] & scenario.fossil_free)
    cost = np.where(allowed, arrays.society_eur_per_year, np.inf).reshape(count, -1)
    order = np.argsort(cost, axis=1, kind="stable")
    rows = np.arange(count)[:, None]
    sorted_cost = cost[rows, order]
    invested = np.where(np.isfinite(sorted_cost), arrays.investment_eur.reshape(count, -1)[rows, order], np.inf)
    lowest = np.minimum.accumulate(invested, axis=1)
    before = np.concatenate([np.full((count, 1), np.inf), lowest[:, :-1]], axis=1)
    kept = np.isfinite(sorted_cost) & (invested < before)
    place = np.argsort(~kept, axis=1, kind="stable")[:, :MOST_OPTIONS]
    solution, package = np.divmod(order[rows, place], arrays.fits.shape[2])
    at = (rows, solution, package)
    own_trades = ladder.trade_eur[rows, package // 2]
    installation = np.maximum(arrays.investment_eur[at] - own_trades.sum(axis=2), 0.0)
    words, measures = arrays.packages.words(np.broadcast_to(rows, package.shape).ravel(), package.ravel())
    menu = _Menu(
        valid=kept[rows, place], solution=np.array(tables.INDIVIDUAL_SOLUTIONS, dtype=object)[solution],
        package=words.reshape(package.shape), measures=measures.reshape(package.shape),
        society_eur_per_year=arrays.society_eur_per_year[at], owner_eur_per_year=arrays.owner_eur_per_year[at],
        investment_eur=arrays.investment_eur[at],
        emission_tonnes=arrays.emission_kg[at] / KG_PER_TONNE, added_kw=arrays.electric_peak_kw[at],
        trade_eur=np.concatenate([own_trades, installation[:, :, None]], axis=2), network=np.zeros(count, bool),
    )  # fmt: skip
    return _with_network(menu, ladder, options, choices)


def _with_network(menu: _Menu, ladder: Ladder, options: pd.DataFrame, choices: pd.DataFrame) -> _Menu:
    """Connected buildings have one option: the connection, as the plan prices it."""
    buildings = ladder.arrays.buildings
    joined = choices["solution"].reindex(buildings)
    connected = joined.isin(tables.NETWORK_SOLUTIONS).to_numpy(bool)
    if not connected.any():
        return menu
    rows = options.loc[buildings[connected].astype(str) + "|" + joined[connected].to_numpy()]
    own = ladder.trade_eur[np.flatnonzero(connected), rows["rung"].to_numpy(np.int64)]
    investment = rows["investment_eur"].to_numpy(float)
    installation = np.maximum(investment - own.sum(axis=1), 0.0)
    mine: dict[str, NDArray[Any]] = {
        "solution": rows["solution"].to_numpy(object), "package": rows["package"].to_numpy(object),
        "measures": rows["measures"].to_numpy(object), "society_eur_per_year": rows["society_eur_per_year"].to_numpy(float),
        "owner_eur_per_year": rows["owner_eur_per_year"].to_numpy(float),
        "investment_eur": investment, "emission_tonnes": rows["emission_kg"].to_numpy(float) / KG_PER_TONNE,
        "added_kw": rows["electric_peak_kw"].to_numpy(float), "trade_eur": np.column_stack([own, installation]),
    }  # fmt: skip
    changed = {name: getattr(menu, name).copy() for name in mine}
    for name, values in mine.items():
        changed[name][connected, 0] = values
    valid = menu.valid.copy()
    valid[connected] = np.arange(menu.valid.shape[1]) == 0
    return replace(menu, valid=valid, network=connected, **changed)


def _instance(
    houses: pd.DataFrame, menu: _Menu, arrays: OptionArrays, starts: Ints, economics: Economics, scenario: Scenario,
    parameters: Parameters,
) -> tuple[Instance, list[RemarkRow]]:  # fmt: skip
    reference_eur, reference_tonnes = _reference(arrays)
    horizon = scenario.horizon_years
    discount = (1.0 + economics.society_rate_share) ** -(np.arange(horizon) + 0.5)
    waited = np.minimum(starts - scenario.start_year + scenario.renovation.period_years // 2, horizon)
    before = np.concatenate([[0.0], np.cumsum(discount)])[waited]
    after = discount.sum() - before
    cost = reference_eur[:, None, None] * before + menu.society_eur_per_year[:, :, None] * after
    late = starts >= scenario.fossil_free_year
    if scenario.fossil_free and not late.all():
        cost[:, :, late] = np.inf
    possible = np.flatnonzero(~late) if scenario.fossil_free and not late.all() else np.arange(len(starts))
    limits, stated = _bounds(houses, menu, starts, possible, reference_tonnes, scenario, parameters)
    streets, street = np.unique(houses["street"].fillna("").to_numpy(str), return_inverse=True)
    bound = np.zeros_like(menu.valid)
    bound[menu.network, 0] = True
    return Instance(
        cost_eur=cost, stay_eur=reference_eur * discount.sum(), stay_allowed=np.full(len(houses), not scenario.fossil_free),
        valid=menu.valid, affordable=_affordable(houses, menu, scenario), budget_eur=menu.investment_eur, trade_use=menu.trade_eur,
        emission_before_tonnes=reference_tonnes, emission_after_tonnes=menu.emission_tonnes, added_kw=menu.added_kw,
        feeder=street.astype(np.int64) if scenario.renovation.street_kw is not None else np.full(len(houses), -1, np.int64),
        street=street.astype(np.int64), street_bound=bound, opening_eur=np.zeros((len(streets), len(starts))), limits=limits,
        periods=tuple(f"{year}-{year + scenario.renovation.period_years - 1}" for year in starts), trades=TRADES,
        feeders=tuple(streets) if scenario.renovation.street_kw is not None else (),
    ), stated  # fmt: skip


def _reference(arrays: OptionArrays) -> tuple[Floats, Floats]:
    """Society cost [EUR/year] and emission [t/year] of each building on gas, own boilers where these fit."""
    cost = arrays.allowed_cost
    own, collective = (tables.INDIVIDUAL_SOLUTIONS.index(name) for name in ("gas_boiler", "collective_gas_boiler"))
    package = cost.argmin(axis=2)
    solution = np.where(np.isfinite(cost[:, own].min(axis=1)), own, collective)
    at = (np.arange(len(cost)), solution, package[np.arange(len(cost)), solution])
    return cost[at], arrays.emission_kg[at] / KG_PER_TONNE


def _affordable(houses: pd.DataFrame, menu: _Menu, scenario: Scenario) -> Flags:
    """Options that cost the owner no more a year and dwelling than the scenario says; all of them where it says nothing."""
    most = scenario.renovation.owner_eur_per_year
    dwellings = houses["dwellings"].to_numpy(float)[:, None]
    if most is None:
        return np.ones_like(menu.valid)
    within: Flags = (dwellings == 0) | (menu.owner_eur_per_year <= most * np.maximum(dwellings, 1.0))
    return within


def _bounds(
    houses: pd.DataFrame, menu: _Menu, starts: Ints, possible: Ints, reference_tonnes: Floats, scenario: Scenario, parameters: Parameters,
) -> tuple[PerLimit, list[RemarkRow]]:  # fmt: skip
    chosen, count = scenario.renovation, len(starts)
    years = chosen.period_years
    stated: list[RemarkRow] = []
    yearly = chosen.budget_eur_per_year
    if yearly is None:
        pace = works_eur_per_year(houses, parameters, scenario.reference_date)
        yearly = max(pace, _enough_eur_per_period(houses, menu, len(possible)) / years)
        stated.append(_pace_remark(pace, yearly))
    trades = np.full((len(TRADES), count), np.inf)
    for name, amount in chosen.trade_eur_per_year.items():
        trades[TRADES.index(name)] = amount * years
    emissions = np.full(count, np.inf)
    if chosen.emission_cut_share is not None:
        emissions[-1] = (1.0 - chosen.emission_cut_share) * reference_tonnes.sum()
    feeders = 0 if chosen.street_kw is None else houses["street"].fillna("").nunique()
    kw = np.full((feeders, count), chosen.street_kw if chosen.street_kw is not None else np.inf)
    return PerLimit(np.full(count, yearly * years), trades, emissions, kw), stated


def _enough_eur_per_period(houses: pd.DataFrame, menu: _Menu, periods: int) -> float:
    """A budget per period that surely can do the cheapest works of all: an equal part, and the largest piece that cannot be split.

    Any pieces fit into equal bins of their mean filling and the largest of them. A piece is a building, or all that connect in one street.
    """
    least = np.where(menu.valid, menu.investment_eur, np.inf).min(axis=1)
    alone = np.arange(len(least)).astype(str)
    piece = np.where(menu.network, "street " + houses["street"].fillna("").to_numpy(str), alone)
    largest = float(pd.Series(least).groupby(piece).sum().max())
    return float(least.sum()) / periods + largest


def _works(
    arrays: OptionArrays, menu: _Menu, found: Selection, starts: Ints, instance: Instance, scenario: Scenario
) -> pd.DataFrame:
    done, rows = found.option >= 0, np.arange(len(found.option))
    option, period = np.maximum(found.option, 0), np.minimum(found.period, len(starts) - 1)
    never = starts[-1] + scenario.renovation.period_years
    frame = pd.DataFrame(
        {
            "first_year": np.where(done, starts[period], never).astype(np.int64),
            "solution": np.where(done, menu.solution[rows, option], "gas_boiler"),
            "package": np.where(done, menu.package[rows, option], "as_is"),
            "measures": np.where(done, menu.measures[rows, option], ""),
            "present_cost_eur": np.where(done, instance.cost_eur[rows, option, period], instance.stay_eur),
        }, index=arrays.buildings.rename("building"),
    )  # fmt: skip
    return frame.astype({"solution": "str", "package": "str", "measures": "str"})


def _limits(instance: Instance, found: Selection, starts: Ints) -> pd.DataFrame:
    """One row per limit and period that exists, with use and shadow price."""
    given, used, price = instance.limits, found.used, found.price
    rows = [("budget", "", "EUR", given.budget, used.budget, price.budget)]
    rows += [(name, "", "EUR", given.trades[at], used.trades[at], price.trades[at]) for at, name in enumerate(TRADES)]
    rows += [("emissions", "", "t/jaar", given.emissions, used.emissions, price.emissions)]
    rows += [
        ("feeder", name, "kW", given.feeders[at], used.feeders[at], price.feeders[at])
        for at, name in enumerate(instance.feeders)
    ]
    parts = [
        pd.DataFrame({"limit": limit, "name": name, "first_year": starts, "unit": unit, "available": bound, "used": use, "price_eur": worth})
        for limit, name, unit, bound, use, worth in rows
    ]  # fmt: skip
    frame = pd.concat(parts, ignore_index=True)
    frame = frame[np.isfinite(frame["available"])]
    frame = frame.assign(used=frame["used"].clip(lower=0.0), price_eur=frame["price_eur"].clip(lower=0.0))
    frame.index = pd.Index(
        frame["limit"] + "|" + frame["name"] + "|" + frame["first_year"].astype(str), name="row", dtype="str"
    )
    kinds = {"limit": "str", "name": "str", "unit": "str", "first_year": "int64"}
    result: pd.DataFrame = frame.astype(kinds)[tables.SCHEDULE_LIMITS.column_names]
    return result


def _pace_remark(pace: float, yearly: float) -> RemarkRow:
    dutch, english = (f"{amount / 1e6:.1f}" for amount in (pace, yearly))
    if yearly > pace:
        return tables.remark(
            "schedule", f"Het tempo van de werken ({dutch} miljoen EUR per jaar) volstaat niet om alles op tijd klaar te krijgen: gerekend is met "
            f"{english} miljoen EUR per jaar.".replace(".", ",", 1), f"The pace of works ({dutch} million EUR a year) is not enough to finish in time: "
            f"{english} million EUR a year was taken.", level="warning", method="schedule",
        )  # fmt: skip
    return tables.remark(
        "schedule", f"Geen jaarbudget opgegeven: gerekend is met {dutch} miljoen EUR werken per jaar, het tempo dat Vlaanderen nodig heet te hebben.",
        f"No yearly budget was given: {dutch} million EUR of works a year was taken, the pace that Flanders is said to need.",
        method="schedule",
    )  # fmt: skip


def _unaffordable(found: Selection, houses: pd.DataFrame, scenario: Scenario) -> list[RemarkRow]:
    most, homes = scenario.renovation.owner_eur_per_year, int(houses["dwellings"].to_numpy()[found.unaffordable].sum())
    if most is None or not homes:
        return []
    return [tables.remark(
        "schedule", f"Voor {homes} woningen kost elke toegelaten oplossing de eigenaar meer dan {most:.0f} EUR per jaar: zij kregen de oplossing van de "
        "laagste maatschappelijke kost, die zonder hulp niet te dragen is.", f"For {homes} dwellings every allowed option costs the owner more than "
        f"{most:.0f} EUR a year: they got the one of least cost to society, which cannot be borne without help.", level="warning",
        rows_share=float(found.unaffordable.mean()), method="schedule",
    )]  # fmt: skip


def _proven(found: Selection) -> RemarkRow:
    share = f"{100 * max(found.gap_share, 0.0):.2f} %"
    return tables.remark(
        "schedule", f"De spreiding over de periodes ligt hoogstens {share} boven de bewezen ondergrens; onafhankelijke code heeft grens, som en "
        "beperkingen nagerekend. Het bewijs geldt voor de rekenkunde, niet voor de prijzen.", f"The spread over the periods lies at most {share} above the "
        "proven bound; independent code recomputed bound, sum and limits. The proof covers the arithmetic, not the prices.",
        level="info", method="schedule",
    )  # fmt: skip
