"""Cash of a heat network year by year: who connects when, what is built and replaced, what comes in and goes out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans.money.project_debt import Loan, level_loan
from koppelkans.money.project_terms import KWH_PER_MWH, PER_CUSTOMER, SOCIAL, Supply, Terms

Floats = NDArray[np.float64]

PARTS = ("energy", "fixed", "capacity", "service", "reimbursement")


@dataclass(frozen=True, slots=True)
class Cash:
    """One case by year: year 0 is construction, the last year ends the concession. Arrays in EUR unless named otherwise.

    ``part_connected``: share of the case's customers that heat with the network in that year. ``yearly``: index class of customer,
    columns ``PARTS``: revenue of a year with every customer of the case. ``provision_eur``: yearly share of the replacements
    that fall within the concession. ``granted_book_eur``: book value grants apart. ``residual_eur`` is paid in the last year.
    """

    share: float
    customers: pd.DataFrame
    yearly: pd.DataFrame
    part_connected: Floats
    heat_mwh: Floats
    revenue_eur: Floats
    source_eur: Floats
    pump_eur: Floats
    upkeep_eur: Floats
    first_eur: Floats
    replaced_eur: Floats
    provision_eur: Floats
    grant_eur: Floats
    part_joining: Floats
    fee_eur: Floats
    depreciation_eur: Floats
    book_eur: Floats
    residual_eur: float
    loan: Loan

    @property
    def operating_eur(self) -> Floats:
        """Revenue minus heat, power and upkeep."""
        return self.revenue_eur - self.source_eur - self.pump_eur - self.upkeep_eur

    @property
    def project_eur(self) -> Floats:
        """Flows of the project before any loan, residual value included."""
        flows = self.operating_eur + self.fee_eur + self.grant_eur - self.first_eur - self.replaced_eur
        flows[-1] += self.residual_eur
        return flows

    @property
    def equity_eur(self) -> Floats:
        """Flows of the shareholders: the project's, with the loan drawn and its service paid; they close the refinancing gap."""
        flows = self.project_eur + self.loan.drawn_eur - self.loan.interest_eur - self.loan.repaid_eur
        flows[self.loan.last_year] -= self.loan.gap_eur
        return flows


def yearly_revenue_eur(customers: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    """Revenue of a year with every customer connected [EUR/year]: index class of customer, columns ``PARTS``.

    Social households pay the social price per kWh and the service; no fixed fee, no capacity.
    """
    kwh = customers["heat_mwh"] * KWH_PER_MWH
    social = pd.Series(customers.index == SOCIAL, index=customers.index)
    federal = kwh * terms.reimbursed_eur_per_kwh + customers["connections"] * terms.social_lump_eur_per_year
    return pd.DataFrame(
        {
            "energy": kwh * np.where(social, terms.social_eur_per_kwh, terms.tariff_eur_per_kwh),
            "fixed": (customers["connections"] * terms.fixed_eur_per_year).where(~social, 0.0),
            "capacity": (customers["capacity_kw"] * terms.capacity_eur_per_kw).where(~social, 0.0),
            "service": customers["connections"] * terms.service_eur_per_year,
            "reimbursement": federal.where(social, 0.0),
        }
    )


def project_cash(assets: pd.DataFrame, customers: pd.DataFrame, supply: Supply, *, terms: Terms, share: float) -> Cash:
    """The cash of one case: ``share`` of the customers of the design connect, each class alike.

    assets: see ``asset_classes``. customers: see ``customer_classes``. Mains, the connection to the source, heat losses and the
    contract stay as designed; service pipes, delivery sets, heat, connections, capacity and pump power are ``share`` of the design.
    Customers connect in equal steps: t / ramp of them heat in year t. What is built for a customer, its fee and the grant
    on it fall in the year before. Method: docs/method.md#project-uptake.
    """
    last = terms.concession_years
    years = np.arange(last + 1, dtype=np.float64)
    connected = np.minimum(years / terms.ramp_years, 1.0)
    joining = np.append(np.diff(connected), 0.0)
    case = customers * share
    yearly = yearly_revenue_eur(case, terms)
    works = _works(assets, joining, share)
    heat = case["heat_mwh"].sum() * connected
    running = (years > 0).astype(float)
    revenue = float(yearly.to_numpy().sum()) * connected
    source = supply.source_eur_per_mwh * (heat + supply.loss_mwh * running)
    pump = supply.power_eur_per_mwh * supply.pump_mwh * share * connected
    connections = float(case["connections"].sum())
    upkeep = works.upkeep_eur + terms.administration_eur_per_year * connections * connected
    fee = terms.connection_fee_eur * connections * joining
    grant = terms.grant_share * works.first_eur
    drawn = terms.gearing_share * np.maximum(works.first_eur - grant - fee, 0.0)
    loan = level_loan(
        drawn, revenue - source - pump - upkeep - works.provision_eur, years=terms.debt_years,
        grace_years=terms.grace_years, interest_share=terms.interest_share,
    )  # fmt: skip
    unpaid_book = works.book_eur[-1] - terms.grant_share * works.first_book_eur
    return Cash(
        share=share, customers=case, yearly=yearly, part_connected=connected, heat_mwh=heat, revenue_eur=revenue, source_eur=source,
        pump_eur=pump, upkeep_eur=upkeep, first_eur=works.first_eur, replaced_eur=works.replaced_eur,
        provision_eur=works.provision_eur, grant_eur=grant, part_joining=joining, fee_eur=fee, depreciation_eur=works.depreciation_eur,
        book_eur=works.book_eur, residual_eur=terms.residual_paid_share * unpaid_book, loan=loan,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Works:
    """What is built by year, all assets together [EUR]; ``first_book_eur``: end book value of what was built first."""

    first_eur: Floats
    replaced_eur: Floats
    upkeep_eur: Floats
    provision_eur: Floats
    depreciation_eur: Floats
    book_eur: Floats
    first_book_eur: float


def _works(assets: pd.DataFrame, joining: Floats, share: float) -> _Works:
    count = len(joining)
    at_once = np.zeros(count)
    at_once[0] = 1.0
    first, replaced, upkeep, provision, depreciation = (np.zeros(count) for _ in range(5))
    first_book = 0.0
    for name, asset in assets.to_dict("index").items():
        amount, life, term = asset["investment_eur"], int(asset["life_years"]), int(asset["depreciation_years"])
        built = amount * share * joining if name in PER_CUSTOMER else amount * at_once
        again = _replacements(built, life)
        standing = np.concatenate([[0.0], np.cumsum(built)[:-1]])
        first, replaced = first + built, replaced + again
        upkeep = upkeep + asset["upkeep_share"] * standing
        provision = provision + (standing / life if life < count - 1 else 0.0)
        depreciation = depreciation + straight_line_eur(built + again, term)
        first_book += float(built.sum() - straight_line_eur(built, term).sum())
    book = np.maximum(np.cumsum(first + replaced - depreciation), 0.0)
    return _Works(first, replaced, upkeep, provision, depreciation, book, first_book)


def _replacements(built_eur: Floats, life_years: int) -> Floats:
    """What is built again at the end of each life, before the last year: what would only serve afterwards is the successor's."""
    again = np.zeros(len(built_eur))
    for year in range(life_years, len(built_eur) - 1):
        again[year] = built_eur[year - life_years] + again[year - life_years]
    return again


def straight_line_eur(built_eur: Floats, years: int) -> Floats:
    """Depreciation in each year of what was built in earlier years, in equal parts over a term [EUR]."""
    started = np.cumsum(built_eur)
    ended = np.concatenate([np.zeros(years), started])[: len(started)]
    charge: Floats = np.concatenate([[0.0], (started - ended)[:-1] / years])
    return charge
