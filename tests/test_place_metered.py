"""Metered gas totals of a place: what is read, every fault in one message; surfaces and U-values against range and geometry."""

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from shapely.geometry import LineString, box

from koppelkans import tables
from koppelkans.errors import DataError
from koppelkans.place.check import place_check
from koppelkans.place.read import read_place

X, Y, CRS = 100_000.0, 200_000.0, "EPSG:31370"
HEADER = "level,name,year,gas_kwh,connections,calorific,source"
GOOD = (
    HEADER + "\nstreet,kerk straat,2023,124000,11,gross,Fluvius\nbuilding,2,2023,15100,1,gross,own meter\n"
    "municipality,Krekelgem,2023,61000000,5200,gross,Fluvius\nsector,11001A00-,2023,930000,80,net,Fluvius\n"
)


def place(folder, text=None, name="meters.csv", toml="", **columns):
    """A folder with four houses on two streets, and a file of metered totals."""
    shapes = [box(X + 20 * number, Y, X + 20 * number + 8, Y + 10) for number in range(4)]
    buildings = gpd.GeoDataFrame(
        {
            "osm_way": range(1, 5), "building": "house", "addr:street": ["Kerkstraat", "Kerkstraat", "Dorpsplein", "Dorpsplein"],
            "addr:housenumber": ["1", "3", "2", "4"], "building:levels": 2, **columns,
        },
        geometry=shapes, crs=CRS,
    )  # fmt: skip
    lines = [LineString([(X, Y - 5), (X + 35, Y - 5)]), LineString([(X + 36, Y - 5), (X + 90, Y - 5)])]
    streets = gpd.GeoDataFrame({"name": ["Kerkstraat", "Dorpsplein"]}, geometry=lines, crs=CRS)
    pyogrio.write_dataframe(buildings, folder / "plek.gpkg", layer="buildings")
    pyogrio.write_dataframe(streets, folder / "plek.gpkg", layer="streets", append=True)
    (folder / "place.toml").write_text('[place]\nmunicipality = "Krekelgem"\n' + toml, encoding="utf-8")
    if text is not None:
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def refused(folder, *said):
    with pytest.raises(DataError) as caught:
        read_place(folder)
    for part in said:
        assert part in str(caught.value), str(caught.value)
    return caught.value


# ----------------------------------------------------------------------------------------------------------------------- reading


def test_totals_of_every_level_in_one_file(tmp_path):
    read = read_place(place(tmp_path, GOOD))
    meters = tables.check(tables.METERS, read.meters)
    assert meters["level"].tolist() == ["building", "municipality", "sector", "street"]
    # names as the place writes them; the reading of a house by its key
    assert meters["name"].tolist() == ["2", "Krekelgem", "11001A00-", "Kerkstraat"]
    assert meters["gas_kwh"].tolist() == [15_100.0, 61_000_000.0, 930_000.0, 124_000.0]
    assert meters["calorific"].tolist() == ["gross", "gross", "net", "gross"]
    assert place_check(read).counts["meters"] == 4
    # the file is known: nobody says that it was not recognised
    assert not read.remarks["text"].str.contains("meters.csv").any()


def test_no_file_means_no_totals(tmp_path):
    assert read_place(place(tmp_path)).meters is None


def test_dutch_words_units_and_declared_signs(tmp_path):
    text = (
        "niveau;naam;jaar;gas;eenheid;aansluitingen;verbrandingswaarde\n"
        "straat;DORPSPLEIN;2022;23,5;MWh;2;bovenwaarde\nstraat;Kerkstraat;2022;1.024,5;kWh;;onderwaarde\n"
    )
    toml = '[tables.gas]\nfile = "meterstanden.csv"\ndecimal = ","\nthousands = "."\n'
    meters = read_place(place(tmp_path, text, "meterstanden.csv", toml)).meters.set_index("name")
    assert meters.loc["Dorpsplein", "gas_kwh"] == 23_500
    assert meters.loc["Kerkstraat", "gas_kwh"] == 1_024.5
    assert pd.isna(meters.loc["Kerkstraat", "connections"])
    assert meters["calorific"].tolist() == ["gross", "net"]
    assert meters["source"].unique().tolist() == ["meterstanden.csv"]


def test_hidden_totals_are_said_and_fall_away(tmp_path):
    read = read_place(
        place(tmp_path, HEADER + "\nstreet,Kerkstraat,2023,x,,gross,F\nstreet,Dorpsplein,2023,23000,2,gross,F\n")
    )
    assert read.meters["name"].tolist() == ["Dorpsplein"]
    assert read.remarks["text"].str.contains("1 totalen zijn leeg of verborgen").any()


# ---------------------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("street,Kerkstrat,2023,24000,2,gross,F", "row 2, column name: street 'Kerkstrat' is not in this place; did you mean Kerkstraat?"),
        ("building,99,2023,24000,2,gross,F", "row 2, column name: building '99' is not in this place; known: 1, 2, 3, ..."),
        ("municipality,Krekelgen,2023,2400000,200,gross,F", "municipality 'Krekelgen' is not in this place; did you mean Krekelgem?"),
        ("sector,Dorp,2023,240000,20,gross,F", "sector 'Dorp' is not in this place"),
        ("street,Kerkstraat,2023,-24000,2,gross,F", "row 2, column gas_kwh: found '-24000', expected at least 0 kWh"),
        ("street,Kerkstraat,2023,24000,0,gross,F", "row 2, column connections: found '0', expected at least 1 meter, or empty"),
        ("street,Kerkstraat,2023,24,2,gross,F", "row 2, column gas_kwh: 12.0 kWh per connection, expected 464 to 290,000 kWh; it looks like MWh"),
        ("street,Kerkstraat,2023,9000000,60,gross,F", "150,000.0 kWh per connection, expected 2,900 to 46,400 kWh; it looks like Wh, or a large customer"),
        ("street,Kerkstraat,2023,24000,2,calorific,F", "column calorific: found 'calorific', expected one of gross, net, bovenwaarde"),
        ("strat,Kerkstraat,2023,24000,2,gross,F", "column level: found 'strat', expected one of building, street, sector, municipality"),
        ("street,Kerkstraat,23,24000,2,gross,F", "column year: found '23', expected 1990 to 2100"),
    ],
)  # fmt: skip
def test_one_fault_is_told_with_file_row_column_and_next_step(tmp_path, row, said):
    error = refused(
        place(tmp_path, f"{HEADER}\n{row}\n"), "metered totals cannot be used; correct the rows", "meters.csv", said
    )
    assert len(error.faults) == 1


def test_all_faults_at_once(tmp_path):
    text = (
        HEADER + "\nstreet,Kerkstrat,2023,24000,2,gross,F\nstreet,Dorpsplein,2023,-5,2,gross,F\n"
        "street,Kerkstraat,2023,24000,2,gross,F\nstreet,Kerkstraat,2023,25000,2,upper,F\n"
    )
    error = refused(
        place(tmp_path, text), "Kerkstrat", "row 3, column gas_kwh: found '-5'", "row 5, column calorific: found 'upper'",
        "rows 4, 5: street Kerkstraat has more than one total of 2023, expected each once",
    )  # fmt: skip
    assert len(error.faults) == 4


def test_a_missing_column_and_an_unknown_unit(tmp_path):
    refused(
        place(tmp_path, "level,name,jaar,gas_kwh\nstreet,Kerkstraat,2023,1\n"),
        "meters.csv: columns calorific are missing",
    )
    (tmp_path / "meters.csv").write_text(HEADER + ",unit\nstreet,Kerkstraat,2023,2400,2,gross,F,m3\n", encoding="utf-8")
    refused(tmp_path, "row 2, column unit: found 'm3', expected kWh or MWh; convert the figures")


def test_an_undeclared_decimal_sign(tmp_path):
    refused(
        place(tmp_path, HEADER.replace(",", ";") + "\nstreet;Kerkstraat;2023;24.000;2;gross;F\n"),
        "meters.csv, column gas_kwh: cells such as 24.000", "declare it in place.toml",
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------- U-values, scores and surfaces


def test_u_values_and_scores_are_read_under_their_flemish_names(tmp_path):
    read = read_place(
        place(
            tmp_path, u_dak=0.4, U_muur=[1.7, 0.5, 0.5, 0.5], **{"U-waarde raam": 2.5}, u_vloer=0.85, EPC_kengetal=310.0
        )
    )
    house = read.buildings.loc["1"]
    assert house[["roof_w_per_m2k", "wall_w_per_m2k", "window_w_per_m2k", "ground_w_per_m2k"]].tolist() == [
        0.4,
        1.7,
        2.5,
        0.85,
    ]
    assert house["epc_score_kwh_per_m2"] == 310


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ({"u_muur": 17.0}, "column wall_w_per_m2k: 4 rows hold 17.0, 17.0, 17.0 W/m²K (1, 2, 3, ...), expected 0.05 to 7 W/m²K"),
        ({"u_raam": 0.1}, "column window_w_per_m2k: 4 rows hold 0.1"),
        ({"epc_kengetal": 31_000.0}, "column epc_score_kwh_per_m2: 4 rows hold 31000.0"),
    ],
)  # fmt: skip
def test_values_out_of_range_name_file_rows_and_unit(tmp_path, column, said):
    refused(place(tmp_path, **column), "plek.gpkg, layer buildings", said)


def test_surfaces_that_fit_their_geometry_are_kept(tmp_path):
    # 8 x 10 m, two storeys of 3.3 m: 36 x 6.6 = 238 m2 of outer wall with windows
    read = read_place(place(tmp_path, roof_m2=95.0, wall_m2=160.0, window_m2=30.0, ground_m2=80.0))
    assert read.buildings.loc["1", ["roof_m2", "wall_m2"]].tolist() == [95.0, 160.0]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"roof_m2": 950.0}, "column roof_m2: 4 buildings (1, 2, 3, ...) hold 950 m2 where the footprint gives 80 m2, expected 0.4 to 2.5 times"),
        ({"wall_m2": 16.0, "window_m2": 3.0}, "column wall_m2 + window_m2: 4 buildings (1, 2, 3, ...) hold 19 m2 where free perimeter x storeys"),
    ],
)  # fmt: skip
def test_surfaces_that_contradict_their_geometry_are_refused(tmp_path, columns, said):
    refused(place(tmp_path, **columns), "surfaces contradict the geometry", "plek.gpkg, layer buildings", said)


def test_the_ground_against_a_footprint_of_its_own(tmp_path):
    refused(
        place(tmp_path, opp_m2=80.0, ground_m2=8.0),
        "column ground_m2: 4 buildings",
        "hold 8 m2 where the footprint gives 80 m2",
    )
