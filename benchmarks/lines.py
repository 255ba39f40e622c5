"""What every benchmark shares: its arguments, the table it prints, and the flat file of numbers it writes as it goes."""

import argparse
import json
import math
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn

ROOT = Path(__file__).resolve().parent.parent


class Line(NamedTuple):
    """One case on stdout: bounds on its cost, gap 0-1, seconds."""

    name: str
    lower: float
    upper: float
    gap: float
    seconds: float

    def __str__(self) -> str:
        numbers = " ".join(f"{number:.6f}" for number in self[1:])
        return f"{'_'.join(self.name.split())} {numbers}"


class Figures:
    """Measured figures by key, written to a file each time one becomes known; a figure that was not measured is absent."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.values: dict[str, float] = {}
        self._write()

    def record(self, **figures: float) -> None:
        """Keep figures (seconds, GB, shares and errors 0-1) and rewrite the file, whole or not at all."""
        wrong = [name for name, value in figures.items() if not math.isfinite(value)]
        if wrong:
            raise ValueError(f"no number was measured for {', '.join(wrong)}")
        self.values |= {name: round(float(value), 6) for name, value in figures.items()}
        self._write()

    def _write(self) -> None:
        if self.path is None:
            return
        partial = self.path.with_name(f".{self.path.name}.partial")
        partial.write_text(json.dumps(self.values, indent=1) + "\n", encoding="utf-8")
        os.replace(partial, self.path)


def arguments(description: str, argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The arguments of a benchmark: ``--json FILE`` and ``--full``."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as a flat object of numbers")
    parser.add_argument("--full", action="store_true", help="longer comparisons, may take more than 20 minutes")
    return parser.parse_args(argv)


def start(main: Callable[[], int]) -> NoReturn:
    """Run a benchmark with the project's own Python, which has the engine, and end with its exit code."""
    inside = ROOT / ".venv" / "bin" / "python"
    if inside.exists() and Path(sys.prefix).resolve() != (ROOT / ".venv").resolve():
        os.execv(inside, [str(inside), *sys.argv])
    sys.exit(main())


def say(text: str = "") -> None:
    """One line on stderr, at once."""
    print(text, file=sys.stderr, flush=True)


def show(title: str, columns: Sequence[str], rows: Sequence[Sequence[str | float]]) -> None:
    """A table on stderr: first column left, the others right."""
    cells = [list(columns), *[[_cell(value) for value in row] for row in rows]]
    widths = [max(len(row[place]) for row in cells) for place in range(len(columns))]
    say(f"\n{title}")
    for row in cells:
        first, *rest = [
            text.ljust(width) if not place else text.rjust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        say("  " + "  ".join([first, *rest]))


def _cell(value: str | float) -> str:
    if isinstance(value, str):
        return value
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"
