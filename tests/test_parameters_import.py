"""Rules from a CSV and from the tariff workbook of the regulator: read whole, faults all at once, laid over the rules shipped."""

import tomllib
from datetime import date

import openpyxl
import pytest

from koppelkans.errors import ParameterError
from koppelkans.parameters import read_parameters
from koppelkans.parameters.importers import COLUMNS, overlay, read_rules, rules_toml
from koppelkans.parameters.store import _parameter
from koppelkans.parameters.workbook import workbook_rules

DAY = date(2027, 3, 1)
GOOD = "elec.capacity_tariff,antwerpen,52.5,EUR/kW/yr,excl,2027-01-01,2027-12-31,Regulator 2027,official,"


def rules(tmp_path, *lines):
    path = tmp_path / "rules.csv"
    path.write_text("\n".join([",".join(COLUMNS), *lines]) + "\n", encoding="utf-8")
    return path


def shipped():
    return read_parameters().choosing(stand_ins={}, hold=[])


# ------------------------------------------------------------------------------------------------------------------------- CSV


def test_a_row_becomes_a_dated_value_and_leaves_the_others(tmp_path):
    after, remarks = overlay(shipped(), read_rules(rules(tmp_path, GOOD)))
    assert after.at("elec.capacity_tariff", DAY, "antwerpen") == 52.5
    assert after.at("elec.capacity_tariff", date(2026, 12, 31), "antwerpen") == 49.4036563
    assert after.value("elec.capacity_tariff", DAY, "antwerpen").standing == "official"
    assert after.sources["Regulator 2027"]["title"] == "Regulator 2027"
    with pytest.raises(ParameterError, match="no value for west on 2027-03-01"):
        after.at("elec.capacity_tariff", DAY, "west")
    assert [row["text_en"] for row in remarks] == [
        "1 rules were imported from rules.csv and take the place of those shipped."
    ]


def test_vat_is_taken_out_where_the_parameter_is_kept_without(tmp_path):
    row = "gas.t2_fixed,west,106.00,EUR/yr,incl,2027-01-01,,Regulator 2027,official,"
    after, _ = overlay(shipped(), read_rules(rules(tmp_path, row)))
    assert after.at("gas.t2_fixed", DAY, "west") == pytest.approx(100.0)
    assert after.value("gas.t2_fixed", DAY, "west").note == "106 incl. btw omgerekend met 6%"


def test_a_new_value_ends_the_old_one_and_later_steps_stay(tmp_path):
    row = "elec.excise,household,0.05,EUR/kWh,excl,2027-06-01,,Wet,secondary,"
    after, _ = overlay(shipped(), read_rules(rules(tmp_path, row)))
    at = [after.at("elec.excise", date(*day), "household") for day in ((2027, 5, 31), (2027, 6, 1), (2028, 1, 1))]
    assert at == [0.043, 0.05, 0.04]


def test_a_value_that_runs_into_the_new_one_is_cut(tmp_path):
    row = "elec.capacity_tariff,west,60,EUR/kW/year,excl,2026-07-01,2026-12-31,Regulator,official,"
    after, _ = overlay(shipped(), read_rules(rules(tmp_path, row)))
    assert [after.at("elec.capacity_tariff", date(2026, month, 30), "west") for month in (6, 9)] == [57.0995726, 60.0]


def test_an_unknown_scope_is_said(tmp_path):
    row = "elec.excise,household LV,0.05,EUR/kWh,excl,2027-06-01,,Wet,secondary,"
    _, remarks = overlay(shipped(), read_rules(rules(tmp_path, row)))
    assert (remarks[0]["level"], remarks[0]["about"]) == ("warning", "rules.elec.excise")
    assert "household LV, a scope that the shipped rules do not know (household, protected)" in remarks[0]["text_en"]


def test_every_fault_of_a_file_is_told_at_once(tmp_path):
    path = rules(
        tmp_path,
        "elec.excise,household,0.04,EUR/kWh,excl,2027-01-01,,,secondary,",
        "elec.excise,household,0.04,EUR/kWh,without,1/1/2027,soon,Wet,sure,",
        "elec.excise,household,,EUR/kWh,excl,2027-01-01,2026-01-01,Wet,official,",
        "gas.excise,protected,1,EUR/kWh,excl,2027-01-01,2027-06-30,Wet,official,",
        "gas.excise,protected,2,EUR/kWh,excl,2027-06-01,,Wet,official,",
        "gas.excise,protected,3,EUR/kWh,excl,2027-06-01,,Wet,official,",
    )
    with pytest.raises(ParameterError, match=r"rules\.csv cannot be used as rules") as caught:
        read_rules(path)
    assert caught.value.faults == (
        "rules.csv, row 2, column source: empty; expected where the figure was read; a figure without source is not used",
        "rules.csv, row 3, column vat: 'without'; expected incl, excl or empty",
        "rules.csv, row 3, column confidence: 'sure'; expected one of official, secondary, unverified",
        "rules.csv, row 3, column valid_from: '1/1/2027'; expected a date such as 2026-01-01",
        "rules.csv, row 3, column valid_to: 'soon'; expected a date such as 2026-12-31, or empty",
        "rules.csv, row 4, column value: empty; expected a number",
        "rules.csv, row 4, column valid_to: 2026-01-01 lies before valid_from 2027-01-01; exchange or correct them",
        "rules.csv, row 6: gas.excise (protected) begins on 2027-06-01, while rules.csv, row 5 holds until 2027-06-30; give each day one value",
        "rules.csv, row 7: gas.excise (protected) begins on 2027-06-01, while rules.csv, row 6 holds from that same day; give each day one value",
    )


def test_rows_that_do_not_fit_the_parameters_are_told_at_once(tmp_path):
    path = rules(
        tmp_path,
        "elec.exise,household,0.04,EUR/kWh,excl,2027-01-01,,Wet,secondary,",
        "elec.excise,household,40,EUR/MWh,excl,2027-01-01,,Wet,secondary,",
        "elec.excise,protected,nihil,EUR/kWh,excl,2027-01-01,,Wet,secondary,",
        "elec.excise,household,0.05,EUR/kWh,incl,2020-01-01,2020-12-31,Wet,secondary,",
    )
    with pytest.raises(ParameterError) as caught:
        overlay(shipped(), read_rules(path))
    assert caught.value.faults == (
        "rules.csv, row 2, column key: elec.exise is not a parameter; did you mean elec.excise?",
        "rules.csv, row 3, column unit: EUR/MWh; expected EUR/kWh; convert the value and write that unit",
        "rules.csv, row 4, column value: 'nihil'; expected a number in EUR/kWh",
        "rules.csv, row 5, column vat: incl, while elec.excise is kept excl. VAT, and the VAT of 2020-01-01 is not known; give the value excl. VAT",
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("key,value\nx,1\n", "lacks the columns scope, unit"),
        (",".join(COLUMNS) + "\n", "holds no rules"),
        (None, "no file of rules at"),
    ],
)
def test_a_file_that_holds_no_rules(tmp_path, content, message):
    path = tmp_path / "rules.csv"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(ParameterError, match=message):
        read_rules(path)


def test_the_text_of_a_parameter_file_reads_back(tmp_path):
    note = 'elec.excise,household,0.05,EUR/kWh,excl,2027-06-01,,Wet "van" 2027,secondary,een \\ schuine streep'
    known = shipped()
    rows = read_rules(rules(tmp_path, GOOD, note.replace('"van"', "'van'")))
    tree = tomllib.loads(rules_toml(rows, known))
    source = {row.source: {"title": row.source} for row in rows}
    parameter, faults = _parameter("elec.excise", tree["elec"]["excise"], source)
    assert faults == []
    assert (parameter.label, parameter.unit, parameter.legal) == (
        "Bijzondere accijns op elektriciteit",
        "EUR/kWh",
        "free",
    )
    assert parameter.values[0].value == 0.05
    assert parameter.values[0].note == "een \\ schuine streep"


# -------------------------------------------------------------------------------------------------------------------- workbook

ELECTRICITY = (
    ("Gemiddelde maandpiek", "EUR/kW/maand", 4.1169714), ("of", "EUR/kW/jaar", 49.4036563), ("kWh-tarief", "EUR/kWh", 0.0234492),
)  # fmt: skip


def electricity_sheet(book, name, *, column=13, shift=0, units=("EUR/kWh",)):
    """A sheet as the regulator makes them: head rows, sections by number, one tariff a row, price columns by kind of customer."""
    sheet = book.create_sheet(name)

    def put(row, *cells, price=None, night=None):
        for position, cell in enumerate(cells, start=1):
            if cell is not None:
                sheet.cell(row + shift, position, cell)
        if price is not None:
            sheet.cell(row + shift, column + 1, price)
            sheet.cell(row + shift, column + 2, 9.99)

    sheet.cell(1, 1, "Nettarieven Elektriciteit 2026")
    sheet.cell(4 + shift, 6, "26-36 kV")
    sheet.cell(4 + shift, 9, "1-26 kV")
    sheet.cell(4 + shift, column + 1, "Laagspanningsnet")
    sheet.cell(5 + shift, column + 1, "Digitale meter")
    sheet.cell(5 + shift, column + 2, "Klassieke meter")
    put(6, "1", "Tarieven voor het netgebruik")
    for number, (label, unit, price) in enumerate(ELECTRICITY, start=7):
        put(number, None, label, None, unit, price=price)
    put(10, "2", "Tarief databeheer")
    put(11, None, "26-36 kV, 1-26 kV, distributiecabine", None, "EUR/jaar")
    put(12, None, "Laagspanningsnet", None, "EUR/jaar", price=17.85)
    put(13, "3", "Tarief openbaredienstverplichtingen *")
    put(14, None, "kWh-tarief normaal", None, units[0], price=0.0254845)
    put(15, None, "kWh-tarief exclusief nacht", None, units[0], price=0.0111)
    put(16, "4", "Tarieven voor de toeslagen")
    put(17, None, None, None, "EUR/kWh", price=0.001569)
    put(18, None, "- Deze tarieven zijn exclusief btw")


def gas_sheet(book, name, fixed=(14.79, 78.51, 900.0)):
    sheet = book.create_sheet(name)
    rows = {
        4: [None, None, None, "T1", "T2", "T3", "T4"],
        6: ["1", "Basistarief"],
        7: [None, "Vaste term", "EUR/jaar", *fixed, 5000.0],
        8: [None, "Proportionele term", "EUR/kWh", 0.018, 0.005, 0.003, 0.001],
        9: ["2", "Tarief openbaredienstverplichtingen"],
        10: [None, "Tarief", "EUR/kWh", 0.003, 0.003, 0.002, 0.001],
        11: ["3", "Toeslagen"],
        12: [None, "Lasten niet-gekapitaliseerde pensioenen", "EUR/kWh", 0.0002, 0.0002, 0.0002, 0.0001],
        13: [None, "Retributies", "EUR/kWh", 0.0001, 0.0001, 0.0001, 0.0001],
    }
    for row, cells in rows.items():
        for position, cell in enumerate(cells, start=1):
            sheet.cell(row, position, cell)


def saved(tmp_path, *fills, name="tarieven 2026.xlsx"):
    book = openpyxl.Workbook()
    book.active.title = "Inhoud"
    for fill in fills:
        fill(book)
    path = tmp_path / name
    book.save(path)
    return path


def test_a_workbook_gives_the_tariffs_of_its_areas(tmp_path):
    path = saved(
        tmp_path, lambda book: electricity_sheet(book, "FA ELEK Afname"), lambda book: gas_sheet(book, "FMV GAS Afname")
    )
    rows = {(row.key, row.scope): row for row in workbook_rules(path, 2026)}
    values = {place: row.value for place, row in rows.items()}
    assert values == {
        ("elec.capacity_tariff", "antwerpen"): 49.4036563,
        ("elec.dist_pso_kwh", "antwerpen"): 0.0254845,
        ("elec.dist_kwh", "antwerpen"): pytest.approx(0.0505027),
        ("elec.data_management", "all"): 17.85,
        ("gas.t1_fixed", "midden_vlaanderen"): 14.79, ("gas.t1_prop", "midden_vlaanderen"): pytest.approx(0.0213),
        ("gas.t2_fixed", "midden_vlaanderen"): 78.51, ("gas.t2_prop", "midden_vlaanderen"): pytest.approx(0.0083),
        ("gas.t3_fixed", "midden_vlaanderen"): 900.0, ("gas.t3_prop", "midden_vlaanderen"): pytest.approx(0.0053),
    }  # fmt: skip
    capacity = rows[("elec.capacity_tariff", "antwerpen")]
    assert (capacity.first, capacity.last, capacity.vat, capacity.standing) == (
        date(2026, 1, 1),
        date(2026, 12, 31),
        "excl",
        "official",
    )
    assert capacity.where == "tarieven 2026.xlsx, sheet FA ELEK Afname, row 7, 8"


@pytest.mark.parametrize(("column", "shift"), [(14, 0), (11, 3)])
def test_labels_decide_and_not_positions(tmp_path, column, shift):
    path = saved(tmp_path, lambda book: electricity_sheet(book, "FW ELEK Afname", column=column, shift=shift))
    values = {row.key: row.value for row in workbook_rules(path, 2025)}
    assert values["elec.capacity_tariff"] == 49.4036563
    assert values["elec.dist_kwh"] == pytest.approx(0.0505027)


def test_the_workbook_of_2026_gives_the_tariffs_that_are_shipped(tmp_path):
    path = saved(tmp_path, lambda book: electricity_sheet(book, "FA ELEK Afname"))
    after, _ = overlay(shipped(), workbook_rules(path, 2026))
    for key in ("elec.capacity_tariff", "elec.dist_kwh", "elec.dist_pso_kwh", "elec.data_management"):
        assert after.at(key, date(2026, 6, 1), "antwerpen") == pytest.approx(
            shipped().at(key, date(2026, 6, 1), "antwerpen")
        )
        assert after.value(key, date(2026, 6, 1), "antwerpen").standing == "official"


def test_every_fault_of_a_workbook_is_told_at_once(tmp_path):
    def without_groups(book):
        book.create_sheet("FI GAS Afname").cell(1, 1, "Nettarieven Aardgas 2026")

    path = saved(
        tmp_path, lambda book: electricity_sheet(book, "FA ELEK Afname", units=("EUR/MWh",)), without_groups,
        lambda book: gas_sheet(book, "GASELWEST GAS Afname"),
    )  # fmt: skip
    with pytest.raises(ParameterError, match=r"tarieven 2026\.xlsx cannot be used as tariffs") as caught:
        workbook_rules(path, 2026)
    at = "tarieven 2026.xlsx, sheet"
    assert caught.value.faults == (
        f"{at} FA ELEK Afname, row 14 (Openbaredienstverplichtingen): unit eur/mwh; expected eur/kwh; check the sheet",
        f"{at} FI GAS Afname: no column T1; expected it in the first 12 rows",
        f"{at} FI GAS Afname: no column T2; expected it in the first 12 rows",
        f"{at} FI GAS Afname: no column T3; expected it in the first 12 rows",
        f"{at} GASELWEST GAS Afname: area prefix GASELWEST is not known; known: FA, FHV, FI, FK, FL, FMV, FW, FZD",
    )


def test_a_workbook_without_tariff_sheets_and_a_file_that_is_none(tmp_path):
    with pytest.raises(ParameterError) as caught:
        workbook_rules(saved(tmp_path), 2026)
    assert caught.value.faults == (
        "tarieven 2026.xlsx has no sheet named AREA ELEK Afname or AREA GAS Afname; found Inhoud",
    )
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"not a workbook")
    with pytest.raises(ParameterError, match=r"broken\.xlsx is not an Excel workbook"):
        workbook_rules(broken, 2026)
