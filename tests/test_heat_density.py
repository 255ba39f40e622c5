"""Heat per metre of street, with and without axes."""

from datetime import date
from math import cos, hypot, radians, sin

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis.strategies import floats
from shapely.geometry import LineString, Point

import krekelwijk
from koppelkans import tables
from koppelkans.heat import line_density
from koppelkans.parameters import read_parameters

DAY = date(2026, 11, 1)
FIGURES = read_parameters().changed("line_density.points_extra_m", since=date(2020, 1, 1), value=60.0)
CRS = "EPSG:31370"


def buildings_at(*rows):
    """Buildings from (key, street, x, y); all heated."""
    frame = pd.DataFrame(rows, columns=["building", "street", "x", "y"]).set_index("building")
    frame = frame.assign(heated=True, street=frame["street"].astype("str"))
    return gpd.GeoDataFrame(frame[["street", "heated"]], geometry=gpd.points_from_xy(frame["x"], frame["y"]), crs=CRS)


def streets_of(*rows):
    """Sections from (key, street, points)."""
    lines = [LineString(points) for _, _, points in rows]
    frame = {
        "street": pd.array([name for _, name, _ in rows], dtype="str"),
        "length_m": [line.length for line in lines],
    }
    return gpd.GeoDataFrame(frame, geometry=lines, crs=CRS, index=pd.Index([key for key, _, _ in rows], name="section"))


def density(buildings, streets, heat_kwh=12_000.0):
    demand = pd.DataFrame({"heat_kwh": heat_kwh}, index=buildings.index)
    frame, remarks = line_density(buildings, streets, demand, parameters=FIGURES, day=DAY)
    return tables.check(tables.LINE_DENSITY, frame), remarks


def text_of(remarks):
    return " ".join(row["text_en"] for row in remarks)


# ------------------------------------------------------------------------------------------------------------------ cases


def test_krekelwijk_by_hand():
    """Six houses of 12 MWh on 60 m: 1.2 MWh/m; the shed is not heated."""
    buildings = krekelwijk.buildings()
    frame, remarks = density(buildings, krekelwijk.streets())
    assert list(frame["buildings"]) == [6, 3, 2]
    assert list(frame["length_m"]) == pytest.approx([60.0, 50.0, 60.0])
    assert frame.at["Krekelstraat", "density_mwh_per_m"] == pytest.approx(1.2)
    assert list(frame["density_class"]) == ["1.0_to_1.5", "0.5_to_1.0", "below_0.5"]
    assert set(frame["length_from"]) == {"axis"}
    assert "never" not in text_of(remarks)
    assert "no trench length" in text_of(remarks)


def test_only_the_sections_that_serve_count():
    """Of a road of 900 m in three sections, the houses stand along the first."""
    streets = streets_of(
        ("a", "Lange weg", [(0, 0), (200, 0)]),
        ("b", "Lange weg", [(200, 0), (500, 0)]),
        ("c", "Lange weg", [(500, 0), (900, 0)]),
    )
    frame, _ = density(buildings_at(("1", "Lange weg", 50, 10), ("2", "Lange weg", 150, -10)), streets)
    assert frame.at["Lange weg", "length_m"] == pytest.approx(200.0)


def test_a_farm_far_from_its_road_adds_heat_and_no_length():
    streets = streets_of(("a", "Lange weg", [(0, 0), (200, 0)]), ("b", "Lange weg", [(200, 0), (500, 0)]))
    frame, _ = density(buildings_at(("1", "Lange weg", 50, 10), ("farm", "Lange weg", 400, 180)), streets)
    assert frame.at["Lange weg", "buildings"] == 2
    assert frame.at["Lange weg", "length_m"] == pytest.approx(200.0)


def test_spellings_of_a_name_agree():
    streets = streets_of(("a", "Sint-Jozéfstraat", [(0, 0), (100, 0)]))
    frame, _ = density(buildings_at(("1", "SINT JOZEFSTRAAT", 50, 10), ("2", "Sint-Jozefstraat", 70, 10)), streets)
    assert list(frame.index) == ["Sint-Jozéfstraat"]
    assert frame["buildings"].iloc[0] == 2


def test_houses_without_a_street_go_to_the_nearest_one_within_reach():
    streets = streets_of(
        ("a", "Noord", [(0, 100), (100, 100)]), ("b", "Zuid", [(0, 0), (100, 0)]), ("c", None, [(0, 40), (100, 40)])
    )
    frame, remarks = density(
        buildings_at(("1", None, 50, 30), ("2", "Onbekend", 50, 80), ("far", None, 50, 900)), streets
    )
    assert frame["buildings"].to_dict() == {"Noord": 1, "Zuid": 1}
    assert "1 heated buildings belong to no street" in text_of(remarks)


def test_without_axes_the_length_is_the_extent_of_the_points_and_a_margin():
    frame, remarks = density(
        buildings_at(("1", "Dreef", 0, 0), ("2", "Dreef", 31, 40.5), ("3", "Dreef", 60, 80), ("4", None, 5, 5)), None
    )
    assert frame.at["Dreef", "length_m"] == pytest.approx(100.0 + 60.0, abs=0.1)
    assert frame.at["Dreef", "length_from"] == "points"
    assert "estimated from the points" in text_of(remarks)
    assert "1 heated buildings belong to no street" in text_of(remarks)


def test_points_on_a_grid_are_recognised():
    rows = [(str(n), "Dreef", 150.0 + 100 * n, 250.0) for n in range(4)]
    frame, remarks = density(buildings_at(*rows), None)
    assert "grid of 100 m" in text_of(remarks)
    loose, _ = density(buildings_at(*[(key, street, x + 7 * int(key), y) for key, street, x, y in rows]), None)
    band = (frame["high_mwh_per_m"] / frame["density_mwh_per_m"]).iloc[0]
    assert band > (loose["high_mwh_per_m"] / loose["density_mwh_per_m"]).iloc[0]


def test_no_heated_building_gives_an_empty_table():
    buildings = krekelwijk.buildings().assign(heated=False)
    for streets in (krekelwijk.streets(), None):
        frame, _ = density(buildings, streets)
        assert frame.empty


# ------------------------------------------------------------------------------------------------------------- properties


@given(turn=floats(0, 180), length_m=floats(20, 800), east=floats(-5_000, 5_000))
@settings(max_examples=30, deadline=None)
def test_the_direction_of_a_street_does_not_matter(turn, length_m, east):
    step = (length_m * cos(radians(turn)), length_m * sin(radians(turn)))
    rows = [(str(n), "Dreef", east + n / 4 * step[0], n / 4 * step[1]) for n in range(5)]
    frame, _ = density(buildings_at(*rows), None)
    assert frame.at["Dreef", "length_m"] == pytest.approx(hypot(*step) + 60.0, abs=1e-3)


@given(heat_kwh=floats(100, 500_000))
@settings(max_examples=20, deadline=None)
def test_the_band_holds_the_figure_and_the_class_follows_it(heat_kwh):
    for streets in (krekelwijk.streets(), None):
        frame, _ = density(krekelwijk.buildings(), streets, heat_kwh)
        assert (frame["low_mwh_per_m"] < frame["density_mwh_per_m"]).all()
        assert (frame["density_mwh_per_m"] < frame["high_mwh_per_m"]).all()
        expected = pd.cut(
            frame["density_mwh_per_m"], [0, 0.5, 1.0, 1.5, float("inf")], right=False, labels=tables.DENSITY_CLASSES
        )
        assert list(frame["density_class"]) == list(expected)


def test_heat_is_neither_lost_nor_counted_twice():
    buildings = krekelwijk.buildings()
    frame, _ = density(buildings, krekelwijk.streets())
    assert frame["heat_mwh"].sum() == pytest.approx(12.0 * buildings["heated"].sum())


def test_moving_everything_changes_nothing():
    here = buildings_at(("1", "Dreef", 0, 0), ("2", "Dreef", 90, 20), ("3", "Dreef", 30, 60))
    there = here.set_geometry([Point(point.x + 200_000, point.y + 170_000) for point in here.geometry], crs=CRS)
    pd.testing.assert_frame_equal(density(here, None)[0], density(there, None)[0])
