"""The part of a network that comes about under a rule of coordination: support never ends it, the critical mass is enough, and a call pays what is built."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equilibrium_fixture import AGES, START, answer, company, street
from koppelkans.errors import DataError
from koppelkans.money.equilibrium import equilibria
from koppelkans.money.equilibrium.branches import PRICE, REACH, choose_branches, tree_of
from koppelkans.money.equilibrium.case import Clocks
from koppelkans.money.equilibrium.holding import FirstMover, Question, part_that_holds
from koppelkans.money.equilibrium.payments import network_payments
from koppelkans.money.equilibrium.rules import Coordination, PricingRule
from test_equilibrium_branches import CAP, closed_sets, every_choice, network

KINDS = ("cautious", "conditional", "guarantee", "duty")
GRANTS = np.linspace(0.0, 1.0, 9)


def asked(curve, case, kind, share=None, rule=CAP):
    return Question(curve, case, rule, FirstMover(kind, share, 0.75), AGES)


def held(curve, case, kind, share=None, rule=CAP):
    return part_that_holds(asked(curve, case, kind, share, rule), np.ones(len(case.section), dtype=bool))


# ---------------------------------------------------------------------------------------------------------------- no critical mass


@pytest.mark.parametrize("kind", ["conditional", "guarantee"])
def test_without_a_critical_mass_no_share_needs_to_be_asked(kind):
    """A large customer takes the tipping away: who asks for signatures gets the network that the cautious get, whatever share is customary."""
    curve, case = street("full", large_mwh_per_m=1.0)
    built = np.ones(1, dtype=bool)
    rule = PricingRule.cost_plus()
    alone = asked(curve, case, "cautious", rule=rule).happening(built)
    assert alone.critical_share is None
    assert alone.outcome.price_eur_per_mwh is not None
    mover = FirstMover(kind, None, 0.99)
    assert (
        equilibria(curve, case, rule, coordination=Coordination.conditional(0.99), ages=AGES).outcome.price_eur_per_mwh
        is None
    )
    found = Question(curve, case, rule, mover, AGES).happening(built)
    assert found.outcome == alone.outcome
    assert mover.on(found) == Coordination.cautious()


@pytest.mark.parametrize("kind", ["conditional", "guarantee"])
def test_with_a_critical_mass_that_share_is_asked_and_is_enough(kind):
    curve, case = street("full", years=45)
    found = asked(curve, case, kind, rule=PricingRule.cost_plus()).happening(np.ones(1, dtype=bool))
    assert found.outcome.why == kind
    assert found.outcome.price_eur_per_mwh == found.best_eur_per_mwh


def test_the_critical_mass_is_enough_where_as_many_sign_at_a_higher_price():
    """60 of 100 sign at 60, 80 and 100 EUR/MWh: the critical price is 80, not 100, the last price with 60 signatures."""
    prices = np.array([30.0, 60.0, 80.0, 100.0, 120.0])
    signed = np.array([90.0, 60.0, 60.0, 60.0, 1.0])
    year = START + np.arange(30)
    connected = np.repeat(signed[:, None, None], len(year), axis=2)
    settled = np.array([90.0, 70.0, 30.0, 12.0, 1.0])
    connected[:, :, 3:] = np.minimum(signed, settled)[:, None, None]
    curve = replace(
        answer([100.0], [START]), price_eur_per_mwh=prices, year=year, connected=connected, heat_mwh=connected * 11.0
    )
    case = company([200_000.0])
    rule = PricingRule.cost_plus(cap_eur_per_mwh=120.0)
    alone = equilibria(curve, case, rule, coordination=Coordination.cautious(), ages=AGES)
    assert alone.outcome.why == "dares not"
    assert alone.critical_eur_per_mwh == pytest.approx(80.4, abs=0.1)
    assert alone.seen.project.price_of_signed_share(alone.critical_share) == pytest.approx(100.0)
    found = asked(curve, case, "conditional", rule=rule).happening(np.ones(1, dtype=bool))
    assert found.outcome.price_eur_per_mwh == pytest.approx(alone.best_eur_per_mwh)


# ---------------------------------------------------------------------------------------------------------------- support


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    guidance=st.sampled_from(["half", "full"]),
    kind=st.sampled_from(KINDS),
    large=st.sampled_from([0.0, 0.2, 0.5]),
)
def test_more_support_never_makes_a_network_vanish(seed, guidance, kind, large):
    """On random trees, a greater share of the works paid by others: once some part of it comes about, one does ever after."""
    curve, case = network(8, seed, guidance=guidance, large_share=large)
    prices = [
        held(curve, replace(case, grant_share=float(grant)), kind)[0].outcome.price_eur_per_mwh for grant in GRANTS
    ]
    there = np.array([price is not None for price in prices])
    assert (np.diff(there.astype(int)) >= 0).all()
    assert there[-1]


@pytest.mark.parametrize("share", [0.3, 0.6])
@pytest.mark.parametrize("kind", ["conditional", "guarantee"])
def test_more_support_never_makes_a_network_vanish_where_a_share_is_asked(kind, share):
    curve, case = street("full", years=30)
    there = [
        held(curve, replace(case, grant_share=float(grant)), kind, share, PricingRule.cost_plus())[0].outcome.price_eur_per_mwh is not None
        for grant in GRANTS
    ]  # fmt: skip
    assert there == sorted(there)
    assert there[-1]


@pytest.mark.parametrize("seed", range(5))
def test_who_is_cautious_builds_a_part_exactly_where_one_pays_at_the_highest_price(seed):
    curve, case = network(8, seed, guidance="half", large_share=0.5)
    tree = tree_of(curve, case, CAP, AGES)
    may = [built for built in closed_sets(case.parent) if tree.value(built, tree.cap) >= 0]
    found, built = held(curve, case, "cautious")
    assert (found.outcome.price_eur_per_mwh is not None) == bool(may)
    if not may:
        return
    reached = [
        float(tree.settled(asked(curve, case, "cautious").happening(part).cautious_eur_per_mwh)[part].sum())
        for part in may
    ]
    assert float(tree.settled(found.outcome.price_eur_per_mwh)[built].sum()) >= 0.98 * max(reached)


def test_a_wider_choice_that_nobody_dares_gives_way_to_one_that_is_dared():
    """A street with a hospital pays at every price; with the village behind it more would connect, but nobody dares: the street is built."""
    curve = answer([20.0, 300.0], [START, START], "full")
    case = replace(company([60_000.0, 1_200_000.0], parent=[-1, 0], large_mwh=[100.0, 0.0]), clocks=Clocks(30, 30, 30))
    rule = PricingRule.cost_plus(cap_eur_per_mwh=150.0)
    wide = choose_branches(curve, case, rule, ages=AGES)
    assert wide.built.all()
    assert asked(curve, case, "cautious", rule=rule).happening(wide.built).outcome.why == "dares not"
    found, built = held(curve, case, "cautious", rule=rule)
    assert found.outcome.why == "cautious"
    assert built.tolist() == [True, False]


# ------------------------------------------------------------------------------------------------------------------- a call


def test_the_grant_of_a_call_by_hand():
    """Trenches of 100, 200 and 400 thousand and a source of 50: 40 % of what is built, at most 130 thousand."""
    case = replace(
        company([100_000.0, 200_000.0, 400_000.0], parent=[-1, 0, 0], source_eur=50_000.0),
        call_share=0.4,
        call_most_eur=130_000.0,
    )
    for marks, eur in (([1, 0, 0], 60_000.0), ([1, 1, 0], 130_000.0), ([1, 1, 1], 130_000.0)):
        built = np.array(marks, dtype=bool)
        assert case.call_eur(built) == eur
        assert case.granted(built).grant_eur == eur
        assert case.granted(built).call_eur(built) == 0.0
    with pytest.raises(DataError, match=r"call_share is 1\.5, expected 0 to 1"):
        replace(case, call_share=1.5)


def test_the_payments_hold_the_grant_of_the_sections_that_are_built():
    curve = answer([60.0, 40.0, 10.0], [START] * 3, "full")
    case = replace(company([100_000.0, 60_000.0, 900_000.0], parent=[-1, 0, 0]), call_share=0.5, call_most_eur=1e6)
    built = np.array([True, True, False])
    found = equilibria(curve, case, CAP, coordination=Coordination.conditional(0.4), ages=AGES, built=built)
    paid = network_payments(found, Coordination.conditional(0.4)).query("what == 'grant for the heat network'")
    assert paid["amount_eur"].tolist() == [80_000.0]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("most", [np.inf, 60_000.0, 250_000.0])
def test_branches_are_chosen_with_the_grant_that_they_bring(seed, most):
    """Against every closed part of a tree of seven sections."""
    curve, case = network(7, seed, guidance="half")
    case = replace(case, call_share=0.45, call_most_eur=most)
    tree = tree_of(curve, case, CAP, AGES)
    choices = list(every_choice(tree))
    cheapest, widest = (choose_branches(curve, case, CAP, ages=AGES, aim=aim) for aim in (PRICE, REACH))
    assert (widest.price_eur_per_mwh is not None) == bool(choices)
    if choices:
        lowest, reach = min(price for price, _, _ in choices), max(reach for _, reach, _ in choices)
        assert cheapest.bound <= lowest + 1e-9
        assert cheapest.price_eur_per_mwh == pytest.approx(lowest, abs=0.5)
        assert widest.bound >= reach - 1e-6
        assert widest.dwellings == pytest.approx(reach, rel=0.02)
    rule = PricingRule.gas_parity(78.0)
    given_price = choose_branches(curve, case, rule, ages=AGES)
    values = [tree.value(part, 78.0) for part in closed_sets(case.parent)]
    assert given_price.value_eur == pytest.approx(max([0.0, *values]), abs=1.0)
    assert given_price.bound >= given_price.value_eur - 1e-6
