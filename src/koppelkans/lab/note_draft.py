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
from koppelkans.lab.note_response import network_comes
from koppelkans.lab.response import NETWORK_KEYS
from koppelkans.lab.result import LabResult
from koppelkans.lab.words import Language, group_name, outcome_name, said, unit_name
from koppelkans.parameters.levers import Setting
from koppelkans.report.document import Table, plain
from koppelkans.report.notation import Notation

THRESHOLD = "threshold_median"
_COUNTED = ("dwelling", "connection")
_WHOLE_FROM = 100.0
_LEAST_SHARE = 0.0005
"""Shares below this are written as less than a tenth of a percent."""
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

    @property
    def levers(self) -> str:
        """The lever, or the levers together where there are several."""
        return self.say("levers" if len(self.result.settings) > 1 else "lever")

    @property
    def on_network(self) -> bool:
        """Whether this lever is about a heat network alone."""
        return all(key.startswith(NETWORK_KEYS) for key in self.setting.lever.touches)

    @cached_property
    def network_comes(self) -> tuple[bool, bool] | None:
        """Whether the network of the plan comes about in the response, today and with the levers; None where the plan has none or nobody was asked."""
        return network_comes(self.result.tables.get("lab_response"))

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
        figure: Callable[[float, str, str], str] | None = None,
    ) -> Table:
        """Rows of the given outcomes in their order (all where none is named), a column per state; ``figure`` writes a value of a unit and an outcome."""
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
            values = [(figure or self.figure)(cell(wide, key, state), unit, key[0]) for state in states]
            rows.append(tuple(plain(text) for text in (shown, *values)))
        return Table(
            caption, (self.column("outcome"), *map(self.state, states)), tuple(rows), (False, *[True] * len(states))
        )

    def figure(self, value: float, unit: str, outcome: str = "") -> str:
        """A value in its unit with the digits that are known, a dash where it is missing.

        Shares as percents with one decimal at most; homes, and amounts from a hundred on, whole; a ratio with two decimals; three digits of
        the rest. A connection threshold that not even all dwellings of the street reach is impossible.
        """
        if outcome == THRESHOLD and not value <= 1:
            return self.say("impossible")
        if math.isnan(value):
            return "–"
        if unit == "calendar_year":
            return f"{value:.0f}"
        if unit == "share":
            return self.percent(value)
        if unit in _COUNTED or abs(value) >= _WHOLE_FROM:
            return self.notation.number(value)
        return self.notation.number(value, 2) if unit == "1" else self.notation.rounded(value)

    def percent(self, share: float) -> str:
        """A share in percents, one decimal at most."""
        if 0 < share < _LEAST_SHARE:
            return f"< {self.notation.number(0.1, 1)}"
        found = round(100 * share, 1)
        return self.notation.number(found, 0 if found == int(found) else 1)

    def coarse(self, value: float, unit: str, outcome: str = "") -> str:
        """A figure of the response: whole percents, two digits of the rest; more would be false precision."""
        if outcome == THRESHOLD:
            return self.figure(value, unit, outcome)
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
