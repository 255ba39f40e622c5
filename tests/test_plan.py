"""The plan as a whole: same input, same plan; what it must say about itself; the folder that is whole or absent."""

import json
import os
from dataclasses import replace

import pandas as pd
import pytest

import krekelwijk
from koppelkans import tables
from koppelkans.errors import DataError, KoppelkansError, ParameterError, ScenarioError
from koppelkans.plan import compare, make_plan, plan_folder, read_plan, save_plan
from koppelkans.plan.fingerprint import table_hashes
from koppelkans.plan.side_by_side import scenario_differences
from koppelkans.scenario import Choices, Scenario, Source


@pytest.fixture(scope="module")
def plan():
    return make_plan(krekelwijk.place(), Scenario())


def texts(made) -> str:
    return " ".join(made["remarks"]["text_en"])


# ------------------------------------------------------------------------------------------------------------------- the whole


def test_every_table_keeps_its_contract_and_every_building_has_a_choice(plan):
    for name, frame in plan.tables.items():
        tables.check(tables.TABLES[name], frame)
    heated = krekelwijk.buildings().query("heated").index
    assert set(plan["choices"].index) == set(heated)
    assert not plan["choices"]["solution"].isin(tables.FOSSIL_SOLUTIONS).any()


def test_the_same_place_and_scenario_give_the_same_plan(plan):
    again = make_plan(krekelwijk.place(), Scenario())
    assert again.run.plan_hash == plan.run.plan_hash
    assert again.run.reproducible


def test_the_order_of_the_rows_does_not_matter(plan):
    place = krekelwijk.place()
    turned = make_plan(replace(place, buildings=place.buildings.iloc[::-1]), Scenario(weigh_figures=False))
    one, other = plan["choices"], turned["choices"].loc[plan["choices"].index]
    pd.testing.assert_frame_equal(one, other)
    assert turned.run.table_hashes["demand"] == plan.run.table_hashes["demand"]


def test_another_choice_is_another_plan(plan):
    dearer = make_plan(krekelwijk.place(), Scenario(weigh_figures=False, name="duur", price_world="high"))
    assert dearer.run.plan_hash != plan.run.plan_hash
    assert dearer.run.table_hashes["demand"] == plan.run.table_hashes["demand"]


def test_ledger_balances_sum_to_zero(plan):
    ledger = plan["ledger"]
    received, paid = ledger.groupby("payee")["amount_eur"].sum(), ledger.groupby("payer")["amount_eur"].sum()
    assert received.sub(paid, fill_value=0).sum() == pytest.approx(0, abs=1e-6)
    chosen = plan["options"].loc[plan["choices"].index + "|" + plan["choices"]["solution"]]
    works = ledger[ledger["payee"] == "installer"]["amount_eur"].sum()
    assert works == pytest.approx(chosen["investment_eur"].sum(), abs=0.1)


def test_bands_surround_the_value_and_follow_the_uncertain_figures(plan):
    banded = plan["indicators"].dropna(subset="low")
    assert len(banded) >= 5
    assert (banded["low"] <= banded["value"]).all()
    assert (banded["value"] <= banded["high"]).all()
    figures = plan["figures"]
    price = figures.loc["market.power_wholesale_eur_per_mwh@calm"]
    assert price["influence_low_share"] < 0 < price["influence_high_share"]
    assert set(figures["standing"]) <= {"official", "secondary", "unverified"}


# ---------------------------------------------------------------------------------------------------- what it says about itself


def test_without_a_heat_source_the_plan_says_so(plan):
    assert "No heat source given" in texts(plan)


def test_a_stated_source_is_named_as_assumption():
    source = Source(name="fabriek", x_m=50.0, y_m=20.0, capacity_kw=2_000, supply_c=70, price_eur_per_mwh=25)
    made = make_plan(krekelwijk.place(), Scenario(weigh_figures=False, sources=[source]))
    assert "No heat source given" not in texts(made)
    assert "assumption of the scenario): fabriek" in texts(made)


def test_a_place_abroad_and_one_without_streets_say_what_stands_in():
    place = replace(krekelwijk.place(), country="AT", grid_area=None, streets=None)
    said = texts(make_plan(place, Scenario(weigh_figures=False)))
    assert "lies outside Flanders (AT)" in said
    assert "The grid area is not known" in said
    assert "Network not assessed" in said


def test_a_held_figure_is_a_remark(plan):
    assert "gas.social_tariff: the last known value" in texts(plan)


# ------------------------------------------------------------------------------------------------------------------- refusals


def test_everything_that_does_not_fit_is_told_at_once():
    far = Source(name="ver", x_m=90_000.0, y_m=20.0, capacity_kw=2_000, supply_c=70, price_eur_per_mwh=25)
    scenario = Scenario(
        weigh_figures=False, sources=[far], choices=Choices(must={"nergens": "air_heat_pump", "t1": "kachel"})
    )
    with pytest.raises(ScenarioError) as error:
        make_plan(krekelwijk.place(), scenario)
    said = str(error.value)
    assert "heat source ver" in said
    assert "1 buildings that are not in the place (nergens)" in said
    assert "unknown solutions (kachel)" in said


def test_a_figure_before_its_first_date_names_the_key():
    with pytest.raises(ParameterError, match=r"has no value for .* on 2019-01-01"):
        make_plan(krekelwijk.place(), Scenario(weigh_figures=False, reference_date="2019-01-01"))


def test_an_unknown_stand_in_is_refused_with_a_suggestion():
    with pytest.raises(ParameterError, match=r"elec\.dist_kwhh; did you mean elec\.dist_kwh"):
        make_plan(krekelwijk.place(), Scenario(weigh_figures=False, stand_ins={"elec.dist_kwhh": "antwerpen"}))


# ------------------------------------------------------------------------------------------------------------------ the folder


def test_a_plan_comes_back_as_it_was_saved(plan, tmp_path):
    with plan_folder(tmp_path / "plan") as folder:
        save_plan(plan, folder)
    again = read_plan(tmp_path / "plan")
    assert table_hashes(again.tables) == table_hashes(plan.tables)
    assert again.scenario == plan.scenario
    assert again.run == plan.run
    assert again.place.attributions == plan.place.attributions
    record = json.loads((tmp_path / "plan" / "plan.json").read_text())
    assert "do not publish" in record["confidential"]
    assert {"buildings", "demand", "options", "choices"} <= set(record["per_building"])
    assert (tmp_path / "plan" / "plan.gpkg").stat().st_size > 0


def test_a_fault_while_writing_leaves_the_old_plan_and_nothing_else(plan, tmp_path):
    target = tmp_path / "plan"
    with plan_folder(target) as folder:
        save_plan(plan, folder)
    before = (target / "plan.json").read_bytes()
    with pytest.raises(KoppelkansError, match="could not be written"), plan_folder(target):
        raise OSError(28, "No space left on device")
    assert (target / "plan.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["plan"]


def test_a_folder_with_other_things_is_not_overwritten(tmp_path):
    (tmp_path / "foto.jpg").write_text("x")
    with pytest.raises(KoppelkansError, match="something other than a plan"), plan_folder(tmp_path):
        pass
    assert (tmp_path / "foto.jpg").exists()


def test_what_a_killed_run_left_is_cleared_and_a_plan_set_aside_comes_back(plan, tmp_path):
    with plan_folder(tmp_path / "plan") as folder:
        save_plan(plan, folder)
    (tmp_path / "plan").rename(tmp_path / ".plan.old")
    dead = tmp_path / ".plan.partial-999999999"
    dead.mkdir()
    alive = tmp_path / f".plan.partial-{os.getppid()}"
    alive.mkdir()
    with pytest.raises(RuntimeError), plan_folder(tmp_path / "plan"):
        raise RuntimeError
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([alive.name, "plan"])
    assert read_plan(tmp_path / "plan").run.plan_hash == plan.run.plan_hash


@pytest.mark.parametrize(("content", "message"), [(None, "holds no plan"), ({"format": 99}, "format 99")])
def test_what_is_no_plan_is_refused(tmp_path, content, message):
    if content:
        (tmp_path / "plan.json").write_text(json.dumps(content))
    with pytest.raises(DataError, match=message):
        read_plan(tmp_path)


# ----------------------------------------------------------------------------------------------------------------- side by side


def test_the_largest_differences_come_first(plan):
    high = make_plan(krekelwijk.place(), Scenario(weigh_figures=False, name="hoog", price_world="high"))
    frame = compare(plan, high)
    assert frame["difference_share"].is_monotonic_decreasing
    assert frame.loc["heat_demand_mwh", "difference_share"] == 0
    assert (
        frame.loc["society_now_keur_per_year", "krekelwijk hoog"]
        > frame.loc["society_now_keur_per_year", "krekelwijk basis"]
    )
    assert "price_world" in scenario_differences(plan, high).index


def test_comparing_one_plan_is_refused(plan):
    with pytest.raises(DataError, match="two plans or more"):
        compare(plan)


def test_figures_that_are_not_weighed_are_still_listed(plan):
    quick = make_plan(krekelwijk.place(), Scenario(weigh_figures=False))
    assert set(quick["figures"].index) == set(plan["figures"].index)
    assert quick["figures"]["influence_low_share"].isna().all()
    assert quick["indicators"]["low"].isna().all()
    assert "was not computed" in texts(quick)


def test_a_place_where_nothing_is_heated_is_refused_in_one_message():
    place = krekelwijk.place()
    cold = replace(place, buildings=place.buildings.assign(heated=False))
    with pytest.raises(
        DataError, match=r"none of its \d+ buildings is heated, so that there is nothing to plan and nobody to decide"
    ):
        make_plan(cold, Scenario())
