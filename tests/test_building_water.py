"""Occupants and draws of hot water: cases by hand, properties, refusals."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import krekelwijk
from koppelkans.building.water import design_power_kw, draw_kinds, drawn_households, expected_occupants, hot_water_draws
from koppelkans.building.water.coincident import mean_power_kw
from koppelkans.building.water.occupants import household_sizes, mean_household
from koppelkans.errors import OutOfRangeError
from koppelkans.parameters import read_parameters

DAY = date(2026, 11, 1)
PARAMETERS = read_parameters()
KINDS = draw_kinds(PARAMETERS, DAY)


def one_building(**changes: object) -> pd.DataFrame:
    values = {"dwellings": 1, "floor_area_m2": 191.0, "use": "residential", "heated": True} | changes
    return pd.DataFrame([values], index=pd.Index(["a"], name="building", dtype="str"))


# ------------------------------------------------------------------------------------------------------------------- occupants


def test_a_dwelling_of_mean_size_has_the_flemish_mean_household():
    # 0.331 + 2 x 0.333 + 3 x 0.141 + 4 x 0.135 + 5 x 0.04 + 6 x 0.02 = 2.28, as Statbel counts for 2024
    assert mean_household(PARAMETERS, DAY) == pytest.approx(2.28, abs=0.005)
    assert expected_occupants(one_building(), PARAMETERS, DAY)["a"] == pytest.approx(2.28, abs=0.005)


def test_occupants_follow_floor_area_as_hot_water_does():
    large = expected_occupants(one_building(floor_area_m2=382.0), PARAMETERS, DAY)["a"]
    assert large == pytest.approx(2.28 * 2**0.3, rel=0.003)


@pytest.mark.parametrize(
    ("changes", "people"),
    [
        ({"heated": False}, 0.0),
        ({"use": "school", "dwellings": 0}, 0.0),
        ({"use": "retail", "dwellings": 2, "floor_area_m2": 4000.0}, 4.56),
        ({"floor_area_m2": 5.0}, 1.0),
        ({"floor_area_m2": 1e5}, 6.0),
    ],
)
def test_occupants_of_unusual_buildings(changes, people):
    assert expected_occupants(one_building(**changes), PARAMETERS, DAY)["a"] == pytest.approx(people, abs=0.01)


def test_households_are_drawn_per_dwelling_around_the_expectation():
    buildings = krekelwijk.buildings()
    buildings = pd.concat(
        [buildings.assign(copy=number).set_index(buildings.index + f"-{number}") for number in range(150)]
    )
    expected = expected_occupants(buildings, PARAMETERS, DAY)
    drawn = drawn_households(buildings, expected, PARAMETERS, DAY, seed=1)
    assert drawn["occupants"].sum() == pytest.approx(expected.sum(), rel=0.04)
    assert drawn["occupants"].between(1, 6).all()
    per_building = drawn.groupby("building").size()
    homes = buildings[buildings["use"] == "residential"]
    assert (per_building.reindex(homes.index) == homes["dwellings"]).all()


@settings(max_examples=10, deadline=None)
@given(order=st.permutations(range(12)), seed=st.integers(0, 1000))
def test_a_building_keeps_its_households_in_any_order(order, seed):
    buildings = krekelwijk.buildings()
    expected = expected_occupants(buildings, PARAMETERS, DAY)
    first = drawn_households(buildings, expected, PARAMETERS, DAY, seed=seed)
    second = drawn_households(buildings.iloc[order[:6]], expected, PARAMETERS, DAY, seed=seed)
    assert (first["occupants"].reindex(second.index) == second["occupants"]).all()


def test_household_sizes_sum_to_one():
    assert household_sizes(PARAMETERS, DAY).sum() == pytest.approx(1.0)


# ------------------------------------------------------------------------------------------------------------------------ draws


def test_a_shower_takes_what_its_flow_says():
    # 8 l/min warmed by 35 K: 8 x 60 / 1000 x 1.163 x 35 = 19.5 kW, five minutes 1.63 kWh
    shower = 2
    assert KINDS.mean_kw[shower] == pytest.approx(19.54, abs=0.01)
    assert KINDS.draw_kwh[shower] == pytest.approx(1.628, abs=0.01)


def test_the_largest_flow_lowers_the_mean_of_small_draws_alone():
    plain = KINDS.mean_kw * KINDS.minutes / 60
    assert KINDS.draw_kwh[0] < 0.99 * plain[0]
    assert KINDS.draw_kwh[1:] == pytest.approx(plain[1:], rel=0.005)


def test_draws_have_the_expected_heat_as_mean():
    yearly = pd.Series(np.linspace(600, 1800, 400), index=[f"home{number}" for number in range(400)])
    power = hot_water_draws(yearly, KINDS, seed=3, days=28, day_of_year=int(KINDS.coldest_day) + 91)
    # a quarter of a year after the coldest water the season stands at its mean
    assert power.to_numpy().mean() * 8760 == pytest.approx(yearly.mean(), rel=0.02)
    halves = power.mean() * 8760
    assert halves.iloc[200:].mean() / halves.iloc[:200].mean() == pytest.approx(1500 / 900, rel=0.06)


def test_draws_of_a_home_do_not_depend_on_the_others():
    yearly = pd.Series([1000.0, 1500.0, 1200.0], index=["a", "b", "c"])
    every = hot_water_draws(yearly, KINDS, seed=5)
    turned = hot_water_draws(yearly[["c", "a"]], KINDS, seed=5)
    assert np.array_equal(every["a"], turned["a"])
    assert np.array_equal(every["c"], turned["c"])
    assert not np.array_equal(every["a"], hot_water_draws(yearly, KINDS, seed=6)["a"])


def test_week_and_year_profiles_have_mean_one_and_follow_the_week():
    week = KINDS.week_profile()
    assert week.shape == (168,)
    assert week.mean() == pytest.approx(1.0)
    assert week[120:144].sum() / week[:24].sum() == pytest.approx(1.2)
    assert 6 <= week[:24].argmax() <= 8
    year = KINDS.year_profile(hours=8784, first_weekday=2)
    assert year.mean() == pytest.approx(1.0)
    assert year[: 31 * 24].mean() > year[182 * 24 : 213 * 24].mean() * 1.15


@settings(max_examples=10, deadline=None)
@given(kwh=st.floats(0.0, 20.0))
def test_draws_per_day_make_the_heat_of_the_day(kwh):
    rates = KINDS.per_day(np.array([kwh]))
    assert float((rates * KINDS.draw_kwh).sum()) == pytest.approx(kwh)


def test_no_days_are_refused():
    with pytest.raises(OutOfRangeError, match="draws of 0 days were asked; expected one day or more"):
        hot_water_draws(pd.Series([1000.0], index=["a"]), KINDS, seed=1, days=0)


def test_coincident_power_rises_with_homes_and_tends_to_the_mean():
    power = design_power_kw([1, 10, 100, 1000], PARAMETERS, DAY, seed=1)
    assert power.is_monotonic_increasing
    each = power / power.index
    assert each.is_monotonic_decreasing
    mean = mean_power_kw(PARAMETERS, DAY)
    assert mean < each[1000] < 2 * mean
    assert design_power_kw([1, 10, 100, 1000], PARAMETERS, DAY, seed=1).equals(power)
