"""What subsidised loans of a response cost the public purse: the interest that Flanders makes up, as rows of the money of the response."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans.money.project_returns import annuity_share
from koppelkans.plan.response import ResponseRun

WHAT = "interest on loans"
PAYER, PAYEE = "flanders", "lender"


def with_interest(money: pd.DataFrame, run: ResponseRun) -> pd.DataFrame:
    """The money of a response with the interest on its loans booked in the year of the loan, once [EUR].

        ordinary loan   1 - CRF(i, n) / CRF(m, n)       repaid in n years at i, what the market would lend at m
        bullet loan     1 - (1 + m)^-L                  repaid in one sum, without interest, after at most L years

    of what is lent; never below 0. Method: docs/method.md#lab-response.
    """
    if (money["what"] == WHAT).any():
        return money
    amount = interest_eur(run)
    rows = pd.DataFrame({"payer": PAYER, "payee": PAYEE, "what": WHAT, "year": run.case.arrays.calendar, "amount_eur": amount})  # fmt: skip
    return pd.concat([money, rows[rows["amount_eur"] > 0]], ignore_index=True)


def interest_eur(run: ResponseRun) -> NDArray[np.float64]:
    """Interest made up on the loans of every year (T,) [EUR]."""
    rules, asked = run.case.arrays.rules, run.case.asked
    market = asked.now("prefinance.capital_rate_share")
    ordinary = loan_grant_share(rules.loan_rate_share, market, rules.loan_years)
    bullet = 1.0 - (1.0 + market) ** -asked.now("noodkoop.term")
    part = rules.bullet_loan_share
    given: NDArray[np.float64] = np.asarray(run.response.loans_eur) * ((1.0 - part) * ordinary + part * bullet)
    yearly: NDArray[np.float64] = given.sum(axis=0)
    return yearly


def loan_grant_share(rate: NDArray[np.float64], market: float, years: float) -> NDArray[np.float64]:
    """The grant in a loan at a rate below that of the market, as share of what is lent; 0 at or above it."""
    own = np.vectorize(lambda one: annuity_share(years, float(one)), otypes=[float])(rate)
    found: NDArray[np.float64] = np.maximum(0.0, 1.0 - own / annuity_share(years, market))
    return found
