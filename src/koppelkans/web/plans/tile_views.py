"""Map tiles by byte ranges, straight from the archive of the plan: no tile server, no compression on the way."""

from __future__ import annotations

import re
from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from koppelkans.web.accounts.rights import may, requires
from koppelkans.web.plans.models import PlanRun

LONGEST_RANGE_BYTES = 16_777_216
"""A longer range is answered in part; ``Content-Range`` says which part."""
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_CONTENT_TYPE = "application/octet-stream"
_TEAM_SECONDS, _PUBLIC_SECONDS = 7 * 24 * 3600, 24 * 3600


@require_safe
@requires("plan.read")
def tiles(request: HttpRequest, run: str, audience: str) -> HttpResponseBase:
    """The archive of a plan, or the part of it that the browser asks for; what one may not see is not there."""
    found = PlanRun.objects.select_related("project").filter(pk=int(run)).first()
    if found is None or not _open_to(request, found, audience):
        raise Http404("tiles")
    file = found.bundle / f"{audience}.pmtiles"
    if not file.is_file():
        raise Http404("tiles")
    answer = archive_answer(request, file)
    answer["Accept-Ranges"] = "bytes"
    answer["ETag"] = _tag(file)
    # the address carries the version of the plan; no-transform keeps proxies from compressing, which would break ranges
    seconds = f"private, max-age={_TEAM_SECONDS}" if audience == "team" else f"public, max-age={_PUBLIC_SECONDS}"
    answer["Cache-Control"] = f"{seconds}, immutable, no-transform"
    patch_vary_headers(answer, ("Cookie",))
    return answer


def _open_to(request: HttpRequest, run: PlanRun, audience: str) -> bool:
    return (audience == "public" and run.public) or may(request.user, "plan.team", run.project)


def archive_answer(request: HttpRequest, file: Path) -> HttpResponseBase:
    """The whole file, a part of it (206), nothing new (304), or no such part (416).

    A header that is not one plain range (several ranges, another unit) is left aside, as RFC 9110 asks: the whole file is the answer.
    """
    if request.headers.get("If-None-Match") == _tag(file):
        return HttpResponseNotModified()
    size = file.stat().st_size
    asked = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if asked is None or asked.groups() == ("", "") or request.headers.get("If-Range", _tag(file)) != _tag(file):
        return FileResponse(file.open("rb"), content_type=_CONTENT_TYPE)
    part = _bounds(asked.group(1), asked.group(2), size)
    if part is None:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"}, content_type=_CONTENT_TYPE)
    first, last = part
    with file.open("rb") as opened:
        opened.seek(first)
        content = opened.read(last - first + 1)
    return HttpResponse(
        content, status=206, headers={"Content-Range": f"bytes {first}-{last}/{size}"}, content_type=_CONTENT_TYPE
    )


def _bounds(first: str, last: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a range, capped in length; None when no byte of the file lies in it."""
    if not first:
        begin, end = max(0, size - int(last)), size - 1
    else:
        begin, end = int(first), min(int(last) if last else size - 1, size - 1)
    return (begin, min(end, begin + LONGEST_RANGE_BYTES - 1)) if begin <= end else None


def _tag(file: Path) -> str:
    about = file.stat()
    return f'"{about.st_size:x}-{about.st_mtime_ns:x}"'
