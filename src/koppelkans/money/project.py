"""The business case of a heat network: at which price and share of customers does it pay, and who can carry the debt?

``project`` answers for the whole design and for smaller uptake; ``project_flows`` gives every payment for the ledger. Terms,
assets and supply come from ``project_terms``, ``asset_classes`` and ``Supply``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.errors import OutOfRangeError
from koppelkans.money.project_cash import Cash, Floats, project_cash
from koppelkans.money.project_flows import project_flows
from koppelkans.money.project_remarks import connection_remark, project_remarks
from koppelkans.money.project_returns import irr_share, npv_eur
from koppelkans.money.project_terms import (
    CUSTOMERS,
    KWH_PER_MWH,
    SOCIAL,
    Supply,
    Terms,
    asset_classes,
    customer_classes,
    project_terms,
)
from koppelkans.parameters import Parameters
from koppelkans.tables import RemarkRow

__all__ = [
    "CUSTOMERS",
    "Supply",
    "Terms",
    "asset_classes",
    "break_even_eur_per_mwh",
    "project",
    "project_flows",
    "project_terms",
    "stated_about_project",
]

WHOLE = "plan"


def project(
    assets: pd.DataFrame,
    customers: pd.DataFrame,
    supply: Supply,
    *,
    terms: Terms,
    uptake_shares: Sequence[float],
    start_year: int,
) -> tuple[pd.DataFrame, pd.DataFrame, list[RemarkRow]]:
    """The business case of the design (contracts PROJECT and PROJECT_YEARS), for the whole of it and for smaller uptake.

    assets: index asset; ``investment_eur``, ``life_years``, ``depreciation_years``, ``upkeep_share`` (see ``asset_classes``).
    customers: index class (``households``, ``institutions``, if known apart ``social households``); ``heat_mwh``, ``connections``,
    ``capacity_kw`` of the whole design. Year 0 is ``start_year``: construction; heat flows from the next year until the end of
    the concession. Keys: ``plan``, and 30 for a share of 0.3.

        net present value = sum over t = 0..n of (revenue - heat - power - upkeep + fees + grants - investments)_t (1 + r)^-t
                            + residual value (1 + r)^-n
        dscr_t            = (revenue - heat - power - upkeep - provision for replacements)_t / (interest + repayment due)_t

    Before tax, in real euros. ``min_dscr`` looks at the years after the grace. Raises DataError for customers or assets that cannot
    be used, OutOfRangeError for a share outside 0 to 1. Method: docs/method.md#project, docs/method.md#project-uptake.
    """
    wrong = [share for share in uptake_shares if not 0 < share < 1]
    if wrong:
        raise OutOfRangeError(
            f"an uptake share is {wrong[0]:g}, expected between 0 and 1 (the whole design is always shown)"
        )
    classes = customer_classes(customers, terms.social_share)
    shares = {WHOLE: 1.0, **{f"{100 * share:g}": float(share) for share in uptake_shares}}
    cases = {name: project_cash(assets, classes, supply, terms=terms, share=share) for name, share in shares.items()}
    rows = {name: _row(cash, terms) for name, cash in cases.items()}
    summary = pd.DataFrame.from_dict(rows, orient="index")[tables.PROJECT.column_names].astype(float)
    summary.index = pd.Index(summary.index, name="uptake", dtype="str")
    years = pd.concat([_years(name, cash, start_year) for name, cash in cases.items()])
    notes = project_remarks(cases[WHOLE], terms)
    return tables.check(tables.PROJECT, summary), tables.check(tables.PROJECT_YEARS, years), notes


def stated_about_project(
    assets: pd.DataFrame, customers: pd.DataFrame, *, parameters: Parameters, day: date
) -> list[RemarkRow]:
    """The investment per connection beside what is usual in Flanders, as a remark."""
    return connection_remark(
        float(assets["investment_eur"].sum()), float(customers["connections"].sum()), parameters, day
    )


def break_even_eur_per_mwh(cash: Cash, terms: Terms) -> float:
    """Energy price of ordinary customers at which the net present value is zero [EUR/MWh]; the other terms stay.

    The value is linear in the price:  p* = p - NPV / (present value of their heat). 0 when it pays with heat for nothing; NaN
    when nobody pays that price.
    """
    ordinary_mwh = float(cash.customers["heat_mwh"].drop(SOCIAL).sum())
    sold_mwh = ordinary_mwh * npv_eur(cash.part_connected, terms.project_rate_share)
    if sold_mwh <= 0:
        return float("nan")
    value_eur = npv_eur(cash.project_eur, terms.project_rate_share)
    return max(0.0, terms.tariff_eur_per_kwh * KWH_PER_MWH - value_eur / sold_mwh)


def _row(cash: Cash, terms: Terms) -> dict[str, float]:
    heat_mwh = float(cash.customers["heat_mwh"].sum())
    lump_eur = float(cash.customers["connections"][SOCIAL]) * terms.social_lump_eur_per_year
    energy_eur = float(cash.yearly[["energy", "reimbursement"]].to_numpy().sum()) - lump_eur
    cover = _dscr(cash)[terms.grace_years + 1 :]
    return {
        "connected_share": cash.share,
        "investment_eur": float(cash.first_eur.sum()),
        "contribution_eur": float(cash.fee_eur.sum() + cash.grant_eur.sum()),
        "heat_mwh": heat_mwh,
        "heat_price_eur_per_mwh": energy_eur / heat_mwh if heat_mwh else terms.tariff_eur_per_kwh * KWH_PER_MWH,
        "break_even_eur_per_mwh": break_even_eur_per_mwh(cash, terms),
        "npv_eur": npv_eur(cash.project_eur, terms.project_rate_share),
        "irr_share": irr_share(cash.project_eur),
        "equity_irr_share": irr_share(cash.equity_eur),
        "debt_eur": float(cash.loan.drawn_eur.sum()),
        "min_dscr": float(np.nanmin(cover)) if np.isfinite(cover).any() else float("nan"),
        "residual_eur": float(cash.book_eur[-1]),
        "refinancing_eur": cash.loan.gap_eur,
    }


def _dscr(cash: Cash) -> Floats:
    """Cash for debt service over the service due in each year; NaN where none is due."""
    due = cash.loan.due_eur
    available = cash.operating_eur - cash.provision_eur
    cover: Floats = np.divide(available, due, out=np.full(len(due), np.nan), where=due > 0)
    return cover


def _years(name: str, cash: Cash, start_year: int) -> pd.DataFrame:
    year = start_year + np.arange(len(cash.heat_mwh))
    frame = pd.DataFrame(
        {
            "uptake": pd.Series([name] * len(year), dtype="str"),
            "year": year.astype("int64"),
            "heat_mwh": cash.heat_mwh,
            "revenue_eur": cash.revenue_eur,
            "purchase_eur": cash.source_eur + cash.pump_eur,
            "upkeep_eur": cash.upkeep_eur,
            "investment_eur": cash.first_eur + cash.replaced_eur,
            "contribution_eur": cash.fee_eur + cash.grant_eur,
            "depreciation_eur": cash.depreciation_eur,
            "book_eur": cash.book_eur,
            "interest_eur": cash.loan.interest_eur,
            "repayment_eur": cash.loan.repaid_eur,
            "debt_left_eur": cash.loan.left_eur,
            "dscr": _dscr(cash),
        }
    )
    frame.index = pd.Index(name + "." + frame["year"].astype(str), name="row", dtype="str")
    return frame[tables.PROJECT_YEARS.column_names]
