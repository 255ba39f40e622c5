"""Signatures and the network: the case of everybody is the plan's own, counts worked out by hand, bounds that must hold."""

import math

import pandas as pd
import pytest

import krekelwijk
from koppelkans.errors import DataError
from koppelkans.money.project import project_terms
from koppelkans.money.threshold import section_worth
from koppelkans.parameters import read_parameters
from koppelkans.plan import Plan, make_plan
from koppelkans.plan.signed import READ_TABLES, _branches, signed_case
from koppelkans.scenario import HeatNetwork, Scenario, Source

SOURCE = Source(name="bron", x_m=10.0, y_m=0.0, capacity_kw=2000, supply_c=75, price_eur_per_mwh=5)
EVERYBODY = HeatNetwork(
    must_connect=["t1", "t2", "t3"], tariff_eur_per_kwh=0.2, capacity_eur_per_kw=15.0, grant_share=0.1, uptake_shares=(0.5,)
)  # fmt: skip


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(
        krekelwijk.place(), Scenario(weigh_figures=False, data_draws=0, sources=[SOURCE], heat_network=EVERYBODY)
    )


def tables_of(plan):
    given = {name: getattr(plan.place, name) for name in ("buildings", "attachments", "sections")}
    return {**given, **{name: plan[name] for name in READ_TABLES if name not in given}}


def case(plan, signed=(), interested=()):
    return signed_case(tables_of(plan), plan.scenario, signed=signed, interested=interested)


def joined(plan):
    return list(plan["connections"].index[plan["connections"]["connected"]])


def test_the_case_of_everybody_is_the_business_case_of_the_plan_itself(plan):
    found = case(plan, signed=joined(plan)).project
    for name in ("plan", "signed", "interested"):
        pd.testing.assert_series_equal(found.loc[name], plan["project"].loc["plan"], check_names=False, rtol=1e-9)


def test_the_gap_of_the_whole_network_by_hand(plan):
    keys = joined(plan)
    homes = [key for key in keys if plan.place.buildings["dwellings"][key] > 0]
    row = case(plan, signed=homes[:1]).groups.loc["network"]
    parameters, day = read_parameters().choosing(stand_ins={}, hold=plan.scenario.hold), plan.scenario.reference_date
    terms = project_terms(parameters, day, EVERYBODY.terms())
    service = plan["pipes"].query("kind == 'service'").set_index("building")["heat_mwh"]
    variant = plan["network_variants"].query("chosen").iloc[0]
    power = plan["prices"].at["electricity", "society_eur_per_kwh"] * 1000
    cost = (5 * (service.sum() + variant["loss_mwh"]) + power * variant["pump_mwh"]) / service.sum()
    worth = section_worth(terms, cost, parameters=parameters, day=day)
    mains = plan["pipes"].query("kind == 'main'")["section"].dropna().unique()
    trench = (
        (plan["thresholds"]["trench_eur_per_m"] * plan.place.sections["length_m"].reindex(plan["thresholds"].index))
        .loc[mains]
        .sum()
    )
    fixed = worth.fixed_eur_per_year - worth.connection_eur_per_year
    dwellings = plan.place.buildings["dwellings"]
    gap = trench * worth.trench_share - service[homes[0]] * worth.margin_eur_per_mwh - dwellings[homes[0]] * fixed
    assert row["gap_eur_per_year"] == pytest.approx(gap)
    left = homes[1:]
    mean = service[left].sum() / dwellings[left].sum() * worth.margin_eur_per_mwh + fixed
    assert row["needed_dwellings"] == (0 if gap <= 0 else math.ceil(gap / mean))


def test_more_signatures_never_ask_for_more_and_the_band_holds_the_middle(plan):
    keys, before = joined(plan), math.inf
    for count in (0, 1, len(keys) // 2, len(keys)):
        row = case(plan, signed=keys[:count]).groups.loc["network"]
        assert row["gap_eur_per_year"] <= before
        before = row["gap_eur_per_year"]
        ends = [row[name] for name in ("needed_low_dwellings", "needed_dwellings", "needed_high_dwellings")]
        known = [value for value in ends if not math.isnan(value)]
        assert known == sorted(known)
        assert row["signed_dwellings"] + row["left_dwellings"] == row["dwellings"]


def test_streets_add_up_to_the_network_and_branches_do_not_overlap(plan):
    groups = case(plan, signed=joined(plan)[:2]).groups
    whole, streets, branches = (
        groups.loc["network"],
        groups[groups["kind"] == "street"],
        groups[groups["kind"] == "branch"],
    )
    for name in ("sections", "length_m", "dwellings", "signed_dwellings", "gap_eur_per_year"):
        assert streets[name].sum() == pytest.approx(whole[name])
        if name in ("sections", "length_m", "dwellings"):
            assert branches[name].sum() <= whole[name] + 1e-9


def test_branches_begin_at_the_first_fork():
    tree = {"a": None, "b": "a", "c": "b", "d": "b", "e": "d"}
    sections = pd.DataFrame({"parent": pd.Series(tree, dtype="str")})
    assert _branches(sections).dropna().to_dict() == {"c": "c", "d": "d", "e": "d"}
    single = pd.DataFrame({"parent": pd.Series({"a": None, "b": "a"}, dtype="str")})
    assert _branches(single).dropna().to_dict() == {"b": "b"}


def test_a_large_customer_is_weighed_in_average_dwellings(plan):
    keys = joined(plan)
    institutions = [key for key in keys if plan.place.buildings["dwellings"][key] == 0]
    found = case(plan).large
    assert sorted(found.index) == sorted(institutions)
    assert (found["worth_dwellings"].dropna() > 0).all()
    assert case(plan, signed=institutions).large.empty
    alone, together = case(plan).groups.loc["network"], case(plan, signed=institutions).groups.loc["network"]
    assert alone["needed_with_large_dwellings"] == together["needed_dwellings"]


def test_who_signed_outside_the_design_is_named_and_not_counted(plan):
    found = case(plan, signed=["nergens"])
    assert found.outside == ["nergens"]
    assert found.groups.at["network", "signed_dwellings"] == 0
    assert list(found.project.index) == ["plan"]


def test_somebody_both_signed_and_interested_counts_once(plan):
    keys = joined(plan)
    row = case(plan, signed=keys[:1], interested=keys[:2]).groups.loc["network"]
    dwellings = plan.place.buildings["dwellings"]
    assert row["interested_dwellings"] == dwellings[keys[1]]


def test_a_plan_without_network_is_refused(krekelwijk_plan):
    with pytest.raises(DataError, match="no heat network"):
        case(krekelwijk_plan)
