"""Every payment of a heat network, for the ledger: who pays the heat company, and whom it pays."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from koppelkans.money.flows import PAYMENT
from koppelkans.money.project_cash import Cash, Floats, project_cash
from koppelkans.money.project_terms import HOMES, INSTITUTIONS, SOCIAL, Supply, Terms, customer_classes
from koppelkans.parameters import Parameters

COMPANY = "heat_company"
RESIDENTS, OTHERS = "dwelling owners and users", "institutions and companies"
FEDERAL_FUND, SHAREHOLDERS, LENDER, SOURCE_OWNER, SUCCESSOR = (
    "federal_fund", "shareholders", "lender", "source_owner", "successor",
)  # fmt: skip


def project_flows(
    assets: pd.DataFrame,
    customers: pd.DataFrame,
    supply: Supply,
    *,
    terms: Terms,
    start_year: int,
    parameters: Parameters,
    day: date,
) -> pd.DataFrame:
    """Payments of the whole design in every year of the concession, rows for ``money.flows.ledger`` [EUR, VAT apart].

    assets, customers, supply, terms: as for ``project``. Columns ``payer``, ``payee``, ``what``, ``year``, ``amount_eur`` > 0. The heat
    company ends every year with nothing: shareholders bring what it lacks (equity) or get what is left (dividend). It deducts
    the VAT on what it buys; customers pay VAT on heat at the rate of household energy and on the connection fee at that of
    works. Method: docs/method.md#project.
    """
    cash = project_cash(assets, customer_classes(customers, terms.social_share), supply, terms=terms, share=1.0)
    vat = {
        "heat": parameters.at("vat", day, "household_energy"),
        RESIDENTS: parameters.at("vat", day, "works"),
        OTHERS: parameters.at("vat", day, "works_non_residential"),
    }
    payments = [*_from_customers(cash, vat), *_from_the_state(cash), *_for_works_and_heat(cash), *_with_lender(cash)]
    rows = pd.concat([_rows(*payment, start_year) for payment in payments], ignore_index=True)
    left = cash.equity_eur
    rows = pd.concat(
        [
            rows,
            _rows(SHAREHOLDERS, COMPANY, "equity", np.maximum(-left, 0.0), start_year),
            _rows(COMPANY, SHAREHOLDERS, "dividend", np.maximum(left, 0.0), start_year),
        ],
        ignore_index=True,
    )
    kept: pd.DataFrame = rows[rows["amount_eur"] > 0].reset_index(drop=True)
    return kept


Payment = tuple[str, str, str, Floats]


def _rows(payer: str, payee: str, what: str, amount_eur: Floats, start_year: int) -> pd.DataFrame:
    year = start_year + np.arange(len(amount_eur))
    frame = pd.DataFrame({"year": year.astype("int64"), "amount_eur": amount_eur})
    return frame.assign(payer=payer, payee=payee, what=what)[[*PAYMENT, "amount_eur"]]


def _from_customers(cash: Cash, vat: dict[str, float]) -> list[Payment]:
    payments: list[Payment] = []
    for payer, classes in ((RESIDENTS, [HOMES, SOCIAL]), (OTHERS, [INSTITUTIONS])):
        bills = cash.yearly.loc[classes].drop(columns="reimbursement").to_numpy().sum() * cash.part_connected
        connections = cash.customers.loc[classes, "connections"].sum()
        fees = cash.fee_eur * (connections / max(cash.customers["connections"].sum(), 1.0))
        payments += [
            (payer, COMPANY, "heat", bills),
            (payer, "treasury", "VAT on heat", bills * vat["heat"]),
            (payer, COMPANY, "connection fee", fees),
            (payer, "treasury", "VAT on connection fee", fees * vat[payer]),
        ]
    return payments


def _from_the_state(cash: Cash) -> list[Payment]:
    reimbursed = cash.yearly["reimbursement"].sum() * cash.part_connected
    return [
        ("flanders", COMPANY, "grant for the heat network", cash.grant_eur),
        (FEDERAL_FUND, COMPANY, "reimbursement of the social tariff", reimbursed),
    ]


def _for_works_and_heat(cash: Cash) -> list[Payment]:
    ending = np.zeros(len(cash.heat_mwh))
    ending[-1] = cash.residual_eur
    return [
        (COMPANY, "installer", "heat network", cash.first_eur),
        (COMPANY, "installer", "replacement in the heat network", cash.replaced_eur),
        (COMPANY, "installer", "upkeep and administration of the heat network", cash.upkeep_eur),
        (COMPANY, SOURCE_OWNER, "heat at the source", cash.source_eur),
        (COMPANY, "supplier", "electricity for pumps", cash.pump_eur),
        (SUCCESSOR, COMPANY, "residual value", ending),
    ]


def _with_lender(cash: Cash) -> list[Payment]:
    gap = np.zeros(len(cash.heat_mwh))
    gap[cash.loan.last_year] = cash.loan.gap_eur
    return [
        (LENDER, COMPANY, "loan", cash.loan.drawn_eur),
        (COMPANY, LENDER, "interest", cash.loan.interest_eur),
        (COMPANY, LENDER, "repayment", cash.loan.repaid_eur + gap),
    ]
