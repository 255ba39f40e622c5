"""Changes to the register: one row per building, each change in the log without the building or what its owner said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, F
from django.utils import timezone
from django.utils.translation import gettext as _

from koppelkans.errors import KoppelkansError
from koppelkans.web.audit.chain import record
from koppelkans.web.intentions.models import Intention
from koppelkans.web.projects.models import Project

KEPT_YEARS, KEPT_AT_MOST_YEARS = 2, 5
"""How long a row is kept after the day on which the owner spoke, unless somebody chooses otherwise, and at most."""


class RowChangedError(KoppelkansError):
    """Somebody else changed the row meanwhile. ``now``: how it stands; None when it was removed."""

    def __init__(self, now: Intention | None) -> None:
        self.now = now
        super().__init__(_("Iemand anders wijzigde deze rij intussen. Vergelijk beide versies en kies."))


@dataclass(frozen=True, slots=True)
class Said:
    """What the owner of a building said, on which day, and until when we keep it."""

    stance: str
    said_on: date
    until: date


def kept_until(said_on: date, years: int = KEPT_YEARS) -> date:
    """The day after which a row is removed."""
    last = said_on.day - (1 if (said_on.month, said_on.day) == (2, 29) else 0)
    return date(said_on.year + years, said_on.month, last)


def set_intention(project: Project, user: Any, building: str, said: Said | None, *, version: int) -> None:
    """Write, change or remove (``said`` None) the row of a building. ``version``: of the row that the form showed, 0 for none.

    Raises RowChangedError when the register holds another version by now.
    """
    rows = Intention.objects.filter(project=project, building=building)
    by = user if getattr(user, "pk", None) else None
    try:
        with transaction.atomic():
            if version == 0:
                changed = _new(project, building, said, by) if said is not None and not rows.exists() else 0
                verb = "intention.add"
                if said is None and not rows.exists():
                    return
            elif said is None:
                changed, verb = rows.filter(version=version).delete()[0], "intention.remove"
            else:
                values = {"stance": said.stance, "said_on": said.said_on, "until": said.until, "recorded_by": by}
                changed = rows.filter(version=version).update(version=F("version") + 1, **values)
                verb = "intention.change"
            if not changed:
                raise RowChangedError(rows.first())
            record(user, verb, f"project:{project.slug}")
    except IntegrityError as error:  # two people adding the same building at once, on PostgreSQL
        raise RowChangedError(rows.first()) from error


def _new(project: Project, building: str, said: Said, by: Any) -> int:
    Intention.objects.create(
        project=project, building=building, stance=said.stance, said_on=said.said_on, until=said.until, recorded_by=by
    )
    return 1


def import_rows(project: Project, user: Any, found: dict[str, Said]) -> tuple[int, int]:
    """Write many rows at once, all or none; how many are new and how many changed. Rows that say the same stay as they are."""
    by = user if getattr(user, "pk", None) else None
    with transaction.atomic():
        known = {row.building: row for row in Intention.objects.select_for_update().filter(project=project)}
        new = [building for building in found if building not in known]
        changed = [
            known[building] for building, said in found.items() if building in known and _differs(known[building], said)
        ]
        Intention.objects.bulk_create(
            Intention(
                project=project, building=building, stance=found[building].stance, said_on=found[building].said_on,
                until=found[building].until, recorded_by=by,
            ) for building in new
        )  # fmt: skip
        for row in changed:
            said = found[row.building]
            row.stance, row.said_on, row.until, row.version, row.recorded_by = (
                said.stance,
                said.said_on,
                said.until,
                row.version + 1,
                by,
            )
        Intention.objects.bulk_update(changed, ["stance", "said_on", "until", "version", "recorded_by"], batch_size=500)
        if new or changed:
            record(user, "intention.import", f"project:{project.slug}", added=len(new), changed=len(changed))
    return len(new), len(changed)


def _differs(row: Intention, said: Said) -> bool:
    return (row.stance, row.said_on, row.until) != (said.stance, said.said_on, said.until)


def remove_expired(today: date | None = None) -> int:
    """Remove the rows whose retention is over; how many went. Safe to repeat; called when the site and the worker start."""
    day = today or timezone.localdate()
    with transaction.atomic():
        expired = Intention.objects.filter(until__lt=day)
        counts = list(expired.values_list("project__slug").annotate(rows=Count("pk")).order_by("project__slug"))
        if not counts:
            return 0
        removed = expired.delete()[0]
        for slug, rows in counts:
            record("system", "intention.expired", f"project:{slug}", rows=rows)
    return removed


def may_be_kept(said_on: date, until: date, today: date) -> str:
    """Why these two days cannot stand together; empty when they can."""
    if said_on > today:
        return _("Gevonden: %(day)s, een dag die nog moet komen. Verwacht: vandaag of vroeger.") % {
            "day": said_on.isoformat()
        }
    if until < today or until < said_on:
        return _("Gevonden: bewaren tot %(day)s. Verwacht: een dag na vandaag; laat het leeg voor twee jaar.") % {
            "day": until.isoformat()
        }
    if until > kept_until(said_on, KEPT_AT_MOST_YEARS) + timedelta(days=1):
        return _("Gevonden: bewaren tot %(day)s. Verwacht: hoogstens %(years)s jaar na het gesprek.") % {
            "day": until.isoformat(), "years": KEPT_AT_MOST_YEARS,
        }  # fmt: skip
    return ""
