"""Streets as a graph: junctions, gaps, bridges, widths and where buildings leave the street."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiLineString, Point, box

import krekelwijk
from koppelkans import tables
from koppelkans.parameters import read_parameters
from koppelkans.place.check import place_check
from koppelkans.place.graph import street_graph
from koppelkans.place.graph_lines import connected_parts
from koppelkans.place.impute_stock import AS_OF
from koppelkans.place.read import read_place
from koppelkans.place.streets import street_table

CRS = "EPSG:31370"
PARAMETERS = read_parameters()


def streets(lines, **columns):
    """Street table: ``lines`` by key; columns as lists or single values."""
    given = {
        "street": "Krekelstraat",
        "road_class": "residential",
        "surface": None,
        "width_m": np.nan,
        "structure": None,
    } | columns
    shapes = [line if not isinstance(line, list) else LineString(line) for line in lines.values()]
    frame = gpd.GeoDataFrame(
        given | {"length_m": [shape.length for shape in shapes]}, geometry=shapes, index=pd.Index(list(lines), name="section", dtype="str"), crs=CRS,
    )  # fmt: skip
    text = dict.fromkeys(("street", "road_class", "surface", "structure"), "str")
    return frame.astype(text)[[*tables.STREETS.column_names, "geometry"]]


def houses(shapes, street="Krekelstraat", heated=True):
    index = pd.Index([f"h{number}" for number in range(1, len(shapes) + 1)], name="building", dtype="str")
    frame = gpd.GeoDataFrame({"street": street, "heated": heated}, geometry=shapes, index=index, crs=CRS)
    return frame.astype({"street": "str", "heated": "bool"})


def graph(given, buildings=None):
    sections, attachments, remarks = street_graph(
        given, houses([Point(0, 1)]) if buildings is None else buildings, parameters=PARAMETERS
    )
    tables.check(tables.SECTIONS, sections)
    tables.check(tables.ATTACHMENTS, attachments)
    tables.check(tables.REMARKS, tables.remarks(remarks))
    return sections, attachments, " ".join(row["text_en"] for row in remarks)


def degrees(sections):
    return pd.concat([sections["from_node"], sections["to_node"]]).value_counts()


def edges(sections):
    """Sections as pairs of nodes with their length, whatever their key and direction."""
    pairs = sections[["from_node", "to_node"]].to_numpy()
    return sorted((*sorted(pair), round(length, 1)) for pair, length in zip(pairs, sections["length_m"], strict=True))


# --------------------------------------------------------------------------------------------------------------- junctions


def test_a_cross_with_a_shared_vertex_has_four_arms():
    sections, _, said = graph(
        streets({"a": [(0, 0), (50, 0), (100, 0)], "b": [(50, -40), (50, 0), (50, 40)]}, street=["A", "B"])
    )
    assert list(sections.index) == ["a-1", "a-2", "b-1", "b-2"]
    assert list(sections["length_m"]) == [50.0, 50.0, 40.0, 40.0]
    assert degrees(sections)["50.00_0.00"] == 4
    assert "without a shared point" not in said


@pytest.mark.parametrize("end_y", [0.0, 0.3, -0.3], ids=["on the line", "just short", "just over"])
def test_a_side_street_that_ends_about_on_a_street_meets_it(end_y):
    sections, _, said = graph(streets({"a": [(0, 0), (100, 0)], "b": [(40, 60), (40, end_y)]}, street=["A", "B"]))
    assert len(sections) == 3
    assert sorted(degrees(sections)) == [1, 1, 1, 3]
    assert sections["length_m"].sum() == pytest.approx(160, abs=0.5)
    assert "joined" not in said


def test_ends_that_nearly_meet_become_one_point():
    sections, _, _ = graph(
        streets(
            {"a": [(0, 0), (50, 0)], "b": [(50.3, 0.2), (100, 0)], "c": [(50, 0.4), (50, 30)]}, street=["A", "B", "C"]
        )
    )
    assert sorted(degrees(sections)) == [1, 1, 1, 3]


def test_a_small_gap_is_bridged_and_said():
    sections, _, said = graph(streets({"a": [(0, 0), (100, 0)], "b": [(40, 60), (40, 2.5)]}, street=["A", "B"]))
    assert sections["length_m"].sum() == pytest.approx(160)
    assert set(sections["component"]) == {"n1"}
    assert "1 loose street ends were joined to a street at most 3 m away" in said


def test_two_loose_ends_that_face_each_other_are_joined_once():
    sections, _, said = graph(streets({"a": [(0, 0), (50, 0)], "b": [(52, 0), (100, 0)]}))
    assert edges(sections) == [("0.00_0.00", "100.00_0.00", 100.0)]
    assert "1 loose street ends" in said


def test_a_larger_gap_stays_open_and_the_parts_are_told():
    sections, _, said = graph(streets({"a": [(0, 0), (100, 0)], "b": [(40, 60), (40, 5)]}, street=["A", "B"]))
    assert list(sections["component"]) == ["n1", "n2"]
    assert "form 2 separate networks; the largest has 64.5% of the length" in said


def test_a_short_stub_is_not_bent_back_to_its_own_street():
    sections, _, said = graph(streets({"a": [(0, 0), (100, 0)], "b": [(40, 0), (40, 2.5)]}, street=["A", "B"]))
    assert sections["length_m"].sum() == pytest.approx(102.5)
    assert "joined" not in said


# ------------------------------------------------------------------------------------------------------ crossings and bridges

CROSSED = {"a": [(0, 0), (100, 0)], "b": [(50, -40), (50, 40)]}


def test_a_crossing_without_shared_point_is_a_junction_with_a_remark():
    sections, _, said = graph(streets(CROSSED, street=["A", "B"]))
    assert len(sections) == 4
    assert "1 crossings without a shared point count as junctions: the streets do not say where bridges" in said


@pytest.mark.parametrize("structure", ["bridge", "tunnel"])
def test_a_bridge_or_tunnel_crosses_without_meeting(structure):
    sections, _, said = graph(streets(CROSSED, street=["A", "B"], structure=[None, structure]))
    assert list(sections.index) == ["a-1", "b-1"]
    assert "without a shared point" not in said
    assert "1 street lines are a bridge or a tunnel" in said


def test_a_bridge_meets_the_road_at_its_ends():
    lines = {
        "a": [(0, 0), (100, 0)],
        "b1": [(50, -40), (50, -10)],
        "b2": [(50, -10), (50, 10)],
        "b3": [(50, 10), (50, 40)],
    }
    sections, _, _ = graph(streets(lines, street=["A", "B", "B", "B"], structure=[None, None, "bridge", None]))
    assert len(sections) == 4
    assert sections["component"].value_counts().to_dict() == {"n1": 1, "n2": 3}


def test_tags_of_openstreetmap_tell_bridges_and_tunnels():
    raw = gpd.GeoDataFrame(
        {"bridge": ["yes", "no", None, None, None, None], "tunnel": [None, None, "yes", "building_passage", None, None], "layer": [None, "0", "-1", "-1", "1", None]},
        geometry=[LineString([(0, n), (9, n)]) for n in range(6)], index=list("abcdef"), crs=CRS,
    )  # fmt: skip
    found, _ = street_table(raw, None)
    # a passage through a building lies on the ground, whatever its layer
    assert list(found["structure"].fillna("-")) == ["bridge", "-", "tunnel", "-", "bridge", "-"]


# ---------------------------------------------------------------------------------------------------------- lines as they come


def test_lines_that_lie_double_count_once_and_the_named_one_stays():
    lines = {"a": [(0, 0), (60, 0)], "b": [(60, 0), (30, 0), (0, 0)], "c": [(60, 0), (90, 20)]}
    sections, _, said = graph(streets(lines, street=[None, "B", "C"]))
    assert list(sections["street"]) == ["B", "C"]
    assert "2 pieces that lie double" in said
    assert "without a shared point" not in said


def test_lines_that_overlap_in_part_are_cut_where_the_overlap_ends():
    sections, _, _ = graph(
        streets({"a": [(0, 0), (20, 0), (60, 0), (80, 0)], "b": [(20, 0), (60, 0), (60, 50)]}, street=["A", "B"])
    )
    assert sections["length_m"].sum() == pytest.approx(130)


def test_lines_without_length_fall_away():
    sections, _, said = graph(streets({"a": [(0, 0), (60, 0)], "b": [(5, 5), (5, 5)], "c": [(60, 0), (60.2, 0.1)]}))
    assert len(sections) == 1
    assert "2 pieces shorter than 0.5 m" in said


def test_a_line_of_several_parts_is_taken_apart():
    sections, _, _ = graph(streets({"a": MultiLineString([[(0, 0), (50, 0)], [(80, 0), (120, 0)]])}))
    assert list(sections.index) == ["a-1", "a-2"]


def test_one_street_in_one_class_is_one_section():
    lines = {"a": [(0, 0), (50, 0)], "b": [(90, 30), (50, 0)], "c": [(90, 30), (90, 80)]}
    joined, _, _ = graph(
        streets(
            lines,
            street=["Sint-Jozefsstraat", "Sint Jozefsstraat", "SINT-JOZEFSSTRAAT"],
            surface=[None, "asphalt", "paving"],
        )
    )
    assert list(joined.index) == ["a-1"]
    assert joined["geometry"].iloc[0].equals_exact(LineString([(0, 0), (50, 0), (90, 30), (90, 80)]), 0)
    assert list(joined["surface"]) == ["asphalt"]  # of 50 m each: the first in order of key
    other_name, _, _ = graph(streets(lines, street=["A", "A", "B"]))
    assert list(other_name.index) == ["a-1", "c-1"]
    other_class, _, _ = graph(streets(lines, road_class=["residential", "tertiary", "tertiary"]))
    assert list(other_class.index) == ["a-1", "b-1"]


def test_sections_are_numbered_along_the_line():
    lines = {"w1": [(100, 0), (0, 0)], "w2": [(30, 0), (30, 20)], "w3": [(70, 0), (70, 20)]}
    sections, _, _ = graph(streets(lines, street=["A", "B", "C"]))
    assert list(sections.index) == ["w1-1", "w1-2", "w1-3", "w2-1", "w3-1"]
    assert list(sections["from_node"])[:3] == ["100.00_0.00", "70.00_0.00", "30.00_0.00"]


def test_a_cul_de_sac_with_a_turning_circle_has_no_section_that_returns_to_itself():
    circle = [(50 + 10 - 10 * np.cos(angle), 10 * np.sin(angle)) for angle in np.linspace(0, 2 * np.pi, 17)]
    for lines in ({"a": [(0, 0), (50, 0)], "b": circle}, {"a": [(0, 0), *circle]}):
        sections, _, _ = graph(streets(lines))
        assert (sections["from_node"] != sections["to_node"]).all()
        assert len(sections) == 3
        assert sections["length_m"].sum() == pytest.approx(50 + LineString(circle).length, abs=0.1)


def test_a_ring_on_its_own_is_cut_in_two():
    sections, _, _ = graph(streets({"a": [(0, 0), (50, 0), (50, 50), (0, 50), (0, 0)]}))
    assert len(sections) == 2
    assert sections["length_m"].sum() == pytest.approx(200)
    assert sorted(degrees(sections)) == [2, 2]


# ---------------------------------------------------------------------------------------------------------------- road classes


def test_no_pipe_in_a_motorway_track_path_or_steps():
    kinds = ["residential", "motorway", "track", "path", "steps", "construction", "autosnelweg", "Aardeweg"]
    lines = {f"w{n}": [(0, 20 * n), (100, 20 * n)] for n in range(len(kinds))}
    sections, _, said = graph(streets(lines, street=[f"S{n}" for n in range(len(kinds))], road_class=kinds))
    assert list(sections["trench"]) == [True, *[False] * 7]
    assert list(sections["component"].fillna("-")) == ["n1", *["-"] * 7]
    assert "No heat pipe in 88% of the road length" in said
    assert "motorway 0.1 km" in said


def test_a_pipe_may_cross_a_trunk_road_but_not_follow_it():
    lines = {"a": [(0, 0), (100, 0)], "b": [(50, -40), (50, 40)]}
    sections, _, _ = graph(streets(lines, street=["A", "B"], road_class=["trunk", "residential"]))
    assert sections.groupby("street")["trench"].all().to_dict() == {"A": False, "B": True}
    assert set(sections.loc[sections["trench"], "component"]) == {"n1"}


def test_unknown_and_missing_classes_are_allowed_and_said():
    lines = {"a": [(0, 0), (50, 0)], "b": [(0, 20), (50, 20)]}
    sections, _, said = graph(streets(lines, street=["A", "B"], road_class=["woonerf XL", None]))
    assert sections["trench"].all()
    assert "1 street lines have an unknown road class (woonerf XL)" in said
    assert "1 street lines (50%) have no road class" in said


def test_without_a_street_for_pipes_nothing_is_attached():
    sections, attachments, said = graph(streets({"a": [(0, 0), (50, 0)]}, road_class="track"))
    assert len(sections) == 1
    assert attachments.empty
    assert "No street may hold a heat pipe" in said
    nothing, attachments, said = graph(streets({"a": [(0, 0), (50, 0)]}).iloc[:0])
    assert nothing.empty
    assert attachments.empty
    assert "No street may hold a heat pipe" in said


# ---------------------------------------------------------------------------------------------------------------------- widths


def row_of(depth_from, depth_to, step=8.0, wide=8.0, end=100.0):
    return [box(x, min(depth_from, depth_to), x + wide, max(depth_from, depth_to)) for x in np.arange(0.0, end, step)]


STRAIGHT = {"a": [(0, 0), (100, 0)]}


def width(buildings, **columns):
    sections, _, said = graph(streets(STRAIGHT, **columns), houses(buildings))
    found = sections.iloc[0]
    return found["width_low_m"], found["width_m"], found["width_high_m"], found["width_from"], said


def test_width_runs_from_facade_to_facade():
    low, value, high, origin, said = width([*row_of(5, 14), *row_of(-4, -14)])
    assert (low, value, high) == pytest.approx((9, 9, 9))
    assert origin == "derived"
    assert "100% of the length measured from facade to facade" in said


def test_the_nearest_quarter_of_the_facades_decides():
    # every other house stands three metres back on one side
    back = [box(x, 5 + 3 * (n % 2), x + 8, 15) for n, x in enumerate(np.arange(0.0, 100.0, 8.0))]
    low, value, high, _, _ = width([*back, *row_of(-4, -14)])
    assert low == pytest.approx(9)
    assert value == pytest.approx(9)
    assert 9 < high <= 12


def test_front_gardens_give_way_to_the_class_of_the_road():
    low, value, high, origin, said = width([*row_of(14, 24), *row_of(-12, -24)])
    usual = PARAMETERS.value("streets.width_m", AS_OF, "local")
    assert (low, value, high) == (usual.low, usual.value, usual.high)
    assert origin == "typology"
    assert "front gardens lie between" in said


def test_one_side_of_houses_or_points_tell_no_width():
    assert width(row_of(5, 14))[3] == "typology"
    assert width([Point(x, y) for x in range(5, 100, 10) for y in (-5, 5)])[3] == "typology"


def test_a_width_of_the_source_counts_where_facades_tell_nothing_or_less():
    low, value, high, origin, _ = width([], width_m=4.5)
    assert (low, value, origin) == (4.5, 4.5, "register")
    assert high == PARAMETERS.value("streets.width_m", AS_OF, "local").high
    assert width([*row_of(5, 14), *row_of(-4, -14)], width_m=4.5)[1:4] == (9.0, 9.0, "derived")
    assert width([*row_of(5, 14), *row_of(-4, -14)], width_m=12.0)[1:4] == (12.0, 12.0, "register")


# ----------------------------------------------------------------------------------------------------------------- attachments

TWO = streets({"a": [(0, 0), (100, 0)], "b": [(0, 40), (100, 40)]}, street=["Krekelstraat", "Haneweg"])


def test_a_house_leaves_from_its_own_street_though_another_is_nearer():
    _, attachments, _ = graph(TWO, houses([box(20, 25, 30, 35)]))
    found = attachments.loc["h1"]
    assert (found["section"], found["found_by"]) == ("a-1", "street_name")
    assert found["service_m"] == pytest.approx(25)
    assert 20 <= found["along_m"] <= 30
    assert (found["x_m"], found["y_m"]) == (pytest.approx(found["along_m"]), 0.0)


def test_spelling_does_not_part_a_house_from_its_street():
    _, attachments, _ = graph(TWO, houses([box(20, 25, 30, 35)], street="KREKEL-STRAAT"))
    assert attachments.loc["h1", "found_by"] == "street_name"


def test_without_its_street_within_reach_a_house_leaves_from_the_nearest():
    far = houses([box(20, 70, 30, 80), box(20, 145, 30, 155)], street=["Elders", "Krekelstraat"])
    _, attachments, said = graph(TWO, far)
    assert list(attachments.index) == ["h1"]
    assert attachments.loc["h1", ["section", "found_by", "service_m"]].to_list() == ["b-1", "distance", 30.0]
    assert "1 of 2 heated buildings (50.0%) lie further than 60 m" in said


def test_buildings_without_heating_and_roads_without_pipe_are_left_alone():
    given = streets(
        {"a": [(0, 0), (100, 0)], "b": [(0, 30), (100, 30)]},
        street=["Krekelstraat", "Bosweg"],
        road_class=["residential", "track"],
    )
    _, attachments, said = graph(
        given,
        houses(
            [box(20, 20, 30, 28), box(40, 5, 45, 9), box(20, 95, 30, 99)], street="Bosweg", heated=[True, False, True]
        ),
    )
    assert attachments["section"].to_dict() == {"h1": "a-1"}
    assert attachments.loc["h1", "found_by"] == "distance"
    assert "1 of them are addressed on a road of an excluded class" in said


def test_the_service_pipe_has_a_least_length():
    _, attachments, _ = graph(TWO, houses([box(20, -1, 30, 9), Point(50, 2), Point(70, 17)]))
    assert list(attachments["service_m"]) == [3.0, 3.0, 17.0]


def test_of_two_sections_at_one_junction_the_first_key_is_taken():
    lines = {"b": [(50, 0), (100, 0)], "a": [(0, 0), (50, 0)], "c": [(50, 0), (50, -30)]}
    _, attachments, _ = graph(streets(lines), houses([Point(50, 12)]))
    assert attachments.loc["h1", "section"] == "a-1"


# ------------------------------------------------------------------------------------------------------------------ properties

VILLAGE = streets(
    {
        "s1": [(0, 0), (100, 0), (200, 10)], "s2": [(200, 10), (300, 10)], "s3": [(100, 60), (100, -50)], "s4": [(240, 80), (240, 12.2)],
        "s5": [(300, 10), (330, 40), (300, 70), (270, 40), (300, 10)], "s6": [(100.2, 60.1), (180, 90)], "s7": [(180, 90), (240, 80)],
        "s8": [(180, 90), (100, 60)], "s9": [(20, 40), (60, 40)],
    },
    street=["A", "A", "B", "C", "Plein", "D", "D", None, "E"],
    road_class=["residential"] * 7 + ["track", "residential"],
)  # fmt: skip
DWELLINGS = houses([box(x, y, x + 8, y + 9) for x in range(5, 320, 15) for y in (-20, 18)], street="A")


@settings(max_examples=8, deadline=None)
@given(order=st.permutations(range(len(VILLAGE))), seed=st.integers(0, 99))
def test_the_order_of_the_rows_changes_nothing(order, seed):
    sections, attachments, said = graph(VILLAGE, DWELLINGS)
    mixed = np.random.default_rng(seed).permutation(len(DWELLINGS))
    again, attached_again, said_again = graph(VILLAGE.iloc[list(order)], DWELLINGS.iloc[mixed])
    pd.testing.assert_frame_equal(pd.DataFrame(sections), pd.DataFrame(again))
    pd.testing.assert_frame_equal(attachments, attached_again.loc[attachments.index])
    assert said == said_again


@settings(max_examples=8, deadline=None)
@given(order=st.permutations(range(len(VILLAGE))))
def test_other_keys_give_the_same_graph(order):
    relabelled = VILLAGE.set_axis(pd.Index([f"s{number + 1}" for number in order], name="section", dtype="str"))
    assert edges(graph(relabelled, DWELLINGS)[0]) == edges(graph(VILLAGE, DWELLINGS)[0])


POINTS = st.tuples(st.integers(0, 6), st.integers(0, 6))


@settings(max_examples=25, deadline=None)
@given(
    lines=st.lists(
        st.tuples(POINTS, st.sampled_from([(1, 0), (0, 1), (1, 1), (1, -1)]), st.integers(1, 5)), min_size=1, max_size=7
    )
)
def test_nothing_of_the_streets_gets_lost_and_sections_meet_only_in_nodes(lines):
    # coordinates of ten metres, level, upright and slanting: every crossing lies at whole fives, none nearly meet
    drawn = [[(10 * x, 10 * y), (10 * (x + dx * size), 10 * (y + dy * size))] for (x, y), (dx, dy), size in lines]
    named = [f"S{number}" for number in range(len(drawn))]
    sections, _, _ = graph(streets(dict(zip(named, drawn, strict=True)), street=named))
    shapes = sections.geometry.to_numpy()
    assert sections["length_m"].sum() == pytest.approx(shapely.union_all([LineString(line) for line in drawn]).length)
    crossing = shapely.STRtree(shapes).query(shapes, predicate="crosses")
    assert not crossing.size, "sections cross away from their ends"
    overlap = shapely.length(shapely.intersection(shapes[:, None], shapes[None, :]))
    assert overlap.sum() == pytest.approx(shapely.length(shapes).sum())
    assert (sections["from_node"] != sections["to_node"]).all()
    ends = pd.concat([sections.set_index(side)["street"] for side in ("from_node", "to_node")])
    through = ends[ends.index.isin(degrees(sections)[lambda count: count == 2].index)]
    assert through.groupby(level=0).nunique().eq(2).all(), "a node that is no junction"


@settings(max_examples=30, deadline=None)
@given(pairs=st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=30))
def test_connected_parts_are_named_after_their_smallest_member(pairs):
    one, other = (np.array([pair[side] for pair in pairs], dtype=np.intp) for side in (0, 1))
    wanted = list(range(20))
    for _ in range(20):
        for a, b in pairs:
            wanted[a] = wanted[b] = min(wanted[a], wanted[b])
    assert list(connected_parts(one, other, 20)) == wanted


# ------------------------------------------------------------------------------------------------------------------ real places


@pytest.fixture(scope="module")
def places():
    return {name: read_place(name) for name in ("wechelderzande", "brugge_sint_jozef", "krems_old_town_at")}


def largest_share(sections):
    """Share of the length in the largest connected part, whatever may lie in it."""
    nodes, place = np.unique(sections[["from_node", "to_node"]].to_numpy().astype(str), return_inverse=True)
    start, stop = place.reshape(-1, 2).T
    length_m = sections["length_m"].groupby(connected_parts(start, stop, len(nodes))[start]).sum()
    return length_m.max() / length_m.sum()


def test_real_streets_keep_their_length_and_are_as_connected_as_they_were_drawn(places):
    # measured on the lines as drawn: shares of the length whose lines touch each other (Brugge: named streets only)
    drawn = {"wechelderzande": 0.991, "brugge_sint_jozef": 0.919, "krems_old_town_at": 0.999}
    for name, place in places.items():
        assert place.sections["length_m"].sum() == pytest.approx(place.streets["length_m"].sum(), rel=1e-3)
        assert largest_share(place.sections) == pytest.approx(drawn[name], abs=0.002), name
    routes = {name: place.sections[place.sections["trench"]] for name, place in places.items()}
    assert largest_share(routes["wechelderzande"]) == pytest.approx(0.985, abs=0.005)
    assert largest_share(routes["krems_old_town_at"]) == pytest.approx(0.981, abs=0.005)


def test_real_places_keep_their_contracts(places):
    for place in places.values():
        counts = place_check(place).counts
        assert counts["sections"] > counts["streets"] * 0.9
        assert place.sections.crs == place.streets.crs
        ends = shapely.get_coordinates(shapely.get_point(place.sections.geometry.to_numpy(), 0))
        told = place.sections["from_node"].str.split("_", expand=True).astype("float64").to_numpy()
        assert np.abs(ends - told).max() < 0.006


def test_real_buildings_leave_from_streets_nearby(places):
    shares = {"wechelderzande": (0.90, 0.93), "brugge_sint_jozef": (0.999, 1.0), "krems_old_town_at": (0.99, 1.0)}
    medians = {"wechelderzande": (5, 15), "brugge_sint_jozef": (15, 20), "krems_old_town_at": (5, 15)}
    for name, place in places.items():
        found, sections = place.attachments, place.sections
        heated = place.buildings.index[place.buildings["heated"]]
        assert found.index.isin(heated).all()
        assert shares[name][0] <= len(found) / len(heated) <= shares[name][1]
        assert medians[name][0] <= found["service_m"].median() <= medians[name][1]
        axis = sections.loc[found["section"]]
        assert axis["trench"].all()
        assert (found["along_m"].to_numpy() <= axis["length_m"].to_numpy() + 1e-6).all()
        branch = shapely.points(found[["x_m", "y_m"]].to_numpy())
        assert shapely.distance(branch, axis.geometry.to_numpy()).max() < 0.01
        away_m = shapely.distance(branch, place.buildings.geometry.loc[found.index].to_numpy())
        assert np.allclose(np.maximum(away_m, 3.0), found["service_m"])


def test_relation_lines_that_are_no_street_are_no_section(places):
    assert not places["brugge_sint_jozef"].sections["street"].eq("Brugge-Centrum").any()
    assert places["brugge_sint_jozef"].remarks["text_en"].str.contains("are no street").any()


def test_places_without_streets_have_no_graph():
    for name in ("genk_winterslag", "gent_muide_meulestede"):
        place = read_place(name)
        assert place.sections is None
        assert place.attachments is None


def test_krekelwijk_is_a_graph():
    place = krekelwijk.place()
    assert list(place.sections.index) == ["k-1", "k-2", "s-1", "v-1"]
    assert place.attachments["section"].value_counts().to_dict() == {"k-1": 6, "s-1": 3, "v-1": 2}
    assert (place.attachments["service_m"] == 5.0).all()
