"""Water, pressure and heat in a network of pipes that is a tree, supply and return side by side, in steady state.

Pipes are numbered from the source outwards, so that one pass down and one pass up see every pipe once. Nothing here knows prices or
limits: those stand in ``physics_check``. Method: docs/method.md#network-physics.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

from koppelkans.heat.network.compiled import compiled, inlined
from koppelkans.heat.network.instance import Floats, Ints
from koppelkans.parameters import reference_table

# flow below this counts as standing water [kg/s]
STILL_KG_PER_S = 1e-9
# a house that is hardly warmer than its own return would ask for water without end
LEAST_DIFFERENCE_K = 1.0
W_PER_KW = 1_000.0
LAMINAR, TURBULENT = 2_300.0, 4_000.0
COLEBROOK_ROUNDS = 4
# supply and return of a pipe warm each other a little: a few per cent of the loss, so that a few rounds settle it
TWIN_ROUNDS = 4
FLOW_ROUNDS = 200
FLOW_SHARE = 1e-6
HOLD_ROUNDS = 200
HOLD_POWER = 0.7
HELD_SHARE = 1e-3
HELD_K = 0.1


class PipeTree(NamedTuple):
    """Pipes from the source outwards, and who asks heat at their far ends.

    ``above``: number of the pipe upstream, always a lower one; -1 at the source. ``length_m`` of trench. ``house_kw``: heat asked at
    the far end, 0 where nobody stands. ``together_share``: what the houses behind a pipe ask at the same moment, over the sum of what
    each asks at most; 1 everywhere for a moment that really exists, less where every pipe is looked at in its own worst moment.
    """

    above: Ints
    length_m: Floats
    house_kw: Floats
    together_share: Floats


class Pipes(NamedTuple):
    """What lies in the trench, per pipe: inner diameter, heat transfer to the ground and between both pipes, roughness."""

    inner_m: Floats
    ground_w_per_mk: Floats
    twin_w_per_mk: Floats
    roughness_m: float


class Temperatures(NamedTuple):
    """Supply as it leaves the source, return as it leaves a house, and the ground."""

    supply_c: float
    return_c: float
    ground_c: float


class Streams(NamedTuple):
    """Per pipe: water through the houses at its far end and how it comes back, water in the pipe, temperatures and loss.

    ``supply_c`` and ``back_c`` stand at the far end, ``near_back_c`` is the return as it leaves the pipe towards the source.
    """

    own_kg_per_s: Floats
    own_back_c: Floats
    flow_kg_per_s: Floats
    supply_c: Floats
    back_c: Floats
    near_back_c: Floats
    loss_w: Floats


class Friction(NamedTuple):
    """Per pipe: velocity and gradient, the larger of supply and return; friction of each over the pipe; of both from the source to its far end."""

    velocity_m_per_s: Floats
    gradient_pa_per_m: Floats
    supply_pa: Floats
    return_pa: Floats
    path_pa: Floats


@dataclass(frozen=True, slots=True)
class Steady:
    """The state of a network: what flows, what rubs, the water at the source and the return as it gets there."""

    streams: Streams
    friction: Friction
    source_kg_per_s: float
    source_back_c: float


@cache
def water_table() -> Floats:
    """Density, viscosity and specific heat of water, a row per whole degree from 0 (IAPWS); the row of 0 °C repeats that of 1 °C."""
    table = reference_table("water_properties")
    columns = ["density_kg_per_m3", "viscosity_pa_s", "heat_capacity_j_per_kgk"]
    values = table[columns].to_numpy(np.float64)
    return np.ascontiguousarray(np.vstack([values[:1], values]))


# ---------------------------------------------------------------------------------------------------------------------- kernels


@inlined
def water(table: Floats, warm_c: float, column: int) -> float:
    """A property at a temperature, between the rows of the table; beyond its ends the last row."""
    place = min(max(warm_c, 0.0), len(table) - 1.001)
    row = int(place)
    share = place - row
    found: float = table[row, column] * (1.0 - share) + table[row + 1, column] * share
    return found


@inlined
def friction_factor(reynolds: float, rough: float) -> float:
    """Darcy friction factor after Colebrook and White, ``rough`` the roughness over the diameter:

    1 / sqrt(f) = -2 log10(rough / 3.71 + 2.51 / (Re sqrt(f))), a fixed point that begins at Haaland's answer; 64 / Re for laminar flow;
    a straight line between both from Re 2,300 to 4,000.
    """
    if reynolds <= LAMINAR:
        return 64.0 / max(reynolds, 1e-9)
    fast = max(reynolds, TURBULENT)
    root: float = -1.8 * np.log10((rough / 3.7) ** 1.11 + 6.9 / fast)
    for _ in range(COLEBROOK_ROUNDS):
        root = -2.0 * np.log10(rough / 3.71 + 2.51 * root / fast)
    turbulent = 1.0 / (root * root)
    if reynolds >= TURBULENT:
        return turbulent
    share = (reynolds - LAMINAR) / (TURBULENT - LAMINAR)
    return 64.0 / LAMINAR * (1.0 - share) + turbulent * share


@compiled
def carried(above: Ints, together: Floats, own: Floats, flow: Floats) -> float:
    """Fills ``flow`` [kg/s]: the share of the water of all houses behind each pipe that runs at the same moment. Result: at the source."""
    flow[:] = own
    source = 0.0
    for pipe in range(len(above) - 1, -1, -1):
        total = flow[pipe]
        flow[pipe] = together[pipe] * total
        if above[pipe] >= 0:
            flow[above[pipe]] += total
        else:
            source += flow[pipe]
    return source


@compiled
def cooled(tree: PipeTree, pipes: Pipes, given: Temperatures, table: Floats, now: Streams) -> float:
    """Fills temperatures and losses of ``now`` from its flows. Result: the return at the source.

    Along a pipe  T(x) = Ta + (T0 - Ta) exp(-U1 x / (m c)),  Ta = Tg + U2 / U1 (T other - Tg): the other pipe warms the ground that
    this one sees; for the supply the return of the round before. Where flows of different moments meet, they are mixed in proportion.
    """
    above, flow, supply, back, near_back = tree.above, now.flow_kg_per_s, now.supply_c, now.back_c, now.near_back_c
    count, ground = len(above), given.ground_c
    for pipe in range(count):
        begin = given.supply_c if above[pipe] < 0 else supply[above[pipe]]
        twin = pipes.twin_w_per_mk[pipe] / pipes.ground_w_per_mk[pipe]
        around = ground + twin * (0.5 * (back[pipe] + near_back[pipe]) - ground)
        supply[pipe] = around
        if flow[pipe] > STILL_KG_PER_S:
            stream = flow[pipe] * water(table, begin, 2)
            supply[pipe] += (begin - around) * np.exp(-pipes.ground_w_per_mk[pipe] * tree.length_m[pipe] / stream)
    at_source, into = 0.0, 0.0
    back[:] = now.own_kg_per_s * now.own_back_c
    weight = now.own_kg_per_s.copy()
    for pipe in range(count - 1, -1, -1):
        begin = given.supply_c if above[pipe] < 0 else supply[above[pipe]]
        twin = pipes.twin_w_per_mk[pipe] / pipes.ground_w_per_mk[pipe]
        around = ground + twin * (0.5 * (begin + supply[pipe]) - ground)
        if flow[pipe] <= STILL_KG_PER_S or weight[pipe] <= 0.0:
            back[pipe] = near_back[pipe] = around
            now.loss_w[pipe] = 0.0
            continue
        back[pipe] /= weight[pipe]
        stream = flow[pipe] * water(table, back[pipe], 2)
        near_back[pipe] = around + (back[pipe] - around) * np.exp(
            -pipes.ground_w_per_mk[pipe] * tree.length_m[pipe] / stream
        )
        now.loss_w[pipe] = flow[pipe] * water(table, 0.5 * (begin + supply[pipe]), 2) * (begin - supply[pipe])
        now.loss_w[pipe] += stream * (back[pipe] - near_back[pipe])
        if above[pipe] >= 0:
            back[above[pipe]] += flow[pipe] * near_back[pipe]
            weight[above[pipe]] += flow[pipe]
        else:
            at_source += flow[pipe] * near_back[pipe]
            into += flow[pipe]
    return at_source / into if into > 0.0 else ground


@compiled
def rubbed(tree: PipeTree, pipes: Pipes, start_c: float, table: Floats, now: Streams, found: Friction) -> None:
    """Fills ``found`` after Darcy and Weisbach: dp = f L / D rho v^2 / 2, water at the mean temperature of each pipe."""
    above, flow = tree.above, now.flow_kg_per_s
    for pipe in range(len(above)):
        begin = start_c if above[pipe] < 0 else now.supply_c[above[pipe]]
        inner = pipes.inner_m[pipe]
        area = 0.25 * np.pi * inner * inner
        found.velocity_m_per_s[pipe] = found.gradient_pa_per_m[pipe] = 0.0
        for side in range(2):
            ends = begin + now.supply_c[pipe] if side == 0 else now.back_c[pipe] + now.near_back_c[pipe]
            density, viscosity = water(table, 0.5 * ends, 0), water(table, 0.5 * ends, 1)
            speed = flow[pipe] / (density * area)
            per_m = 0.0
            if flow[pipe] > STILL_KG_PER_S:
                factor = friction_factor(density * speed * inner / viscosity, pipes.roughness_m / inner)
                per_m = factor * density * speed * speed / (2.0 * inner)
            found.velocity_m_per_s[pipe] = max(found.velocity_m_per_s[pipe], speed)
            found.gradient_pa_per_m[pipe] = max(found.gradient_pa_per_m[pipe], per_m)
            if side == 0:
                found.supply_pa[pipe] = per_m * tree.length_m[pipe]
            else:
                found.return_pa[pipe] = per_m * tree.length_m[pipe]
        before = found.path_pa[above[pipe]] if above[pipe] >= 0 else 0.0
        found.path_pa[pipe] = before + found.supply_pa[pipe] + found.return_pa[pipe]


@compiled
def asked(house_kw: Floats, supply_c: Floats, return_c: float, table: Floats, own: Floats) -> float:
    """Fills the water that each house takes [kg/s]: its heat over specific heat and (supply there - return). Result: largest change, a share."""
    largest = 0.0
    for pipe in range(len(house_kw)):
        before, own[pipe] = own[pipe], 0.0
        if house_kw[pipe] > 0.0:
            difference = max(supply_c[pipe] - return_c, LEAST_DIFFERENCE_K)
            heat = water(table, 0.5 * (supply_c[pipe] + return_c), 2)
            own[pipe] = house_kw[pipe] * W_PER_KW / (heat * difference)
            largest = max(largest, abs(before / own[pipe] - 1.0))
    return largest


@compiled
def held(house_kw: Floats, given: Temperatures, least_c: float, needed: Floats, now: Streams) -> float:
    """One step towards the water that keeps every house at the least temperature, never less than ``needed``.

    Along a way with n = sum U L / (m c) a house is at Tg + (Ts - Tg) exp(-n): so many times as much water as n is above its goal. Water
    beyond ``needed`` runs past the house and goes back as warm as it came. Result: the largest change, as a share.
    """
    whole = given.supply_c - given.ground_c
    goal = np.log(whole / (least_c - given.ground_c))
    largest = 0.0
    own, supply = now.own_kg_per_s, now.supply_c
    for pipe in range(len(house_kw)):
        if house_kw[pipe] <= 0.0:
            continue
        way = np.log(whole / max(supply[pipe] - given.ground_c, 1e-3 * whole))
        times = min(max((way / goal) ** HOLD_POWER, 0.5), 2.0)
        wish = max(own[pipe] * times, needed[pipe])
        largest = max(largest, abs(wish / own[pipe] - 1.0))
        own[pipe] = wish
        used = needed[pipe] * min(given.return_c, supply[pipe])
        now.own_back_c[pipe] = (used + (wish - needed[pipe]) * supply[pipe]) / wish
    return largest


@compiled
def widened(above: Ints, level: Ints) -> None:
    """Raises pipes so that none is narrower than one behind it."""
    for pipe in range(len(above) - 1, -1, -1):
        if above[pipe] >= 0 and level[above[pipe]] < level[pipe]:
            level[above[pipe]] = level[pipe]


# ------------------------------------------------------------------------------------------------------------------------ states


def steady_state(tree: PipeTree, pipes: Pipes, given: Temperatures) -> Steady:
    """The network when every house takes the water that its heat asks at the temperature that reaches it.

    m = P / (c (T house - T return)): a house far away gets cooler water and takes more of it, which is repeated until it settles.
    Method: docs/method.md#network-physics.
    """
    now = _streams(tree, given)
    for _ in range(FLOW_ROUNDS):
        change = asked(tree.house_kw, now.supply_c, given.return_c, water_table(), now.own_kg_per_s)
        ends = _settled(tree, pipes, given, now)
        if change < FLOW_SHARE:
            break
    return _state(tree, pipes, given, now, ends)


def given_flows(tree: PipeTree, pipes: Pipes, given: Temperatures, house_kg_per_s: Floats) -> Steady:
    """The network when the water through each house is given; it leaves the house at the return, or as it came where that is colder."""
    now = _streams(tree, given)
    now.own_kg_per_s[:] = house_kg_per_s
    for _ in range(TWIN_ROUNDS):
        ends = _settled(tree, pipes, given, now)
        now.own_back_c[:] = np.minimum(given.return_c, now.supply_c)
    return _state(tree, pipes, given, now, ends)


def held_warm(tree: PipeTree, pipes: Pipes, given: Temperatures, *, least_c: float) -> tuple[Steady, bool]:
    """The network when a valve at each house lets water past until it is at least ``least_c`` there; whether that is reached.

    ``least_c`` lies between ground and supply. Of the many ways to share the water the one is found in which no valve is opened where it
    is warm enough. Method: docs/method.md#network-physics.
    """
    needed = design_flow(tree.house_kw, given)
    now = _streams(tree, given)
    now.own_kg_per_s[:] = needed
    for _ in range(HOLD_ROUNDS):
        _settled(tree, pipes, given, now)
        if held(tree.house_kw, given, least_c, needed, now) < HELD_SHARE:
            break
    ends = _settled(tree, pipes, given, now)
    coldest_c = now.supply_c[tree.house_kw > 0].min(initial=np.inf)
    return _state(tree, pipes, given, now, ends), bool(coldest_c >= least_c - HELD_K)


def design_flow(house_kw: Floats, given: Temperatures) -> Floats:
    """Water that carries a power between supply and return as they are at the source [kg/s]."""
    flow = np.zeros(len(house_kw))
    asked(house_kw, np.full(len(house_kw), given.supply_c), given.return_c, water_table(), flow)
    return flow


def _streams(tree: PipeTree, given: Temperatures) -> Streams:
    """A network that stands still and is warm."""
    count = len(tree.above)
    warm, back, near_back, own_back = (np.full(count, start) for start in (given.supply_c, *[given.return_c] * 3))
    own, flow, loss = np.zeros((3, count))
    return Streams(own, own_back, flow, warm, back, near_back, loss)


def _settled(tree: PipeTree, pipes: Pipes, given: Temperatures, now: Streams) -> tuple[float, float]:
    """Water and return at the source, once flows and temperatures follow from the water through the houses."""
    source = carried(tree.above, tree.together_share, now.own_kg_per_s, now.flow_kg_per_s)
    return source, cooled(tree, pipes, given, water_table(), now)


def _state(tree: PipeTree, pipes: Pipes, given: Temperatures, now: Streams, ends: tuple[float, float]) -> Steady:
    found = Friction(*np.zeros((5, len(tree.above))))
    rubbed(tree, pipes, given.supply_c, water_table(), now, found)
    return Steady(now, found, *ends)
