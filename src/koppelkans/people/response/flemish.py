"""Flanders as a case of the response: its homes, what each way of heating costs there, and the prices and premiums of past years."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans.parameters import Parameters
from koppelkans.people.population import QUARTILES
from koppelkans.people.response.ages import stationary_age_share
from koppelkans.people.response.behaviour import Behaviour
from koppelkans.people.response.case import NEVER, NO_DUTY, C, Forms, K, ResponseCase, Units, no_offers, no_rules
from koppelkans.people.response.flemish_stock import FLAT, FlemishHomes, flemish_homes
from koppelkans.people.response.history import HEAT_PUMPS, RENOVATIONS, household_prices, premiums_by_option
from koppelkans.tables.response import DECIDERS, RESPONSE_OPTIONS
from koppelkans.tables.society import TENURES

Floats = NDArray[np.float64]
AS_OF = date(2026, 1, 1)
"""Day of the figures of technique and of behaviour; prices and premiums have their own years."""

W_PER_KW = 1000.0
PLANTS = {
    "gas": "gas_boiler",
    "hybrid": "hybrid_heat_pump",
    "air_heat_pump": "air_heat_pump",
    "renovated_heat_pump": "air_heat_pump",
    "ground_heat_pump": "ground_heat_pump",
    "renovated_gas": "gas_boiler",
}
"""Options that a home can take without a network, and the plant each of them puts in."""
RENOVATED = tuple(option for option in PLANTS if option in RENOVATIONS)
SIZES = {"gas_boiler": "boiler", "hybrid_heat_pump": "hybrid", "air_heat_pump": "heat_pump", "ground_heat_pump": "heat_pump"}  # fmt: skip


def flemish_case(
    parameters: Parameters, behaviour: Behaviour, *, first_year: int, last_year: int, price_year: int
) -> ResponseCase:
    """Homes of Flanders with a boiler of their own in past years, without any network; amounts in euro of the price year.

    Forms: type x period x quartile (``flemish_homes``); units: these by tenure; one section. Costs of technique are those of today in
    all years; prices and premiums are those of each year; boilers stand in the stationary age distribution of their survival.
    No duties, loans, gas end dates or campaigns: what happened without them.
    Raises OutOfRangeError for a year without prices.
    Method: docs/method.md#response-flemish.
    """
    homes = flemish_homes(parameters, AS_OF)
    years = pd.Index(range(first_year, last_year + 1), name="year")
    rules = no_rules(1, len(years))
    prices = household_prices(price_year).loc[years]
    gas = np.broadcast_to(prices["gas_eur_per_kwh"].to_numpy(), rules.fuel_eur_per_kwh.shape).copy()
    electricity = np.broadcast_to(prices["electricity_eur_per_kwh"].to_numpy(), (C, len(years))).copy()
    premium = np.broadcast_to(premiums_by_option(years, price_year), (C, K, len(years))).copy()
    capped = np.array([option in HEAT_PUMPS or option in RENOVATIONS for option in RESPONSE_OPTIONS])
    forms = _forms(homes, behaviour, parameters)
    dated = replace(
        rules,
        fuel_eur_per_kwh=gas,
        electricity_eur_per_kwh=electricity,
        premium_eur=premium,
        premium_cap_share=np.where(capped, parameters.at("response_data.premium_cap_share", AS_OF), 1.0),
        premium_delay_years=parameters.at("response.premium_delay_years", AS_OF),
        upkeep_eur=_upkeep_eur(parameters),
    )
    return ResponseCase(first_year, ("flanders",), _units(homes), forms, dated, no_offers(1, len(years)))


def _units(homes: FlemishHomes) -> Units:
    """One unit for each cell of the homes; the group is quartile times tenure."""
    index = homes.dwellings.index
    cells = [index.get_level_values(name) for name in ("type", "period", "quartile")]
    quartile = index.get_level_values("quartile").to_numpy()
    tenure = index.get_level_values("tenure").map({name: place for place, name in enumerate(TENURES)}).to_numpy()
    flat = index.get_level_values("type").to_numpy() == FLAT
    in_house = np.array([DECIDERS.index(name) for name in ("owner", "landlord", "housing_company")])[tenure]
    shared = flat & (tenure != TENURES.index("social_tenant"))
    return Units(
        form=homes.forms.index.get_indexer(pd.MultiIndex.from_arrays(cells)).astype(np.int64),
        group=((quartile - QUARTILES[0]) * len(TENURES) + tenure).astype(np.int64),
        section=np.zeros(len(index), dtype=np.int64),
        decider=np.where(shared, DECIDERS.index("co_owners"), in_house).astype(np.int64),
        dwellings=homes.dwellings.to_numpy(dtype=float),
    )


def _forms(homes: FlemishHomes, behaviour: Behaviour, parameters: Parameters) -> Forms:
    frame = homes.forms
    count = len(frame)
    heat_kwh = _heat_kwh(frame)
    fuel_kwh, electricity_kwh = _energy_kwh(heat_kwh, parameters)
    feasible = np.zeros((count, K), dtype=bool)
    feasible[:, [RESPONSE_OPTIONS.index(option) for option in PLANTS]] = True
    sale = parameters.numbers("response.sale_per_year", AS_OF)
    kinds = frame.index.get_level_values("type").str.replace(FLAT, "apartment")
    investment_eur = _investment_eur(frame, heat_kwh, parameters)
    return Forms(
        investment_eur=investment_eur,
        life_years=_life_years(investment_eur, parameters),
        fuel_kwh=fuel_kwh,
        electricity_kwh=electricity_kwh,
        heat_kwh=np.zeros((count, K)),
        electric_peak_kw=np.zeros((count, K)),
        feasible=feasible,
        label_after=np.zeros((count, K)),
        label_now=np.full(count, NO_DUTY - 1),
        fuel=np.zeros(count, dtype=np.int64),
        age_share=np.tile(stationary_age_share(behaviour), (count, 1)),
        sale_per_year=np.array([sale[kind] for kind in kinds]),
        dwellings_in_block=frame["dwellings_in_block"].to_numpy(dtype=float),
        boiler_last_year=np.full(count, NEVER),
        renovated_boiler_last_year=np.full(count, NEVER),
        hybrid_last_year=np.full(count, NEVER),
        fuel_last_year=np.full(count, NEVER),
        may_connect=np.zeros(count, dtype=bool),
        must_connect=np.zeros(count, dtype=bool),
        collective_boiler=np.zeros(count, dtype=bool),
        planning_year=np.full(count, NEVER),
    )


def _heat_kwh(frame: pd.DataFrame) -> Floats:
    """(F, K) useful heat a year."""
    heat = np.repeat(frame["heat_kwh"].to_numpy(dtype=float)[:, None], K, axis=1)
    for option in RENOVATED:
        heat[:, RESPONSE_OPTIONS.index(option)] *= frame["renovated_share"].to_numpy(dtype=float)
    return heat


def _energy_kwh(heat_kwh: Floats, parameters: Parameters) -> tuple[Floats, Floats]:
    """(F, K) gas on gross calorific value and electricity a year."""
    efficiency = parameters.at("population.use.boiler_efficiency_share", AS_OF, "gas")
    factors = parameters.numbers("response_data.flemish.heat_pump_factor", AS_OF)
    cover = parameters.at("response_data.flemish.hybrid_cover_share", AS_OF)
    pumped = np.array([
        cover if option == "hybrid" else float(option in HEAT_PUMPS) for option in RESPONSE_OPTIONS
    ])  # fmt: skip
    factor = np.array([factors.get(option, 1.0) for option in RESPONSE_OPTIONS])
    burnt = np.array([option in PLANTS for option in RESPONSE_OPTIONS]) * (1 - pumped)
    return heat_kwh * burnt / efficiency, heat_kwh * pumped / factor


def _investment_eur(frame: pd.DataFrame, heat_kwh: Floats, parameters: Parameters) -> Floats:
    """(F, K) tax included: plant by the power law on its peak, boiler beside a hybrid, borehole, works."""
    hours = parameters.at("building.peak.full_load_hours", AS_OF)
    at_kw, smallest = (parameters.numbers(f"heat.plant.{name}", AS_OF) for name in ("at_kw", "smallest_kw"))
    exponent = parameters.at("heat.plant.scale_exponent", AS_OF)
    cost = np.zeros((len(frame), K))
    for option, plant in PLANTS.items():
        place, size = RESPONSE_OPTIONS.index(option), SIZES[plant]
        peak_kw = heat_kwh[:, place] / hours
        if option == "hybrid":  # sized at the share of the peak that its reference size is of a heat pump
            peak_kw = peak_kw * at_kw["hybrid"] / at_kw["heat_pump"]
        kw = np.maximum(peak_kw, smallest[size]) if size != "boiler" else np.full(len(frame), smallest[size])
        cost[:, place] = parameters.at(f"heat.{plant}.investment_eur", AS_OF) * (kw / at_kw[size]) ** exponent
        if option == "hybrid":
            cost[:, place] += cost[:, RESPONSE_OPTIONS.index("gas")]
        if option == "ground_heat_pump":
            factor = parameters.at("response_data.flemish.heat_pump_factor", AS_OF, option)
            metres = kw * (1 - 1 / factor) * W_PER_KW / parameters.at("heat.borehole.extraction_w_per_m", AS_OF)
            cost[:, place] += metres * parameters.at("heat.borehole.investment_eur_per_m", AS_OF)
        if option in RENOVATED:
            cost[:, place] += frame["works_eur"].to_numpy(dtype=float)
    return cost * (1 + parameters.at("vat", AS_OF, "works"))


def _life_years(investment_eur: Floats, parameters: Parameters) -> Floats:
    """(K,) life of the plant; where works come with it, the mean of the lives of both weighted by what they cost."""
    works = min(parameters.numbers("renovation.life_years", AS_OF)[name] for name in ("roof", "wall", "glazing"))
    lives = {option: parameters.at(f"heat.{plant}.life_years", AS_OF) for option, plant in PLANTS.items()}
    mean_eur = dict(zip(RESPONSE_OPTIONS, investment_eur.mean(axis=0), strict=True))
    for option, bare in (("renovated_heat_pump", "air_heat_pump"), ("renovated_gas", "gas")):
        plant_share = min(1.0, mean_eur[bare] / mean_eur[option])
        lives[option] = plant_share * lives[option] + (1 - plant_share) * works
    return np.array([lives.get(option, works) for option in RESPONSE_OPTIONS])


def _upkeep_eur(parameters: Parameters) -> Floats:
    """(K,) upkeep a year, tax included, at the reference size of each plant."""
    plants = {name: parameters.at(f"heat.{name}.investment_eur", AS_OF) * parameters.at(f"heat.{name}.upkeep_share", AS_OF) for name in SIZES}  # fmt: skip
    upkeep = {option: plants[plant] + (plants["gas_boiler"] if option == "hybrid" else 0.0) for option, plant in PLANTS.items()}  # fmt: skip
    tax = 1 + parameters.at("vat", AS_OF, "works")
    return np.array([upkeep.get(option, 0.0) * tax for option in RESPONSE_OPTIONS])
