"""The heat company and its customers: required price, fixed points, the street solved by hand, who moves first, refusals."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import PchipInterpolator

from equilibrium_fixture import AGES, START, answer, company, street
from koppelkans.errors import DataError, OutOfRangeError, ScenarioError
from koppelkans.money.equilibrium import ResponseCurve, equilibria, required_price, threshold_share
from koppelkans.money.equilibrium.answer import WHY, share_ages
from koppelkans.money.equilibrium.branches import tree_of
from koppelkans.money.equilibrium.case import Clocks, company_figures, project_case
from koppelkans.money.equilibrium.fixed_points import fixed_points, iterates, whole
from koppelkans.money.equilibrium.interpolation import interpolated, monotone_slopes
from koppelkans.money.equilibrium.rules import Coordination, PricingRule, gas_parity_eur_per_mwh
from koppelkans.money.project import project_terms
from koppelkans.money.project_returns import annuity_share
from koppelkans.money.threshold import Worth, connection_threshold, section_worth
from koppelkans.parameters import read_parameters

PUBLISHED = pd.read_csv(Path(__file__).parent / "published" / "threshold.csv")
DAY = date(2026, 11, 1)
FIGURES = read_parameters().choosing(stand_ins={}, hold=("gas.social_tariff", "gas.excise"))
COST_PLUS = PricingRule.cost_plus()
CAUTIOUS = Coordination.cautious()


def found(curve, case, rule=COST_PLUS, coordination=CAUTIOUS, **more):
    return equilibria(curve, case, rule, coordination=coordination, ages=AGES, **more)


def built_whole(curve, case, rule=COST_PLUS):
    return whole(tree_of(curve, case, rule, AGES).sums, np.ones(len(case.section), dtype=bool), case.parent)


def steady(share, years, *, trench=1_500.0, large=0.0, metres=100.0):
    """A street of which the same share is connected in every year."""
    dwellings = 0.25 * metres
    case = company([trench * metres], large_mwh=large * metres, years=years)
    connected = np.full((1, years), share * dwellings)
    return required_price(connected, connected * 11.0, START + np.arange(years), case)


# -------------------------------------------------------------------------------------------------------------- required price


@pytest.mark.parametrize("row", PUBLISHED.index)
def test_a_steady_share_gives_back_every_cell_of_the_threshold_table(row):
    """The share at which 73 EUR/MWh (38 above the cost of heat) is just required, to the printed digit."""
    cell = PUBLISHED.loc[row]
    years, trench, large = int(cell["depreciation_years"]), cell["trench_eur_per_m"], cell["large_mwh_per_m"]
    low, high = 0.01, 3.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if steady(middle, years, trench=trench, large=large) > 73.0 else (low, middle)
    assert round(low, 2) == pytest.approx(cell["published_share"], abs=1e-9)
    annuity = annuity_share(years, 0.05)
    worth = Worth(annuity + 0.015, 38.0, 38.0, 350.0, 3_500.0 * annuity)
    formula = connection_threshold(*(np.array([value]) for value in (trench, large, 0.25, 2.75)), worth)[0]
    assert low == pytest.approx(formula, rel=1e-9)


def test_required_price_by_hand():
    """One year, no rate: 1,000 EUR of trench, ten dwellings of 10 MWh, connection 100 less fee 40, fixed 20, upkeep 10 %."""
    case = company(
        [1_000.0], years=1, rate=0.0, connection_eur=100.0, fee_eur=40.0, fixed_eur_per_year=20.0, upkeep_share=0.1
    )
    price = required_price(np.array([[10.0]]), np.array([[100.0]]), np.array([START]), case)
    assert price == pytest.approx(35 + (1_000 + 100 + 600 - 200) / 100)


def test_large_customers_pay_their_ceiling_and_the_rest_is_for_the_others():
    case = company(
        [1_000.0], years=1, rate=0.0, connection_eur=0.0, fee_eur=0.0, fixed_eur_per_year=0.0, upkeep_share=0.0, large_mwh=100.0
    )  # fmt: skip
    year, one = np.array([START]), (np.array([[10.0]]), np.array([[100.0]]))
    assert required_price(*one, year, case) == pytest.approx(40.0)
    capped = replace(case, large_cap_eur_per_mwh=np.array([36.0]))
    assert required_price(*one, year, capped) == pytest.approx(35 + (1_000 - 100) / 100)
    too_low = replace(case, large_cap_eur_per_mwh=np.array([34.0]))  # not served: it would not pay for its heat
    assert required_price(*one, year, too_low) == pytest.approx(45.0)


def test_residual_value_pays_for_what_outlives_the_horizon():
    case = company([1_000.0], years=10, rate=0.0, upkeep_share=0.0, residual_share=1.0, residual_years=40.0)
    connected = np.full((1, 10), 1.0)
    kept = required_price(connected, connected * 10, START + np.arange(10), case)
    gone = required_price(
        connected, connected * 10, START + np.arange(10), replace(case, residual_share=0.0, residual_years=0.0)
    )
    assert gone - kept == pytest.approx(0.75 * (1_000 + 3_500) / 100)


def test_nobody_pays_no_price_and_a_gift_pays_every_price():
    nobody = np.zeros((1, 3))
    assert required_price(nobody, nobody, START + np.arange(3), company([1_000.0], years=3)) == np.inf
    some = np.ones((1, 3))
    gift = company([1_000.0], years=3, grant_eur=1e9)
    assert required_price(some, some, START + np.arange(3), gift) == 0.0


def test_the_case_of_a_run_agrees_with_the_threshold_of_a_run():
    """From the terms of the day, at the threshold share the required price is the mean price of a household."""
    terms = replace(project_terms(FIGURES, DAY), residual_paid_share=0.0, debt_years=30, concession_years=30)
    sections = pd.DataFrame(
        {
            "trench_eur_per_m": [500.0], "length_m": [100.0], "large_heat_mwh": [0.0], "parent": [None], "build_year": [START],
            "large_cap_eur_per_mwh": [np.nan],
        },
        index=["s0"],
    )  # fmt: skip
    case = project_case(
        sections, terms=terms, heat_cost_eur_per_mwh=25.0, source_eur=0.0, kind="cooperative", parameters=FIGURES, day=DAY
    )  # fmt: skip
    worth = section_worth(replace(terms, project_rate_share=0.05), 25.0, parameters=FIGURES, day=DAY)
    share = connection_threshold(np.array([50_000.0]), np.array([0.0]), np.array([40.0]), np.array([440.0]), worth)[0]
    connected = np.full((1, 30), 40 * share)
    price = required_price(connected, connected * 11, START + np.arange(30), case)
    assert price == pytest.approx(terms.of_homes()[0], rel=1e-9)
    with pytest.raises(ScenarioError, match="did you mean private"):
        company_figures("privat", parameters=FIGURES, day=DAY)
    assert company_figures("private", parameters=FIGURES, day=DAY) == (0.07, 1.3)
    assert share_ages(FIGURES, DAY) == AGES


def test_parity_with_gas_by_hand():
    """11 MWh, gas at 65 EUR/MWh in a boiler of 90 %, upkeep 310, boiler 4,000 over 18 years, fixed 350, fee 3,000 over 30: 82 EUR/MWh."""
    parity = gas_parity_eur_per_mwh(
        11 * 65 / 0.9 + 310, 4_000.0, 350.0, 3_000.0, heat_mwh=11.0, clocks_years=(18, 30), rate_share=0.05
    )
    assert parity == pytest.approx(82.0, abs=0.1)


# ---------------------------------------------------------------------------------------------------------------- fixed points


def test_monotone_interpolation_agrees_with_scipy():
    prices = np.array([30.0, 42, 50, 55, 63, 80, 110])
    values = np.column_stack([1 / (1 + np.exp((prices - 60) / 8)), np.minimum(prices, 55.0), np.cos(prices / 9)])
    slopes, theirs = monotone_slopes(prices, values), PchipInterpolator(prices, values, axis=0)
    for price in np.linspace(30, 110, 97):
        np.testing.assert_allclose(interpolated(prices, values, slopes, price), theirs(price), atol=1e-13)
    two = np.array([[0.0], [4.0]])
    assert interpolated(prices[:2], two, monotone_slopes(prices[:2], two), 33.0)[0] == pytest.approx(1.0)


CASES = [
    (guidance, eur, large, years)
    for guidance in ("none", "half", "full") for eur in (900.0, 1_500.0) for large in (0.0, 1.0) for years in (20, 30, 45)
]  # fmt: skip


@pytest.mark.parametrize(("guidance", "eur", "large", "years"), CASES)
def test_every_fixed_point_of_a_fine_grid_is_found_and_bracketed(guidance, eur, large, years):
    curve, case = street(guidance, eur_per_m=eur, large_mwh_per_m=large, years=years)
    project = built_whole(curve, case)
    points = fixed_points(project, 200.0)
    grid = np.linspace(0.0, 200.0, 4_001)
    signs = np.array([project.value_eur(price) > 0 for price in grid])
    turns = grid[1:][signs[1:] != signs[:-1]]
    assert len(turns) == len(points.prices_eur_per_mwh)
    assert (np.abs(turns - points.prices_eur_per_mwh) <= 0.05).all()
    for price in points.prices_eur_per_mwh:
        assert project.required_eur_per_mwh(price) == pytest.approx(price, abs=1e-7)
    low, high = iterates(project, 0.0, 200.0, 5_000), iterates(project, 200.0, 200.0, 5_000)
    if points.best is None:
        assert low[-1] > 200.0
    else:
        assert (np.diff(low) >= -1e-9).all()
        assert low.max() <= points.best + 1e-9
        assert low[-1] == pytest.approx(points.best, abs=1e-6)
    if points.cautious is None:
        assert high[-1] > 200.0
    else:
        assert (np.diff(high) <= 1e-9).all()
        assert high[-1] == pytest.approx(points.cautious, abs=1e-6)


def test_the_critical_point_repels():
    curve, case = street("full", years=45)
    project = built_whole(curve, case)
    points = fixed_points(project, 200.0)
    assert points.critical is not None
    below = iterates(project, points.critical - 0.1, 200.0, 5_000)
    above = iterates(project, points.critical + 0.1, 200.0, 5_000)
    assert below[-1] == pytest.approx(points.best, abs=1e-6)
    assert above[-1] > 200.0


def test_the_table_of_streets_keeps_its_order():
    """Trench alone or shared, a large customer or none, 20, 30 or 45 years, no, half or full guidance."""
    price = {}
    tips = {}
    for guidance, eur, large, years in CASES:
        answered = found(*street(guidance, eur_per_m=eur, large_mwh_per_m=large, years=years))
        price[guidance, eur, large, years] = answered.best_eur_per_mwh or np.inf
        tips[guidance, eur, large, years] = answered.critical_eur_per_mwh is not None
        assert answered.points["stable"].sum() <= 1
    for guidance, eur, large, years in CASES:
        here = price[guidance, eur, large, years]
        assert here >= price["full", eur, large, years]
        assert here >= price[guidance, 900.0, large, years]
        assert here >= price[guidance, eur, 1.0, years]
        assert here >= price[guidance, eur, large, 45]
        exists = np.isfinite(here)
        assert tips[guidance, eur, large, years] == (exists and large == 0.0)  # a large customer takes the tipping away
    exist = {key for key, value in price.items() if np.isfinite(value) and key[2] == 0.0}
    assert exist == {("full", 900.0, 0.0, 30), ("full", 900.0, 0.0, 45), ("half", 900.0, 0.0, 45)}


def test_levers_keep_the_sign_of_their_effect():
    """At 70 EUR/MWh, half guidance, shared trench, 30 years: which lever lowers the required price, and which lowers it more."""

    def required(guidance="half", **more):
        curve, case = street(guidance, **more)
        return built_whole(curve, case).required_eur_per_mwh(70.0)

    base = required()
    ordered = [
        required("full"), required(large_mwh_per_m=1.0), required(large_mwh_per_m=0.5), required(grant_share=0.3), required(years=45),
        required(rate=0.04), base, required(rate=0.07), required(years=20), required(eur_per_m=1_500.0), required("none"),
    ]  # fmt: skip
    expected = [57, 58, 64, 62, 63, 68, 74, 89, 93, 107, 108]  # of a street of 3,000 dwellings with another answer
    assert base == pytest.approx(74, abs=6)
    for mine, theirs in zip(ordered, expected, strict=True):
        assert np.sign(round(mine - base, 6)) == np.sign(theirs - 74)
    correlation = np.corrcoef(ordered, expected)[0, 1]
    assert correlation > 0.98


@settings(max_examples=25, deadline=None)
@given(
    trench=st.floats(300, 2_500), years=st.integers(10, 50), rate=st.floats(0, 0.1), large=st.floats(0, 2),
    guidance=st.sampled_from(["none", "half", "full"]), ceiling=st.floats(36, 150),
)  # fmt: skip
def test_the_map_increases_and_a_grant_never_makes_heat_dearer(trench, years, rate, large, guidance, ceiling):
    curve, case = street(guidance, eur_per_m=trench, years=years, rate=rate, large_mwh_per_m=large)
    case = replace(case, large_cap_eur_per_mwh=np.array([ceiling]))
    required = np.array([built_whole(curve, case).required_eur_per_mwh(price) for price in np.linspace(30, 200, 40)])
    assert (np.diff(required[np.isfinite(required)]) >= -1e-6).all()
    without, again = found(curve, case), found(curve, case)
    assert without.points.equals(again.points)
    assert without.outcome == again.outcome
    granted = found(curve, replace(case, grant_share=0.3))
    if without.best_eur_per_mwh is not None:
        assert granted.best_eur_per_mwh is not None
        assert granted.best_eur_per_mwh <= without.best_eur_per_mwh + 1e-9


def test_a_lever_that_changes_nothing_changes_nothing():
    curve, case = street("full")
    same = replace(
        case, clocks=Clocks(60, 30, 45), grant_share=0.0, residual_share=0.0
    )  # another clock binds all the same
    assert found(curve, case).points.equals(found(curve, same).points)
    doubled = ResponseCurve(
        curve.price_eur_per_mwh, curve.year, curve.connected[:, [0, 0]] / 2, curve.heat_mwh[:, [0, 0]] / 2,
        curve.dwellings[[0, 0]] / 2, np.array(["s0", "s1"]),
    )  # fmt: skip
    split = company([case.trench_eur[0] / 2] * 2, parent=[-1, 0])
    assert found(doubled, split).best_eur_per_mwh == pytest.approx(found(curve, case).best_eur_per_mwh, abs=1e-9)


def test_the_table_is_close_to_the_whole_iteration():
    """A table of 15 prices against one of 600, as good as asking households at every step."""
    case = street("full", years=45)[1]
    coarse = found(answer([3_000.0], [START], "full"), case)
    fine = found(answer([3_000.0], [START], "full", prices=np.linspace(30, 200, 600)), case)
    assert coarse.best_eur_per_mwh == pytest.approx(fine.best_eur_per_mwh, abs=0.05)
    assert coarse.critical_eur_per_mwh == pytest.approx(fine.critical_eur_per_mwh, abs=0.15)
    curve = coarse.seen.curve
    connected, heat = curve.at(coarse.best_eur_per_mwh)
    assert required_price(connected, heat, curve.year, case) == pytest.approx(coarse.best_eur_per_mwh, abs=0.02)


# ----------------------------------------------------------------------------------------------------------- street by hand


HAND = [(250, 480, 0.658, -893, 0.354), (250, 288, 0.535, -573, 0.233), (150, 288, 0.658, -536, 0.354)]


def settled(scale, shared, advantage, large, start):
    share = start
    for _ in range(200_000):
        cost = (advantage + shared / (share + large)) / scale if share + large > 0 else np.inf
        following = 0.0 if cost > 700 else 1 / (1 + np.exp(cost))
        if abs(following - share) < 1e-15:
            break
        share = following
    return share


@pytest.mark.parametrize(("scale", "shared", "share", "fold", "large"), HAND)
def test_the_hand_street(scale, shared, share, fold, large):
    hand = threshold_share(1 / scale, shared)
    assert hand.least_stable_share == pytest.approx(share, abs=1e-3)
    assert hand.most_eur_per_year == pytest.approx(fold, abs=0.5)
    assert hand.least_large_part == pytest.approx(large, abs=1e-3)
    grid = np.linspace(0.05, 0.999, 2_000_001)
    right = np.log((1 - grid) / grid) - shared / scale / grid
    assert hand.most_eur_per_year == pytest.approx(scale * right.max(), abs=1e-6)
    assert hand.least_stable_share == pytest.approx(grid[right.argmax()], abs=1e-6)
    held = settled(scale, shared, hand.most_eur_per_year - 1e-3, 0.0, 1.0)
    assert held > hand.least_stable_share
    assert settled(scale, shared, hand.most_eur_per_year + 1e-2, 0.0, 1.0) < 0.05


@pytest.mark.parametrize(("scale", "trench", "share"), [(250, 1_500, 0.8077), (250, 900, 0.7159), (150, 900, 0.8459)])
def test_the_hand_street_by_iteration(scale, trench, share):
    """30 years, 5 %, upkeep 1.5 %, 0.25 dwellings per metre: 60 EUR a year on the good side of the fold, and 5 on the other."""
    shared = trench * (annuity_share(30, 0.05) + 0.015) / 0.25
    fold = threshold_share(1 / scale, shared).most_eur_per_year
    assert settled(scale, shared, fold - 60, 0.0, 1.0) == pytest.approx(share, abs=2e-4)
    assert settled(scale, shared, fold + 5, 0.0, 1.0) < 0.05


@pytest.mark.parametrize(("scale", "shared"), [(250, 480), (250, 288), (150, 288)])
def test_a_large_customer_takes_the_tipping_away(scale, shared):
    least = threshold_share(1 / scale, shared).least_large_part
    gaps = {}
    for size in (0.9, 1.1):
        large = size * least
        assert threshold_share(1 / scale, shared, large).tips == (size < 1)
        gaps[size] = max(
            settled(scale, shared, advantage, large, 1.0) - settled(scale, shared, advantage, large, 0.0)
            for advantage in np.linspace(-900, -100, 401)
        )
    assert gaps[0.9] > 0.3
    assert gaps[1.1] < 1e-6


@pytest.mark.parametrize(("advantage", "large"), [(-953.0, 0.0), (-700.0, 0.4), (-930.0, 0.1)])
def test_the_engine_solves_the_hand_street(advantage, large):
    """One decision, logit in the yearly cost: the equilibria of the engine are those of the iteration in share."""
    scale, heat, dwellings, years = 250.0, 11.0, 1_000.0, 30
    trench = 480 * dwellings / (annuity_share(years, 0.05) + 0.015)
    prices = np.concatenate([np.linspace(30, 140, 900), np.linspace(145, 2_000, 200)])
    share = 1 / (1 + np.exp((advantage + heat * (prices - 35)) / scale))
    connected = np.repeat((dwellings * share)[:, None, None], years, axis=2)
    curve = ResponseCurve(
        prices, START + np.arange(years), connected, connected * heat, np.array([dwellings]), np.array(["s0"])
    )
    case = company(
        [trench], connection_eur=0.0, fee_eur=0.0, fixed_eur_per_year=0.0, large_mwh=large * dwellings * heat
    )
    answered = found(curve, case)
    best = answered.points.loc[answered.points["best"], "signed_share"].iloc[0]
    assert best == pytest.approx(settled(scale, 480, advantage, large, 1.0), abs=1e-6)
    if large == 0.0:
        low, high = 1e-6, threshold_share(1 / scale, 480).least_stable_share
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if settled(scale, 480, advantage, 0.0, middle) < middle else (low, middle)
        assert answered.critical_share == pytest.approx(low, abs=1e-5)


# ---------------------------------------------------------------------------------------------------------------- coordination


def test_the_same_street_with_and_without_somebody_who_moves_first():
    """Tipping street: cautious no, conditional only between critical and best share, guarantee and duty yes."""
    curve, case = street("full", years=45)
    alone = found(curve, case)
    assert alone.outcome.price_eur_per_mwh is None
    assert alone.outcome.why == "dares not"
    assert any(note["level"] == "warning" and note["method"] == "equilibria" for note in alone.notes)
    best_share = alone.points.loc[alone.points["best"], "signed_share"].iloc[0]
    assert alone.critical_share < best_share
    cases = {
        alone.critical_share - 0.01: "quote above cap", alone.critical_share + 0.01: "conditional",
        best_share - 0.01: "conditional", best_share + 0.01: "share not signed", 0.99: "share out of reach",
    }  # fmt: skip
    for share, why in cases.items():
        outcome = found(curve, case, coordination=Coordination.conditional(share)).outcome
        if why == "quote above cap":  # the quote lies above the critical price: too few sign at it
            assert outcome.why in ("share not signed", "quote above cap")
            assert outcome.price_eur_per_mwh is None
        else:
            assert outcome.why == why
        if why == "conditional":
            assert outcome.price_eur_per_mwh == pytest.approx(alone.best_eur_per_mwh)
            assert outcome.quoted_eur_per_mwh < alone.critical_eur_per_mwh
    sure = found(curve, case, coordination=Coordination.guarantee(alone.critical_share + 0.05)).outcome
    assert sure.price_eur_per_mwh == pytest.approx(alone.best_eur_per_mwh)
    assert sure.expected_eur == 0.0
    assert sure.exposure_eur > 0.0
    bound = found(curve, case, coordination=Coordination.duty(0.95, 9)).outcome
    assert bound.why == "cautious"
    assert bound.price_eur_per_mwh < alone.best_eur_per_mwh


@pytest.mark.parametrize("years", [30, 45])
def test_exactly_the_critical_mass_is_enough(years):
    curve, case = street("full", years=years)
    alone = found(curve, case)
    for rule in (Coordination.conditional(alone.critical_share), Coordination.guarantee(alone.critical_share)):
        outcome = found(curve, case, coordination=rule).outcome
        assert outcome.price_eur_per_mwh == pytest.approx(alone.best_eur_per_mwh)
        assert outcome.expected_eur == pytest.approx(0.0, abs=1e-3)


def test_who_signs_and_drops_out_is_asked_for_on_top():
    curve, case = street("full", years=45)
    plain = found(curve, case, coordination=Coordination.conditional(0.62)).outcome
    asked = Coordination.conditional(0.62 / 0.93, drop_out_share=0.07)
    assert found(curve, case, coordination=asked).outcome.quoted_eur_per_mwh == pytest.approx(plain.quoted_eur_per_mwh)
    with pytest.raises(OutOfRangeError, match="a drop-out after signature is 1"):
        Coordination.conditional(0.6, drop_out_share=1.0)


def test_a_guarantee_of_more_than_the_street_will_bear_costs_money():
    curve, case = street("full", years=45)
    outcome = found(curve, case, coordination=Coordination.guarantee(0.88)).outcome
    assert outcome.price_eur_per_mwh == outcome.quoted_eur_per_mwh
    assert outcome.expected_eur > 0
    assert outcome.exposure_eur > outcome.expected_eur


def test_without_tipping_everybody_ends_at_the_same_price():
    curve, case = street("full", large_mwh_per_m=1.0)
    cautious = found(curve, case)
    assert cautious.best_eur_per_mwh == cautious.cautious_eur_per_mwh == cautious.outcome.price_eur_per_mwh
    assert cautious.critical_share is None
    assert cautious.outcome.why in WHY


def test_gas_parity_leaves_the_gain_with_the_company_and_builds_or_not():
    curve, case = street("full", years=45)
    pays = found(curve, case, PricingRule.gas_parity(82.0, discount_share=0.05))
    assert pays.outcome.price_eur_per_mwh == pytest.approx(77.9)
    assert pays.outcome.why == "price covers"
    assert pays.critical_eur_per_mwh is None
    short = found(curve, case, PricingRule.gas_parity(40.0))
    assert short.outcome.price_eur_per_mwh is None
    assert short.outcome.why == "price does not cover"
    assert len(short.points) == 0


def test_regulated_straight_line_is_dear_when_customers_must_be_won():
    curve, case = street("full", large_mwh_per_m=1.0)
    level, line = (found(curve, case, PricingRule.regulated(charge)) for charge in ("annuity", "straight line"))
    assert level.outcome.price_eur_per_mwh == pytest.approx(found(curve, case).best_eur_per_mwh)
    assert level.outcome.first_year_eur_per_mwh == pytest.approx(level.outcome.price_eur_per_mwh)
    assert line.outcome.first_year_eur_per_mwh > line.outcome.price_eur_per_mwh > level.outcome.price_eur_per_mwh
    years = case.horizon_years
    shape = PricingRule.regulated("straight line").course(years, 0.05)
    factors = 1.05 ** -np.arange(1, years + 1)
    assert (shape @ factors) == pytest.approx(factors.sum())
    assert shape[0] > 1 > shape[-1]


def test_late_customers_who_do_not_pay_are_told():
    curve, case = street("full", large_mwh_per_m=1.0, years=20)
    assert any("earn back" in note["text_en"] for note in found(curve, case).notes)
    kept = replace(case, residual_share=1.0, residual_years=40.0)
    assert not any("earn back" in note["text_en"] for note in found(curve, kept).notes)
    assert any("longer than the table" in note["text_en"] for note in found(curve, street(years=45)[1]).notes)


# -------------------------------------------------------------------------------------------------------------------- refusals


def test_a_response_table_that_cannot_be():
    curve = answer([10.0, 20.0], [START, START])
    with pytest.raises(DataError, match="more dwellings at 40 EUR/MWh than at a lower price in 2 sections"):
        replace(curve, connected=curve.connected[::-1], heat_mwh=curve.heat_mwh[::-1])
    with pytest.raises(DataError, match="more than the dwellings that could in 2 sections"):
        replace(curve, dwellings=curve.dwellings / 10)
    with pytest.raises(DataError, match="do not ascend"):
        replace(curve, price_eur_per_mwh=curve.price_eur_per_mwh[::-1])
    with pytest.raises(DataError, match=r"connected has shape \(15, 1, 31\), expected \(15, 2, 31\)"):
        replace(curve, connected=curve.connected[:, :1])
    with pytest.raises(DataError, match="heat_mwh: heat without a customer"):
        replace(curve, connected=curve.connected * 0)
    with pytest.raises(DataError, match="negative or missing in 2 sections"):
        replace(curve, connected=curve.connected * np.nan)


def test_a_case_that_cannot_be():
    with pytest.raises(DataError, match="circle"):
        company([1.0, 1.0], parent=[1, 0])
    with pytest.raises(DataError, match=r"grant_share is 1.5, expected 0 to 1"):
        company([1.0], grant_share=1.5)
    with pytest.raises(DataError, match="earned back"):
        company([1.0, 1.0], opens=[START, START + 40])
    with pytest.raises(DataError, match=r"built before the section upstream: 1 sections \(s1\)"):
        company([1.0, 1.0], opens=[START + 1, START], parent=[-1, 0])
    with pytest.raises(DataError, match="trench_eur negative or missing: 1 sections"):
        company([-1.0])


def test_an_offer_below_cost_needs_a_payer():
    curve, case = street("full")
    with pytest.raises(DataError, match=r"lies below the cost .* nobody pays the difference"):
        found(curve, case, PricingRule.offered(45.0))
    paid = found(curve, case, PricingRule.offered(45.0, payer="municipality")).outcome
    assert paid.why == "price covered"
    assert paid.cover_eur == pytest.approx(-built_whole(curve, case).value_eur(45.0))
    granted = replace(case, grant_eur=paid.cover_eur + 1.0)
    assert found(curve, granted, PricingRule.offered(45.0)).outcome.why == "price covers"


def test_other_questions_that_cannot_be_answered():
    curve, case = street("full")
    with pytest.raises(DataError, match="ends at 200 EUR/MWh and the rule for the price goes to 250"):
        found(curve, case, PricingRule.cost_plus(cap_eur_per_mwh=250.0))
    with pytest.raises(DataError, match="expected the same in the same order"):
        found(answer([1.0, 2.0], [START] * 2), case)
    with pytest.raises(DataError, match="before their section is built"):
        found(curve, replace(case, build_year=case.build_year + 2))
    with pytest.raises(DataError, match="without the section upstream"):
        found(answer([9.0, 9.0], [START] * 2), company([1.0, 1.0], parent=[-1, 0]), built=np.array([False, True]))
    with pytest.raises(OutOfRangeError, match=r"share of dwellings is 1\.2"):
        Coordination.conditional(1.2)
    with pytest.raises(ScenarioError, match="expected 'annuity' or 'straight line'"):
        PricingRule.regulated("steps")
    with pytest.raises(OutOfRangeError, match="expected above 0, above 0 and at least 0"):
        threshold_share(0.0, 480.0)
    empty = replace(curve, connected=curve.connected * 0, heat_mwh=curve.heat_mwh * 0)
    with pytest.raises(DataError, match="nobody connects at the lowest price in s0"):
        found(empty, case, coordination=Coordination.duty(0.9, 5))
