"""The report: what it says, what it keeps silent, and that screen and paper say the same."""

import io
import re
import tomllib
from dataclasses import replace
from html.parser import HTMLParser

import pandas as pd
import pytest

import krekelwijk
import plan_fixture
from koppelkans import tables
from koppelkans.errors import KoppelkansError
from koppelkans.report import palette, report_document, write_report
from koppelkans.report.density import map_figure
from koppelkans.report.document import (
    Block,
    Document,
    Figure,
    Run,
    Section,
    Table,
    blocks_of,
    plain,
    rich,
    words_of,
)
from koppelkans.report.html import html_page
from koppelkans.report.material import LANGUAGES, WORDS, Material, Words
from koppelkans.report.notation import Notation
from koppelkans.report.pdf import pdf_bytes
from koppelkans.report.summary import status_lines
from koppelkans.scenario import Scenario, Source

SPACE, MINUS = "\u00a0", "\u2212"
UNTOLD = {"records", "households", "prices", "remarks", "figures", "indicators", "project_years", "project_basis"}
"""Tables that no remark is about, or that are named elsewhere."""
UNPUBLISHED = ("Veldpad 1", "t1_0", "school_3", "a1_2")
"""Streets and buildings of the fixture that may not appear anywhere."""


@pytest.fixture(scope="module")
def document() -> Document:
    return report_document(plan_fixture.plan())


@pytest.fixture(scope="module")
def page(document) -> str:
    return html_page(document)


@pytest.fixture(scope="module")
def paper(document) -> bytes:
    return pdf_bytes(document)


def blocks(document: Document) -> list[Block]:
    return [block for section in document.sections for block in blocks_of(section.blocks)]


def table(document: Document, caption: str) -> Table:
    return next(block for block in blocks(document) if isinstance(block, Table) and block.caption == caption)


def cells_of(found: Table) -> dict[str, list[str]]:
    return {words_of(row[0]): [words_of(cell) for cell in row[1:]] for row in found.rows}


def paper_words(paper: bytes) -> list[str]:
    import pypdf

    pages = pypdf.PdfReader(io.BytesIO(paper)).pages
    return [re.sub(r"\s+", " ", page.extract_text()) for page in pages]


# --------------------------------------------------------------------------------------------------------------- notation


@pytest.mark.parametrize(
    ("value", "decimals", "dutch", "english"),
    [
        (1234.5, 1, "1.234,5", "1,234.5"), (0.125, 2, "0,13", "0.13"), (-1234.0, 0, f"{MINUS}1.234", f"{MINUS}1,234"),
        (-0.004, 2, "0,00", "0.00"), (708.5, 0, "709", "709"), (float("nan"), 0, "–", "–"),
    ],
)  # fmt: skip
def test_numbers_in_both_notations(value, decimals, dutch, english):
    assert Notation("nl").number(value, decimals) == dutch
    assert Notation("en").number(value, decimals) == english


@pytest.mark.parametrize(
    ("value", "text"),
    [(20_812.4, "20.800"), (31.64, "31,6"), (0.001562, "0,00156"), (0.0, "0"), (-871.6, f"{MINUS}872")],
)
def test_rounding_to_what_a_model_can_stand_for(value, text):
    assert Notation("nl").rounded(value) == text


def test_shares_bands_units_and_days():
    dutch, english = Notation("nl"), Notation("en")
    assert dutch.share(0.413) == f"41{SPACE}%"
    assert dutch.share(0.002) == f"<{SPACE}1{SPACE}%"
    assert dutch.band(1_000, 1_540) == "1.000 tot 1.540"
    assert english.range(0.5, 0.75) == "0.500–0.750"
    assert dutch.band(1.0, float("nan")) == ""
    assert dutch.quantity(0.018, "share/year") == f"1,80{SPACE}%/jaar"
    assert dutch.quantity(1.3, "-") == "1,30"
    assert dutch.unit("EUR/m2") == "euro/m²"
    assert english.unit("duizend EUR/jaar") == "thousand EUR/year"
    assert dutch.day(plan_fixture.plan().run.made_on) == "25 november 2026"


# --------------------------------------------------------------------------------------------------------------- words, colours


def test_both_languages_have_the_same_texts_and_blanks():
    dutch, english = (tomllib.loads((WORDS / f"{name}.toml").read_text(encoding="utf-8")) for name in LANGUAGES)
    assert {group: set(texts) for group, texts in dutch.items()} == {
        group: set(texts) for group, texts in english.items()
    }
    blanks = re.compile(r"\{\w+\}|\]\(#[a-z-]+\)")
    for group, texts in dutch.items():
        for name, text in texts.items():
            assert sorted(blanks.findall(text)) == sorted(blanks.findall(english[group][name])), f"{group}.{name}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_vocabulary_has_its_words(language):
    words = Words(language)
    vocabularies = {
        "types": tables.TYPES, "periods": tables.PERIODS, "solution_names": tables.SOLUTIONS, "packages": tables.PACKAGES,
        "provenance": tables.PROVENANCE, "carriers": tables.CARRIERS, "classes": tables.DENSITY_CLASSES,
        "standings": ("official", "secondary", "unverified"), "reasons": tables.CONNECTION_REASONS, "measures": tables.MEASURES,
        "epc_rules": tables.EPC_RULES, "meter_levels": tables.METER_LEVELS, "ordering_names": tables.ORDERINGS, "about": tables.TABLES.keys() - UNTOLD,
    }  # fmt: skip
    texts = tomllib.loads((WORDS / f"{language}.toml").read_text(encoding="utf-8"))
    assert {group: [key for key in keys if key not in texts[group]] for group, keys in vocabularies.items()} == {
        group: [] for group in vocabularies
    }
    assert words.name("actors", "somebody_else") == "somebody else"


def test_text_and_graphics_stand_out_from_the_page():
    for colour in (palette.INK, palette.SOFT_INK, palette.ACCENT, *palette.LEVELS.values()):
        assert palette.contrast(colour, palette.PANEL) >= 4.5
    shown = (
        *palette.DENSITY.values(), *palette.SOLUTIONS.values(), *palette.PERIODS.values(), *palette.LABELS.values(), *palette.RUNGS, *palette.KINDS,
        palette.HIDDEN, palette.NOW, palette.AFTER, palette.HOT_WATER, palette.COLD,
    )  # fmt: skip
    for colour in shown:
        assert palette.contrast(colour, palette.PAPER) >= 3.0
    assert palette.contrast("#000000", "#ffffff") == pytest.approx(21.0)


def test_an_unknown_language_is_refused(tmp_path):
    with pytest.raises(KoppelkansError, match="no report in language 'fr'; choose one of nl, en"):
        write_report(plan_fixture.plan(), tmp_path, language="fr")
    assert list(tmp_path.iterdir()) == []


def test_only_our_templates_know_markup():
    assert rich("**{a}** en [b](#c)", a="[x](#y) **z**") == (
        Run("[x](#y) **z**", strong=True), Run(" en "), Run("b", link="#c"),
    )  # fmt: skip


# --------------------------------------------------------------------------------------------------------------- disclosure


def test_nothing_about_single_buildings_or_small_streets(page, paper):
    text = " ".join(paper_words(paper))
    for secret in UNPUBLISHED:
        assert secret not in page
        assert secret not in text


def test_small_types_stand_together_in_every_table(document):
    heat = cells_of(table(document, "Verwarmde gebouwen en warmtevraag per type"))
    assert list(heat) == ["Halfopen woning", "Rijwoning", "Andere gebouwen", "Totaal"]
    assert [row[0] for row in heat.values()] == ["12", "36", "18", "66"]
    for caption in ("Verwarmde gebouwen per type en bouwperiode", "Gekozen oplossing per type, aantal gebouwen"):
        counts = cells_of(table(document, caption))
        assert [row[-1] for row in counts.values()] == ["12", "36", "18", "66"]
        assert not {str(number) for number in range(1, 10)} & {cell for row in counts.values() for cell in row}


def test_small_streets_stand_in_one_row(document):
    streets = cells_of(table(document, "Warmtedichtheid per straat"))
    assert list(streets) == ["Krekelstraat", "Sprinkhaanlaan", "andere straten (6)"]
    # six Veldpad streets of 2 buildings: 960 and 1,600 m2 of 120 kWh, six times
    assert streets["andere straten (6)"][:2] == ["12", "1.840"]
    assert streets["Krekelstraat"][:4] == ["36", "518", "360", "1,4"]


def test_a_place_too_small_shows_no_totals():
    one = krekelwijk.place()
    few = replace(one, buildings=one.buildings.iloc[:9])
    document = report_document(plan_fixture.plan(few))
    summary = document.sections[0]
    assert not [block for block in blocks_of(summary.blocks) if type(block).__name__ == "KeyFigures"]
    page = html_page(document)
    assert "te klein, of één gebouw overheerst" in page
    heat_mwh = plan_fixture.demand(few.buildings)["heat_kwh"].sum() / 1_000
    assert Notation("nl").rounded(heat_mwh) not in page


def test_few_institutions_hide_the_mean_that_gives_them_away():
    plan = plan_fixture.plan()
    extra = plan["indicators"].loc[["investment_meur"]].rename(index={"investment_meur": "investment_per_dwelling_eur"})
    with_mean = {**plan.tables, "indicators": pd.concat([plan["indicators"], extra])}
    material = Material(replace(plan, tables=with_mean), Words("nl"), Notation("nl"))
    assert not material.sectors_publishable  # six schools
    assert "investment_per_dwelling_eur" not in material.indicators.index
    assert "investment_meur" in material.indicators.index


@pytest.mark.parametrize(("value", "shown"), [(0.0, True), (4.0, False), (40.0, True), (99.0, False), (102.0, True)])
def test_counts_of_a_few_dwellings_or_all_but_a_few_stay_hidden(value, shown):
    plan = plan_fixture.plan()
    row = plan["indicators"].loc[["heat_demand_mwh"]].rename(index={"heat_demand_mwh": "dwellings_renovated"})
    row = row.assign(value=value, unit="woningen")
    changed = {**plan.tables, "indicators": pd.concat([plan["indicators"], row])}
    material = Material(replace(plan, tables=changed), Words("nl"), Notation("nl"))
    assert ("dwellings_renovated" in material.indicators.index) is shown


# --------------------------------------------------------------------------------------------------------------- contents


def test_chapters_in_order(document):
    assert [section.anchor for section in document.sections] == [
        "samenvatting", "start", "vraag", "ijking", "renovatie", "oplossingen", "keuze", "labels", "volgordes", "planning", "warmtedichtheid",
        "warmtenet", "werken", "straatruimte", "facturen", "gedrag", "uitstoot", "gegevens", "cijfers", "kanttekeningen", "bronnen",
    ]  # fmt: skip


def test_headline_figures_with_band_and_method(document):
    (figures,) = [block for block in blocks_of(document.sections[0].blocks) if type(block).__name__ == "KeyFigures"]
    heat = figures.items[0]
    # 66 heated buildings: 22,512 m2 of 120 kWh
    assert (heat.value, heat.unit, heat.band) == ("2.700", "MWh per jaar", "band 2.160 tot 3.240")
    assert heat.basis == "berekend, deels niet-officieel"
    anchors = {block.anchor for block in blocks(document) if type(block).__name__ == "Heading"}
    assert {item.method for item in figures.items} <= anchors


def test_owners_and_society_side_by_side(document):
    houses = cells_of(table(document, "Rijwoning: 36 gebouwen"))
    # 120 m2 and 14,400 kWh: a size of 0.8 + 0.24 times 2,600 and 2,000 euro
    gas = houses["Gasketel"]
    assert [cell.split("\n")[0] for cell in gas[:4]] == ["2.700", "2.100", "3.100", "3.300"]
    assert houses["Luchtwarmtepomp"][6] == f"grotere radiatoren (100{SPACE}%)"


def test_bills_put_vulnerable_households_first_and_compare_with_gas(document):
    rows = table(document, "Jaarfactuur per gezin, met btw").rows
    found = [[words_of(cell) for cell in row] for row in rows]
    assert [row[0] for row in found[:2]] == ["Sociale huurder met sociaal tarief"] * 2
    # owner, heat pump: 858 + 264 + 390 euro and 6 % VAT; gas: 640 + 144 + 330 and 6 %
    assert found[3][-2:] == ["1.603", "+422"]


def test_the_ledger_sums_to_zero(document):
    balance = cells_of(table(document, "Saldo per partij over 2 jaar (miljoen euro)"))
    assert balance["Totaal"] == ["1,28", "1,28", "0,00"]
    assert balance["Eigenaars en gebruikers"] == ["1,07", "0,21", f"{MINUS}0,86"]  # few schools: users not apart


def test_unofficial_figures_by_influence_with_numbered_sources(document):
    rows = [[words_of(cell) for cell in row] for row in table(document, "Cijfers die niet officieel zijn").rows]
    assert [row[3] for row in rows] == ["niet geverifieerd", "uit tweede hand"]
    assert rows[0][4] == f"{MINUS}8,0{SPACE}% / +7,0{SPACE}%"
    assert rows[0][1] == f"1.500{SPACE}euro/kW"
    sources = cells_of(table(document, "Bronnen van de cijfers die niet officieel zijn"))
    assert sources == {"1": ["Prijzen van websites"], "2": ["Termijnmarkt <TTF>"]}


def test_remarks_in_full_warnings_first(document):
    section = next(section for section in document.sections if section.anchor == "kanttekeningen")
    captions = [block.caption for block in section.blocks if isinstance(block, Table)]
    assert captions == ["Let op", "Aannames", "Ter informatie"]


def test_status_lines_say_what_was_not_assessed():
    def lines(place=None, **chosen):
        plan = plan_fixture.plan(place, Scenario(**chosen))
        notices = status_lines(Material(plan, Words("nl"), Notation("nl")))
        return [words_of((Run(f"{notice.title} "), *notice.text)) for notice in notices]

    assert lines() == [
        "Warmtenet niet beoordeeld. Er is geen warmtebron opgegeven. Het plan vergelijkt alleen oplossingen per gebouw; een "
        "warmtenet kan beter of slechter zijn."
    ]
    abroad = lines(replace(plan_fixture.place(), country="AT"))
    assert abroad[0].startswith(
        "Buiten Vlaanderen. Dit gebied ligt niet in Vlaanderen (Oostenrijk). Wetgeving, tarieven"
    )
    assert "geen stratenlijnen (niveau A)" in lines(replace(plan_fixture.place(), streets=None))[0]
    harbour = Source(
        name="Haven", x_m=0, y_m=0, capacity_kw=5_000, supply_c=80, price_eur_per_mwh=35, note="Niet onderzocht."
    )
    stated = lines(sources=[harbour])
    assert stated[0] == (
        "Warmtenet loont niet. Geen enkel gebouw is zijn leiding waard bij deze bron en deze prijzen. Zie de kanttekeningen. "
        "Zie het warmtenet."
    )
    assert (
        stated[1] == "Warmtebron, aanname van het scenario. Haven: 5.000 kW, 80 °C, 35 euro per MWh. Niet onderzocht."
    )


def test_every_map_names_its_sources(document):
    maps = [block for block in blocks(document) if isinstance(block, Figure) and block.name == "map"]
    assert len(maps) == 1
    assert "© OpenStreetMap-bijdragers (ODbL 1.0)" in maps[0].svg
    assert "50 m" in maps[0].svg


def test_a_map_without_street_axes_colours_points():
    unlined = plan_fixture.plan(replace(plan_fixture.place(), streets=None))
    drawn = map_figure(Material(unlined, Words("nl"), Notation("nl")), "map")
    assert drawn.svg.count("h0") > 20
    assert palette.DENSITY["1.0_to_1.5"] in drawn.svg


# --------------------------------------------------------------------------------------------------------------- the page


class Elements(HTMLParser):
    """Every element with its attributes, and which are open above it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, {name: value or "" for name, value in attrs}))


@pytest.fixture(scope="module")
def elements(page) -> list[tuple[str, dict[str, str]]]:
    parser = Elements()
    parser.feed(page)
    return parser.found


def test_the_page_fetches_nothing_and_runs_only_its_map(page, elements):
    assert not [tag for tag, _ in elements if tag in ("link", "iframe", "img", "object")]
    assert [attributes for tag, attributes in elements if tag == "script"] == [{}]
    assert not [name for _, attributes in elements for name in attributes if name.startswith("on")]
    assert not re.findall(
        r"fetch\(|XMLHttpRequest|import\(|eval\(|new Function|innerHTML|https?://(?!www\.w3\.org/)", page
    )
    assert not re.findall(r"""(?:src|href|xlink:href|action)\s*=\s*["'](?!#)""", page)
    assert not re.findall(r"url\((?!data:|#)|@import", page)


def test_the_page_has_what_a_screen_reader_needs(page, elements):
    assert '<html lang="nl">' in page
    assert [tag for tag, _ in elements].count("h1") == 1
    assert [tag for tag, _ in elements].count("table") == [tag for tag, _ in elements].count("caption")
    assert all(attributes.get("scope") in ("col", "row") for tag, attributes in elements if tag == "th")
    drawings = [attributes for tag, attributes in elements if tag == "svg" and "drawing" in attributes.get("class", "")]
    assert drawings
    assert all(attributes["role"] == "img" and len(attributes["aria-label"]) > 20 for attributes in drawings)


def test_every_link_of_the_page_arrives_and_ids_are_unique(elements):
    names = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(names) == len(set(names))
    targets = {attributes["href"][1:] for tag, attributes in elements if tag == "a"}
    assert targets <= set(names)


def test_foreign_text_stays_text(page, paper):
    assert "voor &lt;alle&gt; gebouwen &amp; #straten *samen* [zie]" in page
    assert "voor <alle> gebouwen & #straten *samen* [zie]" in " ".join(paper_words(paper))


def test_the_same_plan_gives_the_same_files(document, page, paper):
    again = report_document(plan_fixture.plan())
    assert html_page(again) == page
    assert pdf_bytes(again) == paper


# --------------------------------------------------------------------------------------------------------------- the paper


def test_paper_is_tagged_and_in_dutch(paper):
    import pypdf

    assert b"pdfuaid" in paper
    reader = pypdf.PdfReader(io.BytesIO(paper))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "nl"
    assert "/StructTreeRoot" in root
    assert reader.metadata.title == "Wijkplan Krekelwijk"


def test_the_summary_fits_on_the_first_page(paper):
    first, second, *_ = paper_words(paper)
    assert "Warmtenet niet beoordeeld" in first
    assert "Model, niet uw meter." in first
    assert "Bij dit plan hoort 1 waarschuwing" in first
    assert second.startswith("2. Waar we starten")


def test_the_summary_fits_on_one_page_with_every_status_line():
    note = "Aanname: restwarmte uit de haven. Plaats, vermogen en prijs zijn niet onderzocht. Zonder straten wordt geen net beoordeeld."
    source = Source(
        name="Warmtebron (aanname)", x_m=0, y_m=0, capacity_kw=10_000, supply_c=80, price_eur_per_mwh=35, note=note
    )
    abroad = replace(plan_fixture.place(), country="AT", streets=None)
    _, second, *_ = paper_words(pdf_bytes(report_document(plan_fixture.plan(abroad, Scenario(sources=[source])))))
    assert second.startswith("2. Waar we starten")


def test_paper_and_page_carry_the_same_tables(document, page, paper):
    text = " ".join(paper_words(paper))
    for block in blocks(document):
        if isinstance(block, Table):
            assert block.caption.replace("'", "&#x27;") in page
            assert block.caption.split(" ")[0] in text


def test_a_figure_without_words_is_refused(document):
    silent = replace(
        document, sections=(Section("s", "S", (Figure("x", '<svg xmlns="http://www.w3.org/2000/svg"/>', "c", ""),)),)
    )
    with pytest.raises(Exception, match="alt"):
        pdf_bytes(silent)


def test_both_files_are_written_whole(tmp_path):
    paths = write_report(plan_fixture.plan(), tmp_path / "plan", language="en")
    assert [path.name for path in paths] == ["report.html", "report.pdf"]
    assert sorted(path.name for path in (tmp_path / "plan").iterdir()) == ["report.html", "report.pdf"]
    page = paths[0].read_text(encoding="utf-8")
    assert '<html lang="en">' in page
    assert "Neighbourhood plan Krekelwijk" in page
    assert "Social tenant with social tariff" in page
    assert "Warmtevraag" not in page
    assert paths[1].read_bytes().startswith(b"%PDF")


def test_plain_text_has_no_markup():
    assert plain("a **b**") == (Run("a **b**"),)
