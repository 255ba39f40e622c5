"""Formats of registers and networks, read without renaming a column."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from shapely.geometry import LineString, Point, Polygon, box

from koppelkans.errors import DataError
from koppelkans.place.meters import read_meters
from koppelkans.place.read import read_known, read_place

X, Y = 100_000.0, 200_000.0
CRS = "EPSG:31370"


def house(dx, dy, width=8.0, depth=10.0):
    return box(X + dx, Y + dy, X + dx + width, Y + dy + depth)


def texts(known):
    return " ".join(row["text_en"] for row in known.remarks)


# ----------------------------------------------------------------------------------------------------------------------- GRB

GBG = {
    "UIDN": [11, 12, 13], "OIDN": [1, 2, 3], "TYPE": [1, 1, 2], "LBLTYPE": ["hoofdgebouw", "hoofdgebouw", "bijgebouw"],
    "OPNDATUM": ["2005-02-21"] * 3, "LENGTE": [36.0, 36.0, 18.0], "OPPERVL": [80.0, 81.0, 20.0],
}  # fmt: skip
LINKS = pd.DataFrame(
    [
        (1, "12", "nvt"), (2, "14", "0001"), (2, "14", "0002"), (2, "14", "0003"), (2, "16", "nvt"), (99, "1", "nvt"),
    ],
    columns=["GBGOIDN", "HUISNR", "BUSNR"],
).assign(UIDN=range(6), OIDN=range(100, 106), APPARTNR="nvt", STRAATNM="Haneweg", NISCODE="23096", GEMEENTE="Zemst", POSTCODE=1980, HNRLABEL="x")  # fmt: skip


def grb(folder):
    shapes = gpd.GeoDataFrame(GBG, geometry=[house(0, 0), house(10, 0), house(20, 0, 4, 5)], crs=CRS)
    pyogrio.write_dataframe(shapes, folder / "Gbg23096B500.shp")
    pyogrio.write_dataframe(LINKS, folder / "TblGbgAdr23096B500.dbf", driver="ESRI Shapefile")
    return folder


def test_grb_counts_boxes_in_its_address_links_and_knows_annexes(tmp_path):
    known = read_known(grb(tmp_path))
    found = known.records
    assert list(found.index) == ["1", "2", "3"]
    assert list(found["addresses"]) == [1, 2, 0]
    assert list(found["boxes"]) == [0, 3, 0]
    assert list(found["use"].fillna("-")) == ["-", "-", "annex"]
    assert list(found["footprint_m2"]) == [80.0, 81.0, 20.0]
    assert list(found["house_number"].fillna("-")) == ["12", "14", "-"]
    assert found["built_year"].isna().all()  # OPNDATUM is the date of survey
    assert {item.line[:8] for item in read_place(tmp_path).attributions} == {"Bron: Gr"}


def test_grb_table_without_shapes_stands_at_its_address_points(tmp_path):
    pyogrio.write_dataframe(pd.DataFrame(GBG), tmp_path / "Gbg23096B500.dbf", driver="ESRI Shapefile")
    pyogrio.write_dataframe(LINKS, tmp_path / "TblGbgAdr23096B500.dbf", driver="ESRI Shapefile")
    points = gpd.GeoDataFrame(
        {"straat": "Haneweg", "huisnr": ["12", "14", "16"], "postcode": "1980", "gemeente": "Zemst"},
        geometry=[Point(X, Y), Point(X + 10, Y), Point(X + 12, Y)], crs=CRS,
    )  # fmt: skip
    pyogrio.write_dataframe(points, tmp_path / "adressen.gpkg", layer="addresses")
    known = read_known(tmp_path)
    assert list(known.records["boxes"]) == [0, 3]
    assert [(shape.x, shape.y) for shape in known.records.geometry] == [(X, Y), (X + 10, Y)]
    assert "2 buildings stand at their first address point, 1 without a located address are left out" in texts(known)


def test_box_of_the_first_address_alone_is_not_counted(tmp_path):
    layer = gpd.GeoDataFrame(
        GBG | {"STRAATNM": "Haneweg", "HUISNR": ["12", "14", None], "BUSNR": ["nvt", "0001", "nvt"]},
        geometry=[Point(X + part, Y) for part in (0, 20, 40)],
        crs=CRS,
    )
    pyogrio.write_dataframe(layer, tmp_path / "z.gpkg", layer="buildings_points")
    known = read_known(tmp_path)
    assert list(known.records["boxes"]) == [0, 0, 0]
    assert "Add TblGbgAdr to count apartments" in texts(known)


# ---------------------------------------------------------------------------------------------------------- Gebouwenregister


def register(rows, status="Gerealiseerd"):
    side = int(np.ceil(np.sqrt(rows)))
    shapes = [house(20 * (n % side), 20 * (n // side)) for n in range(rows)]
    ids = [f"https://data.vlaanderen.be/id/gebouw/{n}" for n in range(rows)]
    return gpd.GeoDataFrame(
        {
            "id": ids,
            "ObjectId": range(rows),
            "VersieId": "2025",
            "GeometrieMethode": "IngemetenGRB",
            "GebouwStatus": status,
        },
        geometry=shapes,
        crs=CRS,
    )


def test_only_realised_buildings_of_the_register_count(tmp_path):
    layer = register(4, ["Gerealiseerd", "Gehistoreerd", "Gepland", "gerealiseerd"])
    pyogrio.write_dataframe(layer, tmp_path / "gebouwenregister.gpkg", layer="Gebouw")
    known = read_known(tmp_path)
    assert list(known.records.index) == ["0", "3"]
    assert "2 of 4 rows of the building register are not realised" in texts(known)


def test_a_full_page_of_the_register_is_a_warning(tmp_path):
    pyogrio.write_dataframe(register(10_000), tmp_path / "gebouwen.gpkg", layer="gebouwen")
    known = read_known(tmp_path)
    (page,) = [row for row in known.remarks if "exactly 10000 rows" in row["text_en"]]
    assert page["level"] == "warning"


@pytest.mark.parametrize("shape", ["centroid", "wkt"])
def test_a_page_of_the_register_as_csv(tmp_path, shape):
    table = register(3, ["Gerealiseerd", "Gehistoreerd", "Gerealiseerd"]).assign(area_m2=80.0)
    where = (
        {"centroid_x": table.centroid.x, "centroid_y": table.centroid.y}
        if shape == "centroid"
        else {"geometry": table.to_wkt()["geometry"]}
    )
    pd.DataFrame(table.drop(columns="geometry")).assign(**where).to_csv(tmp_path / "pagina.csv", index=False)
    (tmp_path / "place.toml").write_text('[place]\ncrs = "EPSG:31370"\n')
    found = read_known(tmp_path).records
    assert list(found.index) == ["0", "2"]
    assert list(found["footprint_m2"]) == [80.0, 80.0]
    assert set(found.geom_type) == {"Point" if shape == "centroid" else "Polygon"}


# --------------------------------------------------------------------------------------------------------------------- roads


def test_wegenregister_takes_the_left_name_else_the_right_and_roads_in_use_only(tmp_path):
    lines = [LineString([(X, Y - 5 - n), (X + 100, Y - 5 - n)]) for n in range(4)]
    roads = gpd.GeoDataFrame(
        {
            "WS_OIDN": [1, 2, 3, 4], "WS_UIDN": ["1_1", "2_1", "3_1", "4_1"], "STATUS": [4, 4, 4, 1],
            "LBLSTATUS": ["in gebruik"] * 3 + ["vergunning aangevraagd"], "LSTRNM": ["Haneweg", "nvt", "nvt", "Haneweg"],
            "RSTRNM": ["Haneweg", "Pad", "nvt", "Haneweg"], "MORF": [103, 103, 101, 103],
            "LBLMORF": ["weg bestaande uit één rijbaan", "weg bestaande uit één rijbaan", "autosnelweg", "weg bestaande uit één rijbaan"],
            "WEGCAT": ["L", "L", "H", "L"], "VERH": [1, 2, 1, 1], "LBLVERH": ["weg met vaste verharding"] * 4,
        },
        geometry=lines, crs=CRS,
    )  # fmt: skip
    widths = pd.DataFrame({"WB_OIDN": [1, 2, 3], "WS_OIDN": [1, 1, 2], "BREEDTE": [4, 6, -8]})
    pyogrio.write_dataframe(roads, tmp_path / "Wegsegment.shp", encoding="utf-8")
    pyogrio.write_dataframe(widths, tmp_path / "AttWegbreedte.dbf", driver="ESRI Shapefile")
    pyogrio.write_dataframe(register(1), tmp_path / "gebouwen.gpkg", layer="gebouwen")
    known = read_known(tmp_path)
    assert list(known.streets["street"].fillna("-")) == ["Haneweg", "Pad", "-"]
    assert list(known.streets["road_class"])[2] == "autosnelweg"
    assert list(known.streets["width_m"].fillna(0)) == [5.0, 0.0, 0.0]
    assert list(known.streets["length_m"]) == [100.0] * 3
    assert "1 road segments are not in use" in texts(known)
    assert list(known.records["level"]) == ["A"]


# ----------------------------------------------------------------------------------------------------------------------- OSM


def extract():
    tags = [
        "building",
        "addr:street",
        "addr:housenumber",
        "highway",
        "name",
        "surface",
        "width",
        "building:levels",
        "start_date",
        "landuse",
    ]
    rows = [
        (
            house(0, 0),
            {
                "building": "house",
                "addr:street": "Pad",
                "addr:housenumber": "1",
                "building:levels": "2",
                "start_date": "1930s",
            },
        ),
        (house(20, 0, 4, 4), {"building": "yes"}),
        (house(40, 0), {"building": "no"}),
        (
            LineString([(X, Y - 5), (X + 90, Y - 5)]),
            {"highway": "steps", "name": "Pad", "surface": "asphalt", "width": "3.5 m"},
        ),
        (Point(X + 1, Y), {"addr:street": "Pad", "addr:housenumber": "1"}),
        (Polygon([(X, Y), (X + 99, Y), (X, Y + 99)]), {"landuse": "meadow"}),
    ]
    frame = pd.DataFrame([{tag: given.get(tag) for tag in tags} for _, given in rows])
    return gpd.GeoDataFrame(
        frame.assign(**{"@id": [f"way/{n}" for n in range(len(rows))]}), geometry=[shape for shape, _ in rows], crs=CRS
    )


def test_an_extract_in_one_file_is_taken_apart(tmp_path):
    extract().to_crs(4326).to_file(tmp_path / "wijk.geojson", driver="GeoJSON")
    (tmp_path / "place.toml").write_text('[place]\ncrs = "EPSG:31370"\n')
    known = read_known(tmp_path)
    row = known.records.loc["0"]
    assert len(known.records) == 2
    assert (row["storeys"], row["built_year"], row["street"], row["house_number"], row["level"]) == (
        2.0,
        1930.0,
        "Pad",
        "1",
        "A",
    )
    assert known.records["use"].tolist() == ["residential", "annex"]
    street = known.streets.iloc[0]
    assert (street["street"], street["road_class"], street["surface"], street["width_m"]) == (
        "Pad",
        "steps",
        "asphalt",
        3.5,
    )
    assert len(known.addresses) == 1
    assert set(read_place(tmp_path).backdrop) == {"landuse"}


def test_an_extract_in_degrees_without_a_stated_system_is_refused_with_the_cure(tmp_path):
    extract().to_crs(4326).to_file(tmp_path / "wijk.geojson", driver="GeoJSON")
    with pytest.raises(DataError, match="in degrees, expected metres"):
        read_known(tmp_path)


# ----------------------------------------------------------------------------------------------------------------- addresses


def test_address_table_in_degrees_and_another_encoding(tmp_path):
    at = gpd.GeoSeries([Point(X, Y), Point(X + 10, Y)], crs=CRS).to_crs(4326)
    lines = ["PKANCODE,COMMUNE_NL,STREET_NL,HUISNR,LAT,LON"]
    lines += [f"9999,Krekelgem,Café-straat,{n},{p.y:.8f},{p.x:.8f}" for n, p in enumerate(at, start=1)]
    (tmp_path / "9999.csv").write_bytes("\n".join(lines).encode("cp1252"))
    (tmp_path / "place.toml").write_text('[place]\ncrs = "EPSG:31370"\n')
    known = read_known(tmp_path)
    assert list(known.records["street"]) == ["Café-straat"] * 2
    assert known.records.geometry.x.tolist() == pytest.approx([X, X + 10], abs=0.01)
    assert known.municipality == "Krekelgem"


def test_address_parquet_with_coordinates_in_columns(tmp_path):
    pd.DataFrame(
        {"postcode": ["9999"], "gemeente": ["K"], "straat": ["Pad"], "huisnr": ["50_2"], "x": [X], "y": [Y]}
    ).to_parquet(tmp_path / "adressen.parquet")
    (tmp_path / "place.toml").write_text('[place]\ncrs = "EPSG:31370"\n')
    row = read_known(tmp_path).records.iloc[0]
    assert (row["house_number"], row["boxes"]) == ("50", 1)  # an underscore marks a sub-address


# ------------------------------------------------------------------------------------------------------- figures per sector

HEAD = "verbruiksjaar;richting;markt;statistische_sector;provincie;gemeente;sector;subsector;contact_rol;aantal;afname;injectie"


def fluvius(folder, factor=1.0, hidden=False):
    rows = [
        f"2024;afname;gas;11029A00-;Antwerpen;Mortsel;Huishoudens;;;100;{1_160_000 * factor:.3f};0",
        f"2024;afname;gas;11029A00-;Antwerpen;Mortsel;Diensten;G;;{'X' if hidden else '5'};{900_000 * factor:.3f};0",
        f"2024;afname;elektriciteit;11029A00-;Antwerpen;Mortsel;Huishoudens;;;120;{420_000 * factor:.3f};0",
        f"2024;afname;gas;11002A00-;Antwerpen;Antwerpen;Huishoudens;;;50;{500_000 * factor:.3f};0",
    ]
    (folder / "1_06a.csv").write_text("\n".join([HEAD, *rows]))
    points = gpd.GeoDataFrame(
        {"straat": ["Pad"], "huisnr": ["1"], "postcode": ["2640"], "gemeente": ["Mortsel"]},
        geometry=[Point(X, Y)],
        crs=CRS,
    )
    pyogrio.write_dataframe(points, folder / "plek.gpkg", layer="addresses")
    return folder


def value(known, quantity, sector="11029A00-"):
    table = known.sector_statistics
    return table.loc[(table["quantity"] == quantity) & (table["sector"] == sector), "value"].item()


@pytest.mark.parametrize(("factor", "unit"), [(1.0, "kWh"), (0.001, "MWh")])
def test_unit_of_fluvius_use_is_inferred_and_told(tmp_path, factor, unit):
    known = read_known(fluvius(tmp_path, factor))
    assert value(known, "gas_kwh") == pytest.approx(1_160_000)
    assert value(known, "gas_connections") == 100
    assert value(known, "gas_other_kwh") == pytest.approx(900_000)
    assert value(known, "electricity_kwh") == pytest.approx(420_000)
    assert set(known.sector_statistics["unit"]) == {"kWh", "EAN"}
    assert f"inferred is {unit}: 11,067 kWh of gas per connection" in texts(known)


def test_a_unit_that_fits_neither_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"1\.10667 per gas connection; expected about 11600 \(kWh\) or 11\.6 \(MWh\)"):
        read_known(fluvius(tmp_path, 0.0001))


def test_a_hidden_cell_is_unknown_and_not_zero(tmp_path):
    assert np.isnan(value(read_known(fluvius(tmp_path, hidden=True)), "gas_other_connections"))


def test_sectors_outside_the_neighbourhood_do_not_count(tmp_path):
    folder = fluvius(tmp_path)
    area = gpd.GeoDataFrame(
        {"wijkcode": ["11029W06"], "naam": ["A (Mortsel)"]}, geometry=[house(-50, -50, 100, 100)], crs=CRS
    )
    pyogrio.write_dataframe(area, folder / "plek.gpkg", layer="wijk", append=True)
    known = read_known(folder)
    assert set(known.sector_statistics["sector"]) == {"11029A00-"}
    assert "Of 2 sectors in the files 1 lie in the area" in texts(known)


def user_table(folder, cell, toml="", unit="kWh", connections="10"):
    rows = [
        "sector;year;quantity;unit;value;source",
        f"A;2024;gas_kwh;{unit};{cell};Bron: wij",
        f"A;2024;gas_connections;EAN;{connections};Bron: wij",
        "A;2024;epc_label_a;buildings;X;Bron: VEKA",
    ]
    fluvius(folder)
    (folder / "1_06a.csv").unlink()
    (folder / "epc.csv").write_text("\n".join(rows))
    (folder / "place.toml").write_text(toml)
    return folder


def test_a_table_of_the_user_is_read_by_its_declared_signs(tmp_path):
    declared = '[tables.epc]\nfile = "epc.csv"\ndecimal = ","\nthousands = "."\n'
    known = read_known(user_table(tmp_path, "116.000,5", declared))
    assert value(known, "gas_kwh", "A") == 116_000.5
    assert np.isnan(value(known, "epc_label_a", "A"))
    assert set(known.sector_statistics["source"]) == {"Bron: wij", "Bron: VEKA"}


def test_an_undeclared_sign_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"116\.000.*declare it in place\.toml"):
        read_known(user_table(tmp_path, "116.000"))


def test_gas_per_sector_in_another_unit_is_refused_against_the_count(tmp_path):
    with pytest.raises(
        DataError, match=r"gas_kwh / gas_connections is 11\.6 \(A 2024\), expected about 11600 kWh.*MWh"
    ):
        read_known(user_table(tmp_path, "116"))


def test_gas_per_sector_written_in_mwh_is_converted(tmp_path):
    known = read_known(user_table(tmp_path, "116", unit="MWh"))
    assert value(known, "gas_kwh", "A") == 116_000
    assert set(known.sector_statistics["unit"]) == {"kWh", "EAN", "buildings"}


# -------------------------------------------------------------------------------------------------------------------- meters


def local_hours(first, last, minutes=60):
    """Local clock times as Fluvius writes them: labelled UTC."""
    real = pd.date_range(first, last, freq=f"{minutes}min", tz="Europe/Brussels", inclusive="left")
    return real, [f"{time:%Y-%m-%dT%H:%M:%S}.000Z" for time in real.tz_localize(None)]


def meter_file(folder, written, name="gas.csv"):
    lines = ["EAN_ID;Datum;Datum_Startuur;Volume_Afname_KWh;Type_Gasmeter;Contract_Categorie"]
    lines += [f"{meter};{time[:10]};{time};0.5;G4;Residentieel" for meter in (1, 2) for time in written]
    (folder / name).write_text("\n".join(lines))
    return folder / name


@pytest.mark.parametrize(
    ("first", "last", "minutes", "count"),
    [
        ("2024-03-31", "2024-04-01", 60, 23), ("2024-10-27", "2024-10-28", 60, 25), ("2024-03-31", "2024-04-01", 15, 92),
        ("2024-10-27", "2024-10-28", 15, 100), ("2024-03-01", "2024-11-01", 60, 24 * 245),
    ],
)  # fmt: skip
def test_local_times_labelled_utc_are_localised_through_both_clock_changes(tmp_path, first, last, minutes, count):
    real, written = local_hours(first, last, minutes)
    frame, remarks = read_meters(meter_file(tmp_path, written))
    mine = frame.loc[frame["meter"] == "1", "start"]
    assert len(mine) == len(real) == count
    assert list(mine) == list(real)
    assert "labelled UTC but are local time (the clock changes prove it)" in remarks[0]["text_en"]


def test_times_that_are_truly_utc_are_converted(tmp_path):
    real = pd.date_range("2024-03-30", "2024-04-02", freq="h", tz="UTC", inclusive="left")
    frame, remarks = read_meters(meter_file(tmp_path, [f"{time:%Y-%m-%dT%H:%M:%S}Z" for time in real]))
    assert list(frame.loc[frame["meter"] == "1", "start"]) == list(real.tz_convert("Europe/Brussels"))
    assert remarks == []


def test_a_series_without_clock_change_is_taken_as_local_with_a_warning(tmp_path):
    real, written = local_hours("2024-01-01", "2024-01-03")
    frame, remarks = read_meters(meter_file(tmp_path, written))
    assert list(frame.loc[frame["meter"] == "2", "start"]) == list(real)
    assert (remarks[0]["level"], "cannot be proved" in remarks[0]["text_en"]) == ("warning", True)


def test_times_with_their_own_offset_are_believed(tmp_path):
    real, _ = local_hours("2024-10-27", "2024-10-28")
    frame, remarks = read_meters(meter_file(tmp_path, [time.isoformat() for time in real]))
    assert list(frame.loc[frame["meter"] == "1", "start"]) == list(real)
    assert remarks == []


def test_times_that_contradict_each_other_are_refused(tmp_path):
    _, autumn = local_hours("2024-10-27", "2024-10-28")
    spring = [f"2024-03-31T{hour:02d}:00:00Z" for hour in range(24)]
    with pytest.raises(DataError, match="contradict each other"):
        read_meters(meter_file(tmp_path, [*spring, *autumn]))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("EAN_ID;Datum_Startuur\n1;2024-01-01T00:00:00Z\n", "columns volume_afname_kwh are missing"),
        ("EAN_ID;Datum_Startuur;Volume_Afname_KWh\n1;2024-01-01T00:00:00Z;-1\n", "1 cells are negative"),
        ("EAN_ID;Datum_Startuur;Volume_Afname_KWh\n1;gisteren;1\n", "1 times cannot be read"),
        ("EAN_ID;Datum_Startuur;Volume_Afname_KWh\n1;2024-01-01T00:00:00Z;1,5\n", "state the decimal sign"),
    ],
)
def test_meter_files_with_a_fault(tmp_path, text, said):
    (tmp_path / "m.csv").write_text(text)
    with pytest.raises(DataError, match=said):
        read_meters(tmp_path / "m.csv")
