"""Several sources and pipes that lie there already, as classes of edges: cases by hand and an independent oracle on small networks."""

import copy
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koppelkans.errors import DataError, InfeasibleError
from koppelkans.heat.network import NetworkLimits, design_network
from koppelkans.heat.network.certificate import certificate
from koppelkans.heat.network.instance import PipeClass
from koppelkans.verify import verified
from network_oracle import instance, optimum, random_case, relabelled, scaled, tree_cost, with_sources

LIMITS = NetworkLimits()
SETTINGS = [{}, {"slope": 0.05}, {"coincidence": (0.3, 0.7)}, {"coincidence": (1.0, 0.0)}]
few = settings(max_examples=20, deadline=None)


def case_of(seed, *, sources=2, scarce=1.0):
    case = random_case(seed, nodes=5, edges=6, customers=4, **SETTINGS[seed % len(SETTINGS)])
    return with_sources(case, seed, sources=sources, scarce=scarce)


def two_sources(customers, *, power=(1e3, 1e3), price=(0.0, 10.0), fixed=(0.0, 0.0), street_eur=0.0):
    """A street 1 - 2 - 3 of 10 m pieces with a source at either end; the root is node 0."""
    rows = [(0, 1, 1, fixed[0]), (0, 3, 1, fixed[1]), (1, 2, 10, street_eur), (2, 3, 10, street_eur)]
    arcs = tuple(
        PipeClass(np.array([kw]), np.zeros(1), slope, source=True) for kw, slope in zip(power, price, strict=True)
    )
    return replace(instance(rows, customers), edge_class=np.array([1, 2, 0, 0]), more_classes=arcs)


# ------------------------------------------------------------------------------------------------------------ by hand


def test_the_cheap_source_feeds_all_while_its_heat_saves_more_than_the_pipe():
    # 10 kW beside the dear source: 100 EUR of heat there, or two pieces of 300 EUR from the cheap one
    near = design_network(two_sources([(3, 10, 2000)]), LIMITS)
    assert list(near.edge) == [1]
    assert near.objective_eur == pytest.approx(100 - 2000)
    # 10 kW of heat at 100 EUR a kW dearer: now the pipe pays
    far = design_network(two_sources([(3, 10, 2000)], price=(0.0, 100.0)), LIMITS)
    assert sorted(far.edge) == [0, 2, 3]
    assert far.objective_eur == pytest.approx(600 - 2000)
    assert far.bound_eur == pytest.approx(far.objective_eur)


def test_a_scarce_source_shares_the_street_with_a_dear_one():
    # both customers ask 0.81 x 20 = 16.2 kW together; the cheap source gives 12: one each
    case = two_sources([(1, 10, 2000), (3, 10, 2000)], power=(12.0, 50.0), price=(0.0, 70.0))
    found = design_network(case, LIMITS)
    assert sorted(found.edge) == [0, 1]
    assert found.objective_eur == pytest.approx(700 - 4000)
    assert found.bound_eur <= found.objective_eur


def test_the_fixed_cost_of_a_second_source_must_pay():
    customers = [(1, 10, 2000), (3, 10, 2000)]
    joint = design_network(two_sources(customers, fixed=(100.0, 700.0)), LIMITS)
    both = design_network(two_sources(customers, fixed=(100.0, 200.0)), LIMITS)
    assert sorted(joint.edge) == [0, 2, 3]
    assert sorted(both.edge) == [0, 1]
    assert both.objective_eur == pytest.approx(100 + 200 + 100 - 4000)


def test_a_pipe_that_lies_there_is_used_up_to_its_capacity_and_replaced_beyond():
    rows = [(0, 1, 10, 0)]
    laid = PipeClass(np.array([20.0, 60.0]), np.array([1.0, 40.0]), 0.0)

    def found(customers):
        case = replace(instance(rows, customers), edge_class=np.array([1]), more_classes=(laid,))
        return design_network(case, LIMITS)

    one, two = found([(1, 15, 900)]), found([(1, 15, 900), (1, 15, 900)])
    assert one.cost_eur == pytest.approx([10.0])
    assert two.cost_eur == pytest.approx([400.0])
    assert (list(one.level), list(two.level)) == ([0], [1])


def test_a_detour_over_old_pipes_beats_a_new_trench():
    # 40 m of old pipe at 1 EUR/m or 10 m new at 30 EUR/m
    case = instance([(0, 1, 10, 0), (0, 2, 20, 0), (2, 1, 20, 0)], [(1, 10, 2000)])
    old = PipeClass(np.array([20.0]), np.array([1.0]), 0.0)
    found = design_network(replace(case, edge_class=np.array([0, 1, 1]), more_classes=(old,)), LIMITS)
    assert list(found.edge) == [1, 2]
    assert found.objective_eur == pytest.approx(40 - 2000)


# ------------------------------------------------------------------------------------------------------ what must hold


@given(st.integers(0, 5_000), st.sampled_from([0.2, 0.5, 0.8, 3.0]))
@few
def test_the_bound_is_below_every_tree_and_the_design_is_one(seed, scarce):
    case = case_of(seed, scarce=scarce)
    best, found = optimum(case), design_network(case, NetworkLimits(ascent_rounds=2))
    assert found.bound_eur <= best + 1e-6
    assert found.objective_eur == pytest.approx(
        tree_cost(case, found.edge.tolist(), np.flatnonzero(found.connected).tolist())
    )
    assert found.objective_eur >= best - 1e-6
    assert found.objective_eur <= best + 0.35 * abs(found.whole_eur)


@given(st.integers(0, 5_000), st.sampled_from([0.2, 0.5, 2.0]))
@settings(max_examples=6, deadline=None)
def test_three_sources_too(seed, scarce):
    case = random_case(seed, nodes=4, edges=5, customers=4, **SETTINGS[seed % len(SETTINGS)])
    case = with_sources(case, seed, sources=3, scarce=scarce)
    best, found = optimum(case), design_network(case, LIMITS)
    assert found.bound_eur <= best + 1e-6
    assert found.objective_eur >= best - 1e-6


@given(st.integers(0, 5_000), st.sampled_from([0.01, 1e4]))
@few
def test_labels_and_currency_do_not_matter(seed, factor):
    case = with_sources(random_case(seed, nodes=14, edges=20, customers=9), seed, scarce=0.4)
    found = design_network(case, LIMITS)
    for other, times in ((relabelled(case, seed), 1.0), (scaled(case, factor), factor)):
        again = design_network(other, LIMITS)
        assert again.objective_eur == pytest.approx(times * found.objective_eur, rel=1e-9, abs=1e-6 * times)
        assert again.bound_eur == pytest.approx(times * found.bound_eur, rel=1e-6, abs=1e-6 * times)


@given(st.integers(0, 5_000))
@few
def test_classes_that_say_nothing_new_change_nothing(seed):
    case = random_case(seed, nodes=14, edges=20, customers=9)
    same = PipeClass(case.level_cap_kw, case.level_eur_per_m, case.slope_eur_per_m_kw)
    split = replace(case, edge_class=np.arange(len(case.tail)) % 2, more_classes=(same,))
    one, other = design_network(case, LIMITS), design_network(split, LIMITS)
    assert other.objective_eur == pytest.approx(one.objective_eur, rel=0.02)
    # only an edge that lies beside one of the other class is not known to be useless
    assert one.bound_eur - 0.05 * one.whole_eur <= other.bound_eur <= one.objective_eur + 1e-6


@given(st.integers(0, 5_000))
@few
def test_one_source_more_never_costs_more(seed):
    case = with_sources(random_case(seed, nodes=12, edges=16, customers=9), seed, sources=2, scarce=0.5)
    alone = replace(case, allowed=np.arange(len(case.tail)) != len(case.tail) - 1)
    joint, single = design_network(case, LIMITS), design_network(alone, LIMITS)
    assert joint.bound_eur <= single.objective_eur + 1e-6
    assert joint.objective_eur <= single.objective_eur + 0.3 * abs(single.whole_eur)


# ------------------------------------------------------------------------------------------------------------ refusals


def test_compulsory_demand_beyond_all_sources_names_the_clash():
    case = two_sources([(1, 40, 10, "must"), (3, 60, 10, "must")], power=(30.0, 50.0))
    with pytest.raises(InfeasibleError, match="sources"):
        design_network(case, LIMITS)


def test_a_compulsory_customer_too_large_for_every_source_is_named():
    case = two_sources([(1, 10, 10), (3, 60, 10, "must")], power=(30.0, 50.0))
    with pytest.raises(InfeasibleError, match="source"):
        design_network(case, LIMITS)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"edge_class": np.array([0, 1, 2, 3])}, r"edge_class must give each edge a class of 0 to 2"),
        ({"edge_class": np.array([0, 1])}, r"edge_class must give each edge a class of 0 to 2"),
        ({"more_classes": (PipeClass(np.zeros(0), np.zeros(0), 0.0),) * 2}, "the pipe table is empty"),
        ({"more_classes": (PipeClass(np.array([5.0, 4.0]), np.zeros(2), 0.0),) * 2}, "rise in capacity"),
        ({"more_classes": (PipeClass(np.array([5.0]), np.zeros(1), -1.0),) * 2}, "slope"),
    ],
)
def test_classes_that_do_not_fit_are_refused(change, message):
    with pytest.raises(DataError, match=message):
        design_network(replace(two_sources([(1, 10, 900)]), **change), LIMITS)


# ---------------------------------------------------------------------------------------------------------- certificate


def proven(case, *, rounds=2, behind_kw=None):
    design = design_network(case, NetworkLimits(ascent_rounds=rounds))
    made = certificate(
        case, design, pipes=[f"p{edge}" for edge in design.edge], customers=[f"c{place}" for place in range(len(case.must))], loss_kw=0.0,
        behind_kw=behind_kw,
    )  # fmt: skip
    return design, json.loads(json.dumps(made))


@given(st.integers(0, 5_000), st.sampled_from([0.2, 0.5, 3.0]))
@few
def test_a_certificate_holds_and_says_what_the_design_says(seed, scarce):
    case = case_of(seed, scarce=scarce)
    design, made = proven(case)
    found = verified(made)
    assert found.faults == []
    assert found.objective_eur == pytest.approx(design.objective_eur, abs=1e-4)
    assert found.bound_eur == pytest.approx(design.bound_eur, rel=1e-6, abs=1e-3)


@given(
    st.integers(0, 2_000), st.sampled_from(["tolls", "tolled", "price", "slope", "far", "raised", "joined"]), st.integers(0, 10_000), st.sampled_from([-3, -1, 0, 2, 10]),
)  # fmt: skip
@settings(max_examples=80, deadline=None)
def test_no_proof_however_mangled_proves_more_than_is_true(seed, column, place, factor):
    case = case_of(seed, scarce=(0.2, 0.5, 3.0)[seed % 3])
    _, made = proven(case)
    proof = made["proof"]
    if proof is None or not proof["customer"]:
        return
    if column in ("price", "slope"):
        lines = proof["more_floors"][place % len(proof["more_floors"])][column]
        at = place % len(lines)
        lines[at] = lines[at] * factor if lines[at] else factor * 10**22
    elif column == "tolls":
        arcs = len(case.tail) - 2
        proof["tolled"], proof["tolls"] = [arcs, arcs + 1, place % arcs], [factor * 10**21, 10**22, 10**18]
    elif column == "tolled":
        proof["tolled"] = [place % len(case.tail) for _ in proof.get("tolled", [])]
    elif column == "joined":
        nodes, joined = proof["balls"][place % len(proof["balls"])]
        if not nodes:
            return
        joined[place % len(joined)] = factor * 10**9
    else:
        at = place % len(proof[column])
        proof[column][at] = proof[column][at] * factor if proof[column][at] else factor * 10**20
    try:
        found = verified(made)
    except DataError:
        return
    assert found.bound_eur <= optimum(case) + 1e-6


def cheaper_old_pipe(made):
    made["instance"]["classes"][2]["level_price"] = [0] * len(made["instance"]["classes"][2]["level_price"])


def weaker_source(made):
    made["instance"]["classes"][0]["level_cap"] = [made["units"]["kw"]]


def other_class(made):
    made["instance"]["class_of"][made["tree"]["edges"][-1]] = 3


def lossy_source(made):
    made["tree"]["behind"] = [[made["tree"]["edges"][0], 10**6 * made["units"]["kw"]]]


def cheaper_dear_source(made):
    made["instance"]["classes"][1]["slope"] = 0


@pytest.mark.parametrize(
    ("corrupt", "message"),
    [
        (cheaper_old_pipe, "cost less value|lies above"), (weaker_source, "its pipe carries"), (other_class, "cost less value|its pipe carries"),
        (lossy_source, "the source at edge"), (cheaper_dear_source, "cost less value|bound: claimed"),
    ],
)  # fmt: skip
def test_a_corrupted_certificate_is_found(corrupt, message):
    _, good = proven(with_sources(random_case(4, nodes=30, edges=45, customers=24), 4, scarce=0.4))
    assert verified(good).faults == []
    made = copy.deepcopy(good)
    corrupt(made)
    faults = verified(made).faults
    assert any(part in fault for fault in faults for part in message.split("|")), faults
