"""Seconds and peak memory of a fresh process with all its children."""

import os
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
SAMPLE_SECONDS = 0.02
BYTES_PER_GB = 1e9


@dataclass(frozen=True, slots=True)
class Measured:
    """One finished process: wall seconds, peak memory with its children [GB], exit code, and what it wrote on stderr."""

    seconds: float
    peak_gb: float
    code: int
    complaint: str


def measured(command: Sequence[str], *, cwd: Path) -> Measured:
    """Run a command and measure it.

    Peak memory is the larger of the kernel's own peak of the process and the sum of resident memory over the process and its
    children, sampled fifty times a second; shared pages count in each process, so that the sum errs on the high side. (The peak
    that ``wait4`` tells would count the memory of the caller too, which the process shares until its program is loaded.)
    """
    begin = time.perf_counter()
    child = subprocess.Popen(
        command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    peaks = [0]
    done = threading.Event()
    sampler = threading.Thread(target=_sample, args=(child.pid, peaks, done))
    sampler.start()
    complaint = child.stderr.read()
    code = child.wait()
    seconds = time.perf_counter() - begin
    done.set()
    sampler.join()
    return Measured(seconds, peaks[0] / BYTES_PER_GB, code, complaint)


def _sample(process: int, peaks: list[int], done: threading.Event) -> None:
    while not done.wait(SAMPLE_SECONDS):
        together = sum(_resident_bytes(one) for one in _family(process))
        peaks[0] = max(peaks[0], together, peak_bytes(process))


def _family(process: int) -> list[int]:
    """A process and all that it started, as the kernel lists them."""
    found = [process]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += [int(child) for child in task.read_text().split()]
            except OSError:
                continue
    return found


def peak_bytes(process: int | str = "self") -> int:
    """The kernel's own peak of resident memory of one process; zero for one that has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)


def _resident_bytes(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE_BYTES
    except (OSError, IndexError):
        return 0
