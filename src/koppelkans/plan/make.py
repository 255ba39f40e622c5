"""From a place and a scenario to a plan: the order of the chapters, the checks between them, and the account of the run."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from importlib.metadata import version

import pandas as pd

from koppelkans import tables
from koppelkans.building import demand
from koppelkans.errors import ScenarioError
from koppelkans.heat import heat_choices, heat_options, line_density
from koppelkans.indicators import indicators
from koppelkans.money import annual_bills, energy_prices, owner_support
from koppelkans.parameters import Parameters, read_parameters
from koppelkans.people import typical_households
from koppelkans.place.model import Place
from koppelkans.plan.accounts import bill_heatings, ledger_of, tariffs_of
from koppelkans.plan.fingerprint import plan_hash, table_hashes
from koppelkans.plan.influence import at_design, economics_of, figures_used, influence, spread
from koppelkans.plan.network import NetworkPart, network_part
from koppelkans.plan.record import Plan, RunRecord, StepRecord
from koppelkans.plan.stated import account_remarks, place_remarks, source_remarks
from koppelkans.scenario import STAND_IN_AREA, Scenario
from koppelkans.tables import RemarkRow

OnStep = Callable[[str], None]
SOURCE_MARGIN_M = 5_000.0


@dataclass(slots=True)
class _Run:
    """What grows while the chapters run: tables, remarks and step times."""

    on_step: OnStep
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    remarks: list[RemarkRow] = field(default_factory=list)
    steps: list[StepRecord] = field(default_factory=list)

    def step(self, name: str, answer: Callable[[], tuple[pd.DataFrame, list[RemarkRow]]]) -> pd.DataFrame:
        """The table that a chapter answers, checked against its contract; its remarks and time are kept."""
        self.on_step(name)
        begin = time.perf_counter()
        frame, remarks = answer()
        self.tables[name] = tables.check(tables.TABLES[name], frame, where=f"step {name}")
        self.remarks += remarks
        self.steps.append(StepRecord(name, time.perf_counter() - begin, len(frame)))
        return self.tables[name]


def make_plan(place: Place, scenario: Scenario, *, on_step: OnStep = lambda _: None) -> Plan:
    """The plan of a place under a scenario. Same place, same scenario: the same tables and the same ``plan_hash``.

    ``on_step`` is called with the name of each step as it begins. Raises ScenarioError when the scenario does not fit the
    place, ParameterError when a figure has no value for the area or date, DataError when a chapter's table breaks its contract.
    """
    _check_fit(place, scenario)
    parameters = read_parameters().choosing(stand_ins=scenario.stand_ins, hold=scenario.hold).recording()
    area = scenario.grid_area or place.grid_area or STAND_IN_AREA
    run = _Run(on_step)
    run.remarks += place_remarks(place, scenario, area) + source_remarks(place, scenario)
    _chapters(run, place, scenario, parameters, area)
    _weigh_figures(run, place, scenario, parameters, area)
    run.remarks += account_remarks(parameters)
    run.tables["remarks"] = tables.remarks([*_rows(place.remarks), *run.remarks])
    tables.check(tables.REMARKS, run.tables["remarks"])
    return Plan(place, scenario, run.tables, _record(run, place, scenario, parameters))


def _rows(frame: pd.DataFrame) -> list[RemarkRow]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _chapters(run: _Run, place: Place, scenario: Scenario, parameters: Parameters, area: str) -> None:
    day, buildings = scenario.reference_date, place.buildings
    heat = run.step("demand", partial(
        demand, buildings, parameters=parameters, day=day, design_outdoor_c=scenario.design_outdoor_c,
        metered=place.sector_statistics, seed=scenario.seed,
    ))  # fmt: skip
    run.step("prices", partial(
        energy_prices, parameters=parameters, day=day, grid_area=area, price_world=scenario.price_world,
        years=scenario.horizon_years,
    ))  # fmt: skip
    run.step("support", partial(
        owner_support, parameters=parameters, day=day, income_category=scenario.income_category
    ))  # fmt: skip
    run.step("line_density", partial(line_density, buildings, place.streets, heat, parameters=parameters, day=day))
    network = _solutions(run, place, scenario, parameters)
    _money_chapters(run, place, scenario, tariffs_of(scenario, parameters), area, network)
    economics = economics_of(scenario, parameters)
    run.step("indicators", lambda: (
        indicators(
            buildings, run.tables, carbon_eur_per_tonne=economics.carbon_eur_per_tonne, year=scenario.start_year,
        ), [],
    ))  # fmt: skip


def _solutions(run: _Run, place: Place, scenario: Scenario, parameters: Parameters) -> NetworkPart:
    """Options per building, the network they may join, and the choice."""
    buildings, heat, prices = place.buildings, run.tables["demand"], run.tables["prices"]
    economics, figures = economics_of(scenario, parameters), at_design(scenario, parameters)
    alone, stated = heat_options(
        buildings, heat, prices, run.tables["support"], economics=economics, parameters=figures
    )
    run.on_step("network")
    begin = time.perf_counter()
    network = network_part(place, scenario, heat, alone, prices, economics=economics, parameters=figures)
    run.remarks += network.remarks
    for name, frame in network.tables.items():
        run.tables[name] = tables.check(tables.TABLES[name], frame, where="step network")
    run.steps.append(StepRecord("network", time.perf_counter() - begin, len(network.tables["pipes"])))
    options = run.step("options", lambda: (network.options, stated))
    run.step("choices", partial(
        heat_choices, options, fossil_free=scenario.fossil_free, must=scenario.choices.must, never=scenario.choices.never,
        connections=None if network.result is None else network.tables["connections"],
    ))  # fmt: skip
    return network


def _money_chapters(
    run: _Run, place: Place, scenario: Scenario, parameters: Parameters, area: str, network: NetworkPart
) -> None:
    day, buildings, heat, options = (
        scenario.reference_date,
        place.buildings,
        run.tables["demand"],
        run.tables["options"],
    )
    households = run.step("households", partial(typical_households, buildings, heat, parameters=parameters, day=day))
    peak_share = parameters.at("heat.monthly_peak_share", day)
    run.step("bills", partial(
        annual_bills, households, heatings=bill_heatings(options, heat, buildings, peak_share), parameters=parameters, day=day,
        grid_area=area, price_world=scenario.price_world,
    ))  # fmt: skip
    run.step("ledger", partial(
        ledger_of, buildings, options, run.tables["choices"], network, scenario=scenario, parameters=parameters, area=area
    ))  # fmt: skip


def _weigh_figures(run: _Run, place: Place, scenario: Scenario, parameters: Parameters, area: str) -> None:
    """How far the headline figures move over the range of each uncertain figure: figures table, low and high of indicators."""
    if not scenario.weigh_figures:
        run.step("figures", partial(figures_used, parameters))
        return
    moves: list[pd.DataFrame] = []

    def weighed() -> tuple[pd.DataFrame, list[RemarkRow]]:
        found = influence(place.buildings, run.tables["demand"], scenario, parameters, area=area)
        moves.append(found.moves)
        return found.figures, found.remarks

    run.step("figures", weighed)
    run.tables["indicators"] = spread(run.tables["indicators"], moves[0])


def _check_fit(place: Place, scenario: Scenario) -> None:
    """Raises ScenarioError that lists everything in the scenario that does not fit the place."""
    faults = []
    left, low, right, high = place.buildings.total_bounds
    for source in scenario.sources:
        outside_m = max(left - source.x_m, source.x_m - right, low - source.y_m, source.y_m - high)
        if outside_m > SOURCE_MARGIN_M:
            faults.append(
                f"heat source {source.name}: ({source.x_m:.0f}, {source.y_m:.0f}) lies {outside_m / 1_000:.1f} km outside the "
                f"buildings; expected within {SOURCE_MARGIN_M / 1_000:.0f} km, coordinates in metres of {place.crs}"
            )
    joining = {*scenario.heat_network.must_connect, *scenario.heat_network.never_connect}
    named = {*scenario.choices.must, *scenario.choices.never, *joining}
    unknown = sorted(named - set(place.buildings.index))
    if unknown:
        faults.append(f"choices name {len(unknown)} buildings that are not in the place ({tables.first_keys(unknown)})")
    chosen = {*scenario.choices.must.values(), *(one for many in scenario.choices.never.values() for one in many)}
    wrong = sorted(chosen - set(tables.SOLUTIONS))
    if wrong:
        faults.append(f"choices name unknown solutions ({', '.join(wrong)}); known: {', '.join(tables.SOLUTIONS)}")
    if faults:
        raise ScenarioError(f"scenario {scenario.name} does not fit {place.name}", faults)


def _record(run: _Run, place: Place, scenario: Scenario, parameters: Parameters) -> RunRecord:
    hashes = table_hashes({"buildings": place.buildings, **run.tables})
    day = scenario.reference_date
    ends = [use.value.last for use in (parameters.used or {}).values() if use.value.last and use.value.last >= day]
    return RunRecord(
        engine_version=version("koppelkans"),
        made_on=date.today(),
        valid_until=min(ends, default=day + timedelta(days=365)),
        plan_hash=plan_hash(hashes, scenario, version("koppelkans")),
        table_hashes=hashes,
        reproducible=True,
        steps=tuple(replace(step, seconds=round(step.seconds, 4)) for step in run.steps),
    )
