"""Pages of the register: the table, one building, many at once, and what follows for the network. For the team of the project alone."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from koppelkans.errors import KoppelkansError
from koppelkans.web.accounts.rights import project_of, requires
from koppelkans.web.intentions import csv_rows, register
from koppelkans.web.intentions.effect import effect_of
from koppelkans.web.intentions.forms import IntentionForm, form_of
from koppelkans.web.intentions.models import Intention, Stance
from koppelkans.web.intentions.plan_rows import PlanBuilding, designs_network, finished_runs, plan_buildings
from koppelkans.web.intentions.use_words import use_words
from koppelkans.web.plans.models import PlanRun
from koppelkans.web.plans.published import tender_closed
from koppelkans.web.ui.csv_files import csv_download

PAGE_ROWS, MOST_FAULTS = 50, 200


def _chosen(request: HttpRequest) -> tuple[list[PlanRun], PlanRun | None]:
    """The finished plans of the project, and the one that the reader chose: the newest with a heat network unless said otherwise."""
    found = finished_runs(project_of(request))
    asked = request.POST.get("plan") or request.GET.get("plan", "")
    if not asked:
        return found, next((run for run in found if designs_network(run)), next(iter(found), None))
    run = next((run for run in found if str(run.pk) == asked), None)
    if run is None:
        raise Http404("plan")
    return found, run


def _trail(request: HttpRequest, *steps: tuple[str, str]) -> list[tuple[str, str]]:
    project = project_of(request)
    first = [(_("Wijken"), reverse("projects")), (project.title, reverse("project", args=[project.slug]))]
    register_page = (_("Intenties"), reverse("intentions", args=[project.slug]) if steps else "")
    return [*first, register_page, *steps]


def _rows(request: HttpRequest) -> dict[str, Intention]:
    return {row.building: row for row in Intention.objects.filter(project=project_of(request))}


@requires("intention.read")
@require_GET
@never_cache
def intentions(request: HttpRequest, slug: str) -> HttpResponse:
    """The register by street, with a filter."""
    runs, run = _chosen(request)
    said = _rows(request)
    buildings = plan_buildings(run) if run else ()
    known = {row.key for row in buildings}
    filters = {name: request.GET.get(name, "") for name in ("straat", "standpunt", "net")}
    shown = [(row, said.get(row.key)) for row in buildings if _wanted(row, said.get(row.key), filters)]
    counts = {stance.value: sum(row.stance == stance for row in said.values()) for stance in Stance}
    context = {
        "runs": runs, "run": run, "filters": filters, "streets": sorted({row.street for row in buildings if row.street}),
        "page": Paginator(shown, PAGE_ROWS).get_page(request.GET.get("page")), "counts": [(stance, counts[stance.value]) for stance in Stance],
        "query": urlencode({**({"plan": run.pk} if run else {}), **{name: value for name, value in filters.items() if value}}) + "&",
        "strangers": sorted(set(said) - known) if run else [], "stances": Stance.choices, "trail": _trail(request),
    }  # fmt: skip
    return render(request, "intentions/intentions.html", context)


def _wanted(row: PlanBuilding, said: Intention | None, filters: dict[str, str]) -> bool:
    stance = said.stance if said else "none"
    return (
        filters["straat"] in ("", row.street) and filters["standpunt"] in ("", stance) and (filters["net"] == "" or row.joined == (filters["net"] == "ja"))
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------- one building


@requires("intention.edit")
@require_http_methods(["GET", "POST"])
@never_cache
def intention_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """What the owner of one building said; both versions when somebody else was first."""
    _runs, run = _chosen(request)
    key = request.GET.get("gebouw", "")
    row = Intention.objects.filter(project=project_of(request), building=key).first()
    building = next((one for one in plan_buildings(run) if one.key == key), None) if run else None
    if building is None and row is None:
        raise Http404("gebouw")
    form, status = form_of(row), 200
    context: dict[str, Any] = {"building": building, "key": key, "run": run, "row": row}
    if request.method == "POST":
        form = IntentionForm(request.POST)
        status = 422
        if form.is_valid():
            try:
                register.set_intention(
                    project_of(request), request.user, key, form.said, version=form.cleaned_data["version"]
                )
            except register.RowChangedError as error:
                context |= {"now": error.now, "conflict": True, "mine": form.said}
                form, status = _again(form, error.now), 409
            else:
                messages.success(request, _("Bewaard."))
                back = urlencode(
                    {
                        **({"plan": run.pk} if run else {}),
                        **({"straat": building.street} if building and building.street else {}),
                    }
                )
                return redirect(reverse("intentions", args=[slug]) + "?" + back)
    trail = _trail(request, (building.address if building else key, ""))
    return render(request, "intentions/intention_edit.html", {**context, "form": form, "trail": trail}, status=status)


def _again(form: IntentionForm, now: Intention | None) -> IntentionForm:
    """The same answers on top of the row as it stands now."""
    given = form.cleaned_data
    return IntentionForm(
        initial={**{name: given[name] for name in ("stance", "said_on", "until")}, "version": now.version if now else 0}
    )


# ---------------------------------------------------------------------------------------------------------------- many at once


@requires("intention.edit")
@require_http_methods(["GET", "POST"])
def intentions_import(request: HttpRequest, slug: str) -> HttpResponse:
    """Many rows from a CSV file: all of them, or every fault."""
    runs, run = _chosen(request)
    faults: list[str] = []
    if request.method == "POST" and run is not None:
        uploaded = request.FILES.get("file")
        if uploaded is None:
            faults = [_("Er is geen bestand gekozen. Kies een CSV-bestand.")]
        else:
            content = uploaded.read(csv_rows.MOST_BYTES + 1)
            found, faults = csv_rows.rows_of(content, plan_buildings(run), _rows(request), timezone.localdate())
            if not faults:
                added, changed = register.import_rows(project_of(request), request.user, found)
                same = len(found) - added - changed
                messages.success(
                    request, _("%(added)s nieuwe rijen, %(changed)s gewijzigd, %(same)s zeiden hetzelfde als het register.") % {"added": added, "changed": changed, "same": same}
                )  # fmt: skip
                return redirect("intentions", slug)
    context = {
        "runs": runs, "run": run, "faults": faults[:MOST_FAULTS], "more": max(0, len(faults) - MOST_FAULTS), "columns": csv_rows.COLUMNS,
        "trail": _trail(request, (_("Invoeren uit een bestand"), "")),
    }  # fmt: skip
    return render(request, "intentions/intentions_import.html", context, status=422 if faults else 200)


@requires("intention.read")
@require_GET
@never_cache
def intentions_export(request: HttpRequest, slug: str) -> HttpResponse:
    """The register as CSV."""
    _runs, run = _chosen(request)
    by_key = {row.key: row for row in plan_buildings(run)} if run else {}
    rows = [(by_key.get(key), row) for key, row in sorted(_rows(request).items())]
    return csv_download(csv_rows.register_csv(rows), f"intenties-{slug}.csv")


# --------------------------------------------------------------------------------------------------------------------- effect


@requires("intention.read")
@require_GET
@never_cache
def intention_effect(request: HttpRequest, slug: str) -> HttpResponse:
    """Who is still needed where, and the business case of those who signed."""
    runs, run = _chosen(request)
    context: dict[str, Any] = {"runs": runs, "run": run, "trail": _trail(request, (_("Wat volgt voor het net"), ""))}
    if run is not None:
        try:
            found = effect_of(run, _rows(request).values())
        except KoppelkansError as error:
            context |= {"fault": error.message, "network": designs_network(run)}
        else:
            refused = sum(row.stance == Stance.REFUSED for row in _rows(request).values())
            context |= {
                "effect": found, "refused": refused, "closed": tender_closed(project_of(request), request.user),
                "project_rows": _project_rows(), "whole_and_branches": [found.network, *found.branches],
                "large": [(row, use_words(row["use"])) for row in found.large], "instead": [(row, use_words(row["use"])) for row in found.instead[:3]],
            }  # fmt: skip
    return render(request, "intentions/intention_effect.html", context)


def _project_rows() -> list[tuple[str, str, str]]:
    """Which figures of the business case are shown: words, column, notation."""
    return [
        (_("Aandeel van de gebouwen van het ontwerp"), "connected_share", "share"), (_("Verkochte warmte [MWh per jaar]"), "heat_mwh", "amount"),
        (_("Investering [euro]"), "investment_eur", "amount"), (_("Bijdragen en steun [euro]"), "contribution_eur", "amount"),
        (_("Netto contante waarde [euro]"), "npv_eur", "amount"), (_("Rendement van het project"), "irr_share", "share"),
        (_("Warmteprijs nu, gemiddeld [euro/MWh]"), "heat_price_eur_per_mwh", "amount"), (_("Kostendekkende warmteprijs [euro/MWh]"), "break_even_eur_per_mwh", "amount"),
        (_("Laagste dekking van de lening (DSCR)"), "min_dscr", "ratio"), (_("Lening [euro]"), "debt_eur", "amount"),
    ]  # fmt: skip
