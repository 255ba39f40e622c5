"""Levers: the reforms with a name, bounds and a place in the note; reading them from text, and applying several at once.

``name=value`` for a lever with one argument, ``name:argument=value,argument=value`` for the others. Each lever says who decides, how far
the law lets it, from which day on, and which figures it touches. Requests of the note without a lever are listed with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Literal

import pandas as pd

from koppelkans import tables
from koppelkans.errors import ParameterError, ScenarioError, suggestion
from koppelkans.parameters.english import reason_in
from koppelkans.parameters.lever_table import RULE_LEVERS, Argument, Lever
from koppelkans.parameters.lever_words import argument_said
from koppelkans.parameters.levers_people import BEHAVIOURAL, PEOPLE_LEVERS, SUPPLY_SIDE
from koppelkans.parameters.store import LEGAL, Parameters, Value, reference_table
from koppelkans.tables import RemarkRow

Given = float | int | bool | str
Language = Literal["nl", "en"]
LEVERS = (*RULE_LEVERS, *PEOPLE_LEVERS)
"""Every lever that can be computed."""

__all__ = [
    "BEHAVIOURAL", "LEVERS", "SUPPLY_SIDE", "Argument", "Lever", "Setting", "Verdict", "apply", "changes", "feature_map", "not_computable", "parse_lever",
    "parse_levers", "remarks", "verdict",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Setting:
    """A lever with its arguments, checked; ``given`` holds what was written, the rest stands on its default."""

    lever: Lever
    given: tuple[tuple[str, Given], ...]

    @property
    def arguments(self) -> Mapping[str, Given | None]:
        """Every argument with its value; None: leave the figure as it is."""
        defaults = {argument.name: None if argument.required else argument.default for argument in self.lever.arguments}
        return {**defaults, **dict(self.given)}

    @property
    def text(self) -> str:
        """The one way of writing this setting, whatever the order in which it was written."""
        order = [argument.name for argument in self.lever.arguments]
        parts = sorted(self.given, key=lambda pair: order.index(pair[0]))
        return f"{self.lever.name}:" + ",".join(f"{name}={_written(value)}" for name, value in parts)

    def title(self, language: Language) -> str:
        """Title of the lever with its arguments in words, for a page."""
        words = self.lever.title_nl if language == "nl" else self.lever.title_en
        told = (argument_said(self.lever.name, name, value, language) for name, value in self.given)
        return f"{words} ({', '.join(told)})"

    def applied(self, parameters: Parameters, since: date) -> Parameters:
        """The figures under this setting alone, from a day on."""
        return self.lever.function(parameters, since=since, **self.arguments)


def _written(value: Given) -> str:
    return str(value).lower() if isinstance(value, bool) else value if isinstance(value, str) else f"{value:.10g}"


# --------------------------------------------------------------------------------------------------------------------- reading


def parse_lever(text: str) -> Setting:
    """One setting from its text. Raises ScenarioError that lists every fault of it."""
    return parse_levers([text])[0]


def parse_levers(texts: Iterable[str]) -> tuple[Setting, ...]:
    """Settings from their texts, in that order, each once.

    Raises ScenarioError with every fault of every text: an unknown lever or argument (with a suggestion), a value that is no number or
    out of bounds (with bounds and unit), an argument that is missing or stands twice.
    """
    faults: list[str] = []
    settings: dict[str, Setting] = {}
    for text in texts:
        setting, wrong = _setting(text.strip())
        faults += wrong
        if setting is not None:
            settings[setting.text] = setting
    if faults:
        raise ScenarioError("the levers cannot be used", faults)
    return tuple(settings.values())


def _setting(text: str) -> tuple[Setting | None, list[str]]:
    cut = min((text.find(sign) for sign in ":=" if sign in text), default=len(text))
    name, sign, rest = text[:cut].strip(), text[cut : cut + 1], text[cut + 1 :].strip()
    known = {lever.name: lever for lever in LEVERS}
    if name not in known:
        return None, [f"no lever is called {name or text!r}; {suggestion(name, known)}"]
    lever = known[name]
    if not rest:
        return None, [f"{name} has no arguments; write {lever.usage}"]
    if sign == "=":
        if lever.short is None:
            return None, [f"{name} has several arguments; write {lever.usage}"]
        rest = f"{lever.short.name}={rest}"
    return _checked(lever, rest)


def _checked(lever: Lever, rest: str) -> tuple[Setting | None, list[str]]:
    known = {argument.name: argument for argument in lever.arguments}
    given: dict[str, Given] = {}
    faults: list[str] = []
    for part in rest.split(","):
        name, sign, written = (piece.strip() for piece in part.partition("="))
        if not sign or not written:
            faults.append(f"{lever.name}: {part.strip()!r} is not argument=value; write {lever.usage}")
        elif name not in known:
            faults.append(f"{lever.name} has no argument {name}; {suggestion(name, known)}")
        elif name in given:
            faults.append(f"{lever.name}: {name} stands twice")
        else:
            value, wrong = known[name].read(written)
            faults += [f"{lever.name}: {fault}" for fault in wrong]
            given[name] = value
    lacking = [argument.name for argument in lever.arguments if argument.required and argument.name not in given]
    if lacking and not faults:
        faults.append(f"{lever.name} lacks {', '.join(lacking)}; write {lever.usage}")
    return (None, faults) if faults else (Setting(lever, tuple(given.items())), [])


# -------------------------------------------------------------------------------------------------------------------- applying


def apply(settings: Sequence[Setting], parameters: Parameters, since: date) -> Parameters:
    """The figures under all settings together, from a day on; without settings the same figures.

    Raises ScenarioError for settings that contradict each other (the same figure to different values; phase-out cost on electricity
    while that is ruled out) and ParameterError for a setting that cannot be (a component that holds too little, no value on the day); every
    fault at once. Method: docs/method.md#levers.
    """
    alone: list[tuple[Setting, dict[tuple[str, str], tuple[Value, ...]]]] = []
    faults: list[str] = []
    for setting in settings:
        try:
            alone.append((setting, changes(parameters, setting.applied(parameters, since))))
        except ParameterError as error:
            faults += [error.message, *error.faults]
    clashes = [fault for pair in combinations(alone, 2) for fault in _clash(*pair)] + _ruled_out(settings)
    if clashes:
        raise ScenarioError("the levers contradict each other", [*clashes, *faults])
    if faults:
        raise ParameterError("the levers cannot be applied", faults)
    after = parameters
    for setting in {setting.text: setting for setting in settings}.values():
        after = setting.applied(after, since)
    return after


def changes(before: Parameters, after: Parameters) -> dict[tuple[str, str], tuple[Value, ...]]:
    """What differs: the dated values afterwards, by key and scope, in the order of their dates."""
    found = {}
    for key, parameter in after.entries.items():
        old = before.entries[key]
        if parameter is old:
            continue
        for scope in parameter.scopes():
            then, now = (_dated(values, scope) for values in (old.values, parameter.values))
            if then != now:
                found[(key, scope)] = now
    return found


def _dated(values: Iterable[Value], scope: str) -> tuple[Value, ...]:
    return tuple(sorted((value for value in values if value.scope == scope), key=lambda value: value.first))


def _clash(
    one: tuple[Setting, dict[tuple[str, str], tuple[Value, ...]]],
    other: tuple[Setting, dict[tuple[str, str], tuple[Value, ...]]],
) -> list[str]:
    if one[0].text == other[0].text:
        return []
    both = [place for place in one[1] if place in other[1] and one[1][place] != other[1][place]]
    where = ", ".join(f"{key} ({scope})" for key, scope in both[:3])
    more = f" and {len(both) - 3} more" if len(both) > 3 else ""
    return (
        [f"{one[0].text} and {other[0].text} both set {where}{more}, to different values; keep one of them"]
        if both
        else []
    )


def _ruled_out(settings: Sequence[Setting]) -> list[str]:
    on = [one for one in settings if one.lever.name == "phase_out_constraint" and one.arguments["on"]]
    routed = [
        one for one in settings if one.lever.name == "stranded_routing" and one.arguments["route"] == "electricity"
    ]
    return [
        f"{route.text} contradicts {rule.text}: no cost of the phase-out on electricity or heat; choose another route or leave the rule out"
        for rule in on
        for route in routed
    ]


# ----------------------------------------------------------------------------------------------------------------- what law says


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the law says of a setting: who decides, the strictest flag with its reasons (Dutch), and the first day on which it can be."""

    decides: tuple[str, ...]
    legal: str
    reasons: tuple[str, ...]
    earliest: date | None


def verdict(setting: Setting, parameters: Parameters, since: date) -> Verdict:
    """Who decides, legal flag and earliest date of a setting, from the figures that it really changes."""
    changed = {key for key, _ in changes(parameters, setting.applied(parameters, since))}
    entries = [parameters.entries[key] for key in setting.lever.touches if key in changed]
    flags = [entry for entry in entries if entry.legal]
    strictest = max((LEGAL.index(entry.legal) for entry in flags), default=None)
    reasons = [entry.legal_reason for entry in flags if LEGAL.index(entry.legal) == strictest and entry.legal_reason]
    return Verdict(
        decides=tuple(dict.fromkeys(entry.decides for entry in entries)),
        legal="" if strictest is None else LEGAL[strictest],
        reasons=tuple(dict.fromkeys(reasons)),
        earliest=max((entry.earliest for entry in entries if entry.earliest), default=None),
    )


def remarks(settings: Sequence[Setting], parameters: Parameters, since: date) -> list[RemarkRow]:
    """What a reader must know of the settings: too early, doubtful in law, against the note. Warnings, in Dutch and English."""
    rows = []
    for setting in settings:
        found, lever = verdict(setting, parameters, since), setting.lever
        if found.earliest and since < found.earliest:
            rows.append(_row(
                lever, f"{lever.title_nl}: gerekend vanaf {since:%d/%m/%Y}, maar dat kan volgens onze inschatting pas vanaf {found.earliest:%d/%m/%Y}.",
                f"{lever.title_en}: computed from {since}, but by our estimate that cannot be before {found.earliest}.",
            ))  # fmt: skip
        if found.legal not in ("", "free"):
            rows.append(_row(
                lever, f"{lever.title_nl}: juridisch {_LEGAL_NL[found.legal]} ({'; '.join(found.reasons)}).",
                f"{lever.title_en}: in law {found.legal.replace('_', ' ')} ({'; '.join(reason_in(reason, 'en') for reason in found.reasons)}).",
            ))  # fmt: skip
        if lever.name in BEHAVIOURAL:
            rows.append(_row(
                lever, f"{lever.title_nl}: het gedragseffect is een aanname; geen Vlaamse meting pint het vast.",
                f"{lever.title_en}: the behavioural effect is an assumption; no Flemish measurement pins it down.",
            ))  # fmt: skip
        for argument in lever.arguments:
            for choice, nl, en in argument.cautions:
                if setting.arguments[argument.name] == choice:
                    rows.append(_row(lever, f"{lever.title_nl}: {nl}", f"{lever.title_en}: {en}"))
    return rows


_LEGAL_NL = {
    "doubtful": "twijfelachtig", "regulator_only": "alleen aan de regulator", "forbidden_by_eu": "verboden door Europees recht",
}  # fmt: skip


def _row(lever: Lever, nl: str, en: str) -> RemarkRow:
    return tables.remark(f"lever.{lever.name}", nl, en, level="warning", method="levers")


# ----------------------------------------------------------------------------------------------------------------- feature map


def feature_map() -> pd.DataFrame:
    """All requests of the note: index id (L01-L47); note_item, request, what a lever needs and shows, ``computed_by`` (names of levers here),
    and where there is none the reason in Dutch and English.
    """
    frame = reference_table("feature_map").set_index("id").fillna("")
    names = {
        item: "+".join(lever.name for lever in LEVERS if item in lever.items)
        for item in sorted({item for lever in LEVERS for item in lever.items})
    }
    return frame.assign(computed_by=frame.index.map(lambda item: names.get(item, "")))


def not_computable() -> pd.DataFrame:
    """Requests without a lever: index id; note_item, request, reason_nl, reason_en."""
    known = feature_map()
    return known.loc[known["computed_by"] == "", ["note_item", "request", "reason_nl", "reason_en"]]
