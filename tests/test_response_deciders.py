"""Landlords, companies, co-owners, institutions; duties, dates, signatures, loans and leases."""

from dataclasses import replace
from math import erf, sqrt

import numpy as np
import pytest

from koppelkans.people.response import Units, moved, no_offers, respond
from koppelkans.people.response.choice import STUCK
from koppelkans.tables.response import DECIDERS, MOMENTS, RESPONSE_GROUPS, RESPONSE_OPTIONS
from response_case import FIRST_YEAR, decided_by, forms, offers, rules, street
from test_response import DEFAULT, calm, only

GAS, HYBRID, AIR, RENOVATED_AIR, GROUND, NETWORK, RENOVATED_NETWORK, RENOVATED_GAS = range(len(RESPONSE_OPTIONS))
TENANT, SOCIAL = RESPONSE_GROUPS.index("q2_private_tenant"), RESPONSE_GROUPS.index("q1_social_tenant")
SALE, END = MOMENTS.index("sale"), MOMENTS.index("end_of_life")
YEARS = 30


def vote(yes, voters, majority=DEFAULT.majority_share, spread=DEFAULT.majority_spread_share):
    return 0.5 * (1 + erf((yes - majority) / sqrt(yes * (1 - yes) / voters + spread**2) / sqrt(2)))


def test_co_owners_with_one_boiler_by_hand():
    """Two groups of equal size, yes-shares p and q: the meeting passes with the mean, and then all go."""
    case = only(
        street(
            2, forms=replace(forms(age=39), dwellings_in_block=np.array([20.0]), collective_boiler=np.array([True]))
        ),
        NETWORK,
    )
    case = replace(
        case, sites=replace(offers(), opening_year=np.array([FIRST_YEAR - 1]), live_year=np.array([FIRST_YEAR - 1]))
    )
    homes = decided_by(case, "owner")
    one = calm(majority_share=0.5)
    poor = np.array(one.cash_share)
    poor[:, 0] = [0.6, 0.2, 0.1, 0.1]
    one = moved(moved(one, "cash_share", poor), "cash_eur", np.array([3000.0, 12000, 35000, np.inf]))
    single = respond(homes, one)
    ending = single.moments[END, 0].sum() / 20
    wishes = single.by_group[[0, 3], 0, NETWORK] / 10 / ending
    found = respond(decided_by(case, "co_owners"), one)
    passed = vote(wishes.mean(), 20, 0.5)
    assert wishes[0] < wishes[1]
    assert 0.05 < passed < 0.95
    assert found.by_group[[0, 3], 0, NETWORK] == pytest.approx(10 * ending * passed * np.ones(2), rel=1e-9)


def test_co_owners_with_own_boilers_need_leave_and_then_do_as_they_wish():
    case = only(street(2, forms=replace(forms(age=39), dwellings_in_block=np.array([20.0]))), HYBRID)
    single, found = (respond(decided_by(case, decider), calm()) for decider in ("owner", "co_owners"))
    ending = single.moments[END, 0].sum() / 20
    wish = single.by_section[0, 0, HYBRID] / 20 / ending
    assert found.by_section[0, 0, HYBRID] == pytest.approx(20 * ending * wish * vote(wish, 20), rel=1e-9)


def test_a_larger_majority_holds_more_back():
    case = decided_by(
        street(forms=replace(forms(), dwellings_in_block=np.array([12.0]), collective_boiler=np.array([True]))),
        "co_owners",
    )
    shares = [respond(case, moved(DEFAULT, "majority_share", a)).by_section[0, -1, GAS] for a in (0.5, 0.6667, 0.75)]
    assert shares[0] < shares[1] < shares[2]


def test_a_landlord_who_feels_more_of_the_bill_follows_it():
    cheap = street(rules=rules(heat_eur_per_mwh=35.0))
    let = decided_by(cheap, "landlord", TENANT)
    shares = [respond(let, moved(DEFAULT, "passed_on_share", phi)).connected[0, -1] for phi in (0.1, 0.3, 0.8)]
    assert shares[0] < shares[1] < shares[2]


def test_tenants_who_would_and_owners_who_do_not():
    case = street(rules=rules(heat_eur_per_mwh=20.0))
    let, own = respond(decided_by(case, "landlord", TENANT), DEFAULT), respond(case, DEFAULT)
    assert let.stuck[TENANT, 5, 1] > 1
    assert own.stuck[:, :, 1].max() == 0
    assert own.stuck[0, 5, 0] > own.stuck[9, 5, 0] > 0  # no money: the poorest quartile most


def test_a_company_decides_in_its_planning_year_about_the_whole_block():
    planned = replace(forms(age=2), planning_year=np.array([FIRST_YEAR + 4]), dwellings_in_block=np.array([40.0]))
    case = decided_by(
        street(forms=planned, sites=offers(opening=FIRST_YEAR), rules=rules(heat_eur_per_mwh=30.0)),
        "housing_company",
        SOCIAL,
    )
    case = replace(
        case, sites=replace(case.sites, opening_year=np.array([FIRST_YEAR - 1]), live_year=np.array([FIRST_YEAR - 1]))
    )
    found = respond(case, DEFAULT)
    moved_in = np.diff(found.connected[0])
    assert np.argmax(moved_in) == 3  # the fifth year
    assert moved_in[3] > 10 * moved_in[2]
    share = found.connected[0, 4] / 40
    assert found.variance[0, 4] == pytest.approx(40 * 40 * share * (1 - share))


def test_a_company_never_makes_its_tenants_pay_more():
    """Just above and just below the bill with gas."""
    gas_bill = 11000 / 0.9 * 0.065 + 310
    level = (gas_bill - 350) / 11
    for extra, some in ((-0.5, True), (0.5, False)):
        case = only(street(forms=forms(age=39), rules=rules(heat_eur_per_mwh=level + extra)), NETWORK)
        found = respond(decided_by(case, "housing_company", SOCIAL), DEFAULT)
        assert bool(found.connected.max() > 0) is some


def test_an_institution_takes_what_is_cheapest_for_it_and_is_no_dwelling():
    big = replace(
        forms(age=2),
        investment_eur=forms().investment_eur * 30,
        fuel_kwh=forms().fuel_kwh * 60,
        heat_kwh=forms().heat_kwh * 60,
    )
    units = Units(*(np.zeros(1, dtype=int) for _ in range(3)), np.full(1, DECIDERS.index("institution")), np.ones(1))
    for price, connects in ((40.0, True), (95.0, False)):
        found = respond(street(units=units, forms=big, rules=rules(heat_eur_per_mwh=price)), DEFAULT)
        assert bool(found.by_decider[DECIDERS.index("institution"), 3, NETWORK] > 0.95) is connects
        assert found.by_section.max() == found.by_group.max() == found.variance.max() == 0
        assert bool(found.heat_mwh[0, 3] > 600) is connects


def test_who_must_connect_does_when_heat_is_live_whatever_it_costs():
    case = street(forms=replace(forms(), must_connect=np.array([True])), rules=rules(heat_eur_per_mwh=300.0))
    found = respond(case, DEFAULT)
    assert found.connected[0, 1] == 0
    assert found.connected[0, 2:] == pytest.approx(np.full(YEARS - 2, 40.0))


# --------------------------------------------------------------------------------------------------------------- dates, duties


def test_nobody_burns_after_the_last_year_of_the_fuel():
    found = respond(street(forms=replace(forms(), fuel_last_year=np.array([FIRST_YEAR + 9]))), DEFAULT)
    burning = found.by_section[0, :, [GAS, HYBRID, RENOVATED_GAS]].sum(axis=0)
    assert burning[9] > 10
    assert burning[10] == pytest.approx(0, abs=1e-12)
    assert found.fuel_mwh[:, 10:].max() == pytest.approx(0, abs=1e-9)


def test_a_boiler_date_hurries_some_and_turns_others():
    dated = respond(street(forms=replace(forms(), boiler_last_year=np.array([FIRST_YEAR + 9]))), DEFAULT)
    free = respond(street(), DEFAULT)
    assert dated.moments[END, 9, GAS] > 1.2 * free.moments[END, 9, GAS]
    assert dated.moments[END, 10:, GAS].max() == 0
    assert dated.by_section[0, -1, GAS] < free.by_section[0, -1, GAS]


def test_who_can_pay_nothing_that_is_allowed_is_stuck_and_the_poorest_most():
    shut = replace(forms(), boiler_last_year=np.array([FIRST_YEAR]))
    found = respond(street(forms=shut, sites=no_offers(1, YEARS)), DEFAULT)
    last = found.by_group[[0, 3, 6, 9], -1, STUCK]
    assert last[0] > last[1] > last[2] > last[3] > 0
    by_group = np.ones((12, YEARS))
    helped = replace(rules(), loan_eur=by_group * 20_000, loan_years=15.0, loan_take_up_share=by_group)
    assert respond(street(forms=shut, sites=no_offers(1, YEARS), rules=helped), DEFAULT).by_section[0, -1, STUCK] == 0


def test_the_duty_at_sale_makes_renovated_gas_and_a_promised_connection_defers_it():
    late = offers(opening=FIRST_YEAR + 3)
    strict = replace(rules(), sale_label=np.full(YEARS, 1.0))
    deferred = replace(strict, sale_duty_deferred=np.ones((1, YEARS), dtype=bool))
    alone = moved(DEFAULT, "deep_renovation_per_year", 0.0)
    none, duty, later = (respond(street(rules=law, sites=late), alone) for law in (rules(), strict, deferred))
    assert duty.by_section[0, 4, RENOVATED_GAS] > 2 * none.by_section[0, 4, RENOVATED_GAS]
    assert later.by_section[0, 4, RENOVATED_GAS] < duty.by_section[0, 4, RENOVATED_GAS]
    assert later.connected[0, 4] > duty.connected[0, 4]


def test_a_stricter_label_to_let_moves_landlords_in_that_year():
    stricter = replace(rules(), rent_label=np.where(np.arange(YEARS) >= 5, 3.0, 6.0))
    found = respond(decided_by(street(rules=stricter), "landlord", TENANT), DEFAULT)
    moved_out = found.moments[MOMENTS.index("deadline")].sum(axis=1)
    assert moved_out[5] > 5
    assert moved_out[[0, 1, 2, 3, 4, 6, 7]].max() == 0


def test_who_signs_waits_and_some_drop_out():
    waiting = replace(offers(opening=FIRST_YEAR + 1), live_year=np.array([FIRST_YEAR + 4]))
    found = respond(street(sites=waiting), DEFAULT)
    signed, bridged, dropped = found.pipeline[0].T
    assert found.connected[0, 3] == 0
    assert signed[3] > signed[0] == 0
    assert bridged[0] == 0
    assert bridged[3] > 0
    lost = DEFAULT.signed_drop_out_share * signed[3] + DEFAULT.bridged_drop_out_share * bridged[3]
    assert dropped[4] == pytest.approx(lost)
    assert found.connected[0, 4] > signed[3] + bridged[3] - lost
    unbridged = respond(street(sites=waiting), moved(DEFAULT, "bridge_years", 0.0))
    assert unbridged.pipeline[0, :, 1].max() == 0
    assert unbridged.connected[0, 4] < found.connected[0, 4]


def test_what_is_lost_before_a_late_opening():
    early, late = (respond(street(sites=offers(opening=FIRST_YEAR + wait)), DEFAULT) for wait in (1, 15))
    assert 0 < early.lost_before_opening[0] < late.lost_before_opening[0]


def test_dossiers_cap_a_campaign():
    free = street(sites=offers(guidance=1.0))
    capped = replace(free, sites=replace(free.sites, dossiers_per_year=np.full(YEARS, 2.0)))
    shares = [respond(case, DEFAULT).connected[0, 5] for case in (street(), capped, free)]
    assert shares[0] < shares[1] < shares[2]


# ----------------------------------------------------------------------------------------------------------------------- money


def test_a_prefinanced_premium_reaches_who_cannot_advance_it():
    premium = np.zeros((12, 8, YEARS))
    premium[:, HYBRID] = 5500.0
    by_group = np.ones((12, YEARS))
    late = replace(rules(), premium_eur=premium, premium_delay_years=1.0)
    shares = [
        respond(street(rules=law, sites=no_offers(1, YEARS)), DEFAULT).by_group[0, -1, HYBRID]
        for law in (late, replace(late, premium_delay_years=0.0), replace(late, prefinanced_share=by_group))
    ]
    assert shares[0] < shares[1] < shares[2] / 1.2


def test_a_lease_needs_no_cash_and_no_investment():
    leased = np.full((8, YEARS), np.nan)
    leased[AIR] = 0.0
    found, none = (
        respond(street(rules=law, sites=no_offers(1, YEARS)), DEFAULT)
        for law in (replace(rules(), lease_yearly_share=leased, lease_fixed_eur=np.full((8, YEARS), 1200.0)), rules())
    )
    assert found.by_group[0, -1, AIR] > 3 * none.by_group[0, -1, AIR]
    per_switch = found.investment_eur.sum() / found.moments.sum()
    assert per_switch < none.investment_eur.sum() / none.moments.sum()


def test_money_follows_the_decisions():
    by_group = np.ones((12, YEARS))
    premium = np.zeros((12, 8, YEARS))
    premium[:, NETWORK] = 700.0
    law = replace(rules(), premium_eur=premium, premium_cap_share=np.full(8, 0.5))
    found = respond(street(rules=law), moved(DEFAULT, "second_life_years", 1e9))  # nothing is bought again
    taken = found.moments.sum(axis=0)
    joined = taken[:, [NETWORK, RENOVATED_NETWORK]].sum(axis=1)
    dead = found.moments[END][:, [NETWORK, RENOVATED_NETWORK]].sum(axis=1)  # with a temporary boiler until heat is live
    drop = (dead * DEFAULT.bridged_drop_out_share + (joined - dead) * DEFAULT.signed_drop_out_share) * (
        np.arange(YEARS) < 2
    )
    assert found.fee_eur.sum(axis=0) == pytest.approx((joined - drop) * 3000)
    # half of the 1,000 of the installation, in the year of the connection; who drops out gets nothing
    gone = DEFAULT.bridged_drop_out_share * found.moments[END, :2, NETWORK].sum()
    gone += DEFAULT.signed_drop_out_share * (taken[:2, NETWORK].sum() - found.moments[END, :2, NETWORK].sum())
    assert found.premium_eur[:, :2].sum() == 0
    assert found.premium_eur.sum(axis=0)[3:] == pytest.approx(taken[3:, NETWORK] * 500)
    assert found.premium_eur.sum() == pytest.approx((taken[:, NETWORK].sum() - gone) * 500)
    assert found.loans_eur.max() == 0
    lent = replace(law, loan_eur=by_group * 1e6, loan_years=10.0, loan_take_up_share=by_group)
    borrowed = respond(street(rules=lent), DEFAULT)
    assert borrowed.loans_eur.sum() > 0.9 * borrowed.investment_eur.sum()
