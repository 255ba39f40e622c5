"""Places of a project: upload one, see what the engine makes of it, remove it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from koppelkans.errors import DataError
from koppelkans.web.accounts.rights import project_of, requires
from koppelkans.web.places import changes
from koppelkans.web.places.checking import SaidByEngineError
from koppelkans.web.places.forms import GRID_AREAS, PlaceForm
from koppelkans.web.places.models import Place
from koppelkans.web.places.words import LEVEL_WORDS, TABLE_WORDS, place_facts, said
from koppelkans.web.projects.models import Project
from koppelkans.web.projects.uploads import limited
from koppelkans.web.ui.csv_files import MARK, csv_download, csv_text

UNUSABLE = 422


@requires("place.upload")
@limited(lambda: settings.MAX_UPLOAD_BYTES)
def place_upload(request: HttpRequest, slug: str) -> HttpResponse:
    """The form; what is wrong with an upload stands above it, line by line."""
    found = project_of(request)
    form = PlaceForm(request.POST or None, request.FILES or None)
    error: DataError | None = None
    if request.method == "POST" and form.is_valid():
        stated = {name: value for name, value in form.cleaned_data.items() if name != "file"}
        try:
            made = changes.new_place(found, form.cleaned_data["file"], stated, request.user)
            messages.success(request, _("Het gebied is nagekeken en bewaard."))
            return redirect("place", slug=slug, place=made.pk)
        except DataError as fault:
            error = fault
    context = {
        "project": found, "form": form, "error": error, "english": isinstance(error, SaidByEngineError), "levels": LEVEL_WORDS.items(), "section": "projects",
        "trail": _trail(found, _("Gegevens opladen")),
    }  # fmt: skip
    return render(request, "places/upload.html", context, status=UNUSABLE if form.errors or error else 200)


@requires("place.read")
def place(request: HttpRequest, slug: str, place: int) -> HttpResponse:
    """What the engine says of a place."""
    found = get_object_or_404(Place.objects.select_related("added_by"), pk=place, project=project_of(request))
    status: dict[str, Any] = found.status
    context = {
        "project": project_of(request),
        "place": found,
        "facts": place_facts(found),
        "status": status,
        "levels": [(level, LEVEL_WORDS[level]) for level in sorted(status.get("levels", {}))],
        "counts": [
            f"{number_format(rows, 0, force_grouping=True)} {said(name)}"
            for name, rows in status.get("counts", {}).items()
        ],
        "grid_area": dict(GRID_AREAS).get(status.get("grid_area") or "-", "–"),
        "attributions": [{**item, "layer": said(item["layer"])} for item in status.get("attributions", [])],
        "missing": [TABLE_WORDS[name] for name in status.get("missing", []) if name in TABLE_WORDS],
        "remarks": _remarks(found),
        "runs": found.runs.count(),
        "run_new": _run_address(slug),
        "section": "projects",
        "trail": _trail(project_of(request), found.title),
    }
    return render(request, "places/place.html", context)


@requires("place.read")
def place_remarks(request: HttpRequest, slug: str, place: int) -> HttpResponse:
    """The remarks of the check as a table for a spreadsheet."""
    found = get_object_or_404(Place, pk=place, project=project_of(request))
    header = [_("soort"), _("over"), _("kanttekening"), _("deel van de rijen"), _("methode")]
    rows = [
        (
            item["level_word"],
            item["about"],
            item["text"],
            "" if item["rows_share"] is None else f"{item['rows_share']:.3f}",
            item["method"] or "",
        )
        for item in _remarks(found)
    ]
    return csv_download(MARK + csv_text(header, rows, delimiter=";"), f"kanttekeningen-{slug}-{found.pk}.csv")


@requires("place.upload")
@require_POST
def place_remove(request: HttpRequest, slug: str, place: int) -> HttpResponse:
    """One place less, unless plans lean on it."""
    found = get_object_or_404(Place.objects.select_related("project"), pk=place, project=project_of(request))
    try:
        changes.remove_place(found, request.user)
    except changes.InUseError:
        messages.error(request, _("Met dit gebied zijn plannen berekend; verwijder eerst die plannen."))
        return redirect("place", slug=slug, place=found.pk)
    messages.success(request, _("%(title)s is verwijderd.") % {"title": found.title})
    return redirect("project", slug=slug)


def _remarks(found: Place) -> list[dict[str, Any]]:
    """The remarks in the language of the reader, gravest first."""
    words = {"warning": _("waarschuwing"), "assumption": _("aanname"), "info": _("ter informatie")}
    text = "text_en" if get_language() == "en" else "text"
    rows = [
        {
            **item,
            "about": said(item["about"]),
            "text": item[text],
            "level_word": words.get(item["level"], item["level"]),
        }
        for item in found.status.get("remarks", [])
    ]
    return sorted(rows, key=lambda item: list(words).index(item["level"]) if item["level"] in words else len(words))


def _run_address(slug: str) -> str:
    try:
        return reverse("run_new", kwargs={"slug": slug})
    except NoReverseMatch:
        return ""


def _trail(found: Project, here: str) -> list[tuple[str, str]]:
    return [(_("Wijken"), reverse("projects")), (found.title, reverse("project", args=[found.slug])), (here, "")]
