"""Every payment of a heat network at an equilibrium, for the ledger: customers, grants, guarantee, works, heat, and who is left with it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans.errors import DataError
from koppelkans.money.equilibrium.answer import Equilibria, Outcome
from koppelkans.money.equilibrium.audit import Seen
from koppelkans.money.equilibrium.guarantee import shortfall_eur_per_year
from koppelkans.money.equilibrium.rules import Coordination
from koppelkans.money.equilibrium.sums import over_horizon, residual_part
from koppelkans.money.flows import PAYMENT
from koppelkans.money.project_flows import COMPANY, OTHERS, RESIDENTS, SHAREHOLDERS, SOURCE_OWNER, SUCCESSOR

Floats = NDArray[np.float64]
Payment = tuple[str, str, str, Floats]

FLANDERS, MUNICIPALITY, INSTALLER = "flanders", "municipality", "installer"


def network_payments(found: Equilibria, coordination: Coordination, *, payer: str = MUNICIPALITY) -> pd.DataFrame:
    """Payments of a network from its start until its horizon ends, rows for ``money.flows.ledger`` [EUR, without VAT].

    found: with a price; payer: who guarantees, and who covers an offered price below cost. Columns ``payer``, ``payee``, ``what``,
    ``year``, ``amount_eur`` > 0. Works at the start of a year carry that year, heat of the year too; the residual value carries the
    last. The company ends each year with nothing: shareholders add what it lacks or take what is left, at the rate that the price
    holds. A lump that covers an offered price is paid in the first year.
    Raises DataError when no network is built. Method: docs/method.md#network-payments.
    """
    outcome = found.outcome
    if outcome.price_eur_per_mwh is None:
        raise DataError(
            f"no network is built ({outcome.why}), so nobody pays for one; change the rules or leave it out"
        )
    seen = found.seen
    payments = [
        *_customers(outcome.price_eur_per_mwh, seen),
        *_public(outcome, coordination, seen, payer),
        *_works_and_heat(outcome.price_eur_per_mwh, seen),
    ]
    received = np.sum([amount for _, payee, _, amount in payments if payee == COMPANY], axis=0)
    paid = np.sum([amount for source, _, _, amount in payments if source == COMPANY], axis=0)
    left = received - paid
    payments += [
        (SHAREHOLDERS, COMPANY, "equity", np.maximum(-left, 0.0)),
        (COMPANY, SHAREHOLDERS, "dividend", np.maximum(left, 0.0)),
    ]
    return _rows(payments, seen.case.start_year)


def _rows(payments: Sequence[Payment], start_year: int) -> pd.DataFrame:
    frames = [
        pd.DataFrame(
            {"payer": payer, "payee": payee, "what": what, "year": start_year + np.arange(len(amount)), "amount_eur": amount}
        )
        for payer, payee, what, amount in payments
    ]  # fmt: skip
    rows = pd.concat(frames, ignore_index=True).astype({"year": "int64"})
    kept: pd.DataFrame = rows.loc[rows["amount_eur"] > 0, [*PAYMENT, "amount_eur"]].reset_index(drop=True)
    return kept


def _paths(price: float, seen: Seen) -> tuple[Floats, Floats, Floats]:
    """Connected dwellings, heat sold [MWh] and new connections in each year of the horizon, all sections that are built."""
    connected, heat = seen.curve.at(price)
    joined = seen.curve.new_at(price)[seen.built].sum(axis=0)
    held, sold = connected[seen.built].sum(axis=0), heat[seen.built].sum(axis=0)
    year, case = seen.curve.year, seen.case
    new = over_horizon(joined, year, case)
    new[max(0, int(year[-1]) - case.start_year + 1) :] = 0.0
    return over_horizon(held, year, case), over_horizon(sold, year, case), new


def _large(price: float, seen: Seen) -> tuple[Floats, Floats]:
    """What large customers pay [EUR] and take [MWh] in each year."""
    case = seen.case
    served = seen.built & (case.large_cap_eur_per_mwh >= case.heat_cost_eur_per_mwh) & (case.large_mwh > 0)
    there = case.start_year + np.arange(case.horizon_years)[None, :] >= case.build_year[served, None]
    taken = case.large_mwh[served, None] * there
    pays = np.minimum(price, case.large_cap_eur_per_mwh[served])[:, None] * taken
    return pays.sum(axis=0), taken.sum(axis=0)


def _customers(price: float, seen: Seen) -> list[Payment]:
    case = seen.case
    held, sold, new = _paths(price, seen)
    path = case.heat_cost_eur_per_mwh + (price - case.heat_cost_eur_per_mwh) * seen.sums.course
    fees = new * case.fee_eur
    return [
        (RESIDENTS, COMPANY, "heat", path * sold + case.fixed_eur_per_year * held),
        (OTHERS, COMPANY, "heat", _large(price, seen)[0]),
        (RESIDENTS, COMPANY, "connection fee", fees * (1 - case.fee_support_share)),
        (FLANDERS, COMPANY, "support for the connection fee", fees * case.fee_support_share),
    ]


def _public(outcome: Outcome, coordination: Coordination, seen: Seen, payer: str) -> list[Payment]:
    case = seen.case
    cover = np.zeros(case.horizon_years)
    cover[0] = outcome.cover_eur
    payments = [
        (FLANDERS, COMPANY, "grant for the heat network", grants_by_year(seen)),
        (payer, COMPANY, "cover of a heat price below cost", cover),
    ]
    if outcome.why == "guarantee":
        behind = seen.project.price_of_signed_share(coordination.connected_share)
        quoted = outcome.quoted_eur_per_mwh
        if behind is not None and quoted is not None and outcome.price_eur_per_mwh is not None:
            missing = shortfall_eur_per_year(seen, (behind, outcome.price_eur_per_mwh, quoted))
            payments.append((payer, COMPANY, "guarantee of connections", missing))
    return payments


def grants_by_year(seen: Seen) -> Floats:
    """Grants for the source and the sections that are built, in each year of the horizon [EUR]: the share with the works, a sum at the start."""
    case = seen.case
    trenches = _in_year_built(case.trench_eur, seen)
    trenches[0] += case.source_eur
    granted: Floats = trenches * case.grant_share
    granted[0] += case.grant_eur
    return granted


def _in_year_built(amounts: Floats, seen: Seen) -> Floats:
    case = seen.case
    year = (case.build_year - case.start_year)[seen.built]
    summed: Floats = np.bincount(year, weights=amounts[seen.built], minlength=case.horizon_years).astype(np.float64)
    return summed


def _works_and_heat(price: float, seen: Seen) -> list[Payment]:
    case = seen.case
    held, sold, new = _paths(price, seen)
    trenches = _in_year_built(case.trench_eur, seen)
    trenches[0] += case.source_eur
    upkeep = np.cumsum(trenches) * case.upkeep_share + held * case.service_eur_per_year
    rows = np.arange(case.horizon_years)
    kept = residual_part(case, rows) * (1 + case.rate_share) ** case.horizon_years
    residual = np.zeros(case.horizon_years)
    connections = new * max(case.connection_eur - case.fee_eur, 0.0)
    residual[-1] = kept @ (trenches * (1 - case.grant_share) + connections)
    return [
        (COMPANY, INSTALLER, "heat network", trenches + new * case.connection_eur),
        (COMPANY, INSTALLER, "upkeep and administration of the heat network", upkeep),
        (COMPANY, SOURCE_OWNER, "heat at the source", case.heat_cost_eur_per_mwh * (sold + _large(price, seen)[1])),
        (SUCCESSOR, COMPANY, "residual value", residual),
    ]
