"""The loan of a heat network: a level loan as it is paid from the cash there is, and how much debt the cash would carry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from koppelkans.money.project_returns import annuity_share, discount_factors

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Loan:
    """A loan by year, from year 0 [EUR]. ``due_eur``: interest and repayment as agreed; the rest as it is really paid.

    ``left_eur`` is the debt at the end of the year. What is left in ``last_year``, the end of the term or of the contract, is the
    refinancing gap; it is then paid off at once, so that later years hold zero.
    """

    drawn_eur: Floats
    due_eur: Floats
    interest_eur: Floats
    repaid_eur: Floats
    left_eur: Floats
    gap_eur: float
    last_year: int


@dataclass(frozen=True, slots=True)
class SculptedDebt:
    """A loan whose service follows the cash: every year the same cover. By year from year 1 [EUR]."""

    debt_eur: float
    service_eur: Floats
    interest_eur: Floats
    left_eur: Floats


def level_loan(drawn_eur: Floats, cash_eur: Floats, *, years: int, grace_years: int, interest_share: float) -> Loan:
    """The loan that is drawn in the years of ``drawn_eur`` and repaid in level payments until year ``years``.

    During the grace only interest is due, then the level payment  D CRF(i, years - grace). Interest is always paid, by the
    shareholders if need be; repayment waits when the cash falls short and is made up as soon as there is cash. What is not
    repaid at the end of the term, or of the years given, is the refinancing gap: repayments + gap = drawn.
    Valid for draws up to the end of the grace. Method: docs/method.md#project.
    """
    last = min(years, len(drawn_eur) - 1)
    agreed = _agreed_balance(drawn_eur, years, grace_years, interest_share)
    before = np.concatenate([[0.0], agreed[:-1]])
    due = interest_share * before + (before + drawn_eur - agreed)
    interest, repaid, left = (np.zeros(len(drawn_eur)) for _ in range(3))
    left[0] = drawn_eur[0]
    for year in range(1, last + 1):
        interest[year] = interest_share * left[year - 1]
        owed = left[year - 1] + drawn_eur[year]
        repaid[year] = np.clip(cash_eur[year] - interest[year], 0.0, max(owed - agreed[year], 0.0))
        left[year] = owed - repaid[year]
    return Loan(drawn_eur, np.maximum(due, 0.0), interest, repaid, left, gap_eur=float(left[last]), last_year=last)


def _agreed_balance(drawn_eur: Floats, years: int, grace_years: int, interest_share: float) -> Floats:
    """Debt at the end of each year when every payment is made:  D (1 - (1 + i)^-(N - t)) / (1 - (1 + i)^-(N - grace))."""
    balance = np.cumsum(drawn_eur)
    level_eur = balance[-1] * annuity_share(years - grace_years, interest_share)
    for year in range(grace_years + 1, len(balance)):
        to_go = max(years - year, 0)
        balance[year] = level_eur / annuity_share(to_go, interest_share) if to_go else 0.0
    return balance


def level_debt_eur(cash_eur: Floats, *, dscr: float, interest_share: float) -> float:
    """Largest level loan that keeps the cover in every year [EUR]:  min(cash) / DSCR / CRF(i, n)."""
    return max(float(cash_eur.min()), 0.0) / dscr / annuity_share(len(cash_eur), interest_share)


def sculpted_debt(cash_eur: Floats, *, dscr: float, interest_share: float) -> SculptedDebt:
    """The loan whose service is the cash of each year over the DSCR:  D = sum of cash_t / (DSCR (1 + i)^t).

    cash_eur: cash available for debt service in year 1, 2, ...; years without cash carry no service.
    """
    service = np.maximum(cash_eur, 0.0) / dscr
    factors = discount_factors(len(service), interest_share)[1:]
    # what is left is the value, at that moment, of the service still to come
    left = np.cumsum((service * factors)[::-1])[::-1] / factors - service
    debt = float(service @ factors)
    interest = interest_share * np.concatenate([[debt], left[:-1]])
    return SculptedDebt(debt, service, interest, left)
