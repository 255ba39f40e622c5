"""What of the works in the street may be published: totals over enough streets, and percentiles alone where ages were drawn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from koppelkans import disclosure
from koppelkans.plan.record import Plan
from koppelkans.report.joint_space import few_rebuilt
from koppelkans.report.material import Material
from koppelkans.tables import Table as Contract
from koppelkans.tables.works import CALENDAR, DIVIDEND

MILLION = 1e6
CENT = 0.01
"""Amounts below a cent count as nothing."""
_JOINT_SPACE = "J+"


@dataclass(frozen=True)
class PublishedWorks:
    """The works of a plan as far as they may be published."""

    material: Material

    def table(self, contract: Contract) -> pd.DataFrame:
        """A table of works; without rows in a plan that has none."""
        found = self.material.plan.tables.get(contract.name)
        return contract.empty() if found is None else found

    @cached_property
    def chain(self) -> dict[str, dict[str, Any]]:
        """The plans of the chain, each as a row, in order; without J+ where it is about few streets."""
        found = self.table(DIVIDEND)
        rows = (found.drop(index=_JOINT_SPACE, errors="ignore") if few_rebuilt(self.material) else found).to_dict(
            "index"
        )
        return {str(plan): {str(key): value for key, value in row.items()} for plan, row in rows.items()}

    @cached_property
    def drawn(self) -> bool:
        """Whether any age of an asset was drawn: then only percentiles over many draws are published."""
        return bool(self.table(CALENDAR)["drawn"].any())

    @cached_property
    def publishable(self) -> bool:
        """Whether enough street sections have works, and none of them dominates the cost."""
        calendar = self.table(CALENDAR)
        cost = (calendar["own_eur"] + calendar["opening_eur"] + calendar["closure_eur"]).rename("cost")
        return disclosure.allowed_total(cost.groupby(calendar["section"]).sum())

    @cached_property
    def owners(self) -> dict[str, str]:
        """Name of every owner as shown."""
        return owner_names(self.material.plan, self.material.words.language)

    def owner(self, key: object) -> str:
        """An owner as shown."""
        return self.owners.get(str(key), str(key))

    def millions(self, amount_eur: Any, digits: int = 3) -> str:
        """An amount in millions."""
        return self.material.notation.rounded(float(amount_eur) / MILLION, digits)


def owner_names(plan: Plan, language: str) -> dict[str, str]:
    """Name of every owner of works in a language, by key; in Dutch in a plan made before owners had a name in English."""
    known = plan.tables.get("owners")
    if known is None:
        return {}
    column = "name_en" if language == "en" and "name_en" in known else "name"
    return {str(key): str(name) for key, name in known[column].items()}
