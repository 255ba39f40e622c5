"""The chain: entries are added in the transaction of the change that they record, one writer at a time, and can be verified."""

from __future__ import annotations

import hashlib
import json
import math
from datetime import UTC
from typing import Any, cast

from django.db import connection, transaction
from django.db.models import CharField
from django.utils import timezone

from koppelkans.web.audit.models import FIRST_HASH, Entry

LOCK = 0x6B6F7070  # any constant, the same in every process
_UNKEPT = str.maketrans({"\x00": "\N{REPLACEMENT CHARACTER}"})


def record(actor: Any, verb: str, about: str, *, public: bool = False, **details: Any) -> Entry:
    """Add one entry to the log, in the same transaction as the change.

    actor: a user, or a word such as ``system``; stored as ``user:<id>``, so that an erased account leaves no name. verb: what was
    done, such as ``plan.run``. about: the object, such as ``project:brugge``. details: JSON values; anything else becomes its text.
    Raises ValueError when actor, verb or about is longer than the log keeps.
    """
    entry = Entry(actor=_name(actor), verb=verb, about=about, details=kept(details), public=public)
    for name in ("actor", "verb", "about"):
        value = getattr(entry, name)
        limit = cast("CharField[str, str]", Entry._meta.get_field(name)).max_length or 0
        if len(value) > limit:
            raise ValueError(f"log entry: {name} has {len(value)} characters, expected at most {limit}: {value[:40]}…")
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        entry.previous = Entry.objects.order_by("-pk").values_list("hash", flat=True).first() or FIRST_HASH
        entry.at = timezone.now()
        entry.hash = entry_hash(entry)
        entry.save(force_insert=True)
    return entry


def entry_hash(entry: Entry) -> str:
    """SHA-256 of the previous hash and the canonical JSON of the entry."""
    content = {
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor, "verb": entry.verb, "about": entry.about, "details": entry.details, "public": entry.public,
    }  # fmt: skip
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256((entry.previous + text).encode()).hexdigest()


def kept(value: Any) -> Any:
    """A value as both databases give it back, bit for bit: the hash is taken over this form.

    PostgreSQL rewrites numbers (1e16 comes back as 10000000000000000) and refuses the NUL sign and halves of sign pairs: whole
    numbers are therefore kept as such, infinities as text, and signs that cannot be stored are replaced.
    """
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            return str(value)
        return int(value) if value.is_integer() else value
    if isinstance(value, dict):
        return {str(kept(str(key))): kept(part) for key, part in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [kept(part) for part in (sorted(value, key=str) if isinstance(value, (set, frozenset)) else value)]
    return str(value).translate(_UNKEPT).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _name(actor: Any) -> str:
    key = getattr(actor, "pk", None)
    return f"user:{key}" if key is not None else str(actor)
