"""The question to the kernel: streets, customers, pipes, sources and what lies there already as arrays; and its answer back as pipes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.heat.network.design_graph import StreetGraph
from koppelkans.heat.network.instance import Design, Instance, PipeClass
from koppelkans.heat.network.laid import with_laid
from koppelkans.heat.offers import KWH_PER_MWH, HeatSource, NetworkCase
from koppelkans.heat.pipes import HOURS_PER_YEAR, W_PER_KW, PipeLevels

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LEAST_KW = 1e-3
"""A source whose losses take all that it gives is left so little that no building fits."""


@dataclass(frozen=True, slots=True)
class Question:
    """``instance`` with what its numbers mean.

    ``levels``: the pipes of the regime, first the ``new_levels`` that may be laid, then those that lie there. ``meaning``: by class of pipes the place of
    each of its levels in ``levels``. ``arcs``: per source the edge that stands for it; empty when one source is the root itself.
    """

    graph: StreetGraph
    instance: Instance
    levels: PipeLevels
    new_levels: int
    meaning: tuple[Ints, ...]
    arcs: Ints
    sources: tuple[HeatSource, ...]

    def pipes_of(self, design: Design) -> Design:
        """The design without the edges that stand for sources, its levels as places in ``levels``."""
        kinds = self.instance.kinds[design.edge]
        kept = ~np.isin(design.edge, self.arcs)
        level = design.level.copy()
        for kind, meaning in enumerate(self.meaning):
            of = (kinds == kind) & kept
            level[of] = meaning[design.level[of]]
        return replace(
            design, edge=design.edge[kept], upstream=design.upstream[kept], design_kw=design.design_kw[kept], sum_kw=design.sum_kw[kept],
            level=level[kept], customers=design.customers[kept], cost_eur=design.cost_eur[kept],
        )  # fmt: skip

    def base(self) -> Instance:
        """The streets and customers without the edges that stand for sources, prices by place in ``levels``."""
        instance, edges = self.instance, len(self.graph.edges)
        return replace(
            instance, node_count=len(self.graph.nodes), root=self.graph.root, tail=instance.tail[:edges], head=instance.head[:edges],
            length_m=instance.length_m[:edges], extra_eur=instance.extra_eur[:edges], allowed=instance.allowed[:edges], edge_class=None,
            more_classes=(), level_cap_kw=self.levels.capacity_kw, level_eur_per_m=self.levels.yearly_eur_per_m,
        )  # fmt: skip

    def with_pipes(self, design: Design, pipes: Design) -> Design:
        """The design with other new pipes and their cost, as a check of ``pipes_of`` the design made them."""
        kept = ~np.isin(design.edge, self.arcs)
        level, cost = design.level.copy(), design.cost_eur.copy()
        level[kept], cost[kept] = pipes.level, pipes.cost_eur
        return replace(
            design, level=level, cost_eur=cost, objective_eur=pipes.objective_eur, whole_eur=pipes.whole_eur, gap_share=pipes.gap_share
        )  # fmt: skip

    def loss_kw(self, design: Design) -> Floats:
        """What the pipes behind each source lose [kW], the same at every hour."""
        shown = self.pipes_of(design)
        lost = (
            self.graph.edges["length_m"].to_numpy(float)[shown.edge] * self.levels.loss_w_per_m[shown.level] / W_PER_KW
        )
        if not len(self.arcs):
            return np.array([lost.sum()])
        return np.bincount(self.feeding(shown), weights=lost, minlength=len(self.sources)).astype(np.float64)

    def feeding(self, shown: Design) -> Ints:
        """Per pipe of ``pipes_of`` the number of the source that feeds it."""
        edges, roots = self.graph.edges, {node: place for place, node in enumerate(self.graph.roots)}
        ends = (edges["tail"] + edges["head"]).to_numpy(np.int64)[shown.edge] - shown.upstream
        feeds: dict[int, int] = {}
        if not len(self.arcs):
            return np.zeros(len(shown.edge), dtype=np.int64)
        found = np.empty(len(shown.edge), dtype=np.int64)
        # pipes come from the sources outwards: the node upstream is known, or is itself that of a source
        for pipe, (up, down) in enumerate(zip(shown.upstream.tolist(), ends.tolist(), strict=True)):
            found[pipe] = feeds[down] = feeds.get(up, roots.get(up, 0))
        return found

    def peak_kw(self, design: Design) -> Floats:
        """Coincident peak that the network asks of each source, losses apart [kW]."""
        if not len(self.arcs):
            return np.array([design.root_kw])
        asked = dict(zip(design.edge.tolist(), design.design_kw.tolist(), strict=True))
        return np.array([asked.get(int(arc), 0.0) for arc in self.arcs])

    def with_power(self, power_kw: Floats) -> Instance:
        """The instance with other powers of the sources."""
        if not len(self.arcs):
            return replace(self.instance, source_kw=max(0.0, float(power_kw[0])))
        first = len(self.instance.more_classes) - len(self.sources)
        arcs = (
            replace(table, level_cap_kw=np.array([max(LEAST_KW, float(power))]))
            for table, power in zip(self.instance.more_classes[first:], power_kw, strict=True)
        )
        return replace(self.instance, more_classes=(*self.instance.more_classes[:first], *arcs))


def question(
    instance: Instance, graph: StreetGraph, levels: PipeLevels, case: NetworkCase, *, hours: float
) -> Question:
    """The question with the pipes that lie there and all sources in it.

    instance: with the first source as root and new pipes only. hours: full-load hours at which a kW of a dearer source is priced.
    One source without fixed cost stays the root; otherwise a new node is, with an edge of one metre to each source: its power is
    the only level of its class, the price of its heat above that of the first source the slope, its fixed cost the extra.
    Method: docs/method.md#network-sources.
    """
    new = len(levels.capacity_kw)
    instance, levels, meaning = with_laid(instance, graph, levels, case)
    sources = case.sources
    if len(sources) == 1 and not sources[0].fixed_eur_per_year:
        return Question(graph, instance, levels, new, meaning, np.zeros(0, dtype=np.int64), sources)
    count, edges, kinds = len(sources), len(instance.tail), instance.kinds
    arcs = tuple(
        PipeClass(np.array([source.capacity_kw]), np.zeros(1), max(0.0, (case.heat_of(source) - case.heat_eur_per_kwh) * hours), source=True)
        for source in sources
    )  # fmt: skip
    root, first = instance.node_count, 1 + len(instance.more_classes)
    joint = replace(
        instance, node_count=root + 1, root=root, tail=np.append(instance.tail, np.full(count, root)),
        head=np.append(instance.head, np.array(graph.roots, dtype=np.int64)), length_m=np.append(instance.length_m, np.ones(count)),
        extra_eur=np.append(instance.extra_eur, [source.fixed_eur_per_year for source in sources]),
        allowed=np.append(instance.allowed, np.ones(count, dtype=np.bool_)),
        edge_class=np.append(kinds, np.arange(first, first + count)), more_classes=(*instance.more_classes, *arcs), source_kw=np.inf,
    )  # fmt: skip
    none = tuple(np.zeros(1, dtype=np.int64) for _ in arcs)
    return Question(graph, joint, levels, new, (*meaning, *none), edges + np.arange(count), sources)


def source_rows(asked: Question, design: Design, offers: pd.DataFrame, losses_kw: Floats) -> pd.DataFrame:
    """What each source gives (contract NETWORK_SOURCES): buildings, heat sold and lost [MWh], peak with losses [kW], ``heat_share`` of all heat."""
    shown = asked.pipes_of(design)
    feeding = asked.feeding(shown)
    building = asked.graph.edges["building"].to_numpy(object)[shown.edge]
    served = pd.Series(feeding, index=building)[pd.notna(building)]
    sold = (offers["heat_kwh"].reindex(served.index) / KWH_PER_MWH).groupby(served.to_numpy()).sum()
    every = range(len(asked.sources))
    frame = pd.DataFrame({
        "buildings": served.value_counts().reindex(every, fill_value=0), "heat_mwh": sold.reindex(every, fill_value=0.0),
        "loss_mwh": losses_kw * HOURS_PER_YEAR / KWH_PER_MWH, "peak_kw": asked.peak_kw(design) + losses_kw,
        "capacity_kw": [source.capacity_kw for source in asked.sources], "supply_c": [source.supply_c for source in asked.sources],
        "price_eur_per_mwh": [source.price_eur_per_mwh for source in asked.sources],
        "fixed_eur_per_year": [source.fixed_eur_per_year for source in asked.sources],
    })  # fmt: skip
    given = frame["heat_mwh"] + frame["loss_mwh"]
    frame["heat_share"] = given / given.sum() if given.sum() > 0 else 0.0
    frame.index = pd.Index([source.name for source in asked.sources], name="source", dtype="str")
    return frame.astype({"buildings": "int64"})[tables.NETWORK_SOURCES.column_names]


def mixed(asked: Question, rows: pd.DataFrame) -> HeatSource:
    """The sources of a design as one, named after those that give heat: price (fixed cost included) and emission by the heat that each gives."""
    used = rows["heat_share"] > 0
    if len(asked.sources) == 1 or not used.any():
        return asked.sources[0]
    share = rows["heat_share"].to_numpy(float)
    figures = pd.DataFrame([
        (source.price_eur_per_mwh, source.emission_kg_per_kwh, source.fixed_eur_per_year) for source in asked.sources
    ])  # fmt: skip
    given_mwh = float((rows["heat_mwh"] + rows["loss_mwh"]).sum())
    fixed = float(figures[2][used.to_numpy()].sum()) / given_mwh
    return replace(
        asked.sources[int(share.argmax())], name=" + ".join(rows.index[used]), capacity_kw=float(rows["capacity_kw"][used].sum()),
        supply_c=float(rows["supply_c"][used].min()), price_eur_per_mwh=float(share @ figures[0]) + fixed,
        emission_kg_per_kwh=float(share @ figures[1]), fixed_eur_per_year=0.0,
    )  # fmt: skip


def coincidence(case: NetworkCase) -> tuple[float, float]:
    """The share of their summed peaks that n buildings ask together, as (a, b) in a + b / n."""
    if case.coincidence is not None:
        return case.coincidence
    limit, single = (
        case.parameters.at("heat_network.coincidence_share", case.economics.day, name) for name in ("limit", "single")
    )
    return limit, single
