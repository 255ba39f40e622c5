"""Packages chosen together with the network: cases by hand, every package with every tree on small networks, and what no list may change."""

import copy
import itertools
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koppelkans.errors import DataError
from koppelkans.heat.network import NetworkLimits, design_network
from koppelkans.heat.network.certificate import certificate
from koppelkans.heat.network.exact import proven_design
from koppelkans.heat.network.joint import joint_bound, joint_design
from koppelkans.verify import verified
from network_oracle import instance, optimum, random_case, tree_cost, with_sources

LIMITS = NetworkLimits()
SETTINGS = [{}, {"slope": 0.05}, {"coincidence": (0.3, 0.7)}, {"coincidence": (1.0, 0.0), "source_eur_per_kw": 30.0}]
few = settings(max_examples=20, deadline=None)


def listed(case, lists):
    """The case with further packages (kW, value) of each customer after the one that it has."""
    width = 1 + max((len(more) for more in lists), default=0)
    kw, value = np.full((2, len(lists), width), np.nan)
    for row, more in enumerate(lists):
        pairs = [(case.customer_kw[row], case.customer_value_eur[row]), *more]
        kw[row, : len(pairs)], value[row, : len(pairs)] = zip(*pairs, strict=True)
    return replace(case, package_kw=kw, package_value_eur=value, package=np.zeros(len(lists), dtype=np.int64))


def with_lists(case, seed, *, most=2, loss_eur=300):
    """Up to ``most`` further packages per customer, each with less power and up to ``loss_eur`` less value than the one before."""
    random, lists = np.random.default_rng(seed + 3), []
    for kw, value in zip(case.customer_kw, case.customer_value_eur, strict=True):
        count = int(random.integers(most + 1))
        less, loss = np.cumprod(random.uniform(0.3, 0.95, count)), np.cumsum(random.uniform(1, loss_eur, count))
        lists.append(list(zip(kw * less, value - loss, strict=True)))
    return listed(case, lists)


def case_of(seed):
    case = random_case(seed, nodes=4, edges=5, customers=3, **SETTINGS[seed % len(SETTINGS)])
    case = replace(case, must=np.arange(3) == 0) if seed % 5 == 0 else case
    return with_lists(case, seed)


def every_pick(case):
    there = ~np.isneginf(case.lists[1])
    return (np.array(picks) for picks in itertools.product(*(range(int(row.sum())) for row in there)))


def joint_optimum(case):
    """The least cost - value over all trees, customers and packages."""
    return min(optimum(case.with_picks(picks).settled) for picks in every_pick(case))


def jointly(case, limits=LIMITS):
    found, picks, alone_eur = joint_design(case, design_network(case.settled, limits))
    assert found.objective_eur <= alone_eur
    return joint_bound(case, found, limits), picks


# ------------------------------------------------------------------------------------------------------------ by hand


def pair(loss_eur):
    """Two customers of 15 kW behind 100 m, one of which can do with 9 kW for so much less value a year.

    Together they ask 0.81 x 30 = 24.3 kW, a pipe of 33 EUR/m; with 24 kW it is 19.4 kW, a pipe of 30 EUR/m: 300 EUR a year less.
    """
    case = instance([(0, 1, 100, 0)], [(1, 15, 3000), (1, 15, 3000)])
    return listed(case, [[(9, 3000 - loss_eur)], [(9, 3000 - loss_eur - 50)]])


def test_a_better_package_lets_the_pipe_become_a_size_smaller():
    found, picks = jointly(pair(120))
    assert picks.tolist() == [1, 0]
    assert found.level.tolist() == [0]
    assert found.design_kw == pytest.approx([0.81 * 24])
    assert found.objective_eur == pytest.approx(3000 - 3000 - 2880)


def test_it_is_not_taken_when_the_pipe_saves_less_than_it_costs():
    found, picks = jointly(pair(301))
    assert picks.tolist() == [0, 0]
    assert found.objective_eur == pytest.approx(3300 - 6000)


def test_a_package_may_bring_a_customer_in_whose_first_one_does_not_pay():
    # 21 kW asks a pipe of 33 EUR/m for 3,250 EUR of value; 20 kW for 3,150 EUR one of 30 EUR/m
    case = listed(instance([(0, 1, 100, 0)], [(1, 21, 3250)]), [[(20, 3150)]])
    found, picks = jointly(case)
    assert (found.connected.tolist(), picks.tolist()) == ([True], [1])
    assert found.objective_eur == pytest.approx(-150)
    assert found.bound_eur == pytest.approx(-150)


def test_a_scarce_source_is_shared_by_smaller_packages():
    # 30 kW for two of 20 kW (32.4 kW together); with 16 kW each it is 25.9 kW: both fit
    rows = [(0, 1, 10, 0), (0, 2, 10, 0)]
    case = listed(instance(rows, [(1, 20, 2000), (2, 20, 2000)], source_kw=30), [[(16, 1900)], [(16, 1900)]])
    found, picks = jointly(case)
    assert found.connected.all()
    assert picks.sum() == 1
    assert found.root_kw == pytest.approx(0.81 * 36)
    assert found.objective_eur == pytest.approx(600 - 3900)


def test_a_dear_kw_is_saved_without_any_step():
    # 100 m at 1 EUR per metre and kW: a kW costs 100 EUR a year on its way, one less costs 60 EUR of value
    case = listed(instance([(0, 1, 100, 0)], [(1, 10, 9000)], slope=1.0), [[(9, 8940)]])
    found, picks = jointly(case)
    assert picks.tolist() == [1]
    assert found.objective_eur == pytest.approx(3000 + 900 - 8940)


# ------------------------------------------------------------------------------------------------------ what must hold


@given(st.integers(0, 5_000))
@few
def test_the_bound_is_below_every_tree_with_every_package(seed):
    case = case_of(seed)
    best, (found, picks) = joint_optimum(case), jointly(case, NetworkLimits(ascent_rounds=2))
    assert found.bound_eur <= best + 1e-6
    assert found.objective_eur >= best - 1e-6
    taken = case.with_picks(picks).settled
    assert found.objective_eur == pytest.approx(
        tree_cost(taken, found.edge.tolist(), np.flatnonzero(found.connected).tolist())
    )
    assert found.objective_eur <= best + 0.1 * abs(found.whole_eur)


@given(st.integers(0, 5_000), st.sampled_from([0.2, 0.5, 3.0]))
@settings(max_examples=8, deadline=None)
def test_with_several_sources_and_old_pipes_too(seed, scarce):
    case = with_sources(random_case(seed, nodes=4, edges=4, customers=3), seed, scarce=scarce)
    case = with_lists(case, seed, most=1)
    best, (found, _) = joint_optimum(case), jointly(case)
    assert found.bound_eur <= best + 1e-6
    assert found.objective_eur >= best - 1e-6


@given(st.integers(0, 5_000))
@few
def test_one_package_more_never_raises_the_optimum_nor_the_bound_above_it(seed):
    case = with_lists(random_case(seed, nodes=4, edges=5, customers=3, **SETTINGS[seed % 4]), seed, most=1)
    random = np.random.default_rng(seed)
    more = [(case.customer_kw[0] * random.uniform(0.1, 1.5), case.customer_value_eur[0] * random.uniform(0.3, 1.1))]
    kw, value = (np.column_stack([column, np.full(3, np.nan)]) for column in (case.package_kw, case.package_value_eur))
    kw[0, -1], value[0, -1] = more[0]
    longer = listed(
        case.settled,
        [
            list(zip(a[1:][~np.isnan(a[1:])], b[1:][~np.isnan(b[1:])], strict=True))
            for a, b in zip(kw, value, strict=True)
        ],
    )
    before, after = joint_optimum(case), joint_optimum(longer)
    assert after <= before + 1e-9
    assert jointly(longer)[0].bound_eur <= after + 1e-6


@given(st.integers(0, 5_000))
@few
def test_it_is_never_dearer_than_with_the_first_packages(seed):
    case = with_lists(random_case(seed, nodes=20, edges=30, customers=15), seed)
    first = design_network(case.settled, LIMITS)
    found, picks, alone_eur = joint_design(case, first)
    assert found.objective_eur <= alone_eur <= first.objective_eur
    assert (picks[~found.connected] == 0).all()


def test_the_same_answer_twice():
    case = with_lists(random_case(11, nodes=40, edges=60, customers=30, slope=0.02), 11, loss_eur=60)
    (one, picks), (other, again) = jointly(case), jointly(case)
    assert picks.tolist() == again.tolist()
    assert picks.any()
    assert one.edge.tolist() == other.edge.tolist()
    assert (one.objective_eur, one.bound_eur) == (other.objective_eur, other.bound_eur)


@given(st.integers(0, 5_000))
@few
def test_lists_of_one_package_change_nothing(seed):
    case = random_case(seed, nodes=14, edges=20, customers=9)
    alone = listed(case, [[] for _ in case.must])
    first = design_network(case, LIMITS)
    found = joint_design(alone, first).design
    assert found.objective_eur == first.objective_eur
    assert found.bound_eur == pytest.approx(first.bound_eur)
    assert joint_bound(alone, first, LIMITS).bound_eur == pytest.approx(first.bound_eur)


# ------------------------------------------------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"package": np.array([1, 0])}, "the package of a customer is not the one on its list"),
        ({"package": np.array([2, 0])}, "package must give each customer a number on its list"),
        ({"package_kw": np.array([[15.0, -1.0], [15.0, 9.0]])}, "packages must have a power of zero or more"),
        ({"package_value_eur": np.array([[3000.0, 2000.0]])}, "must have a row per customer"),
    ],
)  # fmt: skip
def test_lists_that_do_not_fit_are_refused(change, message):
    with pytest.raises(DataError, match=message):
        design_network(replace(pair(120), **change), LIMITS)


def test_the_solver_takes_no_lists():
    with pytest.raises(DataError, match="settle their packages first"):
        proven_design(pair(120), LIMITS, seconds=1)


# --------------------------------------------------------------------------------------------------------- certificate


def proven(case):
    found, picks = jointly(case, NetworkLimits(ascent_rounds=2))
    made = certificate(
        case.with_picks(picks), found, pipes=[f"p{edge}" for edge in found.edge], customers=[f"c{place}" for place in range(len(case.must))], loss_kw=0.0
    )  # fmt: skip
    return found, json.loads(json.dumps(made))


@given(st.integers(0, 5_000))
@few
def test_a_certificate_holds_and_says_what_the_design_says(seed):
    case = case_of(seed)
    found, made = proven(case)
    verdict = verified(made)
    assert verdict.faults == []
    assert verdict.objective_eur == pytest.approx(found.objective_eur, abs=1e-4)
    assert verdict.bound_eur == pytest.approx(found.bound_eur, rel=1e-6, abs=1e-3)


@given(
    st.integers(0, 2_000),
    st.sampled_from(["reference", "raised", "far", "joined"]),
    st.integers(0, 10_000),
    st.sampled_from([0, 1, 3, 10]),
)
@settings(max_examples=40, deadline=None)
def test_no_proof_however_mangled_proves_more_than_is_true(seed, column, place, factor):
    case = case_of(seed)
    _, made = proven(case)
    proof = made["proof"]
    if proof is None or not proof["customer"]:
        return
    numbers = proof["balls"][place % len(proof["balls"])][1] if column == "joined" else proof[column]
    if not numbers:
        return
    at = place % len(numbers)
    numbers[at] = numbers[at] * factor if numbers[at] else factor * 10**9
    try:
        verdict = verified(made)
    except DataError:
        return
    assert verdict.bound_eur <= joint_optimum(case) + 1e-6


@pytest.fixture(scope="module")
def large():
    """A district where packages were changed and the certificate tells of them."""
    made = proven(with_lists(random_case(11, nodes=40, edges=60, customers=30, slope=0.02), 11, loss_eur=60))[1]
    assert any(chosen for _, chosen, _ in made["instance"]["packages"])
    return made


def changed(made):
    """A customer with another package than its first one."""
    return next(row for row in made["instance"]["packages"] if row[1] > 0)


def another_package_chosen(made):
    changed(made)[1] = 0


def less_power_on_the_list(made):
    row = changed(made)
    row[2][row[1]][0] -= made["units"]["kw"] // 1000


def less_power_in_the_flows(made):
    row = changed(made)
    row[2][row[1]][0] //= 2
    made["instance"]["kw"][row[0]] //= 2


def more_value_on_the_list(made):
    row = changed(made)
    row[2][row[1]][1] += made["units"]["eur"] * 100
    row[2][0][1] += made["units"]["eur"] * 101
    made["instance"]["value"][row[0]] += made["units"]["eur"] * 100


def a_better_package_kept_out_of_the_bound(made):
    for _, chosen, pairs in made["instance"]["packages"]:
        pairs[0][1] += made["units"]["eur"] * 500 * (chosen > 0)


def beaten_package(made):
    changed(made)[2].append([0, 10**40])


def a_number_that_is_none(made):
    changed(made)[2][0][0] = "15"


@pytest.mark.parametrize(
    ("corrupt", "message"),
    [
        (another_package_chosen, "stands in the instance with another package"), (less_power_on_the_list, "stands in the instance with another package"),
        (less_power_in_the_flows, "cost less value|bound: claimed"), (more_value_on_the_list, "cost less value"),
        (a_better_package_kept_out_of_the_bound, "bound: claimed"), (beaten_package, "do not fall in power and value"),
        (a_number_that_is_none, "something else than whole powers"),
    ],
)  # fmt: skip
def test_a_corrupted_list_is_found(large, corrupt, message):
    made = copy.deepcopy(large)
    assert verified(made).faults == []
    corrupt(made)
    try:
        faults = verified(made).faults
    except DataError as error:
        faults = [error.message]
    assert any(part in fault for fault in faults for part in message.split("|")), faults
