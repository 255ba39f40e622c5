"""A note while it is written: about which lever, for whom, how much is left out, and how it says figures, names and tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from koppelkans.lab import words as terms
from koppelkans.lab.effects import STATES
from koppelkans.lab.result import LabResult
from koppelkans.lab.words import Language, group_name, outcome_name, said, unit_name
from koppelkans.parameters.levers import Setting
from koppelkans.report.document import Table, plain
from koppelkans.report.notation import Notation

LEVELS = (0, 1, 2, 3)
"""How much is left out before a note fits on two pages: nothing, then ever more rows and remarks."""


@dataclass(frozen=True)
class Draft:
    """One note at a level of leaving out; the response has a level of its own, as it is given what room is left."""

    result: LabResult
    setting: Setting
    language: Language
    level: int
    response_level: int

    @cached_property
    def notation(self) -> Notation:
        """How the language of the note writes numbers and days."""
        return Notation(self.language)

    def say(self, key: str, **values: object) -> str:
        """A text of the note."""
        return said(terms.NOTE[key], self.language).format(**values)

    def signed(self, value: float, places: int = 0) -> str:
        """A change with its sign."""
        text = self.notation.number(value, places)
        return f"+{text}" if value > 0 and any(sign in "123456789" for sign in text) else text

    def state(self, name: str) -> str:
        """The name of a column of rules."""
        return terms.state_name(name, self.language, self.result.choices.voted_on.year)

    def column(self, name: str) -> str:
        """The name of another column."""
        return said(terms.COLUMNS[name], self.language)

    def group(self, name: str) -> str:
        """The name of a group, or of a typical household of the place."""
        return group_name(name, self.language, dict(self.result.households))

    def table(
        self,
        frame: pd.DataFrame,
        outcomes: Sequence[str],
        caption: str,
        figure: Callable[[float, str], str] | None = None,
    ) -> Table:
        """Rows of the given outcomes in their order (all where none is named), a column per state; ``figure`` writes a value of a unit."""
        wide = by_state(frame)
        units = frame.drop_duplicates(["outcome", "group"]).set_index(["outcome", "group"])["unit"]
        states = [name for name in STATES if name in wide]
        keys = [key for key in wide.index if not outcomes or key[0] in outcomes]
        if outcomes:
            keys.sort(key=lambda key: outcomes.index(key[0]))
        many = len({key[1] for key in keys}) > 1
        rows = []
        for key in keys:
            unit = units[key]
            name = outcome_name(key[0], self.language)
            label = f"{self.group(key[1])}: {_small(name)}" if many else name
            shown = f"{label} [{unit_name(unit, self.language)}]" if unit_name(unit, self.language) else label
            values = [(figure or self.figure)(cell(wide, key, state), unit) for state in states]
            rows.append(tuple(plain(text) for text in (shown, *values)))
        return Table(
            caption, (self.column("outcome"), *map(self.state, states)), tuple(rows), (False, *[True] * len(states))
        )

    def figure(self, value: float, unit: str) -> str:
        """A value in its unit: shares as percents, a dash where it is missing."""
        if math.isnan(value):
            return "–"
        if unit == "calendar_year":
            return f"{value:.0f}"
        return self.notation.rounded(100 * value if unit == "share" else value, 4)

    def coarse(self, value: float, unit: str) -> str:
        """A figure of the response: whole percents, two digits of the rest; more would be false precision."""
        if unit == "share" and 0 < value < 0.005:
            return "< 1"
        if unit == "share" and not math.isnan(value):
            return self.notation.number(100 * value)
        return self.figure(value, unit) if unit == "calendar_year" else self.notation.rounded(value, 2)


def _small(text: str) -> str:
    """A name inside a line: its first letter small, unless it is an abbreviation."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def by_state(frame: pd.DataFrame) -> pd.DataFrame:
    """One column per state, rows in their order: index outcome, group."""
    index = pd.MultiIndex.from_frame(frame[["outcome", "group"]].drop_duplicates())
    wide = frame.set_index(["outcome", "group", "state"])["value"].unstack("state").reindex(index)
    return wide[[name for name in STATES if name in wide]]


def cell(frame: pd.DataFrame, row: Any, column: str) -> float:
    """One number of a small frame."""
    return float(frame[column].to_dict()[row])
