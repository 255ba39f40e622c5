"""In which period is each branch of the final network built, under a budget, with pipes that are laid once and for good?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from koppelkans.errors import DataError
from koppelkans.heat.network.instance import Design, Flags, Floats, Instance, Ints
from koppelkans.heat.network.question import Question
from koppelkans.heat.offers import KWH_PER_MWH
from koppelkans.solve import INFINITE, Limits, LinearModel, solve

WHOLE = 0.5
TOUCH = 1e-9


@dataclass(frozen=True, slots=True)
class Branches:
    """The final network cut into pieces that are built at once, from the source outwards.

    ``parent``: the piece that feeds each one (-1: the source). ``cost``: what it takes of the budget, pipes sized for the end. ``gain_eur``: what
    a year with it brings above what it costs a year, itself alone. ``kw``, ``heat_mwh``: of the customers on it. ``length_m``: of trench, with services.
    ``section``: its street section, empty for a line to a source.
    """

    names: pd.Index
    parent: Ints
    cost: Floats
    gain_eur: Floats
    kw: Floats
    heat_mwh: Floats
    length_m: Floats
    section: tuple[str, ...]

    def counted_in_metres(self) -> Branches:
        """The same pieces, taking metres of the budget."""
        return replace(self, cost=self.length_m)


@dataclass(frozen=True, slots=True)
class Island:
    """A temporary source at the head of a branch that the network does not reach yet.

    ``eur_per_kw_year``: hiring it, for the kW of the whole branch; ``eur_per_mwh``: what its heat costs above that of the network;
    ``merge_eur``: placing it and joining the branch to the network later, once, as a yearly amount's worth in the first year.
    """

    eur_per_kw_year: float
    eur_per_mwh: float
    merge_eur: float


@dataclass(frozen=True, slots=True)
class Phasing:
    """``built``: (periods, pieces), what lies at the end of each period; ``island``: the same for temporary sources at the head of a piece.

    ``missed_eur``: what waiting costs over all years against the final network from the first day; ``bound_eur``: no plan misses less;
    ``gap_share``: their difference over what the final network brings in all these years.
    """

    built: Flags
    island: Flags
    missed_eur: float
    bound_eur: float
    gap_share: float

    @property
    def period(self) -> Ints:
        """Per piece the number of the period in which it is built; the number of periods when it is not."""
        return np.where(self.built.any(axis=0), self.built.argmax(axis=0), len(self.built)).astype(np.int64)


def branches(
    instance: Instance, design: Design, section: Sequence[str | None], cost: Floats, heat_mwh: Floats
) -> Branches:
    """The pieces of a design: the pipes of one section that follow each other, with the services that leave them.

    section, cost: per pipe of the design its street and what it takes of the budget. heat_mwh: per customer of the instance.
    """
    pipes = len(design.edge)
    ends = (instance.tail + instance.head)[design.edge] - design.upstream
    above = np.full(instance.node_count, -1, dtype=np.int64)
    above[ends] = np.arange(pipes)
    unit, parent, names, places = np.zeros(pipes, dtype=np.int64), list[int](), list[str](), list[str]()
    for pipe, before in enumerate(above[design.upstream].tolist()):
        if before >= 0 and section[before] is not None and section[before] == section[pipe]:
            unit[pipe] = unit[before]
            continue
        unit[pipe] = len(parent)
        parent.append(int(unit[before]) if before >= 0 else -1)
        places.append(section[pipe] or "")
        names.append(f"{places[-1] or 'source'}|{pipe}")
    count = len(parent)
    joined = np.flatnonzero(design.connected)
    joined = joined[above[instance.customer_node[joined]] >= 0]  # customers at the source itself wait for nothing
    of = unit[above[instance.customer_node[joined]]]

    def summed(place: Ints, amount: Floats) -> Floats:
        return np.bincount(place, weights=amount, minlength=count).astype(np.float64)

    return Branches(
        pd.Index(names, name="branch", dtype="str"), np.array(parent, dtype=np.int64), summed(unit, np.asarray(cost, dtype=np.float64)),
        summed(of, instance.customer_value_eur[joined]) - summed(unit, design.cost_eur), summed(of, instance.customer_kw[joined]),
        summed(of, heat_mwh[joined]), summed(unit, instance.length_m[design.edge]), tuple(places),
    )  # fmt: skip


def network_pieces(asked: Question, design: Design, pipes: pd.DataFrame, offers: pd.DataFrame) -> Branches:
    """The pieces of a design as the plan has it; pipes: its table, in the order of the design, edges that stand for sources apart."""
    laid = ~np.isin(design.edge, asked.arcs)
    cost, section = np.zeros(len(design.edge)), np.full(len(design.edge), None, dtype=object)
    cost[laid] = pipes["investment_eur"].to_numpy(float)
    section[laid] = pipes["section"].astype(object).where(pipes["section"].notna(), None).to_numpy(object)
    heat_mwh = offers["heat_kwh"].loc[asked.graph.customers].to_numpy(float) / KWH_PER_MWH
    return branches(asked.instance, design, section.tolist(), cost, heat_mwh)


def behind(parent: Ints, amount: Floats) -> Floats:
    """Per piece the sum over itself and all that it feeds; pieces come from the source outwards."""
    total = np.asarray(amount, dtype=np.float64).copy()
    for piece in range(len(parent) - 1, -1, -1):
        if parent[piece] >= 0:
            total[parent[piece]] += total[piece]
    return total


def phasing(
    tree: Branches, budgets: Floats, years: Floats, *, island: Island | None = None, limits: Limits | None = None
) -> Phasing:
    """What is built in each period so that waiting costs least.

    budgets, years: per period what it may spend (in the unit of ``tree.cost``; what is left goes to the next), and for how many years what lies at its end
    works. With x[b, t] = 1 when piece b lies at the end of period t, y[b, t] = 1 when a temporary source stands at its head:

        min  sum_t years[t] sum_b gain[b] (1 - x[b, t])  +  cost of the temporary sources
        x[b, t - 1] <= x[b, t]                     what is laid stays
        x[b, t] <= x[parent of b, t] + y[b, t]     a live way to a source always
        sum_b cost[b] x[b, t] <= sum of the budgets up to t

    A temporary source is hired for its whole branch, whatever part of it lies. Greedy by gain per euro first, then a mixed-integer programme;
    the better of both, with the bound of the programme. Raises DataError for budgets and years that do not fit together.
    Method: docs/method.md#network-phases.
    """
    if len(budgets) != len(years) or not len(years) or (budgets < 0).any() or (years < 0).any():
        raise DataError(
            f"{len(budgets)} budgets and {len(years)} lengths of periods; expected one of each per period, zero or more"
        )
    if not len(tree.parent):
        none = np.zeros((len(years), 0), dtype=np.bool_)
        return Phasing(none, none, 0.0, 0.0, 0.0)
    quick = greedy(tree, budgets)
    best, bound = (quick, np.zeros_like(quick)), -INFINITE
    outcome = solve(_model(tree, budgets, years, island), limits or Limits(nodes=200, gap_share=1e-3))
    periods, pieces = quick.shape
    found = outcome.values[: 2 * periods * pieces].reshape(2, periods, pieces) > WHOLE
    bound = outcome.bound + float(years.sum() * tree.gain_eur.sum())
    best = min(best, (found[0], found[1]), key=lambda one: missed_eur(tree, one[0], one[1], years, island))
    missed = missed_eur(tree, *best, years, island)
    whole = float(years.sum() * tree.gain_eur.sum())
    bound = min(bound, missed)
    return Phasing(*best, missed, bound, (missed - bound) / max(abs(whole), 1e-9))


def missed_eur(tree: Branches, built: Flags, island: Flags, years: Floats, terms: Island | None) -> float:
    """What a plan costs more, over all years, than the final network from the first day."""
    total = float((years @ (~built).astype(float)) @ tree.gain_eur)
    if terms is None or not island.any():
        return total
    fixed = _island_eur(tree, terms)
    first = island & ~np.vstack([np.zeros(island.shape[1], dtype=bool), island[:-1]])
    return total + float((years @ island.astype(float)) @ fixed) + terms.merge_eur * float(first.sum())


def _island_eur(tree: Branches, terms: Island) -> Floats:
    """A year of a temporary source at the head of each piece, for its whole branch."""
    return terms.eur_per_kw_year * behind(tree.parent, tree.kw) + terms.eur_per_mwh * behind(tree.parent, tree.heat_mwh)


def greedy(tree: Branches, budgets: Floats) -> Flags:
    """Per period the way to a piece with most gain per euro, as long as the budget lasts; each way whole."""
    pieces = len(tree.parent)
    built, lying, left = np.zeros((len(budgets), pieces), dtype=bool), np.zeros(pieces, dtype=bool), 0.0
    for period, budget in enumerate(budgets.tolist()):
        left += budget
        while True:
            # what it takes to reach each piece from what lies, and what all pieces on that way bring
            way_cost, way_gain = np.zeros(pieces), np.zeros(pieces)
            for piece, up in enumerate(tree.parent.tolist()):
                if not lying[piece]:
                    way_cost[piece] = tree.cost[piece] + (way_cost[up] if up >= 0 else 0.0)
                    way_gain[piece] = tree.gain_eur[piece] + (way_gain[up] if up >= 0 else 0.0)
            able = ~lying & (way_cost <= left * (1 + TOUCH)) & (way_gain > 0)
            if not able.any():
                break
            piece = int(np.argmax(np.where(able, way_gain / np.maximum(way_cost, TOUCH), -np.inf)))
            left -= float(way_cost[piece])
            while piece >= 0 and not lying[piece]:
                lying[piece] = True
                piece = int(tree.parent[piece])
        built[period] = lying
    return built


def _model(tree: Branches, budgets: Floats, years: Floats, terms: Island | None) -> LinearModel:
    """The programme of ``phasing``; columns x, y and the first year of each temporary source, each by period and piece."""
    periods, pieces = len(budgets), len(tree.parent)
    size = periods * pieces
    rows: list[tuple[list[int], list[float], float]] = []
    for period in range(periods):
        at = period * pieces
        for piece, up in enumerate(tree.parent.tolist()):
            if up >= 0:
                rows.append(([at + piece, at + up, size + at + piece], [1.0, -1.0, -1.0], 0.0))
            if period:
                rows.append(([at - pieces + piece, at + piece], [1.0, -1.0], 0.0))
            earlier = [size + at - pieces + piece] if period else []
            if terms is not None:
                rows.append(
                    ([size + at + piece, *earlier, 2 * size + at + piece], [1.0, *(-1.0 for _ in earlier), -1.0], 0.0)
                )
        rows.append((list(range(at, at + pieces)), tree.cost.tolist(), float(budgets[: period + 1].sum())))
    fixed = _island_eur(tree, terms) if terms is not None else np.zeros(pieces)
    merge = np.full(size, terms.merge_eur if terms is not None else 0.0)
    # only a piece that another feeds can wait for it on a temporary source
    may = np.tile(tree.parent >= 0, periods) & (terms is not None)
    return LinearModel(
        cost=np.concatenate([-np.outer(years, tree.gain_eur).ravel(), np.outer(years, fixed).ravel(), merge]),
        low=np.zeros(3 * size), high=np.concatenate([np.ones(size), may.astype(float), may.astype(float)]),
        integer=np.ones(3 * size, dtype=np.bool_), starts=np.cumsum([0, *(len(row[0]) for row in rows)]).astype(np.int32),
        columns=np.array([column for row in rows for column in row[0]], dtype=np.int32),
        coefficients=np.array([one for row in rows for one in row[1]], dtype=np.float64),
        row_low=np.full(len(rows), -INFINITE), row_high=np.array([row[2] for row in rows], dtype=np.float64),
    )  # fmt: skip


def check_phases(tree: Branches, built: Flags, island: Flags | None = None) -> None:
    """Raises DataError when a plan takes out a pipe that lies, or lets one lie without a live way to a source; names the pieces."""
    names = tree.names.to_numpy()
    standing = np.zeros_like(built) if island is None else island
    faults = []
    for period in range(len(built)):
        before = built[period - 1] if period else np.zeros_like(built[0])
        gone = np.flatnonzero(before & ~built[period])
        faults += [
            f"{names[piece]} lies after period {period} and is taken out in period {period + 1}" for piece in gone
        ]
        fed = tree.parent < 0
        fed = fed | built[period, np.maximum(tree.parent, 0)] | standing[period]
        faults += [
            f"{names[piece]} lies in period {period + 1} without a way to a source"
            for piece in np.flatnonzero(built[period] & ~fed)
        ]
    if faults:
        raise DataError(
            f"{len(faults)} pipes of the period plan cannot be as stated; what is laid stays, and is fed from the source or a temporary one: keep the "
            "pipe in every later period",
            faults,
        )
