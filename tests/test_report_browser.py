"""The HTML report in a real browser: accessible by axe, nothing fetched, no sideways scrolling, everything printed."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

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
    return write_report(plan_fixture.plan(), tmp_path_factory.mktemp("report"))[0]


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
