"""Is the site well: does the database answer, and is a worker alive."""

from __future__ import annotations

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from koppelkans.web.accounts.rights import requires

SILENT_S = 30.0


@never_cache
@requires("page.read")
def health(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and a worker was seen in the last half minute, otherwise 503; both with what was found."""
    from koppelkans.web.jobs.models import Worker

    try:
        seen = Worker.objects.order_by("-beat_at").values_list("beat_at", flat=True).first()
    except DatabaseError:
        return JsonResponse({"status": "ill", "database": False, "worker_age_s": None}, status=503)
    age_s = round((timezone.now() - seen).total_seconds(), 1) if seen else None
    well = age_s is not None and age_s <= SILENT_S
    return JsonResponse(
        {"status": "well" if well else "ill", "database": True, "worker_age_s": age_s}, status=200 if well else 503
    )
