"""Programs of the site: ``python -m koppelkans.web serve | worker | audit verify | account ... | manage ...``."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

PASSWORD_BYTES = 12
_USE = """use: python -m koppelkans.web serve [--demo] [--host H] [--port N] [--data FOLDER] [--workers N]
                               | worker | audit verify | account admin EMAIL | account password EMAIL | manage COMMAND"""


def main(arguments: list[str]) -> int:
    """Run the program of the command line; its exit code."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "koppelkans.web.settings"
    match arguments:
        case ["serve", *options]:
            from koppelkans.web.serve import serve

            return serve(options)
        case ["worker"]:
            return _worker()
        case ["audit", "verify"]:
            return _verify()
        case ["account", ("admin" | "password") as what, email]:
            return _account(what, email)
        case ["manage", *command]:
            from django.core.management import execute_from_command_line

            execute_from_command_line(["koppelkans manage", *command])
            return 0
    sys.stderr.write(_USE + "\n")
    return 2


def _worker() -> int:
    import django

    django.setup()
    from koppelkans.web.jobs.worker import work

    work()
    return 0


def _verify() -> int:
    import django

    django.setup()
    from django.conf import settings

    from koppelkans.web.audit.models import Entry
    from koppelkans.web.audit.verify import verify_chain

    place = os.environ.get("KOPPELKANS_DATABASE", "").rpartition("@")[2] or settings.DATABASES["default"]["NAME"]
    if not os.environ.get("KOPPELKANS_DATABASE") and not Path(place).is_file():
        return _fault(f"{place} bestaat niet; geef de map met gegevens met --data")
    faults = verify_chain()
    for fault in faults:
        sys.stderr.write(f"  - {fault}\n")
    count = Entry.objects.count()
    verdict = f"{count} regels, {len(faults)} fouten" if faults else f"{count} regels, de keten is heel"
    sys.stdout.write(f"logboek {place}: {verdict}\n")
    return 1 if faults else 0


def _account(what: str, email: str) -> int:
    """Make an administrator, or give somebody a new password; the password is made here and shown once."""
    import django

    django.setup()
    from django.core.exceptions import ObjectDoesNotExist, ValidationError
    from django.core.validators import validate_email
    from django.db import DatabaseError

    from koppelkans.web.accounts import people

    password = secrets.token_urlsafe(PASSWORD_BYTES)
    try:
        validate_email(email)
        user = people.new_admin(email, password) if what == "admin" else people.set_password(email, password)
    except ValidationError as error:
        return _fault("; ".join(error.messages))
    except ObjectDoesNotExist:
        return _fault(f"er is geen account met het adres {email}")
    except DatabaseError as error:
        return _fault(
            f"de databank antwoordt niet zoals verwacht ({error}); start eerst koppelkans serve met dezelfde --data"
        )
    sys.stdout.write(f"{user.email}  {password}\nDit wachtwoord verschijnt alleen nu.\n")
    return 0


def _fault(text: str) -> int:
    sys.stderr.write(f"koppelkans: {text}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
