"""The works calendar for the tools of others: what is written is read back by other means."""

import csv
import io
import json
from datetime import date

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from shapely.geometry import LineString

import street_fixture
from koppelkans.errors import DataError
from koppelkans.exchange.works_files import calendar_ics, lekp_csv, quantities_workbook, works_geojson
from koppelkans.place.street_works import read_planned_works
from koppelkans.street.dividend import dividend
from koppelkans.street.dividend_owners import owner_shares
from koppelkans.street.works_tables import calendar_table, openings_table, work_quantities
from works_fixture import PACE, every_calendar, facts_of, hand_case

DAY = date(2026, 11, 26)
STREETS = ['Kerkstraat; "oud", deel 1', 'Kerkstraat; "oud", deel 1', None]


@pytest.fixture(scope="module")
def case():
    works = [
        {"kind": "sewer", "own_eur": 500.0},
        {"kind": "cable", "owner": 1, "own_eur": 200.0, "fixed": 0},
        {"kind": "gas", "section": 1, "owner": 1, "after": True, "fixed": -1},
    ]
    return hand_case(works, sections=2)


@pytest.fixture(scope="module")
def known(case):
    return pd.DataFrame(
        {"street": STREETS, "status": ["computed", "decided", "computed"], "drawn": [True, False, False]},
        index=case.works.name.astype(str),
    )


@pytest.fixture(scope="module")
def calendar(case, known):
    months = pd.DataFrame({"month_from": ["2026-11"], "month_to": ["2026-12"]}, index=["sewer-0"])
    return calendar_table(case, np.array([0, 0, 2]), known, months=months)


# ------------------------------------------------------------------------------------------------------------------- iCalendar


def events(content: bytes) -> list[dict[str, str]]:
    """The events of an iCalendar file, read as the standard says: lines unfolded, escapes undone."""
    lines = content.decode("utf-8").replace("\r\n ", "").split("\r\n")
    found, inside = [], None
    for line in lines:
        if line == "BEGIN:VEVENT":
            inside = {}
        elif line == "END:VEVENT":
            found.append(inside)
            inside = None
        elif inside is not None:
            name, value = line.split(":", 1)
            inside[name] = value.replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")
    return found


def test_ics_reads_back(calendar):
    content = calendar_ics(calendar, title="Werken Krekelwijk", made_on=DAY)
    cable, sewer = sorted(events(content), key=lambda event: event["UID"])
    assert (sewer["DTSTART;VALUE=DATE"], sewer["DTEND;VALUE=DATE"]) == (
        "20261101",
        "20270101",
    )  # whole months, the end not included
    assert (cable["DTSTART;VALUE=DATE"], cable["DTEND;VALUE=DATE"]) == ("20260101", "20270101")  # only a year is known
    assert (sewer["STATUS"], cable["STATUS"]) == ("TENTATIVE", "CONFIRMED")
    assert sewer["SUMMARY"] == f"riolering, {STREETS[0]}"
    assert "Samen met: cable-1" in sewer["DESCRIPTION"]
    assert "geloot" in sewer["DESCRIPTION"]
    assert "geloot" not in cable["DESCRIPTION"]


def test_ics_keeps_to_the_form(calendar):
    content = calendar_ics(calendar, title="Zuiderwijk – café ’t Één, " * 6, made_on=DAY)
    lines = content.split(b"\r\n")
    assert (lines[0], lines[-2], lines[-1]) == (b"BEGIN:VCALENDAR", b"END:VCALENDAR", b"")
    assert max(map(len, lines)) <= 75
    assert b"\n" not in b"".join(lines)
    assert content == calendar_ics(calendar, title="Zuiderwijk – café ’t Één, " * 6, made_on=DAY)


# --------------------------------------------------------------------------------------------------------------------- GeoJSON


def sections_of(*names: str) -> gpd.GeoSeries:
    lines = [LineString([(170_000 + 100 * at, 210_000), (170_100 + 100 * at, 210_000)]) for at in range(len(names))]
    return gpd.GeoSeries(lines, index=list(names), crs="EPSG:31370")


def test_geojson_reads_back(calendar, tmp_path):
    content = works_geojson(calendar, sections_of("s0", "s1"), made_on=DAY)
    path = tmp_path / "works.geojson"
    path.write_bytes(content)
    read = gpd.read_file(path).set_index("reference")
    assert read.crs.to_epsg() == 4326
    assert set(read.index) == {"sewer-0", "cable-1"}  # what waits until after the horizon is no ground work yet
    back = read.to_crs("EPSG:31370").geometry["sewer-0"]
    assert back.length == pytest.approx(100, abs=0.1)
    about = {feature["id"]: feature["properties"] for feature in json.loads(content)["features"]}
    assert about["sewer-0"]["startDateTime"] == "2026-11-01T00:00:00Z"
    assert about["sewer-0"]["endDateTime"] == "2026-12-31T23:59:59Z"
    assert about["sewer-0"]["status"] == "niet-concreet gepland"
    assert about["cable-1"]["status"] == "concreet gepland"
    assert about["cable-1"]["joinedWith"] == ["sewer-0"]
    assert about["sewer-0"]["estimatedDurationDays"] == 61


def test_geojson_is_read_as_planned_works(calendar, tmp_path):
    """What one plan arranged, another takes as fixed."""
    lines = street_fixture.sections().rename(index={"a": "s0", "b": "s1", "c": "s2"})
    path = tmp_path / "works.geojson"
    path.write_bytes(works_geojson(calendar.assign(status="decided"), lines.geometry, made_on=DAY))
    found, _ = read_planned_works(path, lines, first_year=2026, years=5, parameters=street_fixture.PARAMETERS, day=DAY)
    read = found.set_index("kind")
    assert read["section"].to_dict() == {"sewer": "s0", "cable": "s0"}
    assert read["fixed_year"].to_dict() == {"sewer": 2026, "cable": 2026}
    assert read["owner"].to_dict() == {"sewer": "a", "cable": "b"}


def test_geojson_names_sections_without_geometry(calendar):
    with pytest.raises(DataError, match=r"1 sections with works have no geometry \(s0\)"):
        works_geojson(calendar, sections_of("s1"), made_on=DAY)


# -------------------------------------------------------------------------------------------------------------------- workbook


def test_workbook_reads_back(case, known):
    found = dividend(case, every_calendar)
    year = np.array([0, 0, 2])
    quantities = work_quantities(case, year, known, facts=facts_of(case), pace=PACE)
    assert quantities["footway_m2"].tolist() == [150, 150, 0]  # 300 m2, opened once for two
    assert quantities.loc["sewer-0", "trench_m3"] == 450
    openings = openings_table(case, year, pd.Series({"s0": STREETS[0]}))
    shares = owner_shares(found, facts_of(case))
    content = quantities_workbook(
        quantities, openings, shares, title="Krekelwijk", footer="koppelkans & co", made_on=DAY
    )
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["Per straat en eigenaar", "Werken", "Openingen", "Eigenaars"]
    rows = list(book["Per straat en eigenaar"].iter_rows(min_row=3, values_only=True))
    titles = list(rows[0])
    assert "Sleuf (m³)" in titles
    assert sum(row[titles.index("Aantal werken")] for row in rows[1:-1]) == 2
    assert str(rows[-1][titles.index("Sleuf (m³)")]).startswith("=SUM(")
    works = list(book["Werken"].iter_rows(min_row=4, values_only=True))
    assert [row[0] for row in works[:3]] == quantities.index.tolist()
    assert "niet publiceren" in book["Werken"]["A2"].value


def test_workbook_takes_no_text_for_a_formula(case, known):
    found = dividend(case, every_calendar)
    quantities = work_quantities(
        case, np.array([0, 0, 2]), known.assign(street="=1+1"), facts=facts_of(case), pace=PACE
    )
    openings = openings_table(case, np.array([0, 0, 2]), pd.Series({"s0": "=1+1"}))
    content = quantities_workbook(
        quantities, openings, owner_shares(found, facts_of(case)), title="x", footer="x", made_on=DAY
    )
    cell = openpyxl.load_workbook(io.BytesIO(content))["Per straat en eigenaar"]["A4"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


# ------------------------------------------------------------------------------------------------------------------------- CSV


def test_pact_goals_as_csv():
    lekp = pd.DataFrame(
        {"title": ["=Bomen"], "title_en": ["Trees"], "unit": ["aantal"], "target": [1200.5], "delta": [84.0], "target_share": [np.nan], "version": ["2.1"]},
        index=pd.Index(["trees"], name="goal"),
    )  # fmt: skip
    content = lekp_csv(lekp)
    assert content.startswith("\ufeff".encode())
    header, row = csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
    assert header[0] == "doel"
    assert row == ["trees", "'=Bomen", "Trees", "aantal", "1200,5", "84", "", "2.1"]
