"""The dated figures of a response: asked once, for every year in which people decide."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from koppelkans.money.project_terms import Terms, project_terms
from koppelkans.parameters import Parameters
from koppelkans.parameters.reforms import NONE, word
from koppelkans.plan.response_ground import GROUPS, OWNER, QUARTILE, SOCIAL, TENURE
from koppelkans.scenario import Scenario

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Asked:
    """Dated figures asked for the years of a response: those of the reference date, and of each later year those voted for that year.

    How far ahead people look from the year in which they decide is of ``people.response``. A figure that has ended keeps its last value; only figures asked on the
    reference date stand in the account of the run.
    """

    parameters: Parameters
    scenario: Scenario
    area: str
    years: tuple[int, ...]

    @property
    def day(self) -> date:
        """The reference date."""
        return self.scenario.reference_date

    @cached_property
    def later(self) -> Parameters:
        """The figures with every one that ends held, without account."""
        return replace(self.parameters, hold=frozenset(self.parameters.entries), used=None)

    @cached_property
    def days(self) -> tuple[date, ...]:
        """The day on which the rules of each year are read: its 1 July, or an earlier one since when no figure has changed."""
        found: list[date] = []
        for year in self.years:
            day = max(self.day, date(year, 7, 1))
            same = found and not any(found[-1] < change <= day for change in self._changes)
            found.append(found[-1] if same else day)
        return tuple(found)

    @cached_property
    def _changes(self) -> tuple[date, ...]:
        """The days after the reference date on which any figure begins, or is no longer in force."""
        values = (value for entry in self.parameters.entries.values() for value in entry.values)
        days = {day for value in values for day in (value.first, value.last and value.last + timedelta(days=1)) if day}
        return tuple(sorted(day for day in days if day > self.day))

    def now(self, key: str, scope: str = "all") -> float:
        """The figure of the reference date."""
        return self.parameters.at(key, self.day, scope)

    def word(self, key: str, scope: str = "all") -> str:
        """The word of the reference date."""
        return word(self.parameters, key, self.day, scope)

    def path(self, key: str, scope: str = "all") -> Floats:
        """The figure in every year (T,)."""
        self.now(key, scope)
        known = {day: self.later.at(key, day, scope) for day in dict.fromkeys(self.days)}
        return np.array([known[day] for day in self.days])

    def by_quartile(self, key: str) -> Floats:
        """(C, T) the figure of scope quartile_N for owners, ``landlord`` for private tenants where it has such a scope, else 0; housing companies get nothing."""
        found = np.zeros((GROUPS, len(self.years)))
        scopes = self.parameters.entries[key].scopes()
        for group in range(GROUPS):
            scope = f"quartile_{QUARTILE[group] + 1}" if TENURE[group] == OWNER else "landlord"
            if TENURE[group] != SOCIAL and (scope in scopes or "all" in scopes):
                found[group] = self.path(key, scope)
        return found


def year_word(asked: Asked, key: str, scope: str) -> int | None:
    """The year of an end date; None where there is none."""
    known = asked.parameters.entries[key].scopes()
    found = asked.parameters.value(key, asked.day, scope if scope in known else "all").value
    return None if found == NONE else int(float(found))


def terms_asked(asked: Asked) -> Terms:
    """The terms of the heat company under the rules."""
    return project_terms(asked.parameters, asked.day, asked.scenario.heat_network.terms())
