"""Do designed heat networks keep to their limits: at once, and after pipes that fail have been made wider?

    .venv/bin/python benchmarks/network_physics.py [--json FILE] [--full]

Synthetic districts of 210 and 886 buildings (``--full``: 1,948 too, three seeds) at three values of connecting and three temperatures, and the
shipped places with streets, each with its example scenario and with heat at half its price. stdout: one line per network,
``name pipes kept_at_once kept raised pump_kw pressure_bar lowest_c summer_lowest_c seconds`` (seconds of the check alone, 0 for places).

Keys: ``physics_at_once_share`` and ``physics_after_share`` of all networks, ``physics_networks``; ``physics_dearer_share``, what wider pipes add to
the yearly cost of the network, and ``physics_gradient_at_once_share``, the largest gradient before that over its limit, worst district; ``physics_2000_s``, slowest check of 1,948 buildings with all widening, kernels compiled, best of three.
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import chain, product
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from benchmarks import lines, network_instances, synthetic_district  # noqa: E402
from koppelkans.heat.network import Instance, NetworkLimits, design_network  # noqa: E402
from koppelkans.heat.network.physics_check import checked, level_pipes, physics_limits  # noqa: E402
from koppelkans.heat.pipes import network_regime, pipe_levels, pipe_table  # noqa: E402
from koppelkans.parameters import read_parameters  # noqa: E402
from koppelkans.place import read_place  # noqa: E402
from koppelkans.place.shipped import shipped_places, shipped_scenario  # noqa: E402
from koppelkans.plan import make_plan  # noqa: E402
from koppelkans.scenario import read_scenario  # noqa: E402
from koppelkans.tables import NETWORK_SOLUTIONS  # noqa: E402

FIGURES, DAY = read_parameters(), date(2026, 11, 1)
VALUES_EUR_PER_KW = (75.0, 100.0, 140.0)
HOT_WATER_SHARE = 0.03  # mean power of hot water over the peak of a building: about 2,400 of 16,000 kWh at 9 kW
PRICES = (1.0, 0.5)
TURNS = 3


def district(size: str, seed: int, value: float, regime_name: str) -> tuple[Instance, dict[str, Any]]:
    """A synthetic district with the pipe table of the engine at a regime, and what the check wants to know."""
    regime = network_regime(regime_name, parameters=FIGURES, day=DAY)
    levels = pipe_levels(
        regime, heat_eur_per_kwh=0.03, rate_share=0.03, parameters=FIGURES, day=DAY, table=pipe_table()
    )
    made = synthetic_district.make_district(synthetic_district.SIZES[size], seed)
    instance = replace(
        network_instances.stepped(made, value), level_cap_kw=levels.capacity_kw,
        level_eur_per_m=levels.yearly_eur_per_m + levels.trench_eur_per_m * levels.charge_share,
    )  # fmt: skip
    return instance, {
        "pipes": level_pipes(pipe_table(), levels.diameter_mm, levels.water.roughness_m), "regime": regime,
        "limits": physics_limits(regime_name, parameters=FIGURES, day=DAY), "hot_water_kw": HOT_WATER_SHARE * instance.customer_kw,
    }  # fmt: skip


class Line(NamedTuple):
    name: str
    pipes: int
    kept_at_once: bool
    kept: bool
    raised: int
    pump_kw: float
    pressure_bar: float
    lowest_c: float
    summer_lowest_c: float
    seconds: float
    dearer_share: float = 0.0
    gradient_at_once_share: float = 0.0

    def __str__(self) -> str:
        flags = f"{self.pipes} {int(self.kept_at_once)} {int(self.kept)} {self.raised}"
        numbers = (self.pump_kw, self.pressure_bar, self.lowest_c, self.summer_lowest_c, self.seconds)
        return f"{self.name} {flags} {' '.join(f'{number:.3f}' for number in numbers)}"


def synthetic(sizes: tuple[str, ...], seeds: range) -> Iterator[Line]:
    """Every district with every value of connecting at every temperature."""
    for size, seed, value, regime in product(sizes, seeds, VALUES_EUR_PER_KW, NETWORK_SOLUTIONS):
        instance, about = district(size, seed, value, regime)
        design = design_network(instance, NetworkLimits())
        at_once = checked(instance, design, widen=False, **about)
        seconds = np.inf
        for _ in range(TURNS):
            started = time.perf_counter()
            found = checked(instance, design, **about)
            seconds = min(seconds, time.perf_counter() - started)
        yield Line(
            f"{size}_{seed}_{value:g}_{regime}", len(found.raised), at_once.holds, found.holds, int((found.raised > 0).sum()),
            found.pump_kw, found.pressure_bar, found.lowest_c, found.summer_lowest_c, seconds,
            float(found.design.cost_eur.sum() / at_once.design.cost_eur.sum() - 1.0),
            float(at_once.peak.friction.gradient_pa_per_m.max() / at_once.limits.gradient_pa_per_m),
        )  # fmt: skip


def places() -> Iterator[Line]:
    """Every shipped place with streets, at the price of its example and at half of it, every temperature that connects somebody."""
    for name in shipped_places():
        place, path = read_place(name), shipped_scenario(name)
        if place.sections is None or path is None:
            continue
        scenario = read_scenario(path)
        for part in PRICES:
            sources = [
                one.model_copy(update={"price_eur_per_mwh": part * one.price_eur_per_mwh}) for one in scenario.sources
            ]
            about = {"sources": sources, "weigh_figures": False, "data_draws": 0}
            plan = make_plan(place, scenario.model_copy(update=about))
            variants = plan["network_variants"]
            for key, row in variants[variants["buildings"] > 0].iterrows():
                pipes = len(plan["pipes"]) if row["chosen"] else 0
                yield Line(
                    f"{name}_{part:g}_{key}", pipes, row["limits_kept"] and not row["raised_pipes"], row["limits_kept"],
                    row["raised_pipes"], row["pump_kw"], row["pressure_bar"], row["lowest_supply_c"], row["summer_supply_c"], 0.0,
                )  # fmt: skip


def main() -> int:
    chosen = lines.arguments(__doc__.splitlines()[0])
    figures = lines.Figures(chosen.json)
    sizes, seeds = (("small", "medium", "large"), range(1, 4)) if chosen.full else (("small", "medium"), range(1, 2))
    found: list[Line] = []
    for line in chain(synthetic(sizes, seeds), places()):
        print(line, flush=True)
        found.append(line)
        figures.record(
            physics_networks=len(found), physics_at_once_share=float(np.mean([one.kept_at_once for one in found])),
            physics_after_share=float(np.mean([one.kept for one in found])),
            physics_dearer_share=max(one.dearer_share for one in found),
            physics_gradient_at_once_share=max(one.gradient_at_once_share for one in found),
        )  # fmt: skip
        slow = [one.seconds for one in found if one.name.startswith("large")]
        if slow:
            figures.record(physics_2000_s=max(slow))
    lines.say(", ".join(f"{name} {value:g}" for name, value in figures.values.items()))
    return 0


if __name__ == "__main__":
    lines.start(main)
