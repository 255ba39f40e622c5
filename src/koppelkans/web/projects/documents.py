"""Which files a project may keep, how they are stored and how they leave: as attachments, never shown or run by the site."""

from __future__ import annotations

import uuid
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from koppelkans.web.projects.models import Document

MOST_BYTES = 25_000_000
_ZIP = b"PK\x03\x04"
KINDS: dict[str, tuple[str, bytes]] = {
    ".pdf": ("application/pdf", b"%PDF"),
    ".png": ("image/png", b"\x89PNG"),
    ".jpg": ("image/jpeg", b"\xff\xd8\xff"),
    ".jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    ".docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _ZIP),
    ".xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _ZIP),
    ".pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", _ZIP),
    ".odt": ("application/vnd.oasis.opendocument.text", _ZIP),
    ".ods": ("application/vnd.oasis.opendocument.spreadsheet", _ZIP),
    ".gpkg": ("application/geopackage+sqlite3", b"SQLite format 3\x00"),
    ".csv": ("text/csv", b""),
    ".txt": ("text/plain", b""),
}
"""Endings that are kept, their media type, and how such a file begins (nothing: text)."""


def suffix_of(name: str) -> str:
    """The ending of a file name, in small letters."""
    return PurePath(name).suffix.lower()


def checked_document(file: UploadedFile[Any]) -> UploadedFile[Any]:
    """The file under a name of our own; raises ValidationError that says what was found and expected."""
    suffix = suffix_of(file.name or "")
    if suffix not in KINDS:
        raise ValidationError(
            _("Gevonden: een bestand dat eindigt op %(found)s; verwacht: %(known)s. Bewaar het in een van die vormen.")
            % {"found": suffix or "–", "known": ", ".join(sorted(KINDS))}
        )
    start = file.read(8192)
    file.seek(0)
    expected = KINDS[suffix][1]
    if not start.startswith(expected) or (not expected and b"\x00" in start):
        raise ValidationError(
            _("De inhoud is geen %(suffix)s-bestand, al eindigt de naam zo. Bewaar het opnieuw in die vorm.")
            % {"suffix": suffix}
        )
    file.name = f"{uuid.uuid4().hex}{suffix}"
    return file


def download(document: Document) -> FileResponse:
    """The file as an attachment, named after its title."""
    suffix = suffix_of(document.file.name or "")
    name = (slugify(document.title)[:80] or "document") + suffix
    media = KINDS.get(suffix, ("application/octet-stream", b""))[0]
    answer = FileResponse(document.file.open("rb"), as_attachment=True, filename=name, content_type=media)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
