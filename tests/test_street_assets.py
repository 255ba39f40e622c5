"""Assets and works of a street: hand cases, real places, order and seed, refusals."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import krekelwijk
import street_fixture as street
from koppelkans import tables
from koppelkans.errors import DataError
from koppelkans.heat.pipes import SOFT_SURFACES
from koppelkans.parameters import reference_table
from koppelkans.place import read_place
from koppelkans.plan.street_network import street_network
from koppelkans.street.assets import StreetNetwork, StreetTerms, drawn_assets
from koppelkans.street.assets.gas import OUTSIDE, gas_tree
from koppelkans.street.assets.owners import owners_table
from koppelkans.street.assets.sections import sections_of
from koppelkans.street.calendar.account import broken
from koppelkans.street.calendar.case import CABLE, GAS, HEAT, KINDS, NOWHERE, ZONES, check_case
from koppelkans.street.calendar.case import OUTSIDE as FROM_OUTSIDE
from koppelkans.tables.street import ASSETS, OWNERS, WORK_KINDS, WORKS

PUBLISHED = Path(__file__).parent / "published" / "street_ages.csv"
PLACES = ("wechelderzande", "brugge_sint_jozef")


@pytest.fixture(scope="module")
def places():
    return {name: read_place(name) for name in PLACES}


def asked(place, **changed):
    return street.works(sections=place.sections, buildings=place.buildings, attachments=place.attachments, **changed)


def spread_network(place) -> StreetNetwork:
    """A heat pipe in every street with houses and on the way to them, from the border."""
    known = sections_of(
        place.sections, place.buildings, place.attachments, parameters=street.PARAMETERS, day=street.DAY
    )
    parent = gas_tree(known, None).parent
    houses = known.about["buildings"].reindex(parent.index)
    return StreetNetwork(pd.DataFrame({
        "heat_own_eur": 200.0 * known.about["length_m"].reindex(parent.index), "trench_eur": 696.3 * known.about["length_m"].reindex(parent.index),
        "upstream": parent.where(parent != OUTSIDE), "heat_mwh": 15.0 * houses, "buildings": houses,
    }))  # fmt: skip


# -------------------------------------------------------------------------------------------------------------------- by hand


def test_the_kinds_of_work_are_those_of_the_calendar():
    assert WORK_KINDS == KINDS


def test_zones_and_closures_by_hand():
    case = street.works(assets=ROADS).case
    at = list(case.section_names).index("a")
    # 80 m: carriageway 4.0 m at 140, parking 2.0 m at 100, footway 1.5 m at 80; four houses at 400
    assert case.streets.zone_eur[at] == pytest.approx([44_800.0, 16_000.0, 9_600.0, 1_600.0])
    assert case.streets.closure_eur[at] == pytest.approx(3_000 + 80 * 60)
    assert case.streets.nuisance_eur[at] == pytest.approx(80 * 20 + 4 * 2.29 * 40)


ROADS = street.assets(*({"section": name, "kind": "road", "built_year": 1990} for name in "abc"))


def test_no_houses_no_parking_and_a_soft_verge():
    case = street.works(assets=ROADS).case
    at = list(case.section_names).index("c")
    assert case.streets.zone_eur[at] == pytest.approx([44_800.0, 0.0, 4_800.0, 0.0])


def test_a_surface_that_needs_no_paving_costs_half():
    case = street.works(sections=street.sections(surface=["gravel", None, None]), assets=ROADS).case
    assert case.streets.zone_eur[0][:3] == pytest.approx([22_400.0, 8_000.0, 4_800.0])


def test_soft_surfaces_are_those_of_heat_trenches():
    assert set(reference_table("street_surfaces")["surface"]) == set(SOFT_SURFACES)


def test_own_costs_by_hand():
    made = street.works(
        assets=street.assets(
            {"section": "a", "kind": "sewer", "built_year": 1960, "dn_mm": 300.0},
            {"section": "a", "kind": "road", "built_year": 2000},
            {"section": "c", "kind": "road", "built_year": 2000},
        )
    ).works
    cost = made["own_eur"]
    assert cost["a|sewer"] == pytest.approx(80 * 540 * 0.55)
    assert cost["a|reconstruction"] == pytest.approx(80 * 11 * 115)
    assert cost["c|reconstruction"] == pytest.approx(80 * 4 * 40)
    assert cost["a|drains"] == pytest.approx(4 * 2_500)
    assert cost["a|gas"] == pytest.approx(80 * 40)


@pytest.mark.parametrize(
    ("kind", "low", "high"), [("sewer", 500, 1_200), ("reconstruction", 1_500, 3_000), ("cable", 150, 600)]
)
def test_works_alone_cost_what_such_works_usually_cost(kind, low, high):
    case = street.works(
        assets=street.assets(
            *({"section": "a", "kind": asset, "built_year": 1955} for asset in ("sewer", "road", "electricity"))
        )
    ).case
    works = case.works
    one = np.flatnonzero((works.kind == KINDS.index(kind)) & (case.section_names[works.section] == "a"))[0]
    alone = works.own_eur[one] + case.alone_eur[one] + case.streets.closure_eur[works.section[one]]
    assert low <= alone / 80.0 <= high


def test_windows_by_hand():
    made = street.works(
        assets=street.assets(
            {"section": "a", "kind": "sewer", "built_year": 1970},  # 75 years: 2045, at most 18 years earlier, 8 late
            {"section": "b", "kind": "sewer", "built_year": 1930},  # overdue since 2005
            {
                "section": "c",
                "kind": "sewer",
                "built_year": 1999,
            },  # due 2074: not even the earliest lies in the horizon
        )
    ).works
    assert made.loc["a|sewer", ["release_year", "due_year", "last_year"]].tolist() == [2027, 2045, 2053]
    assert made.loc["b|sewer", ["release_year", "due_year", "last_year"]].tolist() == [2027, 2027, 2035]
    assert "c|sewer" not in made.index


def test_after_the_horizon_and_its_year():
    case = street.works(assets=street.assets({"section": "a", "kind": "sewer", "built_year": 1985})).case
    at = list(case.works.name).index("a|sewer")
    # due 2060, the horizon ends in 2051: index 33, and no longer than ten years after it
    assert case.works.after[at]
    assert (case.works.due[at], case.works.after_year[at], case.works.release[at]) == (33, 33, 15)
    gas = case.works.kind == GAS
    assert case.works.after[gas].all()
    assert (case.works.after_year[gas] == 30).all()
    assert np.isinf(case.works.life_years[gas]).all()


def test_a_condition_that_somebody_saw_brings_a_renewal_forward():
    rows = [{"section": "a", "kind": "water", "built_year": 1975, "condition": condition} for condition in ("5", None)]
    due = [street.works(assets=street.assets(row)).works.loc["a|water", "due_year"] for row in rows]
    assert due == [2027, 2050]


def test_a_condition_without_a_year_gives_the_year():
    made = street.works(assets=street.assets({"section": "a", "kind": "water", "condition": "4"}))
    row = made.assets.loc["a|water|0"]
    # half-way through the fourth fifth of 75 years: 52.5 years old
    assert (row["built_year"], row["assets_from"], row["drawn"]) == (1974, "derived", False)
    assert made.works.loc["a|water", "due_year"] == 2041  # a fifth of its life is left


def test_an_owner_without_flexibility_brings_nothing_forward():
    owners = owners_table(
        [{"role": "sewer_manager", "flexibility_years": 0, "takes_part": False}],
        parameters=street.PARAMETERS,
        day=street.DAY,
    )
    made = street.works(owners=owners, assets=street.assets({"section": "a", "kind": "sewer", "built_year": 1970}))
    assert made.works.loc["a|sewer", "release_year"] == 2045
    works = made.case.works
    assert not works.joins[list(works.name).index("a|sewer")]
    assert works.joins[works.kind == CABLE].all()


def test_drains_come_with_a_sewer_that_becomes_separate():
    made = street.works(
        assets=street.assets(
            {"section": "a", "kind": "sewer", "built_year": 1970}, {"section": "b", "kind": "sewer", "built_year": 2010, "life_years": 30.0},
            {"section": "c", "kind": "sewer", "built_year": 1970},
        )
    )  # fmt: skip
    # b is separate already, c has no houses
    assert set(made.works.index[made.works["kind"] == "drains"]) == {"a|drains"}
    pair = [made.case.works.name[place] for place in made.case.before[0]]
    assert pair == ["a|sewer", "a|drains"]


def test_heat_comes_in_with_its_tree_its_worth_and_its_visits():
    case = street.works(network=street.network(), assets=ROADS).case
    at = {name: place for place, name in enumerate(case.section_names)}
    assert case.streets.heat_parent[[at["a"], at["b"], at["c"]]].tolist() == [FROM_OUTSIDE, at["a"], NOWHERE]
    worth = 45.0 + 0.16 * street.PARAMETERS.at("carbon.society_eur_per_tonne", street.DAY, "central")
    assert case.streets.heat_eur_per_year[at["b"]] == pytest.approx(75.0 * worth)
    # five of the six houses of b connect: one visit for heat and drains together, the sixth is visited by the drains alone
    assert case.streets.zone_eur[at["b"], ZONES.index("house")] == pytest.approx(5 * 400)
    heat = list(case.works.name).index("b|heat")
    assert case.works.own_eur[heat] == pytest.approx(20_000 - 5 * 400)
    assert not case.works.after[heat]
    old = street.assets({"section": "b", "kind": "sewer", "built_year": 1960})
    made = street.works(network=street.network(), assets=old).works
    assert made.loc["b|drains", "own_eur"] == pytest.approx(6 * 2_500 + 400)


def test_heat_alone_costs_about_what_the_network_reckons():
    made = street.works(network=street.network())
    (said,) = [row["text_en"] for row in made.remarks if "heat network alone" in row["text_en"]]
    assert 80 <= int(said.split("%")[0].split()[-1]) <= 120


def test_the_slider_and_the_carbon_price_move_the_worth_of_heat():
    one, other = (
        street.works(
            network=street.network(),
            terms=StreetTerms(street.FIRST, carbon_eur_per_tonne=100.0, heat_worth_factor=factor),
        ).case
        for factor in (1.0, 3.0)
    )
    assert one.streets.heat_eur_per_year[0] == pytest.approx(60.0 * (45.0 + 16.0))
    assert other.streets.heat_eur_per_year == pytest.approx(3.0 * one.streets.heat_eur_per_year)


def test_gas_goes_the_shortest_way_from_a_given_point():
    made = street.works(terms=StreetTerms(street.FIRST, gas_entry_m=(240.0, 0.0)))
    case, at = made.case, {name: place for place, name in enumerate(made.case.section_names)}
    # from the east through c, where nobody lives, to b and a
    assert case.streets.gas_parent[[at["a"], at["b"], at["c"]]].tolist() == [at["b"], at["c"], FROM_OUTSIDE]
    assert (case.streets.gas_lag_years == 4).all()
    assert (case.streets.gas_free == 2050 - street.FIRST).all()


def test_gas_from_the_border_does_not_pass_where_nobody_lives():
    made = street.works()
    assert set(made.works.loc[made.works["kind"] == "gas", "section"]) == {"a", "b"}
    assert any("assumed to enter at the border" in row["text_en"] for row in made.remarks)


def test_no_gas_where_there_is_none():
    unused = street.buildings().assign(metered_gas_kwh=0.0)
    for made in (street.works(terms=StreetTerms(street.FIRST, has_gas=False)), street.works(buildings=unused)):
        assert not (made.works["kind"] == "gas").any()
        assert (made.case.streets.gas_parent == NOWHERE).all()


def test_gas_only_along_houses_that_may_use_it():
    metered = street.buildings().assign(metered_gas_kwh=[12_000.0] * 4 + [0.0] * 6)
    made = street.works(buildings=metered)
    assert set(made.works.loc[made.works["kind"] == "gas", "section"]) == {"a"}


def test_only_different_through_roads_keep_apart():
    class_ = {"road_class": ["tertiary", "tertiary", "secondary"]}
    case = street.works(sections=street.sections(**class_), assets=ROADS).case
    assert [tuple(case.section_names[pair]) for pair in case.bounds.apart] == [("b", "c")]
    assert len(street.works().case.bounds.apart) == 0


def test_a_road_of_the_region_belongs_to_its_agency():
    made = street.works(sections=street.sections(road_class=["primary", "residential", "residential"]))
    roads = made.assets[made.assets["kind"] == "road"].set_index("section")["owner"]
    assert roads.to_dict() == {"a": "regional_road_agency", "b": "city", "c": "city"}


def test_planned_works_are_fixed_and_take_the_place_of_the_computed_one():
    given_ones = street.assets({"section": "a", "kind": "sewer", "built_year": 1950})
    made = street.works(
        assets=given_ones,
        planned=street.planned(
            {"section": "a", "kind": "sewer", "fixed_year": 2030, "own_eur": 99_000.0, "status": "decided"}
        ),
    )
    row = made.works.loc["a|sewer"]
    assert (row["status"], row["fixed_year"], row["own_eur"], row["source"]) == ("decided", 2030, 99_000, "GIPOD 1")
    # late counts from the end of its life in 2025, so from the first year
    assert row["due_year"] == 2027
    case = made.case
    assert case.works.fixed[list(case.works.name).index("a|sewer")] == 3
    assert (case.works.fixed >= 0).sum() == 1
    drains = made.works.loc["a|drains"]
    assert (drains["release_year"], drains["last_year"]) == (2030, 2038)


def test_a_second_planned_work_stands_beside_the_first():
    rows = [{"section": "a", "kind": "cable", "fixed_year": year} for year in (2035, 2029)]
    made = street.works(planned=street.planned(*rows)).works
    cables = made[(made["kind"] == "cable") & (made["section"] == "a")]
    assert cables["fixed_year"].tolist() == [2029, 2035]
    assert cables.index[0] == "a|cable"


def test_any_date_can_be_frozen():
    case = street.works(network=street.network(), terms=StreetTerms(street.FIRST, fixed_years={"b|heat": 2033})).case
    assert case.works.fixed[list(case.works.name).index("b|heat")] == 6


def test_limits_are_stated_or_the_usual():
    stated = [{"role": "sewer_manager", "crews_m": 300.0, "budget_eur_per_year": 500_000.0}]
    owners = owners_table(stated, parameters=street.PARAMETERS, day=street.DAY)
    made = street.works(owners=owners)
    bounds = made.case.bounds
    at = made.case.owners.index("sewer_manager")
    assert (bounds.budget_eur[at] == 500_000).all()
    assert np.isinf(np.delete(bounds.budget_eur, at, axis=0)).all()
    assert (bounds.crew_m[KINDS.index("sewer")] == 300).all()
    cables = 80.0 * (made.works["kind"] == "cable").sum()
    assert bounds.crew_m[CABLE, 0] == pytest.approx(1.6 * cables / 25 + 200)
    assert np.isfinite(bounds.pool_eur).all()


# ---------------------------------------------------------------------------------------------------------------- real places


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("heat", [False, True])
def test_real_places_give_a_case_that_a_simple_calendar_keeps(places, name, heat):
    place = places[name]
    made = asked(place, network=spread_network(place) if heat else None)
    check_case(made.case)
    assert broken(made.case, street.done_when_due(made.case)) == []
    assert tables.table_faults(ASSETS, made.assets) == []
    assert tables.table_faults(WORKS, made.works) == []
    assert tables.table_faults(OWNERS, made.owners) == []
    assert list(made.case.works.name) == list(made.works.index)
    assert (made.case.works.kind == HEAT).any() == heat
    for kind in set(KINDS) - {"heat"}:
        assert (made.works["kind"] == kind).any(), kind


def test_the_network_of_a_plan_keeps_its_money_and_heat():
    plan = krekelwijk.planned(data_draws=0)
    found = street_network(plan["pipes"], plan["network_sections"])
    spent = found.sections[["heat_own_eur", "trench_eur"]].to_numpy().sum()
    assert spent == pytest.approx(plan["pipes"]["investment_eur"].sum())
    services = plan["pipes"][plan["pipes"]["kind"] == "service"]
    assert found.sections["heat_mwh"].sum() == pytest.approx(services["heat_mwh"].sum())
    assert found.sections["buildings"].sum() == plan["connections"]["connected"].sum()
    assert found.sections["upstream"].isna().any()
    case = street.works(
        sections=plan.place.sections, buildings=plan.place.buildings, attachments=plan.place.attachments, network=found
    ).case
    assert broken(case, street.done_when_due(case)) == []
    assert case.streets.heat_mwh.sum() == pytest.approx(services["heat_mwh"].sum())


def test_no_pipes_no_network():
    empty = tables.PIPES.empty(krekelwijk.CRS)
    assert street_network(empty, tables.NETWORK_SECTIONS.empty()) is None


# -------------------------------------------------------------------------------------------------------------- seed and order


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_rows_may_come_in_any_order(places, seed):
    place = places["brugge_sint_jozef"]
    shuffled = [
        frame.sample(frac=1.0, random_state=seed) for frame in (place.sections, place.buildings, place.attachments)
    ]
    one = asked(place, seed=seed)
    other = street.works(sections=shuffled[0], buildings=shuffled[1], attachments=shuffled[2], seed=seed)
    pd.testing.assert_frame_equal(one.assets, other.assets)
    pd.testing.assert_frame_equal(one.works, other.works)
    assert one.remarks == other.remarks
    for part in ("zone_eur", "gas_parent", "nuisance_eur"):
        assert getattr(one.case.streets, part) == pytest.approx(getattr(other.case.streets, part))


def test_a_draw_belongs_to_its_section_kind_and_seed(places):
    place = places["brugge_sint_jozef"]
    known = {"parameters": street.PARAMETERS, "day": street.DAY}
    whole = drawn_assets(place.sections, place.attachments, place.buildings, seed=3, **known)
    part = place.sections.iloc[::2]
    here = place.attachments[place.attachments["section"].isin(part.index)]
    some = drawn_assets(part, here, place.buildings, seed=3, **known)
    same = some[some["kind"] != "gas"]  # where gas lies depends on the streets around
    pd.testing.assert_frame_equal(same, whole.loc[same.index])
    again = drawn_assets(place.sections, place.attachments, place.buildings, seed=4, **known)
    assert (whole["built_year"] != again["built_year"].reindex(whole.index)).mean() > 0.8


def test_drawn_and_given_stay_apart():
    made = street.works(
        assets=street.assets({"section": "a", "kind": "sewer", "built_year": 1970}, {"section": "b", "kind": "sewer"})
    )
    sewers = made.assets[made.assets["kind"] == "sewer"].set_index("section")
    assert sewers["drawn"].to_dict() == {"a": False, "b": True}
    assert sewers["assets_from"].to_dict() == {"a": "user", "b": "statistics"}
    assert made.assets.loc[made.assets["kind"] != "sewer", "drawn"].all()
    assert not made.works.loc["a|sewer", "drawn"]
    assert any("Drawn assets" in row["text_en"] for row in made.remarks)


def test_old_houses_stand_on_old_sewers():
    def mean_year(built: int) -> float:
        drawn = [
            drawn_assets(
                street.sections(),
                street.attachments(),
                street.buildings(built),
                parameters=street.PARAMETERS,
                day=street.DAY,
                seed=seed,
            )
            for seed in range(12)
        ]
        rows = pd.concat(drawn)
        return rows.loc[rows["kind"] == "sewer", "built_year"].mean()

    assert mean_year(1930) + 10 < mean_year(2005)


def test_years_that_were_drawn_themselves_say_nothing_of_the_street():
    guessed = street.buildings(1930).assign(built_year_from="statistics")
    frames = [
        drawn_assets(
            street.sections(), street.attachments(), houses, parameters=street.PARAMETERS, day=street.DAY, seed=5
        )
        for houses in (guessed, guessed.assign(built_year=2005))
    ]
    pd.testing.assert_frame_equal(*frames)


@pytest.mark.parametrize("row", list(csv.DictReader(PUBLISHED.open(encoding="utf-8"))), ids=lambda row: row["id"])
def test_many_draws_give_the_published_ages_back(row):
    stock = tables_of_a_mixed_stock()
    drawn = pd.concat(
        drawn_assets(*stock, parameters=street.PARAMETERS, day=street.DAY, seed=seed) for seed in range(12)
    )
    age = int(row["counted_year"]) + 1 - drawn.loc[drawn["kind"] == row["kind"], "built_year"]
    found = (age > float(row["from_years"])).mean() if row["from_years"] else age.mean() - 0.5
    assert found == pytest.approx(float(row["published"]), abs=float(row["tolerance"]))


def tables_of_a_mixed_stock():
    """300 streets of one house each, their years as in the building stock: 60 % known, the rest not."""
    stock = pd.read_csv(
        Path(tables.__file__).parents[1] / "parameters" / "facts" / "building_stock_2025.csv", comment="#"
    )
    classes = [name for name in stock.columns if name[-4:].isdigit()]
    counts = stock[classes].sum().to_numpy(float)
    last = np.array([int(name[-4:]) for name in classes])
    years = last[np.searchsorted(np.cumsum(counts) / counts.sum(), (np.arange(300) + 0.5) / 300)] - 5
    keys = pd.Index([f"s{n:03d}" for n in range(300)], dtype="str")
    sections = pd.concat([street.sections().iloc[[0]]] * 300).set_axis(keys.rename("section"))
    sections = sections.assign(from_node=[f"{n}" for n in range(300)], to_node=[f"{n}e" for n in range(300)])
    houses = pd.concat([street.buildings().iloc[[0]]] * 300).set_axis(keys.rename("building"))
    houses = houses.assign(built_year=years, built_year_from=np.where(np.arange(300) % 5 < 3, "register", "statistics"))
    attached = pd.concat([street.attachments().iloc[[0]]] * 300).set_axis(keys.rename("building")).assign(section=keys)
    return sections, attached, houses


# ------------------------------------------------------------------------------------------------------------------- refusals


def refused(**asked_with) -> list[str]:
    with pytest.raises(DataError) as caught:
        street.works(**asked_with)
    return list(caught.value.faults)


def test_all_faults_of_given_assets_at_once():
    faults = refused(
        assets=street.assets(
            {"section": "x", "kind": "sewer"}, {"section": "a", "kind": "steam"}, {"section": "a", "kind": "water", "owner": "nobody"},
            {"section": "b", "kind": "water", "length_m": -5.0}, {"section": "b", "kind": "gas", "owner": "city"}, {"section": "b", "kind": "gas", "owner": "grid_operator"},
        )
    )  # fmt: skip
    text = "\n".join(faults)
    for words in ("'x', expected a section of this place", "'steam', expected a known kind", "'nobody', expected an owner", "negative, expected", "gas of section b has two owners (city, grid_operator)"):  # fmt: skip
        assert words in text


def test_all_faults_of_planned_works_at_once():
    faults = refused(
        planned=street.planned(
            {"section": "y", "kind": "sewer", "fixed_year": 2030}, {"section": "a", "kind": "tram", "fixed_year": 2030},
            {"section": "a", "kind": "cable", "fixed_year": 2020}, {"section": "b", "kind": "cable", "fixed_year": 2030, "own_eur": -1.0},
            {"section": "b", "kind": "reconstruction", "fixed_year": 2030}, {"section": "b", "kind": "reconstruction", "fixed_year": 2040},
        )
    )  # fmt: skip
    text = "\n".join(faults)
    for words in ("'y', expected a section", "'tram', expected a known kind of work", "outside the horizon (first 2020), expected a year from 2027 to 2051", "negative, expected at least 0 EUR", "reconstruction of section b is planned more than once"):  # fmt: skip
        assert words in text


def test_fixed_works_that_break_an_order_name_both():
    faults = refused(
        planned=street.planned(
            {"section": "a", "kind": "reconstruction", "fixed_year": 2030},
            {"section": "a", "kind": "cable", "fixed_year": 2031},
        )
    )
    assert len(faults) == 1
    assert "a|cable" in faults[0]
    assert "a|reconstruction" in faults[0]


def test_frozen_dates_of_works_that_are_not_there():
    faults = refused(terms=StreetTerms(street.FIRST, fixed_years={"a|tram": 2030, "a|gas": 2090}))
    assert "a|tram" in faults[0]
    assert "a|gas in 2090, expected a year from 2027 to 2051" in faults[1]


def test_all_faults_of_owners_at_once():
    stated = [
        {"role": "city", "budget_eur_per_year": -1.0}, {"role": "sewer_manager", "budget_eur_per_year": 0.0}, {"role": "mayor"},
        {"role": "city", "crews": 3}, {"role": "grid_operator", "rate_share": 3.0, "flexibility_years": -2},
    ]  # fmt: skip
    with pytest.raises(DataError) as caught:
        owners_table(stated, parameters=street.PARAMETERS, day=street.DAY, where="straat.toml, street.owners")
    text = str(caught.value)
    for words in (
        "straat.toml, street.owners, owner 1, budget_eur_per_year: found -1.0 EUR a year", "owner 2, budget_eur_per_year: found 0 EUR a year: none of the works of sewer_manager",
        "'mayor', expected one of city", "key crews is not known; did you mean crews_m?", "owner city stands 2 times", "write 3 % as 0.03", "flexibility_years: found -2 years",
    ):  # fmt: skip
        assert words in text


def test_two_owners_of_one_role_need_their_own_keys():
    stated = [{"owner": "stad", "role": "city", "name": "Stad"}, {"owner": "haven", "role": "city"}]
    owners = owners_table(stated, parameters=street.PARAMETERS, day=street.DAY)
    assert {"stad", "haven"} <= set(owners.index)
    assert "city" not in owners.index
    made = street.works(
        owners=owners, assets=street.assets({"section": "a", "kind": "road", "owner": "haven", "built_year": 2000})
    )
    assert made.works.loc["a|reconstruction", "owner"] == "haven"
