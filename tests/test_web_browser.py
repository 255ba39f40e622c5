"""Every page of the site in a real browser, in both languages, as the public and as the team see it: accessible on load and after use,
never wider than the screen, usable by keyboard alone, and asking nothing of anybody else."""

import re
from typing import Any

import pytest

from web_addresses import NOT_PAGES, PAGES, STREET
from web_visit import Visit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

LANGUAGES = ("nl", "en")
VISITS = [(page, role, language) for page in PAGES for role in page.roles for language in LANGUAGES]


@pytest.fixture(scope="module")
def readers(browser, site):
    """One window per role for the tour of all pages: a window costs as much as a page."""
    opened: dict[str, Visit] = {}

    def made(role: str) -> Visit:
        if role not in opened:
            opened[role] = Visit(browser, site, role)
        opened[role].faults.clear()
        return opened[role]

    yield made
    for one in opened.values():
        one.close()


def test_every_page_of_the_site_is_looked_at():
    from django.urls import get_resolver

    def names(resolver: Any) -> set[str]:
        found = set()
        for one in resolver.url_patterns:
            if getattr(one, "namespace", None) == "api":  # the interface for machines has tests of its own
                continue
            found |= names(one) if hasattr(one, "url_patterns") else {one.name}
        return found

    known = names(get_resolver()) - {None}
    looked_at = {page.name for page in PAGES}
    assert known - looked_at - NOT_PAGES == set()
    assert (looked_at | NOT_PAGES) - known == set()
    assert looked_at & NOT_PAGES == set()


@pytest.mark.parametrize(
    ("page", "role", "language"), VISITS, ids=[f"{page.label}-{role}-{language}" for page, role, language in VISITS]
)
def test_a_page_is_accessible_fits_and_asks_nothing_elsewhere(readers, page, role, language):
    reader = readers(role)
    shown = reader.open(page, language=language)
    assert shown.locator("html").get_attribute("lang") == language
    assert shown.locator("h1").count() == 1
    reader.axe("on load")
    if reader.open_details():
        reader.axe("with all parts open", inside="details")
    reader.reflow()
    assert reader.faults == []


# ------------------------------------------------------------------------------------------------ after use

FORMS = [
    ("project_new", "admin"), ("project_edit", "lead"), ("project_documents", "lead"), ("project_team", "lead"), ("place_upload", "member"),
    ("run_new", "member"), ("run_rename", "member"), ("intention_edit", "member"), ("intentions_import", "member"), ("own_home", "anonymous"), ("kitchen_table", "anonymous"),
    ("account_login", "anonymous"), ("account_signup", "anonymous"), ("account_change_password", "resident"), ("account_reauthenticate", "resident"),
    ("profile", "resident"), ("api_keys", "resident"), ("mfa_activate_totp", "resident"), ("reset_link", "admin"), ("claim_rules", "admin"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "role"), FORMS, ids=[name for name, _ in FORMS])
def test_a_form_that_is_not_right_says_where_and_stays_accessible(visit, name, role):
    reader = visit(role)
    page = next(page for page in PAGES if page.name == name)
    shown = reader.open(page)
    wrong_entries(shown)
    reader.expected_status = 422
    with shown.expect_navigation():
        shown.locator("main form[method=post] .actions button:not(.danger, [formaction])").first.click()
    assert shown.locator("[aria-invalid=true], .errors, .error, .errorlist, .faults").count() > 0, "no fault is shown"
    reader.faults = [fault for fault in reader.faults if "Failed to load resource" not in fault]
    reader.axe("after a form that was not right")
    reader.reflow()


def wrong_entries(shown: Any) -> None:
    """Everything empty or out of bounds, past the browser's own checks."""
    shown.evaluate(
        """() => { for (const form of document.querySelectorAll('main form[method=post]')) {
             form.noValidate = true;
             for (const field of form.querySelectorAll('input:not([type=hidden],[type=checkbox],[type=radio],[type=file]), textarea'))
               field.value = field.type === 'number' ? '-99999999' : '';
             for (const field of form.querySelectorAll('select')) field.selectedIndex = -1;
             for (const field of form.querySelectorAll('input[type=checkbox], input[type=radio]')) field.checked = false; } }"""
    )


def test_filters_and_pages_of_a_table_stay_accessible(visit):
    reader = visit("lead")
    shown = reader.go("plan_view", slug="krekelwijk", run=reader.site.runs["network"], view="gebouwen")
    reader.axe("table of buildings")
    for link in ("Volgende", "next"):
        found = shown.locator(f"main a:has-text('{link}')")
        if found.count():
            found.first.click()
            shown.wait_for_url("**page=2**")
            reader.axe("next page")
            break
    shown = reader.go("projects", query="?q=krekel")
    reader.axe("projects, filtered")


def test_the_drawn_map_stays_accessible_and_has_a_table_beside_it(visit):
    for role in ("anonymous", "lead"):
        reader = visit(role)
        shown = reader.go("plan_map", slug="krekelwijk", run=reader.site.runs["network"])
        shown.wait_for_selector("[data-map] canvas")
        reader.axe(f"map as {role}")
        assert shown.locator("main table caption").count() >= 1
        reader.reflow()


# ------------------------------------------------------------------------------------------------ keyboard


def focused(shown: Any) -> dict[str, Any]:
    return dict(shown.evaluate("(() => {const e = document.activeElement; const s = getComputedStyle(e); return {tag: e.tagName, text: (e.innerText || e.value || '').trim(), href: e.getAttribute('href') || '', outline: s.outlineStyle, id: e.id, name: e.name || ''}})()"))  # fmt: skip


def tabs_until(shown: Any, wanted: str, *, at_most: int = 80) -> list[dict[str, Any]]:
    """Press Tab until the focus stands on something with this text, name or address."""
    passed = []
    for _ in range(at_most):
        shown.keyboard.press("Tab")
        passed.append(focused(shown))
        if re.search(wanted, f"{passed[-1]['text']}|{passed[-1]['name']}|{passed[-1]['href']}"):
            return passed
    raise AssertionError(
        f"Tab never came to {wanted}; it passed {[(one['tag'], one['text'] or one['name']) for one in passed]}"
    )


def test_the_keyboard_alone_skips_to_the_content_walks_the_menu_and_shows_where_it_is(visit):
    reader = visit()
    shown = reader.go("home")
    shown.keyboard.press("Tab")
    assert focused(shown)["text"] == "Naar de inhoud"
    assert shown.locator(".skip").bounding_box()["x"] >= 0
    shown.keyboard.press("Enter")
    assert focused(shown)["id"] == "inhoud"
    reader.go("home")
    passed = tabs_until(shown, "^English")
    assert [one["text"] for one in passed[2:7]] == ["Wijken", "Mijn woning", "Huurders", "Keukentafel", "Methode"]
    assert [one["text"] for one in passed if one["outline"] == "none"] == []
    shown.keyboard.press("Enter")
    shown.wait_for_url("**/en/")


def test_the_keyboard_alone_signs_in(visit):
    import web_fixture

    reader = visit()
    shown = reader.go("account_login")
    tabs_until(shown, "login")
    shown.keyboard.type("leadkrekelwijk@example.org")
    tabs_until(shown, "password")
    shown.keyboard.type(web_fixture.PASSWORD)
    shown.keyboard.press("Enter")
    shown.wait_for_url("**/werkplek/")
    assert shown.locator("h1").count() == 1


def test_the_keyboard_alone_signs_in_with_a_second_factor(visit):
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    import web_fixture

    reader = visit()
    shown = reader.go("account_login")
    tabs_until(shown, "login")
    shown.keyboard.type(f"{web_fixture.SECURED}@example.org")
    tabs_until(shown, "password")
    shown.keyboard.type(web_fixture.PASSWORD)
    shown.keyboard.press("Enter")
    shown.wait_for_url("**/tweede-factor/code/**")
    reader.axe("where a code is asked")
    reader.reflow()
    tabs_until(shown, r"\|code\|")
    shown.keyboard.type(format_hotp_value(hotp_value(web_fixture.TOTP_SECRET, next(yield_hotp_counters_from_time()))))
    shown.keyboard.press("Enter")
    shown.wait_for_url("**/werkplek/")


def test_the_keyboard_alone_finds_a_street(visit):
    reader = visit()
    shown = reader.go("projects")
    tabs_until(shown, "^Krekelwijk")
    shown.keyboard.press("Enter")
    shown.wait_for_url("**/wijken/krekelwijk/")
    shown.goto(reader.site.address("street_search", slug="krekelwijk"))
    tabs_until(shown, r"\bq\b")
    shown.keyboard.type("krekel")
    shown.keyboard.press("Enter")
    shown.wait_for_url("**/straten-zoeken/?q=krekel")
    tabs_until(shown, f"^{STREET}")
    shown.keyboard.press("Enter")
    shown.wait_for_url("**/straat/**")
    assert STREET in shown.locator("h1").inner_text()
