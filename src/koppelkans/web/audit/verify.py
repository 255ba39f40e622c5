"""Whether the log is whole: every entry follows the one before it, and every head that was written down is still in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from koppelkans.web.audit.chain import entry_hash
from koppelkans.web.audit.models import FIRST_HASH, Entry

CHUNK = 2000


def verify_chain() -> list[str]:
    """What is wrong with the log, the first broken entry first; empty when the log is whole.

    Entries are read one after another, so that a long log needs no memory. After a broken entry the check stops: everything behind it
    hangs on it. Then the heads that were written to files are looked up: a head that is gone means that the end was cut off or rewritten.
    """
    faults = [*_broken_links(), *_lost_heads()]
    return [*faults[:1], *(fault for fault in faults[1:] if "head-" in fault)]


def write_head() -> Path | None:
    """The file of today in the data folder with the newest hash of the log; nothing when the log is empty or did not grow.

    One line per call: time, number of the entry, hash. Lines are only added: whoever keeps a copy of these files elsewhere can show that
    nothing before that line was changed.
    """
    last = Entry.objects.order_by("-pk").first()
    folder = heads_folder()
    file = folder / f"head-{timezone.localdate():%Y-%m-%d}.txt"
    if last is None or (file.is_file() and file.read_text(encoding="ascii").rstrip().endswith(last.hash)):
        return None
    folder.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="ascii") as out:
        out.write(f"{datetime.now(UTC).isoformat(timespec='seconds')} {last.pk} {last.hash}\n")
    return file


def heads_folder() -> Path:
    """Where the heads are written down."""
    return Path(settings.DATA) / "audit"


def _broken_links() -> Iterator[str]:
    previous, before = FIRST_HASH, "the start of the log"
    for entry in Entry.objects.order_by("pk").iterator(chunk_size=CHUNK):
        where = f"entry {entry.pk} ({entry.verb} of {entry.about}, {entry.at:%Y-%m-%d %H:%M:%S} UTC)"
        if entry.previous != previous:
            yield (
                f"{where}: it follows hash {entry.previous[:12]}…, but {before} has {previous[:12]}…: an entry between them was removed, "
                "added or moved; compare with a backup"
            )
            return
        expected = entry_hash(entry)
        if entry.hash != expected:
            yield (
                f"{where}: its content gives hash {expected[:12]}…, but {entry.hash[:12]}… was recorded: time, actor, verb, object, details or "
                "public mark was changed; compare with a backup"
            )
            return
        previous, before = entry.hash, f"entry {entry.pk}"


def _lost_heads() -> Iterator[str]:
    for file in sorted(heads_folder().glob("head-*.txt")):
        for line in file.read_text(encoding="ascii").splitlines():
            parts = line.split()
            if len(parts) != 3 or not parts[1].isdigit():
                yield f"{file.name}: expected a time, a number and a hash, found {line[:60]!r}"
            elif not Entry.objects.filter(pk=int(parts[1]), hash=parts[2]).exists():
                yield f"{file.name}: entry {parts[1]} with hash {parts[2][:12]}… is no longer in the log: it was cut off or rewritten"
