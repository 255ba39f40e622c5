"""What becomes of a network with other inputs: draws that repeat, fewer customers never cheaper a MWh, repairs that are the cheapest there are."""

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koppelkans import tables
from koppelkans.errors import DataError
from koppelkans.heat.network import NetworkLimits, design_network
from koppelkans.heat.network.certificate import certificate
from koppelkans.heat.network.certified import certified
from koppelkans.heat.network.instance import PipeClass
from koppelkans.heat.network.lying import (
    Boiler,
    joiners,
    joins_later_eur,
    lying,
    way_eur_per_kw,
    without_customers,
    without_source,
)
from koppelkans.heat.network.robust import HIGHEST_CUSTOMERS, Bands, spread, uptake
from koppelkans.scenario import HeatNetwork
from krekelwijk import planned, source
from network_oracle import instance, random_case, with_sources

LIMITS = NetworkLimits()
few = settings(max_examples=8, deadline=None)


def bands(count: int, *, wide: float) -> Bands:
    ends = np.full(count, 1.0)
    return Bands(
        (1 - 0.2 * wide, 1 + 0.2 * wide), (ends - 0.3 * wide, ends + 0.3 * wide), (1 - 0.25 * wide, 1 + 0.25 * wide)
    )


def as_it_lies(case, design, saved_eur=0.0):
    return lying(case, design, np.broadcast_to(np.asarray(saved_eur, dtype=float), design.edge.shape))


# --------------------------------------------------------------------------------------------------------------------------- draws


@given(st.integers(0, 5_000))
@few
def test_inputs_without_a_band_change_nothing_and_draws_repeat(seed):
    case = random_case(seed, nodes=9, edges=12, customers=8)
    design, alternative = design_network(case, LIMITS), case.customer_value_eur * 2
    none = spread(case, design, alternative, bands(8, wide=0), draws=2, seed=1)
    assert none.switched.tolist() == [0, 0] or none.objective_eur.min() < design.objective_eur - 1e-9
    one, other = (spread(case, design, alternative, bands(8, wide=1), draws=4, seed=2) for _ in range(2))
    assert one.switch_share.tolist() == other.switch_share.tolist()
    assert (one.kept_eur >= one.objective_eur).all()
    assert ((one.switch_share >= 0) & (one.switch_share <= 1)).all()


def test_a_dearer_alternative_is_worth_that_much_more():
    # 10 m and a service of 5 m cost 450; worth 400 of an alternative of 1,000: at 20 % more it is worth 600 and connects
    case = instance([(0, 1, 10, 0), (1, 2, 5, 0)], [(2, 10, 400)])
    design = design_network(case, LIMITS)
    assert not design.connected.any()
    dear = Bands((1.2, 1.2), (np.ones(1), np.ones(1)), (1.0, 1.0))
    found = spread(case, design, np.array([1_000.0]), dear, draws=1, seed=1)
    assert found.switch_share.tolist() == [1.0]
    assert found.objective_eur.tolist() == pytest.approx([450 - 600])
    assert found.kept_eur.tolist() == [0.0]
    assert found.beyond_gap.tolist() == [True]


MANY = HIGHEST_CUSTOMERS + 1


def test_too_many_customers_are_refused_but_those_without_worth_do_not_count():
    case = instance([(0, 1, 10, 0)], [(1, 1, 50)] * MANY)
    with pytest.raises(DataError, match=f"{MANY} customers; draws of a network are made up to {HIGHEST_CUSTOMERS}"):
        spread(case, design_network(case, LIMITS), np.zeros(MANY), bands(MANY, wide=0), draws=1, seed=1)
    case = instance([(0, 1, 10, 0)], [(1, 1, 50)] * 5 + [(1, 1, -1)] * MANY)
    found = spread(case, design_network(case, LIMITS), np.zeros(MANY + 5), bands(MANY + 5, wide=0), draws=1, seed=1)
    assert found.switched.tolist() == [0]


# -------------------------------------------------------------------------------------------------------------------------- uptake


def test_fewer_customers_pay_more_each():
    # a street of 10 m (300 EUR) and services of 5 m (150 EUR) for two homes of 10 MWh: 600 / 20; with one 450 / 10
    case = instance([(0, 1, 10, 0), (1, 2, 5, 0), (1, 3, 5, 0)], [(2, 10, 400), (3, 10, 400)])
    design = design_network(case, LIMITS)
    found = uptake(case, design, np.array([10.0, 10.0]), np.array([0, -1, -1]), shares=(0.5, 1.0), draws=3, seed=1)
    assert found.mean_eur_per_mwh == pytest.approx([45, 30])
    assert found.heat_mwh == pytest.approx([10, 20])
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


# ------------------------------------------------------------------------------------------------------------------- later joiners


def street(**more):
    """A main of 10 m to a node where three services of 5 m leave; at most 60 kW fits in its pipe."""
    edges = [(0, 1, 10, 0), (1, 2, 5, 0), (1, 3, 5, 0), (1, 4, 5, 0)]
    return instance(edges, [(2, 45, 3000), (3, 10, 300), (4, 20, 800)], coincidence=(1.0, 0.0), **more)


def test_a_later_joiner_pays_its_service_and_its_pumping():
    case = replace(street(slope=0.5), never=np.array([False, True, True]))
    design = design_network(case, LIMITS)
    # the first: 3,000 - 5 m at 33 EUR (45 kW) - 45 kW over 15 m
    assert joins_later_eur(as_it_lies(case, design))[0] == pytest.approx(3000 - 165 - 0.5 * 15 * 45)
    free = replace(case, never=np.zeros(3, dtype=bool))
    found = joiners(as_it_lies(free, design))
    # 60 kW in the main leave room for 10, not for 20
    assert found.along.tolist() == [False, True, True]
    assert found.fits.tolist() == [False, True, False]
    assert found.brings_eur[1:] == pytest.approx([300 - 150 - 0.5 * 15 * 10, 800 - 150 - 0.5 * 15 * 20])


def test_joiners_take_the_room_one_after_the_other_and_the_source_counts():
    case = replace(street(), customer_kw=np.array([45.0, 10.0, 10.0]), never=np.array([False, True, True]))
    design = design_network(case, LIMITS)
    free = replace(case, never=np.zeros(3, dtype=bool))
    assert joiners(as_it_lies(free, design)).fits.tolist() == [False, False, True]  # either fits, not both
    small = replace(free, source_kw=50.0)
    assert not joiners(as_it_lies(small, design)).fits.any()


# --------------------------------------------------------------------------------------------------------------------- a loss


def test_losing_a_customer_loses_its_value_and_saves_its_pumping():
    case = instance([(0, 1, 10, 0), (1, 2, 5, 0)], [(2, 10, 3000)], slope=0.5)
    net = as_it_lies(case, design_network(case, LIMITS))
    (found,) = without_customers(net, np.array([0]))
    assert (found.more_eur, found.repair) == (pytest.approx(3000 - 0.5 * 15 * 10), "kept")
    saving = as_it_lies(case, net.design, [4.0, 6.0])
    assert without_customers(saving, np.array([0]))[0].more_eur == pytest.approx(3000 - 75 - 10)


def test_who_did_not_fit_takes_the_room():
    case = replace(street(), never=np.array([False, True, True]))
    free = replace(case, never=np.zeros(3, dtype=bool))
    net = as_it_lies(free, design_network(case, LIMITS))
    assert not joiners(net).fits[2]
    # alone behind the main the lost customer leaves it to nobody: the pipes behind which nobody is left are shut
    assert without_customers(net, np.array([0]))[0].repair == "kept"
    both = replace(case, must=np.array([True, True, False]), never=np.array([False, False, True]))
    net = as_it_lies(free, design_network(both, LIMITS))
    (found,) = without_customers(net, np.array([0]))
    # 20 kW for 800 EUR by a service of 150 EUR
    assert (found.repair, found.joined, found.kept_eur) == ("attached", 1, pytest.approx(3000))
    assert found.more_eur == pytest.approx(3000 - 650)


def best_rest(net, gone: int, *, whole: bool) -> float:
    """The most that is left without a customer, over every subtree; ``whole``: only pipes behind which nobody is left are shut."""
    case, design = net.instance, net.design
    ends, way, best = net.ends.tolist(), way_eur_per_kw(net), -np.inf
    for shut in itertools.product((False, True), repeat=len(ends)):
        live = {case.root}
        for place, end in enumerate(ends):
            if not shut[place] and design.upstream[place] in live:
                live.add(end)
        if any(not shut[place] and end not in live for place, end in enumerate(ends)):
            continue
        users = [user for user in np.flatnonzero(design.connected) if user != gone and case.customer_node[user] in live]
        if whole and len(users) < design.connected.sum() - (gone >= 0):
            continue
        saved = sum(net.saved_eur[place] for place, end in enumerate(ends) if end not in live)
        worth = sum(
            case.customer_value_eur[user] - way[case.customer_node[user]] * case.customer_kw[user] for user in users
        )
        best = max(best, worth + saved)
    return float(best)


@given(st.integers(0, 5_000))
@few
def test_shutting_branches_is_the_best_over_every_subtree(seed):
    case = random_case(seed, nodes=6, edges=7, customers=5, slope=0.3)
    design = design_network(replace(case, customer_value_eur=np.full(5, 1e4)), LIMITS)
    net = as_it_lies(case, design, np.random.default_rng(seed).uniform(0, 400, len(design.edge)))
    joined = np.flatnonzero(design.connected)
    before = best_rest(net, -1, whole=True)
    way = way_eur_per_kw(net)[case.customer_node]
    worth = case.customer_value_eur - way * case.customer_kw
    for user, found in zip(joined, without_customers(net, joined), strict=True):
        assert found.kept_eur == pytest.approx(before - best_rest(net, user, whole=True), abs=1e-6)
        if found.repair != "attached" and best_rest(net, -1, whole=False) <= before + 1e-6:
            assert found.more_eur == pytest.approx(before - best_rest(net, user, whole=False), abs=1e-6)
        assert found.more_eur <= found.kept_eur + 1e-9
    assert worth[joined].sum() <= before + 1e-6


@given(st.integers(0, 5_000))
@few
def test_a_lost_source_never_gains_and_is_never_dearer_than_a_boiler(seed):
    case = with_sources(random_case(seed, nodes=7, edges=9, customers=5), seed, scarce=2.0)
    design = design_network(case, LIMITS)
    net = as_it_lies(
        case, design, np.where(design.edge < len(case.tail) - 2, 0.1 * design.cost_eur, case.extra_eur[design.edge])
    )
    for arc in range(len(case.tail) - 2, len(case.tail)):
        found = without_source(net, arc, Boiler(50.0))
        assert found.more_eur <= found.kept_eur + 1e-6
        # a repair cheaper than the design itself would show that the design was not the best
        assert found.more_eur >= -(design.objective_eur - design.bound_eur) - 1e-6
        assert (found.missing_kw > 0) == (found.repair in ("temporary_boiler", "other_sources_and_boiler"))


def test_a_source_without_a_stand_in_is_replaced_by_a_boiler_for_its_kw_and_its_heat():
    case = with_sources(random_case(1, nodes=7, edges=9, customers=5), 1, sources=2, scarce=2.0)
    last = len(case.tail) - 2
    alone = replace(
        case, must=np.ones(5, dtype=bool), customer_value_eur=np.full(5, 1e4),
        allowed=np.where(np.arange(len(case.tail)) == last + 1, False, case.allowed),
    )  # fmt: skip
    design = design_network(alone, LIMITS)
    net = as_it_lies(alone, design)
    found = without_source(net, last, Boiler(50.0, 7.0, 900.0))
    asked = dict(zip(design.edge.tolist(), zip(design.design_kw, design.sum_kw, strict=True), strict=True))[last]
    assert (found.repair, found.missing_kw) == ("temporary_boiler", pytest.approx(asked[0]))
    # the fixed cost of a source that is gone is saved
    assert found.more_eur == pytest.approx(900 + 50 * asked[0] + 7 * asked[1] - case.extra_eur[last])
    assert without_source(net, last + 1, Boiler(50.0)).more_eur == 0.0


def between_two_sources():
    """A home of 10 kW at 10 m from either source, 10 m from each other; the first source has power for one alone, the second is dearer."""
    case = instance(
        [(1, 3, 10, 0), (2, 4, 10, 0), (3, 4, 10, 0), (0, 1, 1, 0), (0, 2, 1, 0)],
        [(3, 10, 9000), (4, 10, 9000)],
        coincidence=(1.0, 0.0),
    )
    arcs = tuple(PipeClass(np.array([kw]), np.zeros(1), eur, source=True) for kw, eur in ((15.0, 0.0), (100.0, 5.0)))
    return replace(case, edge_class=np.array([0, 0, 0, 1, 2]), more_classes=arcs)


@pytest.mark.parametrize("redesigned", [0, 100])
def test_another_source_takes_over_by_one_link(monkeypatch, redesigned):
    monkeypatch.setattr("koppelkans.heat.network.lying.REDESIGNED_CUSTOMERS", redesigned)
    case = between_two_sources()
    net = as_it_lies(case, design_network(case, LIMITS), 4.0 * np.ones(4))
    found = without_source(net, 3, Boiler(50.0))
    # a link of 10 m at 30 EUR and 10 kW of dearer heat, less the pipe of the lost source and its own fixed cost; against 10 kW at 50 EUR
    assert (found.repair, found.missing_kw) == ("other_sources", 0.0)
    assert found.more_eur == pytest.approx(300 + 50 - 4)
    assert found.kept_eur == pytest.approx(500)
    assert without_source(net, 3, Boiler(20.0)).repair == "temporary_boiler"


def test_a_piece_goes_over_whole_or_not_at_all(monkeypatch):
    monkeypatch.setattr("koppelkans.heat.network.lying.REDESIGNED_CUSTOMERS", 0)
    # a third home hangs behind the first: the other source has room for one of both, and the link leads to the nearer
    edges = [(1, 3, 10, 0), (2, 4, 10, 0), (3, 4, 10, 0), (0, 1, 1, 0), (0, 2, 1, 0), (3, 5, 10, 0)]
    case = instance(edges, [(3, 10, 9000), (4, 10, 9000), (5, 10, 9000)], coincidence=(1.0, 0.0))
    kinds = np.array([0, 0, 0, 1, 2, 0])

    def lost(second_kw: float):
        arcs = tuple(
            PipeClass(np.array([kw]), np.zeros(1), eur, source=True) for kw, eur in ((25.0, 0.0), (second_kw, 5.0))
        )
        free = replace(case, edge_class=kinds, more_classes=arcs)
        design = design_network(replace(free, allowed=np.array([True, True, False, True, True, True])), LIMITS)
        return without_source(as_it_lies(free, design), 3, Boiler(50.0))

    assert (lost(20.0).repair, lost(20.0).more_eur) == ("temporary_boiler", pytest.approx(1000))
    # with room for all: the link at 30 EUR/m, the pipe of the other source replaced by one for 30 kW at 33 EUR/m, 20 kW of dearer heat
    assert (lost(40.0).repair, lost(40.0).more_eur) == ("other_sources", pytest.approx(300 + 330 + 100))


# ----------------------------------------------------------------------------------------------------------- from the certificate


@given(st.integers(0, 5_000), st.booleans())
@few
def test_a_certificate_gives_question_and_tree_back(seed, several):
    case = random_case(seed, nodes=9, edges=12, customers=8, slope=0.05)
    case = with_sources(case, seed, scarce=2.0) if several else case
    design = design_network(case, LIMITS)
    behind = dict.fromkeys(range(len(case.tail) - 2, len(case.tail)), 0.0) if several else None
    told = json.loads(json.dumps(certificate(
        case, design, pipes=[f"p{edge}" for edge in design.edge], customers=[f"c{user}" for user in range(8)], loss_kw=0.0, behind_kw=behind,
    )))  # fmt: skip
    found = certified(told)
    assert found.design.edge.tolist() == design.edge.tolist()
    assert found.pipes.tolist() == [f"p{edge}" for edge in design.edge]
    assert found.design.cost_eur == pytest.approx(design.cost_eur)
    assert (found.design.objective_eur, found.design.bound_eur) == pytest.approx(
        (design.objective_eur, design.bound_eur)
    )
    assert [table.source for table in found.instance.classes] == [table.source for table in case.classes]
    again = design_network(found.instance, LIMITS)
    assert again.objective_eur == pytest.approx(design.objective_eur, abs=1e-3)


# -------------------------------------------------------------------------------------------------------------------- in the plan


@pytest.fixture(scope="module")
def plan():
    return planned(
        heat_network=HeatNetwork(regime="middle", must_connect=["t1", "t2", "t3"], robustness_draws=3, uptake_draws=4)
    )


def test_a_plan_tells_how_firm_its_network_is(plan):
    connections = plan["connections"]["connected"]
    assert len(plan["network_draws"]) == 3
    assert (
        plan["network_switches"]["connected"].to_dict() == connections.reindex(plan["network_switches"].index).to_dict()
    )
    share = plan["network_uptake"]
    assert share.index.tolist() == ["50", "60", "70", "80", "100"]
    whole = plan["network_variants"].query("chosen").iloc[0]
    assert share["eur_per_mwh"].iloc[-1] * share["heat_mwh"].iloc[-1] == pytest.approx(
        whole["network_eur_per_year"], rel=1e-6
    )
    assert share["heat_mwh"].iloc[-1] == pytest.approx(whole["heat_mwh"])
    assert (share["low_eur_per_mwh"] <= share["high_eur_per_mwh"]).all()
    assert plan["network_joiners"].index.tolist() == ["network_middle"]
    assert {"network_draws", "network_uptake", "network_losses"} <= set(plan["remarks"]["about"])


def test_a_plan_with_one_source_needs_a_boiler_for_all_of_it(plan):
    losses, given_row = plan["network_losses"], plan["network_sources"].iloc[0]
    lost = losses[losses["kind"] == "source"].iloc[0]
    heat = given_row["heat_mwh"] + given_row["loss_mwh"]
    assert lost["missing_kw"] == pytest.approx(given_row["peak_kw"])
    assert lost["more_eur_per_year"] == pytest.approx(60 * given_row["peak_kw"] + 50 * heat + 25_000)
    customers = losses[losses["kind"] == "customer"]
    assert len(customers) == min(10, plan["connections"]["connected"].sum())
    assert customers["heat_mwh"].is_monotonic_decreasing
    assert (customers["more_eur_per_year"] <= customers["unrepaired_eur_per_year"] + 1e-6).all()


def test_two_sources_stand_in_for_each_other():
    two = [source(), source(name="ketel", x_m=0.0, y_m=60.0, price_eur_per_mwh=40)]
    told = planned(sources=two, heat_network=HeatNetwork(regime="middle", must_connect=["t1", "t2", "t3"]))
    lost = told["network_losses"].query("kind == 'source'")
    used = told["network_sources"].query("heat_share > 0")
    assert lost["name"].tolist() == used.index.tolist()
    assert (lost["more_eur_per_year"] <= lost["unrepaired_eur_per_year"] + 1e-6).all()


def test_draws_of_nothing_leave_it_out_and_a_plan_without_network_has_no_rows(krekelwijk_plan):
    told = planned(heat_network=HeatNetwork(regime="middle", must_connect=["t1"], robustness_draws=0, uptake_draws=0))
    assert told["network_draws"].empty
    assert told["network_uptake"].empty
    assert len(told["network_losses"])
    for name in ("network_draws", "network_switches", "network_uptake", "network_joiners", "network_losses"):
        assert tables.check(tables.TABLES[name], krekelwijk_plan[name]).empty


def test_shares_lie_inside_the_design():
    with pytest.raises(ValueError, match="shares between 0 and 1, each once"):
        HeatNetwork(robustness_shares=(0.5, 1.5))
