"""Pages of the site itself: the start, what this is, privacy, accessibility, origin of data, method."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language

from koppelkans.web.accounts.rights import requires
from koppelkans.web.ui import origins
from koppelkans.web.ui.method_text import method_text
from koppelkans.web.ui.start import start


@requires("page.read")
def root(request: HttpRequest) -> HttpResponse:
    """To the start page in the language of the reader."""
    return redirect("home")


@requires("page.read")
def home(request: HttpRequest) -> HttpResponse:
    """Three doors and the projects."""
    return render(request, "ui/home.html", {"start": start()})


@requires("page.read")
def method(request: HttpRequest) -> HttpResponse:
    """How every figure is computed."""
    return render(request, "ui/method.html", {"method": method_text(get_language() or "nl"), "section": "method"})


@requires("page.read")
def about(request: HttpRequest) -> HttpResponse:
    """What this is."""
    return render(request, "ui/about.html")


@requires("page.read")
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept, why and how long."""
    return render(request, "ui/privacy.html")


@requires("page.read")
def accessibility(request: HttpRequest) -> HttpResponse:
    """Statement of accessibility."""
    return render(request, "ui/accessibility.html")


@requires("page.read")
def origin(request: HttpRequest) -> HttpResponse:
    """Where data come from."""
    return render(request, "ui/origin.html", {"places": origins.places(), "vendored": origins.vendored()})
