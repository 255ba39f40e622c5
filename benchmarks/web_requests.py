"""Requests offered at a fixed rate, whatever the answers take: waiting for a slow server is part of the measured time."""

import http.client
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit

WORKERS = 32
TIMEOUT_S = 30.0


@dataclass
class Answers:
    """Seconds from the moment a request was due until its answer was read whole; what went wrong, in words."""

    seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def quantile(self, share: float) -> float:
        """Seconds within which this share of the answers came."""
        ordered = sorted(self.seconds)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def offered(site: str, paths: Sequence[str], *, per_second: float, seconds: float) -> Answers:
    """Answers to the paths, taken in turn, ``per_second`` of them a second for so many seconds."""
    answers, own = Answers(), threading.local()
    host = urlsplit(site).netloc
    begin = time.perf_counter() + 0.05

    def ask(number: int) -> None:
        due = begin + number / per_second
        time.sleep(max(0.0, due - time.perf_counter()))
        path = paths[number % len(paths)]
        try:
            status = _status(own, host, path)
        except OSError as error:
            answers.faults.append(f"{path}: {error}")
        else:
            if status != 200:
                answers.faults.append(f"{path}: status {status}")
        answers.seconds.append(time.perf_counter() - due)

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(ask, range(int(per_second * seconds))))
    return answers


def _status(own: threading.local, host: str, path: str) -> int:
    """The status of one answer over a connection that the thread keeps; a connection that the server closed is opened once more."""
    for attempt in (1, 2):
        connection = getattr(own, "connection", None) or http.client.HTTPConnection(host, timeout=TIMEOUT_S)
        own.connection = connection
        try:
            connection.request("GET", path, headers={"Accept-Encoding": "gzip, br"})
            answer = connection.getresponse()
            answer.read()
            return answer.status
        except (http.client.HTTPException, ConnectionError):
            connection.close()
            own.connection = None
            if attempt == 2:
                raise ConnectionError("the connection was closed twice") from None
    raise AssertionError
