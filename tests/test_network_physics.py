"""Water, pressure and heat in a tree of pipes: cases by hand, what always holds, and pipes that are made wider."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.strategies import floats, integers, lists

from koppelkans.heat.network import physics, physics_check
from koppelkans.heat.network.certificate import certificate
from koppelkans.heat.network.instance import Instance
from koppelkans.heat.network.physics import Pipes, PipeTree, Temperatures
from koppelkans.heat.network.read import measured
from koppelkans.heat.pipes import network_regime, pipe_levels, pipe_table
from koppelkans.parameters import read_parameters
from koppelkans.tables import NETWORK_SOLUTIONS
from koppelkans.verify import verified

DAY, FIGURES = date(2026, 11, 1), read_parameters()
REGIME = network_regime("network_middle", parameters=FIGURES, day=DAY)
LEVELS = pipe_levels(REGIME, heat_eur_per_kwh=0.03, rate_share=0.03, parameters=FIGURES, day=DAY, table=pipe_table())
TABLE = physics_check.level_pipes(pipe_table(), LEVELS.diameter_mm, LEVELS.water.roughness_m)
LIMITS = physics_check.physics_limits("network_middle", parameters=FIGURES, day=DAY)
GIVEN = Temperatures(70.0, 40.0, 10.0)


def tree_of(above, length_m, house_kw, together=1.0):
    return PipeTree(
        np.array(above, dtype=np.int64), np.array(length_m, dtype=float), np.array(house_kw, dtype=float),
        np.full(len(above), together),
    )  # fmt: skip


def pipes_of(inner_m, ground=0.25, twin=0.0):
    inner = np.array(inner_m, dtype=float)
    return Pipes(inner, np.full(len(inner), ground), np.full(len(inner), twin), 5e-5)


def street(count, *, metres=40.0, kw=12.0):
    """A main of ``count`` pieces with a house of 10 m at the end of each."""
    above, length, house = [], [], []
    main = -1
    for _ in range(count):
        above += [main, len(above)]
        main = len(above) - 2
        length += [metres, 10.0]
        house += [0.0, kw]
    return tree_of(above, length, house)


# ------------------------------------------------------------------------------------------------------------------------- cases


def test_friction_as_in_the_diagram_of_moody():
    """f = 0.0222 at Re 100,000 and roughness 0.001; 0.0320 (64 / 2,000) in laminar flow; 0.0309 for a smooth pipe at Re 10,000."""
    assert physics.friction_factor(1e5, 1e-3) == pytest.approx(0.0222, rel=5e-3)
    assert physics.friction_factor(2_000.0, 1e-3) == pytest.approx(0.032)
    assert physics.friction_factor(1e4, 0.0) == pytest.approx(0.0309, rel=5e-3)


def test_colebrook_holds_at_the_answer():
    for reynolds, rough in ((5e3, 2e-3), (5e4, 5e-4), (1e6, 1e-4)):
        factor = physics.friction_factor(reynolds, rough)
        assert factor**-0.5 == pytest.approx(-2 * np.log10(rough / 3.71 + 2.51 / (reynolds * factor**0.5)), rel=1e-5)


def test_water_between_and_beyond_the_rows_of_the_table():
    table = physics.water_table()
    assert physics.water(table, 55.0, 0) == pytest.approx(985.9, abs=0.1)
    assert physics.water(table, 55.5, 1) == pytest.approx((table[55, 1] + table[56, 1]) / 2)
    assert physics.water(table, 150.0, 2) == pytest.approx(table[110, 2], rel=1e-3)
    assert physics.water(table, -5.0, 0) == table[1, 0]


def test_one_pipe_by_hand():
    """1 kg/s through 200 m of 0.054 m at 0.25 W/mK: c 4,187, so exp(-50 / 4187) = 0.98813; 70 becomes 10 + 60 x 0.98813 = 69.288.

    v = 1 / (978 x 0.00229) = 0.4465 m/s, Re 58,400, f 0.0231: 41.7 Pa/m in the supply; the return is thicker and rubs more.
    """
    found = physics.given_flows(tree_of([-1], [200.0], [100.0]), pipes_of([0.054]), GIVEN, np.array([1.0]))
    assert found.streams.supply_c[0] == pytest.approx(69.288, abs=0.002)
    assert found.source_back_c == pytest.approx(10 + 30 * np.exp(-50 / 4177), abs=0.002)
    assert found.friction.supply_pa[0] / 200 == pytest.approx(41.7, rel=0.01)
    assert found.friction.return_pa[0] > found.friction.supply_pa[0]
    assert found.friction.path_pa[0] == pytest.approx(found.friction.supply_pa[0] + found.friction.return_pa[0])
    assert found.source_kg_per_s == 1.0


def test_a_house_takes_the_water_that_its_heat_asks():
    """12 kW at the far end: m c (T - 40) = 12,000 W at the temperature that arrives."""
    found = physics.steady_state(tree_of([-1], [400.0], [12.0]), pipes_of([0.0217], 0.14), GIVEN)
    arrives = found.streams.supply_c[0]
    assert arrives < 66
    assert found.streams.own_kg_per_s[0] * 4_180 * (arrives - 40) == pytest.approx(12_000, rel=2e-3)


def test_the_return_warms_the_supply():
    """With U2 a tenth of U1 the ground that the supply sees is a tenth of (return - ground) warmer: 13 instead of 10."""
    alone, twin = (
        physics.given_flows(tree_of([-1], [100.0], [1.0]), pipes_of([0.03], 0.2, part), GIVEN, np.array([0.2]))
        for part in (0.0, 0.02)
    )
    lost = (70 - alone.streams.supply_c[0]) / (70 - twin.streams.supply_c[0])
    assert lost == pytest.approx(60 / 57, rel=0.01)
    # both together lose 2 (U1 - U2) x (mean - ground), as the design has it
    assert twin.streams.loss_w[0] == pytest.approx(2 * (0.2 - 0.02) * 45 * 100, rel=0.03)


def test_a_pipe_without_water_is_as_cold_as_the_ground():
    found = physics.given_flows(tree_of([-1, 0], [50.0, 50.0], [0.0, 0.0]), pipes_of([0.03, 0.03]), GIVEN, np.zeros(2))
    assert found.streams.supply_c == pytest.approx([10.0, 10.0])
    assert found.friction.path_pa == pytest.approx([0.0, 0.0])
    assert found.source_kg_per_s == 0.0


def test_coincidence_lowers_the_water_in_the_main_and_not_at_the_house():
    tree = street(2)
    half = tree._replace(together_share=np.array([0.5, 1.0, 1.0, 1.0]))
    whole, part = (physics.steady_state(one, pipes_of([0.05] * 4), GIVEN) for one in (tree, half))
    assert part.streams.flow_kg_per_s[0] == pytest.approx(0.5 * whole.streams.flow_kg_per_s[0], rel=0.05)
    # half the water in the main is colder at its end, so the house takes a little more of it
    assert 1 < part.streams.flow_kg_per_s[1] / whole.streams.flow_kg_per_s[1] < 1.05


# -------------------------------------------------------------------------------------------------------------------- properties


@given(kw=lists(floats(0.5, 40), min_size=2, max_size=12), metres=floats(5, 120), inner=floats(0.02, 0.1))
@settings(max_examples=25, deadline=None)
def test_heat_is_conserved(kw, metres, inner):
    tree = street(len(kw), metres=metres)
    tree = tree._replace(house_kw=np.where(tree.house_kw > 0, np.repeat(kw, 2), 0.0))
    found = physics.steady_state(tree, pipes_of([inner] * len(tree.above), 0.2, 0.008), GIVEN)
    enthalpy = 4_185 * found.source_kg_per_s * (70 - found.source_back_c)
    assert enthalpy == pytest.approx(1e3 * sum(kw) + found.streams.loss_w.sum(), rel=5e-3)
    ends = [place for place in range(len(tree.above)) if tree.above[place] >= 0]
    assert (found.streams.supply_c[ends] <= found.streams.supply_c[tree.above[ends]] + 1e-9).all()
    assert (found.friction.path_pa[ends] > found.friction.path_pa[tree.above[ends]]).all()


@given(count=integers(1, 12), wider=floats(1.05, 2.0), metres=floats(10, 80))
@settings(max_examples=20, deadline=None)
def test_a_wider_pipe_rubs_less_and_longer_streets_are_colder(count, wider, metres):
    tree = street(count, metres=metres)
    far = tree._replace(length_m=2 * tree.length_m)
    narrow, wide = (physics.steady_state(tree, pipes_of([size] * 2 * count), GIVEN) for size in (0.04, 0.04 * wider))
    assert wide.friction.path_pa.max() < narrow.friction.path_pa.max()
    assert wide.friction.velocity_m_per_s.max() < narrow.friction.velocity_m_per_s.max()
    cold = physics.steady_state(far, pipes_of([0.04] * 2 * count), GIVEN)
    assert cold.streams.supply_c.min() < narrow.streams.supply_c.min()


@given(count=integers(2, 15), kw=floats(0.05, 1.0), least=floats(45, 68))
@settings(max_examples=20, deadline=None)
def test_water_let_past_keeps_every_house_warm_and_no_valve_opens_in_vain(count, kw, least):
    tree = street(count, kw=kw)
    pipes = pipes_of([0.03] * 2 * count, 0.2, 0.006)
    cold = physics.given_flows(tree, pipes, GIVEN, physics.design_flow(tree.house_kw, GIVEN))
    warm, kept = physics.held_warm(tree, pipes, GIVEN, least_c=least)
    house = tree.house_kw > 0
    assert kept
    assert warm.streams.supply_c[house].min() >= least - physics.HELD_K
    assert warm.source_kg_per_s >= cold.source_kg_per_s * (1 - 1e-9)
    past = warm.streams.own_kg_per_s > physics.design_flow(tree.house_kw, GIVEN) * 1.01
    assert (warm.streams.supply_c[house & past] <= least + 3 * physics.HELD_K).all()
    if past.any():
        assert warm.source_back_c > cold.source_back_c


# ------------------------------------------------------------------------------------------------------------- limits and widening


def chain(kw, metres=100.0, source_kw=np.inf):
    """A street of one main per house, each house a customer at the end of a service of 10 m."""
    count = len(kw)
    mains = [(k, k + 1) for k in range(count)]
    services = [(k + 1, count + 1 + k) for k in range(count)]
    tail, head = np.array(mains + services, dtype=np.int64).T
    return Instance(
        node_count=2 * count + 1, root=0, tail=tail.copy(), head=head.copy(), length_m=np.array([metres] * count + [10.0] * count),
        extra_eur=np.zeros(2 * count), allowed=np.ones(2 * count, dtype=bool), level_cap_kw=LEVELS.capacity_kw,
        level_eur_per_m=LEVELS.yearly_eur_per_m, slope_eur_per_m_kw=0.0, coincidence=(0.62, 0.38),
        customer_node=np.arange(count + 1, 2 * count + 1, dtype=np.int64), customer_kw=np.array(kw, dtype=float),
        customer_value_eur=np.full(count, 5_000.0), must=np.ones(count, dtype=bool), never=np.zeros(count, dtype=bool),
        source_kw=source_kw,
    )  # fmt: skip


def everybody(instance):
    every = np.arange(len(instance.tail), dtype=np.int64)
    joined = np.ones(len(instance.customer_kw), dtype=bool)
    return measured(instance, every, joined, (-1e9, np.zeros(len(every)), joined))


def looked_at(instance, design, **about):
    return physics_check.checked(
        instance, design, TABLE, REGIME, about.pop("limits", LIMITS), hot_water_kw=0.03 * instance.customer_kw, **about
    )


def test_a_pipe_at_its_capacity_fails_and_becomes_one_wider():
    """DN20 filled to 99.9 % of what it carries at 150 Pa/m and 55 °C: the return of 40 °C rubs more. DN25 holds."""
    instance = chain([0.999 * LEVELS.capacity_kw[0]], metres=50.0)
    design = everybody(instance)
    at_once, found = looked_at(instance, design, widen=False), looked_at(instance, design)
    assert at_once.narrow.all()
    assert not at_once.holds
    assert found.holds
    assert found.raised.tolist() == [1, 1]
    dearer = 60.0 * (LEVELS.yearly_eur_per_m[1] - LEVELS.yearly_eur_per_m[0])
    assert found.design.objective_eur - design.objective_eur == pytest.approx(dearer)
    assert found.design.cost_eur.sum() - design.cost_eur.sum() == pytest.approx(dearer)
    assert found.design.bound_eur == design.bound_eur
    assert found.design.whole_eur - design.whole_eur == pytest.approx(dearer)


def test_a_network_that_holds_stays_as_it_is():
    instance = chain([8.0] * 5, metres=30.0)
    design = everybody(instance)
    found = looked_at(instance, design)
    assert found.holds
    assert found.design is design
    assert not found.raised.any()


def test_head_and_pump_by_hand():
    """Head = friction there and back x 1.2 + 0.6 + 0.5 bar; pump = water x head / 60 %."""
    found = looked_at(chain([10.0] * 4), everybody(chain([10.0] * 4)))
    friction = found.peak.friction.path_pa[found.house].max() * 1.2 / 1e5
    assert found.head_bar == pytest.approx(friction + 1.1)
    assert found.pressure_bar == pytest.approx(3.0 + friction + 1.1)
    litres = found.peak.source_kg_per_s / 992.6  # kg per litre at about 40 °C
    assert found.pump_kw == pytest.approx(litres * found.head_bar * 1e5 / 0.6 / 1e3, rel=1e-3)
    # at the farthest house the delivery set has what it needs, nearer ones have more
    assert found.difference_bar[found.farthest] == pytest.approx(LIMITS.house_bar)
    assert found.difference_bar[found.house].min() == pytest.approx(LIMITS.house_bar)


def test_pressure_above_the_nominal_one_widens_the_way_to_the_farthest_house():
    instance = chain([30.0] * 10, metres=300.0)
    design = everybody(instance)
    tight = replace(LIMITS, nominal_bar=9.0)
    free, found = looked_at(instance, design), looked_at(instance, design, limits=tight)
    assert free.pressure_bar > 9.0
    assert found.pressure_bar <= 9.0
    assert found.holds
    assert (found.raised > 0).any()
    # no pipe is narrower than one behind it
    tree = physics_check.pipe_tree(instance, design, instance.customer_kw)
    level = found.design.level
    assert (level[tree.above[tree.above >= 0]] >= level[tree.above >= 0]).all()


def test_what_nothing_wider_can_repair_is_told():
    instance = chain([3e5, 3e5], metres=100.0)
    instance = replace(instance, level_cap_kw=np.append(LEVELS.capacity_kw[:-1], 1e7))
    found = looked_at(instance, everybody(instance))
    assert found.narrow[0]
    assert not found.holds
    assert found.design.level[0] == len(LEVELS.capacity_kw) - 1
    squeezed = replace(LIMITS, nominal_bar=4.0)
    small = looked_at(chain([10.0]), everybody(chain([10.0])), limits=squeezed)
    assert small.too_high
    assert not small.holds


def test_cold_houses_are_counted_and_not_repaired():
    """The first of three small houses at 800 m from each other is warm enough; the water of the last has cooled under 60 °C."""
    instance = chain([1.0] * 3, metres=800.0)
    found = looked_at(instance, everybody(instance))
    assert found.cold.tolist() == [False] * 5 + [True]
    assert not found.holds
    assert found.lowest_c < LIMITS.house_c
    assert found.summer_lowest_c < found.lowest_c


def test_summer_is_colder_and_water_let_past_helps():
    found = looked_at(chain([12.0] * 12, metres=40.0), everybody(chain([12.0] * 12, metres=40.0)))
    assert found.summer_lowest_c < LIMITS.house_c < found.lowest_c
    assert found.kept
    assert 0 < found.bypass_share < 0.3
    assert found.holds


def test_nobody_connected_needs_no_pump():
    instance = chain([10.0])
    none = np.zeros(0, dtype=np.int64)
    empty = measured(instance, none, np.zeros(1, dtype=bool), (-1e9, np.zeros(2), np.ones(1, dtype=bool)))
    found = looked_at(instance, empty)
    assert found.holds
    assert found.pump_kw == 0.0
    assert np.isnan(found.lowest_c)
    assert found.farthest == -1


def test_the_certificate_of_a_widened_design_holds():
    instance = chain([0.999 * LEVELS.capacity_kw[0], 9.0, 20.0], metres=50.0)
    from koppelkans.heat.network import NetworkLimits, design_network

    design = design_network(instance, NetworkLimits())
    found = looked_at(instance, design).design
    assert found.objective_eur > design.objective_eur
    names = {"pipes": [str(edge) for edge in found.edge], "customers": ["a", "b", "c"], "loss_kw": 0.1}
    told = certificate(instance, found, **names)
    verdict = verified(told)
    assert verdict.faults == []
    assert verdict.objective_eur == pytest.approx(found.objective_eur, abs=1e-3)
    # and the price of the narrow pipes with the wide ones in the tree is found out
    cheated = certificate(instance, replace(found, objective_eur=design.objective_eur), **names)
    assert any("cost less value" in fault for fault in verified(cheated).faults)


def test_every_regime_has_limits():
    for name in NETWORK_SOLUTIONS:
        limits = physics_check.physics_limits(name, parameters=FIGURES, day=DAY)
        regime = network_regime(name, parameters=FIGURES, day=DAY)
        assert limits.ground_c <= limits.house_c < regime.supply_c
        assert limits.return_bar < limits.nominal_bar
