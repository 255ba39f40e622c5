"""Who pays for every plant, when, and at which price: networks signed and left, homes renovated before, loans, leases; and dated duties."""

from dataclasses import replace

import numpy as np
import pytest

from koppelkans.people.response import moved, no_offers, respond
from koppelkans.people.response.choice import STUCK
from koppelkans.tables.response import MOMENTS, RESPONSE_GROUPS, RESPONSE_OPTIONS
from response_case import FIRST_YEAR, INVESTMENT_EUR, YEARS, decided_by, forms, offers, rules, street
from test_response import DEFAULT, calm, only
from test_response_deciders import vote

GAS, HYBRID, AIR, RENOVATED_AIR, GROUND, NETWORK, RENOVATED_NETWORK, RENOVATED_GAS = range(len(RESPONSE_OPTIONS))
DEADLINE, SALE, END = (MOMENTS.index(name) for name in ("deadline", "sale", "end_of_life"))
TENANT = RESPONSE_GROUPS.index("q2_private_tenant")
QUIET = no_offers(1, YEARS)
BY_GROUP = np.ones((12, YEARS))
STRICTER = replace(rules(), rent_label=np.where(np.arange(YEARS) >= 5, 3.0, 6.0))


def able(acting, *shares):
    """The same people, with these shares in the four cash classes."""
    cash = np.zeros_like(acting.cash_share)
    cash[...] = shares
    return moved(moved(acting, "cash_share", cash), "cash_eur", DEFAULT.cash_eur)


def dated(case, **years):
    return replace(case, forms=replace(case.forms, **{name: np.array([year]) for name, year in years.items()}))


# ------------------------------------------------------------------------------------------------------- blocks with one boiler


def block(homes=4.0, *, collective=True):
    """A block whose heat pump costs nothing: everybody is for it."""
    free = replace(forms(), dwellings_in_block=np.array([homes]), collective_boiler=np.array([collective]))
    free.investment_eur[:, AIR] = 0.0
    return decided_by(only(street(2, forms=free, rules=STRICTER, sites=QUIET), AIR), "co_owners", TENANT)


def test_a_stricter_label_to_let_is_an_item_for_the_meeting_of_a_block_with_one_boiler():
    asked = calm(scale_eur_per_year=0.01, attention_share=np.eye(len(MOMENTS))[DEADLINE])
    passed = respond(block(), asked)
    assert passed.by_section[0, 4, GAS] == pytest.approx(20)
    ended = passed.moments[END, 5].sum()
    assert passed.moments[DEADLINE, 5, AIR] == pytest.approx((20 - ended) * vote(1.0, 4))
    mixed = block()
    mixed = replace(
        mixed, units=replace(mixed.units, group=np.array([0, TENANT]))
    )  # half of the homes let, four a block
    half = respond(mixed, asked).moments[DEADLINE, 5, AIR]
    assert half == pytest.approx((20 - ended) * vote(1.0, 4) * (1 - 0.5**4))


def test_where_no_meeting_passes_the_label_to_let_moves_nobody_from_one_boiler_but_each_from_its_own():
    split = moved(moved(DEFAULT, "majority_share", 1.0), "majority_spread_share", 0.0)
    for collective in (True, False):
        case = decided_by(street(rules=STRICTER, sites=QUIET), "co_owners", TENANT)
        homes = replace(case.forms, dwellings_in_block=np.array([400.0]), collective_boiler=np.array([collective]))
        moved_out = respond(replace(case, forms=homes), split).moments[DEADLINE, 5].sum()
        assert moved_out == pytest.approx(0, abs=1e-9) if collective else moved_out > 5


# --------------------------------------------------------------------------------------------------------------- renovated before


def renewing(**changes):
    """Homes that are all renovated with a boiler soon, or stay as they are."""
    acting = able(
        calm(scale_eur_per_year=1.0), 0, 0, 1, 0
    )  # up to 35,000: a renovation with a boiler, not with a heat pump
    for name, value in {
        "deep_renovation_per_year": 0.3,
        "second_life_years": 10.0,
        "anticipation_years": 0.0,
        **changes,
    }.items():
        acting = moved(acting, name, value)
    return acting


def test_at_the_end_of_the_fuel_a_renovated_home_buys_the_heat_pump_alone():
    case = dated(only(street(sites=QUIET), RENOVATED_AIR, RENOVATED_GAS), fuel_last_year=FIRST_YEAR + 2)
    found = respond(case, renewing(second_life_years=1e9))
    before, after = found.by_section[0, 2], found.by_section[0, 3]
    assert before[RENOVATED_GAS] > 10
    assert after[RENOVATED_AIR] == pytest.approx(before[RENOVATED_GAS])
    assert after[STUCK] == pytest.approx(before[GAS])  # 41,000 is out of reach
    assert found.investment_eur[:, 3].sum() == pytest.approx(before[RENOVATED_GAS] * INVESTMENT_EUR[AIR])


def test_nor_does_a_boiler_that_may_not_be_bought_again_leave_a_renovated_home_stuck():
    case = dated(only(street(sites=QUIET), RENOVATED_AIR, RENOVATED_GAS), boiler_last_year=FIRST_YEAR + 2)
    found = respond(case, renewing())
    before, after = found.by_section[0, 2], found.by_section[0, 3]
    ended = before[RENOVATED_GAS] / 10
    assert after[RENOVATED_AIR] == pytest.approx(ended)
    assert found.moments[END, 3, RENOVATED_AIR] == pytest.approx(ended)


def test_a_plant_that_does_not_fit_alone_is_never_free_in_a_renovated_home():
    case = only(street(sites=QUIET), RENOVATED_AIR, RENOVATED_GAS)
    no_price = case.forms.investment_eur.copy()
    no_price[:, AIR] = 0.0
    priced, bare = (
        respond(replace(case, forms=replace(case.forms, investment_eur=eur)), renewing(attention_share=0.5))
        for eur in (case.forms.investment_eur, no_price)
    )
    # 41,000 less the works, 32,000 - 4,000: the 13,000 of the heat pump
    assert bare.by_section == pytest.approx(priced.by_section, abs=1e-12)
    assert bare.investment_eur == pytest.approx(priced.investment_eur)
    assert bare.investment_eur.sum() > 0


def test_who_leaves_the_network_with_a_renovated_home_keeps_the_works_and_pays_the_plant():
    case = only(street(sites=offers(opening=FIRST_YEAR), forms=forms(age=0)), RENOVATED_NETWORK, RENOVATED_GAS)
    case.forms.investment_eur[:, RENOVATED_NETWORK] = 5000.0
    looking = np.array([1.0, 0, 1, 0, 0, 1])
    found = respond(
        case, renewing(second_life_years=1e9, leave_per_year=0.5, deep_renovation_per_year=1.0, attention_share=looking)
    )
    there, joined = found.by_section[0, :, RENOVATED_NETWORK], found.moments[:, 1, RENOVATED_NETWORK].sum()
    left = there[0] + joined - there[1]
    assert left > 5
    assert found.moments[END, 1, RENOVATED_GAS] == pytest.approx(left)
    assert (np.diff(found.by_section[0, :, GAS]) <= 1e-12).all()  # nobody goes back to a home that is not renovated
    boilers = left + found.moments[END, 1, GAS]
    assert found.investment_eur[:, 1].sum() == pytest.approx(boilers * INVESTMENT_EUR[GAS] + joined * 5000)


# ------------------------------------------------------------------------------------------------------- signed, connected, left


def signing(**changes):
    """All sign at the opening, three years before heat is live, and nothing else happens."""
    acting = calm(attention_share=1.0, renovation_per_year=0.0, leave_per_year=0.0)
    for name, value in changes.items():
        acting = moved(acting, name, value)
    return acting


def waiting(**law):
    premium, support = (np.zeros((12, 8, YEARS)) for _ in range(2))
    premium[:, NETWORK], support[:, NETWORK] = 500.0, 100.0
    given = replace(
        rules(heat_eur_per_mwh=30.0), premium_eur=premium, yearly_support_eur=support, support_years=2.0, **law
    )
    site = replace(QUIET, opening_year=np.array([FIRST_YEAR + 1]), live_year=np.array([FIRST_YEAR + 4]))
    return only(street(forms=replace(forms(age=0), sale_per_year=np.zeros(1)), rules=given, sites=site), NETWORK)


def test_works_premium_loan_and_tax_cut_come_with_the_connection():
    lent = {"loan_eur": BY_GROUP * 1e6, "loan_years": 20.0, "loan_take_up_share": BY_GROUP}
    found = respond(waiting(**lent), signing())
    assert found.premium_eur[:, :4].sum() == found.yearly_support_eur[:, :4].sum() == 0
    connected = np.diff(np.append(0.0, found.connected[0]))
    assert found.fee_eur[:, 1].sum() > 0  # paid at the signature
    assert found.premium_eur.sum(axis=0) == pytest.approx(connected * 500)
    boilers = found.moments[:, :, GAS].sum(axis=0) * INVESTMENT_EUR[GAS]
    assert found.investment_eur.sum(axis=0) - boilers == pytest.approx(connected * INVESTMENT_EUR[NETWORK], abs=1e-6)
    cut = connected + np.append(0.0, connected[:-1])
    assert found.yearly_support_eur.sum(axis=0) == pytest.approx(cut * 100)


def test_who_drops_out_costs_nothing_but_a_boiler_where_the_old_one_is_dead():
    out = signing(signed_drop_out_share=1.0, bridged_drop_out_share=1.0)
    found = respond(waiting(), out)
    signed, bridged = found.pipeline[0, 3, :2]
    assert signed > 10
    assert bridged > 0
    assert found.connected[0, 3] == 0
    assert found.premium_eur[:, :4].sum() == found.fee_eur[:, :4].sum() == 0
    assert found.moments[END, 4, GAS] >= bridged * 0.99
    bought = found.moments[:, :, GAS].sum(axis=0) * INVESTMENT_EUR[GAS]
    live = found.moments[:, 4:, NETWORK].sum(axis=0) * INVESTMENT_EUR[NETWORK]
    assert found.investment_eur.sum(axis=0)[4:] == pytest.approx(bought[4:] + live)


def test_who_leaves_the_network_pays_the_boiler():
    case = only(street(sites=offers(opening=FIRST_YEAR), rules=rules(heat_eur_per_mwh=30.0)), NETWORK)
    found = respond(case, signing(leave_per_year=0.5))
    bought = found.moments[:, :, [GAS, NETWORK]].sum(axis=0) @ INVESTMENT_EUR[[GAS, NETWORK]]
    assert found.investment_eur.sum(axis=0) == pytest.approx(bought)
    left = found.connected[0, :-1] + found.moments[:, 1:, NETWORK].sum(axis=0) - found.connected[0, 1:]
    assert left[0] > 1
    assert found.moments[END, 1:, GAS].sum() >= left.sum()


def test_nobody_drops_out_under_a_duty_to_connect():
    case = replace(waiting(), forms=replace(waiting().forms, must_connect=np.array([True])))
    found = respond(case, signing())
    assert found.pipeline[0, :, 2].max() == 0
    assert found.connected[0, 4:] == pytest.approx(np.full(YEARS - 4, 40.0))
    assert found.fee_eur.sum() == pytest.approx(40 * 3000)


def test_who_was_stuck_pays_what_frees_it():
    shut = dated(only(street(sites=QUIET), AIR), boiler_last_year=FIRST_YEAR - 1)
    late = np.where(np.arange(YEARS) >= 10, 20_000.0, 0.0) * BY_GROUP
    helped = replace(rules(), loan_eur=late, loan_years=15.0, loan_take_up_share=BY_GROUP)
    found = respond(replace(shut, rules=helped), able(calm(second_life_years=1e9), 1, 0, 0, 0))
    stuck = found.by_section[0, 9, STUCK]
    assert stuck > 5
    assert found.by_section[0, 10, STUCK] == 0
    assert found.investment_eur[:, :10].sum() == 0
    assert found.investment_eur[:, 10].sum() == pytest.approx(found.by_section[0, 10, AIR] * INVESTMENT_EUR[AIR])
    assert found.loans_eur[:, 10].sum() == pytest.approx(found.investment_eur[:, 10].sum())


# ------------------------------------------------------------------------------------------------------------- loans and leases


@pytest.mark.parametrize(
    ("rate", "cash", "borrowed"), [(0.30, (0, 0, 0, 1), 0.0), (0.30, (1, 0, 0, 0), 1.0), (0.0, (0, 0, 0, 1), 1.0)]
)
def test_a_loan_is_taken_where_it_is_worth_more_than_own_money_or_own_money_is_short(rate, cash, borrowed):
    lent = replace(
        rules(),
        loan_eur=BY_GROUP * 60_000,
        loan_rate_share=BY_GROUP * rate,
        loan_years=10.0,
        loan_take_up_share=BY_GROUP,
    )
    found = respond(only(street(rules=lent, sites=QUIET), AIR), able(calm(), *cash))
    heat_pumps = found.moments[:, :, AIR].sum() * INVESTMENT_EUR[AIR]
    boilers = found.moments[:, :, GAS].sum() * INVESTMENT_EUR[GAS] * (rate == 0.0 or cash[0])
    assert heat_pumps > 0
    assert found.loans_eur.sum() <= borrowed * (heat_pumps + boilers) + 1e-6
    assert found.loans_eur.sum() >= borrowed * heat_pumps - 1e-6


def leased(share, premium, fixed):
    offered = np.full((8, YEARS), np.nan)
    offered[AIR] = share
    return replace(
        rules(), lease_yearly_share=offered, lease_premium_eur=np.full((8, YEARS), premium), lease_fixed_eur=np.full((8, YEARS), fixed)
    )  # fmt: skip


def test_a_lease_follows_the_own_investment():
    """A tenth of 13,000 - 3,000, and 200: the same as 1,200 a year; for a plant of twice the price 2,500."""
    large = replace(forms(), investment_eur=2 * forms().investment_eur)
    for homes, yearly in ((forms(), 1200.0), (large, 2500.0)):
        own, flat = (
            respond(street(forms=homes, rules=law, sites=QUIET), DEFAULT).by_section
            for law in (leased(0.1, 3000.0, 200.0), leased(0.0, 0.0, yearly))
        )
        assert own == pytest.approx(flat, abs=1e-12)


def test_a_premium_for_connecting_pays_a_part_of_the_own_cost_of_connecting_alone():
    case = street(sites=offers(opening=FIRST_YEAR), rules=replace(rules(), connection_premium_share=BY_GROUP * 0.5))
    found = respond(only(case, NETWORK, RENOVATED_NETWORK), moved(DEFAULT, "second_life_years", 1e9))
    taken = found.moments[:, :, [NETWORK, RENOVATED_NETWORK]].sum(axis=(0, 1))
    assert taken.min() > 0
    assert found.premium_eur.sum() == pytest.approx(taken.sum() * 0.5 * INVESTMENT_EUR[NETWORK])


# ---------------------------------------------------------------------------------------------------------------------- dates


def test_a_ban_on_boilers_at_a_renovation_begins_in_its_year():
    free, shut = (
        respond(dated(street(sites=QUIET), renovated_boiler_last_year=year), DEFAULT) for year in (9999, FIRST_YEAR + 9)
    )
    grown = np.diff(shut.by_section[0, :, RENOVATED_GAS])
    assert shut.by_section[0, 3, RENOVATED_GAS] == pytest.approx(free.by_section[0, 3, RENOVATED_GAS], rel=1e-3)
    assert grown[8] > 0
    assert grown[9:].max() <= 0
    assert shut.moments[:, 10:, RENOVATED_GAS].max() == 0
    assert shut.moments[END, 10:, GAS].min() > 0  # the same boiler again stays lawful


def test_hybrids_end_in_their_year_and_not_before():
    never, shut = (
        respond(dated(street(sites=QUIET), hybrid_last_year=year), DEFAULT) for year in (9999, FIRST_YEAR + 9)
    )
    assert shut.moments[:, :3, HYBRID] == pytest.approx(never.moments[:, :3, HYBRID], rel=1e-4)
    assert shut.moments[END, 9, HYBRID] > 0
    assert shut.moments[:, 10:, HYBRID].max() == 0
    kept = shut.by_section[0, 10:, HYBRID]
    assert kept[1:] == pytest.approx(kept[:-1] * (1 - 1 / DEFAULT.second_life_years))  # not bought again


def test_a_duty_that_waits_for_heat_forces_nobody():
    strict = replace(rules(), sale_label=np.full(YEARS, 1.0))
    waits = replace(strict, sale_duty_deferred=np.ones((1, YEARS), dtype=bool))
    none, duty, later = (respond(street(rules=law), DEFAULT) for law in (rules(), strict, waits))
    assert later.by_section == pytest.approx(none.by_section, abs=1e-12)
    assert duty.by_section[0, 4, RENOVATED_GAS] > none.by_section[0, 4, RENOVATED_GAS]
    until = replace(strict, sale_duty_deferred=np.arange(YEARS)[None] < 5)
    found = respond(street(rules=until), DEFAULT)
    assert found.by_section[0, :5] == pytest.approx(none.by_section[0, :5], abs=1e-12)
    assert found.moments[SALE, 5, RENOVATED_GAS] > 2 * none.moments[SALE, 5, RENOVATED_GAS]


def test_a_connection_that_counts_meets_a_label_that_the_network_does_not():
    """Sold homes that comply can do one thing only: connect. Who has no cash for it stays."""
    strict = replace(rules(), sale_label=np.full(YEARS, 0.0))
    counts = replace(strict, connection_counts=np.ones((1, YEARS), dtype=bool))
    acting = able(calm(), 0.4, 0.3, 0.2, 0.1)
    without, counted = (
        respond(selling(only(street(rules=law, sites=offers(opening=FIRST_YEAR)), NETWORK)), acting)
        for law in (strict, counts)
    )
    assert without.moments[SALE].sum() == 0
    assert counted.moments[SALE, 0, NETWORK] == pytest.approx(0.6 * DEFAULT.duty_compliance_share * 0.028 * 40)


def selling(case):
    return replace(case, forms=replace(case.forms, sale_per_year=np.array([0.028])))
