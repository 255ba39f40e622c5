"""Explanations and phases in the plan: what the tables say must come true when the figure is changed."""

import pytest

from koppelkans.errors import DataError, ScenarioError
from koppelkans.scenario import HeatNetwork, Phase
from krekelwijk import planned, source


@pytest.fixture(scope="module")
def plan():
    return planned(heat_network=HeatNetwork(regime="middle", must_connect=["t1", "t2", "t3"]))


def test_everybody_connected_has_a_reason_and_nobody_else(plan):
    told = plan["connections"]
    assert told["connected_because"].notna().equals(told["connected"])
    assert told.loc[["t1", "t2", "t3"], "margin_eur_per_year"].notna().all()
    free = told["connected"] & (told["reason"] == "pays")
    assert (told.loc[free, "margin_eur_per_year"] >= -1e-6).all()
    assert told.loc[told["connected"], "missing_eur_per_mwh"].isna().all()


def test_above_its_drop_out_price_a_building_costs_more_than_it_brings(plan):
    told = plan["connections"]
    price = told.loc[told["connected"], "drop_out_eur_per_mwh"]
    assert ((price > 10) == (told.loc[price.index, "margin_eur_per_year"] > 0)).all()
    first = "t1"  # a home whose works inside do not change with the price of heat
    others = [name for name in told.index[told["connected"]] if name != first]
    out = told.index[~told["connected"]].tolist()
    rules = HeatNetwork(regime="middle", must_connect=[*others, first], never_connect=out)
    without = HeatNetwork(regime="middle", must_connect=others, never_connect=[*out, first])
    saved = []
    for above in (-1.0, 1.0):
        dear = [source(price_eur_per_mwh=float(price[first] + above))]
        whole = [
            planned(sources=dear, heat_network=chosen)["network_variants"].query("variant == 'network_middle'")[
                "whole_eur_per_year"
            ].iloc[0]
            for chosen in (rules, without)
        ]  # fmt: skip
        saved.append(whole[1] - whole[0])
    assert saved[0] > 0 > saved[1]


def test_sections_tell_what_they_bear(plan):
    told = plan["network_sections"]
    mains = plan["pipes"].query("kind == 'main'")["section"].dropna().unique()
    assert set(told.index[told["built"]]) == set(mains)
    assert (told["trench_eur_per_m"] > 0).all()
    assert (told["large_eur_per_mwh"].dropna() >= 0).all()


def test_without_phases_there_is_no_table_of_them(plan):
    assert plan["network_phases"].empty


def test_a_budget_for_all_lays_all_and_a_small_one_less():
    rules = {"regime": "middle", "must_connect": ["t1", "t2", "t3"]}
    phases = [Phase(year=2027, budget_m=1.0), Phase(year=2030, budget_m=1e6)]
    told = planned(heat_network=HeatNetwork(**rules, phases=phases))["network_phases"]
    whole = planned(heat_network=HeatNetwork(**rules, phases=[Phase(year=2027, budget_eur=1e9)]))
    rows = whole["network_phases"]
    assert rows["investment_eur"].sum() == pytest.approx(whole["pipes"]["investment_eur"].sum())
    assert rows["length_m"].sum() == pytest.approx(whole["pipes"]["length_m"].sum())
    assert not (told["built_year"] == 2027).any()
    assert any(row == "network_phases" for row in whole["remarks"]["about"])


def test_a_period_plan_that_takes_out_a_street_is_refused(plan):
    names = plan["pipes"].query("kind == 'main'")["section"].dropna().unique().tolist()
    rules = {"regime": "middle", "must_connect": ["t1", "t2", "t3"]}
    stated = [Phase(year=2027, sections=names), Phase(year=2030, sections=names[1:])]
    with pytest.raises(DataError, match="what is laid stays") as told:
        planned(heat_network=HeatNetwork(**rules, phases=stated))
    assert f"{names[0]}|" in str(told.value)
    strange = [Phase(year=2027, sections=["nowhere"])]
    with pytest.raises(ScenarioError, match="sections without a pipe in the design: nowhere"):
        planned(heat_network=HeatNetwork(**rules, phases=strange))


def test_phases_must_make_sense():
    with pytest.raises(ValueError, match="one of budget_eur, budget_m and sections"):
        Phase(year=2027)
    two = [Phase(year=2030, budget_m=1), Phase(year=2027, budget_m=1)]
    with pytest.raises(ValueError, match="phases must rise in year"):
        HeatNetwork(phases=two)
    with pytest.raises(ValueError, match="phases must all give the same"):
        HeatNetwork(phases=[Phase(year=2027, budget_m=1), Phase(year=2030, budget_eur=1)])
