"""What the solvers say about the levers that are on: the neutral tariff shift to the same ratio, and the way out of the gas network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pandas as pd

from koppelkans.errors import InfeasibleError, ScenarioError
from koppelkans.lab.effects import EUR_PER_MEUR, SCENARIO, TODAY, State, carbon_eur_per_kwh, tidy
from koppelkans.lab.gas_exit import GasExitResult, gas_exit
from koppelkans.lab.gas_zones import GasChoices, flemish_zones, place_zones, planned
from koppelkans.lab.shift import RATIO_BOUNDS, ShiftPolicy, ShiftResult, tariff_shift
from koppelkans.lab.shift_prices import Ratios, Tariffs, components_of, mean_tariffs, ratios, reference_use, tariffs_of
from koppelkans.money.lines import Rules
from koppelkans.parameters import Parameters
from koppelkans.parameters.reforms import word, year_or_none
from koppelkans.place.model import Place
from koppelkans.tables import RemarkRow, remark

SHIFT_LEVERS = ("tariff_shift", "excise_path")
GAS_LEVERS = (
    "gas_end_date", "boiler_end_replacement", "boiler_end_sale", "stranded_routing", "phase_out_constraint", "gas_fund",
)  # fmt: skip
FIRST_CLOSURE, LAST_CLOSURE = 2031, 2048
SHOWN_YEARS = (2030, 2035, 2040, 2045)


def shift_rows(
    cells: pd.DataFrame, states: Mapping[str, State], price_world: str, policy: ShiftPolicy | None
) -> tuple[pd.DataFrame, list[RemarkRow], dict[str, pd.DataFrame]]:
    """Price ratios under every state, and the neutral shift that reaches the ratio of the scenario without a vulnerable loser.

    Rows: ``ratio_*`` [1] per state; of the solved shift ``gas_addition``, ``electricity_reduction`` [c/kWh, without VAT], ``moved``,
    ``credits``, ``protection_price`` [MEUR/year], ``losing_share``, ``violations``. A ratio that cannot be reached is said, with what
    it misses. The third answer holds what is found per group: ``winners`` and ``credits`` by vulnerable, quartile, heating, tenure and
    area, ``moves`` by component, ``path`` by year. Method: docs/method.md#tariff-shift.
    """
    found = {name: _ratios(cells, state, price_world) for name, state in states.items()}
    rows = [tidy([(f"ratio_{kind}", "prices", getattr(ratio, kind), "1") for kind in ("marginal", "marginal_with_capacity", "all_in")], name) for name, (_, ratio) in found.items()]  # fmt: skip
    low, high = RATIO_BOUNDS
    target = found[SCENARIO][1].marginal
    asked = policy or ShiftPolicy(target_ratio=min(high, max(low, target)), protection="guarantee")
    if policy is None and target >= found[TODAY][1].marginal:
        return pd.concat(rows, ignore_index=True), [], {}
    state = states[TODAY]
    try:
        result, stated = tariff_shift(cells, found[TODAY][0], asked, parameters=state.rules, day=state.day)
    except InfeasibleError as error:
        missed = "; ".join([error.message, *error.faults])
        return pd.concat(rows, ignore_index=True), [remark(
            "tariff shift", f"De neutrale verschuiving naar verhouding {asked.target_ratio:.2f} kan niet: {missed}.",
            f"The neutral shift to ratio {asked.target_ratio:.2f} is not possible: {missed}.", level="warning", method="tariff-shift",
        )], {}  # fmt: skip
    stated.append(remark(
        "tariff shift", "Opgeloste verschuiving: de laagste neutrale die de verhouding van het scenario haalt; sociale tarieven "
        f"{'bewegen mee' if asked.social_tariff == 'follows' else 'blijven staan'}. In de facturen van de andere tabellen verandert een sociaal "
        "tarief alleen als een hefboom dat zegt.", "Solved shift: the least neutral one that reaches the ratio of the scenario; social tariffs "
        f"{'move along' if asked.social_tariff == 'follows' else 'stay'}. In the bills of the other tables a social tariff changes only when a "
        "lever says so.", level="assumption", method="tariff-shift",
    ))  # fmt: skip
    known = components_of(state.rules, state.day)
    moves = result.moves.rename("change").rename_axis("component").reset_index()
    moves = moves.assign(
        **{name: [getattr(known[key], name) for key in moves["component"]] for name in ("receiver", "decides", "legal")}
    )
    details = {"winners": result.winners, "credits": result.credits, "moves": moves, "path": result.path.reset_index()}
    return pd.concat([*rows, tidy(_shift(result), SCENARIO)], ignore_index=True), stated, details


def _ratios(cells: pd.DataFrame, state: State, price_world: str) -> tuple[dict[str, Tariffs], Ratios]:
    use = reference_use(state.rules, state.day)
    areas = sorted(set(cells["area"]))
    tariffs = tariffs_of(
        [Rules(state.rules, state.day, area, price_world) for area in areas], gas_kwh=use.marginal_gas_kwh
    )
    carbon = carbon_eur_per_kwh(state)
    tariffs = {
        area: replace(one, gas=replace(one.gas, commodity_eur_per_kwh=one.gas.commodity_eur_per_kwh + carbon))
        for area, one in tariffs.items()
    }
    return tariffs, ratios(mean_tariffs(cells, tariffs), use)


def _shift(result: ShiftResult) -> list[tuple[str, str, float, str]]:
    cents = 100.0
    return [
        ("losing_share", "protected", result.protected_losing_share, "share"),
        ("violations", "protected", float(result.protection_violations), "1"),
        ("losing_share", "everybody", result.losing_share, "share"),
        ("ratio_reached", "solved shift", getattr(result.after, result.policy.definition), "1"),
        ("gas_addition", "solved shift", result.gas_addition_eur_per_kwh * cents, "c/kWh"),
        ("electricity_reduction", "solved shift", result.electricity_reduction_eur_per_kwh * cents, "c/kWh"),
        ("moved", "solved shift", result.moved_eur / EUR_PER_MEUR, "MEUR/year"),
        ("credits", "solved shift", result.credits_eur / EUR_PER_MEUR, "MEUR/year"),
        ("protection_price", "solved shift", result.protection_price_eur / EUR_PER_MEUR, "MEUR/year"),
    ]


# ------------------------------------------------------------------------------------------------------------------ way out of gas


def gas_rows(
    place: Place | None, states: Mapping[str, State], cells: pd.DataFrame
) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """The gas network under today's rules and with the levers: tariff of who remains, who pays what, vulnerable first.

    No rows, with a remark, for a place without gas. Zones: the place as one, or those of Flanders, which close evenly up to the end year
    that the rules name. Levers that say only who pays are weighed on a closure by 2048 under both sets of rules, with a remark.
    Method: docs/method.md#gas-exit.
    """
    if not (cells["weight"] * cells["has_gas"]).sum() > 0:
        return tidy([], SCENARIO), [remark(
            "gas exit", "Niemand heeft hier gas: er is geen gasnet om uit te stappen.", "Nobody has gas here: there is no gas network to leave.",
            level="warning", method="gas-exit",
        )]  # fmt: skip
    parts, stated = [], list[RemarkRow]()
    choices = {name: gas_choices(states[name].rules, states[name]) for name in (TODAY, SCENARIO)}
    assumed = None
    if choices[TODAY].route != choices[SCENARIO].route and _end_year(place, states[SCENARIO]) is None:
        assumed = LAST_CLOSURE
        stated.append(remark(
            "gas exit", f"Wie betaalt, is vergeleken bij een sluiting uiterlijk in {LAST_CLOSURE}, in beide kolommen: geen hefboom noemt een einddatum.",
            f"Who pays is compared for a closure by {LAST_CLOSURE} in both columns: no lever names an end date.", level="assumption",
            method="gas-exit",
        ))  # fmt: skip
    for name, chosen in choices.items():
        state = states[name]
        zones, said = _zones(place, state, cells, assumed)
        result = gas_exit(zones, chosen, parameters=state.rules, day=state.day)
        parts.append(tidy(_gas(result), name))
        stated += [*said, *(result.remarks if name == SCENARIO else ())]
    return pd.concat(parts, ignore_index=True), stated


def gas_choices(rules: Parameters, state: State) -> GasChoices:
    """The choices about the way out of gas that a set of rules stands for; a contribution to the fund makes the fund the payer.

    Raises ScenarioError where two rules contradict.
    """
    route, day = word(rules, "gas.stranded_route", state.day), state.day
    level = rules.at("gas.fund_eur_per_connection_year", day)
    if level > 0 and route == "current_users":
        route = "fund"
    only_gas = rules.at("gas.phase_out_on_gas_only", day) > 0
    if only_gas and route not in ("current_users", "fund"):
        raise ScenarioError(
            f"the cost of the phase-out must stay on gas (phase_out_constraint), but the route is {route}; choose current_users or fund"
        )
    choices = GasChoices(
        start_year=day.year, renovation_end_year=year_or_none(rules, "boiler.end_replacement_year", day),
        boiler_end_year=year_or_none(rules, "boiler.end_sale_year", day),
    )  # fmt: skip
    if route == "fund" and level > 0:
        choices = replace(choices, fund_eur_per_year=level)
    return replace(choices, route=route)  # type: ignore[arg-type]


def _end_year(place: Place | None, state: State) -> int | None:
    return year_or_none(state.rules, "gas.end_year", state.day, place.name if place is not None else "all")


def _zones(
    place: Place | None, state: State, cells: pd.DataFrame, assumed: int | None
) -> tuple[pd.DataFrame, list[RemarkRow]]:
    last = assumed if (end := _end_year(place, state)) is None else end
    if place is not None:
        return place_zones(cells, name=place.name, closing_year=last, parameters=state.rules, day=state.day)
    zones = flemish_zones(parameters=state.rules, day=state.day)
    return (zones if last is None else planned(zones, first_year=min(FIRST_CLOSURE, last), last_year=last)), []


def _gas(result: GasExitResult) -> list[tuple[str, str, float, str]]:
    yearly = result.yearly
    served = yearly[yearly["connections"] > 0]
    years = [year for year in (int(yearly.index[0]), *SHOWN_YEARS) if year in served.index]
    balances = result.balances_eur / EUR_PER_MEUR
    return [
        *((f"vulnerable_share_{year}", "vulnerable", float(served["vulnerable_share"][year]), "share") for year in years),
        *((f"tariff_{year}", "gas users", float(served["tariff_eur_per_year"][year]), "EUR/year") for year in years),
        *_sums(balances.items()),
        ("stranded", "gas network", float(yearly["stranded_eur"].sum()) / EUR_PER_MEUR, "MEUR"),
        ("closing_cost", "gas network", float(yearly["closing_cost_eur"].sum()) / EUR_PER_MEUR, "MEUR"),
        ("residual", "gas network", result.residual_eur / EUR_PER_MEUR, "MEUR"),
        ("contribution", "gas users", result.contribution_eur_per_year, "EUR/year"),
        ("connections_at_end", "gas users", float(result.zones["connections_at_end"].sum()), "connection"),
    ]  # fmt: skip


def _sums(balances: Iterable[tuple[object, float]]) -> list[tuple[str, str, float, str]]:
    """The balance of every actor over all years, vulnerable users first."""
    ordered = sorted(balances, key=lambda item: (str(item[0]) != "vulnerable_gas_users", str(item[0])))
    return [("balance", str(actor), float(meur), "MEUR") for actor, meur in ordered]
