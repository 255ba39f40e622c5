"""Documents of a project: list, add, read, remove."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from koppelkans.web.accounts.rights import may, project_of, requires
from koppelkans.web.projects import changes
from koppelkans.web.projects.documents import MOST_BYTES, download
from koppelkans.web.projects.edit_views import UNUSABLE, project_trail
from koppelkans.web.projects.forms import DocumentForm
from koppelkans.web.projects.models import Document
from koppelkans.web.projects.uploads import limited


@requires("document.add")
@limited(lambda: MOST_BYTES)
def project_documents(request: HttpRequest, slug: str) -> HttpResponse:
    """The documents, and a form to add one."""
    found = project_of(request)
    form = DocumentForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        changes.add_document(found, form.save(commit=False), request.user)  # type: ignore[arg-type]
        messages.success(request, _("Het document is toegevoegd."))
        return redirect("project_documents", slug=slug)
    context = {
        "project": found,
        "form": form,
        "documents": found.documents.all(),
        "trail": project_trail(found, _("Documenten")),
    }
    return render(request, "projects/documents.html", context, status=UNUSABLE if form.errors else 200)


@requires("document.read")
def document(request: HttpRequest, slug: str, document: int) -> HttpResponseBase:
    """The file of a document, as an attachment; team documents for the team."""
    found = get_object_or_404(Document, pk=document, project=project_of(request))
    if not found.file or not (found.public or may(request.user, "document.add", found.project)):
        raise Http404("document")
    try:
        return download(found)
    except FileNotFoundError as error:
        raise Http404("document") from error


@requires("document.add")
@require_POST
def document_remove(request: HttpRequest, slug: str, document: int) -> HttpResponse:
    """One document less: leads any, others what they added themselves."""
    found = get_object_or_404(Document, pk=document, project=project_of(request))
    if found.added_by_id != request.user.pk and not may(request.user, "project.edit", found.project):
        raise Http404("document")
    changes.remove_document(found.project, found, request.user)
    messages.success(request, _("%(title)s is verwijderd.") % {"title": found.title})
    return redirect("project_documents", slug=slug)
