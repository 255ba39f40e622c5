"""Obligations on the label: who must reach which label when, and how many dwellings lie below it now and after the plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from koppelkans import tables
from koppelkans.errors import DataError
from koppelkans.parameters import Parameters, Value
from koppelkans.tables import RemarkRow

RULE = "today"
"""Obligations are written for the certificate in force: this one, unless a reform puts another rule there."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Buildings that share a step of an obligation: building forms and how they are called."""

    types: tuple[str, ...]
    name: str
    name_en: str


OPEN, HOUSES = ("detached", "semi_detached"), ("detached", "semi_detached", "terraced")
GROUPS = {
    ("buyer", "house"): _Group(HOUSES, "koper van een huis", "buyer of a house"),
    ("buyer", "apartment"): _Group(("apartment_building",), "koper van een appartement", "buyer of an apartment"),
    ("rental", "open"): _Group(OPEN, "verhuurder van een open of halfopen woning", "landlord of a detached or semi-detached house"),
    ("rental", "closed"): _Group(("terraced", "apartment_building"), "verhuurder van een rijwoning of appartement", "landlord of a terraced house or apartment"),
}  # fmt: skip
OBLIGED = tuple(dict.fromkeys(who for who, _ in GROUPS))


def obligations(
    epc: pd.DataFrame,
    buildings: pd.DataFrame,
    *,
    parameters: Parameters,
    day: date,
    years: Iterable[int],
    rule: str = RULE,
) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """Expected dwellings worse than each obligation on the label allows, now and after the plan: contract OBLIGATIONS.

    epc: contract EPC, of which the rows of ``rule`` count. Steps as the law stands on ``day`` (abandoned steps are gone) that
    begin in or before the last of ``years``. Counts are all dwellings of the group: an obligation reaches those among them
    that are sold, or let; who rents is not in the data.

    Raises DataError without years. Method: docs/method.md#epc-obligations.
    """
    last_year = max(years, default=0)
    if last_year == 0:
        raise DataError("obligations asked for no year; give the years of the plan")
    rows = epc[epc["rule"] == rule].set_index("building")
    homes = buildings.loc[rows.index, ["type", "dwellings"]]
    found = [
        _row(step, rows, homes, parameters, day) for step in _steps(parameters, day) if step.from_year <= last_year
    ]
    if not found:
        return tables.OBLIGATIONS.empty(), _remarks(buildings)
    frame = pd.DataFrame(found).set_index("obligation").astype({"from_year": "int64"})
    texts = dict.fromkeys(("who", "who_en", "label", "standing", "source"), "str")
    frame = frame.astype(texts).set_axis(frame.index.astype("str"))
    return tables.check(tables.OBLIGATIONS, frame[tables.OBLIGATIONS.column_names]), _remarks(buildings)


@dataclass(frozen=True, slots=True)
class _Step:
    who: str
    group: str
    from_year: int
    worst: Value

    @property
    def label(self) -> str:
        """Worst label allowed."""
        return tables.EPC_LABELS[round(float(self.worst.value)) - 1]


def _steps(parameters: Parameters, day: date) -> list[_Step]:
    """Steps of every obligation that stand on a day, by first year."""
    steps = []
    for who in OBLIGED:
        entry = parameters.entries[f"obligation.{who}.label"]
        for scope in entry.scopes():
            if entry.on(day, scope) is None:
                continue
            group, _, year = scope.rpartition("_")
            steps.append(_Step(who, group, int(year), parameters.value(entry.key, day, scope)))
    return sorted(steps, key=lambda step: (OBLIGED.index(step.who), step.from_year, step.group))


def _row(step: _Step, rows: pd.DataFrame, homes: pd.DataFrame, parameters: Parameters, day: date) -> dict[str, object]:
    group = GROUPS[(step.who, step.group)]
    # the value of a reform names no source of its own
    source = parameters.sources.get(step.worst.source, {"title": step.worst.source})
    worse = [label.lower() for label in tables.EPC_LABELS[tables.EPC_LABELS.index(step.label) + 1 :]]
    dwellings = homes["dwellings"].where(homes["type"].isin(group.types), 0)
    now = rows[[f"{label}_share" for label in worse]].sum(axis=1)
    after = rows[[f"after_{label}_share" for label in worse]].sum(axis=1)
    return {
        "obligation": f"{step.who}_{step.group}_{step.from_year}", "who": group.name, "who_en": group.name_en, "label": step.label,
        "from_year": step.from_year, "within_years": parameters.at(f"obligation.{step.who}.within_years", day),
        "dwellings_now": float((dwellings * now).sum()), "dwellings_after": float((dwellings * after).sum()),
        "standing": step.worst.standing, "source": str(source["title"]),
    }  # fmt: skip


def _remarks(buildings: pd.DataFrame) -> list[RemarkRow]:
    rows = [
        tables.remark(
            "obligations", "Aantallen zijn alle woningen van de groep die onder het label liggen; de verplichting raakt er alleen die verkocht "
            "of verhuurd worden. Wie huurt, staat niet in de gegevens.", "Counts are all dwellings of the group below the label; the obligation "
            "reaches only those that are sold or let. Who rents is not in the data.", method="epc-obligations",
        ),
        tables.remark(
            "obligations", "De regels zijn in beweging: een langere termijn voor kopers en de norm voor verhuurders (ontwerp van 2023) zijn niet "
            "nagegaan. Strengere stappen voor kopers na 2028 zijn in het regeerakkoord van 2024 losgelaten.", "The rules are moving: a longer "
            "term for buyers and the norm for landlords (draft of 2023) have not been checked. Stricter steps for buyers from 2028 on were "
            "dropped in the coalition agreement of 2024.", level="warning", method="epc-obligations",
        ),
    ]  # fmt: skip
    others = int((buildings["heated"] & (buildings["use"] != "residential")).sum())
    if others:
        rows.append(
            tables.remark(
                "obligations", f"{others} verwarmde gebouwen zijn geen woning; hun eigen label (EPC NR) en verplichting zijn niet berekend.",
                f"{others} heated buildings are no dwellings; their own label (EPC NR) and obligation are not computed.", level="info",
                method="epc-obligations",
            )
        )  # fmt: skip
    return rows
