"""What a solution costs per year, for society and for the owner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans.errors import DataError
from koppelkans.heat.packages import Packages
from koppelkans.heat.technique import Figures, Stock, Technique

Floats = NDArray[np.float64]
KG_PER_TONNE = 1_000.0

BOILERS = ("gas_boiler", "collective_gas_boiler")
"""Solutions whose plant is a boiler alone: works on it have a VAT rate of their own."""


@dataclass(frozen=True, slots=True)
class Economics:
    """How options are weighed: real rates, the years an owner looks ahead, the price of carbon, and the day of the law."""

    society_rate_share: float
    owner_rate_share: float
    horizon_years: int
    carbon_eur_per_tonne: float
    day: date


@dataclass(frozen=True, slots=True)
class Premium:
    """Support for one solution: per dwelling, and at most a share of the invoice without VAT."""

    amount_eur: float
    cap_share: float


@dataclass(frozen=True, slots=True)
class Terms:
    """What every solution is weighed with. ``gas`` and ``power`` are the rows of the prices table, by column."""

    figures: Figures
    economics: Economics
    gas: Mapping[str, float]
    power: Mapping[str, float]
    premiums: Mapping[str, Premium]

    def vat_share(self, stock: Stock, *, work: str = "works") -> Floats:
        """VAT on works per building (n, 1): the rate of ``work`` where somebody lives, else the ordinary one."""
        home, other = (
            self.figures.parameters.at("vat", self.figures.day, scope) for scope in (work, "works_non_residential")
        )
        return np.where(stock.dwellings >= 1, home, other)[:, None]


@dataclass(frozen=True, slots=True)
class Costs:
    """One solution in every building with every package; all arrays buildings x packages."""

    investment_eur: Floats
    vat_eur: Floats
    premium_eur: Floats
    society_eur_per_year: Floats
    owner_investment_eur: Floats
    owner_eur_per_year: Floats
    emission_kg: Floats


def terms_of(prices: pd.DataFrame, support: pd.DataFrame, figures: Figures, economics: Economics) -> Terms:
    """Prices and support as numbers; a solution without a row in ``support`` has no premium.

    Raises DataError when the prices lack gas or electricity.
    """
    rows = prices.to_dict("index")
    lacking = [carrier for carrier in ("gas", "electricity") if carrier not in rows]
    if lacking:
        raise DataError(f"table prices has no row {' or '.join(lacking)}; expected gas and electricity")
    gas, power = (
        {str(name): float(value) for name, value in rows[carrier].items()} for carrier in ("gas", "electricity")
    )
    amounts, caps = support["amount_eur"].to_dict(), support["cap_share"].to_dict()
    premiums = {str(name): Premium(float(amounts[name]), float(caps[name])) for name in amounts}
    return Terms(figures, economics, gas, power, premiums)


def annuity_share(life_years: float | Floats, rate_share: float) -> Floats:
    """Yearly payment per euro invested [1/year] over a life at a real rate:  r / (1 - (1 + r)^-n), or 1/n at rate 0."""
    years = np.asarray(life_years, dtype=np.float64)
    if rate_share == 0.0:
        return np.asarray(1.0 / years)
    payment: Floats = rate_share / -np.expm1(-years * np.log1p(rate_share))
    return payment


def solution_costs(solution: str, built: Technique, *, stock: Stock, effects: Packages, terms: Terms) -> Costs:
    """Yearly cost of one solution [EUR/year], packages included, so that packages and solutions can be compared.

    society = sum of investments x annuity(life, society rate) + upkeep + energy and gas connection at society's cost
              + network x coincident electric peak + emission x carbon price
    owner   = investments with VAT (boilers at their own rate) x annuity(life or horizon, owner rate) - premium x annuity of the plant + upkeep with VAT
              + bills (energy, gas fixed cost per connection, capacity tariff on the mean monthly peak)
    premium = min(amount x dwellings, cap x invoice of the solution without VAT)

    The owner sees no value beyond the horizon; society counts whole lives. Method: docs/method.md#heat-costs.
    """
    weigh = terms.economics
    plant_years = terms.figures.at(f"{solution}.life_years")
    parts: list[tuple[Floats, Floats]] = [
        (built.plant_eur, np.array(plant_years)),
        (built.borehole_eur, np.array(terms.figures.at("borehole.life_years"))),
        (built.distribution_eur, np.array(terms.figures.at("collective.distribution_life_years"))),
        (effects.renovation_eur, effects.renovation_life_years),
        (effects.emitters_eur, np.array(effects.emitters_life_years)),
    ]
    ahead = float(weigh.horizon_years)
    none = np.zeros_like(built.plant_eur)
    investment = sum((amount for amount, _ in parts), none)
    capital = sum((amount * annuity_share(life, weigh.society_rate_share) for amount, life in parts), none)
    own = sum((amount * annuity_share(np.minimum(life, ahead), weigh.owner_rate_share) for amount, life in parts), none)
    upkeep = built.plant_eur * terms.figures.at(f"{solution}.upkeep_share")
    emission = (
        built.gas_kwh * terms.gas["emission_kg_per_kwh"] + built.electricity_kwh * terms.power["emission_kg_per_kwh"]
    )
    carbon = emission / KG_PER_TONNE * weigh.carbon_eur_per_tonne
    with_vat = 1.0 + terms.vat_share(stock)
    plant_vat = 1.0 + terms.vat_share(stock, work="works_fossil_boiler" if solution in BOILERS else "works")
    vat = built.plant_eur * (plant_vat - with_vat) + investment * (with_vat - 1.0)
    dearer = built.plant_eur * (plant_vat - with_vat) * annuity_share(min(plant_years, ahead), weigh.owner_rate_share)
    premium = _premium_eur(solution, built, stock, terms)
    back = premium * annuity_share(min(plant_years, ahead), weigh.owner_rate_share)
    return Costs(
        investment_eur=investment,
        vat_eur=vat,
        premium_eur=premium,
        society_eur_per_year=capital + upkeep + _society_energy(built, terms) + carbon,
        owner_investment_eur=investment + vat - premium,
        owner_eur_per_year=(own + upkeep) * with_vat + dearer - back + _owner_bills(built, terms),
        emission_kg=emission,
    )


def _society_energy(built: Technique, terms: Terms) -> Floats:
    """Energy, gas connections and network capacity at society's cost [EUR/year].

    Capacity counts for electricity only: the gas network is there and does not grow.
    """
    peak_kw = built.electric_peak_kw * terms.figures.at("peak_coincidence_share")
    return (
        built.gas_kwh * terms.gas["society_eur_per_kwh"]
        + built.connections[:, None] * terms.gas["society_fixed_eur_per_year"]
        + built.electricity_kwh * terms.power["society_eur_per_kwh"]
        + peak_kw * terms.power["society_eur_per_kw"]
    )


def _owner_bills(built: Technique, terms: Terms) -> Floats:
    """What the bills for heat come to [EUR/year], VAT included; the electricity connection is there anyway."""
    peak_kw = built.electric_peak_kw * terms.figures.at("monthly_peak_share")
    return (
        built.gas_kwh * terms.gas["owner_eur_per_kwh"]
        + built.connections[:, None] * terms.gas["owner_fixed_eur_per_year"]
        + built.electricity_kwh * terms.power["owner_eur_per_kwh"]
        + peak_kw * terms.power["owner_eur_per_kw"]
    )


def _premium_eur(solution: str, built: Technique, stock: Stock, terms: Terms) -> Floats:
    """Premium [EUR] per building; none for a building without dwellings."""
    if solution not in terms.premiums:
        return np.zeros_like(built.plant_eur)
    premium = terms.premiums[solution]
    invoice = built.plant_eur + built.borehole_eur + built.distribution_eur
    return np.minimum(premium.amount_eur * stock.dwellings[:, None], premium.cap_share * invoice)
