"""Explanations of a network: taking a building out, or in, and costing the tree again in plain Python gives the same margin."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koppelkans.heat.network import NetworkLimits, design_network
from koppelkans.heat.network.explain import (
    alone_eur,
    attachments,
    branch_margins_eur,
    carries_itself,
    customer_eur,
    flow_of,
    group_margins_eur,
    saved_eur,
)
from network_oracle import instance, random_case, tree_cost, with_sources

LIMITS = NetworkLimits()
few = settings(max_examples=25, deadline=None)
SETTINGS = [
    {}, {"slope": 0.05}, {"coincidence": (1.0, 0.0), "loss_share_per_m": 1e-4, "loss_kw_per_m": 0.02, "source_eur_per_kw": 30.0}, {"coincidence": (0.3, 0.7)},
]  # fmt: skip


def some_case(seed):
    case = random_case(seed, nodes=9, edges=12, customers=8, **SETTINGS[seed % len(SETTINGS)])
    return with_sources(case, seed, scarce=2.0) if seed % 3 == 0 and not case.loss_share_per_m else case


def kept_edges(case, design, connected):
    """Edges of the tree that still lead to somebody."""
    wanted, edges = {int(case.customer_node[user]) for user in connected}, []
    ends = (case.tail + case.head)[design.edge] - design.upstream
    for edge, up, end in zip(
        design.edge[::-1].tolist(), design.upstream[::-1].tolist(), ends[::-1].tolist(), strict=True
    ):
        if end in wanted:
            wanted.add(up)
            edges.append(edge)
    return edges


def net_cost(case, design, connected):
    """Cost of the tree without the value of anybody."""
    users = list(connected)
    total = tree_cost(case, kept_edges(case, design, users), users)
    return total + sum(case.customer_value_eur[user] for user in users)


def test_a_street_with_two_homes():
    # 10 m trunk (200 EUR trench) to a fork, 5 m and 8 m service; small pipe 30 EUR/m, 33 EUR/m above 20 kW, 41 EUR/m above 60 kW
    case = instance([(0, 1, 10, 200), (1, 2, 5, 50), (1, 3, 8, 80)], [(2, 30, 3000), (3, 40, 2000)])
    design = design_network(case, LIMITS)
    # trunk carries 56.7 kW: 33 EUR/m with or without one of them
    assert saved_eur(case, design) == pytest.approx([50 + 5 * 33, 80 + 8 * 33])
    assert alone_eur(case, design) == pytest.approx([200 + 330 + 50 + 165, 200 + 330 + 80 + 264])
    assert carries_itself(case, design).all()
    assert branch_margins_eur(case, design)[0] == pytest.approx(-design.objective_eur)


def test_who_stays_out_hears_what_is_missing():
    case = instance([(0, 1, 10, 200), (1, 2, 10, 100), (1, 3, 10, 100)], [(2, 10, 3000), (3, 10, 250)])
    design = design_network(case, LIMITS)
    assert list(design.connected) == [True, False]
    found = attachments(case, design)
    assert np.isnan(found.cost_eur[0])
    assert found.cost_eur[1] == pytest.approx(400)  # 100 + 10 m x 30; the trunk stays the smallest pipe at 16.2 kW
    assert found.meets[1] == 1


@given(st.integers(0, 5_000))
@few
def test_the_margin_is_what_taking_the_building_out_costs(seed):
    case = some_case(seed)
    design = design_network(case, LIMITS)
    joined = np.flatnonzero(design.connected).tolist()
    saved, whole = saved_eur(case, design), net_cost(case, design, joined)
    for user in joined:
        without = net_cost(case, design, [other for other in joined if other != user])
        assert saved[user] == pytest.approx(whole - without, abs=1e-6)
    assert np.isnan(saved[~design.connected]).all()


@given(st.integers(0, 5_000))
@few
def test_the_margin_of_a_branch_is_what_taking_it_out_costs(seed):
    case = some_case(seed)
    design = design_network(case, LIMITS)
    joined = np.flatnonzero(design.connected).tolist()
    margin = branch_margins_eur(case, design)
    ends = (case.tail + case.head)[design.edge] - design.upstream
    for place, node in enumerate(ends.tolist()):
        behind = {node}
        for up, end in zip(design.upstream[place:].tolist(), ends[place:].tolist(), strict=True):
            if up in behind:
                behind.add(end)
        left = [user for user in joined if int(case.customer_node[user]) not in behind]
        gone = sum(case.customer_value_eur[user] for user in joined if user not in left)
        assert margin[place] == pytest.approx(
            gone - net_cost(case, design, joined) + net_cost(case, design, left), abs=1e-6
        )


@given(st.integers(0, 5_000))
@few
def test_the_cheapest_attachment_is_the_cheapest_of_all_ways(seed):
    case = replace(some_case(seed), loss_share_per_m=0.0, loss_kw_per_m=0.0)
    design = design_network(case, LIMITS)
    for user in np.flatnonzero(~design.connected).tolist():
        one = replace(case, customer_kw=np.where(np.arange(len(case.must)) == user, case.customer_kw, case.customer_kw))
        asked = float(case.customer_kw[user])
        node = int(case.customer_node[user])
        assert customer_eur(one, design, asked)[node] == pytest.approx(_cheapest(case, design, user), abs=1e-6)
        assert attachments(case, design).cost_eur[user] >= _cheapest(case, design, user) - 1e-6


def _cheapest(case, design, user):
    """All ways from a customer to the tree, each costed as a tree."""
    joined = np.flatnonzero(design.connected).tolist()
    inside = {case.root, *(int(end) for end in (case.tail + case.head)[design.edge] - design.upstream)}
    before, best = net_cost(case, design, joined), float("inf")
    waiting = [(int(case.customer_node[user]), [])]
    while waiting:
        node, way = waiting.pop()
        if node in inside:
            users = [*joined, user]
            total = tree_cost(case, [*design.edge.tolist(), *way], users)
            best = min(best, total + sum(case.customer_value_eur[one] for one in users) - before)
            continue
        seen = {int(end) for edge in way for end in (case.tail[edge], case.head[edge])} - {node}
        for edge in np.flatnonzero(case.allowed & ((case.tail == node) | (case.head == node))).tolist():
            other = int(case.tail[edge] + case.head[edge]) - node
            if other not in seen and other != node and edge not in way:
                waiting.append((other, [*way, edge]))
    return best


@given(st.integers(0, 5_000))
@few
def test_a_design_leaves_nobody_who_pays_less_than_the_network_gains(seed):
    case = random_case(seed, nodes=9, edges=12, customers=8)
    design = design_network(case, LIMITS)
    free = design.connected & ~case.must
    assert (case.customer_value_eur[free] - saved_eur(case, design)[free] >= -1e-6).all()


def test_the_measured_tree_costs_what_the_design_says():
    case = random_case(3, nodes=9, edges=12, customers=8)
    design = design_network(case, LIMITS)
    assert flow_of(case, design).cost == pytest.approx(design.cost_eur)
    wider = replace(design, level=np.minimum(design.level + 1, 3))
    assert flow_of(case, wider).cost.sum() > design.cost_eur.sum()


def test_a_section_bears_as_much_more_as_what_hangs_on_it_is_worth():
    # two pieces of one street in a row, then a second street: the first carries all
    case = instance(
        [(0, 1, 10, 0), (1, 2, 10, 0), (2, 3, 20, 0)], [(1, 10, 1000), (2, 10, 1000), (3, 10, 1500)],
    )  # fmt: skip
    design = design_network(case, LIMITS)
    assert design.connected.all()
    named, margin, metres = group_margins_eur(case, design, np.array([0, 0, 1]))
    assert named.tolist() == [0, 1]
    assert metres.tolist() == [20, 20]
    assert margin[0] == pytest.approx(-design.objective_eur)
    # dearer by that much a metre, the first street is worth exactly nothing
    dearer = replace(case, extra_eur=np.array([1.0, 1.0, 0.0]) * 10 * margin[0] / metres[0])
    assert net_cost(dearer, design, [0, 1, 2]) == pytest.approx(3500)


def test_a_tree_without_anybody_explains_itself():
    case = instance([(0, 1, 10, 0)], [(1, 10, 50)])
    design = design_network(case, LIMITS)
    assert np.isnan(saved_eur(case, design)).all()
    assert attachments(case, design).cost_eur == pytest.approx([300])
    assert len(branch_margins_eur(case, design)) == 0
