"""The design kernel: cases by hand, an independent oracle on small networks, and what must hold whatever the labels and prices."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koppelkans.errors import DataError, InfeasibleError
from koppelkans.heat.network import NetworkLimits, compiled, design_network, heap, moves, search
from network_oracle import instance, optimum, random_case, relabelled, scaled, tree_cost

LIMITS = NetworkLimits()
FLAT = ((1e6,), (0.0,))  # one pipe, priced by the edge alone
SETTINGS = [
    {},
    {"slope": 0.05},
    {"coincidence": (1.0, 0.0), "loss_share_per_m": 1e-4, "loss_kw_per_m": 0.02, "source_eur_per_kw": 30.0},
    {"coincidence": (0.3, 0.7)},
]
few = settings(max_examples=20, deadline=None)


def some_case(seed):
    case = random_case(seed, nodes=5, edges=7, customers=3 + seed % 2, **SETTINGS[seed % len(SETTINGS)])
    return replace(case, must=np.arange(len(case.must)) == 0) if seed % 5 == 0 else case


# ------------------------------------------------------------------------------------------------------------ by hand


def test_the_star_with_three_edges():
    # edges 1, 2, 5; prizes 0 at node 1, 10 at node 2, 1 at node 3: the first two edges, cost 3 for 10
    star = instance(
        [(0, 1, 0, 1), (1, 2, 0, 2), (0, 3, 0, 5)], [(1, 0, 0), (2, 0, 10), (3, 0, 1)], table=FLAT, coincidence=(1, 0)
    )
    found = design_network(star, LIMITS)
    assert sorted(found.edge) == [0, 1]
    assert found.objective_eur == pytest.approx(-7)
    assert found.bound_eur == pytest.approx(-7)
    assert list(found.connected) == [False, True, False]


def test_pipes_step_up_towards_the_source():
    # 40 kW and 30 kW at the ends, 1 m edges: f(1) = 1 at the ends; f(2) = 0.81 of 70 kW = 56.7 kW on the trunk
    fork = instance([(0, 1, 1, 0), (1, 2, 1, 0), (1, 3, 1, 0)], [(2, 40, 1000), (3, 30, 1000)])
    found = design_network(fork, LIMITS)
    assert list(found.edge) == [0, 1, 2]
    assert found.design_kw == pytest.approx([56.7, 40, 30])
    assert found.sum_kw == pytest.approx([70, 40, 30])
    assert list(found.customers) == [2, 1, 1]
    assert found.cost_eur == pytest.approx([33, 33, 33])
    assert found.root_kw == pytest.approx(56.7)
    assert found.upstream.tolist() == [0, 1, 1]


def test_the_design_flow_never_falls_towards_the_source():
    # 100 kW twice is 162 kW; a third of 1 kW would make it 150 kW: the pipe before it keeps 162
    chain = instance([(0, 1, 1, 0), (1, 2, 1, 0)], [(2, 100, 9000), (2, 100, 9000), (1, 1, 900)])
    found = design_network(chain, LIMITS)
    assert found.connected.all()
    assert found.design_kw == pytest.approx([162, 162])


def test_nobody_worth_connecting_is_an_empty_design():
    found = design_network(instance([(0, 1, 10, 0)], [(1, 10, 50)]), LIMITS)
    assert len(found.edge) == 0
    assert not found.connected.any()
    assert (found.objective_eur, found.bound_eur, found.gap_share, found.whole_eur) == (0, 0, 0, 50)


def test_nobody_at_all_is_an_empty_design():
    found = design_network(instance([(0, 1, 10, 0)], []), LIMITS)
    assert (found.objective_eur, found.bound_eur, found.gap_share) == (0, 0, 0)


def test_no_streets_at_all_is_an_empty_design():
    found = design_network(instance([], [(1, 10, 50)], nodes=2), LIMITS)
    assert (found.objective_eur, found.gap_share) == (0, 0)
    assert not found.reachable.any()


def test_must_connects_and_never_does_not():
    rows = [(0, 1, 10, 0), (1, 2, 10, 0)]
    free = design_network(instance(rows, [(1, 10, 5000), (2, 10, 1)]), LIMITS)
    forced = design_network(instance(rows, [(1, 10, 5000), (2, 10, 1, "must")]), LIMITS)
    refused = design_network(instance(rows, [(1, 10, 5000, "never"), (2, 10, 1, "must")]), LIMITS)
    assert list(free.connected) == [True, False]
    assert list(forced.connected) == [True, True]
    assert list(refused.connected) == [False, True]
    assert forced.objective_eur == pytest.approx(free.objective_eur + 300 - 1)
    assert refused.objective_eur == pytest.approx(2 * 300 - 1)
    assert refused.bound_eur == pytest.approx(refused.objective_eur)


def test_the_source_serves_whom_it_can():
    # 30 kW for three of 20 kW: one fits, not two (0.81 x 40 = 32.4 kW); the most valuable one
    rows = [(0, 1, 10, 0), (0, 2, 10, 0), (0, 3, 10, 0)]
    found = design_network(instance(rows, [(1, 20, 900), (2, 20, 1200), (3, 20, 1000)], source_kw=30), LIMITS)
    assert list(found.connected) == [False, True, False]
    assert found.root_kw <= 30
    assert found.bound_eur <= found.objective_eur


def test_parallel_and_zero_length_edges_do_no_harm():
    plain = instance([(0, 1, 10, 50), (1, 2, 10, 0)], [(1, 10, 900), (2, 10, 900)])
    more = instance(
        [(0, 1, 10, 80), (0, 1, 10, 50), (1, 0, 12, 50), (1, 1, 5, 0), (1, 3, 0, 0), (3, 2, 10, 0)],
        [(1, 10, 900), (2, 10, 900)],
    )
    one, other = design_network(plain, LIMITS), design_network(more, LIMITS)
    assert other.objective_eur == pytest.approx(one.objective_eur)
    assert other.bound_eur == pytest.approx(one.bound_eur)
    assert 1 in other.edge
    assert not {0, 2, 3} & set(other.edge.tolist())


def test_a_shorter_but_dearer_parallel_edge_stays_a_choice():
    # 10 m for 200 EUR or 30 m for 0 EUR: the small pipe of 30 EUR/m takes the first (500 against 900)
    found = design_network(instance([(0, 1, 30, 0), (0, 1, 10, 200)], [(1, 10, 2000)]), LIMITS)
    assert list(found.edge) == [1]


def test_customers_out_of_reach_are_reported():
    found = design_network(instance([(0, 1, 10, 0), (2, 3, 10, 0)], [(1, 10, 900), (3, 10, 900)]), LIMITS)
    assert list(found.reachable) == [True, False]
    assert list(found.connected) == [True, False]


def test_forbidden_edges_are_not_used():
    case = instance([(0, 1, 10, 0), (0, 2, 10, 0), (2, 1, 10, 0)], [(1, 10, 2000)])
    found = design_network(replace(case, allowed=np.array([False, True, True])), LIMITS)
    assert list(found.edge) == [1, 2]


# ------------------------------------------------------------------------------------------------------ what must hold


@given(st.integers(0, 5_000))
@few
def test_the_bound_is_below_every_tree_and_the_design_is_one(seed):
    case = some_case(seed)
    best, found = optimum(case), design_network(case, LIMITS)
    assert found.bound_eur <= best + 1e-6
    assert found.objective_eur == pytest.approx(
        tree_cost(case, found.edge.tolist(), np.flatnonzero(found.connected).tolist())
    )
    assert found.objective_eur >= best - 1e-6
    assert found.objective_eur <= best + 0.05 * abs(found.whole_eur)
    assert 0 <= found.gap_share <= 1


@given(st.integers(0, 5_000), st.integers(2, 60))
@few
def test_a_scarce_source_is_kept_and_the_bound_still_holds(seed, source_kw):
    case = replace(random_case(seed, nodes=5, edges=6, customers=4), source_kw=float(source_kw))
    best, found = optimum(case), design_network(case, LIMITS)
    assert found.root_kw <= source_kw * (1 + 1e-9)
    assert found.bound_eur <= best + 1e-6
    assert found.objective_eur >= best - 1e-6


@given(st.integers(0, 5_000))
@few
def test_one_option_more_never_costs_more(seed):
    random = np.random.default_rng(seed)
    case = random_case(seed, nodes=5, edges=6, customers=3, **SETTINGS[seed % len(SETTINGS)])
    edge = replace(
        case, tail=np.append(case.tail, random.integers(5)), head=np.append(case.head, random.integers(5)),
        length_m=np.append(case.length_m, random.uniform(1, 30)), extra_eur=np.append(case.extra_eur, 10.0),
        allowed=np.append(case.allowed, True),
    )  # fmt: skip
    user = replace(
        case, customer_node=np.append(case.customer_node, random.integers(5)), customer_kw=np.append(case.customer_kw, 8.0),
        customer_value_eur=np.append(case.customer_value_eur, random.uniform(0, 1500)), must=np.append(case.must, False),
        never=np.append(case.never, False),
    )  # fmt: skip
    before = design_network(case, LIMITS)
    for more in (edge, user):
        after = design_network(more, LIMITS)
        assert after.bound_eur <= before.objective_eur + 1e-6
        assert after.objective_eur <= before.objective_eur + 0.02 * abs(before.whole_eur)


@given(st.integers(0, 5_000), st.sampled_from([0.01, 3.0, 1e4]))
@few
def test_labels_and_currency_do_not_matter(seed, factor):
    case = random_case(seed, nodes=14, edges=20, customers=9, **SETTINGS[seed % len(SETTINGS)])
    found = design_network(case, LIMITS)
    for other, times in ((relabelled(case, seed), 1.0), (scaled(case, factor), factor)):
        again = design_network(other, LIMITS)
        assert again.objective_eur == pytest.approx(times * found.objective_eur, rel=1e-9, abs=1e-6 * times)
        assert again.bound_eur == pytest.approx(times * found.bound_eur, rel=1e-6, abs=1e-6 * times)


def test_the_same_answer_twice():
    case = random_case(11, nodes=40, edges=60, customers=30)
    one, other = design_network(case, LIMITS), design_network(case, LIMITS)
    assert np.array_equal(one.edge, other.edge)
    assert (one.objective_eur, one.bound_eur) == (other.objective_eur, other.bound_eur)


def test_a_change_in_one_kernel_renews_the_cache_of_all():
    # numba looks at the file of the caller alone; the stamp of the project covers every file with kernels
    stamps = {kernel._cache._cache_file._source_stamp for kernel in (heap.push, moves.drop_branches, search.improve)}
    assert stamps == {compiled._COMPILER.stamp}
    assert len(compiled._COMPILER.stamp) == 64


@given(st.integers(0, 5_000))
@few
def test_flows_add_up_and_pipes_grow_towards_the_source(seed):
    case = random_case(seed, nodes=20, edges=28, customers=15)
    found = design_network(case, LIMITS)
    edge_into = {
        int(case.tail[edge] + case.head[edge] - up): place
        for place, (edge, up) in enumerate(zip(found.edge, found.upstream, strict=True))
    }
    for place, up in enumerate(found.upstream.tolist()):
        if up != case.root:
            assert found.design_kw[edge_into[up]] >= found.design_kw[place] - 1e-9
            assert found.level[edge_into[up]] >= found.level[place]
            assert edge_into[up] < place
    assert found.objective_eur == pytest.approx(found.cost_eur.sum() - case.customer_value_eur[found.connected].sum())
    assert found.sum_kw[found.upstream == case.root].sum() <= case.customer_kw[found.connected].sum() + 1e-9


# ------------------------------------------------------------------------------------------------------------ refusals


def test_compulsory_demand_beyond_the_source_names_the_clash():
    case = instance([(0, 1, 10, 0), (1, 2, 10, 0)], [(1, 40, 10, "must"), (2, 60, 10, "must")], source_kw=50)
    with pytest.raises(
        InfeasibleError, match=r"81 kW of the source together \(100 kW without coincidence\), but it gives 50 kW"
    ):
        design_network(case, LIMITS)


def test_compulsory_demand_beyond_the_largest_pipe_names_it():
    with pytest.raises(InfeasibleError, match=r"largest pipe"):
        design_network(instance([(0, 1, 10, 0)], [(1, 2000, 10, "must")]), LIMITS)
    with pytest.raises(InfeasibleError, match=r"carry 1215 kW, but the largest pipe of the table carries 900 kW"):
        design_network(instance([(0, 1, 10, 0)], [(1, 750, 10, "must"), (1, 750, 10, "must")]), LIMITS)


def test_a_compulsory_customer_out_of_reach_is_named():
    with pytest.raises(InfeasibleError, match=r"1 customers must connect, but no allowed street .* \(customers 1\)"):
        design_network(instance([(0, 1, 10, 0), (2, 3, 1, 0)], [(1, 10, 900), (3, 10, 900, "must")]), LIMITS)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"level_eur_per_m": np.array([30.0, 33.0, 29.0, 60.0])}, "never fall in price"),
        ({"level_cap_kw": np.array([20.0, 60.0, 60.0, 900.0])}, "rise in capacity"),
        ({"length_m": np.array([-1.0])}, r"length_m must be a number, zero or more \(rows 0\)"),
        ({"extra_eur": np.array([np.nan])}, "extra_eur must be a number"),
        ({"customer_value_eur": np.array([np.inf])}, "customer_value_eur must be finite"),
        ({"must": np.array([True]), "never": np.array([True])}, "both must and never"),
        ({"head": np.array([7])}, "nodes must be 0 to 1"),
        ({"tail": np.array([0, 0])}, "columns of the edges differ in length"),
        ({"loss_share_per_m": 0.2}, "loses all the heat"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(change, message):
    with pytest.raises(DataError, match=message):
        design_network(replace(instance([(0, 1, 10, 0)], [(1, 10, 900)]), **change), LIMITS)
