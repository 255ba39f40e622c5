"""Assets and planned works from files of the user's own, their templates, and every fault at once."""

import json

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString, Point, box
from typer.testing import CliRunner

import krekelwijk
import street_fixture as street
from koppelkans.cli import app
from koppelkans.errors import DataError
from koppelkans.place.street_assets import read_assets
from koppelkans.place.street_works import read_planned_works
from koppelkans.place.templates import template

KNOWN = {"parameters": street.PARAMETERS, "day": street.DAY}
HORIZON = {"first_year": street.FIRST, "years": 25, **KNOWN}


def csv(tmp_path, text: str, name: str = "activa.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def refusal(read, *args, **asked) -> str:
    with pytest.raises(DataError) as caught:
        read(*args, **asked)
    return str(caught.value)


# ------------------------------------------------------------------------------------------------------------------- assets


def test_assets_from_a_csv_in_dutch(tmp_path):
    path = csv(
        tmp_path,
        "# uit het rioolregister\nsectie;soort;eigenaar;bouwjaar;levensduur;toestand;lengte;diameter\n"
        "a;riool;sewer_manager;1962;;4;78.5;400\nb;riool;;;;;;\nb;weg;city;1999;30;;;\n",
    )
    found, remarks = read_assets(path, street.sections(), **KNOWN)
    assert found.index.tolist() == ["a|sewer", "b|road"]  # a row with nothing filled in does not count
    row = found.loc["a|sewer"]
    assert (row["owner"], row["built_year"], row["condition"], row["length_m"], row["dn_mm"]) == (
        "sewer_manager",
        1962,
        "4",
        78.5,
        400,
    )
    assert not found["drawn"].any()
    assert "2 rows about 2 assets" in remarks[0]["text_en"]
    made = street.works(assets=found)
    # condition 4 leaves a fifth of 75 years
    assert made.works.loc["a|sewer", "due_year"] == 2037
    assert made.works.loc["b|reconstruction", "due_year"] == 2029


def test_assets_from_a_geopackage_by_their_shape(tmp_path):
    pipes = gpd.GeoDataFrame(
        {"kind": ["sewer", "sewer", "water", "trees"], "built_year": [1970, 1965, 1980, 2001], "putnummer": [1, 2, 3, 4]},
        geometry=[
            LineString([(5, 2), (40, 2)]), LineString([(40, 2), (78, 2)]), LineString([(2, -3), (158, -3)]), Point(200, 6),
        ], crs=krekelwijk.CRS,
    )  # fmt: skip
    path = tmp_path / "activa.gpkg"
    pipes.to_file(path, layer="assets", driver="GPKG")
    pipes.iloc[:1].to_file(path, layer="oud", driver="GPKG")
    found, _ = read_assets(path, street.sections(), **KNOWN)
    # two pipes of one sewer are one asset of which the older decides; the main runs through two sections
    assert found.index.tolist() == ["a|sewer", "a|water", "b|water", "c|trees"]
    assert found.loc["a|sewer", "built_year"] == 1965
    assert found.loc["b|water", "length_m"] == pytest.approx(80, abs=16)


def test_shapes_in_degrees_are_converted(tmp_path):
    shifted = street.sections().translate(180_000, 210_000)
    here = street.sections().set_geometry(shifted)
    pipe = gpd.GeoDataFrame(
        {"kind": ["gas"]}, geometry=[LineString([(180_010, 210_001), (180_070, 210_001)])], crs=krekelwijk.CRS
    )
    path = tmp_path / "gas.geojson"
    pipe.to_crs(4326).to_file(path, driver="GeoJSON")
    found, remarks = read_assets(path, here, **KNOWN)
    assert found.index.tolist() == ["a|gas"]
    assert any("year of laying was not filled in" in row["text_en"] for row in remarks)


def test_every_fault_of_an_asset_file_at_once(tmp_path):
    path = csv(
        tmp_path,
        "section,kind,owner,built_year,life_years,condition,length_m,dn_mm\n"
        "a,sewer,city,1970,,,,\na,sewer,sewer_manager,1970,,,,\nq,water,,1980,,,,\nb,stoom,,1980,,,,\nb,gas,,1980,,,-5,\n"
        "b,water,,2080,,,,\nb,road,,1980,,9,,\nb,trees,,1980.5,,,,\nc,road,,tachtig,,,,\n",
    )
    text = refusal(read_assets, path, street.sections(), **KNOWN)
    for words in (
        "activa.csv, rows 2, 3, column owner: sewer of section a has two owners (city, sewer_manager), expected one; give the section",
        "activa.csv, row 4, column section: 'q' is no section of this place; known: a, b, c",
        "activa.csv, row 5, column kind: found 'stoom', expected one of sewer, gas",
        "activa.csv, row 6, column length_m: found -5 m, expected a number from 0 to 100000 m; correct the figure",
        "rows 7, 9, column built_year: found 2080, expected a whole number from 1850 to 2026",
        "activa.csv, row 8, column condition: found '9', expected one of 1, 2, 3, 4, 5",
        "activa.csv, row 10, column built_year: found 'tachtig', expected a whole number from 1850 to 2026; write it with a decimal point",
    ):
        assert words in text, text


def test_rows_off_the_streets_are_refused(tmp_path):
    far = gpd.GeoDataFrame({"kind": ["sewer"]}, geometry=[Point(40, 900)], crs=krekelwijk.CRS)
    path = tmp_path / "ver.gpkg"
    far.to_file(path, layer="assets", driver="GPKG")
    text = refusal(read_assets, path, street.sections(), **KNOWN)
    assert "ver.gpkg, feature 1: no street within 15 m" in text
    assert "name its section" in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("section;built_year\na;1970\n", "column kind is missing; add it, with one of sewer"),
        ("kind;built_year\nsewer;1970\n", "column section is missing and the rows have no shape"),
        ("section;kind;bouwjr\na;sewer;1970\n", "column bouwjr is not known"),
        ("", "cannot be read as a table"),
    ],
)
def test_columns_that_are_missing_or_unknown(tmp_path, text, words):
    assert words in refusal(read_assets, csv(tmp_path, text), street.sections(), **KNOWN)


def test_files_that_are_not_there_or_not_read(tmp_path):
    assert "no file" in refusal(read_assets, tmp_path / "niets.csv", street.sections(), **KNOWN)
    assert "files ending on .xlsx are not read" in refusal(
        read_assets, csv(tmp_path, "x", "a.xlsx"), street.sections(), **KNOWN
    )


# -------------------------------------------------------------------------------------------------------------- planned works


def gipod(tmp_path, *features: tuple) -> object:
    rows = [
        {"type": "Feature", "geometry": shape.__geo_interface__, "properties": properties} for shape, properties in features
    ]  # fmt: skip
    path = tmp_path / "gipod.geojson"
    about = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::31370"}}
    path.write_text(
        json.dumps(
            {"type": "FeatureCollection", "crs": {"type": "name", "properties": about["properties"]}, "features": rows}
        )
    )
    return path


def test_planned_works_as_gipod_gives_them(tmp_path):
    path = gipod(
        tmp_path,
        (box(0, -6, 160, 6), {"gipodId": 123, "kind": "riolering", "owner": None, "startDateTime": "2029-03-01T07:00:00", "endDateTime": "2030-02-01T00:00:00", "status": "Concreet gepland", "own_eur": 90_000, "cities": ["Krekelgem"]}),
        (Point(200, 3), {"gipodId": 124, "kind": "cable", "owner": "grid_operator", "startDateTime": "2031-01-01", "status": None}),
    )  # fmt: skip
    found, remarks = read_planned_works(path, street.sections(), **HORIZON)
    assert found.index.tolist() == ["123|a", "123|b", "124|c"]
    assert found["fixed_year"].tolist() == [2029, 2029, 2031]
    assert found["status"].tolist() == ["decided", "decided", "planned"]
    # a cost goes over the sections by length
    assert found["own_eur"].tolist()[:2] == [45_000, 45_000]
    assert found["source"].tolist()[0] == "GIPOD 123"
    assert "2 planned works in 3 street sections" in remarks[0]["text_en"]
    made = street.works(planned=found)
    assert made.works.loc["a|sewer", ["status", "fixed_year", "own_eur"]].tolist() == ["decided", 2029, 45_000]
    assert made.case.works.fixed[list(made.case.works.name).index("c|cable")] == 4


def test_planned_works_from_a_csv(tmp_path):
    path = csv(tmp_path, "gipod_id;sectie;soort;start\nx1;b;heraanleg;2032\nx2;a;vergroening;1/9/2035\n", "werken.csv")
    found, _ = read_planned_works(path, street.sections(), **HORIZON)
    assert found["kind"].tolist() == ["reconstruction", "greening"]
    assert found["fixed_year"].tolist() == [2032, 2035]
    assert street.works(planned=found).works.loc["b|reconstruction", "owner"] == "city"


def test_every_fault_of_a_file_of_works_at_once(tmp_path):
    path = csv(
        tmp_path,
        "gipod_id;section;kind;start;end;own_eur;status\n1;a;sewer;2019;;;\n2;a;tram;2030;;;\n3;zz;cable;2030;;;\n4;a;cable;ooit;;;\n"
        "5;b;cable;2032;2030;;\n6;b;water;2032;;-4;\n7;b;water;2033;;;misschien\n8;c;cable;2030;;;\n8;c;cable;2031;;;\n",
        "werken.csv",
    )
    text = refusal(read_planned_works, path, street.sections(), **HORIZON)
    for words in (
        "werken.csv, row 2, column start: 2019 lies outside the horizon, expected a year from 2027 to 2051; take out what is done already",
        "werken.csv, row 3, column kind: found 'tram'",
        "werken.csv, row 4, column section: 'zz' is no section of this place",
        "werken.csv, row 5, column start: found 'ooit', expected a year or a date such as 2029",
        "werken.csv, row 6, column end: 2030 lies before the start in 2032",
        "werken.csv, row 7, column own_eur: found -4 EUR, expected a number from 0",
        "werken.csv, row 8, column status: found 'misschien', expected one of planned, decided",
        "werken.csv, rows 9, 10, column gipod_id: 8 stands more than once for section c",
    ):
        assert words in text, text


def test_gipod_does_not_say_what_is_done(tmp_path):
    path = gipod(tmp_path, (Point(40, 0), {"gipodId": 1, "startDateTime": "2030-01-01"}))
    assert "column kind is missing; add it, with one of heat, sewer" in refusal(
        read_planned_works, path, street.sections(), **HORIZON
    )


# ------------------------------------------------------------------------------------------------------------------ templates


@pytest.mark.parametrize(("name", "rows"), [("assets", 24), ("works", 3)])
def test_a_template_lists_the_streets_and_reads_back(tmp_path, name, rows):
    path = csv(tmp_path, template(name, street.sections()), f"{name}.csv")
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert len(lines) == rows + 1
    if name == "assets":
        filled = path.read_text(encoding="utf-8").replace("b;Dorpstraat;sewer;;;", "b;Dorpstraat;sewer;;1971;")
        found, _ = read_assets(csv(tmp_path, filled), street.sections(), **KNOWN)
        assert found.index.tolist() == ["b|sewer"]
    else:
        filled = path.read_text(encoding="utf-8").replace(";b;Dorpstraat;;;;", ";b;Dorpstraat;cable;;2030;")
        found, _ = read_planned_works(csv(tmp_path, filled), street.sections(), **HORIZON)
        assert found["section"].tolist() == ["b"]


def test_an_empty_template_means_that_nothing_is_known(tmp_path):
    found, remarks = read_assets(csv(tmp_path, template("assets", street.sections())), street.sections(), **KNOWN)
    assert found.empty
    assert len(remarks) == 1
    assert street.works(assets=found).assets["drawn"].all()


def test_the_command_line_writes_a_template_once(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first = CliRunner().invoke(app, ["check", "--template", "assets"])
    assert first.exit_code == 0
    assert (
        (tmp_path / "assets.csv")
        .read_text(encoding="utf-8")
        .endswith("section;street;kind;owner;built_year;life_years;condition;length_m;dn_mm\n")
    )
    again = CliRunner().invoke(app, ["check", "--template", "assets"])
    assert isinstance(again.exception, DataError)
    assert "was not touched" in str(again.exception)
    wrong = CliRunner().invoke(app, ["check", "--template", "asets"])
    assert "did you mean assets?" in str(wrong.exception)
    assert CliRunner().invoke(app, ["check"]).exit_code == 2


def test_keys_of_sections_may_be_numbers(tmp_path):
    named = street.sections().set_axis(pd.Index(["101", "102", "103"], name="section", dtype="str"))
    found, _ = read_assets(csv(tmp_path, "section,kind,built_year\n102,gas,1990\n"), named, **KNOWN)
    assert found.index.tolist() == ["102|gas"]
