"""How far a response moves with other energy prices and at the ends of the weakest figures of behaviour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from koppelkans.plan.response_case import behaviour_under
from koppelkans.plan.response_ground import coarser
from koppelkans.plan.response_tables import group_shares, place_shares

if TYPE_CHECKING:
    from koppelkans.plan.response import ResponseInputs, ResponseRun

Floats = NDArray[np.float64]

WORLDS = ("low", "calm", "high")
WEAKEST = ("response.scale_eur_per_year",)
"""Figures of behaviour at whose ends the response is run again: the logit scale is the weakest and weighs most."""
COARSE_NODES = 5


@dataclass(frozen=True, slots=True)
class Bands:
    """Least and most over the runs. ``place`` (T, K + 1), ``group`` (C, T, K + 1): expected dwellings. ``figures``: headlines by name.

    ``network``: in how many of ``runs`` the network comes about; a band over runs with and without one holds two regimes, and says so.
    """

    place: tuple[Floats, Floats]
    group: tuple[Floats, Floats]
    figures: dict[str, tuple[float, float]]
    runs: int
    network: int


def bands_of(given: ResponseInputs, run: ResponseRun) -> Bands:
    """The bands of a run: each other price world, and each end of the weakest figures, one at a time.

    The other runs take all streets without a main together and fewer prices: what moves is their difference with a central run made in the same way.
    Method: docs/method.md#response-bands.
    """
    central, *others = _runs(given, run)
    place, group = (_moved(measure, run, central, others) for measure in (place_shares, group_shares))
    figures = {
        name: _span(run.figures[name], central.figures[name], [one.figures[name] for one in others])
        for name in run.figures
    }
    exists = sum(bool(np.isfinite(one.heat_price_eur_per_mwh)) for one in (run, *others))
    return Bands(place, group, figures, 1 + len(others), exists)


def _moved(
    measure: Callable[[ResponseRun], Floats], run: ResponseRun, central: ResponseRun, others: Sequence[ResponseRun]
) -> tuple[Floats, Floats]:
    """Least and most of a measure: that of the run with the moves of the others, never below zero."""
    middle, start = measure(run), measure(central)
    found = np.stack([middle, *(np.maximum(middle + measure(one) - start, 0.0) for one in others)])
    return found.min(axis=0), found.max(axis=0)


def _span(middle: float, start: float, others: Sequence[float]) -> tuple[float, float]:
    """Least and most of a figure: of those that are known. A price that only some runs have is taken as it is there."""
    values = [middle, *(middle + one - start if np.isfinite(middle + start) else one for one in others)]
    known = [max(value, 0.0) for value in values if np.isfinite(value)]
    return (min(known), max(known)) if known else (float("nan"), float("nan"))


def _runs(given: ResponseInputs, run: ResponseRun) -> list[ResponseRun]:
    """The central run made coarsely, and those beside it, two at a time: the kernels leave the interpreter free."""
    from koppelkans.plan.response import run_of

    chosen = given.scenario.response
    fewer = chosen.model_copy(update={"price_nodes": min(COARSE_NODES, chosen.price_nodes)})
    coarse = given.scenario.model_copy(update={"response": fewer})
    quiet = replace(given, scenario=coarse, parameters=given.parameters.silent())
    worlds = [
        replace(quiet, scenario=coarse.model_copy(update={"price_world": world}))
        for world in WORLDS
        if world != coarse.price_world
    ]
    asked = [(other, run.behaviour) for other in (quiet, *worlds)]
    asked += [(quiet, behaviour_under(quiet, ends={key: end})) for key in WEAKEST for end in ("low", "high")]
    ground = coarser(run.case.ground, quiet)
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(lambda one: run_of(one[0], ground, one[1]), asked))
