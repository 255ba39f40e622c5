"""The laboratory: nothing changes without levers, the same run has the same number, and levers share what they do together."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis.strategies import floats, lists

import krekelwijk
from koppelkans.errors import ScenarioError
from koppelkans.lab import LabChoices, laboratory, printable
from koppelkans.lab.effects import LATER, SCENARIO, STATES, TIDY, TODAY, VOTED
from koppelkans.lab.interactions import effects_of_subsets, interaction_rows, shapley_values
from koppelkans.lab.result import LabResult
from koppelkans.lab.uncertainty import Moves, banded
from koppelkans.parameters import read_parameters
from koppelkans.scenario import HeatNetwork, Scenario, Source

FEW = LabChoices(figures=0)
BRON = Source(name="bron", x_m=30.0, y_m=-20.0, capacity_kw=5_000, supply_c=80, price_eur_per_mwh=10)


def wide(result: LabResult, table: str) -> pd.DataFrame:
    frame = result.tables[table].set_index(["outcome", "group", "state"])["value"].unstack("state")
    return frame[[state for state in STATES if state in frame]]


@pytest.fixture(scope="module")
def nothing():
    return laboratory(None, [], choices=FEW)


@pytest.fixture(scope="module")
def shifted():
    return laboratory(None, ["tariff_shift:x_e=0.02,x_g=0.008"], choices=FEW)


@pytest.fixture(scope="module")
def place():
    scenario = Scenario(sources=[BRON], heat_network=HeatNetwork(must_connect=["t1", "t2", "t3"]))
    levers = ["heat_depreciation_years=45", "connection_support:eur_per_dwelling=2000"]
    return laboratory(
        krekelwijk.place(), levers, scenario=scenario, choices=LabChoices(figures=0, outcome="heat_price")
    )


# ---------------------------------------------------------------------------------------------------------------------- states


def test_no_lever_changes_nothing(nothing):
    for name in ("groups", "budgets"):
        frame = wide(nothing, name)
        paying = frame.drop("losing_share", level="outcome", errors="ignore")
        pd.testing.assert_series_equal(frame[SCENARIO], frame[TODAY], check_names=False)
        pd.testing.assert_series_equal(paying[LATER], paying[VOTED], check_names=False)
    assert nothing.rules.empty
    assert "interactions" not in nothing.tables


def test_what_is_voted_lowers_electricity_and_raises_gas(nothing):
    bills = wide(nothing, "groups").xs("yearly_bill")
    assert bills.at["heating_heat_pump", VOTED] < bills.at["heating_heat_pump", TODAY]
    assert bills.at["heating_gas", VOTED] > bills.at["heating_gas", TODAY]


def test_a_shift_moves_bills_by_its_amounts_and_vat(shifted):
    """Electricity 2 c cheaper, gas 0.8 c dearer, 6 % VAT: (0.008 x gas - 0.02 x electricity) x 1.06 for an ordinary household."""
    from koppelkans.people.population import flemish_cells

    cells = flemish_cells(parameters=read_parameters(), day=date(2026, 11, 1))[0]
    part = cells[~cells["vulnerable"] & (cells["heating"] == "gas")]
    expected = ((0.008 * part["gas_kwh"] - 0.02 * part["electricity_kwh"]) * 1.06 * part["weight"]).sum()
    bills = wide(shifted, "groups").xs("yearly_bill").loc["heating_gas"]
    assert bills[SCENARIO] - bills[TODAY] == pytest.approx(expected / part["weight"].sum(), rel=1e-6)


def test_vulnerable_households_stand_first(shifted, place):
    assert shifted.tables["groups"]["group"].iloc[0] == "vulnerable"
    households = place.tables["households"]
    first = households["group"].drop_duplicates().to_list()
    assert first[:2] == ["social_tenant", "vulnerable_owner"]
    assert printable(shifted, "tariff_shift").iloc[3]["Wie"] == "Beschermde gezinnen"


def test_received_equals_paid(shifted):
    """What all payees receive is the sum of all bills, under every set of rules."""
    from koppelkans.people.population import flemish_cells

    cells = flemish_cells(parameters=read_parameters(), day=date(2026, 11, 1))[0]
    paid = wide(shifted, "groups").xs("yearly_bill").loc["everybody"] * cells["weight"].sum() / 1e6
    received = wide(shifted, "budgets").xs("received").sum()
    pd.testing.assert_series_equal(received, paid, check_names=False, rtol=1e-9)


def test_bands_hold_the_value(shifted):
    for name in ("groups", "budgets"):
        frame = shifted.tables[name]
        assert (frame["low"] <= frame["value"] + 1e-9).all()
        assert (frame["high"] >= frame["value"] - 1e-9).all()
    gas = (
        shifted.tables["groups"]
        .query("outcome == 'yearly_bill' and group == 'heating_gas' and state == 'scenario'")
        .iloc[0]
    )
    assert gas["high"] > gas["value"] + 50


def test_figures_of_lowest_standing_make_the_bands():
    result = laboratory(None, [], choices=LabChoices(figures=2))
    bands = result.tables["bands"]
    figures = bands[bands["outcome"].str.startswith("figure_")]
    assert figures["outcome"].to_list() == ["figure_unverified"] * 2
    spans = (figures["high"] - figures["low"]).to_list()
    assert min(spans) > 0
    row = (
        result.tables["groups"]
        .query("outcome == 'yearly_bill' and group == 'vulnerable' and state == 'scenario'")
        .iloc[0]
    )
    down = figures["value"] - figures["low"]
    assert row["value"] - row["low"] == pytest.approx(float(np.sqrt((down**2).sum())))


def test_bands_are_the_root_of_the_sum_of_squares():
    frame = pd.DataFrame(
        {
            "outcome": ["a"],
            "group": ["g"],
            "state": ["today"],
            "value": [100.0],
            "unit": ["EUR"],
            "low": np.nan,
            "high": np.nan,
        }
    )
    worlds = {"low": {"t": frame.assign(value=97.0)}, "high": {"t": frame.assign(value=110.0)}, "calm": {"t": frame}}
    key = pd.MultiIndex.from_tuples([("a", "g", "today")])
    changes = pd.DataFrame([[-4.0, 24.0]], index=key, columns=["one", "other"])
    row = banded(frame, "t", worlds, Moves({"t": changes}, frame)).iloc[0]
    assert row["low"] == pytest.approx(100 - 5)
    assert row["high"] == pytest.approx(100 + 26)


# ---------------------------------------------------------------------------------------------------------------- a place


def test_longer_depreciation_lowers_the_heat_price_that_breaks_even(place):
    project = wide(place, "project")[[TODAY, SCENARIO]].xs("project", level="group")
    assert project.at["break_even_heat_price", SCENARIO] < project.at["break_even_heat_price", TODAY]
    assert project.at["connected_dwellings", TODAY] > 0


def test_support_lowers_the_cash_of_owners_and_costs_flanders(place):
    cash = wide(place, "households").xs("cash_needed_heat_network")
    assert cash.at["owner_median", TODAY] - cash.at["owner_median", SCENARIO] == pytest.approx(2_000)
    assert cash.at["social_tenant", TODAY] == 0
    dwellings = wide(place, "project").at[("connected_dwellings", "project"), SCENARIO]
    budgets = wide(place, "plan_budgets")
    assert budgets.at[("connection_support", "flanders"), SCENARIO] == pytest.approx(2_000 * dwellings / 1e6)


def test_a_monthly_net_is_the_saving_minus_the_instalment(place):
    values = wide(place, "households")[TODAY].xs("owner_median", level="group")
    saved = (values["yearly_bill_gas_boiler"] - values["yearly_bill_heat_network"]) / 12
    rules, day = read_parameters(), date(2026, 11, 1)
    rate, years = rules.at("mvl.rate", day, "all_eligible"), rules.at("mvl.term", day)
    instalment = values["cash_needed_heat_network"] * rate / (1 - (1 + rate) ** -years) / 12
    assert values["monthly_net_heat_network"] == pytest.approx(saved - instalment, abs=1e-6)


def test_levers_share_the_heat_price(place):
    frame = place.tables["interactions"].set_index(["outcome", "group"])["value"]
    project = wide(place, "project").xs("project", level="group").loc["break_even_heat_price"]
    assert frame["together", "all_levers"] == pytest.approx(project[SCENARIO] - project[TODAY])
    assert frame["shapley"].sum() == pytest.approx(frame["together", "all_levers"])


def test_without_a_source_it_says_so():
    result = laboratory(krekelwijk.place(), [], choices=LabChoices(figures=0))
    assert "project" not in result.tables
    assert result.remarks["text"].str.startswith("Geen warmtebron").any()


def test_the_way_out_of_gas_compares_payers_on_the_same_closure():
    result = laboratory(None, ["stranded_routing=fund"], choices=LabChoices(figures=0))
    gas = wide(result, "gas_exit")
    assert gas.at[("contribution", "gas users"), SCENARIO] > 0
    assert gas.at[("tariff_2045", "gas users"), SCENARIO] < gas.at[("tariff_2045", "gas users"), TODAY]
    assert gas.at[("tariff_2030", "gas users"), SCENARIO] > gas.at[("tariff_2030", "gas users"), TODAY]


# ------------------------------------------------------------------------------------------------------------- the same again


def test_the_same_run_has_the_same_number_and_tables(shifted):
    again = laboratory(None, ["tariff_shift:x_g=0.008,x_e=0.02"], choices=FEW)
    assert again.result_id == shifted.result_id
    assert list(again.tables) == list(shifted.tables)
    for name, frame in again.tables.items():
        pd.testing.assert_frame_equal(frame, shifted.tables[name])


def test_another_lever_scenario_rule_or_choice_has_another_number(nothing, shifted):
    day = date(2026, 1, 1)
    dearer = read_parameters().changed("market.supplier_fee_eur_per_year", since=day, value=61.0)
    others = {
        laboratory(None, [], choices=FEW, rules=dearer).result_id,
        laboratory(None, [], choices=replace(FEW, voted_on=date(2028, 1, 1))).result_id,
        laboratory(None, [], choices=FEW, scenario=Scenario(price_world="high")).result_id,
    }
    assert len(others | {nothing.result_id, shifted.result_id}) == 5


def test_tables_are_tidy(shifted, place):
    for frame in [*shifted.tables.values(), *place.tables.values()]:
        assert list(frame.columns) == list(TIDY)
        assert set(frame["state"]) <= set(STATES)
        assert not frame.duplicated(["outcome", "group", "state"]).any()


# --------------------------------------------------------------------------------------------------------------- interactions


def test_shapley_by_hand():
    """Two levers: alone 10 and 4, together 20. The interaction of 6 is shared by halves."""
    worth = {(): 0.0, ("a",): 10.0, ("b",): 4.0, ("a", "b"): 20.0}
    found = effects_of_subsets(["a", "b"], lambda some: worth[some])
    assert shapley_values(found, 2) == [13.0, 7.0]
    rows = {(outcome, group): value for outcome, group, value, _ in interaction_rows(["a", "b"], found, "EUR")}
    assert rows["last", "a"] == 16.0
    assert rows["interaction", "all_levers"] == 6.0


@settings(max_examples=20, deadline=None)
@given(lists(floats(-100, 100), min_size=1, max_size=5), floats(-1, 1))
def test_shares_add_up_to_the_whole(amounts, bend):
    def outcome(some: tuple[float, ...]) -> float:
        return sum(some) + bend * sum(some) ** 2

    found = effects_of_subsets(amounts, outcome)
    whole = found[frozenset(range(len(amounts)))]
    assert sum(shapley_values(found, len(amounts))) == pytest.approx(whole, abs=1e-6 * (1 + abs(whole)))


# ------------------------------------------------------------------------------------------------------------------- refusals


def test_six_levers_are_refused_with_the_count():
    levers = ["heat_depreciation_years=45", "debt_tenor=30", "guarantee_share=0.5", "ets2_price=high", "gas_end_date:year=2045", "boiler_end_sale=2035"]  # fmt: skip
    with pytest.raises(ScenarioError, match="6 levers need 64 runs"):
        laboratory(None, levers)


def test_an_unknown_lever_is_refused():
    with pytest.raises(ScenarioError) as refused:
        laboratory(None, ["tarif_shift:x_e=0.02,x_g=0.008"])
    assert "tariff_shift" in " ".join(refused.value.faults)


def test_a_heat_price_asks_a_network():
    levers = ["heat_depreciation_years=45", "debt_tenor=30"]
    with pytest.raises(ScenarioError, match="no heat network was designed"):
        laboratory(None, levers, choices=LabChoices(outcome="heat_price", figures=0))
