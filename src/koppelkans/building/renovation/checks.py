"""Refusal of packages that no rule allows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.building.renovation.measures import LEVELS, PARTS, Ints, part_of
from koppelkans.building.renovation.packages import all_packages
from koppelkans.building.renovation.shell import shell_of
from koppelkans.building.renovation.works import RULES, Figures, all_works
from koppelkans.errors import DataError, suggestion
from koppelkans.parameters import Parameters


def check_measures(
    buildings: pd.DataFrame, chosen: Mapping[str, str], *, parameters: Parameters, day: date, on_building_line: pd.Series | None = None
) -> None:  # fmt: skip
    """Refuses packages that a rule forbids: ``chosen`` gives measures joined by + for a building, as in RENOVATIONS.

    buildings: contract BUILDINGS. Raises one DataError with every fault: building, measure and rule; unknown buildings and
    words, two measures on one part. Method: docs/method.md#renovation-rules.
    """
    faults = [
        f"building {name}: not a heated building of the place"
        for name in chosen
        if name not in buildings.index or not buildings.at[name, "heated"]
    ]
    known = {name: _levels(name, words, faults) for name, words in chosen.items() if name in buildings.index}
    asked = {name: levels for name, levels in known.items() if levels is not None and buildings.at[name, "heated"]}
    if asked:
        rows = pd.DataFrame(buildings.loc[list(asked)].drop(columns="geometry", errors="ignore"))
        faults += _broken_rules(rows, np.array(list(asked.values())), Figures(parameters, day), on_building_line)
    if faults:
        raise DataError(
            f"{len(faults)} renovation measures are not possible; take them out of the choices, or correct the building",
            faults,
        )


def _levels(building: str, words: str, faults: list[str]) -> list[int] | None:
    """Level of each part, None (with the reason in ``faults``) where the words cannot be read."""
    measures = [word for word in words.split("+") if word]
    unknown = [word for word in measures if word not in tables.MEASURES]
    if unknown:
        faults += [
            f"building {building}: no measure is called {word}; {suggestion(word, tables.MEASURES)}" for word in unknown
        ]
        return None
    by_part: dict[str, list[str]] = {}
    for word in measures:
        by_part.setdefault(part_of(word), []).append(word)
    twice = {part: found for part, found in by_part.items() if len(found) > 1}
    if twice:
        faults += [
            f"building {building}: {' and '.join(found)} are both about the {part}; choose one"
            for part, found in twice.items()
        ]
        return None
    return [LEVELS[part].index(by_part[part][0]) if part in by_part else 0 for part in PARTS]


def _broken_rules(
    rows: pd.DataFrame, levels: Ints, figures: Figures, on_building_line: pd.Series | None
) -> list[str]:  # fmt: skip
    shell = shell_of(rows, parameters=figures.parameters, day=figures.day, on_building_line=on_building_line)
    works = all_works(shell, figures)
    found = all_packages(shell, works, figures, combinations=levels)
    every, names = np.arange(len(rows)), rows.index.to_numpy(object)
    faults = []
    for place, part in enumerate(PARTS):
        broken = works[part].broken[every, levels[:, place]]
        faults += [
            f"building {names[row]}: {LEVELS[part][levels[row, place]]}: {RULES[broken[row]]}"
            for row in np.flatnonzero(broken != "")
        ]
    for rule, breaks in (("airtight", found.airtight), ("leaky", found.leaky)):
        faults += [
            f"building {names[row]}: {_joined(levels[row])}: {RULES[rule]}"
            for row in np.flatnonzero(breaks[every, every])
        ]
    return faults


def _joined(levels: Ints) -> str:
    named = [LEVELS[part][level] for part, level in zip(PARTS, levels, strict=True)]
    return "+".join(name for name in named if name)
