"""Every change of a project, in one transaction with its entry in the log.

The log cannot be rewritten, so names of people, partners and documents stay out of it: it holds their keys.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from koppelkans.web.accounts.models import Grant, User
from koppelkans.web.accounts.rights import PROJECT_ROLES, Role
from koppelkans.web.audit.chain import record
from koppelkans.web.projects.models import Document, Partner, PlannedDate, Project


class ChangedMeanwhileError(Exception):
    """Somebody else saved the project since this page was opened; ``current`` is how it stands now."""

    def __init__(self, current: Project) -> None:
        super().__init__(current.slug)
        self.current = current


class LastLeadError(Exception):
    """A project keeps at least one lead."""


def about(project: Project) -> str:
    """How the log names a project."""
    return f"project:{project.slug}"


def new_project(values: dict[str, Any], actor: Any) -> Project:
    """A project with these values."""
    with transaction.atomic():
        project = Project.objects.create(**values)
        record(actor, "project.create", about(project), public=True, title=project.title)
    return project


def edit_project(project: Project, values: dict[str, Any], version: int, actor: Any) -> Project:
    """The project with these values; raises ChangedMeanwhileError when it is no longer at the version that was edited."""
    with transaction.atomic():
        current = Project.objects.select_for_update().get(pk=project.pk)
        if current.version != version:
            raise ChangedMeanwhileError(current)
        changed = sorted(name for name, value in values.items() if getattr(current, name) != value)
        for name in changed:
            setattr(current, name, values[name])
        if changed:
            current.version += 1
            current.save()
            record(actor, "project.edit", about(project), public=True, fields=changed, version=current.version)
    return current


def add_partner(project: Project, partner: Partner, actor: Any) -> None:
    """One more partner."""
    with transaction.atomic():
        partner.project = project
        partner.save()
        record(actor, "partner.add", about(project), public=True, partner=partner.pk, kind=partner.kind)


def remove_partner(project: Project, partner: Partner, actor: Any) -> None:
    """One partner less."""
    with transaction.atomic():
        record(actor, "partner.remove", about(project), public=True, partner=partner.pk, kind=partner.kind)
        partner.delete()


def add_date(project: Project, planned: PlannedDate, actor: Any) -> None:
    """One more decided or planned date."""
    with transaction.atomic():
        planned.project = project
        planned.save()
        record(
            actor,
            "date.add",
            about(project),
            public=True,
            what=planned.what,
            value=planned.value,
            status=planned.status,
        )


def remove_date(project: Project, planned: PlannedDate, actor: Any) -> None:
    """One date less."""
    with transaction.atomic():
        record(
            actor,
            "date.remove",
            about(project),
            public=True,
            what=planned.what,
            value=planned.value,
            status=planned.status,
        )
        planned.delete()


def add_document(project: Project, document: Document, actor: User) -> None:
    """One more document."""
    with transaction.atomic():
        document.project = project
        document.added_by = actor
        document.save()
        record(actor, "document.add", about(project), public=document.public, document=document.pk)


def remove_document(project: Project, document: Document, actor: Any) -> None:
    """One document less; its file goes once the change stands."""
    storage, name = document.file.storage, document.file.name
    with transaction.atomic():
        record(actor, "document.remove", about(project), public=document.public, document=document.pk)
        document.delete()
        if name:
            transaction.on_commit(lambda: storage.delete(name))


def set_member(project: Project, person: User, role: Role, actor: Any) -> Grant:
    """A person in the team in this role, instead of the one they had; raises LastLeadError when nobody would lead."""
    with transaction.atomic():
        if role is not Role.LEAD:
            _refuse_without_lead(project, person, actor)
        Grant.objects.filter(project=project, user=person, role__in=[item.value for item in PROJECT_ROLES]).exclude(
            role=role.value
        ).delete()
        grant, made = Grant.objects.get_or_create(
            project=project, user=person, role=role.value, defaults={"granted_by": actor}
        )
        if made:
            record(actor, "team.grant", about(project), user=person.pk, role=role.value)
    return grant


def remove_member(project: Project, grant: Grant, actor: Any) -> None:
    """A person out of the team; raises LastLeadError when nobody would lead."""
    with transaction.atomic():
        _refuse_without_lead(project, grant.user, actor)
        record(actor, "team.revoke", about(project), user=grant.user_id, role=grant.role)
        grant.delete()


def _refuse_without_lead(project: Project, person: User, actor: Any) -> None:
    """Administrators may leave a project without lead; leads may not."""
    leads = set(
        Grant.objects.select_for_update()
        .filter(project=project, role=Role.LEAD.value)
        .values_list("user_id", flat=True)
    )
    administrator = Grant.objects.filter(user=actor, project=None, role=Role.ADMIN.value).exists()
    if leads == {person.pk} and not administrator:
        raise LastLeadError(project.slug)
