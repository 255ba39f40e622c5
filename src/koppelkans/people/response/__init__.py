"""What do households, owners and institutions do under a set of rules, and when?

Every building carries a probability over ways of heating; the answer is expected numbers of dwellings by year. Doors: ``respond``
for one heat price, ``response_curve`` for many. Method: docs/method.md#response.
"""

from koppelkans.people.response.ages import stationary_age_share
from koppelkans.people.response.answer import Curve, Response, price_nodes, respond, response_curve
from koppelkans.people.response.behaviour import Behaviour, behaviour, moved
from koppelkans.people.response.case import (
    AGES,
    FUELS,
    NEVER,
    NO_DUTY,
    Forms,
    ResponseCase,
    Rules,
    Sites,
    Units,
    no_offers,
    no_rules,
)

__all__ = [
    "AGES",
    "FUELS",
    "NEVER",
    "NO_DUTY",
    "Behaviour",
    "Curve",
    "Forms",
    "Response",
    "ResponseCase",
    "Rules",
    "Sites",
    "Units",
    "behaviour",
    "moved",
    "no_offers",
    "no_rules",
    "price_nodes",
    "respond",
    "response_curve",
    "stationary_age_share",
]
