"""Demand over the year, renovation, labels, calibration, orderings, periods and data in the report: what is said, and what is kept silent."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import energy_fixture
import plan_fixture
from koppelkans import tables
from koppelkans.disclosure import TOTAL
from koppelkans.plan.record import Plan
from koppelkans.report import report_document
from koppelkans.report.data_value import data_value_section
from koppelkans.report.document import Block, Details, Document, Figure, Heading, Table, blocks_of, words_of
from koppelkans.report.html import html_page
from koppelkans.report.labels import below_label, labels_section, published_migration
from koppelkans.report.ladder import ladder_section
from koppelkans.report.material import Material, Words, texts
from koppelkans.report.measured import measured_section, published_groups
from koppelkans.report.needs import change_publishable, changed, needs_section
from koppelkans.report.notation import Notation
from koppelkans.report.orderings import orderings_section, published_orderings
from koppelkans.report.pdf import pdf_bytes
from koppelkans.report.schedule import Works, schedule_section
from koppelkans.report.sources import BUILDING_METHODS

SPACE, MINUS = "\u00a0", "\u2212"
HIDDEN = "n.p."
GROUND = 22
"""Buildings with a ground heat pump, and so with a medium renovation, in the fixture."""


def material_of(plan: Plan) -> Material:
    return Material(plan, Words("nl"), Notation("nl"))


def with_tables(plan: Plan, **frames: pd.DataFrame) -> Plan:
    return replace(plan, tables={**plan.tables, **frames})


SECTIONS = {
    "vraag": needs_section, "ijking": measured_section, "renovatie": ladder_section, "labels": labels_section, "volgordes": orderings_section,
    "planning": schedule_section, "gegevens": data_value_section,
}  # fmt: skip


def chapter(plan: Plan, anchor: str) -> Document:
    """A report of one chapter."""
    made = SECTIONS[anchor](material_of(plan))
    return Document("", "", "nl", {}, "", (made,))


def metered(plan: Plan) -> Plan:
    return with_tables(plan, calibration=energy_fixture.calibration(plan["demand"], plan.place.buildings))


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_fixture.plan()


@pytest.fixture(scope="module")
def material(plan) -> Material:
    return material_of(plan)


@pytest.fixture(scope="module")
def document(plan) -> Document:
    return report_document(metered(plan))


def blocks(document: Document, anchor: str) -> list[Block]:
    section = next(section for section in document.sections if section.anchor == anchor)
    return list(blocks_of(section.blocks))


def rows_of(document: Document, anchor: str, caption: str) -> dict[str, list[str]]:
    found = next(one for one in blocks(document, anchor) if isinstance(one, Table) and one.caption == caption)
    return {words_of(row[0]): [words_of(cell) for cell in row[1:]] for row in found.rows}


def told(document: Document, anchor: str) -> list[str]:
    """Running text and bullets of a chapter."""
    texts = []
    for block in blocks(document, anchor):
        if type(block).__name__ in ("Paragraph", "Notice"):
            texts.append(words_of(block.text))
        if type(block).__name__ == "Bullets":
            texts += [words_of(item) for item in block.items]
    return texts


# --------------------------------------------------------------------------------------------------------------- every chapter


def test_every_table_and_chart_links_to_its_method(document):
    made = [block for anchor in SECTIONS for block in blocks(document, anchor) if isinstance(block, Table | Figure)]
    without = [block.caption for block in made if not block.method]
    assert without == [
        "Trede waarop isoleren ophoudt te lonen, aantal gebouwen"
    ]  # folded below the chart that has the link
    assert {block.method for block in made if block.method} == set(BUILDING_METHODS)
    page = html_page(document)
    assert all(f'id="methode-{name}"' in page for name in BUILDING_METHODS)
    assert 'href="#methode-load-hours" aria-label="methode: Belasting over het jaar' in page


def test_every_method_is_shown_by_name_and_with_its_own_text(document):
    for language in ("nl", "en"):
        assert set(texts(language)["methods"]) <= set(texts(language)["method_titles"])
    headings = [
        block for section in document.sections for block in blocks_of(section.blocks) if isinstance(block, Heading)
    ]
    methods = {one.anchor.removeprefix("methode-"): one.title for one in headings if one.anchor.startswith("methode-")}
    assert set(BUILDING_METHODS) <= set(methods)
    bare = [anchor for anchor, title in methods.items() if title == anchor.replace("_", " ")]
    assert bare == []


def test_a_plan_without_these_tables_says_so_in_one_line_each(plan):
    bare = with_tables(plan, **{name: tables.TABLES[name].empty() for name in energy_fixture.NAMES})
    document = report_document(bare)
    assert told(document, "ijking") == [
        "Geen meters: voor dit gebied zijn geen gemeten totalen gegeven, dus is de warmtevraag niet geijkt."
    ]
    for anchor in ("renovatie", "labels", "volgordes", "planning", "gegevens"):
        assert len(told(document, anchor)) == 1
        assert not [block for block in blocks(document, anchor) if isinstance(block, Table)]
    assert "Voor dit plan is geen warmte per uur berekend." in told(document, "vraag")
    assert pdf_bytes(document).startswith(b"%PDF")


def test_a_plan_that_lacks_these_tables_is_told_all_the_same(plan):
    older = replace(
        plan,
        tables={name: frame for name, frame in plan.tables.items() if name not in ("schedule", "renovations", "epc")},
    )
    assert told(chapter(older, "renovatie"), "renovatie") == ["Voor dit plan is geen renovatieladder berekend."]


def test_the_english_report_has_no_dutch_chapters(plan):
    page = html_page(report_document(metered(plan), language="en"))
    for dutch in ("Renovatieladder", "Drie volgordes", "Gelijktijdigheid", "woningen", "Eerst isoleren", "koper"):
        assert dutch not in page.split("<script>")[0]
    assert "Terraced house 1946-1970" in page
    assert "Where insulating stops" in page


def test_nothing_about_single_buildings(document):
    page = html_page(document).split("<script>")[0]
    for secret in ("Veldpad", "t1_0", "school_3", "a1_2"):
        assert secret not in page


# --------------------------------------------------------------------------------------------------------------- now and after


def test_what_renovation_saves_by_type(plan, material):
    found = changed(material, "heat_kwh", "space_share")
    saved = found["now"] - found["after"]
    # 22 buildings lose half of their space heat, which is 85 % of all heat
    ground = material.choices.index[material.choices["solution"] == "ground_heat_pump"]
    assert len(ground) == GROUND
    assert saved[TOTAL] == pytest.approx(material.heated["heat_kwh"][ground].sum() * 0.85 * 0.5)
    # four semi-detached houses and six others change: hidden, and the terraced houses with them, or the total would tell
    assert material.heated["kind"][ground].value_counts().to_dict() == {"terraced": 12, "other": 6, "semi_detached": 4}
    assert saved.drop(TOTAL).isna().all()
    everybody = with_tables(plan, choices=plan["choices"].assign(solution="ground_heat_pump"))
    shown = changed(material_of(everybody), "heat_kwh", "space_share")
    assert (shown["after"] / shown["now"]).tolist() == pytest.approx([1 - 0.425] * 4)


def test_the_peak_after_the_plan_stands_beside_the_peak_now(document):
    rows = rows_of(document, "vraag", "Warmtevraag en piek, nu en na het plan")
    assert rows["Totaal"][0] == "2.700"
    assert rows["Totaal"][3] == "1,35"
    assert rows["Halfopen woning"][1:3] == [HIDDEN, HIDDEN]


def test_what_a_handful_renovates_does_not_show_hour_by_hour(plan, material):
    assert change_publishable(material)
    few = plan["choices"].assign(solution="air_heat_pump")
    few.loc[few.index[:6], "solution"] = "ground_heat_pump"
    hidden = with_tables(plan, choices=few)
    assert not change_publishable(material_of(hidden))
    drawn = {one.name: one.svg for one in blocks(chapter(hidden, "vraag"), "vraag") if isinstance(one, Figure)}
    assert "na het plan" not in drawn["load"] + drawn["months"]


def test_the_busiest_hour_is_the_peak_of_the_sum(document, plan):
    hours = plan["hours"]
    most = (hours["space_heat_kw"] + hours["hot_water_kw"]).max() / 1_000
    assert any(
        f"vraagt het hele gebied {Notation('nl').rounded(most)} MW, na het plan" in line
        for line in told(document, "vraag")
    )


def test_coincidence_cold_and_the_check_of_two_models(document):
    curve = rows_of(document, "vraag", "Gelijktijdigheid naar aantal woningen")
    assert curve["100"] == [f"70{SPACE}%", f"10{SPACE}%", f"55{SPACE}%", "3,0"]
    cold = rows_of(document, "vraag", "Koude en te warme uren per type")
    assert cold["Totaal"][0] == "135"  # a twentieth of 2,701 MWh
    assert cold["Rijwoning"][1].startswith("6,0")  # a twentieth of 120 kWh/m2
    groups = rows_of(document, "vraag", "Koude en te warme uren per type en bouwperiode")
    # twelve semi-detached, thirty-six terraced; of the others six detached and six apartment buildings share a period
    assert set(groups) == {"Halfopen woning, 1946-1970", "Rijwoning, tot 1945", "Andere gebouwen, 1971-1990"}
    # 1.04 of all heat against 1.3 of it
    assert any("0,80 keer de ruimtewarmte van het seizoensmodel" in line for line in told(document, "vraag"))


# --------------------------------------------------------------------------------------------------------------- renovation


def test_every_rung_with_its_measures_cost_and_saving(document):
    rows = rows_of(document, "renovatie", "Renovatieladder: Rijwoning, tot 1945")
    # 120 m2 at 0, 50, 200 and 600 euro; 1.3 x 120 kWh/m2
    assert list(rows) == ["zoals het is", "trede 1", "trede 2", "trede 3"]
    assert rows["zoals het is"] == ["geen", "0", f"0{SPACE}%", "160"]
    assert rows["trede 2"][0] == "dak, nieuwe ramen"
    assert rows["trede 2"][1].startswith("24.000")
    assert rows["trede 2"][2:] == [f"50{SPACE}%", "78"]


def test_measures_that_differ_are_not_named(plan):
    ladder = plan["renovations"].copy()
    ladder["measures"] = [
        f"{measures}+floor" if number % 7 else measures for number, measures in enumerate(ladder["measures"])
    ]
    apart = ladder["measures"].where(ladder["rung"] != 1, "roof+" + ladder["building"].str[:2])
    document = chapter(with_tables(plan, renovations=ladder.assign(measures=apart)), "renovatie")
    assert (
        rows_of(document, "renovatie", "Renovatieladder: Rijwoning, tot 1945")["trede 1"][0] == "verschilt per gebouw"
    )


def test_depth_and_rung_that_the_plan_chooses(document):
    depths = rows_of(document, "renovatie", "Ingreep in de woning volgens het plan")
    assert list(depths) == ["Grotere radiatoren", "Middelgrote renovatie", "Totaal"]
    assert depths["Middelgrote renovatie"][0] == str(GROUND)
    assert depths["Grotere radiatoren"][3] == "0"
    assert depths["Totaal"][:2] == ["66", "102"]
    stops = rows_of(document, "renovatie", "Trede waarop isoleren ophoudt te lonen, aantal gebouwen")
    assert stops["Totaal"] == ["44", "22", "66"]
    assert not {str(number) for number in range(1, 10)} & {cell for row in stops.values() for cell in row}
    trades = rows_of(document, "renovatie", "Investering in isolatie en ventilatie per vak")
    assert trades["Dak"] == trades["Ramen"]
    assert trades["Muur"] == ["0", f"0{SPACE}%"]


def test_a_depth_of_a_few_joins_its_neighbour(plan):
    """Six deep renovations: shown with the medium ones, and never with those that are not renovated."""
    package = plan["choices"]["package"].copy()
    package[package.index[package == "medium_renovation"][:6]] = "deep_renovation"
    joined = material_of(with_tables(plan, choices=plan["choices"].assign(package=package))).packages
    assert set(joined) == {"low_temperature_emitters", "medium_renovation|deep_renovation"}


def test_a_few_renovations_in_all_stand_with_the_rest(plan):
    package = plan["choices"]["package"].where(pd.Series(range(66), index=plan["choices"].index) < 6, "as_is")
    assert (package == "medium_renovation").sum() == 2
    labels = material_of(with_tables(plan, choices=plan["choices"].assign(package=package))).packages
    assert set(labels) == {"as_is|low_temperature_emitters|medium_renovation"}


# --------------------------------------------------------------------------------------------------------------- labels


def test_labels_before_and_after_as_expected_dwellings(document):
    rows = rows_of(document, "labels", "Verwacht aantal woningen per label")
    # 102 dwellings, a tenth of them B and three tenths C
    assert rows["Regel van vandaag: nu"] == ["0", "10", "31", "31", "20", "10", "102"]
    # no building holds more than a tenth of a number: five dwellings with E are chances of 60 buildings
    assert rows["Regel van vandaag: na het plan"] == ["31", "31", "20", "15", "5", "0", "102"]
    assert (
        "Van welk label naar welk label kan niet getoond worden: daarvoor telt het gebied te weinig woningen."
        in told(document, "labels")
    )


def test_a_label_cell_that_one_building_dominates_is_hidden(plan):
    tower = plan.place.buildings["dwellings"].copy()
    tower["a1_0"] = 200
    place = replace(plan.place, buildings=plan.place.buildings.assign(dwellings=tower))
    heated = place.buildings[place.buildings["heated"]]
    alone = replace(with_tables(plan, label_migration=energy_fixture.label_migration(heated)), place=place)
    # 294 dwellings, 200 of them behind one door: no cell may be shown, whatever its size
    found = published_migration(material_of(alone), "today")
    assert found.loc[list("CD"), list("ABC")].isna().all().all()
    assert material_of(alone).table("label_migration")["dwellings"].max() > 20


def test_from_which_label_to_which_where_enough_homes_share_the_chance(plan):
    houses = plan.place.buildings["dwellings"] == 1
    none = {f"{stem}{label.lower()}_share": 0.0 for stem in ("", "after_") for label in tables.EPC_LABELS}
    epc = plan["epc"][plan["epc"]["building"].map(houses)].assign(
        **none | {"b_share": 0.5, "c_share": 0.5, "after_a_share": 0.5, "after_b_share": 0.5}
    )
    rows = [
        ("today", "B", "A", 13.2),
        ("today", "B", "B", 13.5),
        ("today", "B", "C", 0.3),
        ("today", "C", "A", 13.5),
        ("today", "C", "B", 13.5),
    ]
    moved = energy_fixture.keyed(pd.DataFrame(rows, columns=tables.LABEL_MIGRATION.column_names), "row")
    document = chapter(with_tables(plan, epc=epc, label_migration=moved), "labels")
    shown = rows_of(
        document, "labels", "Regel van vandaag: verwacht aantal woningen van label (rij) naar label (kolom)"
    )
    # 54 homes, each half a chance: what is less than a dwelling and a half stands with the largest of its row
    assert shown["B"] == ["13", "14", "0", "0", "0", "0", "27"]
    assert shown["Totaal"] == ["27", "27", "0", "0", "0", "0", "54"]


def test_totals_that_rules_share_are_hidden_in_all_of_them(plan):
    shifted = plan["label_migration"].copy()
    here = shifted["rule"] == "two_axis"
    shifted.loc[here & (shifted["to_label"] == "A"), "to_label"] = "F"
    document = chapter(with_tables(plan, label_migration=shifted), "labels")
    rows = rows_of(document, "labels", "Verwacht aantal woningen per label")
    hidden = [[cell == HIDDEN for cell in rows[f"{rule}: nu"]] for rule in ("Regel van vandaag", "Twee assen")]
    assert hidden[0] == hidden[1]


def test_the_same_home_under_every_rule_is_a_model(document):
    rows = rows_of(document, "labels", "Label per installatie en regel: Rijwoning 1946-1970")
    assert rows == {"Condensatieketel": ["C (237)", "C (196)"], "Warmtenet": ["E (452)", "B (196)"]}
    terms = rows_of(document, "labels", "Hoe de score ontstaat: Rijwoning 1946-1970")
    assert terms["Warmtenet, regel van vandaag"] == ["196", "5", "15", "1,03", "2,00", "6", "452", "E"]
    assert any(line.startswith("Elke woning heeft hier een kans") for line in told(document, "labels"))
    assert "geen EPC" in " ".join(told(document, "labels"))


def test_obligations_in_tens_and_hidden_for_a_few(document, material):
    rows = rows_of(document, "labels", "Verplichtingen op het label")
    # three tenths of 54 dwellings in houses and 48 in apartments, a twentieth after
    assert rows["Kopers"][:5] == ["D", "2023", "5", "30", HIDDEN]
    assert rows["Verhuurders"][3:5] == ["10", "0"]
    step = {"obligation": "buyer_house_2023", "label": "D", "dwellings_now": 15.2}
    assert below_label(material, step, "now") == "20"
    assert below_label(material, {**step, "obligation": "buyer_apartment_2023"}, "now") == HIDDEN  # six buildings


# --------------------------------------------------------------------------------------------------------------- calibration


def test_streets_that_may_be_shown_and_no_other_level(plan):
    found = published_groups(material_of(metered(plan)))
    assert list(found["name"]) == ["Krekelstraat", "Sprinkhaanlaan"]
    assert set(found["level"]) == {"street"}


def test_a_total_of_too_few_meters_or_buildings_is_not_shown(plan):
    rows = energy_fixture.calibration(plan["demand"], plan.place.buildings)
    few = rows.assign(connections=[8.0, 12.0, 2.0, 60.0])
    assert list(published_groups(material_of(with_tables(plan, calibration=few)))["name"]) == ["Sprinkhaanlaan"]
    none = rows[rows["name"] == "Veldpad 1"]
    document = chapter(with_tables(plan, calibration=none), "ijking")
    assert "Geen enkel gemeten totaal gaat over genoeg gebouwen om het te tonen." in told(document, "ijking")
    assert not [one for one in blocks(document, "ijking") if isinstance(one, Figure)]
    assert rows_of(document, "ijking", "Gemeten totalen en hoe ver het model ervan af ligt")["Straat"] == [HIDDEN] * 4


def test_error_before_and_after_with_what_meters_cannot_tell(document):
    rows = rows_of(document, "ijking", "Gemeten totalen en hoe ver het model ervan af ligt")
    assert rows["Straat"] == ["2", f"20,0{SPACE}%", f"2,0{SPACE}%", f"100{SPACE}%"]
    groups = rows_of(document, "ijking", "Meter en model per groep")
    assert groups["Krekelstraat"] == ["36", "518", "622", "529", "492–570"]
    assert any("zegt niet wie" in line for line in told(document, "ijking"))
    assert any("Niveau en steilheid" in line for line in told(document, "ijking"))


# --------------------------------------------------------------------------------------------------------------- orderings


def test_three_orderings_with_the_chosen_one_marked(document):
    found = next(one for one in blocks(document, "volgordes") if isinstance(one, Table))
    assert found.header[1:] == ("Eerst isoleren", "Eerst fossielvrij", "De datum leidt (gekozen)")
    rows = rows_of(document, "volgordes", "De drie volgordes naast elkaar")
    assert rows["Kost voor de samenleving over de looptijd, vandaag gerekend (miljoen euro)"] == [
        "9,10",
        "8,20",
        "8,00",
    ]
    assert rows["Woningen met lichte renovatie"] == ["0", HIDDEN, "0"]  # four dwellings
    assert rows["Vermeden diepe renovaties tegenover eerst isoleren"] == ["0", "60", "60"]
    lines = told(document, "volgordes")
    assert any(
        "1,1 miljoen euro minder en stoot ze over de looptijd 2.400 ton CO₂ minder uit" in line for line in lines
    )
    assert any(line.startswith("66 woningen zijn fossielvrij en halen toch geen label A") for line in lines)


def test_avoided_renovations_do_not_tell_a_hidden_number(plan):
    few = plan["orderings"].assign(deep_dwellings=[60.0, 4.0, 0.0], deep_avoided_dwellings=[0.0, 56.0, 60.0])
    found = published_orderings(material_of(with_tables(plan, orderings=few)))
    assert found["deep_dwellings"].isna().tolist() == [False, True, False]
    assert found["deep_avoided_dwellings"].isna().tolist() == [False, True, False]


def test_depths_joined_in_one_chapter_are_not_parted_in_another(plan):
    package = plan["choices"]["package"].copy()
    package[package.index[package == "medium_renovation"][:6]] = "deep_renovation"
    parted = plan["orderings"].assign(medium_dwellings=[20.0, 20.0, 24.0], deep_dwellings=[60.0, 0.0, 10.0])
    found = published_orderings(
        material_of(with_tables(plan, choices=plan["choices"].assign(package=package), orderings=parted))
    )
    assert np.isnan(found.loc["date_leads", "medium_dwellings"])
    assert np.isnan(found.loc["date_leads", "deep_dwellings"])
    assert found.loc["efficiency_first", "deep_dwellings"] == 60.0


# --------------------------------------------------------------------------------------------------------------- periods


def test_works_per_period_as_totals_of_the_place(document):
    rows = rows_of(document, "planning", "Werken per periode")
    assert list(rows) == ["2027-2031", "2032-2036", "2037-2041", "niet binnen de looptijd", "Totaal"]
    assert [row[0] for row in rows.values()] == ["18", "18", "18", "12", "66"]
    assert rows["Totaal"][1] == "102"


def test_a_period_of_a_few_buildings_joins_its_neighbour(plan):
    first = [2027] * 4 + [2032] * 30 + [2037] * 32
    works = Works(material_of(with_tables(plan, schedule=plan["schedule"].assign(first_year=first))))
    assert works.periods == {2027: "2027-2036", 2037: "2037-2041"}
    never = [2027] * 60 + [2042] * 6
    works = Works(material_of(with_tables(plan, schedule=plan["schedule"].assign(first_year=never))))
    assert works.periods == {2027: "vanaf 2027"}


def test_a_trade_that_works_in_a_few_buildings_is_hidden_and_so_is_the_rest_of_the_money(plan, material):
    spent = Works(material).spent
    # six buildings in each period get roof and windows; eighteen get an installation, but the total would tell the six
    assert spent.loc[["roof", "glazing", "installation"], [2027, 2032, 2037]].isna().all().all()
    assert (spent.loc["wall"] == 0).all()
    assert spent.loc[TOTAL, [2027, 2032, 2037]].notna().all()


def test_a_trade_that_works_in_enough_buildings_is_shown(plan):
    houses = plan.place.buildings.index[plan.place.buildings["type"] == "terraced"]
    works = plan["schedule"].loc[houses].assign(first_year=2027, package="medium_renovation", measures="roof+glazing")
    limits = plan["schedule_limits"]
    limits = limits.assign(
        used=limits["used"]
        .where(limits["first_year"] == 2027, 0.0)
        .mask(limits["limit"] == "budget", limits["first_year"].map({2027: 1.2e6, 2032: 0.0, 2037: 0.0}))
    )
    spent = Works(material_of(with_tables(plan, schedule=works, schedule_limits=limits))).spent
    # 36 houses of 120 m2 at 200 euro, half of it roof; what is left of 1.2 million is installation
    assert spent.loc["roof", 2027] == pytest.approx(432_000.0)
    assert spent.loc["installation", 2027] == pytest.approx(336_000.0)
    assert spent.loc[TOTAL, TOTAL] == pytest.approx(1.2e6)


def test_wider_limits_in_words_and_proof(document):
    lines = told(document, "planning")
    assert "Eén miljoen euro meer budget in 2027-2031 bespaart 180.000 euro." in lines
    assert "Eén miljoen euro meer ramen in 2027-2031 bespaart 50.000 euro." in lines
    assert "Eén ton CO₂ per jaar meer uitstoot toelaten in 2037-2041 zou 1.400 euro besparen." in lines
    assert "In 1 straat knelt het elektriciteitsnet: één kW meer bespaart er 900 euro." in lines
    proofs = rows_of(document, "planning", "Bewijs per stap")
    assert proofs["werken per periode"] == ["8,000", "7,990", f"0,13{SPACE}%", "door aparte code"]
    assert proofs["warmtenet"][2:] == ["minder dan 0,05 %", "door de oplosser zelf"]


def test_no_limit_that_binds_is_said(plan):
    free = plan["schedule_limits"].assign(price_eur=0.0)
    lines = told(chapter(with_tables(plan, schedule_limits=free), "planning"), "planning")
    assert any(line.startswith("Geen enkele grens knelt") for line in lines)


def test_the_worth_of_data_in_a_table_and_a_sentence(document):
    rows = rows_of(document, "gegevens", "Fout en andere beslissingen naar wat bekend is")
    assert rows["Meters per straat"] == [f"36{SPACE}%", f"5{SPACE}%", f"1,0{SPACE}%", f"12{SPACE}%", "7,9", "3,2"]
    assert any("6,3 duizend euro per jaar" in line for line in told(document, "gegevens"))


# --------------------------------------------------------------------------------------------------------------- the page


def test_long_tables_are_folded(document):
    folded = [block.title for anchor in SECTIONS for block in blocks(document, anchor) if isinstance(block, Details)]
    assert "Gelijktijdigheid naar aantal woningen" in folded
    assert "Term voor term" in folded
    assert "Meter en model per groep" in folded
