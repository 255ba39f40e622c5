"""What planning together saves: the chain of plans, who pays, what is measured, how firm it is."""

import csv
from dataclasses import replace
from itertools import combinations, permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koppelkans import tables
from koppelkans.errors import DataError
from koppelkans.street.calendar.account import account
from koppelkans.street.calendar.answer import CalendarLimits, works_calendar
from koppelkans.street.dividend import (
    JudgedPlan,
    dividend,
    dividend_remarks,
    dividend_table,
    effective_trench_eur_per_m,
)
from koppelkans.street.dividend_owners import (
    least_transfers_eur,
    owner_absence,
    owner_costs_eur,
    owner_remarks,
    owner_shares,
    without_owner,
)
from koppelkans.street.dividend_robustness import (
    Spread,
    chain_figures,
    evaluated_robustness,
    moved_dates,
    spread_of_draws,
    variations,
    works_robustness,
)
from koppelkans.street.works_measures import lost_life_eur, works_measures
from koppelkans.street.works_prices import shadow_prices
from koppelkans.street.works_tables import calendar_table, openings_table, works_indicators
from koppelkans.street.works_threshold import (
    paid_trench_eur_per_m,
    threshold_change,
    threshold_figures,
    threshold_indicators,
    threshold_remarks,
)
from koppelkans.street.works_words import Said
from koppelkans.tables.works import DIVIDEND
from street_cases import generated_case
from works_fixture import PACE, Tried, every_calendar, facts_of, hand_case, one_at_a_time

LATER = 1 / 1.05
PUBLISHED = Path(__file__).parent / "published" / "joint_works.csv"
PARTS = (
    "own_eur",
    "lost_life_eur",
    "opening_eur",
    "mobilisation_eur",
    "nuisance_eur",
    "overdue_eur",
    "after_horizon_eur",
    "over_limits_eur",
)


@pytest.fixture(scope="module")
def chains():
    """Chains of small drawn neighbourhoods, by the planner that moves one work at a time."""
    return [dividend(generated_case(5, seed, years=12), one_at_a_time) for seed in (1, 2, 3)]


def two_owners(own_eur: float, **about: object):
    """A sewer that may be done this year or next, and a cable of another owner that must be done this year."""
    return hand_case(
        [
            {"kind": "sewer", "own_eur": own_eur, "owner": 0},
            {"kind": "cable", "own_eur": 200.0, "owner": 1, "fixed": 0},
        ],
        **about,
    )


# ----------------------------------------------------------------------------------------------------------------------- cases


def test_two_owners_and_one_shared_opening_by_hand():
    """Alone the sewer waits a year; together it comes at once: footway and closure are paid once and split."""
    found = dividend(two_owners(500.0), every_calendar)
    alone = (500 + 1600 + 150) * LATER + (200 + 600 + 150)
    joint = 500 + 1600 + 150 + 200
    assert found.alone.net_eur == pytest.approx(alone)
    assert found.coincidences.net_eur == pytest.approx(alone)  # nothing falls together by luck
    assert found.joint.net_eur == pytest.approx(joint)
    assert found.amount_eur == pytest.approx(alone - joint)
    assert found.amount_eur > 0
    assert found.proven
    assert found.unproven_eur == pytest.approx(0)
    shares = owner_shares(found, facts_of(found.joint.case))
    assert shares.loc["a", "joint_eur"] == pytest.approx(500 + 1000 + 300 + 75)
    assert shares.loc["b", "joint_eur"] == pytest.approx(200 + 300 + 75)
    assert shares["transfer_eur"].tolist() == [0.0, 0.0]  # both gain


def test_an_owner_who_renews_early_for_another_is_repaid():
    found = dividend(two_owners(10_000.0), every_calendar)
    shares = owner_shares(found, facts_of(found.joint.case))
    loses = (10_000 + 1000 + 300 + 75) - (10_000 + 1600 + 150) * LATER
    assert loses > 0
    assert found.amount_eur > 0
    assert shares.loc["a", "gain_eur"] == pytest.approx(-loses)
    assert shares["transfer_eur"].tolist() == pytest.approx([loses, -loses])
    text = owner_remarks(shares)[0]
    assert "a is worse off" in text["text_en"]
    assert text["level"] == "warning"


def test_other_keys_split_the_same_total():
    found = dividend(two_owners(600.0), every_calendar)
    shares = owner_shares(found, facts_of(found.joint.case), agreed={"a": 0.25, "b": 0.75})
    common = 1600 + 150  # zones and closure, opened once
    assert shares["by_own_cost_eur"].tolist() == pytest.approx([600 + common * 0.75, 200 + common * 0.25])
    assert shares["by_area_eur"].tolist() == pytest.approx([600 + common * 750 / 1050, 200 + common * 300 / 1050])
    assert shares["agreed_eur"].tolist() == pytest.approx([600 + common * 0.25, 200 + common * 0.75])


def test_luck_alone_is_not_planning():
    """Both must be done this year: S1 cashes it all and the joint plan adds nothing."""
    case = hand_case([{"kind": "sewer", "fixed": 0}, {"kind": "cable", "owner": 1, "fixed": 0}])
    found = dividend(case, every_calendar)
    assert found.alone.net_eur - found.coincidences.net_eur == pytest.approx(600 + 150)
    assert found.amount_eur == 0
    assert not found.proven
    assert any("Not proven" in row["text_en"] for row in dividend_remarks(found))


def test_a_dividend_within_the_gaps_is_not_proven():
    def loose(case, start):
        return Tried(every_calendar(case).year, every_calendar(case).bound_eur - 1_000.0)

    found = dividend(two_owners(500.0), loose)
    assert found.unproven_eur == pytest.approx(2_000)
    assert found.amount_eur < 2_000
    assert not found.proven
    assert found.most_eur == pytest.approx(found.amount_eur + 1_000)


def test_lost_life_is_what_renewing_early_costs_for_ever():
    case = hand_case([{"kind": "sewer", "own_eur": 1_000.0, "life_years": 40.0, "due": 1}])
    chain = 1 / (1 - 1.05**-40)
    assert lost_life_eur(case, np.array([0])) == pytest.approx(1_000 * chain * (1 - LATER))
    assert lost_life_eur(case, np.array([1])) == 0


def test_a_plan_worse_than_its_start_is_thrown_away():
    case = two_owners(500.0)

    def worse(case, start):
        return every_calendar(case) if start is None else Tried(np.array([case.years - 1, 0]), 0.0)

    found = dividend(case, worse)
    assert found.joint.year.tolist() == found.coincidences.year.tolist()
    assert found.amount_eur == 0


def test_measures_of_a_shared_opening_by_hand():
    case = two_owners(500.0)
    joint = works_measures(case, np.array([0, 0]), account(case, np.array([0, 0])), facts=facts_of(case), pace=PACE)
    assert joint.opened_m2 == pytest.approx(450 + 300)
    assert joint.closures == 1
    assert joint.coordinated_share == 1
    assert joint.person_months == 40 * 5  # 3.5 + 0.3 x 1 month per 80 m, over 100 m: 4.75
    assert joint.shared_surface_share == pytest.approx(600 / 1050)  # the footway, needed twice
    assert joint.shared_trench_share == 1
    apart = works_measures(case, np.array([1, 0]), account(case, np.array([1, 0])), facts=facts_of(case), pace=PACE)
    assert apart.opened_m2 == pytest.approx(450 + 600)
    assert (apart.closures, apart.repeats, apart.coordinated_share) == (2, 1, 0)
    assert apart.person_months == 40 * (5 + 2)


def test_heat_that_waits_dry_is_counted():
    """The far pipe is laid now with the sewer, the near one in two years: both are live in two years."""
    streets = {
        "heat_parent": np.array([-1, 0]),
        "heat_mwh": np.array([100.0, 300.0]),
        "heat_eur_per_year": np.array([10.0, 20.0]),
    }
    works = [{"kind": "heat", "section": 0}, {"kind": "heat", "section": 1}]
    case = hand_case(works, sections=2, years=4, **streets)
    found = account(case, np.array([2, 0]))
    known = works_measures(case, np.array([2, 0]), found, facts=facts_of(case), pace=PACE)
    assert known.live_mwh == pytest.approx(2 * 400)
    assert known.until_mwh == pytest.approx((13 * 400, 23 * 400))  # from 2028 to 2040 and 2050
    assert known.until_tonnes[0] == pytest.approx(0.16 * 13 * 400)
    assert known.mean_live_year == 2028
    assert known.live_share == 1
    assert (known.dry_share, known.dry_years) == (0.5, 2.0)


def test_price_of_the_trench_after_sharing():
    works = [
        {"kind": "heat", "own_eur": 900.0, "owner": 1},
        {"kind": "sewer", "own_eur": 500.0},
        {"kind": "heat", "section": 1, "own_eur": 900.0, "after": True},
    ]
    case = hand_case(works, sections=2)
    together, apart = np.array([1, 1, 2]), np.array([1, 0, 2])
    alone = (900 + 1000 + 150) / 100
    assert effective_trench_eur_per_m(case, together).tolist() == pytest.approx([(900 + 500 + 75) / 100, alone])
    before = effective_trench_eur_per_m(case, apart)
    assert before.tolist() == pytest.approx([alone, alone])
    # what heat pays for the street alone: its pipe, half of the carriageway and of mobilisation; no nuisance
    plan = JudgedPlan("J", case, together, account(case, together), np.nan)
    paid = paid_trench_eur_per_m(plan, pd.Series({"s0": 800.0, "s1": 700.0}))
    assert paid.tolist() == pytest.approx([(800 + 500 + 50) / 100, (700 + 1000 + 100) / 100])


def test_threshold_falls_with_the_price():
    found = dividend(
        hand_case([{"kind": "heat", "owner": 1, "own_eur": 500.0}, {"kind": "sewer", "fixed": 0}]), every_calendar
    )
    pipe, street = pd.Series({"s0": 500.0}), pd.Series({"s0": "Dorp"})
    change = threshold_change(found, pipe, lambda price: price / 12, street)
    assert change["alone_eur_per_m"].tolist() == pytest.approx([(500 + 1000 + 100) / 100])
    assert change["joint_share"].tolist() == pytest.approx([(500 + 500 + 50) / 100 / 12])
    figures = threshold_figures(change, pd.Series({"s0": 20.0}), pd.Series({"s0": 100.0}))
    told = threshold_indicators(figures, found.joint.case)["value"]
    assert told["threshold_share_s0"] == 1  # 1.33: not even everybody
    assert told["threshold_share_j"] == pytest.approx(10.5 / 12)
    assert told[["threshold_sections_s0", "threshold_sections_j"]].tolist() == [0, 1]
    assert told[["trench_eur_per_m_s0", "trench_eur_per_m_j"]].tolist() == pytest.approx([16.0, 10.5])
    assert "falls from 100 % to 88 %; 1 of 1" in threshold_remarks(figures)[0]["text_en"]
    never = threshold_change(found, pipe, lambda price: price * np.nan, street)
    figures = threshold_figures(never, pd.Series({"s0": 20.0}), pd.Series({"s0": 100.0}))
    assert "none of 1 street sections covers its cost" in threshold_remarks(figures)[0]["text_en"]
    assert threshold_figures(change, pd.Series({"s0": 0.0}), pd.Series({"s0": 100.0})) == {}


def test_owners_weigh_later_years_at_their_own_rate():
    """The sewer costs 2,250 next year alone, 1,875 now jointly: at 5 % both count; at 25 % waiting a year was worth more than sharing."""
    found = dividend(two_owners(500.0), every_calendar)
    shares = owner_shares(found, facts_of(found.joint.case), rates={"a": 0.25, "b": 0.05})
    assert shares["own_rate_share"].tolist() == [0.25, 0.05]
    assert shares.loc["a", "own_rate_gain_eur"] == pytest.approx(2_250 / 1.25 - 1_875)
    assert shares.loc["b", "own_rate_gain_eur"] == pytest.approx(shares.loc["b", "gain_eur"])
    told = owner_remarks(shares, {"a": Said("de stad", "the city")})[0]
    assert told["text_en"].startswith("At the common rate the city gains, at its own rate it does not")
    same = owner_shares(found, facts_of(found.joint.case))
    assert same["own_rate_gain_eur"].tolist() == pytest.approx(same["gain_eur"].tolist())


def test_absence_costs_what_sharing_saved():
    found = dividend(two_owners(500.0), every_calendar)
    table = owner_absence(found, every_calendar)
    total = table[table["bearer"] == "total"].set_index("absent")["extra_eur"]
    # without either nobody is left to share with: back to the plan alone
    assert total.tolist() == pytest.approx([found.alone.net_eur - found.joint.net_eur] * 2)
    bearers = table[(table["absent"] == "a") & (table["bearer"] != "total")]
    assert bearers["extra_eur"].sum() == pytest.approx(total["a"])


# ------------------------------------------------------------------------------------------------------------------ properties


def test_joint_below_coincidences_below_alone(chains):
    for found in chains:
        assert found.joint.net_eur <= found.coincidences.net_eur <= found.alone.net_eur
        assert found.alone.account.heat_eur == pytest.approx(found.coincidences.account.heat_eur)


@pytest.fixture(scope="module")
def planned():
    """Chains of 40 sections by the works calendar itself."""
    limits = CalendarLimits(bound_rounds=100, starts=3, tries_per_section=3)
    return [
        dividend(generated_case(40, seed), lambda case, start: works_calendar(case, limits, start=start))
        for seed in (1, 2)
    ]


def test_the_works_calendar_keeps_the_chain_and_proves_it(planned):
    for found in planned:
        assert found.joint.net_eur < found.coincidences.net_eur <= found.alone.net_eur
        assert found.proven
        assert found.unproven_eur < 0.1 * found.coincidences.gross_eur


@pytest.mark.parametrize("row", list(csv.DictReader(PUBLISHED.open(encoding="utf-8"))), ids=lambda row: row["id"])
def test_joint_works_save_what_they_saved_elsewhere(row, planned):
    for found in planned:
        saved = 1 - found.joint.gross_eur / found.alone.gross_eur
        assert saved == pytest.approx(float(row["published"]), abs=float(row["tolerance"]))


def test_table_adds_up(chains):
    for found in chains:
        table = dividend_table(found, facts=facts_of(found.joint.case), pace=PACE)
        whole = table[list(PARTS)].sum(axis=1)
        assert whole.tolist() == pytest.approx([plan.account.gross_eur for plan in found.plans])
        assert (whole - table["heat_eur"]).tolist() == pytest.approx(table["net_eur"].tolist())
        assert table.index.tolist() == ["S0", "S1", "J"]
        assert table.loc["S1", "gap_eur"] == table.loc["S0", "gap_eur"]
        assert np.isnan(table.loc["S1", "bound_eur"])
        assert table.loc["S1", "opened_m2"] <= table.loc["S0", "opened_m2"]


def test_shares_add_up_to_the_account(chains):
    for found in chains:
        for plan in found.plans:
            shared = owner_costs_eur(plan.case, plan.account)
            assert shared.sum() == pytest.approx(plan.net_eur - plan.over_limits_eur)


def test_transfers_leave_nobody_worse_off(chains):
    for found in chains:
        shares = owner_shares(found, facts_of(found.joint.case))
        if shares["transfer_eur"].isna().all():
            assert shares["gain_eur"].sum() < 0
            continue
        assert shares["transfer_eur"].sum() == pytest.approx(0, abs=1e-6)
        assert (shares["joint_eur"] - shares["transfer_eur"] <= shares["alone_eur"] + 1e-6).all()


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_least_transfers(pairs):
    alone, joint = (np.array(column) for column in zip(*pairs, strict=True))
    moved = least_transfers_eur(alone, joint)
    if np.isnan(moved).any():
        assert joint.sum() > alone.sum() - 1e-6
        return
    assert (joint - moved <= alone + 1e-6).all()
    assert moved.sum() == pytest.approx(0, abs=1e-6)
    # losers get their loss and no more: no less can do
    assert moved[moved > 0].sum() == pytest.approx(np.maximum(joint - alone, 0).sum(), abs=1e-6)


def _without(case, kept):
    """The case and which works it keeps."""
    return replace(
        case,
        works=replace(
            case.works, **{name: getattr(case.works, name)[kept] for name in case.works.__dataclass_fields__}
        ),
    )


def test_equal_parts_are_the_shapley_value_by_its_definition():
    """The mean of what a work adds over all orders in which works may come, opening and closure of one section and year."""
    case = hand_case([{"kind": kind} for kind in ("sewer", "cable", "heat", "reconstruction")])
    year = np.zeros(4, dtype=int)

    def worth(group: tuple[int, ...]) -> float:
        return (
            float(account(_without(case, np.array(sorted(group), dtype=int)), year[: len(group)]).parts_eur[1:4].sum())
            if group
            else 0.0
        )

    added = np.zeros(4)
    for order in permutations(range(4)):
        for place, work in enumerate(order):
            added[work] += worth(order[: place + 1]) - worth(order[:place])
    found = account(case, year)
    assert (found.opening_eur + found.closure_eur).tolist() == pytest.approx((added / 24).tolist())


def test_no_group_of_owners_pays_more_than_apart_with_the_same_years(chains):
    """The core: opening and closure of any group, against what that group would pay without the others."""
    for found in chains:
        case, year = found.joint.case, found.joint.year
        shared = owner_costs_eur(case, found.joint.account)[:, 1:3].sum(axis=1)
        for size in (1, 2, 3):
            for group in combinations(range(len(case.owners)), size):
                kept = np.flatnonzero(np.isin(case.works.owner, group))
                apart = owner_costs_eur(_without(case, kept), account(_without(case, kept), year[kept]))[:, 1:3].sum()
                assert shared[list(group)].sum() <= apart + 1e-6


@given(st.integers(1, 40), st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_removing_a_work_never_raises_opening_cost(seed, pick):
    case = generated_case(4, seed, years=8)
    year = np.random.default_rng(pick).integers(0, 8, len(case.works.kind))
    out = pick % len(year)
    kept = np.arange(len(year)) != out
    less = account(_without(case, np.flatnonzero(kept)), year[kept]).parts_eur
    assert less[1] <= account(case, year).parts_eur[1] + 1e-6  # the part of openings


def test_who_does_not_share_pays_his_own(chains):
    case = chains[0].joint.case
    absent = without_owner(case, 1)
    assert not absent.works.joins[absent.works.owner == 1].any()
    assert absent.works.joins[absent.works.owner != 1].all()


def test_same_chain_twice():
    case = generated_case(4, 7, years=8)
    one, other = dividend(case, one_at_a_time), dividend(case, one_at_a_time)
    assert one.joint.year.tolist() == other.joint.year.tolist()
    assert one.amount_eur == other.amount_eur


# ------------------------------------------------------------------------------------------------------------- robustness, draws


def test_dates_move_with_their_windows():
    case = hand_case(
        [
            {"kind": "sewer", "release": 1, "due": 2, "last": 3},
            {"kind": "cable", "fixed": 1, "due": 2},
            {"kind": "heat"},
        ],
        years=5,
    )
    moved = moved_dates(case, np.full(3, 3)).works
    assert (moved.release[0], moved.due[0], moved.last[0], moved.after[0]) == (4, 5, 6, True)
    assert moved.due[1] == 2
    assert moved.release[2] == 0
    earlier = moved_dates(case, np.full(3, -3)).works
    assert (earlier.release[0], earlier.due[0], earlier.last[0]) == (0, 0, 0)


def test_robustness_by_planning_again_and_by_counting():
    case = two_owners(500.0)
    spread = Spread(date_years=3, cost_share=0.3, heat_factors=(0.15, 1.0, 3.0), seed=1)
    varied = [item for item in variations(case, spread) if not item.key.startswith("dates")]
    again = works_robustness(varied, every_calendar)
    assert again.index.tolist() == [
        "as_given",
        "own_cost_low",
        "own_cost_high",
        "opening_low",
        "opening_high",
        "heat_0.15",
        "heat_3",
    ]
    assert again["proven"].all()
    assert again.loc["opening_high", "dividend_eur"] > again.loc["opening_low", "dividend_eur"]
    counted = evaluated_robustness(varied, dividend(case, every_calendar))
    assert counted.loc["as_given", "dividend_eur"] == pytest.approx(again.loc["as_given", "dividend_eur"])
    assert counted.loc["as_given", "proven"]
    assert not counted["proven"].drop("as_given").any()
    assert again["replanned"].all()
    assert not counted["replanned"].any()
    assert (again["joint_eur"] <= counted["joint_eur"] + 1e-6).all()


def test_percentiles_over_draws():
    cases = [two_owners(100.0 * number) for number in range(20)]
    table = spread_of_draws([chain_figures(dividend(case, every_calendar)) for case in cases])
    assert (table["draws"] == 20).all()
    assert (table["p10"] <= table["p50"]).all()
    assert (table["p50"] <= table["p90"]).all()
    chains = [dividend(case, every_calendar) for case in cases]
    assert table.loc["proven_share", ["p10", "p90"]].tolist() == [np.mean([found.proven for found in chains])] * 2
    amounts = np.array([found.amount_eur for found in chains])
    assert table.loc["dividend_eur", "p50"] == pytest.approx(np.quantile(amounts, 0.5))


# ---------------------------------------------------------------------------------------------------------------------- tables


def test_calendar_and_openings_by_hand():
    case = two_owners(500.0)
    known = pd.DataFrame(
        {"street": "Kerkstraat", "status": ["planned", "computed"], "drawn": [False, True]},
        index=case.works.name.astype(str),
    )
    table = calendar_table(case, np.array([1, 1]), known)
    assert table["planned_year"].tolist() == [2027, 2027]
    assert table["opening_eur"].tolist() == pytest.approx([1300, 300])  # in euro of the year, not discounted
    assert table["joined_with"].tolist() == ["cable-1", "sewer-0"]
    openings = openings_table(case, np.array([1, 1]), pd.Series({"s0": "Kerkstraat"}))
    (row,) = openings.to_dict("records")
    assert row["zones"] == "carriageway+footway"
    assert row["owners"] == "a+b"
    assert (row["cost_eur"], row["alone_eur"], row["saved_eur"]) == (1750, 2500, 750)


def test_openings_are_the_account(chains):
    plan = chains[0].joint
    table = openings_table(plan.case, plan.year, pd.Series(dtype="str"))
    factor = 1.03 ** -(table["planned_year"] - 2026)
    parts = plan.account.parts_eur
    assert float((table["cost_eur"] * factor).sum()) == pytest.approx(parts[1] + parts[2] + parts[3])


def test_indicators_keep_their_contract(chains):
    table = works_indicators(chains[0], facts=facts_of(chains[0].joint.case), pace=PACE)
    assert {"opened_m2_j", "opened_m2_s1", "dividend_share"} <= set(table.index)
    assert table.loc["dividend_share", "value"] == pytest.approx(chains[0].share)


def test_prices_of_limits_in_words():
    case = two_owners(500.0)
    budget, pool, crew = np.zeros((2, 2)), np.zeros(2), np.zeros((8, 2))
    budget[0, 1], pool[0], crew[1, 0] = 0.21, 0.0, 57.0
    table = shadow_prices(case, budget=budget, pool=pool, crew=crew)
    assert table["text"].tolist() == [
        "Eén miljoen euro meer voor a in 2027 is 210.000 euro waard.", "Eén kilometer meer ploegen (riolering) in 2026 is 57.000 euro waard.",
    ]  # fmt: skip
    named = shadow_prices(case, budget=budget, pool=pool, crew=crew, owner_names={"a": Said("de stad", "the city")})
    assert named["text"].iloc[0] == "Eén miljoen euro meer voor de stad in 2027 is 210.000 euro waard."
    assert table["text_en"].iloc[0] == "One more million euro for a in 2027 is worth 210,000 euro."
    with pytest.raises(DataError, match=r"pool: \(3,\), expected \(2,\)"):
        shadow_prices(case, budget=budget, pool=np.zeros(3), crew=crew)
    assert shadow_prices(case, budget=np.zeros((2, 2)), pool=pool, crew=np.zeros((8, 2))).empty


def test_columns_have_units_or_count_things():
    without = {item.name for item in DIVIDEND.columns if item.kind is float and not tables.unit_of(item.name)}
    assert without == {"person_months"}


# -------------------------------------------------------------------------------------------------------------------- refusals


def test_refusals_say_what_is_wrong():
    found = dividend(two_owners(500.0), every_calendar)
    facts = facts_of(found.joint.case)
    with pytest.raises(DataError, match="unknown owners c; known: a, b"):
        owner_shares(found, facts, agreed={"c": 1.0})
    with pytest.raises(DataError, match=r"add up to 0\.700"):
        owner_shares(found, facts, agreed={"a": 0.3, "b": 0.4})
    with pytest.raises(DataError, match="3 draws of the assets, expected at least 20"):
        spread_of_draws([chain_figures(found)] * 3)
    with pytest.raises(DataError, match="1 works without street"):
        calendar_table(
            found.joint.case,
            found.joint.year,
            pd.DataFrame({"street": "x", "status": "planned", "drawn": False}, index=["sewer-0"]),
        )
    with pytest.raises(DataError, match="plan S0 breaks 1 conditions"):
        dividend(two_owners(500.0), lambda case, start: Tried(np.array([5, 0]).clip(max=case.years), 0.0))
