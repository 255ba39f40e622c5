"""The building chapter beside published references, meters, a plain loop and bounds: every figure in one run.

    python -m benchmarks.building [--json FILE] [--full] [--peer-python PYTHON]

Speeds are building-years a second on one core; ratios, shares and errors 0-1. ``--full`` runs pybuildingenergy beside it, in an environment of its
own (``benchmarks/peers/pybuildingenergy.txt``), and HiGHS on the selection. Fails when the plain Python loop is slower than 40 building-years a
second: a slow peer would flatter the ratio.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import building_calibration
import building_figures
import building_hours
import building_meters
import building_selection
import lines


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, print a line per figure, and write them as they become known."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as a flat object of numbers")
    parser.add_argument("--full", action="store_true", help="peers that take minutes")
    parser.add_argument("--peer-python", default=sys.executable, help="the Python that has pybuildingenergy")
    chosen = parser.parse_args(argv)
    known = lines.Figures(chosen.json)
    parts = [
        lambda: building_hours.figures(full=chosen.full, peer_python=chosen.peer_python),
        lambda: {"tabula_max_error": building_figures.tabula_max_error()},
        building_meters.figures,
        building_calibration.figures,
        lambda: building_selection.figures(full=chosen.full),
    ]
    for part in parts:
        found = {name: float(value) for name, value in part().items()}
        known.record(**found)
        for name, value in found.items():
            print(f"{name:32s}{value:14.4f}", flush=True)


if __name__ == "__main__":
    main()
