"""What every page shares: words in two languages, a strict policy, colours that can be read; and the pages of the site itself."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import RequestFactory, override_settings
from django.utils.translation import override

import plan_fixture
import web_fixture
from koppelkans.errors import DataError
from koppelkans.report import palette
from koppelkans.web.accounts.rights import Role
from koppelkans.web.ui import faults, origins

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parent.parent
WEB = ROOT / "src" / "koppelkans" / "web"
TEMPLATES = sorted(WEB.rglob("templates/**/*.html"))
STYLE = (WEB / "ui" / "static" / "ui" / "site.css").read_text(encoding="utf-8")
OWN_PAGES = (
    "",
    "over/",
    "over/privacy/",
    "over/toegankelijkheid/",
    "over/herkomst/",
    "methode/",
    "wijken/",
    "mijn-woning/",
    "keukentafel/",
    "huurders/",
)
DUTCH_MENU = (
    "Wijken",
    "Mijn woning",
    "Keukentafel",
    "Huurders",
    "Methode",
    "Aanmelden",
    "Mijn werkplek",
    "Over koppelkans",
    "Toegankelijkheid",
    "Naar de inhoud",
)


def text(address: str, role: Role = Role.ANONYMOUS) -> str:
    answer = web_fixture.client(role).get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


# ------------------------------------------------------------------------------------------------ words


def test_every_text_has_its_translation_and_the_compiled_files_are_up_to_date():
    made = subprocess.run(
        [sys.executable, "scripts/translations.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )
    assert made.stdout + made.stderr == ""
    assert made.returncode == 0


@pytest.mark.parametrize("page", OWN_PAGES)
@pytest.mark.parametrize("role", [Role.ANONYMOUS, Role.RESIDENT])
def test_an_english_page_has_no_dutch_menu(page, role):
    shown = text(f"/en/{page}", role)
    assert '<html lang="en">' in shown
    frame = re.sub(r"<main.*</main>", "", shown, flags=re.DOTALL)
    assert [word for word in DUTCH_MENU if f">{word}<" in frame] == []


@pytest.mark.parametrize("page", OWN_PAGES)
def test_every_page_has_one_heading_a_title_and_the_other_language(page):
    shown = text(f"/nl/{page}")
    assert len(re.findall(r"<h1[ >]", shown)) == 1
    title = re.search(r"<title>(.*?)</title>", shown, re.DOTALL)
    assert title is not None
    assert title[1].strip() not in ("", "koppelkans · koppelkans", "· koppelkans")
    assert f'href="/en/{page}"' in shown


# ------------------------------------------------------------------------------------------------ what the policy forbids


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.relative_to(WEB).as_posix())
def test_templates_have_no_inline_script_or_style_and_ask_nothing_elsewhere(file):
    source = file.read_text(encoding="utf-8")
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", source) in ([], ['<script type="application/json">'])
    assert re.findall(r"<style\b", source) == []
    assert re.findall(r"\sstyle\s*=", source) == []
    assert re.findall(r"<[^>]*\son[a-z]+\s*=", source) == []
    assert re.findall(r"<(?:script|link|img|iframe|source)\b[^>]*(?:src|href)\s*=\s*[\"'](?:https?:)?//", source) == []


def test_every_page_carries_the_policy_and_every_form_a_token():
    for page in OWN_PAGES:
        answer = web_fixture.client().get(f"/nl/{page}")
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        for form in re.findall(r'<form[^>]*method="post".*?</form>', answer.content.decode(), re.DOTALL):
            assert "csrfmiddlewaretoken" in form


# ------------------------------------------------------------------------------------------------ colours


def colours() -> dict[str, str]:
    root = re.search(r":root\{(.*?)\}", STYLE, re.DOTALL)
    assert root is not None
    return {
        name: value if len(value) == 7 else "#ffffff"
        for name, value in re.findall(r"--(\w[\w-]*):(#[0-9a-f]{3,6})", root[1])
    }


@pytest.mark.parametrize(("letters", "grounds"), [
    ("ink", ("paper", "panel", "wash", "info-wash", "assumption-wash", "warning-wash", "good-wash")), ("soft", ("paper", "panel", "wash")),
    ("accent", ("paper", "panel", "wash")), ("deep", ("paper", "wash")), ("paper", ("accent", "deep", "warning")), ("info", ("info-wash",)),
    ("assumption", ("assumption-wash",)), ("warning", ("paper", "warning-wash")), ("good", ("paper", "good-wash")),
])  # fmt: skip
def test_letters_can_be_read_on_their_ground(letters, grounds):
    known = colours()
    assert {
        ground: round(palette.contrast(known[letters], known[ground]), 1)
        for ground in grounds
        if palette.contrast(known[letters], known[ground]) < 4.5
    } == {}


def test_the_edge_of_a_field_can_be_seen():
    assert palette.contrast(colours()["edge"], "#ffffff") >= 3


def test_pages_reports_and_maps_have_one_palette():
    known = colours()
    assert (known["ink"], known["accent"], known["soft"], known["line"]) == (
        palette.INK,
        palette.ACCENT,
        palette.SOFT_INK,
        palette.LINE,
    )
    assert dict(re.findall(r"\.solution-(\w+)\{background:(#[0-9a-f]{6})\}", STYLE)) == palette.SOLUTIONS


def test_letters_come_from_the_site_with_their_licence():
    asked = re.findall(r"url\((.*?)\)", STYLE)
    fonts = WEB / "ui" / "static" / "ui"
    assert asked
    assert [name for name in asked if not (fonts / name).is_file()] == []
    assert "SIL OPEN FONT LICENSE" in (fonts / "fonts" / "OFL.txt").read_text(encoding="utf-8").upper()


# ------------------------------------------------------------------------------------------------ pages of the site itself


def test_the_start_page_shows_public_plans_and_no_others():
    project = web_fixture.project("krekelwijk", summary="Zes keer dezelfde straten.")
    plan = plan_fixture.plan()
    web_fixture.finished_run(project, plan, published=True)
    hidden = web_fixture.finished_run(project, plan)
    type(hidden).objects.filter(pk=hidden.pk).update(title="Een ontwerp")
    shown = text("/nl/")
    assert f"/nl/wijken/krekelwijk/plan/{hidden.pk - 1}/" in shown
    assert "1 openbaar plan" in shown
    assert "Een ontwerp" not in shown
    assert f"/plan/{hidden.pk}/" not in shown


def test_a_project_that_the_city_does_not_keep_says_so():
    web_fixture.project("elders", by_city=False)
    assert "niet door de stad" in text("/nl/")
    assert "not by the city" in text("/en/")


def test_names_with_markup_stay_text():
    project = web_fixture.project("kras", title="<script>alert(1)</script>", municipality="<b>Lille</b>")
    shown = text("/nl/")
    assert project.title not in shown
    assert "&lt;script&gt;alert(1)" in shown


def test_the_origin_page_names_every_shipped_place_licence_and_script():
    shown = text("/nl/over/herkomst/")
    assert len(origins.places()) >= 5
    assert len(origins.vendored()) >= 3
    for place in origins.places():
        assert all(row["line"] and row["licence"] for row in place["rows"]), place["title"]
    assert "ODbL 1.0" in shown
    for one in origins.vendored():
        assert one["name"] in shown
        assert one["licence"] in shown


# ------------------------------------------------------------------------------------------------ what goes wrong


@pytest.mark.parametrize(
    ("language", "words"), [("nl", "Deze pagina bestaat niet"), ("en", "This page does not exist")]
)
def test_a_page_that_is_not_there_says_so_in_the_language_of_its_address(language, words):
    answer = web_fixture.client().get(f"/{language}/nergens/")
    assert answer.status_code == 404
    assert words in answer.content.decode()


def test_a_form_without_its_token_is_refused_in_words():
    from django.test import Client

    answer = Client(HTTP_HOST="localhost", enforce_csrf_checks=True).post("/nl/keukentafel/", {})
    assert answer.status_code == 403
    assert "Dit formulier is verlopen" in answer.content.decode()


def test_a_fault_of_the_engine_becomes_a_page_that_lists_it():
    request = RequestFactory().get("/nl/")
    request.user = web_fixture.user()
    page = faults.FaultPages(lambda _: None).process_exception(
        request, DataError("twee fouten", ["gebouw a1: <oppervlakte> -3 m2", "gebouw a2: jaar 1100"])
    )
    assert page is not None
    assert page.status_code == 422
    shown = page.content.decode()
    assert "&lt;oppervlakte&gt; -3 m2" in shown
    assert "jaar 1100" in shown


def test_other_exceptions_are_left_to_the_log():
    assert faults.FaultPages(lambda _: None).process_exception(RequestFactory().get("/nl/"), RuntimeError("x")) is None


@pytest.mark.parametrize(
    ("language", "words"), [("nl", "Er ging bij ons iets mis"), ("en", "Something went wrong on our side")]
)
def test_the_page_for_our_own_faults_needs_no_database(language, words, django_assert_num_queries):
    with override(language), django_assert_num_queries(0):
        page = faults.broken(RequestFactory().get(f"/{language}/"))
    assert page.status_code == 500
    assert words in page.content.decode()
    assert f'<html lang="{language}">' in page.content.decode()


@override_settings(ALLOWED_HOSTS=["localhost"])
def test_a_wrong_host_is_refused():
    from django.test import Client

    assert Client(HTTP_HOST="elders.example").get("/nl/").status_code == 400
