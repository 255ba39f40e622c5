"""What a pipe can carry, what it loses, and what it costs: the pipe table at the temperatures of a network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans.errors import OutOfRangeError, ParameterError
from koppelkans.heat.costs import annuity_share
from koppelkans.parameters import Parameters, reference_table

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
HOURS_PER_YEAR = 8_760.0
MM_PER_M = 1_000.0
W_PER_KW = 1_000.0
PIPES_PER_TRENCH = 2.0
"""Supply and return."""
FIXED_POINT_ROUNDS = 50


@dataclass(frozen=True, slots=True)
class Regime:
    """Design temperatures of a network; its name is a word of ``tables.NETWORK_SOLUTIONS``."""

    name: str
    supply_c: float
    return_c: float

    @property
    def difference_k(self) -> float:
        """Supply minus return."""
        return self.supply_c - self.return_c

    @property
    def mean_c(self) -> float:
        """Mean of supply and return."""
        return (self.supply_c + self.return_c) / 2.0


@dataclass(frozen=True, slots=True)
class Water:
    """Water and pipe wall: density, viscosity, heat capacity, roughness."""

    density_kg_per_m3: float
    viscosity_pa_s: float
    heat_capacity_j_per_kgk: float
    roughness_m: float


@dataclass(frozen=True, slots=True)
class PipeLevels:
    """The pipe table at one regime, smallest pipe first; arrays per diameter.

    ``trench_eur_per_m`` is the price of the smallest pipe in a paved street: opening, closing, paving. ``pipe_eur_per_m`` is what
    a larger one costs on top. ``yearly_eur_per_m`` is ``pipe_eur_per_m`` x ``charge_share`` and the heat lost; ``charge_share``
    the annuity and upkeep per euro invested. ``pump_kwh_per_kwh_m``: electricity to move one kWh of heat over one metre of trench.
    """

    regime: Regime
    water: Water
    diameter_mm: Ints
    inner_m: Floats
    capacity_kw: Floats
    loss_w_per_m: Floats
    pipe_eur_per_m: Floats
    yearly_eur_per_m: Floats
    trench_eur_per_m: float
    charge_share: float
    pump_kwh_per_kwh_m: float


def network_regime(name: str, *, parameters: Parameters, day: date) -> Regime:
    """The design temperatures of a word of ``tables.NETWORK_SOLUTIONS``.

    Raises OutOfRangeError when the return is not colder than the supply.
    """
    supply_c = parameters.at("heat_network.regime.supply_c", day, name)
    return checked_regime(Regime(name, supply_c, parameters.at("heat_network.regime.return_c", day, name)))


def checked_regime(regime: Regime) -> Regime:
    """The same regime. Raises OutOfRangeError when the return is not colder than the supply."""
    if regime.return_c >= regime.supply_c:
        raise OutOfRangeError(
            f"temperatures of {regime.name} are out of order: supply {regime.supply_c:g} °C, return {regime.return_c:g} °C; the "
            "return must be colder than the supply"
        )
    return regime


def water_of(parameters: Parameters, day: date, regime: str = "all") -> Water:
    """Water at the temperatures of a network, and the wall of a steel pipe."""
    return Water(
        parameters.at("heat_network.water.density_kg_per_m3", day),
        parameters.at("heat_network.water.viscosity_pa_s", day, regime),
        parameters.at("heat_network.water.heat_capacity_j_per_kgk", day),
        parameters.at("heat_network.pipe.roughness_mm", day) / MM_PER_M,
    )


# -------------------------------------------------------------------------------------------------------------------- hydraulics


def friction_factor(velocity_m_per_s: Floats, inner_m: Floats, water: Water) -> Floats:
    """Darcy friction factor [-] after Haaland:  f = (-1.8 log10((eps / D / 3.7)^1.11 + 6.9 / Re))^-2.

    Valid for turbulent flow, as at design; Re is kept at 4,000 or more. Method: docs/method.md#pipes.
    """
    # Below Re 4,000 the flow may be laminar and the formula grows without end; such pipes are far below any limit.
    reynolds = np.maximum(4_000.0, water.density_kg_per_m3 * velocity_m_per_s * inner_m / water.viscosity_pa_s)
    rough = (water.roughness_m / inner_m / 3.7) ** 1.11
    factor: Floats = (-1.8 * np.log10(rough + 6.9 / reynolds)) ** -2.0
    return factor


def gradient_pa_per_m(velocity_m_per_s: Floats, inner_m: Floats, water: Water) -> Floats:
    """Pressure drop per metre of one pipe [Pa/m]:  f rho v^2 / (2 D)."""
    factor = friction_factor(velocity_m_per_s, inner_m, water)
    drop: Floats = factor * water.density_kg_per_m3 * velocity_m_per_s**2 / (2.0 * inner_m)
    return drop


def velocity_m_per_s(power_kw: Floats, inner_m: Floats, regime: Regime, water: Water) -> Floats:
    """Velocity of the water that carries a power [m/s]:  P / (rho c dT pi D^2 / 4)."""
    speed: Floats = power_kw / carried_kw(np.ones_like(inner_m), inner_m, regime, water)
    return speed


def carried_kw(speed_m_per_s: Floats, inner_m: Floats, regime: Regime, water: Water) -> Floats:
    """Power carried at a velocity [kW]:  rho v pi D^2 / 4 c dT."""
    flow_kg_per_s = water.density_kg_per_m3 * speed_m_per_s * np.pi * inner_m**2 / 4.0
    power: Floats = flow_kg_per_s * water.heat_capacity_j_per_kgk * regime.difference_k / W_PER_KW
    return power


def design_velocity_m_per_s(inner_m: Floats, *, water: Water, parameters: Parameters, day: date) -> Floats:
    """Largest velocity in each pipe [m/s]: where the pressure drop reaches its limit, and never above the limit of velocity.

    v = sqrt(2 dp D / (f(v) rho)), a fixed point. Limits: ``heat_network.pipe.gradient_limit_pa_per_m``,
    ``heat_network.pipe.velocity_limit_m_per_s``. Method: docs/method.md#pipes.
    """
    limit_pa = parameters.at("heat_network.pipe.gradient_limit_pa_per_m", day)
    speed = np.ones_like(inner_m)
    for _ in range(FIXED_POINT_ROUNDS):
        speed = np.sqrt(2.0 * limit_pa * inner_m / (friction_factor(speed, inner_m, water) * water.density_kg_per_m3))
    return np.minimum(speed, parameters.at("heat_network.pipe.velocity_limit_m_per_s", day))


# ------------------------------------------------------------------------------------------------------------------------ levels


def pipe_loss_w_per_m(table: pd.DataFrame, regime: Regime, ground_c: float) -> Floats:
    """Heat lost per metre of trench, supply and return together [W/m]:  2 (U1 - U2) ((Ts + Tr) / 2 - Tg).

    table: ``u1_w_per_mk`` to the ground, ``u2_w_per_mk`` between both pipes. Steady state, pipes in use all year.
    Raises OutOfRangeError when the ground is not colder than the water. Method: docs/method.md#pipe-loss.
    """
    if ground_c >= regime.mean_c:
        raise OutOfRangeError(
            f"temperatures of {regime.name} are out of order: ground {ground_c:g} °C, mean of the water {regime.mean_c:g} °C; the "
            "ground must be colder"
        )
    transfer = table["u1_w_per_mk"].to_numpy(float) - table["u2_w_per_mk"].to_numpy(float)
    loss: Floats = PIPES_PER_TRENCH * transfer * (regime.mean_c - ground_c)
    return loss


def pipe_table() -> pd.DataFrame:
    """The pipe table: ``diameter_mm``, ``inner_mm``, ``price_eur_per_m`` of trench and pipes, ``u1_w_per_mk``, ``u2_w_per_mk``.

    Source: TNO, ESDL Energy Data Repository, after Logstor (2020). Method: docs/method.md#pipes.
    """
    return reference_table("pipes")


def pipe_levels(
    regime: Regime, *, heat_eur_per_kwh: float, rate_share: float, parameters: Parameters, day: date, table: pd.DataFrame,
) -> PipeLevels:  # fmt: skip
    """Capacity [kW], loss [W/m] and yearly cost [EUR/m] of every pipe of ``table`` at a regime.

    ``heat_eur_per_kwh`` is what a kWh costs at the source, ``rate_share`` the real rate of the annuity. A pipe that costs as much a
    year as a larger one, losses included, is left out. Raises ParameterError when inner diameter, price or capacity falls from
    one row of the table to the next; OutOfRangeError when the temperatures are out of order.
    Method: docs/method.md#pipes, docs/method.md#pipe-loss.
    """
    water = water_of(parameters, day, regime.name)
    inner_m = table["inner_mm"].to_numpy(float) / MM_PER_M
    speed = design_velocity_m_per_s(inner_m, water=water, parameters=parameters, day=day)
    capacity = carried_kw(speed, inner_m, checked_regime(regime), water)
    price = table["price_eur_per_m"].to_numpy(float) * parameters.at("heat_network.pipe.price_factor", day)
    _check_order(table, capacity)
    loss = pipe_loss_w_per_m(table, regime, parameters.at("heat_network.pipe.ground_c", day))
    # without insulation a pipe is cheaper and loses more, for the little that its water is warmer than the ground
    loss = loss * parameters.at("heat_network.pipe.loss_factor", day, regime.name)
    price = price[0] + (price - price[0]) * parameters.at("heat_network.pipe.price_share", day, regime.name)
    annuity = float(annuity_share(parameters.at("project.life_years", day, "main_pipes"), rate_share))
    charge = annuity + parameters.at("project.upkeep_share", day, "main_pipes")
    yearly = (price - price[0]) * charge + loss * HOURS_PER_YEAR / W_PER_KW * heat_eur_per_kwh
    kept = np.append(yearly[:-1] < np.minimum.accumulate(yearly[::-1])[::-1][1:], True)
    pump = parameters.at("heat_network.pipe.gradient_limit_pa_per_m", day) * PIPES_PER_TRENCH
    pump /= parameters.at("heat_network.pump.efficiency_share", day)
    heat_j_per_m3 = water.density_kg_per_m3 * water.heat_capacity_j_per_kgk * regime.difference_k
    return PipeLevels(
        regime=regime, water=water, diameter_mm=table["diameter_mm"].to_numpy(np.int64)[kept], inner_m=inner_m[kept],
        capacity_kw=capacity[kept], loss_w_per_m=loss[kept], pipe_eur_per_m=(price - price[0])[kept], yearly_eur_per_m=yearly[kept],
        trench_eur_per_m=float(price[0]), charge_share=charge, pump_kwh_per_kwh_m=pump / heat_j_per_m3,
    )  # fmt: skip


def _check_order(table: pd.DataFrame, capacity_kw: Floats) -> None:
    """Raises ParameterError that lists every step at which the table goes down."""
    names = table["diameter_mm"].astype("str").to_numpy()
    measures = {
        "inner diameter [mm]": table["inner_mm"].to_numpy(float),
        "price [EUR/m]": table["price_eur_per_m"].to_numpy(float),
        "capacity [kW]": capacity_kw,
    }
    faults = [
        f"{what} falls from {values[step]:g} at DN{names[step]} to {values[step + 1]:g} at DN{names[step + 1]}"
        for what, values in measures.items()
        for step in np.flatnonzero(np.diff(values) < 0)
    ]
    if faults:
        raise ParameterError(
            "the pipe table is not in order: a larger pipe must carry more and never cost less", faults
        )


def surface_factor(surface: pd.Series, *, parameters: Parameters, day: date) -> Floats:
    """Trench cost by surface, against a paved street [-]; an unknown surface counts as paved.

    Method: docs/method.md#pipes.
    """
    hard, soft = (parameters.at("heat_network.pipe.surface_factor", day, kind) for kind in ("hard", "soft"))
    return np.where(surface.fillna("").str.lower().isin(SOFT_SURFACES), soft, hard)


SOFT_SURFACES = (
    "unpaved", "compacted", "fine_gravel", "gravel", "pebblestone", "ground", "dirt", "earth", "mud", "sand", "grass", "woodchips",
    "onverhard", "weg met losse verharding", "losse verharding", "semi-verhard",
)  # fmt: skip
"""Words of OpenStreetMap and the Wegenregister for a surface that needs no paving again."""
