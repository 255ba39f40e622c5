"""The terms of a heat network as a business: what customers pay, what supports it, loan and contract, and what it is built of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from koppelkans.errors import DataError, OutOfRangeError, ScenarioError, suggestion
from koppelkans.money.lines import Rules, heat_social_eur_per_kwh
from koppelkans.parameters import Parameters
from koppelkans.tables import first_keys

KWH_PER_MWH = 1_000.0

ASSETS = ("main_pipes", "service_pipes", "delivery_sets", "source_connection")
PER_CUSTOMER = ("service_pipes", "delivery_sets")
"""Assets that are built for a customer when it connects; the others stand before the first customer."""

HOMES, SOCIAL, INSTITUTIONS = "households", "social households", "institutions"
CUSTOMERS = (HOMES, SOCIAL, INSTITUTIONS)
QUANTITIES = ("heat_mwh", "connections", "capacity_kw")

CHOOSABLE = {
    "tariff_eur_per_kwh": "heat_network.tariff_eur_per_kwh",
    "fixed_eur_per_year": "heat_network.network_fee_eur_per_year",
    "service_eur_per_year": "heat_network.service_fee_eur_per_year",
    "capacity_eur_per_kw": "project.capacity_eur_per_kw",
    "connection_fee_eur": "project.connection_fee_eur",
    "grant_share": "project.grant_share",
    "social_share": "project.social_share",
    "depreciation_years": "project.depreciation_years",
    "debt_years": "project.debt_years",
    "concession_years": "project.concession_years",
    "ramp_years": "project.ramp_years",
    "gearing_share": "project.gearing_share",
    "interest_share": "project.interest_share",
    "project_rate_share": "project.project_rate_share",
}
"""Terms that a municipality may choose, and the figure that holds when it does not."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything about money that a heat company agrees on. Real euros without VAT, real rates, whole years.

    Customers: ``tariff`` per kWh of heat, ``fixed`` and ``service`` per connection, ``capacity`` per kW, all a year; social
    households (``social_share`` of the households) pay the social price per kWh and the service only, and the federal fund adds
    reference minus social price per kWh and a lump sum per connection. ``grant_share`` of the first investments.
    Three clocks: ``depreciation_years`` (books), ``debt_years`` (loan), ``concession_years`` (contract).
    ``residual_paid_share``: part of the book value, grants apart, that is paid to the company at the end of the concession.
    ``lender_dscr``: cover that a bank asks.
    ``chosen``: names of the terms that the municipality chose itself.
    """

    tariff_eur_per_kwh: float
    fixed_eur_per_year: float
    service_eur_per_year: float
    capacity_eur_per_kw: float
    connection_fee_eur: float
    grant_share: float
    social_share: float
    social_eur_per_kwh: float
    social_reference_eur_per_kwh: float
    social_lump_eur_per_year: float
    administration_eur_per_year: float
    depreciation_years: int
    debt_years: int
    concession_years: int
    ramp_years: int
    gearing_share: float
    interest_share: float
    project_rate_share: float
    residual_paid_share: float
    lender_dscr: float
    chosen: frozenset[str] = frozenset()

    @property
    def grace_years(self) -> int:
        """Years in which only interest is due: until the last customers connect."""
        return self.ramp_years - 1

    @property
    def reimbursed_eur_per_kwh(self) -> float:
        """What the federal fund adds to the social price, per kWh of heat."""
        return max(0.0, self.social_reference_eur_per_kwh - self.social_eur_per_kwh)

    def of_homes(self) -> tuple[float, float]:
        """Revenue of a mean household: per MWh of heat [EUR/MWh] and per connection a year, administration taken off [EUR/year]."""
        social = self.social_share
        per_kwh = (1 - social) * self.tariff_eur_per_kwh + social * (
            self.social_eur_per_kwh + self.reimbursed_eur_per_kwh
        )
        fixed = (1 - social) * self.fixed_eur_per_year + social * self.social_lump_eur_per_year
        return per_kwh * KWH_PER_MWH, fixed + self.service_eur_per_year - self.administration_eur_per_year


@dataclass(frozen=True, slots=True)
class Supply:
    """What it takes to deliver the heat of the whole design: price at the source, heat lost and pump power a year, price of power."""

    source_eur_per_mwh: float
    loss_mwh: float
    pump_mwh: float
    power_eur_per_mwh: float

    def eur_per_mwh(self, heat_mwh: float) -> float:
        """Cost of one MWh delivered [EUR/MWh]: bought with its share of the losses, and pumped."""
        bought = self.source_eur_per_mwh * (heat_mwh + self.loss_mwh) + self.power_eur_per_mwh * self.pump_mwh
        return bought / heat_mwh


def project_terms(parameters: Parameters, day: date, chosen: Mapping[str, float] | None = None) -> Terms:
    """The terms of a run: the figures of the day, with what the municipality chose (see ``CHOOSABLE``) in their place.

    Raises ScenarioError for a term that is not known, OutOfRangeError that lists terms which do not fit together,
    ParameterError for a figure without a value on the day (the social tariff ends with its quarter).
    """
    own = dict(chosen or {})
    unknown = [name for name in own if name not in CHOOSABLE]
    if unknown:
        raise ScenarioError(f"{unknown[0]} is not a term of a heat network; {suggestion(unknown[0], CHOOSABLE)}")
    values = {name: own[name] if name in own else parameters.at(key, day) for name, key in CHOOSABLE.items()}
    with_vat = 1 + parameters.at("vat", day, "household_energy")
    terms = Terms(
        **{name: round(value) if name.endswith("_years") else float(value) for name, value in values.items()},  # type: ignore[arg-type]
        social_eur_per_kwh=heat_social_eur_per_kwh(Rules(parameters, day, "", "")) / with_vat,
        social_reference_eur_per_kwh=parameters.at("project.social_reference_eur_per_kwh", day),
        social_lump_eur_per_year=parameters.at("heat.social_tariff.supplier_lump_sum", day, "connection_point"),
        administration_eur_per_year=parameters.at("project.administration_eur_per_year", day),
        residual_paid_share=parameters.at("project.residual_paid_share", day),
        lender_dscr=parameters.at("project.lender_dscr", day),
        chosen=frozenset(own),
    )
    _refuse(terms)
    return terms


def _refuse(terms: Terms) -> None:
    faults = [
        f"{name} is {getattr(terms, name)}, expected at least 1 year"
        for name in ("depreciation_years", "debt_years", "concession_years", "ramp_years") if getattr(terms, name) < 1
    ]  # fmt: skip
    faults += [
        f"{name} is {getattr(terms, name):g}, expected 0 to 1"
        for name in ("grant_share", "social_share", "gearing_share", "residual_paid_share")
        if not 0 <= getattr(terms, name) <= 1
    ]
    if terms.grace_years >= terms.debt_years:
        faults.append(
            f"debt_years {terms.debt_years} with ramp_years {terms.ramp_years}: the loan must run until everybody is connected"
        )
    if terms.ramp_years > terms.concession_years:
        faults.append(
            f"concession_years {terms.concession_years} with ramp_years {terms.ramp_years}: the concession ends before everybody is connected"
        )
    if faults:
        raise OutOfRangeError("the terms of the heat network do not fit together", faults)


def moved_terms(terms: Terms, ends: Mapping[str, str], *, parameters: Parameters, day: date) -> Terms:
    """The same terms with each name of ``ends`` at the ``low`` or ``high`` end of its figure.

    What the municipality chose stays, and so does a figure without a range.
    """
    keys = {**CHOOSABLE, "administration_eur_per_year": "project.administration_eur_per_year"}
    values = {name: parameters.value(keys[name], day) for name in ends if name not in terms.chosen}
    moved = {name: getattr(value, ends[name]) for name, value in values.items() if value.low is not None}
    return replace(terms, **moved)


def asset_classes(
    investment_eur: Mapping[str, float], *, terms: Terms, parameters: Parameters, day: date
) -> pd.DataFrame:
    """The assets of a network: index asset; ``investment_eur``, ``life_years``, ``depreciation_years``, ``upkeep_share``.

    investment_eur: for the whole design, by the names of ``ASSETS``; one that is not named costs nothing. An asset is written off
    over the depreciation term, never over more than its life. Raises DataError that lists unknown names and wrong amounts.
    """
    faults = [
        f"{name} is not an asset of a heat network; {suggestion(name, ASSETS)}"
        for name in investment_eur
        if name not in ASSETS
    ]
    faults += [
        f"{name} costs {amount}, expected at least 0 EUR" for name, amount in investment_eur.items() if not amount >= 0
    ]
    if faults:
        raise DataError("the investments of the network cannot be used", faults)
    life = np.array([round(parameters.at("project.life_years", day, name)) for name in ASSETS])
    upkeep = [parameters.at("project.upkeep_share", day, name) for name in ASSETS]
    return pd.DataFrame(
        {
            "investment_eur": [float(investment_eur.get(name, 0.0)) for name in ASSETS],
            "life_years": life,
            "depreciation_years": np.minimum(life, terms.depreciation_years),
            "upkeep_share": upkeep,
        },
        index=pd.Index(ASSETS, name="asset", dtype="str"),
    )


def customer_classes(customers: pd.DataFrame, social_share: float) -> pd.DataFrame:
    """Customers of the whole design by class, in the order of ``CUSTOMERS``: ``heat_mwh``, ``connections``, ``capacity_kw``.

    customers: some of these classes as index; ``social_share`` of the households are added to the social households.
    Raises DataError that lists unknown classes, missing columns and wrong values.
    """
    unknown = [str(name) for name in customers.index if name not in CUSTOMERS]
    faults = [f"{name} is not a class of customers; {suggestion(name, CUSTOMERS)}" for name in unknown]
    faults += [f"column {name} is missing" for name in QUANTITIES if name not in customers.columns]
    for name in [name for name in QUANTITIES if name in customers.columns]:
        wrong = customers.index[~(customers[name] >= 0)]
        if len(wrong):
            faults.append(f"column {name}: negative or missing for {first_keys(wrong)}")
    if faults:
        raise DataError("the customers of the network cannot be used", faults)
    given = customers[list(QUANTITIES)].astype(float).reindex(list(CUSTOMERS), fill_value=0.0)
    homes = given.loc[HOMES]
    split: pd.DataFrame = given.copy()
    split.loc[HOMES] = homes * (1 - social_share)
    split.loc[SOCIAL] = given.loc[SOCIAL] + homes * social_share
    return split.rename_axis("customer")
