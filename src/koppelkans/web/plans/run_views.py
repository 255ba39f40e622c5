"""Pages of choices and runs: the form, the history, live progress, stop, try again, rename, remove."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from koppelkans.errors import KoppelkansError
from koppelkans.plan.steps_words import step_words
from koppelkans.web.accounts.rights import project_of, requires
from koppelkans.web.places.models import Place
from koppelkans.web.plans import runs
from koppelkans.web.plans.forms import RenameForm, ScenarioForm, with_source_row, without_source_row
from koppelkans.web.plans.models import PlanRun, State
from koppelkans.web.plans.place_bounds import place_bounds

PAGE_ROWS = 20
_REMOVE = re.compile(r"bron_weg-(\d{1,5})")


def _run(request: HttpRequest, run: int) -> PlanRun:
    """The run with this number, of the project of the address; anything else is not there."""
    return get_object_or_404(
        PlanRun.objects.select_related("project", "place", "made_by"), pk=run, project=project_of(request)
    )


def _trail(project: Any, *steps: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Wijken"), reverse("projects")), (project.title, reverse("project", args=[project.slug])), *steps]


# -------------------------------------------------------------------------------------------------------------------- choices


@requires("plan.run")
@require_http_methods(["GET", "POST"])
def run_new(request: HttpRequest, slug: str) -> HttpResponse:
    """The form of choices with the history of runs; posting it starts a run."""
    places = Place.objects.filter(project=project_of(request))
    if request.method == "GET":
        form, faults = _first_form(request, places)
        return _choices(request, places, form, faults=faults)
    asked = request.POST.get("doe", "")
    if asked == "lees":
        return _from_file(request, places)
    if asked == "bron_erbij":
        return _with_rows(
            request, places, with_source_row(request.POST, ScenarioForm(request.POST, places=places).next_row)
        )
    leaving = _REMOVE.fullmatch(asked)
    if leaving:
        return _with_rows(request, places, without_source_row(request.POST, int(leaving[1])))
    return _started(request, slug, places)


def _first_form(request: HttpRequest, places: Any) -> tuple[ScenarioForm, list[str]]:
    """An unbound form: of an earlier run (``van``), of the example of a place (``voorbeeld``), or the defaults."""
    from koppelkans.place.shipped import shipped_scenario
    from koppelkans.scenario import read_scenario

    place = next((one for one in places if str(one.pk) == request.GET.get("plaats", "")), None) or next(
        iter(places), None
    )
    earlier = request.GET.get("van", "")
    if earlier.isdecimal() and len(earlier) < 19:
        run = _run(request, int(earlier))
        try:
            return ScenarioForm(scenario=runs.run_scenario(run), places=places, place=run.place_id), []
        except ValueError:
            return ScenarioForm(places=places, place=run.place_id), [
                _("De keuzes van dat plan passen niet meer in deze versie; hieronder staat de standaard.")
            ]
    example = (
        shipped_scenario(place.shipped)
        if place is not None and place.shipped and request.GET.get("voorbeeld")
        else None
    )
    return ScenarioForm(scenario=read_scenario(example) if example else None, places=places, place=place), []


def _with_rows(request: HttpRequest, places: Any, data: Any) -> HttpResponse:
    """The form as it was typed, with one source more or less; nothing is judged yet."""
    form = ScenarioForm(data, places=places)
    form._errors = ErrorDict()  # type: ignore[attr-defined]  # as if it had been found without fault
    return _choices(request, places, form)


def _from_file(request: HttpRequest, places: Any) -> HttpResponse:
    """The form filled from an uploaded scenario, to be read over before it starts."""
    from koppelkans.web.plans.scenario_text import MOST_BYTES, scenario_of_toml

    uploaded = request.FILES.get("scenario_file")
    if uploaded is None:
        return _choices(
            request,
            places,
            ScenarioForm(places=places),
            faults=[_("Er is geen bestand gekozen. Kies een scenario in TOML.")],
            status=422,
        )
    try:
        scenario = scenario_of_toml(uploaded.read(MOST_BYTES + 1))
    except KoppelkansError as error:
        return _choices(request, places, ScenarioForm(places=places), faults=[error.message, *error.faults], status=422)
    messages.success(request, _("Het bestand is gelezen. Kijk de keuzes na en start de berekening."))
    return _choices(request, places, ScenarioForm(scenario=scenario, places=places))


def _started(request: HttpRequest, slug: str, places: Any) -> HttpResponse:
    form = ScenarioForm(request.POST, places=places)
    if not form.is_valid():
        return _choices(request, places, form, status=422)
    parent = (
        PlanRun.objects.filter(pk=request.POST["parent"], project__slug=slug).first()
        if request.POST.get("parent", "").isdecimal()
        else None
    )
    try:
        run = runs.new_run(
            project_of(request), form.cleaned_data["place"], form.scenario, request.user, title=form.scenario.title, parent=parent,
        )  # fmt: skip
    except runs.QueueFullError as error:
        return _choices(request, places, form, faults=[error.message], status=422)
    if run.state == State.DONE:
        messages.info(
            request, _("Deze berekening bestond al met precies dezelfde gegevens en keuzes; u ziet dat plan.")
        )
        return redirect("plan", slug, run.pk)
    return redirect("run_progress", slug, run.pk)


def _choices(
    request: HttpRequest, places: Any, form: ScenarioForm, *, faults: list[str] | None = None, status: int = 200
) -> HttpResponse:
    project = project_of(request)
    history = PlanRun.objects.filter(project=project).select_related("place", "made_by")
    context = {
        "form": form,
        "places": [(place, place_bounds(place), place.status.get("crs", "")) for place in places],
        "faults": faults or [],
        "parent": request.POST.get("parent") or request.GET.get("van", ""),
        "page": Paginator(history, PAGE_ROWS).get_page(request.GET.get("page")),
        "trail": _trail(project, (_("Rekenen"), "")),
    }
    return render(request, "plans/run_new.html", context, status=status)


@requires("plan.team")
@require_GET
def run_toml(request: HttpRequest, slug: str, run: int) -> HttpResponse:
    """The scenario of a run as TOML."""
    from koppelkans.web.plans.scenario_text import scenario_toml

    found = _run(request, run)
    answer = HttpResponse(scenario_toml(runs.run_scenario(found)), content_type="application/toml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{slug}-{found.pk}.toml"'
    return answer


# ------------------------------------------------------------------------------------------------------------------- progress


@requires("plan.team")
@require_GET
@never_cache
def run_progress(request: HttpRequest, slug: str, run: int) -> HttpResponse:
    """Where a run is; the page of the plan once it is done."""
    found = _run(request, run)
    if found.state == State.DONE:
        address = reverse("plan", args=[slug, found.pk])
        return HttpResponseClientRedirect(address) if request.htmx else redirect(address)  # type: ignore[attr-defined]
    context = {
        "run": found,
        "project": found.project,
        "step": _step(found.step),
        "ahead": PlanRun.objects.filter(state__in=(State.QUEUED, State.RUNNING), pk__lt=found.pk).count()
        if found.state == State.QUEUED
        else 0,
        "trail": _trail(found.project, (_("Rekenen"), reverse("run_new", args=[slug])), (found.title, "")),
    }
    return render(request, "plans/run_progress_part.html" if request.htmx else "plans/run_progress.html", context)  # type: ignore[attr-defined]


def _step(name: str) -> str:
    """What the worker does now, in the words of the reader."""
    of_the_worker = {
        "": _("Voorbereiden"), "read": _("Gebied lezen"), "write": _("Planmap schrijven"), "report": _("Rapport maken"),
        "pages": _("Pagina’s en kaart maken"),
    }  # fmt: skip
    return of_the_worker.get(name) or step_words(name, get_language() or "nl")


@requires("plan.run")
@require_POST
def run_cancel(request: HttpRequest, slug: str, run: int) -> HttpResponse:
    """Ask the worker to stop."""
    runs.cancel_run(_run(request, run), request.user)
    messages.info(request, _("De berekening stopt; dat kan enkele seconden duren."))
    return redirect("run_progress", slug, run)


@requires("plan.run")
@require_POST
def run_retry(request: HttpRequest, slug: str, run: int) -> HttpResponse:
    """Begin a failed or cancelled run again."""
    try:
        runs.retry_run(_run(request, run), request.user)
    except runs.QueueFullError as error:
        messages.error(request, error.message)
    return redirect("run_progress", slug, run)


# ----------------------------------------------------------------------------------------------------------- rename and remove


@requires("plan.run")
@require_http_methods(["GET", "POST"])
def run_rename(request: HttpRequest, slug: str, run: int) -> HttpResponse:
    """Another title; both titles are shown when somebody else was first."""
    found = _run(request, run)
    form = RenameForm(request.POST or None, initial={"title": found.title, "version": found.version})
    now, status = None, 200
    if request.method == "POST" and form.is_valid():
        try:
            runs.rename_run(found, request.user, title=form.cleaned_data["title"], version=form.cleaned_data["version"])
        except runs.ChangedMeanwhileError as error:
            now, status = error.run, 409
            form = RenameForm(initial={"title": form.cleaned_data["title"], "version": now.version})
        else:
            messages.success(request, _("De titel is gewijzigd."))
            return redirect("run_new", slug)
    elif request.method == "POST":
        status = 422
    trail = _trail(found.project, (_("Rekenen"), reverse("run_new", args=[slug])), (_("Titel wijzigen"), ""))
    return render(
        request, "plans/run_rename.html", {"run": found, "form": form, "now": now, "trail": trail}, status=status
    )


@requires("plan.run")
@require_http_methods(["GET", "POST"])
def run_remove(request: HttpRequest, slug: str, run: int) -> HttpResponse:
    """Ask whether the run may go, and let it go."""
    found, fault, status = _run(request, run), "", 200
    if request.method == "POST":
        seen = request.POST.get("version", "")
        try:
            runs.remove_run(found, request.user, version=int(seen) if seen.isdecimal() and len(seen) < 10 else 0)
        except KoppelkansError as error:
            fault, status = error.message, 409
            found = _run(request, run)
        else:
            messages.success(request, _("Het plan is verwijderd."))
            return redirect("run_new", slug)
    trail = _trail(found.project, (_("Rekenen"), reverse("run_new", args=[slug])), (_("Plan verwijderen"), ""))
    return render(request, "plans/run_remove.html", {"run": found, "fault": fault, "trail": trail}, status=status)
