"""Who knows heat pumps, whole homes renewed by own motive, and plants bought again: cases by hand and limits."""

from dataclasses import replace

import numpy as np
import pytest

from koppelkans.people.response import NEVER, moved, no_offers, respond
from koppelkans.people.response.ages import survival_share
from koppelkans.people.response.behaviour import acquainted_by_year
from response_case import FIRST_YEAR, INVESTMENT_EUR, decided_by, forms, offers, rules, street
from test_response import (
    AIR,
    DEFAULT,
    GAS,
    GROUND,
    HYBRID,
    NETWORK,
    RENOVATED_AIR,
    RENOVATED_GAS,
    RENOVATED_NETWORK,
    STUCK,
    calm,
    only,
    recovery,
)

PUMPS = [HYBRID, AIR, RENOVATED_AIR, GROUND]
QUIET = no_offers(1, 30)


# ---------------------------------------------------------------------------------------------------------------- acquaintance


def test_acquaintance_follows_its_odds():
    """A quarter in 2020: odds 1 to 3; ln 3 / 0.1 = 11 years later even."""
    known = moved(moved(DEFAULT, "acquainted_share", 0.25), "acquaintance_growth_per_year", np.log(3) / 11)
    assert acquainted_by_year(known, np.array([2009, 2020, 2031])) == pytest.approx([0.1, 0.25, 0.5])
    assert acquainted_by_year(moved(known, "acquainted_share", 1.0), np.array([1990, 2050])).tolist() == [1, 1]
    assert acquainted_by_year(moved(known, "acquainted_share", 0.0), np.array([1990, 2050])).tolist() == [0, 0]


def test_a_heat_pump_weighs_as_much_as_it_is_known():
    """Hybrid or gas at the end of boilers of 20 years: a e / (a e + 1)."""
    case = only(street(forms=forms(age=20), sites=QUIET), HYBRID)
    acting = moved(calm(acquainted_share=0.25), "acquaintance_growth_per_year", 0.0)
    alive = survival_share(DEFAULT)
    ending = 1 - alive[21] / alive[20]
    gas = recovery(0.05, 18) * 4000 + 11000 / 0.9 * 0.065 + 310
    hybrid = recovery(0.05, 16) * 8000 + 11000 * 0.4 / 0.9 * 0.065 + 11000 * 0.6 / 2.9 * 0.218 + 420
    e = 0.25 * np.exp((gas - hybrid) / 300)
    assert respond(case, acting).by_section[0, 0, HYBRID] == pytest.approx(40 * ending * e / (e + 1), rel=1e-12)


def test_a_campaign_for_a_network_does_not_make_heat_pumps_known():
    """Guided streets that were offered a network took hardly a heat pump: 2 beside 110 connections in Purmerend."""
    case = only(street(sites=offers(guidance=1.0)), HYBRID)
    alike = [respond(replace(case, sites=site), calm(acquainted_share=0.0)) for site in (case.sites, QUIET)]
    assert [found.by_section[0, -1, HYBRID] for found in alike] == [0, 0]


def test_who_has_an_adviser_knows_heat_pumps():
    for decider in ("housing_company", "institution"):
        case = decided_by(street(sites=QUIET), decider, 2)
        some, all_of_them = (respond(case, moved(DEFAULT, "acquainted_share", share)) for share in (0.1, 1.0))
        assert (some.by_decider == all_of_them.by_decider).all()


def test_without_fuel_an_unknown_heat_pump_is_found():
    """Where nothing else is left everybody takes one: nobody is stuck for not knowing it."""
    shut = only(street(forms=replace(forms(), fuel_last_year=np.array([FIRST_YEAR + 4])), sites=QUIET), AIR)
    found = respond(shut, calm(acquainted_share=0.01))
    assert found.by_section[0, 6, AIR] == pytest.approx(40)
    assert found.by_section[0, 6, STUCK] == 0


def test_more_acquaintance_means_more_heat_pumps():
    shares = [
        respond(street(sites=QUIET), moved(DEFAULT, "acquainted_share", share)).by_section[0, -1, PUMPS].sum()
        for share in (0.1, 0.25, 0.5, 1.0)
    ]
    assert (np.diff(shares) > 0).all()


# ------------------------------------------------------------------------------------------------------------- deep renovation


def renewing(**changes):
    """Boilers last for ever and nobody looks at heating; one home in ten a year is renewed."""
    idle = {
        "attention_share": 0.0, "attention_guided_share": 0.0, "deep_renovation_per_year": 0.1, "acquainted_share": 1.0, "boiler_life_years": 1e9,
    }  # fmt: skip
    return calm(**{**idle, **changes})


def test_whole_homes_are_renewed_by_who_has_the_money():
    """One in ten of those whose class can pay 32,000 euro; nobody looks at heating, so the boiler comes back."""
    acting = renewing(cash_eur=np.array([3e3, 12e3, 35e3, np.inf]))
    found = respond(street(forms=forms(age=0), sites=QUIET), acting)
    able = np.array([acting.cash_share[0, quartile * 3, 2:].sum() for quartile in range(4)])
    assert found.by_section[0, 0, RENOVATED_GAS] == pytest.approx(10 * 0.1 * able.sum())
    assert found.by_section[0, -1, [HYBRID, AIR, RENOVATED_AIR, GROUND, NETWORK]].sum() == 0


def test_who_renews_and_looks_chooses_what_suits_the_renewed_home():
    """Works of the same kind come with each: a logit over boiler and heat pump, half of the deciders looking."""
    case = only(street(forms=forms(age=0), sites=QUIET), RENOVATED_AIR, RENOVATED_GAS)
    acting = renewing(attention_share=np.array([0, 0, 0, 0, 0, 0.5]))
    found = respond(case, acting).by_section[0, 0]
    heat = 11_000 * 0.62
    boiler = recovery(0.05, 28) * 32_000 + heat / 0.9 * 0.065 + 310
    pump = recovery(0.05, 22) * 41_000 + heat / 3.3 * 0.218 + 150
    share = 1 / (1 + np.exp((pump - boiler) / 300))
    assert found[RENOVATED_AIR] == pytest.approx(40 * 0.1 * 0.5 * share)
    assert found[RENOVATED_GAS] == pytest.approx(40 * 0.1 * (1 - 0.5 * share))


def test_a_block_has_its_plan_or_its_meeting():
    """A housing company and co-owners renew by their own decision; the yearly share of owners is not theirs."""
    for decider in ("housing_company", "co_owners"):
        case = decided_by(street(forms=forms(age=0), sites=QUIET), decider, 2)
        found = respond(case, renewing(company_planning_years=1e9))
        assert found.by_decider.sum(axis=0)[:, 1:].sum() == pytest.approx(0, abs=1e-6)


def test_a_renovated_home_takes_a_heat_pump_without_works():
    """Boilers of renewed homes end; the heat pump costs the plant alone, and is counted so."""
    acting = renewing(attention_share=np.array([0, 0, 1.0, 0, 0, 0]), second_life_years=10.0)
    case = only(street(forms=forms(age=0), sites=QUIET), AIR, RENOVATED_AIR, RENOVATED_GAS)
    found = respond(case, acting)
    renewed = 40 * 0.1
    heat = 11_000 * 0.62
    stay = recovery(0.05, 18) * 4_000 + heat / 0.9 * 0.065 + 310
    pump = recovery(0.05, 17) * 13_000 + heat / 3.3 * 0.218 + 150
    share = 1 / (1 + np.exp((pump - stay) / 300))
    assert found.by_section[0, 0, RENOVATED_AIR] == pytest.approx(renewed * 0.1 * share)
    taken = renewed * 0.1 * share
    works_and_boilers, boilers_again = (
        renewed * INVESTMENT_EUR[RENOVATED_GAS],
        (renewed * 0.1 - taken) * INVESTMENT_EUR[GAS],
    )
    assert found.investment_eur[:, 0].sum() == pytest.approx(
        works_and_boilers + boilers_again + taken * INVESTMENT_EUR[AIR]
    )


# --------------------------------------------------------------------------------------------------------------- bought again


def test_plants_bought_again_are_paid():
    """Every year a seventeenth of the heat pumps is bought again, works and premium left out; a borehole is not drilled again."""
    premium = np.zeros((12, 8, 30))
    premium[:, AIR] = 500.0
    law = replace(rules(), premium_eur=premium)
    acting = calm(second_life_years=17.0)
    for option, again_eur in ((AIR, INVESTMENT_EUR[AIR]), (GROUND, INVESTMENT_EUR[AIR])):
        shut = replace(forms(), fuel_last_year=np.array([FIRST_YEAR - 1]))
        found = respond(only(street(forms=shut, sites=QUIET, rules=law), option), acting)
        assert found.by_section[0, 0, option] == pytest.approx(40)
        paid = found.investment_eur.sum(axis=0)
        assert paid[5] == pytest.approx(40 / 17 * again_eur)
        assert found.premium_eur[:, 1:].sum() == 0
        assert found.moments[:, 5].sum() == 0


def test_works_are_paid_once():
    """A renewed home that joins the network pays the network alone."""
    acting = renewing(attention_share=np.array([0, 0, 1.0, 0, 0, 0]), second_life_years=1.0)
    case = only(
        street(forms=forms(age=0), rules=rules(heat_eur_per_mwh=1.0)), NETWORK, RENOVATED_NETWORK, RENOVATED_GAS
    )
    case = replace(
        case, sites=replace(case.sites, opening_year=np.array([NEVER]), live_year=np.array([FIRST_YEAR + 3]))
    )
    found = respond(case, acting)
    joined = found.moments[2, :, RENOVATED_NETWORK]
    assert joined[5] > 0
    own = found.investment_eur.sum(axis=0)
    taken = found.moments.sum(axis=0)
    renewed = found.by_section[0, :, RENOVATED_GAS]
    by_hand = (
        INVESTMENT_EUR[NETWORK] * (taken[5, NETWORK] + joined[5]) + INVESTMENT_EUR[GAS] * (taken[5, GAS] + renewed[5])
        + INVESTMENT_EUR[RENOVATED_NETWORK] * (taken[5, RENOVATED_NETWORK] - joined[5]) + INVESTMENT_EUR[RENOVATED_GAS] * taken[5, RENOVATED_GAS]
    )  # fmt: skip
    assert own[5] == pytest.approx(by_hand)


# ----------------------------------------------------------------------------------------------------------------------- loans


def test_a_loan_pays_no_boiler_where_the_rules_support_none():
    """Everybody borrows what may be borrowed: a boiler nothing, a renewed home with a boiler its works alone."""
    by_group = np.ones((12, 30))
    lent = replace(rules(), loan_eur=1e6 * by_group, loan_take_up_share=by_group, loan_years=20.0)
    acting = renewing(boiler_life_years=22.0)
    case = only(street(forms=forms(age=20), sites=QUIET, rules=lent), RENOVATED_GAS)
    free, none = (
        respond(replace(case, rules=replace(lent, boiler_loan_share=np.full(30, share))), acting)
        for share in (1.0, 0.0)
    )
    taken = free.moments.sum(axis=(0, 1))
    assert taken[GAS] > 0
    assert free.loans_eur.sum() == pytest.approx(
        taken[GAS] * INVESTMENT_EUR[GAS] + taken[RENOVATED_GAS] * INVESTMENT_EUR[RENOVATED_GAS]
    )
    works_eur = INVESTMENT_EUR[RENOVATED_GAS] - INVESTMENT_EUR[GAS]
    assert none.loans_eur.sum() == pytest.approx(none.moments.sum(axis=(0, 1))[RENOVATED_GAS] * works_eur)


def test_what_is_repaid_at_the_sale_bears_no_interest():
    """The rate of the yearly loan says nothing about the other one."""
    by_group = np.ones((12, 30))
    lent = replace(
        rules(), loan_eur=1e6 * by_group, loan_take_up_share=by_group, loan_years=20.0, bullet_loan_share=by_group
    )
    cheap, dear = (
        respond(street(rules=replace(lent, loan_rate_share=rate * by_group)), DEFAULT) for rate in (0.0, 0.05)
    )
    assert (cheap.by_section == dear.by_section).all()
