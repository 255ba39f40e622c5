"""What is done once a day: write down the newest hash of the log, remove what was kept long enough."""

from __future__ import annotations

from datetime import date

from django.core.management import call_command
from django.utils import timezone

from koppelkans.web.audit.verify import write_head
from koppelkans.web.intentions.register import remove_expired


class Chores:
    """The daily chores of one worker. Two workers may both do them: each chore can be repeated."""

    def __init__(self) -> None:
        self._done_on: date | None = None

    def today(self) -> None:
        """Do them, unless this worker did them today. The day counts as done before they begin: a fault must not stop the runs."""
        day = timezone.localdate()
        if day == self._done_on:
            return
        self._done_on = day
        write_head()
        remove_expired(day)
        call_command("clearsessions")
