"""The choice per building: least cost to society among what fits and is allowed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.errors import InfeasibleError
from koppelkans.tables import RemarkRow


def heat_choices(
    options: pd.DataFrame, *, fossil_free: bool, must: Mapping[str, str], never: Mapping[str, list[str]]
) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """Cheapest allowed solution of each building for society, the next one, and what would be cheapest to the owner.

    ``options`` keeps OPTIONS; result keeps CHOICES, buildings in order of appearance. With ``fossil_free`` no solution that
    burns gas is chosen, unless ``must`` names it for a building. ``never`` lists solutions by building. Equal costs: the order
    of ``tables.SOLUTIONS``. ``owner_best`` looks at all solutions that fit. Entries for buildings without options are ignored.

    Raises InfeasibleError that lists every building for which nothing is left. Method: docs/method.md#heat-choices.
    """
    society = _wide(options, "society_eur_per_year")
    allowed = _allowed(society, fossil_free, must, never)
    _check_left(society, allowed, fossil_free, must, never)
    cost = np.where(allowed, society.to_numpy(float), np.inf)
    order = np.argsort(cost, axis=1, kind="stable")
    every = np.arange(len(society))
    best, second = order[:, 0], order[:, 1]
    more = cost[every, second] - cost[every, best]
    names = np.array(tables.SOLUTIONS, dtype=object)
    owner = _wide(options, "owner_eur_per_year").fillna(np.inf).to_numpy(float).argmin(axis=1)
    chosen = pd.Series(names[best], index=society.index)
    frame = pd.DataFrame(
        {
            "solution": chosen.astype("str"),
            "package": _wide(options, "package").to_numpy(object)[every, best],
            "second_best": pd.Series(names[second], index=society.index, dtype="str").where(np.isfinite(more)),
            "regret_eur_per_year": np.where(np.isfinite(more), more, np.nan),
            "owner_best": pd.array(names[owner], dtype="str"),
            "reason": pd.array(_reasons(society, allowed, must), dtype="str"),
        },
        index=society.index,
    )
    frame = frame.astype({"package": "str"})
    return frame[tables.CHOICES.column_names], _choice_remarks(frame, fossil_free)


def _wide(options: pd.DataFrame, measure: str) -> pd.DataFrame:
    """A measure as buildings x solutions, empty where a solution does not fit."""
    order = pd.Index(options["building"].unique(), name="building", dtype="str")
    wide = options.pivot(index="building", columns="solution", values=measure)
    return wide.reindex(index=order, columns=list(tables.SOLUTIONS))


def _allowed(
    society: pd.DataFrame, fossil_free: bool, must: Mapping[str, str], never: Mapping[str, list[str]]
) -> pd.DataFrame:
    allowed = society.notna()
    if fossil_free:
        allowed[list(tables.FOSSIL_SOLUTIONS)] = False
    for building in must.keys() & set(society.index):
        allowed.loc[building] = society.loc[building].notna() & (society.columns == must[building])
    for building in never.keys() & set(society.index):
        allowed.loc[building, list(never[building])] = False
    return allowed


def _check_left(
    society: pd.DataFrame,
    allowed: pd.DataFrame,
    fossil_free: bool,
    must: Mapping[str, str],
    never: Mapping[str, list[str]],
) -> None:
    stuck = society.index[~allowed.any(axis=1)]
    if stuck.empty:
        return
    faults = []
    for building in stuck:
        rules = [f"must be {must[building]}"] if building in must else ["fossil-free"] if fossil_free else []
        rules += [f"never {', '.join(never[building])}"] if building in never else []
        fitting = ", ".join(society.columns[society.loc[building].notna()])
        faults.append(f"building {building}: {' and '.join(rules)}; what fits there: {fitting}")
    raise InfeasibleError(
        f"no solution is left for {len(stuck)} buildings ({tables.first_keys(stuck)}); change must or never in the scenario",
        faults,
    )


def _reasons(society: pd.DataFrame, allowed: pd.DataFrame, must: Mapping[str, str]) -> list[str]:
    alone = (allowed.sum(axis=1) == 1).to_numpy(bool)
    chosen = society.index.isin(list(must))
    return list(
        np.select([chosen, alone], ["set in the scenario", "the only solution that fits"], "least cost to society")
    )


def _choice_remarks(frame: pd.DataFrame, fossil_free: bool) -> list[RemarkRow]:
    if frame.empty:
        return []
    apart = float((frame["owner_best"] != frame["solution"]).mean())
    rows = [
        tables.remark(
            "choices.owner_best",
            f"Voor {apart:.0%} van de gebouwen is wat de eigenaar het minst kost iets anders dan wat de samenleving het minst kost.",
            f"For {apart:.0%} of the buildings the solution cheapest to the owner is not the one cheapest to society.",
            level="info", rows_share=apart, method="heat-choices",
        )
    ]  # fmt: skip
    if fossil_free:
        rows.append(
            tables.remark(
                "choices.solution",
                "Alleen oplossingen zonder aardgas zijn gekozen; een warmtenet is nog niet vergeleken.",
                "Only solutions without natural gas are chosen; a heat network is not compared yet.",
                rows_share=1.0, method="heat-choices",
            )
        )  # fmt: skip
    return rows
