"""What a run of the laboratory hands back: what was chosen, tables, rules and remarks, under one fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from importlib.metadata import version
from typing import Literal

import pandas as pd

from koppelkans.lab import effects
from koppelkans.lab.effects import LATER, SCENARIO, STATES, TODAY, VOTED, State
from koppelkans.lab.shift import ShiftPolicy
from koppelkans.parameters import Parameters
from koppelkans.parameters.levers import Setting
from koppelkans.parameters.store import ALL
from koppelkans.place.model import Place
from koppelkans.plan.fingerprint import table_hashes
from koppelkans.plan.stated import account_remarks
from koppelkans.scenario import Scenario
from koppelkans.tables import RemarkRow, remark

Outcome = Literal["vulnerable_bill", "heat_price", "public_cost", "fossil_free"]
_ID_SIGNS = 16


@dataclass(frozen=True, slots=True)
class LabChoices:
    """What is chosen about a run of the laboratory.

    ``voted_on``: day of the voted column. ``outcome``: what the levers are taken apart on. ``figures``: how many uncertain figures make
    the bands. ``shift``: the tariff shift to solve instead of the one that reaches the ratio of the scenario.
    """

    voted_on: date = date(2029, 1, 1)
    outcome: Outcome = "vulnerable_bill"
    figures: int = 6
    shift: ShiftPolicy | None = None


@dataclass(frozen=True)
class LabResult:
    """What a run of the laboratory found.

    ``tables``: tidy, columns outcome, group, state, value, unit, low, high; ``rules``: the figures that each lever touches, in every
    state. ``result_id`` covers rules, data, levers, scenario and engine: the same id, the same tables.
    """

    result_id: str
    title: str
    heading: str
    engine_version: str
    scenario: Scenario
    choices: LabChoices
    settings: tuple[Setting, ...]
    tables: Mapping[str, pd.DataFrame]
    rules: pd.DataFrame
    remarks: pd.DataFrame
    households: Mapping[str, tuple[str, str]]
    publishable: bool
    details: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """What a solved tariff shift does per group, by component and by year; working files."""
    heading_en: str = ""
    dwellings: float = float("nan")
    """Dwellings of the place; missing for Flanders."""

    @property
    def days(self) -> dict[str, date]:
        """The day on which the rules of each state are read."""
        now, later = self.scenario.reference_date, self.choices.voted_on
        return {TODAY: now, VOTED: later, SCENARIO: now, LATER: later}


def result_id(
    place: Place | None, cells: pd.DataFrame, settings: Sequence[Setting], *, scenario: Scenario, choices: LabChoices, rules: Parameters
) -> str:  # fmt: skip
    """The fingerprint of a run: rules with their stand-ins, data, levers in their order, scenario, choices and engine version."""
    data = {"cells": cells}
    if place is not None:
        optional = {"sections": place.sections, "sector_statistics": place.sector_statistics, "meters": place.meters}
        data |= {"buildings": place.buildings, **{name: frame for name, frame in optional.items() if frame is not None}}
    parts = [
        version("koppelkans"), _rules_hash(rules), scenario.model_dump_json(), repr(sorted(asdict(choices).items(), key=lambda item: item[0])),
        *(setting.text for setting in settings), *(f"{name}={value}" for name, value in table_hashes(data).items()),
    ]  # fmt: skip
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:_ID_SIGNS]


def _rules_hash(rules: Parameters) -> str:
    """The fingerprint of a set of figures: every dated value with its source, whatever the order of the files."""
    lines = [f"{key}|{entry.unit}|{value!r}" for key, entry in sorted(rules.entries.items()) for value in entry.values]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:_ID_SIGNS]


# ------------------------------------------------------------------------------------------------------------------------------ rules


def rule_rows(settings: Sequence[Setting], states: Mapping[str, State]) -> pd.DataFrame:
    """The figures that each lever touches: lever, key, label, scope, unit, value in every state, decides, legal, standing, source.

    Scopes that stand alike under all states are told once, as ``scopes`` the number of them.
    """
    rows = []
    for setting in settings:
        for key in setting.lever.touches:
            rows += [{"lever": setting.lever.name, **row} for row in _figure_rows(key, states)]
    names = [
        "lever",
        "key",
        "label",
        "scope",
        "scopes",
        "unit",
        *STATES,
        "decides",
        "legal",
        "legal_reason",
        "standing",
        "source",
    ]
    return pd.DataFrame(rows, columns=names)


def _figure_rows(key: str, states: Mapping[str, State]) -> list[dict[str, object]]:
    today = states[TODAY]
    entry = today.rules.entries[key]
    scopes = dict.fromkeys([*entry.scopes(), *states[SCENARIO].rules.entries[key].scopes()])
    rows: dict[tuple[object, ...], dict[str, object]] = {}
    for scope in scopes:
        found = {name: _in_force(state, key, scope) for name, state in states.items()}
        if all(value is None for value in found.values()):
            continue
        known = entry.on(today.day, scope) or entry.latest(today.day, scope)
        row: dict[str, object] = {
            "key": key, "label": entry.label, "scope": "" if scope == ALL else scope, "scopes": 1, "unit": entry.unit, **found,
            "decides": entry.decides, "legal": entry.legal, "legal_reason": entry.legal_reason,
            "standing": known.standing if known else "unverified", "source": known.source if known else "reform",
        }  # fmt: skip
        same = rows.setdefault(tuple(found.values()), row)
        if same is not row:
            same["scopes"] = int(str(same["scopes"])) + 1
    return list(rows.values())


def _in_force(state: State, key: str, scope: str) -> float | str | None:
    entry = state.rules.entries[key]
    value = entry.on(state.day, scope)
    if value is None and key in state.rules.hold:
        value = entry.latest(state.day, scope)
    return None if value is None else value.value


# ---------------------------------------------------------------------------------------------------------------------------- remarks


def run_remarks(
    place: Place | None, scenario: Scenario, choices: LabChoices, made: Mapping[str, pd.DataFrame]
) -> list[RemarkRow]:
    """What was not computed, and how the tables must be read."""
    rows = [remark(
        "lab", "Statisch, behalve in de tabellen van de respons: dezelfde gezinnen, hetzelfde verbruik en dezelfde verwarming in elke kolom.",
        "Static but for the tables of the response: the same households, use and heating in every column.", level="assumption", method="lab",
    ), remark(
        "lab", f"Banden: laagste en hoogste prijswereld, samen met {choices.figures} niet-officiële cijfers elk apart naar hun grenzen (wortel van de "
        "som van kwadraten). Bij voorbeeldgezinnen ligt de techniek vast; van het project heeft alleen de aansluitdrempel een band.", f"Bands: lowest and highest price world, with "
        f"{choices.figures} unofficial figures one at a time to their ends (root of the sum of squares). Of typical "
        "households the technique stands; of the project only the connection threshold has a band.", method="lab-bands",
    ), remark(
        "lab", "Facturen: alleen gas, elektriciteit en warmte; stookolie, hout en het loon- of huurgevolg van een regel staan er niet in.",
        "Bills: gas, electricity and heat only; heating oil, wood and what a rule does to rents or wages are left out.", level="warning", method="lab",
    )]  # fmt: skip
    if place is None:
        rows.append(remark(
            "lab", "Vlaanderen zonder gebied: geen project, geen voorbeeldgezinnen, geen premies en geen respons; alleen groepen van de bevolking.",
            "Flanders without a place: no project, no typical households, no premiums and no response; groups of the population only.", level="warning",
            method="lab",
        ))  # fmt: skip
    elif not scenario.sources:
        rows.append(remark(
            "project", "Geen warmtebron in het scenario: warmteprijs, drempel en rendement zijn niet berekend.",
            "No heat source in the scenario: heat price, threshold and return were not computed.", level="warning", method="lab",
        ))  # fmt: skip
    elif "project" not in made:
        rows.append(remark(
            "project", "Geen warmtenet dat loont: warmteprijs, drempel en rendement hebben geen waarde.",
            "No heat network that pays: heat price, threshold and return have no value.", level="warning", method="lab",
        ))  # fmt: skip
    return rows


def held_remarks(states: Mapping[str, State], cells: pd.DataFrame, price_world: str) -> list[RemarkRow]:
    """Which figures of bills have no value on the day of the voted column and are held; one remark for all."""
    state = states[VOTED]
    account = replace(state, rules=state.rules.recording())
    if len(cells):
        effects.population_bills(cells, account, price_world)
    today = replace(states[TODAY], rules=states[TODAY].rules.recording())
    if len(cells):
        effects.population_bills(cells, today, price_world)
    held = sorted({account.rules.entries[use.key].label for use in (account.rules.used or {}).values() if use.held})
    rows = account_remarks(today.rules)
    if held:
        day = state.day.isoformat()
        rows.append(remark(
            "voted", f"Kolom beslist ({day}): {len(held)} cijfers van de facturen hebben dan nog geen waarde; de laatste bekende is aangehouden "
            f"({', '.join(held[:4])}{', ...' if len(held) > 4 else ''}).", f"Column voted ({day}): {len(held)} figures of the bills have no "
            "value yet on that day; the last known one is held.", method="lab",
        ))  # fmt: skip
    return rows
