"""The team of a project: who is in it, and in which role."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from koppelkans.web.accounts.models import Grant
from koppelkans.web.accounts.rights import PROJECT_ROLES, Role, project_of, requires
from koppelkans.web.projects import changes
from koppelkans.web.projects.edit_views import UNUSABLE, project_trail
from koppelkans.web.projects.forms import MemberForm

OWN_ROLES = [role.value for role in PROJECT_ROLES]


@requires("project.team")
def project_team(request: HttpRequest, slug: str) -> HttpResponse:
    """The team, and a form to add somebody or change their role."""
    found = project_of(request)
    form = MemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            changes.set_member(found, form.person, Role(form.cleaned_data["role"]), request.user)
            messages.success(request, _("%(person)s hoort nu bij het team.") % {"person": form.person})
            return redirect("project_team", slug=slug)
        except changes.LastLeadError:
            form.add_error("role", _last_lead())
    context = {
        "project": found, "form": form, "grants": found.grants.filter(role__in=OWN_ROLES).select_related("user").order_by("-role", "user__name"),
        "trail": project_trail(found, _("Team")),
    }  # fmt: skip
    return render(request, "projects/team.html", context, status=UNUSABLE if form.errors else 200)


@requires("project.team")
@require_POST
def project_team_remove(request: HttpRequest, slug: str, grant: int) -> HttpResponse:
    """Somebody out of the team."""
    project = project_of(request)
    found = get_object_or_404(Grant.objects.select_related("user"), pk=grant, project=project, role__in=OWN_ROLES)
    try:
        changes.remove_member(project, found, request.user)
        messages.success(request, _("%(person)s hoort niet meer bij het team.") % {"person": found.user})
    except changes.LastLeadError:
        messages.error(request, _last_lead())
    return redirect("project_team", slug=slug)


def _last_lead() -> str:
    return _("Een wijk houdt minstens één projectleider. Geef eerst iemand anders die rol.")
