"""Own account: the workspace, the profile, own data, keys."""

from __future__ import annotations

import json

from django.contrib import messages
from django.contrib.auth import logout
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from koppelkans.web.accounts import people
from koppelkans.web.accounts.forms import EraseForm, KeyForm, ProfileForm
from koppelkans.web.accounts.models import ApiKey, RoleProposal, User
from koppelkans.web.accounts.rights import LEADS, TEAM, Role, may, requires
from koppelkans.web.accounts.second_factor import has_second_factor
from koppelkans.web.audit.chain import record
from koppelkans.web.plans.models import PlanRun, State

SHOWN = 20


@requires("account.own")
def workspace(request: HttpRequest) -> HttpResponse:
    """What waits for somebody: their neighbourhoods and roles, their runs, results that are not published yet."""
    user = _me(request)
    grants = list(user.grants.select_related("project").order_by("project__title", "role"))
    teams = [grant.project_id for grant in grants if grant.project_id and Role(grant.role) in TEAM]
    runs = PlanRun.objects.select_related("project")
    strong = any(Role(grant.role) in LEADS | {Role.STEWARD} for grant in grants)
    context = {
        "projects": [grant for grant in grants if grant.project_id],
        "platform": [grant for grant in grants if not grant.project_id],
        "runs": list(runs.filter(made_by=user)[:SHOWN]),
        "drafts": list(
            runs.filter(project__in=teams, state=State.DONE, published_at=None).exclude(made_by=user)[:SHOWN]
        ),
        "needs_factor": strong and not has_second_factor(request),
        "grants_roles": may(user, "account.grant"),
        "creates": may(user, "project.create"),
        "proposals": RoleProposal.objects.filter(accepted=None).count() if may(user, "account.grant") else 0,
    }
    return render(request, "accounts/workspace.html", context)


@requires("account.own")
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name, organisation and language; and the ways to everything else of the account."""
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=_me(request).pk))
    if request.method == "POST" and form.is_valid():
        user = form.save()
        translation.activate(user.language)
        messages.success(request, _("Uw profiel is bewaard."))
        return redirect("profile")
    return render(request, "accounts/profile.html", {"form": form, "has_factor": has_second_factor(request)})


@requires("account.own")
@require_POST
def own_data(request: HttpRequest) -> HttpResponse:
    """Everything that is kept of somebody, as a file for themselves."""
    user = _me(request)
    text = json.dumps(people.own_data(user), cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
    record(user, "account.export", f"user:{user.pk}")
    answer = HttpResponse(text, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="koppelkans-{timezone.localdate():%Y-%m-%d}.json"'
    return answer


@requires("account.own")
@require_http_methods(["GET", "POST"])
def erase_account(request: HttpRequest) -> HttpResponse:
    """The page that says what goes and what stays, and erases the account when its owner confirms."""
    user = _me(request)
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            people.erase(User.objects.get(pk=user.pk))
        except people.LastAdminError:
            form.add_error(None, _("U bent de enige beheerder van dit platform. Geef eerst iemand anders die rol."))
        else:
            logout(request)
            messages.success(request, _("Uw account is gewist."))
            return redirect("home")
    return render(request, "accounts/erase.html", {"form": form, "only_admin": people.only_admin(user)})


@requires("account.own")
@require_http_methods(["GET", "POST"])
def api_keys(request: HttpRequest) -> HttpResponse:
    """The keys of somebody; a new one is shown once, on the answer to the form, and kept nowhere."""
    user = _me(request)
    form, text = KeyForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            key, text = ApiKey.made(user, form.cleaned_data["label"])
            record(user, "account.key", f"user:{user.pk}", key=key.start)
        form = KeyForm()
    return render(
        request, "accounts/api_keys.html", {"form": form, "keys": ApiKey.objects.filter(user=user), "new": text}
    )


@requires("account.own")
@require_POST
def api_key_revoke(request: HttpRequest, key: int) -> HttpResponse:
    """A key that opens nothing from now on."""
    user = _me(request)
    found = get_object_or_404(ApiKey, pk=key, user=user)
    if found.revoked_at is None:
        with transaction.atomic():
            found.revoked_at = timezone.now()
            found.save(update_fields=["revoked_at"])
            record(user, "account.key_revoke", f"user:{user.pk}", key=found.start)
    messages.success(request, _("De sleutel „{label}” opent niets meer.").format(label=found.label))
    return redirect("api_keys")


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - the right account.own is for who is signed in
    return request.user
