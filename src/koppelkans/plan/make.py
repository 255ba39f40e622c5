"""From a place and a scenario to a plan: the order of the chapters, the checks between them, and the account of the run."""

from __future__ import annotations

from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from koppelkans import tables
from koppelkans.building import HeatDemand
from koppelkans.building.hours import Climate, read_epw, shipped_climate
from koppelkans.errors import DataError, ScenarioError
from koppelkans.heat import line_density
from koppelkans.indicators import indicators
from koppelkans.money import energy_prices, owner_support
from koppelkans.parameters import Parameters, read_parameters
from koppelkans.place.model import Place
from koppelkans.plan.chapters import after_plan, buildings_now, household_money, response, solutions, street_space, ways
from koppelkans.plan.energy import borehole_regeneration_share, on_building_line
from koppelkans.plan.fingerprint import plan_hash, table_hashes
from koppelkans.plan.influence import Moves, figures_used, headline_moves, influence, spread
from koppelkans.plan.network import existing_pipes
from koppelkans.plan.record import Plan, RunRecord
from koppelkans.plan.robustness import robustness_tables
from koppelkans.plan.run import Case, OnStep, Run
from koppelkans.plan.stated import account_remarks, place_remarks, source_remarks
from koppelkans.plan.street import drawn_figures
from koppelkans.scenario import STAND_IN_AREA, Scenario
from koppelkans.tables import RemarkRow

SOURCE_MARGIN_M = 5_000.0


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
    case = Case(
        place, scenario, parameters, area, _climate(scenario, folder), folder, existing_pipes(place, scenario, folder)
    )
    run = Run(on_step)
    run.remarks += place_remarks(place, scenario, area) + source_remarks(place, scenario)
    heat = buildings_now(run, case)
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


def _chapters(run: Run, case: Case, heat: HeatDemand, beside: Executor) -> dict[str, Any] | None:
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
    ladder, network = solutions(run, case)
    firm = beside.submit(robustness_tables, dict(run.tables), network, scenario)
    around = None if run.works is None else run.works.drawn
    change = street_space(run, case)
    draws = [
        beside.submit(drawn_figures, case.streets, around, draw, change)
        for draw in range(scenario.street.draws) if around is not None
    ]  # fmt: skip
    after_plan(run, case, heat, network)
    ways(run, case, ladder, network)
    household_money(run, case, network)
    response(run, case)
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


def _moves(run: Run, case: Case) -> Moves:
    """How far the headline figures move over the range of each uncertain figure; stands on the demand alone, so it may run beside the other chapters."""
    return headline_moves(
        case.place.buildings, run.tables["demand"], case.scenario, case.parameters, area=case.area,
        on_building_line=on_building_line(case.place),
    )  # fmt: skip


def _weigh_figures(run: Run, case: Case, moves: Future[Moves] | None) -> None:
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
    """Raises DataError for a place where nothing is heated, and ScenarioError that lists everything in the scenario that does not fit the place."""
    if not place.buildings["heated"].any():
        raise DataError(
            f"{place.name}: none of its {len(place.buildings)} buildings is heated, so that there is nothing to plan and nobody to decide; "
            "expected at least one (a dwelling, or a use that is heated): look at the column heated, the use and the floor area of the buildings layer"
        )
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


def _record(run: Run, place: Place, scenario: Scenario, parameters: Parameters) -> RunRecord:
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
