"""Seconds and memory of the whole plan, per step and per shipped place; each run is a fresh process with warm caches.
Each place is planned with its example scenario (a heat network where it has streets) and, keys ending in
``_without_network``, without any.

    .venv/bin/python benchmarks/plan.py [--json FILE] [--full]

Figures: ``wechelderzande_s``, ``wechelderzande_gb`` (peak of the process and its children), ``all_places_s``, and per place
``PLACE_s`` and ``PLACE_gb``; ``wechelderzande_floor_s`` and ``wechelderzande_floor_ratio`` (time of the plan over the time that
reading and writing the same data takes at least); ``tabula_max_error`` and ``meters_mean_error`` of the heat demand.
Runs a few minutes; ``--full`` repeats each place more often.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import lines  # noqa: E402  (the script may be started by its path)
from benchmarks.process import Measured, measured  # noqa: E402

PLACES = ("wechelderzande", "krems_old_town_at", "brugge_sint_jozef", "genk_winterslag", "gent_muide_meulestede")
HEADLINE = "wechelderzande"
DATA = ROOT / "src" / "koppelkans" / "place" / "data" / "places"
TARGETS = {
    "wechelderzande_s": 20.0, "wechelderzande_gb": 1.0, "all_places_s": 60.0, "wechelderzande_without_network_s": 10.0,
    "wechelderzande_without_network_gb": 1.0, "all_places_without_network_s": 40.0, "tabula_max_error": 0.025,
}  # fmt: skip
REPEATS, FULL_REPEATS = 3, 9


def runs(command: list[str], repeats: int) -> list[Measured]:
    """Repeated runs of a command after one that warms the caches; stops at the first that fails."""
    found = [measured(command, cwd=ROOT)]
    while found[-1].code == 0 and len(found) <= repeats:
        found.append(measured(command, cwd=ROOT))
    return found if found[-1].code else found[1:]


def places(figures: lines.Figures, repeats: int, folder: Path, *, network: bool) -> list[str]:
    """Measure the command line on every shipped place, with its example scenario or without any; the places that failed."""
    rows, failed, total_s = [], [], 0.0
    suffix = "" if network else "_without_network"
    for place in PLACES:
        command = [
            str(Path(sys.executable).with_name("koppelkans")),
            "plan",
            place,
            "--out",
            str(folder / f"{place}{suffix}"),
        ]
        found = runs(command + ["--scenario", str(DATA / place / "scenario.toml")] * network, repeats)
        if found[-1].code:
            failed.append(place)
            lines.say(f"{place} ended with code {found[-1].code}:\n{found[-1].complaint.strip()}")
            continue
        seconds = statistics.median(run.seconds for run in found)
        peak_gb = max(run.peak_gb for run in found)
        total_s += seconds
        figures.record(**{f"{place}{suffix}_s": seconds, f"{place}{suffix}_gb": peak_gb})
        rows.append([place, seconds, min(run.seconds for run in found), max(run.seconds for run in found), peak_gb])
    if not failed:
        figures.record(**{f"all_places{suffix}_s": total_s})
        rows.append(["all places", total_s, "", "", ""])
    title = "with its example scenario (heat network)" if network else "without a scenario (no heat source)"
    lines.show(
        f"koppelkans plan PLACE {title}, {repeats} runs each",
        ["place", "median s", "least s", "most s", "peak GB"],
        rows,
    )
    return failed


def steps(folder: Path) -> None:
    """The same per step, once per place: a table of seconds and one of peak memory."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for place in PLACES:
        command = [sys.executable, "-m", "benchmarks.steps", place, str(folder / f"{place}-steps")]
        outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if outcome.returncode:
            lines.say(f"{place} per step: {outcome.stderr.strip().splitlines()[-1]}")
            continue
        found[place] = {row["step"]: row for row in json.loads(outcome.stdout)}
    names = list(dict.fromkeys(step for rows in found.values() for step in rows))
    for title, figure in (("seconds per step", "seconds"), ("peak GB of the process while the step ran", "peak_gb")):
        lines.show(
            title, ["step", *found], [[step, *[found[place][step][figure] for place in found]] for step in names]
        )


def floor(figures: lines.Figures, repeats: int, folder: Path) -> None:
    """How far the plan is from the time that moving its data takes at least."""
    source = DATA / HEADLINE
    found = runs([sys.executable, "-m", "benchmarks.floor", str(source), str(folder / "floor")], repeats)
    if found[-1].code:
        lines.say(f"the floor was not measured:\n{found[-1].complaint.strip()}")
        return
    seconds = statistics.median(run.seconds for run in found)
    figures.record(wechelderzande_floor_s=seconds)
    if f"{HEADLINE}_s" in figures.values:
        figures.record(wechelderzande_floor_ratio=figures.values[f"{HEADLINE}_s"] / seconds)


def demand(figures: lines.Figures) -> None:
    """Largest error on the published TABULA variants; error of the mean on metered homes that were not used for fitting."""
    from benchmarks import building_figures

    figures.record(tabula_max_error=building_figures.tabula_max_error())
    figures.record(meters_mean_error=building_figures.meters_mean_error())


def main() -> int:
    """Measure, print, and answer 1 when a place failed."""
    chosen = lines.arguments(__doc__.splitlines()[0])
    figures = lines.Figures(chosen.json)
    repeats = FULL_REPEATS if chosen.full else REPEATS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        failed = places(figures, repeats, folder, network=True)
        failed += places(figures, repeats, folder, network=False)
        floor(figures, repeats, folder)
        steps(folder)
        demand(figures)
    rows = [[name, value, TARGETS.get(name, "")] for name, value in figures.values.items()]
    lines.show("figures", ["figure", "measured", "at most"], rows)
    return 1 if failed else 0


if __name__ == "__main__":
    lines.start(main)
