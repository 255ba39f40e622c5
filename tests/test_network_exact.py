"""Straight pipe cost, proven by reduced costs and a solver: against every tree of small networks, and what must hold whatever the start."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koppelkans.errors import DataError
from koppelkans.heat.network import NetworkLimits, design_network, exact, flow_model
from koppelkans.heat.network.blocks import behind, block_numbers, broken_cut
from koppelkans.heat.network.certificate import certificate
from koppelkans.heat.network.exact import proven_design
from koppelkans.heat.network.instance import PipeClass
from koppelkans.heat.network.narrowing import narrowed
from koppelkans.heat.network.prepare import prepare
from koppelkans.verify.check import verified
from network_oracle import instance, optimum, random_case, relabelled, tree_cost, with_sources

LIMITS = NetworkLimits(search_rounds=0)
SECONDS = 20.0
ONE_PIPE = ((1e6,), (12.0,))
SETTINGS = [
    {"slope": 0.05},
    {"slope": 0.3, "source_eur_per_kw": 20.0},
    {"slope": 0.05, "loss_share_per_m": 1e-3, "loss_kw_per_m": 0.02, "source_eur_per_kw": 30.0},
    {},
]
few = settings(max_examples=15, deadline=None)


def some_case(seed, **more):
    case = random_case(
        seed, nodes=5, edges=8, customers=3 + seed % 2, table=ONE_PIPE, coincidence=(1.0, 0.0), **SETTINGS[seed % len(SETTINGS)], **more
    )  # fmt: skip
    return replace(case, must=np.arange(len(case.must)) == 0) if seed % 5 == 0 else case


def hard_case():
    """A network that the ascent alone does not close: heat is dear to carry."""
    return random_case(27, nodes=30, edges=60, customers=25, table=ONE_PIPE, coincidence=(1.0, 0.0), slope=2.0)


@given(st.integers(0, 5_000))
@few
def test_it_is_the_best_of_all_trees(seed):
    case = some_case(seed)
    best, found = optimum(case), proven_design(case, LIMITS, seconds=SECONDS)
    assert found.objective_eur == pytest.approx(best, abs=1e-5 * found.whole_eur)
    assert best - 1e-5 * abs(found.whole_eur) <= found.bound_eur <= best + 1e-6
    again = tree_cost(case, found.edge.tolist(), np.flatnonzero(found.connected).tolist())
    assert found.objective_eur == pytest.approx(again)


@given(st.integers(0, 5_000))
@few
def test_without_heat_it_is_a_steiner_tree(seed):
    # no heat flows: nothing but the cuts keeps a cycle far from the root out
    case = replace(
        some_case(seed),
        loss_share_per_m=0.0,
        loss_kw_per_m=0.0,
        slope_eur_per_m_kw=0.0,
        level_cap_kw=np.array([np.inf]),
    )
    case = replace(case, customer_kw=np.zeros(len(case.must)))
    found = proven_design(case, LIMITS, seconds=SECONDS)
    assert found.objective_eur == pytest.approx(optimum(case), abs=1e-6 * found.whole_eur)
    assert found.gap_share <= 1e-6


@given(st.integers(0, 5_000), st.integers(5, 80))
@few
def test_a_scarce_source_is_kept(seed, source_kw):
    case = replace(some_case(5 * seed + 1), source_kw=float(source_kw))
    best, found = optimum(case), proven_design(case, LIMITS, seconds=SECONDS)
    assert found.root_kw <= source_kw * (1 + 1e-9)
    assert found.bound_eur <= best + 1e-6
    assert found.objective_eur == pytest.approx(best, abs=1e-5 * max(found.whole_eur, 1.0))


@given(st.integers(0, 5_000))
@few
def test_nothing_that_the_best_design_needs_is_ruled_out(seed):
    case = some_case(seed)
    best, first = optimum(case), design_network(case, LIMITS)
    small, bound_eur = narrowed(case, first)
    assert bound_eur <= best + 1e-6 or first.objective_eur == pytest.approx(best)
    assert optimum(small) == pytest.approx(best, abs=1e-6)


def test_a_larger_network_closes_and_labels_do_not_matter():
    case = hard_case()
    found = proven_design(case, LIMITS, seconds=SECONDS)
    other = proven_design(relabelled(case, 3), LIMITS, seconds=SECONDS)
    assert found.gap_share <= 1e-5
    assert other.objective_eur == pytest.approx(found.objective_eur, rel=1e-6)
    assert found.objective_eur <= design_network(case, LIMITS).objective_eur
    assert found.bound_kind == "solver"


def test_a_corrupted_start_changes_nothing(monkeypatch):
    case = hard_case()
    right = proven_design(case, LIMITS, seconds=SECONDS)
    good = flow_model.design_values
    for wrong in (lambda values: values * 0 + 1, lambda values: values[::-1].copy(), lambda values: values * 0 - 7):
        monkeypatch.setattr(exact, "design_values", lambda model, design, wrong=wrong: wrong(good(model, design)))
        found = proven_design(case, LIMITS, seconds=SECONDS)
        assert found.objective_eur == pytest.approx(right.objective_eur, rel=1e-9)
        assert found.bound_eur == pytest.approx(right.bound_eur, rel=1e-5)


def test_no_time_left_is_the_design_with_its_own_bound():
    case = hard_case()
    plain, found = design_network(case, LIMITS), proven_design(case, LIMITS, seconds=0.0)
    assert found.objective_eur == plain.objective_eur
    assert plain.bound_eur <= found.bound_eur <= found.objective_eur


def test_nobody_worth_connecting_is_an_empty_design():
    found = proven_design(instance([(0, 1, 10, 0)], [(1, 10, 50)], table=ONE_PIPE), LIMITS, seconds=SECONDS)
    assert (len(found.edge), found.objective_eur, found.gap_share) == (0, 0, 0)


def test_pipes_in_steps_are_refused():
    with pytest.raises(DataError, match="pipe class 0 has 4 levels"):
        proven_design(instance([(0, 1, 10, 0)], [(1, 10, 900)]), LIMITS, seconds=SECONDS)


# --------------------------------------------------------------------------------------------------------- blocks and cuts

# two triangles that meet in node 2, and a street from node 4 to node 5; 10 kW at each node but the root
ROWS = [
    (0, 1, 1, 9),
    (1, 2, 1, 9),
    (2, 0, 1, 9),
    (2, 3, 1, 9),
    (3, 4, 1, 9),
    (4, 2, 1, 9),
    (4, 5, 1, 9),
    (5, 6, 1, 9),
    (6, 4, 1, 9),
]


def test_what_lies_behind_a_block():
    case = instance(ROWS, [(node, 10, 9_000) for node in range(1, 7)], table=ONE_PIPE, coincidence=(1.0, 0.0))
    problem = prepare(case)
    streets, users = problem.streets, problem.users
    block, entry, home = block_numbers(streets)
    own = np.bincount(users.node, weights=users.kw, minlength=len(home))
    kw = behind(block, entry, home, own, (streets.loss_kw, streets.gain))
    found = {
        int(edge): (int(problem.node_of[entry[number]]), float(kw[number]))
        for edge, number in zip(problem.edge_of, block, strict=True)
    }
    assert {edge: found[edge] for edge in (0, 3, 6)} == {0: (0, 60.0), 3: (2, 40.0), 6: (4, 20.0)}
    assert len(set(block.tolist())) == 3


def test_the_least_cut_between_root_and_node():
    # 0 -> 1 -> 3 carries 0.5, 0 -> 2 -> 3 carries 0.2
    tail, head = np.array([0, 1, 0, 2]), np.array([1, 3, 2, 3])
    touch, start = np.array([0, 2, 0, 1, 2, 3, 1, 3]), np.array([0, 2, 4, 6, 8])
    sent, side = broken_cut(0, 3, 1.0, (tail, head, start, touch), np.array([0.5, 0.8, 0.9, 0.2]))
    assert sent == pytest.approx(0.7)
    assert side.tolist() == [False, True, False, True]


# ------------------------------------------------------------------------------------------------------------ certificate


def certified(design, case):
    names = [f"pipe {number}" for number in range(len(design.edge))]
    users = [f"customer {number}" for number in range(len(case.must))]
    return json.loads(json.dumps(certificate(case, design, pipes=names, customers=users, loss_kw=0.0)))


def test_the_bound_of_a_solver_is_called_that_and_never_passed_off_as_checked():
    case = hard_case()
    plain, found = design_network(case, LIMITS), proven_design(case, LIMITS, seconds=SECONDS)
    assert plain.bound_eur < found.bound_eur - 1e-3  # else there would be nothing to tell apart
    paper = certified(found, case)
    assert paper["bound_kind"] == "solver"
    verdict = verified(paper)
    assert verdict.faults == []
    assert verdict.bound_eur <= plain.bound_eur + 0.01
    assert verdict.solver_bound_eur == pytest.approx(found.bound_eur, abs=0.01)
    assert any("bound" in fault for fault in verified(paper | {"bound_kind": "replayed"}).faults)
    assert verified(paper | {"bound_kind": "said"}).faults == [
        "the kind of bound is said; known are replayed and solver"
    ]
    above = paper | {"claims": paper["claims"] | {"bound": paper["claims"]["objective"] + 10 * paper["units"]["eur"]}}
    assert any("bound of the solver" in fault for fault in verified(above).faults)
    assert verified(certified(plain, case)).solver_bound_eur is None


@given(st.integers(0, 5_000))
@settings(max_examples=4, deadline=None)
def test_two_sources_of_which_one_is_scarce(seed):
    case = with_sources(
        random_case(seed, nodes=4, edges=5, customers=3, table=ONE_PIPE, coincidence=(1.0, 0.0), slope=0.05),
        seed,
        sources=2,
        scarce=0.6,
    )
    straight = tuple(
        PipeClass(table.level_cap_kw[-1:], table.level_eur_per_m[-1:], table.slope_eur_per_m_kw, table.source) for table in case.more_classes
    )  # fmt: skip
    case = replace(case, more_classes=straight)
    best, found = optimum(case), proven_design(case, LIMITS, seconds=SECONDS)
    assert found.bound_eur <= best + 1e-6
    assert found.objective_eur == pytest.approx(best, abs=1e-5 * max(found.whole_eur, 1.0))
