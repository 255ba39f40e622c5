"""From a place and a scenario to a plan: the order of the chapters, the checks between them, and the account of the run."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from koppelkans import tables
from koppelkans.building import HeatDemand, Metered, demand
from koppelkans.building.hours import Climate, read_epw, shipped_climate
from koppelkans.building.load import coincidence, coincidence_fit
from koppelkans.building.renovation import renovations
from koppelkans.errors import ScenarioError
from koppelkans.heat import Economics, heat_choices, line_density
from koppelkans.heat.options import option_arrays, option_remarks, options_table
from koppelkans.indicators import indicators
from koppelkans.money import annual_bills, energy_prices, owner_support
from koppelkans.parameters import Parameters, read_parameters
from koppelkans.people import typical_households
from koppelkans.place.model import Place
from koppelkans.plan.accounts import bill_heatings, ledger_of, tariffs_of
from koppelkans.plan.data_value import data_value
from koppelkans.plan.energy import (
    Answer,
    allowed_rungs,
    below_label_a,
    borehole_regeneration_share,
    hours_tables,
    label_tables,
    network_of,
    network_proof,
    on_building_line,
    stop_table,
)
from koppelkans.plan.fingerprint import plan_hash, table_hashes
from koppelkans.plan.heat_corridors import corridors_of
from koppelkans.plan.influence import Moves, at_design, economics_of, figures_used, headline_moves, influence, spread
from koppelkans.plan.joint_space import joint_space
from koppelkans.plan.network import NetworkInputs, NetworkPart, Shared, existing_pipes, network_part
from koppelkans.plan.orderings import aims, allowed_packages, orderings, restricted, with_chosen_measures
from koppelkans.plan.record import Plan, RunRecord, StepRecord
from koppelkans.plan.robustness import robustness_tables
from koppelkans.plan.schedule import Ladder, ladder_of, schedule
from koppelkans.plan.stated import account_remarks, place_remarks, source_remarks
from koppelkans.plan.street import StreetInputs, StreetPart, drawn_figures
from koppelkans.plan.street_loop import network_with_streets
from koppelkans.plan.street_space import street_space_tables
from koppelkans.plan.street_threshold import street_threshold, with_thresholds
from koppelkans.plan.supply import supply_tables
from koppelkans.scenario import STAND_IN_AREA, Scenario
from koppelkans.street.joint_space import SpaceChange
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
    indicators: list[pd.DataFrame] = field(default_factory=list)
    works: StreetPart | None = None

    def step(self, name: str, answer: Callable[[], tuple[pd.DataFrame, list[RemarkRow]]]) -> pd.DataFrame:
        """The table that a chapter answers, checked against its contract; its remarks and time are kept."""

        def one() -> Answer:
            frame, remarks = answer()
            return {name: frame}, remarks

        return self.several(name, one)[name]

    def several(self, name: str, answer: Callable[[], Answer]) -> dict[str, pd.DataFrame]:
        """The tables that a chapter answers by name, checked; the step is called ``name``."""
        self.on_step(name)
        begin = time.perf_counter()
        frames, remarks = answer()
        for table, frame in frames.items():
            self.tables[table] = tables.check(tables.TABLES[table], frame, where=f"step {name}")
        self.remarks += remarks
        rows = len(next(iter(frames.values()))) if frames else 0
        self.steps.append(StepRecord(name, time.perf_counter() - begin, rows))
        return frames


@dataclass(frozen=True, slots=True)
class _Case:
    """What every chapter of this run is asked with."""

    place: Place
    scenario: Scenario
    parameters: Parameters
    area: str
    climate: Climate
    folder: Path | None = None
    laid: gpd.GeoDataFrame | None = None

    @property
    def economics(self) -> Economics:
        """How options are weighed."""
        return economics_of(self.scenario, self.parameters)

    @property
    def streets(self) -> StreetInputs:
        """What the works in the streets are asked with."""
        return StreetInputs(self.place, self.scenario, self.folder, self.economics, self.at_design)

    @property
    def at_design(self) -> Parameters:
        """The figures with the design temperature of the scenario."""
        return at_design(self.scenario, self.parameters)


def make_plan(
    place: Place, scenario: Scenario, *, folder: Path | None = None, rules: Parameters | None = None, on_step: OnStep = lambda _: None
) -> Plan:  # fmt: skip
    """The plan of a place under a scenario. Same place, same scenario: the same tables and the same ``plan_hash``.

    ``folder`` is where the weather file and the existing pipes of the scenario stand, the working folder when left out. ``rules`` are the figures of law and
    technique, those shipped when left out; a reform is a changed set of them. ``on_step`` is called with the name of each step as it begins. Raises ScenarioError when the scenario does not fit the place, ParameterError when a figure has no value for
    the area or date, InfeasibleError when a limit of the scenario cannot be kept, DataError when a chapter's table breaks its contract.
    """
    _check_fit(place, scenario)
    parameters = (rules or read_parameters()).choosing(stand_ins=scenario.stand_ins, hold=scenario.hold).recording()
    area = scenario.grid_area or place.grid_area or STAND_IN_AREA
    case = _Case(
        place, scenario, parameters, area, _climate(scenario, folder), folder, existing_pipes(place, scenario, folder)
    )
    run = _Run(on_step)
    run.remarks += place_remarks(place, scenario, area) + source_remarks(place, scenario)
    heat = _buildings(run, case)
    # kernels and solver leave the interpreter free: the influence of figures is weighed beside the other chapters
    with ThreadPoolExecutor(max_workers=2) as beside:
        moves = beside.submit(_moves, run, case) if scenario.weigh_figures else None
        certificate = _chapters(run, case, heat, beside)
        _weigh_figures(run, case, moves)
    run.remarks += account_remarks(parameters)
    run.tables["remarks"] = tables.remarks([*_rows(place.remarks), *run.remarks])
    tables.check(tables.REMARKS, run.tables["remarks"])
    record = _record(run, place, scenario, parameters)
    return Plan(place, scenario, run.tables, record, certificate, None if run.works is None else run.works.certificate)


def _climate(scenario: Scenario, folder: Path | None) -> Climate:
    if scenario.weather_file is None:
        return shipped_climate()
    return read_epw((folder or Path()) / scenario.weather_file)


def _rows(frame: pd.DataFrame) -> list[RemarkRow]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _chapters(run: _Run, case: _Case, heat: HeatDemand, beside: Executor) -> dict[str, Any] | None:
    """Every chapter after the buildings in order, the draws of the works beside them; the certificate of the network, where one was looked at."""
    place, scenario, parameters = case.place, case.scenario, case.parameters
    day, buildings = scenario.reference_date, place.buildings
    run.step("prices", partial(
        energy_prices, parameters=parameters, day=day, grid_area=case.area, price_world=scenario.price_world,
        years=scenario.horizon_years,
    ))  # fmt: skip
    run.step("support", partial(
        owner_support, parameters=parameters, day=day, income_category=scenario.income_category
    ))  # fmt: skip
    run.step("line_density", partial(
        line_density, buildings, place.streets, run.tables["demand"], parameters=parameters, day=day
    ))  # fmt: skip
    ladder, network = _solutions(run, case)
    firm = beside.submit(robustness_tables, dict(run.tables), network, scenario)
    around = None if run.works is None else run.works.drawn
    change = _space(run, case)
    draws = [
        beside.submit(drawn_figures, case.streets, around, draw, change)
        for draw in range(scenario.street.draws) if around is not None
    ]  # fmt: skip
    _after(run, case, heat, network)
    _ways(run, case, ladder, network)
    _money_chapters(run, case, network)
    _response(run, case)
    economics = case.economics
    run.step("indicators", lambda: (
        pd.concat([
            indicators(
                buildings, run.tables, carbon_eur_per_tonne=economics.carbon_eur_per_tonne, year=scenario.start_year,
                regeneration_share=borehole_regeneration_share(run.tables, parameters, day),
            ),
            *run.indicators,
        ]), [],
    ))  # fmt: skip
    run.several("robustness", firm.result)
    run.step("drawn_assets", lambda: (_spread_of([draw.result() for draw in draws]), []))
    return network.certificate


def _spread_of(draws: list[dict[str, float]]) -> pd.DataFrame:
    from koppelkans.street.dividend_robustness import spread_of_draws

    return spread_of_draws(draws) if draws else tables.TABLES["drawn_assets"].empty()


def _buildings(run: _Run, case: _Case) -> HeatDemand:
    """Demand now, what meters say of it, how loads coincide, and the renovation ladder of every building."""
    place, scenario, parameters = case.place, case.scenario, case.parameters
    day, made = scenario.reference_date, list[HeatDemand]()

    def asked() -> Answer:
        heat = demand(
            place.buildings, parameters=parameters, day=day, design_outdoor_c=scenario.design_outdoor_c, climate=case.climate,
            metered=Metered(place.sector_statistics, place.meters),
        )  # fmt: skip
        made.append(heat)
        return {"demand": heat.demand, "calibration": heat.calibration}, heat.remarks

    run.several("demand", asked)
    run.step("coincidence", partial(coincidence, parameters=parameters, day=day, seed=scenario.seed))
    run.step("renovations", partial(
        renovations, place.buildings, run.tables["demand"], parameters=parameters, day=day, on_building_line=on_building_line(place),
        chosen=scenario.choices.measures,
    ))  # fmt: skip
    return made[0]


def _solutions(run: _Run, case: _Case) -> tuple[Ladder, NetworkPart]:
    """Options per building under the ordering, the network they may join, and the choice."""
    place, scenario = case.place, case.scenario
    buildings, heat, prices, ladders = (
        place.buildings, run.tables["demand"], run.tables["prices"], run.tables["renovations"],
    )  # fmt: skip
    arrays = option_arrays(
        buildings, heat, ladders, prices, run.tables["support"], economics=case.economics, parameters=case.at_design
    )
    allowed = allowed_packages(
        scenario.ordering, arrays, buildings.loc[arrays.buildings], heat, aims(scenario, case.parameters)
    )
    allowed = with_chosen_measures(allowed, arrays, scenario)
    alone = options_table(restricted(arrays, allowed))
    run.step("stop_insulating", lambda: (stop_table(arrays), []))
    stated = option_remarks(buildings.loc[arrays.buildings], economics=case.economics, parameters=case.at_design)
    joined = coincidence_fit(run.tables["coincidence"], case.parameters, scenario.reference_date)
    room = corridors_of(place, scenario, case.parameters)
    given = NetworkInputs(heat, alone, prices, allowed_rungs(ladders, arrays, allowed), joined, room)

    def designed(shared: Shared | None = None) -> NetworkPart:
        return network_part(
            place, scenario, given, economics=case.economics, parameters=case.at_design, laid=case.laid, shared=shared
        )

    network = _with_streets(run, case, designed)
    options = run.step("options", lambda: (network.options, stated))
    run.step("choices", partial(
        heat_choices, options, fossil_free=scenario.fossil_free, must=scenario.choices.must, never=scenario.choices.never,
        connections=None if network.result is None else network.tables["connections"],
    ))  # fmt: skip
    return ladder_of(arrays, allowed, ladders), network


def _with_streets(run: _Run, case: _Case, designed: Callable[[Shared | None], NetworkPart]) -> NetworkPart:
    """The network and the works in the streets, each with what the other costs it; their tables are kept."""
    found: list[NetworkPart] = []

    def first() -> Answer:
        found.append(designed(None))
        return dict(found[0].tables), []

    def streets() -> Answer:
        network, works = network_with_streets(case.streets, found[0], designed)
        if case.place.sections is not None:
            works = with_thresholds(works, street_threshold(network, case.place.sections))
        found.append(network)
        run.works = works
        return works.tables | dict(network.tables), [*network.remarks, *works.remarks]

    run.several("network", first)
    run.several("street", streets)
    return found[-1]


def _space(run: _Run, case: _Case) -> SpaceChange | None:
    """The space of the streets, with the works that it asks for (J+); what changes then, for the draws of the assets."""
    found: list[SpaceChange | None] = []

    def asked() -> Answer:
        made, remarks, figures = street_space_tables(case.place, run.tables, case.scenario, case.parameters)
        joint, told, change = joint_space(case.streets, run.works, {**run.tables, **made})
        run.indicators.append(figures)
        found.append(change)
        return {**made, **joint}, [*remarks, *told]

    run.several("street_space", asked)
    return found[0]


def _after(run: _Run, case: _Case, heat: HeatDemand, network: NetworkPart) -> None:
    """The place hour by hour, now and after the plan, what makes the heat of its network, and the labels now and after."""
    run.step("hours", partial(hours_tables, heat, case.climate, run.tables, case.scenario, case.parameters))
    run.several("supply", partial(
        supply_tables, run.tables, network, case.scenario, economics=case.economics, parameters=case.at_design
    ))  # fmt: skip
    of_network = network_of(network, run.tables, case.scenario, case.parameters)
    run.several(
        "epc", partial(label_tables, case.place.buildings, run.tables, of_network, case.scenario, case.parameters)
    )


def _ways(run: _Run, case: _Case, ladder: Ladder, network: NetworkPart) -> None:
    """Three orderings, works by period, and what more data would be worth."""
    buildings, scenario, economics = case.place.buildings, case.scenario, case.economics
    below_a = below_label_a(buildings, run.tables, scenario, case.parameters)
    run.step("orderings", partial(
        orderings, buildings, ladder.arrays, run.tables["demand"], below_a, economics=economics, scenario=scenario, parameters=case.parameters,
    ))  # fmt: skip

    def scheduled() -> Answer:
        found = schedule(
            buildings, ladder, run.tables["options"], run.tables["choices"], economics=economics, scenario=scenario,
            parameters=case.parameters,
        )  # fmt: skip
        proofs = pd.concat([found.proof, network_proof(network)])
        return {"schedule": found.works, "schedule_limits": found.limits, "proofs": proofs}, found.remarks

    run.several("schedule", scheduled)
    run.step("data_value", partial(
        data_value, buildings, run.tables, economics=economics, scenario=scenario, parameters=case.at_design
    ))  # fmt: skip


def _money_chapters(run: _Run, case: _Case, network: NetworkPart) -> None:
    scenario, buildings = case.scenario, case.place.buildings
    parameters, area = tariffs_of(scenario, case.parameters), case.area
    day, heat, options = scenario.reference_date, run.tables["demand"], run.tables["options"]
    households = run.step("households", partial(typical_households, buildings, heat, parameters=parameters, day=day))
    peak_share = parameters.at("heat.monthly_peak_share", day)
    run.step("bills", partial(
        annual_bills, households, heatings=bill_heatings(options, heat, buildings, peak_share), parameters=parameters, day=day,
        grid_area=area, price_world=scenario.price_world,
    ))  # fmt: skip
    run.step("ledger", partial(
        ledger_of, buildings, options, run.tables["choices"], network, scenario=scenario, parameters=parameters, area=area
    ))  # fmt: skip


def _response(run: _Run, case: _Case) -> None:
    """What owners and a heat company do under the rules, for their own account."""

    def answered() -> Answer:
        # numba is loaded here, so that a plan without a response does not wait for it
        from koppelkans.plan.response import ResponseInputs, response_part

        rules = tariffs_of(case.scenario, case.parameters)
        part = response_part(ResponseInputs(case.place, case.scenario, run.tables, rules, case.area))
        run.indicators += [part.indicators] if len(part.indicators) else []
        return part.tables, part.remarks

    run.several("response", answered)


def _moves(run: _Run, case: _Case) -> Moves:
    """How far the headline figures move over the range of each uncertain figure; stands on the demand alone, so it may run beside the other chapters."""
    return headline_moves(
        case.place.buildings, run.tables["demand"], case.scenario, case.parameters, area=case.area,
        on_building_line=on_building_line(case.place),
    )  # fmt: skip


def _weigh_figures(run: _Run, case: _Case, moves: Future[Moves] | None) -> None:
    """The figures of the run with their influence; low and high of the indicators."""
    if moves is None:
        run.step("figures", partial(figures_used, case.parameters))
        return
    run.step("figures", lambda: influence(case.parameters, moves.result()))
    before = run.tables["indicators"]
    after = spread(before, moves.result().moves)
    # a chapter that knows its own band keeps it
    own = {end: after[end].fillna(before[end]) for end in ("low", "high")}
    run.tables["indicators"] = after.assign(**own)


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
    joining = {*scenario.choices.measures, *scenario.heat_network.must_connect, *scenario.heat_network.never_connect}
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
