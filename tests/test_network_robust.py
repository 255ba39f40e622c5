"""What becomes of a network with other inputs: draws that repeat, fewer customers never cheaper a MWh, repairs that cost no less."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koppelkans.errors import DataError
from koppelkans.heat.network import NetworkLimits, design_network
from koppelkans.heat.network.robust import Bands, spread, uptake, without_customer, without_source
from network_oracle import instance, random_case, with_sources

LIMITS = NetworkLimits()
few = settings(max_examples=8, deadline=None)
NARROW, WIDE = Bands(*[(1.0, 1.0)] * 4), Bands((0.6, 1.4), (0.7, 1.3), (0.9, 1.1), (0.75, 1.25))


@given(st.integers(0, 5_000))
@few
def test_inputs_without_a_band_change_nothing_and_draws_repeat(seed):
    case = random_case(seed, nodes=9, edges=12, customers=8)
    design = design_network(case, LIMITS)
    none = spread(case, design, NARROW, draws=2, seed=1)
    assert none.switched.tolist() == [0, 0] or none.objective_eur.min() < design.objective_eur - 1e-9
    one, other = (spread(case, design, WIDE, draws=4, seed=2) for _ in range(2))
    assert one.switch_share.tolist() == other.switch_share.tolist()
    assert (one.kept_eur >= one.objective_eur).all()
    assert ((one.switch_share >= 0) & (one.switch_share <= 1)).all()


def test_fewer_customers_pay_more_each():
    # a street of 10 m (300 EUR) and services of 5 m (150 EUR) for two homes of 10 MWh: 600 / 20; with one 450 / 10
    case = instance([(0, 1, 10, 0), (1, 2, 5, 0), (1, 3, 5, 0)], [(2, 10, 400), (3, 10, 400)])
    design = design_network(case, LIMITS)
    found = uptake(
        case, design, np.array([10.0, 10.0]), np.array([0, -1, -1]), shares=(0.5, 1.0), draws=3, seed=1
    )  # fmt: skip
    assert found.mean_eur_per_mwh == pytest.approx([45, 30])
    assert found.weak_share.tolist() == [[pytest.approx(1.0)], [0.0]]


@given(st.integers(0, 5_000))
@few
def test_everybody_costs_what_the_design_costs(seed):
    case = random_case(seed, nodes=9, edges=12, customers=8, slope=0.05)
    design = design_network(case, LIMITS)
    heat = case.customer_kw * 2
    if design.connected.any():
        found = uptake(case, design, heat, np.full(len(case.tail), -1), shares=(1.0,), draws=1, seed=1)
        assert found.mean_eur_per_mwh[0] * heat[design.connected].sum() == pytest.approx(design.cost_eur.sum())


@given(st.integers(0, 5_000))
@few
def test_a_lost_source_never_gains_and_is_never_dearer_than_a_boiler(seed):
    case = with_sources(random_case(seed, nodes=7, edges=9, customers=5), seed, scarce=2.0)
    design = design_network(case, LIMITS)
    arcs = range(len(case.tail) - 2, len(case.tail))
    for arc in arcs:
        found = without_source(case, design, arc, boiler_eur_per_kw=50.0)
        asked = dict(zip(design.edge.tolist(), design.design_kw.tolist(), strict=True)).get(arc, 0.0)
        assert found.more_eur_per_year <= 50.0 * asked + 1e-6
        # a repair cheaper than the design itself would show that the design was not the best
        assert found.more_eur_per_year >= -(design.objective_eur - design.bound_eur) - 1e-6


def test_a_source_without_a_stand_in_is_replaced_by_a_boiler():
    case = with_sources(random_case(1, nodes=7, edges=9, customers=5), 1, sources=2, scarce=2.0)
    forced = replace(case, must=np.ones(5, dtype=bool), customer_value_eur=np.full(5, 1e4))
    design = design_network(forced, LIMITS)
    last = len(case.tail) - 2
    alone = replace(forced, allowed=np.where(np.arange(len(case.tail)) == last + 1, False, forced.allowed))
    design = design_network(alone, LIMITS)
    found = without_source(alone, design, last, boiler_eur_per_kw=50.0)
    assert found.design is None
    assert found.more_eur_per_year == pytest.approx(50.0 * found.missing_kw)


def test_losing_a_customer_loses_its_value_and_saves_its_pumping():
    case = instance([(0, 1, 10, 0), (1, 2, 5, 0)], [(2, 10, 3000)], slope=0.5)
    design = design_network(case, LIMITS)
    assert without_customer(case, design, 0) == pytest.approx(3000 - 0.5 * 15 * 10)


def test_too_many_customers_are_refused():
    case = instance([(0, 1, 10, 0)], [(1, 1, 50)] * 601)
    with pytest.raises(DataError, match="601 customers; draws of a network are made up to 600"):
        spread(case, design_network(case, LIMITS), NARROW, draws=1, seed=1)
