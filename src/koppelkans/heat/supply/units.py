"""Plants as arrays over the typical hours: what a kWh of heat takes in, costs and emits, and what a kW costs a year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from koppelkans.heat.costs import annuity_share
from koppelkans.heat.supply.case import Plant, SupplyCase
from koppelkans.heat.supply.year import DAYS_PER_YEAR, HOURS_PER_DAY, TypicalYear

Floats = NDArray[np.float64]
KWH_PER_MWH = 1_000.0
KELVIN = 273.15
FIELD = "borehole"
SEASONAL = ("surface_water", "sewer")
BOILERS = {"gas_boiler": "gas", "electric_boiler": "electricity", "biomass": "wood"}


@dataclass(frozen=True, slots=True)
class Unit:
    """A plant over the typical hours (h,), per kWh of its heat: electricity, gas, wood, heat drawn from its source, money, emission.

    ``available`` 0 to 1. ``kw_eur_per_year``: what a kW costs a year, ``kw_eur`` to build it. ``renewable`` and ``residual``: the part of
    the heat that is so; NaN where nothing is known. ``rate`` is the order in which plants run: money and carbon, EUR/kWh.
    """

    plant: Plant
    available: Floats
    electricity: Floats
    gas: Floats
    wood: Floats
    drawn: Floats
    running_eur_per_kwh: Floats
    emission_kg_per_kwh: Floats
    renewable: Floats
    residual: Floats
    kw_eur: float
    kw_eur_per_year: float
    rate: Floats


@dataclass(frozen=True, slots=True)
class _Intake:
    """What a kWh of heat takes in, and whether the plant can run, over the typical hours."""

    available: Floats
    electricity: Floats
    gas: Floats
    wood: Floats
    drawn: Floats


def units(case: SupplyCase, year: TypicalYear) -> list[Unit]:
    """Every plant of the case over the typical hours."""
    return [_unit(plant, case, year) for plant in case.plants]


def pump_cop(sink_in_c: float, sink_out_c: float, source_c: Floats, *, cooled_k: float, ideal_share: float) -> Floats:
    """Coefficient of performance of a large heat pump [-] at source temperatures (h,): a share of the ideal between gliding temperatures.

    COP = e T_sink / (T_sink - T_source) with T the logarithmic mean in kelvin of the water heated from ``sink_in_c`` to ``sink_out_c`` and of
    the source cooled by ``cooled_k``. Never below 1. Machines for houses do worse at the same lift: see heat-pump-performance.
    Method: docs/method.md#supply.
    """
    sink_k = _log_mean_k(np.array(sink_in_c), np.array(sink_out_c))
    source_k = _log_mean_k(source_c - cooled_k, source_c)
    lift_k = np.maximum(sink_k - source_k, 1e-9)
    performance: Floats = np.maximum(1.0, ideal_share * sink_k / lift_k)
    return performance


def _log_mean_k(cold_c: Floats, warm_c: Floats) -> Floats:
    cold, warm = cold_c + KELVIN, warm_c + KELVIN
    mean: Floats = np.where(warm > cold, (warm - cold) / np.log(np.where(warm > cold, warm / cold, np.e)), cold)
    return mean


def source_temperature_c(kind: str, case: SupplyCase, year: TypicalYear) -> Floats:
    """Temperature of what a heat pump of a kind draws from, over the typical hours [degree C].

    Surface water and sewer: mean + amplitude cos(2 pi (day - warmest day) / 365); air: the hour; a borehole field: one temperature. On the
    design day of winter surface water has its coldest value. Waste heat has no temperature of its own kind.
    """
    hours = len(year.names) * HOURS_PER_DAY
    if kind == "air":
        return year.outdoor_c.ravel()
    if kind == FIELD:
        return np.full(hours, case.parameters.at("heat.ground_source_c", case.economics.day))
    if kind not in SEASONAL:
        return np.full(hours, case.at("temperature.mean_c", kind))
    mean, amplitude, warmest = (
        case.at(f"temperature.{name}", kind) for name in ("mean_c", "amplitude_k", "warmest_day")
    )
    angle = 2.0 * np.pi * (year.day_of_year - warmest) / DAYS_PER_YEAR
    daily = mean + amplitude * np.cos(angle)
    daily[-1] = mean - amplitude
    return np.repeat(daily, HOURS_PER_DAY)


def _unit(plant: Plant, case: SupplyCase, year: TypicalYear) -> Unit:
    intake = _intake(plant, case, year)
    kw_eur, kw_eur_per_year = _capital(plant, case, intake)
    running, emission = _running(plant, case, intake)
    renewable, residual = _origin(plant, intake)
    return Unit(
        plant, _months(plant, year, intake.available), intake.electricity, intake.gas, intake.wood, intake.drawn, running, emission, renewable,
        residual, kw_eur, kw_eur_per_year, running + emission * case.carbon_eur_per_kg,
    )  # fmt: skip


def _months(plant: Plant, year: TypicalYear, available: Floats) -> Floats:
    if not plant.months:
        return available
    open_day = np.isin(year.month, np.array(plant.months))
    return available * np.repeat(open_day, HOURS_PER_DAY)


def _intake(plant: Plant, case: SupplyCase, year: TypicalYear) -> _Intake:
    hours = len(year.names) * HOURS_PER_DAY
    none, full = np.zeros(hours), np.ones(hours)
    if plant.kind == "stated":
        return _Intake(full, none + plant.electricity_kwh_per_kwh, none + plant.gas_kwh_per_kwh, none, none)
    if plant.kind in BOILERS:
        fuel = full / case.at("efficiency_share", plant.kind)
        carrier = BOILERS[plant.kind]
        return _Intake(
            full, fuel if carrier == "electricity" else none, fuel if carrier == "gas" else none, fuel if carrier == "wood" else none, none
        )  # fmt: skip
    given = plant.source_c is not None
    source_c = full * float(plant.source_c or 0.0) if given else source_temperature_c(plant.kind, case, year)
    if plant.kind == "waste_heat" and float(source_c[0]) >= case.regime.supply_c + case.at("waste_heat.approach_k"):
        return _Intake(full, none + case.at("waste_heat.pump_share"), none, none, full)
    cop = pump_cop(
        case.regime.return_c, case.regime.supply_c, source_c, cooled_k=case.at("pump.source_cooling_k", plant.kind),
        ideal_share=case.at("pump.ideal_share"),
    )  # fmt: skip
    runs = full if given or plant.kind != "surface_water" else (source_c >= case.at("temperature.least_c", plant.kind))
    return _Intake(full * runs, 1.0 / cop, none, none, 1.0 - 1.0 / cop)


def _direct(plant: Plant, intake: _Intake) -> bool:
    """Whether waste heat is taken over without a heat pump."""
    return plant.kind == "waste_heat" and bool((intake.drawn >= 1.0).all())


def _capital(plant: Plant, case: SupplyCase, intake: _Intake) -> tuple[float, float]:
    """What a kW costs to build [EUR] and a year [EUR/year]: annuity, upkeep, and the network cost of its electric power on the design day."""
    if plant.kind == "stated":
        return 0.0, 0.0
    scope = "waste_heat_direct" if _direct(plant, intake) else plant.kind
    kw_eur = plant.investment_eur_per_kw
    if kw_eur is None:
        kw_eur = case.at("investment_eur_per_kw", scope)
    annuity = float(annuity_share(case.at("life_years", scope), case.economics.society_rate_share))
    network = float(intake.electricity[-1]) * case.price("electricity", "society_eur_per_kw")
    return kw_eur, kw_eur * (annuity + case.at("upkeep_share", scope)) + network


def _running(plant: Plant, case: SupplyCase, intake: _Intake) -> tuple[Floats, Floats]:
    """Money per kWh of heat, carbon apart, and emission per kWh of heat, over the typical hours."""
    if plant.kind == "stated":
        none = np.zeros_like(intake.drawn)
        return none + plant.price_eur_per_mwh / KWH_PER_MWH, none + plant.emission_kg_per_kwh
    money = intake.electricity * case.price("electricity", "society_eur_per_kwh")
    money = money + intake.gas * case.price("gas", "society_eur_per_kwh")
    money = money + case.at("wear_eur_per_mwh", plant.kind) / KWH_PER_MWH
    emission = intake.electricity * case.price("electricity", "emission_kg_per_kwh")
    emission = emission + intake.gas * case.price("gas", "emission_kg_per_kwh")
    if plant.kind in ("waste_heat", "biomass"):
        bought = intake.drawn if plant.kind == "waste_heat" else intake.wood
        price = plant.input_eur_per_mwh
        if price is None:
            price = case.at("input_eur_per_mwh", plant.kind)
        money = money + bought * price / KWH_PER_MWH
    if plant.kind == "biomass":
        emission = emission + intake.wood * case.at("biomass.emission_kg_per_kwh")
    return money, emission


def _origin(plant: Plant, intake: _Intake) -> tuple[Floats, Floats]:
    """Renewable and left-over part of the heat over the typical hours."""
    none = np.zeros_like(intake.drawn)
    if plant.kind == "stated":
        return none + np.nan, none + np.nan
    if plant.kind == "biomass":
        return none + 1.0, none
    if plant.kind == "waste_heat":
        return none, intake.drawn
    return intake.drawn, none
