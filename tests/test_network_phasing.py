"""The order in which a network is built: cases by hand, every order of small trees tried, and plans that cannot be."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koppelkans.errors import DataError
from koppelkans.heat.network import NetworkLimits, design_network
from koppelkans.heat.network.phasing import (
    Branches,
    Island,
    behind,
    branches,
    check_phases,
    greedy,
    missed_eur,
    phasing,
)
from network_oracle import instance, random_case

few = settings(max_examples=20, deadline=None)


def tree_of(parent, cost, gain, kw=None, heat=None):
    count, zero = len(parent), np.zeros(len(parent))
    return Branches(
        pd.Index([f"piece{place}" for place in range(count)]), np.array(parent), np.array(cost, dtype=float), np.array(gain, dtype=float),
        zero if kw is None else np.array(kw, dtype=float), zero if heat is None else np.array(heat, dtype=float), zero, ("",) * count,
    )  # fmt: skip


def random_tree(seed, pieces=6):
    random = np.random.default_rng(seed)
    parent = [-1, *(int(random.integers(-1, piece)) for piece in range(1, pieces))]
    tree = tree_of(parent, random.uniform(1, 10, pieces), random.uniform(-3, 10, pieces), random.uniform(5, 50, pieces))
    whole = behind(tree.parent, tree.gain_eur)
    # as in a design: no branch that would be better left out
    return tree_of(parent, tree.cost, tree.gain_eur + np.maximum(0, -whole), tree.kw)


def every_plan(tree, budgets):
    """All monotone plans that are fed and paid."""
    pieces, periods = len(tree.parent), len(budgets)
    for when in itertools.product(range(periods + 1), repeat=pieces):
        built = np.array([[start <= period for start in when] for period in range(periods)])
        fed = all(tree.parent[piece] < 0 or when[tree.parent[piece]] <= when[piece] for piece in range(pieces))
        if fed and (built @ tree.cost <= np.cumsum(budgets) + 1e-9).all():
            yield built


def test_the_branch_that_brings_most_a_euro_comes_first():
    # trunk 10, then a branch of 10 that brings 8 a year and one of 10 that brings 5; 20 in the first period
    tree = tree_of([-1, 0, 0], [10, 10, 10], [-1, 8, 5])
    found = phasing(tree, np.array([20.0, 10.0]), np.array([5.0, 5.0]))
    assert found.period.tolist() == [0, 0, 1]
    assert found.missed_eur == pytest.approx(5 * 5)
    assert found.gap_share == pytest.approx(0, abs=1e-6)


def test_a_budget_that_is_not_spent_goes_to_the_next_period():
    tree = tree_of([-1], [10], [3])
    found = phasing(tree, np.array([6.0, 4.0]), np.array([1.0, 2.0]))
    assert found.period.tolist() == [1]
    assert found.missed_eur == pytest.approx(3)


def test_a_cheap_island_does_not_wait_for_the_trunk():
    # the trunk is only paid in period 2; an island at the branch costs 3 EUR/kW for 10 kW a year and 5 EUR to merge
    tree = tree_of([-1, 0], [100, 10], [-20, 40], kw=[0, 10])
    budgets, years = np.array([10.0, 100.0]), np.array([2.0, 2.0])
    alone = phasing(tree, budgets, years)
    found = phasing(tree, budgets, years, island=Island(3.0, 0.0, 5.0))
    assert alone.period.tolist() == [1, 1]
    assert alone.missed_eur == pytest.approx(2 * (40 - 20))
    assert found.period.tolist() == [1, 0]
    assert found.island.tolist() == [[False, True], [False, False]]
    assert found.missed_eur == pytest.approx(-2 * 20 + 2 * 30 + 5)


def test_nothing_to_build_is_a_plan():
    assert phasing(tree_of([], [], []), np.array([5.0]), np.array([1.0])).missed_eur == 0


@given(st.integers(0, 5_000))
@few
def test_no_plan_misses_less(seed):
    tree = random_tree(seed, pieces=4)
    budgets, years = np.random.default_rng(seed).uniform(0, 15, 3), np.array([2.0, 3.0, 10.0])
    found = phasing(tree, budgets, years)
    none = np.zeros_like(found.island)
    best = min(missed_eur(tree, built, none, years, None) for built in every_plan(tree, budgets))
    assert found.bound_eur <= best + 1e-6
    assert best - 1e-6 <= found.missed_eur <= best + 0.01 * abs(years.sum() * tree.gain_eur.sum()) + 1e-6
    check_phases(tree, found.built, found.island)
    assert (found.built @ tree.cost <= np.cumsum(budgets) + 1e-6).all()


@given(st.integers(0, 5_000))
@few
def test_waiting_never_costs_less_than_the_final_network_at_once(seed):
    tree = random_tree(seed)
    budgets, years = np.random.default_rng(seed).uniform(0, 20, 3), np.array([2.0, 3.0, 10.0])
    assert phasing(tree, budgets, years).missed_eur >= -1e-6
    whole = phasing(tree, np.array([tree.cost.sum()]), np.array([years.sum()]))
    assert whole.missed_eur == pytest.approx(0, abs=1e-6)
    none = np.zeros((3, len(tree.parent)), dtype=bool)
    assert missed_eur(tree, greedy(tree, budgets), none, years, None) >= -1e-6


@given(st.integers(0, 5_000))
@few
def test_more_money_never_costs_more(seed):
    tree = random_tree(seed, pieces=5)
    budgets, years = np.random.default_rng(seed).uniform(0, 15, 2), np.array([2.0, 3.0])
    less, more = phasing(tree, budgets, years), phasing(tree, budgets + 2.0, years)
    assert more.bound_eur <= less.missed_eur + 1e-6


@given(st.integers(0, 5_000))
@few
def test_a_design_falls_into_pieces_that_add_up(seed):
    case = random_case(seed, nodes=9, edges=12, customers=8)
    design = design_network(case, NetworkLimits())
    section = [f"street{edge % 4}" for edge in design.edge]
    heat = case.customer_kw * 2.0
    tree = branches(case, design, section, case.length_m[design.edge], heat)
    assert tree.cost.sum() == pytest.approx(case.length_m[design.edge].sum())
    away = design.connected & (case.customer_node != case.root)
    beside = design.connected & (case.customer_node == case.root)
    assert tree.gain_eur.sum() == pytest.approx(-design.objective_eur - case.customer_value_eur[beside].sum())
    assert tree.heat_mwh.sum() == pytest.approx(heat[away].sum())
    assert (tree.parent < np.arange(len(tree.parent))).all()
    # no branch of a design is better left out, so waiting for it never gains
    assert (behind(tree.parent, tree.gain_eur) >= -1e-6).all()


def test_a_plan_that_takes_a_pipe_out_is_refused_with_its_name():
    tree = tree_of([-1, 0], [1, 1], [1, 1])
    with pytest.raises(DataError, match="keep the pipe in every later period") as told:
        check_phases(tree, np.array([[True, True], [True, False]]))
    assert "piece1 lies after period 1 and is taken out in period 2" in str(told.value)


def test_a_plan_without_a_live_way_is_refused_unless_an_island_feeds_it():
    tree = tree_of([-1, 0], [1, 1], [1, 1])
    built = np.array([[False, True], [True, True]])
    with pytest.raises(DataError, match="without a way to a source"):
        check_phases(tree, built)
    check_phases(tree, built, np.array([[False, True], [False, False]]))


def test_budgets_and_years_must_fit():
    with pytest.raises(DataError, match="2 budgets and 1 lengths"):
        phasing(tree_of([-1], [1], [1]), np.array([1.0, 2.0]), np.array([1.0]))


def test_services_belong_to_the_street_that_they_leave():
    case = instance([(0, 1, 10, 0), (1, 2, 5, 0), (1, 3, 10, 0), (3, 4, 5, 0)], [(2, 10, 3000), (4, 10, 3000)])
    design = design_network(case, NetworkLimits())
    named = {0: "a", 1: "a", 2: "b", 3: "b"}
    tree = branches(case, design, [named[edge] for edge in design.edge.tolist()], np.ones(4), np.ones(2))
    assert tree.parent.tolist() == [-1, 0]
    assert tree.cost.tolist() == [2, 2]
