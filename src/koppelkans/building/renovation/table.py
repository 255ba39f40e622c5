"""The renovation ladder of every heated building as a table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.building.homes import renovated_share, season_degree_days
from koppelkans.building.renovation.checks import check_measures
from koppelkans.building.renovation.ladder import ladder
from koppelkans.building.renovation.measures import COMBINATIONS, PARTS, WORDS, Ints, combination_of
from koppelkans.building.renovation.packages import Packages, all_packages
from koppelkans.building.renovation.remarks import renovation_remarks
from koppelkans.building.renovation.shell import Shell, shell_of
from koppelkans.building.renovation.works import Figures, Words, Works, all_works
from koppelkans.building.seasonal import Floats
from koppelkans.errors import DataError
from koppelkans.parameters import Parameters
from koppelkans.tables import RemarkRow

BLOCK = 4_096
"""Buildings worked out at once: bounds the memory that all their combinations take."""
SMALL_KWH = 1e-9


def renovations(
    buildings: pd.DataFrame, demand: pd.DataFrame, *, parameters: Parameters, day: date, on_building_line: pd.Series | None = None,
    chosen: Mapping[str, str] | None = None,
) -> tuple[pd.DataFrame, list[RemarkRow]]:  # fmt: skip
    """The renovation ladder of each heated building (contract RENOVATIONS, key "building|rung"), and what was assumed.

    buildings, demand: contracts BUILDINGS and DEMAND; of demand ``space_heat_kwh`` is used, in the peak. ``on_building_line`` is
    true where the front stands at the building line, index building; without it terraced houses are taken to. ``chosen`` gives measures
    joined by + for a building: its ladder then is as it is and that package.

    Of all combinations of measures that the rules allow, at most eight ever dearer and deeper ones remain beside as it is.
    ``need_kwh`` is theoretical (TABULA). ``space_share`` = (need / need now)^(1 + b) with b the prebound exponent: people warm a
    better house more. ``peak_share`` = (H' / H) (r' / r)^g: the peak rule of the demand, with r expected over theoretical space
    heat, at most 1. Depth by the share of the theoretical need that is saved.

    Raises DataError for buildings without demand or, where it is given, building line, and for chosen measures that a rule forbids. Method: docs/method.md#renovation-ladder.
    """
    known = pd.DataFrame(buildings.drop(columns="geometry", errors="ignore"))
    heated = known[known["heated"].to_numpy(bool)]
    missing = heated.index.difference(demand.index)
    if len(missing):
        raise DataError(
            f"table demand has no row for {len(missing)} heated buildings ({tables.first_keys(missing)}); expected one for each"
        )
    by_hand = dict(chosen or {})
    if by_hand:
        check_measures(known, by_hand, parameters=parameters, day=day, on_building_line=on_building_line)
    if heated.empty:
        return tables.RENOVATIONS.empty(), []
    parts = [heated.iloc[begin : begin + BLOCK] for begin in range(0, len(heated), BLOCK)]
    shells = [shell_of(part, parameters=parameters, day=day, on_building_line=on_building_line) for part in parts]
    blocks = [ladders(shell, demand, parameters=parameters, day=day, chosen=by_hand) for shell in shells]
    frame = blocks[0] if len(blocks) == 1 else pd.concat(blocks)
    return frame, renovation_remarks(heated, Figures(parameters, day), line_known=on_building_line is not None)


def ladders(
    shell: Shell, demand: pd.DataFrame, *, parameters: Parameters, day: date, chosen: Mapping[str, str]
) -> pd.DataFrame:
    """The ladders of buildings whose shell is known (contract RENOVATIONS); for runs in which the shell stays as it is."""
    figures, buildings = Figures(parameters, day), shell.buildings.index
    works = all_works(shell, figures)
    found = all_packages(shell, works, figures)
    rungs = _with_choices(ladder(found.investment_eur, found.need_kwh, found.fits), buildings, chosen)
    space_kwh = demand["space_heat_kwh"].reindex(buildings).to_numpy(float)
    row, rung = np.nonzero(rungs >= 0)
    package = rungs[row, rung]
    columns = _effects(found, row, package, space_kwh, figures) | _investments(works, row, package, figures)
    saved = 1.0 - columns["need_kwh"] / np.maximum(found.need_kwh[row, 0], SMALL_KWH)
    keys = buildings.to_numpy(object)[row]
    words = {
        "building": pd.array(keys, dtype="str"), "rung": rung.astype(np.int64),
        "measures": pd.array(WORDS[package], dtype="str"), "depth": pd.array(depth_words(saved, rung, figures), dtype="str"),
    }  # fmt: skip
    index = pd.Index(keys + np.char.add("|", rung.astype(str)).astype(object), name="renovation", dtype="str")
    return pd.DataFrame(words | columns, index=index)[tables.RENOVATIONS.column_names]


def _with_choices(rungs: Ints, buildings: pd.Index, by_hand: Mapping[str, str]) -> Ints:
    """The ladders, those of buildings with chosen measures cut down to as it is and that package."""
    row = buildings.get_indexer(pd.Index(list(by_hand), dtype="str"))
    package = np.array([combination_of(words) for words in by_hand.values()], dtype=np.int64)
    here = row >= 0
    if not here.any():
        return rungs
    wide = np.full((len(rungs), max(rungs.shape[1], 2)), -1, dtype=np.int64)
    wide[:, : rungs.shape[1]] = rungs
    wide[row[here]] = -1
    wide[row[here], 0] = 0
    wide[row[here], 1] = np.where(package[here] > 0, package[here], -1)
    return wide


def depth_words(saved_share: Floats, rung: Ints, figures: Figures) -> Words:
    """Word of ``tables.DEPTHS`` by the share of the theoretical need that is saved."""
    as_is, light, medium, deep = tables.DEPTHS
    kinds = [rung == 0, saved_share < figures.at("medium_from_share"), saved_share <= figures.at("deep_from_share")]
    return np.select(kinds, [as_is, light, medium], default=deep).astype(object)


def _effects(found: Packages, row: Ints, package: Ints, space_kwh: Floats, figures: Figures) -> dict[str, Floats]:
    """Need, shares that remain and heat loss of the chosen packages, one value a rung."""
    parameters, day = figures.parameters, figures.day
    before, after = found.need_kwh[row, 0], found.need_kwh[row, package]
    space_share = renovated_share(before, after, parameters.at("building.prebound.exponent", day))
    seasons = parameters.at("climate.normal_degree_days", day) / season_degree_days(parameters, day)
    now = np.minimum(space_kwh[row] / np.maximum(before * seasons, SMALL_KWH), 1.0)
    then = np.minimum(space_kwh[row] * space_share / np.maximum(after * seasons, SMALL_KWH), 1.0)
    behaviour = np.divide(then, now, out=np.ones_like(now), where=now > 0) ** parameters.at(
        "building.peak.reduction_exponent", day
    )
    left = found.loss_w_per_k[row, package] / found.loss_w_per_k[row, 0]
    return {
        "need_kwh": after, "space_share": space_share, "peak_share": np.minimum(left * behaviour, 1.0),
        "heat_loss_w_per_k": found.loss_w_per_k[row, package],
    }  # fmt: skip


def _investments(works: dict[str, Works], row: Ints, package: Ints, figures: Figures) -> dict[str, Floats]:
    """Price of each part, their sum, the life that gives the same cost per year of life, and the electricity of fans."""
    level = {part: COMBINATIONS[package, place] for place, part in enumerate(PARTS)}
    cost = {part: works[part].cost_eur[row, level[part]] for part in PARTS}
    total = sum(cost.values(), np.zeros(len(row)))
    yearly = sum((cost[part] / figures.at("life_years", part) for part in PARTS), np.zeros(len(row)))
    life = np.divide(total, yearly, out=np.ones(len(row)), where=yearly > 0)
    fans = works["ventilation"].fan_kwh[row, level["ventilation"]]
    return {
        "investment_eur": total, "life_years": life, **{f"{part}_eur": cost[part] for part in PARTS}, "electricity_kwh": fans,
    }  # fmt: skip
