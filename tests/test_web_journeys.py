"""What people come to the site for, in a real browser from start to end: the six users of the site, and once more without JavaScript."""

import re
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

import web_upload
from web_addresses import SLUG, STREET
from web_server import TENDER_SLUG

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

RUN_MS = 120_000
LATER_YEAR = re.compile(r"\b20(?:2[8-9]|[3-9]\d)\b")


def press(shown: Any, words: str) -> None:
    """Press the button or follow the link with these words, and wait for the page that comes."""
    main = shown.locator("main")
    pattern = re.compile(words)
    with shown.expect_navigation():
        main.get_by_role("button", name=pattern).or_(main.get_by_role("link", name=pattern)).first.click()


def uploaded(shown: Any, file: Path, title: str) -> None:
    shown.get_by_label("Naam van het gebied").fill(title)
    shown.get_by_label("Bestand", exact=False).first.set_input_files(file)
    press(shown, "nakijken|Opladen|opladen")


def finished(shown: Any) -> None:
    """Wait until the run that this page follows is done and its plan stands on the screen."""
    shown.wait_for_url(re.compile(r"/plan/\d+/$"), timeout=RUN_MS)


# ------------------------------------------------------------------------------------------------ six people


def test_the_project_lead_mends_a_place_runs_a_plan_and_makes_it_public(visit, tmp_path):
    lead = visit("lead")
    shown = lead.go("project", slug=SLUG)
    press(shown, "Gegevens opladen")
    lead.expected_status = 422
    uploaded(shown, web_upload.broken(tmp_path), "Bijenwijk")
    assert shown.locator(".errors, .faults").count()
    assert "gebouwen.gpkg" in shown.locator("main").inner_text()
    assert shown.get_by_label("Naam van het gebied").input_value() == "Bijenwijk"
    lead.axe("faults of an upload")

    uploaded(shown, web_upload.neighbourhood(tmp_path), "Bijenwijk")
    shown.wait_for_url("**/gebieden/*/")
    assert shown.locator("h1").inner_text() == "Bijenwijk"
    assert "24 gebouwen" in shown.locator("main").inner_text()
    lead.axe("place")

    press(shown, "Reken|reken")
    shown.get_by_label("Titel").first.fill("Bijenwijk zonder gas")
    press(shown, "Start de berekening")
    shown.wait_for_url(re.compile(r"/voortgang/|/plan/\d+/$"))
    finished(shown)
    assert "Bijenwijk zonder gas" in shown.locator("h1").inner_text()
    address = shown.url
    hidden = visit()
    assert hidden.page.goto(address).status in (200, 404)
    assert "Bijenwijk zonder gas" not in hidden.page.content()
    hidden.faults.clear()

    press(shown, "^Publiceren$")
    press(shown, "^Ja, publiceren$")
    reader = visit()
    assert reader.page.goto(address).status == 200
    assert "Bijenwijk zonder gas" in reader.page.locator("h1").inner_text()


def test_the_heat_developer_sees_the_net_and_the_money_but_no_tender(visit):
    reader = visit()
    shown = reader.go("plan_view", slug=SLUG, run=reader.site.runs["network"], view="net")
    assert shown.locator("main table, main figure").count() > 0
    press_tab(shown, "Geld")
    assert shown.locator("main table").count() > 0
    reader.go("plan_view", slug=TENDER_SLUG, run=reader.site.runs["tender"], view="geld")
    closed = shown.locator("main").inner_text()
    assert "aanbesteding" in closed
    lead = visit("lead")
    lead.go("plan_view", slug=TENDER_SLUG, run=lead.site.runs["tender"], view="geld")
    assert lead.page.locator("main table").count() > shown.locator("main table").count()


def press_tab(shown: Any, words: str) -> None:
    with shown.expect_navigation():
        shown.locator("nav.tabs").get_by_role("link", name=words, exact=True).click()


def test_the_grid_planner_downloads_the_streets_and_reads_that_power_is_not_computed_yet(visit):
    reader = visit("member")
    shown = reader.go("plan", slug=SLUG, run=reader.site.runs["network"])
    press_tab(shown, "Straten")
    assert STREET in shown.locator("main").inner_text()
    with shown.expect_download() as waited:
        shown.locator("main a[href$='tabel/straten.csv']").first.click()
    table = Path(waited.value.path()).read_text(encoding="utf-8-sig")
    assert len(table.splitlines()) > 3
    assert STREET in table
    press_tab(shown, "Stroom")
    assert "Nog niet berekend" in shown.locator("main").inner_text()
    press_tab(shown, "Kalender")
    assert "Nog niet berekend" not in shown.locator("main").inner_text()


def test_the_flemish_official_compares_two_plans_and_follows_a_figure_to_its_source(visit):
    reader = visit()
    runs = reader.site.runs
    shown = reader.go("plan_compare", slug=SLUG, query=f"?plannen={runs['network']},{runs['pumps']}")
    words = shown.locator("main").inner_text()
    assert "Met warmtenet" in words
    assert "Zonder warmtenet" in words
    assert shown.locator("main table tbody tr").count() > 4
    with shown.expect_download() as waited:
        shown.locator("main a[href*='.csv']").first.click()
    assert "warmte" in Path(waited.value.path()).read_text(encoding="utf-8-sig").lower()

    reader.go("plan", slug=SLUG, run=runs["network"])
    link = shown.locator("main a.method").first
    anchor = link.get_attribute("href").split("#")[1]
    with shown.expect_navigation():
        link.click()
    assert shown.locator(f"[id='{anchor}']").count() == 1

    reader.go("figures")
    with shown.expect_navigation():
        shown.locator("main table a[href*='/cijfers/']").first.click()
    assert re.search("bron", shown.locator("main").inner_text(), re.IGNORECASE)
    assert shown.locator(".badge.official, .badge.secondary, .badge.unverified").count() > 0


def household(shown: Any) -> None:
    """A single tenant with little money, in a terraced house on gas."""
    shown.evaluate(
        """() => { const pick = (name, at) => { const field = document.querySelector(`select[name=${name}]`); if (field) field.selectedIndex = at };
             const fill = (name, value) => { const field = document.querySelector(`input[name=${name}]`); if (field) field.value = value };
             for (const field of document.querySelectorAll('main form select')) if (field.selectedIndex < 1) field.selectedIndex = Math.min(1, field.options.length - 1);
             fill('floor_area_m2', '95'); fill('occupants', '2'); fill('savings_eur', '1500'); fill('postcode', '2018'); }"""
    )


def test_the_caseworker_prints_one_sheet_of_paper_and_nothing_is_kept(visit):
    pypdf = pytest.importorskip("pypdf")
    reader = visit()
    shown = reader.go("kitchen_table")
    household(shown)
    press(shown, "Maak het blad")
    assert shown.locator(".sheet").count() == 1
    reader.axe("sheet")
    pages = pypdf.PdfReader(BytesIO(shown.pdf(format="A4", prefer_css_page_size=True))).pages
    assert len(pages) == 1
    assert "uro" in pages[0].extract_text()
    assert "2018" not in shown.url
    assert {cookie["name"] for cookie in reader.context.cookies()} <= {"csrftoken"}


def test_the_tenant_finds_the_street_what_to_do_and_who_decides_without_a_computed_year(visit):
    reader = visit(width=390)
    shown = reader.go("project", slug=SLUG)
    press(shown, "Zoek uw straat")
    shown.get_by_label("Naam van de straat").fill(STREET.lower())
    press(shown, "^Zoek$")
    press(shown, f"^{STREET}$")
    assert STREET in shown.locator("h1").inner_text()
    words = shown.locator("main").inner_text()
    assert "2028" in words, "the date that the municipality decided stands on the page"
    allowed = {"2028"}
    assert {year for year in LATER_YEAR.findall(words) if int(year) > date.today().year} <= allowed
    press(shown, "Lees wat u kunt vragen|wat u kunt vragen")
    assert "Wie beslist" in shown.locator("main").inner_text()
    assert "Sociaal tarief" in shown.locator("main").inner_text()
    reader.go("own_home")
    household(shown)
    press(shown, "Reken uit")
    assert "geen offerte" in shown.locator("main").inner_text()
    assert shown.locator("main table caption").count() > 0
    reader.reflow()


# ------------------------------------------------------------------------------------------------ without JavaScript


def test_without_javascript_a_plan_is_run_followed_read_and_compared(visit):
    member = visit("member", scripts=False)
    shown = member.go("run_new", slug=SLUG, query=f"?plaats={member.site.small_place}")
    shown.get_by_label("Titel").first.fill("Zonder script")
    press(shown, "Start de berekening")
    assert "Zonder script" in shown.locator("h1").inner_text()
    for _ in range(120):
        if re.search(r"/plan/\d+/$", shown.url):
            break
        assert shown.locator("progress").count() == 1
        shown.wait_for_timeout(1_000)
        shown.reload()
    assert re.search(r"/plan/\d+/$", shown.url)
    number = int(shown.url.rstrip("/").split("/")[-1])
    press_tab(shown, "Gebouwen")
    assert shown.locator("main table").count() > 0
    press_tab(shown, "Kaart")
    assert shown.locator("main table caption").count() > 0
    member.go("plan_compare", slug=SLUG, query=f"?plannen={number},{member.site.runs['pumps']}")
    assert shown.locator("main table tbody tr").count() > 4


def test_without_javascript_a_building_is_kept_off_the_network(visit):
    member = visit("member", scripts=False)
    shown = member.go("plan_decisions", slug=SLUG, run=member.site.runs["network"])
    shown.locator("input[type=radio][value=never][name^=net-]").first.check()
    press(shown, "Bewaar als concept")
    assert shown.locator("input[type=radio][value=never][name^=net-]").first.is_checked()
    assert "1 gebouw" in shown.locator("main").inner_text()
    press(shown, "Concept weggooien")


def test_without_javascript_the_register_keeps_an_intention_and_the_public_never_sees_it(visit):
    member = visit("member", scripts=False)
    shown = member.go("intentions", slug=SLUG, query=f"?plan={member.site.runs['network']}")
    assert shown.locator("main td .badge.signed").count() == 0
    press(shown, f"^{STREET}")
    shown.get_by_label("getekend").check()
    shown.get_by_label("Gezegd op").fill(date.today().isoformat())
    press(shown, "^Bewaren$")
    assert shown.locator("main td .badge.signed").count() == 1
    stranger = visit(scripts=False)
    stranger.go("intentions", slug=SLUG)
    assert "getekend" not in stranger.page.locator("main").inner_text()
    assert "aanmelden" in stranger.page.url


def test_without_javascript_the_language_changes_on_the_same_page(visit):
    reader = visit(scripts=False)
    shown = reader.go("plan_view", slug=SLUG, run=reader.site.runs["network"], view="straten")
    with shown.expect_navigation():
        shown.get_by_role("link", name="English").click()
    assert shown.url.endswith(f"/en/wijken/{SLUG}/plan/{reader.site.runs['network']}/straten/")
    assert shown.locator("html").get_attribute("lang") == "en"
