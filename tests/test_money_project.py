"""The business case of a heat network: a case worked out by hand, what must always hold, refusals."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koppelkans import tables
from koppelkans.errors import DataError, OutOfRangeError, ParameterError, ScenarioError
from koppelkans.money.flows import balances, ledger
from koppelkans.money.project import (
    Supply,
    Terms,
    asset_classes,
    break_even_eur_per_mwh,
    project,
    project_flows,
    project_terms,
    stated_about_project,
)
from koppelkans.money.project_cash import Cash, project_cash
from koppelkans.money.project_returns import npv_eur
from koppelkans.money.project_terms import customer_classes, moved_terms
from koppelkans.parameters import read_parameters
from koppelkans.scenario import HeatNetwork

DAY = date(2026, 11, 1)
FIGURES = read_parameters().choosing(stand_ins={}, hold=("gas.social_tariff", "gas.excise"))
TERMS = project_terms(FIGURES, DAY)
SUPPLY = Supply(source_eur_per_mwh=20.0, loss_mwh=500.0, pump_mwh=30.0, power_eur_per_mwh=150.0)
INVESTMENTS = {"main_pipes": 1.6e6, "service_pipes": 4e5, "delivery_sets": 8e5, "source_connection": 2e5}
CUSTOMERS = pd.DataFrame(
    {"heat_mwh": [2_200.0, 900.0], "connections": [200.0, 5.0], "capacity_kw": [1_600.0, 500.0]},
    index=["households", "institutions"],
)
PLAIN = replace(
    TERMS, tariff_eur_per_kwh=0.1, fixed_eur_per_year=0.0, service_eur_per_year=0.0, administration_eur_per_year=0.0,
    connection_fee_eur=0.0, grant_share=0.0, social_share=0.0, gearing_share=0.0, ramp_years=1,
)  # fmt: skip


def assets(terms: Terms = TERMS, **investments: float) -> pd.DataFrame:
    return asset_classes({**INVESTMENTS, **investments}, terms=terms, parameters=FIGURES, day=DAY)


def cash(terms: Terms = TERMS, *, share: float = 1.0, supply: Supply = SUPPLY, **investments: float) -> Cash:
    classes = customer_classes(CUSTOMERS, terms.social_share)
    return project_cash(assets(terms, **investments), classes, supply, terms=terms, share=share)


def value_eur(terms: Terms = TERMS, **about) -> float:
    return npv_eur(cash(terms, **about).project_eur, terms.project_rate_share)


# ------------------------------------------------------------------------------------------------------------------ by hand

SMALL = replace(
    PLAIN, grant_share=0.25, connection_fee_eur=50.0, gearing_share=0.5, interest_share=0.1, debt_years=3, concession_years=4,
    ramp_years=2, depreciation_years=2,
)  # fmt: skip
SMALL_ASSETS = pd.DataFrame(
    {
        "investment_eur": [1_000.0, 200.0],
        "life_years": [4, 2],
        "depreciation_years": [2, 2],
        "upkeep_share": [0.1, 0.0],
    },
    index=["main_pipes", "delivery_sets"],
)
SMALL_CUSTOMERS = pd.DataFrame({"heat_mwh": [10.0], "connections": [2.0], "capacity_kw": [5.0]}, index=["households"])
SMALL_SUPPLY = Supply(source_eur_per_mwh=20.0, loss_mwh=5.0, pump_mwh=1.0, power_eur_per_mwh=100.0)
BY_HAND = {
    "heat_mwh": [0, 5, 10, 10, 10],
    "revenue_eur": [0, 500, 1000, 1000, 1000],
    "purchase_eur": [0, 250, 400, 400, 400],
    "upkeep_eur": [0, 100, 100, 100, 100],
    "investment_eur": [
        1100,
        100,
        100,
        100,
        0,
    ],  # half of the sets in year 0, half in year 1; each again after two years
    "contribution_eur": [325, 75, 0, 0, 0],
    "depreciation_eur": [0, 550, 600, 100, 100],
    "book_eur": [1100, 650, 150, 150, 50],
    "interest_eur": [0, 38.75, 40, 20.952381, 0],
    "repayment_eur": [0, 0, 190.476190, 209.523810, 0],
    "debt_left_eur": [387.5, 400, 209.523810, 0, 0],
    "dscr": [np.nan, 100 / 38.75, 400 / 230.476190, 400 / 230.476190, np.nan],
}


def small() -> tuple[pd.DataFrame, pd.DataFrame]:
    summary, years, _ = project(
        SMALL_ASSETS, SMALL_CUSTOMERS, SMALL_SUPPLY, terms=SMALL, uptake_shares=(0.5,), start_year=2027
    )
    return summary, years


@pytest.mark.parametrize("column", BY_HAND)
def test_years_worked_out_by_hand(column):
    years = small()[1].query("uptake == 'plan'")
    assert years[column].to_numpy() == pytest.approx(BY_HAND[column], abs=1e-5, nan_ok=True)
    assert years["year"].tolist() == [2027, 2028, 2029, 2030, 2031]


def test_summary_worked_out_by_hand():
    row = small()[0].loc["plan"]
    flows = np.array([-775.0, 125.0, 400.0, 400.0, 550.0])  # the last with the residual value of 50
    assert row["npv_eur"] == pytest.approx(npv_eur(flows, SMALL.project_rate_share))
    assert npv_eur(flows, row["irr_share"]) == pytest.approx(0.0, abs=1e-6)
    equity = np.array([-387.5, 98.75, 169.523810, 169.523810, 550.0])
    assert npv_eur(equity, row["equity_irr_share"]) == pytest.approx(0.0, abs=1e-4)
    expected = {
        "investment_eur": 1200, "contribution_eur": 400, "heat_mwh": 10, "heat_price_eur_per_mwh": 100, "debt_eur": 400,
        "min_dscr": 400 / 230.476190, "residual_eur": 50, "refinancing_eur": 0,
    }  # fmt: skip
    assert row[list(expected)].to_dict() == pytest.approx(expected, abs=1e-6)


def test_half_the_customers_keep_mains_and_losses():
    half = small()[1].query("uptake == '50'")
    assert half["heat_mwh"].tolist() == [0, 2.5, 5, 5, 5]
    assert half["investment_eur"].tolist() == [1050, 50, 50, 50, 0]
    assert half["purchase_eur"].tolist() == [0, 175, 250, 250, 250]  # 20 x (heat + 5) + half of the pump power
    assert half["upkeep_eur"].tolist() == [0, 100, 100, 100, 100]
    assert half["contribution_eur"].tolist() == [262.5 + 25, 12.5 + 25, 0, 0, 0]


def test_social_households_pay_their_price_and_the_state_the_rest():
    terms = replace(
        PLAIN, fixed_eur_per_year=100.0, service_eur_per_year=10.0, social_share=0.25, social_eur_per_kwh=0.05,
        social_reference_eur_per_kwh=0.06, social_lump_eur_per_year=125.0, capacity_eur_per_kw=2.0,
    )  # fmt: skip
    homes = pd.DataFrame({"heat_mwh": [40.0], "connections": [4.0], "capacity_kw": [20.0]}, index=["households"])
    case = project_cash(SMALL_ASSETS, customer_classes(homes, 0.25), SMALL_SUPPLY, terms=terms, share=1.0)
    assert case.yearly.loc["households"].tolist() == pytest.approx([3_000, 300, 30, 30, 0])
    assert case.yearly.loc["social households"].tolist() == pytest.approx([500, 0, 0, 10, 100 + 125])
    summary, _, _ = project(SMALL_ASSETS, homes, SMALL_SUPPLY, terms=terms, uptake_shares=(), start_year=2027)
    assert summary.loc["plan", "heat_price_eur_per_mwh"] == pytest.approx((3_000 + 500 + 100) / 40)


def test_a_loan_that_cannot_be_repaid_leaves_a_gap_to_refinance():
    summary, years, remarks = project(
        assets(), CUSTOMERS, SUPPLY, terms=replace(TERMS, gearing_share=0.9), uptake_shares=(0.3,), start_year=2027
    )
    assert summary.loc["30", "refinancing_eur"] == pytest.approx(summary.loc["30", "debt_eur"])
    assert summary.loc["30", "min_dscr"] < 1
    last = years.query("uptake == '30' and year == 2047").iloc[0]
    assert last["debt_left_eur"] == pytest.approx(summary.loc["30", "refinancing_eur"])
    assert years.query("uptake == '30' and year > 2047")[["interest_eur", "debt_left_eur"]].to_numpy().max() == 0
    assert any(row["level"] == "warning" and "DSCR" in row["text"] for row in remarks)


def test_a_concession_shorter_than_the_loan_leaves_debt_at_its_end():
    rich = replace(TERMS, concession_years=10, tariff_eur_per_kwh=0.3)
    summary, _, _ = project(assets(rich), CUSTOMERS, SUPPLY, terms=rich, uptake_shares=(), start_year=2027)
    row = summary.loc["plan"]
    level = TERMS.interest_share / (1 - (1 + TERMS.interest_share) ** -17)
    left = row["debt_eur"] * level * (1 - (1 + TERMS.interest_share) ** -10) / TERMS.interest_share
    assert row["refinancing_eur"] == pytest.approx(left)  # three years of grace, 17 payments agreed, 7 made


def test_a_free_handover_is_worth_less_than_the_book_value():
    paid, free = replace(TERMS, residual_paid_share=1.0), replace(TERMS, residual_paid_share=0.0)
    book = cash(paid).book_eur[-1]
    assert value_eur(paid) - value_eur(free) == pytest.approx(book * 1.05**-30)


def test_granted_assets_are_not_paid_twice():
    granted = replace(TERMS, grant_share=1.0, depreciation_years=50)
    assert cash(granted, delivery_sets=0.0, source_connection=0.0).residual_eur == pytest.approx(0.0, abs=1e-6)


def test_books_change_no_cash_but_the_residual_value():
    short, long = (replace(TERMS, depreciation_years=years, residual_paid_share=0.0) for years in (15, 45))
    assert value_eur(short) == pytest.approx(value_eur(long))
    assert value_eur(replace(long, residual_paid_share=1.0)) > value_eur(replace(short, residual_paid_share=1.0))


def test_tables_keep_their_contracts_and_show_every_uptake():
    summary, years, remarks = project(
        assets(), CUSTOMERS, SUPPLY, terms=TERMS, uptake_shares=HeatNetwork().uptake_shares, start_year=2027
    )
    assert summary.index.tolist() == ["plan", "30", "50", "70"]
    assert tables.check(tables.PROJECT_YEARS, years)["year"].max() == 2057
    assert (summary["npv_eur"].rank() == summary["connected_share"].rank()).all()
    assert all(row["text"] and row["text_en"] for row in remarks)


def test_a_network_without_customers_is_a_loss_with_empty_figures():
    nobody, free = CUSTOMERS * 0.0, replace(TERMS, residual_paid_share=0.0)
    summary, _, _ = project(assets(), nobody, SUPPLY, terms=free, uptake_shares=(), start_year=2027)
    assert summary.loc["plan", ["break_even_eur_per_mwh", "irr_share"]].isna().all()
    assert summary.loc["plan", "npv_eur"] < 0
    assert stated_about_project(assets(), nobody, parameters=FIGURES, day=DAY) == []


def test_investment_per_connection_is_held_against_what_is_usual():
    (inside,) = stated_about_project(assets(), CUSTOMERS, parameters=FIGURES, day=DAY)
    (outside,) = stated_about_project(assets(main_pipes=9e6), CUSTOMERS, parameters=FIGURES, day=DAY)
    assert (inside["level"], outside["level"]) == ("info", "warning")
    assert "14,6 kEUR" in inside["text"]


# ------------------------------------------------------------------------------------------------------- what always holds

shares, rates = st.floats(0, 1), st.floats(0, 0.12)
terms_of_any_kind = st.builds(
    replace, st.just(TERMS), tariff_eur_per_kwh=st.floats(0.03, 0.3), grant_share=st.floats(0, 0.6), gearing_share=shares,
    interest_share=rates, project_rate_share=rates, depreciation_years=st.integers(5, 50), debt_years=st.integers(9, 45),
    concession_years=st.integers(8, 50), ramp_years=st.integers(1, 8), residual_paid_share=shares, social_share=st.floats(0, 0.9),
)  # fmt: skip
some = settings(max_examples=25, deadline=None)


@some
@given(terms=terms_of_any_kind, share=st.floats(0.05, 1))
def test_repayments_and_gap_are_the_debt_and_books_stay_positive(terms, share):
    case = cash(terms, share=share)
    assert case.loan.repaid_eur.sum() + case.loan.gap_eur == pytest.approx(case.loan.drawn_eur.sum(), abs=1e-3)
    assert (case.loan.repaid_eur >= 0).all()
    assert (case.loan.left_eur >= -1e-6).all()
    assert (case.book_eur >= 0).all()
    written = case.depreciation_eur.sum() + case.book_eur[-1]
    assert written == pytest.approx((case.first_eur + case.replaced_eur).sum())


@some
@given(terms=terms_of_any_kind, dearer=st.floats(1.01, 3), more=st.floats(0.001, 0.1))
def test_value_falls_with_investment_and_rises_with_price(terms, dearer, more):
    base = value_eur(terms)
    assert value_eur(terms, main_pipes=INVESTMENTS["main_pipes"] * dearer) < base
    assert value_eur(replace(terms, tariff_eur_per_kwh=terms.tariff_eur_per_kwh + more)) > base


@some
@given(terms=terms_of_any_kind, share=st.floats(0.05, 1))
def test_the_break_even_price_brings_the_value_to_zero(terms, share):
    price = break_even_eur_per_mwh(cash(terms, share=share), terms)
    even = replace(terms, tariff_eur_per_kwh=price / 1_000)
    if price > 0:
        assert value_eur(even, share=share) == pytest.approx(0.0, abs=1.0)
    else:
        assert value_eur(even, share=share) >= 0


@some
@given(terms=terms_of_any_kind)
def test_at_equal_rates_the_loan_changes_no_value(terms):
    rate = terms.interest_share
    assert npv_eur(cash(terms).equity_eur, rate) == pytest.approx(npv_eur(cash(terms).project_eur, rate), abs=1.0)


@some
@given(terms=terms_of_any_kind, longer=st.integers(1, 20))
def test_longer_depreciation_never_raises_the_yearly_charge(terms, longer):
    slow = replace(terms, depreciation_years=terms.depreciation_years + longer)
    first = slice(0, terms.depreciation_years + 1)  # afterwards the short term charges nothing
    one_ramp = {"delivery_sets": 0.0, "source_connection": 0.0}
    charge, slower = (cash(case, **one_ramp).depreciation_eur for case in (terms, slow))
    assert (slower[first] <= charge[first] + 1e-6).all()


@some
@given(terms=terms_of_any_kind)
def test_the_heat_company_ends_every_year_with_nothing(terms):
    rows = project_flows(assets(terms), CUSTOMERS, SUPPLY, terms=terms, start_year=2027, parameters=FIGURES, day=DAY)
    assert (rows["amount_eur"] > 0).all()
    received = rows[rows["payee"] == "heat_company"].groupby("year")["amount_eur"].sum()
    paid = rows[rows["payer"] == "heat_company"].groupby("year")["amount_eur"].sum()
    assert received.sub(paid, fill_value=0.0).abs().max() < 1e-3


def test_payments_stand_in_a_ledger():
    rows = project_flows(assets(), CUSTOMERS, SUPPLY, terms=TERMS, start_year=2027, parameters=FIGURES, day=DAY)
    kept = ledger([rows])
    assert abs(balances(kept).sum()) < 1e-6
    paid = rows.groupby(["payer", "what"])["amount_eur"].sum()
    residents = ("dwelling owners and users", "heat")
    assert paid["dwelling owners and users", "VAT on heat"] == pytest.approx(0.06 * paid[residents])
    assert paid["heat_company", "repayment"] == pytest.approx(paid["lender", "loan"])
    assert paid["heat_company", "heat network"] == pytest.approx(3e6)
    assert paid["federal_fund", "reimbursement of the social tariff"] > 0
    assert "flanders" not in set(rows["payer"])  # no grant unless chosen


# ----------------------------------------------------------------------------------------------------- terms and refusals


def test_terms_are_the_figures_where_nothing_is_chosen():
    chosen = HeatNetwork(depreciation_years=45, tariff_eur_per_kwh=0.09).terms()
    terms = project_terms(FIGURES, DAY, chosen)
    assert (terms.depreciation_years, terms.tariff_eur_per_kwh) == (45, 0.09)
    assert terms.chosen == {"depreciation_years", "tariff_eur_per_kwh"}
    assert terms == replace(TERMS, depreciation_years=45, tariff_eur_per_kwh=0.09, chosen=terms.chosen)
    assert TERMS.social_eur_per_kwh == pytest.approx(0.04746 / 1.06)


def test_what_is_chosen_has_no_range():
    chosen = project_terms(FIGURES, DAY, {"tariff_eur_per_kwh": 0.09})
    moved = moved_terms(
        chosen, {"tariff_eur_per_kwh": "high", "fixed_eur_per_year": "high"}, parameters=FIGURES, day=DAY
    )
    assert (moved.tariff_eur_per_kwh, moved.fixed_eur_per_year) == (0.09, 350.0)


def test_assets_are_written_off_over_the_term_but_not_beyond_their_life():
    classes = assets(replace(TERMS, depreciation_years=45))
    assert classes["depreciation_years"].to_dict() == {
        "main_pipes": 45, "service_pipes": 45, "delivery_sets": 20, "source_connection": 25,
    }  # fmt: skip


def test_terms_that_do_not_fit_together_are_all_named():
    chosen = {"debt_years": 5, "ramp_years": 8, "concession_years": 6, "grant_share": 1.2}
    with pytest.raises(OutOfRangeError) as error:
        project_terms(FIGURES, DAY, chosen)
    assert "loan must run until everybody is connected" in str(error.value)
    assert "concession ends before everybody is connected" in str(error.value)
    assert "grant_share is 1.2, expected 0 to 1" in str(error.value)


def test_an_unknown_term_gets_a_suggestion():
    with pytest.raises(ScenarioError, match="did you mean debt_years"):
        project_terms(FIGURES, DAY, {"debt_year": 20})


def test_the_social_tariff_of_a_quarter_without_figure_stops():
    with pytest.raises(ParameterError, match=r"gas\.social_tariff has no value"):
        project_terms(read_parameters(), DAY)


def test_customers_and_assets_that_cannot_be_used_are_named():
    wrong = CUSTOMERS.rename(index={"institutions": "institution"}).assign(heat_mwh=[-1.0, 2.0])
    with pytest.raises(DataError) as error:
        project(assets(), wrong.drop(columns="capacity_kw"), SUPPLY, terms=TERMS, uptake_shares=(), start_year=2027)
    assert "did you mean institutions?" in str(error.value)
    assert "column capacity_kw is missing" in str(error.value)
    assert "column heat_mwh: negative or missing for households" in str(error.value)
    with pytest.raises(DataError, match="did you mean main_pipes") as error:
        asset_classes({"main_pipe": 1.0, "delivery_sets": float("nan")}, terms=TERMS, parameters=FIGURES, day=DAY)
    assert "delivery_sets costs nan" in str(error.value)


def test_uptake_above_the_design_is_refused():
    with pytest.raises(OutOfRangeError, match=r"uptake share is 1\.5"):
        project(assets(), CUSTOMERS, SUPPLY, terms=TERMS, uptake_shares=(1.5,), start_year=2027)
