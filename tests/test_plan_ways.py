"""Orderings, works by period, worth of data, weather of the user: on Krekelwijk, by hand, as properties, and refused."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

import krekelwijk
from koppelkans import tables
from koppelkans.building import demand
from koppelkans.building.calibration.truth import drawn_truth, shown_by_meters
from koppelkans.building.renovation import renovations
from koppelkans.errors import DataError, InfeasibleError, ScenarioError
from koppelkans.heat import Economics
from koppelkans.heat.options import option_arrays, pick
from koppelkans.money import energy_prices, owner_support
from koppelkans.parameters import read_parameters
from koppelkans.plan import make_plan
from koppelkans.plan.energy import allowed_rungs, on_building_line
from koppelkans.plan.orderings import FOSSIL, Aims, allowed_packages, orderings, restricted
from koppelkans.plan.schedule import ladder_of, schedule
from koppelkans.scenario import Choices, Renovation, Scenario

DAY = date(2026, 11, 1)
PARAMETERS = read_parameters().silent()
ECONOMICS = Economics(0.03, 0.04, 30, 150.0, DAY)
WIDE, TIGHT = Aims(70.0, 200.0), Aims(70.0, 60.0)


@pytest.fixture(scope="module")
def case():
    """Buildings, demand, ladder and every combination of Krekelwijk."""
    buildings = krekelwijk.buildings()
    need = demand(buildings, parameters=PARAMETERS, day=DAY).demand
    ladder, _ = renovations(buildings, need, parameters=PARAMETERS, day=DAY)
    prices, _ = energy_prices(parameters=read_parameters().choosing(stand_ins={}, hold=["gas.social_tariff", "gas.excise"]), day=DAY, grid_area="antwerpen", price_world="calm", years=30)  # fmt: skip
    support, _ = owner_support(parameters=PARAMETERS, day=DAY, income_category="cat2")
    arrays = option_arrays(buildings, need, ladder, prices, support, economics=ECONOMICS, parameters=PARAMETERS)
    return buildings, need, ladder, arrays


def allowed(case, ordering, wanted=WIDE):
    buildings, need, _, arrays = case
    return allowed_packages(ordering, arrays, buildings.loc[arrays.buildings], need, wanted)


def need_per_m2(case, packages) -> np.ndarray:
    _, need, _, arrays = case
    area = need["reference_m2"].reindex(arrays.buildings).to_numpy()[:, None]
    return np.where(packages, arrays.packages.need_kwh / area, np.nan)


# -------------------------------------------------------------------------------------------------------------------- orderings


@pytest.mark.parametrize("ordering", tables.ORDERINGS)
@pytest.mark.parametrize("wanted", [WIDE, TIGHT, Aims(1.0, 1.0)])
def test_every_building_keeps_a_fossil_free_solution(case, ordering, wanted):
    arrays = case[3]
    bounded = pick(restricted(arrays, allowed(case, ordering, wanted)), solutions=~FOSSIL)
    assert (bounded.solution >= 0).all()


def test_efficiency_first_takes_the_lowest_rung_that_reaches_the_target(case):
    packages, rung = allowed(case, "efficiency_first"), case[3].packages.rung
    found = need_per_m2(case, packages)
    below = need_per_m2(
        case, case[3].packages.useful & (rung[None, :] < np.where(packages, rung, 99).min(axis=1)[:, None])
    )
    reached = np.nanmax(found, axis=1) <= WIDE.target_kwh_per_m2
    assert reached.any()
    with np.errstate(invalid="ignore"):
        assert not (below[reached] <= WIDE.target_kwh_per_m2).any()
    # where no rung reaches it, the deepest one stands
    every = need_per_m2(case, case[3].packages.useful)
    assert np.nanmax(found, axis=1)[~reached] == pytest.approx(np.nanmin(every, axis=1)[~reached])


def test_fossil_free_first_renovates_no_more_than_it_must(case):
    arrays = case[3]
    packages = allowed(case, "fossil_free_first")
    lowest = np.where(packages, arrays.packages.rung, 99).min(axis=1)
    free = (arrays.fits & ~FOSSIL[None, :, None]).any(axis=1)
    assert (np.where(free, arrays.packages.rung, 99).min(axis=1) == lowest).all()


def test_the_comfort_floor_holds_for_homes_where_a_rung_can(case):
    buildings, _, _, arrays = case
    homes = (buildings.loc[arrays.buildings, "use"] == "residential").to_numpy()
    found = need_per_m2(case, allowed(case, "date_leads", TIGHT))
    least = np.nanmin(need_per_m2(case, arrays.packages.useful), axis=1)
    worst = np.nanmax(found, axis=1)
    able = least <= TIGHT.floor_kwh_per_m2
    assert (worst[homes & able] <= TIGHT.floor_kwh_per_m2).all()
    assert worst[homes & ~able] == pytest.approx(least[homes & ~able])


def test_the_rungs_offered_to_a_network_are_those_allowed(case):
    _, _, ladder, arrays = case
    kept = allowed_rungs(ladder, arrays, allowed(case, "efficiency_first"))
    assert set(kept["building"]) == set(arrays.buildings)
    assert len(kept) == len(arrays.buildings)  # one rung each


def ordering_table(case, **chosen):
    buildings, need, _, arrays = case
    below = pd.Series(0.25, index=arrays.buildings)
    return orderings(
        buildings, arrays, need, lambda frame: below.loc[frame.index], economics=ECONOMICS, scenario=Scenario(**chosen), parameters=PARAMETERS
    )  # fmt: skip


def test_the_way_of_an_ordering_by_hand(case):
    frame, _ = ordering_table(case)
    tables.check(tables.ORDERING_RESULTS, frame)
    buildings, arrays = case[0], case[3]
    row = frame.loc["fossil_free_first"]
    houses = buildings.loc[arrays.buildings]
    pace = 1_470 * (houses["dwellings"].sum() + houses.loc[houses["dwellings"] == 0, "floor_area_m2"].sum() / 190)
    years = row["investment_eur"] / pace
    assert row["last_year"] == 2027 + np.ceil(years)
    now = pick(arrays, solutions=np.isin(tables.INDIVIDUAL_SOLUTIONS, ("gas_boiler", "collective_gas_boiler")))
    before = arrays.emission_kg[np.arange(len(now.solution)), now.solution, now.package].sum() / 1_000
    done = np.minimum(1.0, (np.arange(30) + 0.5) / years)
    assert row["emission_horizon_tonnes"] == pytest.approx(
        (before - (before - row["emission_after_tonnes"]) * done).sum()
    )
    assert row["fossil_free_below_a_dwellings"] == pytest.approx(0.25 * houses["dwellings"].sum())


def test_orderings_keep_what_their_names_promise(case):
    frame, _ = ordering_table(case)
    assert frame["need_after_kwh_per_m2"].idxmin() == "efficiency_first"
    assert frame["investment_eur"].idxmax() == "efficiency_first"
    assert frame.loc["date_leads", "society_eur_per_year"] <= frame.loc["efficiency_first", "society_eur_per_year"]
    assert (
        frame["deep_avoided_dwellings"] == frame.loc["efficiency_first", "deep_dwellings"] - frame["deep_dwellings"]
    ).all()
    assert frame["chosen"].sum() == 1


def test_a_pace_that_misses_the_date_is_a_warning(case):
    _, remarks = ordering_table(case, fossil_free_year=2028)
    assert any(row["level"] == "warning" and "2028" in str(row["text"]) for row in remarks)


# --------------------------------------------------------------------------------------------------------------- works by period


@pytest.fixture(scope="module")
def plan():
    return make_plan(krekelwijk.place(), Scenario(weigh_figures=False))


def works(case, plan, **chosen):
    buildings, _, ladder, arrays = case
    scenario = Scenario(renovation=Renovation(**chosen))
    packages = allowed(case, "date_leads")
    return schedule(
        buildings, ladder_of(arrays, packages, ladder), plan["options"], plan["choices"], economics=ECONOMICS, scenario=scenario,
        parameters=PARAMETERS,
    )  # fmt: skip


def test_every_building_gets_a_fossil_free_year_before_the_date(case, plan):
    found = works(case, plan)
    tables.check(tables.SCHEDULE, found.works)
    tables.check(tables.PROOFS, found.proof)
    assert (found.works["first_year"] < 2050).all()
    assert not found.works["solution"].isin(tables.FOSSIL_SOLUTIONS).any()
    assert set(found.works.index) == set(case[3].buildings)
    assert found.proof["gap_share"].iloc[0] < 0.01  # eleven buildings: pieces are large against a period


def test_a_tighter_budget_never_costs_less_and_is_kept(case, plan):
    enough = float(works(case, plan).limits["available"].iloc[0]) / 5  # what the plan takes when no budget is stated
    wide, tight = works(case, plan, budget_eur_per_year=1e7), works(case, plan, budget_eur_per_year=enough)
    assert tight.proof["cost_eur"].iloc[0] >= wide.proof["bound_eur"].iloc[0] * (1 - 1e-9)
    for found in (wide, tight):
        limits = found.limits[found.limits["limit"] == "budget"]
        assert (limits["used"] <= limits["available"] * (1 + 1e-9)).all()
    slack = wide.limits[wide.limits["limit"] == "budget"]
    assert (slack["price_eur"] == 0).all()


def test_a_trade_and_an_emission_cap_are_kept(case, plan):
    free = works(case, plan, budget_eur_per_year=1e7)
    roofs = works(
        case, plan, budget_eur_per_year=1e7, trade_eur_per_year={"installation": 60_000.0}, emission_cut_share=0.5
    )
    rows = roofs.limits[roofs.limits["limit"] == "installation"]
    assert len(rows) == 6
    assert (rows["used"] <= rows["available"] * (1 + 1e-9)).all()
    emissions = roofs.limits[roofs.limits["limit"] == "emissions"]
    assert (emissions["used"] <= emissions["available"] * (1 + 1e-9)).all()
    assert roofs.proof["cost_eur"].iloc[0] >= free.proof["bound_eur"].iloc[0]


def test_a_budget_that_cannot_do_names_the_limit_and_the_period(case, plan):
    with pytest.raises(InfeasibleError) as refused:
        works(case, plan, budget_eur_per_year=10.0)
    assert "budget" in " ".join([refused.value.message, *refused.value.faults])


def test_renovation_choices_are_read_strictly():
    with pytest.raises(ValueError, match="zero or more"):
        Renovation(trade_eur_per_year={"roof": -1.0})
    with pytest.raises(ValueError, match="trade_eur_per_year"):
        Renovation(trade_eur_per_year={"painting": 1.0})


# ------------------------------------------------------------------------------------------------------------------ worth of data


def test_more_data_never_make_the_total_much_worse(plan):
    frame = plan["data_value"]
    assert list(frame.index) == ["none", "epc", "sector", "street", "building", "building_epc"]
    assert frame.loc["building", "building_error_share"] < frame.loc["none", "building_error_share"]
    assert frame["changed_share"].between(0, 1).all()
    assert (frame["regret_eur_per_year"] >= 0).all()


def test_without_draws_there_is_no_worth_of_data():
    made = make_plan(krekelwijk.place(), Scenario(weigh_figures=False, data_draws=0))
    assert made["data_value"].empty


def test_truths_are_the_model_on_average_and_meters_add_up(case):
    buildings, need = case[0], case[1]
    heated = buildings[buildings["heated"]]
    heat = need.loc[heated.index]
    drawn = [drawn_truth(heat, heated, parameters=PARAMETERS, day=DAY, seed=seed) for seed in range(400)]
    mean = pd.concat([one.space_factor for one in drawn], axis=1).mean(axis=1)
    homes = heated["use"] == "residential"
    assert mean[homes].mean() == pytest.approx(1.0, abs=0.06)
    one = drawn[0]
    streets = shown_by_meters(one, heated, "street", year=2027)
    named = heated["street"].notna() & homes
    assert streets["gas_kwh"].sum() == pytest.approx(one.gas_kwh[named].sum())
    assert len(shown_by_meters(one, heated, "building", year=2027)) == one.gas_kwh.notna().sum()


# -------------------------------------------------------------------------------------------------------------- weather and place


def test_a_weather_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"weer\.epw"):
        make_plan(krekelwijk.place(), Scenario(weather_file="weer.epw"), folder=tmp_path)


def test_an_unknown_ordering_is_refused():
    with pytest.raises(ValueError, match="date_leads"):
        Scenario(ordering="last")
    assert issubclass(ScenarioError, Exception)


def test_the_building_line_needs_a_width_of_its_own():
    place = krekelwijk.place()
    assert on_building_line(replace(place, attachments=None)) is None
    if place.sections is not None and place.attachments is not None:
        imputed = place.sections.assign(width_from="typology")
        assert on_building_line(replace(place, sections=imputed)) is None
        measured = place.sections.assign(
            width_from="measured", width_m=2.0 * float(place.attachments["service_m"].max())
        )
        line = on_building_line(replace(place, sections=measured))
        assert line.loc[place.attachments.index].all()
        assert len(line) == len(place.buildings)


def test_an_ordering_changes_the_plan(plan):
    deep = make_plan(
        krekelwijk.place(), Scenario(weigh_figures=False, ordering="efficiency_first", name="eerst-isoleren")
    )
    assert deep["indicators"].at["investment_meur", "value"] > plan["indicators"].at["investment_meur", "value"]
    assert deep["hours"]["space_heat_after_kw"].sum() < plan["hours"]["space_heat_after_kw"].sum()
    assert deep.run.plan_hash != plan.run.plan_hash
    row = plan["orderings"].loc["date_leads"]
    assert bool(row["chosen"])


# -------------------------------------------------------------------------------------------------------- measures chosen by hand


def test_measures_chosen_by_hand_are_taken_and_no_more(plan):
    chosen = {"t1": "glazing+roof", "t2": ""}
    made = make_plan(krekelwijk.place(), Scenario(weigh_figures=False, choices=Choices(measures=chosen)))
    measures = (
        made["choices"]["measures"]
        .str.replace("+low_temperature_emitters", "")
        .str.replace("low_temperature_emitters", "")
    )
    assert measures["t1"] == "roof+glazing"
    assert measures["t2"] == ""
    assert set(made["renovations"].loc[made["renovations"]["building"] == "t1", "measures"]) == {"", "roof+glazing"}
    others = made["choices"].index.difference(["t1", "t2"])
    assert made["choices"].loc[others, "measures"].equals(plan["choices"].loc[others, "measures"])


def test_measures_that_a_rule_forbids_are_refused_all_at_once():
    wrong = {"t1": "roof+roof_deep", "t2": "painting", "nobody": "roof"}
    with pytest.raises(ScenarioError, match="nobody"):
        make_plan(krekelwijk.place(), Scenario(weigh_figures=False, choices=Choices(measures=wrong)))
    with pytest.raises(DataError) as refused:
        make_plan(
            krekelwijk.place(),
            Scenario(weigh_figures=False, choices=Choices(measures={"t1": wrong["t1"], "t2": wrong["t2"]})),
        )
    assert len(refused.value.faults) == 2


def test_the_stop_insulating_point_is_that_of_the_cheapest_fossil_free_solution(case, plan):
    arrays = case[3]
    best = pick(arrays, solutions=~FOSSIL)
    stop = plan["stop_insulating"]
    assert (stop["rung"].to_numpy() == arrays.packages.rung[best.package]).all()


# ------------------------------------------------------------------------------------------------------------------ affordability


def test_what_an_owner_cannot_pay_is_left_out_and_said(case, plan):
    free = works(case, plan, budget_eur_per_year=1e7)
    bounded = works(case, plan, budget_eur_per_year=1e7, owner_eur_per_year=1.0)
    assert any("niet te dragen" in str(row["text"]) for row in bounded.remarks)
    assert bounded.works["solution"].equals(
        free.works["solution"]
    )  # nothing else is left, so the best for society stands
    owner = case[3].owner_eur_per_year
    assert (owner > 1.0).all()
