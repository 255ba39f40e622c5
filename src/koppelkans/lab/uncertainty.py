"""How far the figures of the laboratory may be off: over price worlds, and over the figures that no authority has published."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from koppelkans.lab.effects import SCENARIO, STATES, tidy
from koppelkans.parameters import Parameters

PRICE_WORLDS = ("low", "calm", "high")
OFFICIAL, ENDS = "official", ("low", "high")
RANK = {"unverified": 0, "secondary": 1}
LEFT_OUT = (
    "market.power_wholesale_eur_per_mwh", "market.gas_wholesale_eur_per_mwh", "population.tenure_share", "population.size_share",
    "population.heating_share", "population.area_share",
)  # fmt: skip
"""What the price worlds move already, and shares that add up to one: none of those can move alone."""
KEY = ["outcome", "group", "state"]

Measured = dict[str, pd.DataFrame]
Headline = tuple[str, str, str]
Move = Callable[[Parameters], Parameters]
Again = Callable[[Move | None, Sequence[str]], tuple[Measured, Parameters]]
"""Everything measured again in some states with a figure moved, and the rules with their account; no move: as it is."""


@dataclass(frozen=True, slots=True)
class Moves:
    """What the chosen figures do: per table a frame of changes, index outcome, group, state, one column per figure and end.

    ``table``: tidy, the move of the headline outcome by each figure, largest first.
    """

    changes: Mapping[str, pd.DataFrame]
    table: pd.DataFrame


def figure_moves(central: Measured, again: Again, *, headline: Headline, count: int) -> Moves:
    """The ``count`` figures of lowest standing with the largest influence, and how each moves everything that is measured.

    Candidates: figures read, with a range, not official, that can move alone. Unverified ones come before secondary ones, and within
    a standing the one that moves the headline outcome of the scenario most. Method: docs/method.md#lab-bands.
    """
    if headline[0] not in central or count == 0:
        return Moves({}, tidy([], SCENARIO))
    _, read = again(None, (SCENARIO,))
    uses = {
        (use.key, use.answered): use.value.standing for use in (read.used or {}).values()
        if use.value.low is not None and use.value.standing != OFFICIAL and use.key not in LEFT_OUT
    }  # fmt: skip
    level = _headline(central, headline)
    ends = {one: [_headline(again(_mover(one, end), (SCENARIO,))[0], headline) for end in ENDS] for one in sorted(uses)}
    influence = {one: max(abs(value - level) for value in found) for one, found in ends.items()}
    moving = [one for one in ends if influence[one] > 0]
    chosen = sorted(moving, key=lambda one: (RANK.get(uses[one], 0), -influence[one], one))[:count]
    found = {one: {end: again(_mover(one, end), STATES)[0] for end in ENDS} for one in chosen}
    changes = {name: _changes(name, frame, found) for name, frame in central.items()}
    rows = tidy([(f"figure_{uses[one]}", f"{one[0]}@{one[1]}", level, "EUR/year") for one in chosen], SCENARIO)
    return Moves(changes, rows.assign(low=[min(ends[one]) for one in chosen], high=[max(ends[one]) for one in chosen]))


def _mover(figure: tuple[str, str], end: str) -> Move:
    key, scope = figure
    return lambda rules: rules.silent().moved(key, scope, end=end)


def _headline(measured: Measured, headline: Headline) -> float:
    table, outcome, group = headline
    frame = measured[table]
    row = frame[(frame["outcome"] == outcome) & (frame["group"] == group) & (frame["state"] == SCENARIO)]
    return float(row["value"].iloc[0]) if len(row) else 0.0


def _changes(name: str, frame: pd.DataFrame, found: Mapping[tuple[str, str], dict[str, Measured]]) -> pd.DataFrame:
    base = frame.set_index(KEY)["value"]
    columns = {
        (*figure, end): measured[name].set_index(KEY)["value"].reindex(base.index) - base
        for figure, ends in found.items() for end, measured in ends.items()
    }  # fmt: skip
    return pd.DataFrame(columns, index=base.index) if columns else pd.DataFrame(index=base.index)


def banded(frame: pd.DataFrame, name: str, worlds: Mapping[str, Measured], moves: Moves) -> pd.DataFrame:
    """A table with low and high: distance to the lowest (highest) price world and the move of every figure, as independent.

    low = value - sqrt((value - lowest world)^2 + sum of squared downward moves), and alike upward; a share stays between 0 and 1.
    """
    value = frame.set_index(KEY)["value"]
    over = pd.concat(
        [measured[name].set_index(KEY)["value"].reindex(value.index) for measured in worlds.values()], axis=1
    )
    change = moves.changes.get(name, pd.DataFrame(index=value.index)).to_numpy(float)
    down = np.sqrt((value - over.min(axis=1)).clip(lower=0) ** 2 + (np.clip(change, None, 0) ** 2).sum(axis=1))
    up = np.sqrt((over.max(axis=1) - value).clip(lower=0) ** 2 + (np.clip(change, 0, None) ** 2).sum(axis=1))
    low, high = (value - down).to_numpy(float), (value + up).to_numpy(float)
    share = (frame["unit"] == "share").to_numpy(bool)
    return frame.assign(low=np.where(share, low.clip(min=0), low), high=np.where(share, high.clip(max=1), high))


def world_values(worlds: Mapping[str, Measured], headline: Headline) -> pd.DataFrame:
    """The headline outcome of the scenario in every price world, and the same of everybody, tidy."""
    everybody = (headline[0], headline[1], "everybody")
    rows = [
        (f"price_world_{name}", who[2], _headline(measured, who), "EUR/year")
        for who in (headline, everybody) for name, measured in worlds.items()
    ]  # fmt: skip
    return tidy(rows, SCENARIO)
