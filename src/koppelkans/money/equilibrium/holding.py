"""The part of a network that comes about under a rule of coordination, where all of it together does not.

Method: docs/method.md#branch-holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from koppelkans.money.equilibrium.answer import Equilibria, equilibria
from koppelkans.money.equilibrium.branches import BranchChoice, Tree, choose_branches, tree_of
from koppelkans.money.equilibrium.case import ProjectCase
from koppelkans.money.equilibrium.curve import ResponseCurve
from koppelkans.money.equilibrium.rules import Coordination, PricingRule
from koppelkans.money.equilibrium.sums import Ages

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class FirstMover:
    """Who moves first as a scenario says it: ``kind`` of coordination, ``share`` asked (None: what it takes), and the customary one."""

    kind: str
    share: float | None = None
    customary_share: float = 1.0

    @property
    def careful(self) -> bool:
        """Whether nobody asks for a share: the company builds what pays with the customers at the highest price."""
        return self.kind in ("cautious", "duty")

    def on(self, found: Equilibria) -> Coordination:
        """The coordination of a set of sections; found: its equilibria when nobody moves first.

        Without a share asked: the critical mass. Without a critical mass the best equilibrium is the cautious one, so no share needs to be asked and it
        comes about by itself. The customary share is asked only where there is no equilibrium. A duty stands in the answers already: the start is
        cautious. Method: docs/method.md#coordination.
        """
        share = self.share or found.critical_share
        if self.careful or (share is None and found.cautious_eur_per_mwh is not None):
            return Coordination.cautious()
        asks = Coordination.conditional if self.kind == "conditional" else Coordination.guarantee
        return asks(share or self.customary_share)


@dataclass(frozen=True, slots=True)
class Question:
    """A network with its customers, the rule for its price, who moves first, and the ages at which shares are read."""

    curve: ResponseCurve
    case: ProjectCase
    rule: PricingRule
    mover: FirstMover
    ages: Ages

    def happening(self, built: Flags) -> Equilibria:
        """The equilibria of a set of sections, with what happens there."""
        found = self._under(Coordination.cautious(), built)
        moves = self.mover.on(found)
        return found if moves.kind == "cautious" else self._under(moves, built)

    def _under(self, coordination: Coordination, built: Flags) -> Equilibria:
        return equilibria(
            self.curve, self.case, self.rule, coordination=coordination, ages=self.ages, built=built
        )  # fmt: skip


def part_that_holds(asked: Question, among: Flags) -> tuple[Equilibria, Flags]:
    """What happens, and the sections that are built: all of ``among``, else the part of it that connects most of those that come about.

    among: sections that may be built, each with those upstream. Looked at: the choice of branches, and at every price of the table the sections worth
    most together and the widest that pay. Who is cautious builds what pays with the customers at the highest price: there the widest of those,
    and the sections worth most at that price; where any part pays there, these do. So a grant, which makes every set worth more, never ends a
    network of who is cautious. Where nothing comes about: all of ``among``, or the choice where only that has an equilibrium.
    Method: docs/method.md#branch-holds.
    """
    found = asked.happening(among)
    if found.outcome.price_eur_per_mwh is not None:
        return found, among
    tree = tree_of(asked.curve, asked.case, asked.rule, asked.ages)
    choice = choose_branches(asked.curve, asked.case, asked.rule, ages=asked.ages)
    best: tuple[float, Equilibria, Flags] | None = None
    for built in _sets(tree, asked, choice, among):
        part = asked.happening(built)
        price = part.outcome.price_eur_per_mwh
        reach = float(tree.settled(price)[built].sum()) if price is not None else -1.0
        if price is not None and (best is None or reach > best[0]):
            best = (reach, part, built)
    if best is not None:
        return best[1], best[2]
    chosen = choice.built & among
    if found.best_eur_per_mwh is None and choice.price_eur_per_mwh is not None and chosen.any():
        return asked.happening(chosen), chosen
    return found, among


def _sets(tree: Tree, asked: Question, choice: BranchChoice, among: Flags) -> Iterator[Flags]:
    """Sets of sections that may come about, each once."""
    given = asked.rule.price_eur_per_mwh
    seen = {among.tobytes()}
    prices = [given] if given is not None else [high for _, high in tree.stretches(tree.cap)]
    at_cap = tree.worth(tree.cap)
    found = [choice.built]
    for price in prices:
        worth = at_cap if asked.mover.careful and given is None else tree.worth(price)
        found += [*tree.widest_of(tree.settled(price), worth)[0], tree.worthiest(price)]
    for marks in found:
        built = marks & among
        if not built.any() or built.tobytes() in seen:
            continue
        seen.add(built.tobytes())
        if asked.mover.careful and given is None and tree.value(built, tree.cap) < 0:
            continue
        yield built
