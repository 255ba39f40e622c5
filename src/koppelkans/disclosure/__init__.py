"""Disclosure control: which aggregated figures may leave the project team.

Question: can somebody learn from what we publish what one building or household uses, pays or chooses?

Three rules stand between a table and the public. A cell needs at least ten buildings; its largest contributor holds at
most half of it, its two largest at most 85 %. What is then hidden must stay hidden: no hidden cell may be known within
15 % from the totals that stand beside it. That last rule is proven, not hoped for: ``attack`` plays the reader who
knows every published figure and finds, by linear programming, the smallest and largest value of each hidden cell.
"""

from koppelkans.disclosure.groups import merged_neighbours, merged_small_groups
from koppelkans.disclosure.hiding import TOTAL, Published, attack, protected, with_totals
from koppelkans.disclosure.published import (
    coarsened_counts,
    published_counts,
    published_crosstab,
    published_parts,
    published_sums,
)
from koppelkans.disclosure.single import (
    NEVER_PER_BUILDING,
    RULES,
    Rules,
    allowed_total,
    cells,
    quantiles,
    require_aggregate,
)

__all__ = [
    "NEVER_PER_BUILDING",
    "RULES",
    "TOTAL",
    "Published",
    "Rules",
    "allowed_total",
    "attack",
    "cells",
    "coarsened_counts",
    "merged_neighbours",
    "merged_small_groups",
    "protected",
    "published_counts",
    "published_crosstab",
    "published_parts",
    "published_sums",
    "quantiles",
    "require_aggregate",
    "with_totals",
]
