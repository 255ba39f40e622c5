"""What of the response may be published: expected numbers of the place, of groups and of deciders, beside what the plan chose."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from koppelkans import disclosure, tables
from koppelkans.report.material import Material
from koppelkans.tables.response import RESPONSE_SHARES, RESPONSE_STATES

FOSSIL = ("gas", "hybrid", "renovated_gas")
STUCK = "stuck"
_STEP_YEARS = 10


@dataclass(frozen=True)
class PublishedResponse:
    """The response of a plan as far as it may be published."""

    material: Material

    @cached_property
    def shares(self) -> pd.DataFrame:
        """Rows of the place, of groups and of deciders; streets are for the team."""
        found = self.material.table(RESPONSE_SHARES.name)
        return found[found["scope"] != "section"]

    @cached_property
    def place(self) -> pd.DataFrame:
        """Expected dwellings of the whole place: index year, a column per way of heating."""
        found = self.shares[self.shares["scope"] == "place"]
        return found.pivot_table(
            index="year", columns="option", values="dwellings", aggfunc="sum", fill_value=0.0
        ).reindex(columns=list(RESPONSE_STATES), fill_value=0.0)

    @property
    def years(self) -> tuple[int, ...]:
        """Years that stand in tables: the first, each tenth, and the last."""
        first, last = int(self.place.index[0]), int(self.place.index[-1])
        return (first, *[year for year in range(first + 1, last) if year % _STEP_YEARS == 0], last)

    @cached_property
    def fossil_free(self) -> pd.Series:
        """Share of the dwellings without a fossil boiler, by year; who is stuck is not counted as free."""
        whole = self.place.sum(axis=1)
        return 1.0 - self.place[[*FOSSIL, STUCK]].sum(axis=1) / whole

    @cached_property
    def planned_share(self) -> float:
        """Share of the dwellings that the plan heats without fossil fuel; missing where it would tell about a few of them."""
        homes = self.material.heated["dwellings"].astype(float).reindex(self.material.choices.index)
        free = ~self.material.choices["solution"].isin(tables.FOSSIL_SOLUTIONS)
        whole, few = float(homes.sum()), float(disclosure.RULES.contributors)
        count = float(homes[free].sum())
        if whole <= 0 or 0 < count < few or 0 < whole - count < few:
            return float("nan")
        return count / whole
