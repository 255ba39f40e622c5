"""An earlier design of the same question, at the prices of trenches of now: what a new one has to better before anybody moves a pipe on paper."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from koppelkans.heat.network.instance import Design
from koppelkans.heat.network.question import Question


def repriced(before: Question, design: Design, asked: Question, proven: Design) -> tuple[Question, Design] | None:
    """The question with the picks of an earlier answer at the trench prices of ``asked``, and the earlier design at those prices with the bound of ``proven``.

    before, design: an answer to the same streets and customers at other prices of using an edge; proven: a design of ``asked`` whose bound holds for all its designs. Only what the
    used edges cost changes: the sum over them of the new price less the old one. None when streets, pipes or customers are others.
    Method: docs/method.md#network-held.
    """
    old, new = before.instance, asked.instance
    if not _same(before, asked):
        return None
    more = (new.extra_eur - old.extra_eur)[design.edge]
    objective, whole = design.objective_eur + float(more.sum()), design.whole_eur + float(more.sum())
    bound = min(proven.bound_eur, objective)
    held = replace(
        design, cost_eur=design.cost_eur + more, objective_eur=objective, whole_eur=whole, bound_eur=proven.bound_eur,
        gap_share=(objective - bound) / whole if whole > 0 else 0.0, reduced_eur=proven.reduced_eur, proof=proven.proof, bound_kind=proven.bound_kind,
    )  # fmt: skip
    return replace(before, graph=asked.graph, instance=replace(old, extra_eur=new.extra_eur)), held


def _same(before: Question, asked: Question) -> bool:
    """Whether both ask about the same edges, lengths, pipes and customers."""
    old, new = before.instance, asked.instance
    pairs = (
        (old.tail, new.tail), (old.head, new.head), (old.length_m, new.length_m), (old.customer_node, new.customer_node), (old.kinds, new.kinds),
        (old.allowed, new.allowed), (old.level_cap_kw, new.level_cap_kw), (old.level_eur_per_m, new.level_eur_per_m), (old.must, new.must), (old.never, new.never),
    )  # fmt: skip
    return len(old.more_classes) == len(new.more_classes) and all(np.array_equal(one, other) for one, other in pairs)
