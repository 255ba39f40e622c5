"""The energy label as a rule: which label would the homes of a place get now and after the plan, under which version of the rule?

Scores are explained term by term; a stock has labels as chances, never as points; obligations on the label are dated rules.
"""

from koppelkans.building.epc.labels import below_a_share, energy_labels
from koppelkans.building.epc.obligations import obligations
from koppelkans.building.epc.rules import NetworkHeat
from koppelkans.building.epc.terms import epc_terms

__all__ = ["NetworkHeat", "below_a_share", "energy_labels", "epc_terms", "obligations"]
