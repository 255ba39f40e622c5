"""Accounts: sign-up and sign-in, second factor, sign-in of officials with proposed roles, own data, erasure, keys, roles of the platform."""

import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import translation

import web_fixture
from koppelkans.web.accounts import people
from koppelkans.web.accounts.claims import claim_values, propose_roles
from koppelkans.web.accounts.models import ApiKey, ClaimRole, Grant, RoleProposal, User
from koppelkans.web.accounts.rights import Role
from koppelkans.web.audit.models import Entry

pytestmark = pytest.mark.django_db
PASSWORD = web_fixture.PASSWORD
OWN_PAGES = [
    "werkplek",
    "profiel",
    "profiel/wissen",
    "sleutels",
    "e-mail",
    "wachtwoord",
    "tweede-factor",
    "koppelingen",
    "afmelden",
]


@pytest.fixture(autouse=True)
def _no_counts_of_earlier_tests():
    cache.clear()


def _sign_in(browser: Client, email: str, password: str = PASSWORD, **more: str):
    return browser.post("/nl/account/aanmelden/", {"login": email, "password": password, **more})


def _code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def _with_second_factor(person: User) -> str:
    """The secret of the app that this person has set up."""
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    return secret


# --- sign-up and sign-in


def test_sign_up_makes_an_account_with_argon2_and_an_unsaying_name():
    browser = web_fixture.client()
    answer = browser.post(
        "/en/account/registreren/",
        {"email": "an.peeters@example.org", "password1": "een heel lang woord", "password2": "een heel lang woord"},
    )
    assert answer.status_code == 302
    person = User.objects.get(email="an.peeters@example.org")
    assert person.password.startswith("argon2")
    assert "peeters" not in person.username
    assert person.language == "en"
    with translation.override("nl"):
        assert str(person) == f"gebruiker {person.pk}"
    assert browser.get("/nl/account/werkplek/").status_code == 200
    assert Entry.objects.filter(verb="account.create", actor=f"user:{person.pk}").exists()


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("kort", "minstens 12"),
        ("123456789012", "bekend woord"),
        ("qwertyuiop123", "algemeen"),
        ("!!Welkom!!2026", "bekend woord"),
        ("password password", "bekend woord"),
    ],
)
def test_poor_passwords_are_refused_with_the_reason(password, said):
    answer = web_fixture.client().post(
        "/nl/account/registreren/", {"email": "a@example.org", "password1": password, "password2": password}
    )
    assert answer.status_code == 200
    assert re.search(said, answer.content.decode())
    assert not User.objects.filter(email="a@example.org").exists()


def test_any_signs_are_allowed_and_a_password_counts_to_its_last_sign():
    person = web_fixture.user(Role.RESIDENT, name="tekens")
    secret = "héél läng – 🔑 ' OR 1=1 " + "x" * 100
    person.set_password(secret)
    person.save()
    assert _sign_in(web_fixture.client(), person.email, secret[:-1]).status_code == 200
    assert _sign_in(web_fixture.client(), person.email, secret.upper()).status_code == 200
    assert _sign_in(web_fixture.client(), person.email, secret).status_code == 302


def test_after_a_few_wrong_passwords_nobody_can_go_on_guessing():
    person = web_fixture.user(Role.RESIDENT, name="doelwit")
    browser = web_fixture.client()
    answers = [_sign_in(browser, person.email, f"fout wachtwoord {number}").content.decode() for number in range(6)]
    assert "horen niet samen" in answers[0]
    assert "Te veel mislukte pogingen" in answers[-1]
    assert "Te veel mislukte pogingen" in _sign_in(browser, person.email).content.decode()


def test_wrong_address_and_wrong_password_look_the_same():
    person = web_fixture.user(Role.RESIDENT, name="bestaat")
    unknown = _sign_in(web_fixture.client(), "niemand@example.org").content.decode()
    wrong = _sign_in(web_fixture.client(), person.email, "iets anders dan dat").content.decode()
    clean = [
        re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|value="[^"]*@example.org"', "", text)
        for text in (unknown, wrong)
    ]
    assert clean[0] == clean[1]


def test_without_mail_the_page_for_a_forgotten_password_says_whom_to_ask():
    assert "Vraag de beheerder" in web_fixture.client().get("/nl/account/wachtwoord/vergeten/").content.decode()


def test_with_mail_a_link_sets_a_new_password_once(settings, mailoutbox):
    settings.MAIL_CONFIGURED = True
    person = web_fixture.user(Role.RESIDENT, name="vergeten")
    browser = web_fixture.client()
    assert browser.post("/nl/account/wachtwoord/vergeten/", {"email": person.email}).status_code == 302
    (link,) = re.findall(r"http://\S+", mailoutbox[0].body)
    opened = browser.get(urlsplit(link).path, follow=True)
    form = opened.request["PATH_INFO"]
    new = {"password1": "een nieuw lang woord", "password2": "een nieuw lang woord"}
    assert browser.post(form, new).status_code == 302
    assert "niet meer geldig" in web_fixture.client().get(urlsplit(link).path, follow=True).content.decode()
    assert _sign_in(web_fixture.client(), person.email, "een nieuw lang woord").status_code == 302


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("page", [*OWN_PAGES, "rollen", "rollen/regels", "rollen/herstellink"])
def test_every_page_of_an_account_answers_with_one_heading(page, language):
    answer = web_fixture.client(Role.ADMIN).get(f"/{language}/account/{page}/")
    assert answer.status_code == 200
    assert answer.content.decode().count("<h1") == 1
    assert answer.headers["Cache-Control"].startswith(("no-store", "max-age=0", "no-cache"))


@pytest.mark.parametrize("page", ["aanmelden", "registreren", "niet-actief", "wachtwoord/vergeten", "wachtwoord/vergeten/verstuurd", "wachtwoord/nieuw/klaar", "e-mail/bevestigen", "koppelingen/geannuleerd", "koppelingen/fout", "e-mail/bevestigen/xyz"])  # fmt: skip
def test_every_page_before_sign_in_answers_with_our_heading(page):
    answer = web_fixture.client().get(f"/nl/account/{page}/", follow=True)
    text = answer.content.decode()
    assert answer.status_code in (200, 401, 404)
    assert text.count("<h1") == 1
    assert 'class="skip"' in text
    assert not re.search(r"\sstyle=|\son\w+=", text)


def test_only_the_addresses_that_are_used_exist():
    for gone in ("login/", "signup/", "3rdparty/", "social/login/cancelled/", "login/code/", "2fa/"):
        assert web_fixture.client().get(f"/nl/account/{gone}").status_code == 404


def test_workspace_shows_neighbourhoods_roles_and_runs_within_few_queries(django_assert_max_num_queries):
    krekelwijk = web_fixture.project()
    browser = web_fixture.client(Role.LEAD, krekelwijk)
    with django_assert_max_num_queries(15):
        text = browser.get("/nl/account/werkplek/").content.decode()
    assert "Krekelwijk" in text
    assert "projectleider" in text
    assert "Stel een tweede factor in" in text


def test_profile_keeps_what_was_written_and_names_with_markup_stay_text():
    browser = web_fixture.client()
    browser.force_login(
        web_fixture.user(Role.RESIDENT, name="profiel"), backend="django.contrib.auth.backends.ModelBackend"
    )
    answer = browser.post(
        "/nl/account/profiel/",
        {"name": "<script>alert(1)</script>", "organisation": "Stad", "language": "nl"},
        follow=True,
    )
    text = answer.content.decode()
    assert "Uw profiel is bewaard." in text
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text


# --- second factor


@pytest.mark.django_db(transaction=True)
def test_a_second_factor_is_set_up_and_then_asked_for():
    person = web_fixture.user(Role.RESIDENT, name="factor")
    browser = web_fixture.client()
    _sign_in(browser, person.email)
    again = browser.get("/nl/account/tweede-factor/app/").headers["Location"]
    assert "bevestigen" in again, "a new factor asks for the password once more"
    assert browser.post(again, {"password": PASSWORD}).headers["Location"] == "/nl/account/tweede-factor/app/"
    page = browser.get("/nl/account/tweede-factor/app/").content.decode()
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page)[1]
    answer = browser.post("/nl/account/tweede-factor/app/", {"code": _code(secret)}, follow=True)
    codes = re.findall(r"<li><code>(\d{8})</code></li>", answer.content.decode())
    assert len(codes) == 10
    assert Entry.objects.filter(verb="account.factor_add", actor=f"user:{person.pk}").exists()
    second = web_fixture.client()
    assert _sign_in(second, person.email).headers["Location"].endswith("/tweede-factor/code/")
    assert second.get("/nl/account/werkplek/").status_code == 302
    assert "klopt niet" in second.post("/nl/account/tweede-factor/code/", {"code": "000000"}).content.decode()
    assert second.post("/nl/account/tweede-factor/code/", {"code": codes[0]}).status_code == 302
    assert second.get("/nl/account/werkplek/").status_code == 200
    third = web_fixture.client()
    _sign_in(third, person.email)
    assert third.post("/nl/account/tweede-factor/code/", {"code": codes[0]}).status_code == 200, (
        "an emergency code works once"
    )


def test_strong_rights_wait_for_a_second_factor_where_the_site_asks_for_one(settings):
    settings.SECOND_FACTOR = True
    browser = web_fixture.client(Role.ADMIN)
    assert browser.get("/nl/account/rollen/").headers["Location"] == "/nl/account/tweede-factor/app/"
    assert browser.post("/nl/account/rollen/", {"user": "x@example.org", "role": "admin"}).status_code == 302
    assert browser.get("/nl/account/werkplek/").status_code == 200
    _with_second_factor(web_fixture.user(Role.ADMIN))
    assert browser.get("/nl/account/rollen/").status_code == 200


def test_a_fragment_is_led_to_sign_in_as_a_whole_page():
    answer = web_fixture.client().get("/nl/account/werkplek/", HTTP_HX_REQUEST="true")
    assert answer.headers["HX-Redirect"] == "/nl/account/aanmelden/?next=/nl/account/werkplek/"


# --- sign-in of officials


class _Officials(BaseHTTPRequestHandler):
    claims: ClassVar[dict] = {}
    asked: ClassVar[list] = []

    def do_GET(self) -> None:
        home = f"http://127.0.0.1:{self.server.server_port}"
        self._answer(
            {
                "/.well-known/openid-configuration": {
                    "issuer": home, "authorization_endpoint": f"{home}/auth", "token_endpoint": f"{home}/token",
                    "userinfo_endpoint": f"{home}/me", "jwks_uri": f"{home}/keys",
                },
                "/me": self.claims,
            }.get(self.path, {})
        )  # fmt: skip

    def do_POST(self) -> None:
        self.asked.append(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        self._answer({"access_token": "abc", "token_type": "bearer"})

    def _answer(self, value: dict) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(value).encode())

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def officials(settings):
    """A sign-in of officials on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Officials)
    Thread(target=server.serve_forever, daemon=True).start()
    app = {
        "provider_id": "officials", "name": "Overheid", "client_id": "koppelkans", "secret": "geheim",
        "settings": {"server_url": f"http://127.0.0.1:{server.server_port}", "oauth_pkce_enabled": True},
    }  # fmt: skip
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    _Officials.asked.clear()
    yield _Officials
    server.shutdown()
    server.server_close()


def _sign_in_as_official(browser: Client):
    to = browser.post("/en/account/oidc/officials/aanmelden/").headers["Location"]
    asked = parse_qs(urlsplit(to).query)
    assert asked["redirect_uri"] == ["http://localhost/nl/account/oidc/officials/terug/"]
    assert asked["code_challenge_method"] == ["S256"]
    return browser.get("/nl/account/oidc/officials/terug/", {"code": "eenmalig", "state": asked["state"][0]})


def test_an_official_gets_an_account_and_a_proposal_but_no_role(officials):
    krekelwijk = web_fixture.project()
    ClaimRole.objects.create(claim="vo_orgcode", value="OVO000123", role="member", project=krekelwijk)
    ClaimRole.objects.create(claim="vo_orgcode", value="OVO999999", role="steward")
    officials.claims = {
        "sub": "1",
        "name": "An Peeters",
        "email": "an@vlaanderen.example",
        "email_verified": True,
        "vo_orgcode": ["OVO000123", "OVO1"],
    }
    browser = web_fixture.client()
    assert "Aanmelden met Overheid" in browser.get("/nl/account/aanmelden/").content.decode()
    assert browser.get("/nl/account/oidc/officials/aanmelden/").status_code == 200, "a link alone starts nothing"
    assert _sign_in_as_official(browser).status_code == 302
    assert officials.asked[0]["code_verifier"]
    person = User.objects.get(email="an@vlaanderen.example")
    assert person.name == "An Peeters"
    assert not person.has_usable_password()
    assert not person.grants.exists()
    (proposal,) = person.proposals.all()
    assert (proposal.role, proposal.project, proposal.reason) == ("member", krekelwijk, "vo_orgcode=OVO000123")
    _sign_in_as_official(web_fixture.client())
    assert person.proposals.count() == 1

    admin = web_fixture.client(Role.ADMIN)
    assert "An Peeters" in admin.get("/nl/account/rollen/").content.decode()
    admin.post(f"/nl/account/rollen/voorstel/{proposal.pk}/", {"decision": "accept"})
    assert person.grants.get().role == "member"
    assert admin.post(f"/nl/account/rollen/voorstel/{proposal.pk}/", {"decision": "accept"}).status_code == 404


def test_an_answer_that_was_not_asked_for_signs_nobody_in(officials):
    officials.claims = {"sub": "1", "email": "an@vlaanderen.example"}
    answer = web_fixture.client().get("/nl/account/oidc/officials/terug/", {"code": "eenmalig", "state": "verzonnen"})
    assert answer.status_code == 401
    assert "lukte niet" in answer.content.decode()
    assert not User.objects.filter(email="an@vlaanderen.example").exists()


def test_an_official_with_the_address_of_an_account_does_not_take_it_over(officials):
    person = web_fixture.user(Role.ADMIN)
    officials.claims = {"sub": "2", "email": person.email, "email_verified": True}
    browser = web_fixture.client()
    _sign_in_as_official(browser)
    assert browser.get("/nl/account/werkplek/").status_code == 302


@pytest.mark.parametrize("role", ["admin", "moderator"])
def test_administrators_and_moderators_are_never_proposed(role):
    ClaimRole.objects.create(claim="groep", value="a", role=role)
    person = web_fixture.user(Role.RESIDENT, name="ambtenaar")
    assert propose_roles(person, {"userinfo": {"groep": "a"}}) == []
    refused = web_fixture.client(Role.ADMIN).post(
        "/nl/account/rollen/regels/", {"claim": "groep", "value": "b", "role": role}
    )
    assert refused.status_code == 200
    assert ClaimRole.objects.count() == 1


def test_a_declined_proposal_does_not_come_back():
    ClaimRole.objects.create(claim="a.b", value="1", role="steward")
    person = web_fixture.user(Role.RESIDENT, name="ambtenaar")
    (proposal,) = propose_roles(person, {"userinfo": {"a": {"b": 1}}})
    web_fixture.client(Role.ADMIN).post(f"/nl/account/rollen/voorstel/{proposal.pk}/", {"decision": "decline"})
    assert propose_roles(person, {"userinfo": {"a": {"b": 1}}}) == []
    assert not person.grants.exists()


@pytest.mark.parametrize(
    ("claims", "name", "values"),
    [
        ({"userinfo": {"a": "x"}}, "a", ["x"]),
        ({"id_token": {"a": ["x", 2]}}, "a", ["x", "2"]),
        ({"a": {"b": "x"}}, "a.b", ["x"]),
        ({"userinfo": {"a.b": "x"}}, "a.b", ["x"]),
        ({"a": "x"}, "a.b", []),
        ({}, "a", []),
    ],
)
def test_claims_are_found_where_they_stand(claims, name, values):
    assert list(claim_values(claims, name)) == values


# --- own data, erasure


def _busy_person() -> User:
    krekelwijk = web_fixture.project()
    person = web_fixture.user(Role.LEAD, krekelwijk)
    ApiKey.made(person, "proef")
    EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=True)
    _with_second_factor(person)
    RoleProposal.objects.create(user=person, role="steward", reason="a=b")
    return person


def test_own_data_hold_every_row_that_points_to_a_user_and_no_secret():
    person = _busy_person()
    browser = web_fixture.client(Role.LEAD, web_fixture.project())
    answer = browser.post("/nl/account/profiel/gegevens/")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    data = json.loads(answer.content)
    assert data["account"]["email"] == person.email
    assert {
        "accounts.Grant",
        "accounts.ApiKey",
        "accounts.RoleProposal",
        "account.EmailAddress",
        "mfa.Authenticator",
    } <= set(data["tables"])
    text = answer.content.decode()
    assert person.password not in text
    assert ApiKey.objects.get().digest not in text
    assert Authenticator.objects.get(type="totp").data["secret"] not in text
    assert browser.get("/nl/account/profiel/gegevens/").status_code == 405


def test_every_model_with_a_link_to_users_is_in_the_export():
    linked = {model._meta.label for model, _names in people._pointing_to_users()}
    assert {
        "plans.PlanRun",
        "places.Place",
        "projects.Document",
        "intentions.Intention",
        "accounts.Grant",
        "socialaccount.SocialAccount",
    } <= linked


def test_an_erased_account_leaves_a_number_and_nothing_else():
    person = _busy_person()
    elsewhere = web_fixture.client(Role.LEAD, web_fixture.project())
    browser = web_fixture.client(Role.LEAD, web_fixture.project())
    refused = browser.post("/nl/account/profiel/wissen/", {})
    assert refused.status_code == 200
    assert User.objects.get(pk=person.pk).is_active
    assert browser.post("/nl/account/profiel/wissen/", {"confirm": "on"}).status_code == 302
    gone = User.objects.get(pk=person.pk)
    assert gone.erased_on
    assert not gone.is_active
    assert str(gone) == "gewiste gebruiker"
    for model in (Grant, ApiKey, EmailAddress, Authenticator, RoleProposal):
        assert not model.objects.filter(user=gone).exists()
    kept = json.dumps(
        [
            list(map(str, row))
            for row in (User.objects.filter(pk=gone.pk).values_list()[0], *Entry.objects.values_list())
        ]
    )
    assert "lead" not in kept.replace("account.", "").lower()
    assert elsewhere.get("/nl/account/werkplek/").status_code == 302
    assert not [
        session for session in Session.objects.all() if session.get_decoded().get("_auth_user_id") == str(gone.pk)
    ]
    assert Entry.objects.get(verb="account.erase").actor == f"user:{gone.pk}"
    assert _sign_in(web_fixture.client(), person.email).status_code == 200


def test_the_only_administrator_cannot_go():
    browser = web_fixture.client(Role.ADMIN)
    assert "enige beheerder" in browser.get("/nl/account/profiel/wissen/").content.decode()
    assert "enige beheerder" in browser.post("/nl/account/profiel/wissen/", {"confirm": "on"}).content.decode()
    grant = Grant.objects.get(role="admin")
    assert "enige beheerder" in browser.post(f"/nl/account/rollen/{grant.pk}/intrekken/", follow=True).content.decode()
    assert Grant.objects.filter(role="admin").exists()


# --- keys


def test_a_key_is_shown_once_and_only_its_digest_is_kept():
    browser = web_fixture.client(Role.MEMBER, web_fixture.project())
    shown = browser.post("/nl/account/sleutels/", {"label": "nachtelijk"}).content.decode()
    text = re.search(r"<code>(kk_[\w-]{43})</code>", shown)[1]
    key = ApiKey.objects.get()
    assert text not in str(ApiKey.objects.values_list()[0])
    assert ApiKey.of(text) == key
    assert ApiKey.of(text + "x") is None
    assert text not in browser.get("/nl/account/sleutels/").content.decode()
    other = web_fixture.client(Role.LEAD, web_fixture.project())
    assert other.post(f"/nl/account/sleutels/{key.pk}/intrekken/").status_code == 404
    browser.post(f"/nl/account/sleutels/{key.pk}/intrekken/")
    assert ApiKey.of(text) is None


def test_an_expired_key_and_one_of_an_erased_account_open_nothing():
    person = web_fixture.user(Role.MEMBER, web_fixture.project())
    key, text = ApiKey.made(person, "oud")
    assert ApiKey.of(text).used_on is None, "the day of use is noted in the database"
    key.expires_on = "2020-01-01"
    key.save()
    assert ApiKey.of(text) is None
    _key, other = ApiKey.made(person, "nieuw")
    people.erase(person)
    assert ApiKey.of(other) is None


# --- roles of the platform


def test_an_administrator_gives_and_takes_a_role():
    person = web_fixture.user(Role.RESIDENT, name="steven")
    browser = web_fixture.client(Role.ADMIN)
    assert (
        "Niemand heeft een account met niemand@example.org"
        in browser.post("/nl/account/rollen/", {"user": "niemand@example.org", "role": "steward"}).content.decode()
    )
    browser.post("/nl/account/rollen/", {"user": person.email.upper(), "role": "steward"})
    grant = person.grants.get()
    assert grant.role == "steward"
    assert Entry.objects.get(verb="account.grant").details == {"user": person.pk, "role": "steward"}
    browser.post(f"/nl/account/rollen/{grant.pk}/intrekken/")
    assert not person.grants.exists()
    assert browser.post("/nl/account/rollen/", {"user": person.email, "role": "lead"}).status_code == 200, (
        "roles of a project are not given here"
    )


def test_a_link_of_the_administrator_sets_a_password_once():
    person = web_fixture.user(Role.RESIDENT, name="vergat")
    shown = (
        web_fixture.client(Role.ADMIN).post("/nl/account/rollen/herstellink/", {"user": person.email}).content.decode()
    )
    path = urlsplit(re.search(r"<code>(http\S+)</code>", shown)[1]).path
    browser = web_fixture.client()
    form = browser.get(path, follow=True).request["PATH_INFO"]
    assert (
        browser.post(form, {"password1": "weer een lang woord", "password2": "weer een lang woord"}).status_code == 302
    )
    assert _sign_in(web_fixture.client(), person.email, "weer een lang woord").status_code == 302
    assert "niet meer geldig" in web_fixture.client().get(path, follow=True).content.decode()
    assert person.email not in str(list(Entry.objects.values_list()))


def test_the_first_administrator_is_made_on_the_command_line_and_poor_passwords_are_refused():
    with pytest.raises(ValidationError):
        people.new_admin("baas@example.org", "kort")
    assert not get_user_model().objects.filter(email="baas@example.org").exists()
    boss = people.new_admin("baas@example.org", "een lang genoeg woord", "Baas")
    assert people.new_admin("BAAS@example.org", "een ander lang woord").pk == boss.pk
    browser = web_fixture.client()
    assert _sign_in(browser, "baas@example.org", "een ander lang woord").status_code == 302
    people.set_password("baas@example.org", "nog een ander lang woord")
    assert browser.get("/nl/account/werkplek/").status_code == 302, "a new password ends the sessions"


def test_only_administrators_reach_these_pages():
    for page in ("rollen", "rollen/regels", "rollen/herstellink"):
        assert web_fixture.client(Role.STEWARD).get(f"/nl/account/{page}/").status_code == 404
        assert web_fixture.client().get(f"/nl/account/{page}/").status_code == 302


def test_pages_with_a_password_hide_it_and_let_managers_fill_it_in():
    pages = [web_fixture.client().get(f"/nl/account/{page}/").content.decode() for page in ("aanmelden", "registreren")]
    pages.append(web_fixture.client(Role.ADMIN).get("/nl/account/wachtwoord/").content.decode())
    for page in pages:
        fields = re.findall(r"<input[^>]*password[^>]*>", page)
        assert fields
        for field in fields:
            assert 'type="password"' in field
            assert re.search(r'autocomplete="(?:current|new)-password"', field)
            assert "value=" not in field
