"""The HTML report in a real browser: accessible by axe, nothing fetched, no sideways scrolling, everything printed; and its map."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import energy_fixture
import plan_fixture
from koppelkans.report import write_report

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium on this machine (make bench-env installs it)"),
]


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    plan = plan_fixture.plan_with_network()
    meters = energy_fixture.calibration(plan["demand"], plan.place.buildings)
    return write_report(
        replace(plan, tables={**plan.tables, "calibration": meters}), tmp_path_factory.mktemp("report")
    )[0]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (make bench-env installs it)")
    with api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser, report) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1_200, "height": 900})
    opened = context.new_page()
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(report.as_uri())
    opened.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    opened.asked = asked
    yield opened
    with contextlib.suppress(Exception):
        context.close()


@pytest.mark.parametrize("width", [1_200, 360])
def test_axe_finds_nothing(page, width):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed (make bench-env installs it)"
    )
    page.set_viewport_size({"width": width, "height": 900})
    found = axe.Axe().run(
        page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    )
    assert [(fault["id"], fault["nodes"][0]["html"][:200]) for fault in found.response["violations"]] == []
    assert len(found.response["passes"]) > 15


@pytest.mark.parametrize("width", [1_200, 768, 320])
def test_the_page_never_scrolls_sideways(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_nothing_is_fetched(page, report):
    assert [url for url in page.asked if not url.startswith("data:")] == [report.as_uri()]


def test_the_keyboard_skips_to_the_content(page):
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#samenvatting")


def test_folded_parts_are_printed(browser, report):
    page = browser.new_page()
    page.goto(report.as_uri())
    hidden = page.locator("details table").first
    assert not hidden.is_visible()
    page.emulate_media(media="print")
    assert page.evaluate("document.querySelector('details table').getBoundingClientRect().height") > 0
    page.close()


# ----------------------------------------------------------------------------------------------------------------- the map


def window_of(page) -> list[float]:
    """The part of the map that is seen: left, top, width, height."""
    shown = page.locator(".atlas figure:not([hidden]) svg.window").get_attribute("viewBox")
    return [float(number) for number in shown.split()]


def test_without_script_the_maps_stand_below_one_another(browser, report):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())
    assert [page.locator(f"#map-{name}").is_visible() for name in ("network", "threshold", "density")] == [True] * 3
    assert not page.locator(".atlas .controls").is_visible()
    context.close()


def test_layers_switch_and_all_are_printed(page):
    assert page.locator(".atlas figure:visible").count() == 1
    page.get_by_label("drempel per straat", exact=True).check()
    assert page.locator("#map-threshold").is_visible()
    assert not page.locator("#map-network").is_visible()
    page.emulate_media(media="print")
    assert page.locator(".atlas figure:visible").count() == 3
    assert not page.locator(".atlas .controls").is_visible()


def test_the_keyboard_moves_and_zooms_the_map(page):
    view = page.locator(".atlas .view")
    view.focus()
    whole = window_of(page)
    page.keyboard.press("+")
    near = window_of(page)
    assert near[2] == pytest.approx(whole[2] / 1.6, rel=0.01)
    page.keyboard.press("ArrowRight")
    assert window_of(page)[0] > near[0]
    page.keyboard.press("+")
    assert page.locator("#map-network .scale text").text_content() == "20 m"
    page.keyboard.press("0")
    assert window_of(page) == whole


def test_a_street_tells_its_published_values(page):
    said = page.locator(".atlas .said")
    assert said.text_content() == "Wijs een straat aan of kies ze in de lijst."
    page.get_by_label("drempel per straat", exact=True).check()
    page.get_by_label("Straat", exact=True).select_option("Krekelstraat")
    assert said.text_content() == "Krekelstraat: drempel 50\u00a0%, band 40\u00a0% tot 70\u00a0%"
    page.get_by_label("warmtedichtheid", exact=True).check()
    assert said.text_content() == "Krekelstraat: 1,4 MWh warmtevraag per meter straat"
    page.get_by_role("button", name="hele kaart").click()
    page.get_by_label("Straat", exact=True).select_option("")
    street = page.locator("#map-density .marks path").nth(2)
    street.scroll_into_view_if_needed()
    box = page.locator("#map-density svg.window").bounding_box()
    # the first block of the Krekelstraat of the second row: 30 m from its west end
    x, y = box["x"] + box["width"] * (30 + 21.08) / 386.2, box["y"] + box["height"] * (183.24 - 105) / 201.5
    page.mouse.move(x, y)
    assert said.text_content().startswith("Krekelstraat: ")


def test_the_mouse_drags_and_the_wheel_leaves_the_page_alone(page):
    page.get_by_role("button", name="dichterbij").click()
    shown = page.locator("#map-network svg.window")
    before = window_of(page)
    shown.hover()
    page.mouse.wheel(0, 100)
    assert window_of(page) == before
    shown.scroll_into_view_if_needed()
    shown.hover()
    box = shown.bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 60, middle[1], steps=4)
    page.mouse.up()
    assert window_of(page)[0] < before[0]
