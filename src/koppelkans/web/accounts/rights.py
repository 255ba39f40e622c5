"""What each role may do: one table, read by every view, by the interface for machines and by the tests.

A right is a word such as ``plan.run``. A role is granted on a project or on the platform; platform roles hold on every project.
Every view names its right with ``@requires``; a view without one fails the tests.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from django.http import Http404, HttpRequest, HttpResponse

if TYPE_CHECKING:
    from koppelkans.web.projects.models import Project


class Role(StrEnum):
    """Roles; the first two are never granted: anonymous is nobody, resident is everybody with an account."""

    ANONYMOUS = "anonymous"
    RESIDENT = "resident"
    MEMBER = "member"
    LEAD = "lead"
    FACILITATOR = "facilitator"
    MODERATOR = "moderator"
    RESPONDENT = "respondent"
    STEWARD = "steward"
    ADMIN = "admin"


PLATFORM_ROLES = (Role.FACILITATOR, Role.MODERATOR, Role.RESPONDENT, Role.STEWARD, Role.ADMIN)
PROJECT_ROLES = (Role.MEMBER, Role.LEAD)
EVERYBODY = frozenset(Role)
SIGNED_IN = EVERYBODY - {Role.ANONYMOUS}
TEAM = frozenset({Role.MEMBER, Role.LEAD, Role.STEWARD, Role.ADMIN})
LEADS = frozenset({Role.LEAD, Role.ADMIN})

RIGHTS: dict[str, frozenset[Role]] = {
    "page.read": EVERYBODY,
    "account.own": SIGNED_IN,
    "account.grant": frozenset({Role.ADMIN}),
    "audit.read": frozenset({Role.ADMIN, Role.STEWARD}),
    "project.read": EVERYBODY,
    "project.create": frozenset({Role.ADMIN}),
    "project.edit": LEADS,
    "project.team": LEADS,
    "document.read": EVERYBODY,
    "document.add": TEAM,
    "place.read": TEAM,
    "place.upload": TEAM,
    "plan.read": EVERYBODY,
    "plan.team": TEAM,
    "plan.run": TEAM,
    "plan.decide": TEAM,
    "plan.publish": LEADS,
    "plan.tender": LEADS,
    "intention.read": frozenset({Role.MEMBER, Role.LEAD, Role.ADMIN}),
    "intention.edit": frozenset({Role.MEMBER, Role.LEAD, Role.ADMIN}),
}
"""Who has each right. ``plan.read`` is for published plans and their public views; ``plan.team`` for everything else of a plan.

The register of intentions is personal data of a project: data stewards of the platform do not read it."""

STRONG_RIGHTS = frozenset({"account.grant", "project.create", "project.team", "plan.publish", "plan.tender"})
"""Rights that change what others may do or see. With ``settings.SECOND_FACTOR`` who has one sets up a second factor before using it."""

View = TypeVar("View", bound=Callable[..., Any])


def roles_of(user: Any, project: Project | None) -> frozenset[Role]:
    """All roles that a user has on a project (or on the platform alone): granted ones, and those that everybody has."""
    if not user.is_authenticated:
        return frozenset({Role.ANONYMOUS})
    granted = {
        Role(grant.role) for grant in _grants(user) if grant.project_id in (None, project.pk if project else None)
    }
    return frozenset(granted | {Role.RESIDENT})


def _grants(user: Any) -> list[Any]:
    """The grants of a user, read once a request."""
    if not hasattr(user, "_read_grants"):
        user._read_grants = list(user.grants.all())
    return list(user._read_grants)


def may(user: Any, right: str, project: Project | None = None) -> bool:
    """Whether a user has a right on a project. Raises KeyError for a right that does not exist."""
    return bool(RIGHTS[right] & roles_of(user, project))


def project_of(request: HttpRequest) -> Project:
    """The project of the address, as `requires` found it. Raises AttributeError in a view whose address has no ``slug``."""
    return request.project  # type: ignore[attr-defined, no-any-return]


def requires(right: str) -> Callable[[View], View]:
    """A view that only those with this right reach.

    The project is that of the keyword ``slug`` of the address. Who is not signed in is sent to sign in; who may not even know that the
    object exists sees the page of something that is not there. Who needs a second factor for this right is sent to set one up.
    """
    if right not in RIGHTS:
        raise KeyError(right)

    def wrapped(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            from koppelkans.web.accounts.second_factor import lacks_second_factor, to_second_factor, to_sign_in
            from koppelkans.web.projects.models import Project

            project = Project.objects.filter(slug=kwargs["slug"]).first() if "slug" in kwargs else None
            if "slug" in kwargs and project is None:
                raise Http404("project")
            request.project = project  # type: ignore[attr-defined]
            if not may(request.user, right, project):
                if not request.user.is_authenticated:
                    return to_sign_in(request)
                raise Http404(right)
            if right in STRONG_RIGHTS and lacks_second_factor(request):
                return to_second_factor(request)
            return view(request, *args, **kwargs)  # type: ignore[no-any-return]

        guarded.right = right  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return wrapped
