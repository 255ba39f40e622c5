"""The tariff shift as a linear programme: which components move, by how much, at what credit to whom.

Protection is a convex, piecewise-linear cost of the moves, so it enters by cuts: the programme stays as small as the number of
components, however many households it protects, and ends at the exact optimum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from koppelkans.errors import InfeasibleError
from koppelkans.solve import INFINITE, Limits, LinearModel, Outcome, solve

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TIE = 1e-5
"""Share by which a later component counts heavier, so that two that serve equally well are taken in a fixed order."""
ROUNDS = 200
CLOSED_EUR = 2e-7
"""Below this, in EUR per household, a credit covers the loss; just above what the solver may leave open."""


@dataclass(frozen=True)
class Question:
    """What the programme needs to know. Moves are in thousandths of EUR per kWh, or in EUR per kW or year (``scale`` converts).

    exposure: (households x components) what each pays more for a move of one; mean over all by weight in ``mean``.
    ratio: row over components and the room it has today: ``ratio_row @ moves <= ratio_room``.
    falling: row over components that may not rise in sum, so that no protection is paid by making electricity dearer.
    receivers: (rows x components) shares in the neutral sums; ``pays_credit`` 1 where the credits come from.
    groups: of the protected households, which credit each gets; -1 none. ``shared``: one credit for the whole group, else the loss of each.
    lump: the credit is the mean loss of the group, the same for each. worst: rows whose worst loss counts in the objective.
    """

    exposure: Floats
    weight: Floats
    low: Floats
    high: Floats
    ratio_row: Floats
    ratio_room: float
    falling: Floats
    receivers: Floats
    pays_credit: Floats
    groups: Ints
    kind: str
    budget: tuple[float, float] = (0.0, INFINITE)
    worst: NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class Answer:
    """Moves, credit per household (EUR without VAT), and the price of protection: EUR moved more per EUR less loss allowed, per household."""

    moves: Floats
    credit: Floats
    moved_per_household: float
    protection_dual: float
    slack: float
    rounds: int


@dataclass(frozen=True)
class _Cut:
    """group credit >= row @ moves - loosened x allowed loss; ``group`` -1: the worst loss of the objective."""

    group: int
    row: Floats
    loosened: float


def answer(question: Question, limits: Limits, *, elastic: bool = False) -> Answer:
    """The least shift that keeps every condition; with ``elastic`` the ratio may be missed, and its slack is what is least.

    Variables: up_c, down_c >= 0 (moves), D_g >= 0 (credit of a group, mean over all households), t (worst loss), s (slack).
    min  sum V_c up_c  subject to  ratio @ m <= room + s;  sum_c V_rc m_c = D (who pays);  D_g >= cuts.
    Raises InfeasibleError when no solution keeps all conditions.
    """
    cuts = _first_cuts(question)
    done = 0
    while done < ROUNDS:
        done += 1
        outcome, paid, moves = _solved(question, cuts, limits, elastic=elastic)
        fresh = _new_cuts(question, moves, paid, outcome.values)
        if not fresh:
            break
        cuts += fresh
    else:
        raise InfeasibleError(f"the credits of the tariff shift did not settle within {ROUNDS} rounds")
    credit = _credit(question, moves)
    count, rows = 2 * question.exposure.shape[1], outcome.row_duals[-len(cuts) :] if cuts else np.array([])
    dual = -sum(float(price) * cut.loosened for price, cut in zip(rows, cuts, strict=True) if cut.group >= 0)
    means = question.weight @ question.exposure / question.weight.sum()
    return Answer(
        moves, credit, float(np.maximum(moves, 0) @ means), max(0.0, dual), float(outcome.values[count]), done
    )


def _group_count(question: Question) -> int:
    return int(question.groups.max()) + 1 if len(question.groups) and question.kind != "none" else 0


def _solved(
    question: Question, cuts: Sequence[_Cut], limits: Limits, *, elastic: bool
) -> tuple[Outcome, Floats, Floats]:
    components, groups = question.exposure.shape[1], _group_count(question)
    means = question.weight @ question.exposure / question.weight.sum()
    at_slack, at_worst, at_credit = 2 * components, 2 * components + 1, 2 * components + 2
    width = at_credit + groups
    cost, low, high = np.zeros(width), np.zeros(width), np.full(width, INFINITE)
    order = 1 + TIE * np.arange(components)
    moving = 1.0 if question.worst is None else TIE
    size = np.maximum(np.abs(means), TIE)
    # a little on what goes down too: of two equal ways out the first named is taken
    cost[:components], cost[components:at_slack] = moving * size * order, moving * TIE * size * order
    cost[at_credit:] = TIE
    cost[at_worst] = 0.0 if question.worst is None else 1.0
    if elastic:
        cost = cost * TIE
        cost[at_slack] = 1.0
    high[:components], high[components:at_slack] = question.high, -question.low
    high[at_slack] = INFINITE if elastic else 0.0

    def moves_row(values: Floats) -> Floats:
        row = np.zeros(width)
        row[:components], row[components:at_slack] = values, -values
        return row

    rows, row_low, row_high = [moves_row(question.ratio_row)], [-INFINITE], [question.ratio_room]
    rows[0][at_slack] = -1.0
    rows, row_low, row_high = [*rows, moves_row(question.falling)], [*row_low, -INFINITE], [*row_high, 0.0]
    for shares, pays in zip(question.receivers, question.pays_credit, strict=True):
        row = moves_row(shares)
        row[at_credit:] = -pays
        rows, row_low, row_high = [*rows, row], [*row_low, 0.0], [*row_high, 0.0]
    if groups:
        row = np.zeros(width)
        row[at_credit:] = 1.0
        rows, row_low, row_high = [*rows, row], [*row_low, question.budget[0]], [*row_high, question.budget[1]]
    for cut in cuts:
        row = moves_row(cut.row)
        row[at_credit + cut.group if cut.group >= 0 else at_worst] = -1.0
        rows, row_low, row_high = [*rows, row], [*row_low, -INFINITE], [*row_high, 0.0]
    outcome = solve(_model(cost, (low, high), np.array(rows), (np.array(row_low), np.array(row_high))), limits)
    values = outcome.values
    return outcome, values[at_credit:], values[:components] - values[components:at_slack]


def _model(cost: Floats, bounds: tuple[Floats, Floats], rows: Floats, sides: tuple[Floats, Floats]) -> LinearModel:
    filled = rows != 0
    starts = np.concatenate([[0], np.cumsum(filled.sum(axis=1))]).astype(np.int32)
    return LinearModel(
        cost=cost, low=bounds[0], high=bounds[1], integer=np.zeros(len(cost), dtype=bool), starts=starts,
        columns=np.nonzero(filled)[1].astype(np.int32), coefficients=rows[filled], row_low=sides[0], row_high=sides[1],
    )  # fmt: skip


def _first_cuts(question: Question) -> list[_Cut]:
    """The mean loss of those who get one lump sum: one condition, known beforehand. A sum given by the user needs none."""
    if question.kind != "lump_sum" or question.budget[0] > 0:
        return []
    inside = question.groups >= 0
    share = question.weight[inside] / question.weight.sum()
    return [_Cut(0, share @ question.exposure[inside], float(share.sum()))]


def _new_cuts(question: Question, moves: Floats, paid: Floats, values: Floats) -> list[_Cut]:
    """The conditions that the last solution breaks."""
    found = []
    total = question.weight.sum()
    if question.kind in ("guarantee", "group_credit"):
        inside = np.flatnonzero(question.groups >= 0)
        loss, group = question.exposure[inside] @ moves, question.groups[inside]
        weight = question.weight[inside]
        for number, credit in enumerate(paid):
            mine = group == number
            if question.kind == "guarantee":
                losing = mine & (loss > 0)
                share = weight[losing] / total
                row, loosened = share @ question.exposure[inside[losing]], float(share.sum())
            else:
                worst = inside[mine][np.argmax(loss[mine])]
                loosened = float(weight[mine].sum() / total)
                row = loosened * question.exposure[worst]
            if row @ moves > credit + CLOSED_EUR * max(1.0, abs(credit)):
                found.append(_Cut(number, row, loosened))
    if question.worst is not None and question.worst.any():
        rows = np.flatnonzero(question.worst)
        loss = question.exposure[rows] @ moves
        at = rows[np.argmax(loss)]
        if loss.max() > values[2 * len(moves) + 1] + CLOSED_EUR * max(1.0, loss.max()):
            found.append(_Cut(-1, question.exposure[at], 0.0))
    return found


def _credit(question: Question, moves: Floats) -> Floats:
    """The credit of every household that the moves call for [EUR without VAT], computed from the moves and not from the solver."""
    credit = np.zeros(len(question.weight))
    inside = np.flatnonzero(question.groups >= 0) if question.kind != "none" else np.array([], dtype=np.int64)
    if not len(inside):
        return credit
    group, loss, weight = question.groups[inside], question.exposure[inside] @ moves, question.weight[inside]
    if question.kind == "guarantee":
        credit[inside] = np.maximum(loss, 0)
    elif question.kind == "group_credit":
        worst = np.zeros(int(group.max()) + 1)
        np.maximum.at(worst, group, loss)
        credit[inside] = worst[group]
    elif question.budget[0] > 0:
        credit[inside] = question.budget[0] * question.weight.sum() / weight.sum()
    else:
        credit[inside] = max(0.0, float(np.average(loss, weights=weight)))
    return credit


def unprotected(question: Question) -> Question:
    """The same question without credits."""
    return replace(question, kind="none", budget=(0.0, INFINITE))
