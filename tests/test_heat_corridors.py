"""Room for the heat network in the street: a narrow alley that the network goes around, or pays for; and a network held on to at other prices of trenches."""

from dataclasses import replace
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString

import test_heat_network_design as village
from koppelkans import tables
from koppelkans.heat.network.design import heat_network
from koppelkans.parameters import read_parameters
from koppelkans.plan.heat_corridors import (
    corridor_remarks,
    corridors_of,
    narrowed,
    open_sections,
    with_design,
    with_prices,
)
from koppelkans.plan.street_network import street_network
from koppelkans.scenario import Scenario, Source, Street
from koppelkans.verify import verified

FIGURES = read_parameters()
ALLEY, ROUND = "alley", ("west", "north", "east")


def sections(alley_m=3.0, high_m=4.0, road_class="residential") -> gpd.GeoDataFrame:
    """From the source at (0, 0) to the house beyond (60, 0): straight through an alley of 60 m, or around by 120 m of street; the last 20 m are the same."""
    lines = {
        "alley": ([(0, 0), (60, 0)], "n0", "n1"), "west": ([(0, 0), (0, 30)], "n0", "n2"), "north": ([(0, 30), (60, 30)], "n2", "n3"),
        "east": ([(60, 30), (60, 0)], "n3", "n1"), "last": ([(60, 0), (80, 0)], "n1", "n4"),
    }  # fmt: skip
    width = pd.Series(12.0, index=list(lines)).where(pd.Index(lines) != ALLEY, alley_m)
    geometry = [LineString(line[0]) for line in lines.values()]
    frame = gpd.GeoDataFrame({
        "street": "Krekelstraat", "road_class": road_class, "surface": None, "from_node": [line[1] for line in lines.values()],
        "to_node": [line[2] for line in lines.values()], "length_m": [line.length for line in geometry], "width_m": width.to_numpy(),
        "width_low_m": width.to_numpy(), "width_high_m": width.where(width > 5.0, high_m).to_numpy(), "width_from": "derived", "trench": True, "component": "c1",
    }, geometry=geometry, index=pd.Index(list(lines), name="section", dtype="str"), crs=village.CRS)  # fmt: skip
    return tables.check(tables.SECTIONS, frame.astype({"surface": "str", "component": "str"}))


def scenario(mode: str, **street) -> Scenario:
    source = Source(name="bron", x_m=0.0, y_m=-10.0, capacity_kw=1_000.0, supply_c=70.0, price_eur_per_mwh=40.0)
    return Scenario(sources=[source], street=Street(heat_corridors=mode, **street))


def room_of(mode: str, place: gpd.GeoDataFrame | None = None, **street) -> pd.DataFrame:
    here = sections() if place is None else place
    found = corridors_of(SimpleNamespace(sections=here), scenario(mode, **street), FIGURES)  # type: ignore[arg-type]
    return tables.check(tables.TABLES["heat_corridors"], found)


def designed(streets: gpd.GeoDataFrame, **about):
    """The network to the one house worth connecting, at (75, 12)."""
    shapes = [village.box(74, 11, 76, 13)]
    index = pd.Index(["a"], name="building", dtype="str")
    homes = gpd.GeoDataFrame({"heated": True, "dwellings": 1}, geometry=shapes, index=index, crs=village.CRS)
    rows = {
        "section": ["last"],
        "along_m": [15.0],
        "service_m": [12.0],
        "found_by": ["street_name"],
        "x_m": [75.0],
        "y_m": [12.0],
    }
    hung = tables.check(tables.ATTACHMENTS, pd.DataFrame(rows, index=index))
    offers = village.offers_of(60_000.0).loc[["a"]]
    return heat_network(homes, streets, hung, offers, village.MIDDLE, village.case_of(**about))


def laid_in(found) -> set[str]:
    return set(found.pipes.query("kind == 'main'")["section"].dropna())


# ----------------------------------------------------------------------------------------------------------------------- corridors


def test_the_network_goes_around_an_alley_without_room():
    room = room_of("forbid")
    assert room["state"].to_dict() == {"alley": "none", "west": "free", "north": "free", "east": "free", "last": "free"}
    assert list(room.index[~room["allowed"]]) == [ALLEY]
    assert laid_in(designed(sections())) == {"alley", "last"}
    around = designed(open_sections(sections(), room, None))
    assert laid_in(around) == {*ROUND, "last"}


def test_a_price_is_paid_as_long_as_the_way_around_is_dearer():
    """The way around is 60 m longer; relocation and bundling are 60 m x 1,050 EUR: dearer than that trench, until the price falls."""
    room = room_of("price")
    more = room["corridor_eur_per_m"]
    assert more[ALLEY] == 250.0 + 800.0
    assert (more.drop(ALLEY) == 0.0).all()
    trench = designed(sections()).streets.loc[ALLEY, "trench_eur_per_m"]
    straight = laid_in(designed(sections(), trench_more_eur_per_m=more * 0.1))
    around = laid_in(designed(sections(), trench_more_eur_per_m=more * (1.5 * trench / more[ALLEY])))
    assert (straight, around) == ({"alley", "last"}, {*ROUND, "last"})


def test_what_moving_others_costs_is_in_the_design_and_not_shared_with_them():
    more = room_of("price")["corridor_eur_per_m"] * 0.1
    plain, paid = designed(sections()), designed(sections(), trench_more_eur_per_m=more)
    assert paid.streets.loc[ALLEY, "trench_eur_per_m"] - plain.streets.loc[ALLEY, "trench_eur_per_m"] == pytest.approx(
        105.0
    )
    investment = [float(found.pipes["investment_eur"].sum()) for found in (plain, paid)]
    assert investment[1] - investment[0] == pytest.approx(60 * 105.0)
    corridors = room_of("price").assign(corridor_eur_per_m=more)
    seen = [
        street_network(plain.pipes, plain.streets).sections, street_network(paid.pipes, paid.streets, corridors).sections,
    ]  # fmt: skip
    assert seen[1].loc[ALLEY, "trench_eur"] == pytest.approx(seen[0].loc[ALLEY, "trench_eur"])
    assert seen[1].loc[ALLEY, "heat_own_eur"] - seen[0].loc[ALLEY, "heat_own_eur"] == pytest.approx(6_300.0)


def test_off_only_tells():
    room = room_of("off")
    assert room["allowed"].all()
    assert (room["corridor_eur_per_m"] == 0.0).all()
    assert open_sections(sections(), room, None).equals(sections())
    told = corridor_remarks(with_design(room, designed(sections()).pipes), sections(), scenario("off"))
    assert len(told) == 1
    assert told[0]["level"] == "warning"
    assert "1 of the 2 street sections" in told[0]["text_en"]
    assert "1 of them also at the high end" in told[0]["text_en"]
    assert ALLEY not in told[0]["text_en"]  # named in the table only
    assert corridor_remarks(room, sections(), scenario("off")) == []


def test_where_the_width_is_uncertain_the_clash_is_not_sure():
    assert not room_of("off", sections(high_m=12.0)).loc[ALLEY, "sure"]
    assert room_of("off", sections(high_m=4.5)).loc[ALLEY, "sure"]


def test_without_gas_a_street_holds_more():
    """Bundled cables 1.0, water 0.75, sewers 1.75 and a pair of 1.25 m fit in 4.75 m, but not with gas of 0.5 m."""
    narrow = sections(alley_m=4.9)
    assert room_of("off", narrow).loc[ALLEY, "state"] == "none"
    # widths are rounded down to half a metre
    assert room_of("off", narrow, has_gas=False).loc[ALLEY, "state"] == "none"
    assert room_of("off", sections(alley_m=5.0), has_gas=False).loc[ALLEY, "state"] == "bundled"


def test_of_paths_and_driveways_nothing_is_known():
    assert room_of("forbid", sections(road_class="service")).empty
    assert corridors_of(SimpleNamespace(sections=sections()), Scenario(), FIGURES).empty  # type: ignore[arg-type]


def test_a_pipe_that_lies_there_already_keeps_its_street():
    laid = pd.DataFrame({"section": [ALLEY]})
    assert open_sections(sections(), room_of("forbid"), laid)["trench"].all()


def test_a_main_wider_than_its_room_is_paid_for_or_moved():
    room = room_of("forbid", sections(alley_m=7.0, high_m=7.0))
    assert room.loc[ALLEY, ["free_dn_mm", "bundled_dn_mm"]].tolist() == [200, 400]
    wide = room.assign(dn_mm=[250.0, np.nan, np.nan, np.nan, 250.0])
    further = narrowed(wide, scenario("forbid"), FIGURES)
    assert further.loc[ALLEY, "corridor_eur_per_m"] == 250.0
    assert further["allowed"].all()
    assert narrowed(further, scenario("forbid"), FIGURES) is None
    wider = narrowed(room.assign(dn_mm=[500.0, np.nan, np.nan, np.nan, np.nan]), scenario("forbid"), FIGURES)
    assert not wider.loc[ALLEY, "allowed"]
    assert narrowed(wide, scenario("off"), FIGURES) is None


def test_prices_follow_the_switch():
    room = room_of("off")
    assert with_prices(room, scenario("price"), FIGURES)["allowed"].all()
    assert with_prices(room, scenario("forbid"), FIGURES).loc[ALLEY, "corridor_eur_per_m"] == 0.0


# -------------------------------------------------------------------------------------------------------------------- held designs


def test_a_network_is_held_until_another_saves_enough():
    """A cheaper way around: at a third of its trench price it is better, but by less than a large margin."""
    before = designed(sections())
    share = pd.Series(0.3, index=list(ROUND))
    free = designed(sections(), trench_share=share)
    assert laid_in(before) == {"alley", "last"}
    assert laid_in(free) == {*ROUND, "last"}
    held = designed(sections(), trench_share=share, held=before.answer, held_share=0.9)
    assert laid_in(held) == laid_in(before)
    moved = designed(sections(), trench_share=share, held=before.answer, held_share=0.0)
    assert laid_in(moved) == laid_in(free)


def test_a_held_network_is_priced_anew_and_its_certificate_holds():
    before = designed(sections())
    share = pd.Series({ALLEY: 0.5})
    held = designed(sections(), trench_share=share, held=before.answer, held_share=0.9)
    charge = before.answer.asked.levels.charge_share
    trench = before.streets.loc[ALLEY, "trench_eur_per_m"]
    saved = before.variant["whole_eur_per_year"] - held.variant["whole_eur_per_year"]
    assert saved == pytest.approx(0.5 * 60 * trench * charge)
    assert held.streets.loc[ALLEY, "trench_eur_per_m"] == pytest.approx(trench / 2)
    verdict = verified(held.certificate)
    assert verdict.faults == []
    assert held.variant["bound_eur_per_year"] <= held.variant["whole_eur_per_year"] + 1e-6


def test_with_other_streets_nothing_is_held():
    before = designed(sections())
    shut = open_sections(sections(), room_of("forbid"), None)
    found = designed(shut, held=replace(before.answer), held_share=0.9)
    assert laid_in(found) == {*ROUND, "last"}
