"""Households and heat company together: 3,000 homes along equal streets, the answer of the response, the equilibria of the company."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from equilibrium_fixture import AGES, company
from koppelkans.money.equilibrium import ResponseCurve, equilibria, required_price
from koppelkans.money.equilibrium.rules import Coordination, PricingRule
from koppelkans.parameters import read_parameters
from koppelkans.people.response import Behaviour, ResponseCase, Units, behaviour, moved, respond, response_curve
from koppelkans.people.response.case import C, K
from response_case import FEE_EUR, PREMIUMS_EUR, forms, offers, rules

DAY = date(2026, 7, 1)
OPENS, YEARS, HOMES, METRES = 2027, 35, 3_000.0, 12_000.0
PRICES = np.array([30.0, 38, 44, 49, 54, 58, 62, 66, 73, 80, 88, 97, 108, 122, 140, 165, 200])
GUIDANCE = {"none": (0.0, FEE_EUR, 0.0), "half": (0.5, FEE_EUR / 2, 0.65), "full": (1.0, FEE_EUR / 2, 0.95)}
"""Guidance, fee of an early offer [EUR], and part of the homes that a campaign reaches in each of three years."""
TENURES = ((0, 0, 0.74), (1, 1, 0.18), (2, 2, 0.08))
"""Tenure, decider and part of the homes: owners, private landlords, a housing company."""


def homes(guidance) -> ResponseCase:
    """Forty sizes of home in four quartiles; the poorest half may borrow for a connection."""
    draw = np.random.default_rng(1)
    heat = np.exp(draw.normal(0, 0.4, 40))
    size, quartile, tenure = (part.ravel() for part in np.meshgrid(np.arange(40), np.arange(4), np.arange(3)))
    weight = np.array([part for _, _, part in TENURES])[tenure]
    units = Units(
        form=size, group=quartile * 3 + tenure, section=np.zeros_like(size), decider=tenure, dwellings=HOMES * weight / 160
    )  # fmt: skip
    degree, early_eur, contact = GUIDANCE[guidance]
    premium = np.zeros((C, K, YEARS))
    premium[:, 2:5] = np.repeat(PREMIUMS_EUR, 3)[:, None, None]
    poorer = (np.arange(C) < 6)[:, None] * np.ones((C, YEARS))
    given = rules(1, YEARS)
    given = replace(
        given, premium_eur=premium, early_fee_eur=np.full((C, YEARS), float(early_eur)), loan_eur=60_000.0 * poorer, loan_years=25.0,
        loan_take_up_share=poorer, loan_rate_share=0.01 * poorer,
    )  # fmt: skip
    sites = offers(1, YEARS, opening=OPENS, guidance=degree)
    sites = replace(sites, contact_share=np.where(sites.contact_share > 0, contact, 0.0))
    return ResponseCase(2026, ("s0",), units, forms(40, heat_kwh=11_000 * heat / heat.mean()), given, sites)


@pytest.fixture(scope="module")
def answers() -> dict[str, ResponseCurve]:
    """With the defaults of today."""
    return curves(behaviour(read_parameters(), DAY))


@pytest.fixture(scope="module")
def first_answers() -> dict[str, ResponseCurve]:
    """As the first version had it: no constants from calibration, everybody knows heat pumps, in all years alike."""
    acting = behaviour(read_parameters(), DAY)
    for name, value in (("option_eur_per_year", 0.0), ("acquainted_share", 1.0), ("deep_renovation_per_year", 0.0)):
        acting = moved(acting, name, value)
    return curves(acting)


def curves(acting: Behaviour) -> dict[str, ResponseCurve]:
    found = {}
    for guidance in GUIDANCE:
        curve = response_curve(homes(guidance), acting, PRICES)
        year = np.asarray(curve.calendar, dtype=np.int64)
        found[guidance] = ResponseCurve(
            PRICES, year, curve.connected, curve.heat_mwh, np.array([HOMES]), np.array(["s0"]), curve.variance
        )
    return found


def settles(curve, eur_per_m, large_mwh_per_m, years):
    case = company([eur_per_m * METRES], opens=[OPENS], large_mwh=large_mwh_per_m * METRES, years=years)
    return equilibria(curve, case, PricingRule.cost_plus(), coordination=Coordination.cautious(), ages=AGES)


def test_guidance_and_price_move_the_share_as_in_the_first_version(first_answers):
    """Share 15 years after opening at 70 EUR/MWh: 0.34, 0.55, 0.79 there, for another scale, contagion and campaign."""
    share = {name: curve.at(70.0)[0][0, OPENS - 2026 + 14] / HOMES for name, curve in first_answers.items()}
    assert share["none"] == pytest.approx(0.34, abs=0.05)
    assert share["half"] == pytest.approx(0.55, abs=0.08)
    assert share["full"] == pytest.approx(0.79, abs=0.15)
    assert share["none"] < share["half"] < share["full"]


def test_heat_pumps_that_become_known_cost_a_network_customers(answers, first_answers):
    """With the defaults of today fewer connect at any guidance: heat pumps are known better every year."""
    for name, curve in answers.items():
        assert curve.at(70.0)[0][0, OPENS - 2026 + 14] < first_answers[name].at(70.0)[0][0, OPENS - 2026 + 14]


def test_the_table_of_streets_keeps_its_order_with_the_answer_of_households(answers):
    best, tips = {}, {}
    for guidance, curve in answers.items():
        for eur, large, years in [(e, q, n) for e in (900.0, 1_500.0) for q in (0.0, 1.0) for n in (20, 30, 45)]:
            answered = settles(curve, eur, large, years)
            best[guidance, eur, large, years] = answered.best_eur_per_mwh or np.inf
            tips[guidance, eur, large, years] = answered.critical_eur_per_mwh is not None
            assert not any("falls at" in note["text_en"] for note in answered.notes)  # the map increases everywhere
    for (guidance, eur, large, years), price in best.items():
        assert best["full", eur, large, years] <= best["half", eur, large, years] <= best["none", eur, large, years]
        assert price >= max(best[guidance, 900.0, large, years], best[guidance, eur, large, 45])
        assert price >= best[guidance, eur, 1.0, years]
        assert tips[guidance, eur, large, years] == (large == 0.0 and np.isfinite(price))
    alone = {key for key, price in best.items() if np.isfinite(price) and key[2] == 0.0}
    assert alone == {("full", 900.0, 0.0, 30), ("full", 900.0, 0.0, 45), ("half", 900.0, 0.0, 45)}


def test_prices_lie_near_those_of_the_first_version(answers, first_answers):
    """Shared trench, no large customer: 52, 45 and 54 EUR/MWh there; with heat pumps that become known up to 10 more."""
    for (guidance, years), price in {("full", 30): 52, ("full", 45): 45, ("half", 45): 54}.items():
        first, today = (
            settles(found[guidance], 900.0, 0.0, years).best_eur_per_mwh for found in (first_answers, answers)
        )
        assert first == pytest.approx(price, abs=8)
        assert first < today < first + 10


@pytest.mark.parametrize(("guidance", "years"), [("full", 45), ("full", 30), ("half", 45)])
def test_the_table_against_the_whole_iteration(answers, guidance, years):
    """Households asked again at every step, from below, until the price rests: what a table of 15 prices leaves out."""
    acting, case = behaviour(read_parameters(), DAY), homes(guidance)
    project = company([900.0 * METRES], opens=[OPENS], years=years)
    price = 35.0
    for _ in range(60):
        answer = respond(case.priced(price), acting)
        following = required_price(answer.connected, answer.heat_mwh, answer.calendar, project)
        if abs(following - price) < 1e-4:
            break
        price = following
    else:
        pytest.fail("the price did not come to rest")
    found = settles(answers[guidance], 900.0, 0.0, years).best_eur_per_mwh
    assert found == pytest.approx(price, abs=0.05)
