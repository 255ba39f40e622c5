"""One cross-section per section: a mixed-integer model over all sections, with its proven bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from koppelkans.errors import InfeasibleError
from koppelkans.solve import INFINITE, Limits, LinearModel, Outcome, solve
from koppelkans.street.space.kernels import Flags, Floats, Ints, undominated
from koppelkans.street.space.offer import ALTERNATIVES, Demands, Offer
from koppelkans.tables.space import DUTY_DEMANDS, QUANTITY_DEMANDS

COST, SHORTAGE, AMOUNTS = "cost", "shortage", "shortage_of_amounts"
"""What is made least (``AMOUNTS``: the shortage, duties kept whatever it takes); else the name of a demand that is made most, a duty by the length that keeps it."""
PARKING = QUANTITY_DEMANDS.index("parking")
FIRST_COLUMNS = 6
"""Cross-sections per section with which the search for a whole answer begins, those of least reduced cost."""
KEUR = 1e3
TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Chosen:
    """``column`` of the offer per section, ``alternatives`` taken, ``value`` of the objective with its proven ``bound``; ``price`` per counted unit of each quantity
    (of the relaxation). A demand that is made most counts negative.
    """

    column: Ints
    alternatives: Floats
    short: Floats
    value: float
    bound: float
    price: Floats
    reproducible: bool

    @property
    def gap_share(self) -> float:
        """Relative distance between value and bound."""
        return max(0.0, self.value - self.bound) / max(abs(self.value), TINY)


@dataclass(frozen=True, slots=True)
class _Units:
    """What one cross-section is chosen for: a section, or all sections of a group together. ``pair_unit``, ``pair_column``: what may be chosen."""

    length_m: Floats
    pair_unit: Ints
    pair_column: Ints


@dataclass(frozen=True, slots=True)
class _Question:
    """What is to be chosen from, what is asked, which demands count, and what is made least or most."""

    offered: Offer
    asked: Demands
    active: tuple[str, ...]
    objective: str

    @property
    def counted(self) -> list[int]:
        """Places of the active quantities: the rows of the model."""
        return [place for place, name in enumerate(QUANTITY_DEMANDS) if name in self.active]

    @property
    def duties(self) -> list[int]:
        """Places of the active duties."""
        return [place for place, name in enumerate(DUTY_DEMANDS) if name in self.active]

    @property
    def scale(self) -> Floats:
        """Rows are divided by what is asked, so that all demands are of order one."""
        return np.asarray(1.0 / np.maximum(self.asked.need[self.counted], TINY))

    def amounts(self, columns: Ints) -> Floats:
        """(columns, active quantities) per metre, over what is asked."""
        return np.asarray(self.offered.amount[columns][:, self.counted] * self.scale)

    def weight(self, columns: Ints) -> Floats:
        """What a metre of each column adds to the objective; costs in kEUR."""
        offered = self.offered
        if self.objective == COST:
            return np.asarray(offered.cost_eur[columns] / KEUR)
        if self.objective in QUANTITY_DEMANDS:
            return np.asarray(-offered.amount[columns, QUANTITY_DEMANDS.index(self.objective)])
        if self.objective in DUTY_DEMANDS:
            return np.asarray(1.0 * offered.breaks[columns, DUTY_DEMANDS.index(self.objective)])
        if self.objective == AMOUNTS:
            return np.zeros(len(columns))
        over = 1.0 / np.maximum(self.asked.duty_m[self.duties], TINY)
        return np.asarray(offered.breaks[columns][:, self.duties] @ over, dtype=np.float64)

    @property
    def extras(self) -> Floats:
        """What one of each alternative adds to the objective."""
        if self.objective == COST:
            return self.asked.price_eur / KEUR
        return -self.asked.worth if self.objective == QUANTITY_DEMANDS[PARKING] else np.zeros(len(ALTERNATIVES))


def chosen(offered: Offer, asked: Demands, active: tuple[str, ...], objective: str, limits: Limits) -> Chosen:
    """The best cross-section of every section under the ``active`` demands.

    Sets: sections s, cross-sections j of their group, alternatives k. Variables y[s, j] binary with sum_j y[s, j] = 1; z[k] whole, 0 <= z[k] <= cap[k].
    For every active quantity q: sum_{s, j} length_s amount[j, q] y[s, j] + (q is parking: sum_k worth_k z_k) >= need_q. An active duty leaves only the cross-sections that
    keep it. Minimise sum length_s cost_j y[s, j] + sum price_k z_k; or, for a named demand, the amount of it, negative; or, for ``shortage``, by how much the
    demands are missed, each over what it asks, duties by length.

    Solved in three steps. The relaxation over groups (sections alike, their metres together) has the same optimum as the one over sections, since every coefficient is
    linear in length, and is its proven bound. Its duals price every cross-section. The model over sections first leaves a choice only to the few groups that the relaxation
    splits, then to all sections among the cross-sections of least reduced cost, and then, if the gap asks for it, among all whose reduced cost lies within the gap: others
    cannot be part of a better answer. Raises InfeasibleError when no answer exists.
    Method: docs/method.md#street-space-choice.
    """
    question = _Question(offered, asked, active, objective)
    whole, relaxed = _relaxed(question, limits)
    rows, groups = len(question.counted), offered.group_m
    per_metre = relaxed.row_duals[rows + whole.pair_unit] / np.maximum(groups[whole.pair_unit], TINY)
    priced = question.amounts(whole.pair_column) @ relaxed.row_duals[:rows]
    reduced = np.maximum(question.weight(whole.pair_column) - priced - per_metre, 0.0)
    found, sections, proven = _whole(question, whole, reduced, relaxed, limits)
    bound = max(relaxed.objective, found.bound) if proven else relaxed.objective
    return _read(question, found, sections, relaxed, min(bound, found.objective))


def least_shortage(offered: Offer, asked: Demands, active: tuple[str, ...], limits: Limits) -> float:
    """By how much the active demands are missed at least, each over what it asks: the relaxation of ``shortage``. Above zero, no answer exists."""
    return _relaxed(_Question(offered, asked, active, SHORTAGE), limits)[1].objective


def _relaxed(question: _Question, limits: Limits) -> tuple[_Units, Outcome]:
    """What counts for each group, and the relaxation over groups."""
    offered, kept = question.offered, _useful(question)
    if len(np.unique(offered.group[kept])) < len(np.unique(offered.members)):
        raise InfeasibleError("a section has no cross-section that keeps its duties")
    whole = _Units(offered.group_m, offered.group[kept], np.flatnonzero(kept))
    return whole, solve(_model(question, whole, integer=False), limits)


def _useful(question: _Question) -> Flags:
    """Columns that keep the active duties and that no other of their group equals or betters in what counts here."""
    offered, duties, columns = question.offered, question.duties, np.arange(len(question.offered.group))
    values: list[Any] = [offered.amount[:, question.counted], -question.weight(columns)[:, None]]
    keeps = np.ones(len(columns), dtype=bool)
    if question.objective == SHORTAGE:
        values.append(-1.0 * offered.breaks[:, duties])
    else:
        keeps = np.asarray(~offered.breaks[:, duties].any(axis=1))
    best = np.zeros(len(columns), dtype=bool)
    best[keeps] = undominated(np.concatenate(values, axis=1)[keeps], offered.group[keeps])
    return best


def _model(question: _Question, units: _Units, *, integer: bool) -> LinearModel:
    """Build: pairs first, then alternatives, then one shortage per quantity; rows: quantities, then one per unit."""
    counted, pairs, count = question.counted, len(units.pair_unit), len(units.length_m)
    length = units.length_m[units.pair_unit]
    amounts = question.amounts(units.pair_column) * length[:, None]
    extra, slack = len(ALTERNATIVES), len(counted)
    rows, columns, values = list[int](), list[Ints](), list[Any]()
    for row, place in enumerate(counted):
        used = np.flatnonzero(amounts[:, row])
        instead = pairs + np.arange(extra if place == PARKING else 0)
        worth = question.asked.worth[: len(instead)] * question.scale[row]
        columns.append(np.concatenate([used, instead, [pairs + extra + row]]))
        values.append(np.concatenate([amounts[used, row], worth, [1.0]]))
        rows.append(len(columns[-1]))
    rows += np.bincount(units.pair_unit, minlength=count).tolist()
    short = np.full(slack, 1.0 * (question.objective in (SHORTAGE, AMOUNTS)))
    return LinearModel(
        cost=np.concatenate([question.weight(units.pair_column) * length, question.extras, short]),
        low=np.zeros(pairs + extra + slack),
        high=np.concatenate([np.full(pairs, 1.0 if integer else INFINITE), question.asked.caps, short]),
        integer=np.concatenate([np.full(pairs + extra, integer), np.zeros(slack, dtype=bool)]),
        starts=np.concatenate([[0], np.cumsum(rows)]).astype(np.int32),
        columns=np.concatenate([*columns, np.argsort(units.pair_unit, kind="stable")]).astype(np.int32),
        coefficients=np.concatenate([*values, np.ones(pairs)]),
        row_low=np.ones(slack + count),
        row_high=np.concatenate([np.full(slack, INFINITE), np.ones(count)]),
    )


def _whole(
    question: _Question, whole: _Units, reduced: Floats, relaxed: Outcome, limits: Limits
) -> tuple[Outcome, _Units, bool]:
    """The model over sections with ever more cross-sections, until its gap is small enough; and whether its bound holds for all of them."""
    offered = question.offered
    taken = relaxed.values[: len(whole.pair_unit)]
    section, column, extra, part = _pairs(offered, whole, reduced, taken)
    rank = _rank_within(section, extra, part)
    used = np.bincount(whole.pair_unit, weights=taken > TINY, minlength=offered.groups)
    split = (used > 1)[offered.members][section]
    best: tuple[Outcome, _Units] | None = None
    for some in (rank < np.where(split, FIRST_COLUMNS, 1), rank < FIRST_COLUMNS):
        units = _Units(offered.length_m, section[some], column[some])
        try:
            found = solve(_model(question, units, integer=True), limits, start=_start(best, units))
        except InfeasibleError:
            continue
        if found.objective - relaxed.objective <= limits.gap_share * abs(found.objective) + TINY:
            return found, units, bool(some.all())
        best = found, units
    wider = np.ones(len(section), dtype=bool)
    if best is not None:
        wider = (extra <= best[0].objective - relaxed.objective + TINY) | (rank == 0)
    units = _Units(offered.length_m, section[wider], column[wider])
    return solve(_model(question, units, integer=True), limits, start=_start(best, units)), units, True


def _pairs(offered: Offer, whole: _Units, reduced: Floats, taken: Floats) -> tuple[Ints, Ints, Floats, Floats]:
    """Every section with every column of its group, sorted by section; the reduced cost of the pair, and the part that the relaxation takes of the column."""
    order = np.argsort(whole.pair_unit, kind="stable")
    sizes = np.bincount(whole.pair_unit, minlength=offered.groups)
    begins = np.concatenate([[0], np.cumsum(sizes)])
    count = sizes[offered.members]
    section = np.repeat(np.arange(len(count)), count)
    within = np.arange(len(section)) - np.repeat(np.cumsum(count) - count, count)
    place = order[begins[offered.members[section]] + within]
    return section, whole.pair_column[place], offered.length_m[section] * reduced[place], taken[place]


def _rank_within(section: Ints, extra: Floats, part: Floats) -> Ints:
    """Place of each pair among those of its section, by reduced cost, then by what the relaxation takes of it."""
    order = np.lexsort((np.arange(len(extra)), -part, extra.round(9), section))
    begin = np.searchsorted(section, section)
    rank = np.empty(len(section), dtype=np.int64)
    rank[order] = np.arange(len(section)) - begin[order]
    return rank


def _start(best: tuple[Outcome, _Units] | None, again: _Units) -> Floats | None:
    """An answer over few columns, written over more; none when a column that it takes is not among them."""
    if best is None:
        return None
    found, units = best
    pairs = len(units.pair_unit)
    taken = found.values[:pairs] > 0.5
    most = int(max(units.pair_column.max(), again.pair_column.max())) + 1
    keys = units.pair_unit[taken] * most + units.pair_column[taken]
    there = np.isin(again.pair_unit * most + again.pair_column, keys)
    return np.concatenate([1.0 * there, found.values[pairs:]]) if there.sum() == taken.sum() else None


def _read(question: _Question, found: Outcome, units: _Units, relaxed: Outcome, bound: float) -> Chosen:
    pairs, counted = len(units.pair_unit), question.counted
    order = np.lexsort((found.values[:pairs], units.pair_unit))
    last = order[np.flatnonzero(np.diff(units.pair_unit[order], append=-1))]  # of each section what is taken most
    short, price = np.zeros(len(QUANTITY_DEMANDS)), np.zeros(len(QUANTITY_DEMANDS))
    short[counted] = found.values[pairs + len(ALTERNATIVES) :]
    price[counted] = relaxed.row_duals[: len(counted)] * question.scale
    return Chosen(
        column=units.pair_column[last], alternatives=found.values[pairs : pairs + len(ALTERNATIVES)], short=short, value=found.objective,
        bound=bound, price=price, reproducible=found.reproducible and relaxed.reproducible,
    )  # fmt: skip
