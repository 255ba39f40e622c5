"""What each solution is in a building: whether it fits, what is built, which energy it uses and at which electric peak."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans.heat.packages import Packages
from koppelkans.heat.performance import Curve, hot_water_spf, hybrid_curve, hybrid_size_share, pump_curve
from koppelkans.parameters import Parameters

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
W_PER_KW = 1_000.0
GROUND_TYPES = ("detached", "semi_detached", "non_residential")
"""Building forms where a drilling rig is taken to reach open ground of its own."""


@dataclass(frozen=True, slots=True)
class Stock:
    """The heated buildings as arrays: per building (n,) or per building and package (n, packages)."""

    dwellings: Floats
    open_ground: Flags
    hot_water_kwh: Floats
    space_kwh: Floats
    peak_kw: Floats
    flow_c: Floats
    fan_kwh: Floats
    useful: Flags
    emitters: Flags
    """Packages with new emitters (packages,)."""

    @property
    def shared(self) -> Flags:
        """Two dwellings or more in one building."""
        return self.dwellings >= 2

    @property
    def units(self) -> Floats:
        """Separate plants when each dwelling has its own."""
        return np.maximum(1.0, self.dwellings)

    @property
    def useful_kwh(self) -> Floats:
        """Space heat and hot water, useful."""
        return self.space_kwh + self.hot_water_kwh[:, None]


@dataclass(frozen=True, slots=True)
class Technique:
    """One solution in every building with every package; all arrays buildings x packages."""

    fits: Flags
    plant_eur: Floats
    borehole_eur: Floats
    distribution_eur: Floats
    gas_kwh: Floats
    electricity_kwh: Floats
    electric_peak_kw: Floats
    spf: Floats
    connections: Floats
    """Gas connections that stay, per building."""


@dataclass(frozen=True)
class Figures:
    """Answers from the parameters, with the day filled in; curves of heat pumps are worked out once."""

    parameters: Parameters
    day: date

    @cached_property
    def air_curve(self) -> Curve:
        """An air heat pump that does all the space heat."""
        return pump_curve("air", parameters=self.parameters, day=self.day)

    @cached_property
    def network_curve(self) -> Curve:
        """A heat pump on the water of a network at 15/10 °C."""
        return pump_curve("network", parameters=self.parameters, day=self.day)

    def at(self, key: str, scope: str = "all") -> float:
        """Figure ``heat.<key>``."""
        return self.parameters.at(f"heat.{key}", self.day, scope)

    def plant_eur(self, solution: str, family: str, power_kw: Floats) -> Floats:
        """Price of a plant [EUR, without VAT]: price at a reference power x (power / reference)^exponent, a smallest size kept."""
        size = np.maximum(power_kw, self.at("plant.smallest_kw", family)) / self.at("plant.at_kw", family)
        price: Floats = self.at(f"{solution}.investment_eur") * size ** self.at("plant.scale_exponent")
        return price


def stock(buildings: pd.DataFrame, demand: pd.DataFrame, effects: Packages) -> Stock:
    """The arrays of the heated buildings with what remains after each package."""
    return Stock(
        dwellings=buildings["dwellings"].to_numpy(float),
        open_ground=buildings["type"].isin(GROUND_TYPES).to_numpy(bool),
        hot_water_kwh=demand["hot_water_kwh"].to_numpy(float),
        space_kwh=demand["space_heat_kwh"].to_numpy(float)[:, None] * effects.space_share,
        peak_kw=demand["peak_kw"].to_numpy(float)[:, None] * effects.peak_share,
        flow_c=effects.flow_c,
        fan_kwh=effects.fan_kwh,
        useful=effects.useful,
        emitters=effects.emitters,
    )


def techniques(stock: Stock, figures: Figures) -> dict[str, Technique]:
    """Every solution of ``tables.INDIVIDUAL_SOLUTIONS`` in every building, in that order.

    In a building with two dwellings or more: a boiler per dwelling, or one collective plant; the other solutions do not fit
    there, for want of place outside and because co-owners decide together. A borehole needs open ground of its own. The
    electricity holds that of the ventilation which a package adds; the seasonal performance does not.
    Method: docs/method.md#heat-options.
    """
    makers: dict[str, Callable[[Stock, Figures], Technique]] = {
        "gas_boiler": _gas_boiler,
        "hybrid_heat_pump": _hybrid,
        "air_heat_pump": _air,
        "ground_heat_pump": _ground,
        "high_temperature_heat_pump": _high_temperature,
        "collective_gas_boiler": _collective_boiler,
        "collective_heat_pump": _collective_pump,
    }
    built = {name: make(stock, figures) for name, make in makers.items()}
    return {name: replace(one, electricity_kwh=one.electricity_kwh + stock.fan_kwh) for name, one in built.items()}


def _without_emitters(stock: Stock) -> Flags:
    """Packages that serve a boiler: new emitters would bring it nothing that is counted here."""
    return stock.useful & ~stock.emitters


def _gas_boiler(stock: Stock, figures: Figures) -> Technique:
    none = np.zeros_like(stock.peak_kw)
    units = stock.units[:, None]
    efficiency = figures.at("boiler.efficiency_share")
    return Technique(
        fits=_without_emitters(stock),
        plant_eur=units * figures.plant_eur("gas_boiler", "boiler", stock.peak_kw / units),
        borehole_eur=none, distribution_eur=none, gas_kwh=stock.useful_kwh / efficiency, electricity_kwh=none,
        electric_peak_kw=none, spf=none + efficiency, connections=stock.units,
    )  # fmt: skip


def _hybrid(stock: Stock, figures: Figures) -> Technique:
    none = np.zeros_like(stock.peak_kw)
    curve = hybrid_curve(parameters=figures.parameters, day=figures.day).at(stock.flow_c)
    pump_kw = stock.peak_kw * hybrid_size_share(figures.parameters, figures.day)
    pump_kwh = stock.space_kwh * curve.heat_share
    boiler = figures.plant_eur("gas_boiler", "boiler", stock.peak_kw)
    return Technique(
        fits=stock.useful & ~stock.shared[:, None],
        plant_eur=boiler + figures.plant_eur("hybrid_heat_pump", "hybrid", pump_kw),
        borehole_eur=none, distribution_eur=none,
        gas_kwh=(stock.useful_kwh - pump_kwh) / figures.at("boiler.efficiency_share"),
        electricity_kwh=pump_kwh / curve.spf, electric_peak_kw=stock.peak_kw * curve.peak_share,
        spf=curve.spf, connections=np.ones(len(stock.dwellings)),
    )  # fmt: skip


def _air(stock: Stock, figures: Figures) -> Technique:
    return _individual_pump("air_heat_pump", "air", stock, figures)


def _high_temperature(stock: Stock, figures: Figures) -> Technique:
    return _individual_pump("high_temperature_heat_pump", "air", stock, figures)


def _ground(stock: Stock, figures: Figures) -> Technique:
    return _individual_pump("ground_heat_pump", "ground", stock, figures)


def _individual_pump(solution: str, source: str, stock: Stock, figures: Figures) -> Technique:
    curve = figures.air_curve if source == "air" else pump_curve(source, parameters=figures.parameters, day=figures.day)
    curve = curve.at(stock.flow_c)
    hot_water = hot_water_spf(source, "individual", parameters=figures.parameters, day=figures.day)
    pump_kw = stock.peak_kw * figures.at(f"{source}_heat_pump.cover_share")
    fits = stock.useful & ~stock.shared[:, None] & (stock.flow_c <= figures.at(f"{solution}.flow_limit_c"))
    if source == "ground":
        fits = fits & stock.open_ground[:, None]
    none = np.zeros_like(stock.peak_kw)
    electricity = stock.space_kwh / curve.spf + stock.hot_water_kwh[:, None] / hot_water
    return Technique(
        fits=fits, plant_eur=figures.plant_eur(solution, "heat_pump", pump_kw),
        borehole_eur=_borehole_eur(stock, curve, figures) if source == "ground" else none, distribution_eur=none,
        gas_kwh=none, electricity_kwh=electricity, electric_peak_kw=stock.peak_kw * curve.peak_share,
        spf=_share_of(stock.useful_kwh, electricity), connections=np.zeros(len(stock.dwellings)),
    )  # fmt: skip


def _borehole_eur(stock: Stock, curve: Curve, figures: Figures) -> Floats:
    """Price of the boreholes [EUR]: heat drawn at the peak / extraction per metre x price per metre."""
    drawn_w = stock.peak_kw * curve.source_share * W_PER_KW
    metres: Floats = drawn_w / figures.at("borehole.extraction_w_per_m")
    return metres * figures.at("borehole.investment_eur_per_m")


def _collective_boiler(stock: Stock, figures: Figures) -> Technique:
    none = np.zeros_like(stock.peak_kw)
    efficiency = figures.at("boiler.efficiency_share")
    delivered = 1.0 - figures.at("collective.loss_share")
    return Technique(
        fits=_without_emitters(stock) & stock.shared[:, None],
        plant_eur=figures.plant_eur("collective_gas_boiler", "collective", stock.peak_kw),
        borehole_eur=none, distribution_eur=distribution_eur(stock, figures),
        gas_kwh=stock.useful_kwh / (efficiency * delivered), electricity_kwh=none, electric_peak_kw=none,
        spf=none + efficiency * delivered, connections=np.ones(len(stock.dwellings)),
    )  # fmt: skip


def _collective_pump(stock: Stock, figures: Figures) -> Technique:
    none = np.zeros_like(stock.peak_kw)
    curve = figures.air_curve.at(stock.flow_c)
    hot_water = hot_water_spf("air", "collective", parameters=figures.parameters, day=figures.day)
    delivered = 1.0 - figures.at("collective.loss_share")
    electricity = (stock.space_kwh / curve.spf + stock.hot_water_kwh[:, None] / hot_water) / delivered
    pump_kw = stock.peak_kw * figures.at("air_heat_pump.cover_share")
    return Technique(
        fits=stock.useful & stock.shared[:, None] & (stock.flow_c <= figures.at("collective_heat_pump.flow_limit_c")),
        plant_eur=figures.plant_eur("collective_heat_pump", "collective", pump_kw),
        borehole_eur=none, distribution_eur=distribution_eur(stock, figures), gas_kwh=none, electricity_kwh=electricity,
        electric_peak_kw=stock.peak_kw * curve.peak_share, spf=_share_of(stock.useful_kwh, electricity),
        connections=np.zeros(len(stock.dwellings)),
    )  # fmt: skip


def distribution_eur(stock: Stock, figures: Figures) -> Floats:
    """Price of the distribution inside a shared building [EUR], of every package the same; (n, packages)."""
    per_building = stock.dwellings * figures.at("collective.distribution_eur_per_dwelling")
    return np.broadcast_to(per_building[:, None], stock.peak_kw.shape)


def _share_of(useful_kwh: Floats, electricity_kwh: Floats) -> Floats:
    """Useful heat per kWh; 0 where nothing is used."""
    return np.divide(useful_kwh, electricity_kwh, out=np.zeros_like(useful_kwh), where=electricity_kwh > 0)
