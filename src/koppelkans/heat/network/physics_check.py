"""The designed tree held against its limits: pipes that fail are made wider and priced again, until all holds or nothing wider exists."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from koppelkans.heat.network.instance import Design, Flags, Floats, Instance, Ints
from koppelkans.heat.network.physics import (
    Pipes,
    PipeTree,
    Steady,
    Temperatures,
    design_flow,
    given_flows,
    held_warm,
    steady_state,
    water,
    water_table,
    widened,
)
from koppelkans.heat.network.read import gap_share
from koppelkans.heat.pipes import Regime
from koppelkans.parameters import Parameters

PA_PER_BAR = 100_000.0
W_PER_KW = 1_000.0
# friction falls with about the fifth power of the diameter; only used to choose which pipes to widen
POWER_OF_DIAMETER = 5
ROUNDING_SHARE = 1e-9


@dataclass(frozen=True, slots=True)
class PhysicsLimits:
    """What every pipe and house must keep to, and what the pumps must overcome besides the pipes."""

    gradient_pa_per_m: float
    velocity_m_per_s: float
    nominal_bar: float
    house_c: float
    return_bar: float
    house_bar: float
    plant_bar: float
    fittings_share: float
    efficiency_share: float
    ground_c: float


@dataclass(frozen=True, slots=True)
class LevelPipes:
    """The pipe table as the design uses it, smallest first: inner diameter, heat transfer, and roughness of them all."""

    inner_m: Floats
    ground_w_per_mk: Floats
    twin_w_per_mk: Floats
    roughness_m: float

    def laid(self, level: Ints) -> Pipes:
        """The pipes of these levels."""
        return Pipes(self.inner_m[level], self.ground_w_per_mk[level], self.twin_w_per_mk[level], self.roughness_m)


@dataclass(frozen=True, slots=True)
class Checked:
    """A design that was worked through. ``design``: with wider pipes and the cost that belongs to them.

    ``peak``: every pipe in its own coincident peak. ``summer``: hot water alone; ``warm``: the same with water let past the houses until
    they are at the least temperature, ``kept`` whether that is reached. ``raised``: steps of diameter per pipe. ``head_bar``: what the pumps
    add; ``pressure_bar``: the highest anywhere; ``pump_kw``: power of the pumps at the peak. ``house``: pipes with a house at their far
    end. ``narrow``, ``cold``: pipes that still break a limit of velocity or gradient, houses colder than the least at the peak.
    """

    design: Design
    peak: Steady
    summer: Steady
    warm: Steady
    kept: bool
    raised: Ints
    head_bar: float
    pressure_bar: float
    pump_kw: float
    house: Flags
    narrow: Flags
    cold: Flags
    limits: PhysicsLimits

    @property
    def difference_bar(self) -> Floats:
        """Supply over return at the far end of each pipe, with the pumps at ``head_bar``."""
        lost = self.peak.friction.path_pa * (1.0 + self.limits.fittings_share) / PA_PER_BAR
        left: Floats = self.head_bar - self.limits.plant_bar - lost
        return left

    @property
    def too_high(self) -> bool:
        """The highest pressure is above the nominal one."""
        return self.pressure_bar > self.limits.nominal_bar * (1.0 + ROUNDING_SHARE)

    @property
    def holds(self) -> bool:
        """Every limit is kept, in summer with water let past the houses."""
        return not (self.narrow.any() or self.too_high or self.cold.any()) and self.kept

    @property
    def lowest_c(self) -> float:
        """Supply at the coldest house at the peak; NaN without houses."""
        return _lowest(self.peak, self.house)

    @property
    def summer_lowest_c(self) -> float:
        """Supply at the coldest house that asks hot water in summer, nothing let past; NaN without one."""
        return _lowest(self.summer, self.house)

    @property
    def bypass_share(self) -> float:
        """Water let past the houses in summer, over the water at the peak."""
        if self.peak.source_kg_per_s <= 0.0:
            return 0.0
        return max(0.0, self.warm.source_kg_per_s - self.summer.source_kg_per_s) / self.peak.source_kg_per_s

    @property
    def farthest(self) -> int:
        """The pipe to the house with the longest way against friction; -1 without houses."""
        path = np.where(self.house, self.peak.friction.path_pa, -1.0)
        return int(path.argmax()) if self.house.any() else -1


def _lowest(state: Steady, house: Flags) -> float:
    running = house & (state.streams.own_kg_per_s > 0)
    return float(state.streams.supply_c[running].min()) if running.any() else float("nan")


def physics_limits(regime: str, *, parameters: Parameters, day: date) -> PhysicsLimits:
    """The limits and pressures of the parameters for a regime, a word of ``tables.NETWORK_SOLUTIONS``."""

    def at(name: str, scope: str = "all") -> float:
        return parameters.at(f"heat_network.{name}", day, scope)

    return PhysicsLimits(
        gradient_pa_per_m=at("pipe.gradient_limit_pa_per_m"), velocity_m_per_s=at("pipe.velocity_limit_m_per_s"),
        nominal_bar=at("pressure.nominal_bar"), house_c=at("house_supply_c", regime), return_bar=at("pressure.return_bar"),
        house_bar=at("pressure.house_bar"), plant_bar=at("pressure.plant_bar"), fittings_share=at("pressure.fittings_share"),
        efficiency_share=at("pump.efficiency_share"), ground_c=at("pipe.ground_c"),
    )  # fmt: skip


def level_pipes(table: pd.DataFrame, diameter_mm: Ints, roughness_m: float) -> LevelPipes:
    """The rows of the pipe table with these diameters."""
    rows = table.set_index("diameter_mm").loc[diameter_mm]
    return LevelPipes(
        rows["inner_mm"].to_numpy(float) / 1_000.0, rows["u1_w_per_mk"].to_numpy(float), rows["u2_w_per_mk"].to_numpy(float),
        roughness_m,
    )  # fmt: skip


def pipe_tree(instance: Instance, design: Design, customer_kw: Floats) -> PipeTree:
    """The pipes of a design with what its connected customers ask, ``customer_kw`` in the order of the instance."""
    downstream = instance.tail[design.edge] + instance.head[design.edge] - design.upstream
    into = np.full(instance.node_count, -1, dtype=np.int64)
    into[downstream] = np.arange(len(downstream))
    house_kw = np.zeros(len(downstream))
    at = into[instance.customer_node[design.connected]]
    np.add.at(house_kw, at[at >= 0], customer_kw[design.connected][at >= 0])
    together = np.divide(design.design_kw, design.sum_kw, out=np.ones(len(downstream)), where=design.sum_kw > 0)
    return PipeTree(into[design.upstream], instance.length_m[design.edge], house_kw, together)


def checked(
    instance: Instance, design: Design, pipes: LevelPipes, regime: Regime, limits: PhysicsLimits, *, hot_water_kw: Floats, widen: bool = True
) -> Checked:  # fmt: skip
    """A design worked through at its peak and in summer, with wider pipes where it breaks a limit.

    ``hot_water_kw``: mean power of hot water per customer of the instance. ``widen=False``: the pipes stay as they are, to see whether
    they hold at once.

    1. Peak: pipes faster or rubbing more than their limits become one diameter wider, and those before them at least as wide.
    2. Where the highest pressure is above the nominal one, pipes on the way to the farthest house become wider, those first that save
       most pressure per euro.
    Both are repeated. Wider pipes do not make a house warmer, so temperatures are told and not repaired.
    Method: docs/method.md#network-physics.
    """
    tree = pipe_tree(instance, design, instance.customer_kw)
    given = Temperatures(regime.supply_c, regime.return_c, limits.ground_c)
    level, top = design.level.copy(), len(pipes.inner_m) - 1
    while True:
        peak = steady_state(tree, pipes.laid(level), given)
        narrow = _narrow(peak, limits)
        wider = narrow & (level < top)
        if not wider.any() and _pressure_bar(peak, tree, limits) > limits.nominal_bar:
            wider = _on_the_way(peak, tree, level, pipes, instance, limits)
        if not widen or not wider.any():
            break
        level[wider] += 1
        widened(tree.above, level)
    summer, warm, kept = _summer(pipe_tree(instance, design, hot_water_kw), pipes.laid(level), given, limits)
    head_bar = _head_bar(peak, tree, limits)
    density = float(water(water_table(), peak.source_back_c, 0))
    power_w = peak.source_kg_per_s / density * head_bar * PA_PER_BAR / limits.efficiency_share
    house = tree.house_kw > 0
    return Checked(
        design=_priced(instance, design, level), peak=peak, summer=summer, warm=warm, kept=kept, raised=level - design.level,
        head_bar=head_bar, pressure_bar=limits.return_bar + head_bar, pump_kw=power_w / W_PER_KW, house=house, narrow=narrow,
        cold=house & (peak.streams.supply_c < limits.house_c), limits=limits,
    )  # fmt: skip


def _narrow(peak: Steady, limits: PhysicsLimits) -> Flags:
    more = 1.0 + ROUNDING_SHARE
    found: Flags = (peak.friction.gradient_pa_per_m > limits.gradient_pa_per_m * more) | (
        peak.friction.velocity_m_per_s > limits.velocity_m_per_s * more
    )
    return found


def _head_bar(peak: Steady, tree: PipeTree, limits: PhysicsLimits) -> float:
    """What the pumps must add: the longest way there and back with its fittings, delivery set and plant; 0 without houses."""
    house = tree.house_kw > 0
    if not house.any():
        return 0.0
    friction = float(peak.friction.path_pa[house].max()) * (1.0 + limits.fittings_share) / PA_PER_BAR
    return friction + limits.house_bar + limits.plant_bar


def _pressure_bar(peak: Steady, tree: PipeTree, limits: PhysicsLimits) -> float:
    return limits.return_bar + _head_bar(peak, tree, limits)


def _on_the_way(
    peak: Steady, tree: PipeTree, level: Ints, pipes: LevelPipes, instance: Instance, limits: PhysicsLimits
) -> Flags:
    """Pipes to the farthest house whose widening by one brings the pressure down to its limit, if that is enough; best value first."""
    path = np.where(tree.house_kw > 0, peak.friction.path_pa, -1.0)
    way, pipe = [], int(path.argmax())
    while pipe >= 0:
        way.append(pipe)
        pipe = int(tree.above[pipe])
    places = np.array([pipe for pipe in way if level[pipe] < len(pipes.inner_m) - 1], dtype=np.int64)
    now, next_up = level[places], level[places] + 1
    drop = peak.friction.supply_pa[places] + peak.friction.return_pa[places]
    saved_pa = drop * (1.0 - (pipes.inner_m[now] / pipes.inner_m[next_up]) ** POWER_OF_DIAMETER)
    dearer = tree.length_m[places] * (instance.level_eur_per_m[next_up] - instance.level_eur_per_m[now])
    order = np.argsort(-saved_pa / np.maximum(dearer, ROUNDING_SHARE), kind="stable")
    excess_pa = (_pressure_bar(peak, tree, limits) - limits.nominal_bar) * PA_PER_BAR / (1.0 + limits.fittings_share)
    before = np.cumsum(saved_pa[order]) - saved_pa[order]
    wider = np.zeros(len(level), dtype=np.bool_)
    wider[places[order[before < excess_pa]]] = True
    return wider


def _summer(tree: PipeTree, pipes: Pipes, given: Temperatures, limits: PhysicsLimits) -> tuple[Steady, Steady, bool]:
    """Hot water alone, all houses at their mean at the same moment: as it runs, and with water let past the houses."""
    together = tree._replace(together_share=np.ones(len(tree.above)))
    summer = given_flows(together, pipes, given, design_flow(together.house_kw, given))
    if not given.ground_c < limits.house_c < given.supply_c:
        return summer, summer, limits.house_c <= given.ground_c
    warm, kept = held_warm(together, pipes, given, least_c=limits.house_c)
    return summer, warm, kept


def _priced(instance: Instance, design: Design, level: Ints) -> Design:
    """The same tree with other pipes, at what they cost a year."""
    if (level == design.level).all():
        return design
    price = instance.level_eur_per_m[level] - instance.level_eur_per_m[design.level]
    more = instance.length_m[design.edge] * price
    objective, whole = design.objective_eur + float(more.sum()), design.whole_eur + float(more.sum())
    return replace(
        design, level=level, cost_eur=design.cost_eur + more, objective_eur=objective, whole_eur=whole,
        gap_share=gap_share(objective, design.bound_eur, whole),
    )  # fmt: skip
