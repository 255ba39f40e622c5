"""A network at 15/10 °C with a heat pump in every building: energy by hand, what competes with warmer networks, and the whole plan with it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis.strategies import floats

import krekelwijk
from koppelkans import tables
from koppelkans.heat.offers import network_offers
from koppelkans.heat.performance import cop, hot_water_spf
from koppelkans.heat.pipes import network_regime, pipe_levels, pipe_table
from koppelkans.plan import make_plan, plan_folder, save_plan
from koppelkans.scenario import HeatNetwork, Scenario, Source
from koppelkans.verify import verify_plan
from test_heat_offers import BUILDINGS, DAY, DEMAND, FIGURES, OPTIONS, SINCE, case_of

AMBIENT = "network_ambient"


def offers_of(regime=AMBIENT, figures=FIGURES):
    return network_offers(BUILDINGS, DEMAND, OPTIONS, regime, case_of(figures=figures))


def levels_of(regime, figures=FIGURES):
    return pipe_levels(
        network_regime(regime, parameters=figures, day=DAY),
        heat_eur_per_kwh=0.03,
        rate_share=0.03,
        parameters=figures,
        day=DAY,
        table=pipe_table(),
    )


def test_hot_water_by_hand():
    """15 °C less 5 K at the evaporator, water of 52.5 °C: 42.5 K; 0.85 x 1 x (10.29 - 0.21 x 42.5 + 0.0012 x 42.5^2) with the field factor."""
    terms = [FIGURES.at("heat.cop.ground", DAY, scope) for scope in ("constant", "linear", "quadratic")]
    real = FIGURES.at("heat.cop.real_operation_share", DAY) * FIGURES.at("heat.ground.field_factor", DAY)
    by_hand = real * (terms[0] + terms[1] * 42.5 + terms[2] * 42.5**2)
    assert hot_water_spf("network", "individual", parameters=FIGURES, day=DAY) == pytest.approx(by_hand)
    assert cop("network", np.array([42.5]), parameters=FIGURES, day=DAY)[0] == pytest.approx(by_hand)


def test_heat_bought_and_electricity_are_the_useful_heat():
    offers = offers_of()
    row = offers.loc["row"]
    useful_kwh = row["heat_kwh"] + row["electricity_kwh"]
    assert useful_kwh <= DEMAND.loc["row", "heat_kwh"] * (1 + 1e-9)
    assert 3.0 < useful_kwh / row["electricity_kwh"] < 7.0
    assert 0 < row["peak_kw"] < DEMAND.loc["row", "peak_kw"]
    new = offers.loc["new"]
    assert new["package"] == "as_is"
    assert new["heat_kwh"] + new["electricity_kwh"] == pytest.approx(DEMAND.loc["new", "heat_kwh"])
    assert new["peak_kw"] + new["electric_peak_kw"] == pytest.approx(DEMAND.loc["new", "peak_kw"])
    half_set_eur = 0.5 * FIGURES.at("project.delivery_set_eur", DAY)
    assert row["delivery_set_eur"] == pytest.approx(half_set_eur)
    assert row["investment_eur"] - row["delivery_set_eur"] >= 10_000


def test_it_draws_less_from_the_network_than_a_warm_one():
    cool, warm = offers_of(), offers_of("network_middle")
    both = cool.index[cool["fits"] & warm["fits"]]
    assert (cool.loc[both, "peak_kw"] < warm.loc[both, "peak_kw"]).all()
    assert (cool.loc[both, "electricity_kwh"] > warm.loc[both, "electricity_kwh"]).all()


def test_pipes_lose_almost_nothing_and_carry_less():
    cool, warm = levels_of(AMBIENT), levels_of("network_middle")
    assert cool.loss_w_per_m.max() < 0.25 * warm.loss_w_per_m.max()
    assert np.interp(50, cool.diameter_mm, cool.capacity_kw) < 0.2 * np.interp(50, warm.diameter_mm, warm.capacity_kw)
    assert cool.trench_eur_per_m == warm.trench_eur_per_m
    assert cool.pump_kwh_per_kwh_m == pytest.approx(6 * warm.pump_kwh_per_kwh_m)  # 5 K instead of 30 K


@given(price=floats(5_000, 30_000))
@settings(max_examples=8, deadline=None)
def test_a_dearer_heat_pump_never_makes_it_more_attractive(price):
    dearer = FIGURES.changed("heat.network_heat_pump.investment_eur", since=SINCE, value=price * 1.2)
    base = FIGURES.changed("heat.network_heat_pump.investment_eur", since=SINCE, value=price)
    gained = offers_of(figures=base)["advantage_eur_per_year"] - offers_of(figures=dearer)["advantage_eur_per_year"]
    assert (gained.dropna() >= -1e-9).all()


# ------------------------------------------------------------------------------------------------------------------ in the plan


@pytest.fixture(scope="module")
def plan():
    cool = Source(name="kanaal", x_m=30.0, y_m=-20.0, capacity_kw=5_000, supply_c=15, price_eur_per_mwh=5)
    network = HeatNetwork(must_connect=["t1", "t2", "t3"], regime="ambient")
    return make_plan(krekelwijk.place(), Scenario(weigh_figures=False, sources=[cool], heat_network=network))


def test_the_whole_plan_tells_one_story(plan):
    row = plan["network_variants"].query("chosen").iloc[0]
    assert (row.name, row["supply_c"], row["return_c"]) == (AMBIENT, 15.0, 10.0)
    chosen = plan["options"].loc[plan["choices"].index + "|" + plan["choices"]["solution"]]
    assert chosen["society_eur_per_year"].sum() == pytest.approx(row["whole_eur_per_year"], rel=1e-9)
    lifted = chosen[chosen["solution"] == AMBIENT]
    assert len(lifted) >= 3
    assert (lifted["electricity_kwh"] > 0).all()
    assert (lifted["gas_kwh"] == 0).all()
    assert row["loss_mwh"] < 0.2 * row["heat_mwh"]


def test_labels_bills_and_certificate_know_it(plan, tmp_path):
    assert len(plan["epc"])
    assert len(plan["bills"])
    with plan_folder(tmp_path / "plan") as folder:
        save_plan(plan, folder)
    assert verify_plan(tmp_path / "plan").faults == []


def test_a_hot_source_weighs_it_against_the_warm_networks():
    hot = Source(name="bron", x_m=30.0, y_m=-20.0, capacity_kw=5_000, supply_c=80, price_eur_per_mwh=10)
    made = make_plan(krekelwijk.place(), Scenario(weigh_figures=False, sources=[hot]))
    assert list(made["network_variants"].index) == list(tables.NETWORK_SOLUTIONS[1:])
    assert isinstance(made["network_variants"].loc[AMBIENT], pd.Series)
