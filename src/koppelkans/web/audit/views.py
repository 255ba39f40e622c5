"""Pages of the log."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from koppelkans.web.accounts.rights import may, requires
from koppelkans.web.audit.models import Entry
from koppelkans.web.audit.words import verb_words

PAGE = 50


@requires("page.read")
def audit_log(request: HttpRequest) -> HttpResponse:
    """The log: entries that everybody may see, or all of them for stewards and administrators; the newest first, with the newest hash."""
    everything = may(request.user, "audit.read")
    entries = Entry.objects.order_by("-pk") if everything else Entry.objects.filter(public=True).order_by("-pk")
    page = Paginator(entries, PAGE).get_page(request.GET.get("page"))
    rows = [{"entry": entry, "what": verb_words(entry.verb)} for entry in page]
    context = {"everything": everything, "page_obj": page, "rows": rows, "head": Entry.objects.order_by("-pk").first()}
    return render(request, "audit/audit_log.html", context)
