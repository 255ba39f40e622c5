"""The connection threshold of the streets with heat, when heat pays its trench alone and when it shares it: works and money put side by side."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from koppelkans.money.threshold import Worth, threshold_at
from koppelkans.plan.network import NetworkPart
from koppelkans.plan.street_network import street_network

if TYPE_CHECKING:
    from koppelkans.plan.street import StreetPart
    from koppelkans.street.dividend import Dividend


@dataclass(frozen=True, slots=True)
class StreetThreshold:
    """The threshold of a chosen network as the works ask it: ``levels`` (THRESHOLDS), ``pipe_eur`` and ``length_m`` by section, and what trench and customers are worth."""

    levels: pd.DataFrame
    pipe_eur: pd.Series
    length_m: pd.Series
    worth: Worth

    def __call__(self, trench_eur_per_m: pd.Series) -> pd.Series:
        """Share of dwellings at which revenue covers cost, by section."""
        return threshold_at(trench_eur_per_m, self.levels, self.length_m, self.worth)

    def figures(self, found: Dividend) -> dict[str, float]:
        """What the streets need alone and jointly, in one figure each (``threshold_figures``)."""
        from koppelkans.street.works_threshold import threshold_change, threshold_figures

        change = threshold_change(found, self.pipe_eur, self, self.levels["street"])
        return threshold_figures(change, self.levels["dwellings"], self.length_m)


def street_threshold(network: NetworkPart, sections: pd.DataFrame) -> StreetThreshold | None:
    """How the threshold of a network follows from the price of its trenches; None without a network in the streets."""
    made = network.tables
    laid = street_network(made["pipes"], made["network_sections"], made.get("heat_corridors"))
    if laid is None or network.worth is None:
        return None
    return StreetThreshold(network.tables["thresholds"], laid.sections["pipe_eur"], sections["length_m"], network.worth)


def with_thresholds(works: StreetPart, threshold: StreetThreshold | None) -> StreetPart:
    """The works with what sharing openings does to the threshold: a table by section, indicators and a remark; the draws ask it too."""
    if threshold is None or works.chain is None:
        return works
    from koppelkans.street.works_threshold import (
        threshold_change,
        threshold_figures,
        threshold_indicators,
        threshold_remarks,
    )

    found, levels = works.chain.found, threshold.levels
    change = threshold_change(found, threshold.pipe_eur, threshold, levels["street"])
    figures = threshold_figures(change, levels["dwellings"], threshold.length_m)
    rows = [works.tables["works_indicators"], threshold_indicators(figures, found.joint.case)]
    told = [] if works.drawn is not None else threshold_remarks(figures)
    return replace(
        works, tables={**works.tables, "trench_thresholds": change, "works_indicators": pd.concat([one for one in rows if len(one)])},
        remarks=[*works.remarks, *told], drawn=None if works.drawn is None else replace(works.drawn, threshold=threshold),
    )  # fmt: skip
