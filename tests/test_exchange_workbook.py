"""The workbook of the business case: its formulas give the plan, and follow the engine when an assumption changes."""

import zipfile
from dataclasses import replace
from io import BytesIO

import numpy as np
import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import exchange_fixture
from exchange_fixture import DAY, FIGURES
from koppelkans.errors import DataError
from koppelkans.exchange import workbook_bytes
from koppelkans.exchange.formulas import BLANK, Place, Term, number, total, when
from koppelkans.exchange.words import QUANTITIES, RESULTS
from koppelkans.money.project import project_terms
from koppelkans.money.project_basis import basis_parts
from sheet_evaluator import Sheets

CENT = 0.005


@pytest.fixture(scope="module")
def plan():
    return exchange_fixture.plan()


@pytest.fixture(scope="module")
def content(plan):
    return workbook_bytes(plan)


@pytest.fixture
def sheets(content):
    return Sheets(content)


def live(sheets):
    """The figures of the sheet of results, by name; NaN where a cell is empty."""
    found = {
        name: sheets.value("Resultaat", f"D{row}")
        for name, row in zip(RESULTS, range(5, 5 + len(RESULTS)), strict=True)
    }
    labels = [sheets.book["Resultaat"][f"A{row}"].value for row in range(5, 5 + len(RESULTS))]
    assert labels == [words[0] for words in RESULTS.values()]
    return {name: float("nan") if isinstance(value, str) else value for name, value in found.items()}


def agree(found, row):
    for name, value in found.items():
        tolerance = 1e-6 if name.endswith("_share") else CENT
        assert value == pytest.approx(row[name], abs=tolerance, nan_ok=True), name


def change(sheets, name, value):
    address = sheets.find("Aannames", QUANTITIES[name][0])
    sheets.change("Aannames", address, value)


# ----------------------------------------------------------------------------------------------------------------------- same


def test_the_formulas_give_the_business_case_of_the_plan_to_the_cent(sheets, plan):
    agree(live(sheets), plan["project"].loc["plan"])
    assert sheets.value("Resultaat", sheets.find("Resultaat", "Is dit het plan?")) == "ja / yes"


@pytest.mark.parametrize(
    ("label", "column"),
    [
        ("Verkochte warmte", "heat_mwh"), ("Opbrengst", "revenue_eur"), ("Rente", "interest_eur"), ("Aflossing", "repayment_eur"),
        ("Schuld op het einde van het jaar", "debt_left_eur"), ("DSCR", "dscr"),
    ],
)  # fmt: skip
def test_every_year_is_that_of_the_plan(sheets, plan, label, column):
    years = plan["project_years"].query("uptake == 'plan'")
    rows = [cells[0].row for cells in sheets.book["Kasstroom"].iter_rows(max_col=1) if cells[0].value == label]
    values = sheets.block("Kasstroom", f"$E${rows[-1]}:$BC${rows[-1]}")
    assert values[: len(years)] == pytest.approx(years[column].to_numpy(), abs=CENT, nan_ok=True)
    assert np.nansum(np.abs(values[len(years) :])) == 0, "nothing after the concession"


def test_the_file_shows_what_its_formulas_come_to(content, sheets):
    """A preview that computes nothing shows the values in the file."""
    shown = openpyxl.load_workbook(BytesIO(content), data_only=True)
    formulas = 0
    for sheet in sheets.book:
        for cell in (cell for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("=")):
            formulas += 1
            found, there = sheets.value(sheet.title, cell.coordinate), shown[sheet.title][cell.coordinate].value
            assert (
                found == (there or "") if isinstance(found, str) else there == pytest.approx(found, rel=1e-9, abs=1e-6)
            ), cell.coordinate
    assert formulas > 3_000


# --------------------------------------------------------------------------------------------------------------------- changed


@pytest.mark.parametrize(
    "terms",
    [
        {"tariff_eur_per_kwh": 0.11}, {"grant_share": 0.3, "connection_fee_eur": 500.0}, {"interest_share": 0.0, "gearing_share": 0.9},
        {"concession_years": 45}, {"concession_years": 12, "debt_years": 30}, {"depreciation_years": 15}, {"ramp_years": 8, "social_share": 0.25},
        {"ramp_years": 1, "fixed_eur_per_year": 900.0, "capacity_eur_per_kw": 12.0}, {"project_rate_share": 0.0, "tariff_eur_per_kwh": 0.02},
    ],
    ids=str,
)  # fmt: skip
def test_a_changed_assumption_gives_what_the_engine_says(sheets, plan, terms):
    for name, value in terms.items():
        change(sheets, name, value)
    summary, _ = exchange_fixture.case(plan["pipes"], project_terms(FIGURES, DAY, terms))
    agree(live(sheets), summary.loc["plan"])
    assert sheets.value("Resultaat", sheets.find("Resultaat", "Is dit het plan?")) == "gewijzigd / changed"


def steps(last, size):
    """Multiples of a step, as somebody types them; a rate of 1e-300 has no annuity in any spreadsheet."""
    return st.integers(0, last).map(lambda count: count * size)


@settings(
    max_examples=5, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # fmt: skip
@given(
    tariff_eur_per_kwh=steps(30, 0.005), grant_share=steps(9, 0.05), interest_share=steps(16, 0.005), gearing_share=steps(10, 0.1),
    ramp_years=st.integers(1, 5), debt_years=st.integers(5, 40), concession_years=st.integers(5, 50), depreciation_years=st.integers(1, 60),
)  # fmt: skip
def test_any_terms_give_what_the_engine_says(content, plan, **terms):
    sheets = Sheets(content)
    for name, value in terms.items():
        change(sheets, name, value)
    summary, _ = exchange_fixture.case(plan["pipes"], project_terms(FIGURES, DAY, terms))
    agree(live(sheets), summary.loc["plan"])


def test_uptake_gives_the_row_of_that_uptake(sheets, plan):
    sheets.change("Aannames", sheets.find("Aannames", "Deelname: deel van de klanten van het ontwerp"), 0.3)
    agree(live(sheets), plan["project"].loc["30"])


def test_another_price_of_heat_at_the_source(sheets, plan):
    change(sheets, "source_eur_per_mwh", 45.0)
    supply = replace(exchange_fixture.SUPPLY, source_eur_per_mwh=45.0)
    summary, _ = exchange_fixture.case(plan["pipes"], project_terms(FIGURES, DAY), supply=supply)
    agree(live(sheets), summary.loc["plan"])


def test_a_length_on_the_sheet_of_quantities_moves_the_investment(sheets, plan):
    page = sheets.book["Hoeveelheden"]
    row = next(cells[0].row for cells in page.iter_rows(max_col=7) if cells[2].value == "DN65")
    before, metres, each = live(sheets)["investment_eur"], page[f"E{row}"].value, page[f"F{row}"].value
    sheets.change("Hoeveelheden", f"E{row}", metres + 100)
    assert live(sheets)["investment_eur"] - before == pytest.approx(100 * each)


def test_clocks_that_do_not_fit_are_said(sheets):
    change(sheets, "ramp_years", 25)
    assert (
        sheets.value("Resultaat", sheets.find("Resultaat", "De lening loopt tot iedereen aangesloten is"))
        == "FOUT / WRONG"
    )


# ------------------------------------------------------------------------------------------------------------------------ file


def test_quantities_are_those_of_the_design(sheets, plan):
    page = sheets.book["Hoeveelheden"]
    rows = [
        [cell.value for cell in cells] for cells in page.iter_rows(max_col=7) if str(cells[2].value).startswith("DN")
    ]
    metres = {}
    for row in rows[1:]:
        metres[row[2]] = metres.get(row[2], 0) + row[4]
    wanted = plan["pipes"].groupby("diameter_mm")["length_m"].sum()
    assert metres == pytest.approx({f"DN{size}": length for size, length in wanted.items()})


def test_every_sheet_is_for_print_and_nothing_is_protected_or_linked(content):
    book = openpyxl.load_workbook(BytesIO(content))
    assert book.sheetnames == [
        "Leeswijzer",
        "Aannames",
        "Hoeveelheden",
        "Klanten",
        "Investering",
        "Kasstroom",
        "Rendement",
        "Resultaat",
    ]
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.fitToHeight == 0
        assert not sheet.protection.sheet
        assert "VERTROUWELIJK" in sheet.oddHeader.left.text
    names = zipfile.ZipFile(BytesIO(content)).namelist()
    assert not [name for name in names if "externalLink" in name or "vbaProject" in name or "connections" in name]


def test_inputs_are_coloured_and_have_a_source(content, plan):
    page = openpyxl.load_workbook(BytesIO(content))["Aannames"]
    found = next(row for row in page.iter_rows() if row[0].value == QUANTITIES["interest_share"][0])
    assert found[3].fill.fgColor.rgb.endswith("FFF2CC")
    inputs = [row for row in page.iter_rows(min_row=5) if isinstance(row[3].value, int | float)]
    assert len(inputs) > 35
    assert all(row[3].fill.fgColor.rgb.endswith("FFF2CC") for row in inputs)


def test_the_same_plan_gives_the_same_file(plan, content):
    assert workbook_bytes(plan) == content


def test_what_the_municipality_chose_is_said(plan):
    basis = plan["project_basis"].assign(chosen=plan["project_basis"]["quantity"].eq("grant_share"))
    book = openpyxl.load_workbook(
        BytesIO(workbook_bytes(replace(plan, tables={**plan.tables, "project_basis": basis})))
    )
    rows = {row[0].value: row[7].value for row in book["Aannames"].iter_rows()}
    assert "gekozen in het scenario" in rows[QUANTITIES["grant_share"][0]]
    assert "gekozen" not in (rows[QUANTITIES["interest_share"][0]] or "")


# -------------------------------------------------------------------------------------------------------------------- refusals


def test_a_plan_without_a_network_is_refused(plan):
    bare = replace(plan, tables={**plan.tables, "project": plan["project"].iloc[:0]})
    with pytest.raises(DataError, match="no heat network and so no business case"):
        workbook_bytes(bare)


def test_a_plan_of_an_older_version_is_refused(plan):
    older = replace(plan, tables={name: frame for name, frame in plan.tables.items() if name != "project_basis"})
    with pytest.raises(DataError, match="older version"):
        workbook_bytes(older)
    torn = plan["project_basis"].query("quantity != 'interest_share'")
    with pytest.raises(DataError, match=r"not whole \(terms\)"):
        workbook_bytes(replace(plan, tables={**plan.tables, "project_basis": torn}))


def test_a_business_case_that_the_formulas_do_not_give_is_refused(plan):
    wrong = plan["project"].assign(npv_eur=plan["project"]["npv_eur"] + 0.02)
    with pytest.raises(DataError, match="npv_eur"):
        workbook_bytes(replace(plan, tables={**plan.tables, "project": wrong}))


# ---------------------------------------------------------------------------------------------------------------------- pieces


def test_the_basis_reads_back_as_what_was_written(plan):
    assets, customers, supply, terms = basis_parts(plan["project_basis"])
    assert supply == exchange_fixture.SUPPLY
    assert terms == project_terms(FIGURES, DAY)
    assert customers.to_dict() == exchange_fixture.CUSTOMERS.to_dict()
    assert assets.to_dict() == exchange_fixture.assets(plan["pipes"], terms).to_dict()


def test_brackets_stand_where_they_are_needed():
    a, b, c = (Term((Place("S", 0, column, fixed=False),), column + 2.0) for column in range(3))
    assert (a - (b - c)).text("S") == "A1-(B1-C1)"
    assert (a - b - c).text("S") == "A1-B1-C1"
    assert ((a + b) * c).text("S") == "(A1+B1)*C1"
    assert (a / (b * c)).text("T") == "S!A1/(S!B1*S!C1)"
    assert when(a > b, a, BLANK).text("S") == 'IF(A1>B1,A1,"")'
    assert (number(1) + a).value == 3.0
    under = [Term((Place("S", row, 3),), 1.0) for row in range(3)]
    assert total(*under).text("S") == "SUM($D$1:$D$3)"
    assert total(under[0], under[2]).text("S") == "SUM($D$1,$D$3)"
