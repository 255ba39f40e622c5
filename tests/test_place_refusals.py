"""Bad input of a place: one clear message each, every fault at once."""

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from koppelkans.errors import DataError
from koppelkans.place.read import read_known, read_place

X, Y = 100_000.0, 200_000.0
CRS = "EPSG:31370"
CORNER = (Point(X, Y),)
HOUSE = box(X, Y, X + 8, Y + 10)


def buildings(shapes=(HOUSE,), crs=CRS, **columns):
    return gpd.GeoDataFrame(
        {"osm_way": range(1, len(shapes) + 1), "building": "house", **columns}, geometry=list(shapes), crs=crs
    )


def addresses(shapes=CORNER, crs=CRS):
    numbers = [str(number) for number in range(1, len(shapes) + 1)]
    return gpd.GeoDataFrame(
        {"straat": "Pad", "huisnr": numbers, "postcode": "9999", "gemeente": "K"}, geometry=list(shapes), crs=crs
    )


def package(folder, **layers):
    file = folder / "plek.gpkg"
    for name, frame in layers.items():
        pyogrio.write_dataframe(frame, file, layer=name, append=file.exists())
    return file


def refused(source, *said):
    with pytest.raises(DataError) as caught:
        read_known(source)
    for part in said:
        assert part in str(caught.value), str(caught.value)
    return caught.value


def test_no_such_place_names_those_that_come_near(tmp_path):
    refused("wechelderzand", "no place wechelderzand", "did you mean wechelderzande?")
    refused("nergens_xyz", "shipped places: brugge_sint_jozef")
    refused(tmp_path / "weg.gpkg", "neither a shipped place nor a folder or file")
    refused(tmp_path, "holds no file with layers", ".gpkg")


def test_neither_buildings_nor_addresses(tmp_path):
    street = gpd.GeoDataFrame({"name": ["Pad"]}, geometry=[LineString([(X, Y), (X + 9, Y)])], crs=CRS)
    refused(
        package(tmp_path, streets=street),
        "neither buildings nor addresses",
        "layers found: streets",
        "buildings_points",
    )


def test_coordinates_in_degrees(tmp_path):
    refused(
        package(tmp_path, buildings=buildings().to_crs(4326)),
        "plek.gpkg, layer buildings",
        "EPSG:4326 is in degrees",
        "EPSG:31370",
    )


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_no_coordinate_system(tmp_path):
    refused(
        package(tmp_path, buildings=buildings(crs=None)),
        "plek.gpkg, layer buildings",
        "no coordinate system",
        "EPSG:31370",
    )


def test_wrong_shape(tmp_path):
    refused(
        package(tmp_path, buildings=buildings([Point(X, Y)])),
        "layer buildings: geometry: 1 rows are Point (1), expected Polygon or MultiPolygon", "belong in a layer called buildings_points",
    )  # fmt: skip


def test_invalid_and_empty_shapes(tmp_path):
    bow = Polygon([(X, Y), (X + 9, Y + 9), (X + 9, Y), (X, Y + 9)])
    refused(
        package(tmp_path, buildings=buildings([HOUSE, bow, MultiPolygon()])),
        "1 rows are not valid (2): Self-intersection", "Fix geometries", "1 rows are empty (3)",
    )  # fmt: skip


def test_repeated_keys(tmp_path):
    layer = buildings([HOUSE, box(X + 20, Y, X + 30, Y + 9)]).assign(osm_way=[7, 7])
    refused(package(tmp_path, buildings=layer), "key of the buildings: 1 values occur more than once (7)")


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("oppervlakte_m2", -5.0, ""), ("opp_m2", -5.0, "column footprint_m2: 1 rows hold -5.0 m² (1), expected 1 to 200000 m²"),
        ("opp_m2", 9e9, "expected 1 to 200000 m²"), ("bouwjaar", 20024, "column built_year: 1 rows hold 20024.0 jaartal (1), expected 1200 to 2100"),
        ("woningen", -1, "column dwellings: 1 rows hold -1.0"), ("vloeroppervlakte_m2", 9e9, "column floor_area_m2"), ("bouwlagen", 900, "column storeys"),
    ],
)  # fmt: skip
def test_negative_or_absurd_values(tmp_path, column, value, said):
    file = package(tmp_path, buildings=buildings(**{column: [value]}))
    if not said:
        assert len(read_known(file).records) == 1  # a column that nobody knows is not read
        return
    refused(file, "plek.gpkg, layer buildings", said, "leave them empty")


def test_text_where_a_number_is_expected(tmp_path):
    refused(
        package(tmp_path, buildings=buildings(vloeroppervlakte_m2=["120,5"])),
        "column floor_area_m2",
        "120,5",
        "decimal point",
    )


def test_zero_buildings(tmp_path):
    refused(package(tmp_path, buildings=buildings(())), "layer buildings: no buildings (0 rows", "at least one")
    (tmp_path / "x").mkdir()
    ghosts = buildings(GebouwStatus=["Gehistoreerd"])
    refused(package(tmp_path / "x", buildings=ghosts), "no buildings", "status filter")


@pytest.mark.parametrize(
    ("gas", "guess"), [(11.6, "factors = { metered_gas_kwh = 1000 }"), (11_600_000.0, "looks like Wh")]
)
def test_metered_gas_in_another_unit_than_kwh(tmp_path, gas, guess):
    refused(
        package(tmp_path, buildings=buildings(gas_kwh=[gas])),
        "column metered_gas_kwh",
        f"{gas:g} kWh",
        "expected about 11600 kWh",
        guess,
    )


def test_metered_gas_of_an_apartment_building_is_judged_per_address(tmp_path):
    homes = [Point(X + part, Y + 5) for part in range(8)]
    file = package(tmp_path, buildings=buildings(gas_kwh=[60_000.0]), addresses=addresses(homes))
    assert read_known(file).records["metered_gas_kwh"].item() == 60_000.0


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[place]\ntitel = 'x'\n", "key place.titel is not known; did you mean title?"),
        ("[plek]\n", "key plek is not known; did you mean place?"),
        ("[layers.building]\nfile = 'a.gpkg'\n", "did you mean buildings?"),
        ("[layers.buildings]\ncolums = {}\n", "key layers.buildings.colums is not known; did you mean columns?"),
        ("[reading]\nmatch = 3\n", "did you mean match_m?"),
        ("[[attribution]]\nlayer = 'x'\n", "key attribution.0.line is missing"),
        ("[place]\ngrid_area = 'eandis'\n", "place.grid_area"),
        ("[place\n", "is not TOML"),
        (
            "[layers.buildings]\ncolumns = { built_yaer = 'osm_way' }\n",
            "columns.built_yaer: no such column of ours; did you mean built_year?",
        ),
        ("[layers.buildings]\ncolumns = { built_year = 'bouwjr' }\n", "plek.gpkg has no such column"),
        ("[place]\ncrs = 'EPSG:4326'\n", "in degrees"),
        ("[place]\ncrs = 'Lambert'\n", "is not a coordinate system"),
    ],
)
def test_place_toml_with_a_fault(tmp_path, toml, said):
    file = package(tmp_path, buildings=buildings())
    file.with_suffix(".toml").write_text(toml)
    refused(file, said)


def test_place_toml_that_names_a_file_that_is_not_there(tmp_path):
    package(tmp_path, buildings=buildings())
    (tmp_path / "place.toml").write_text("[layers.buildings]\nfile = 'plok.gpkg'\n")
    refused(tmp_path, "layers.buildings.file: plok.gpkg does not exist; did you mean plek.gpkg?")


def test_a_file_that_cannot_be_read(tmp_path):
    (tmp_path / "kapot.gpkg").write_text("dit is geen GeoPackage")
    refused(tmp_path / "kapot.gpkg", "kapot.gpkg cannot be read", "expected a GeoPackage")
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "kapot.parquet").write_text("dit is geen parquet")
    refused(tmp_path / "p", "kapot.parquet cannot be read")


def test_lambert_2008_labelled_lambert_72(tmp_path):
    moved = buildings().to_crs(3812).set_crs(CRS, allow_override=True)
    refused(
        package(tmp_path, buildings=moved),
        "labelled EPSG:31370 but belong to EPSG:3812",
        "about 500 km",
        "Set layer CRS",
    )
    (tmp_path / "x").mkdir()
    back = addresses().set_crs(3812, allow_override=True)
    refused(package(tmp_path / "x", addresses=back), "labelled EPSG:3812 but belong to EPSG:31370")


def test_lambert_2008_labelled_as_such_is_accepted(tmp_path):
    assert read_known(package(tmp_path, buildings=buildings().to_crs(3812))).records.crs.to_epsg() == 3812


def test_a_belgian_place_outside_flanders(tmp_path):
    refused(
        package(tmp_path, addresses=addresses([Point(1_000, 2_000)])), "lie outside Flanders", "x 20000 to 262000 m"
    )


def test_a_place_in_an_unknown_country_must_state_it(tmp_path):
    layer = buildings([box(500_000, 4_500_000, 500_009, 4_500_009)], crs="EPSG:32630")
    refused(package(tmp_path, buildings=layer), "the country of the place is not known", 'country = "BE"')


def test_layers_in_different_systems(tmp_path):
    refused(
        package(tmp_path, buildings=buildings(), addresses=addresses().to_crs(3812)),
        "different coordinate systems",
        "EPSG:3812",
        "state crs in place.toml",
    )


def test_two_layers_that_claim_the_same_role(tmp_path):
    refused(
        package(tmp_path, addresses=addresses(), addresses_crab_2013=addresses()),
        "2 layers could be addresses",
        "[layers.addresses]",
    )


def test_every_fault_is_told_at_once(tmp_path):
    bow = Polygon([(X, Y), (X + 9, Y + 9), (X + 9, Y), (X, Y + 9)])
    caught = refused(
        package(tmp_path, buildings=buildings([bow]), addresses=addresses([HOUSE])), "not valid", "expected Point"
    )
    assert len(caught.faults) == 2
    (tmp_path / "x").mkdir()
    values = buildings(opp_m2=[-1.0], bouwjaar=[3], woningen=[-2])
    assert len(refused(package(tmp_path / "x", buildings=values)).faults) == 3


def test_nothing_is_read_silently_wrong(tmp_path):
    """The same faults stop the whole reading, not only its first half."""
    with pytest.raises(DataError):
        read_place(package(tmp_path, buildings=buildings(bouwjaar=[3])))


def test_unplaced_table_of_buildings(tmp_path):
    table = pd.DataFrame({"OIDN": [1], "UIDN": [1], "TYPE": [1], "LBLTYPE": ["hoofdgebouw"], "OPPERVL": [80.0]})
    pyogrio.write_dataframe(table, tmp_path / "Gbg23096.dbf", driver="ESRI Shapefile")
    refused(tmp_path, "Gbg23096.dbf has no geometry", "TblGbgAdr")
