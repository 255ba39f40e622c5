"""The laboratory on what people do: rows worked out by hand, no lever changes nothing, money that closes, and one message per fault."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import krekelwijk
from koppelkans.errors import ScenarioError
from koppelkans.lab import LabChoices, laboratory
from koppelkans.lab.effects import SCENARIO, TODAY, State
from koppelkans.lab.note_response import decisive_figure, headline, shown_rows
from koppelkans.lab.project_start import start_rows
from koppelkans.lab.response import ResponseLab, network_only, relevered, same_answer, supply_side
from koppelkans.lab.response_remarks import reach_remarks
from koppelkans.lab.response_rows import (
    GROUPS,
    LENT,
    ON_NETWORK,
    PUBLIC,
    Optimum,
    answer_of,
    answer_rows,
    enveloped,
    price_rows,
)
from koppelkans.parameters import read_parameters
from koppelkans.parameters.levers import apply, parse_levers
from koppelkans.parameters.levers import remarks as lever_remarks
from koppelkans.plan import make_plan
from koppelkans.plan.response_money import loan_interest_eur
from koppelkans.plan.response_tables import response_tables
from koppelkans.scenario import HeatNetwork, Response, Scenario, Source

DAY = Scenario().reference_date


def made(free: float, *, premium_eur: float = 0.0) -> dict[str, pd.DataFrame]:
    """Two groups of ten dwellings over 2035 to 2037: owners of quartile 1 turn to a heat pump in the last year, social tenants stay on gas."""
    shares = [("q1_owner", year, "gas", 10.0) for year in (2035, 2036)]
    shares += [("q1_owner", 2037, "gas", 10.0 - free), ("q1_owner", 2037, "air_heat_pump", free)]
    shares += [("q2_social_tenant", year, "gas", 10.0) for year in (2035, 2036, 2037)]
    frame = pd.DataFrame(shares, columns=["name", "year", "option", "dwellings"]).assign(scope="group")
    stuck = pd.DataFrame([("q1_owner", 2036, "no_money", 4.0), ("q1_owner", 2037, "no_money", 1.0)], columns=["group", "year", "reason", "dwellings"])  # fmt: skip
    money = pd.DataFrame(
        [
            ("flanders", "household", "premium", 2037, premium_eur), ("lender", "household", "loan", 2037, 9e6),
            ("municipality", "household", "property tax given back", 2037, 100.0),
        ],
        columns=["payer", "payee", "what", "year", "amount_eur"],
    )  # fmt: skip
    columns = ["start", "exists", "price_eur_per_mwh", "connected_share", "signed_share"]
    equilibrium = pd.DataFrame([("best", True, 60.0, 0.8, 0.6), ("critical", True, 95.0, 0.3, 0.2)], columns=columns)
    return {"response_shares": frame, "response_stuck": stuck, "response_money": money, "equilibrium": equilibrium}


def values(frame: pd.DataFrame) -> dict[tuple[str, str], float]:
    return frame.set_index(["outcome", "group"])["value"].to_dict()


# ------------------------------------------------------------------------------------------------------------------------ rows


def test_rows_by_hand():
    rows = answer_rows(
        answer_of(made(4.0, premium_eur=2e6)), Optimum(0.9, 0.5), {"first": 2035.0, "last": 2036.0}, TODAY
    )
    found = values(rows)
    assert found["fossil_free_2037", "quartile_1"] == pytest.approx(0.4)
    assert found["on_gas_2037", "quartile_1"] == pytest.approx(0.6)
    assert found["stuck_no_money", "quartile_1"] == pytest.approx(0.4)  # 2036, the worst year
    assert found["half_switched", "quartile_1"] == 2037
    assert np.isnan(found["half_switched", "tenure_social_tenant"])
    assert found["response_fossil_free", "place"] == pytest.approx(0.2)
    assert found["policy_gap_fossil_free", "place"] == pytest.approx(0.7)
    assert found["network_price_best", "network"] == 60.0
    assert np.isnan(found["network_price_happens", "network"])
    assert found["critical_mass", "network"] == pytest.approx(0.2)
    assert found["public_cost", "public"] == pytest.approx(2.0001)  # the loan comes back
    assert rows["group"].iloc[0] == "quartile_1"
    assert "quartile_4" not in set(rows["group"])
    assert found["network_comes", "network"] == 0


def test_an_extra_dwelling_costs_the_difference_of_two_runs():
    """A premium of 10,000 for 4 homes of which 1 came anyway: 40,000 for 3 extra, a quarter free riders."""
    before, after = answer_of(made(1.0)), answer_of(made(4.0, premium_eur=40_000.0))
    found = values(price_rows(before, after, network_only=False))
    assert found["extra_dwellings", "place"] == pytest.approx(3.0)
    assert found["cost_per_extra", "public"] == pytest.approx(40_000 / 3)
    assert found["free_riders", "public"] == pytest.approx(0.25)


def test_what_costs_nothing_or_moves_nobody_has_no_price():
    before = answer_of(made(1.0))
    for after in (made(1.0, premium_eur=5_000.0), made(4.0)):
        assert np.isnan(values(price_rows(before, answer_of(after), network_only=False))["cost_per_extra", "public"])


def test_the_envelope_holds_every_run_and_no_mean():
    runs = [{TODAY: answer_rows(answer_of(made(free)), Optimum(1.0, 0.0), {}, TODAY)} for free in (2.0, 1.0, 6.0)]
    whole = enveloped(runs[0], runs[1:])
    row = whole[(whole["outcome"] == "fossil_free_2037") & (whole["group"] == "quartile_1")].iloc[0]
    assert (row["low"], row["value"], row["high"]) == pytest.approx((0.1, 0.2, 0.6))


def test_every_group_of_the_response_belongs_somewhere():
    together = set(GROUPS["tenure_owner"]) | set(GROUPS["tenure_private_tenant"]) | set(GROUPS["tenure_social_tenant"])
    assert together == set(GROUPS["everybody"])
    assert len(GROUPS["quartile_1"]) == 3


def test_a_note_shows_vulnerable_first_and_less_when_it_is_full():
    before, after = (answer_of(made(free, premium_eur=eur)) for free, eur in ((1.0, 0.0), (4.0, 40_000.0)))
    frames = [answer_rows(one, Optimum(1.0, 0.5), {}, state) for one, state in ((before, TODAY), (after, SCENARIO))]
    frame = pd.concat([*frames, price_rows(before, after, network_only=False)], ignore_index=True)
    shown = [shown_rows(frame, level)[0] for level in range(4)]
    assert all(len(more) >= len(less) for more, less in pairwise(shown))
    assert {("fossil_free_2037", "quartile_1"), ("cost_per_extra", "public")} <= set(zip(shown[3]["outcome"], shown[3]["group"], strict=True))  # fmt: skip
    assert shown_rows(frame, 0)[1][0] == "fossil_free_2037"
    assert "network_price_happens" not in shown_rows(frame, 0)[1]  # there is none
    assert headline(frame)["best"] == 1.0


def test_the_decisive_figure_moves_most():
    rows = [("response_fossil_free", "price_world_calm", 0.5), ("response_fossil_free", "response.a@low", 0.45), ("response_fossil_free", "response.b@high", 0.7)]  # fmt: skip
    assert decisive_figure(pd.DataFrame(rows, columns=["outcome", "group", "value"])) == "response.b@high"


# ---------------------------------------------------------------------------------------------------------------------- levers


def test_which_levers_leave_households_alone():
    assert supply_side(parse_levers(["debt_tenor=30", "connection_support:grant_share=0.3", "green_heat_call:mode=permanent"]))  # fmt: skip
    assert not supply_side(parse_levers(["connection_support:eur_per_dwelling=1000"]))
    assert network_only(parse_levers(["property_tax_reduction:share=0.5,years=5"]))
    assert not network_only(parse_levers(["prefinancing:group=all,share=1"]))


def test_an_idea_becomes_a_project_more_often_with_study_money():
    """Without support 0.50 x 0.45 x 0.60 x 0.70 x 0.85; with 80 % and 60 % of the studies paid 0.75 x 0.62 x ..."""
    today = State(TODAY, read_parameters(), DAY)
    levers = parse_levers(["feasibility_grant:feasibility_share=0.6,concept_share=0.8"])
    helped = State(SCENARIO, apply(levers, read_parameters(), DAY), DAY)
    rest = 0.60 * 0.70 * 0.85
    chances = [{name: value for name, _, value, _ in start_rows(state)} for state in (today, helped)]
    assert chances[0]["start_chance"] == pytest.approx(0.50 * 0.45 * rest)
    assert chances[1]["start_chance"] == pytest.approx(0.75 * 0.62 * rest)
    assert chances[1]["study_cost"] == pytest.approx((0.8 * 40_000 + 0.75 * 0.6 * 120_000) / (0.75 * 0.62 * rest))
    assert chances[0]["study_cost"] == 0


@pytest.mark.parametrize(
    ("lever", "said"),
    [
        ("prefinancing:group=quartile_5,share=0.5", "one of quartile_1"),
        ("emergency_buyers:reach_share=0.1,group=landlord", "one of quartile_1, quartile_2"),
        ("loan_reach:group=quartile_1,share=1.2", "0 to 1 share"),
        ("renovation_duty:label=G", "one of A, B, C, D, E, F, none"),
        ("gas_end_date:year=2040,zone=elders", "no zone is called elders"),
    ],
)
def test_a_group_or_share_that_is_not_there_is_one_message(lever, said):
    with pytest.raises(ScenarioError) as refused:
        laboratory(krekelwijk.place(), [lever], choices=LabChoices(figures=0))
    assert len(refused.value.faults) == 1
    assert said in refused.value.faults[0]


def test_fossil_free_asks_a_place():
    levers = ["debt_tenor=30", "prefinancing:group=all,share=1"]
    with pytest.raises(ScenarioError, match="no dwellings that respond"):
        laboratory(None, levers, choices=LabChoices(figures=0, outcome="fossil_free"))


# ---------------------------------------------------------------------------------------------------------------------- a place


@pytest.fixture(scope="module")
def plan():
    """Krekelwijk with a source of heat and a municipality that guarantees customers, so that a network comes about."""
    source = Source(name="bron", x_m=30.0, y_m=-20.0, capacity_kw=5_000, supply_c=80, price_eur_per_mwh=10)
    chosen = Scenario(
        sources=[source], heat_network=HeatNetwork(must_connect=["t1", "t2", "t3"]), weigh_figures=False, data_draws=0, response=Response(on=False)
    )  # fmt: skip
    return make_plan(krekelwijk.place(), chosen)


def under(plan, *texts: str, figures: int = 0) -> ResponseLab:
    """The laboratory of responses under levers."""
    scenario = plan.scenario.model_copy(update={"response": Response(coordination="guarantee", share_asked=0.3)})
    settings, rules = parse_levers(texts), read_parameters().choosing(stand_ins={}, hold=plan.scenario.hold)
    states = {TODAY: State(TODAY, rules, DAY), SCENARIO: State(SCENARIO, apply(settings, rules, DAY), DAY)}
    return ResponseLab(plan, scenario, states, settings, figures)


def test_no_lever_changes_nothing_even_when_homes_are_worked_out_again(plan):
    same = under(plan, "renovation_duty:connected_label=D")
    frames = same.rows({TODAY: same.base, SCENARIO: same.moved})
    known = frames[TODAY].set_index(["outcome", "group"])["value"]
    again = frames[SCENARIO].set_index(["outcome", "group"])["value"].reindex(known.index)
    pd.testing.assert_series_equal(known, again, check_exact=True)
    assert under(plan).moved.figures == same.base.figures


def test_support_for_connecting_brings_customers_and_is_paid_once(plan):
    lab = under(plan, "connection_support:eur_per_dwelling=3000")
    base, moved = (lab.answer(run) for run in (lab.base, lab.moved))
    assert moved.share(ON_NETWORK)[-1] > base.share(ON_NETWORK)[-1] > 0
    money = response_tables(lab.moved)["response_money"]
    paid, got = (money.groupby(side)["amount_eur"].sum() for side in ("payer", "payee"))
    assert float(got.sub(paid, fill_value=0.0).sum()) == pytest.approx(0.0, abs=1e-6)
    support = money[money["what"] == "support for connecting"]
    assert set(support["payer"]) == {"flanders"}
    assert set(support["payee"]) == {"heat_company"}
    before = response_tables(lab.base)["response_money"]
    spared = [
        frame.loc[frame["what"].isin(["premium", "interest on loans"]), "amount_eur"].sum() for frame in (before, money)
    ]
    assert spared[1] < spared[0]  # who connects asks no premium or cheap loan for something else
    paid_more = moved.public_cost_eur - base.public_cost_eur
    assert paid_more == pytest.approx(float(support["amount_eur"].sum()) + spared[1] - spared[0])


@pytest.mark.parametrize("lever", ["heat_depreciation_years=45", "debt_tenor=30", "connection_support:grant_share=0.3"])
def test_a_lever_of_the_company_needs_no_household(plan, lever):
    """The curve of today's answers gives the price and share of a full run."""
    lab = under(plan, lever)
    assert supply_side(lab.settings)
    quick = relevered(lab.base, plan, lab.states[SCENARIO].rules, scenario=lab.asked)
    slow = values(lab.rows({TODAY: lab.base, SCENARIO: lab.moved})[SCENARIO])
    for (outcome, group), value in values(quick).items():
        assert value == pytest.approx(slow[outcome, group], abs=0.02, nan_ok=True)
    assert np.isfinite(values(quick)["network_price_happens", "network"])


def test_a_guarantee_on_the_loan_is_not_seen_and_that_is_told(plan):
    """How much a bank lends comes with the terms of the company; its heat price asks one return on all capital."""
    lab = under(plan, "guarantee_share=1")
    assert not supply_side(lab.settings)
    assert lab.unseen() == list(lab.settings)
    assert lab.moved.figures == pytest.approx(lab.base.figures, nan_ok=True)
    texts = [row["text_en"] for row in reach_remarks(lab.settings, lab.unseen(), still=True)]
    assert any("does not see this lever: Guarantee on the debt" in text for text in texts)
    assert any("one return on all its capital" in text for text in texts)
    assert not any("zero is a result" in text for text in texts)


def test_levers_share_what_they_do_together(plan):
    lab = under(plan, "connection_support:eur_per_dwelling=3000", "guidance:share=0.5")
    made = lab.tables()
    frame = made["lab_response_interactions"].set_index(["outcome", "group"])["value"]
    assert frame["shapley"].sum() == pytest.approx(frame["together", "all_levers"])
    rows = made["lab_response"]
    assert rows["group"].iloc[0] == "quartile_1"
    known = rows.dropna(subset=["value", "low", "high"])
    assert (known["low"] <= known["value"] + 1e-12).all()
    assert (known["high"] >= known["value"] - 1e-12).all()
    warned = lever_remarks(lab.settings, lab.states[TODAY].rules, DAY)
    assert [row["about"] for row in warned if "gedragseffect is een aanname" in row["text"]] == ["lever.guidance"]


def test_a_figure_of_behaviour_moves_the_band(plan):
    lab = under(plan, "prefinancing:group=quartile_1-3,share=1", figures=1)
    bands = lab.tables()["lab_response_bands"]
    assert {"response.scale_eur_per_year@low", "response.scale_eur_per_year@high"} <= set(bands["group"])
    found = bands[bands["outcome"] == "response_fossil_free"]["value"]
    assert found.nunique() > 3


def test_a_loan_repaid_at_sale_is_half_a_grant(plan):
    """Of every euro lent without interest for 20 years 1 - 1.035^-20 is given; it is booked once, between two parties."""
    lab = under(plan, "loan_top_up:eur=40000,bullet_share=1,group=owners")
    owners = lab.moved.case.arrays.rules.bullet_loan_share[:, 0] == 1
    lent = np.asarray(lab.moved.response.loans_eur)
    assert owners.any()
    assert lent[owners].sum() > 0
    assert loan_interest_eur(lab.moved).sum() >= (1 - 1.035**-20) * lent[owners].sum() - 1e-6
    money = response_tables(lab.moved)["response_money"]
    interest = money[money["what"] == "interest on loans"]
    assert interest["amount_eur"].sum() == pytest.approx(loan_interest_eur(lab.moved).sum())
    assert set(interest["payer"] + " " + interest["payee"]) == {"flanders lender"}


def test_a_lever_that_the_response_does_not_see_is_told_apart_from_a_zero(plan):
    """Who pays for stranded gas pipes is no figure of the response; a ceiling of premiums is one, and no premium of today reaches it."""
    blind, still = "stranded_routing:route=public", "premium_cap:category=cat4,share=1"
    for texts, unseen, said in (
        ((blind,), [blind], ["ziet deze hefboom niet"]),
        ((still,), [], ["De nul is hier een uitkomst"]),
        ((blind, still), [blind], ["ziet deze hefboom niet", "De nul is hier een uitkomst"]),
        (("guidance:share=0.5",), [], []),
    ):
        lab = under(plan, *texts)
        found = lab.unseen()
        assert [setting.text for setting in found] == unseen
        rows = reach_remarks(lab.settings, found, still=same_answer(lab.base, lab.moved))
        assert len(rows) == len(said)
        assert all(words in row["text"] for words, row in zip(said, rows, strict=True))


def test_what_the_response_cannot_tell_apart_stands_beside_its_lever():
    told = reach_remarks(
        parse_levers(["emergency_buyers:reach_share=0.3", "collective_bonus:share=0.5"]), [], still=False
    )
    assert len(told) == 2
    assert "niet alleen bij aankoop" in told[0]["text"]
    assert "gemiddelde over haar woningen" in told[1]["text"]


def test_the_laboratory_counts_the_public_money_of_the_plan(plan):
    """With money lent and premiums paid: what the public purses pay in the table of the plan, loans left out, is the cost that the laboratory shows."""
    lab = under(plan, "loan_reach:group=all,share=1")
    for run in (lab.base, lab.moved):
        money = response_tables(run)["response_money"]
        counted = money[~money["what"].isin(LENT)]
        paid, got = (counted.loc[counted[side].isin(PUBLIC), "amount_eur"].sum() for side in ("payer", "payee"))
        assert {"premium", "interest on loans"} <= set(counted["what"])
        assert lab.answer(run).public_cost_eur == pytest.approx(paid - got)
        assert run.figures["public_eur"] == pytest.approx(paid)


def test_a_roof_premium_never_lowers_its_own_take_up_and_costs_more(plan):
    """More for categories 2 (owners of quartile 3, landlords): more of them renovate, and Flanders pays more."""
    renovated = ("renovated_heat_pump", "renovated_network", "renovated_gas")
    found = []
    for eur in (0, 2_000, 8_000):
        answer = under(plan, f"premium_amount:measure=roof,category=cat2,eur={eur}")
        seen = answer.answer(answer.moved)
        found.append((seen.share(renovated, "tenure_private_tenant")[-1], seen.cost_eur["flanders"]))
    shares, cost = zip(*found, strict=True)
    assert shares[0] < shares[1] < shares[2]
    assert cost[0] < cost[1] < cost[2]


@pytest.mark.parametrize(
    "lever",
    [
        "goal_order:met_by=fossil_free", "loan_reach:group=all,share=1", "loan_top_up:eur=40000,bullet_share=1", "emergency_buyers:reach_share=0.5",
        "heat_pump_lease:premium=true", "heat_service:premium=false", "group_purchase=100", "single_application=true", "boiler_end_sale=2035",
        "gas_end_date:year=2045", "collective_bonus:share=1,group=2", "premium_delay=0", "large_customers:public_first=true", "green_heat_call:mode=permanent",
    ],
)  # fmt: skip
def test_every_lever_that_helps_takes_homes_off_the_boiler(plan, lever):
    """Fewer homes stay on the boiler that they have, renovated or not; where, is theirs to choose."""
    lab = under(plan, lever)
    before, after = (lab.answer(run).share(("gas",))[-1] for run in (lab.base, lab.moved))
    assert after < before


def test_what_does_not_exist_in_the_run_itself_has_no_band():
    """A heat price in other runs alone is another regime, no end of a band."""
    rows = pd.DataFrame(
        {
            "outcome": ["network_price_best", "response_fossil_free"],
            "group": "all",
            "state": SCENARIO,
            "value": [np.nan, 0.3],
        }
    )
    other = rows.assign(value=[123.0, 0.4])
    found = enveloped({SCENARIO: rows}, [{SCENARIO: other}]).set_index("outcome")
    assert found.loc["network_price_best", ["low", "high"]].isna().all()
    assert found.loc["response_fossil_free", ["low", "high"]].tolist() == [0.3, 0.4]
