"""Annuities, loans, returns and cost-based tariffs against worked figures: one row each, with source and tolerance."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from koppelkans.money.project_debt import level_debt_eur, level_loan, sculpted_debt
from koppelkans.money.project_returns import (
    annuity_eur_per_year,
    annuity_share,
    cost_based_charge_eur,
    irr_share,
    npv_eur,
)

PUBLISHED = Path(__file__).parent / "published"
ANNUITIES = pd.read_csv(PUBLISHED / "project_annuities.csv").set_index("case")
DEBT = pd.read_csv(PUBLISHED / "project_debt.csv", dtype={"published": "str"}).set_index(["case", "quantity"])
CASH = np.array([100.0, 110.0, 120.0, 130.0, 130.0])
SCULPTED = sculpted_debt(CASH, dscr=1.30, interest_share=0.05)


@pytest.mark.parametrize("case", ANNUITIES.index)
def test_annuity(case):
    row = ANNUITIES.loc[case]
    found = annuity_eur_per_year(row["capital_eur"], row["years"], row["rate_share"])
    assert found == pytest.approx(row["published_eur_per_year"], abs=row["tolerance_eur"])


def cost_based(years: int) -> np.ndarray:
    return cost_based_charge_eur(1e6, years, 0.054)


FOUND = {
    ("sculpted", "debt_eur"): SCULPTED.debt_eur,
    ("sculpted", "service_eur"): SCULPTED.service_eur,
    ("sculpted", "interest_eur"): SCULPTED.interest_eur,
    ("sculpted", "left_eur"): SCULPTED.left_eur,
    ("level", "debt_eur"): level_debt_eur(CASH, dscr=1.30, interest_share=0.05),
    ("level_twenty", "debt_eur"): level_debt_eur(np.full(20, 150.0), dscr=1.25, interest_share=0.0425),
    ("equity", "irr_share"): irr_share(np.array([SCULPTED.debt_eur - 500.0, *(CASH - SCULPTED.service_eur)])),
    ("project", "irr_share"): irr_share(np.array([-500.0, *CASH])),
    ("four_payments", "irr_share"): irr_share(np.array([-1_000.0, 300, 300, 300, 300])),
    ("cost_based_20", "first_eur"): cost_based(20)[0],
    ("cost_based_20", "last_eur"): cost_based(20)[-1],
    ("cost_based_30", "first_eur"): cost_based(30)[0],
    ("cost_based_45", "first_eur"): cost_based(45)[0],
}


@pytest.mark.parametrize("key", DEBT.index, ids=".".join)
def test_loans_and_returns(key):
    row = DEBT.loc[key]
    expected = [float(number) for number in row["published"].split()]
    assert np.atleast_1d(FOUND[key]) == pytest.approx(expected, abs=row["tolerance"])


@given(years=st.integers(1, 60), rate=st.floats(0, 0.15))
def test_a_cost_based_tariff_pays_the_capital_whatever_the_life(years, rate):
    assert npv_eur(np.array([0.0, *cost_based_charge_eur(1e6, years, rate)]), rate) == pytest.approx(1e6)


@given(capital=st.floats(1, 1e7), years=st.integers(1, 60), rate=st.floats(0, 0.2))
def test_a_longer_term_never_costs_more_per_year(capital, years, rate):
    longer = annuity_eur_per_year(capital, years + 1, rate)
    assert longer <= annuity_eur_per_year(capital, years, rate) * (1 + 1e-9)


def test_a_loan_with_cash_enough_is_paid_as_agreed():
    drawn = np.zeros(21)
    drawn[0] = 1e6
    loan = level_loan(drawn, np.full(21, 1e6), years=20, grace_years=0, interest_share=0.04)
    paid = loan.interest_eur + loan.repaid_eur
    assert paid[1:] == pytest.approx(np.full(20, 73_581.75), abs=0.01)
    assert loan.due_eur == pytest.approx(paid)
    assert loan.gap_eur == pytest.approx(0.0, abs=1e-6)


def test_repayment_that_had_to_wait_is_made_up():
    drawn, cash = np.array([300.0, 0, 0, 0]), np.array([0.0, 20, 500, 500])
    loan = level_loan(drawn, cash, years=3, grace_years=0, interest_share=0.0)
    assert loan.repaid_eur.tolist() == [0, 20, 180, 100]
    assert loan.due_eur.tolist() == [0, 100, 100, 100]


def test_no_rate_of_return_without_return():
    assert np.isnan(irr_share(np.array([-100.0, -5.0, -5.0])))
    assert irr_share(np.array([-100.0, 50.0, 40.0])) < 0


@given(rate=st.floats(-0.5, 0.9), years=st.integers(1, 40))
def test_the_rate_of_return_of_an_annuity_is_its_rate(rate, years):
    payment = annuity_share(years, rate)
    assert irr_share(np.array([-1.0, *[payment] * years])) == pytest.approx(rate, abs=1e-6)
