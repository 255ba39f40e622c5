"""The second pair of eyes: good certificates hold, mangled ones are found, and no mangled proof ever proves too much."""

import copy
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koppelkans.errors import DataError
from koppelkans.heat.network import NetworkLimits, design_network
from koppelkans.heat.network.certificate import certificate
from koppelkans.verify import verified
from network_oracle import optimum, random_case

few = settings(max_examples=25, deadline=None)
SETTINGS = [{}, {"slope": 0.05}, {"coincidence": (0.3, 0.7)}, {"coincidence": (1.0, 0.0), "source_eur_per_kw": 30.0}]


def case_of(seed, **size):
    case = random_case(seed, **{"nodes": 5, "edges": 7, "customers": 4, **size}, **SETTINGS[seed % len(SETTINGS)])
    return replace(case, must=np.arange(len(case.must)) == 0) if seed % 5 == 0 else case


def proven(case, limits=None):
    design = design_network(case, limits or NetworkLimits(ascent_rounds=3))
    made = certificate(
        case, design, pipes=[f"p{edge}" for edge in design.edge], customers=[f"c{place}" for place in range(len(case.must))], loss_kw=0.0
    )  # fmt: skip
    return design, json.loads(json.dumps(made))


@pytest.fixture(scope="module")
def large():
    """A district with a tree, a gap and a proof worth mangling."""
    case = random_case(11, nodes=40, edges=60, customers=30)
    return proven(case)[1]


@given(st.integers(0, 5_000))
@few
def test_a_certificate_holds_and_says_what_the_design_says(seed):
    case = case_of(seed)
    design, made = proven(case)
    found = verified(made)
    assert found.faults == []
    assert found.objective_eur == pytest.approx(design.objective_eur, abs=1e-4)
    assert found.bound_eur == pytest.approx(design.bound_eur, rel=1e-6, abs=1e-3)
    assert found.bound_eur <= optimum(case) + 1e-6


@given(st.integers(0, 5_000), st.integers(2, 60))
@few
def test_it_holds_with_a_scarce_source(seed, source_kw):
    case = replace(random_case(seed, nodes=5, edges=6, customers=4), source_kw=float(source_kw))
    design, made = proven(case)
    found = verified(made)
    assert found.faults == []
    assert design.bound_eur - 0.01 <= found.bound_eur + 1e-6 * abs(design.whole_eur)
    assert found.bound_eur <= optimum(case) + 1e-6


PROOF_COLUMNS = ("far", "raised", "floor_price", "floor_slope")


@given(st.integers(0, 2_000), st.sampled_from([*PROOF_COLUMNS, "joined", "toll", "ball", "customer"]), st.integers(0, 10_000), st.sampled_from([-3, -1, 0, 2, 10]))  # fmt: skip
@settings(max_examples=120, deadline=None)
def test_no_proof_however_mangled_proves_more_than_is_true(seed, column, place, factor):
    case = case_of(seed)
    _, made = proven(case)
    proof = made["proof"]
    if proof is None or not proof["customer"]:
        return
    if column in PROOF_COLUMNS:
        at = place % len(proof[column])
        proof[column][at] = proof[column][at] * factor if proof[column][at] else factor * 10**25
    elif column == "toll":
        proof["toll"] = factor * 10**21
        made["instance"]["source"] = made["instance"]["source"] or 10**12
    elif column == "customer":
        proof["customer"] = (
            proof["customer"][place % len(proof["customer"]) :] + proof["customer"][: place % len(proof["customer"])]
        )
    else:
        nodes, joined = proof["balls"][place % len(proof["balls"])]
        if not nodes:
            return
        at = place % len(nodes)
        if column == "joined":
            joined[at] = joined[at] * factor if joined[at] else factor * 10**9
        else:
            nodes[at] = place % case.node_count
    try:
        found = verified(made)
    except DataError:
        return
    assert found.bound_eur <= optimum(case) + 1e-6


# ------------------------------------------------------------------------------------------------------------------ corruption


def drop_an_edge(made):
    for column in ("edges", "pipes", "level"):
        made["tree"][column].pop(0)


def close_a_cycle(made):
    given, tree = made["instance"], made["tree"]
    nodes = {given["root"], *(node for edge in tree["edges"] for node in (given["tail"][edge], given["head"][edge]))}
    spare = next(
        edge
        for edge in range(len(given["tail"]))
        if edge not in tree["edges"] and {given["tail"][edge], given["head"][edge]} <= nodes
    )
    tree["edges"].append(spare)
    tree["pipes"].append("p")
    tree["level"].append(len(given["level_cap"]) - 1)


def cheaper_pipes(made):
    made["instance"]["level_price"] = [price * 9 // 10 for price in made["instance"]["level_price"]]


def thinner_pipes(made):
    made["tree"]["level"] = [0] * len(made["tree"]["level"])


def higher_value(made):
    made["instance"]["value"][made["tree"]["connected"][0]] *= 2


def longer_street(made):
    made["instance"]["length"][made["tree"]["edges"][0]] *= 2


def better_bound(made):
    made["claims"]["bound"] += made["units"]["eur"] * 50


def better_cost(made):
    made["claims"]["objective"] -= made["units"]["eur"]


def higher_offer(made):
    best = int(np.argmax(made["proof"]["raised"]))
    made["proof"]["raised"][best] *= 3
    made["claims"]["bound"] += made["units"]["eur"] * 50


def forgotten_customer(made):
    made["instance"]["never"][made["tree"]["connected"][0]] = True


def left_out_must(made):
    out = next(place for place in range(len(made["instance"]["must"])) if place not in made["tree"]["connected"])
    made["instance"]["must"][out] = True


def closed_street(made):
    made["instance"]["allowed"][made["tree"]["edges"][-1]] = False


def weak_source(made):
    made["instance"]["source"] = made["units"]["kw"]


CORRUPTIONS = [
    (drop_an_edge, "no pipe leads there|cost less value"), (close_a_cycle, "a cycle or a loose piece"),
    (cheaper_pipes, "cost less value|proof of the bound does not hold"), (thinner_pipes, "its pipe carries"), (higher_value, "cost less value"),
    (longer_street, "cost less value"), (better_bound, "bound: claimed"), (better_cost, "cost less value"),
    (higher_offer, "bound: claimed"), (forgotten_customer, "may not connect, and does"),
    (left_out_must, "must connect, and does not"), (closed_street, "no pipe is allowed there"),
    (weak_source, "the source gives"),
]  # fmt: skip


@pytest.mark.parametrize(("corrupt", "message"), CORRUPTIONS, ids=[corrupt.__name__ for corrupt, _ in CORRUPTIONS])
def test_a_corrupted_certificate_is_found(large, corrupt, message):
    made = copy.deepcopy(large)
    assert verified(made).faults == []
    corrupt(made)
    try:
        faults = verified(made).faults
    except DataError as error:
        faults = [error.message]
    assert faults
    assert any(part in fault for fault in faults for part in message.split("|")), faults


@pytest.mark.parametrize("missing", ["instance", "tree", "claims", "units"])
def test_a_certificate_without_a_part_is_one_message(large, missing):
    made = copy.deepcopy(large)
    del made[missing]
    with pytest.raises(DataError, match="does not hold together"):
        verified(made)


def test_losses_that_depend_on_the_flow_are_not_certified():
    case = replace(random_case(3, nodes=5, edges=7, customers=3), loss_share_per_m=1e-4)
    with pytest.raises(ValueError, match="losses"):
        proven(case)
