"""The log under writers at the same moment: four processes of a thousand audited writes each, on either database.

python -m benchmarks.web_audit                                       SQLite, in a folder of its own
python -m benchmarks.web_audit postgresql://user:password@host/name  that database, which must be empty
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

WRITERS = 4
ENTRIES = 1000
WRITER = """
import django, sys
django.setup()
from django.db import transaction
from koppelkans.web.audit.chain import record
for number in range(int(sys.argv[2])):
    with transaction.atomic():
        record("system", "test.write", f"writer:{sys.argv[1]}", number=number)
"""
BROKEN = """
import django, sys
django.setup()
from koppelkans.web.audit.chain import entry_hash
from koppelkans.web.audit.models import FIRST_HASH, Entry
previous, broken, seen = FIRST_HASH, 0, set()
for entry in Entry.objects.order_by("pk").iterator():
    broken += entry.previous != previous or entry_hash(entry) != entry.hash
    previous = entry.hash
    seen.add((entry.about, entry.details["number"]))
print(broken + int(sys.argv[1]) - len(seen))
"""


def write_at_once(data: str, database: str, entries: int) -> dict[str, str]:
    """Let four processes write at the same moment in a fresh database ("" is SQLite in ``data``); the environment of that site."""
    environment = {
        **os.environ,
        "KOPPELKANS_DATA": data,
        "KOPPELKANS_DATABASE": database,
        "DJANGO_SETTINGS_MODULE": "koppelkans.web.settings",
    }
    subprocess.run([sys.executable, "-m", "django", "migrate", "--verbosity", "0"], env=environment, check=True)
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(number), str(entries)], env=environment)
        for number in range(WRITERS)
    ]
    ended = [writer.wait() for writer in writers]
    if any(ended):
        raise RuntimeError(f"writers ended with {ended}, expected zeros")
    return environment


def audit_broken(database: str) -> int:
    """Broken links plus lost entries after four processes wrote 1,000 entries each at the same moment; "" is SQLite."""
    with tempfile.TemporaryDirectory(prefix="koppelkans-audit-") as data:
        counted = subprocess.run(
            [sys.executable, "-c", BROKEN, str(WRITERS * ENTRIES)],
            env=write_at_once(data, database, ENTRIES),
            check=True,
            capture_output=True,
            text=True,
        )
        return int(counted.stdout)


if __name__ == "__main__":
    started = time.perf_counter()
    print(
        f"audit_broken {audit_broken(sys.argv[1] if len(sys.argv) > 1 else '')} in {time.perf_counter() - started:.1f} s"
    )
