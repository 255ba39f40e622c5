"""What a heat company does under a set of rules, and when a network becomes possible.

The price that covers the cost of a given number of customers, the prices that reproduce themselves when customers answer to them (best,
cautious, critical), the share below which no street holds, and the branches to build. Households speak through a
``ResponseCurve``; the company through ``case.ProjectCase``; the rules through ``rules.PricingRule`` and ``rules.Coordination``.
"""

from koppelkans.money.equilibrium.answer import equilibria, required_price
from koppelkans.money.equilibrium.branches import choose_branches
from koppelkans.money.equilibrium.curve import ResponseCurve
from koppelkans.money.equilibrium.hand_street import threshold_share

__all__ = ["ResponseCurve", "choose_branches", "equilibria", "required_price", "threshold_share"]
