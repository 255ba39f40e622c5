"""Street space in the report: demands and clashes in plain words, cross-sections of enough sections alone, and nothing about one street."""

from dataclasses import replace

import pandas as pd
import pytest

import street_plan
from koppelkans import tables
from koppelkans.report import report_document
from koppelkans.report.document import Document, Figure, Heading, Notice, Paragraph, Section, Table, blocks_of, words_of
from koppelkans.report.html import html_page
from koppelkans.report.material import Material, Words, texts
from koppelkans.report.notation import Notation
from koppelkans.report.pdf import pdf_bytes
from koppelkans.report.sources import STREET_METHODS
from koppelkans.report.street_space import pareto_chart, street_space_section
from koppelkans.report.summary import summary_section
from koppelkans.tables.space import CYCLE_KINDS, DIRECTIONS, SIDES, SPACE_DEMANDS, STREET_STATES

PLAN = street_plan.street_plan()
GROUPS = (
    "space", "space_groups", "space_units", "directions", "cycle_kinds", "sides", "space_demands", "street_states", "corridor_room", "strip_kinds", "asset_kinds",
    "work_statuses", "owner_roles", "zones",
)  # fmt: skip


def section(plan=PLAN, language="nl") -> Section:
    return street_space_section(Material(plan, Words(language), Notation(language)))


def with_tables(plan, **made: pd.DataFrame):
    return replace(plan, tables={**plan.tables, **made})


def all_text(found: Section) -> str:
    said = []
    for block in blocks_of(found.blocks):
        if isinstance(block, Table):
            said += [block.caption, block.note, *block.header, *(words_of(cell) for row in block.rows for cell in row)]
        elif isinstance(block, Figure):
            said += [block.caption, block.alt, block.svg]
        elif isinstance(block, Paragraph | Notice):
            said.append(words_of(block.text))
    return "\n".join(said)


def table(found: Section, caption: str) -> list[list[str]]:
    (one,) = [block for block in blocks_of(found.blocks) if isinstance(block, Table) and block.caption == caption]
    return [[words_of(cell) for cell in row] for row in one.rows]


@pytest.fixture(scope="module")
def document() -> Document:
    return report_document(PLAN)


def test_what_clashes_and_how_far_to_give_way():
    warned = [
        words_of(block.text) for block in section().blocks if isinstance(block, Notice) and block.level == "warning"
    ]
    assert warned == [
        "Deze eisen kunnen niet samen: parkeervakken op straat + kroonbedekking na 20 jaar. Het lukt als één ervan toegeeft: "
        "parkeervakken op straat van 100\u00a0% naar 62\u00a0%, of kroonbedekking na 20 jaar van 30\u00a0% naar 4\u00a0%."
    ]
    one = PLAN["space_clashes"].iloc[:1].assign(beside_all=0.5)
    alone = all_text(section(with_tables(PLAN, space_clashes=one), "en"))
    assert "This demand cannot be kept everywhere: bays on the street." in alone
    assert "from 100\u00a0% to 62\u00a0% (beside all that is asked: 50\u00a0%)" in alone


def test_asked_and_reached():
    rows = table(section(), "Wat van de straten samen gevraagd is")
    assert rows[0] == ["Parkeervakken op straat", "100\u00a0%", "60\u00a0%", "nee", "–"]


def test_cross_sections_of_few_sections_stand_together():
    """Three sections of the rare one are too few; the eleven that stay as now join them, so that none can be told from the total."""
    rows = table(section(), "Profielen, naar lengte")
    assert rows[0][:4] == ["twee richtingen, parkeren aan één kant, bomen aan één kant", "12,0", "16", "960"]
    assert rows[1][:4] == ["Andere profielen samen", "", "14", "840"]
    assert "wadi" not in all_text(section())


def test_now_and_then_are_drawn_and_told():
    found = section()
    figures = [block for block in blocks_of(found.blocks) if isinstance(block, Figure)]
    assert [figure.name for figure in figures] == ["straat-1-nu", "straat-1-dan", "parkeren-groen"]
    assert figures[0].alt.startswith("Straat van 12,00 m breed. Boven de grond: voetpad 2,00 m, rijbaan 8,00 m")
    strips = table(
        found, "Alle stroken in een tabel: 12,0 m, twee richtingen, parkeren aan één kant, bomen aan één kant"
    )
    assert len(strips) == 8
    assert strips[0] == ["Nu (aangenomen)", "Boven de grond", "1", "Voetpad", "0,00", "2,00"]


def test_parking_against_green_and_the_climate_pact():
    found = section()
    assert table(found, "Parkeren tegenover groen en water, in cijfers")[0] == [
        "100\u00a0%",
        "niet mogelijk",
        "niet mogelijk",
    ]
    assert "**" not in all_text(found)
    assert (
        "75\u00a0% van de vakken, met dan hoogstens 8\u00a0% kroonbedekking of 14 mm berging. Bij 50\u00a0%"
        in all_text(found)
    )
    assert table(found, "Lokaal Energie- en Klimaatpact: deel van deze wijk") == [
        ["Extra bomen", "400\u00a0bomen", "180\u00a0bomen", "45\u00a0%"]
    ]


def test_nothing_possible_draws_no_line():
    none = PLAN["space_pareto"].assign(canopy_share=float("nan"), storage_mm=float("nan"))
    found = section(with_tables(PLAN, space_pareto=none))
    assert "parkeren-groen" not in [block.name for block in blocks_of(found.blocks) if isinstance(block, Figure)]
    svg = pareto_chart(PLAN["space_pareto"], titles={"parking": "p", "canopy": "c", "storage": "s"}, language="nl")
    assert svg.count("mark-line") >= 2


def test_nothing_about_one_street():
    for language in ("nl", "en"):
        text = all_text(section(language=language))
        assert street_plan.SECRET not in text
        assert "z14" not in text


def test_without_cross_sections_or_with_few_one_line():
    empty = with_tables(PLAN, street_patterns=tables.TABLES["street_patterns"].empty())
    assert all_text(section(empty)) == "Voor dit plan zijn geen straatprofielen berekend."
    few = with_tables(PLAN, street_patterns=PLAN["street_patterns"].iloc[:9])
    assert "te weinig straatsecties" in all_text(section(few))
    assert len(section(few).blocks) == 1


def test_the_chapters_stand_in_the_report_with_their_methods(document):
    assert [part.anchor for part in document.sections].index("straatruimte") == [
        part.anchor for part in document.sections
    ].index("werken") + 1
    headings = [block for part in document.sections for block in blocks_of(part.blocks) if isinstance(block, Heading)]
    named = {
        block.anchor.removeprefix("methode-"): block.title for block in headings if block.anchor.startswith("methode-")
    }
    assert set(STREET_METHODS) <= set(named)
    for language in ("nl", "en"):
        assert set(STREET_METHODS) <= set(texts(language)["methods"])
    page = html_page(document)
    assert 'id="straatruimte"' in page
    assert 'class="columns even"' in page
    assert pdf_bytes(document).startswith(b"%PDF")


def test_drawn_ages_give_no_amount_in_the_summary():
    """The dividend of one draw never stands on page one; that it is left out does."""
    chain = pd.DataFrame(
        [dict.fromkeys(tables.TABLES["dividend"].column_names, 1.0)] * 3,
        index=pd.Index(["S0", "S1", "J"], name="plan", dtype="str"),
    )
    chain = chain.assign(saved_eur=[0.0, 0.0, 7.7e6], gap_eur=1e5)

    def summary(plan) -> str:
        page = summary_section(Material(plan, Words("nl"), Notation("nl")))
        return "\n".join(
            words_of(item)
            for block in page.blocks
            if hasattr(block, "items") and not hasattr(block, "method_word")
            for item in block.items
        )

    told = summary(with_tables(PLAN, dividend=chain))
    assert "leeftijden van leidingen en wegen zijn geloot" in told
    assert "7,7" not in told
    draws = pd.DataFrame(
        {"title": "t", "title_en": "t", "unit": "EUR", "draws": 20, "p10": [1e6], "p50": [2e6], "p90": [3e6]}, index=pd.Index(["dividend_eur"], name="figure"),
    )  # fmt: skip
    spread = summary(with_tables(PLAN, dividend=chain, drawn_assets=draws))
    assert "1,0 tot 3,0 miljoen euro (P10 tot P90, midden 2,0) over 20 lotingen" in spread
    assert "gelote activa, niet bewezen" in spread
    known = street_plan.street_plan(drawn=False)
    assert "bespaart 7,70 miljoen euro tegenover ieder voor zich met toeval (bewezen)" in summary(
        with_tables(known, dividend=chain)
    )
    wide = summary(with_tables(known, dividend=chain.assign(gap_eur=5e6)))
    assert "(niet bewezen)" in wide


def test_both_languages_have_words_for_every_choice():
    for group in GROUPS:
        assert set(texts("nl")[group]) == set(texts("en")[group]), group
    for group, values in (
        ("directions", DIRECTIONS),
        ("cycle_kinds", CYCLE_KINDS),
        ("sides", SIDES),
        ("space_demands", SPACE_DEMANDS),
        ("street_states", STREET_STATES),
    ):
        assert set(values) <= set(texts("nl")[group]), group
