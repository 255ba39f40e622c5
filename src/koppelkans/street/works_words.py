"""How kinds of work and owners are called inside sentences of the engine, in Dutch and English."""

from __future__ import annotations

from typing import NamedTuple

from koppelkans.tables.street import OWNER_ROLES, WORK_KINDS


class Said(NamedTuple):
    """A word in Dutch and English."""

    nl: str
    en: str


WORK_WORDS = dict(zip(WORK_KINDS, (
    Said("warmteleiding", "heat pipe"), Said("riolering", "sewer"), Said("waterleiding", "water main"), Said("kabels", "cables"),
    Said("gasleiding wegnemen", "removal of the gas pipe"), Said("heraanleg", "rebuilt street"), Said("vergroening", "greening"),
    Said("afkoppelen bij de huizen", "drains parted at the houses"),
), strict=True))  # fmt: skip
"""The same words as on screen and in the report."""
OWNER_WORDS = dict(zip(OWNER_ROLES, (
    Said("Stad of gemeente", "City or municipality"), Said("Rioolbeheerder", "Sewer manager"), Said("Netbeheerder", "Grid operator"),
    Said("Warmtebedrijf", "Heat company"), Said("Drinkwaterbedrijf", "Water company"), Said("Agentschap Wegen en Verkeer", "Regional road agency"),
), strict=True))  # fmt: skip
"""Name of an owner that the scenario does not name."""
