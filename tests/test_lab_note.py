"""The policy note: two pages at most, the vulnerable first, nothing that may not be published, and files to edit."""

import json
import re
from dataclasses import replace
from io import BytesIO

import docx
import pandas as pd
import pypdf
import pytest

import krekelwijk
from koppelkans.errors import KoppelkansError
from koppelkans.lab import LabChoices, laboratory, lever_note, printable, write_lab
from koppelkans.lab.files import docx_bytes
from koppelkans.lab.note import pages_of
from koppelkans.lab.words import group_name, outcome_name
from koppelkans.report.document import Document, Figure, Section, Table, blocks_of, words_of
from koppelkans.report.html import html_page
from koppelkans.scenario import HeatNetwork, Scenario, Source

FEW = LabChoices(figures=0)


@pytest.fixture(scope="module")
def flanders():
    return laboratory(None, ["tariff_shift:x_e=0.02,x_g=0.008"], choices=FEW)


@pytest.fixture(scope="module")
def place():
    source = Source(name="bron", x_m=30.0, y_m=-20.0, capacity_kw=5_000, supply_c=80, price_eur_per_mwh=10)
    scenario = Scenario(sources=[source], heat_network=HeatNetwork(must_connect=["t1", "t2", "t3"]))
    levers = ["connection_support:eur_per_dwelling=2000", "gas_end_date:year=2040", "tariff_shift:x_e=0.02,x_g=0.008"]
    return laboratory(krekelwijk.place(), levers, scenario=scenario, choices=FEW)


def said(document: Document) -> str:
    return re.sub(r"<[^>]+>", " ", html_page(document))


def tables_of(document: Document) -> list[Table]:
    return [block for part in document.sections for block in blocks_of(part.blocks) if isinstance(block, Table)]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_two_pages_at_most(flanders, place, language):
    for result in (flanders, place):
        for setting in result.settings:
            pdf = lever_note(result, setting, language=language)[1]
            pages = len(pypdf.PdfReader(BytesIO(pdf)).pages)
            assert pages <= 2
            assert pages_of(pdf) == pages


def test_the_project_stands_on_the_note_of_a_place(place):
    assert place.publishable
    text = said(lever_note(place, place.settings[0])[0])
    assert "Kostendekkende warmteprijs" in text
    assert "Niet gepubliceerd" not in text


def test_vulnerable_households_stand_first(flanders, place):
    bills = tables_of(lever_note(flanders, flanders.settings[0])[0])[1]
    assert words_of(bills.rows[0][0]) == "Kwetsbaar (sociaal tarief)"
    of_place = tables_of(lever_note(place, place.settings[0])[0])[1]
    assert [words_of(row[0]) for row in of_place.rows][:2] == [
        "Sociale huurder met sociaal tarief", "Eigenaar met sociaal tarief, slecht geïsoleerde woning",
    ]  # fmt: skip


def test_the_rule_says_who_decides_and_how_it_is_known(flanders):
    document = lever_note(flanders, flanders.settings[0])[0]
    row = next(row for row in tables_of(document)[0].rows if "accijns op elektriciteit" in words_of(row[0]))
    assert [words_of(cell) for cell in row][1:] == [
        "0,04600",
        "0,03800",
        "0,02600",
        "federaal",
        "vrij",
        "uit tweede hand",
    ]
    text = said(document)
    assert flanders.result_id in text
    assert "twijfelachtig" in text
    assert "L05" in text


def test_a_small_place_tells_no_totals(place):
    text = said(lever_note(replace(place, publishable=False), place.settings[0])[0])
    assert "Niet gepubliceerd" in text
    assert "Kostendekkende warmteprijs" not in text


def test_several_levers_say_what_this_one_does(place):
    text = said(lever_note(place, place.settings[2])[0])
    assert "3 hefbomen samen" in text
    assert "Steun voor aansluiten" in text


def test_a_lever_without_effect_says_so():
    result = laboratory(None, ["epc_rule=two_axis"], choices=LabChoices(figures=0))
    assert "veranderen geen enkel cijfer" in said(lever_note(result, result.settings[0])[0])


def test_the_file_to_edit_has_styles_and_described_tables(flanders):
    document = lever_note(flanders, flanders.settings[0], language="en")[0]
    read = docx.Document(BytesIO(docx_bytes(document)))
    styles = [paragraph.style.name for paragraph in read.paragraphs]
    assert styles[0] == "Title"
    assert {"Heading 1", "Heading 2", "List Bullet"} <= set(styles)
    assert len(read.tables) == len(tables_of(document))
    for table in read.tables:
        described = table._tbl.tblPr.xpath("./w:tblDescription/@w:val")
        assert described
        assert described[0]
        assert table.rows[0]._tr.xpath("./w:trPr/w:tblHeader")
    assert read.core_properties.title == document.title


def test_a_figure_has_no_place_in_it(flanders):
    document = lever_note(flanders, flanders.settings[0])[0]
    drawn = replace(document, sections=(Section("x", "X", (Figure("f", "<svg/>", "c", "a"),)),))
    with pytest.raises(KoppelkansError, match="no place for Figure"):
        docx_bytes(drawn)


def test_files_come_back_as_they_were(flanders, tmp_path):
    paths = write_lab(flanders, tmp_path / "lab")
    names = {path.name for path in paths}
    assert {"lab.json", "groups.csv", "groups.parquet", "rules.csv", "remarks.csv", "nota-tariff_shift.html", "nota-tariff_shift.pdf", "nota-tariff_shift.docx"} <= names  # fmt: skip
    assert {path.name for path in (tmp_path / "lab").iterdir()} == names
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "lab" / "groups.parquet"), flanders.tables["groups"])
    read = pd.read_csv(tmp_path / "lab" / "budgets.csv")
    assert read["value"].to_list() == pytest.approx(flanders.tables["budgets"]["value"].to_list())
    record = json.loads((tmp_path / "lab" / "lab.json").read_text(encoding="utf-8"))
    assert record["result_id"] == flanders.result_id
    assert record["levers"] == ["tariff_shift:x_e=0.02,x_g=0.008"]


def test_a_lever_set_twice_has_two_notes(tmp_path):
    levers = [
        "premium_amount:measure=air_water,category=cat4,eur=6000",
        "premium_amount:measure=hybrid,category=cat4,eur=3000",
    ]
    paths = write_lab(laboratory(None, levers, choices=LabChoices(figures=0)), tmp_path)
    assert {path.name for path in paths if path.suffix == ".pdf"} == {
        "nota-premium_amount-1.pdf",
        "nota-premium_amount-2.pdf",
    }


def test_a_table_to_show_speaks_dutch(flanders):
    frame = printable(flanders, "groups")
    assert list(frame.columns[:7]) == [
        "Wie",
        "Uitkomst",
        "Eenheid",
        "Vandaag",
        "Beslist (2029)",
        "Met hefboom",
        "Met hefboom (2029)",
    ]
    assert frame.attrs["title"] == "Groepen van de bevolking"
    gas = frame[(frame["Wie"] == "Anderen, gas") & (frame["Eenheid"] == "%")].iloc[0]
    assert gas["Met hefboom"] == pytest.approx(100.0)


def test_every_outcome_and_group_has_a_name(flanders, place):
    for result in (flanders, place):
        for name, frame in result.tables.items():
            if name in ("bands", "interactions"):
                continue
            assert [one for one in frame["outcome"].unique() if outcome_name(one, "nl") == one.replace("_", " ")] == []
            titles = dict(result.households)
            assert [
                one for one in frame["group"].unique() if group_name(one, "nl", titles) == one and one != "ETS2"
            ] == []
