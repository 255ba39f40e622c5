"""Design and proven bound of heat networks on known instances.

    .venv/bin/python benchmarks/heat_network.py [--json FILE] [--full] [INSTANCE ...] [--heat-price P] [--forced]
    .venv/bin/python benchmarks/heat_network.py [--json FILE] --goals [--peer PATH]

An INSTANCE is a file of a prize-collecting Steiner tree (``.stp``, rooted or not), a folder in topotherm's matrix form (``a_i.parquet``
and the rest; ``--heat-price`` in EUR/kWh, or ``--forced``: every consumer compulsory and no revenue unless a price is given too), or a
plan folder (``tables/network_variants.parquet``). Without any: the instances of ``tests/data`` and synthetic districts,
afterwards the goals of the chapter (``benchmarks/network_goals.py``), for which ``--goals`` asks alone: tables on stderr, figures in the JSON file. ``--peer``: topotherm runs beside, from a clone that
``benchmarks/peers/topotherm.txt`` tells how to make.

stdout: one line per instance, ``name lower upper gap seconds``, and nothing else. lower and upper in the units of the instance, by its
own convention; gap is (upper - lower) over whole-system cost, 0-1: for Steiner trees the upper value itself, for topotherm pipes and
heat bought, for districts network and value forgone. seconds: the design alone, kernels compiled.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402  (the script may be started by its path)
import pandas as pd  # noqa: E402

from benchmarks import lines, network_goals, network_instances, synthetic_district  # noqa: E402
from benchmarks.lines import Line  # noqa: E402
from koppelkans.heat.network import Design, Instance, NetworkLimits, design_network  # noqa: E402

DATA = ROOT / "tests" / "data"
HEAT_PRICE = 0.13
VALUES_EUR_PER_KW = (75.0, 100.0, 140.0)


def timed(instance: Instance, limits: NetworkLimits) -> tuple[Design, float]:
    started = time.perf_counter()
    design = design_network(instance, limits)
    return design, time.perf_counter() - started


def share(gap: float, whole: float) -> float:
    return max(0.0, gap) / whole if whole > 0 else 0.0


def district_line(name: str, instance: Instance, limits: NetworkLimits) -> Line:
    design, seconds = timed(instance, limits)
    return Line(name, design.bound_eur, design.objective_eur, design.gap_share, seconds)


def topotherm_line(folder: Path, heat_price: float, *, forced: bool, limits: NetworkLimits) -> Line:
    instance = network_instances.topotherm(folder, heat_price, forced=forced)
    design, seconds = timed(instance, limits)
    bought = design.objective_eur + float(instance.customer_value_eur[design.connected].sum())
    name = f"{folder.resolve().name}_{'forced' if forced else format(heat_price, 'g')}"
    gap = share(design.objective_eur - design.bound_eur, bought)
    return Line(name, design.bound_eur, design.objective_eur, gap, seconds)


def steiner_line(path: Path, limits: NetworkLimits) -> Line:
    """A rooted tree as it is; without root the best over all terminals, each tree counted with its first terminal alone."""
    instance, rooted = network_instances.steiner(path)
    prizes = float(instance.customer_value_eur.sum())
    if rooted:
        design, seconds = timed(instance, limits)
        lower, upper = design.bound_eur + prizes, design.objective_eur + prizes
        return Line(path.stem, lower, upper, share(upper - lower, upper), seconds)
    lower = upper = prizes
    seconds, never = 0.0, np.zeros(len(instance.never), dtype=bool)
    for user in np.argsort(-instance.customer_value_eur, kind="stable"):
        design, more = timed(replace(instance, root=int(instance.customer_node[user]), never=never.copy()), limits)
        lower, upper = min(lower, design.bound_eur + prizes), min(upper, design.objective_eur + prizes)
        seconds += more
        never[user] = True
    return Line(path.stem, lower, upper, share(upper - lower, upper), seconds)


def plan_lines(folder: Path) -> Iterator[Line]:
    variants = pd.read_parquet(folder / "tables" / "network_variants.parquet")
    record = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    steps = record.get("steps") or record.get("run", {}).get("steps", [])
    seconds = sum(float(step["seconds"]) for step in steps if "network" in str(step.get("name", step.get("step", ""))))
    names = variants["variant"] if "variant" in variants.columns else variants.index
    for name, (_, row) in zip(names, variants.iterrows(), strict=True):
        yield Line(
            f"{folder.resolve().name}:{name}",
            row["bound_eur_per_year"],
            row["whole_eur_per_year"],
            row["gap_share"],
            seconds,
        )


def given(chosen: argparse.Namespace, limits: NetworkLimits) -> Iterator[Line]:
    """The lines of the instances named on the command line."""
    for path in chosen.instances:
        if path.suffix == ".stp" and path.is_file():
            yield steiner_line(path, limits)
        elif (path / "a_i.parquet").is_file():
            price = chosen.heat_price if chosen.heat_price is not None else 0.0 if chosen.forced else HEAT_PRICE
            yield topotherm_line(path, price, forced=chosen.forced, limits=limits)
        elif (path / "tables" / "network_variants.parquet").is_file():
            yield from plan_lines(path)
        else:
            raise SystemExit(f"{path} is no .stp file, no folder with a_i.parquet and no plan folder with a network")


def shipped(figures: lines.Figures, limits: NetworkLimits, *, full: bool) -> Iterator[Line]:
    """The instances of the repository, and what they say about the goals."""
    optima = pd.read_csv(ROOT / "tests" / "published" / "network_steiner.csv", comment="#").set_index("name")["optimum"]
    below, above, total_s = 0.0, 0.0, 0.0
    for key in sorted(optima.index):
        path = DATA / "pcstp" / f"{key}.stp"
        line = steiner_line(path, limits)
        yield line
        if path.stem.startswith("i1"):
            below = max(below, 1 - line.lower / optima[path.stem])
            above = max(above, line.upper / optima[path.stem] - 1)
            total_s += line.seconds
    figures.record(cologne_bound_below_share=below, cologne_tree_above_share=above, cologne_s=total_s)
    for forced in (False, True):
        line = topotherm_line(DATA / "topotherm_959", HEAT_PRICE, forced=forced, limits=limits)
        name = "topotherm_forced" if forced else "topotherm"
        figures.record(**{f"{name}_gap_share": line.gap, f"{name}_s": line.seconds})
        yield line
    sizes = ("small", "medium", "large", "huge") if full else ("small", "medium", "large")
    for kind, build in (("linear", network_instances.linear), ("stepped", network_instances.stepped)):
        for size in sizes:
            district = synthetic_district.make_district(synthetic_district.SIZES[size], 1)
            rows = [
                district_line(f"{kind}_{int((district.peak_kw > 0).sum())}_{value:g}", build(district, value), limits)
                for value in VALUES_EUR_PER_KW
            ]
            yield from rows
            figures.record(**{f"{kind}_{size}_gap_share": max(row.gap for row in rows)})
            figures.record(**{f"{kind}_{size}_s": max(row.seconds for row in rows)})


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("instances", nargs="*", type=Path, metavar="INSTANCE")
    parser.add_argument("--heat-price", type=float, metavar="P", help="EUR/kWh, for topotherm folders")
    parser.add_argument("--forced", action="store_true", help="topotherm folders: every consumer is compulsory")
    parser.add_argument("--rounds", type=int, default=NetworkLimits().search_rounds, help="rounds of search")
    parser.add_argument("--ascents", type=int, default=NetworkLimits().ascent_rounds, help="dual ascents for the bound")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as a flat object of numbers")
    parser.add_argument("--full", action="store_true", help="also the district of 4,391 buildings")
    parser.add_argument("--goals", action="store_true", help="only the goals of the chapter")
    parser.add_argument("--peer", type=Path, metavar="PATH", help="a clone of topotherm to run beside, 120 s")
    return parser.parse_args()


def main() -> int:
    chosen = arguments()
    limits = NetworkLimits(ascent_rounds=chosen.ascents, search_rounds=chosen.rounds)
    figures = lines.Figures(chosen.json)
    started = time.perf_counter()
    design_network(network_instances.stepped(synthetic_district.make_district(40, 1), 100.0), limits)
    lines.say(f"kernels ready after {time.perf_counter() - started:.1f} s")
    if chosen.goals:
        network_goals.all_goals(figures, peer=chosen.peer)
        return 0
    found = given(chosen, limits) if chosen.instances else shipped(figures, limits, full=chosen.full)
    for line in found:
        print(line, flush=True)
        if chosen.instances:
            figures.record(
                **{f"{line.name}_{field}": value for field, value in line._asdict().items() if field != "name"}
            )
    if not chosen.instances:
        network_goals.all_goals(figures, peer=chosen.peer)
    return 0


if __name__ == "__main__":
    lines.start(main)
