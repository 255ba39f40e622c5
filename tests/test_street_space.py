"""Cross-sections above and below ground, and which one each street takes: cases by hand, properties by separate code, refusals."""

import itertools
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koppelkans import tables
from koppelkans.errors import DataError, ParameterError
from koppelkans.parameters import read_parameters
from koppelkans.solve import Limits
from koppelkans.street.space import SpaceTargets, heat_corridors, lekp_goals, space_indicators, street_space
from koppelkans.street.space.choice import COST, chosen
from koppelkans.street.space.clash import clashes, possible
from koppelkans.street.space.kernels import NOBODY, placed, undominated
from koppelkans.street.space.library import class_library, pattern_library
from koppelkans.street.space.offer import demands, offer, strict_duties
from koppelkans.street.space.rules import space_rules
from koppelkans.street.space.streets import planned_streets
from koppelkans.street.space.strips import strips_above, strips_below
from koppelkans.street.space.surface import FRONTS, LOADING, YIELDS, surface_now, surfaces
from koppelkans.street.space.underground import BUNDLED, FREE, layouts, rooms, variant_of, variants

DAY = date(2026, 1, 1)
PARAMETERS = read_parameters()
RULES = space_rules(PARAMETERS, DAY)
LIMITS = Limits(gap_share=1e-4)


def sections_of(widths, *, road="residential", length_m=100.0, ring=True):
    """Streets one after the other, closed to a ring unless said otherwise."""
    count = len(widths)
    roads = [road] * count if isinstance(road, str) else road
    return pd.DataFrame(
        {
            "street": "Kerkstraat", "road_class": roads, "length_m": length_m, "width_m": np.array(widths, dtype=float),
            "from_node": [f"n{place}" for place in range(count)],
            "to_node": [f"n{(place + 1) % count if ring else place + 1}" for place in range(count)],
        },
        index=pd.Index([f"s{place}" for place in range(count)], name="section", dtype="str"),
    )  # fmt: skip


def answer_of(sections, targets, **given):
    return street_space(sections, targets, **{"parameters": PARAMETERS, "day": DAY, "limits": LIMITS, **given})


def prepared(sections, targets, **given):
    """Offer and demands of a case."""
    streets = planned_streets(sections, targets, heat_dn_mm=given.get("heat_dn_mm"), gas=given.get("gas"), rules=RULES)
    library = pattern_library(sorted(set(streets.class_of)), RULES)
    offered = offer(streets, library, targets, RULES)
    bays = float((library.surfaces.yields[streets.today(library), YIELDS.index("bays")] * streets.length_m).sum())
    return offered, demands(streets, offered, bays, targets, RULES)


# ------------------------------------------------------------------------------------------------------------- cross-sections


def plain_count(width_m: float) -> int:
    """One-way cross-sections without loading, gardens only at an empty side, counted with loops; cycle paths of 1.75 m on both sides or none."""
    sides = {"none": 0.0, "parking": 2.0, "trees": 2.0, "wadi": 2.5, "alternating": 2.0, "garden": 0.4}
    found = 0
    for one, other in itertools.combinations_with_replacement(sides, 2):
        for walk, cycle in itertools.product((1.5, 2.0), (0.0, 3.5)):
            rest = round(width_m - 3.5 - 2 * walk - sides[one] - sides[other] - cycle, 6)
            found += rest >= 0 and 3.5 + cycle + (rest if rest >= 0.5 else 0.0) >= 4.0
    return found


def plain(width_m):
    rules = RULES.changed(cycle_m={"paths": 1.75})
    every = surfaces(width_m, main=False, rules=rules)
    gardens = (every.gardens & (every.sides != 0)).any(axis=1)
    kept = (
        (every.direction == 1)
        & (every.cycle <= 1)
        & (every.footway > 0)
        & (every.sides != LOADING).all(axis=1)
        & ~gardens
    )
    return every.rows(kept), rules


@pytest.mark.parametrize(("width_m", "count"), [(8, 4), (9, 9), (10, 18)])
def test_narrow_one_way_streets_keep_the_known_number_of_patterns(width_m, count):
    assert len(plain(float(width_m))[0]) == count == plain_count(float(width_m))


@pytest.mark.parametrize("width_m", [12.0, 14.5, 18.0])
def test_the_enumeration_is_the_one_with_loops(width_m):
    assert len(plain(width_m)[0]) == plain_count(width_m)


def test_only_trees_and_heat_make_the_ground_too_narrow():
    """At 12 m three of 47 cross-sections have no room below without heat, six with a heat pair; at 18 m the same six: two rows of trees."""
    narrow, rules = plain(12.0)
    wide = plain(18.0)[0]
    free = {name: (rooms(rows, rules)[0] == FREE).sum(axis=0) for name, rows in (("narrow", narrow), ("wide", wide))}
    assert free["narrow"][variant_of(0, True)] == 44
    assert free["narrow"][variant_of(1, True)] == 41
    assert free["wide"][variant_of(1, True)] == 78


@settings(max_examples=12, deadline=None)
@given(width_m=st.integers(10, 80).map(lambda half: half / 2), main=st.booleans())
def test_strips_fill_the_street_and_leave_the_fire_brigade_its_width(width_m, main):
    every = surfaces(width_m, main=main, rules=RULES)
    for row in strips_above(every.rows(np.arange(0, len(every), 17)), RULES):
        assert row[0][1] == 0
        assert row[-1][2] == pytest.approx(width_m)
        assert all(one[2] == pytest.approx(other[1]) for one, other in itertools.pairwise(row))
        run, best = 0.0, 0.0
        for kind, low, high in row:
            run = run + high - low if kind in ("carriageway", "cycle_path", "verge") else 0.0
            best = max(best, run)
        assert best >= 4.0 - 1e-9
        assert all(high - low >= 1.0 - 1e-9 for kind, low, high in row if kind == "footway")


@settings(max_examples=10, deadline=None)
@given(
    width_m=st.integers(14, 50).map(lambda half: half / 2),
    heat=st.integers(0, 3),
    gas=st.booleans(),
    room=st.sampled_from([FREE, BUNDLED]),
)
def test_corridors_keep_their_zones_and_clearances(width_m, heat, gas, room):
    every = surfaces(width_m, main=False, rules=RULES)
    some = every.rows(np.arange(0, len(every), 29))
    variant = int(variant_of(heat, gas))
    held = rooms(some, RULES)[0][:, variant]
    above = strips_above(some, RULES)
    for place, layout in enumerate(layouts(some, RULES)):
        if held[place] < room:
            continue
        below = strips_below(layout, variant, room, RULES)
        pipes = [piece for piece in below if piece[0] not in ("roots", "wadi")]
        names = [name for name, _, _ in pipes]
        assert ("heat" in names) == (heat > 0)
        assert ("gas" in names) == gas
        assert all(
            one[2] <= other[1] + 1e-9 for one, other in itertools.pairwise(sorted(pipes, key=lambda piece: piece[1]))
        )
        assert min(low for _, low, _ in pipes) >= 0
        assert max(high for _, _, high in pipes) <= width_m + 1e-9
        for kind, low, high in above[place]:
            if kind in ("trees", "alternating"):
                clear = [max(one - (low + high) / 2, (low + high) / 2 - other) for _, one, other in pipes]
                assert min(clear) >= 1.25 - 1e-6
            if kind == "wadi":
                assert all(one >= high - 1e-6 or other <= low + 1e-6 for _, one, other in pipes)
        if heat:
            where = {name: (low, high) for name, low, high in pipes}
            gap = max(where["heat"][0] - where["water"][1], where["water"][0] - where["heat"][1])
            assert gap >= 1.0 - 1e-9


STEP = 0.5


def some_grid_placement(widths, zones, blocked, pair, apart):
    """Whether a placement exists on a grid, by trying every combination."""
    every = [np.arange(low, high - width + 1e-9, STEP) for width, (low, high) in zip(widths, zones, strict=True)]
    for starts in itertools.product(*every):
        ends = [start + width for start, width in zip(starts, widths, strict=True)]
        pieces = sorted(zip(starts, ends, strict=True))
        if any(one[1] > other[0] + 1e-9 for one, other in itertools.pairwise(pieces)):
            continue
        if any(start < high and end > low for start, end in pieces for low, high in blocked):
            continue
        if max(starts[pair[0]] - ends[pair[1]], starts[pair[1]] - ends[pair[0]]) >= apart - 1e-9:
            return True
    return False


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_placement_is_found_exactly_when_there_is_one(data):
    count = data.draw(st.integers(2, 4))
    half = st.integers(1, 4).map(lambda value: value / 2)
    widths = data.draw(st.lists(half, min_size=count, max_size=count))
    lows = data.draw(st.lists(st.integers(0, 6).map(lambda value: value / 2), min_size=count, max_size=count))
    zones = [(low, low + data.draw(st.integers(1, 8)) / 2 + 0.5) for low in lows]
    at = data.draw(st.integers(0, 6)) / 2
    blocked = [(at, at + data.draw(half))]
    apart = data.draw(st.sampled_from([0.0, 0.5, 1.0]))
    ends = np.array(zones)
    starts = placed(
        np.array(widths), np.ascontiguousarray(ends[:, :1]), np.ascontiguousarray(ends[:, 1:]), np.array(blocked), np.array([0, 1]), apart
    )  # fmt: skip
    assert bool(len(starts)) == some_grid_placement(widths, zones, blocked, (0, 1), apart)


def test_no_corridor_wanted_is_no_trouble():
    empty = np.zeros((1, 1))
    assert placed(np.array([1.0]), empty, empty + 1.0, np.zeros((0, 2)), np.array([NOBODY, NOBODY]), 0.0).tolist() == [
        0.0
    ]
    assert not len(placed(np.array([1.5]), empty, empty + 1.0, np.zeros((0, 2)), np.array([NOBODY, NOBODY]), 0.0))


def test_dropped_patterns_are_bettered_by_one_that_stays():
    rng = np.random.default_rng(3)
    values, kind = rng.integers(0, 4, (60, 3)).astype(float), rng.integers(0, 3, 60)
    kept = undominated(values, kind)
    for row in range(60):
        better = [
            other for other in np.flatnonzero(kept) if other != row and kind[other] == kind[row] and (values[other] >= values[row]).all()
        ]  # fmt: skip
        assert bool(better) != kept[row]


def test_a_metre_of_street_by_hand():
    """12 m, two directions, parking left, alternating right: 0.85 (1 + 2/3) / 5.5 bays; one tree in 16.5 m; 1500/16.5 + 0.5 x 60 EUR."""
    every = surfaces(12.0, main=False, rules=RULES)
    one = (
        (every.direction == 0)
        & (every.cycle == 0)
        & (every.footway == 1)
        & (every.sides == [1, 3]).all(axis=1)
        & ~every.gardens.any(axis=1)
    )
    assert one.sum() == 1
    found = dict(zip(YIELDS, every.yields[one][0], strict=True))
    assert found["bays"] == pytest.approx(0.85 * (1 + 2 / 3) / 5.5)
    assert found["canopy_m2"] == pytest.approx(20 / 16.5)
    assert found["storage_m3"] == pytest.approx(0.12)
    assert found["cost_eur"] == pytest.approx(1500 / 16.5 + 30)
    assert found["sealed_m2"] == pytest.approx(11.5)


@pytest.mark.parametrize(
    ("width_m", "sides", "way"), [(7, 1, 1), (8, 1, 1), (9, 1, 0), (10.5, 1, 0), (11, 2, 0), (18, 2, 0), (6, 0, 1)]
)
def test_the_street_of_today_is_assumed_from_its_width(width_m, sides, way):
    now = surface_now(float(width_m), main=False, rules=RULES)
    assert (now.sides > 0).sum() == sides
    assert now.direction[0] == way
    assert now.yields[0, 0] == pytest.approx(sides * 0.8 / 5.5)
    assert strips_above(now, RULES)[0][-1][2] == pytest.approx(width_m)


@pytest.mark.parametrize(
    ("front", "bays"), [("closed", 2 * 0.8 / 5.5), ("half_open", 2 * 0.4 / 5.5), ("open", 0.15 / 5.5), ("none", 0.0)]
)
def test_where_houses_stand_apart_few_cars_stand_in_the_street(front, bays):
    """Of a street of 11 m; in a village with 0.06 houses per metre that is less than half a bay per house."""
    assert surface_now(11.0, main=False, rules=RULES, front=front).yields[0, 0] == pytest.approx(bays)


def test_what_stands_along_a_street_decides_how_it_is_parked():
    sections = sections_of([11.0] * 5)
    built = [0.3, 0.18, 0.12, 0.06, 0.0]
    sections = sections.assign(built_per_m=built)
    streets = planned_streets(sections, SpaceTargets(), heat_dn_mm=None, gas=None, rules=RULES)
    assert streets.front == ("closed", "closed", "half_open", "open", "none")
    found = answer_of(sections, SpaceTargets(footway_m=None, cycle=frozenset()))
    per_m = [2 * 0.8, 2 * 0.8, 2 * 0.4, 0.15, 0.0]
    assert found.made["street_patterns"]["bays_now"].tolist() == pytest.approx([100 * one / 5.5 for one in per_m])
    assert found.made["street_patterns"]["pattern_now"].str.split("|").str[-1].tolist() == [
        "now", "now", "half_open", "open", "none",
    ]  # fmt: skip
    assert "bebouwing" in " ".join(row["text"] for row in found.remarks)


def test_a_library_from_the_cache_is_the_same(tmp_path: Path):
    classes = [(8.0, False), (14.0, True)]
    first, again = (pattern_library(classes, RULES, tmp_path) for _ in range(2))
    assert first.names == again.names
    assert len(set(first.names)) == len(first.names)
    assert np.array_equal(first.surfaces.yields, again.surfaces.yields)
    assert np.array_equal(first.room, again.room)
    for file in tmp_path.rglob("*.npz"):
        file.write_bytes(b"spoiled")
    assert pattern_library(classes, RULES, tmp_path).names == first.names
    assert RULES.key != RULES.changed(heat_water_m=1.5).key
    assert RULES.key == RULES.changed(hub_bay_eur=1.0).key


def test_a_library_holds_no_pattern_without_room_below():
    found, room, _ = class_library((9.0, False), RULES)
    assert found.now.tolist() == [True] * len(FRONTS) + [False] * (len(found) - len(FRONTS))
    assert (room[len(FRONTS) :].max(axis=1) > 0).all()
    assert room.shape[1] == variants(RULES) == 8


# ---------------------------------------------------------------------------------------------------------------------- choice


def test_the_cheapest_street_by_hand():
    """100 m of 12 m, 10 mm asked: 12 m3, as much as one alternating strip holds, beside parking and two directions; 40 EUR/m to change at all."""
    found = answer_of(sections_of([12.0]), SpaceTargets(storage_mm=10.0, keep_directions=True))
    street = found.made["street_patterns"].loc["s0"]
    assert street["pattern_then"] == "12.0|local|two_way|none|1.5|parking|alternating"
    assert found.cost_eur == pytest.approx(100 * (1500 / 16.5 + 30 + 40))
    assert found.bound_eur == pytest.approx(found.cost_eur, rel=1e-4)
    assert street["storage_m3"] == pytest.approx(12.0)


def test_nothing_asked_is_nothing_changed():
    found = answer_of(sections_of([10.0, 12.0]), SpaceTargets(footway_m=None))
    assert found.cost_eur == 0
    assert set(found.made["street_patterns"]["state"]) == {"kept"}
    assert found.feasible
    assert len(found.made["space_clashes"]) == 0


def test_every_way_tried_for_three_streets_costs_no_less():
    targets = SpaceTargets(street_parking_share=0.3, canopy_share=0.03, storage_mm=3.0)
    sections = sections_of([8.5, 9.0, 9.5], length_m=[80.0, 100.0, 60.0])
    offered, asked = prepared(sections, targets)
    best = chosen(offered, asked, asked.active, COST, Limits(gap_share=0.0))
    columns = [np.flatnonzero((offered.group == group) & ~offered.breaks.any(axis=1)) for group in offered.members]

    def total(per_metre):
        one, two, three = (per_metre[column] * length for column, length in zip(columns, offered.length_m, strict=True))
        return one[:, None, None] + two[None, :, None] + three[None, None, :]

    kept = np.ones([len(column) for column in columns], dtype=bool)
    for place in np.flatnonzero(asked.need):
        kept &= total(offered.amount[:, place]) >= asked.need[place] - 1e-9
    cheapest = total(offered.cost_eur)[kept].min()
    assert best.value * 1e3 == pytest.approx(cheapest, rel=1e-6)
    assert best.bound <= best.value + 1e-9
    assert best.gap_share < 1e-6


def test_the_same_question_has_the_same_answer():
    sections, targets = (
        sections_of([9, 10, 11, 12, 13, 14.2, 15.9] * 3),
        SpaceTargets(parking_share=0.8, canopy_share=0.1, hub_bays=50),
    )
    one, other = (answer_of(sections, targets) for _ in range(2))
    for name, frame in one.made.items():
        pd.testing.assert_frame_equal(frame, other.made[name])
    turned = answer_of(sections.iloc[::-1], targets)
    assert turned.cost_eur == pytest.approx(one.cost_eur, rel=2e-3)


def test_what_is_reached_adds_up_over_the_streets():
    targets = SpaceTargets(parking_share=0.9, canopy_share=0.1, storage_mm=10, hub_bays=100, shared_cars=3)
    sections = sections_of([9, 10.5, 12, 13, 14.2, 15.9] * 4)
    found = answer_of(sections, targets)
    streets, reached = found.made["street_patterns"], found.made["space_targets"]["reached"]
    area = (np.floor(sections["width_m"] * 2) / 2 * sections["length_m"]).sum()
    bays = streets["bays"].sum() + found.alternatives["hub_bays"] + 4 * found.alternatives["shared_cars"]
    assert reached["canopy"] == pytest.approx(streets["canopy_m2"].sum() / area)
    assert reached["storage"] == pytest.approx(streets["storage_m3"].sum() / area * 1e3)
    assert reached["parking"] == pytest.approx(bays / streets["bays_now"].sum())
    extra = 18_000 * found.alternatives["hub_bays"] + 4_000 * found.alternatives["shared_cars"]
    assert found.cost_eur == pytest.approx(streets["cost_eur"].sum() + extra)
    assert (streets["sealed_m2"] + streets["depaved_m2"]).sum() == pytest.approx(area)
    assert found.made["space_targets"]["met"].all()
    assert (reached >= found.made["space_targets"]["asked"] - 1e-6).all()


def test_a_shared_car_is_dearer_than_nothing_and_cheaper_than_a_built_bay():
    sections = sections_of([9, 10.5, 12, 13, 14.2, 15.9] * 2)
    asked = {"parking_share": 0.95, "canopy_share": 0.15, "keep_directions": True}
    costs = [answer_of(sections, SpaceTargets(**asked, hub_bays=500, shared_cars=cars)).cost_eur for cars in (0, 5, 20)]
    assert costs[0] > costs[1] > costs[2]


def test_more_green_leaves_fewer_bays():
    curve = answer_of(sections_of([10, 11, 12, 13, 14.2, 15.9] * 4), SpaceTargets()).made["space_pareto"].dropna()
    assert len(curve) >= 4
    for name, slack in (("canopy_share", "canopy_gap_share"), ("storage_mm", "storage_gap_share")):
        upper = curve[name] * (1 + curve[slack])
        assert (upper.to_numpy()[1:] >= curve[name].to_numpy()[:-1] - 1e-9).all()
    assert curve.index[-1] == "parking 0%"


def test_a_frozen_street_stays_as_frozen():
    sections = sections_of([12.0, 12.0])
    name = "12.0|local|two_way|none|1.5|trees|trees"
    found = answer_of(sections, SpaceTargets(frozen={"s1": name}))
    assert found.made["street_patterns"].loc["s1", ["pattern_then", "state"]].tolist() == [name, "frozen"]
    with pytest.raises(DataError, match=r"s1 is frozen to 12.0.local.two_way.none.9.trees.trees.*did you mean"):
        answer_of(sections, SpaceTargets(frozen={"s1": "12.0|local|two_way|none|9|trees|trees"}))


def test_heat_finds_its_corridor_or_is_said_to_have_none():
    sections = sections_of([5.0, 7.0, 12.0])
    dn = pd.Series([100.0, 100.0, 300.0], index=sections.index)
    found = answer_of(sections, SpaceTargets(), heat_dn_mm=dn)
    streets = found.made["street_patterns"]
    assert streets["heat_corridor"].tolist() == ["none", "free", "free"]
    assert (streets["free_dn_mm"] <= streets["bundled_dn_mm"]).all()
    assert streets.loc["s2", "free_dn_mm"] == 400
    assert streets.loc["s0", "bundled_dn_mm"] == 0
    clash = found.made["space_clashes"]
    assert clash["demand"].tolist() == ["heat_corridor"]
    assert clash["within"].iloc[0] == pytest.approx(200 / 300)
    assert not found.feasible
    assert not found.made["space_targets"].loc["heat_corridor", "met"]


def test_bundling_is_paid_where_it_is_needed():
    """A pair of DN400 takes 2.0 m: beside cables 2 x 0.75, water 0.75, gas 0.5 and sewers 2 x 1.25 it needs 7.25 m and, from the water, a metre more unless pipes lie between."""
    sections = sections_of([7.0, 7.5], ring=False)
    dn = pd.Series(400.0, index=sections.index)
    wished = answer_of(sections, SpaceTargets(footway_m=None), heat_dn_mm=dn).made["street_patterns"]
    assert wished["heat_corridor"].tolist() == ["bundled", "free"]
    assert wished["bundle_eur"].tolist() == pytest.approx([250 * 100, 0])
    assert wished["free_dn_mm"].tolist() == [200, 400]
    assert wished.loc["s0", "occupancy_share"] == pytest.approx((1.0 + 0.75 + 1.75 + 0.5 + 2.0) / 7)
    assert (answer_of(sections, SpaceTargets(footway_m=None)).made["street_patterns"]["bundle_eur"] == 0).all()


def test_room_for_heat_is_known_before_anything_is_chosen():
    sections = sections_of([5.0, 7.0, 12.0, 3.0])
    found = heat_corridors(sections, parameters=PARAMETERS, day=DAY)
    assert found["free_dn_mm"].to_dict() == {"s0": 0, "s1": 200, "s2": 400, "s3": 0}
    assert found["bundled_dn_mm"].to_dict() == {"s0": 0, "s1": 400, "s2": 400, "s3": 0}
    assert found["bundle_eur_per_m"].tolist() == [0, 250, 0, 0]
    without = heat_corridors(sections, gas=pd.Series(False, index=sections.index), parameters=PARAMETERS, day=DAY)
    assert (without["free_dn_mm"] >= found["free_dn_mm"]).all()
    # too narrow for any cross-section: judged by its bare width; a path is no street, of which nothing is known
    assert heat_corridors(sections.iloc[3:], parameters=PARAMETERS, day=DAY)["bundled_dn_mm"].tolist() == [0]
    assert heat_corridors(sections.assign(road_class="path"), parameters=PARAMETERS, day=DAY).empty


def test_a_street_that_may_be_narrower_is_said():
    sections = sections_of([12.0, 12.0]).assign(width_low_m=[9.0, 12.0])
    said = answer_of(sections, SpaceTargets(canopy_share=0.1)).remarks
    assert any(row["text_en"].startswith("1 of 2 street sections get a cross-section wider") for row in said)


def test_paths_and_motorways_get_no_pattern():
    sections = sections_of([3.0, 12.0, 12.0, 4.0], road=["footway", "motorway", "residential", "residential"])
    found = answer_of(sections, SpaceTargets())
    assert found.made["street_patterns"]["state"].tolist()[:2] == ["not_planned", "not_planned"]
    assert found.made["street_patterns"].loc["s3", "state"] == "not_planned"
    assert found.area_m2 == 1200
    none = answer_of(sections.iloc[:2], SpaceTargets(canopy_share=0.3))
    assert none.cost_eur == 0
    assert set(none.made) == set(found.made)


# ---------------------------------------------------------------------------------------------------------------------- clashes


def test_cycle_paths_and_all_parking_clash_and_both_are_named():
    sections = sections_of([13.0] * 4 + [11.0] * 6, road=["tertiary"] * 4 + ["residential"] * 6)
    targets = SpaceTargets(street_parking_share=1.0, canopy_share=0.0, footway_m=None, keep_directions=True)
    found = answer_of(sections, targets)
    assert not found.feasible
    clash = found.made["space_clashes"].set_index("demand")
    assert set(clash.index) == {"street_parking", "cycle"}
    assert 0 < clash.loc["street_parking", "within"] < 1
    assert 0 <= clash.loc["cycle", "within"] < 1
    assert any("Fietspad" in row["text"] and row["level"] == "warning" for row in found.remarks)
    without = answer_of(
        sections, SpaceTargets(street_parking_share=1.0, cycle=frozenset(), footway_m=None, keep_directions=True)
    )
    assert without.feasible
    assert len(without.made["space_clashes"]) == 0


@pytest.mark.parametrize(
    "targets",
    [
        SpaceTargets(street_parking_share=1.0, canopy_share=0.3),
        SpaceTargets(parking_share=0.9, canopy_share=0.2, storage_mm=30.0, hub_bays=5),
        SpaceTargets(street_parking_share=0.9, loading_bays=30.0, depaved_m2=2000.0),
    ],
)
def test_a_clash_is_irreducible_and_giving_way_ends_it(targets):
    sections = sections_of([9, 10, 11.5, 12, 13.2, 14, 11, 10.5])
    offered, asked = prepared(sections, targets)
    limits = Limits(gap_share=1e-3, nodes=2_000)
    found = clashes(offered, asked, strict_duties(targets), limits)
    assert found
    for clash in found:
        assert not possible(offered, asked, clash.members, limits)
        for name in clash.members:
            rest = tuple(one for one in clash.members if one != name)
            assert possible(offered, asked, rest, limits)
            assert clash.within[name] < asked.asked.get(name, 1.0) + 1e-9
    nearest = answer_of(sections, targets)
    assert not nearest.feasible
    assert not nearest.made["space_targets"]["met"].all()
    assert np.isnan(nearest.gap_share)


# ---------------------------------------------------------------------------------------------------------------- indicators


def test_indicators_and_pact_by_hand():
    sections = sections_of([12.0])
    name = "12.0|local|two_way|none|1.5|trees|trees"
    found = answer_of(sections, SpaceTargets(frozen={"s0": name}))
    rows = space_indicators(found, sections, inhabitants=50, dwellings=20, parameters=PARAMETERS, day=DAY)
    assert list(rows.columns) == tables.INDICATORS.column_names
    value = rows["value"]
    assert value["trees_extra"] == pytest.approx(25)
    assert value["trees_per_inhabitant"] == pytest.approx(0.5)
    assert value["canopy_share"] == pytest.approx(25 * 28 / 1200)
    assert value["storage_mm"] == pytest.approx(48 / 1.2)
    assert value["depaved_m2"] == pytest.approx(360)
    assert value["sealed_then_share"] == pytest.approx(0.7)
    assert value["runoff_then_share"] == pytest.approx(0.7 * 0.85 + 0.3 * 0.15)
    assert value["street_bays_now"] == pytest.approx(2 * 100 * 0.8 / 5.5)
    assert value["bays_per_dwelling"] == 0
    assert set(rows["group"]) == {"space", "water", "heat_stress", "mobility"}
    pact = lekp_goals(found, inhabitants=50, parameters=PARAMETERS, day=DAY)
    assert pact.loc["trees", ["target", "delta", "target_share"]].tolist() == pytest.approx([50, 25, 0.5])
    assert pact.loc["hedge", "target"] == 25
    assert pact.loc["shared_cars", "target"] == pytest.approx(0.1)


def test_the_pact_has_versions():
    charging = [PARAMETERS.at("lekp.charging_points_per_inhabitant", one) for one in (date(2022, 1, 1), DAY)]
    assert charging == [0.01, 0.015]
    with pytest.raises(ParameterError, match=r"lekp.shared_cars_per_inhabitant has no value"):
        PARAMETERS.at("lekp.shared_cars_per_inhabitant", date(2022, 1, 1))


# ------------------------------------------------------------------------------------------------------------------- refusals


def test_widths_and_sections_are_checked_all_at_once():
    sections = sections_of([12.0, 12.0]).assign(width_m=[-3.0, 12.0])
    with pytest.raises(DataError) as refused:
        answer_of(
            sections,
            SpaceTargets(frozen={"s9": "x"}, canopy_share=2.0),
            heat_dn_mm=pd.Series({"s7": 100.0, "s1": 900.0}),
        )
    message = str(refused.value)
    for part in (
        "width_m: 1 sections hold -3 m (s0)",
        "frozen names 1 sections",
        "heat_dn_mm names 1 sections",
        "wider than DN400 (s1)",
        "canopy_share = 2",
    ):
        assert part in message


@pytest.mark.parametrize(("key", "metres"), [("heat_water_m", 60.0), ("tree_clearance_m", 30.0)])
def test_a_clearance_that_no_street_keeps_is_named(key, metres):
    figures = PARAMETERS.changed(f"street_space.{key}", since=date(2020, 1, 1), value=metres)
    sections = sections_of([12.0])
    with pytest.raises(DataError, match=f"street_space.{key} = {metres:g} m"):
        answer_of(sections, SpaceTargets(), parameters=figures, heat_dn_mm=pd.Series({"s0": 100.0}))


def test_figures_below_zero_are_refused():
    figures = PARAMETERS.changed("street_space.garden_m", since=date(2020, 1, 1), value=-0.4)
    with pytest.raises(ParameterError, match=r"street_space.garden_m \(all\) is -0.4"):
        space_rules(figures, DAY)
