"""Plans compared as a note to the council: what it says, with unit and band, and what it keeps silent."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

import krekelwijk
import network_fixture
import plan_fixture
from koppelkans.errors import DataError, KoppelkansError
from koppelkans.plan.record import Plan
from koppelkans.report.note import council_note
from koppelkans.scenario import Choices, HeatNetwork, Scenario

SPACE, MINUS = "\u00a0", "\u2212"


@pytest.fixture(scope="module")
def without() -> Plan:
    return plan_fixture.plan()


@pytest.fixture(scope="module")
def with_network() -> Plan:
    return plan_fixture.plan_with_network()


@pytest.fixture(scope="module")
def note(without, with_network) -> str:
    return council_note(without, with_network)


def row(note: str, name: str) -> list[str]:
    line = next(line for line in note.splitlines() if line.startswith(f"| {name}"))
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


def part(note: str, title: str) -> str:
    return note.split(f"## {title}\n")[1].split("\n## ", maxsplit=1)[0]


def test_a_note_has_five_parts_on_about_one_page(note):
    assert [line for line in note.splitlines() if line.startswith("#")] == [
        "# Nota: welk warmteplan voor Krekelwijk?", "## De vraag", "## Wat verschilt in de keuzes", "## Wat het doet", "## Wat we niet weten",
        "## Beslispunten",
    ]  # fmt: skip
    assert len(note.splitlines()) < 70


def test_the_plans_are_named_with_their_verdict(note):
    assert "- Plan A: Basisscenario zonder warmtebron (Krekelwijk). Warmtenet: niet beoordeeld." in note
    assert "- Plan B: Met warmtebron (Krekelwijk). Warmtenet: loont." in note


def test_what_it_does_with_unit_and_band(note):
    assert row(note, "Aangesloten gebouwen (aandeel)") == ["–", f"37 (56{SPACE}%)"]
    assert row(note, "Leiding in de straat (km)") == ["–", "0,774"]
    # 800 - 740, and at most 800 - 732.5
    assert row(note, "Besparing door het net (duizend euro/jaar") == ["–", "60,0 (67,5)"]
    assert row(note, "Kostendekkende warmteprijs (euro/MWh") == ["–", "62 (84 tot 171)"]
    assert row(note, "Aansluitdrempel, mediaan van de straten (band)") == ["–", f"onmogelijk (68{SPACE}%–onmogelijk)"]
    society = row(note, "Kost voor de samenleving (miljoen euro/jaar)")
    assert society == ["0,488 (0,439–0,536)"] * 2
    assert "Zonder haakjes is geen band berekend." in note


def test_bills_of_vulnerable_households_come_first(note):
    lines = note.split("kwetsbare eerst")[1].splitlines()
    bills = [line for line in lines if line.startswith("| ") and "---" not in line][1:]
    assert bills[0].startswith("| Sociale huurder met sociaal tarief | luchtwarmtepomp 962, gasketel 709")
    assert bills[1].startswith("| Eigenaar, doorsnee woning")


def test_only_differing_choices_are_told(without):
    other = Scenario(
        name="duur", title="Duur", price_world="high", reference_date=date(2027, 1, 1), society_rate_share=0.02,
        heat_network=HeatNetwork(tariff_eur_per_kwh=0.11, debt_years=25), choices=Choices(must={"t1_0": "air_heat_pump"}),
    )  # fmt: skip
    told = (
        part(council_note(without, plan_fixture.plan(scenario=other)), "Wat verschilt in de keuzes")
        .strip()
        .splitlines()
    )
    assert told == [
        "- regels van: Plan A 1 november 2026; Plan B 1 januari 2027", "- prijswereld: Plan A rustig; Plan B hoog",
        f"- rentevoet samenleving: Plan A 3,0{SPACE}%; Plan B 2,0{SPACE}%",
        f"- warmtetarief: Plan A volgens de cijfers van het model; Plan B 0,110{SPACE}euro/kWh",
        f"- looptijd van de lening: Plan A volgens de cijfers van het model; Plan B 25,0{SPACE}jaar",
        "- verplichte oplossing: Plan A 0 gebouwen; Plan B 1 gebouw",
    ]  # fmt: skip
    same = part(council_note(without, without), "Wat verschilt in de keuzes")
    assert "De keuzes zijn dezelfde" in same


def test_doubts_that_plans_share_are_told_once(note):
    doubts = part(note, "Wat we niet weten")
    assert doubts.count("van de 3 gebruikte cijfers") == 1
    assert "- Plan A en Plan B: 1 waarschuwing in het rapport." in doubts
    assert "- Plan B: Bewezen: geen ontwerp op deze temperatuur is meer dan 1,0" in doubts
    assert "Restwarmte molen is een aanname van het scenario" in doubts


def test_points_to_decide_follow_from_the_figures(note, without, with_network):
    decided = part(note, "Beslispunten")
    assert "de banden van Plan A en Plan B overlappen" in decided
    assert f"Plan B: bij 70{SPACE}% aansluiting is de laagste DSCR 0,93." in decided
    assert "begin in straten met een lage drempel, zoals Krekelstraat" in decided
    cheap = without["indicators"].copy()
    ends = ["value", "low", "high"]
    cheap.loc["society_after_keur_per_year", ends] = cheap.loc["society_after_keur_per_year", ends] / 2
    half = replace(without, tables={**without.tables, "indicators": cheap})
    assert "Plan B kost de samenleving het minst (0,244 miljoen euro per jaar)" in council_note(without, half)
    dear = with_network["project"].assign(heat_price_eur_per_mwh=50.0, refinancing_eur=12_000.0)
    short = replace(with_network, tables={**with_network.tables, "project": dear})
    told = part(council_note(without, short), "Beslispunten")
    assert "Plan B: het tarief van 50 euro/MWh ligt 12 euro/MWh onder wat de kosten dekt." in told
    assert "Plan B: 12,0 duizend euro is niet terugbetaald als de lening afloopt." in told


def test_vulnerable_households_that_pay_more_are_named_as_a_number(without, with_network):
    bills = with_network["bills"]
    heat = bills[bills["heating"] == "gas_boiler"]
    heat = heat.assign(heating="heat_network", incl_vat_eur=heat["incl_vat_eur"] * 1.1).rename(
        index=lambda key: f"{key}.net"
    )
    more = replace(with_network, tables={**with_network.tables, "bills": pd.concat([bills, heat])})
    decided = part(council_note(without, more), "Beslispunten")
    assert "Plan B: 1 van de 1 kwetsbare voorbeeldgezinnen betaalt met het warmtenet meer dan met gas." in decided


def test_no_building_and_no_small_street_is_named(note):
    for secret in ("t1_0", "a1_0", "Veldpad"):
        assert secret not in note


def test_plans_of_different_places_are_not_ranked_by_cost(with_network):
    elsewhere = replace(with_network, place=replace(with_network.place, name="elders", title="Elders"))
    note = council_note(with_network, elsewhere)
    assert note.startswith("# Nota: warmteplannen voor Krekelwijk en Elders naast elkaar")
    assert "Op kost alleen" not in note


def test_a_plan_without_network_shows_no_bill_of_one(without):
    bills = without["bills"].assign(heating="heat_network").rename(index=lambda key: f"{key}.net")
    with_bills = replace(without, tables={**without.tables, "bills": pd.concat([without["bills"], bills])})
    assert "warmtenet 9" not in council_note(with_bills, with_bills)


def test_a_place_too_small_tells_no_totals(with_network):
    one = krekelwijk.place()
    small = plan_fixture.plan(replace(one, buildings=one.buildings.iloc[:9]))
    note = council_note(small, small)
    assert "Kost voor de samenleving (miljoen" not in note
    assert "Jaarfactuur" not in note
    few = with_network["connections"].assign(connected=[number < 6 for number in range(66)])
    hidden = replace(with_network, tables={**with_network.tables, "connections": few})
    told = council_note(with_network, hidden)
    assert row(told, "Aangesloten gebouwen (aandeel)")[1] == "n.p."
    assert row(told, "Kostendekkende warmteprijs")[1] == "–"


def test_a_note_in_english(without, with_network):
    note = council_note(without, with_network, language="en")
    assert note.startswith("# Note: which heat plan for Krekelwijk?")
    assert "Points to decide" in note
    assert row(note, "Saved by the network (thousand euro/year")[1] == "60.0 (67.5)"


def test_the_same_plans_give_the_same_note(note, without):
    assert council_note(without, plan_fixture.plan_with_network()) == note


def test_one_plan_is_refused(without):
    with pytest.raises(DataError, match="a note compares 2 to 26 plans, found 1"):
        council_note(without)
    with pytest.raises(KoppelkansError, match="no report in language 'fr'"):
        council_note(without, without, language="fr")


def test_three_plans_stand_in_three_columns(without, with_network):
    other = Scenario(
        name="koel",
        title="Koele bron",
        sources=[network_fixture.SOURCE.model_copy(update={"name": "Kanaal", "supply_c": 20})],
    )
    note = council_note(without, with_network, plan_fixture.plan_with_network(other))
    assert row(note, "Warmtenet") == ["niet beoordeeld", "loont", "loont"]
    assert "Plan C Kanaal, 600 kW op 20 °C, 30 euro/MWh" in note
