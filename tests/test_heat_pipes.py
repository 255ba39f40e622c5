"""The pipe table at the temperatures of a network: capacity, loss, price, and tables that are refused."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis.strategies import floats, integers

from koppelkans import tables
from koppelkans.errors import OutOfRangeError, ParameterError
from koppelkans.heat.pipes import (
    Regime,
    checked_regime,
    friction_factor,
    gradient_pa_per_m,
    network_regime,
    pipe_levels,
    pipe_loss_w_per_m,
    pipe_table,
    surface_factor,
    velocity_m_per_s,
    water_of,
)
from koppelkans.parameters import read_parameters

DAY = date(2026, 11, 1)
FIGURES = read_parameters()
PUBLISHED = pd.read_csv(Path(__file__).parent / "published" / "pipes_steel_s1.csv")
MIDDLE = Regime("network_middle", 70.0, 40.0)


def levels_of(regime=MIDDLE, table=None, heat_eur_per_kwh=0.03, rate_share=0.03, figures=FIGURES):
    return pipe_levels(
        regime, heat_eur_per_kwh=heat_eur_per_kwh, rate_share=rate_share, parameters=figures, day=DAY,
        table=pipe_table() if table is None else table,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------------------------------- cases


@pytest.mark.parametrize("supply_c", [60.0, 70.0, 80.0])
def test_capacity_as_published(supply_c):
    column = f"kw_at_{supply_c - 40:.0f}_k"
    levels = levels_of(Regime("network_middle", supply_c, 40.0))
    found = pd.Series(levels.capacity_kw, index=levels.diameter_mm).loc[PUBLISHED["diameter_mm"]]
    # the column is printed in whole kW: half a kW more is allowed
    off = np.abs(found.to_numpy() - PUBLISHED[column].to_numpy())
    assert (off <= PUBLISHED["tolerance_share"] * PUBLISHED[column] + 0.5).all()


def test_velocity_as_published():
    levels = levels_of()
    speed = velocity_m_per_s(levels.capacity_kw, levels.inner_m, levels.regime, levels.water)
    found = pd.Series(speed, index=levels.diameter_mm).loc[PUBLISHED["diameter_mm"]].to_numpy()
    assert (
        np.abs(found - PUBLISHED["velocity_m_per_s"]) <= PUBLISHED["tolerance_share"] * PUBLISHED["velocity_m_per_s"]
    ).all()


@pytest.mark.parametrize(
    ("name", "column"),
    [("network_high", "loss_90_60_w_per_m"), ("network_middle", "loss_70_40_w_per_m"), ("network_low", "loss_55_25_w_per_m")],
)  # fmt: skip
def test_loss_as_published(name, column):
    levels = levels_of(network_regime(name, parameters=FIGURES, day=DAY))
    found = pd.Series(levels.loss_w_per_m, index=levels.diameter_mm).loc[PUBLISHED["diameter_mm"]].to_numpy()
    assert found == pytest.approx(PUBLISHED[column].to_numpy(), rel=0.01)


def test_the_smallest_pipe_by_hand():
    """DN20 at 70/40: loss 2 x (0.142643 - 0.003642) x 45 = 12.51 W/m; a year of it at 30 EUR/MWh: 3.29 EUR/m."""
    levels = levels_of(heat_eur_per_kwh=0.03)
    assert levels.loss_w_per_m[0] == pytest.approx(12.51, abs=0.005)
    assert levels.yearly_eur_per_m[0] == pytest.approx(12.51009 * 8.76 * 0.03, rel=1e-6)
    assert levels.trench_eur_per_m == pytest.approx(696.3)
    assert levels.pipe_eur_per_m[:2] == pytest.approx([0.0, 13.0])


def test_the_yearly_charge_by_hand():
    """50 years at 4 %: 4.655 % a year, and 1 % upkeep."""
    figures = FIGURES.changed("project.life_years", since=date(2020, 1, 1), value=50.0, scope="main_pipes")
    figures = figures.changed("project.upkeep_share", since=date(2020, 1, 1), value=0.01, scope="main_pipes")
    assert levels_of(rate_share=0.04, figures=figures).charge_share == pytest.approx(0.04655 + 0.01, abs=1e-5)


def test_pumping_by_hand():
    """150 Pa/m in two pipes at 60 %: 500 J per m3 and metre; a m3 carries 985 x 4186 x 30 J of heat."""
    assert levels_of().pump_kwh_per_kwh_m == pytest.approx(500.0 / (985.0 * 4186.0 * 30.0))


def test_friction_by_hand():
    """v 1 m/s in 0.1 m: Re 197,000; rough (0.0005 / 3.7)^1.11 = 5.078e-5; f = (-1.8 log10(8.581e-5))^-2 = 0.01866."""
    water = water_of(FIGURES, DAY)
    factor = friction_factor(np.array([1.0]), np.array([0.1]), water)
    assert factor == pytest.approx([0.01866], rel=2e-3)
    drop = gradient_pa_per_m(np.array([1.0]), np.array([0.1]), water)
    assert drop == pytest.approx(factor * 985.0 / 0.2)


def test_a_pipe_that_pays_for_itself_is_left_out():
    """At this price of heat the smaller loss of DN250 is worth more than its higher price: DN200 is never the right one."""
    levels = levels_of(heat_eur_per_kwh=3.0, rate_share=0.0)
    assert 200 not in levels.diameter_mm
    assert 250 in levels.diameter_mm


def test_unpaved_streets_cost_less_and_unknown_ones_count_as_paved():
    surface = pd.Series(["asphalt", "gravel", None, "Onverhard"], dtype="str")
    factor = surface_factor(surface, parameters=FIGURES, day=DAY)
    assert factor[0] == factor[2] == 1.0
    assert factor[1] == factor[3] < 1.0


# -------------------------------------------------------------------------------------------------------------------- properties


@given(supply_c=floats(45, 110), difference_k=floats(10, 40), price=floats(0, 0.3), rate=floats(0, 0.1))
@settings(max_examples=25, deadline=None)
def test_larger_pipes_carry_more_and_never_cost_less(supply_c, difference_k, price, rate):
    levels = levels_of(
        Regime("network_high", supply_c, supply_c - difference_k), heat_eur_per_kwh=price, rate_share=rate
    )
    assert (np.diff(levels.capacity_kw) > 0).all()
    assert (np.diff(levels.yearly_eur_per_m) > 0).all()
    assert (levels.loss_w_per_m > 0).all()


@given(step=integers(0, 17), part=floats(0.05, 1.0))
@settings(max_examples=25, deadline=None)
def test_no_limit_is_broken_up_to_the_capacity(step, part):
    levels = levels_of()
    inner_m = levels.inner_m[[step]]
    speed = velocity_m_per_s(part * levels.capacity_kw[[step]], inner_m, levels.regime, levels.water)
    assert speed[0] <= 2.5 * (1 + 1e-9)
    assert gradient_pa_per_m(speed, inner_m, levels.water)[0] <= 150.0 * (1 + 1e-6)


@given(warmer_k=floats(1, 40))
@settings(max_examples=15, deadline=None)
def test_warmer_water_loses_more(warmer_k):
    warm = Regime("network_high", 70.0 + warmer_k, 40.0 + warmer_k)
    assert (pipe_loss_w_per_m(pipe_table(), warm, 10.0) > pipe_loss_w_per_m(pipe_table(), MIDDLE, 10.0)).all()


# ---------------------------------------------------------------------------------------------------------------------- refusals


def test_regimes_have_the_words_of_the_data_model():
    for name in tables.NETWORK_SOLUTIONS:
        regime = network_regime(name, parameters=FIGURES, day=DAY)
        assert regime.difference_k > 0


def test_a_return_hotter_than_the_supply_is_refused():
    with pytest.raises(OutOfRangeError, match="out of order: supply 40 °C, return 70 °C"):
        checked_regime(Regime("network_low", 40.0, 70.0))
    with pytest.raises(OutOfRangeError, match="out of order"):
        levels_of(Regime("network_low", 40.0, 40.0))


def test_ground_hotter_than_the_water_is_refused():
    figures = FIGURES.changed("heat_network.pipe.ground_c", since=date(2020, 1, 1), value=60.0)
    with pytest.raises(OutOfRangeError, match="ground 60 °C, mean of the water 55 °C"):
        levels_of(figures=figures)


def test_falling_prices_and_diameters_are_all_named():
    table = pipe_table()
    table.loc[table["diameter_mm"] == 50, "price_eur_per_m"] = 700.0
    table.loc[table["diameter_mm"] == 100, "inner_mm"] = 60.0
    with pytest.raises(ParameterError, match="the pipe table is not in order") as refusal:
        levels_of(table=table)
    text = str(refusal.value)
    assert "price [EUR/m] falls from 749.7 at DN40 to 700 at DN50" in text
    assert "inner diameter [mm] falls from 82.5 at DN80 to 60 at DN100" in text
    assert "capacity [kW] falls" in text
