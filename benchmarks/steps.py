"""Seconds, rows and peak memory of each step of one plan, in this process: ``python -m benchmarks.steps PLACE FOLDER``.

Prints one JSON list on stdout. Peak memory is that of the whole process while the step ran.
"""

import contextlib
import json
import sys
import time
from pathlib import Path

from benchmarks.process import BYTES_PER_GB, peak_bytes


class Stopwatch:
    """Closes one step when the next begins."""

    def __init__(self) -> None:
        self.rows: list[dict[str, float | str]] = []
        self.began = time.perf_counter()
        self.name = "import"
        _forget_peak()

    def begin(self, name: str) -> None:
        """End the running step and begin the next; an empty name ends the run."""
        now = time.perf_counter()
        self.rows.append({"step": self.name, "seconds": now - self.began, "peak_gb": peak_bytes() / BYTES_PER_GB})
        self.name = name
        _forget_peak()
        self.began = time.perf_counter()


def _forget_peak() -> None:
    """Ask the kernel to count the peak anew; a machine that refuses shows the peak so far."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def main(place: str, folder: Path) -> None:
    """Make, save and report the plan of a place with its example scenario, step by step."""
    watch = Stopwatch()
    from koppelkans.place import read_place, shipped_scenario
    from koppelkans.plan import make_plan, plan_folder, save_plan
    from koppelkans.report import write_report
    from koppelkans.scenario import Scenario, read_scenario

    watch.begin("read")
    neighbourhood = read_place(place)
    example = shipped_scenario(place)
    plan = make_plan(neighbourhood, read_scenario(example) if example else Scenario(), on_step=watch.begin)
    with plan_folder(folder) as partial:
        watch.begin("save")
        save_plan(plan, partial)
        watch.begin("report")
        write_report(plan, partial, language="nl")
        watch.begin("end")
    json.dump(watch.rows, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
