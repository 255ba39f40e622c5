"""The connection threshold: the share of dwellings on a street at which the revenue of a heat network covers its cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.errors import DataError
from koppelkans.money.project_returns import annuity_share
from koppelkans.money.project_terms import KWH_PER_MWH, Terms, moved_terms
from koppelkans.parameters import Parameters
from koppelkans.tables import RemarkRow, first_keys

Floats = NDArray[np.float64]

FAVOURABLE_TERMS = {
    "tariff_eur_per_kwh": "high",
    "fixed_eur_per_year": "high",
    "service_eur_per_year": "high",
    "connection_fee_eur": "high",
    "administration_eur_per_year": "low",
}
"""End of each figure of the terms at which a street pays sooner. Rates and the three clocks are choices, not in the band."""

OTHER_END = {"low": "high", "high": "low"}


@dataclass(frozen=True, slots=True)
class Worth:
    """What one euro of trench costs a year, and what a dwelling and a MWh bring.

    ``trench_share``: annuity and upkeep per euro of trench [1/year]. ``margin_eur_per_mwh``: revenue minus cost of a MWh to a
    dwelling, ``large_margin_eur_per_mwh`` to a large customer. ``fixed_eur_per_year``: fixed revenue of a dwelling.
    ``connection_eur_per_year``: yearly cost of its connection, its own contribution taken off.
    """

    trench_share: float
    margin_eur_per_mwh: float
    large_margin_eur_per_mwh: float
    fixed_eur_per_year: float
    connection_eur_per_year: float


def connection_threshold(
    trench_eur: Floats, large_mwh: Floats, dwellings: Floats, dwelling_mwh: Floats, worth: Worth
) -> Floats:
    """Share of the dwellings at which revenue covers cost; above 1: not even when all connect; NaN: never, at any share.

    Per metre of street or in total, all alike; ``dwelling_mwh`` is the heat of all dwellings together.

        s* = [I (CRF(r, n) + o) - Q m] / [d (q m + F - (c - b) CRF(r, n))]

    the solution of  s d (q m + F) + Q m = I (CRF + o) + s d (c - b) CRF  per year: I trench, o upkeep share, Q heat of large
    customers that are certain, m margin, d dwellings of q MWh, F fixed revenue, c connection cost, b contribution.
    0 where the large customers alone carry the trench. Steady state: everybody from the first year, no loan, no tax.
    Method: docs/method.md#threshold.
    """
    to_cover = trench_eur * worth.trench_share - large_mwh * worth.large_margin_eur_per_mwh
    brought = dwelling_mwh * worth.margin_eur_per_mwh + dwellings * (
        worth.fixed_eur_per_year - worth.connection_eur_per_year
    )
    share = np.divide(to_cover, brought, out=np.full(len(to_cover), np.nan), where=brought > 0)
    threshold: Floats = np.where(to_cover <= 0, 0.0, share)
    return threshold


def section_worth(
    terms: Terms, heat_cost_eur_per_mwh: float, *, parameters: Parameters, day: date, end: str = ""
) -> Worth:
    """What trench, dwelling and MWh are worth under the terms; ``end`` ``favourable`` or ``unfavourable``: figures at that end.

    heat_cost_eur_per_mwh: bought, lost and pumped per MWh delivered (``Supply.eur_per_mwh``). Margin: mean price per kWh of the
    households, social reimbursement included, minus that cost. Fixed: fee and service, minus administration and upkeep of
    delivery set and service pipe. The trench is written off over the depreciation term, the set over its life if that is
    shorter; the contribution goes to the service pipe.
    """
    side = {"": "", "favourable": "low", "unfavourable": "high"}[end]
    if side:
        sides = (
            FAVOURABLE_TERMS if side == "low" else {name: OTHER_END[good] for name, good in FAVOURABLE_TERMS.items()}
        )
        terms = moved_terms(terms, sides, parameters=parameters, day=day)

    def cost(key: str, scope: str = "all") -> float:
        return _at_side(parameters, key, day, scope, side)

    rate, term = terms.project_rate_share, terms.depreciation_years
    set_years = min(term, parameters.at("project.life_years", day, "delivery_sets"))
    set_eur, pipe_eur = cost("project.delivery_set_eur"), cost("project.service_pipe_eur")
    per_mwh, fixed = terms.of_homes()
    connection = (pipe_eur - terms.connection_fee_eur) * annuity_share(term, rate) + set_eur * annuity_share(
        set_years, rate
    )
    upkeep = set_eur * cost("project.upkeep_share", "delivery_sets") + pipe_eur * cost(
        "project.upkeep_share", "service_pipes"
    )
    return Worth(
        trench_share=annuity_share(term, rate) + cost("project.upkeep_share", "main_pipes"),
        margin_eur_per_mwh=per_mwh - heat_cost_eur_per_mwh,
        large_margin_eur_per_mwh=terms.tariff_eur_per_kwh * KWH_PER_MWH - heat_cost_eur_per_mwh,
        fixed_eur_per_year=fixed - upkeep,
        connection_eur_per_year=connection,
    )


def _at_side(parameters: Parameters, key: str, day: date, scope: str, side: str) -> float:
    found = parameters.value(key, day, scope)
    ends: dict[str, Any] = {"": found.value, "low": found.low, "high": found.high}
    return float(found.value if ends[side] is None else ends[side])


def thresholds(
    sections: pd.DataFrame, *, terms: Terms, heat_cost_eur_per_mwh: float, parameters: Parameters, day: date
) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """Connection threshold of each street section (contract THRESHOLDS), with its band and that of the branch behind it.

    sections: index section; ``street``, ``trench_eur_per_m``, ``length_m``, ``dwellings``, ``dwelling_heat_mwh``, ``large_heat_mwh``,
    ``parent`` (section upstream in the design; empty for the first one and for sections outside the design). The band moves all
    figures to their favourable or unfavourable ends together, the trench by the accuracy of a preliminary estimate; what the
    municipality chose stays. The branch holds the section and all sections behind it.

    Raises DataError that lists sections without length, unknown or circular parents, and negative or missing quantities.
    Method: docs/method.md#threshold.
    """
    _refuse(sections)
    worth = section_worth(terms, heat_cost_eur_per_mwh, parameters=parameters, day=day)
    better = section_worth(terms, heat_cost_eur_per_mwh, parameters=parameters, day=day, end="favourable")
    worse = section_worth(terms, heat_cost_eur_per_mwh, parameters=parameters, day=day, end="unfavourable")
    accuracy = parameters.at("project.investment_accuracy_share", day)
    length = sections["length_m"].to_numpy(float)
    trench = sections["trench_eur_per_m"].to_numpy(float) * length
    large, dwellings, heat = (
        sections[name].to_numpy(float) for name in ("large_heat_mwh", "dwellings", "dwelling_heat_mwh")
    )
    behind = _with_those_behind(np.column_stack([trench, large, dwellings, heat]), _parent_rows(sections))
    share = connection_threshold(trench, large, dwellings, heat, worth)
    frame = pd.DataFrame(
        {
            "street": sections["street"].astype("str"),
            "trench_eur_per_m": sections["trench_eur_per_m"].astype(float),
            "dwellings": sections["dwellings"].astype("int64"),
            "heat_mwh_per_m": (heat + large) / length,
            "large_mwh_per_m": large / length,
            "share": share,
            "low_share": connection_threshold(trench * (1 - accuracy), large, dwellings, heat, better),
            "high_share": connection_threshold(trench * (1 + accuracy), large, dwellings, heat, worse),
            "branch_share": connection_threshold(behind[:, 0], behind[:, 1], behind[:, 2], behind[:, 3], worth),
        },
        index=sections.index.rename("section"),
    )
    return tables.check(tables.THRESHOLDS, frame), _remarks(share, terms, accuracy)


def threshold_at(trench_eur_per_m: pd.Series, levels: pd.DataFrame, length_m: pd.Series, worth: Worth) -> pd.Series:
    """Connection threshold of sections at another price of their trench, by section as given; as ``share`` of THRESHOLDS otherwise.

    levels: THRESHOLDS, which says who lives there and what heat they ask; length_m: by section. Sections outside it are empty. Method: docs/method.md#threshold.
    """
    known = levels.reindex(trench_eur_per_m.index)
    length = length_m.reindex(known.index).to_numpy(float)
    large = known["large_mwh_per_m"].to_numpy(float) * length
    heat = known["heat_mwh_per_m"].to_numpy(float) * length - large
    dwellings = known["dwellings"].to_numpy(float)
    trench = trench_eur_per_m.to_numpy(float) * length
    share = connection_threshold(trench, large, dwellings, np.maximum(heat, 0.0), worth)
    share = np.where(known["heat_mwh_per_m"].isna(), np.nan, share)
    return pd.Series(share, index=trench_eur_per_m.index, name="share")


def _refuse(sections: pd.DataFrame) -> None:
    faults = []
    repeated = sections.index[sections.index.duplicated()].unique()
    if len(repeated):
        faults.append(f"{len(repeated)} sections occur more than once ({first_keys(repeated)})")
    short = sections.index[~(sections["length_m"] > 0)]
    if len(short):
        faults.append(
            f"column length_m: {len(short)} sections without length ({first_keys(short)}), expected above 0 m"
        )
    for name in ("trench_eur_per_m", "dwellings", "dwelling_heat_mwh", "large_heat_mwh"):
        wrong = sections.index[~(sections[name] >= 0)]
        if len(wrong):
            faults.append(f"column {name}: negative or missing for {len(wrong)} sections ({first_keys(wrong)})")
    named = sections["parent"].dropna()
    unknown = named.index[~named.isin(sections.index)]
    if len(unknown):
        faults.append(
            f"column parent: {len(unknown)} sections hang on a section that is not there ({first_keys(unknown)})"
        )
    if faults:
        raise DataError("the sections cannot be weighed", faults)


def _parent_rows(sections: pd.DataFrame) -> NDArray[np.int64]:
    """Row of the section upstream; -1 for none."""
    rows: NDArray[np.int64] = sections.index.get_indexer(pd.Index(sections["parent"])).astype(np.int64)
    return rows


def _with_those_behind(amounts: Floats, parent: NDArray[np.int64]) -> Floats:
    """Amounts of each section and all those behind it; rows sections, columns quantities.

    From the far ends to the source, one step of depth at a time. Raises DataError for parents that go round in a circle.
    """
    depth = np.zeros(len(parent), dtype=np.int64)
    above = parent.copy()
    while (above >= 0).any():
        depth += above >= 0
        above = np.where(above >= 0, parent[above], -1)
        if depth.max(initial=0) > len(parent):
            raise DataError("the sections of the design go round in a circle; expected a tree from the source")
    gathered = amounts.copy()
    for level in range(int(depth.max(initial=0)), 0, -1):
        rows = np.flatnonzero(depth == level)
        np.add.at(gathered, parent[rows], gathered[rows])
    return gathered


def _remarks(share: Floats, terms: Terms, accuracy_share: float) -> list[RemarkRow]:
    never = int(np.isnan(share).sum()) + int((share > 1).sum())
    chosen = sorted(terms.chosen & set(FAVOURABLE_TERMS))
    kept, kept_en = (
        (f"; gekozen en dus vast: {', '.join(chosen)}", f"; chosen and so kept: {', '.join(chosen)}")
        if chosen
        else ("", "")
    )
    return [
        tables.remark(
            "thresholds", f"Aansluitdrempel in evenwicht: iedereen vanaf het eerste jaar, zonder lening of belasting, afschrijving {terms.depreciation_years} "
            f"jaar; het warmteverlies telt per geleverde MWh. De band zet tarieven, vergoedingen, kosten en onderhoud samen op hun gunstige of "
            f"ongunstige eind en de sleuf op plus of min {accuracy_share:.0%}{kept}.", "Connection threshold in steady state: everybody from the first "
            f"year, no loan, no tax, depreciation {terms.depreciation_years} years; heat losses count per MWh delivered. The band puts tariffs, fees, "
            f"costs and upkeep together at their favourable or unfavourable ends, and the trench at plus or minus {accuracy_share:.0%}{kept_en}.",
            method="threshold",
        ),
        tables.remark(
            "thresholds", f"In {never} van de {len(share)} straatsecties dekt zelfs volledige aansluiting de kost van de sectie niet.",
            f"In {never} of {len(share)} street sections not even full connection covers the cost of the section.", level="info",
            rows_share=never / len(share) if len(share) else None, method="threshold",
        ),
        tables.remark(
            "thresholds", "Grote afnemers tellen als zeker; hun eigen aansluiting betalen zij met hun vaste vergoeding.",
            "Large customers count as certain; they pay for their own connection with their fixed fee.", method="threshold",
        ),
    ]  # fmt: skip
