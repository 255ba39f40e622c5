"""The response inside a plan: forms, groups and rules of a place, both equilibria, tables and money, and the same under other rules."""

from dataclasses import replace
from datetime import date
from statistics import NormalDist
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from koppelkans import tables
from koppelkans.money.bill_arrays import EnergyUse, unit_prices
from koppelkans.money.flows import balances
from koppelkans.parameters import read_parameters
from koppelkans.parameters.levers import apply, parse_levers
from koppelkans.people.response.arrays import expected_prices
from koppelkans.people.response.case import NEVER
from koppelkans.plan import response_ground
from koppelkans.plan.response import ResponseInputs, equilibria_under, respond_under, response_part, run_of, with_node
from koppelkans.plan.response_asked import Asked
from koppelkans.plan.response_case import behaviour_under
from koppelkans.plan.response_forms import AIR, GAS, NETWORK, RENOVATED_GAS, forms_of
from koppelkans.plan.response_ground import INSTITUTION, OWNER, PRIVATE, TENURE, _live, ground_of, group_shares, merged
from koppelkans.plan.response_market import at_least
from koppelkans.plan.response_money import _energy as response_money_rows
from koppelkans.plan.response_money import response_money
from koppelkans.plan.response_remarks import response_remarks
from koppelkans.plan.response_rules import energy_prices, rules_of, tariffs_on
from koppelkans.plan.response_tables import response_tables
from koppelkans.scenario import Response, Scenario, read_scenario
from koppelkans.tables.response import DECIDERS, RESPONSE_GROUPS
from krekelwijk import planned

DWELLINGS = 17
CHECKED_EUR_PER_MWH = 0.02


@pytest.fixture(scope="module")
def plan():
    quick = {
        "heat_network": {"robustness_draws": 0, "robustness_shares": [0.5]},
        "street": {"draws": 0, "rounds": 3, "tries": 0},
        "data_draws": 0,
    }
    return planned(response={"bands": False}, **quick)


@pytest.fixture(scope="module")
def rules():
    return read_parameters()


def choosing(plan, **chosen):
    """The scenario of the plan with another part [response]."""
    return plan.scenario.model_copy(update={"response": Response(**{"bands": False, **chosen})})


@pytest.fixture(scope="module")
def base(plan, rules):
    return respond_under(plan, rules)


@pytest.fixture(scope="module")
def agreed(plan, rules, base):
    return respond_under(plan, rules, scenario=choosing(plan, coordination="conditional"), like=base)


def inputs(plan, rules):
    return ResponseInputs.of_plan(plan, rules)


# ---------------------------------------------------------------------------------------------------------------- a whole plan


def test_a_plan_holds_the_response_with_its_remarks_and_indicators(plan):
    assert "response" in [step.name for step in plan.run.steps]
    assert len(plan["response_shares"])
    assert len(plan["response_moments"])
    assert len(plan["response_money"])
    assert list(plan["equilibrium"].index) == ["best", "cautious", "critical", "happens"]
    inclusion = plan["indicators"].query("group == 'social_inclusion'")
    assert {"vulnerable_early_share", "stuck_quartile_1", "tenants_protected_share", "upfront_p90_eur"} <= set(
        inclusion.index
    )
    told = plan["remarks"]
    assert told["text"].str.contains("niet vastgepind door").any()
    assert told["text"].str.contains("Huurders kiezen hun verwarming niet").any()
    assert told["text"].str.contains("30% = 5 woningen, 50% = 8 woningen, 70% = 12 woningen").any()


def test_the_tables_keep_their_contracts(plan):
    for name in (
        "response_shares",
        "response_moments",
        "response_stuck",
        "response_pipeline",
        "response_curve",
        "equilibrium",
        "response_money",
    ):
        assert tables.check(tables.TABLES[name], plan[name]) is plan[name]
    assert len(plan["response_curve"])


def test_branches_and_payments_follow_what_happens(plan, rules, agreed):
    made = response_tables(agreed)
    branches, paid = made["branch_decisions"], made["network_payments"]
    assert len(branches) == len(agreed.market.project.section)
    assert branches["small"].all()  # krekelwijk has 17 dwellings in all
    assert ((branches["reaching_share"] >= 0) & (branches["reaching_share"] <= 1)).all()
    impossible = branches["required_share"].isna()
    assert not branches.loc[impossible, "builds"].any()
    assert (branches.loc[impossible, "reaching_share"] == 0).all()
    assert agreed.equilibria.outcome.price_eur_per_mwh is not None
    of_company = paid.groupby("year").apply(
        lambda rows: rows.loc[rows["payee"] == "heat_company", "amount_eur"].sum() - rows.loc[rows["payer"] == "heat_company", "amount_eur"].sum(),
        include_groups=False,
    )  # fmt: skip
    np.testing.assert_allclose(of_company, 0.0, atol=1e-6)  # shareholders take or add what is left
    assert {"heat network", "heat at the source", "heat"} <= set(paid["what"])
    nobody = response_tables(replace(agreed, equilibria=None))
    assert nobody["branch_decisions"].empty
    assert nobody["network_payments"].empty


def test_every_dwelling_is_somewhere_every_year(plan):
    shares = plan["response_shares"]
    for scope in ("place", "group"):
        total = shares[shares["scope"] == scope].groupby("year")["dwellings"].sum()
        np.testing.assert_allclose(total, DWELLINGS, atol=1e-3)
    sections = shares[shares["scope"] == "section"].groupby("year")["dwellings"].sum()
    np.testing.assert_allclose(sections, DWELLINGS, atol=1e-3)
    assert set(sections.index) <= set(shares.loc[shares["scope"] == "place", "year"])


def test_switched_off_there_are_no_rows(plan, rules):
    off = response_part(replace(inputs(plan, rules), scenario=choosing(plan, on=False)))
    assert all(frame.empty for frame in off.tables.values())
    assert off.run is None
    assert off.indicators.empty
    assert all(tables.check(tables.TABLES[name], frame) is frame for name, frame in off.tables.items())


def test_without_a_network_in_the_plan_nobody_can_connect(plan, rules):
    bare = {
        **plan.tables,
        **{name: plan[name].iloc[:0] for name in ("pipes", "network_variants", "network_sections", "project_basis")},
    }
    run = respond_under(replace(plan, tables=bare), rules)
    assert run.curve is None
    assert run.equilibria is None
    assert run.figures["network_share"] == 0
    assert np.isnan(run.heat_price_eur_per_mwh)
    assert (run.lived.sites.live_year == NEVER).all()


def test_bands_enclose_the_central_figures(plan, rules):
    weighed = choosing(plan, bands=True).model_copy(update={"weigh_figures": True})
    part = response_part(replace(inputs(plan, rules), scenario=weighed))
    frame = part.tables["response_shares"]
    inside = frame[frame["scope"] == "place"]
    assert (inside["low"] <= inside["dwellings"] + 1e-9).all()
    assert (inside["high"] >= inside["dwellings"] - 1e-9).all()
    assert frame.loc[frame["scope"] == "section", "low"].isna().all()
    share = part.indicators.loc["response_fossil_free_share"]
    assert share["low"] < share["value"] < share["high"]


# ------------------------------------------------------------------------------------------------------------------ equilibria


def test_who_expects_few_customers_does_not_begin_though_a_network_could_exist(base):
    found = base.equilibria
    assert found.best_eur_per_mwh < found.critical_eur_per_mwh < base.market.cap_eur_per_mwh
    assert found.cautious_eur_per_mwh is None
    assert found.outcome.why == "dares not"
    assert base.figures["network_share"] == 0


def test_signatures_beforehand_bring_the_best_equilibrium_and_an_exact_pass_confirms_its_price(agreed, base):
    assert agreed.equilibria.outcome.price_eur_per_mwh == pytest.approx(base.equilibria.best_eur_per_mwh)
    assert abs(agreed.gap_eur_per_mwh) < CHECKED_EUR_PER_MWH
    assert agreed.heat_price_eur_per_mwh == pytest.approx(agreed.equilibria.outcome.price_eur_per_mwh * 1.06)
    assert agreed.figures["network_share"] > 0.3


def test_a_duty_connects_every_house_that_can(plan, rules, base):
    run = respond_under(plan, rules, scenario=choosing(plan, coordination="duty"), like=base)
    may = run.case.arrays.forms.may_connect[run.case.arrays.units.form]
    could = float(
        run.case.arrays.units.dwellings[may & (run.case.arrays.units.decider != DECIDERS.index("institution"))].sum()
    )
    assert run.figures["network_share"] == pytest.approx(could / DWELLINGS, rel=0.05)


def test_only_the_company_moves_so_the_curve_is_used_again(plan, rules, base):
    day = plan.scenario.reference_date
    longer = rules.changed("project.debt_years", since=day, value=30.0)
    quick, whole = equilibria_under(base, plan, longer), respond_under(plan, longer, like=base).equilibria
    assert quick.best_eur_per_mwh == pytest.approx(whole.best_eur_per_mwh, abs=0.05)
    assert quick.best_eur_per_mwh < base.equilibria.best_eur_per_mwh


def test_a_private_company_asks_more_and_heat_at_the_price_of_gas_does_not_pay_here(plan, rules, base):
    private = equilibria_under(base, plan, rules, scenario=choosing(plan, company="private"))
    assert private.best_eur_per_mwh > base.equilibria.best_eur_per_mwh
    parity = equilibria_under(base, plan, rules, scenario=choosing(plan, price_rule="gas_parity"))
    assert parity.outcome.why == "price does not cover"


# ---------------------------------------------------------------------------------------------------------------------- rules


def test_no_lever_changes_nothing(plan, rules, base):
    again = respond_under(plan, rules, like=base)
    assert again.figures == pytest.approx(base.figures, nan_ok=True)
    shown = plan["response_shares"]
    last = shown[(shown["scope"] == "place") & (shown["year"] == 2055)].set_index("option")["dwellings"]
    assert last["hybrid"] / DWELLINGS == pytest.approx(base.figures["hybrid_share"])


def test_dearer_gas_an_end_of_boilers_and_a_premium_each_leave_fewer_on_gas(plan, rules, base):
    day, gas = plan.scenario.reference_date, base.figures["gas_share"]
    levers = {
        "excise": rules.changed("gas.excise_above_12MWh", since=day, value=0.03, scope="household").changed(
            "gas.excise_first_12MWh", since=day, value=0.03, scope="household"
        ),
        "end": rules.changed("boiler.end_sale_year", since=day, value="2035"),
        "premium": rules.changed("mvp.heat_pump.air_water", since=day, value=4000.0, scope="cat2"),
    }  # fmt: skip
    left = {name: respond_under(plan, changed, like=base).figures["gas_share"] for name, changed in levers.items()}
    assert all(share < gas for share in left.values())
    assert left["end"] < 0.6 * gas


def test_support_for_connecting_brings_customers_and_stands_in_the_money(plan, rules, agreed):
    paid = rules.changed("connect.support_eur_per_dwelling", since=plan.scenario.reference_date, value=2000.0)
    run = respond_under(plan, paid, scenario=choosing(plan, coordination="conditional"), like=agreed)
    assert run.figures["network_share"] > agreed.figures["network_share"]
    money = response_money(run)
    support = money[money["what"] == "support for connecting"]["amount_eur"].sum()
    assert support == pytest.approx(2000.0 * run.figures["network_share"] * DWELLINGS, rel=0.2)


def test_the_price_of_gas_is_that_of_the_bill(plan, rules):
    given = inputs(plan, rules)
    ground = ground_of(given)
    asked = Asked(given.parameters, plan.scenario, given.area, (2027,))
    people = ground.people.loc["q4_owner"]
    table = tariffs_on(asked.later, asked.days[0], given.area, plan.scenario.price_world)
    use = EnergyUse(
        electricity_kwh=np.full(2, people["electricity_kwh"]), gas_kwh=np.full(2, people["gas_kwh"]), heat_kwh=np.zeros(2), peak_kw=np.full(2, people["peak_kw"]),
        vulnerable=np.array([False, True]), has_gas=np.ones(2, dtype=bool), area=np.zeros(2, dtype=np.int32),
    )  # fmt: skip
    ordinary, social = unit_prices(use, table).marginal_eur[:, 0]
    expected = (1 - people["vulnerable_share"]) * ordinary + people["vulnerable_share"] * social
    found = energy_prices(asked, ground)["fuel_eur_per_kwh"][RESPONSE_GROUPS.index("q4_owner"), 0, 0]
    assert found == pytest.approx(expected, rel=1e-9)


def test_ets2_comes_on_gas_from_its_year_on(plan, rules):
    given = inputs(plan, rules)
    none = given.parameters.changed("ets2.path", since=plan.scenario.reference_date, value="none")
    asked, free = (Asked(figures, plan.scenario, given.area, (2027, 2028)) for figures in (given.parameters, none))
    ground, owner = ground_of(given), RESPONSE_GROUPS.index("q4_owner")
    added = (energy_prices(asked, ground)["fuel_eur_per_kwh"] - energy_prices(free, ground)["fuel_eur_per_kwh"])[
        owner, 0
    ]
    carbon = asked.later.at("carbon.ets2_eur_per_tonne", asked.days[1], "central") / 1000
    ordinary = 1 - ground.people.loc["q4_owner", "vulnerable_share"]
    assert added[0] == 0
    assert added[1] == pytest.approx(carbon * asked.now("emissions.gas_kg_per_kwh") * 1.06 * ordinary, rel=1e-9)


def test_a_tax_announced_for_later_is_in_the_price_of_its_year_and_seen_five_years_ahead(plan, rules, base):
    """More excise on gas from 2040: nothing changes before, all of it from then on; who decides in 2036 counts with it for part of the life, in 2035 not yet."""
    changed, since = rules, date(2040, 1, 1)
    for key in ("gas.excise_first_12MWh", "gas.excise_above_12MWh"):
        changed = changed.changed(key, since=since, value=0.06, scope="household")
    run, owner = respond_under(plan, changed, like=base), RESPONSE_GROUPS.index("q4_owner")
    today, later = (one.case.arrays.rules.fuel_eur_per_kwh[owner, 0] for one in (base, run))
    years = run.case.arrays.calendar
    np.testing.assert_array_equal(today[years < 2040], later[years < 2040])
    assert (later[years >= 2040] - today[years >= 2040] > 0.04).all()
    seen = expected_prices(later, run.behaviour) - expected_prices(today, run.behaviour)
    assert seen[years == 2035] == 0
    assert seen[years == 2036] > 0
    assert run.figures["gas_share"] < base.figures["gas_share"]


def test_a_path_of_excise_rises_until_its_last_year(plan, rules, base):
    lever = parse_levers(["excise_path:carrier=gas,eur_per_kwh=0.06,year=2040"])
    run = respond_under(plan, apply(lever, rules, plan.scenario.reference_date), like=base)
    owner = RESPONSE_GROUPS.index("q4_owner")
    added = (run.case.arrays.rules.fuel_eur_per_kwh - base.case.arrays.rules.fuel_eur_per_kwh)[owner, 0]
    years = run.case.arrays.calendar
    assert (np.diff(added[years <= 2040]) > 1e-4).all()
    np.testing.assert_allclose(np.diff(added[years >= 2040]), 0.0, atol=1e-12)


def test_the_rules_of_every_year_are_asked_though_no_figure_changes_in_between(plan, rules):
    given = inputs(plan, rules)
    asked = Asked(given.parameters, plan.scenario, given.area, tuple(range(2027, 2056)))
    assert len(set(asked.days)) < 15
    for year, day in zip(asked.years, asked.days, strict=True):
        own = date(year, 7, 1)
        assert day <= own
        for key in ("carbon.ets2_eur_per_tonne", "obligation.buyer.label", "gas.excise_first_12MWh"):
            for scope in asked.parameters.entries[key].scopes():
                assert asked.later.entries[key].on(day, scope) == asked.later.entries[key].on(own, scope)


def test_tenants_of_a_kind_answer_alike_and_institutions_get_no_premium(plan, rules):
    given = inputs(plan, rules)
    found = rules_of(Asked(given.parameters, plan.scenario, given.area, (2027,)), ground_of(given))
    private = np.flatnonzero(TENURE == PRIVATE)
    assert np.ptp(found.fuel_eur_per_kwh[private, 0, 0]) == pytest.approx(0, abs=1e-12)
    assert found.premium_eur[INSTITUTION].sum() == 0
    assert found.premium_eur[0, AIR, 0] > 0


def test_a_duty_that_waits_for_heat_and_a_label_met_without_fossil_fuel(plan, rules):
    day = plan.scenario.reference_date
    waits = rules.changed("duty.deferred_years", since=day, value=5.0)
    run = respond_under(plan, waits)
    live, deferred = run.case.arrays.sites.live_year, run.case.arrays.rules.sale_duty_deferred
    section = int(np.flatnonzero(live < NEVER)[0])
    assert deferred[section].sum() == min(live[section] - 2027, 5) + 1
    free = respond_under(plan, rules.changed("duty.met_by", since=day, value="fossil_free"))
    assert (free.case.arrays.forms.label_after[:, GAS] == 5).all()
    assert (free.case.arrays.forms.label_after[:, AIR] <= 3).all()


def test_a_campaign_reaches_its_share_over_its_years_and_social_work_comes_on_top(base, plan, rules):
    sites = base.case.arrays.sites
    section = int(np.flatnonzero(sites.live_year < NEVER)[0])
    met = sites.contact_share[section]
    assert 1 - np.prod(1 - met[met > 0]) == pytest.approx(1 - 0.65 ** ((met > 0).sum() / 5))
    assert met[met > 0][0] == pytest.approx(1 - 0.65 ** (1 / 5))
    day = plan.scenario.reference_date
    worked = rules.changed("socialwork.fte_per_1000", since=day, value=2.0)
    there = respond_under(plan, worked, like=base)
    outside = int(np.flatnonzero(there.case.arrays.sites.neighbourhood >= 0)[0])
    added = 2.0 * there.case.asked.now("socialwork.contacts_per_fte") / 1000
    assert there.case.arrays.sites.contact_share[outside, 0] == pytest.approx(
        1 - (1 - sites.contact_share[outside, 0]) * (1 - added)
    )
    paid = response_money(there)
    assert set(paid.loc[paid["what"] == "social neighbourhood work", "payer"]) == {"flanders", "municipality"}


def test_the_probability_of_a_number_of_customers_by_hand():
    assert at_least(10.0, 10.0, 25.0) == pytest.approx(NormalDist().cdf(0.1))
    assert at_least(9.2, 10.0, 25.0) == pytest.approx(NormalDist().cdf(0.1))
    assert (at_least(10.0, 12.0, 0.0), at_least(13.0, 12.0, 0.0)) == (1.0, 0.0)


def test_an_exact_answer_put_into_the_table_stays_in_order(base):
    curve = base.curve
    middle = float(curve.price_eur_per_mwh[2:4].mean())
    exact = replace(
        curve,
        **{name: getattr(curve, name)[2:3] for name in ("connected", "heat_mwh", "variance", "by_group")},
        price_eur_per_mwh=np.array([middle]),
    )
    joined = with_node(curve, exact)
    assert (np.diff(joined.price_eur_per_mwh) > 0).all()
    np.testing.assert_array_equal(joined.connected[3], curve.connected[2])


# ---------------------------------------------------------------------------------------------------------------------- ground


def test_flats_are_let_more_often_and_the_place_keeps_its_tenants(plan, rules):
    given = inputs(plan, rules)
    ground = ground_of(given)
    whole = (ground.group_share * ground.homes[:, None]).sum(axis=0)
    np.testing.assert_allclose(whole, ground.people["weight"], atol=1e-9)
    flat, house = ground.forms.type == "apartment_building", ground.forms.type == "terraced"
    let = ground.group_share[:, TENURE == PRIVATE].sum(axis=1)
    assert let[flat].min() > 2 * let[house].max()
    none = group_shares(ground.forms, ground.homes, np.zeros(len(RESPONSE_GROUPS)), given.parameters, given)
    assert none.sum() == 0


def test_houses_alike_in_a_street_are_one_form_and_the_answer_hardly_moves(plan, rules):
    given = inputs(plan, rules)
    forms = forms_of(given)
    joined, homes, count = merged(forms)
    assert len(joined.buildings) < len(forms.buildings)
    assert count.sum() == len(forms.buildings)
    assert homes.sum() == pytest.approx(forms.weight.sum())
    for name in ("investment_eur", "fuel_kwh"):
        whole, parts = (
            (forms.quantities[name] * forms.weight[:, None]).sum(axis=0),
            (joined.quantities[name] * homes[:, None]).sum(axis=0),
        )
        np.testing.assert_allclose(parts, whole)
    assert (joined.institution.sum(), homes[joined.institution].sum()) == (1, 1.0)


def test_taking_houses_together_moves_no_life_and_hardly_the_answer(plan, rules, monkeypatch):
    given = inputs(plan, rules)
    joined = ground_of(given)
    monkeypatch.setattr(
        response_ground, "merged", lambda forms: (forms, forms.weight, np.ones(len(forms.buildings), dtype=np.int64))
    )
    single = ground_of(given)
    lives = joined.forms.lives(0.04, joined.homes)
    np.testing.assert_allclose(lives, single.forms.lives(0.04, single.homes))
    assert (lives[lives > 0] > 12).all()
    people = behaviour_under(given)
    one, other = (run_of(given, ground, people).figures for ground in (joined, single))
    assert one["fossil_free_share"] == pytest.approx(other["fossil_free_share"], rel=0.05)


def test_the_order_of_the_buildings_does_not_matter(plan, rules, base):
    place = plan.place
    turned = replace(plan, place=replace(place, buildings=place.buildings.iloc[::-1]))
    again = respond_under(turned, rules)
    assert again.figures == pytest.approx(base.figures, rel=1e-9, nan_ok=True)


def test_a_renovation_with_gas_meets_the_label_asked_at_a_sale_where_it_can(plan, rules):
    forms = forms_of(inputs(plan, rules))
    homes = ~forms.institution & forms.feasible[:, RENOVATED_GAS]
    assert (forms.label_after[homes, RENOVATED_GAS] <= 3).all()
    assert (forms.label_after[homes, RENOVATED_GAS] <= forms.label_now[homes]).all()
    assert (
        forms.quantities["investment_eur"][homes, RENOVATED_GAS].min()
        > forms.quantities["investment_eur"][homes, GAS].max()
    )
    assert forms.quantities["heat_kwh"][forms.may_connect, NETWORK].min() > 0


def test_heat_flows_once_all_sections_upstream_are_laid():
    opening, parent = np.array([2027, 2030, 2028, NEVER, 2029]), np.array([-1, 0, 1, 0, 3])
    assert _live(opening, parent, 2029).tolist() == [2029, 2030, 2030, NEVER, NEVER]


def test_a_campaign_runs_where_no_network_comes_about(plan, rules, base):
    """A street with a planned opening has its campaign round it, any other in the first three years; guidance of the scenario is paid."""
    assert base.figures["network_share"] == 0
    sites, planned = base.lived.sites, base.case.ground.streets["opening_year"].to_numpy(float)
    years = base.case.arrays.calendar
    assert (sites.live_year == NEVER).all()
    for met, opening in zip(sites.contact_share, planned, strict=True):
        begins = opening - 3 if opening < NEVER else years[0]
        last = opening + 1 if opening < NEVER else years[0] + 2
        np.testing.assert_array_equal(met > 0, (years >= begins) & (years <= last))
    guided = respond_under(plan, rules, scenario=choosing(plan, guidance_share=0.5), like=base)
    homes = np.bincount(guided.case.arrays.units.section, weights=guided.case.arrays.units.dwellings * (guided.case.arrays.units.decider != DECIDERS.index("institution")), minlength=len(planned))  # fmt: skip
    money = response_money(guided)
    paid = money[money["what"] == "guidance"].set_index("year")["amount_eur"]
    expected = 0.5 * guided.case.asked.now("guidance.eur_per_dwelling") * (homes @ guided.lived.sites.contact_share)
    assert paid.sum() == pytest.approx(expected.sum())
    few = respond_under(plan, rules, scenario=choosing(plan, guidance_share=0.5, dossiers_per_year=0), like=base)
    assert not response_money(few)["what"].eq("guidance").any()


# ----------------------------------------------------------------------------------------------------------------------- money


def test_what_the_rules_cannot_tell_apart_is_said_in_the_plan(plan, rules, base):
    day = plan.scenario.reference_date
    levers = {"heat_pump_lease:premium=true": "hoeveel installaties verhuurd", "collective_bonus:share=0.5": "de groep krijgt het gemiddelde"}  # fmt: skip
    for lever, said in levers.items():
        changed = apply(parse_levers([lever]), rules, day)
        run, given = respond_under(plan, changed, like=base), inputs(plan, changed)
        for one, known in ((run, given), (base, inputs(plan, rules))):
            texts = [row["text"] for row in response_remarks(known, one)]
            assert sum(said in text for text in texts) == (one is run)
            assert sum("niet alleen bij aankoop" in text for text in texts) == 1


def test_what_households_pay_for_heat_is_what_they_counted_with():
    """One kind of home, ten of each way of heating: the rows of energy add up to the bills of the choice, group by group and year by year."""
    groups, years, count = len(RESPONSE_GROUPS), 2, 8
    fuel, power, peak = np.array([15e3, 7e3, 0, 0, 0, 0, 0, 6e3]), np.array([0, 3e3, 5e3, 2e3, 3e3, 0, 0, 0]), np.array([0, 1.0, 2.0, 1.0, 1.5, 0, 0, 0])  # fmt: skip
    heat = np.array([0, 0, 0, 0, 0, 13e3, 6e3, 0])
    upkeep = np.arange(100.0, 100.0 + count)
    rng = np.random.default_rng(1)
    priced = {name: rng.uniform(1, 2, (groups, years)) for name in ("power", "kw", "gas", "standing", "network")}
    rules = SimpleNamespace(
        fuel_eur_per_kwh=0.1 * priced["gas"][:, None], fuel_fixed_eur=90 * priced["standing"][:, None], electricity_eur_per_kwh=0.3 * priced["power"],
        electricity_eur_per_kw=40 * priced["kw"], heat_eur_per_mwh=np.array([90.0, 95.0]), heat_fixed_eur=200 * priced["network"], upkeep_eur=upkeep,
    )  # fmt: skip
    homes = np.full((groups, years, count + 1), 10.0)
    homes[:, :, -1] = 0.0
    homes[INSTITUTION] = 0.0
    one = np.ones((1, count))
    forms = SimpleNamespace(electric_peak_kw=peak * one, electricity_kwh=power * one, feasible=one > 0, may_connect=np.array([True]))  # fmt: skip
    ground = SimpleNamespace(group_share=np.full((1, groups), 1 / groups), homes=np.ones(1), forms=SimpleNamespace(institution=np.array([False]), may_connect=np.array([True]), quantities={"heat_kwh": heat * one}))  # fmt: skip
    units = SimpleNamespace(section=np.zeros(2, int), group=np.array([0, int(np.flatnonzero(TENURE == PRIVATE)[0])]), form=np.zeros(2, int), dwellings=np.array([3.0, 1.0]))  # fmt: skip
    states = homes[:, :, :count]
    response = SimpleNamespace(
        by_group=homes, by_decider=np.zeros((len(DECIDERS), years, count + 1)), fuel_mwh=(states @ fuel)[:, :, None] / 1e3, electricity_mwh=states @ power / 1e3,
        heat_mwh=(states @ heat).sum(axis=0)[None] / 1e3, pipeline=np.array([[[0.0, 4.0, 0.0], [0.0, 0.0, 0.0]]]),
    )  # fmt: skip
    case = SimpleNamespace(arrays=SimpleNamespace(rules=rules, forms=forms, units=units), ground=ground)
    run = SimpleNamespace(response=response, lived=SimpleNamespace(rules=rules), case=case, behaviour=SimpleNamespace(bridge_eur_per_year=500.0))  # fmt: skip
    rows = response_money_rows(run)
    paid = sum(amount for payer, _, what, amount in rows if payer == "household" and what != "temporary boiler")
    expected = np.zeros(years)
    for group in range(groups):
        for option in range(count):
            bill = (
                fuel[option] * rules.fuel_eur_per_kwh[group, 0] + power[option] * rules.electricity_eur_per_kwh[group]
            )
            bill = bill + peak[option] * rules.electricity_eur_per_kw[group] + upkeep[option]
            bill = bill + (rules.fuel_fixed_eur[group, 0] if fuel[option] else 0.0)
            bill = bill + (heat[option] / 1e3 * rules.heat_eur_per_mwh + rules.heat_fixed_eur[group] if heat[option] else 0.0)  # fmt: skip
            expected += homes[group, :, option] * bill
    assert paid == pytest.approx(expected)
    bridged = {payer: amount for payer, _, what, amount in rows if what == "temporary boiler"}
    assert bridged["household"] == pytest.approx([1_500.0, 0.0])  # three of the four homes are lived in by their owner
    assert bridged["landlord"] == pytest.approx([500.0, 0.0])


def test_all_that_is_due_for_heat_stands_in_the_money(plan, agreed):
    money = response_money(agreed)
    sums = money.groupby("what")["amount_eur"].sum()
    fossil = np.asarray(agreed.response.by_group)[:, :, [GAS, 1, RENOVATED_GAS]].sum(axis=2)
    assert sums["standing charges of gas"] == pytest.approx((fossil * agreed.lived.rules.fuel_fixed_eur[:, 0]).sum())
    assert {"capacity charge for heat", "upkeep"} <= set(sums.index)
    waiting = np.asarray(agreed.response.pipeline)[:, :, 1].sum()
    assert sums.get("temporary boiler", 0.0) == pytest.approx(agreed.behaviour.bridge_eur_per_year * waiting)


def test_what_one_pays_another_receives(agreed):
    money = response_money(agreed)
    assert balances(money).sum() == pytest.approx(0, abs=1e-6)
    assert (money["amount_eur"] > 0).all()
    assert money["payer"].ne(money["payee"]).all()
    assert {"household", "landlord", "housing_company", "institution"} <= set(money["payer"])
    fees = money[(money["what"] == "connection fee") & (money["payer"] != "institution")]["amount_eur"].sum()
    assert fees == pytest.approx(3180.0 * agreed.response.connected.sum(axis=0).max(), rel=0.1)


def test_public_money_is_what_flanders_and_the_municipality_pay(agreed):
    money = response_money(agreed)
    public = money[money["payer"].isin(["flanders", "municipality"])]["amount_eur"].sum()
    assert agreed.figures["public_eur"] == pytest.approx(public)


# -------------------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"guidance_share": 1.5}, "less than or equal to 1"),
        ({"price_nodes": 3}, "greater than or equal to 5"),
        ({"coordination": "hope"}, "'cautious', 'conditional', 'guarantee' or 'duty'"),
        ({"company": "state"}, "'municipal', 'cooperative' or 'private'"),
        ({"share_asked": 0.0}, "greater than 0"),
        ({"uptake_shares": [0.5, 0.5]}, "each once"),
        ({"dossiers_per_year": -1}, "greater than or equal to 0"),
    ],
)
def test_a_wrong_choice_is_refused(chosen, said):
    with pytest.raises(ValidationError, match=said):
        Response(**chosen)


def test_an_unknown_key_is_refused_with_a_suggestion(tmp_path):
    file = tmp_path / "scenario.toml"
    file.write_text("[response]\nguidence_share = 0.5\n", encoding="utf-8")
    with pytest.raises(Exception, match=r"response\.guidence_share is not known; did you mean guidance_share"):
        read_scenario(file)
    assert Scenario().response.on


def test_without_dwellings_only_institutions_answer(plan, rules):
    buildings = plan.place.buildings
    school = buildings[buildings["use"] == "school"]
    given = inputs(replace(plan, place=replace(plan.place, buildings=school)), rules)
    ground = ground_of(given)
    assert ground.homes.tolist() == [1.0]
    assert ground.people["weight"].sum() == 0
    assert isinstance(ground.streets, pd.DataFrame)
    assert (TENURE == OWNER).sum() == 4
