"""The street of an earlier, independent prototype: 3,000 homes at calm prices, three tenures, four quartiles, its round figures."""

from dataclasses import replace
from datetime import date

import numpy as np

from koppelkans.parameters import read_parameters
from koppelkans.people.response import (
    NEVER,
    Behaviour,
    ResponseCase,
    Units,
    behaviour,
    moved,
    no_offers,
    stationary_age_share,
)
from koppelkans.people.response.case import C, K
from response_case import FEE_EUR, FIRST_YEAR, PREMIUMS_EUR, forms, offers, rules

YEARS, SIZES, HOMES = 30, 24, 3000.0
TENURE_SHARES = (0.74, 0.18, 0.08)
"""Owners, private landlords, a housing company."""
RAW_RATES = np.repeat([0.20, 0.15, 0.11, 0.08], 3)
POOR_LABEL_SHARE = 0.25
LOAN_EUR = 60_000.0
GAS_EUR_PER_KWH, ELECTRICITY_EUR_PER_KWH = 0.065, 0.218
CONTACT = {0.0: 0.0, 0.5: 0.65, 1.0: 0.95}
"""Reached in each of the three years of a campaign, by guidance."""


def acting(**changes) -> Behaviour:
    """The defaults of today with what the prototype had otherwise: life, scale, contagion, whole rates, no constants from calibration;
    everybody knows heat pumps, and deep works are one more moment to look around."""
    one = behaviour(read_parameters(), date(2026, 1, 1))
    rates = np.array(one.rate_share)
    rates[:] = RAW_RATES
    rates[[1, 2]] = [[0.10], [0.05]]
    given = {
        "scale_eur_per_year": 250.0, "contagion_share": 0.4, "option_eur_per_year": 0.0, "boiler_life_years": 20.0,
        "second_life_years": 17.0, "rate_share": rates, "last_year_rush_share": 0.0, "acquainted_share": 1.0,
        "renovation_per_year": one.renovation_per_year + one.deep_renovation_per_year, "deep_renovation_per_year": 0.0,
    }  # fmt: skip
    for name, value in {**given, **changes}.items():
        one = moved(one, name, value)
    return one


def street(
    *, price: float = 70.0, guidance: float = 0.5, opening: int | None = FIRST_YEAR + 1, **changes
) -> ResponseCase:
    """One section of 3,000 homes. opening None: no network. ``changes``: fields of the rules."""
    heat = np.exp(0.3 * np.linspace(-1.9, 1.9, SIZES))
    homes = forms(SIZES, heat_kwh=11_000 * heat / heat.mean())
    poor = np.arange(SIZES) % 4 == 0
    kept = np.array([4.0, 4, 4, 0, 4, 4, 1, 1])
    homes = replace(
        homes, age_share=np.repeat(stationary_age_share(acting())[None], SIZES, axis=0), label_now=np.where(poor, 4.0, 3.0),
        label_after=np.repeat(kept[None], SIZES, axis=0),
    )  # fmt: skip
    size, quartile, tenure = (part.ravel() for part in np.meshgrid(np.arange(SIZES), np.arange(4), np.arange(3)))
    units = Units(
        size, quartile * 3 + tenure, np.zeros_like(size), tenure, HOMES / SIZES / 4 * np.array(TENURE_SHARES)[tenure]
    )
    premium = np.zeros((C, K, YEARS))
    premium[:, 2:5] = np.repeat(PREMIUMS_EUR, 3)[:, None, None]
    by_group = np.ones((C, YEARS))
    given = replace(
        rules(1, YEARS, heat_eur_per_mwh=price), premium_eur=premium, premium_delay_years=1.0, loan_years=20.0,
        loan_rate_share=0.05 * by_group, loan_take_up_share=by_group, loan_eur=LOAN_EUR * by_group * (np.arange(C) < 6)[:, None],
        sale_label=np.full(YEARS, 3.0),
    )  # fmt: skip
    given = replace(given, **changes)
    if opening is None:
        return ResponseCase(FIRST_YEAR, ("street",), units, homes, given, no_offers(1, YEARS))
    site = offers(1, YEARS, opening=opening, guidance=guidance)
    site = replace(site, contact_share=np.where(site.contact_share > 0, CONTACT[guidance], 0.0))
    return ResponseCase(FIRST_YEAR, ("street",), units, homes, given, site)


def energy(gas_eur_per_mwh: float = 0.0, electricity_eur_per_mwh: float = 0.0) -> dict[str, np.ndarray]:
    """Calm prices and so much on top."""
    return {
        "fuel_eur_per_kwh": np.full((C, 2, YEARS), GAS_EUR_PER_KWH + gas_eur_per_mwh / 1000),
        "electricity_eur_per_kwh": np.full((C, YEARS), ELECTRICITY_EUR_PER_KWH + electricity_eur_per_mwh / 1000),
    }


def boilers_until(case: ResponseCase, year: int) -> ResponseCase:
    return replace(case, forms=replace(case.forms, boiler_last_year=np.full(SIZES, year)))


def without_offer(case: ResponseCase) -> ResponseCase:
    """Heat is live in the same year, but nobody asks while the street is open."""
    return replace(case, sites=replace(case.sites, opening_year=np.full(1, NEVER)))


def fees(eur: float) -> dict[str, np.ndarray]:
    return {"connection_fee_eur": np.full((C, YEARS), eur), "early_fee_eur": np.full((C, YEARS), eur)}


__all__ = ["FEE_EUR", "acting", "boilers_until", "energy", "fees", "street", "without_offer"]
