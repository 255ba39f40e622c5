"""Coincidence, hours of the place, load duration and cold: cases by hand, properties, refusals, published curves and meters."""

import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koppelkans import tables
from koppelkans.building.hours import PLANES, Climate, Control, Zones, annual_loads
from koppelkans.building.load import (
    coincidence,
    coincidence_fit,
    cold_of,
    hours_of_place,
    load_duration,
    place_peak,
    regeneration_share,
)
from koppelkans.building.load.behaviour import SCHEDULES, behaviour, design_week_kw, week_setpoints
from koppelkans.building.load.coincidence import charging_share
from koppelkans.building.load.effective import as_used, loss_factor
from koppelkans.building.load.place import habit_control, habit_groups
from koppelkans.errors import OutOfRangeError
from koppelkans.parameters import read_parameters

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

import building_meters  # noqa: E402

DAY = date(2026, 11, 1)
PARAMETERS = read_parameters()
HABITS = behaviour(PARAMETERS, DAY)
CURVES = pd.read_csv(ROOT / "tests/published/coincidence.csv")
METERS = pd.read_csv(ROOT / "tests/published/meters_2024_hourly.csv")
YEAR = 8760


def weather() -> Climate:
    """A year of cosines: 10 C in the mean, cold in January, sun by day and in summer."""
    hour = np.arange(YEAR)
    summer = -np.cos(2 * np.pi * (hour / YEAR - 0.04))
    by_day = np.maximum(-np.cos(2 * np.pi * (hour % 24) / 24), 0.0)
    outdoor = 10.0 + 9.0 * summer + 6.0 * by_day
    sun = np.tile((by_day * (260.0 + 200.0 * summer))[:, None], (1, len(PLANES)))
    return Climate(outdoor, sun, "proefjaar")


def houses(count: int) -> Zones:
    """Houses of 150 m2 that lose from 250 W/K up."""
    every = np.ones(count)
    grow = np.linspace(1.0, 1.6, count)
    return Zones(
        floor_m2=150.0 * every, opaque_w_per_k=150.0 * grow, window_w_per_k=50.0 * grow, mass_j_per_k=150.0 * 165e3 * every,
        mass_area_m2=375.0 * every, interior_m2=600.0 * every, inside_w_per_m2k=2.1 * every, mass_w_per_m2k=9.1 * every, gain_w=450.0 * every,
        gain_to_air_share=0.5 * every, power_to_air_share=every, ventilation_w_per_k=np.vstack([50.0 * every, 250.0 * every]), aperture_m2=np.full((count, len(PLANES)), 3.0),
        sky_m2=0.0 * every,
    )  # fmt: skip


def yearly(count: int, space_kwh: float = 12_000.0) -> pd.DataFrame:
    index = pd.Index([f"b{number}" for number in range(count)], name="building", dtype="str")
    return pd.DataFrame(
        {"space_heat_kwh": space_kwh, "hot_water_kwh": 1_140.0, "space_heat_after_kwh": 0.5 * space_kwh}, index=index
    )


# ----------------------------------------------------------------------------------------------------------------- coincidence


@pytest.fixture(scope="module")
def curve() -> pd.DataFrame:
    table, remarks = coincidence(PARAMETERS, DAY, seed=1)
    assert {row["method"] for row in remarks} == {"coincidence"}
    return tables.check(tables.COINCIDENCE, table)


def test_one_home_is_its_own_peak_and_shares_never_rise(curve):
    assert curve.loc["n0001", ["space_heat_share", "hot_water_share", "design_share"]].tolist() == pytest.approx(
        [1, 1, 1]
    )
    for column in ("space_heat_share", "hot_water_share", "design_share", "hot_water_kw"):
        assert curve[column].is_monotonic_decreasing, column
    total_kw = curve["hot_water_kw"] * curve["dwellings"]
    assert total_kw.is_monotonic_increasing


@pytest.mark.parametrize(
    "row", CURVES.to_dict("records"), ids=lambda row: f"{row['column']}-{row['dwellings']}-{row['source'][:12]}"
)
def test_coincidence_beside_published_curves(curve, row):
    modelled = curve.set_index("dwellings").loc[row["dwellings"], row["column"]]
    assert abs(modelled - row["published"]) <= row["tolerance"], (
        f"model {modelled:.3f}, published {row['published']:.3f}"
    )


def test_the_simple_curve_lacks_at_most_what_is_allowed(curve):
    flat, shared = coincidence_fit(curve, PARAMETERS, DAY)
    assert flat + shared == pytest.approx(1.0)
    held = curve[curve["dwellings"].between(10, 200)]
    lack = held["design_share"] - (flat + shared / held["dwellings"])
    assert lack.max() <= 0.05 + 1e-9
    assert (flat + shared / 1000) >= curve.loc["n1000", "design_share"]


@settings(max_examples=20, deadline=None)
@given(flat=st.floats(0.3, 0.95))
def test_a_curve_of_the_simple_form_is_found_back(flat):
    number = [1, 2, 5, 10, 50, 200]
    table = pd.DataFrame({"dwellings": number, "design_share": [flat + (1 - flat) / n for n in number]})
    assert coincidence_fit(table, PARAMETERS, DAY)[0] == pytest.approx(flat)


def test_another_seed_moves_the_simple_curve_little():
    found = [coincidence_fit(coincidence(PARAMETERS, DAY, seed=seed)[0], PARAMETERS, DAY)[0] for seed in (1, 2)]
    assert found[0] == pytest.approx(found[1], abs=0.03)
    assert coincidence(PARAMETERS, DAY, seed=2)[0].equals(coincidence(PARAMETERS, DAY, seed=2)[0])


def test_stores_charge_a_third_of_the_day():
    # 8 of 24 hours: one home all of its power, very many homes a third of it
    assert charging_share(np.array([1.0, 1e8]), PARAMETERS, DAY) == pytest.approx([1.0, 1 / 3], abs=1e-3)


def test_homes_that_never_set_back_heat_as_the_design_rule_says():
    steady = type(HABITS)(**{
        **{name: getattr(HABITS, name) for name in HABITS.__dataclass_fields__},
        "schedule_share": np.array([1.0, 0.0, 0.0, 0.0]), "setpoint_deviation_k": 0.0, "away_share": 0.0, "rooms_share": 0.0,
        "outdoor_swing_k": 0.0, "gain_k": 0.0, "time_constant_deviation": 0.0,
    })  # fmt: skip
    assert design_week_kw(5, steady, -8.0, seed=1) == pytest.approx(np.ones((5, 168)), abs=1e-6)


# ------------------------------------------------------------------------------------------------------------ hours of the place


def test_setpoints_follow_the_schedules():
    week = week_setpoints(HABITS)
    continuous, night, absent, evening = week
    assert (continuous == HABITS.setpoint_c).all()
    assert night[3] == HABITS.setpoint_c - HABITS.setback_k
    assert absent[12] < absent[5 * 24 + 12] == HABITS.setpoint_c
    assert absent[8] == pytest.approx(HABITS.setpoint_c - HABITS.setback_k / 2)  # heated until half past eight
    assert evening[10] < evening[18]


def test_every_habit_is_drawn_by_key():
    keys = [f"k{number}" for number in range(3000)]
    groups = habit_groups(keys, HABITS, seed=1)
    turned = habit_groups(keys[::-1], HABITS, seed=1)
    assert (groups == turned[::-1]).all()
    found = np.bincount(groups // 15, minlength=len(SCHEDULES)) / len(keys)
    assert found == pytest.approx(HABITS.schedule_share, abs=0.03)


def test_a_year_that_begins_later_in_the_week_is_the_same_week_moved():
    monday, tuesday = (habit_control(37, HABITS, 336, first_weekday=day).heat_c for day in (0, 1))
    assert tuesday[:312] == pytest.approx(monday[24:])


@pytest.mark.parametrize("partly", [False, True])
def test_the_loss_factor_gives_the_heat_that_was_asked(partly):
    zones, climate, control = houses(4), weather(), Control.constant(YEAR, heat_c=20.0)
    asked = np.array([4_000.0, 9_000.0, 14_000.0, 20_000.0])
    flags = np.full(4, partly)
    factor = loss_factor(zones, climate, control, asked, flags)
    found = annual_loads(as_used(zones, factor, flags), climate, control).heating_kwh
    assert found == pytest.approx(asked, rel=0.01)
    assert (np.diff(factor[:3]) > 0).all()


def test_hours_sum_to_the_heat_of_the_year():
    heat, climate = yearly(12), weather()
    hours, remarks = hours_of_place(heat, houses(12), climate, cold_kw=np.zeros(YEAR), parameters=PARAMETERS, day=DAY)
    tables.check(tables.HOURS, hours)
    assert hours["space_heat_kw"].sum() == pytest.approx(12 * 12_000.0)
    assert hours["space_heat_after_kw"].sum() == pytest.approx(12 * 6_000.0)
    assert hours["hot_water_kw"].sum() == pytest.approx(12 * 1_140.0)
    # a house that needs half stops heating at a lower outdoor temperature
    warm = hours["outdoor_c"] > 13
    now, after = hours.loc[warm, "space_heat_kw"].sum(), hours.loc[warm, "space_heat_after_kw"].sum()
    assert after < 0.5 * now
    assert remarks[0]["method"] == "hours-of-place"
    turned = heat.iloc[::-1]
    again, _ = hours_of_place(turned, houses(12), climate, cold_kw=np.zeros(YEAR), parameters=PARAMETERS, day=DAY)
    assert again["space_heat_kw"].sum() == pytest.approx(hours["space_heat_kw"].sum())


def test_a_place_without_heat_is_zero_throughout():
    hours, _ = hours_of_place(
        yearly(3, 0.0), houses(3), weather(), cold_kw=np.zeros(YEAR), parameters=PARAMETERS, day=DAY
    )
    assert hours["space_heat_kw"].sum() == 0.0
    empty = hours.assign(hot_water_kw=0.0)
    assert place_peak(empty).peak_kw == place_peak(empty).full_load_hours == 0.0


def test_load_duration_falls_and_keeps_the_heat():
    hours = pd.DataFrame({
        "outdoor_c": 5.0, "space_heat_kw": [1.0, 4.0, 2.0], "hot_water_kw": [1.0, 0.0, 3.0], "cold_kw": [0.0, 2.0, 1.0],
        "space_heat_after_kw": [0.5, 2.0, 1.0],
    }, index=["0000", "0001", "0002"])  # fmt: skip
    duration = load_duration(hours)
    assert duration["heat_kw"].tolist() == [5.0, 4.0, 2.0]
    assert duration["heat_after_kw"].tolist() == [4.0, 2.0, 1.5]
    assert duration["cold_kw"].tolist() == [2.0, 1.0, 0.0]
    peak = place_peak(hours)
    assert (peak.peak_kw, peak.full_load_hours) == (5.0, pytest.approx(11 / 5))
    assert (peak.peak_after_kw, peak.full_load_hours_after) == (4.0, pytest.approx(7.5 / 4))


# -------------------------------------------------------------------------------------------------------------------------- cold


def test_cold_adds_up_and_more_sun_asks_more():
    zones, climate = houses(300), weather()
    cold, remarks = cold_of(zones, climate, parameters=PARAMETERS, day=DAY)
    assert cold.cold_kwh.shape == cold.overheating_hours.shape == (300,)
    assert cold.cold_kw.sum() == pytest.approx(cold.cold_kwh.sum(), rel=1e-5)
    assert cold.cold_kwh.min() > 0
    bright = Climate(climate.outdoor_c, 1.5 * climate.sun_w_per_m2, "meer zon")
    more, _ = cold_of(zones, bright, parameters=PARAMETERS, day=DAY)
    assert (more.cold_kwh > cold.cold_kwh).all()
    assert (more.overheating_hours >= cold.overheating_hours).all()
    assert remarks[0]["method"] == "cold"


def test_open_windows_on_summer_nights_help():
    closed = PARAMETERS.changed("building.cold.purge_above_c", since=date(2020, 1, 1), value=50.0)
    without, _ = cold_of(houses(2), weather(), parameters=closed, day=DAY)
    with_windows, _ = cold_of(houses(2), weather(), parameters=PARAMETERS, day=DAY)
    assert (with_windows.cold_kwh < without.cold_kwh).all()


def test_passive_cooling_gives_back_part_of_the_heat():
    index = pd.Index(["a", "b", "c"], dtype="str")
    share = regeneration_share(
        pd.Series([8_000.0, 0.0, 800.0], index=index),
        pd.Series([2_000.0, 500.0, 2_000.0], index=index),
        parameters=PARAMETERS,
        day=DAY,
    )
    assert share.tolist() == pytest.approx([0.8 * 2_000 / 8_000, 0.0, 2.0])


def test_negative_heat_from_the_ground_is_refused():
    with pytest.raises(OutOfRangeError, match=r"must not be negative; 1 buildings are \(a\)"):
        regeneration_share(
            pd.Series([-1.0], index=["a"]), pd.Series([1.0], index=["a"]), parameters=PARAMETERS, day=DAY
        )


# ------------------------------------------------------------------------------------------------------------------------ meters


@pytest.fixture(scope="module")
def distances() -> dict[str, float]:
    return building_meters.figures()


@pytest.mark.parametrize("row", METERS.to_dict("records"), ids=lambda row: row["figure"])
def test_modelled_neighbourhood_follows_the_meters_through_2024(distances, row):
    assert distances[row["figure"]] <= row["tolerance"]


def test_weather_of_2024_keeps_the_measured_days():
    climate = building_meters.weather_2024()
    days = pd.read_csv(ROOT / "tests/data/rmi_daily_2024.csv", comment="#")
    assert climate.outdoor_c.reshape(366, 24).mean(axis=1) == pytest.approx(days["outdoor_c"].to_numpy(), abs=1e-9)
    horizontal = climate.sun_w_per_m2[:, PLANES.index("horizontal")].reshape(366, 24).mean(axis=1)
    assert horizontal.mean() == pytest.approx(days["global_w_per_m2"].mean(), rel=0.03)
    assert (climate.sky_w_per_m2 <= 0).all()


def test_change_point_is_found_back():
    outdoor = pd.Series(np.linspace(-5, 25, 200))
    days = 4.0 + 5.0 * np.maximum(15.0 - outdoor, 0.0)
    found = building_meters.change_point(days, outdoor)
    assert (found["balance_c"], found["base_kwh_per_day"], found["slope_kwh_per_k_day"]) == pytest.approx(
        (15.0, 4.0, 5.0), rel=1e-6
    )
