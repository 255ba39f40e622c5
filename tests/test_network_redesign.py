"""The design again from the one that stands: never dearer than keeping it, a bound of its own, the same question of streets and customers."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koppelkans.errors import DataError
from koppelkans.heat.network import NetworkLimits, design_network
from koppelkans.heat.network.redesign import redesigned
from network_oracle import instance, optimum, random_case, tree_cost

LIMITS = NetworkLimits(search_rounds=1)
few = settings(max_examples=20, deadline=None)


def moved(case, random):
    """Other prices and values; sometimes a street shut and a customer that must connect or never may."""
    cost, worth = random.uniform(0.5, 2.0, 2)
    allowed = case.allowed.copy()
    if random.random() < 0.3:
        allowed[-1] = False
    return replace(
        case, extra_eur=case.extra_eur * cost, level_eur_per_m=case.level_eur_per_m * cost, customer_value_eur=case.customer_value_eur * worth,
        allowed=allowed, never=np.arange(len(case.must)) == (1 if random.random() < 0.3 else -1),
    )  # fmt: skip


@given(st.integers(0, 5_000))
@few
def test_it_is_a_design_of_the_new_question_with_a_valid_bound(seed):
    case = random_case(seed, nodes=5, edges=7, customers=4)
    other = moved(case, np.random.default_rng(seed))
    before = design_network(case, LIMITS)
    found, best = redesigned(before, other, LIMITS), optimum(other)
    assert found.bound_eur <= best + 1e-6 <= found.objective_eur + 2e-6
    again = tree_cost(other, found.edge.tolist(), np.flatnonzero(found.connected).tolist())
    assert found.objective_eur == pytest.approx(again)
    assert found.objective_eur <= best + 0.05 * abs(found.whole_eur)


@given(st.integers(0, 5_000))
@few
def test_it_is_never_dearer_than_keeping_what_stands(seed):
    case = random_case(seed, nodes=20, edges=30, customers=15)
    random = np.random.default_rng(seed)
    cost, worth = random.uniform(0.5, 2.0, 2)
    other = replace(
        case,
        extra_eur=case.extra_eur * cost,
        level_eur_per_m=case.level_eur_per_m * cost,
        customer_value_eur=case.customer_value_eur * worth,
    )
    before = design_network(case, LIMITS)
    kept = cost * before.cost_eur.sum() - worth * case.customer_value_eur[before.connected].sum()
    assert redesigned(before, other, LIMITS).objective_eur <= kept + 1e-6


def test_the_same_question_and_the_same_answer_twice():
    case = random_case(11, nodes=40, edges=60, customers=30)
    before = design_network(case, NetworkLimits())
    one, other = redesigned(before, case, LIMITS), redesigned(before, case, LIMITS)
    assert one.objective_eur <= before.objective_eur + 1e-6
    assert np.array_equal(one.edge, other.edge)
    assert one.bound_eur == pytest.approx(before.bound_eur)


def test_from_an_empty_design_and_back_to_one():
    case = instance([(0, 1, 10, 0)], [(1, 10, 50)])
    empty = design_network(case, LIMITS)
    dear = redesigned(empty, replace(case, customer_value_eur=np.array([5_000.0])), LIMITS)
    assert list(dear.connected) == [True]
    assert not redesigned(dear, case, LIMITS).connected.any()


def test_other_streets_are_refused():
    case = instance([(0, 1, 10, 0)], [(1, 10, 500)])
    more = instance([(0, 1, 10, 0), (1, 2, 10, 0)], [(1, 10, 500)])
    with pytest.raises(DataError, match="the design has 1 streets and 1 customers, the instance 2 and 1"):
        redesigned(design_network(case, LIMITS), more, LIMITS)
