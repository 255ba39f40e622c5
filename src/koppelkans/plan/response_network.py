"""What the heat company decides and pays in the response of a plan: each branch with its risk, and every payment of the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.money.equilibrium.answer import share_ages
from koppelkans.money.equilibrium.payments import MUNICIPALITY, network_payments
from koppelkans.money.equilibrium.risk import build_decisions, caution
from koppelkans.plan.response_market import first_mover, price_looked_at
from koppelkans.plan.response_money import payer_of, payment_keys

if TYPE_CHECKING:
    from koppelkans.plan.response import ResponseRun


def branch_decisions_table(run: ResponseRun) -> pd.DataFrame:
    """Whether each branch of the network would be built at the heat price, and how likely it reaches enough customers (contract BRANCH_DECISIONS).

    At the price that happens, else the best, else the highest looked at. Without rows where no network can be offered. Method: docs/method.md#build-decision.
    """
    if run.equilibria is None or run.market is None:
        return tables.TABLES["branch_decisions"].empty()
    asked, market = run.case.asked, run.market
    price = price_looked_at(market, run.equilibria)
    careful = caution(asked.scenario.response.company, parameters=asked.parameters, day=asked.day)
    found = build_decisions(price, run.equilibria.seen, careful, share_ages(asked.parameters, asked.day))
    required = found["required_share"].where(np.isfinite(found["required_share"]))
    return found.assign(required_share=required, price_eur_per_mwh=price * (1.0 + market.vat_share))[
        tables.TABLES["branch_decisions"].column_names
    ]


def network_payments_table(run: ResponseRun) -> pd.DataFrame:
    """Every payment of the network at the heat price that happens (contract NETWORK_PAYMENTS); no rows where it does not come. Method: docs/method.md#network-payments."""
    if run.equilibria is None or run.equilibria.outcome.price_eur_per_mwh is None:
        return tables.TABLES["network_payments"].empty()
    asked = run.case.asked
    moves = first_mover(asked).on(run.equilibria)
    rows = network_payments(run.equilibria, moves, payer=payer_of(run) or MUNICIPALITY)
    summed = (
        rows.assign(row=payment_keys(rows, "|"))
        .groupby("row", sort=False)
        .agg({"payer": "first", "payee": "first", "what": "first", "year": "first", "amount_eur": "sum"})
    )
    summed.index = pd.Index(summed.index, name="row", dtype="str")
    return summed.astype({"payer": "str", "payee": "str", "what": "str", "year": "int64"})
