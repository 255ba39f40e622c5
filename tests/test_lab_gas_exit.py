"""The way out of gas: hand-worked years, the six published cases, what must always hold, and refusals."""

from datetime import date
from functools import cache
from math import inf
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koppelkans.errors import DataError, ScenarioError
from koppelkans.lab.gas_exit import GasChoices, GasExitResult, against_drift, by_route, gas_exit
from koppelkans.lab.gas_years import case_of, exit_shares
from koppelkans.lab.gas_zones import flemish_zones, gas_rules, place_zones, planned
from koppelkans.parameters import Parameters, read_parameters

DAY = date(2026, 11, 1)
FIGURES = read_parameters()
PUBLISHED = pd.read_csv(Path(__file__).parent / "published" / "gas_exit.csv", dtype={"year": "str"})


def network(rows: list[tuple[float, float, float, int | None]]) -> pd.DataFrame:
    """Zones from (vulnerable, other, value, closing year)."""
    frame = pd.DataFrame(
        rows, columns=["vulnerable_connections", "other_connections", "asset_value_eur", "closing_year"],
        index=pd.Index([f"z{n}" for n in range(len(rows))], name="zone", dtype="str"),
    )  # fmt: skip
    return frame.astype(dict.fromkeys(frame.columns[:3], float) | {"closing_year": "Int64"})


def with_figures(**values: float) -> Parameters:
    changed = FIGURES
    for name, value in values.items():
        changed = changed.changed(f"gas_network.{name}", since=date(2020, 1, 1), value=value)
    return changed


SMALL = with_figures(
    connections=1000, fixed_upkeep_eur_per_year=10_000, investment_first_eur_per_year=0, investment_settled_eur_per_year=0
)  # fmt: skip
"""A Flanders of a thousand connections without investment, so that a year can be worked out by hand."""


def exit_of(zones, parameters=FIGURES, **chosen) -> GasExitResult:
    return gas_exit(zones, GasChoices(**chosen), parameters=parameters, day=DAY)


# ------------------------------------------------------------------------------------------------------------- worked by hand


def test_two_years_of_drift():
    yearly = exit_of(network([(300, 700, 30_000, None)]), SMALL, end_year=2027).yearly
    # 10,000 + 40 x 1,000 + 30,000 / 30 + 5.4 % of 30,000 = 52,620
    assert yearly["allowed_cost_eur"][2026] == pytest.approx(52_620)
    assert yearly["tariff_eur_per_year"][2026] == pytest.approx(52.62)
    # 2.5 % of 700 and 0.625 % of 300 leave
    assert yearly["own_exits"][2026] == pytest.approx(17.5 + 1.875)
    assert yearly["vulnerable_share"][2027] == pytest.approx(298.125 / 980.625)
    assert yearly["allowed_cost_eur"][2027] == pytest.approx(10_000 + 40 * 980.625 + 29_000 / 30 + 0.054 * 29_000)
    # dearer: (0.025 + 0.00012 x (tariff 2027 - 52.62)) of 682.5, a quarter of that share of 298.125
    share = 0.025 + 0.00012 * (yearly["tariff_eur_per_year"][2027] - 52.62)
    assert yearly["own_exits"][2027] == pytest.approx(share * (682.5 + 0.25 * 298.125))


def test_a_zone_that_closes_leaves_its_value_and_its_cost():
    result = exit_of(network([(300, 700, 30_000, 2026)]), SMALL, end_year=2027, route="public")
    row = result.yearly.loc[2026]
    assert (row["stranded_eur"], row["closing_cost_eur"]) == (30_000, 600_000)
    assert row["allowed_cost_eur"] == pytest.approx(52_620)
    assert (row["external_eur"], row["closed"]) == (630_000, 1000)
    assert result.yearly.loc[2027, ["connections", "allowed_cost_eur", "external_eur"]].tolist() == [0, 0, 0]
    assert np.isnan(result.yearly["tariff_eur_per_year"][2027])
    assert result.balances_eur["flanders"] == -630_000
    assert result.balances_eur["network_owner"] == pytest.approx(30_000 + 1_000 + 1_620)


def test_current_users_pay_what_is_stranded_in_the_year_itself():
    result = exit_of(network([(300, 700, 30_000, 2026)]), SMALL, end_year=2026)
    assert result.yearly["tariff_eur_per_year"][2026] == pytest.approx(52.62 + 30 + 600)
    assert result.balances_eur["vulnerable_gas_users"] == pytest.approx(-0.3 * 682_620)


def test_the_list_is_served_to_the_vulnerable_first_and_the_rest_waits():
    yearly = exit_of(
        network([(300, 700, 30_000, 2028)]), SMALL, end_year=2028, route="public", dossiers_per_year=30
    ).yearly
    # after own exits 298.125 and 682.5; a tenth asks: 29.8125 and 68.25; thirty are served
    assert yearly["accompanied"][2026] == pytest.approx(30)
    assert yearly["waiting"][2026] == pytest.approx(29.8125 + 68.25 - 30)
    assert yearly["closed_waiting"][2028] == pytest.approx(yearly["waiting"][2027])
    assert yearly["closed"][2028] == pytest.approx(yearly["connections"][2028])


def test_the_zone_that_closes_first_is_served_first():
    zones = network([(0, 500, 0, 2031), (500, 0, 0, 2029)])
    result = exit_of(zones, SMALL, end_year=2026, route="public", dossiers_per_year=49)
    # 497 of the second remain after own exits at a quarter of 2.5 %, and 49.69 of them ask
    assert result.zones["accompanied"].tolist() == pytest.approx([0.0, 49.0])


def test_a_fund_of_one_payment():
    # all pay s in 2026, the zone closes in 2026: s must be value plus closing cost per connection, interest has no time to work
    result = exit_of(network([(300, 700, 30_000, 2026)]), SMALL, end_year=2026, route="fund")
    assert result.contribution_eur_per_year == pytest.approx(630, abs=1e-4)
    assert result.yearly["tariff_eur_per_year"][2026] == pytest.approx(52.62 + 630, abs=1e-4)


def test_exits_for_want_of_a_boiler():
    zones, rules = network([(300, 700, 30_000, None)]), gas_rules(FIGURES, DAY)
    case = case_of(zones, GasChoices(renovation_end_year=2030, boiler_end_year=2035), rules)
    # life 18 years; 70 % of own exits fall at its end; 80 % of the others then leave gas; 20 % of replacements at renovation
    vulnerable, other = 0.8 * (1 / 18 - 0.7 * 0.00625), 0.8 * (1 / 18 - 0.7 * 0.025)
    assert exit_shares(case, 2029, 0.0)[1] == pytest.approx([0, 0])
    assert exit_shares(case, 2030, 0.0)[1] == pytest.approx([0.2 * vulnerable, 0.2 * other])
    assert exit_shares(case, 2035, 0.0)[1] == pytest.approx([vulnerable, other])
    assert exit_shares(case, 2035, 0.0)[0] == pytest.approx([0.00625, 0.025])


def test_planned_zones_close_in_even_steps():
    closing = planned(flemish_zones(parameters=FIGURES, day=DAY))["closing_year"]
    assert (closing.min(), closing.max(), closing["z022"], closing["z023"]) == (2031, 2048, 2031, 2032)
    assert set(closing.value_counts()) == {22, 23}


def test_a_place_bears_its_share_per_connection():
    cells = pd.DataFrame(
        {"weight": [200.0, 300.0, 500.0], "vulnerable": [True, False, True], "has_gas": [True, True, False]},
        index=pd.Index(["a", "b", "c"], name="cell", dtype="str"),
    )
    zones, remarks = place_zones(cells, name="krekelwijk", closing_year=2035, parameters=FIGURES, day=DAY)
    assert zones.loc["krekelwijk", ["vulnerable_connections", "other_connections"]].tolist() == [200, 300]
    assert [row["level"] for row in remarks] == ["assumption"]
    own = exit_of(zones, route="public")
    # 150 M fixed + 40 each + 3,500 M / 30 + 5.4 % of 3,500 M, over 2.2 M connections
    assert own.yearly["tariff_eur_per_year"][2026] == pytest.approx(
        150e6 / 2.2e6 + 40 + 3.5e9 / 2.2e6 * (1 / 30 + 0.054)
    )
    assert own.zones.loc["krekelwijk", "closing_year"] == 2035
    drift, _ = place_zones(cells, name="krekelwijk", closing_year=None, parameters=FIGURES, day=DAY)
    assert exit_of(drift).yearly["stranded_eur"].sum() == 0


# ------------------------------------------------------------------------------------------------------------------ published


@cache
def published_case(name: str) -> GasExitResult:
    drift = flemish_zones(parameters=FIGURES, day=DAY)
    route = "fund" if name.endswith("fund") else "public" if name.endswith("outside") else "current_users"
    zones = planned(drift) if name.startswith("planned") else drift
    return exit_of(zones, route=route, write_off_year=2050 if "written_off" in name else None)


@pytest.mark.parametrize("name", list(dict.fromkeys(PUBLISHED["case"])))
def test_published_gas_networks(name):
    result = published_case(name)
    totals = {
        "residual_eur": result.residual_eur, "contribution_eur_per_year": result.contribution_eur_per_year,
        "fund_balance_eur": result.yearly["fund_balance_eur"].iloc[-1],
        **{column: result.yearly[column].sum() for column in ("stranded_eur", "closing_cost_eur", "external_eur")},
    }  # fmt: skip
    rows = PUBLISHED[PUBLISHED["case"] == name]
    assert len(rows) >= 18
    for _, row in rows.iterrows():
        found = totals[row["quantity"]] if row["year"] == "total" else result.yearly[row["quantity"]][int(row["year"])]
        assert found == pytest.approx(row["published"], abs=row["tolerance"]), f"{row['quantity']} {row['year']}"


def test_nobody_is_left_after_the_last_closure():
    for name in set(PUBLISHED["case"]):
        assert (published_case(name).yearly["connections"][2049] == 0) == name.startswith("planned")


# ------------------------------------------------------------------------------------------------------------------ properties

ZONES = st.lists(
    st.tuples(
        st.floats(0, 500),
        st.floats(1, 2000),
        st.floats(0, 5e6),
        st.one_of(st.none(), st.integers(2026, 2055)),
    ),
    min_size=1,
    max_size=5,
)
BOILERS = st.sampled_from([(None, None), (2030, None), (None, 2032), (2028, 2035)])
OUTSIDE = st.sampled_from(["public", "heat_concession", "fund"])
few = settings(max_examples=12, deadline=None)


@few
@given(ZONES, st.sampled_from(["current_users", "public", "heat_concession"]), st.floats(0, 500), BOILERS)
def test_every_euro_has_a_payer_and_every_connection_a_place(rows, route, dossiers, ends):
    result = exit_of(
        network(rows), route=route, dossiers_per_year=dossiers, renovation_end_year=ends[0], boiler_end_year=ends[1]
    )
    yearly, got = result.yearly, result.balances_eur
    cost = yearly[["upkeep_eur", "depreciation_eur", "return_eur", "stranded_eur", "closing_cost_eur"]].sum(axis=1)
    revenue = (yearly["tariff_eur_per_year"] * yearly["connections"]).fillna(0.0)
    assert (revenue + yearly["external_eur"]).to_numpy() == pytest.approx(cost.to_numpy(), abs=1e-3)
    assert got.sum() == pytest.approx(0, abs=0.5)
    assert got["grid_operator"] == pytest.approx(0, abs=5)
    gone = yearly[["closed", "own_exits", "boiler_exits", "accompanied"]].sum(axis=1)
    after = [*yearly["connections"].iloc[1:], result.zones["connections_at_end"].sum()]
    assert (yearly["connections"] - gone).to_numpy() == pytest.approx(after, abs=1e-6)
    assert (yearly["accompanied"] <= dossiers + 1e-9).all()
    assert (yearly["waiting"] >= 0).all()


@few
@given(ZONES, st.booleans())
def test_the_fund_ends_without_deficit_at_the_smallest_level(rows, written_off):
    zones = network(rows)
    chosen = {"route": "fund", "write_off_year": 2050 if written_off else None}
    result = exit_of(zones, **chosen)
    assert result.yearly["fund_balance_eur"].iloc[-1] >= 0
    assert result.balances_eur.get("gas_fund", 0.0) == pytest.approx(result.yearly["fund_balance_eur"].iloc[-1], abs=1)
    if result.contribution_eur_per_year > 0.01:
        less = exit_of(zones, fund_eur_per_year=result.contribution_eur_per_year - 0.01, **chosen)
        assert less.yearly["fund_balance_eur"].iloc[-1] < 0
        assert any("komt het fonds" in row["text"] for row in less.remarks)


def test_a_fund_whose_payers_flee_is_filled_in_the_first_year():
    # every euro drives away all who can leave, so those of 2026 pay the whole of 2027: value and interest, nobody left to close for
    fleeing = with_figures(
        exit_ceiling_share=1.0, exit_vulnerable_ratio=1.0, exit_per_eur_share=1.0, accompaniment_share=0.0
    )
    result = exit_of(network([(0, 1000, 1e9, 2027)]), fleeing, route="fund", end_year=2027)
    stranded_eur = result.yearly["stranded_eur"][2027]
    assert result.contribution_eur_per_year == pytest.approx(stranded_eur / 1000 / 1.03, rel=1e-9)


@few
@given(ZONES, OUTSIDE, st.floats(0, 300), st.floats(0, 300), BOILERS)
def test_more_accompaniment_never_raises_the_waiting_list(rows, route, dossiers, more, ends):
    chosen = {
        "route": route, "fund_eur_per_year": 50.0 if route == "fund" else None,
        "renovation_end_year": ends[0], "boiler_end_year": ends[1],
    }  # fmt: skip
    few_helped = exit_of(network(rows), dossiers_per_year=dossiers, **chosen).yearly
    many_helped = exit_of(network(rows), dossiers_per_year=dossiers + more, **chosen).yearly
    assert (many_helped["waiting"] <= few_helped["waiting"] + 1e-6).all()
    assert (many_helped["closed_waiting"] <= few_helped["closed_waiting"] + 1e-6).all()
    assert (exit_of(network(rows), dossiers_per_year=inf, **chosen).yearly["waiting"] == 0).all()


@few
@given(ZONES)
def test_no_lever_changes_nothing(rows):
    zones = network([(*row[:3], None) for row in rows])
    plain = exit_of(zones)
    for chosen in (
        {"route": "public"},
        {"route": "heat_concession", "dossiers_per_year": 0.0},
        {"route": "fund"},
        {"boiler_end_year": 2051, "renovation_end_year": 2051},
    ):
        other = exit_of(zones, **chosen)
        pd.testing.assert_frame_equal(other.yearly, plain.yearly)
        pd.testing.assert_frame_equal(other.ledger, plain.ledger)


@few
@given(ZONES)
def test_without_closures_the_value_is_accounted_for(rows):
    zones = network([(*row[:3], None) for row in rows])
    result = exit_of(zones)
    kept = (
        zones["asset_value_eur"].sum() + result.yearly["investment_eur"].sum() - result.yearly["depreciation_eur"].sum()
    )
    assert result.residual_eur == pytest.approx(kept, abs=1e-3)


@few
@given(ZONES, BOILERS.filter(any))
def test_an_end_of_boilers_never_leaves_more_connections(rows, ends):
    zones = network(rows)
    free = exit_of(zones, route="public").yearly
    bound = exit_of(zones, route="public", renovation_end_year=ends[0], boiler_end_year=ends[1]).yearly
    assert (bound["connections"] <= free["connections"] + 1e-6).all()
    assert bound["boiler_exits"].sum() > 0 or free["connections"][2032] == 0


def test_the_order_of_zones_does_not_matter():
    zones = planned(flemish_zones(parameters=FIGURES, day=DAY)).iloc[::16]
    there = exit_of(zones, dossiers_per_year=2000.0).yearly
    back = exit_of(zones.iloc[::-1], dossiers_per_year=2000.0).yearly
    pd.testing.assert_frame_equal(there, back, rtol=1e-9)


def test_planned_closure_beside_drift_and_along_each_route():
    zones = planned(flemish_zones(parameters=FIGURES, day=DAY)).iloc[::10]
    choices = GasChoices(route="fund", write_off_year=2050)
    table = against_drift(zones, choices, parameters=FIGURES, day=DAY)
    # zone exit saves upkeep, drift does not; what drift leaves at the end nobody pays
    assert table["difference"]["upkeep_eur"] < 0
    assert table["drift"]["residual_eur"] > table["planned"]["residual_eur"] == 0
    assert table.index[0] == "vulnerable_users_eur"
    routes = by_route(zones, choices, parameters=FIGURES, day=DAY)
    assert routes.index.tolist() == ["current_users", "fund", "public", "heat_concession"]
    tariffs = routes["highest_tariff_eur_per_year"]
    assert tariffs["current_users"] > tariffs["fund"] > tariffs["public"] == tariffs["heat_concession"]
    assert routes["outside_the_tariff_eur"]["current_users"] == 0


def test_a_capacity_too_small_says_what_is_needed():
    zones = planned(flemish_zones(parameters=FIGURES, day=DAY))
    result = exit_of(zones, route="public", dossiers_per_year=20_000)
    needed = exit_of(zones, route="public").yearly["accompanied"].max()
    (row,) = [row for row in result.remarks if row["method"] == "gas-accompaniment"]
    assert f"at most {needed:,.0f} a year" in row["text_en"]
    assert (row["level"], result.yearly["closed_waiting"].sum() > 0) == ("warning", True)


# -------------------------------------------------------------------------------------------------------------------- refusals


def test_electricity_does_not_pay_for_gas():
    with pytest.raises(
        ScenarioError, match=r"route electricity is refused: recommendation A1 .* never through electricity"
    ):
        exit_of(network([(1, 1, 1, None)]), route="electricity")


def test_faults_of_zones_are_all_reported():
    zones = network([(300, 700, 1e6, 2020), (0, 0, 1e6, None), (1, 2, -5.0, None), (-1, 2, 0.0, None)])
    with pytest.raises(DataError) as caught:
        exit_of(zones)
    assert caught.value.faults == (
        "1 zones have a negative number of connections (z3)",
        "1 zones have no connections; leave them out (z1)",
        "1 zones have a negative asset value (z2)",
        "1 zones close before the start in 2026 (z0)",
    )


def test_zones_must_be_complete():
    with pytest.raises(DataError, match="the zones lack asset_value_eur"):
        exit_of(network([(1, 1, 1, None)]).drop(columns="asset_value_eur"))
    with pytest.raises(DataError, match="there are no zones"):
        exit_of(network([(1, 1, 1, None)]).iloc[:0])
    with pytest.raises(DataError, match="1 zones stand twice"):
        exit_of(pd.concat([network([(1, 1, 1, None)])] * 2))


def test_faults_of_choices_are_all_reported():
    choices = GasChoices(
        route="found", start_year=2030, end_year=2029, dossiers_per_year=-1.0, fund_eur_per_year=5.0, write_off_year=2020,
        renovation_end_year=2040, boiler_end_year=2035,
    )  # fmt: skip
    with pytest.raises(ScenarioError) as caught:
        gas_exit(network([(1, 1, 1, None)]), choices, parameters=FIGURES, day=DAY)
    assert caught.value.faults == (
        "route found is not known; did you mean fund?",
        "the end year 2029 comes before the start year 2030",
        "dossiers_per_year is -1.0; expected zero or more",
        "a contribution to the fund is given, but the route is found; choose route fund",
        "the network would be written off by 2020, before 2030",
        "no gas boiler at renovation from 2040 comes after the end of all gas boilers in 2035; leave one out",
    )


def test_a_place_without_gas_has_nothing_to_leave():
    cells = pd.DataFrame(
        {"weight": [10.0], "vulnerable": [False], "has_gas": [False]}, index=pd.Index(["a"], name="cell")
    )
    with pytest.raises(DataError, match="no household of krekelwijk has gas"):
        place_zones(cells, name="krekelwijk", closing_year=None, parameters=FIGURES, day=DAY)


def test_closing_years_turned_around():
    with pytest.raises(ScenarioError, match="the last zone would close in 2030, before the first in 2040"):
        planned(network([(1, 1, 1, None)]), first_year=2040, last_year=2030)


def test_routes_that_the_note_does_not_want_are_marked():
    zones = network([(300, 700, 30_000, 2030)])
    (row,) = [row for row in exit_of(zones, route="heat_concession").remarks if row["method"] == "gas-routes"]
    assert row["level"] == "warning"
    late = exit_of(network([(300, 700, 30_000, 2060)]))
    assert any("sluiten pas na 2050" in row["text"] for row in late.remarks)
