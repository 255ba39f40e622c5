"""Pages of the administrators: roles on the platform, proposals, rules for the sign-in of officials, links for a new password."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from koppelkans.web.accounts.forms import ClaimRoleForm, GrantForm, ResetLinkForm
from koppelkans.web.accounts.models import ClaimRole, Grant, RoleProposal, User
from koppelkans.web.accounts.people import only_admin
from koppelkans.web.accounts.rights import Role, requires
from koppelkans.web.accounts.words import role_words
from koppelkans.web.audit.chain import record
from koppelkans.web.projects.models import Project


@requires("account.grant")
@require_http_methods(["GET", "POST"])
def platform_roles(request: HttpRequest) -> HttpResponse:
    """Who has a role on the whole platform, and a form to give one."""
    form = GrantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user, role = form.cleaned_data["user"], form.cleaned_data["role"]
        _grant(request, user, role, None)
        messages.success(request, _("{person} is nu {role}.").format(person=user, role=role_words(role)))
        return redirect("platform_roles")
    context = {
        "form": form,
        "grants": Grant.objects.filter(project=None)
        .select_related("user", "granted_by")
        .order_by("role", "user__name"),
        "proposals": RoleProposal.objects.filter(accepted=None).select_related("user", "project"),
    }
    return render(request, "accounts/platform_roles.html", context)


@requires("account.grant")
@require_POST
def role_revoke(request: HttpRequest, grant: int) -> HttpResponse:
    """A role on the platform taken back; never the last administrator's."""
    found = get_object_or_404(Grant.objects.select_related("user"), pk=grant, project=None)
    if found.role == Role.ADMIN and only_admin(found.user):
        messages.error(request, _("Dit is de enige beheerder. Geef eerst iemand anders die rol."))
        return redirect("platform_roles")
    with transaction.atomic():
        found.delete()
        record(request.user, "account.revoke", "platform", user=found.user_id, role=found.role)
    messages.success(
        request, _("{person} is niet langer {role}.").format(person=found.user, role=role_words(found.role))
    )
    return redirect("platform_roles")


@requires("account.grant")
@require_POST
def proposal_decide(request: HttpRequest, proposal: int) -> HttpResponse:
    """A proposed role accepted (``decision=accept``) or declined; decided once."""
    found = get_object_or_404(RoleProposal.objects.select_related("user", "project"), pk=proposal, accepted=None)
    accepted = request.POST.get("decision") == "accept"
    if not accepted and request.POST.get("decision") != "decline":
        messages.error(request, _("Kies aanvaarden of afwijzen."))
        return redirect("platform_roles")
    with transaction.atomic():
        found.accepted, found.decided_at, found.decided_by_id = accepted, timezone.now(), request.user.pk
        found.save()
        if accepted:
            _grant(request, found.user, found.role, found.project)
        else:
            record(request.user, "account.decline", "platform", user=found.user_id, role=found.role)
    messages.success(request, _("Het voorstel is aanvaard.") if accepted else _("Het voorstel is afgewezen."))
    return redirect("platform_roles")


@requires("account.grant")
@require_http_methods(["GET", "POST"])
def claim_rules(request: HttpRequest) -> HttpResponse:
    """The rules that turn statements of the sign-in of officials into proposals."""
    form = ClaimRoleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            rule = form.save()
            record(request.user, "account.claim_rule", "platform", rule=str(rule), added=True)
        messages.success(request, _("De regel is bewaard; ze geldt vanaf de volgende aanmelding."))
        return redirect("claim_rules")
    rules = ClaimRole.objects.select_related("project")
    return render(request, "accounts/claim_rules.html", {"form": form, "rules": rules})


@requires("account.grant")
@require_POST
def claim_rule_remove(request: HttpRequest, rule: int) -> HttpResponse:
    """A rule less; roles that were accepted stay."""
    found = get_object_or_404(ClaimRole, pk=rule)
    with transaction.atomic():
        record(request.user, "account.claim_rule", "platform", rule=str(found), added=False)
        found.delete()
    messages.success(request, _("De regel is weg."))
    return redirect("claim_rules")


@requires("account.grant")
@require_http_methods(["GET", "POST"])
def reset_link(request: HttpRequest) -> HttpResponse:
    """A link with which somebody sets a new password, once: for sites that send no mail. Shown to the administrator and kept nowhere."""
    from allauth.account.forms import default_token_generator
    from allauth.account.utils import user_pk_to_url_str

    form, link = ResetLinkForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        user: User = form.cleaned_data["user"]
        key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
        link = request.build_absolute_uri(reverse("account_reset_password_from_key", kwargs=key))
        record(request.user, "account.reset_link", f"user:{user.pk}")
        form = ResetLinkForm()
    return render(request, "accounts/reset_link.html", {"form": form, "link": link})


def _grant(request: HttpRequest, user: User, role: str, project: Project | None) -> None:
    """A role given, with an entry in the log; nothing when the user has it already."""
    with transaction.atomic():
        granted_by = request.user if isinstance(request.user, User) else None
        _given, new = Grant.objects.get_or_create(
            user=user, project=project, role=role, defaults={"granted_by": granted_by}
        )
        if new:
            record(
                request.user,
                "account.grant",
                f"project:{project.slug}" if project else "platform",
                user=user.pk,
                role=role,
            )
