"""The worker's side of the child process that computes: its order goes in, its messages come out, and it never outlives its worker."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from types import TracebackType
from typing import Any, Self

from koppelkans.web.jobs.engine import Order

_CHUNK = 65_536


class Child:
    """A computing process. As a context manager: when the block is left, however it is left, the process is gone."""

    def __init__(self, engine: Sequence[str], order: Order) -> None:
        reading, writing = os.pipe()
        try:
            # a session of its own: what it starts (map tiles) ends with it, and Ctrl-C reaches the worker alone
            self.process = subprocess.Popen(  # noqa: S603 - our own program
                [*engine, str(writing), str(os.getpid()), json.dumps(asdict(order))],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=[writing], start_new_session=True,
            )  # fmt: skip
        except OSError:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        self._pipe = reading

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # first the group, while its number is still taken by the process that was not waited for
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self._pipe)

    def messages(self, tick_s: float) -> Iterator[dict[str, Any] | None]:
        """What the process says; None each time that ``tick_s`` passes in silence. Ends when the process does."""
        rest = b""
        while True:
            if not select.select([self._pipe], [], [], tick_s)[0]:
                yield None
                continue
            chunk = os.read(self._pipe, _CHUNK)
            if not chunk:
                os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOWAIT)
                return
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield json.loads(line)
