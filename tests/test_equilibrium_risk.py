"""The chance of enough customers, the decision to build a branch, and the payments of a network in the ledger."""

from dataclasses import replace
from datetime import date
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from equilibrium_fixture import AGES, START, answer, company, street
from koppelkans import tables
from koppelkans.errors import DataError, OutOfRangeError
from koppelkans.money.equilibrium import equilibria
from koppelkans.money.equilibrium.payments import network_payments
from koppelkans.money.equilibrium.risk import build_decisions, caution, reaching_share
from koppelkans.money.equilibrium.rules import Coordination, PricingRule
from koppelkans.money.flows import balances, ledger
from koppelkans.parameters import read_parameters

DAY = date(2026, 11, 1)
FIGURES = read_parameters()
COST_PLUS = PricingRule.cost_plus()
CAUTIOUS = Coordination.cautious()
MUNICIPAL, PRIVATE = (caution(kind, parameters=FIGURES, day=DAY) for kind in ("municipal", "private"))


def found(curve, case, rule=COST_PLUS, coordination=CAUTIOUS, **more):
    return equilibria(curve, case, rule, coordination=coordination, ages=AGES, **more)


# ---------------------------------------------------------------------------------------------------------------------- chance


@settings(max_examples=30, deadline=None)
@given(chances=st.lists(st.floats(0, 1), min_size=1, max_size=9), least=st.integers(0, 10))
def test_the_chance_of_enough_is_that_of_every_street_one_by_one(chances, least):
    by_hand = sum(
        np.prod([chance if joins else 1 - chance for chance, joins in zip(chances, joined, strict=True)])
        for joined in product([False, True], repeat=len(chances))
        if sum(joined) >= least
    )
    assert reaching_share(np.array(chances), least, exact_dwellings=2_000) == pytest.approx(by_hand, abs=1e-12)


def test_equal_chances_are_a_binomial_and_many_are_nearly_normal():
    for least in (40, 75, 110):
        exact = reaching_share(np.full(150, 0.5), least, exact_dwellings=2_000)
        assert exact == pytest.approx(binom.sf(least - 1, 150, 0.5), abs=1e-12)
        assert reaching_share(np.full(150, 0.5), least, exact_dwellings=100) == pytest.approx(exact, abs=2e-3)
    assert reaching_share(np.array([]), 0, exact_dwellings=10) == 1.0
    with pytest.raises(OutOfRangeError, match=r"a chance to connect is 1\.2, expected 0 to 1"):
        reaching_share(np.array([0.5, 1.2]), 1, exact_dwellings=10)


# -------------------------------------------------------------------------------------------------------------------- decision


def test_a_branch_is_built_at_the_share_that_its_revenue_needs():
    """A branch of which the required price is exactly the price of the decision requires exactly what it expects."""
    curve, case = street("full", large_mwh_per_m=1.0)
    answered = found(curve, case)
    price = answered.outcome.price_eur_per_mwh
    decision = build_decisions(price, answered.seen, MUNICIPAL, AGES).iloc[0]
    assert decision["required_share"] == pytest.approx(decision["expected_share"], rel=1e-9)
    assert decision["builds"]
    assert decision["cautious_share"] == decision["expected_share"]  # a municipality keeps nothing in hand
    wary = build_decisions(price, answered.seen, PRIVATE, AGES).iloc[0]
    share = wary["expected_share"]
    assert wary["cautious_share"] == pytest.approx(share - 1.3 * np.sqrt(share * (1 - share) / 3_000))
    assert not wary["builds"]
    dearer = build_decisions(price + 3, answered.seen, PRIVATE, AGES).iloc[0]
    assert dearer["builds"]


def test_small_branches_show_the_chance_of_enough():
    """A source street of 200, behind it a cul-de-sac of 12 of which some number must connect."""
    curve = answer([200.0, 12.0, 12.0], [START] * 3, "full")
    case = company([2e5, 4e4, 4e5], parent=[-1, 0, 0])
    answered = found(curve, case)
    table = build_decisions(62.0, answered.seen, PRIVATE, AGES)
    assert table["small"].tolist() == [False, True, True]
    assert table.loc["s0", "dwellings"] == 224
    least = int(np.ceil(table.loc["s1", "required_share"] * 12 - 1e-9))
    chance = table.loc["s1", "expected_share"]
    assert table.loc["s1", "reaching_share"] == pytest.approx(binom.sf(least - 1, 12, chance), abs=1e-9)
    assert 0.05 < table.loc["s1", "reaching_share"] < 0.99
    assert table.loc["s2", "required_share"] > 1
    assert table.loc["s2", "reaching_share"] == 0.0
    assert not table.loc["s2", "builds"]
    few = build_decisions(62.0, answered.seen, replace(MUNICIPAL, exact_dwellings=100), AGES)
    assert few.loc["s0", "reaching_share"] == pytest.approx(table.loc["s0", "reaching_share"], abs=0.01)
    signed = build_decisions(62.0, answered.seen, replace(MUNICIPAL, signed_share=0.99), AGES)
    assert not signed["builds"].any()


def test_a_variance_of_the_table_counts_and_a_large_customer_carries_its_branch():
    curve = answer([50.0], [START], "full")
    wide = replace(curve, variance=np.full(curve.connected.shape, 100.0))
    case = company([1e5], large_mwh=[2_000.0])
    decision = build_decisions(60.0, found(wide, case).seen, PRIVATE, AGES).iloc[0]
    assert decision["expected_share"] - decision["cautious_share"] == pytest.approx(1.3 * 10 / 50)
    assert decision["required_share"] == 0.0
    assert decision["reaching_share"] == 1.0


def test_a_branch_without_dwellings_has_certain_customers_or_none():
    """A section with an institution only, kept in the table as a customer of next to no dwelling."""
    curve = answer([80.0, 1e-6], [START] * 2, "full")
    heat = curve.heat_mwh.copy()
    heat[:, 1] *= 1e9
    case = company([1e5, 2e4], parent=[-1, 0])
    carried = build_decisions(70.0, found(replace(curve, heat_mwh=heat), case).seen, MUNICIPAL, AGES)
    assert carried.loc["s1", "builds"]
    assert carried.loc["s1", "reaching_share"] == 1.0
    alone = build_decisions(70.0, found(curve, case).seen, MUNICIPAL, AGES)
    assert not alone.loc["s1", "builds"]
    assert alone.loc["s1", "reaching_share"] == 0.0


# --------------------------------------------------------------------------------------------------------------------- ledger

AT_THE_START = {
    "heat network", "connection fee", "support for the connection fee", "grant for the heat network", "cover of a heat price below cost",
}  # fmt: skip


def company_value(rows, case):
    """Present value of what the company gets and pays, shareholders apart: works at the start of a year, the rest at its end."""
    own = rows[~rows["payer"].eq("shareholders") & ~rows["payee"].eq("shareholders")]
    sign = np.where(own["payee"] == "heat_company", 1.0, -1.0)
    moment = own["year"] - case.start_year + np.where(own["what"].isin(AT_THE_START), 0, 1)
    return float((sign * own["amount_eur"] * (1 + case.rate_share) ** -moment.astype(float)).sum())


@pytest.mark.parametrize("years", [20, 45])
@pytest.mark.parametrize(
    "coordination", [CAUTIOUS, Coordination.guarantee(0.85), Coordination.duty(0.9, 9), Coordination.conditional(0.7)]
)
def test_what_the_company_is_left_with_is_worth_nothing_at_its_rate(coordination, years):
    curve, case = street("full", large_mwh_per_m=1.0, years=years)
    case = replace(
        case, grant_share=0.2, grant_eur=5e4, fee_support_share=0.5, residual_share=1.0, residual_years=50.0, service_eur_per_year=60.0,
        source_eur=2e5,
    )  # fmt: skip
    answered = found(curve, case, coordination=coordination)
    rows = network_payments(answered, coordination)
    book = ledger([rows])
    tables.check(tables.LEDGER, book)
    assert balances(book).sum() == pytest.approx(0.0, abs=1e-3)
    assert balances(book)["heat_company"] == pytest.approx(0.0, abs=1.0)
    if coordination.kind != "guarantee":
        assert company_value(rows, case) == pytest.approx(0.0, abs=1e-6 * case.trench_eur.sum())
    grants = rows[rows["what"] == "grant for the heat network"]["amount_eur"].sum()
    assert grants == pytest.approx(0.2 * (case.trench_eur.sum() + 2e5) + 5e4)
    fees = rows.groupby("what")["amount_eur"].sum()
    assert fees["connection fee"] == pytest.approx(fees["support for the connection fee"])


def test_guarantee_and_cover_are_paid_by_who_promised_them():
    curve, case = street("full", years=45)
    promise = Coordination.guarantee(0.88)
    answered = found(curve, case, coordination=promise)
    rows = network_payments(answered, promise, payer="flanders")
    paid = rows[rows["what"] == "guarantee of connections"]
    assert set(paid["payer"]) == {"flanders"}
    moment = paid["year"] - case.start_year + 1
    assert (paid["amount_eur"] * 1.05 ** -moment.astype(float)).sum() == pytest.approx(answered.outcome.expected_eur)
    rule = PricingRule.offered(45.0, payer="municipality")
    offered = found(curve, case, rule)
    covered = network_payments(offered, CAUTIOUS)
    cover = covered[covered["what"] == "cover of a heat price below cost"]
    assert cover["amount_eur"].sum() == pytest.approx(offered.outcome.cover_eur)
    assert company_value(covered, case) == pytest.approx(0.0, abs=1e-6 * case.trench_eur.sum())
    assert balances(ledger([covered])).sum() == pytest.approx(0.0, abs=1e-3)


def test_sections_that_open_later_are_paid_when_they_are_built():
    curve = answer([40.0, 60.0], [START, START + 3], "full")
    case = company([4e4, 9e4], parent=[-1, 0], opens=[START, START + 3], large_mwh=[100.0, 400.0])
    answered = found(curve, case)
    rows = network_payments(answered, CAUTIOUS)
    works = rows[rows["what"] == "heat network"].set_index("year")["amount_eur"]
    assert works[START] > 4e4
    assert works[START + 3] > 9e4 > works[START + 2]
    assert company_value(rows, case) == pytest.approx(0.0, abs=0.1)
    only = found(curve, case, built=np.array([True, False]))
    assert not (network_payments(only, CAUTIOUS)["amount_eur"] > 6e5).any()
    line = found(curve, case, PricingRule.regulated("straight line"))
    assert company_value(network_payments(line, CAUTIOUS), case) == pytest.approx(0.0, abs=0.1)


def test_no_network_no_payments():
    curve, case = street("half", eur_per_m=1_500.0)
    with pytest.raises(DataError, match=r"no network is built \(never\)"):
        network_payments(found(curve, case), CAUTIOUS)
