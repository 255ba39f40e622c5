"""The supply of the network in the report: chart, shares and cost, silent where the network may not be published."""

from dataclasses import replace

import pandas as pd
import pytest

import plan_fixture
from koppelkans import tables
from koppelkans.report import report_document
from koppelkans.report.document import Figure, Heading, Table, blocks_of, words_of
from koppelkans.report.supply import duration
from koppelkans.web.plans.sections import parts

PLANTS = ("surface_water", "gas_boiler", "tank")


def supply() -> dict[str, pd.DataFrame]:
    """A river pump of 100 kW, a boiler for the rest, and a tank; two typical days of the same load."""
    plants = pd.DataFrame({
        "kind": PLANTS, "capacity_kw": [100.0, 200.0, 40.0], "volume_m3": [float("nan"), float("nan"), 20.0], "borehole_m": float("nan"),
        "heat_mwh": [750.0, 250.0, 30.0], "heat_share": [0.75, 0.25, 0.0], "full_load_hours": [7_500.0, 1_250.0, float("nan")],
        "spf": [3.0, float("nan"), float("nan")], "electricity_mwh": [250.0, 0.0, 0.0], "gas_mwh": [0.0, 280.0, 0.0], "wood_mwh": 0.0,
        "drawn_mwh": [500.0, 0.0, 0.0], "regenerated_mwh": 0.0, "investment_eur": [150_000.0, 16_000.0, 8_000.0],
        "capital_eur_per_year": [12_000.0, 1_500.0, 400.0], "running_eur_per_year": [40_000.0, 14_000.0, 0.0],
        "eur_per_mwh": [69.3, 62.0, float("nan")], "emission_tonnes": [20.0, 51.0, 0.0],
    }, index=pd.Index(["Kanaal", "gas_boiler", "tank"], name="plant", dtype="str")).astype({"kind": "str"})  # fmt: skip
    total = pd.DataFrame([{
        "heat_mwh": 1_000.0, "peak_kw": 300.0, "eur_per_mwh": 67.9, "low_eur_per_mwh": 60.0, "high_eur_per_mwh": 81.0, "carbon_eur_per_mwh": 7.0, "stated_eur_per_mwh": 45.0, "renewable_share": 0.5,
        "residual_share": 0.0, "emission_kg_per_kwh": 0.071, "stated_emission_kg_per_kwh": 0.0, "efficient": True, "primary_factor": 0.9,
        "computed_factor": 0.9, "shortage_mwh": 0.0, "regeneration_share": float("nan"),
    }], index=pd.Index(["network_middle"], name="network", dtype="str"))  # fmt: skip
    rows = [(day, hour, name) for name in plants.index for day in ("01-1", "07-1") for hour in range(24)]
    power = {"Kanaal": 100.0, "gas_boiler": 30.0, "tank": 0.0}
    hours = pd.DataFrame({
        "typical_day": [day for day, _, _ in rows], "month": [int(day[:2]) for day, _, _ in rows], "hour": [hour for _, hour, _ in rows],
        "weight": [182.0 if day == "01-1" else 183.0 for day, _, _ in rows], "plant": [name for _, _, name in rows],
        "heat_kw": [power[name] if day == "01-1" else power[name] / 2 for day, _, name in rows],
    }, index=pd.Index([f"r{at}" for at in range(len(rows))], name="row", dtype="str")).astype({"typical_day": "str", "plant": "str"})  # fmt: skip
    made = {"supply": plants, "supply_total": total, "supply_hours": hours}
    return {name: tables.check(tables.TABLES[name], frame) for name, frame in made.items()}


@pytest.fixture(scope="module")
def plan():
    made = plan_fixture.plan_with_network()
    return replace(made, tables={**made.tables, **supply()})


def section_of(document):
    return next(section for section in document.sections if section.anchor == "warmtenet")


def rows_of(document, caption):
    tables_of_it = [block for block in blocks_of(section_of(document).blocks) if isinstance(block, Table)]
    return [
        [words_of(cell) for cell in row] for table in tables_of_it if table.caption == caption for row in table.rows
    ]


def test_plants_and_cost_in_both_languages(plan):
    dutch, english = (report_document(plan, language=language) for language in ("nl", "en"))
    plants = rows_of(dutch, "Opwekkers van het net")
    assert [row[1] for row in plants] == ["oppervlaktewater", "gasketel", "buffervat"]
    assert plants[0][3:7] == ["750", "75\u00a0%", "7.500", "3,0"]
    assert plants[2][2] == "20,0 m³"
    costs = rows_of(english, "What the heat costs")
    assert costs[-1][-1] == "68"
    notes = [block.note for block in blocks_of(section_of(english).blocks) if isinstance(block, Table)]
    assert any("band 60 to 81" in note for note in notes)
    figures = [block for block in blocks_of(section_of(dutch).blocks) if isinstance(block, Figure)]
    assert "supply" in [figure.name for figure in figures]


def test_a_plan_of_an_older_version_or_a_small_network_says_nothing(plan):
    without = plan_fixture.plan_with_network()
    assert rows_of(report_document(without), "Opwekkers van het net") == []
    few = plan["connections"].assign(connected=[number < 6 for number in range(66)])
    small = replace(plan, tables={**plan.tables, "connections": few})
    assert rows_of(report_document(small), "Opwekkers van het net") == []


def test_cost_of_the_heat_waits_for_the_tender(plan):
    document = report_document(plan)
    found = parts(document, tender_words=(), has_network=True)
    where = {
        block.caption: part.audience
        for part in found
        for block in blocks_of(part.section.blocks)
        if isinstance(block, Table)
    }
    assert where["Wat de warmte kost"] == "tender"
    assert where["Opwekkers van het net"] == "public"
    headings = [
        block.anchor
        for part in found
        if part.view == "net"
        for block in part.section.blocks
        if isinstance(block, Heading)
    ]
    assert "warmtevoorziening" in headings


def test_load_duration_holds_the_heat_of_the_year():
    frame, load = duration(supply()["supply_hours"])
    assert load["power"].iloc[0] == pytest.approx(0.130)
    assert load["power"].is_monotonic_decreasing
    assert set(frame["plant"]) == {"Kanaal", "gas_boiler"}
    assert frame.groupby("hours")["power"].sum().to_numpy() == pytest.approx(load["power"].to_numpy())
