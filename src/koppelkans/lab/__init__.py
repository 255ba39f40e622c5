"""The policy laboratory: what do reforms of dated rules do to households, to the project of a place and to public budgets?

``laboratory`` sets today's rules, those already voted and those with levers side by side; ``write_lab`` and ``printable`` show the result.
"""

from koppelkans.lab.files import printable, write_lab
from koppelkans.lab.note import lever_note
from koppelkans.lab.result import LabChoices
from koppelkans.lab.run import laboratory

__all__ = ["LabChoices", "laboratory", "lever_note", "printable", "write_lab"]
