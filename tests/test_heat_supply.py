"""Supply of a network: cases by hand, properties of the least-cost dispatch, refusals, and published figures."""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koppelkans import tables
from koppelkans.building.hours import shipped_climate
from koppelkans.errors import DataError, OutOfRangeError
from koppelkans.heat.costs import Economics
from koppelkans.heat.pipes import Regime
from koppelkans.heat.supply import NetworkLoad, Plant, SupplyCase, Tank, heat_supply
from koppelkans.heat.supply.programme import least_cost, tank_figures
from koppelkans.heat.supply.units import pump_cop, source_temperature_c, units
from koppelkans.heat.supply.year import hourly_load_kw, typical_year
from koppelkans.parameters import read_parameters

DAY = date(2026, 11, 1)
HOURS = 8_760
AT = np.arange(HOURS)
ECONOMICS = Economics(0.03, 0.04, 30, 100.0, DAY)
MIDDLE = Regime("network_middle", 70.0, 40.0)
CHEAP = Plant("base", "stated", 600.0, price_eur_per_mwh=10.0)
DEAR = Plant("rest", "stated", 600.0, price_eur_per_mwh=50.0)
FREE_TANK = {"tank.loss_share_per_hour": 0.0, "tank.investment_eur_per_m3": 0.0}


def prices() -> pd.DataFrame:
    frame = tables.PRICES.empty()
    rows = {
        "gas": [0.065, 168.0, 0.0, 0.05, 159.0, 0.0, 0.182],
        "electricity": [0.23, 0.0, 60.0, 0.155, 0.0, 56.0, 0.075],
    }
    return pd.DataFrame(rows, index=frame.columns).T.rename_axis("carrier")


def hours_frame(space, water=None, outdoor=None) -> pd.DataFrame:
    """HOURS with a course of space heat; hot water and outdoor temperature of their own."""
    flat = np.zeros(HOURS)
    return pd.DataFrame({
        "outdoor_c": 10.0 - 8.0 * np.cos(2 * np.pi * AT / HOURS) if outdoor is None else outdoor, "space_heat_kw": space,
        "hot_water_kw": flat if water is None else water, "cold_kw": flat, "space_heat_after_kw": space,
    }, index=pd.Index([f"{hour:04d}" for hour in AT], name="hour", dtype="str"))  # fmt: skip


FLAT = hours_frame(np.full(HOURS, 1.0))
DAY_AND_NIGHT = hours_frame(np.where(AT % 24 < 12, 0.5, 1.5))
SEASON = hours_frame(1.5 + np.cos(2 * np.pi * AT / HOURS) + 0.4 * np.cos(2 * np.pi * (AT % 24 - 7) / 24))


def figures(**changes):
    found = read_parameters()
    for key, value in changes.items():
        found = found.changed(f"supply.{key}", since=date(2020, 1, 1), value=value)
    return found


def case(
    *plants,
    hours=FLAT,
    heat=8_760.0,
    loss=0.0,
    peak=1_000.0,
    tank=None,
    cold=0.0,
    regime=MIDDLE,
    stated=45.0,
    parameters=None,
):
    return SupplyCase(
        "net", plants, tank, NetworkLoad(hours, heat, loss, peak, 0.0, cold), regime, stated, -8.0, prices(), ECONOMICS, parameters or read_parameters()
    )  # fmt: skip


def worked_out(asked):
    """Units, dispatch and typical year of a case."""
    year = typical_year(asked)
    found = units(asked, year)
    return found, least_cost(found, year, asked), year


# ------------------------------------------------------------------------------------------------------------------------ cases


def test_the_cheaper_plant_carries_the_base_by_hand():
    found = heat_supply(case(CHEAP, DEAR))
    assert found.plants["heat_mwh"].to_dict() == pytest.approx({"base": 600 * 8.76, "rest": 400 * 8.76})
    assert found.total["eur_per_mwh"].iloc[0] == pytest.approx(0.6 * 10 + 0.4 * 50)
    assert found.plants["full_load_hours"]["base"] == pytest.approx(HOURS)


def test_a_tank_carries_cheap_heat_of_the_night_into_the_day_by_hand():
    """Load 500 kW for twelve hours and 1,500 for twelve: with room for 6,000 kWh a base of 1,000 kW does it all."""
    parameters = figures(**FREE_TANK)
    base, rest = replace(CHEAP, capacity_kw=1_000.0), replace(DEAR, capacity_kw=1_000.0)
    asked = {"hours": DAY_AND_NIGHT, "peak": 1_500.0, "parameters": parameters}
    alone = heat_supply(case(base, rest, **asked))
    assert alone.plants["heat_share"].to_dict() == pytest.approx({"base": 0.75, "rest": 0.25})
    volume = 6_000.0 / tank_figures(case(base, tank=Tank(), **asked)).kwh_per_m3
    stored = heat_supply(case(base, rest, tank=Tank(volume_m3=volume), **asked))
    assert stored.total["eur_per_mwh"].iloc[0] == pytest.approx(10.0)
    half = heat_supply(case(base, rest, tank=Tank(volume_m3=volume / 2), **asked))
    assert half.plants["heat_share"]["rest"] == pytest.approx(0.125)


def test_cop_between_gliding_temperatures_by_hand():
    """(70 - 40) / ln(343.15 / 313.15) = 327.9 K and 4 / ln(283.15 / 279.15) = 281.1 K."""
    found = pump_cop(40.0, 70.0, np.array([10.0]), cooled_k=4.0, ideal_share=0.5)
    assert found[0] == pytest.approx(0.5 * 327.92 / (327.92 - 281.15), rel=1e-3)
    assert pump_cop(40.0, 70.0, np.array([-200.0]), cooled_k=4.0, ideal_share=0.5)[0] == 1.0


def test_primary_factor_of_gas_and_the_least_of_the_rule():
    gas = heat_supply(case(Plant("boiler", "gas_boiler"), loss=876.0, peak=1_100.0))
    efficiency = read_parameters().at("supply.efficiency_share", DAY, "gas_boiler")
    assert gas.total["primary_factor"].iloc[0] == pytest.approx(1.1 / efficiency)
    waste = heat_supply(case(Plant("works", "waste_heat", source_c=90.0)))
    assert waste.total["computed_factor"].iloc[0] < 0.1
    assert waste.total["primary_factor"].iloc[0] == 0.7
    assert waste.total["residual_share"].iloc[0] == pytest.approx(1.0)
    assert bool(waste.total["efficient"].iloc[0])
    assert not gas.total["efficient"].iloc[0]


def test_cool_waste_heat_is_lifted_and_hot_waste_heat_taken_over():
    hot, cool = (
        heat_supply(case(Plant("works", "waste_heat", source_c=temperature))).plants.loc["works"]
        for temperature in (80.0, 40.0)
    )
    assert hot["electricity_mwh"] < 0.02 * hot["heat_mwh"]
    assert np.isnan(hot["spf"])
    assert cool["spf"] == pytest.approx(0.5 * 327.92 / (327.92 - 309.13), rel=1e-2)
    assert cool["drawn_mwh"] == pytest.approx(cool["heat_mwh"] - cool["electricity_mwh"])


def test_capacity_follows_the_peak_at_least_cost_and_has_its_annuity():
    found = heat_supply(case(Plant("boiler", "electric_boiler"))).plants.loc["boiler"]
    parameters = read_parameters()
    kw_eur = parameters.at("supply.investment_eur_per_kw", DAY, "electric_boiler")
    assert found["capacity_kw"] == pytest.approx(1_000.0)
    assert found["investment_eur"] == pytest.approx(1_000.0 * kw_eur)
    assert found["spf"] == pytest.approx(parameters.at("supply.efficiency_share", DAY, "electric_boiler"))


def test_a_field_is_as_long_as_power_and_yearly_balance_ask():
    """Flat load: the yearly balance decides; cold given back shortens the field by cold over what a metre supplies."""
    pump = Plant("field", "borehole")
    per_metre = read_parameters().at("supply.borehole.natural_kwh_per_m", DAY)
    without, cooled = (heat_supply(case(pump, cold=cold)).plants.loc["field"] for cold in (0.0, 500.0))
    assert without["borehole_m"] == pytest.approx(without["drawn_mwh"] * 1_000.0 / per_metre)
    assert cooled["borehole_m"] == pytest.approx(without["borehole_m"] - 500_000.0 / per_metre)
    balanced = heat_supply(case(pump, cold=1e6))
    assert balanced.plants["regenerated_mwh"]["field"] <= balanced.plants["drawn_mwh"]["field"] * (1 + 1e-9)
    power_w = read_parameters().at("heat.borehole.extraction_w_per_m", DAY)
    drawn_kw = 1_000.0 * (1.0 - 1.0 / balanced.plants["spf"]["field"])
    assert balanced.plants["borehole_m"]["field"] == pytest.approx(drawn_kw * 1_000.0 / power_w, rel=1e-6)


def test_cold_water_stops_the_pump_and_the_boiler_takes_over():
    river = Plant("river", "surface_water")
    parameters = figures().changed(
        "supply.temperature.mean_c", since=date(2020, 1, 1), value=9.0, scope="surface_water"
    )
    found, run, year = worked_out(case(river, Plant("boiler", "gas_boiler"), parameters=parameters))
    cold = source_temperature_c("surface_water", case(river, parameters=parameters), year) < 4.0
    assert cold.any()
    assert run.heat_kw[0][cold].max() == 0.0
    assert run.heat_kw[0][~cold].max() > 0.0
    assert found[0].renewable.max() < 1.0


def test_months_and_a_yearly_limit_are_kept():
    limited = Plant("works", "waste_heat", source_c=90.0, months=(1, 2, 12), yearly_mwh=1_000.0)
    found = heat_supply(case(limited, DEAR, replace(DEAR, name="more")))
    assert found.plants["heat_mwh"]["works"] == pytest.approx(1_000.0)
    ran = found.hours[(found.hours["plant"] == "works") & (found.hours["heat_kw"] > 1e-6)]
    assert set(ran["month"]) <= {1, 2, 12}


def test_what_no_plant_can_give_is_a_shortage_and_a_warning():
    found = heat_supply(case(CHEAP))
    assert found.plants["capacity_kw"]["shortage"] == pytest.approx(400.0)
    assert found.total["shortage_mwh"].iloc[0] == pytest.approx(400 * 8.76)
    assert any(row["level"] == "warning" and "400 kW" in str(row["text_en"]) for row in found.remarks)


@pytest.mark.parametrize(("stated", "said"), [(10.0, False), (10.9, False), (14.0, True), (7.0, True)])
def test_a_price_more_than_a_tenth_away_is_a_warning(stated, said):
    remarks = heat_supply(case(replace(CHEAP, capacity_kw=1_000.0), stated=stated)).remarks
    assert any(row["about"] == "supply_total.eur_per_mwh" for row in remarks) is said


def test_a_stated_source_costs_what_is_stated_and_its_origin_is_unknown():
    total = heat_supply(case(replace(CHEAP, capacity_kw=1_000.0, emission_kg_per_kwh=0.03))).total.iloc[0]
    assert total["eur_per_mwh"] == pytest.approx(10.0)
    assert total["emission_kg_per_kwh"] == pytest.approx(0.03)
    assert total["carbon_eur_per_mwh"] == pytest.approx(3.0)
    assert np.isnan(total["renewable_share"])


def test_the_band_of_the_cost_is_that_of_the_figures_behind_it():
    """A boiler of a given size on wood: price of wood and efficiency by hand, the others left without a range."""
    only = read_parameters()
    for key in ("investment_eur_per_kw", "life_years", "upkeep_share", "wear_eur_per_mwh"):
        only = only.changed(
            f"supply.{key}", since=date(2020, 1, 1), value=only.at(f"supply.{key}", DAY, "biomass"), scope="biomass"
        )
    asked = case(Plant("wood", "biomass", size_kw=1_000.0), parameters=only)
    total = heat_supply(asked).total.iloc[0]
    wood, burnt = (only.value(f"supply.{key}", DAY, "biomass") for key in ("input_eur_per_mwh", "efficiency_share"))
    moves = [
        (float(wood.high) - float(wood.value)) / float(burnt.value), float(wood.value) / float(burnt.low) - float(wood.value) / float(burnt.value)
    ]  # fmt: skip
    assert total["high_eur_per_mwh"] - total["eur_per_mwh"] == pytest.approx(np.hypot(*moves))
    assert total["low_eur_per_mwh"] < total["eur_per_mwh"]
    plain = heat_supply(case(replace(CHEAP, capacity_kw=1_000.0))).total.iloc[0]
    assert plain["low_eur_per_mwh"] == pytest.approx(plain["eur_per_mwh"]) == pytest.approx(plain["high_eur_per_mwh"])


def test_tables_keep_their_contract():
    found = heat_supply(case(Plant("river", "surface_water"), Plant("boiler", "gas_boiler"), hours=SEASON, tank=Tank()))
    for declared, frame in (
        (tables.SUPPLY, found.plants),
        (tables.SUPPLY_TOTAL, found.total),
        (tables.SUPPLY_HOURS, found.hours),
    ):
        tables.check(declared, frame)


def test_the_same_case_gives_the_same_tables():
    asked = case(Plant("river", "surface_water"), Plant("boiler", "gas_boiler"), hours=SEASON, tank=Tank())
    pd.testing.assert_frame_equal(heat_supply(asked).hours, heat_supply(asked).hours)


# ------------------------------------------------------------------------------------------------------------------ typical days


def test_typical_days_hold_the_energy_of_the_network_and_its_peak():
    asked = case(CHEAP, hours=SEASON, heat=6_000.0, loss=900.0, peak=2_500.0)
    year = typical_year(asked)
    assert year.heat_kwh == pytest.approx(6_900_000.0)
    assert year.weight.sum() == pytest.approx(365.0)
    assert year.load_kw[-1].max() == pytest.approx(2_500.0)
    assert year.outdoor_c[-1].mean() == pytest.approx(-8.0)
    losses = 900_000.0 / HOURS
    assert year.load_kw.min() > losses * 0.99


def test_no_hour_lies_above_the_peak_and_each_day_keeps_its_heat():
    spiky = hours_frame(np.where(AT % 24 == 7, 10.0, 1.0))
    free, held = (hourly_load_kw(NetworkLoad(spiky, 8_760.0, 0.0, peak)).reshape(365, 24) for peak in (1e9, 3_000.0))
    assert free.max() > 3_000.0
    assert held.max() == pytest.approx(3_000.0)
    assert held.sum(axis=1) == pytest.approx(free.sum(axis=1))


def test_typical_days_lie_close_to_every_day_by_itself():
    """Twenty working days and eight weekend days a month instead of four and two: cost within 1 %, base share within 1.5 points."""
    plants = (replace(CHEAP, capacity_kw=900.0), replace(DEAR, capacity_kw=5_000.0))
    asked = {"hours": textbook_hours(), "heat": 5_000.0, "loss": 500.0, "peak": 2_200.0}
    few = heat_supply(case(*plants, **asked))
    fine = read_parameters()
    for kind, groups in (("working", 20), ("weekend", 8)):
        fine = fine.changed("supply.groups_per_month", since=date(2020, 1, 1), value=groups, scope=kind)
    many = heat_supply(case(*plants, parameters=fine, **asked))
    assert few.total["eur_per_mwh"].iloc[0] == pytest.approx(many.total["eur_per_mwh"].iloc[0], rel=0.03)
    assert few.plants["heat_share"]["base"] == pytest.approx(many.plants["heat_share"]["base"], abs=0.015)


# ------------------------------------------------------------------------------------------------------------------- properties

sizes = st.floats(200.0, 2_000.0)
some = settings(max_examples=6, deadline=None)


def mixed(size_kw, tank_m3=None, cold=0.0):
    """A borehole pump of a size, a boiler of free size, and a tank."""
    tank = None if tank_m3 is None else Tank(volume_m3=tank_m3)
    pump = Plant("field", "borehole", size_kw=size_kw)
    return case(
        pump, Plant("boiler", "gas_boiler"), hours=SEASON, heat=7_000.0, loss=700.0, peak=2_400.0, tank=tank, cold=cold
    )


@some
@given(size_kw=sizes, tank_m3=st.floats(1.0, 500.0))
def test_every_hour_is_in_balance_and_a_tank_is_never_below_empty_or_above_full(size_kw, tank_m3):
    asked = mixed(size_kw, tank_m3)
    _, run, year = worked_out(asked)
    given_kw = run.heat_kw.sum(axis=0) + run.from_tank_kw + run.shortage_kw
    assert given_kw == pytest.approx(year.load_kw.ravel(), abs=1e-4)
    figures_of_tank = tank_figures(asked)
    assert run.content_kwh.min() >= 0.0
    assert run.content_kwh.max() <= run.tank_m3 * figures_of_tank.kwh_per_m3 + 1e-4
    kept = run.content_kwh.reshape(-1, 24)
    lost = (figures_of_tank.loss_share * kept).sum(axis=1)
    assert run.from_tank_kw.reshape(-1, 24).sum(axis=1) == pytest.approx(-lost, abs=1e-3)


@some
@given(size_kw=sizes)
def test_a_cheaper_plant_never_idles_while_a_dearer_runs(size_kw):
    first, second = replace(CHEAP, capacity_kw=size_kw), replace(DEAR, capacity_kw=5_000.0)
    _, run, _ = worked_out(case(second, first, hours=SEASON, heat=7_000.0, peak=2_400.0))
    dear_runs = run.heat_kw[0] > 1e-6
    assert (run.heat_kw[1][dear_runs] >= size_kw - 1e-6).all()


@some
@given(size_kw=sizes, small=st.floats(1.0, 200.0), more=st.floats(1.0, 300.0))
def test_more_storage_never_costs_more(size_kw, small, more):
    free = figures(**{"tank.investment_eur_per_m3": 0.0})
    less, larger = (
        worked_out(replace(mixed(size_kw, volume), parameters=free))[1].cost_eur_per_year
        for volume in (small, small + more)
    )
    assert larger <= less * (1 + 1e-9)


@some
@given(size_kw=sizes, cold=st.floats(0.0, 20_000.0))
def test_heat_put_back_is_no_more_than_drawn_or_offered_and_the_ground_is_in_balance(size_kw, cold):
    _, run, year = worked_out(mixed(size_kw, cold=cold))
    found = units(mixed(size_kw), year)[0]
    drawn = float(run.heat_kw[0] @ (found.drawn * year.hour_weight))
    back, metres = float(run.regenerated_kwh[0]), float(run.borehole_m[0])
    assert back <= min(drawn, cold * 1_000.0) * (1 + 1e-6) + 1e-3
    assert drawn - back <= metres * read_parameters().at("supply.borehole.natural_kwh_per_m", DAY) * (1 + 1e-6) + 1e-3
    assert run.cost_eur_per_year <= worked_out(mixed(size_kw))[1].cost_eur_per_year * (1 + 1e-9)


@some
@given(size_kw=sizes)
def test_a_size_that_is_chosen_costs_no_more_than_one_that_is_given(size_kw):
    _, given_size, _ = worked_out(mixed(size_kw))
    chosen = mixed(size_kw)
    free = replace(chosen, plants=(replace(chosen.plants[0], size_kw=None), chosen.plants[1]))
    assert worked_out(free)[1].cost_eur_per_year <= given_size.cost_eur_per_year * (1 + 1e-9)


# --------------------------------------------------------------------------------------------------------------------- refusals


def test_a_case_that_cannot_be_worked_out_lists_every_fault():
    wrong = (Plant("a", "peat"), Plant("a", "gas_boiler", months=(13,)))
    with pytest.raises(DataError) as caught:
        heat_supply(case(*wrong))
    assert len(caught.value.faults) == 3
    assert "peat" in str(caught.value)
    with pytest.raises(DataError, match="no plant"):
        heat_supply(case())


@pytest.mark.parametrize("changes", [{"heat": 0.0}, {"peak": 0.0}, {"loss": -1.0}])
def test_a_network_without_heat_is_refused(changes):
    with pytest.raises(OutOfRangeError, match="above zero"):
        heat_supply(case(CHEAP, **changes))


def test_hours_that_are_no_whole_year_are_refused():
    with pytest.raises(DataError, match="8760"):
        heat_supply(case(CHEAP, hours=FLAT.iloc[:100]))


# -------------------------------------------------------------------------------------------------------------------- published

ROWS = {
    row["what"]: row
    for row in csv.DictReader((Path(__file__).parent / "published" / "supply.csv").open(encoding="utf-8"))
}


def textbook_hours() -> pd.DataFrame:
    """Space heat in proportion to 15.5 °C minus the outdoor temperature of Uccle, a fifth of the heat for hot water, flat."""
    outdoor = shipped_climate().outdoor_c
    daily = np.repeat(outdoor.reshape(-1, 24).mean(axis=1), 24)
    space = np.maximum(0.0, 15.5 - daily)
    return hours_frame(space, np.full(HOURS, space.mean() / 4.0), outdoor)


def ours() -> dict[str, float]:
    hours = textbook_hours()
    air, river = (
        heat_supply(case(Plant("pump", kind), hours=hours, heat=7_000.0, peak=2_600.0)).plants["spf"]["pump"]
        for kind in ("air", "surface_water")
    )
    days = np.arange(365)
    parameters = read_parameters()
    amplitude = parameters.at("supply.temperature.amplitude_k", DAY, "surface_water")
    meuse = 14.2 + amplitude * np.cos(2 * np.pi * (days - 210) / 365)
    sewer = [parameters.at(f"supply.temperature.{name}", DAY, "sewer") for name in ("mean_c", "amplitude_k")]
    design_kw = 2_600.0
    half = heat_supply(case(
        replace(CHEAP, capacity_kw=design_kw / 2), replace(DEAR, capacity_kw=design_kw), hours=hours, heat=7_000.0, peak=design_kw,
    )).plants["heat_share"]["base"]  # fmt: skip
    warm = Regime("floor", 40.0, 35.0)
    field = heat_supply(case(Plant("field", "borehole"), hours=hours, heat=86.3, peak=55.0, cold=30.0, regime=warm))
    return {
        "air_pump_spf": air, "river_pump_spf": river, "river_days_above_20_c": float((meuse > 20.0).sum()), "sewer_coldest_c": sewer[0] - sewer[1],
        "sewer_warmest_c": sewer[0] + sewer[1], "half_of_the_peak_share": half, "borehole_field_m": field.plants["borehole_m"]["field"],
    }  # fmt: skip


@pytest.fixture(scope="module")
def answers() -> dict[str, float]:
    return ours()


@pytest.mark.parametrize("what", sorted(ROWS))
def test_published_figures(what, answers):
    row = ROWS[what]
    assert answers[what] == pytest.approx(float(row["published"]), abs=float(row["tolerance"]))
