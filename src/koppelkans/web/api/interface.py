"""The interface itself: its keys, its faults in one form, its limits."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import APIKeyHeader
from ninja.throttling import AuthRateThrottle

from koppelkans.errors import KoppelkansError
from koppelkans.web.accounts.models import ApiKey
from koppelkans.web.api.schemas import FAULTS, Fault

RUNS_RATE = "60/h"


class KeyInHeader(APIKeyHeader):
    """A key in the header X-API-Key; never in an address, which ends up in logs."""

    param_name = "X-API-Key"

    def authenticate(self, request: HttpRequest, key: str | None) -> ApiKey | None:
        """The valid key; the request is from then on that of its user."""
        found = ApiKey.of(key) if key else None
        if found is not None:
            request.user = found.user
        return found


class RunsRate(AuthRateThrottle):
    """How many runs one key may begin."""

    def get_cache_key(self, request: HttpRequest) -> str:
        """One count per key."""
        key: ApiKey = request.auth  # type: ignore[attr-defined]
        return f"api-runs-{key.pk}"


class Conflict(Exception):  # noqa: N818 - named as the answer it becomes
    """Not in the state for this; the message says why."""


api = NinjaAPI(
    title="koppelkans",
    version="1",
    description="What koppelkans publishes of neighbourhoods and their plans, and runs of the engine with a key. Figures are estimates of a model.",
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api",
)


def answers(given: Any) -> dict[Any, Any]:
    """The answers of one operation: what it gives when it succeeds, and the faults that all share."""
    return {200: given, frozenset(FAULTS): Fault}


def fault(request: HttpRequest, status: int, detail: str, faults: list[str] | None = None) -> HttpResponse:
    """A fault in the form that all share."""
    return api.create_response(request, {"detail": detail, "faults": faults or []}, status=status)


@api.exception_handler(ValidationError)
def _not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults = [f"{'.'.join(str(part) for part in row['loc'])}: {row['msg']}" for row in error.errors]
    return fault(request, 422, "the request is not what it should be", [_clean(line) for line in faults])


@api.exception_handler(KoppelkansError)
def _engine(request: HttpRequest, error: KoppelkansError) -> HttpResponse:
    from koppelkans.web.plans.runs import QueueFullError

    return fault(
        request,
        409 if isinstance(error, QueueFullError) else 422,
        _clean(error.message),
        [_clean(line) for line in error.faults],
    )


@api.exception_handler(Conflict)
def _conflict(request: HttpRequest, error: Conflict) -> HttpResponse:
    return fault(request, 409, str(error))


@api.exception_handler(Http404)
def _nothing(request: HttpRequest, error: Http404) -> HttpResponse:
    return fault(request, 404, FAULTS[404])


@api.exception_handler(AuthenticationError)
def _no_key(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return fault(request, 401, "no valid key: send the header X-API-Key with a key of your workspace")


@api.exception_handler(HttpError)
def _other(request: HttpRequest, error: HttpError) -> HttpResponse:
    if error.status_code == 400:  # a body that is no JSON: the same as one with other faults
        return fault(request, 422, "the body is not JSON")
    return fault(request, error.status_code, str(error))


def _clean(text: str) -> str:
    """A text that can be sent: halves of sign pairs, which a request may carry, are replaced."""
    return text.encode("utf-8", "replace").decode("utf-8")
