"""What must hold for every case of the response: no lever no change, own cost and heat price only ever push away."""

from dataclasses import replace
from datetime import date

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from koppelkans.parameters import read_parameters
from koppelkans.people.response import NEVER, behaviour, moved, respond, response_curve
from koppelkans.tables.response import DECIDERS, RESPONSE_OPTIONS
from response_case import FIRST_YEAR, forms, offers, street
from test_response import DEFAULT, everything

NETWORK, RENOVATED_NETWORK = RESPONSE_OPTIONS.index("network"), RESPONSE_OPTIONS.index("renovated_network")
FEW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
YEARS = 30


@st.composite
def streets(draw):
    """One street of any decider, ages, guidance, opening, loans and scale."""
    decider = draw(st.sampled_from(range(len(DECIDERS) - 1)))
    opening = FIRST_YEAR + draw(st.integers(0, 12))
    case = street(
        forms=forms(age=draw(st.integers(0, 35)), heat_kwh=draw(st.floats(5e3, 3e4))),
        sites=replace(
            offers(opening=opening, guidance=draw(st.sampled_from([0.0, 0.5, 1.0]))),
            live_year=np.array([opening + draw(st.integers(0, 4))]),
        ),
    )
    homes = replace(
        case.forms, dwellings_in_block=np.array([draw(st.sampled_from([1.0, 12.0]))]), collective_boiler=np.array([draw(st.booleans())]),
        boiler_last_year=np.array([draw(st.sampled_from([NEVER, FIRST_YEAR + 8]))]),
    )  # fmt: skip
    by_group = np.ones((12, YEARS))
    law = replace(
        case.rules, loan_eur=by_group * draw(st.sampled_from([0.0, 15_000.0])), loan_years=10.0, loan_take_up_share=by_group * 0.3,
        sale_label=np.full(YEARS, draw(st.sampled_from([6.0, 3.0]))), prefinanced_share=by_group * draw(st.floats(0, 1)),
        premium_delay_years=1.0,
    )  # fmt: skip
    behave = moved(DEFAULT, "scale_eur_per_year", draw(st.floats(100, 1000)))
    units = replace(case.units, decider=np.full(4, decider))
    return replace(case, units=units, forms=homes, rules=law), behave


@FEW
@given(streets(), st.lists(st.floats(20, 200), min_size=2, max_size=4, unique=True))
def test_a_higher_heat_price_never_raises_the_connected_share(drawn, prices):
    case, behave = drawn
    curve = response_curve(case, behave, sorted(prices))
    assert (np.diff(curve.connected, axis=0) <= 1e-9).all()


def test_nor_in_any_section_of_a_case_with_everything():
    curve = response_curve(everything(), DEFAULT, np.linspace(20, 200, 9))
    assert (np.diff(curve.connected, axis=0) <= 1e-9).all()
    assert (np.diff(curve.connected[:, 0, 15]) < -1e-4).any()


@FEW
@given(streets(), st.integers(1, len(RESPONSE_OPTIONS) - 1), st.floats(10, 5000))
def test_a_premium_never_lowers_its_own_take_up(drawn, option, premium_eur):
    """Of the option and its family: a cheaper network takes from the renovated network as from everything else."""
    case, behave = drawn
    given_eur = np.zeros((12, 8, YEARS))
    given_eur[:, option] = premium_eur
    before, after = (
        respond(replace(case, rules=law), behave) for law in (case.rules, replace(case.rules, premium_eur=given_eur))
    )
    assert (after.moments[:, 0, option] >= before.moments[:, 0, option] - 1e-9).all()
    if option != NETWORK and option != RENOVATED_NETWORK:
        taken = [found.by_section[0, :, option] for found in (before, after)]
        assert (taken[1] >= taken[0] - 1e-6 * 40).all()


@FEW
@given(streets())
def test_shares_add_up_whatever_the_case(drawn):
    case, behave = drawn
    found = respond(case, behave)
    assert found.by_section.min() >= 0
    assert np.abs(found.by_section.sum(axis=2) - 40).max() < 1e-9
    assert (found.variance >= 0).all()


def test_no_lever_changes_nothing():
    """A premium, loan, lease or duty of nothing is the same bytes as none."""
    case = street()
    by_group = np.zeros((12, YEARS))
    idle = replace(
        case.rules, premium_eur=np.zeros((12, 8, YEARS)), prefinanced_share=by_group + 1, loan_eur=by_group + 20_000, loan_take_up_share=by_group,
        yearly_support_eur=np.zeros((12, 8, YEARS)), support_years=5.0, sale_label=np.full(YEARS, 5.0), rent_label=np.full(YEARS, 5.0),
    )  # fmt: skip
    assert (
        respond(replace(case, rules=idle), DEFAULT).by_section.tobytes() == respond(case, DEFAULT).by_section.tobytes()
    )
    same = behaviour(read_parameters(), date(2026, 1, 1), draw={"response.contagion_share": 0.5})
    assert respond(case, same).by_section.tobytes() == respond(case, DEFAULT).by_section.tobytes()


def test_an_unfeasible_option_does_not_exist():
    one, other = forms(), forms()
    one.feasible[:, 4] = other.feasible[:, 4] = False
    other.investment_eur[:, 4] = 1.0
    assert (
        respond(street(forms=one), DEFAULT).by_section.tobytes()
        == respond(street(forms=other), DEFAULT).by_section.tobytes()
    )


def test_examples_pull_only_their_own_family():
    off, on = (
        respond(street(sites=offers(guidance=0.5)), moved(DEFAULT, "contagion_share", share)) for share in (0.0, 0.4)
    )
    assert on.connected[0, -1] > off.connected[0, -1]
    assert on.by_section[0, -1, NETWORK] - off.by_section[0, -1, NETWORK] < 0.1 * 40
