"""Pattern choice for 1,000 drawn street sections, and the library of cross-sections first and from the cache: seconds and proven gaps.

    .venv/bin/python -m benchmarks.street_space

The streets are drawn with a seed on an irregular grid: widths 8 to 18 m, 45 to 130 m long, every fourth row a collector. Targets: 90 % of the bays offered
somewhere, 12 % canopy, 20 mm of storage, shared cars and bays in a neighbourhood car park allowed.
"""

from __future__ import annotations

import math
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from koppelkans.parameters import read_parameters
from koppelkans.solve import Limits
from koppelkans.street.space.choice import COST, chosen
from koppelkans.street.space.library import pattern_library
from koppelkans.street.space.offer import demands, offer
from koppelkans.street.space.plan import street_space
from koppelkans.street.space.rules import space_rules
from koppelkans.street.space.streets import SpaceTargets, planned_streets
from koppelkans.street.space.surface import YIELDS

DAY = date(2026, 1, 1)
TARGETS = SpaceTargets(parking_share=0.9, canopy_share=0.12, storage_mm=20.0, hub_bays=10_000, shared_cars=100)
LIMITS = Limits(gap_share=1e-3)


def drawn_sections(count: int, *, seed: int = 1) -> pd.DataFrame:
    """Sections of an irregular grid, with the columns of SECTIONS that street space uses."""
    rng = np.random.default_rng(seed)
    side = math.ceil(math.sqrt(count / 2)) + 1
    cells = [(x, y) for y in range(side) for x in range(side)]
    pairs = [((x, y), (x + 1, y)) for x, y in cells if x + 1 < side] + [
        ((x, y), (x, y + 1)) for x, y in cells if y + 1 < side
    ]
    kept = sorted(rng.permutation(len(pairs))[:count].tolist())
    ends = [pairs[place] for place in kept]
    collector = np.array([start[1] == end[1] and start[1] % 4 == 0 for start, end in ends])
    return pd.DataFrame(
        {
            "street": [f"Straat {start[1]}" for start, _ in ends],
            "road_class": np.where(collector, "tertiary", "residential"),
            "from_node": [f"{x}-{y}" for (x, y), _ in ends],
            "to_node": [f"{x}-{y}" for _, (x, y) in ends],
            "length_m": rng.uniform(45, 130, count),
            "width_m": np.where(collector, rng.uniform(13, 18, count), rng.uniform(8, 18, count)),
        },
        index=pd.Index([f"s{number:04d}" for number in range(count)], name="section", dtype="str"),
    )


def library_figures() -> dict[str, float]:
    """Seconds to enumerate the library of every class once, of the classes of 8 to 18 m, and to read these again from the cache."""
    rules = space_rules(read_parameters(), DAY)
    step = rules.at("class_m")
    every = [
        (float(width), main)
        for width in np.arange(rules.at("class_from_m"), rules.at("class_to_m") + step / 2, step)
        for main in (False, True)
    ]
    usual = [one for one in every if 8 <= one[0] <= 18]
    pattern_library([(12.0, False)], rules, Path(tempfile.mkdtemp()))  # machine code is made once per installation
    figures = {}
    for name, classes in (("library_first_s", usual), ("library_all_s", every)):
        folder = Path(tempfile.mkdtemp())
        begin = time.perf_counter()
        library = pattern_library(classes, rules, folder)
        figures[name] = time.perf_counter() - begin
        figures[name.replace("_s", "_rows")] = float(len(library.surfaces))
        begin = time.perf_counter()
        pattern_library(classes, rules, folder)
        figures[name.replace("first", "cached").replace("all_s", "all_cached_s")] = time.perf_counter() - begin
    return figures


def choice_figures(count: int = 1_000) -> dict[str, float]:
    """Seconds and proven gap of the choice for ``count`` sections, library from the cache; and of the whole answer with the curve of parking against green."""
    rules, sections = space_rules(read_parameters(), DAY), drawn_sections(count)
    streets = planned_streets(sections, TARGETS, heat_dn_mm=None, gas=None, rules=rules)
    library = pattern_library(sorted(set(streets.class_of)), rules)
    begin = time.perf_counter()
    offered = offer(streets, library, TARGETS, rules)
    today = streets.today(library)
    bays = float((library.surfaces.yields[today, YIELDS.index("bays")] * streets.length_m).sum())
    found = chosen(
        offered,
        demands(streets, offered, bays, TARGETS, rules),
        ("parking", "canopy", "storage", "cycle", "footway", "gas_corridor"),
        COST,
        LIMITS,
    )
    figures = {f"patterns_{count}_s": time.perf_counter() - begin, f"patterns_{count}_gap": found.gap_share}
    begin = time.perf_counter()
    answer = street_space(sections, TARGETS, parameters=read_parameters(), day=DAY, limits=LIMITS)
    figures[f"patterns_{count}_whole_s"] = time.perf_counter() - begin
    figures[f"patterns_{count}_whole_gap"] = answer.gap_share
    return figures


def street_space_figures() -> dict[str, float]:
    """All figures of this benchmark by key."""
    return {**library_figures(), **choice_figures(200), **choice_figures(1_000)}


if __name__ == "__main__":
    for key, value in street_space_figures().items():
        print(f"{key} {value:.6g}")
