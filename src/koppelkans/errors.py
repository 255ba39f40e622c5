"""What can go wrong, once:

KoppelkansError
├── DataError        the tables of a place are not what they should be
├── ScenarioError    what the user chose cannot be read or does not fit the place
├── ParameterError   law or fact without a value for this key, date or area
├── InfeasibleError  no plan satisfies what was asked
└── OutOfRangeError  a method was asked outside its validity

Every message says what was found, what was expected, where, and the next step. A check reports all faults at once.
"""

import difflib
from collections.abc import Iterable, Sequence


class KoppelkansError(Exception):
    """A fault that the user can mend; ``faults`` lists every one of them, one line each."""

    def __init__(self, message: str, faults: Sequence[str] = ()) -> None:
        self.message = message
        self.faults = tuple(faults)
        super().__init__("\n  - ".join([message, *self.faults]))


class DataError(KoppelkansError):
    """The tables of a place are not what they should be."""


class ScenarioError(KoppelkansError):
    """What the user chose cannot be read, or does not fit the place."""


class ParameterError(KoppelkansError):
    """Law or fact without a value for this key, date or area."""


class InfeasibleError(KoppelkansError):
    """No plan satisfies what was asked."""


class OutOfRangeError(KoppelkansError):
    """A method was asked outside its validity."""


def suggestion(word: str, known: Iterable[str]) -> str:
    """For a message about a mistyped word: the known word nearest to it, or the list of known words."""
    words = [str(item) for item in known]
    near = difflib.get_close_matches(word.lower(), [item.lower() for item in words], n=1)
    if not near:
        return "known: " + ", ".join(sorted(words))
    return f"did you mean {next(item for item in words if item.lower() == near[0])}?"
