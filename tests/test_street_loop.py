"""The loop between heat network and works calendar: it ends, keeps the best pair, and carries calendars and networks over."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis.strategies import floats, integers, lists

import plan_fixture
import street_cases
from koppelkans.plan import street_loop
from koppelkans.plan.street_loop import Pair, cheapest, moved_share, next_shares, rounds, rounds_table
from koppelkans.report.document import words_of
from koppelkans.report.material import Material, Words
from koppelkans.report.notation import Notation
from koppelkans.report.works_loop import loop_blocks
from koppelkans.street.calendar.account import account, broken
from koppelkans.street.calendar.answer import CalendarLimits, works_calendar
from koppelkans.street.calendar.carried import carried_over, kept_calendar
from koppelkans.street.calendar.case import GAS, HEAT, NOWHERE

LIMITS = CalendarLimits(20, 1, 2)
SECTIONS = pd.Index(["a", "b"], name="section", dtype="str")


def trench(shares, laid=("a", "b")):
    """What heat bears in two sections of 100 m, laid in those named."""
    price = pd.Series([800.0 if one in laid else np.nan for one in SECTIONS], index=SECTIONS)
    return pd.DataFrame({"share": shares, "eur_per_m": price, "length_m": 100.0}, index=SECTIONS)


def pair(whole, asked=(1.0, 1.0), borne=(0.5, 0.8), laid=("a", "b"), moved=0.3):
    return Pair(None, None, pd.Series(asked, index=SECTIONS), trench(borne, laid), moved, whole, 0.0)  # type: ignore[arg-type]


# ----------------------------------------------------------------------------------------------------------------------- rounds


def test_rounds_end_when_the_price_moves_little():
    found = rounds(pair(10.0), lambda asked, before: pair(9.0, asked=tuple(asked), moved=0.01), most=4, enough=0.05)
    assert len(found) == 2
    assert list(found[1].asked) == [0.5, 0.8]


def test_rounds_end_after_as_many_as_were_asked_for():
    assert len(rounds(pair(10.0), lambda asked, before: pair(9.0), most=4, enough=0.05)) == 5
    assert len(rounds(pair(10.0), lambda asked, before: pair(9.0), most=0, enough=0.05)) == 1


@settings(max_examples=30, deadline=None)
@given(costs=lists(floats(1.0, 1e6), min_size=1, max_size=6))
def test_the_pair_that_is_kept_never_costs_more_than_round_0(costs):
    found = [pair(cost) for cost in costs]
    best = cheapest(found)
    assert found[best].whole_eur == min(costs) <= costs[0]


def test_where_no_heat_lies_a_section_keeps_what_it_was_tried_with():
    first = pair(1.0, borne=(0.5, 0.4), laid=("a",))
    assert list(next_shares(first)) == [0.5, 0.4]  # round 0: what it would bear
    later = pair(1.0, asked=(0.5, 0.9), borne=(0.6, 0.4), laid=("a",))
    assert list(next_shares(later)) == [0.6, 0.9]


def test_how_far_the_price_moved_by_hand():
    # |0.5 - 1| 100 + |0.8 - 1| 100 over 200
    assert moved_share(pd.Series([1.0, 1.0], index=SECTIONS), trench((0.5, 0.8))) == pytest.approx(0.35)
    assert moved_share(pd.Series([1.0, 1.0], index=SECTIONS), trench((0.5, 0.8), laid=("b",))) == pytest.approx(0.2)
    assert moved_share(pd.Series(dtype=float), trench((0.5, 0.8), laid=())) == 0.0


def test_the_table_tells_the_cost_of_every_round_and_which_is_the_plan():
    network = type("Network", (), {"tables": {"connections": pd.DataFrame({"connected": [True, True, False]})}})()
    pairs = [replace(pair(cost), network=network, heat_eur=cost - 3.0, works_eur=3.0) for cost in (12.0, 10.0, 11.0)]
    table = rounds_table(pairs, cheapest(pairs))
    assert list(table.index) == ["0", "1", "2"]
    assert list(table["whole_eur"]) == [12.0, 10.0, 11.0]
    assert list(table["kept"]) == [False, True, False]
    assert list(table["buildings"]) == [2, 2, 2]
    assert table.loc["0", "borne_share"] == pytest.approx(0.65)


# ------------------------------------------------------------------------------------------------------------- calendars carried over


def years_of(case, year):
    return pd.Series(year, index=pd.Index(case.works.name))


def shrunk(case, section):
    """The same neighbourhood in which no heat pipe lies in a section at the end of the network."""
    keep = ~((case.works.section == section) & (case.works.kind == HEAT))
    works = replace(case.works, **{name: getattr(case.works, name)[keep] for name in case.works.__slots__})
    parent = case.streets.heat_parent.copy()
    parent[section] = NOWHERE
    worth = np.where(parent == NOWHERE, 0.0, case.streets.heat_eur_per_year)
    return replace(case, works=works, streets=replace(case.streets, heat_parent=parent, heat_eur_per_year=worth))


def ends_of_network(case):
    parent = case.streets.heat_parent
    return np.setdiff1d(np.flatnonzero(parent != NOWHERE), parent)


@settings(max_examples=6, deadline=None)
@given(seed=integers(1, 40))
def test_a_calendar_of_the_same_case_stays_as_it_is(seed):
    case = street_cases.generated_case(14, seed)
    found = works_calendar(case, LIMITS)
    assert (carried_over(case, years_of(case, found.year)) == found.year).all()


@settings(max_examples=8, deadline=None)
@given(seed=integers(1, 40), which=integers(0, 5))
def test_with_another_network_only_what_must_moves_and_nothing_is_broken(seed, which):
    case = street_cases.generated_case(14, seed)
    ends = ends_of_network(case)
    other = shrunk(case, int(ends[which % len(ends)]))
    for one, two in ((case, other), (other, case)):
        before = years_of(one, works_calendar(one, LIMITS).year)
        carried = carried_over(two, before)
        assert carried is not None
        assert broken(two, carried) == []
        stays = before.reindex(two.works.name).to_numpy(float) == carried
        assert stays.mean() > 0.7


def test_a_kept_calendar_costs_at_most_the_margin_more_and_never_more_than_the_start():
    case = street_cases.generated_case(14, 3)
    other = shrunk(case, int(ends_of_network(case)[0]))
    before = years_of(case, works_calendar(case, LIMITS).year)
    found = works_calendar(other, CalendarLimits(60, 2, 10))
    for margin in (0.0, 0.002, 1.0):
        kept = kept_calendar(other, found, before, kept_share=margin, limits=LIMITS)
        assert kept.objective_eur <= found.objective_eur + margin * found.account.gross_eur + 1e-6
        assert kept.bound_eur <= kept.objective_eur
        assert kept.objective_eur == pytest.approx(account(other, kept.year).net_eur)
    began = kept_calendar(other, found, before, kept_share=1.0, limits=LIMITS, start=found.year)
    assert began.objective_eur <= found.objective_eur + 1e-6


def test_gas_follows_when_heat_no_longer_comes():
    case = street_cases.generated_case(14, 5)
    end = int(ends_of_network(case)[0])
    other = shrunk(case, end)
    free = replace(other.streets, gas_free=np.full(14, 20))
    other = replace(other, streets=free)
    carried = carried_over(other, years_of(case, works_calendar(case, LIMITS).year))
    gas = (other.works.section == end) & (other.works.kind == GAS)
    assert (carried[gas] >= 20).all()


# ------------------------------------------------------------------------------------------------------------------- the whole cost


def test_heat_without_pipes_by_hand(monkeypatch):
    """1,000 EUR a year in all, of which a trench of 2,000 and pipes of 3,000 EUR: the calendar counts their capital."""
    pipes = pd.DataFrame({
        "kind": ["main", "service"], "section": ["a", "a"], "building": [None, "h"], "from_node": ["source", "n"], "to_node": ["n", "h"],
        "length_m": [10.0, 5.0], "investment_eur": [4_000.0, 1_000.0], "heat_mwh": [20.0, 20.0], "buildings": [1, 1],
    })  # fmt: skip
    variants = pd.DataFrame(
        {"chosen": [True], "whole_eur_per_year": [1_000.0], "without_eur_per_year": [1_500.0]}, index=["network_middle"]
    )
    sections = pd.DataFrame({"trench_eur_per_m": [200.0]}, index=SECTIONS[:1])
    network = type(
        "Network", (), {"tables": {"network_variants": variants, "pipes": pipes, "network_sections": sections}}
    )()
    figures = type(
        "Figures",
        (),
        {"at": lambda self, name, *rest: {"project.life_years": 40.0, "project.upkeep_share": 0.01}[name]},
    )()
    asked = type("Given", (), {
        "parameters": figures, "scenario": type("S", (), {"reference_date": None})(), "economics": type("E", (), {"society_rate_share": 0.03})(),
    })()  # fmt: skip
    annuity = 0.03 / (1 - 1.03**-40)
    expected = 1_000.0 - (annuity + 0.01) * 2_000.0 - annuity * 3_000.0
    assert street_loop.heat_without_pipes_eur_per_year(asked, network) == pytest.approx(expected)
    variants["chosen"] = False
    assert street_loop.heat_without_pipes_eur_per_year(asked, network) == 1_500.0


def test_waiting_for_heat_is_counted_by_hand():
    """One pipe laid in year 2 of 6: two years of heat are lost, whatever the years live are worth."""
    case = street_cases.small_case([street_cases.Row(0, HEAT)], heat_up=[-1])
    year = np.array([2])
    plan = type("Plan", (), {"case": case, "net_eur": account(case, year).net_eur})()
    lost = 50.0 * (1.0 + case.discount[1])
    gross = account(case, year).gross_eur
    assert street_loop.works_with_waiting_eur(plan) == pytest.approx(gross + lost)


# ---------------------------------------------------------------------------------------------------------------------- what is said


def told(costs, moved, *, drawn):
    pairs = [pair(cost, moved=move) for cost, move in zip(costs, moved, strict=True)]
    return street_loop._loop_remark(pairs, cheapest(pairs), 0.05, drawn=drawn)


def test_the_remark_says_what_the_chosen_round_saves_unless_ages_were_drawn():
    row = told((12e6, 10.5e6, 11e6), (0.3, 0.1, 0.01), drawn=False)
    assert row["level"] == "info"
    assert "Gekozen is ronde 1: net en kalender kosten samen 1,50 miljoen euro minder" in row["text"]
    assert "Round 1 was chosen: network and calendar together cost 1.50 million euro less" in row["text_en"]
    assert "million" not in told((12e6, 10.5e6), (0.3, 0.01), drawn=True)["text_en"]


def test_a_loop_that_did_not_settle_is_a_warning():
    row = told((12.0, 11.0), (0.3, 0.08), drawn=True)
    assert row["level"] == "warning"
    assert "still move by 8%" in row["text_en"]
    assert "trench_rounds" in told((12.0,), (0.3,), drawn=True)["text_en"]


def test_the_report_shows_the_cost_of_every_round_but_not_of_a_few_buildings():
    found = pd.DataFrame({
        "sections": 40, "buildings": 200, "asked_share": [1.0, 0.7], "borne_share": [0.7, 0.7], "moved_share": [0.3, 0.01], "heat_eur": [9e6, 8e6], "works_eur": [3e6, 3.1e6],
        "whole_eur": [12e6, 11.1e6], "kept": [False, True],
    }, index=pd.Index(["0", "1"], name="round"))  # fmt: skip
    made = plan_fixture.plan()

    def blocks(table):
        plan = replace(made, tables={**made.tables, "trench_rounds": table})
        return loop_blocks(Material(plan, Words("en"), Notation("en")))

    heading, lead, table = blocks(found)
    assert "Heat network and calendar" in str(heading)
    assert "cost 0.90 million euro less" in words_of(lead.text)
    assert [words_of(row[-1]) for row in table.rows] == ["", "chosen"]
    assert [words_of(row[-2]) for row in table.rows] == ["12.000", "11.100"]
    assert blocks(found.assign(buildings=3)) == []
    assert blocks(found.iloc[:1]) == []
