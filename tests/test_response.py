"""The response of households: cases worked out by hand, mass, limits, equal treatment, persons, refusals."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

import response_case as cases
from koppelkans.errors import DataError, ParameterError
from koppelkans.parameters import read_parameters
from koppelkans.people.response import (
    NEVER,
    Units,
    behaviour,
    moved,
    no_offers,
    price_nodes,
    respond,
    response_curve,
    stationary_age_share,
)
from koppelkans.people.response.ages import AGES, exact_ageing, staged_ageing, survival_share
from koppelkans.tables.response import DECIDERS, MOMENTS, RESPONSE_GROUPS, RESPONSE_OPTIONS
from response_case import FIRST_YEAR, forms, offers, rules, street

GAS, HYBRID, AIR, RENOVATED_AIR, GROUND, NETWORK, RENOVATED_NETWORK, RENOVATED_GAS = range(len(RESPONSE_OPTIONS))
STUCK = len(RESPONSE_OPTIONS)
DEFAULT = behaviour(read_parameters(), date(2026, 1, 1))


def calm(**changes):
    """Everybody rich, at one rate, looking at the end of a boiler only, and nothing hidden: what is left can be done by hand."""
    one = DEFAULT
    plain = {
        "rate_share": 0.05, "passed_on_share": 1.0, "inertia_eur_per_year": 0.0, "hidden_eur": 0.0, "contagion_share": 0.0,
        "option_eur_per_year": 0.0, "acquainted_share": 1.0, "renovation_per_year": 0.0, "deep_renovation_per_year": 0.0, "vacancy_per_year": 0.0,
        "leave_per_year": 0.0, "cash_eur": np.array([1e8, 2e8, 3e8, np.inf]),
        "attention_share": np.array([1.0, 0, 1, 0, 0, 0]), "attention_guided_share": 0.0,
    }  # fmt: skip
    for name, value in {**plain, **changes}.items():
        one = moved(one, name, value)
    return one


def only(case, *options):
    feasible = np.zeros_like(case.forms.feasible)
    feasible[:, [GAS, *options]] = True
    return replace(case, forms=replace(case.forms, feasible=feasible, sale_per_year=case.forms.sale_per_year * 0))


def recovery(rate, years):
    return rate / (1 - (1 + rate) ** -years)


# ----------------------------------------------------------------------------------------------------------------------- cases


def test_a_street_by_hand():
    """Boilers of 20 years, hybrid or gas, everybody looks: 1 - S(21) / S(20) end, and a logit splits them."""
    case = only(street(forms=forms(age=20), sites=no_offers(1, 30)), HYBRID)
    found = respond(case, calm())
    alive = survival_share(DEFAULT)
    ending = 1 - alive[21] / alive[20]
    gas = recovery(0.05, 18) * 4000 + 11000 / 0.9 * 0.065 + 310
    hybrid = recovery(0.05, 16) * 8000 + 11000 * 0.4 / 0.9 * 0.065 + 11000 * 0.6 / 2.9 * 0.218 + 420
    share = 1 / (1 + np.exp((hybrid - gas) / 300))
    assert found.by_section[0, 0, HYBRID] == pytest.approx(40 * ending * share, rel=1e-12)
    assert found.moments[MOMENTS.index("end_of_life"), 0, GAS] == pytest.approx(40 * ending * (1 - share), rel=1e-12)
    # second year: boilers of 21 years, and new ones whose hazard in their first year is 1 - S(1)
    second = 40 * ((1 - ending) * (1 - alive[22] / alive[21]) + ending * (1 - share) * (1 - alive[1])) * share
    assert found.by_section[0, 1, HYBRID] == pytest.approx(40 * ending * share + second, rel=1e-9)


def test_the_worth_of_a_boiler_that_still_works_by_hand():
    """At a sale: gone = e / (K + e), with a boiler of 10 years paid for until its expected end."""
    case = only(street(forms=forms(age=10), sites=no_offers(1, 30)), HYBRID)
    case = replace(case, forms=replace(case.forms, sale_per_year=np.array([0.1])))
    only_sales = calm(attention_share=np.array([0.0, 1, 0, 0, 0, 0]))
    found = respond(case, only_sales)
    alive = survival_share(DEFAULT)
    remaining = alive[11:].sum() / alive[10] + 0.5
    keep = 11000 / 0.9 * 0.065 + 310 + recovery(0.05, 18) * 4000 * 1.05**-remaining
    hybrid = recovery(0.05, 16) * 8000 + 11000 * 0.4 / 0.9 * 0.065 + 11000 * 0.6 / 2.9 * 0.218 + 420
    share = 1 / (1 + np.exp((hybrid - keep) / 300))
    working = alive[11] / alive[10]
    assert found.by_section[0, 0, HYBRID] == pytest.approx(40 * working * 0.1 * share, rel=1e-9)


def test_cash_is_a_mixture_of_classes_and_not_a_weight():
    """Two classes: 3,000 and no limit. The poor half of Q1 can pay no hybrid."""
    case = only(street(1, forms=forms(age=39), sites=no_offers(1, 30)), HYBRID, AIR)
    poor = calm(cash_eur=np.array([3000.0, 12000, 35000, np.inf]), cash_share=np.array([0.5, 0.28, 0.15, 0.07]))
    found = respond(case, poor)
    ending = exact_ageing(DEFAULT).end_share[39]
    rate = recovery(0.05, np.array([18, 16, 17]))
    cost = rate * np.array([4000, 8000, 13000]) + np.array([310, 420, 150])
    cost += 11000 * np.array([1, 0.4, 0]) / 0.9 * 0.065 + 11000 * np.array([0, 0.6 / 2.9, 1 / 2.9]) * 0.218
    e = np.exp(-(cost - cost[0]) / 300)
    shares = 0.5 * e * [1, 0, 0] / e[0] + 0.28 * e * [1, 1, 0] / e[:2].sum() + 0.22 * e / e.sum()
    assert found.by_section[0, 0, [HYBRID, AIR]] == pytest.approx(10 * ending * shares[1:], rel=1e-9)


def test_equal_ages_last_as_their_law_says_and_stages_nearly_so():
    alive = survival_share(DEFAULT)
    assert alive.sum() - 0.5 == pytest.approx(22, abs=0.1)
    assert exact_ageing(DEFAULT).remaining_years[0] == pytest.approx(22, abs=0.2)
    staged, left = staged_ageing(DEFAULT), np.zeros(8)
    left[0] = 1
    survived = []
    for _ in range(AGES):
        survived.append(left.sum())
        left = left * (1 - staged.advance_share - staged.end_share) + np.append(0, (left * staged.advance_share)[:-1])
    assert np.abs(np.array(survived) - alive[:AGES]).max() < 0.06
    assert stationary_age_share(DEFAULT).sum() == pytest.approx(1)


def test_stationary_ages_give_as_many_replacements_every_year():
    ages = stationary_age_share(DEFAULT)[None]
    case = only(street(forms=replace(forms(), age_share=ages), sites=no_offers(1, 30)))
    replaced = respond(case, calm()).moments[MOMENTS.index("end_of_life"), :, GAS]
    assert replaced == pytest.approx(np.full(30, replaced[0]), rel=0.01)


# ---------------------------------------------------------------------------------------------------------------------- limits


def test_probabilities_stay_a_distribution_under_every_rule_at_once():
    case = everything()
    for stages in (False, True):
        found = respond(case, DEFAULT, stages=stages)
        assert found.by_section.min() >= 0
        assert found.by_section.sum(axis=2) == pytest.approx(np.repeat([[30.0], [30.0]], 30, axis=1), abs=1e-10)
        assert found.by_group.sum(axis=(0, 2)) == pytest.approx(np.full(30, 60.0), abs=1e-10)
        assert found.by_decider.sum(axis=(0, 2)) == pytest.approx(np.full(30, 61.0), abs=1e-10)
        assert found.connected == pytest.approx(found.by_section[..., [NETWORK, RENOVATED_NETWORK]].sum(axis=2))


def everything():
    """All deciders, duties, dates, loans and a late network in two sections, one of them without."""
    years, sections = 30, 2
    homes = forms(5, age=15)
    homes = replace(
        homes, boiler_last_year=np.array([2036, NEVER, 2034, NEVER, NEVER]), fuel_last_year=np.array([NEVER, 2041, NEVER, 2045, NEVER]),
        must_connect=np.array([False, False, False, False, True]), collective_boiler=np.array([False, True, False, False, False]),
        dwellings_in_block=np.array([1.0, 12, 20, 8, 1]), planning_year=np.array([NEVER, NEVER, 2031, NEVER, NEVER]),
    )  # fmt: skip
    by_group = np.ones((12, years))
    law = replace(
        rules(sections), premium_eur=np.full((12, 8, years), 2000.0), prefinanced_share=by_group * 0.5, loan_eur=by_group * 20000,
        loan_years=15.0, loan_rate_share=by_group * 0.01, loan_take_up_share=by_group * 0.3, bullet_loan_share=by_group * 0.2,
        premium_cap_share=np.full(8, 0.4), sale_label=np.where(np.arange(years) > 2, 3.0, 6.0),
        rent_label=np.where(np.arange(years) > 8, 3.0, 6.0), lease_yearly_share=np.where(np.arange(8)[:, None] == AIR, 0.0, np.nan) * np.ones(years), lease_fixed_eur=np.full((8, years), 1500.0),
        yearly_support_eur=np.full((12, 8, years), 50.0), support_years=5.0,
    )  # fmt: skip
    site = replace(
        offers(sections, guidance=1.0, opening=2032),
        live_year=np.array([2034, NEVER]),
        dossiers_per_year=np.full(years, 3.0),
    )
    units = Units(
        form=np.array([0, 1, 1, 2, 3, 4] * 2), group=np.array([0, 3, 4, 2, 7, 9] * 2), section=np.repeat([0, 1], 6),
        decider=np.array([0, 3, 3, 2, 1, 0] * 2), dwellings=np.full(12, 5.0),
    )  # fmt: skip
    units = Units(*(np.append(getattr(units, name), extra) for name, extra in
                    (("form", 0), ("group", 0), ("section", 0), ("decider", 4), ("dwellings", 1.0))))  # fmt: skip
    return cases.ResponseCase(FIRST_YEAR, ("a", "b"), units, homes, law, site)


def test_no_network_without_heat_and_none_for_who_may_not():
    found = respond(everything(), DEFAULT)
    assert found.connected[1].max() == 0
    assert found.connected[0, :8].max() == 0
    forbidden = street(forms=replace(forms(), may_connect=np.array([False])))
    assert respond(forbidden, DEFAULT).connected.max() == 0


def test_a_sharp_scale_finds_least_cost_and_a_flat_one_none():
    case = only(street(sites=no_offers(1, 30), forms=forms(age=39)), HYBRID, AIR, GROUND)
    sharp = respond(case, calm(scale_eur_per_year=0.01))
    flat = respond(case, calm(scale_eur_per_year=1e9))
    assert sharp.moments[2, 0, GAS] == pytest.approx(sharp.moments[2, 0].sum())
    assert flat.moments[2, 0, [GAS, HYBRID, AIR, GROUND]] == pytest.approx(np.full(4, flat.moments[2, 0].sum() / 4))


def test_without_attention_everything_stays():
    deaf = calm(attention_share=0.0)
    assert respond(street(), deaf).by_section[0, -1, GAS] == pytest.approx(40)


def test_a_premium_paid_at_once_is_a_lower_investment():
    by_group = np.ones((12, 30))
    premium = np.zeros((12, 8, 30))
    premium[:, AIR] = 4000.0
    given = replace(rules(), premium_eur=premium, prefinanced_share=by_group)
    cheaper = forms()
    cheaper.investment_eur[:, AIR] -= 4000
    assert respond(street(rules=given), DEFAULT).by_section == pytest.approx(
        respond(street(forms=cheaper), DEFAULT).by_section, abs=1e-12
    )


def test_a_street_of_old_boilers_moves_first():
    for law in (rules(), rules(heat_eur_per_mwh=50.0)):
        for site in (offers(), offers(guidance=1.0), no_offers(1, 30)):
            old, young = (respond(street(forms=forms(age=age), rules=law, sites=site), DEFAULT) for age in (20, 2))
            assert (old.by_section[0, :10, GAS] <= young.by_section[0, :10, GAS] + 1e-9).all()
            assert old.by_section[0, 9, GAS] < young.by_section[0, 9, GAS]


def test_a_section_that_may_never_connect_leaves_the_others_alone():
    free = moved(DEFAULT, "contagion_share", 0.0)
    two = Units(np.zeros(2, int), np.zeros(2, int), np.arange(2), np.zeros(2, int), np.full(2, 10.0))
    open_site = offers(2)
    shut = replace(open_site, live_year=np.array([2028, NEVER]), opening_year=np.array([2028, NEVER]))
    both, one = (
        respond(cases.ResponseCase(FIRST_YEAR, ("a", "b"), two, forms(), rules(2), site), free)
        for site in (open_site, shut)
    )
    assert one.connected[1].max() == 0
    assert (one.connected[0] == both.connected[0]).all()


# ------------------------------------------------------------------------------------------------------------- equal treatment


def test_order_and_splitting_change_nothing():
    case = everything()
    order = np.random.default_rng(3).permutation(len(case.units.form))
    shuffled = Units(
        *(getattr(case.units, name)[order] for name in ("form", "group", "section", "decider", "dwellings"))
    )
    halves = Units(
        *(np.tile(getattr(case.units, name), 2) for name in ("form", "group", "section", "decider", "dwellings"))
    )
    halves = replace(halves, dwellings=halves.dwellings / 2)
    found = respond(case, DEFAULT)
    for units in (shuffled, halves):
        again = respond(replace(case, units=units), DEFAULT)
        for name in (
            "by_section",
            "by_group",
            "by_decider",
            "moments",
            "pipeline",
            "stuck",
            "variance",
            "heat_mwh",
            "fee_eur",
        ):
            assert getattr(again, name) == pytest.approx(getattr(found, name), abs=1e-10), name


def test_the_same_bytes_twice_and_on_any_number_of_threads():
    case = everything()
    case = replace(case, sites=replace(case.sites, neighbourhood=np.array([0, 1])))
    one, two, again = (respond(case, DEFAULT, threads=threads) for threads in (1, 2, 2))
    assert one.by_section.tobytes() == two.by_section.tobytes() == again.by_section.tobytes()
    assert one.by_group.tobytes() == two.by_group.tobytes() == again.by_group.tobytes()
    curves = [response_curve(case, DEFAULT, [40.0, 60, 70, 80, 90, 100], threads=threads) for threads in (1, 2)]
    assert curves[0].connected.tobytes() == curves[1].connected.tobytes()


def test_a_curve_is_the_response_at_each_price():
    case = everything()
    curve = response_curve(case, DEFAULT, [40.0, 70.0, 100.0, 130.0, 160.0])
    for place, price in enumerate(curve.price_eur_per_mwh):
        found = respond(case.priced(price), DEFAULT)
        assert curve.connected[place].tobytes() == found.connected.tobytes()
        assert curve.heat_mwh[place] == pytest.approx(found.heat_mwh)
        assert curve.by_group[place] == pytest.approx(found.by_group)


def test_price_nodes_crowd_round_parity():
    nodes = price_nodes(35.0, 119.0, 82.0)
    assert (len(nodes), nodes[0], nodes[-1]) == (14, 35.0, 119.0)
    widths = np.diff(nodes)
    assert widths[np.searchsorted(nodes, 82.0) - 1] < widths[0]
    assert (widths > 0).all()


def test_every_home_of_a_section_is_counted_once():
    case = everything()
    found = respond(case, DEFAULT)
    assert found.by_section[case.sections.index("a"), 2030 - FIRST_YEAR].sum() == pytest.approx(30)


# --------------------------------------------------------------------------------------------------------------------- persons


def test_homes_drawn_one_by_one_agree_with_the_expected_numbers():
    """Plain Python, no probability state: each home has a boiler of an age, draws its end and its taste, and buys."""
    rng, homes, years = np.random.default_rng(11), 40_000, 8
    case = only(street(1, forms=forms(age=18), sites=offers(opening=FIRST_YEAR + 2)), HYBRID, NETWORK)
    case = replace(case, units=replace(case.units, dwellings=np.array([float(homes)])))
    one = calm(
        attention_share=np.array([1.0, 0, 0.6, 0.5, 0, 0]),
        attention_guided_share=0.0,
        bridge_years=0.0,
        signed_drop_out_share=0.0,
    )
    expected = respond(case, one)
    alive, age, state = survival_share(one), np.full(homes, 18), np.zeros(homes, dtype=int)
    rate, gas_bill = (lambda years: recovery(0.05, years)), 11000 / 0.9 * 0.065 + 310
    cost = {
        0: rate(18) * 4000 + gas_bill,
        1: rate(16) * 8000 + 11000 * 0.4 / 0.9 * 0.065 + 11000 * 0.6 / 2.9 * 0.218 + 420,
        2: rate(30) * 4000 + 11 * 70 + 350,
    }
    remaining = exact_ageing(one).remaining_years
    for year in range(years):
        boiler = state == 0
        with np.errstate(divide="ignore"):
            taste = -300 * np.log(-np.log(rng.random((homes, 3))))
        offered = year >= 2
        ends = boiler & (rng.random(homes) < 1 - alive[np.minimum(age, 39) + 1] / alive[np.minimum(age, 39)])
        keep = gas_bill + rate(18) * 4000 * 1.05 ** -remaining[np.minimum(age, 39)]
        gain = np.column_stack(
            [np.where(ends, cost[0], keep), np.full(homes, cost[1]), np.full(homes, cost[2] if offered else 1e9)]
        )
        best = np.argmax(taste - gain, axis=1)
        looks = np.where(ends, rng.random(homes) < 0.6, (year == 2) & (rng.random(homes) < 0.5)) & boiler
        state = np.where(looks, best, state)
        replaced = ends & (state == 0)
        # heat pumps at their own end may join the network as well
        second = (state == 1) & offered & ~looks & (rng.random(homes) < 1 / 17)
        again = np.argmax(taste[:, 1:] - np.array([cost[1], cost[2]]), axis=1) + 1
        state = np.where(second, again, state)
        age = np.where(replaced, 0, age + 1)
        for kind, option in ((1, HYBRID), (2, NETWORK)):
            share = expected.by_section[0, year, option] / homes
            spread = np.sqrt(max(share * (1 - share), 1e-4) / homes)
            assert (state == kind).mean() == pytest.approx(share, abs=3.5 * spread + 0.002), (year, option)


# -------------------------------------------------------------------------------------------------------------------- refusals


def test_every_fault_of_a_case_at_once():
    case = street()
    wrong = replace(
        case, units=replace(case.units, group=np.array([0, 12, 3, 6])),
        forms=replace(case.forms, sale_per_year=np.array([1.2]), age_share=case.forms.age_share * 0.9),
    )  # fmt: skip
    with pytest.raises(DataError) as refused:
        respond(wrong, DEFAULT)
    assert len(refused.value.faults) == 3
    text = str(refused.value)
    assert f"units.group: 12 does not exist, expected 0 to {len(RESPONSE_GROUPS) - 1}, at 1" in text
    assert "forms.sale_per_year: 1.2, expected 0 to 1, at 0" in text
    assert "forms.age_share: adds up to 0.9000, expected 1, at 0" in text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"units": Units(*(np.zeros(0, dtype=int) for _ in range(4)), np.zeros(0))}, "nobody decides: there is no unit"),
        ({"units": replace(street().units, dwellings=np.zeros(4))}, "nobody decides: all units together have no dwelling"),
        ({"units": replace(street().units, decider=np.full(4, len(DECIDERS)))}, "units.decider: 5 does not exist, expected 0 to 4"),
        ({"rules": replace(rules(), heat_fixed_eur=np.zeros((12, 3)))}, r"rules.heat_fixed_eur: shape \(12, 3\), expected \(12, 30\)"),
        ({"sites": replace(offers(), live_year=np.array([2020]))}, "heat flows before the street is opened, at 0"),
        ({"sites": replace(offers(), contact_share=np.full((1, 30), 1.5))}, "sites.contact_share: 1.5, expected 0 to 1"),
    ],
)  # fmt: skip
def test_what_a_case_refuses(change, message):
    with pytest.raises(DataError, match=message):
        respond(street(**change), DEFAULT)


def test_behaviour_that_cannot_be():
    with pytest.raises(DataError, match=r"behaviour.leave_per_year: 1.5, expected 0 to 1"):
        respond(street(), moved(DEFAULT, "leave_per_year", 1.5))
    with pytest.raises(DataError, match=r"behaviour.cash_share: adds up to 0.4000, expected 1"):
        respond(street(), moved(DEFAULT, "cash_share", 0.1))
    with pytest.raises(ParameterError, match="behaviour has no inertia; known: acquaintance_growth"):
        moved(DEFAULT, "inertia", 1.0)
    with pytest.raises(ParameterError, match="quantile 2, expected 0 to 1"):
        behaviour(read_parameters(), date(2026, 1, 1), draw={"response.scale_eur_per_year": 2})
    with pytest.raises(DataError, match="expected at least one, rising"):
        response_curve(street(), DEFAULT, [70.0, 60.0])


def test_draws_run_from_low_over_value_to_high():
    def scale(**how):
        return behaviour(read_parameters(), date(2026, 1, 1), **how).scale_eur_per_year

    key = "response.scale_eur_per_year"
    assert [scale(draw={key: q}) for q in (0, 0.25, 0.5, 1)] == [150, 225, 300, 1000]
    assert scale(ends={key: "high"}) == 1000
