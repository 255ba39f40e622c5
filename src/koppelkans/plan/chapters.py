"""The chapters of a plan, each with what it is handed from those before it: buildings, solutions, streets, hours, ways, money, response."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd

from koppelkans.building import HeatDemand, Metered, demand
from koppelkans.building.load import coincidence, coincidence_fit
from koppelkans.building.renovation import renovations
from koppelkans.heat import heat_choices
from koppelkans.heat.options import option_arrays, option_remarks, options_table
from koppelkans.money import annual_bills
from koppelkans.people import typical_households
from koppelkans.plan.accounts import bill_heatings, ledger_of, tariffs_of
from koppelkans.plan.data_value import data_value
from koppelkans.plan.energy import (
    Answer,
    allowed_rungs,
    below_label_a,
    hours_tables,
    label_tables,
    network_of,
    network_proof,
    on_building_line,
    stop_table,
)
from koppelkans.plan.heat_corridors import corridors_of
from koppelkans.plan.joint_space import joint_space
from koppelkans.plan.network import NetworkInputs, NetworkPart, Shared, network_part
from koppelkans.plan.orderings import aims, allowed_packages, orderings, restricted, with_chosen_measures
from koppelkans.plan.run import Case, Run
from koppelkans.plan.schedule import Ladder, ladder_of, schedule
from koppelkans.plan.street_loop import network_with_streets
from koppelkans.plan.street_space import street_space_tables
from koppelkans.plan.street_threshold import street_threshold, with_thresholds
from koppelkans.plan.supply import supply_tables
from koppelkans.street.joint_space import SpaceChange


def buildings_now(run: Run, case: Case) -> HeatDemand:
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


def solutions(run: Run, case: Case) -> tuple[Ladder, NetworkPart]:
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


def _with_streets(run: Run, case: Case, designed: Callable[[Shared | None], NetworkPart]) -> NetworkPart:
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


def street_space(run: Run, case: Case) -> SpaceChange | None:
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


def after_plan(run: Run, case: Case, heat: HeatDemand, network: NetworkPart) -> None:
    """The place hour by hour, now and after the plan, what makes the heat of its network, and the labels now and after."""
    run.step("hours", partial(hours_tables, heat, case.climate, run.tables, case.scenario, case.parameters))
    run.several("supply", partial(
        supply_tables, run.tables, network, case.scenario, economics=case.economics, parameters=case.at_design
    ))  # fmt: skip
    of_network = network_of(network, run.tables, case.scenario, case.parameters)
    run.several(
        "epc", partial(label_tables, case.place.buildings, run.tables, of_network, case.scenario, case.parameters)
    )


def ways(run: Run, case: Case, ladder: Ladder, network: NetworkPart) -> None:
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


def household_money(run: Run, case: Case, network: NetworkPart) -> None:
    """What typical households pay with every way of heating, and the ledger of who pays whom."""
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


def response(run: Run, case: Case) -> None:
    """What owners and a heat company do under the rules, for their own account."""

    def answered() -> Answer:
        # numba is loaded here, so that a plan without a response does not wait for it
        from koppelkans.plan.response import ResponseInputs, response_part

        rules = tariffs_of(case.scenario, case.parameters)
        part = response_part(ResponseInputs(case.place, case.scenario, run.tables, rules, case.area))
        run.indicators += [part.indicators] if len(part.indicators) else []
        return part.tables, part.remarks

    run.several("response", answered)
