"""J+ and the space dividend: cases by hand, what must always hold, and that nothing is said where nothing is asked."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import krekelwijk
import street_cases
from koppelkans import read_place, tables
from koppelkans.errors import InfeasibleError
from koppelkans.parameters import read_parameters
from koppelkans.plan.influence import economics_of
from koppelkans.plan.joint_space import asks_something, joint_space
from koppelkans.plan.street import StreetInputs, drawn_figures, street_part
from koppelkans.plan.street_space import street_space_tables, with_built_per_m
from koppelkans.report.document import Notice, Paragraph, Table, words_of
from koppelkans.report.joint_space import joint_space_blocks, space_dividend_blocks
from koppelkans.report.material import Material, Words
from koppelkans.report.notation import Notation
from koppelkans.scenario import Scenario, StreetSpace
from koppelkans.solve import Limits
from koppelkans.street.calendar.account import account, broken
from koppelkans.street.calendar.answer import SCREENING, works_calendar
from koppelkans.street.calendar.case import GREENING, MOST_WORKS, RECONSTRUCTION, SEWER, check_case
from koppelkans.street.dividend import JOINT, dividend, dividend_table, judged
from koppelkans.street.joint_space import (
    SpaceChange,
    apart,
    arranged,
    own_project,
    replaced_greening,
    space_change,
    space_plans,
    without,
)
from koppelkans.street.joint_space_tables import (
    FEWEST_TOLD,
    facts_of_space,
    space_figures,
    space_plans_table,
    space_remarks,
)
from koppelkans.street.space import SpaceTargets, street_space
from koppelkans.street.space.library import pattern_library
from koppelkans.street.space.rules import space_rules
from koppelkans.street.space.streets import planned_streets
from koppelkans.street.space.surface import YIELDS
from test_street_space import sections_of
from works_fixture import PACE, every_calendar, facts_of, hand_case

DAY = date(2026, 1, 1)
PARAMETERS = read_parameters()
LIMITS = Limits(gap_share=1e-4)


def change_of(names, *, planned=None, owner="a", own_eur=100.0, zone_eur=(1_000.0, 100.0, 300.0), life_years=40.0):
    """Sections of 100 m that get another cross-section."""
    count = len(names)
    zones = {
        f"{zone}_eur": np.full(count, price)
        for zone, price in zip(("carriageway", "parking", "footway"), zone_eur, strict=True)
    }
    areas = {f"{zone}_m2": np.full(count, 200.0) for zone in ("carriageway", "parking", "footway")}
    rows = pd.DataFrame(
        {"length_m": 100.0, "own_eur": own_eur, **zones, **areas, "house_eur": 0.0, "closure_eur": 250.0, "nuisance_eur": 0.0, "residents": 10.0},
        index=pd.Index(names, name="section", dtype="str"),
    )  # fmt: skip
    return SpaceChange(rows, pd.Index(names if planned is None else planned), owner, life_years, 0.1)


# ----------------------------------------------------------------------------------------------------------------------- J+


def street_with_sewer_and_road(**about):
    """One street: a sewer of owner b, a road of owner a, green of owner a; two years."""
    works = [
        {"kind": "sewer", "owner": 1, "own_eur": 500.0}, {"kind": "reconstruction", "own_eur": 400.0}, {"kind": "greening", "own_eur": 50.0},
    ]  # fmt: skip
    return hand_case(works, years=2, owners=("a", "b"), **about)


def wishes(case):
    return case.works.kind == GREENING


def test_green_and_road_become_one_work_with_the_zones_of_the_cross_section():
    case = street_with_sewer_and_road()
    change = change_of(["s0"])
    found = arranged(case, wishes(case), change)
    check_case(found.case)
    assert found.case.works.kind.tolist() == [SEWER, RECONSTRUCTION]
    assert found.rebuild.tolist() == [1]
    assert found.merged.tolist() == [True]
    assert found.case.streets.zone_eur[0, :3].tolist() == [1_000.0, 100.0, 300.0]
    # green is renewed after 40 years at 5 %, the road of this case never
    assert found.case.works.own_eur[1] == pytest.approx(400.0 + 100.0 / (1.0 - 1.05**-40.0))
    assert not found.case.works.after[1]


def test_a_street_without_road_works_gets_a_rebuild_of_its_own():
    case = street_with_sewer_and_road()
    change = change_of(["s0", "x9"], planned=["s0", "x9", "kept"])
    found = arranged(case, wishes(case), change)
    check_case(found.case)
    assert found.case.section_names.tolist() == ["s0", "x9"]
    assert found.merged.tolist() == [True, False]
    added = found.rebuild[1]
    works = found.case.works
    assert (works.name[added], works.kind[added], works.own_eur[added]) == ("x9|reconstruction", RECONSTRUCTION, 100.0)
    assert (works.release[added], works.last[added], works.due[added]) == (0, 1, 1)
    assert found.case.streets.length_m.tolist()[1] == 100.0


def test_what_coming_along_saves_by_hand():
    """Sewer and rebuild in one year share carriageway, footway and closure: 1,000 + 300 + 100 + 50 less than apart."""
    case = street_with_sewer_and_road()
    plans = space_plans(judged(JOINT, case, every_calendar), wishes(case), change_of(["s0"]), every_calendar)
    assert plans.together.year.tolist()[0] == plans.together.year.tolist()[1]
    factor = 1.05 ** -float(plans.together.year[0])
    assert plans.alone.net_eur - plans.together.net_eur == pytest.approx(factor * (1_000.0 + 300.0 + 100.0 + 50.0))
    own = 100.0 / (1.0 - 1.05**-40.0)
    assert plans.project.net_eur == pytest.approx(factor * (own + 1_400.0 + 100.0 + 50.0))
    assert plans.saved_eur == pytest.approx(
        min(plans.alone.net_eur, plans.less.net_eur + plans.project.net_eur) - plans.together.net_eur
    )
    assert plans.proven
    assert plans.least_saved_eur == pytest.approx(plans.saved_eur)  # every calendar was tried: no gap


def test_the_five_plans_as_a_table():
    case = street_with_sewer_and_road()
    change = change_of(["s0"])
    found = dividend(case, every_calendar)
    plans = space_plans(found.joint, wishes(case), change, every_calendar)
    facts = facts_of(case)
    space_facts = facts_of_space(plans, facts, change)
    assert space_facts.zone_m2[0].tolist() == [200.0, 200.0, 200.0, facts.zone_m2[0, 3]]
    table = space_plans_table(plans, facts=facts, space_facts=space_facts)
    assert table["rebuilt"].tolist() == [0, 0, 1, 1, 1]
    assert table["greened"].tolist() == [0, 1, 0, 0, 0]
    assert table.loc["together", "extra_eur"] == pytest.approx(plans.extra_eur)
    assert table.loc[["alone", "beside"], "saved_eur"].min() == pytest.approx(plans.saved_eur)
    assert table.loc[["without", "joint", "together"], "saved_eur"].isna().all()
    chain = dividend_table(replace(found, space=plans.together), facts=facts, pace=PACE, space_facts=space_facts)
    assert list(chain.index) == ["S0", "S1", "J", "J+"]
    assert np.isnan(chain.loc["J+", "saved_eur"])
    assert chain.loc["J+", "opened_m2"] == table.loc["together", "opened_m2"] == 600.0
    assert chain.loc["J", "saved_eur"] == pytest.approx(found.amount_eur)
    assert len(space_remarks(plans, drawn=False)) == 1  # an amount would tell of this one street
    assert set(space_figures(plans)) == {"space_extra_eur", "space_saved_eur", "space_proven_share"}


def test_trees_that_end_stay_and_wishes_in_kept_streets_go():
    works = [{"kind": "greening", "section": at, "own_eur": 50.0} for at in range(4)]
    case = hand_case(works, sections=4, years=2)
    change = change_of(["s0"], planned=["s0", "s1", "s2"])
    wished = np.array([False, True, False, True])
    assert replaced_greening(case, wished, change).tolist() == [True, True, False, False]


def screening(case, start=None):
    return works_calendar(case, SCREENING, start=start)


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(1, 50), every=st.integers(2, 4))
def test_with_the_works_never_costs_more_than_opened_alone(seed, every):
    case = street_cases.generated_case(8, seed)
    change = change_of([f"new{seed}", *case.section_names[::every]], owner="city")
    joint = judged(JOINT, case, screening)
    plans = space_plans(joint, wishes(case), change, screening)
    found = plans.found
    assert not broken(found.case, plans.together.year)
    assert plans.together.net_eur <= plans.alone.net_eur + 1e-6
    assert plans.less.net_eur <= account(without(case, ~found.kept), joint.year[found.kept]).net_eur + 1e-6
    assert plans.less.net_eur <= joint.net_eur + 1e-6  # a work less never costs more
    assert plans.least_saved_eur <= plans.saved_eur + 1e-6
    rebuilt = plans.together.year[found.rebuild]
    assert (rebuilt < case.years).all()  # what is asked of space is made within the horizon
    assert sorted(found.case.section_names[found.case.works.section[found.rebuild]]) == sorted(change.sections.index)
    assert not apart(found).works.joins[found.rebuild].any()
    many = replace(plans, found=replace(found, rebuild=np.tile(found.rebuild, FEWEST_TOLD)))
    verdict = "Bewezen" if plans.proven else "Niet bewezen"
    assert verdict in space_remarks(many, drawn=False)[1]["text"]
    assert len(space_remarks(many, drawn=True)) == 1
    assert (account(own_project(found, change), rebuilt).opened.max(axis=2)[found.place, :3] == 1).all()


def test_more_works_than_can_be_weighed_are_refused():
    works = [{"kind": "cable", "own_eur": 50.0, "name": f"cable-{at}"} for at in range(MOST_WORKS)]
    case = hand_case(works, years=2)
    joint = judged(JOINT, case, screening)
    with pytest.raises(InfeasibleError, match="more than 10 works in a section"):
        space_plans(joint, wishes(case), change_of(["s0"]), screening)


def test_zones_are_at_most_what_a_cross_section_has():
    """12 m: works open 4 m of carriageway; one lane of 3.5 m and no parking leave less to open, trees are no paving."""
    about = pd.DataFrame(
        {"length_m": [100.0], "width_m": [12.0], "group": ["local"], "buildings": [10], "residents": [20.0], "soft": [False]},
        index=pd.Index(["s0"], name="section", dtype="str"),
    )  # fmt: skip
    patterns = pd.DataFrame(
        {"class_m": [12.0] * 2, "left_side": ["parking", "trees"], "right_side": ["parking", "none"], "footway_m": [1.5, 2.0], "gardens": [0, 0],
         "carriageway_m": [5.0, 3.5], "verge_m": [0.0, 2.5]},
        index=["now", "then"],
    )  # fmt: skip
    streets = pd.DataFrame({"pattern_now": ["now"], "pattern_then": ["then"], "cost_eur": [9_000.0]}, index=about.index)
    change = space_change(about, patterns, streets, owner="city", parameters=PARAMETERS, day=DAY)
    row = change.sections.loc["s0"]
    prices = {
        zone: PARAMETERS.at(f"street_works.zone.{zone}_eur_per_m2", DAY)
        for zone in ("carriageway", "parking", "footway")
    }
    soft = PARAMETERS.at("heat_network.pipe.surface_factor", DAY, "soft")
    opened = {zone: PARAMETERS.at(f"street_works.zone.{zone}_m", DAY, "local") for zone in prices}
    drive, path = opened["carriageway"], 0.0
    lane = min(drive, 3.5 + path)
    assert row["carriageway_eur"] == pytest.approx(100 * prices["carriageway"] * (lane + soft * (drive - lane)))
    park = opened["parking"]
    hard = min(park, 0.2)  # 2.0 m strip, 1.8 m of it open soil
    assert row["parking_eur"] == pytest.approx(100 * prices["parking"] * (hard + soft * min(park - hard, 1.8)))
    assert row["own_eur"] == 9_000.0


def test_nothing_asked_is_said_and_not_computed():
    assert not asks_something(StreetSpace())
    assert not asks_something(StreetSpace(hub_bays=10, opened_bays=5, shared_cars=3))
    assert asks_something(StreetSpace(canopy_share=0.1))
    assert asks_something(StreetSpace(cycle_sections=["s0"]))


# ------------------------------------------------------------------------------------------------------------ space dividend


def gained(widths, targets, built=None):
    sections = sections_of(widths)
    sections = sections if built is None else sections.assign(built_per_m=built)
    made = street_space(sections, targets, parameters=PARAMETERS, day=DAY, limits=LIMITS).made
    return made["space_dividend"]


PLAIN = SpaceTargets(footway_m=None, cycle=frozenset())


def test_parking_that_may_move_makes_room_by_hand():
    """Two streets of 12 m, one without houses: bays move to it, so that the other may be green on both sides."""
    found = gained([12.0, 12.0], PLAIN, [0.3, 0.0])
    canopy = found.loc["canopy_m2"]
    assert canopy["free"] > canopy["fixed"] > 0
    assert canopy["gain"] == pytest.approx(canopy["free"] - canopy["fixed"])
    assert canopy["proven"]
    assert "bays" not in found.index  # nothing else is asked beside which bays could be kept


def test_bays_elsewhere_make_more_room():
    some = gained([12.0] * 3, replace(PLAIN, parking_share=1.0))
    more = gained([12.0] * 3, replace(PLAIN, parking_share=1.0, opened_bays=50.0))
    assert more.loc["canopy_m2", "free"] > some.loc["canopy_m2", "free"]
    assert more.loc["canopy_m2", "fixed"] == some.loc["canopy_m2", "fixed"]


def test_what_clashes_with_fixed_parking_is_named():
    """9 m: bays on one side beside clear footways of 1.5 m leave no room for so many trees."""
    found = gained([9.0] * 3, replace(PLAIN, footway_m=1.5, canopy_share=0.3))
    row = found.loc["bays"]
    assert np.isnan(row["fixed"])
    assert set(row["fixed_clash"].split("+")) <= {"canopy", "own_bays", "footway"}
    assert "own_bays" in row["fixed_clash"]
    assert np.isnan(row["gain"])


@settings(max_examples=5, deadline=None)
@given(
    widths=st.lists(st.integers(16, 32).map(lambda half: half / 2), min_size=1, max_size=4),
    closed=st.lists(st.booleans(), min_size=4, max_size=4),
)
def test_free_is_never_less_than_fixed(widths, closed):
    found = gained(widths, PLAIN, [0.3 if one else 0.05 for one in closed[: len(widths)]])
    assert (found["gain"] >= -1e-6 - 0.006 * found["free"]).all()
    assert (found["fixed_gap_share"] <= 0.005 + 1e-9).all()


# -------------------------------------------------------------------------------------------------------------------- report


def material(made):
    plan = type("Plan", (), {"tables": made})()
    return Material(plan, Words("nl"), Notation("nl"))


def test_the_report_tells_both():
    found = gained([9.0] * 3, replace(PLAIN, footway_m=1.5, canopy_share=0.3))
    blocks = space_dividend_blocks(material({"space_dividend": found}), lambda value, unit: f"{value:.2f} {unit}", str)
    assert any(isinstance(block, Notice) and "own_bays" in words_of(block.text) for block in blocks)
    (table,) = [block for block in blocks if isinstance(block, Table)]
    assert "kan niet" in [words_of(cell) for row in table.rows for cell in row]


@pytest.mark.parametrize(
    ("saved", "said"), [(2e6, "minstens 1,80 miljoen"), (-1e6, "bespaart meegaan met de werken niets")]
)
def test_the_report_tells_what_the_space_costs(saved, said):
    ways = ["without", "joint", "alone", "beside", "together"]
    frame = pd.DataFrame(
        {"title": ways, "title_en": ways, "net_eur": 5e7, "gap_eur": 1e5, "extra_eur": 4e6, "saved_eur": [np.nan, np.nan, saved, saved + 1e6, np.nan],
         "least_saved_eur": [np.nan, np.nan, saved - 2e5, saved, np.nan], "rebuilt": [0, 0, 40, 40, 40], "mean_green_year": 2040.4, "closures": 10, "opened_m2": 1e4},
        index=pd.Index(ways, name="way"),
    )  # fmt: skip
    blocks = joint_space_blocks(material({"space_plans": frame}))
    assert said in " ".join(words_of(block.text) for block in blocks if isinstance(block, Paragraph))
    assert joint_space_blocks(material({"space_plans": frame.assign(rebuilt=3)})) == []
    assert joint_space_blocks(material({})) == []


# ---------------------------------------------------------------------------------------------------------------------- plan


def of_plan(**space):
    """The works of Krekelwijk, its street space, and J+."""
    street = {"draws": 0, "rounds": 15, "tries": 0, "space": space}
    scenario = Scenario().model_copy(update={"street": Scenario().street.model_validate(street)})
    place = krekelwijk.place()
    parameters = read_parameters().choosing(stand_ins=scenario.stand_ins, hold=scenario.hold)
    given = StreetInputs(place, scenario, None, economics_of(scenario, parameters), parameters)
    made = {name: tables.TABLES[name].empty() for name in ("pipes", "network_sections")}
    part = street_part(given, made)
    made |= part.tables
    made |= street_space_tables(place, made, scenario, parameters)[0]
    return given, part, made, joint_space(given, part, made)


def test_the_plan_has_a_fourth_row_when_space_is_asked():
    given, part, before, (made, told, change) = of_plan(canopy_share=0.1)
    assert list(made["dividend"].index) == ["S0", "S1", "J", "J+"]
    pd.testing.assert_frame_equal(made["dividend"].iloc[:3], before["dividend"])
    ways = made["space_plans"]
    assert ways.loc["joint", "net_eur"] == before["dividend"].loc["J", "net_eur"]
    assert ways.loc["together", "net_eur"] <= ways.loc["alone", "net_eur"]
    assert ways.loc["together", "rebuilt"] == len(change.sections) > 0
    assert change.sections["own_eur"].sum() == pytest.approx(before["street_patterns"]["cost_eur"].sum())
    assert len(told) == 1  # ages were drawn: no amounts
    again = joint_space(given, part, before)
    for name, frame in made.items():
        pd.testing.assert_frame_equal(frame, again[0][name])
    assert part.drawn is not None
    figures = drawn_figures(given, part.drawn, 3, change)
    assert figures["space_extra_eur"] > 0
    assert "space_extra_eur" not in drawn_figures(given, part.drawn, 3)


def test_the_plan_says_why_there_is_no_fourth_row():
    *_, (made, told, change) = of_plan()
    assert set(made) == {"space_plans"}
    assert made["space_plans"].empty
    assert change is None
    assert told[0]["text"] == "Geen J+: van de straatruimte is niets gevraagd."
    *_, (_, told, _) = of_plan(street_parking_share=0.5)
    assert told[0]["text"] == "Geen J+: geen straat krijgt een ander profiel."


def test_without_works_there_is_nothing_to_say():
    made, told, change = joint_space(None, None, {})
    assert made["space_plans"].empty
    assert (told, change) == ([], None)


# -------------------------------------------------------------------------------------------------------------- today's bays


@pytest.mark.parametrize(("name", "most"), [("wechelderzande", 1.0), ("brugge_sint_jozef", 1.14)])
def test_no_more_cars_stand_in_the_street_than_households_have(name, most):
    """A Flemish household has 1.14 cars (autodelen.net 2023); in a village most stand on the plot."""
    place, rules = read_place(name), space_rules(PARAMETERS, DAY)
    streets = planned_streets(with_built_per_m(place), SpaceTargets(), heat_dn_mm=None, gas=None, rules=rules)
    library = pattern_library(sorted(set(streets.class_of)), rules)
    bays = library.surfaces.yields[streets.today(library), YIELDS.index("bays")] @ streets.length_m
    assert 0.3 < bays / place.buildings["dwellings"].sum() < most
