"""Uploads: refused before they are read when they say that they are too large, cut off when they turn out to be."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

FORM_BYTES = 100_000
"""What the other fields of a form with a file may add."""
BYTES_PER_MB = 1_000_000

View = TypeVar("View", bound=Callable[..., Any])


class CountedUpload(TemporaryFileUploadHandler):
    """A file that goes straight to disk and stops when it is larger than allowed, whatever its sender announced."""

    def __init__(self, request: HttpRequest, most: int) -> None:
        super().__init__(request)
        self.most = most
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """One piece to disk; the connection is closed when it is one too many."""
        self.received += len(raw_data)
        if self.received > self.most:
            self.request.upload_too_large = True  # type: ignore[union-attr]
            raise StopUpload(connection_reset=True)
        super().receive_data_chunk(raw_data, start)


def limited(most: Callable[[], int]) -> Callable[[View], View]:
    """A view whose uploads are at most so many bytes; larger ones get a page that says so.

    The token of the form is checked only after the announced size: reading the form is reading the file.
    """

    def wrapped(view: View) -> View:
        checked = csrf_protect(view)

        @csrf_exempt
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method != "POST":
                return checked(request, *args, **kwargs)  # type: ignore[no-any-return]
            announced = int(request.META.get("CONTENT_LENGTH") or 0)
            if announced > most() + FORM_BYTES:
                return too_large(request, announced, most())
            request.upload_handlers = [CountedUpload(request, most())]
            answer = checked(request, *args, **kwargs)
            return too_large(request, announced, most()) if getattr(request, "upload_too_large", False) else answer

        return guarded  # type: ignore[return-value]

    return wrapped


def too_large(request: HttpRequest, found: int, most: int) -> HttpResponse:
    """The page for a file that is too large: what was sent, what is allowed, what to do."""
    context = {
        "what": _("Dit bestand is te groot."),
        "next_step": _(
            "Gevonden: %(found)s MB; toegelaten: %(most)s MB. Maak het kleiner en probeer opnieuw. Er is niets bewaard."
        )
        % {"found": f"{max(found, most) / BYTES_PER_MB:.0f}", "most": f"{most / BYTES_PER_MB:.0f}"},
        "status": 413,
    }
    answer = render(request, "ui/fault.html", context, status=413)
    answer["Connection"] = "close"
    return answer
