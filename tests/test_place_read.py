"""Reading a place: levels per row, matching of addresses, what is dropped and said; and the shipped places."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, box

import koppelkans
from koppelkans.place import check_place, names, read_place, shipped_places, shipped_scenario
from koppelkans.place.read import read_known
from koppelkans.scenario import read_scenario

X, Y = 100_000.0, 200_000.0
"""A corner well inside Flanders, in Belge Lambert 72."""
CRS = "EPSG:31370"


def house(dx, dy, width=8.0, depth=10.0):
    return box(X + dx, Y + dy, X + dx + width, Y + dy + depth)


def point(dx, dy):
    return Point(X + dx, Y + dy)


def buildings(rows, **more):
    columns = ["osm_way", "building", "addr_street", "addr_housenumber", "geometry"]
    return gpd.GeoDataFrame([dict(zip(columns, row, strict=True)) for row in rows], crs=CRS).assign(**more)


def addresses(rows, municipality="Krekelgem", postcode="9999"):
    frame = pd.DataFrame([row[:2] for row in rows], columns=["straat", "huisnr"])
    return gpd.GeoDataFrame(
        frame.assign(gemeente=municipality, postcode=postcode), geometry=[row[2] for row in rows], crs=CRS
    )


def streets(rows):
    return gpd.GeoDataFrame(
        [{"highway": "residential", "name": name, "geometry": line} for name, line in rows], crs=CRS
    )


def package(folder, **layers):
    file = folder / "plek.gpkg"
    for name, frame in layers.items():
        pyogrio.write_dataframe(frame, file, layer=name, append=file.exists())
    return file


STREET = streets([("Krekelstraat", LineString([(X, Y - 5), (X + 200, Y - 5)]))])


def texts(known):
    return " ".join(row["text_en"] for row in known.remarks)


# --------------------------------------------------------------------------------------------------------------------- cases


def test_addresses_go_to_their_number_first_and_else_to_the_nearest_building(tmp_path):
    file = package(
        tmp_path,
        buildings=buildings(
            [
                (1, "house", "Krekelstraat", "2", house(0, 0)),
                (2, "house", None, None, house(20, 0)),
                (3, "house", "Krekelstraat", "14,16", house(40, 0)),
            ]
        ),
        streets=STREET,
        addresses=addresses(
            [
                ("krekel-straat", "2", point(27, 5)),  # stands in building 2, belongs to 1 by its number
                ("Krekelstraat", "4", point(24, -3)),  # 3 m before building 2
                ("Krekelstraat", "14", point(44, 5)),
                ("Krekelstraat", "16", point(46, 5)),
                ("Krekelstraat", "90", point(190, 50)),  # no building near
            ]
        ),
    )
    known = read_known(file)
    found = known.records
    assert list(found["addresses"]) == [1, 1, 2]
    assert list(found["house_number"]) == ["2", "4", "14,16"]
    assert list(found["level"]) == ["A", "A", "A"]
    assert found.loc["2", "street"] == "Krekelstraat"
    assert "1 of 5 addresses (20%) find no building" in texts(known)
    assert "3 addresses were put with their building by street and number, 1 by distance" in texts(known)


def test_a_building_without_address_is_an_annex_when_it_is_small_and_belongs_to_the_nearest_street(tmp_path):
    file = package(
        tmp_path,
        buildings=buildings(
            [
                (1, "yes", None, None, house(0, 0, 4, 5)),
                (2, "yes", None, None, house(20, 0, 10, 12)),
                (3, "garage", None, None, house(40, 0, 10, 12)),
                (4, "yes", "Krekelstraat", "8", house(60, 0, 4, 5)),
                (5, "school", None, None, house(80, 0, 30, 12)),
            ]
        ),
        streets=STREET,
    )
    found = read_known(file).records
    assert found["use"].fillna("-").tolist() == ["annex", "-", "annex", "-", "school"]
    assert found["type"].fillna("-").tolist() == ["annex", "-", "annex", "-", "non_residential"]
    assert found["street"].fillna("-").tolist() == ["-", "Krekelstraat", "-", "Krekelstraat", "Krekelstraat"]
    assert list(found["footprint_m2"]) == [20.0, 120.0, 120.0, 20.0, 360.0]


@pytest.mark.parametrize(
    ("building", "tags", "use"),
    [
        ("church", {}, "worship"), ("retail", {}, "retail"), ("industrial", {}, "industry"), ("farm", {}, "residential"),
        ("barn", {}, "annex"), ("yes", {"amenity": "restaurant"}, "hospitality"), ("yes", {"office": "company"}, "office"),
        ("apartments", {"shop": "bakery"}, "residential"), ("hospital", {}, "health_care"), ("house", {}, "residential"),
    ],
)  # fmt: skip
def test_use_follows_class_and_tags(tmp_path, building, tags, use):
    layer = buildings([(1, building, "Krekelstraat", "2", house(0, 0))], **tags)
    assert list(read_known(package(tmp_path, buildings=layer)).records["use"]) == [use]


def test_streets_and_addresses_without_buildings_give_one_record_per_house_number_at_level_b(tmp_path):
    layer = addresses(
        [
            ("Krekelstraat", "2", point(0, 0)), ("Krekelstraat", "4", point(10, 0)), ("Krekelstraat", "4", point(10, 0)),
            ("Krekelstraat", "4A", point(12, 0)),
        ]
    ).assign(busnr=[None, "1", "2", "nvt"])  # fmt: skip
    found = read_known(package(tmp_path, streets=STREET, addresses=layer)).records
    assert list(found["level"]) == ["B", "B", "B"]
    assert list(found["boxes"]) == [0, 2, 0]
    assert list(found.index) == ["krekelstraat-2-9999", "krekelstraat-4-9999", "krekelstraat-4a-9999"]


def test_levels_c_and_d_have_no_streets(tmp_path):
    points = gpd.GeoDataFrame(
        {"A_floor_m2": [80.0], "V_air_m3": [400.0], "house_nr": ["3"], "street_crab": ["Pad"]},
        geometry=[point(0, 0)],
        crs=CRS,
    )
    c = read_known(package(tmp_path, buildings_points=points))
    (tmp_path / "d").mkdir()
    d = read_known(package(tmp_path / "d", addresses=addresses([("Pad", "3", point(0, 0))])))
    assert [list(place.records["level"]) for place in (c, d)] == [["C"], ["D"]]
    assert c.streets is None
    assert d.streets is None
    assert c.records["ground_m2"].tolist() == c.records["footprint_m2"].tolist() == [80.0]
    assert "a heat network, trenches and works are not assessed" in texts(c)


def test_points_with_an_area_in_a_place_with_streets_are_level_b_and_keep_it(tmp_path):
    points = gpd.GeoDataFrame(
        {"OPPERVL": [91.5], "HUISNR": ["3"], "STRAATNM": ["Krekelstraat"]}, geometry=[point(0, 0)], crs=CRS
    )
    found = read_known(package(tmp_path, buildings_points=points, streets=STREET)).records
    assert (found["level"].item(), found["footprint_m2"].item()) == ("B", 91.5)


def test_a_point_with_its_own_number_takes_no_address_of_the_house_next_door(tmp_path):
    points = gpd.GeoDataFrame(
        {"HUISNR": ["3"], "STRAATNM": ["Pad"], "OPPERVL": [90.0]}, geometry=[point(0, 0)], crs=CRS
    )
    file = package(
        tmp_path, buildings_points=points, addresses=addresses([("Pad", "3", point(0, 0)), ("Pad", "5", point(6, 0))])
    )
    assert list(read_known(file).records["addresses"]) == [1]


def test_a_partial_register_layer_is_never_the_stock(tmp_path):
    rows = [("Krekelstraat", str(number), point(10.0 * number, 0)) for number in range(1, 7)]
    points = gpd.GeoDataFrame(
        {"object_id": [1, 2], "area_m2": [96.0, 9.0], "GebouwStatus": "Gerealiseerd"},
        geometry=[point(21, 4), point(51, 4)],
        crs=CRS,
    )
    known = read_known(package(tmp_path, grb_building_points_partial=points, streets=STREET, addresses=addresses(rows)))
    assert len(known.records) == 6
    assert known.records["footprint_m2"].dropna().to_dict() == {
        "krekelstraat-2-9999": 96.0
    }  # the shed of 9 m2 adds nothing
    assert "is a part of the register (2 buildings beside 6 addresses)" in texts(known)


def test_addresses_without_coordinates_elsewhere_or_twice_are_dropped_with_a_remark(tmp_path):
    good = [("Krekelstraat", str(number), point(10.0 * number, 0)) for number in range(1, 31)]
    layer = pd.concat(
        [
            addresses(good), addresses([("Krekelstraat", "1", point(10, 0))]), addresses([("Veldpad", "1", point(5, 5))], "Buurgem"),
            addresses([("Krekelstraat", "77", Point(0, 0))]), addresses([("Krekelstraat", "78", point(9_000, 9_000))]),
        ],
        ignore_index=True,
    )  # fmt: skip
    known = read_known(package(tmp_path, addresses=layer))
    assert len(known.records) == 30
    for said in (
        "have no coordinates",
        "lie in another municipality (Buurgem)",
        "outside the area",
        "occur more than once",
    ):
        assert said in texts(known)
    assert known.municipality == "Krekelgem"


def test_lines_of_a_relation_that_no_address_names_are_no_street(tmp_path):
    lines = streets(
        [
            ("Krekelstraat", LineString([(X, Y), (X + 9, Y)])),
            ("Krekelgem-Centrum", LineString([(X, Y + 9), (X + 9, Y + 9)])),
        ]
    )
    file = package(
        tmp_path,
        streets=lines.assign(object=["way", "relation"]),
        addresses=addresses([("Krekelstraat", "1", point(0, 0))]),
    )
    known = read_known(file)
    assert list(known.streets["street"]) == ["Krekelstraat"]
    assert "1 lines (Krekelgem-Centrum) are no street" in texts(known)


def test_addresses_that_match_no_street_are_accepted_and_their_share_told(tmp_path):
    file = package(
        tmp_path,
        streets=STREET,
        addresses=addresses([("Krekelstraat", "1", point(0, 0)), ("Veldpad", "2", point(0, 9))]),
    )
    known = read_known(file)
    assert len(known.records) == 2
    assert "1 of 2 addresses (50.0%) carry a street name that is not in the street layer" in texts(known)


def test_overlapping_buildings_are_reported_with_their_area(tmp_path):
    layer = buildings(
        [
            (1, "house", None, None, house(0, 0, 10, 10)),
            (2, "house", None, None, house(5, 0, 10, 10)),
            (3, "house", None, None, house(15, 0, 10, 10)),
        ]
    )
    assert "1 pairs of buildings overlap, 50 m² together" in texts(read_known(package(tmp_path, buildings=layer)))


def test_polygons_without_streets_stand_as_level_c(tmp_path):
    layer = buildings([(1, "house", "Pad", "1", house(0, 0))])
    assert list(read_known(package(tmp_path, buildings=layer)).records["level"]) == ["C"]


def test_what_the_source_writes_reaches_the_completed_buildings(tmp_path):
    layer = buildings([(1, "house", "Krekelstraat", "2", house(0, 0))], bouwjaar=1931, woningen=2, heritage="4")
    row = read_place(package(tmp_path, buildings=layer, streets=STREET)).buildings.loc["1"]
    assert (row["built_year"], row["dwellings"], row["built_year_from"], row["dwellings_from"]) == (
        1931,
        2,
        "register",
        "register",
    )
    assert row["protected"]


def test_place_toml_maps_columns_and_factors(tmp_path):
    layer = gpd.GeoDataFrame(
        {"kot": ["a"], "jaar": [1950], "gas": [11.6], "str": ["Pad"], "nr": ["1"]}, geometry=[house(0, 0)], crs=CRS
    )
    pyogrio.write_dataframe(layer, tmp_path / "eigen.gpkg", layer="mijn_laag")
    (tmp_path / "place.toml").write_text(
        '[place]\ntitle = "Eigen wijk"\ngrid_area = "west"\n[layers.buildings]\nfile = "eigen.gpkg"\nlayer = "mijn_laag"\n'
        'columns = { key = "kot", built_year = "jaar", metered_gas_kwh = "gas", street = "str", house_number = "nr" }\n'
        'factors = { metered_gas_kwh = 1000 }\n[[attribution]]\nlayer = "buildings"\nline = "Bron: wij"\nlicence = "CC0"\ndated = "2026"\n'
    )
    place = read_place(tmp_path)
    assert (place.title, place.grid_area, place.attributions[0].line) == ("Eigen wijk", "west", "Bron: wij")
    assert place.buildings.loc["a", ["built_year", "metered_gas_kwh", "built_year_from"]].tolist() == [
        1950,
        11_600.0,
        "user",
    ]


def test_layers_in_degrees_are_converted_when_place_toml_states_the_system(tmp_path):
    layer = buildings([(1, "house", "Pad", "1", house(0, 0))]).to_crs("EPSG:4326")
    file = package(tmp_path, buildings=layer)
    file.with_suffix(".toml").write_text('[place]\ncrs = "EPSG:31370"\n')
    known = read_known(file)
    assert known.records.crs.to_epsg() == 31370
    assert known.records.geometry.area.item() == pytest.approx(80.0, abs=0.5)
    assert "was converted from EPSG:4326 to EPSG:31370" in texts(known)


def test_dates_of_layers_that_differ_are_remarked():
    assert any(
        "not of the same year (addresses 2013" in text for text in read_place("wechelderzande").remarks["text_en"]
    )


# ----------------------------------------------------------------------------------------------------------------- properties


@settings(max_examples=30, deadline=None)
@given(st.text(alphabet="abcdeïéß -'.", min_size=1, max_size=20))
def test_letters_do_not_hang_on_case_hyphens_or_spaces(name):
    written = pd.Series([name, name.upper(), name.replace(" ", "-"), f" {name} "])
    assert names.letters(written).nunique() == 1


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("14,16", ["14", "16"]),
        ("5-9", ["5", "7", "9"]),
        ("42,42a", ["42", "42A"]),
        ("1-2", ["1", "2"]),
        ("2-900", ["2", "900"]),
        ("83 a", ["83A"]),
    ],
)
def test_lists_and_ranges_of_house_numbers(written, numbers):
    assert list(names.single_numbers(pd.Series([written]))) == numbers


def test_the_order_of_the_rows_does_not_matter(tmp_path):
    rows = [("Krekelstraat", str(number), point(10.0 * number, 0)) for number in range(1, 6)]
    forward, backward = package(tmp_path, addresses=addresses(rows)), tmp_path / "om"
    backward.mkdir()
    first = read_known(forward).records
    second = read_known(package(backward, addresses=addresses(rows[::-1]))).records
    pd.testing.assert_frame_equal(
        pd.DataFrame(first.sort_index().drop(columns="geometry")),
        pd.DataFrame(second.sort_index().drop(columns="geometry")),
    )


# -------------------------------------------------------------------------------------------------------------- shipped places

LEVELS = {
    "wechelderzande": "A",
    "krems_old_town_at": "A",
    "brugge_sint_jozef": "B",
    "genk_winterslag": "C",
    "gent_muide_meulestede": "D",
}
ROWS = {
    "wechelderzande": 1_794,
    "krems_old_town_at": 943,
    "brugge_sint_jozef": 1_812,
    "genk_winterslag": 1_283,
    "gent_muide_meulestede": 1_861,
}
GRID = {
    "wechelderzande": "kempen",
    "krems_old_town_at": None,
    "brugge_sint_jozef": "imewo",
    "genk_winterslag": "limburg",
    "gent_muide_meulestede": "imewo",
}


def test_five_places_are_shipped():
    assert set(shipped_places()) == set(LEVELS)


@pytest.mark.parametrize("name", sorted(LEVELS))
def test_a_shipped_place_keeps_its_contracts_and_tells_its_level_and_sources(name):
    told = check_place(name)
    assert told.levels.to_dict() == {LEVELS[name]: 1.0}
    assert told.counts["buildings"] == ROWS[name]
    assert told.grid_area == GRID[name]
    assert told.country == ("AT" if name.endswith("_at") else "BE")
    assert ("streets" in told.counts) == (LEVELS[name] in "AB")
    assert len(told.attributions) >= 2
    assert all(item.line and item.licence for item in told.attributions)
    assert told.grid_area is None or any("Fluvius" in text for text in told.remarks["text"])


@pytest.mark.parametrize("name", sorted(LEVELS))
def test_the_example_scenario_states_one_source_as_an_assumption_inside_the_area(name):
    scenario = read_scenario(shipped_scenario(name))
    (source,) = scenario.sources
    assert source.assumption
    assert "anname" in source.note
    shapes = read_known(name).records.geometry
    west, south, east, north = shapes.total_bounds
    assert west < source.x_m < east
    assert south < source.y_m < north


def test_genk_is_shipped_without_what_tells_a_house():
    known = read_known("genk_winterslag")
    found = known.records
    assert known.addresses is None
    assert found["house_number"].isna().all()
    assert set(np.unique(np.mod(found.geometry.x, 100))) == set(np.unique(np.mod(found.geometry.y, 100))) == {50.0}
    assert found.groupby("street").size().min() >= 10
    assert (found["volume_m3"] == found["volume_m3"].round()).all()
    columns = set(known.layers["buildings_points"].fields)
    assert not columns & {"building_id", "house_nr", "grb_oidn", "R_ext", "C_int"}


def test_openstreetmap_and_register_layers_stand_in_separate_files():
    for name in shipped_places():
        layers = read_known(name).layers.by_role.values()
        osm = {layer.file for layer in layers if {"osm_way", "highway", "object"} & set(layer.fields)}
        register = {layer.file for layer in layers if {"gemeente", "wijkcode"} & set(layer.fields)}
        assert not osm & register


def test_licence_texts_stand_beside_the_data():
    folder = Path(koppelkans.__file__).parent / "place" / "data" / "licences"
    assert "Open Database License" in (folder / "ODbL-1.0.txt").read_text()
    assert "KU Leuven and VITO" in (folder / "BSD-3-Clause-modesto.txt").read_text()
    assert "Modellicentie Gratis Hergebruik" in (folder / "Modellicentie-Gratis-Hergebruik-1.0.txt").read_text()


def test_wechelderzande_agrees_with_what_was_counted_by_hand():
    known = read_known("wechelderzande")
    assert (len(known.streets), len(known.addresses), known.nis, known.municipality) == (260, 1_543, "13019", "Lille")
    # named streets find 96.8 % of the addresses exactly; more once case and hyphens are left out
    assert known.addresses["street"].isin(known.streets["street"]).mean() >= 0.968
    assert known.streets["length_m"].sum() == pytest.approx(45_900, rel=0.005)
    assert (known.records["use"] == "worship").sum() >= 2
