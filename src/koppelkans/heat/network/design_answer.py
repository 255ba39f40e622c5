"""A design told in tables: its pipes, why each building connects or not, what it costs, and its certificate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.heat.network.certificate import certificate
from koppelkans.heat.network.design_graph import StreetGraph
from koppelkans.heat.network.design_remarks import design_remarks, source_remarks
from koppelkans.heat.network.design_tables import connections_table, pipes_table, variant_row
from koppelkans.heat.network.instance import Design
from koppelkans.heat.network.laid import laid_remarks
from koppelkans.heat.network.package_choice import NOBODY, Repacked, package_remarks
from koppelkans.heat.network.phasing import Branches, network_pieces
from koppelkans.heat.network.question import Question, coincidence, mixed, source_rows
from koppelkans.heat.offers import HeatSource, NetworkCase
from koppelkans.tables import RemarkRow

if TYPE_CHECKING:
    from koppelkans.heat.network.physics_check import Checked

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Answer:
    """A question with its design, what the pipes behind each source lose [kW], and what was chosen inside buildings together with it.

    ``credit_eur``: what another answer must save a year before it takes the place of this one.
    """

    asked: Question
    design: Design
    lost_kw: Floats
    offers: pd.DataFrame
    told: Repacked | None = None
    credit_eur: float = 0.0

    @property
    def regime(self) -> str:
        """Temperature of the network."""
        return self.asked.levels.regime.name


@dataclass(frozen=True, slots=True)
class NetworkResult:
    """One regime worked out. ``variant``: a row of NETWORK_VARIANTS; ``pipes``, ``connections`` keep PIPES and CONNECTIONS.

    ``offers`` as ``network_offers`` gave them; ``heat_eur_per_kwh`` what one kWh at the source costs society. ``certificate``: question,
    answer and proof in whole numbers, for ``koppelkans.verify``. ``sources``: what each source gives (see ``source_rows``); ``source``: all
    of them as one, the price and emission of a mean kWh. ``streets`` keeps NETWORK_SECTIONS; ``pieces``: the network cut for phasing. ``answer``: question and design, to hold on
    to at other prices of trenches.
    """

    regime: str
    variant: dict[str, Any]
    pipes: gpd.GeoDataFrame
    connections: pd.DataFrame
    offers: pd.DataFrame
    remarks: list[RemarkRow]
    certificate: dict[str, Any]
    sources: pd.DataFrame
    source: HeatSource
    streets: pd.DataFrame
    pieces: Branches
    answer: Answer

    @property
    def connected(self) -> pd.Index:
        """Keys of the connected buildings."""
        return self.connections.index[self.connections["connected"]]


def worked_out(
    answer: Answer, check: tuple[Checked, Design, Floats, list[RemarkRow]], sections: gpd.GeoDataFrame, rules: tuple[pd.Index, pd.Index],
    case: NetworkCase,
) -> NetworkResult:  # fmt: skip
    """The tables and figures of a design; ``check``: as ``_worked_through`` gives it; ``rules``: who must and who never may connect."""
    from koppelkans.heat.network.explain_tables import explanation_remarks, explanations
    from koppelkans.heat.network.physics_tables import house_temperatures, physics_remarks, physics_row, with_physics

    asked, graph, offers = answer.asked, answer.asked.graph, answer.offers
    checked, design, lost_kw, stated = check
    shown = checked.design
    laid = shown.level >= asked.new_levels
    pipes = with_physics(pipes_table(graph, shown, asked.levels, offers, sections), checked)
    pipes = pipes.assign(investment_eur=pipes["investment_eur"].where(~laid, 0.0))
    peaks_kw = asked.peak_kw(design) + lost_kw
    given = source_rows(asked, design, offers, lost_kw)
    source = mixed(asked, given)
    offers = _at_emission(offers, source, case)
    room_kw = float((np.array([one.capacity_kw for one in case.sources]) - peaks_kw).max())
    reasons = _reasons(graph, design, offers, must=rules[0], never=rules[1], room_kw=room_kw, case=case)
    explained, streets = explanations(asked, design, offers, sections, source.price_eur_per_mwh, case)
    told = answer.told
    if told is not None:
        explained = explained.join(told.changed)
    connections = connections_table(offers, reasons, house_temperatures(graph, checked, offers.index), explained)
    row = variant_row(
        pipes, offers.loc[graph.customers[design.connected]], asked.levels, source=source.name, peak_kw=float(peaks_kw.sum()),
        network_eur_per_year=float(design.cost_eur.sum()),
    )  # fmt: skip
    row |= _whole_figures(design, float(offers["alternative_eur_per_year"].sum()))
    row |= physics_row(checked, pipes["length_m"].to_numpy(float), asked.levels) | (
        NOBODY if told is None else told.row()
    )
    remarks = [
        *design_remarks(graph, offers, reasons, row), *laid_remarks(graph, laid, shown.edge), *source_remarks(given, case), *stated,
        *([] if told is None else package_remarks(told, row["buildings"])),
        *physics_remarks(checked, pipes, offers, row, case), *explanation_remarks(explained, streets, offers, source.price_eur_per_mwh),
    ]  # fmt: skip
    first, answer = answer, replace(answer, design=design, lost_kw=lost_kw)
    return NetworkResult(
        answer.regime, row, tables.check(tables.PIPES, pipes), tables.check(tables.CONNECTIONS, connections), offers, remarks,
        {"variant": answer.regime, **_certificate(answer, dict(zip(shown.edge.tolist(), pipes.index, strict=True)))}, given, source, streets,
        network_pieces(asked, design, pipes, offers), first,
    )  # fmt: skip


def _at_emission(offers: pd.DataFrame, source: HeatSource, case: NetworkCase) -> pd.DataFrame:
    """The offers with the emission of the sources as mixed, where there are several."""
    if len(case.sources) == 1:
        return offers
    more_kg = offers["heat_kwh"] * (source.emission_kg_per_kwh - case.source.emission_kg_per_kwh)
    return offers.assign(emission_kg=offers["emission_kg"] + more_kg)


def _whole_figures(design: Design, without: float) -> dict[str, Any]:
    """What all heated buildings cost together with this design, at least, and without a network."""
    whole, bound = without + design.objective_eur, without + min(design.bound_eur, design.objective_eur)
    return {
        "whole_eur_per_year": whole, "without_eur_per_year": without, "bound_eur_per_year": bound,
        "gap_share": (whole - bound) / whole if whole > 0 else 0.0, "chosen": False,
    }  # fmt: skip


def _reasons(
    graph: StreetGraph,
    design: Design,
    offers: pd.DataFrame,
    *,
    must: pd.Index,
    never: pd.Index,
    room_kw: float,
    case: NetworkCase,
) -> pd.Series:
    """Why each heated building connects or not; the first that holds. ``room_kw``: what the source has left at its peak."""
    keys = offers.index
    limit, _ = coincidence(case)
    joined = keys.isin(graph.customers[design.connected])
    rules: list[tuple[str, Flags]] = [
        ("must", joined & keys.isin(must)),
        ("pays", joined),
        ("never", keys.isin(never)),
        ("temperature", ~offers["fits"].to_numpy(bool)),
        ("not_reachable", ~keys.isin(graph.customers)),
        ("no_advantage", offers["advantage_eur_per_year"].to_numpy(float) <= 0.0),
        ("capacity", offers["peak_kw"].to_numpy(float) * limit > room_kw),
    ]
    words = np.select([flags for _, flags in rules], [word for word, _ in rules], "does_not_pay")
    return pd.Series(words, index=keys, name="reason", dtype="str")


def _certificate(answer: Answer, names: dict[int, str]) -> dict[str, Any]:
    """The certificate of a design; ``names``: key of the pipe on each used edge, those apart that stand for a source."""
    asked, design, lost_kw = answer.asked, answer.design, answer.lost_kw
    return certificate(
        asked.instance if answer.told is None else answer.told.instance, design, pipes=[names.get(edge, f"feed|{edge}") for edge in design.edge.tolist()],
        customers=list(asked.graph.customers), loss_kw=float(lost_kw.sum()),
        behind_kw={int(arc): float(lost) for arc, lost in zip(asked.arcs, lost_kw, strict=False)},
    )  # fmt: skip
