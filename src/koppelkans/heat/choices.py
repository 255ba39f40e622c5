"""The choice per building: least cost to society among what fits and is allowed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.errors import InfeasibleError
from koppelkans.tables import RemarkRow

Flags = NDArray[np.bool_]
IS_NETWORK: Flags = np.isin(tables.SOLUTIONS, tables.NETWORK_SOLUTIONS)

CONNECTED_REASONS = {"pays": "the heat network as a whole costs society least", "must": "set in the scenario"}
"""Why a connected building has the network, in words, by its reason in the table of connections."""


def heat_choices(
    options: pd.DataFrame, *, fossil_free: bool, must: Mapping[str, str], never: Mapping[str, list[str]],
    connections: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, list[RemarkRow]]:  # fmt: skip
    """Cheapest allowed solution of each building for society, the next one, and what would be cheapest to the owner.

    ``options`` keeps OPTIONS; result keeps CHOICES, buildings in order of appearance. With ``fossil_free`` no solution that
    burns gas is chosen, unless ``must`` names it for a building. ``never`` lists solutions by building. Equal costs: the order
    of ``tables.SOLUTIONS``. ``owner_best`` looks at all solutions that fit. Entries for buildings without options are ignored.

    ``connections`` keeps CONNECTIONS: connected buildings take their network option, for the network was designed as a whole;
    where another solution would cost less than this option with its share of the network, the regret is 0.

    Raises InfeasibleError that lists every building for which nothing is left. Method: docs/method.md#heat-choices.
    """
    society = _wide(options, "society_eur_per_year")
    connected = _connected(society, connections)
    allowed = _allowed(society, fossil_free, must, never)
    _check_left(society, allowed, fossil_free, must, never)
    cost = np.where(allowed, society.to_numpy(float), np.inf)
    # A network option goes first in its connected building whatever it costs there: the others follow by cost.
    first = cost.copy()
    first[connected[:, None] & IS_NETWORK & allowed.to_numpy(bool)] = -np.inf
    order = np.argsort(first, axis=1, kind="stable")
    every = np.arange(len(society))
    best, second = order[:, 0], order[:, 1]
    more = cost[every, second] - cost[every, best]
    below_share = connected & (more < 0)
    more = np.where(below_share, 0.0, more)
    names = np.array(tables.SOLUTIONS, dtype=object)
    owner = _wide(options, "owner_eur_per_year").fillna(np.inf).to_numpy(float).argmin(axis=1)
    chosen = pd.Series(names[best], index=society.index)
    frame = pd.DataFrame(
        {
            "solution": chosen.astype("str"),
            "package": _wide(options, "package").to_numpy(object)[every, best],
            "measures": _wide(options, "measures").to_numpy(object)[every, best],
            "second_best": pd.Series(names[second], index=society.index, dtype="str").where(np.isfinite(more)),
            "regret_eur_per_year": np.where(np.isfinite(more), more, np.nan),
            "owner_best": pd.array(names[owner], dtype="str"),
            "reason": pd.array(_reasons(society, allowed, must, connections), dtype="str"),
        },
        index=society.index,
    )
    frame = frame.astype({"package": "str", "measures": "str"})
    remarks = _choice_remarks(frame, fossil_free) + _share_remarks(connected, below_share)
    return frame[tables.CHOICES.column_names], remarks


def best_individual(
    options: pd.DataFrame, *, fossil_free: bool, must: Mapping[str, str], never: Mapping[str, list[str]]
) -> pd.DataFrame:
    """What each building would have without a network: index ``building``, ``solution`` and ``society_eur_per_year``.

    The cheapest individual solution that the scenario allows. Where nothing is left (a building that must connect, or a
    contradiction, which ``heat_choices`` refuses), the cheapest that fits without fossil fuel, else the cheapest that fits.
    """
    society = _wide(options, "society_eur_per_year")[list(tables.INDIVIDUAL_SOLUTIONS)]
    alone = {building: solution for building, solution in must.items() if solution in society.columns}
    kept = {building: [one for one in listed if one in society.columns] for building, listed in never.items()}
    cost = society.to_numpy(float)
    fossil = np.isin(tables.INDIVIDUAL_SOLUTIONS, tables.FOSSIL_SOLUTIONS)
    best = np.full(len(society), np.inf)
    place = np.zeros(len(society), dtype=np.int64)
    for allowed in (
        _allowed(society, fossil_free, alone, kept).to_numpy(bool), ~np.isnan(cost) & ~fossil, ~np.isnan(cost),
    ):  # fmt: skip
        open_rows = np.isinf(best)
        least = np.where(allowed, cost, np.inf)
        place[open_rows] = least[open_rows].argmin(axis=1) if len(society) else place[open_rows]
        best[open_rows] = least.min(axis=1, initial=np.inf)[open_rows]
    names = np.array(tables.INDIVIDUAL_SOLUTIONS, dtype=object)[place]
    return pd.DataFrame({"solution": pd.array(names, dtype="str"), "society_eur_per_year": best}, index=society.index)


def _connected(society: pd.DataFrame, connections: pd.DataFrame | None) -> Flags:
    if connections is None:
        return np.zeros(len(society), dtype=np.bool_)
    return connections["connected"].reindex(society.index).fillna(False).to_numpy(np.bool_)


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


def _reasons(
    society: pd.DataFrame, allowed: pd.DataFrame, must: Mapping[str, str], connections: pd.DataFrame | None
) -> list[str]:
    alone = (allowed.sum(axis=1) == 1).to_numpy(bool)
    chosen = society.index.isin(list(must))
    words = np.select([chosen, alone], ["set in the scenario", "the only solution that fits"], "least cost to society")
    if connections is None:
        return list(words)
    own = connections["reason"].where(connections["connected"]).map(CONNECTED_REASONS).reindex(society.index)
    return list(np.where(own.notna(), own.fillna(""), words))


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
                "choices.solution", "Alleen oplossingen zonder aardgas zijn gekozen.",
                "Only solutions without natural gas are chosen.", rows_share=1.0, method="heat-choices",
            )
        )  # fmt: skip
    return rows


def _share_remarks(connected: Flags, below_share: Flags) -> list[RemarkRow]:
    """Buildings that pay more for their share of the network than their own solution would cost society."""
    if not below_share.any():
        return []
    few, all_of_them = int(below_share.sum()), int(connected.sum())
    return [tables.remark(
        "choices.regret_eur_per_year", f"Voor {few} van de {all_of_them} aangesloten gebouwen zou een eigen oplossing minder kosten dan warmte met een deel van "
        "de netkost naar verbruik; het net als geheel kost wel het minst. Wie welk deel draagt, is een keuze.", f"For {few} of the {all_of_them} connected "
        "buildings a solution of their own would cost less than heat with a share of the network cost by use; the network as a whole does cost "
        "least. Who bears which part is a choice.", rows_share=few / all_of_them, method="network-options",
    )]  # fmt: skip
