"""Pages for what goes wrong: a clear sentence and the next step, never a bare error; and faults of the engine as a page."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from koppelkans.errors import KoppelkansError


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The request could not be read."""
    return _fault(
        request,
        400,
        _("Deze aanvraag kunnen we niet lezen."),
        _("Ga terug, laad de pagina opnieuw en probeer nog eens."),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Not allowed, or the form was too old."""
    return _fault(
        request, 403, _("Dit mag u niet doen."), _("Meld u aan met een account dat dit mag, of vraag de projectleider.")
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Nothing there, or nothing that this reader may know of."""
    return _fault(
        request,
        404,
        _("Deze pagina bestaat niet, of ze is niet openbaar."),
        _("Zoek de wijk in de lijst van wijken, of meld u aan."),
    )


def broken(request: HttpRequest) -> HttpResponse:
    """A fault of ours. This page asks nothing of the database or the session: they may be what is broken."""
    language = get_language() or "nl"
    context = {
        "what": _("Er ging bij ons iets mis."), "next_step": _("Niets van wat al bewaard was ging verloren. Probeer het straks opnieuw."),
        "language": language, "other_language": "en" if language == "nl" else "nl", "other_url": reverse("root"),
    }  # fmt: skip
    return HttpResponse(render_to_string("ui/fault.html", context), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a valid token: too old, or sent from elsewhere."""
    return _fault(
        request, 403, _("Dit formulier is verlopen."), _("Laad de pagina opnieuw en verstuur het formulier nog eens.")
    )


def engine_fault(request: HttpRequest, error: KoppelkansError, *, status: int = 422) -> HttpResponse:
    """A fault that the engine reported: its message and every line of it."""
    return _fault(request, status, error.message, _("Verbeter wat hieronder staat en probeer opnieuw."), error.faults)


def _fault(request: HttpRequest, status: int, what: str, next_step: str, faults: tuple[str, ...] = ()) -> HttpResponse:
    context = {"what": what, "next_step": next_step, "faults": faults, "status": status}
    return render(request, "ui/fault.html", context, status=status)


class FaultPages:
    """A fault of the engine that a view did not answer itself becomes a page that lists it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer of the rest of the site."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Only faults that the user can mend; the rest is ours."""
        return engine_fault(request, exception) if isinstance(exception, KoppelkansError) else None
