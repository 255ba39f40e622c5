"""Places that come and go, in one transaction with their entry in the log."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from koppelkans.web.audit.chain import record
from koppelkans.web.places import intake
from koppelkans.web.places.checking import checked
from koppelkans.web.places.models import Place
from koppelkans.web.projects.models import Project


class InUseError(Exception):
    """Plans were computed with this place."""


def new_place(project: Project, file: UploadedFile[Any], stated: dict[str, Any], actor: Any) -> Place:
    """A place from an upload, checked by the engine; raises DataError with every fault, and then nothing is kept."""
    with intake.incoming() as folder:
        intake.unpack(file, folder)
        intake.write_settings(folder, stated)
        status = checked(folder.resolve())
        content = intake.content_hash(folder)
        with transaction.atomic():
            name = str(uuid.uuid4())
            place = Place.objects.create(
                project=project, title=stated["title"], folder=name, content_hash=content, status=status, added_by=actor
            )
            record(actor, "place.upload", f"project:{project.slug}", place=place.pk, title=place.title, content=content)
            # last, as one rename: there is never half a place, nor a row without files
            folder.rename(folder.parent / name)
    return place


def remove_place(place: Place, actor: Any) -> None:
    """One place less, with its files; raises InUseError when a plan leans on it."""
    folder = Path(settings.DATA) / "places" / place.folder if place.folder else None
    with transaction.atomic():
        if place.runs.exists():
            raise InUseError(place.title)
        record(actor, "place.remove", f"project:{place.project.slug}", place=place.pk, title=place.title)
        place.delete()
        if folder is not None:
            transaction.on_commit(lambda: shutil.rmtree(folder, ignore_errors=True))
