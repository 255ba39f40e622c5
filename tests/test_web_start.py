"""The site starts: every page of its own answers, in both languages, under a strict policy."""

import pytest

import web_fixture

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/nl/", "/en/", "/nl/wijken/", "/nl/methode/", "/nl/over/", "/nl/over/privacy/"])
def test_pages_answer_under_a_strict_policy(address):
    answer = web_fixture.client().get(address)
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_a_page_that_is_not_there_says_what_to_do():
    answer = web_fixture.client().get("/nl/wijken/nergens/")
    assert answer.status_code == 404
    assert "lijst van wijken" in answer.content.decode()
