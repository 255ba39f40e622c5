"""How well a heat pump does over a year, as a function of the flow temperature that its building needs on the coldest day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from koppelkans.parameters import Parameters, reference_table

Floats = NDArray[np.float64]

FLOWS_C: Floats = np.arange(20.0, 96.0)
"""Design flow temperatures at which the curves are worked out; between them they are straight."""


@dataclass(frozen=True, slots=True)
class Bins:
    """A typical year in steps of 1 degree: outdoor temperature, all hours, heat needed (sums to 1), load as share of the peak."""

    outdoor_c: Floats
    hours: Floats
    heat_share: Floats
    load_share: Floats


@dataclass(frozen=True, slots=True)
class Curve:
    """One kind of heat pump at each flow of ``FLOWS_C``.

    ``spf`` heat of the pump per kWh of electricity, its resistance backup included; ``heat_share`` part of the yearly space
    heat from the pump and its resistance, the rest comes from a boiler; ``peak_share`` electric peak per kW of heat peak;
    ``source_share`` heat drawn from the source at the peak, per kW of heat peak.
    """

    spf: Floats
    heat_share: Floats
    peak_share: Floats
    source_share: Floats

    def at(self, flow_c: Floats) -> Curve:
        """The same figures at other flow temperatures, of any shape."""
        spots = (self.spf, self.heat_share, self.peak_share, self.source_share)
        return Curve(*(np.interp(flow_c, FLOWS_C, values) for values in spots))


def temperature_bins(parameters: Parameters, day: date) -> Bins:
    """Hours and heat of a typical year at Uccle by outdoor temperature.

    Heat in a bin is in proportion to its hours on heating days times (base - outdoor); load = (base - outdoor) / (base - design),
    at most 1. Source: Climate.OneBuilding.org, TMYx 2007-2021. Method: docs/method.md#heat-pump-performance.
    """
    return _bins(parameters.at("heat.base_c", day), parameters.at("climate.design_outdoor_c", day))


@lru_cache(maxsize=64)
def _bins(base_c: float, design_c: float) -> Bins:
    """The bins, kept: runs that vary one figure after another ask for the same ones time and again. Not to be changed in place."""
    table = reference_table("uccle_temperature_hours")
    outdoor_c = table["outdoor_c"].to_numpy(float)
    need_k = np.maximum(0.0, base_c - outdoor_c)
    heat = table["heating_hours"].to_numpy(float) * need_k
    return Bins(
        outdoor_c, table["hours"].to_numpy(float), heat / heat.sum(), np.minimum(1.0, need_k / (base_c - design_c))
    )


def cop(source: str, difference_k: Floats, *, parameters: Parameters, day: date) -> Floats:
    """Coefficient of performance in real operation [-] at a difference between sink and source [K].

    COP = 0.85 f (a + b dT + c dT^2), dT at least 15 K; ``source`` is air, ground or network; f brings the regression to field results. A
    heat pump on the water of a network does as one on the ground.
    Never below 1 (a resistance). Valid to about 78 K. Method: docs/method.md#heat-pump-performance, after Ruhnau et al. (2019).
    """
    kind = "ground" if source == "network" else source
    terms = [parameters.at(f"heat.cop.{kind}", day, scope) for scope in ("constant", "linear", "quadratic")]
    real = parameters.at("heat.cop.real_operation_share", day) * parameters.at(f"heat.{kind}.field_factor", day)
    lifted_k = np.maximum(difference_k, parameters.at("heat.cop.least_difference_k", day))
    return np.maximum(1.0, real * (terms[0] + terms[1] * lifted_k + terms[2] * lifted_k**2))


def heating_water_c(flow_c: Floats, load_share: Floats, *, parameters: Parameters, day: date) -> Floats:
    """Flow temperature in each bin [degree C], shape flows x bins: room + (design flow - room) load^(1/n).

    n is the radiator exponent: a heating curve, as weather compensation gives.
    """
    room_c, exponent = parameters.at("heat.room_c", day), parameters.at("heat.emitters.exponent", day)
    curve: Floats = room_c + (flow_c[:, None] - room_c) * load_share[None, :] ** (1.0 / exponent)
    return curve


def pump_curve(source: str, *, parameters: Parameters, day: date) -> Curve:
    """A heat pump that does all the space heat; what its size does not cover comes from a resistance."""
    bins = temperature_bins(parameters, day)
    cover = parameters.at(f"heat.{source}_heat_pump.cover_share", day)
    source_c = _source_c(source, bins.outdoor_c, parameters, day)
    sink_c = heating_water_c(FLOWS_C, bins.load_share, parameters=parameters, day=day)
    performance = cop(source, sink_c - source_c, parameters=parameters, day=day)
    from_pump = np.minimum(1.0, cover / np.maximum(bins.load_share, 1e-9))
    electricity = (bins.heat_share * (from_pump / performance + 1.0 - from_pump)).sum(axis=1)
    coldest_c = _source_c(source, np.array([parameters.at("climate.design_outdoor_c", day)]), parameters, day)
    at_peak = cop(source, FLOWS_C - coldest_c, parameters=parameters, day=day)
    peak = cover / at_peak + 1.0 - cover
    return Curve(1.0 / electricity, np.ones_like(FLOWS_C), peak, cover * (1.0 - 1.0 / at_peak))


def hybrid_curve(*, parameters: Parameters, day: date) -> Curve:
    """A small air heat pump beside a boiler.

    Above the bivalence temperature the pump heats alone; below it the pump goes on at the power it has there and the boiler
    adds the rest; where the water must be hotter than the pump can make it, the boiler heats alone.
    """
    bins = temperature_bins(parameters, day)
    size = hybrid_size_share(parameters, day)
    sink_c = heating_water_c(FLOWS_C, bins.load_share, parameters=parameters, day=day)
    runs = sink_c <= parameters.at("heat.hybrid_heat_pump.flow_limit_c", day)
    from_pump = runs * np.minimum(1.0, size / np.maximum(bins.load_share, 1e-9))
    performance = cop("air", sink_c - bins.outdoor_c, parameters=parameters, day=day)
    heat = (bins.heat_share * from_pump).sum(axis=1)
    electricity = (bins.heat_share * from_pump / performance).sum(axis=1)
    peak = (from_pump * bins.load_share / performance).max(axis=1)
    spf = np.divide(heat, electricity, out=np.ones_like(heat), where=electricity > 0)
    return Curve(spf, heat, peak, np.zeros_like(FLOWS_C))


def hybrid_size_share(parameters: Parameters, day: date) -> float:
    """Power of the heat pump of a hybrid as share of the peak: the load at the bivalence temperature."""
    base_c, design_c = parameters.at("heat.base_c", day), parameters.at("climate.design_outdoor_c", day)
    return min(1.0, (base_c - parameters.at("heat.hybrid_heat_pump.bivalence_c", day)) / (base_c - design_c))


def hot_water_spf(source: str, kind: str, *, parameters: Parameters, day: date) -> float:
    """Hot water per kWh of electricity over a year [-], drawn evenly over all hours; ``kind`` is individual or collective."""
    bins = temperature_bins(parameters, day)
    lift_k = parameters.at("heat.hot_water_c", day, kind) - _source_c(source, bins.outdoor_c, parameters, day)
    performance = cop(source, lift_k, parameters=parameters, day=day)
    return float(bins.hours.sum() / (bins.hours / performance).sum())


def _source_c(source: str, outdoor_c: Floats, parameters: Parameters, day: date) -> Floats:
    if source == "air":
        return outdoor_c
    if source == "network":
        supply_c = parameters.at("heat_network.regime.supply_c", day, "network_ambient")
        return np.full_like(outdoor_c, supply_c - parameters.at("heat.network_heat_pump.approach_k", day))
    return np.full_like(outdoor_c, parameters.at("heat.ground_source_c", day))
