"""Premiums for works and the interest on loans in the response of a plan: hand cases, and what must hold for every premium."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koppelkans.parameters import read_parameters
from koppelkans.parameters.levers import apply, parse_levers
from koppelkans.plan.response import ResponseInputs
from koppelkans.plan.response_asked import Asked
from koppelkans.plan.response_forms import (
    AIR,
    GAS,
    NETWORK,
    OPTIONS,
    QUANTITIES,
    RENOVATED_AIR,
    RENOVATED_GAS,
    RENOVATED_NETWORK,
    WITH_WORKS,
    Forms,
    works_invoices,
)
from koppelkans.plan.response_ground import GROUPS, INSTITUTION, OWNER, PRIVATE, QUARTILE, SOCIAL, TENURE
from koppelkans.plan.response_money import loan_grant_share, loan_interest_eur
from koppelkans.plan.response_support import loans, one_premium_eur, premiums_eur, works_premium_eur
from koppelkans.scenario import Scenario

DAY = Scenario().reference_date
CONTRACTOR = 0.85  # 15 % of the owners do such works themselves and get no premium today
RENOVATED = (RENOVATED_AIR, RENOVATED_NETWORK, RENOVATED_GAS)


def asked(*levers: str, years=(2027, 2028)) -> Asked:
    return Asked(apply(parse_levers(levers), read_parameters(), DAY), Scenario(), "kempen", years)


def ground(roof_eur, *, homes=None, blocks=None, ventilation_eur=0.0, opening=np.nan):
    """Houses in one street whose renovation has a roof of so much, and heat pumps with an invoice of 12,000; all options fit in all of them."""
    roof = np.atleast_1d(np.asarray(roof_eur, dtype=float))
    count = len(roof)
    values = {name: np.zeros((count, OPTIONS)) for name in QUANTITIES}
    values["investment_eur"] += 30_000.0
    values["invoice_eur"][:, [AIR, RENOVATED_AIR]] = 12_000.0
    for option in RENOVATED:
        values["roof_invoice_eur"][:, option] = roof
        values["ventilation_invoice_eur"][:, option] = ventilation_eur
    values |= {share: (values[invoice] > 0).astype(float) for invoice, share in WITH_WORKS.items()}
    no, words = np.zeros(count, dtype=bool), np.full(count, "", dtype=object)
    label = np.zeros((count, OPTIONS), dtype=np.int64)
    forms = Forms(
        buildings=pd.RangeIndex(count), dwellings=np.ones(count), institution=no, protected=no, section=words, type=words, period=words, quantities=values,
        network_peak_kw=np.ones(count), feasible=np.ones((count, OPTIONS), dtype=bool), label_after=label, label_now=label[:, 0], may_connect=~no, must_connect=no,
    )  # fmt: skip
    some = np.ones(count)
    streets = pd.DataFrame({"opening_year": [opening], "pipe_eur": [np.nan]}, index=["street"])
    return SimpleNamespace(
        forms=forms, homes=some if homes is None else np.array(homes, dtype=float), blocks=some if blocks is None else np.array(blocks, dtype=float),
        streets=streets, sections=("street",), section_of=np.zeros(count, dtype=np.int64), group_share=np.full((count, GROUPS), 1 / GROUPS),
    )  # fmt: skip


# ----------------------------------------------------------------------------------------------------------------------- roofs


@pytest.mark.parametrize(
    ("category", "roof_eur", "premium_eur"),
    [
        ("cat4", 8_000.0, 4_000.0),  # half of the invoice
        ("cat4", 20_000.0, 5_750.0),  # the largest amount
        ("cat4", 1_000.0, 500.0),  # the smallest invoice just reached
        ("cat4", 999.0, 0.0),  # and missed
        ("cat3", 8_000.0, 2_800.0),  # 35 %
        ("cat3", 20_000.0, 4_025.0),
        ("cat2", 8_000.0, 0.0),  # nothing since March 2026
        ("cat1", 20_000.0, 0.0),
    ],
)
def test_a_roof_premium_by_hand(category, roof_eur, premium_eur):
    found = works_premium_eur(asked(), ground(roof_eur), category)
    assert found[list(RENOVATED)] == pytest.approx(np.full((3, 2), CONTRACTOR * premium_eur))
    assert found[[GAS, AIR, NETWORK]].sum() == 0


def test_who_works_alone_gets_a_premium_on_the_material_under_the_lever():
    """Category 4, roof of 8,000: 0.85 x 4,000 + 0.15 x q x half of 4,000 of material; of 1,500 the material misses the smallest invoice."""
    for share, expected in ((0.0, 3_400.0), (0.5, 3_550.0), (1.0, 3_700.0)):
        found = works_premium_eur(asked(f"own_work_premium={share}"), ground(8_000.0), "cat4")
        assert found[RENOVATED_GAS, 0] == pytest.approx(expected)
    small = works_premium_eur(asked("own_work_premium=1"), ground(1_500.0), "cat4")
    assert small[RENOVATED_GAS, 0] == pytest.approx(0.85 * 750.0)


def test_own_works_do_not_touch_the_premium_of_a_heat_pump():
    bare = ground(0.0)
    assert premiums_eur(asked("own_work_premium=1"), bare) == pytest.approx(premiums_eur(asked(), bare))


def test_homes_without_such_a_roof_count_in_the_mean():
    """One home in four has a roof of 20,000: a quarter of 5,750, not the premium on a mean invoice of 5,000."""
    found = works_premium_eur(asked(), ground([20_000.0, 0.0], homes=[1, 3]), "cat4")
    assert found[RENOVATED_AIR, 0] == pytest.approx(CONTRACTOR * 5_750.0 / 4)


def test_the_smallest_invoice_is_that_of_the_building():
    """300 EUR a flat: 2,400 in a block of eight, half of which is paid; alone it is too little."""
    block, alone = (works_premium_eur(asked(), ground(300.0, blocks=[size]), "cat4") for size in (8, 1))
    assert block[RENOVATED_AIR, 0] == pytest.approx(CONTRACTOR * 150.0)
    assert alone[RENOVATED_AIR, 0] == 0


def test_balanced_ventilation_by_hand():
    """6,000 EUR: 1,600 at most in categories 3 and 4; 2,000 EUR: 35 and 50 % of it, as for a roof."""
    for category, ventilation_eur, premium_eur in (("cat4", 6e3, 1_600), ("cat3", 6e3, 1_600), ("cat3", 2e3, 700), ("cat4", 2e3, 1_000), ("cat2", 6e3, 0)):  # fmt: skip
        found = works_premium_eur(asked(), ground(0.0, ventilation_eur=ventilation_eur), category)
        assert found[RENOVATED_AIR, 0] == pytest.approx(CONTRACTOR * premium_eur)


def test_premiums_by_group_add_up_with_the_bonus_and_leave_out_who_has_no_right():
    """Owners of quartile 1 are category 4, of quartile 2 category 3; landlords have the category of the scenario (2).

    The bonus raises amounts: 1,500 for a heat pump, 5,750 for a roof of 20,000; a roof premium that is half of the invoice stays half of it.
    """
    for roof_eur, amounts in ((20_000.0, (1.2 * 5_750.0, 1.2 * 4_025.0)), (8_000.0, (4_000.0, 2_800.0))):
        rules, homes = asked("collective_bonus:share=0.2,group=5"), ground(roof_eur, homes=[100])
        found = premiums_eur(rules, homes)[:, :, 0]
        roof = {(OWNER, 0): amounts[0], (OWNER, 1): amounts[1], (OWNER, 2): 0.0, (OWNER, 3): 0.0}
        for group in range(GROUPS):
            works = CONTRACTOR * roof.get((TENURE[group], QUARTILE[group]), 0.0)
            pump = 0.0 if TENURE[group] == SOCIAL else 1.2 * 1_500.0
            assert found[group, RENOVATED_AIR] == pytest.approx(pump + works)
            assert found[group, RENOVATED_GAS] == pytest.approx(works)
    assert found[INSTITUTION].sum() == 0
    assert found[TENURE == PRIVATE][:, RENOVATED_NETWORK].sum() == 0


def test_the_bonus_holds_where_homes_decide_together():
    """100 homes in a street without a planned opening: letters reach 35 % over the first three years, 13 a year; then nobody is asked together."""
    years = (2027, 2028, 2029, 2030)

    def raised(bonus, where):
        return premiums_eur(asked(bonus, years=years), where)[0, AIR] / 1_500.0

    assert raised("collective_bonus:share=0.5,group=13", ground(0.0, homes=[100])) == pytest.approx([1.5, 1.5, 1.5, 1])
    assert raised("collective_bonus:share=0.5,group=14", ground(0.0, homes=[100])) == pytest.approx(np.ones(4))
    later = ground(0.0, homes=[1_000], opening=2032)  # its campaign begins three years before
    assert raised("collective_bonus:share=0.5,group=14", later) == pytest.approx([1, 1, 1.5, 1.5])
    mixed = ground([0.0, 0.0], homes=[3, 1], blocks=[3, 1])  # three of four homes are one block
    assert raised("collective_bonus:share=0.5,group=3", mixed) == pytest.approx(np.full(4, 1 + 0.75 * 0.5))


def test_a_bonus_stays_below_the_share_of_the_invoice():
    """Three times 1,500 for a heat pump of 12,000 in category 2: a quarter of the invoice is 3,000."""
    found = premiums_eur(asked("collective_bonus:share=2,group=5"), ground(0.0, homes=[100]))
    cap = read_parameters().at("mvp.heat_pump.cap_share", DAY, "cat2")
    assert found[TENURE == PRIVATE][:, AIR] == pytest.approx(min(4_500.0, cap * 12_000.0))
    assert cap * 12_000.0 < 4_500.0


def test_a_group_purchase_lowers_the_invoice_that_premiums_look_at():
    """A price of 80 %: of a roof of 8,000 half of 6,400 for category 4; a heat pump of 12,000 still reaches its 1,500."""
    rules = asked("group_purchase=100")
    left = 100.0 ** -rules.now("group_purchase.exponent")
    assert left < 1
    found = works_premium_eur(rules, ground(8_000.0), "cat4")
    assert found[RENOVATED_GAS] == pytest.approx(np.full(2, CONTRACTOR * 0.5 * 8_000.0 * left))
    dear = asked("group_purchase=100", "premium_amount:measure=air_water,category=cat2,eur=9000")
    alone = asked("premium_amount:measure=air_water,category=cat2,eur=9000")
    paid, full = (premiums_eur(known, ground(0.0))[TENURE == PRIVATE][:, AIR] for known in (dear, alone))
    assert paid == pytest.approx(left * full)


def test_the_levers_on_premiums_reach_the_roof():
    """4,000 EUR for category 2 has 25 % of the invoice, the share of its heat pumps; for categories 4 alone, category 3 has none."""
    helped = works_premium_eur(asked("premium_amount:measure=roof,category=cat2,eur=4000"), ground(8_000.0), "cat2")
    assert helped[RENOVATED_GAS, 0] == pytest.approx(CONTRACTOR * 2_000.0)
    taken = asked("premium_eligibility=cat4")
    left = [works_premium_eur(taken, ground(8_000.0), category)[RENOVATED_GAS, 0] for category in ("cat3", "cat4")]
    assert left == pytest.approx([0.0, CONTRACTOR * 4_000.0])


def test_only_a_roof_that_insulates_as_asked_has_an_invoice():
    """Of a house of 1946-70 the ordinary roof adds 3 m²K/W, the thick one 6.5; one of 2006-11 gets 3 from the thick one."""
    rungs = pd.DataFrame(
        [
            ("old", 0, "", 0.0, 0.0), ("old", 1, "roof+wall_cavity", 5_000.0, 0.0), ("old", 2, "roof_deep+ventilation_balanced", 9_000.0, 6_000.0),
            ("young", 1, "roof_deep+ventilation_exhaust", 8_000.0, 3_000.0), ("cold", 1, "roof_deep", 7_000.0, 0.0),
        ],
        columns=["building", "rung", "measures", "roof_eur", "ventilation_eur"],
    )  # fmt: skip
    periods = pd.DataFrame({"period": ["1946_1970", "2006_2011", "to_1945"]}, index=["old", "young", "cold"])
    inputs = ResponseInputs(SimpleNamespace(buildings=periods), Scenario(), {"renovations": rungs}, read_parameters(), "kempen")  # fmt: skip
    found = works_invoices(inputs, pd.Index(["young", "old"]))
    assert found["roof_invoice_eur"].tolist() == [[0, 0, 0], [0, 0, 9_000]]
    assert found["ventilation_invoice_eur"].tolist() == [[0, 0, 0], [0, 0, 6_000]]


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 5e4), st.floats(0, 1e4), st.floats(0, 1), st.floats(0, 5e3), st.floats(0, 5e3), st.floats(0, 1))
def test_a_higher_amount_or_share_never_gives_less_and_never_more_than_the_invoice(
    invoice, most, share, smallest, more, rise
):
    least = one_premium_eur(np.array(invoice), most, share, smallest)
    assert 0 <= least <= invoice
    assert one_premium_eur(np.array(invoice), most + more, share, smallest) >= least
    assert one_premium_eur(np.array(invoice), most, share + rise * (1 - share), smallest) >= least


# ----------------------------------------------------------------------------------------------------------------------- loans


def test_an_emergency_loan_by_hand():
    """0.30 of quartile 1 has it, 0.27 the ordinary loan: 0.489 borrow, of whom 0.30 / 0.489 repay at the sale; works cost 30,000."""
    first = (TENURE == OWNER) & (QUARTILE == 0)
    rules = asked("emergency_buyers:reach_share=0.3")
    ordinary = loans(asked("emergency_buyers:reach_share=0"), ground(0.0))[0][first][0, 0]
    joint, loan = loans(rules, ground(0.0))
    borrow = 1 - (1 - ordinary) * 0.7
    assert joint[first][0, 0] == pytest.approx(borrow)
    assert loan["bullet_loan_share"][first][0, 0] == pytest.approx(0.3 / borrow)
    assert loan["loan_eur"][first][0, 0] == 60_000.0
    larger = loans(asked("emergency_buyers:reach_share=0.3,max_eur=150000"), ground(0.0))[1]["loan_eur"]
    assert larger[first][0, 0] == pytest.approx(60_000.0 + 0.3 / borrow * 90_000.0)
    small, about = loans(asked("emergency_buyers:reach_share=0.3,max_eur=3000"), ground(0.0))
    assert small[first][0, 0] == pytest.approx(1 - (1 - ordinary) * 0.97)
    assert about["loan_eur"][first][0, 0] == 60_000.0
    assert joint[INSTITUTION].sum() == 0


def lent(amount, rate, bullet):
    """A run in which each group borrows so much in each year."""
    rules = SimpleNamespace(loan_rate_share=np.array(rate), loan_years=20.0, bullet_loan_share=np.array(bullet))
    case = SimpleNamespace(arrays=SimpleNamespace(rules=rules), asked=asked())
    return SimpleNamespace(case=case, response=SimpleNamespace(loans_eur=np.array(amount)))


def test_the_interest_on_loans_by_hand():
    """20 years without interest against 3.5 %: 1 - 0.05 / 0.070361 of 10,000; 30,000 in one sum after 20 years: 14,923; at 3.5 % nothing is given."""
    amount, rate, bullet = [[1e4, 0.0], [3e4, 0.0], [1e4, 1e4]], [[0.0, 0.0], [0.01, 0.0], [0.035, 0.06]], [[0, 0], [1, 0], [0, 0]]  # fmt: skip
    found = loan_interest_eur(lent(amount, rate, bullet))
    assert found == pytest.approx([2_893.8 + 14_923.0, 0.0], abs=0.6)


def test_a_cheap_loan_is_a_grant_in_part():
    shares = loan_grant_share(np.array([0.0, 0.035, 0.06]), 0.035, 20.0)
    assert shares == pytest.approx([0.28938, 0.0, 0.0], abs=1e-5)


def test_the_rules_of_the_roof_have_no_figure_before_march_2026():
    with pytest.raises(Exception, match=r"mvp\.roof\.min_r_m2k_per_w"):
        read_parameters().at("mvp.roof.min_r_m2k_per_w", date(2026, 2, 28))
