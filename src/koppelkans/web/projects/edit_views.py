"""Making and editing a project: its texts, partners and agreed dates."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from koppelkans.web.accounts.rights import project_of, requires
from koppelkans.web.projects import changes
from koppelkans.web.projects.forms import NewProjectForm, PartnerForm, PlannedDateForm, ProjectForm
from koppelkans.web.projects.models import Partner, PlannedDate, Project

UNUSABLE = 422


@requires("project.create")
def project_new(request: HttpRequest) -> HttpResponse:
    """A new project."""
    form = NewProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = changes.new_project(form.values(), request.user)
        messages.success(request, _("De wijk is gemaakt. Geef nu iemand de projectleiding."))
        return redirect("project_team", slug=made.slug)
    context = {"form": form, "trail": [(_("Wijken"), reverse("projects")), (_("Nieuwe wijk"), "")]}
    return render(request, "projects/new.html", context, status=UNUSABLE if form.errors else 200)


@requires("project.edit")
def project_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """The texts of a project; its partners and dates below them."""
    found = project_of(request)
    form = ProjectForm(request.POST or None, instance=Project.objects.get(pk=found.pk))
    if request.method == "POST" and form.is_valid():
        try:
            changes.edit_project(found, form.values(), form.cleaned_data["version"], request.user)
        except changes.ChangedMeanwhileError as meanwhile:
            return _both_versions(request, form, meanwhile.current)
        messages.success(request, _("Bewaard."))
        return redirect("project", slug=slug)
    return edit_page(request, form=form, status=UNUSABLE if form.errors else 200)


def edit_page(request: HttpRequest, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The page to edit a project on, with the form that has faults in its place."""
    found = project_of(request)
    context = {
        "project": found,
        "form": forms.get("form") or ProjectForm(instance=found),
        "partner_form": forms.get("partner_form") or PartnerForm(auto_id="partner_%s"),
        "date_form": forms.get("date_form") or PlannedDateForm(auto_id="datum_%s"),
        "partners": found.partners.all(),
        "dates": found.planned_dates.all(),
        "trail": project_trail(found, _("Bewerken")),
    }
    return render(request, "projects/edit.html", context, status=status)


def project_trail(found: Project, here: str) -> list[tuple[str, str]]:
    """Where a page below a project stands."""
    return [(_("Wijken"), reverse("projects")), (found.title, reverse("project", args=[found.slug])), (here, "")]


def _both_versions(request: HttpRequest, form: ProjectForm, current: Project) -> HttpResponse:
    """Two people edited the same page: what the other saved stands beside what was typed here, and the form keeps the latter."""
    yours = form.values()
    differences = [
        {
            "label": form.fields["area_text" if name == "area" else name].label,
            "theirs": getattr(current, name),
            "yours": value,
        }
        for name, value in yours.items()
        if getattr(current, name) != value
    ]
    data = request.POST.copy()
    data["version"] = str(current.version)
    again = ProjectForm(data, instance=Project.objects.get(pk=current.pk))
    context = {
        "project": current,
        "form": again,
        "differences": differences,
        "trail": project_trail(current, _("Twee versies")),
    }
    return render(request, "projects/versions.html", context, status=409)


@requires("project.edit")
@require_POST
def project_partners(request: HttpRequest, slug: str) -> HttpResponse:
    """One more partner."""
    form = PartnerForm(request.POST, auto_id="partner_%s")
    if not form.is_valid():
        return edit_page(request, partner_form=form, status=UNUSABLE)
    changes.add_partner(project_of(request), form.save(commit=False), request.user)
    messages.success(request, _("De partner is toegevoegd."))
    return redirect(reverse("project_edit", args=[slug]) + "#partners")


@requires("project.edit")
@require_POST
def project_partner_remove(request: HttpRequest, slug: str, partner: int) -> HttpResponse:
    """One partner less."""
    found = get_object_or_404(Partner, pk=partner, project=project_of(request))
    changes.remove_partner(found.project, found, request.user)
    messages.success(request, _("%(name)s is geen partner meer.") % {"name": found.name})
    return redirect(reverse("project_edit", args=[slug]) + "#partners")


@requires("project.edit")
@require_POST
def project_dates(request: HttpRequest, slug: str) -> HttpResponse:
    """One more decided or planned date."""
    form = PlannedDateForm(request.POST, auto_id="datum_%s")
    if not form.is_valid():
        return edit_page(request, date_form=form, status=UNUSABLE)
    changes.add_date(project_of(request), form.save(commit=False), request.user)
    messages.success(request, _("De afspraak is toegevoegd."))
    return redirect(reverse("project_edit", args=[slug]) + "#afspraken")


@requires("project.edit")
@require_POST
def project_date_remove(request: HttpRequest, slug: str, planned: int) -> HttpResponse:
    """One date less."""
    found = get_object_or_404(PlannedDate, pk=planned, project=project_of(request))
    changes.remove_date(found.project, found, request.user)
    messages.success(request, _("De afspraak over %(what)s is weg.") % {"what": found.what})
    return redirect(reverse("project_edit", args=[slug]) + "#afspraken")
