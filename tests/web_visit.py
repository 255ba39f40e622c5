"""A visit to the site in Debian's Chromium that forgives nothing: other addresses, script errors, console errors and failed requests are faults."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from web_addresses import Page
from web_server import Site

ARGUMENTS = [
    "--no-sandbox", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist",
]  # fmt: skip
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
WIDTH, HEIGHT = 1_200, 900
NARROW = 320
PATIENCE_MS = 15_000


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    """One Chromium for the tests of a file; the next file, which may start one of its own, finds none running."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (make test installs it)")
    with api.sync_playwright() as playwright, pytest.MonkeyPatch.context() as settings:
        # playwright keeps an event loop running in this thread as long as it lives, and Django then refuses its database; nothing
        # in these tests is a coroutine, so the refusal guards nothing
        settings.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        opened = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield opened
        opened.close()


class Visit:
    """One reader in one browser window; ``faults`` is what went wrong so far."""

    def __init__(
        self, browser: Any, site: Site, role: str = "anonymous", *, scripts: bool = True, width: int = WIDTH
    ) -> None:
        self.site = site
        self.scripts = scripts
        self.context = browser.new_context(
            locale="nl-BE",
            viewport={"width": width, "height": HEIGHT},
            java_script_enabled=scripts,
            accept_downloads=True,
        )
        if role != "anonymous":
            self.context.add_cookies([{"name": "sessionid", "value": site.sessions[role], "url": site.url}])
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.faults: list[str] = []
        self.expected_status = 200
        self.page.on("request", lambda request: self._outside(request.url))
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("console", self._console)
        self.page.on("requestfailed", self._failed)

    def _outside(self, url: str) -> None:
        if not url.startswith((self.site.url, "data:", "blob:")):
            self.faults.append(f"asked elsewhere: {url}")

    def _console(self, message: Any) -> None:
        # a page that says "not found" or "look at this fault" is loaded on purpose; the browser writes its status in the console
        if message.type == "error" and f"status of {self.expected_status}" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _failed(self, request: Any) -> None:
        # a download and a page left while it loads end their request; a browser without JavaScript refuses its scripts
        if "ERR_ABORTED" not in (request.failure or "") and (self.scripts or request.resource_type != "script"):
            self.faults.append(f"failed: {request.url} {request.failure}")

    def go(self, name: str, *, language: str = "nl", status: int = 200, query: str = "", **kwargs: Any) -> Any:
        """Open a named page."""
        self.expected_status = status
        answer = self.page.goto(self.site.address(name, language=language, **kwargs) + query)
        if answer.status != status:
            self.faults.append(f"{answer.url}: status {answer.status}, expected {status}")
        return self.page

    def open(self, page: Page, *, language: str = "nl") -> Any:
        """Open a page of the list of all pages."""
        wants = {
            key: self.site.runs.get(value, value) if key == "run" else self.site.place if key == "place" else value
            for key, value in page.wants.items()
        }
        return self.go(
            page.name, language=language, status=page.status, query=page.query.format(**self.site.runs), **wants
        )

    def axe(self, when: str = "", *, inside: str = "") -> None:
        """Look for accessibility faults now: on the whole page, or in the parts that a selector finds."""
        axe = pytest.importorskip(
            "axe_playwright_python.sync_playwright", reason="axe is not installed (make test installs it)"
        )
        options = {"runOnly": RULES, "resultTypes": ["violations"]}
        found = axe.Axe().run(self.page, context={"include": [[inside]]} if inside else None, options=options).response
        self.faults += [
            f"axe {when} {fault['id']}: {fault['nodes'][0]['html'][:160]} ({len(fault['nodes'])}x)"
            for fault in found["violations"]
        ]

    def reflow(self) -> None:
        """Nothing scrolls sideways on a telephone, nor when letters are twice as large."""
        self.page.set_viewport_size({"width": NARROW, "height": 640})
        self._fits(NARROW, "at 320 pixels")
        self.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        self.page.evaluate("document.documentElement.style.fontSize = '200%'")
        self._fits(WIDTH, "with text at 200 %")
        self.page.evaluate("document.documentElement.style.fontSize = ''")

    def _fits(self, width: int, when: str) -> None:
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            widest = self.page.evaluate(
                "w => [...document.querySelectorAll('main *, header *, footer *')].filter(e => e.getBoundingClientRect().right > w + 1 && !e.closest('.scroll'))"
                ".slice(0, 3).map(e => e.outerHTML.slice(0, 120))",
                width,
            )
            self.faults.append(f"{wide} pixels wide {when}: {widest}")

    def open_details(self) -> int:
        """Open every folded part; how many there were."""
        return int(
            self.page.evaluate(
                "(() => {const all = document.querySelectorAll('details:not([open])'); all.forEach(part => part.open = true); return all.length})()"
            )
        )

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self.context.close()


@pytest.fixture
def visit(browser: Any, site: Site) -> Iterator[Callable[..., Visit]]:
    """Readers with a role, who must have met no fault by the end of the test."""
    opened: list[Visit] = []

    def made(role: str = "anonymous", **options: Any) -> Visit:
        opened.append(Visit(browser, site, role, **options))
        return opened[-1]

    yield made
    faults = [fault for one in opened for fault in one.faults]
    for one in opened:
        one.close()
    assert faults == []
