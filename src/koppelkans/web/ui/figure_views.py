"""Pages of the figures of law and technique."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from koppelkans.web.accounts.rights import requires
from koppelkans.web.ui.figures import DECIDERS, STANDINGS, counted, found_figures, law_figures, vat_words

PAGE_ROWS = 50


@requires("page.read")
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """All figures, searched and in pages."""
    asked = {name: request.GET.get(name, "").strip()[:80] for name in ("zoek", "status", "beslist")}
    found = found_figures(asked["zoek"], asked["status"], asked["beslist"])
    today = timezone.localdate()
    page = Paginator(found, PAGE_ROWS).get_page(request.GET.get("page"))
    rows = [(figure, figure.in_force(today)) for figure in page.object_list]
    kept = {name: value for name, value in asked.items() if value}
    return render(request, "ui/figures.html", {
        "page": page, "rows": rows, "asked": asked, "query": f"{urlencode(kept)}&" if kept else "", "total": len(found),
        "standings": counted(law_figures().values()), "standing_choices": [(name, word) for name, (word, _meaning) in STANDINGS.items()],
        "decider_choices": DECIDERS.items(), "today": today, "section": "method",
        "trail": [(_("Methode"), reverse("method")), (_("Cijfers"), "")],
    })  # fmt: skip


@requires("page.read")
@require_safe
def figure(request: HttpRequest, key: str) -> HttpResponse:
    """One figure with all its dated values."""
    found = law_figures().get(key)
    if found is None:
        raise Http404(key)
    today = timezone.localdate()
    return render(request, "ui/figure.html", {
        "figure": found, "now": found.in_force(today), "today": today, "vat": vat_words(found.vat), "meanings": STANDINGS, "section": "method",
        "trail": [(_("Methode"), reverse("method")), (_("Cijfers"), reverse("figures")), (found.label, "")],
    })  # fmt: skip
