"""Who must show more than a password: people who change what others may do or see."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _


def has_second_factor(request: HttpRequest) -> bool:
    """Whether the visit stands on more than a password: a code of an app, or the sign-in of officials, which has its own."""
    from allauth.account.authentication import get_authentication_records
    from allauth.mfa.utils import is_mfa_enabled

    if not request.user.is_authenticated:
        return False
    by_officials = any(
        step.get("method") == "socialaccount" for step in get_authentication_records(request, request.user)
    )
    return by_officials or bool(is_mfa_enabled(request.user))


def lacks_second_factor(request: HttpRequest) -> bool:
    """Whether the site asks for a second factor and the visit has none."""
    return settings.SECOND_FACTOR and not has_second_factor(request)


def to_second_factor(request: HttpRequest) -> HttpResponse:
    """To the page that sets one up, saying why."""
    messages.warning(
        request,
        _("Voor deze pagina hebt u een tweede factor nodig: een code van een app op uw telefoon. Stel die eerst in."),
    )
    return _to(request, reverse("mfa_activate_totp"))


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in, and back to the page that was asked for; after a form to the workspace, because a form cannot be sent again."""
    back = request.get_full_path() if request.method in ("GET", "HEAD") else reverse("workspace")
    return _to(request, redirect_to_login(back).headers["Location"])


def _to(request: HttpRequest, address: str) -> HttpResponse:
    """A redirect that a fragment of a page follows as a whole page."""
    if getattr(request, "htmx", False):
        from django_htmx.http import HttpResponseClientRedirect

        return HttpResponseClientRedirect(address)
    return redirect(address)
