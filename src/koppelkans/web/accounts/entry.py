"""The pages of allauth that this site uses, with what we add: the rest of its addresses does not exist here."""

from __future__ import annotations

from typing import Any

from allauth.account import views as account
from allauth.socialaccount.providers.openid_connect import views as openid
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation


def logout(request: HttpRequest) -> HttpResponseBase:
    """Sign-out; the browser forgets what it kept of the site."""
    answer: HttpResponseBase = account.logout(request)
    if request.method == "POST":
        answer["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def official_login(request: HttpRequest, provider_id: str, **kwargs: Any) -> HttpResponse:
    """To the sign-in of officials. Its way back is always the Dutch address, because only known addresses are registered there."""
    with translation.override("nl"):
        answer: HttpResponse = openid.login(request, provider_id)
    return answer
